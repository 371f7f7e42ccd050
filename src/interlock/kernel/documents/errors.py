"""How is a mistake in a definition told: what is wrong, where, and what to write instead?"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Set
from typing import Final, NamedTuple

import msgspec

MAX_PROBLEMS: Final = 100
"""Problems that one error carries; more would not be read."""

MAX_SHOWN: Final = 60
"""Characters of an author's text that are repeated in a message."""


class Position(NamedTuple):
    """A place in a file, both counted from 1; columns count characters."""

    line: int
    column: int


class Reference(NamedTuple):
    """A dotted name that a template or an expression uses, and at which character of its text (from 0)."""

    path: str
    offset: int


class Problem(msgspec.Struct, frozen=True):
    """One mistake: ``str()`` gives ``file:line:column: what; mend``.

    Attributes:
        what: what is wrong, in the author's words.
        mend: what to write instead; empty where nothing can be proposed.
    """

    file: str
    line: int
    column: int
    what: str
    mend: str = ""

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}: {self.what}" + (f"; {self.mend}" if self.mend else "")


class DefinitionError(ValueError):
    """A definition cannot be used. Carries every problem that was found, in the order of the file."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        found = sorted(set(problems), key=lambda each: (each.file, each.line, each.column, each.what))
        self.problems: tuple[Problem, ...] = tuple(found[:MAX_PROBLEMS])
        more = len(found) - len(self.problems)
        lines = [str(each) for each in self.problems]
        super().__init__("\n".join([*lines, f"… and {more} more"] if more else lines))


class Misread(ValueError):
    """A text does not have the form of its type; raised by every ``from_text``.

    Attributes:
        what: what is wrong with the text.
        mend: what to write instead, or empty.
        offset: the character of the text (from 0) at which it goes wrong, where that is known.
    """

    def __init__(self, what: str, mend: str = "", offset: int = 0) -> None:
        super().__init__(f"{what}; {mend}" if mend else what)
        self.what = what
        self.mend = mend
        self.offset = offset


def closest(word: str, known: Iterable[str]) -> str | None:
    """The known word that the author most probably meant, or None."""
    by_form = {_form(each): each for each in known}
    found = difflib.get_close_matches(_form(word), by_form, n=1, cutoff=0.6)
    return by_form[found[0]] if found else None


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """The mend for a word that is not known: the nearest one, or all of them."""
    choices = sorted(known) if isinstance(known, Set) else list(known)
    near = closest(word, choices)
    if near is not None:
        return f"did you mean '{near}'?"
    return f"known: {', '.join(choices)}" if choices else ""


def shown(text: str) -> str:
    """An author's text, short enough for a message and on one line."""
    line = " ".join(text.split())
    return line if len(line) <= MAX_SHOWN else line[: MAX_SHOWN - 1] + "…"


def in_quotes(text: str) -> str:
    """A text as one would write it in quotes in YAML."""
    if '"' in text or "\\" in text:
        return "'" + text.replace("'", "''") + "'"
    return f'"{text}"'


def with_article(noun: str) -> str:
    """``a step``, ``an ask step``."""
    return f"{'an' if noun[:1] in 'aeiou' else 'a'} {noun}"


def _form(word: str) -> str:
    """lookUp, look-up and look_up are the same word to an author."""
    return "".join(each for each in word.lower() if each.isalnum())
