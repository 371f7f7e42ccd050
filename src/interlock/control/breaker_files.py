"""When does a breaker trip, for how long, and whose is it: ``breakers.yaml``?"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Annotated, Final

import msgspec
from msgspec import Meta

from interlock.kernel.documents import DefinitionError, Duration, Percent, closest, load_located, problem
from interlock.vocabulary.breakers import Guarded

BREAKERS_FILE: Final = "breakers.yaml"

Few = Annotated[int, Meta(ge=1, le=100_000)]


class BreakerSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is said of one breaker; what is not said is as in ``defaults``.

    Attributes:
        errors: the share of calls that fail at which it trips: not reached, no answer in time, or nobody knows.
        refusals: the share of interactions that are refused at which it trips, by the system behind or, for a journey,
            by a rule; each interaction counts once, so that one customer cannot trip it alone.
        least: calls (or interactions) within the window below which nothing is concluded.
        window: how far back is counted.
        cool_down: how long it stays open before a few calls are let through.
        trials: how many calls are let through then, on each node; as many must go well for it to close.
        owner: who looks after it, as people and alerts call them.
    """

    errors: Percent | None = None
    refusals: Percent | None = None
    least: Few | None = None
    window: Duration | None = None
    cool_down: Duration | None = None
    trials: Annotated[int, Meta(ge=1, le=100)] | None = None
    owner: Annotated[str, Meta(min_length=1, max_length=120)] | None = None


class BreakersFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``breakers.yaml``: what holds for all, and what is different for some.

    Attributes:
        connectors: by the connector's name.
        journeys: by the journey's name.
    """

    defaults: BreakerSettings = BreakerSettings()
    connectors: dict[str, BreakerSettings] = {}
    journeys: dict[str, BreakerSettings] = {}


class BreakerSpec(msgspec.Struct, frozen=True, kw_only=True):
    """One breaker, with everything said (see ``BreakerSettings``)."""

    errors: float = 0.5
    refusals: float = 1.0
    least: int = 10
    window: timedelta = timedelta(minutes=1)
    cool_down: timedelta = timedelta(seconds=30)
    trials: int = 3
    owner: str = "operations"


@dataclass(frozen=True, slots=True)
class BreakerSpecs:
    """The breakers of a release.

    Attributes:
        keys: every connector and every journey there is.
        special: those that do not go by the default.
        reads: the actions that only read, by full name: a system that finds nothing has answered, whoever guesses.
    """

    keys: tuple[tuple[Guarded, str], ...] = ()
    default: BreakerSpec = BreakerSpec()
    special: Mapping[tuple[Guarded, str], BreakerSpec] = field(default_factory=dict)
    reads: frozenset[str] = frozenset()

    def of(self, guarded: Guarded, name: str) -> BreakerSpec:
        """When it trips, and whose it is."""
        return self.special.get((guarded, name), self.default)

    def knows(self, guarded: Guarded, name: str) -> bool:
        """Whether there is such a connector or journey."""
        return (guarded, name) in self.keys


NO_BREAKERS: Final = BreakerSpecs()
"""Of nothing that could be broken."""


def read_breakers(
    files: Mapping[str, str], connectors: Collection[str], journeys: Collection[str], reads: Collection[str] = ()
) -> BreakerSpecs:
    """Read ``breakers.yaml``; without it the defaults hold.

    Args:
        reads: the actions that only read, by full name.

    Raises:
        DefinitionError: with every mistake, its line, and how to mend it.
    """
    found: dict[Guarded, Collection[str]] = {"connector": tuple(connectors), "journey": tuple(journeys)}
    keys = tuple((guarded, name) for guarded, names in found.items() for name in names)
    if BREAKERS_FILE not in files:
        return BreakerSpecs(keys, reads=frozenset(reads))
    located = load_located(files[BREAKERS_FILE], BREAKERS_FILE, BreakersFile)
    written, problems = located.value, []
    special: dict[tuple[Guarded, str], BreakerSpec] = {}
    default = _said(written.defaults, BreakerSpec())
    sections: tuple[tuple[Guarded, str, Mapping[str, BreakerSettings]], ...] = (
        ("connector", "connectors", written.connectors),
        ("journey", "journeys", written.journeys),
    )
    for guarded, section, several in sections:
        for name, settings in several.items():
            if name not in found[guarded]:
                near = closest(name, found[guarded])
                mend = f"did you mean '{near}'?" if near else f"known: {', '.join(sorted(found[guarded]))}"
                what = f"there is no {guarded} '{name}'"
                problems.append(problem(located, (section, name), what, mend, at_key=True))
            special[guarded, name] = _said(settings, default)
    if problems:
        raise DefinitionError(problems)
    return BreakerSpecs(keys, default, special, frozenset(reads))


def _said(settings: BreakerSettings, otherwise: BreakerSpec) -> BreakerSpec:
    said = {name: getattr(settings, name) for name in BreakerSettings.__struct_fields__}
    plain = {
        name: float(value) if name in ("errors", "refusals") else value
        for name, value in said.items()
        if value is not None
    }
    return msgspec.structs.replace(otherwise, **plain)
