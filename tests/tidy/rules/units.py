"""A number that is a time says its unit last: timeout_ms, lease_s.

Looked at are members, parameters and variables of arithmetic types; a name's words are those between
its underscores. A count of something (waits_max) is no time.
"""

import re

from tree import Finding

TIMES = {
    "timeout", "delay", "interval", "wait", "ttl", "period", "deadline", "duration", "latency",
    "lateness", "elapsed", "age", "lease", "pause", "backoff", "jitter", "uptime", "downtime",
}  # fmt: skip
UNITS = {"ns", "us", "ms", "s", "minutes", "hours", "days", "blocks", "ticks"}
NUMBER = r"(?:unsigned |signed )?(?:(?:std::)?u?int(?:8|16|32|64)_t|(?:std::)?size_t|int|long|float|double|unsigned)"
DECLARED = re.compile(rf"(?<![\w:<]){NUMBER}\s+(?:const\s+)?[&*]?\s*(\w+)\s*(?=[;,)={{\[])")
FURTHER = re.compile(r",\s*(\w+)\s*=")  # int64_t a_ms = 1, b = 2;


def is_time_without_unit(name):
    words = name.strip("_").lower().split("_")
    return bool(TIMES.intersection(words)) and not UNITS.intersection(words)


def check(tree):
    for source in tree.sources.values():
        for found in DECLARED.finditer(source.code):
            names = [found[1]]
            if source.code[found.end()] == "=":
                statement = source.code[found.end() : source.code.find(";", found.end())]
                if "(" not in statement and "{" not in statement:
                    names += FURTHER.findall(statement)
            for name in names:
                if is_time_without_unit(name):
                    yield Finding(source.path, source.line_of(found.start()), f"{name}: which unit?")


GREEN = [
    {"a.hpp": "int64_t timeout_ms = 0, lease_s_max = 3;\nstd::chrono::milliseconds timeout{};\n"},
    {"a.hpp": 'int waits_max = 3, message = 1;  // int timeout;\nchar* t = "int timeout = 3;";\n'},
    {"a.hpp": "int64_t rest(int64_t ttl_s, double pause_us_);\nstd::vector<int64_t> wait;\n"},
]
RED = [
    {"a.hpp": "struct S {\n  int64_t timeout = 0;  // here\n  int ttl_s;\n};\n"},
    {"a.hpp": "void rest(std::int64_t wait_max,  // here\n          double pause,  // here\n          int n);\n"},
    {"a.cpp": "constexpr int64_t a_ms = 3, lease_max = 4;  // here\n"},
]
