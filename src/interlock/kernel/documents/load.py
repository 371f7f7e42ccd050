"""How does a tree of YAML nodes become the typed value that is wanted, with every mistake found in one pass?"""

from __future__ import annotations

import types
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final, Generic, TypeVar, cast, get_origin

import msgspec

from interlock.kernel.documents import hints
from interlock.kernel.documents.errors import (
    DefinitionError,
    Misread,
    Position,
    Problem,
    closest,
    did_you_mean,
    in_quotes,
    shown,
    with_article,
)
from interlock.kernel.documents.hints import Field, Wanted
from interlock.kernel.documents.nodes import Broken, Items, Node, Pairs, Text, read_nodes
from interlock.kernel.documents.read_text import check, found_text, read_text, untyped

T = TypeVar("T")
Path = tuple[str | int, ...]

KEPT_FILES: Final = 300
"""Files that were read last and are not read again."""

KEPT_CHARACTERS: Final = 20_000
"""A longer file is read again each time."""

_BAD: Final = object()
"""Stands for a value that could not be read; its problem is reported already."""


class _Place(msgspec.Struct, frozen=True):
    value: Position
    key: Position
    exact: bool


@dataclass(frozen=True, slots=True)
class Located(Generic[T]):
    """A value read from a definition file, and where each part of it stands.

    Paths are the keys and list positions of the *file* (``("steps", 3, "as")``), not attribute names.
    """

    value: T
    file: str
    places: Mapping[Path, _Place]

    def at(self, path: Path, offset: int = 0) -> Position:
        """Line and column (from 1) of the value at a path, ``offset`` characters into its text.

        A path that is not in the file (a default, say) gives the nearest mapping or list around it.
        """
        place = self._nearest(path)
        if offset and place.exact and path in self.places:
            return Position(place.value.line, place.value.column + offset)
        return place.value

    def at_key(self, path: Path) -> Position:
        """Line and column (from 1) of the key at a path; of the value, if that is an item of a list."""
        return self._nearest(path).key

    def _nearest(self, path: Path) -> _Place:
        while path not in self.places:
            path = path[:-1]
        return self.places[path]


def problem(
    located: Located[Any], path: Path, what: str, mend: str = "", *, offset: int = 0, at_key: bool = False
) -> Problem:
    """A mistake that shows only after reading (an unknown reference, say), at the place that it concerns."""
    line, column = located.at_key(path) if at_key else located.at(path, offset)
    return Problem(located.file, line, column, what, mend)


def load(text: str, file: str, into: type[T]) -> T:
    """Reads YAML text into a typed value.

    Args:
        file: the name that problems are told with.
        into: what is wanted: a frozen msgspec.Struct, made of texts, numbers, booleans, Decimal, Literal, enums,
            Duration, Percent, classes with ``from_text``, lists, dicts, further Structs and unions of these. Of several
            Structs in a union, the one is read whose first field (its verb) is a key of the mapping. Unknown keys are
            always problems.

    Raises:
        DefinitionError: with all the problems that could be found.
    """
    return load_located(text, file, into).value


def load_located(text: str, file: str, into: type[T]) -> Located[T]:
    """Reads like ``load`` and keeps the positions, for checks that come after reading.

    Nobody changes what was read: the same text is not read again, for of two releases most files are the same.
    """
    read: Callable[[str, str, Any], Located[T]] = _read_once if len(text) <= KEPT_CHARACTERS else _read
    return read(text, file, into)


def _read(text: str, file: str, into: Any) -> Located[Any]:
    root, problems = read_nodes(text, file)
    reader = _Reader(file, problems)
    value = reader.read(root, into, (), root.at)
    if reader.problems:
        raise DefinitionError(reader.problems)
    return Located(value, file, reader.places)


_read_once: Final = lru_cache(KEPT_FILES)(_read)


