"""How does a proposal stand once nothing more happens to it by itself?"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

from interlock.control.proposals import ProposalState, fold, proposal_query
from interlock.control.verdict_document import SETTLED, ProposalShown, proposal_document, status
from interlock.kernel.errors import Refused
from interlock.kernel.events import Event, Recorded
from interlock.kernel.log import Query
from interlock.vocabulary.ids import InteractionId, ProposalId, tag
from interlock.vocabulary.people import ChallengeIssued, ChallengePassed
from interlock.vocabulary.proposals import ActionProposed, EffectStarted, ProposalJudged

if TYPE_CHECKING:
    from interlock.runtime.app import App

WAIT_AT_MOST_S: Final = 20.0
"""How long a request may wait for an outcome; afterwards it is told how things stand, and asks again."""
LOOK_AGAIN_S: Final = 1.0
"""How often a wait looks by itself, should word of a change not come."""


class Hearing:
    """Hears what happens to one proposal, while it is open.

    Attributes:
        whole: it was opened before the proposal was made, so that what was heard is all there is and nothing is read.
        changed: something may have come to rest.
    """

    def __init__(self, app: App, interaction: InteractionId, proposal: ProposalId, *, whole: bool) -> None:
        self.whole = whole
        self.changed = asyncio.Event()
        self._app, self._interaction, self._proposal = app, interaction, proposal
        self._query = proposal_query(proposal)
        self._heard: list[Recorded] = []
        self._challenge = ""

    def __enter__(self) -> Hearing:
        self._end = self._app.follower.watch(tag("interaction", self._interaction), self._hear)
        return self

    def __exit__(self, *_: object) -> None:
        self._end()

    def _hear(self, recorded: Recorded) -> None:
        event = recorded.event
        if self._query.matches(event):
            self._heard.append(recorded)
        if isinstance(event, ChallengeIssued | ChallengePassed) and event.proposal == self._proposal:
            self._challenge = _open_challenge(event)
        if _may_be_at_rest(event, self._proposal):
            self.changed.set()

    async def now(self) -> tuple[ProposalState, str]:
        """How the proposal stands now, and the code that was sent for it (see ``look_at``)."""
        return (fold(self._heard), self._challenge) if self.whole else await look_at(self._app, self._proposal)

    async def rest(self, within_s: float) -> ProposalShown:
        """How the proposal stands once nothing more happens by itself, or when the time is over."""
        loop = asyncio.get_running_loop()
        until = loop.time() + min(within_s, WAIT_AT_MOST_S)
        while True:
            self.changed.clear()
            state, challenge = await self.now()
            left = until - loop.time()
            if state.proposed is not None and (left <= 0 or _at_rest(state, challenge)):
                return proposal_document(state, challenge)
            try:
                async with asyncio.timeout(min(max(left, 0), LOOK_AGAIN_S)):
                    await self.changed.wait()
            except TimeoutError:
                self.whole = False  # word may not have come: look


async def wait_for(app: App, proposal: ProposalId, within_s: float) -> ProposalShown:
    """How a proposal stands once nothing more happens by itself, or when the time is over.

    Raises:
        Refused: there is no such proposal.
    """
    state, challenge = await look_at(app, proposal)
    if state.proposed is None:
        raise Refused("proposal_unknown", "There is no such proposal.", status=404)
    if _at_rest(state, challenge) or within_s <= 0:
        return proposal_document(state, challenge)
    with Hearing(app, state.proposed.interaction, proposal, whole=False) as hearing:
        return await hearing.rest(within_s)


async def look_at(app: App, proposal: ProposalId) -> tuple[ProposalState, str]:
    """How a proposal stands now, and the code that its customer was sent for it; empty where none waits for an answer."""
    state = fold((await app.log.read(proposal_query(proposal))).events)
    if state.proposed is None or not any(need.kind == "step_up" for need in state.needs):
        return state, ""
    codes = await app.log.read(
        Query(tag("interaction", state.proposed.interaction), (ChallengeIssued, ChallengePassed))
    )
    mine = [
        _open_challenge(one.event)
        for one in codes.events
        if isinstance(one.event, ChallengeIssued | ChallengePassed) and one.event.proposal == proposal
    ]
    return state, mine[-1] if mine else ""


def _open_challenge(event: ChallengeIssued | ChallengePassed) -> str:
    """The code that waits for its answer; once it has passed, the need that asked for it is about to be met."""
    return event.challenge if isinstance(event, ChallengeIssued) else ""


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
