"""Helpers in anonymous namespaces have names of their own within a folder: it is compiled as one.

A batch includes the sources of a folder one after the other, with the headers of each, and which
of them are in one batch changes with every file that comes. Functions may be overloads of each other: their names clash
where their parameters are alike, whatever those are called. Aliases of the same thing are one.
"""

import re
from collections import defaultdict

from tree import Finding

BATCHED = ("harness/", "reports/", "fixtures/casino/", "tests/unit/")
NAMESPACE = re.compile(r"(?:inline\s+)?namespace\b\s*([\w:]*)\s*$")
TYPE = re.compile(r"\b(?:struct|class|union|enum(?:\s+class|\s+struct)?)\s+(\w+)\s*(?:final\s*)?(?::[^:].*)?$", re.S)
ALIAS = re.compile(r"^\s*(?:using|namespace)\s+(\w+)\s*=\s*(.+)$", re.S)
TEST = re.compile(r"^\s*(?:TYPED_)?TEST(?:_F|_P)?\(\s*(\w+)\s*,\s*(\w+)\s*\)")
TEMPLATE = re.compile(r"^\s*template\s*<[^;{}]*?>\s*(?=[\w\[])", re.S)
FUNCTION = re.compile(r"(?<![\w:])(\w+)\s*\(", re.S)
VARIABLE = re.compile(r"(\w+)\s*(?:\[[^\]]*\]\s*)*$")
NEXT_VARIABLE = re.compile(r",\s*(\w+)\s*(?==|,|$)")
DEEPER = re.compile(r"\([^()]*\)|\[[^\[\]]*\]|<[^<>;=]*>")
PARAMETER_NAME = re.compile(r"(?<=[\w>&*\]])\s*(?<![\w:])\w+\s*$")


def group_of(path, sources_in):
    """The folder whose sources are compiled with it, as rehearse_batches() has it."""
    folder = path.rpartition("/")[0]
    return folder if len(sources_in[folder]) >= 3 else folder.rpartition("/")[0]


def statements_of(code):
    """(namespaces, offset, text before its block or its end) of what stands in namespaces only."""
    inside, start, parens, offset = [], 0, 0, 0
    while offset < len(code):
        letter = code[offset]
        if letter == "#" and not code[start:offset].strip():  # a directive, to the end of its lines
            while offset < len(code) and not (code[offset] == "\n" and code[offset - 1] != "\\"):
                offset += 1
            start = offset
        elif letter in "()":
            parens += 1 if letter == "(" else -1
        elif letter == "{":
            text = code[start:offset]
            found = NAMESPACE.search(text)
            if found and not parens:
                inside.append(found[1] or None)
                start = offset + 1
            else:
                end = end_of_block(code, offset)
                if not parens:
                    yield inside, start, text
                    rest = re.compile(r"[^;{}]*;").match(code, end)
                    ends = TYPE.search(text) or "=" in text.partition("(")[0] or rest and not rest[0][:-1].strip()
                    start = end = rest.end() if rest and ends else end
                offset = end - 1
        elif letter == "}" and not parens:
            inside and inside.pop()
            start = offset + 1
        elif letter == ";" and not parens:
            yield inside, start, code[start:offset]
            start = offset + 1
        offset += 1


def end_of_block(code, offset):
    depth = 0
    for brace in re.compile(r"[{}]").finditer(code, offset):
        depth += 1 if brace[0] == "{" else -1
        if depth == 0:
            return brace.end()
    return len(code)


def names_in(text):
    """(offset, name, what it stands for) of all that a statement declares."""
    if first := name_in(text):
        yield first
        if first[2] is None and not TEST.match(text):
            for found in NEXT_VARIABLE.finditer(DEEPER.sub(lambda deep: "_" * len(deep[0]), text), first[0]):
                yield found.start(1), found[1], None


def name_in(text):
    """(offset, name, what it stands for) of what a statement declares first; None: nothing of ours.

    A function stands for its parameters, in a tuple, an alias for what it names, in a text."""
    if found := TEST.match(text):
        return found.start(1), f"{found[1]}_{found[2]}_Test", None
    if found := ALIAS.match(text):
        return found.start(1), found[1], " ".join(found[2].split())
    template = TEMPLATE.match(text)
    begin = template.end() if template else 0
    body = text[begin:]
    if re.match(r"\s*(?:using (?:namespace|enum)|using\s+[\w:]+\s*$|static_assert|friend|[A-Z_0-9]+\s*\()", body):
        return None
    if found := TYPE.search(body):
        return begin + found.start(1), found[1], None
    before_value = body.partition("=")[0]
    found = FUNCTION.search(before_value)
    if found and not re.search(r"\boperator\b", body[: found.start()]):
        return begin + found.start(1), found[1], parameters_of(body[found.end() :])
    if found is None and "(" not in before_value and (found := VARIABLE.search(before_value.rstrip())):
        if len(before_value.split()) > 1:
            return begin + found.start(1), found[1], None
    return None


