"""The targets and links that the CMakeLists.txt files declare."""

import re
from typing import NamedTuple

COMMAND = re.compile(r"^[ \t]*(\w+)[ \t]*\(((?:[^()\"]|\"[^\"]*\"|\([^()]*\))*)\)", re.M)


class Target(NamedTuple):
    folder: str  # of its sources
    named: set  # sources that are named one by one
    rooms: set  # targets of this tree that it links
    external: set  # everything else that it links
    line: int
    path: str


def words_of(text):
    text = re.sub(r"#[^\n]*", "", text)
    return [word.strip('"') for word in re.findall(r'"[^"]*"|\S+', text)]


def commands_of(tree):
    """(path, line, command, words) of each command of each CMakeLists.txt."""
    for path, text in tree.files.items():
        if path.rsplit("/", 1)[-1] == "CMakeLists.txt" or path.endswith(".cmake"):
            blanked = re.sub(r"(?m)^[ \t]*#[^\n]*", "", text)
            for found in COMMAND.finditer(blanked):
                line = blanked.count("\n", 0, found.start()) + 1
                yield path, line, found[1], words_of(found[2])


def targets_of(tree):
    """name → Target; the sources of a target lie in its FOLDER, or beside its CMakeLists.txt."""
    declared, links = {}, {}
    for path, line, command, words in commands_of(tree):
        here = path.rpartition("/")[0]
        if command == "rehearse_library":
            folder = words[words.index("FOLDER") + 1]
            declared[words[0]] = (folder, set(), line, path)
            keywords = {"FOLDER", "LINKS", "EXTERNAL"}
            links.setdefault(words[0], set()).update(w for w in words[3:] if w not in keywords)
        elif command in ("add_library", "add_executable"):
            named = {f"{here}/{word}".lstrip("/") for word in words[1:] if word.endswith(".cpp")}
            declared[words[0]] = (here, named, line, path)
        elif command == "target_link_libraries":
            links.setdefault(words[0], set()).update(
                w for w in words[1:] if w not in ("PUBLIC", "PRIVATE", "INTERFACE")
            )
    targets = {}
    for name, (folder, named, line, path) in declared.items():
        linked = links.get(name, set())
        rooms = {word for word in linked if word in declared}
        targets[name] = Target(folder, named, rooms, linked - rooms, line, path)
    return targets


def reachable(targets, name):
    """The target itself and everything it links, directly or not."""
    seen, waiting = set(), [name]
    while waiting:
        name = waiting.pop()
        if name not in seen and name in targets:
            seen.add(name)
            waiting += targets[name].rooms
    return seen
