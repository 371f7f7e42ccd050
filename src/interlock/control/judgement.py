"""May this proposed action happen now, and if not yet, what would make it?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any

import msgspec

from interlock.control.actions import Action, all_args
from interlock.control.arguments import read_args
from interlock.control.bundle import Bundle
from interlock.control.cedar_schema import CONNECTOR_ENTITY
from interlock.control.facts import Facts
from interlock.control.honouring import honours, promised
from interlock.control.ledger_files import PROMISE_PREFIX, STEP_PREFIX
from interlock.control.ledgers import Ledger, reservations
from interlock.control.met import Met
from interlock.control.past import Past
from interlock.control.pattern import with_past
from interlock.control.policies import Request
from interlock.control.rules import (
    BAD_ARGUMENTS,
    NO_SUCH_ACTION,
)
from interlock.control.templates import Unknown
from interlock.control.timing import times
from interlock.control.weighing import UNCHECKED, beyond, confirmed_anew, waits, weigh, without_overridden
from interlock.kernel.errors import Refused
from interlock.vocabulary.channels import CardWords, Choice, sent_through
from interlock.vocabulary.proposals import ActionProposed, ProposalJudged, Remedy, Ruling, Verdict


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
    if bundle.signals:
        facts = facts._replace(risk=with_past(bundle.signals, facts.risk, action.amount(proposed.args), past))
    missing = {**facts.missing, **_unknown_lines(bundle, proposed, facts, past)}
    about = circumstances(bundle, action, proposed, facts, past, now)
    asked = bundle.policies[action.name].ask(request_of(action, proposed, facts, met, past, about))
    answer, overridden = without_overridden(asked, proposed, met)
    says, shows, unsaid = _words(action, facts)
    if facts.exists:
        missing |= unsaid
    pending = waits(answer.forbids, facts)
    too_much = beyond(bundle, action, proposed.args, answer.forbids)
    over = {*pending.over, *(remedy for remedy, _ in too_much)}
    weighed = weigh(action, answer, exists=facts.exists, unread=facts.unread, missing=missing, now=now, over=over)
    weighed = confirmed_anew(weighed, counters=bool(proposed.counters), confirmed=met.confirm)
    recorded = _recorded(action, proposed, facts, met, past, about, weighed.missing)
    if facts.risk.signals:
        recorded["risk"]["weights"] = {name: bundle.signals[name].weight for name in facts.risk.signals}
    if overridden:
        recorded["overridden"] = list(overridden)
    if weighed.verdict == "denied":
        # A denied proposal is told by its title: what was read may be about somebody else.
        rulings = [*weighed.rulings, *(ruling for _, ruling in too_much)]
        denied = _judged(bundle, proposed, facts, "denied", rulings, recorded=recorded, says=action.title)
        could = weighed.overridable if proposed.principal.kind == "agent" and not too_much else ()
        return msgspec.structs.replace(denied, overridable=could, overridden=overridden)
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
    judged = msgspec.structs.replace(judged, overridden=overridden, reads=action.effect == "read")
    judged = msgspec.structs.replace(judged, others=_in_languages(action, facts), shadow_errors=answer.shadow_errors)
    if weighed.verdict == "needs":
        return msgspec.structs.replace(judged, waits=pending.until)
    held = reservations(_held_in(bundle, about), proposed, past.subjects)
    return msgspec.structs.replace(judged, reservations=held)


def customer_reason(judged: ProposalJudged) -> str:
    """What the customer is told about a denial: the first ruling's words for customers, or that it cannot be done."""
    said = next((each.customer_reason for each in judged.rulings if each.customer_reason), "")
    return said or "I am not able to do that."


def _unfit(action: Action, proposed: ActionProposed) -> str:
    """Why the frozen arguments do not fit (they came another way, or the schema became stricter); empty if they do."""
    try:
        args, private = read_args(action.name, action.args, all_args(proposed.args, proposed.private_args))
    except Refused as refused:
        return refused.reason
    same = args == proposed.args and private == (proposed.private_args or {})
    return "" if same else "The arguments are not in the form in which they are frozen."


