"""A rule that cannot fail is a defect: each brings trees that it must reject, and ones it must not.

In a rule's module, RED and GREEN are lists of planted trees (path → content). A line of a red tree
that ends in a comment `here` is one that the rule must name, and it may name no other.
"""

import re

from tree import Tree

MARK = re.compile(r"(//|#|--) here\b")


def failures_of(rule):
    failures = []
    if not rule.RED or not rule.GREEN:
        failures.append(f"{rule.__name__}: nothing is planted for this rule")
    for number, files in enumerate(rule.RED, 1):
        wanted = {
            (path, line)
            for path, text in files.items()
            for line, content in enumerate(text.split("\n"), 1)
            if MARK.search(content)
        }
        seen = {(finding.path, finding.line) for finding in rule.check(Tree(files))}
        if not wanted:
            failures.append(f"{rule.__name__}: red tree {number} marks no line")
        for path, line in sorted(wanted ^ seen):
            what = "is not found" if (path, line) in wanted else "is found and is none"
            failures.append(f"{rule.__name__}: the planted violation {number} at {path}:{line} {what}")
    for number, files in enumerate(rule.GREEN, 1):
        for finding in rule.check(Tree(files)):
            failures.append(f"{rule.__name__}: green tree {number} is not clean: {finding}")
    return failures
