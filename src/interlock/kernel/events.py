"""What is a fact: an immutable event with tags, and the form in which the log hands it back."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from functools import cache
from typing import Annotated, Any, ClassVar, Final, NamedTuple, get_args, get_type_hints

import msgspec


class Erased(msgspec.Struct, frozen=True, tag="erased"):
    """Stands where personal data stood before the person's key was destroyed."""

    def __str__(self) -> str:
        return "(erased)"


ERASED: Final = Erased()


class _Sealed:
    """Marks a field as personal: it is encrypted under the key of the event's ``person`` before it is stored."""


SEALED: Final = _Sealed()
PersonalText = Annotated[str | Erased, SEALED]
"""Text that is personal: readable while the person's key exists, ``ERASED`` afterwards."""
PersonalValue = Annotated[Any, SEALED]
"""Any JSON value that is personal."""


class Event(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=False, omit_defaults=True):
    """A fact in the past tense. Subclasses name their fields; personal ones are marked, and then ``person`` is required."""

    version: ClassVar[int] = 1

    def tags(self) -> tuple[str, ...]:
        """The entities this fact is about, such as ``interaction:i_1``; they hold nothing personal."""
        raise NotImplementedError(type(self).__name__)


class Command(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An imperative that may be refused. A command that is kept for later holds identifiers only, nothing personal."""

    def lane(self) -> str:
        """Commands of one lane are carried out one after another, in the order in which they became due."""
        raise NotImplementedError(type(self).__name__)


class Cursor(NamedTuple):
    """A place in the log's order: transaction first, then position, so that a late commit is never skipped."""

    xid: int
    position: int

    def __str__(self) -> str:
        return f"{self.xid}-{self.position}"

    @classmethod
    def parse(cls, text: str) -> Cursor:
        """Read the form that ``str`` gives. Raises ValueError for anything else."""
        xid, dash, position = text.partition("-")
        if not dash or not (xid.isascii() and xid.isdigit() and position.isascii() and position.isdigit()):
            raise ValueError(f"not a position in the log: {text[:40]!r}")
        if len(text) > 40:
            raise ValueError("not a position in the log: too long")
        return cls(int(xid), int(position))


START: Final = Cursor(0, 0)


class Recorded(NamedTuple):
    """An event as the log keeps it."""

    cursor: Cursor
    id: str
    at: datetime
    event: Event
    cause: str


@cache
def sealed_fields(kind: type[msgspec.Struct]) -> frozenset[str]:
    """The names of an event type's personal fields."""
    hints = get_type_hints(kind, include_extras=True)
    return frozenset(name for name, hint in hints.items() if SEALED in get_args(hint))


class Catalogue:
    """The types that may stand in the log or wait in the due table, by name."""

    def __init__(self, kinds: Iterable[type[msgspec.Struct]]) -> None:
        self._by_name: dict[str, type[msgspec.Struct]] = {}
        for kind in kinds:
            if kind.__name__ in self._by_name:
                raise ValueError(f"two types are called {kind.__name__}")
            self._by_name[kind.__name__] = kind

    def __iter__(self) -> Iterator[type[msgspec.Struct]]:
        return iter(self._by_name.values())

    def named(self, name: str) -> type[msgspec.Struct]:
        """The type of that name. Raises LookupError for a name that this version does not know."""
        try:
            return self._by_name[name]
        except KeyError:
            raise LookupError(f"this version knows no event or command called {name!r}") from None


NewId = Callable[[str], str]
"""Makes an identifier with the given prefix; the same cause gives the same identifiers in the same order."""
