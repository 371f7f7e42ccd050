"""What stands where in a YAML 1.2 text: texts, lists and mappings with their positions, nothing interpreted yet."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Final

import yaml
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError
from ruamel.yaml.reader import ReaderError

from interlock.kernel.documents.errors import DefinitionError, Position, Problem, in_quotes, shown
from interlock.kernel.documents.syntax import line_at, syntax_problem, unreadable_character

MAX_CHARACTERS: Final = 500_000
"""Length of one definition file; reading one of this length takes about a second."""

MAX_DEPTH: Final = 40
"""Lists and mappings within one another, aliases followed."""

MAX_NODES: Final = 100_000
"""Values in one file, aliases followed: what a few nested aliases could blow up without end."""

_UNUSUAL: Final = re.compile(r"[\t\x85\u2028\u2029\ufeff]")
"""Characters that the two parsers count or allow differently: YAML 1.2 has fewer line breaks than 1.1."""


@dataclass(slots=True)
class Text:
    """A scalar: its literal text, whether it stood without quotes (plain), and where its characters begin."""

    at: Position
    text: str
    plain: bool = False
    exact: bool = True
    """Whether character n of the text stands n columns after ``at``."""
    weight: int = 1
    height: int = 0


@dataclass(slots=True)
class Items:
    """A list."""

    at: Position
    items: list[Node] = field(default_factory=list)
    weight: int = 1
    height: int = 0


@dataclass(slots=True)
class Pairs:
    """A mapping; its keys are texts and each stands once."""

    at: Position
    pairs: dict[str, tuple[Text, Node]] = field(default_factory=dict)
    broken: bool = False
    weight: int = 1
    height: int = 0


@dataclass(slots=True)
class Broken:
    """Stands where a problem has been reported already: nothing more is said about it."""

    at: Position
    weight: int = 1
    height: int = 0


Node = Text | Items | Pairs | Broken


def read_nodes(text: str, file: str) -> tuple[Node, list[Problem]]:
    """The tree of a YAML text, and the problems that do not prevent reading on (a duplicate key, a tag).

    Raises:
        DefinitionError: the text is no YAML, is empty or is beyond a limit.
    """
    if len(text) > MAX_CHARACTERS:
        what = f"the file has {len(text):,} characters and at most {MAX_CHARACTERS:,} are read"
        raise DefinitionError([Problem(file, 1, 1, what, "split it")])
    builder = None if _UNUSUAL.search(text) else _read_fast(text, file)
    if builder is None or builder.problems:
        builder = _read_in_python(text, file)
    if builder.root is None:
        raise DefinitionError([Problem(file, 1, 1, "the file is empty", "write its first key, or delete it")])
    return builder.root, builder.problems


def _read_fast(text: str, file: str) -> _Builder | None:
    """What libyaml reads, in a tenth of the time; None where it reads nothing, and the other one says why."""
    builder = _Builder(text, file)
    try:
        builder.take_all(yaml.parse(text, Loader=yaml.CSafeLoader))
    except (yaml.YAMLError, UnicodeEncodeError):
        return None
    return builder


def _read_in_python(text: str, file: str) -> _Builder:
    """What the parser in Python reads. It keeps to YAML 1.2, and its complaints can be told as what to write instead.

    Raises:
        DefinitionError: the text is no YAML.
    """
    builder = _Builder(text, file)
    try:
        builder.take_all(YAML(typ="safe", pure=True).parse(text))
    except (MarkedYAMLError, ReaderError) as error:
        if isinstance(error, ReaderError):
            stop = unreadable_character(text, error.position, file)
        else:
            stop = syntax_problem(error, text.splitlines(), file)
        # Another problem in the same line has the same cause, and the parser saw the whole of it.
        raise DefinitionError([stop, *(each for each in builder.problems if each.line != stop.line)]) from None
    return builder


class _Builder:
    """Puts a stream of YAML events together; without recursion, so that depth is a limit and not a crash."""

    def __init__(self, text: str, file: str) -> None:
        self.lines = text.splitlines()
        self.file = file
        self.problems: list[Problem] = []
        self.root: Node | None = None
        self._documents = 0
        self._open: list[tuple[Items | Pairs, str | None, bool]] = []
        self._keys: list[Text | Broken | None] = []
        self._anchors: dict[str, Node | None] = {}

    def take_all(self, events: Iterable[Any]) -> None:
        """Takes what a parser found."""
        for event in events:
            self._take(event)

    def _take(self, event: Any) -> None:
        match type(event).__name__:  # the two parsers have classes of their own, with the same names
            case "ScalarEvent":
                self._place(self._text(event), event)
            case "AliasEvent":
                self._place(self._alias(event), event)
            case "MappingStartEvent" | "SequenceStartEvent" as kind:
                self._begin(event, Pairs if kind == "MappingStartEvent" else Items)
            case "MappingEndEvent" | "SequenceEndEvent":
                self._end()
            case "DocumentStartEvent":
                self._documents += 1
                if self._documents > 1:
                    mend = "put it into a file of its own, without '---'"
                    self._stop(_position(event), "a second document begins here", mend)

    def _begin(self, event: Any, kind: type[Items] | type[Pairs]) -> None:
        self._refuse_tag(event)
        at = _position(event)
        if len(self._open) >= MAX_DEPTH:
            self._stop(at, f"more than {MAX_DEPTH} lists and mappings stand within one another", "make it flatter")
        if event.anchor is not None:
            self._anchors[event.anchor] = None
        self._open.append((kind(at), event.anchor, bool(event.flow_style)))
        self._keys.append(None)

    def _end(self) -> None:
        node: Node
        node, anchor, _ = self._open.pop()
        self._keys.pop()
        if isinstance(node, Pairs) and node.broken:
            node = Broken(node.at, node.weight, node.height)
        if anchor is not None:
            self._anchors[anchor] = node
        self._place(node, None)

    def _text(self, event: Any) -> Node:
        at = _position(event)
        if event.tag is not None and event.tag != "!":
            # With an anchor behind it (!a && b has one) the event begins at the anchor.
            line = line_at(self.lines, at.line)
            begins = line.rfind(event.tag, 0, at.column - 1)
            at = Position(at.line, begins + 1) if begins >= 0 else at
            what = f"{shown(event.tag)} is read as a YAML tag, and definitions have none"
            mend = f"put the whole text in quotes: {in_quotes(shown(line[at.column - 1 :]))}"
            self._report(at, what, mend)
            return Broken(at)
        in_one_line = event.start_mark.line == event.end_mark.line
        node = Text(at, event.value, plain=not event.style, exact=in_one_line and event.style not in ("|", ">"))
        if node.exact and not node.plain:
            node.at = Position(at.line, at.column + 1)
        if event.anchor is not None:
            node.exact = False
            self._anchors[event.anchor] = node
        return node

    def _alias(self, event: Any) -> Node:
        at, name = _position(event), event.anchor
        if name not in self._anchors:
            mend = f"define it above with '&{name}', or put a text that begins with '*' in quotes"
            self._report(at, f"the alias '*{name}' stands for nothing", mend)
            return Broken(at)
        node = self._anchors[name]
        if node is None:
            self._report(at, f"the alias '*{name}' contains itself", "write out what is meant")
            return Broken(at)
        if len(self._open) + node.height > MAX_DEPTH:
            self._stop(at, f"more than {MAX_DEPTH} lists and mappings stand within one another", "make it flatter")
        return node

    def _place(self, node: Node, event: Any) -> None:
        """Puts a finished value where it belongs: the root, the open list, or as key or value of the open mapping."""
        if not self._open:
            self.root = node
            return
        parent, _, flow = self._open[-1]
        parent.weight += node.weight
        parent.height = max(parent.height, node.height + 1)
        if parent.weight > MAX_NODES:
            self._stop(node.at, f"the file has more than {MAX_NODES:,} values, aliases followed", "split it")
        if isinstance(parent, Items):
            parent.items.append(node)
            return
        key = self._keys[-1]
        if key is None:
            self._keys[-1] = self._key(node)
            return
        self._keys[-1] = None
        if isinstance(key, Broken):
            return
        if isinstance(node, Text) and node.plain and not node.text:
            # The parser puts an empty value where it met the next token; the author looks for it at its key.
            node.at = key.at
        if flow and isinstance(node, Text) and node.plain and not node.text and self._without_colon(key, event):
            written = shown("{" + key.text + "}")
            self._report(parent.at, f"{written} is read as a mapping and not as a text", f"write {in_quotes(written)}")
            parent.broken = True
        first, _ = parent.pairs.setdefault(key.text, (key, node))
        if first is not key:
            what = f"the key '{shown(key.text)}' stands twice in this mapping, first in line {first.at.line}"
            self._report(key.at, what, "remove or rename one of them")

    def _key(self, node: Node) -> Text | Broken:
        if isinstance(node, (Text, Broken)):
            return node
        what = "a key is a single text, and this is a list or a mapping"
        self._report(node.at, what, "put a text that begins with '{' or '[' in quotes")
        return Broken(node.at)

    def _without_colon(self, key: Text, event: Any) -> bool:
        """Whether ``{name}`` was written and not ``{name:}``."""
        if event is None or event.start_mark.line != key.at.line - 1:
            return False
        return ":" not in line_at(self.lines, key.at.line)[key.at.column - 1 + len(key.text) : event.start_mark.column]

    def _refuse_tag(self, event: Any) -> None:
        if event.tag is not None and event.tag != "!":
            self._report(_position(event), f"{shown(event.tag)} is a YAML tag, and definitions have none", "remove it")

    def _report(self, at: Position, what: str, mend: str) -> None:
        self.problems.append(Problem(self.file, at.line, at.column, what, mend))

    def _stop(self, at: Position, what: str, mend: str) -> None:
        self._report(at, what, mend)
        raise DefinitionError(self.problems)


def _position(event: Any) -> Position:
    return Position(event.start_mark.line + 1, event.start_mark.column + 1)
