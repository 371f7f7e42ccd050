"""Who has signed a journey off for business and for IT, and is it still the one that was signed: ``signoffs.yaml``?"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from hashlib import sha256
from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta

from interlock.kernel.documents import DefinitionError, did_you_mean, load_located, problem
from interlock.vocabulary.hours import Day

SIGNOFFS_FILE: Final = "signoffs.yaml"

For = Literal["business", "it"]
ROLES: Final[tuple[For, ...]] = ("business", "it")
"""For whom somebody answers; a journey wants one of each."""

Standing = Literal["signed", "outdated", "missing"]


class SignOff(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Somebody has looked at a journey as it was, and answers for it.

    Attributes:
        journey: its name.
        role: for whom: the business, or IT.
        who: the name of the person.
        date: the day on which it was signed.
        version: the journey as it was signed, as ``interlock readiness`` tells it; after a change it is another one.
    """

    journey: Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_]{0,63}\Z", examples=["order_status"])]
    role: For
    who: Annotated[str, Meta(min_length=1, max_length=120, examples=["Sofia Lindqvist"])]
    date: Day
    version: Annotated[str, Meta(pattern=r"^j_[0-9a-f]{12}\Z", examples=["j_3f9a1c0b7e52"])]


class SignOffsFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``signoffs.yaml``: at most one of each journey and role."""

    signoffs: tuple[SignOff, ...]


def version_of(text: str) -> str:
    """What a journey is signed off as: the same file is the same version, and any change of it is another one."""
    return f"j_{sha256(text.encode()).hexdigest()[:12]}"


def read_signoffs(files: Mapping[str, str], journeys: Collection[str]) -> tuple[SignOff, ...]:
    """Read ``signoffs.yaml``; without it nobody has signed anything.

    Args:
        journeys: the names of those that there are.

    Raises:
        DefinitionError: with every mistake, its line, and how to mend it.
    """
    if SIGNOFFS_FILE not in files:
        return ()
    located = load_located(files[SIGNOFFS_FILE], SIGNOFFS_FILE, SignOffsFile)
    problems, seen = [], set[tuple[str, str]]()
    for index, one in enumerate(located.value.signoffs):
        if one.journey not in journeys:
            path, what = ("signoffs", index, "journey"), f"there is no journey '{one.journey}'"
            problems.append(problem(located, path, what, did_you_mean(one.journey, sorted(journeys))))
        if (one.journey, one.role) in seen:
            what = f"'{one.journey}' is signed off for {one.role} twice"
            problems.append(problem(located, ("signoffs", index), what, "keep the later one"))
        seen.add((one.journey, one.role))
    if problems:
        raise DefinitionError(problems)
    return located.value.signoffs


def standing(signed: SignOff | None, version: str) -> Standing:
    """How a sign-off stands for a journey as it is now."""
    if signed is None:
        return "missing"
    return "signed" if signed.version == version else "outdated"
