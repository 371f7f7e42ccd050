"""How does a proposal stand once nothing more happens to it by itself?"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

from interlock.control.proposals import ProposalState, fold, proposal_query
from interlock.control.verdict_document import SETTLED, ProposalShown, proposal_document, status
from interlock.kernel.errors import Refused
from interlock.kernel.events import Event, Recorded
from interlock.kernel.log import Query
from interlock.vocabulary.ids import ProposalId, tag
from interlock.vocabulary.people import ChallengeIssued
from interlock.vocabulary.proposals import ActionProposed, EffectStarted, ProposalJudged

if TYPE_CHECKING:
    from interlock.runtime.app import App

WAIT_AT_MOST_S: Final = 20.0
"""How long a request may wait for an outcome; afterwards it is told how things stand, and asks again."""
LOOK_AGAIN_S: Final = 1.0
"""How often a wait looks by itself, should word of a change not come."""


async def wait_for(app: App, proposal: ProposalId, within_s: float) -> ProposalShown:
    """How a proposal stands once nothing more happens by itself, or when the time is over.

    Raises:
        Refused: there is no such proposal.
    """
    changed, loop = asyncio.Event(), asyncio.get_running_loop()
    until = loop.time() + min(max(within_s, 0.0), WAIT_AT_MOST_S)
    state, challenge = await look_at(app, proposal)
    if state.proposed is None:
        raise Refused("proposal_unknown", "There is no such proposal.", status=404)
    if _at_rest(state, challenge) or within_s <= 0:
        return proposal_document(state, challenge)

    def heard(recorded: Recorded) -> None:
        if _may_be_at_rest(recorded.event, proposal):
            changed.set()

    end = app.follower.watch(tag("interaction", state.proposed.interaction), heard)
    try:
        while True:
            changed.clear()
            state, challenge = await look_at(app, proposal)  # also for what happened before it was watched
            if _at_rest(state, challenge) or (left := until - loop.time()) <= 0:
                break
            try:
                async with asyncio.timeout(min(left, LOOK_AGAIN_S)):
                    await changed.wait()
            except TimeoutError:
                pass
    finally:
        end()
    return proposal_document(state, challenge)


async def look_at(app: App, proposal: ProposalId) -> tuple[ProposalState, str]:
    """How a proposal stands now, and the code that its customer was sent for it; empty where none was."""
    state = fold((await app.log.read(proposal_query(proposal))).events)
    if state.proposed is None or not any(need.kind == "step_up" for need in state.needs):
        return state, ""
    codes = await app.log.read(Query(tag("interaction", state.proposed.interaction), (ChallengeIssued,)))
    mine = [
        one.event.challenge
        for one in codes.events
        if isinstance(one.event, ChallengeIssued) and one.event.proposal == proposal
    ]
    return state, mine[-1] if mine else ""


def _may_be_at_rest(event: Event, proposal: ProposalId) -> bool:
    """Whether a fact may be the last for now that happens to a proposal by itself."""
    if isinstance(event, ActionProposed | EffectStarted) or getattr(event, "proposal", proposal) != proposal:
        return False
    return not (isinstance(event, ProposalJudged) and event.verdict == "allowed")


def _at_rest(state: ProposalState, challenge: str) -> bool:
    """Whether nothing more happens by itself: a code that is asked for has been sent by then."""
    if status(state) not in SETTLED:
        return False
    return not state.needs or state.needs[0].kind != "step_up" or bool(challenge)