def parameters_of(text):
    """Their types, up to the bracket that closes them."""
    depth, current, types = 0, "", []
    for letter in text:
        depth += (letter in "(<[{") - (letter in ")>]}")
        if depth < 0 or (letter == "," and depth == 0):
            types.append(re.sub(r"\s+", " ", PARAMETER_NAME.sub("", current.partition("=")[0].strip())))
            current = ""
            if depth < 0:
                break
        else:
            current += letter
    return tuple(types)


def is_clash(one, other):
    if isinstance(one, str) and isinstance(other, str):
        return one != other
    return one == other if isinstance(one, tuple) and isinstance(other, tuple) else True


def check(tree):
    sources = [s for path, s in tree.sources.items() if path.startswith(BATCHED) and path.endswith(".cpp")]
    sources_in = defaultdict(list)
    for source in sources:
        sources_in[source.path.rpartition("/")[0]].append(source)
    named = defaultdict(list)  # (group, namespaces, name) → (path, line, what it stands for)
    for source in sorted(sources, key=lambda s: s.path):
        group = group_of(source.path, sources_in)
        for inside, start, text in statements_of(source.code):
            if None not in inside:
                continue
            for offset, name, meaning in names_in(text):
                line = source.line_of(start + offset)
                named[group, tuple(inside), name].append((source.path, line, meaning))
    yield from check_headers(tree, named)
    for (_, _, name), places in named.items():
        for i, (path, line, meaning) in enumerate(places):
            for other, at, its in places[:i]:
                if other != path and is_clash(meaning, its):
                    yield Finding(path, line, f"`{name}` is a helper of {other}:{at} as well")
                    break


def check_headers(tree, named):
    """A helper that is called as a type of one of the folder's headers is ambiguous beside it."""
    types = {}
    for path, source in tree.sources.items():
        if path.startswith(BATCHED) and path.endswith(".hpp"):
            for inside, start, text in statements_of(source.code):
                if found := TYPE.search(text):
                    spaces = tuple(space for space in inside if space)
                    types[path.rpartition("/")[0], spaces, found[1]] = (path, source.line_of(start + found.start(1)))
    for (group, inside, name), places in named.items():
        spaces = tuple(space for space in inside if space)
        for path, line, _ in places:
            if declared := types.get((path.rpartition("/")[0], spaces, name)):
                yield Finding(path, line, f"`{name}` is a type of {declared[0]}:{declared[1]} as well")


def planted(first, second, folder="harness/faults"):
    wrapped = "namespace rehearse {{\nnamespace {{\n{}}}  // namespace\n}}  // namespace rehearse\n"
    return {f"{folder}/{name}.cpp": wrapped.format(text) for name, text in
            (("a", first), ("b", second), ("c", "int of_c = 0;\n"))}  # fmt: skip


GREEN = [
    planted("int helper(int a) {\n  return a;\n}\n", "int helper(const std::string& a) {\n  return 1;\n}\n"),
    planted("struct A {\n  int value = 0;\n  int f() { return value; }\n};\n", "struct B {\n  int value = 0;\n  int f();\n};\nint B::f() {\n  return 1;\n}\n"),
    planted("int a(int v = {}) {\n  int local = v;\n  return local;\n}\n", "int b() {\n  int local = 1;\n  return local;\n}\n"),
    {**planted("int x = 0;\n", "int y = 0;\n"), **planted("int x = 0;\n", "int z = 0;\n", "harness/base")},
    planted("using Texts = int;\nnamespace fs = std::filesystem;\n", "using Texts = int;\nnamespace fs = std::filesystem;\n"),
    planted("TEST(Clock, Ticks) {\n}\n", "TEST(Clock, Tocks) {\n}\n", "tests/unit/base"),
]  # fmt: skip
RED = [
    planted("int helper(int a) {\n  return a;\n}\n", "\nint helper(int b) {  // here\n  return b;\n}\n"),
    planted("template <typename T>\nbool is(const T& a, std::map<int, int> b) {\n  return a;\n}\n",
            "template <typename U>\nbool is(const T& c, std::map<int, int> d) {  // here\n  return c;\n}\n"),
    planted("constexpr int limit_ms = 5;\n", "int a(int v = {}) {\n  return v;\n}\nconstexpr int limit_ms = 5;  // here\n"),
    planted("constexpr int first_ms = f(1, 2), limit_ms = 5;\n", "constexpr int limit_ms = 5;  // here\n"),
    planted("struct Span {\n  int from = 0;\n};\n", "const int all[] = {1, 2};\nclass Span final : public A {  // here\n public:\n  int a;\n};\n"),
    planted("using Texts = int;\n", "using Texts = long;  // here\n"),
    {"harness/x/a.hpp": "namespace rehearse {\nstruct Span {\n  int from = 0;\n};\n}  // namespace rehearse\n",
     **planted("struct Span {  // here\n  int to = 0;\n};\n", "int b = 0;\n", "harness/x")},
    planted("enum class Side { one };\n", "const std::map<int, int> Side = {{1, 2}};  // here\n"),
    planted("TEST(Clock, Ticks) {\n}\n", "TEST(Clock, Ticks) {  // here\n}\n", "tests/unit/base"),
    {"harness/x/one/a.cpp": "namespace {\nint v = 0;\n}\n", "harness/x/two/b.cpp": "namespace {\nint v = 0;  // here\n}\n"},
]  # fmt: skip
