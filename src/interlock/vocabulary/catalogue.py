"""Every event that may stand in the log, and every command that may wait in the due table."""

from __future__ import annotations

from types import ModuleType
from typing import Final

from interlock.kernel.events import Catalogue, Command, Event
from interlock.vocabulary import (
    approvals,
    breakers,
    carrying,
    consents,
    correspondence,
    foresights,
    interactions,
    journeys,
    knowledge,
    lockouts,
    matters,
    models,
    outcomes,
    outside,
    overrides,
    people,
    proactive,
    promises,
    proposals,
    releases,
    remedies,
    routing,
    signals,
    sla,
    staff,
    suggestions,
    switches,
    triggers,
    urgency,
)


def _defined_in(kind: type, modules: tuple[ModuleType, ...]) -> list[type]:
    return [
        value
        for module in modules
        for value in vars(module).values()
        if isinstance(value, type) and issubclass(value, kind) and value.__module__ == module.__name__
    ]


_MODULES = (
    interactions,
    carrying,
    correspondence,
    people,
    routing,
    sla,
    urgency,
    journeys,
    knowledge,
    lockouts,
    matters,
    promises,
    foresights,
    proposals,
    remedies,
    approvals,
    overrides,
    staff,
    releases,
    outcomes,
    outside,
    switches,
    breakers,
    models,
    signals,
    consents,
    triggers,
    proactive,
    suggestions,
)
EVENTS: Final = Catalogue(_defined_in(Event, _MODULES))
COMMANDS: Final = Catalogue(_defined_in(Command, _MODULES))
