"""Names of tests are written InWords: one style for all."""

import re

from tree import Finding

TEST = re.compile(r"^(?:TYPED_)?TEST(?:_F|_P)?\(\s*(\w+)\s*,\s*(\w+)\s*\)", re.M)
IN_WORDS = re.compile(r"[A-Z][A-Za-z0-9]*")


def check(tree):
    for source in tree.sources.values():
        for found in TEST.finditer(source.code):
            for name in found.groups():
                if not IN_WORDS.fullmatch(name):
                    line = source.line_of(found.start())
                    yield Finding(source.path, line, f"{name}: the name of a test is written InWords")


GREEN = [{"a.cpp": "TEST(Clock, LabelsAreUtc) {}\nTEST_F(Ledger2, KeepsItsSum) {}\n"}]
RED = [
    {"a.cpp": "TEST(Clock, labels_are_utc) {}  // here\n"},
    {"a.cpp": "TEST_F(clock_test, LabelsAreUtc) {}  // here\n"},
    {"a.cpp": "TEST(\n    Clock, Labels) {}\nTEST(Clock, Labels_Utc) {}  // here\n"},
]
