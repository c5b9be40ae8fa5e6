"""A function has at most 70 lines, a file at most 400 (C++, sh, py)."""

import ast
import re

from tree import Finding

FUNCTION_LINES_MAX = 70
FILE_LINES_MAX = 400

SCOPE = re.compile(r"\b(namespace|class|struct|union|enum|extern)\b")
SHELL_BEGIN = re.compile(r"^\s*(?:function\s+)?([\w-]+)\s*\(\)\s*[{(]\s*(?:#.*)?$")


def cpp_functions(source):
    """(first line, last line) of each function, also of one inside a class. Lambdas count with it."""
    text = source.code
    start, depth = 0, 0  # of the declaration that is being read; of parentheses
    body = None  # where the outermost function began, and its braces that are open
    for offset, sign in enumerate(text):
        if body is not None:
            if sign == "{":
                body[1] += 1
            elif sign == "}":
                body[1] -= 1
                if body[1] == 0:
                    yield source.line_of(body[0]), source.line_of(offset)
                    body, start = None, offset + 1
        elif sign in "()":
            depth += 1 if sign == "(" else -1
        elif depth == 0 and sign == "{":
            head = re.sub(r"(?m)^[ \t]*#.*(\\\n.*)*", "", text[start:offset])
            named = re.sub(r"\btemplate\s*<[^{]*?>\s*(?=\w)", "", head)
            if SCOPE.search(named) and "(" not in named.split("=")[0]:
                start = offset + 1  # its members are read one by one
            else:
                first = start + len(text[start:offset]) - len(text[start:offset].lstrip())
                body = [first, 1]
        elif depth == 0 and sign in ";}":
            start = offset + 1


def shell_functions(text):
    name, first, closing = None, 0, ""
    for line, content in enumerate(text.split("\n"), 1):
        if name is None and (found := SHELL_BEGIN.match(content)):
            name, first = found[1], line
            closing = content[: len(content) - len(content.lstrip())]
        elif name is not None and content.rstrip() in (closing + "}", closing + ")"):
            yield first, line
            name = None


def python_functions(text):
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield node.lineno, node.end_lineno


def check(tree):
    read = [(path, s.text, cpp_functions(s)) for path, s in tree.sources.items()]
    read += [(path, text, shell_functions(text)) for path, text in tree.scripts("sh")]
    read += [(path, text, python_functions(text)) for path, text in tree.scripts("py")]
    for path, text, functions in read:
        lines = len(text.splitlines())
        if lines > FILE_LINES_MAX:
            yield Finding(path, 1, f"{lines} lines, more than {FILE_LINES_MAX}")
        for first, last in functions:
            if last - first + 1 > FUNCTION_LINES_MAX:
                text = f"a function of {last - first + 1} lines, more than {FUNCTION_LINES_MAX}"
                yield Finding(path, first, text)


def planted(begin, line, end, lines):
    return begin + line * lines + end


CPP = "int x;\nvoid f(int y) {  // here\n"
METHOD = "namespace a {\nstruct S {\n  int x{3};\n  S() : x{1} {}\n  void f() {  // here\n"
GREEN = [
    {"a.cpp": planted(CPP, "  g();\n", "}\n", 68)},
    {"a.cpp": planted("const int table[] = {\n", "1,\n", "};\n", 20)},
    {"a.cpp": planted("class S {\n", "  void f() {}\n", "};\n", 90)},
    {"a.cpp": planted("", "// a line\n", "", 400)},
]
RED = [
    {"a.cpp": planted(CPP, "  g();\n", "}\n", 69)},
    {"a.hpp": planted(METHOD, "    if (x) { g(); }\n", "  }\n};\n}\n", 69)},
    {"a.cpp": planted("TEST(A, B) {  // here\n", '  g("}");\n', "}\n", 69)},
    {"run": planted("#!/usr/bin/env bash\nf() { # here\n", "    g\n", "}\n", 69)},
    {"a.py": planted("def f():  # here\n", "    g()\n", "", 70)},
    {"a.cpp": planted("// here\n", "// a line\n", "", 400)},
]
