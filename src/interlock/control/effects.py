"""What has to be done about an allowed proposal's effect, also after a crash, so that it never happens twice?"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Literal, NamedTuple

import msgspec

from interlock.control.actions import Action, lookup_answer, moved, visible_fields
from interlock.control.bundle import Bundle
from interlock.control.ledgers import named
from interlock.control.proposals import Outcome, ProposalState, evolve, proposal_query
from interlock.control.settings import EffectSettings
from interlock.kernel.deciders import Decider, Moment
from interlock.kernel.errors import Refused, Unavailable
from interlock.kernel.events import Event
from interlock.vocabulary.proposals import (
    ActionProposed,
    EffectFailed,
    EffectStarted,
    EffectSucceeded,
    EffectUnknown,
    ProposalJudged,
    ResolveUnknown,
)

FoundBy = Literal["answer", "lookup", "person"]


class Step(NamedTuple):
    """What to do next about an effect.

    ``call``: append EffectStarted (see ``start``), then call. ``again``: call again at ``at``, under the lease that one
    has. ``look_up``: ask the look-up. ``wait``: until ``at``, then decide again. ``done``: nothing is left to do here;
    it has an outcome, or a person has to look.
    """

    kind: Literal["call", "again", "look_up", "wait", "done"]
    at: datetime | None = None


DONE = Step("done")


def next_step(state: ProposalState, action: Action, now: datetime, settings: EffectSettings) -> Step | Event:
    """What a node has to do that takes an effect over, whatever happened to the one that had it before.

    Returns:
        A step; or the fact to append (EffectUnknown or EffectFailed) where nothing more can be done.

    Raises:
        Refused: the gate has not let this proposal through.
    """
    _allowed(state)
    if state.outcome is not None or state.unknown is not None:
        return DONE
    if state.started is None:
        return Step("call")
    if now < state.started.lease_until:
        return Step("wait", state.started.lease_until)
    if action.repeatable and state.started.attempt < settings.attempts:
        return Step("call")
    return _uncertain(state, action, "A node stopped while it was calling.")


def start(state: ProposalState, now: datetime, settings: EffectSettings) -> EffectStarted:
    """The fact that wins the right to call; to be appended under the guard of ``proposal_query`` before the call.

    Raises:
        Refused: the gate has not let it through, it has an outcome, or another node holds the lease.
    """
    proposed, _ = _allowed(state)
    if state.outcome is not None or state.unknown is not None:
        raise Refused("effect_over", "This effect has its outcome already.")
    if state.started is not None and now < state.started.lease_until:
        raise Refused("effect_running", "Another node is calling.")
    return EffectStarted(
        proposal=proposed.proposal,
        interaction=proposed.interaction,
        attempt=1 if state.started is None else state.started.attempt + 1,
        lease_until=now + settings.lease,
    )


def after_error(
    state: ProposalState,
    action: Action,
    error: Refused | Unavailable,
    now: datetime,
    settings: EffectSettings,
    *,
    calls: int,
    maybe_sent: bool = False,
) -> Step | Event:
    """What follows from a call that failed.

    Args:
        state: with this node's EffectStarted.
        calls: how many calls this attempt has made, this one included.
        maybe_sent: whether an earlier call of this attempt may have reached the system.

    Returns:
        A fact to append, or ``again``, ``wait`` or ``look_up``. Only what cannot do it twice is called again.
    """
    if isinstance(error, Refused):
        return failed(state, error.code, error.reason)
    assert state.started is not None
    arrived = error.sent or maybe_sent or state.started.attempt > 1
    # Even an endpoint without a key may be called again as long as no call can have reached it.
    if calls < settings.calls and (action.repeatable or not arrived):
        pause = max(settings.pause * 2 ** (calls - 1), timedelta(seconds=error.retry_after_s if calls > 1 else 0))
        if now + pause < state.started.lease_until:
            return Step("again", now + pause)
    if action.effect == "read" or not arrived:
        return failed(state, "unavailable", error.reason, unavailable=True)
    if action.repeatable and state.started.attempt < settings.attempts:
        return Step("wait", state.started.lease_until)
    return _uncertain(state, action, error.reason)


def withdrawn(
    state: ProposalState, action: Action, code: str, reason: str, *, maybe_sent: bool = False
) -> Step | Event:
    """What becomes of an allowed effect that may not be called (any more): it fails and gives back what it held.

    Only where an earlier call may have arrived that is not known; then it is looked up, or a person looks.

    Args:
        code: the name of what stopped it, such as ``halted``.
        maybe_sent: whether an earlier call may have reached the system.
    """
    if action.effect == "read" or not maybe_sent:
        return failed(state, code, reason, unavailable=True)
    return _uncertain(state, action, reason)


def after_lookup(
    state: ProposalState, action: Action, found: Any, now: datetime, settings: EffectSettings
) -> Step | Event:
    """What follows from the look-up's answer: it happened; not (yet) seen; or nobody knows, and a person has to look.

    Args:
        found: the answer of the look-up's operation; None where the look-up itself could not be reached.
    """
    answer = None if found is None else lookup_answer(action, found)
    if answer is not None:
        return succeeded(state, action, answer, "lookup")
    if state.started is not None and now < state.started.lease_until + settings.lookup_grace:
        return Step("wait", min(now + timedelta(seconds=2), state.started.lease_until + settings.lookup_grace))
    return unknown(state, "The look-up does not know of it." if found is not None else "The look-up was not reached.")


def succeeded(state: ProposalState, action: Action, answer: Any, found_by: FoundBy = "answer") -> EffectSucceeded:
    """The fact that it was done, with what may be seen of the answer and what really moved."""
    proposed, judged = _allowed(state)
    return EffectSucceeded(
        proposal=proposed.proposal,
        interaction=proposed.interaction,
        person=proposed.person,
        customer=judged.customer,
        action=proposed.action,
        result=visible_fields(action, answer, proposed.purpose, proposed.principal.roles),
        moved=moved(action, answer),
        found_by=found_by,
        reservations=named(judged.reservations, answer),
    )


def failed(
    state: ProposalState, code: str, reason: str, *, unavailable: bool = False, found_by: FoundBy = "answer"
) -> EffectFailed:
    """The fact that nothing happened outside, which is certain."""
    proposed, judged = _allowed(state)
    return EffectFailed(
        proposal=proposed.proposal,
        interaction=proposed.interaction,
        person=proposed.person,
        customer=judged.customer,
        action=proposed.action,
        code=code,
        reason=reason,
        unavailable=unavailable,
        found_by=found_by,
        reservations=judged.reservations,
    )


def unknown(state: ProposalState, reason: str) -> EffectUnknown:
    """The fact that nobody knows."""
    proposed, _ = _allowed(state)
    return EffectUnknown(
        proposal=proposed.proposal,
        interaction=proposed.interaction,
        person=proposed.person,
        attempt=state.started.attempt if state.started is not None else 0,
        reason=reason,
    )


def resolve_unknown(bundle: Bundle) -> Decider[ResolveUnknown, ProposalState]:
    """A supervisor looked at the system behind and says whether it happened."""

    def decide(command: ResolveUnknown, state: ProposalState, moment: Moment) -> Sequence[Event]:
        if "supervisor" not in command.by.roles:
            raise Refused("role_missing", "A supervisor looks into this.", status=403)
        if not command.note.strip() or len(command.note) > 1000:
            raise Refused("bad_note", "Write in at most 1000 characters how you know.", status=422)
        if state.proposed is None:
            raise Refused("proposal_unknown", "There is no such proposal.", status=404)
        if state.outcome is not None:
            return _same_answer(state.outcome, command.happened)
        if state.unknown is None:
            raise Refused("not_unknown", "Interlock is still finding out itself what became of this.")
        if not command.happened:
            reason = f"{command.by.id} looked and says that it did not happen."
            fact = failed(state, "did_not_happen", reason, found_by="person")
            return [msgspec.structs.replace(fact, note=command.note.strip())]
        action = bundle.actions.get(state.proposed.action)
        _, judged = _allowed(state)
        amount = action.amount(state.proposed.args) if action is not None and action.moves else None
        return [
            EffectSucceeded(
                proposal=state.proposed.proposal,
                interaction=state.proposed.interaction,
                person=state.proposed.person,
                customer=judged.customer,
                action=state.proposed.action,
                result={"note": command.note.strip(), "by": command.by.id},
                moved=amount,
                found_by="person",
                reservations=judged.reservations,
            )
        ]

    return Decider(
        command=ResolveUnknown,
        reads=lambda command: [proposal_query(command.proposal)],
        initial=ProposalState(),
        evolve=evolve,
        decide=decide,
    )


def _same_answer(outcome: Outcome, happened: bool) -> Sequence[Event]:
    if isinstance(outcome, EffectSucceeded) is happened:
        return []
    raise Refused("already_resolved", "This has its outcome already, and it is the other one.")


def _allowed(state: ProposalState) -> tuple[ActionProposed, ProposalJudged]:
    """The proposal and the judgement that let it through. Raises Refused if there is none."""
    if state.proposed is None or state.judged is None or not state.allowed:
        raise Refused("not_allowed", "The gate has not let this proposal through.", status=403)
    return state.proposed, state.judged


def _uncertain(state: ProposalState, action: Action, reason: str) -> Step | Event:
    """Calling again might do it twice, so it is looked up, or a person looks."""
    if action.effect == "read":
        return failed(state, "unavailable", reason, unavailable=True)
    return Step("look_up") if action.lookup is not None else unknown(state, reason)
