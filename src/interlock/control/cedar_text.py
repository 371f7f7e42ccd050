"""Where in a Cedar file does each rule stand, and where exactly does one go wrong?"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from cedarpy import PolicySet

from interlock.kernel.documents import Problem, closest

_TOKEN: Final = re.compile(r'"(?:[^"\\\n]|\\.)*"|//[^\n]*|\w+|::|==|!=|<=|>=|&&|\|\||\s+|.', re.DOTALL)
_KEYWORDS: Final = (
    "permit",
    "forbid",
    "when",
    "unless",
    "in",
    "has",
    "like",
    "is",
    "if",
    "then",
    "else",
    "true",
    "false",
)
_SCOPE: Final = ("principal", "action", "resource")
_METHODS: Final = ("contains", "containsAll", "containsAny", "isEmpty", "hasTag", "getTag")

MAX_NESTING: Final = 60
"""Brackets within brackets in one rule; the parser would not survive some hundreds."""

MAX_TOKENS: Final = 1_500
"""Words and signs of one rule, for the same reason: each operator of a chain nests in the one before."""


class Statement(NamedTuple):
    """One rule's text as written, and where it begins (both from 1)."""

    text: str
    file: str
    line: int
    column: int

    def problem(self, what: str, mend: str = "", *, offset: int = 0) -> Problem:
        """A mistake at a character of this rule's text."""
        before = self.text[:offset]
        line = before.count("\n")
        column = len(before) - (before.rfind("\n") + 1) + 1
        return Problem(self.file, self.line + line, column if line else self.column + column - 1, what, mend)

    def covers(self, problem: Problem) -> bool:
        """Whether a mistake stands within this rule."""
        return problem.file == self.file and 0 <= problem.line - self.line <= self.text.count("\n")

    def find(self, word: str) -> int:
        """The offset of a whole word outside comments (also within a text), or 0."""
        for match in _TOKEN.finditer(self.text):
            if not match[0].startswith("//") and (found := re.search(rf"(?<!\w){re.escape(word)}(?!\w)", match[0])):
                return match.start() + found.start()
        return 0


def statements(text: str, file: str) -> list[Statement]:
    """The rules of a Cedar file, each up to its semicolon. What follows the last semicolon is a statement, too."""
    found: list[Statement] = []
    start: int | None = None
    for match in _TOKEN.finditer(text):
        token = match[0]
        if start is None and not (token.isspace() or token.startswith("//")):
            start = match.start()
        if token == ";" and start is not None:
            found.append(_statement(text, file, start, match.end()))
            start = None
    if start is not None:
        found.append(_statement(text, file, start, len(text.rstrip())))
    return found


def too_much(statement: Statement) -> Problem | None:
    """What is wrong with a rule that is so long or so deeply nested that it must not be parsed; None where it may."""
    depth = tokens = 0
    for match in _TOKEN.finditer(statement.text):
        token = match[0]
        if token.isspace() or token.startswith("//"):
            continue
        tokens += 1
        depth += (token in "([{") - (token in ")]}")
        if depth > MAX_NESTING or tokens > MAX_TOKENS:
            what = f"more than {MAX_NESTING} brackets are open here" if depth > MAX_NESTING else "this rule is too long"
            return statement.problem(what, "split it into several rules", offset=match.start())
    return None


def syntax_problem(statement: Statement, complaint: str) -> Problem:
    """The place and the mend of what Cedar's parser complains about (it names no position)."""
    text = statement.text
    if (told := _told(statement, complaint)) is not None:
        return told
    if "unexpected end of input" in complaint:
        ends = text.endswith(";")
        mend = "close what was opened" if ends else "write ';' at the end of the rule"
        return statement.problem("this rule does not end", mend, offset=max(len(text) - 1, 0))
    scope = re.search(r"invalid variable in the policy scope: (\w+)", complaint)
    if scope is not None:
        near = closest(scope[1], _SCOPE)
        mend = f"did you mean '{near}'?" if near else "write (principal, action, resource)"
        return statement.problem(f"'{scope[1]}' is no part of a rule's scope", mend, offset=statement.find(scope[1]))
    end, previous = 0, ""
    for match in _TOKEN.finditer(text):
        end = match.end()
        if match[0].isspace() or match[0].startswith("//"):
            continue
        if not _only_unfinished(text[:end]):
            return statement.problem(*_said(match[0], previous, text[end:]), offset=match.start())
        previous = match[0]
    return statement.problem(f"this is no Cedar ({complaint})", offset=max(end - 1, 0))


def _told(statement: Statement, complaint: str) -> Problem | None:
    """Complaints about what a rule means, and not about how it is written: they say themselves what is wrong."""
    if "nesting exceeds" in complaint:
        return statement.problem("this rule is nested too deeply", "split it into several rules")
    if found := re.search(r"duplicate annotation: @(\w+)", complaint):
        offset = statement.text.rfind(f"@{found[1]}") + 1
        return statement.problem(f"'@{found[1]}' stands twice", "keep one of them", offset=offset)
    if found := re.search(r"with type `Action` but got `(\w+)::", complaint):
        what = f"an action belongs here, and this is a {found[1]}"
        return statement.problem(what, 'write Action::"connector.action"', offset=statement.find(found[1]))
    if found := re.search(r"`(\w+)` is not a valid (method|function)", complaint):
        near = closest(found[1], _METHODS)
        mend = f"did you mean '{near}'?" if near else f"methods: {', '.join(_METHODS)}"
        return statement.problem(f"there is no {found[2]} '{found[1]}'", mend, offset=statement.find(found[1]))
    if "number too large" in complaint:
        longest = max(re.findall(r"\d+", statement.text), key=len)
        return statement.problem("this number is too large", "19 digits are too many", offset=statement.find(longest))
    return None


def _said(token: str, previous: str, rest: str) -> tuple[str, str]:
    """What is wrong with a token that the parser did not expect, and the mend."""
    if token == '"':
        return "the text that begins here in quotes does not end", 'write " at its end'
    if token == ".":
        return "numbers have no decimal point here", "write amounts in whole minor units: 2500 for 25.00"
    if previous == "." and token.isdigit():
        return "numbers have no decimal point here", "write amounts in whole minor units: 2500 for 25.00"
    what = f"'{token[:40]}' was not expected here"
    if token.isidentifier() and token not in _KEYWORDS and (near := closest(token, _KEYWORDS)):
        return what, f"did you mean '{near}'?"
    if token in ("permit", "forbid", "@") and rest:
        return what, "write ';' at the end of the rule before"
    if token == "=":
        return what, "write '==' to compare"
    if token in ("and", "or", "not"):
        return what, f"write '{ {'and': '&&', 'or': '||', 'not': '!'}[token] }'"
    return what, "see the Cedar reference for what can stand here"


def _only_unfinished(text: str) -> bool:
    """Whether a piece of a rule could still become one."""
    try:
        PolicySet.from_str(text)
    except ValueError as error:
        return "unexpected end of input" in str(error)
    return True


def _statement(text: str, file: str, start: int, end: int) -> Statement:
    before = text[:start]
    return Statement(text[start:end], file, before.count("\n") + 1, len(before) - (before.rfind("\n") + 1) + 1)
