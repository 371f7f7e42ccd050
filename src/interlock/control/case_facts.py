"""What is true in a case: the facts, remedies and ledgers that its author gives, as the gate would have found them?"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Final, Literal

import msgspec
from msgspec import Meta

from interlock.control.actions import Action, all_args
from interlock.control.arguments import ArgSpec
from interlock.control.bundle import ROLES, Bundle
from interlock.control.facts import NEUTRAL, NEVER_S, Facts, Promised
from interlock.control.ledger_files import STEP_PREFIX
from interlock.control.manifest import Name
from interlock.control.met import Met
from interlock.control.past import Past, past_of
from interlock.control.proposals import MetAt
from interlock.control.remedy_text import parse_remedy
from interlock.control.risk import Risk, scored
from interlock.control.timing import Times, times
from interlock.kernel.documents import Misread, closest, money_minor
from interlock.kernel.log import Total
from interlock.vocabulary.channels import SYSTEM, VIRTUAL_AGENT, Channel, Principal
from interlock.vocabulary.ids import CustomerId, PromiseId
from interlock.vocabulary.matters import Matter
from interlock.vocabulary.money import Money
from interlock.vocabulary.promises import PromiseMade
from interlock.vocabulary.proposals import ActionProposed, Remedy, RemedyMet

NOW: Final = datetime(2026, 1, 15, 12, 0, tzinfo=UTC)
"""When a case is judged that does not say it."""

By = Literal["virtual_agent", "agent", "supervisor", "admin", "system", "customer", "external_agent"]


SECRET: Final = b"a case"
"""Stands for the tenant's secret; no case depends on it."""


class CaseStep(msgspec.Struct, frozen=True, kw_only=True):
    """What is true of a step in a case.

    Attributes:
        done: whether it was done and succeeded.
        age_s: seconds since the last time.
        count: how often.
        running: whether it is under way; the case then says what the gate answers if it still is after waiting.
    """

    done: bool = False
    age_s: int = 60
    count: int = 1
    running: bool = False


class CaseFacts(msgspec.Struct, frozen=True, kw_only=True):
    """What is true in a case. What is not named takes the file's ``given``, and then these defaults.

    Attributes:
        risk: the signals that are there; the score follows from their weights.
        matters: what was recognised in the interaction, such as ``vulnerable`` for distress.
        resource: facts of the resource by name; ``missing: true`` among them says that it does not exist.
        facts: the action's computed facts, and those of the customer; amounts in major units.
        ledgers: what is in them already; sums in major units.
        steps: by their names; a step that is not named was not done.
        promises: by their names, what was promised to the customer about just this, in major units.
        met: the remedies that are met, as in @remedy.
        overridden: the rules that two people have overridden.
        open: whether the tenant is open; true where none says so.
        unknown: facts that cannot be established.
        at: when it is judged, as ``2026-01-15`` or ``2026-01-15T18:30`` (UTC); 2026-01-15 at noon where none says so.
    """

    customer: str | None = None
    assurance: Annotated[int, Meta(ge=0, le=3)] | None = None
    assurance_age_s: int | None = None
    failed_matches: int | None = None
    codes_sent: int | None = None
    risk: tuple[Name, ...] | None = None
    matters: tuple[Matter, ...] | None = None
    channel: Channel | None = None
    resource: dict[str, Any] = {}
    facts: dict[str, Any] = {}
    ledgers: dict[str, Any] = {}
    steps: dict[Name, CaseStep] = {}
    promises: dict[Name, Any] = {}
    met: tuple[str, ...] | None = None
    unknown: tuple[str, ...] | None = None
    open: bool | None = None
    overridden: tuple[str, ...] | None = None
    at: str | None = None


def facts_of(bundle: Bundle, action: Action, given: CaseFacts, proposed: ActionProposed, now: datetime) -> Facts:
    """What is true in a case, as the gate would have established it."""
    written = dict(given.resource)
    exists = not written.pop("missing", False)
    specs = {fact.name: fact for fact in (action.resource.facts if action.resource is not None else ())}
    require_known("fact of the resource", written, specs)
    known = (each.spec for each in bundle.customer_facts_of(action.name))
    computed = {fact.name: fact for fact in (*action.facts, *known) if fact.type != "record"}
    require_known("fact", given.facts, computed)
    currency = next((spec.currency for spec in action.args if spec.kind == "money"), "EUR")

    def value(name: str, kind: str, values: Mapping[str, Any]) -> Any:
        if not exists or name not in values:
            return NEUTRAL[kind]
        return money_minor(values[name], currency) if kind == "money" else values[name]

    resource: dict[str, Any] = {}
    if action.resource is not None:
        resource = {"exists": exists, "id": proposed.args[action.resource.key]}
        resource |= {name: value(name, spec.type, written) for name, spec in specs.items()}
    level = given.assurance if given.assurance is not None else 1 if given.customer else 0
    return Facts(
        customer=CustomerId(given.customer or ""),
        level=level,
        assurance_age_s=given.assurance_age_s if given.assurance_age_s is not None else 60 if level else NEVER_S,
        failed_matches=given.failed_matches or 0,
        codes_sent=given.codes_sent or 0,
        exists=exists or action.resource is None,
        resource=resource,
        facts={name: value(name, spec.type, given.facts) for name, spec in computed.items()},
        missing=dict.fromkeys(given.unknown or (), "the case says so"),
        words=_words(action, all_args(proposed.args, proposed.private_args)),
        read_at=now if action.resource is not None else None,
        time=_time(given, now),
        risk=_risk(bundle, given),
        matters=tuple(sorted(given.matters or ())),
        promises=_promises(bundle, given, proposed, now),
    )


