"""What would other rules have said to what was judged in the past, on the facts of then; and what cannot be known?"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, Final

import msgspec

from interlock.control.actions import Action
from interlock.control.bundle import Bundle
from interlock.control.cedar_schema import CONNECTOR_ENTITY
from interlock.control.flips import Flip, FlipReport, amount_of, flip_report
from interlock.control.ledger_files import STEP_PREFIX
from interlock.control.policies import Request
from interlock.control.rules import BAD_ARGUMENTS, COUNTER_OFFER, NO_SUCH_ACTION, UNAVAILABLE, Rule
from interlock.control.timing import times, waits_until
from interlock.control.weighing import beyond, confirmed_anew, weigh
from interlock.kernel.events import Erased
from interlock.vocabulary.channels import Principal
from interlock.vocabulary.ids import CustomerId, InteractionId, ProposalId
from interlock.vocabulary.proposals import ProposalJudged, Verdict

MAX_EXAMPLES: Final = 5
"""Proposals that are named for each reason why something cannot be replayed."""

ERASED_ARGUMENTS: Final = "a rule looks at a personal argument, and that was erased"
STOPPED: Final = "a kill switch, a breaker or a budget stopped it before any rule was asked"
NO_FACTS: Final = "it was refused before any facts were established"


class PastJudgement(msgspec.Struct, frozen=True, kw_only=True):
    """One judgement of the past: what was proposed, on which facts, and what was said.

    Attributes:
        rules: those that decided.
        waits: the remedies ``wait:…`` whose moment was yet to come.
        unread: why the resource could not be read then; empty where it could.
        private: the personal arguments, where a rule looks at them and they can be read.
    """

    proposal: ProposalId
    interaction: InteractionId
    customer: CustomerId
    principal: Principal
    action: str
    verdict: Verdict
    rules: tuple[str, ...]
    facts: dict[str, Any]
    at: datetime
    waits: tuple[str, ...] = ()
    unread: str = ""
    private: dict[str, Any] | None = None
    erased: bool = False


class Again(msgspec.Struct, frozen=True, omit_defaults=True):
    """What became of judging it again: the same verdict, a flip, or why it cannot be known."""

    proposal: ProposalId
    final: bool
    flip: Flip | None = None
    unknown: str = ""


class NotReplayable(msgspec.Struct, frozen=True, kw_only=True):
    """Why some decisions cannot be judged again, how many, and some of them."""

    reason: str
    proposals: int
    examples: list[ProposalId]


class ReplayReport(msgspec.Struct, frozen=True, kw_only=True):
    """What a replay found.

    Attributes:
        policies: the version that was tried.
        since: the moment from which on decisions were judged again; None for all.
        judgements: how many were judged again; a proposal is judged anew whenever a remedy is met.
        proposals: of how many proposals; of each the last judgement counts.
        same: of these, how many come out the same.
    """

    policies: str
    since: datetime | None
    judgements: int
    proposals: int
    same: int
    flipped: FlipReport
    not_replayable: list[NotReplayable]


def past_judgement(event: ProposalJudged, at: datetime, private: object = None) -> PastJudgement:
    """A recorded judgement, ready to be judged again."""
    unread = next((each.reason for each in event.rulings if each.rule == UNAVAILABLE), "")
    return PastJudgement(
        proposal=event.proposal,
        interaction=event.interaction,
        customer=event.customer,
        principal=event.principal,
        action=event.action,
        verdict=event.verdict,
        rules=tuple(dict.fromkeys(each.rule for each in event.rulings)),
        facts=event.facts,
        at=at,
        waits=tuple(event.waits),
        unread=unread,
        private=private if isinstance(private, dict) else None,
        erased=isinstance(private, Erased),
    )


def looks_at_personal(bundle: Bundle) -> frozenset[str]:
    """The actions of which some rule looks at a personal argument: only for these it has to be opened."""
    found = set()
    for name, action in bundle.actions.items():
        paths = [f"context.args.{spec.name}" for spec in action.args if spec.personal]
        if any(rule.looks_at(path) for rule in bundle.policies[name].enforced.rules for path in paths):
            found.add(name)
    return frozenset(found)


def again(bundle: Bundle, past: PastJudgement) -> Again:
    """Judge a recorded proposal by other rules, on what was true then."""
    final = past.verdict != "needs"
    action = bundle.actions.get(past.action)
    if action is None:
        return Again(past.proposal, final, unknown=f"these policies know no action '{past.action}'")
    if not past.facts:
        refused = not {NO_SUCH_ACTION, BAD_ARGUMENTS}.isdisjoint(past.rules)
        return Again(past.proposal, final, unknown=NO_FACTS if refused else "its facts were not recorded")
    if "stopped" in past.facts:
        return Again(past.proposal, final, unknown=STOPPED)
    if (why := _unknown(bundle, action, past)) != "":
        return Again(past.proposal, final, unknown=why)
    asked = bundle.policies[action.name].ask(_request(action, past))
    waived = past.facts.get("overridden", ())
    answer = asked._replace(
        forbids=tuple(each for each in asked.forbids if each.id not in waived or not each.overridable)
    )
    too_much = beyond(bundle, action, past.facts.get("args", {}), answer.forbids)
    weighed = weigh(
        action,
        answer,
        exists=action.resource is None or bool(past.facts.get("resource", {}).get("exists", True)),
        unread=past.unread,
        missing=_missing(bundle, action, past),
        now=past.at,
        over={*_over(answer.forbids, past), *(remedy for remedy, _ in too_much)},
    )
    counters = "counters" in past.facts or COUNTER_OFFER in past.rules
    confirmed = any(each["remedy"] == "confirm" for each in past.facts.get("met", ()))
    weighed = confirmed_anew(weighed, counters=counters, confirmed=confirmed)
    if weighed.verdict == past.verdict:
        return Again(past.proposal, final)
    beyond_now = [ruling for _, ruling in too_much] if weighed.verdict == "denied" else []
    now = tuple(dict.fromkeys(each.rule for each in (*weighed.rulings, *beyond_now)))
    flip = Flip(
        proposal=past.proposal,
        interaction=past.interaction,
        customer=past.customer,
        action=past.action,
        by=past.principal.kind,
        at=past.at,
        was=past.verdict,
        now=weighed.verdict,
        rules=_responsible(past, weighed.verdict, now),
        amount=amount_of(past.facts.get("args", {})),
    )
    return Again(past.proposal, final, flip=flip)


class Replay:
    """Adds up what was judged again, in the order of the log; the last judgement of a proposal is the one that counts."""

    def __init__(self, policies: str, since: datetime | None) -> None:
        self._policies, self._since = policies, since
        self._waiting: set[ProposalId] = set()
        self._flips: dict[ProposalId, Flip] = {}
        self._unknown: dict[ProposalId, str] = {}
        self._judgements = self._decided = 0

    def add(self, one: Again) -> None:
        """Take the next judgement in."""
        self._judgements += 1
        self._waiting.discard(one.proposal)
        if one.final:
            self._decided += 1
        else:
            self._waiting.add(one.proposal)
        self._flips.pop(one.proposal, None)
        self._unknown.pop(one.proposal, None)
        if one.flip is not None:
            self._flips[one.proposal] = one.flip
        elif one.unknown:
            self._unknown[one.proposal] = one.unknown

    @property
    def judgements(self) -> int:
        """How many were taken in."""
        return self._judgements

    def report(self) -> ReplayReport:
        """What it came to so far."""
        reasons: dict[str, list[ProposalId]] = defaultdict(list)
        for proposal, why in self._unknown.items():
            reasons[why].append(proposal)
        proposals = self._decided + len(self._waiting)
        unknown = [
            NotReplayable(reason=why, proposals=len(own), examples=own[-MAX_EXAMPLES:]) for why, own in reasons.items()
        ]
        return ReplayReport(
            policies=self._policies,
            since=self._since,
            judgements=self._judgements,
            proposals=proposals,
            same=proposals - len(self._flips) - len(self._unknown),
            flipped=flip_report(self._flips.values()),
            not_replayable=sorted(unknown, key=lambda one: (-one.proposals, one.reason)),
        )


def replayed(bundle: Bundle, pasts: Iterable[PastJudgement], since: datetime | None = None) -> ReplayReport:
    """Judge all of them again and add it up."""
    replay = Replay(bundle.release, since)
    for past in pasts:
        replay.add(again(bundle, past))
    return replay.report()


def _unknown(bundle: Bundle, action: Action, past: PastJudgement) -> str:
    """Why it cannot be judged again: a rule looks at something that was not recorded, or is erased. Empty if it can."""
    optional = {spec.name for spec in action.args if spec.optional}
    personal = {spec.name for spec in action.args if spec.personal}
    for path in bundle.policies[action.name].looked_at:
        root, _, rest = path.partition(".")
        group, _, name = rest.partition(".")
        if root == "principal" or (root == "context" and group in ("met", "")):
            continue
        if root == "resource":
            if action.resource is not None and rest not in past.facts.get("resource", {}):
                return f"'{path}' was not recorded then"
        elif group == "args":
            if name in personal and past.erased:
                return ERASED_ARGUMENTS
            known = name in past.facts.get("args", {}) or name in (past.private or {})
            if name and not known and name not in optional:
                return f"'{path}' was not recorded then"
        elif not _has(past.facts, rest):
            return f"'{path}' was not recorded then"
    return ""


def _has(facts: Mapping[str, Any], path: str) -> bool:
    found: Any = facts
    for step in path.split("."):
        if not isinstance(found, Mapping):
            return True  # within a value: a method such as contains
        if step not in found:
            return False
        found = found[step]
    return True


def _missing(bundle: Bundle, action: Action, past: PastJudgement) -> dict[str, str]:
    """What could not be established then, as far as it is asked for now."""
    missing = dict(past.facts.get("missing", {}))
    kept = {f"ledger.{each.name}" for each in bundle.ledgers_of(action.name)}
    kept |= {f"{STEP_PREFIX}{name}" for name in bundle.policies[action.name].steps}
    if action.resource is not None and not past.facts.get("resource", {}).get("exists", True):
        missing.pop(action.resource.name, None)  # a conclusion of then, drawn again where it holds
    return {name: why for name, why in missing.items() if not name.startswith(("ledger.", STEP_PREFIX)) or name in kept}


def _over(forbids: Iterable[Rule], past: PastJudgement) -> set[str]:
    """The remedies ``wait:…`` that would have cured nothing then."""
    waits = {rule.remedy for rule in forbids if rule.remedy is not None and rule.remedy.kind == "wait"}
    if not waits:
        return set()
    then = past.facts.get("time", {})
    opens_s, proposed_s = then.get("opens_s"), then.get("proposed_s")
    when = times(past.at, proposed_at=past.at if proposed_s is None else datetime.fromtimestamp(proposed_s, UTC))
    when = when._replace(opens_at=None if opens_s is None else datetime.fromtimestamp(opens_s, UTC))
    facts, resource = past.facts.get("facts", {}), past.facts.get("resource", {})
    over = {str(each) for each in waits if waits_until(each.argument, when, facts, resource) is None}
    return over.difference(past.waits)  # then it was reckoned with parts of a second


def _responsible(past: PastJudgement, verdict: Verdict, now: tuple[str, ...]) -> tuple[str, ...]:
    """The rules that make the difference: those that stand in the way now and did not, or did and do not any more."""
    stricter = ("allowed", "needs", "denied").index(verdict) > ("allowed", "needs", "denied").index(past.verdict)
    if stricter:
        return tuple(rule for rule in now if rule not in past.rules) or now
    return tuple(rule for rule in past.rules if rule not in now) or past.rules


def _request(action: Action, past: PastJudgement) -> Request:
    """What was recorded, as rules see it."""
    facts = past.facts
    resource = {name: value for name, value in facts.get("resource", {}).items() if name != "type"}
    args = {**facts.get("args", {}), **(past.private or {})}
    entity = action.resource.entity if action.resource is not None else CONNECTOR_ENTITY
    return Request(
        {"type": "Principal", "id": past.principal.id},
        {"type": "Action", "id": action.name},
        {"type": entity, "id": resource.get("id", action.connector)},
        {**facts, "met": _met(facts.get("met", ())), "args": {name: _minor(value) for name, value in args.items()}},
        {"kind": past.principal.kind},
        resource,
        past.principal.roles,
    )


def _minor(value: Any) -> Any:
    return value["amount"] if isinstance(value, dict) and value.keys() == {"amount", "currency"} else value


def _met(recorded: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """The remedies that were met then, as rules see them."""
    by_kind: dict[str, list[str]] = defaultdict(list)
    for each in recorded:
        kind, _, argument = str(each["remedy"]).partition(":")
        by_kind[kind].append(argument)
    return {
        "step_up": max((int(level) for level in by_kind["step_up"]), default=0),
        "confirm": "confirm" in by_kind,
        "approvals": sorted(set(by_kind["approve"])),
        "done": sorted(set(by_kind["do"])),
        "waited": sorted(set(by_kind["wait"])),
        "draft": "draft" in by_kind,
    }
