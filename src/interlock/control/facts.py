"""What is true of a proposal now: the resource as just read, who the customer is and how sure we are?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from interlock.control.actions import Action, FactSpec, all_args
from interlock.control.readings import NOTHING_COMPUTED, Computed, KnownFact, ResourceRead
from interlock.control.risk import NO_RISK, Risk
from interlock.control.templates import Unknown, as_money, dig
from interlock.control.timing import Times
from interlock.kernel.events import PersonalText, Recorded
from interlock.kernel.log import Query
from interlock.vocabulary.assurance import Assurance
from interlock.vocabulary.ids import CustomerId, InteractionId, tag
from interlock.vocabulary.matters import MatterRecognised
from interlock.vocabulary.money import Money
from interlock.vocabulary.promises import PromiseMade
from interlock.vocabulary.proposals import ActionProposed

NEVER_S: Final = 10**9
"""The age in seconds of what was never established: older than any rule asks for."""

_LARGEST: Final = 2**63 - 1


class Known(NamedTuple):
    """What is established in the customer's session (see ``identity.known``), and in the interaction (``matters_of``)."""

    assurance: Assurance
    failed_matches: int
    codes_sent: int
    risk: Risk = NO_RISK
    device: PersonalText = ""
    matters: tuple[str, ...] = ()


class Promised(NamedTuple):
    """A promise and how it stands: ``open``, ``kept`` or ``broken``."""

    made: PromiseMade
    at: datetime
    state: str = "open"


class Facts(NamedTuple):
    """Everything that one judgement looks at, ledgers and remedies aside.

    Attributes:
        customer: whose affair it is: the proposal's customer, or the one matched in the session since.
        level: the assurance that holds for this customer in this session and channel.
        exists: whether the resource exists; True where the action touches none.
        resource: the resource's facts for rules; neutral values where it does not exist.
        facts: the action's computed facts for rules; likewise.
        missing: what could not be established, by name, with the reason.
        words: what the action's sentence for the customer may name.
        sources: of what was read besides the resource: the operation, when, and the age in seconds, by name.
        read_at: when the resource was read.
        unread: why the resource could not be read; empty where it could, or where the action touches none.
        risk: how likely it is that somebody is not who she says, and the signals of it.
        matters: what was recognised in the interaction, such as a complaint or distress (``vulnerable``), by name.
        promises: what was promised to the customer and holds.
        time: what time it is for the tenant; None is the time of the judgement in UTC, always open.
    """

    customer: CustomerId
    level: int
    assurance_age_s: int
    failed_matches: int
    codes_sent: int
    exists: bool
    resource: dict[str, Any]
    facts: dict[str, Any]
    missing: dict[str, str]
    words: dict[str, Any]
    read_at: datetime | None
    unread: str = ""
    sources: Mapping[str, Mapping[str, Any]] = MappingProxyType({})
    time: Times | None = None
    risk: Risk = NO_RISK
    matters: tuple[str, ...] = ()
    promises: tuple[Promised, ...] = ()


def assemble(
    action: Action,
    proposed: ActionProposed,
    known: Known,
    read: ResourceRead | None,
    now: datetime,
    *,
    computed: Computed = NOTHING_COMPUTED,
    reads: Mapping[str, ResourceRead] = MappingProxyType({}),
    of_customer: Sequence[KnownFact] = (),
) -> Facts:
    """Put together what is true of a proposal now.

    Args:
        known: what is established in the proposal's session.
        read: what reading the resource gave; needed exactly if the action touches one.
        computed: what the action's functions said (see ``compute``); a fact that is not in it is missing.
        reads: what the action's further reads gave.
        of_customer: what is known of the customer, for the facts that the rules look at.
    """
    assurance = known.assurance
    customer = proposed.customer or assurance.customer
    holds = assurance.holds_for(proposed.session, proposed.channel) and assurance.customer == customer
    age = assurance.age(now) if holds else None
    missing: dict[str, str] = {}
    resource = dict[str, Any]()
    words = all_args(proposed.args, proposed.private_args)
    exists, unread = True, ""
    if action.resource is not None:
        exists = read is not None and read.record is not None
        record: Mapping[str, Any] = read.record if read is not None and read.record is not None else {}
        unread = "it was not read" if read is None else read.failure
        resource = {"exists": exists, "id": str(proposed.args.get(action.resource.key, ""))}
        resource |= _typed(action.resource.facts, lambda fact: dig(record, fact.path), exists, missing)
        words[action.resource.name] = record
    facts = _typed(action.facts, lambda fact: _said(fact, computed), exists, missing, words)
    facts |= _of_customer(of_customer, customer, now, missing)
    return Facts(
        customer=customer,
        level=int(assurance.level) if holds else 0,
        assurance_age_s=NEVER_S if age is None else max(int(age.total_seconds()), 0),
        failed_matches=known.failed_matches,
        codes_sent=known.codes_sent,
        exists=exists,
        resource=resource,
        facts=facts,
        missing=missing,
        words=words,
        read_at=read.at if read is not None else None,
        unread=unread,
        sources=_sources(action, reads, of_customer, now),
        risk=known.risk,
        matters=known.matters,
    )


