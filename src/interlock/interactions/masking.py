"""What does an agent see of somebody who is not verified yet: enough to go on, not enough to be somebody else."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

_EMAIL: Final = re.compile(r"([^\s@,;<>()\"']{1,64})@([^\s@,;<>()\"']{1,190})")
_PHONE: Final = re.compile(r"(?<![\w-])(\+?\d[\d\s()/-]{6,18}\d)(?![\w-])")
DOT: Final = "•"
SECRETS: Final = frozenset({"code", "password", "token"})
PERSON: Final = frozenset({"customer_id", "email"})
"""A record with one of these is about a person; what an item is called is no person's name."""
NAMES: Final = frozenset({"name", "first_name", "last_name", "address"})


def masked_text(text: str) -> str:
    """The text with e-mail addresses and telephone numbers masked; everything else is left."""
    return _PHONE.sub(lambda found: _digits(found[1]), _EMAIL.sub(lambda found: _email(found[1], found[2]), text))


def masked_value(value: Any) -> Any:
    """Any JSON value with what identifies somebody masked: names by initials, addresses and numbers, codes altogether."""
    if isinstance(value, Mapping):
        person = not PERSON.isdisjoint(value)
        return {name: _masked_field(name, each, person) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [masked_value(each) for each in value]
    return masked_text(value) if isinstance(value, str) else value


def _masked_field(name: str, value: Any, person: bool) -> Any:
    if isinstance(value, str) and name in SECRETS:
        return DOT * 6
    if isinstance(value, str) and person and name in NAMES:
        return _initials(value)
    return masked_value(value)


def masked_details(details: Mapping[str, str]) -> dict[str, str]:
    """A customer's details: initials of the name, the first letter and the domain's end of an address, last two digits."""
    return {name: _initials(value) if name == "name" else masked_text(value) for name, value in details.items()}


def _initials(name: str) -> str:
    return " ".join(part[0] + DOT * 3 for part in name.split())


def _email(local: str, domain: str) -> str:
    host, dot, end = domain.rpartition(".")
    return f"{local[0]}{DOT * 3}@{(host or end)[0]}{DOT * 3}{dot}{end if dot else ''}"


def _digits(number: str) -> str:
    return re.sub(r"\d(?=(?:\D*\d){2})", DOT, number)
