"""May this proposed action happen now, and if not yet, what would make it?"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple

import msgspec

from interlock.control.actions import Action, all_args
from interlock.control.bundle import Bundle
from interlock.control.cedar_schema import CONNECTOR_ENTITY
from interlock.control.facts import Facts
from interlock.control.ledger_files import STEP_PREFIX
from interlock.control.ledgers import reservations
from interlock.control.met import Met
from interlock.control.past import Past
from interlock.control.policies import Answer, Request
from interlock.control.rules import (
    BAD_ARGUMENTS,
    EVALUATION_ERROR,
    FACT_MISSING,
    NO_PERMIT,
    NO_SUCH_ACTION,
    UNAVAILABLE,
    Rule,
)
from interlock.control.templates import Unknown
from interlock.control.timing import times, waits_until
from interlock.kernel.errors import Refused
from interlock.vocabulary.channels import Choice
from interlock.vocabulary.proposals import ActionProposed, ProposalJudged, Remedy, Ruling, Verdict

UNCHECKED: Final = "I could not check everything that I need for this."
"""What a customer hears where a fact is missing."""

NOT_REACHED: Final = "I cannot look that up at the moment."
"""What a customer hears where the system behind could not be read."""

_ORDER: Final = ("step_up", "confirm", "do", "wait", "draft", "approve")
"""The customer's remedies are asked for first, an approver's last."""


def judge(
    bundle: Bundle,
    proposed: ActionProposed,
    facts: Facts,
    met: Met,
    past: Past,
    now: datetime,
) -> ProposalJudged:
    """Judge a frozen proposal on what is true now. All rules are evaluated, so that everything that is missing is told.

    Args:
        facts: what is true of it (see ``facts.assemble``).
        met: the remedies that count (see ``met.met``).
        past: what was done before, for every ledger and step of ``bundle.ledgers_of`` (see ``past.past_of``).

    Returns:
        ``allowed`` with the permits that granted it and the amounts to reserve; ``needs`` with the forbids that can be
        cured and the remedies in the order in which they are asked for; or ``denied`` with everything against it. A
        fact that is missing and a rule that cannot be evaluated are denials.
    """
    action = bundle.actions.get(proposed.action)
    if action is None:
        ruling = Ruling(NO_SUCH_ACTION, f"This version knows no action '{proposed.action}'.", UNCHECKED)
        return _judged(bundle, proposed, facts, "denied", [ruling], says=proposed.action)
    unfit = _unfit(action, proposed)
    if unfit:
        return _judged(bundle, proposed, facts, "denied", [Ruling(BAD_ARGUMENTS, unfit, UNCHECKED)], says=action.title)
    facts = facts if facts.time is not None else facts._replace(time=times(now))
    missing = {**facts.missing, **_unknown_lines(bundle, proposed, facts, past)}
    answer = bundle.policies[action.name].ask(_request(action, proposed, facts, met, past))
    says, shows, unsaid = _words(action, facts)
    if facts.exists:
        missing |= unsaid
    waits = _waits(answer.forbids, facts)
    weighed = weigh(action, answer, exists=facts.exists, unread=facts.unread, missing=missing, now=now, over=waits.over)
    recorded = _recorded(action, proposed, facts, met, past, weighed.missing)
    if weighed.verdict == "denied":
        # A denied proposal is told by its title: what was read may be about somebody else.
        return _judged(bundle, proposed, facts, "denied", weighed.rulings, recorded=recorded, says=action.title)
    judged = _judged(
        bundle,
        proposed,
        facts,
        weighed.verdict,
        weighed.rulings,
        weighed.needs,
        recorded,
        says=says,
        shows=shows,
        shadow=weighed.shadow,
    )
    if answer.shadow_errors:
        judged = msgspec.structs.replace(judged, shadow_errors=answer.shadow_errors)
    if weighed.verdict == "needs":
        return msgspec.structs.replace(judged, waits=waits.until)
    held = reservations((*bundle.ledgers.values(), *bundle.steps.values()), proposed, past.subjects)
    return msgspec.structs.replace(judged, reservations=held)


class Weighed(NamedTuple):
    """What an answer of the rules comes to: the verdict, what decided, what would cure it, and what was missing.

    ``shadow`` names the rules in shadow that fired.
    """

    verdict: Verdict
    rulings: list[Ruling]
    needs: tuple[Remedy, ...]
    missing: Mapping[str, str]
    shadow: tuple[str, ...]


def weigh(
    action: Action,
    answer: Answer,
    *,
    exists: bool,
    unread: str,
    missing: Mapping[str, str],
    now: datetime,
    over: Collection[str] = (),
) -> Weighed:
    """The verdict on what the rules answered.

    Args:
        exists: whether the resource exists; True where the action touches none.
        unread: why the resource could not be read; empty where it could.
        missing: what could not be established, by name, with the reason.
        now: when it is judged; a grant that has ended does not count.
        over: remedies that would cure nothing: the moment that is waited for has passed, and the rule still stands.
    """
    forbids = [rule for rule in answer.forbids if _applies(rule, action, exists=exists, unread=unread)]
    if not exists and not unread and not missing and all(rule.remedy for rule in forbids):
        # No rule speaks of it, and neutral values must not be taken for facts.
        missing = {action.resource.name if action.resource else "resource": "it does not exist"}
    granted = [rule for rule in answer.permits if not rule.expired(now)]
    against = _against(answer, granted, unread, missing)
    if against or any(rule.remedy is None or str(rule.remedy) in over for rule in forbids):
        return Weighed("denied", [*_rulings(forbids), *against], (), missing, ())
    shadow = tuple(rule.id for rule in answer.shadow if _applies(rule, action, exists=exists, unread=unread))
    if forbids:
        return Weighed("needs", _rulings(forbids), remedies_of(forbids), missing, shadow)
    return Weighed("allowed", _rulings(granted), (), missing, shadow)


def customer_reason(judged: ProposalJudged) -> str:
    """What the customer is told about a denial: the first ruling's words for customers, or that it cannot be done."""
    said = next((each.customer_reason for each in judged.rulings if each.customer_reason), "")
    return said or "I am not able to do that."


