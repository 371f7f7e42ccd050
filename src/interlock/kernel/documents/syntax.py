"""What did the author mean where the YAML parser gave up: its complaint, told as what to write instead."""

from __future__ import annotations

import re
from typing import Any, Final, NamedTuple

from ruamel.yaml.error import MarkedYAMLError

from interlock.kernel.documents.errors import Position, Problem, in_quotes, shown

_ENTRY: Final = re.compile(r"^(?P<head>\s*(?:- +)*(?:(?P<key>[^\s:#'\"{\[][^:#]*?): +)?)(?P<value>.*?)\s*$")
"""A line of a block mapping or list: what introduces the value, and the value."""

_MISSING_SPACE: Final = re.compile(r"^\s*(?:- +)*(?P<key>[\w.-]+):(?P<value>\S.*)$")


class _Complaint(NamedTuple):
    """What the parser says, taken apart."""

    context: str
    problem: str
    at: Position
    opened: Position
    line: str
    """The line in which it gave up."""


def syntax_problem(error: MarkedYAMLError, lines: list[str], file: str) -> Problem:
    """The problem behind a syntax error, at the place where the author has to change something."""
    at = _position(error.problem_mark) or _position(error.context_mark) or Position(1, 1)
    complaint = _Complaint(
        context=error.context or "",
        problem=error.problem or "",
        at=at,
        opened=_position(error.context_mark) or at,
        line=line_at(lines, at.line),
    )
    for explain in (_forbidden_start, _colon_in_text, _unclosed, _flow, _block, _simple_key):
        told = explain(complaint, lines)
        if told is not None:
            place, what, mend = told
            return Problem(file, place.line, place.column, what, mend)
    what = f"this is no YAML ({shown(complaint.problem)})"
    return Problem(file, at.line, at.column, what, "put a text with special characters in quotes")


def unreadable_character(text: str, offset: int, file: str) -> Problem:
    """The problem of a control character or half a character at an offset of the text."""
    before = text[:offset].splitlines(keepends=True) or [""]
    fresh_line = before[-1].endswith(("\n", "\r"))
    line, column = (len(before) + 1, 1) if fresh_line else (len(before), len(before[-1]) + 1)
    what = f"the character U+{ord(text[offset]):04X} is not allowed in YAML"
    return Problem(file, line, column, what, "remove it")


def line_at(lines: list[str], number: int) -> str:
    """The line with this number, from 1; empty beyond the end."""
    return lines[number - 1] if 0 < number <= len(lines) else ""


_Told = tuple[Position, str, str] | None


def _forbidden_start(found: _Complaint, lines: list[str]) -> _Told:
    if "cannot start any token" in found.problem:
        character = found.line[found.at.column - 1 : found.at.column]
        if character == "\t":
            return found.at, "this line is indented with a tab", "indent with spaces"
        written = in_quotes(shown(found.line[found.at.column - 1 :]))
        return found.at, f"a text cannot begin with '{character}' without quotes", f"write {written}"
    if found.context in ("while scanning an alias", "while scanning an anchor"):
        written = in_quotes(shown(line_at(lines, found.opened.line)[found.opened.column - 1 :]))
        character = written[1]
        return found.opened, f"a text cannot begin with '{character}' without quotes", f"write {written}"
    if "sequence entries are not allowed here" in found.problem:
        return found.at, "a list cannot begin in the line of its key", "put '- …' into a line of its own, indented"
    return None


def _colon_in_text(found: _Complaint, lines: list[str]) -> _Told:
    if "mapping values are not allowed here" not in found.problem:
        return None
    entry = _ENTRY.match(found.line)
    if entry is not None and entry["key"] and found.at.column > len(entry["head"]):
        mend = f"put the text in quotes: {entry['key']}: {in_quotes(shown(entry['value']))}"
        return found.at, "a colon followed by a space cannot stand in a text without quotes", mend
    above = line_at(lines, found.at.line - 1)
    what = f"this line continues the value above it ('{shown(above)}') and cannot have a key"
    return found.at, what, "align it with the key that it belongs to, or put a colon behind that key"


def _unclosed(found: _Complaint, lines: list[str]) -> _Told:
    if "unknown escape character" in found.problem:
        escape = found.line[found.at.column - 2 : found.at.column]
        mend = f"write '\\{escape}', or use single quotes"
        return Position(found.at.line, found.at.column - 1), f"'{escape}' means nothing within double quotes", mend
    if "quoted scalar" in found.context:
        quote = line_at(lines, found.opened.line)[found.opened.column - 1 : found.opened.column]
        return found.opened, "the text that begins here in quotes does not end", f"write {quote} at its end"
    return None


def _flow(found: _Complaint, lines: list[str]) -> _Told:
    if "flow sequence" not in found.context and "flow mapping" not in found.context:
        return None
    kind, opens, closes = ("list", "[", "]") if "sequence" in found.context else ("mapping", "{", "}")
    if found.at.line > found.opened.line:
        return found.opened, f"the {kind} that begins here with '{opens}' does not end", f"write '{closes}' at its end"
    mend = "separate entries with commas, and put texts that contain , : [ ] { } or quotes in quotes"
    return found.at, f"',' or '{closes}' is missing before this", mend


def _block(found: _Complaint, lines: list[str]) -> _Told:
    if "found ']'" in found.problem or "found '}'" in found.problem:
        return found.at, "this closes nothing", "remove it, or put the text in quotes"
    if "<document start>" in found.problem:
        return found.at, "this line belongs to nothing above it", "align it with the first key of the file"
    if "expected <block end>" not in found.problem:
        return None
    entry = _ENTRY.match(found.line)
    if entry is not None and entry["value"][:1] in ("'", '"', "{", "[") and found.at.column > len(entry["head"]) + 1:
        value = entry["value"]
        # 'it's' is meant as it's, but {name} hello is meant as it stands.
        inner = value[1:-1] if value[-1] == value[0] and value.count(value[0]) == 3 else value
        head = f"{entry['key']}: " if entry["key"] else ""
        closing = {"{": "}", "[": "]"}.get(value[0], value[0])
        return (
            found.at,
            f"text follows the closing {closing}",
            f"put the whole in quotes: {head}{in_quotes(shown(inner))}",
        )
    opened = found.opened
    if "collection" in found.context and not found.line.lstrip().startswith("- "):
        if found.at.column == opened.column:
            what = f"a key stands where the list that began in line {opened.line} goes on"
            return found.at, what, "begin it with '- ', or indent it less to end the list"
        where = f"the list that began in line {opened.line}"
    else:
        where = f"the block that began in line {opened.line} at column {opened.column}"
    return found.at, f"the indentation of this line does not fit {where}", "align it with the line that it belongs to"


def _simple_key(found: _Complaint, lines: list[str]) -> _Told:
    if "could not find expected ':'" not in found.problem:
        return None
    line = line_at(lines, found.opened.line)
    glued = _MISSING_SPACE.match(line)
    if glued is not None:
        mend = f"write '{glued['key']}: {shown(glued['value'])}'"
        return found.opened, f"a space is missing behind the colon of '{glued['key']}:'", mend
    mend = "write 'key: value', or indent it as part of the text above"
    return found.opened, f"'{shown(line)}' is no 'key: value'", mend


def _position(mark: Any) -> Position | None:
    return None if mark is None else Position(mark.line + 1, mark.column + 1)
