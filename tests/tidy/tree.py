"""The tree that the rules read: what git tracks (or what an archive holds), or a planted one."""

import os
import re
import subprocess
from pathlib import Path
from typing import NamedTuple


class Finding(NamedTuple):
    path: str
    line: int
    text: str

    def __str__(self):
        return f"{self.path}:{self.line}: {self.text}"


# A comment, a literal, or a word; numbers count as words, for the quotes in 1'000.
TOKEN = re.compile(
    r"""//[^\n]*|/\*.*?\*/"""
    r"""|\b(?:u8|[uUL])?R"(?P<tag>[^()\\\s]*)\((?P<raw>.*?)\)(?P=tag)\""""
    r"""|"(?P<text>(?:\\.|[^"\\\n])*)"|'(?:\\.|[^'\\\n])+'|\d[\w.']*|\w+""",
    re.S,
)


def line_of(text, offset):
    return text.count("\n", 0, offset) + 1


class Source:
    """A C++ file: its text, its code with comments and literals blanked, and its literals."""

    def __init__(self, path, text):
        self.path = path
        self.text = text
        self.literals = []  # (offset, content)
        pieces, end = [], 0
        for token in TOKEN.finditer(text):
            whole = token.group()
            if whole[0] not in "/\"'" and not whole.endswith('"'):
                continue  # a word
            content = token["text"] if token["raw"] is None else token["raw"]
            if content is not None:
                self.literals.append((token.start(), content))
            pieces += (text[end : token.start()], re.sub(r"[^\n]", " ", whole))
            end = token.end()
        self.code = "".join(pieces) + text[end:]
        self.lines = self.code.split("\n")

    def line_of(self, offset):
        return line_of(self.text, offset)

    INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*(["<])([^">\n]+)[">]', re.M)

    def includes(self):
        """(line, "own" or "system", name) of each include."""
        for found in self.INCLUDE.finditer(self.text):
            if self.code[found.start() : found.end()].lstrip().startswith("#"):  # no comment
                kind = "own" if found[1] == '"' else "system"
                yield self.line_of(found.start()), kind, found[2]


class Tree:
    def __init__(self, files, root=None):
        """files: path → content; root: where they lie, None for a planted tree."""
        self.files = files
        self.root = root
        self.sources = {
            path: Source(path, text)
            for path, text in files.items()
            if path.endswith((".cpp", ".hpp"))
        }

    @classmethod
    def of_disk(cls, root):
        files = {}
        for path in paths_of(root):
            try:
                files[path] = (root / path).read_text(encoding="utf-8")
            except (UnicodeDecodeError, FileNotFoundError, IsADirectoryError):
                pass  # no text, or deleted and not yet committed
        return cls(files, root)

    def under(self, folder):
        """The C++ sources of a folder."""
        return [s for path, s in self.sources.items() if path.startswith(folder + "/")]

    def scripts(self, language):
        """(path, text) of the scripts in "sh" or "py", by their name or their first line."""
        first = {"sh": re.compile(r"#!.*\b(ba)?sh\b"), "py": re.compile(r"#!.*\bpython3?\b")}[language]
        for path, text in self.files.items():
            if path.endswith("." + language) or first.match(text):
                yield path, text


def paths_of(root):
    if (root / ".git").exists():
        listed = subprocess.run(
            ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
            cwd=root,
            capture_output=True,
        )
        if listed.returncode == 0:
            return [p for p in listed.stdout.decode().split("\0") if p]
    # An archive without git, or a checkout of somebody whom git does not trust.
    paths = []
    for folder, names, files in os.walk(root):
        if Path(folder) == root:
            names[:] = [name for name in names if name not in ("build", "runs", ".git")]
        names[:] = [name for name in names if name != "__pycache__"]
        paths += [str((Path(folder) / name).relative_to(root)) for name in files]
    return sorted(paths)
