"""How is a customer's message answered: ask the model, let the journey decide; and how does a journey hear of outcomes?"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

import structlog

from interlock.connectors.builtin_model import BuiltinModel, Model, Question
from interlock.control.judgement import customer_reason
from interlock.control.proposals import fold, proposal_query
from interlock.journeys import Conversation, evolve, expected, reads, slots_of
from interlock.kernel.errors import Answered, Refused
from interlock.kernel.events import Erased, Recorded
from interlock.kernel.log import Due, Query
from interlock.vocabulary.ids import ChallengeId, ProposalId, tag
from interlock.vocabulary.interactions import MessagePosted
from interlock.vocabulary.journeys import AdvanceJourney, JourneyAdvance, JourneyStarted, TakeTurn, TurnContext
from interlock.vocabulary.people import AnswerChallenge, ChallengeFailed, ChallengeIssued, ChallengePassed
from interlock.vocabulary.proposals import EffectFailed, EffectSucceeded

if TYPE_CHECKING:
    from interlock.runtime.app import App

_CODE: Final = re.compile(r"\D*(\d[\d \-]{4,10}\d)\D*")
CODE_DIGITS: Final = 6

logger = structlog.get_logger(__name__)


class Turns:
    """Carries out ``TakeTurn`` and ``AdvanceJourney``.

    Attributes:
        model: what suggests; None is the built-in one of the release in force.
    """

    def __init__(self, app: App) -> None:
        self._app = app
        self.model: Model | None = None
        self._builtin: tuple[str, BuiltinModel] | None = None

    def _model(self) -> Model:
        if self.model is not None:
            return self.model
        definitions = self._app.definitions
        if self._builtin is None or self._builtin[0] != definitions.release:
            self._builtin = (definitions.release, BuiltinModel(definitions.intents))
        return self._builtin[1]

    async def take(self, due: Due, command: TakeTurn) -> None:
        """Understand a message and let the journeys answer it."""
        app = self._app
        query = reads(command.interaction)
        challenges = Query(query.tag, (ChallengeIssued, ChallengePassed, ChallengeFailed))
        seen = await app.log.read(query, challenges)
        state = await self._conversation(seen.events)
        message = next((each for each in reversed(seen.events) if _is(each, command)), None)
        if message is None:
            raise Refused("no_such_message", "There is no such message.", status=404)
        assert isinstance(message.event, MessagePosted)
        text = "" if isinstance(message.event.text, Erased) else message.event.text
        if await self._took_code(due, state, seen.events, text):
            return
        context = TurnContext(
            interaction=command.interaction,
            message=command.message,
            text=text,
            suggestions=await self._suggestions(state, text),
            model=self._model().name,
        )
        await app.engine.execute(context, cause=due.id, answers=due.id)

    async def _conversation(self, events: Sequence[Recorded]) -> Conversation:
        state = Conversation()
        for recorded in events:
            if isinstance(recorded.event, JourneyStarted):
                await self._app.releases.ensure(recorded.event.release)
            state = evolve(state, recorded)
        return state

    async def _suggestions(self, state: Conversation, text: str) -> tuple[Any, ...]:
        app = self._app
        waits = expected(state, app.releases.journey, app.tenant)
        if waits.silent:
            return ()
        question = Question(
            text=text,
            expected=waits,
            slots_of={name: slots_of(journey) for name, journey in app.definitions.journeys.items()},
            today=app.clock().astimezone(app.tenant.zone).date(),
            language=app.tenant.language,
        )
        try:
            suggested = await self._model().suggest(question)
        except Exception:
            # Whatever a model trips over becomes a repair step, never an error.
            logger.exception("the model failed", model=self._model().name)
            return ()
        return tuple(suggested) if isinstance(suggested, list | tuple) else (suggested,)

    async def _took_code(self, due: Due, state: Conversation, events: Sequence[Recorded], text: str) -> bool:
        """A one-time code that is typed as a message, while one is asked for, answers the challenge."""
        open_challenge = _open_challenge(events)
        found = _CODE.fullmatch(text)
        digits = re.sub(r"\D", "", found[1]) if found else ""
        if open_challenge is None or len(digits) != CODE_DIGITS:
            return False
        answer = AnswerChallenge(challenge=open_challenge, session=state.session, code=digits)
        try:
            await self._app.engine.execute(answer, cause=due.id, answers=due.id)
        except (Refused, Answered):
            return False
        return True

    async def advance(self, due: Due, command: AdvanceJourney) -> None:
        """Tell the run that waits for it what came of it."""
        app = self._app
        result: Any = None
        reason = ""
        if command.ref.startswith("pr_"):
            seen = await app.log.read(proposal_query(ProposalId(command.ref)))
            state = fold(seen.events)
            if state.proposed is not None and not state.proposed.run:
                await self._answer_only(due)
                return
            if isinstance(state.outcome, EffectSucceeded):
                result = None if isinstance(state.outcome.result, Erased) else state.outcome.result
            elif isinstance(state.outcome, EffectFailed):
                result, reason = {"code": state.outcome.code}, state.outcome.reason
            if state.refused is not None:
                reason = state.refused.customer_reason
            elif state.judged is not None and state.judged.verdict == "denied":
                reason = customer_reason(state.judged)
        started = await app.log.read(Query(tag("interaction", command.interaction), (JourneyStarted,)))
        await self._conversation(started.events)
        advance = JourneyAdvance(
            interaction=command.interaction, what=command.what, ref=command.ref, result=result, customer_reason=reason
        )
        await app.engine.execute(advance, cause=due.id, answers=due.id)

    async def _answer_only(self, due: Due) -> None:
        await self._app.engine.append([], cause=due.id, answers=due.id)


def _is(recorded: Recorded, command: TakeTurn) -> bool:
    return isinstance(recorded.event, MessagePosted) and recorded.event.message == command.message


def _open_challenge(events: Sequence[Recorded]) -> ChallengeId | None:
    """The latest challenge that can still be answered."""
    open_ones: dict[ChallengeId, None] = {}
    for recorded in events:
        match recorded.event:
            case ChallengeIssued() as event:
                open_ones[event.challenge] = None
            case ChallengePassed() as event:
                open_ones.pop(event.challenge, None)
            case ChallengeFailed() as event if event.why != "wrong":
                open_ones.pop(event.challenge, None)
    return next(reversed(open_ones), None)
