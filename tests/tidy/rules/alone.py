"""A unit test keeps its files in a TemporaryFolder: tests run in processes side by side.

Any other place in /tmp has a name that a second process may have, or is left behind by a test that fails.
"""

import re

from tree import Finding

FOLDER = "tests/unit"
ITSELF = "tests/unit/base/temporary_folder.hpp"
CALLED = re.compile(r"\b(?:mkd?s?temps?|tmpnam|tmpfile|TempDir|temp_directory_path)\b")
SAID = re.compile(r"^/(?:tmp|var/tmp|dev/shm)\b")


def check(tree):
    for source in tree.under(FOLDER):
        if source.path == ITSELF:
            continue
        offsets = [found.start() for found in CALLED.finditer(source.code)]
        offsets += [offset for offset, content in source.literals if SAID.search(content)]
        for line in sorted({source.line_of(offset) for offset in offsets}):
            yield Finding(source.path, line, f"a TemporaryFolder is its test's own ({ITSELF})")


GREEN = [
    {ITSELF: 'std::string path = testing::TempDir() + "x-XXXXXX";\nauto made = ::mkdtemp(path.data());\n'},
    {"tests/unit/base/a.cpp": 'test::TemporaryFolder folder;  // no mkdtemp\nauto said = "mkdtemp in a/tmp/";\n'},
    {"tests/stack/a.cpp": 'auto a = "/tmp/stack.lock";\n', "harness/base/a.cpp": "auto a = ::mkdtemp(b);\n"},
]
RED = [
    {"tests/unit/base/a.cpp": 'auto dir = testing::TempDir() + "regions";  // here\n'},
    {"tests/unit/undo/a.hpp": 'char a[] = "/tmp/heal-XXXXXX";  // here\nauto b = ::mkdtemp(a);  // here\n'},
    {"tests/unit/base/a.cpp": "auto dir = std::filesystem::temp_directory_path();  // here\n"},
]
