"""Do the arguments of a proposed action fit its schema, and what are they once frozen?"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Mapping, Sequence
from typing import Any, Final, Literal, NamedTuple

import msgspec

from interlock.kernel.documents import closest
from interlock.kernel.errors import Refused
from interlock.vocabulary.money import Money

Kind = Literal["identifier", "text", "email", "pattern", "choice", "integer", "boolean", "money", "list", "record"]

LONGEST_TEXT: Final = 10_000
"""Characters of the longest argument that a manifest may allow."""

LARGEST_INTEGER: Final = 10**12
"""The bound of whole numbers where a manifest names none."""

LONGEST_LIST: Final = 100
"""Items of the longest list that a manifest may allow."""

_IDENTIFIER: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,63}")
_EMAIL: Final = re.compile(r"[^@\s,;<>\"\\]+@[^@\s,;<>\"\\]+\.[^@\s,;<>\"\\.]{2,}")
_UNPRINTABLE: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


class ArgSpec(msgspec.Struct, frozen=True, kw_only=True):
    """One argument of an action.

    Attributes:
        kind: what is written here; ``pattern`` is an identifier of a form that the manifest names.
        minimum: for integers and money (minor units), inclusive; likewise ``maximum``.
        longest: characters of a text.
        personal: kept apart, sealed under the person's key.
        upper: letters are made upper case, because the system behind does not tell them apart.
        instrument: it is the payment instrument that is touched.
        unit: what a whole number counts, such as ``days``.
        element: of a list, what each of its ``least`` to ``most`` items is.
        parts: of a record, its fields; their names begin with that of the record (``address.zip``).
    """

    name: str
    kind: Kind
    label: str = ""
    optional: bool = False
    personal: bool = False
    pattern: str = ""
    upper: bool = False
    example: str = ""
    longest: int = 500
    minimum: int = -LARGEST_INTEGER
    maximum: int = LARGEST_INTEGER
    currency: str = ""
    choices: tuple[str, ...] = ()
    instrument: bool = False
    unit: str = ""
    element: ArgSpec | None = None
    least: int = 1
    most: int = LONGEST_LIST
    parts: tuple[ArgSpec, ...] = ()

    @property
    def key(self) -> str:
        """Its name within the mapping that it stands in."""
        return self.name.rpartition(".")[2]

    @property
    def takes_text(self) -> bool:
        """Whether a text can be its value."""
        return self.kind not in ("integer", "boolean", "money", "list", "record")

    def misfit(self, text: str) -> str:
        """What to write instead of a text that is none of its values; empty where it is one."""
        try:
            _READERS[self.kind](self, text)
        except Refused:
            wanted = _wanted(self)
            by = f"take it from a slot or a result by a placeholder alone, such as '{{{self.key}}}'"
            return f"write {wanted}" if self.takes_text else f"{by}: {wanted}"
        return ""


class Checked(NamedTuple):
    """Arguments that fit: the open ones, the personal ones, and the hash that binds every remedy to all of them."""

    args: dict[str, Any]
    private_args: dict[str, Any] | None
    args_hash: str


def check_args(action: str, specs: Sequence[ArgSpec], raw: object, key: bytes = b"") -> Checked:
    """Read the arguments that somebody (a model, an agent, a program) proposes for an action.

    Args:
        action: full name of the action, such as ``shop.refund_item``; it is hashed with the arguments.
        raw: any JSON value whatever; money as ``{"amount": minor units, "currency": "EUR"}`` or a Money.
        key: a secret of the tenant that keys the hash, so that a short personal argument cannot be guessed from it.

    Raises:
        Refused: ``bad_arguments`` (422), naming the argument and what to write.
    """
    args, private = read_args(action, specs, raw)
    return Checked(args, private or None, hash_args(action, {**args, **private}, key))


def read_args(action: str, specs: Sequence[ArgSpec], raw: object) -> tuple[dict[str, Any], dict[str, Any]]:
    """The open and the personal arguments in the form in which they are frozen. Raises Refused like ``check_args``."""
    if not isinstance(raw, dict):
        raise _bad("The arguments are no mapping of names to values; write one.")
    read = _mapping(action, specs, raw)
    personal = {spec.name for spec in specs if spec.personal}
    if not personal:
        return read, {}
    return (
        {name: value for name, value in read.items() if name not in personal},
        {name: value for name, value in read.items() if name in personal},
    )


def hash_args(action: str, args: Mapping[str, Any], key: bytes = b"") -> str:
    """The SHA-256 (HMAC where a key is given) of the action's name and all arguments in canonical JSON, in hex."""
    canonical = msgspec.json.encode({"action": action, "args": dict(args)}, order="sorted")
    return hmac.new(key, canonical, hashlib.sha256).hexdigest() if key else hashlib.sha256(canonical).hexdigest()


def _mapping(whose: str, specs: Sequence[ArgSpec], raw: Mapping[Any, Any]) -> dict[str, Any]:
    known = {spec.key: spec for spec in specs}
    for name in raw:
        if not isinstance(name, str) or name not in known:
            raise _unknown(whose, str(name), known)
    read: dict[str, Any] = {}
    for key, spec in known.items():
        value = raw.get(key)
        if value is None:
            if not spec.optional:
                raise _bad(f"'{spec.name}' is missing; write {_wanted(spec)}.")
            continue
        read[key] = _READERS[spec.kind](spec, value)
    return read