def remedies_of(forbids: Iterable[Rule]) -> tuple[Remedy, ...]:
    """The remedies of forbids, each once and in the order in which they are asked for; of step-ups only the highest."""
    found = {rule.remedy for rule in forbids if rule.remedy is not None}
    step_ups = sorted((each for each in found if each.kind == "step_up"), key=lambda each: int(each.argument))
    kept = [each for each in found if each.kind != "step_up"] + step_ups[-1:]
    return tuple(sorted(kept, key=lambda each: (_ORDER.index(each.kind), each.argument)))


class _Waits(NamedTuple):
    """The remedies ``wait:…`` of forbids: until when, and those whose waiting would cure nothing."""

    until: dict[str, datetime]
    over: frozenset[str]


def _waits(forbids: Iterable[Rule], facts: Facts) -> _Waits:
    until: dict[str, datetime] = {}
    over = set()
    for remedy in {rule.remedy for rule in forbids if rule.remedy is not None and rule.remedy.kind == "wait"}:
        assert facts.time is not None
        moment = waits_until(remedy.argument, facts.time, facts.facts, facts.resource)
        if moment is None:
            over.add(str(remedy))
        else:
            until[str(remedy)] = moment
    return _Waits(until, frozenset(over))


def _unfit(action: Action, proposed: ActionProposed) -> str:
    """Why the frozen arguments do not fit (they came another way, or the schema became stricter); empty if they do."""
    try:
        checked = action.check(all_args(proposed.args, proposed.private_args))
    except Refused as refused:
        return refused.reason
    same = checked.args == proposed.args and (checked.private_args or {}) == (proposed.private_args or {})
    return "" if same else "The arguments are not in the form in which they are frozen."


def _unknown_lines(bundle: Bundle, proposed: ActionProposed, facts: Facts, past: Past) -> dict[str, str]:
    """The ledgers and steps of which nobody knows whose line it is; a step only where a rule looks at it."""
    missing: dict[str, str] = {}
    seen = {f"{STEP_PREFIX}{name}" for name in bundle.policies[proposed.action].steps}
    for ledger in bundle.ledgers_of(proposed.action):
        step = ledger.name.startswith(STEP_PREFIX)
        if past.subjects.get(ledger.name, "") or (step and ledger.name not in seen):
            continue
        if not facts.exists and "instrument" in ledger.by:
            continue  # what does not exist, or was not read, has none; that is told by itself
        missing[ledger.name if step else f"ledger.{ledger.name}"] = (
            f"it is kept by {', '.join(ledger.by)}, and that is not known here"
        )
    return missing


def _applies(rule: Rule, action: Action, *, exists: bool, unread: str) -> bool:
    """Whether a rule says something true: one that looks at a resource that is not there does not."""
    if action.resource is None or exists:
        return True
    if unread:
        return not rule.looks_at("resource") and not rule.looks_at("context.facts")
    return rule.looks_at("resource.exists") or not (rule.looks_at("resource") or rule.looks_at("context.facts"))


def _against(answer: Answer, granted: Sequence[Rule], unread: str, missing: Mapping[str, str]) -> list[Ruling]:
    """What stands against it that no rule says by itself."""
    found = [Ruling(EVALUATION_ERROR, f"A rule could not be evaluated: {each}", UNCHECKED) for each in answer.errors]
    if unread:
        found.append(Ruling(UNAVAILABLE, f"The resource could not be read: {unread}.", NOT_REACHED))
    found += [
        Ruling(FACT_MISSING, f"'{name}' could not be established: {why}.", UNCHECKED) for name, why in missing.items()
    ]
    if not granted:
        ended = [f"'{rule.id}' granted it until {rule.expires}" for rule in answer.permits]
        found.append(Ruling(NO_PERMIT, "; ".join(["No rule permits this action to whoever proposed it", *ended]) + "."))
    return found


