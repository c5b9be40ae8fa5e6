"""What a room must never know: other rooms, a technology's name, an address, an endpoint, SQL."""

import re

from cmake import reachable, targets_of
from tree import Finding

# The drawing: room → rooms that it may know, directly or not.
MAY_KNOW = {
    "base": set(),
    "record": {"base"},
    "runtime": {"base"},
    "scenario": {"base", "record"},
    "checks": {"base", "record"},
    "reports": {"base", "record", "checks"},
    "load": {"base", "record"},
    "undo": {"base", "record", "runtime"},
    "stack": {"base", "record", "runtime", "scenario"},
    "platform": {"base", "record", "runtime", "scenario", "stack", "undo", "load"},
    "faults": {"base", "record", "runtime", "scenario", "stack", "undo", "load", "platform"},
    "runbook": {"base", "record", "runtime", "scenario", "stack", "undo", "load", "platform"},
    "engine": {"base", "record", "runtime", "scenario", "stack", "undo", "load", "platform", "faults",
               "runbook", "checks"},
}  # fmt: skip

# What no literal says: (folders, folders left out, what it would be, pattern of the whole literal).
NEVER_SAID = [
    (["harness/faults", "harness/runbook", "harness/engine"], [], "an endpoint of the platform",
     re.compile(r"^/(?:api|control|health|internal|leader|metrics|primary|query|replica|status|v\d|writer)\b"
                r"|/(?:control|internal)/")),
    (["harness/faults", "harness/runbook", "harness/engine"], [], "a port of the platform", re.compile(r":\d{2,5}\b")),
    (["harness/faults", "harness/runbook", "harness/engine"], [], "a statement of SQL",
     re.compile(r"\bSELECT\b|\bINSERT INTO\b|\bDELETE FROM\b|\bUPDATE \w+ SET\b")),
    (["harness", "reports"], [], "an address of a stack", re.compile(r"\b198\.18\b")),
]  # fmt: skip
# What no code says: the same, over code and literals.
TECHNOLOGIES = "patroni|postgres|redis|sentinel|kafka|clickhouse|etcd|haproxy|prometheus"
NEVER_COMPARED = [
    (["harness", "reports"], ["harness/stack/technologies"], "a technology's name",
     re.compile(rf'[=!]=\s*"(?:{TECHNOLOGIES})"|"(?:{TECHNOLOGIES})"\s*[=!]=|'
                rf'\bfind(?:_if)?\([^;"]*"(?:{TECHNOLOGIES})"')),
    (["harness/faults", "harness/runbook", "harness/engine"], [], "a port of the platform",
     re.compile(r"(?<![\w.'])(?:2379|5432|6379|8008|8080|8123|9090|9092|26379)(?![\w.'])")),
    # ThreadSanitizer's build leaves their tests out (tests/CMakeLists.txt).
    (["harness/checks", "harness/record", "harness/scenario", "reports"], [], "a thread",
     re.compile(r"\bstd::(?:jthread|thread|async|mutex)\b|\brun_parallel\b")),
]  # fmt: skip


def room_of(folder):
    return folder.removeprefix("harness/")


def wrong_links(tree):
    targets = targets_of(tree)
    rooms = {name: room_of(t.folder) for name, t in targets.items() if room_of(t.folder) in MAY_KNOW}
    for name, room in rooms.items():
        for known in sorted(reachable(targets, name) - {name}):
            its = room_of(targets[known].folder)
            if its and its not in MAY_KNOW[room]:
                target = targets[name]
                yield Finding(target.path, target.line, f"{room} must never know {its}")


def sources_of(tree, folders, but):
    for folder in folders:
        for source in tree.under(folder):
            if not any(source.path.startswith(left_out + "/") for left_out in but):
                yield source


def check(tree):
    yield from wrong_links(tree)
    for folders, but, what, pattern in NEVER_SAID:
        for source in sources_of(tree, folders, but):
            for offset, content in source.literals:
                if pattern.search(content):
                    line = source.line_of(offset)
                    yield Finding(source.path, line, f'"{content[:60]}" is {what}')
    for folders, but, what, pattern in NEVER_COMPARED:
        for source in sources_of(tree, folders, but):
            for found in pattern.finditer(source.text):
                if source.code[found.start()] != " " or found[0][0] == '"':  # no comment, no literal
                    line = source.line_of(found.start())
                    yield Finding(source.path, line, f"{' '.join(found[0].split())[:60]}: {what}")


CMAKE = """rehearse_library(rehearse_base FOLDER harness/base)
rehearse_library(rehearse_record FOLDER harness/record LINKS rehearse_base)
rehearse_library(rehearse_stack FOLDER harness/stack LINKS rehearse_record)
rehearse_library(rehearse_checks FOLDER harness/checks LINKS rehearse_record)
"""
FAULT = "harness/faults/a.cpp"
GREEN = [
    {"CMakeLists.txt": CMAKE},
    {"harness/stack/technologies/redis.cpp": 'bool is = technology == "redis";\n'},
    {FAULT: '// SELECT of "/control/stall":8080, == "redis"\nauto a = read("/proc/self/stat"), b = "kafka";\n'},
    {"harness/platform/database.cpp": 'auto a = "SELECT 1"; int port = 5432;\n'},
]
RED = [
    {"CMakeLists.txt": CMAKE.replace("harness/stack LINKS rehearse_record)", "harness/stack)")
     .replace("checks LINKS rehearse_record)", "checks LINKS rehearse_stack)  # here")},
    {FAULT: 'constexpr const char* stalls = "/control/stall";  // here\n'},
    {FAULT: 'auto a = get(node, "/status");  // here\n'},
    {FAULT: 'auto a = address + ":9092";  // here\n'},
    {FAULT: "const int port = 5432;  // here\n"},
    {"harness/engine/a.cpp": 'auto a = R"(SELECT 1)";  // here\nb("DELETE FROM x");  // here\n'},
    {"harness/undo/a.cpp": 'if (!at.starts_with("198.18.")) return;  // here\n'},
    {"harness/stack/a.cpp": 'if (entry.roles == "patroni") return;  // here\nname = "patroni";\n'},
    {FAULT: 'auto a = std::ranges::find(all, "redis", &Entry::roles);  // here\n'},
]
