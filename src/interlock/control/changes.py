"""Which texts would other definitions be, with files or numbers in rules changed; and what changed, in words?"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Annotated, Final

import msgspec
from msgspec import Meta

from interlock.control.cedar_text import Statement, statements
from interlock.kernel.documents import closest
from interlock.kernel.errors import Refused

_NAMED: Final = re.compile(r'@id\(\s*"((?:[^"\\]|\\.)*)"\s*\)')
_PART: Final = re.compile(r"&&|\|\||[{};]")
_TIMES: Final = re.compile(r"\b\d+\s*\*|\*\s*\d+\b")
_PIECE: Final = re.compile(r'"(?:[^"\\\n]|\\.)*"|//[^\n]*|\w+')


class Constant(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A number in a rule's conditions and what it is instead: amounts are minor units, as in the rule."""

    rule: Annotated[str, Meta(max_length=200)]
    was: Annotated[int, Meta(ge=-(2**53), le=2**53)]
    now: Annotated[int, Meta(ge=-(2**53), le=2**53)]


def changed_files(
    files: Mapping[str, str], replaced: Mapping[str, str | None], constants: Iterable[Constant] = ()
) -> dict[str, str]:
    """The texts with some files replaced (None takes one away) and some numbers in rules changed.

    Raises:
        Refused: ``rule_unknown`` or ``constant_unknown`` (422), with what there is instead.
    """
    texts = dict(files)
    for path, text in replaced.items():
        if text is None:
            texts.pop(path, None)
        else:
            texts[path] = text
    for constant in constants:
        path, statement = _statement(texts, constant.rule)
        found = numbers(statement.text)
        if constant.was not in found:
            known = f"it has {', '.join(map(str, found))}" if found else "it has none"
            raise Refused("constant_unknown", f"'{constant.rule}' has no number {constant.was}; {known}.", status=422)
        old, now = str(constant.was), str(constant.now)
        new = "".join(now if piece == old else piece for piece in _pieces(statement.text))
        texts[path] = texts[path].replace(statement.text, new, 1)
    return texts


def numbers(text: str) -> list[int]:
    """The numbers in a rule, in the order in which they stand; texts and comments aside."""
    found = (int(piece[0]) for piece in _PIECE.finditer(text) if piece[0].isascii() and piece[0].isdigit())
    return list(dict.fromkeys(found))


def amounts(text: str, money: Mapping[str, str]) -> dict[int, str]:
    """The numbers in a rule that are amounts: they stand beside a value of money. To each its currency.

    Args:
        money: the currency of each path that is money, such as ``context.args.amount``.
    """
    found: dict[int, str] = {}
    plain = "".join(" " if piece.startswith(("//", '"')) else piece for piece in _pieces(text))
    for part in _PART.split(plain):
        path = next((each for each in money if re.search(rf"{re.escape(each)}\b(?!\.)", part)), "")
        if path:
            found |= dict.fromkeys(numbers(_TIMES.sub(" ", part)), money[path])
    return found


def _pieces(text: str) -> Iterator[str]:
    """A text cut so that each word, each quoted text and each comment is a piece of its own."""
    at = 0
    for piece in _PIECE.finditer(text):
        yield text[at : piece.start()]
        yield piece[0]
        at = piece.end()
    yield text[at:]


def name_in(statement: Statement) -> str:
    """The name that a rule's text gives it; empty where it has none."""
    named = _NAMED.search(statement.text)
    return named[1] if named else ""


def _statement(files: Mapping[str, str], rule: str) -> tuple[str, Statement]:
    names: dict[str, tuple[str, Statement]] = {}
    for path in sorted(files):
        if path.startswith("policies/") and path.endswith(".cedar"):
            for statement in statements(files[path], path):
                names[name_in(statement)] = path, statement
    if rule not in names:
        near = closest(rule, names)
        mend = f"did you mean '{near}'?" if near else "generated rules cannot be changed; write one of your own."
        raise Refused("rule_unknown", f"There is no rule '{rule[:80]}'; {mend}", status=422)
    return names[rule]


_KINDS: Final = {
    "ledgers": "ledger",
    "steps": "step",
    "journeys": "journey",
    "queues": "queue",
    "texts": "texts",
    "cases": "cases",
}
"""What a file of a folder holds, for people; files of a connector are named by their connector."""


def changed_words(before: Mapping[str, str], after: Mapping[str, str]) -> list[str]:
    """What changed from one set of texts to another, one line for each thing: rules by name, all else by file."""
    old, new = _rules(before), _rules(after)
    said = [_rule_words(name, old.get(name), new.get(name)) for name in sorted(old.keys() | new.keys())]
    things: dict[str, str] = {}
    for path in sorted(before.keys() | after.keys()):
        if path.startswith("policies/") or before.get(path) == after.get(path):
            continue
        how = "added" if path not in before else "removed" if path not in after else "changed"
        thing = _thing(path)
        things[thing] = how if things.get(thing, how) == how else "changed"
    return [each for each in said if each] + [f"{thing} {how}" for thing, how in things.items()]


def _rule_words(name: str, old: str | None, new: str | None) -> str:
    if old == new:
        return ""
    if old is None or new is None:
        return f"rule {name} {'added' if old is None else 'removed'}"
    said = []
    shadow = ["shadow" in _MODE.findall(text) for text in (old, new)]
    if shadow[0] != shadow[1]:
        said.append("now in shadow" if shadow[1] else "now enforced")
    if numbers(old) != numbers(new) and len(numbers(old)) == len(numbers(new)):
        said += [f"{was} → {now}" for was, now in zip(numbers(old), numbers(new), strict=True) if was != now]
    return f"rule {name} changed" + (f": {', '.join(said)}" if said else "")


_MODE: Final = re.compile(r'@mode\(\s*"(\w+)"\s*\)')


def _rules(files: Mapping[str, str]) -> dict[str, str]:
    return {
        name_in(each) or f"without a name in {path}, line {each.line}": each.text
        for path, text in files.items()
        if path.startswith("policies/") and path.endswith(".cedar")
        for each in statements(text, path)
    }


def _thing(path: str) -> str:
    folder, slash, rest = path.partition("/")
    if not slash:
        return "settings" if path == "tenant.yaml" else path
    if folder == "connectors":
        return f"connector {rest.partition('/')[0]}"
    name = rest.rpartition(".")[0] or rest
    return f"{_KINDS.get(folder, folder)} {name}"