def _rulings(rules: Iterable[Rule]) -> list[Ruling]:
    return [Ruling(rule.id, rule.reason, rule.customer_reason, rule.remedy) for rule in rules]


def _words(action: Action, facts: Facts) -> tuple[str, tuple[Choice, ...], dict[str, str]]:
    """What the customer is asked to agree to; nobody can agree to a sentence with a gap, so a gap is a missing fact."""
    try:
        says = action.says.fill(facts.words)
        shows = tuple(Choice(value=line.fill(facts.words), label=label) for label, line in action.shows)
    except Unknown as gap:
        return action.title, (), {gap.path: "it is needed to say what the action does"}
    return says, shows, {}


def _request(action: Action, proposed: ActionProposed, facts: Facts, met: Met, past: Past) -> Request:
    principal = {"type": "Principal", "id": proposed.principal.id}
    entity = action.resource.entity if action.resource is not None else CONNECTOR_ENTITY
    identifier = facts.resource["id"] if action.resource is not None else action.connector
    resource = {"type": entity, "id": identifier}
    context = {
        **_circumstances(action, proposed, facts),
        "met": met.context(),
        "time": facts.time.context() if facts.time is not None else {},
        "args": _arguments(action, proposed),
        "facts": facts.facts,
        "ledger": past.sums,
        "steps": {name: msgspec.structs.asdict(step) for name, step in past.steps.items()},
    }
    return Request(
        principal,
        {"type": "Action", "id": action.name},
        resource,
        context,
        {"kind": proposed.principal.kind},
        facts.resource,
        proposed.principal.roles,
    )


def _circumstances(action: Action, proposed: ActionProposed, facts: Facts) -> dict[str, Any]:
    return {
        "customer": facts.customer,
        "channel": proposed.channel.value,
        "purpose": proposed.purpose or action.purpose,
        "assurance": {"level": facts.level, "age_s": facts.assurance_age_s},
        "session": {"failed_matches": facts.failed_matches, "codes_sent": facts.codes_sent},
        "risk": facts.risk.context(),
    }


def _arguments(action: Action, proposed: ActionProposed) -> dict[str, Any]:
    """The arguments as rules see them: amounts in minor units; Cedar reads a list as a set."""
    monies = {spec.name for spec in action.args if spec.kind == "money"}
    given = all_args(proposed.args, proposed.private_args)
    return {name: value["amount"] if name in monies else value for name, value in given.items()}


def _recorded(
    action: Action,
    proposed: ActionProposed,
    facts: Facts,
    met: Met,
    past: Past,
    missing: Mapping[str, str],
) -> dict[str, Any]:
    """Everything that it was judged on, so that it can be judged again; personal arguments stay where they are."""
    found: dict[str, Any] = {**_circumstances(action, proposed, facts), "args": proposed.args, "ledger": past.sums}
    if past.steps:
        found["steps"] = {name: msgspec.structs.asdict(step) for name, step in past.steps.items()}
    if action.resource is not None:
        found["resource"] = {"type": action.resource.entity, **facts.resource}
        found["read"] = {"operation": action.resource.operation, "at": facts.read_at}
    if action.facts or facts.facts:
        found["facts"] = facts.facts
    if facts.sources:
        found["sources"] = facts.sources
    found["met"] = met.recorded()
    if facts.time is not None:
        found["time"] = facts.time.recorded()
    if missing:
        found["missing"] = dict(missing)
    # As it will be read back: times as text, tuples as lists.
    return dict(msgspec.to_builtins(found))


def _judged(
    bundle: Bundle,
    proposed: ActionProposed,
    facts: Facts,
    verdict: Verdict,
    rulings: Sequence[Ruling],
    needs: tuple[Remedy, ...] = (),
    recorded: Mapping[str, Any] | None = None,
    *,
    says: str,
    shows: tuple[Choice, ...] = (),
    shadow: tuple[str, ...] = (),
) -> ProposalJudged:
    return ProposalJudged(
        proposal=proposed.proposal,
        interaction=proposed.interaction,
        person=proposed.person,
        customer=facts.customer,
        principal=proposed.principal,
        action=proposed.action,
        args_hash=proposed.args_hash,
        verdict=verdict,
        policy=bundle.release,
        rulings=tuple(rulings),
        needs=needs,
        facts=dict(recorded or {}),
        says=says,
        shows=shows,
        shadow=shadow,
    )