def _list(spec: ArgSpec, value: object) -> list[Any]:
    if not isinstance(value, list | tuple) or spec.element is None:
        raise _unfit(spec)
    if not spec.least <= len(value) <= spec.most:
        raise _bad(f"'{spec.name}' has {len(value)} items; write {_wanted(spec)}.")
    read = _READERS[spec.element.kind]
    return [read(spec.element, each) for each in value]


def _record(spec: ArgSpec, value: object) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise _unfit(spec)
    return _mapping(f"'{spec.name}'", spec.parts, value)


def _text(spec: ArgSpec, value: object) -> str:
    if not isinstance(value, str):
        raise _unfit(spec)
    text = value.strip()
    if not text or _UNPRINTABLE.search(text):
        raise _unfit(spec)
    if len(text) > spec.longest:
        raise _bad(f"'{spec.name}' has more than {spec.longest} characters; shorten it.")
    return text


def _identifier(spec: ArgSpec, value: object) -> str:
    text = _text(spec, value)
    if not _IDENTIFIER.fullmatch(text):
        raise _unfit(spec)
    return text


def _pattern(spec: ArgSpec, value: object) -> str:
    text = _text(spec, value)
    if not re.fullmatch(spec.pattern, text):
        raise _unfit(spec)
    return text.upper() if spec.upper else text


def _email(spec: ArgSpec, value: object) -> str:
    text = _text(spec, value)
    if len(text) > 254 or not _EMAIL.fullmatch(text):
        raise _unfit(spec)
    return text


def _choice(spec: ArgSpec, value: object) -> str:
    if not isinstance(value, str) or value not in spec.choices:
        raise _unfit(spec)
    return value


def _boolean(spec: ArgSpec, value: object) -> bool:
    if not isinstance(value, bool):
        raise _unfit(spec)
    return value


def _integer(spec: ArgSpec, value: object) -> int:
    # True is an int to Python and 1.0 one to JSON; neither is a number that somebody meant.
    if not isinstance(value, int) or isinstance(value, bool):
        raise _unfit(spec)
    if not spec.minimum <= value <= spec.maximum:
        raise _bad(f"'{spec.name}' is out of bounds; write {_wanted(spec)}.")
    return int(value)


def _money(spec: ArgSpec, value: object) -> dict[str, Any]:
    if isinstance(value, Money):
        value = {"amount": value.amount, "currency": value.currency}
    if not isinstance(value, dict) or value.keys() != {"amount", "currency"}:
        raise _unfit(spec)
    if value["currency"] != spec.currency:
        raise _bad(f"'{spec.name}' is in another currency; write {_wanted(spec)}.")
    return {"amount": _integer(spec, value["amount"]), "currency": spec.currency}


_READERS: Final[Mapping[Kind, Any]] = {
    "identifier": _identifier,
    "text": _text,
    "email": _email,
    "pattern": _pattern,
    "choice": _choice,
    "integer": _integer,
    "boolean": _boolean,
    "money": _money,
    "list": _list,
    "record": _record,
}


def _wanted(spec: ArgSpec) -> str:
    """What to write, for the mend."""
    if spec.kind == "money":
        low, high = Money(max(spec.minimum, 0), spec.currency), Money(spec.maximum, spec.currency)
        sample = f'{{"amount": {max(spec.minimum, 1840)}, "currency": "{spec.currency}"}}'
        return f"an amount of {low} to {high} in whole minor units, such as {sample}"
    if spec.kind == "integer":
        return f"a whole number{f' of {spec.unit}' if spec.unit else ''} from {spec.minimum} to {spec.maximum}"
    if spec.kind == "list" and spec.element is not None:
        return f"a list of {spec.least} to {spec.most} items, each of them {_wanted(spec.element)}"
    if spec.kind == "record":
        return f"a mapping of {', '.join(part.key for part in spec.parts)}"
    return {
        "identifier": "an identifier of at most 64 letters, digits, dots, dashes, colons and underscores",
        "text": f"a text of at most {spec.longest} characters",
        "email": "an e-mail address such as eva@example.com",
        "pattern": f"it like {spec.example}" if spec.example else f"what matches {spec.pattern}",
        "choice": f"one of: {', '.join(spec.choices)}",
        "boolean": "true or false",
    }[spec.kind]


def _unknown(action: str, name: str, known: Mapping[str, ArgSpec]) -> Refused:
    near = closest(name[:64], known)
    mend = f"did you mean '{near}'?" if near else f"it takes: {', '.join(known) or 'nothing'}."
    shown = name[:40].encode("ascii", "backslashreplace").decode()
    return _bad(f"{action} has no argument '{shown}'; {mend}")


def _unfit(spec: ArgSpec) -> Refused:
    return _bad(f"'{spec.name}' does not fit; write {_wanted(spec)}.")


def _bad(reason: str) -> Refused:
    # Never repeats the value: it may be personal, and it may be a megabyte.
    return Refused("bad_arguments", reason, status=422)