class _Reader:
    def __init__(self, file: str, problems: list[Problem]) -> None:
        self.file = file
        self.problems = problems
        self.places: dict[Path, _Place] = {}

    def read(self, node: Node, hint: Any, path: Path, key: Position) -> Any:
        """The value of a node, or _BAD with its problems reported."""
        self.places[path] = _Place(node.at, key, isinstance(node, Text) and node.exact)
        if isinstance(node, Broken):
            return _BAD
        wanted = [hints.unwrap(each) for each in hints.alternatives(hint)]
        if any(each.core in hints.ANYTHING for each in wanted):
            return self._anything(node, path)
        if isinstance(node, Text):
            return self._text(node, wanted, hint, path)
        if isinstance(node, Items):
            for each in wanted:
                if hints.is_list(each.core):
                    return self._list(node, each, path)
            return self._wrong(node, hint, path, "a list")
        structs = tuple(each.core for each in wanted if hints.is_struct(each.core))
        if structs:
            return self._struct(node, structs, path)
        for each in wanted:
            if hints.is_mapping(each.core):
                return self._dict(node, each, path)
        return self._wrong(node, hint, path, "a mapping (key: value)")

    def _anything(self, node: Node, path: Path) -> Any:
        if isinstance(node, Text):
            return self._attempt(node, path, lambda: untyped(node))
        if isinstance(node, Items):
            return self._list(node, Wanted(list[Any], ()), path)
        return self._dict(cast(Pairs, node), Wanted(dict[str, Any], ()), path)

    def _text(self, node: Text, wanted: list[Wanted], hint: Any, path: Path) -> Any:
        """Reads a text as the first alternative that it fits; if there is only one, that one says what is wrong."""
        scalars = [each for each in wanted if not hints.is_list(each.core) and not hints.is_mapping(each.core)]
        reasons = []
        for each in scalars:
            try:
                return read_text(node, each)
            except Misread as reason:
                if each.core is not types.NoneType:
                    reasons.append(reason)
        if len(reasons) == 1 and len(reasons) == len([each for each in wanted if each.core is not types.NoneType]):
            return self._misread(node, path, reasons[0])
        return self._wrong(node, hint, path, found_text(node))

    def _list(self, node: Items, wanted: Wanted, path: Path) -> Any:
        item = hints.item_hint(wanted.core)
        values = [self.read(each, item, (*path, index), each.at) for index, each in enumerate(node.items)]
        if any(each is _BAD for each in values):
            return _BAD
        kind = get_origin(wanted.core) or wanted.core
        return self._attempt(
            node, path, lambda: check(values if kind not in hints.MAKERS else kind(values), wanted.metas)
        )

    def _dict(self, node: Pairs, wanted: Wanted, path: Path) -> Any:
        key_hint, value_hint = hints.entry_hints(wanted.core)
        result: dict[Any, Any] = {}
        bad = False
        for text, (key, child) in node.pairs.items():
            name = self._key(key, key_hint, path)
            value = self.read(child, value_hint, (*path, text), key.at)
            bad = bad or name is _BAD or value is _BAD
            if not bad:
                result[name] = value
        return _BAD if bad else self._attempt(node, path, lambda: check(result, wanted.metas))

    def _key(self, key: Text, hint: Any, path: Path) -> Any:
        core = hints.unwrap(hint).core
        if core is str or core in hints.ANYTHING:
            return key.text
        try:
            return read_text(Text(key.at, key.text), hints.unwrap(hint))
        except Misread as reason:
            what = f"unknown key '{shown(key.text)}' in {_subject(path)}"
            return self._report(key.at, f"{what} ({reason.what})" if hints.reads_text(core) else what, reason.mend)

    def _struct(self, node: Pairs, structs: tuple[type[msgspec.Struct], ...], path: Path) -> Any:
        if len(structs) == 1:
            return self._fields(node, structs[0], hints.noun(structs[0]), path, "")
        by_verb, noun = hints.verbs(structs), hints.union_noun(structs)
        present = [key for key in node.pairs if key in by_verb]
        if present:
            # 'ask' is a verb and also a key of a choose step: the verb whose struct has the others as keys is meant.
            fitting = [verb for verb in present if all(other in hints.fields(by_verb[verb]) for other in present)]
            verb = (fitting or present)[0]
            return self._fields(node, by_verb[verb], f"{verb} {noun}", path, noun, by_verb)
        for text, (key, _) in node.pairs.items():
            meant = closest(text, by_verb)
            if meant is not None:
                self._report(key.at, f"unknown key '{shown(text)}' in {with_article(noun)}", f"did you mean '{meant}'?")
                renamed = {(meant if each == text else each): pair for each, pair in node.pairs.items()}
                return self._fields(Pairs(node.at, renamed), by_verb[meant], f"{meant} {noun}", path, noun, by_verb)
        keys = ", ".join(f"'{shown(each)}'" for each in node.pairs) or "nothing"
        what = f"{with_article(noun)} needs one of its verbs as a key, and here is only {keys}"
        return self._report(node.at, what, f"known: {', '.join(by_verb)}")

    def _fields(
        self,
        node: Pairs,
        struct: type[msgspec.Struct],
        noun: str,
        path: Path,
        union: str,
        verbs: Mapping[str, Any] | None = None,
    ) -> Any:
        known = hints.fields(struct)
        values: dict[str, Any] = {}
        for text, (key, child) in node.pairs.items():
            field = known.get(text)
            if field is None:
                field = self._unknown_key(key, node, known, noun, union, verbs or {})
                if field is None:
                    continue
            values[field.name] = self.read(child, field.hint, (*path, text), key.at)
        missing = [each for each in known.values() if each.required and each.name not in values]
        for each in missing:
            self._report(node.at, f"missing key '{each.key}' in {with_article(noun)}", _how_to_write(each))
        if missing or any(value is _BAD for value in values.values()):
            return _BAD
        return self._attempt(node, path, lambda: struct(**values))

    def _unknown_key(
        self, key: Text, node: Pairs, known: Mapping[str, Field], noun: str, union: str, verbs: Mapping[str, Any]
    ) -> Field | None:
        """Reports a key that a Struct has not; returns the field probably meant, so that its value is checked too."""
        what = f"unknown key '{shown(key.text)}' in {with_article(noun)}"
        if key.text in verbs:
            self._report(key.at, what, f"it begins {with_article(union)} of its own: '- {key.text}: …'")
            return None
        free = [each for each in known if each not in node.pairs]
        near = closest(key.text, free)
        self._report(key.at, what, did_you_mean(key.text, free if near else known))
        return known[near] if near else None

    def _attempt(self, node: Node, path: Path, make: Any) -> Any:
        """Makes a value, or reports why it cannot be: a Misread, or a ValueError of a ``__post_init__``."""
        try:
            return make()
        except Misread as reason:
            return self._misread(node, path, reason)
        except ValueError as reason:
            return self._report(node.at, _sentence(path, str(reason)), "")

    def _misread(self, node: Node, path: Path, reason: Misread) -> Any:
        offset = reason.offset if isinstance(node, Text) and node.exact else 0
        at = Position(node.at.line, node.at.column + offset)
        return self._report(at, _sentence(path, reason.what), reason.mend)

    def _wrong(self, node: Node, hint: Any, path: Path, found: str) -> Any:
        what = f"{_subject(path)} should be {hints.describe(hint)}, and is {found}"
        return self._report(node.at, what, _mend(node, hint, path))

    def _report(self, at: Position, what: str, mend: str) -> Any:
        self.problems.append(Problem(self.file, at.line, at.column, what, mend))
        return _BAD


