"""Which systems do some actions touch, by which operations, and what do those systems lack that automation leans on?"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Any, Final, Literal, NamedTuple

import msgspec

from interlock.control.actions import Action
from interlock.control.breaker_files import BreakerSpecs
from interlock.control.bundle import Bundle
from interlock.kernel.documents import duration_text

HEALTH: Final = frozenset(
    {"health", "healthz", "health-check", "healthcheck", "status", "ping", "live", "livez", "ready", "readyz"}
)
"""Last parts of the paths at which systems say that they are well."""

Level = Literal["blocker", "gap", "note"]
"""A blocker keeps a journey from going live, a gap is to be known and borne, a note is worth knowing."""


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """Something that is missing: about what, in a sentence, and what would mend it."""

    level: Level
    kind: str
    about: str
    text: str
    mend: str


class Operation(msgspec.Struct, frozen=True, kw_only=True):
    """An operation that is called, whether it changes something, and what for."""

    operation: str
    effect: Literal["read", "write"]
    why: tuple[str, ...]


class System(msgspec.Struct, frozen=True, kw_only=True):
    """An outside system that actions call.

    Attributes:
        health: the path of a health check that its document declares; empty without one.
        breaker: when its breaker trips, in words; ``owner`` looks after it.
        own_breaker: whether ``breakers.yaml`` says something of it by name.
    """

    connector: str
    title: str
    operations: tuple[Operation, ...]
    health: str
    breaker: str
    owner: str
    own_breaker: bool


class _Used(NamedTuple):
    connector: str
    operation: str
    writes: bool
    why: str


def systems(bundle: Bundle, breakers: BreakerSpecs, actions: Collection[str]) -> list[System]:
    """The systems behind those actions, with everything that is called of them to carry the actions out or to judge them."""
    used = [each for name in actions for each in _used(bundle, bundle.actions[name])]
    return [
        _system(bundle, breakers, name, [each for each in used if each.connector == name])
        for name in dict.fromkeys(each.connector for each in used)
    ]


def _used(bundle: Bundle, action: Action) -> Iterator[_Used]:
    yield _Used(action.connector, action.operation, action.effect == "execute", f"carries out {action.name}")
    judged = f"is read to judge {action.name}"
    if action.resource is not None:
        yield _Used(action.connector, action.resource.operation, False, judged)
    for read in action.reads:
        yield _Used(action.connector, read.operation, False, judged)
    for fact in bundle.customer_facts_of(action.name):
        yield _Used(fact.connector, fact.operation, False, judged)
    if action.lookup is not None:
        yield _Used(action.connector, action.lookup.operation, False, f"finds out what became of {action.name}")


def _system(bundle: Bundle, breakers: BreakerSpecs, name: str, used: Sequence[_Used]) -> System:
    connector, spec = bundle.connectors[name], breakers.of("connector", name)
    why: dict[tuple[str, bool], dict[str, None]] = {}
    for each in used:
        why.setdefault((each.operation, each.writes), {})[each.why] = None
    trips = f"trips at {spec.errors:.0%} errors of {spec.least} calls or more within {duration_text(spec.window)}"
    return System(
        connector=name,
        title=connector.title,
        operations=tuple(
            Operation(operation=operation, effect="write" if writes else "read", why=tuple(whys))
            for (operation, writes), whys in why.items()
        ),
        health=health_check(connector.document),
        breaker=f"{trips}, tries again after {duration_text(spec.cool_down)}",
        owner=spec.owner,
        own_breaker=("connector", name) in breakers.special,
    )


def health_check(document: str) -> str:
    """The path of an operation without parameters that says whether a system is well; empty where its document has none."""
    paths: Any = msgspec.json.decode(document).get("paths", {})
    for path, methods in paths.items():
        asked = methods.get("get") if isinstance(methods, dict) else None
        if "{" not in path and isinstance(asked, dict) and path.rstrip("/").rpartition("/")[2].lower() in HEALTH:
            return str(path)
    return ""


def missing_in_system(system: System) -> Iterator[Finding]:
    """What a system lacks."""
    if not system.health:
        yield Finding(
            level="gap",
            kind="no_health_check",
            about=system.connector,
            text=f"The document of {system.title} names no health check: whether it is well is learned from customers' calls.",
            mend="have the system offer a GET such as /health, and export its OpenAPI document again",
        )
    if not system.own_breaker:
        yield Finding(
            level="note",
            kind="no_own_breaker",
            about=system.connector,
            text=f"breakers.yaml says nothing of {system.connector}: its breaker {system.breaker}, and is {system.owner}'s.",
            mend=f"write 'connectors: {{ {system.connector}: {{ owner: … }} }}' into breakers.yaml",
        )


def missing_in_action(action: Action) -> Iterator[Finding]:
    """What the endpoint of an action lacks; nothing for one that only reads."""
    if action.effect == "read":
        return
    if not action.idempotency:
        yield Finding(
            level="gap",
            kind="no_idempotency",
            about=action.name,
            text=f"{action.title}: the endpoint honours no key, so a call is never repeated once it may have arrived.",
            mend="write 'idempotency: HEADER' at the action once the endpoint honours one",
        )
    if action.lookup is None:
        yield Finding(
            level="note" if action.idempotency else "gap",
            kind="no_lookup",
            about=action.name,
            text=f"{action.title}: nothing finds out what became of a call whose answer was lost.",
            mend="write 'lookup: { operation: …, with: …, answer: … }' at the action",
        )
    if not action.undo:
        yield Finding(
            level="note" if action.risk == "low" else "gap",
            kind="no_undo",
            about=action.name,
            text=f"{action.title}: no action takes it back.",
            mend="write 'undo: ACTION' at the action, if the system can take it back",
        )
