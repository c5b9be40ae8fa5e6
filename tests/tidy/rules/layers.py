"""An include goes only where CMake's links go, and every link is used by an include.

A folder's target says in CMakeLists.txt which rooms it knows. What is not linked, directly or not,
is not included; a room or package that is linked directly is included somewhere in the folder.
"""

import re

from cmake import reachable, targets_of
from tree import Finding

# Packages: what CMake links → the headers that need it.
PACKAGES = {
    "Boost::filesystem": r"boost/process",
    "Boost::json": r"boost/json",
    "Boost::system": r"boost/process",  # Asio and Beast are headers alone
    "CLI11::CLI11": r"CLI/",
    "GTest::gmock": r"gmock/",
    "GTest::gtest_main": r"gtest/",
    "OpenSSL::Crypto": r"openssl/(?!ssl)",
    "OpenSSL::SSL": r"openssl/ssl|boost/asio/ssl|boost/beast/ssl",
    "PkgConfig::NFQUEUE": r"libnetfilter_queue/",
    "PkgConfig::NFTABLES": r"nftables/",
    "PkgConfig::PQ": r"libpq-fe",
    "PkgConfig::PQXX": r"pqxx/",
    "PkgConfig::PROMETHEUS": r"prometheus/",
    "PkgConfig::RDKAFKA": r"librdkafka/",
    "PkgConfig::SQLITE": r"sqlite3",
    "PkgConfig::YAMLCPP": r"yaml-cpp/",
    "${HIREDIS_LINK_LIBRARIES}": r"hiredis/",
    "fmt::fmt": r"fmt/",
    "nlohmann_json::nlohmann_json": r"nlohmann/",
    "spdlog::spdlog": r"spdlog/",
}
# Every source may include these: options and threads come with the compiler, not with a room.
UNCHECKED = {"rehearse_options", "rehearse_headers", "Threads::Threads"}
ROOTS = ("", "harness/", "fixtures/", "tests/fuzz/")  # where CMake lets includes begin


def resolve(tree, path, name):
    """The file of this tree that an own include means, or None."""
    here = path.rpartition("/")[0]
    for root in (here + "/", *ROOTS):
        parts = []
        for part in (root + name).split("/"):
            if part == ".." and parts:
                parts.pop()
            elif part and part != "..":
                parts.append(part)
        if "/".join(parts) in tree.files:
            return "/".join(parts)
    return None


def owner_of(targets, path):
    """The target that names a file, or the one in whose folder it lies: that of the longest."""
    for name, target in targets.items():
        if path in target.named:
            return name
    owners = [n for n, t in targets.items() if t.folder and path.startswith(t.folder + "/")]
    return max(owners, key=lambda name: len(targets[name].folder), default=None)


def external_of(targets, name):
    return set().union(*(targets[room].external for room in reachable(targets, name)))


def wrong_own_include(tree, targets, path, name):
    target = resolve(tree, path, name)
    if target is None:
        return f'"{name}" is no file of this tree'
    mine, its = owner_of(targets, path), owner_of(targets, target)
    if its is None or its in reachable(targets, mine):
        return None
    return f'"{name}" is of {its}, which {mine} does not link'


def wrong_package(targets, path, name):
    linked = external_of(targets, owner_of(targets, path))
    needed = [link for link, headers in PACKAGES.items() if re.match(headers, name)]
    # OpenSSL's and Boost's headers may belong to two: one of them is enough.
    if not needed or any(link in linked for link in needed):
        return None
    return f"<{name}> needs {' or '.join(needed)}, which its target does not link"


def unused_links(tree, targets):
    for name, target in targets.items():
        sources = tree.under(target.folder) if target.folder else []
        own = {resolve(tree, s.path, n) for s in sources for _, kind, n in s.includes() if kind == "own"}
        owners = {owner_of(targets, path) for path in own if path}
        system = [n for s in sources for _, kind, n in s.includes() if kind == "system"]
        for link in sorted((target.rooms | target.external) - UNCHECKED):
            if link in targets:
                used = link in owners or not targets[link].folder
            elif link in PACKAGES:
                used = any(re.match(PACKAGES[link], header) for header in system)
            else:
                yield Finding(target.path, target.line, f"{link}: say in PACKAGES which headers it is for")
                continue
            if not used:
                text = f"{name} links {link} and includes nothing of it"
                yield Finding(target.path, target.line, text)


def check(tree):
    targets = targets_of(tree)
    # Tests may know everything that they link; many targets share their folder.
    libraries = {n: t for n, t in targets.items() if not t.folder.startswith("tests")}
    for path, source in tree.sources.items():
        tested = path.startswith("tests/")
        if not tested and owner_of(libraries, path) is None:
            yield Finding(path, 1, "no target of CMake has this file")
            continue
        for line, kind, name in source.includes():
            wrong = None
            if kind == "own" and tested:
                if resolve(tree, path, name) is None:
                    wrong = f'"{name}" is no file of this tree'
            elif kind == "own":
                wrong = wrong_own_include(tree, libraries, path, name)
            elif not tested:
                wrong = wrong_package(libraries, path, name)
            if wrong:
                yield Finding(path, line, wrong)
    # Only libraries: an executable links what it starts.
    yield from unused_links(tree, {n: t for n, t in libraries.items() if t.folder})


CMAKE = """rehearse_library(rehearse_base FOLDER harness/base EXTERNAL fmt::fmt)
rehearse_library(rehearse_record FOLDER harness/record LINKS rehearse_base)
rehearse_library(rehearse_checks FOLDER harness/checks LINKS rehearse_record)
"""
HOUSE = {
    "CMakeLists.txt": CMAKE,
    "harness/base/a.hpp": "#include <fmt/format.h>\n",
    "harness/record/b.hpp": '#include "base/a.hpp"\n',
    "harness/checks/c.hpp": '#include "base/a.hpp"  // through record\n#include "record/b.hpp"\n',
}
GREEN = [HOUSE]
RED = [
    {**HOUSE, "harness/record/d.cpp": '#include "base/a.hpp"\n#include "checks/c.hpp"  // here\n'},
    {**HOUSE, "harness/record/d.cpp": '#include "record/gone.hpp"  // here\n'},
    {**HOUSE, "harness/record/d.cpp": "#include <pqxx/pqxx>  // here\n"},
    {**HOUSE, "harness/lost/d.cpp": "// here\n"},
    {**HOUSE, "harness/checks/c.hpp": '#include "base/a.hpp"\n',
     "CMakeLists.txt": CMAKE.replace("record)", "record)  # here")},
]