def _subject(path: Path) -> str:
    """What is spoken of: ``'title'``, ``item 2 of 'examples'``, ``the file``."""
    if not path:
        return "the file"
    last = path[-1]
    if isinstance(last, str):
        return f"'{shown(last)}'"
    names = [each for each in path if isinstance(each, str)]
    return f"item {last + 1}" + (f" of '{shown(names[-1])}'" if names else "")


def _sentence(path: Path, what: str) -> str:
    """What is wrong with the value at a path; ``it is empty`` becomes ``'title' is empty``."""
    subject = _subject(path)
    return f"{subject} {what.removeprefix('it ')}" if what.startswith("it ") else f"{subject}: {what}"


def _how_to_write(field: Field) -> str:
    sample = hints.example(field.hint)
    if sample:
        return f"write for example '{field.key}: {sample}'"
    cores = [hints.unwrap(each).core for each in hints.alternatives(field.hint)]
    if any(hints.is_list(core) for core in cores):
        return f"write '{field.key}:' and a list below it"
    if any(hints.is_mapping(core) for core in cores):
        return f"write '{field.key}:' and its keys below it"
    return f"write '{field.key}: …'"


def _mend(node: Node, hint: Any, path: Path) -> str:
    """What to write where something of another kind stands."""
    cores = [hints.unwrap(each).core for each in hints.alternatives(hint)]
    if isinstance(node, Text) and node.text and len(cores) == 1 and hints.is_list(cores[0]):
        simple = node.plain and node.text.replace(" ", "").isalnum()
        return f"write a list: [{node.text if simple else in_quotes(shown(node.text))}]"
    if isinstance(node, Text) and ":" in node.text and any(hints.is_mapping(core) for core in cores):
        return "put a space behind the colon"
    sample = hints.example(hint)
    return f"write for example {sample}" if sample else ""
