"""What does an answer of the rules come to: is it denied, what would cure it, and can that be met at all?"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple

from interlock.control.actions import Action
from interlock.control.bundle import Bundle
from interlock.control.facts import Facts
from interlock.control.met import Met
from interlock.control.policies import Answer
from interlock.control.rules import (
    BEYOND_AUTHORITY,
    COUNTER_OFFER,
    EVALUATION_ERROR,
    FACT_MISSING,
    NO_PERMIT,
    UNAVAILABLE,
    Rule,
)
from interlock.control.timing import waits_until
from interlock.vocabulary.proposals import ActionProposed, Remedy, Ruling, Verdict

_ORDER: Final = ("step_up", "confirm", "do", "wait", "draft", "approve")
"""The customer's remedies are asked for first, an approver's last."""

UNCHECKED: Final = "I could not check everything that I need for this."
"""What a customer hears where a fact is missing."""

NOT_REACHED: Final = "I cannot look that up at the moment."
"""What a customer hears where the system behind could not be read."""


class Weighed(NamedTuple):
    """What an answer of the rules comes to: the verdict, what decided, what would cure it, and what was missing.

    ``shadow`` names the rules in shadow that fired, ``overridable`` the roles that could override all that denies.
    """

    verdict: Verdict
    rulings: list[Ruling]
    needs: tuple[Remedy, ...]
    missing: Mapping[str, str]
    shadow: tuple[str, ...]
    overridable: tuple[str, ...] = ()


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
    deny = [rule for rule in forbids if rule.remedy is None or str(rule.remedy) in over]
    if against or deny:
        could = not against and all(rule.overridable for rule in deny)
        roles = tuple(sorted({rule.overridable for rule in deny})) if could else ()
        return Weighed("denied", [*rulings(forbids), *against], (), missing, (), roles)
    shadow = tuple(rule.id for rule in answer.shadow if _applies(rule, action, exists=exists, unread=unread))
    if forbids:
        return Weighed("needs", rulings(forbids), remedies_of(forbids), missing, shadow)
    return Weighed("allowed", rulings(granted), (), missing, shadow)


def remedies_of(forbids: Iterable[Rule]) -> tuple[Remedy, ...]:
    """The remedies of forbids, each once and in the order in which they are asked for; of step-ups only the highest."""
    found = {rule.remedy for rule in forbids if rule.remedy is not None}
    step_ups = sorted((each for each in found if each.kind == "step_up"), key=lambda each: int(each.argument))
    kept = [each for each in found if each.kind != "step_up"] + step_ups[-1:]
    return tuple(sorted(kept, key=lambda each: (_ORDER.index(each.kind), each.argument)))


class Waits(NamedTuple):
    """The remedies ``wait:…`` of forbids: until when, and those whose waiting would cure nothing."""

    until: dict[str, datetime]
    over: frozenset[str]


def waits(forbids: Iterable[Rule], facts: Facts) -> Waits:
    until: dict[str, datetime] = {}
    over = set()
    for remedy in {rule.remedy for rule in forbids if rule.remedy is not None and rule.remedy.kind == "wait"}:
        assert facts.time is not None
        moment = waits_until(remedy.argument, facts.time, facts.facts, facts.resource)
        if moment is None:
            over.add(str(remedy))
        else:
            until[str(remedy)] = moment
    return Waits(until, frozenset(over))


def without_overridden(answer: Answer, proposed: ActionProposed, met: Met) -> tuple[Answer, tuple[str, ...]]:
    """The answer without the rules that two people have overridden; never for a machine, never where a rule forbids it."""
    if not met.overridden or proposed.principal.kind != "agent":
        return answer, ()
    out = [rule for rule in answer.forbids if rule.id in met.overridden and rule.overridable]
    kept = tuple(rule for rule in answer.forbids if rule not in out)
    return answer._replace(forbids=kept), tuple(rule.id for rule in out)


def beyond(
    bundle: Bundle, action: Action, args: Mapping[str, Any], forbids: Iterable[Rule]
) -> list[tuple[str, Ruling]]:
    """The approvals that nobody has the authority to give, each with what is said about it."""
    amount = action.amount(args)
    found = []
    for remedy in {rule.remedy for rule in forbids if rule.remedy is not None and rule.remedy.kind == "approve"}:
        if not bundle.approvals.may_approve(remedy.argument, action.name, amount):
            found.append((str(remedy), Ruling(BEYOND_AUTHORITY, f"Nobody has the authority to approve {amount}.")))
    return found


def confirmed_anew(weighed: Weighed, *, counters: bool, confirmed: bool) -> Weighed:
    """A counter-offer is confirmed by the customer, whatever the rules ask for."""
    confirm = Remedy("confirm")
    if not counters or weighed.verdict == "denied" or confirmed or confirm in weighed.needs:
        return weighed
    ruling = Ruling(COUNTER_OFFER, "The customer agrees to the lower amount that was offered instead.", remedy=confirm)
    earlier = weighed.rulings if weighed.verdict == "needs" else []
    needs = tuple(sorted((*weighed.needs, confirm), key=lambda each: (_ORDER.index(each.kind), each.argument)))
    return weighed._replace(verdict="needs", rulings=[*earlier, ruling], needs=needs)


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


def rulings(rules: Iterable[Rule]) -> list[Ruling]:
    return [Ruling(rule.id, rule.reason, rule.customer_reason, rule.remedy) for rule in rules]
