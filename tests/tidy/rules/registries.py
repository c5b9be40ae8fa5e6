"""No host of a package registry is named: debootstrap, apt and podman know theirs."""

import re

from tree import Finding

# Hosts by what they serve. Names of XML namespaces and documentation are no hosts that are asked.
HOSTS = [
    r"(?:deb|security|ftp|snapshot|archive)\.debian\.org",
    r"(?:archive|security|ports)\.ubuntu\.com",
    r"(?:docker|quay|ghcr|gcr|k8s\.gcr|registry\.k8s)\.io",
    r"registry\.[\w.-]+\.\w+",
    r"repo\d*\.maven\.\w+(?:\.\w+)*|repo\.maven\.apache\.org|search\.maven\.org",
    r"pypi\.org|files\.pythonhosted\.org",
    r"registry\.npmjs\.org|crates\.io|rubygems\.org|proxy\.golang\.org",
    r"(?:downloads|archive|dlcdn)\.apache\.org|packages\.clickhouse\.com|apt\.postgresql\.org",
]
# Written in pieces, so that the rule need not exempt its own file.
HOST = re.compile(r"(?<![\w.-])(?:" + "|".join(HOSTS) + r")(?![\w-])")


def check(tree):
    for path, text in tree.files.items():
        for line, content in enumerate(text.split("\n"), 1):
            if found := HOST.search(content):
                yield Finding(path, line, f"{found[0]} is the host of a registry")


def host(*parts):
    return ".".join(parts)


GREEN = [
    {"pom.xml": 'xmlns="http://maven.apache.org/POM/4.0.0"\n'},
    {"a.hpp": "// Source: kafka.apache.org/protocol\n", "c": f"not{host('crates', 'io')}\n"},
]
RED = [
    {"setup": f"mirror=http://{host('deb', 'debian', 'org')}/debian # here\n"},
    {"Containerfile": f"FROM {host('docker', 'io')}/library/debian # here\n"},
    {"a.md": f"see {host('repo1', 'maven', 'org')} // here\n"},
]
