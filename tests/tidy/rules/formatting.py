"""C++ is as the clang-format of Debian 12 writes it."""

import os
import re
import subprocess
from concurrent.futures import ThreadPoolExecutor

from tree import Finding

PROGRAM = "clang-format-14"  # another version formats another way
AT = re.compile(r"^(?:<stdin>|(\S+?)):(\d+):\d+: (?:error|warning): ", re.M)


def findings_of(path, text, output, status):
    seen = set()
    for found in AT.finditer(output):
        seen.add((found[1] or path, int(found[2])))
    if status != 0 and not seen:
        return [Finding(path or "clang-format", 1, output.strip()[-200:] or f"status {status}")]
    return [Finding(where, line, f"not as {PROGRAM} writes it") for where, line in sorted(seen)]


def run(arguments, cwd=None, text=None):
    command = [PROGRAM, "--style=file" if text is None else f"--style={STYLE}", "--dry-run", "--Werror"]
    done = subprocess.run(
        command + arguments, cwd=cwd, input=text, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    return done.stdout, done.returncode


def check(tree):
    try:
        subprocess.run([PROGRAM, "--version"], capture_output=True)
    except FileNotFoundError:
        return [Finding(".clang-format", 1, f"{PROGRAM} is missing: apt-get install {PROGRAM}")]
    if tree.root is None:  # a planted tree
        return [f for path, text in tree.files.items() for f in findings_of(path, text, *run([], text=text))]
    paths = sorted(tree.sources)
    parts = os.cpu_count() or 1
    with ThreadPoolExecutor(parts) as pool:
        done = pool.map(lambda n: run(paths[n::parts], cwd=tree.root), range(min(parts, len(paths))))
        return sorted(f for output, status in done for f in findings_of("", "", output, status))


STYLE = "{BasedOnStyle: Google, ColumnLimit: 100}"
GREEN = [{"a.cpp": "int f() { return 3; }\n"}]
RED = [{"a.cpp": "int x;\nint  f() { return 3; }  // here\n"}]