def _promises(bundle: Bundle, given: CaseFacts, proposed: ActionProposed, now: datetime) -> tuple[Promised, ...]:
    require_known("promise", given.promises, bundle.promises)
    return tuple(
        Promised(
            PromiseMade(
                promise=PromiseId(f"pm_{name}"),
                kind=name,
                interaction=proposed.interaction,
                person=proposed.person,
                customer=CustomerId(given.customer or ""),
                by=Principal(kind="agent", id="agent-1", roles=("agent",)),
                source="agent",
                about=str(proposed.args.get(bundle.promises[name].about, "")),
                value=Money(money_minor(amount, bundle.promises[name].currency), bundle.promises[name].currency),
                valid_until=now + timedelta(days=1),
            ),
            now - timedelta(days=1),
        )
        for name, amount in given.promises.items()
    )


def _risk(bundle: Bundle, given: CaseFacts) -> Risk:
    signals = tuple(sorted(given.risk or ()))
    require_known("signal", signals, bundle.signals)
    return scored(bundle.signals, signals)


def _time(given: CaseFacts, now: datetime) -> Times:
    """The moment of a case, in UTC; a tenant that is closed opens an hour later."""
    when = times(now)
    return when if given.open is not False else when._replace(open=False, opens_at=now + timedelta(hours=1))


def moment_of(given: CaseFacts) -> datetime:
    """When a case is judged. Raises Misread for what is no date."""
    if given.at is None:
        return NOW
    try:
        found = datetime.fromisoformat(given.at)
    except ValueError:
        raise Misread(f"'{given.at}' is no date", "write 2026-01-15 or 2026-01-15T18:30 (UTC)") from None
    return found if found.tzinfo is not None else found.replace(tzinfo=UTC)


def _words(action: Action, args: Mapping[str, Any]) -> dict[str, Any]:
    """Cases are about verdicts, so whatever else the action's sentence names stands for itself."""
    words: dict[str, Any] = dict(args)
    for template in (action.says, *(line for _, line in action.shows)):
        for reference in template.references:
            first, *steps = reference.path.split(".")
            if first not in args:
                place, name = words, first
                for step in steps:
                    place, name = place.setdefault(name, {}), step
                place[name] = reference.path
    return words


def met_of(remedies: Collection[str], proposed: ActionProposed, now: datetime) -> Met:
    """The remedies that a case says are met, a minute ago."""
    found = []
    for text in remedies:
        try:
            remedy: Remedy = parse_remedy(text, ROLES)
        except ValueError as error:
            raise Misread(f"'{text}' is no remedy", str(error)) from None
        event = RemedyMet(
            proposal=proposed.proposal,
            interaction=proposed.interaction,
            person=proposed.person,
            remedy=remedy,
            by=Principal(kind="customer", id="case"),
            args_hash=proposed.args_hash,
            valid_until=now + timedelta(minutes=1),
        )
        found.append(MetAt(event, now - timedelta(minutes=1)))
    return Met(tuple(found))


def past_of_case(given: CaseFacts, proposed: ActionProposed, facts: Facts, bundle: Bundle, now: datetime) -> Past:
    """What a case says is in the ledgers already, and which steps were done."""
    require_known("ledger", given.ledgers, bundle.ledgers)
    require_known("step", given.steps, bundle.steps)
    ledgers = bundle.ledgers_of(proposed.action)
    subjects = bundle.subjects(proposed, facts, SECRET)
    totals = {}
    for ledger in ledgers:
        name = ledger.name.removeprefix(STEP_PREFIX)
        if name != ledger.name:
            step = given.steps.get(name, CaseStep())
            latest = now - timedelta(seconds=step.age_s) if step.done else None
            total = Total(0, step.count if step.done else 0, latest, ("pr_before",) if step.running else ())
        else:
            found = given.ledgers.get(name, 0)
            total = Total(money_minor(found, ledger.currency) if ledger.currency else int(found))
        totals[ledger.name, subjects[ledger.name]] = total
    return past_of(ledgers, subjects, totals, now)


def argument_of(action: Action, name: str, value: Any) -> Any:
    """An argument as a program would propose it: authors write 18.40, programs minor units and a currency."""
    spec: ArgSpec | None = next((each for each in action.args if each.name == name), None)
    if spec is not None and spec.kind == "money":
        return {"amount": money_minor(value, spec.currency), "currency": spec.currency}
    return value


def principal_of(by: By) -> Principal:
    """Somebody of that role."""
    if by == "virtual_agent":
        return VIRTUAL_AGENT
    if by == "system":
        return SYSTEM
    kind: Any = "agent" if by in ("supervisor", "admin") else by
    return Principal(kind=kind, id=f"{by}-1", roles=(by,))


def require_known(noun: str, names: Collection[str], known: Collection[str]) -> None:
    """Raises Misread for the first name that is none of those."""
    for name in names:
        if name not in known:
            raise unknown(noun, name, known)


def unknown(noun: str, name: str, known: Collection[str]) -> Misread:
    """The mistake of naming something that is not there, with what may be meant."""
    near = closest(name, known)
    return Misread(
        f"there is no {noun} '{name}'", f"did you mean '{near}'?" if near else f"known: {', '.join(sorted(known))}"
    )