def matters_query(interaction: InteractionId) -> Query:
    """What to read for the matters of an interaction."""
    return Query(tag("interaction", interaction), (MatterRecognised,))


def matters_of(events: Iterable[Recorded]) -> tuple[str, ...]:
    """What was recognised in an interaction, whether by a rule or by a model, each once."""
    return tuple(sorted({one.event.matter for one in events if isinstance(one.event, MatterRecognised)}))


def _of_customer(
    facts: Iterable[KnownFact], customer: CustomerId, now: datetime, missing: dict[str, str]
) -> dict[str, Any]:
    """What is known of the customer, by name; what is stale, missing or could not be read says so."""
    values: dict[str, Any] = {}
    for found in facts:
        spec = found.fact.spec
        name = spec.name
        values[name] = NEUTRAL[spec.type]
        age = int((now - found.at).total_seconds())
        if not customer:
            missing[name] = "no customer is known"
        elif found.failure and found.value is not None:
            missing[name] = f"it is stale: read {age} s ago, and {found.failure}"
        elif found.failure:
            missing[name] = found.failure
        else:
            try:
                values[name] = _as(spec, found.value)
            except _Wrong as wrong:
                missing[name] = str(wrong)
    return values


def _sources(
    action: Action, reads: Mapping[str, ResourceRead], of_customer: Iterable[KnownFact], now: datetime
) -> dict[str, dict[str, Any]]:
    operations = {each.name: f"{action.connector}.{each.operation}" for each in action.reads}
    sources = {name: (operations[name], each.at) for name, each in reads.items()}
    for each in of_customer:
        sources[each.fact.spec.name] = (f"{each.fact.connector}.{each.fact.operation}", each.at)
    return {
        name: {"operation": operation, "at": at, "age_s": max(int((now - at).total_seconds()), 0)}
        for name, (operation, at) in sources.items()
    }


class _Wrong(Exception):
    """A fact has not the type that it was declared with, or its function failed."""


def _typed(
    specs: Sequence[FactSpec],
    value_of: Any,
    exists: bool,
    missing: dict[str, str],
    words: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """The values of facts for rules; what cannot be established is missing and has a neutral value meanwhile."""
    values: dict[str, Any] = {}
    for spec in specs:
        value = NEUTRAL[spec.type]
        if exists:
            try:
                raw = value_of(spec)
                value = _as(spec, raw)
                if words is not None:
                    words[spec.name] = raw
            except Unknown as gap:
                missing[spec.name] = f"there is no '{gap.path}' in what was read"
            except _Wrong as wrong:
                missing[spec.name] = str(wrong)
        if spec.type != "record":
            values[spec.name] = value
    return values


NEUTRAL: Final[Mapping[str, Any]] = {
    "text": "",
    "texts": [],
    "integer": 0,
    "boolean": False,
    "money": 0,
    "record": None,
}
"""What a rule sees of a fact that could not be established, while its absence is a denial."""


def _said(spec: FactSpec, computed: Computed) -> Any:
    if spec.name in computed.values:
        return computed.values[spec.name]
    raise _Wrong(computed.failed.get(spec.name, "it was not computed"))


def _as(spec: FactSpec, raw: Any) -> Any:
    if spec.type == "money":
        money = as_money(raw)
        raw = money.amount if isinstance(money, Money) else raw
    if spec.type == "texts" and isinstance(raw, list | tuple | set | frozenset):
        raw = sorted(set(raw)) if all(isinstance(each, str) for each in raw) else None
    fits = {
        "text": isinstance(raw, str),
        "texts": isinstance(raw, list),
        "boolean": isinstance(raw, bool),
        "record": isinstance(raw, Mapping),
    }.get(spec.type, isinstance(raw, int) and not isinstance(raw, bool) and abs(raw) <= _LARGEST)
    if not fits:
        raise _Wrong(f"it is {type(raw).__name__} and should be {spec.type}")
    return raw