def _unknown_lines(bundle: Bundle, proposed: ActionProposed, facts: Facts, past: Past) -> dict[str, str]:
    """The ledgers and steps of which nobody knows whose line it is; a step only where a rule looks at it."""
    missing: dict[str, str] = {}
    seen = {f"{STEP_PREFIX}{name}" for name in bundle.policies[proposed.action].steps}
    for ledger in bundle.ledgers_of(proposed.action):
        if ledger.name.startswith(PROMISE_PREFIX):
            continue  # nobody is known to whom anything could have been promised
        step = ledger.name.startswith(STEP_PREFIX)
        if past.subjects.get(ledger.name, "") or (step and ledger.name not in seen):
            continue
        if not facts.exists and "instrument" in ledger.by:
            continue  # what does not exist, or was not read, has none; that is told by itself
        missing[ledger.name if step else f"ledger.{ledger.name}"] = (
            f"it is kept by {', '.join(ledger.by)}, and that is not known here"
        )
    return missing


def _words(action: Action, facts: Facts) -> tuple[str, tuple[Choice, ...], dict[str, str]]:
    """What the customer is asked to agree to; nobody can agree to a sentence with a gap, so a gap is a missing fact."""
    try:
        says = action.says.fill(facts.words)
        shows = tuple(Choice(value=line.fill(facts.words), label=label) for label, line in action.shows)
    except Unknown as gap:
        return action.title, (), {gap.path: "it is needed to say what the action does"}
    return says, shows, {}


def _in_languages(action: Action, facts: Facts) -> tuple[CardWords, ...]:
    """The same in other languages; one that has a gap is left out, and the tenant's own words are said."""
    found = []
    for language, (says, shows) in action.others.items():
        with suppress(Unknown):
            lines = tuple(Choice(value=line.fill(facts.words), label=label) for label, line in shows)
            found.append(CardWords(language, says.fill(facts.words), lines))
    return tuple(found)


def request_of(
    action: Action, proposed: ActionProposed, facts: Facts, met: Met, past: Past, about: Mapping[str, Any]
) -> Request:
    """The question that the rules are asked. ``about`` are the ``circumstances``."""
    principal = {"type": "Principal", "id": proposed.principal.id}
    entity = action.resource.entity if action.resource is not None else CONNECTOR_ENTITY
    identifier = facts.resource["id"] if action.resource is not None else action.connector
    resource = {"type": entity, "id": identifier}
    context = {
        **about,
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


def _held_in(bundle: Bundle, about: Mapping[str, Any]) -> list[Ledger]:
    """The ledgers and steps, and what the promises are honoured in that an allowance makes use of."""
    honoured = honours(bundle.promises, about.get("promises", {}))
    return [*bundle.ledgers.values(), *bundle.steps.values(), *(bundle.promises[name].ledger for name in honoured)]


def circumstances(
    bundle: Bundle, action: Action, proposed: ActionProposed, facts: Facts, past: Past, now: datetime
) -> dict[str, Any]:
    """What rules see and every judgement records: who, where, how sure that is, and how risky it looks."""
    made: dict[str, Any] = {}
    if bundle.promises:
        made["promises"] = promised(bundle.promises, proposed, facts.promises, past, now)
    return {
        **made,
        "customer": facts.customer,
        "channel": proposed.channel.value,
        "purpose": proposed.purpose or action.purpose,
        "assurance": {"level": facts.level, "age_s": facts.assurance_age_s},
        "session": {"failed_matches": facts.failed_matches, "codes_sent": facts.codes_sent},
        "risk": facts.risk.context(),
        "interaction": {"matters": list(facts.matters)},
    }


def _arguments(action: Action, proposed: ActionProposed) -> dict[str, Any]:
    """The arguments as rules see them: amounts in minor units; Cedar reads a list as a set."""
    monies = [spec.name for spec in action.args if spec.kind == "money"]
    given = all_args(proposed.args, proposed.private_args)
    return {name: value["amount"] if name in monies else value for name, value in given.items()}


def _recorded(
    action: Action,
    proposed: ActionProposed,
    facts: Facts,
    met: Met,
    past: Past,
    about: Mapping[str, Any],
    missing: Mapping[str, str],
) -> dict[str, Any]:
    """Everything that it was judged on, so that it can be judged again; personal arguments stay where they are."""
    found: dict[str, Any] = {**about, "args": proposed.args, "ledger": past.sums}
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
    if proposed.counters:
        found["counters"] = proposed.counters
    if missing:
        found["missing"] = dict(missing)
    # As it will be read back: times as text, tuples as lists.
    recorded: dict[str, Any] = msgspec.to_builtins(found)
    return recorded


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
        sent=sent_through(proposed.channel),
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
