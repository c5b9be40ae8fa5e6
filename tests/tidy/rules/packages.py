"""The launcher installs what something uses, and everything that CMake asks for."""

import re

from tree import Finding

LAUNCHER = "rehearse"
# What CMake asks for → the package that has it.
FOUND_BY_CMAKE = {
    "Boost": "libboost1.81-dev",
    "CLI11": "libcli11-dev",
    "GTest": "libgtest-dev",
    "OpenSSL": "libssl-dev",
    "PkgConfig": "pkg-config",
    "ccache": "ccache",
    "filesystem": "libboost-filesystem1.81-dev",
    "hiredis": "libhiredis-dev",
    "json": "libboost-json1.81-dev",
    "libnetfilter_queue": "libnetfilter-queue-dev",
    "libnftables": "libnftables-dev",
    "libpq": "libpqxx-dev",  # depends on libpq-dev
    "libpqxx": "libpqxx-dev",
    "mold": "mold",
    "nlohmann_json": "nlohmann-json3-dev",
    "prometheus-cpp-core": "prometheus-cpp-dev",
    "rdkafka": "librdkafka-dev",
    "spdlog": "libspdlog-dev",
    "sqlite3": "libsqlite3-dev",
    "system": "libboost-system1.81-dev",
    "yaml-cpp": "libyaml-cpp-dev",
}
# Packages that CMake does not ask for → what uses them: a pattern over the files that match.
USED_BY = {
    "build-essential": (r"CMakeLists\.txt", r"LANGUAGES CXX"),
    "ca-certificates": (r"fixtures/images/build", r"ca-certificates\.crt"),
    "clang-format-14": (r"tests/tidy/rules/\w+\.py", r"\bclang-format-14\b"),
    "cmake": (r"CMakeLists\.txt", r"cmake_minimum_required"),
    "debootstrap": (r"fixtures/images/build", r"\bdebootstrap\b"),
    "iproute2": (r"harness/.*\.cpp", r'"ip"'),
    "iptables": (r"harness/.*\.cpp", r"\biptables-nft-restore\b"),
    "libgmock-dev": (r"tests/CMakeLists\.txt", r"\bgmock\b"),
    "netavark": (r"harness/.*\.cpp", r'"podman"'),  # podman starts nothing without a network backend
    "nftables": (r"harness/.*\.cpp", r'"nft"'),
    "ninja-build": (r"CMakePresets\.json", r'"Ninja"'),
    "podman": (r"harness/.*\.cpp", r'"podman"'),
    "python3": (r"tests/tidy/run", r"\bpython3\b"),
    "runc": (r"fixtures/images/build", r"\brunc\b"),
}
LIST = re.compile(r"^\w*packages=\(([^)]*)\)", re.M)
ASKED = re.compile(
    r"find_package\((\w+)([^)]*)\)|pkg_check_modules\(\w+ REQUIRED(?: IMPORTED_TARGET)? ([\w-]+)\)"
    r"|find_program\(\w+ (\w+)\)"
)
NO_PACKAGE = {"Threads"}  # comes with the compiler


def listed(launcher):
    """(line, package) of each package in the launcher's lists."""
    for found in LIST.finditer(launcher):
        first = launcher.count("\n", 0, found.start(1)) + 1
        for number, line in enumerate(found[1].split("\n")):
            for package in re.sub(r"#.*", "", line).split():
                yield first + number, package.split("=")[-1]


def asked_for(cmake):
    """(line, name) of each package, component, module and program that CMake looks for."""
    for found in ASKED.finditer(cmake):
        line = cmake.count("\n", 0, found.start()) + 1
        names = [name for name in (found[1], found[3], found[4]) if name]
        if found[1] == "Boost":
            names += found[2].partition("COMPONENTS")[2].split()
        for name in names:
            if name not in NO_PACKAGE:
                yield line, name


def check(tree):
    launcher, cmake = tree.files.get(LAUNCHER, ""), tree.files.get("CMakeLists.txt", "")
    packages = {package for _, package in listed(launcher)}
    wanted = set()
    for line, name in asked_for(cmake):
        package = FOUND_BY_CMAKE.get(name)
        wanted.add(package)
        if package is None:
            yield Finding("CMakeLists.txt", line, f"{name}: say in FOUND_BY_CMAKE which package has it")
        elif package not in packages:
            yield Finding("CMakeLists.txt", line, f"{name} is of {package}, which {LAUNCHER} does not install")
    for line, package in listed(launcher):
        where, what = USED_BY.get(package, ("", ""))
        used = package in wanted or what and any(
            re.fullmatch(where, path) and re.search(what, text) for path, text in tree.files.items()
        )
        if not used:
            yield Finding(LAUNCHER, line, f"nothing uses {package}")


CMAKE = "find_package(Threads REQUIRED)\nfind_package(OpenSSL REQUIRED)\n"
GREEN = [
    {LAUNCHER: "packages=(\n    libssl-dev\n)\n", "CMakeLists.txt": CMAKE},
    {LAUNCHER: "packages=(\n  iproute2 # for zones\n)\n", "harness/a.cpp": 'run("ip");\n'},
]
RED = [
    {LAUNCHER: "packages=(\n    libssl-dev\n    libsodium-dev # here\n)\n", "CMakeLists.txt": CMAKE},
    {LAUNCHER: "packages=(\n)\n", "CMakeLists.txt": CMAKE.replace("L REQUIRED)", "L REQUIRED)  # here")},
    {LAUNCHER: "packages=(\n  libssl-dev\n)\ntest_packages=(\n  python3 # here\n)\n", "CMakeLists.txt": CMAKE},
    {LAUNCHER: "packages=()\n", "CMakeLists.txt": "find_package(Other REQUIRED) # here\n"},
]
