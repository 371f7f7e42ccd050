"""How is a customer's message answered: ask the model, let the journey decide; and how does a journey hear of outcomes?"""

from __future__ import annotations

import re
from collections.abc import Awaitable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final

import structlog

from interlock.connectors.builtin_model import wish
from interlock.control.budgets import Spent, spend
from interlock.control.judgement import customer_reason
from interlock.control.proposals import fold, proposal_query
from interlock.control.rules import BUDGET_PREFIX
from interlock.control.subject import standing as news_of
from interlock.dialogue.matters import recognised, takes_back
from interlock.journeys import Conversation, evolve, offered_outside, reads
from interlock.journeys.answering import may_answer
from interlock.journeys.language import OVER_BUDGET
from interlock.journeys.understanding import Understood, understood
from interlock.kernel.deciders import Moment
from interlock.kernel.errors import Conflict, Refused, Unavailable
from interlock.kernel.events import START, Command, Erased, Event, PersonalText, Recorded
from interlock.kernel.log import Appended, Due, Query
from interlock.runtime.agent_steps import AgentSteps, Worked
from interlock.runtime.asking import Asked, Asking
from interlock.vocabulary.carrying import TakeUp
from interlock.vocabulary.ids import ChallengeId, InteractionId, MessageId, ProposalId, tag
from interlock.vocabulary.interactions import MessagePosted
from interlock.vocabulary.journeys import (
    AdvanceJourney,
    AgentAnswer,
    AskAgent,
    JourneyAdvance,
    TakeAgentAnswer,
    TakeTurn,
    TurnContext,
)
from interlock.vocabulary.knowledge import Found
from interlock.vocabulary.people import AnswerChallenge, ChallengeFailed, ChallengeIssued, ChallengePassed
from interlock.vocabulary.proposals import (
    ActionProposed,
    EffectFailed,
    EffectSucceeded,
    JudgeProposal,
    PerformEffect,
)

if TYPE_CHECKING:
    from interlock.runtime.app import App

logger = structlog.get_logger(__name__)

_CODE: Final = re.compile(r"\D*(\d[\d \-]{4,10}\d)\D*")
CODE_DIGITS: Final = 6
AT_ANY_TIME: Final = ("hand_over", "cancel", "recap")
"""What a message can say in an agent step that its model is not asked about."""
_SPEAKERS: Final = {"customer": "customer", "virtual_agent": "you"}
LOOK_UPS_AT_ONCE: Final = 3
"""Look-ups that one turn answers within its own transaction; a further one has a turn of its own."""
MESSAGES_KEPT: Final = 50
"""Messages that may wait to be understood; whoever writes faster than that is not answered to each."""
CHALLENGES: Final = (ChallengeIssued, ChallengePassed, ChallengeFailed)


@dataclass(frozen=True, slots=True)
class Standing:
    """Where an interaction stands before a turn.

    Attributes:
        said: the latest messages, by identifier; ``authors`` are the kinds of who wrote them.
        challenges: those that can still be answered, the latest last.
        spent: what it has used of the budgets.
    """

    conversation: Conversation = field(default_factory=Conversation)
    said: tuple[tuple[MessageId, PersonalText], ...] = ()
    authors: tuple[str, ...] = ()
    challenges: tuple[ChallengeId, ...] = ()
    spent: Spent = field(default_factory=Spent)


def evolve_standing(standing: Standing, recorded: Recorded) -> Standing:
    """Fold one more fact of the interaction in."""
    event = recorded.event
    spent = spend(standing.spent, recorded)
    standing = replace(standing, conversation=evolve(standing.conversation, recorded), spent=spent)
    match event:
        case MessagePosted():
            said = (*standing.said, (event.message, event.text))[-MESSAGES_KEPT:]
            return replace(standing, said=said, authors=(*standing.authors, event.author.kind)[-MESSAGES_KEPT:])
        case ChallengeIssued():
            return replace(standing, challenges=(*standing.challenges, event.challenge))
        case ChallengePassed() | ChallengeFailed() if not (isinstance(event, ChallengeFailed) and event.why == "wrong"):
            return replace(standing, challenges=tuple(each for each in standing.challenges if each != event.challenge))
    return standing


async def settled(worked: Worked | None, writing: Awaitable[Appended]) -> None:
    """Write what came of a turn; what was shown of a model's words is taken back where they were not said."""
    said = False
    try:
        written = await writing
        said = any(isinstance(each.event, MessagePosted) and each.event.author.model for each in written.recorded)
    finally:
        if worked is not None and not said:
            worked.draft.take_back()


def _latest(standing: Standing) -> list[tuple[tuple[MessageId, PersonalText], str]]:
    return list(zip(standing.said, standing.authors, strict=True))[::-1]


def so_far(standing: Standing) -> list[tuple[str, str]]:
    """The conversation as a model is told it, by who spoke."""
    return [
        (_SPEAKERS.get(kind, "colleague"), str(text))
        for (_, text), kind in zip(standing.said, standing.authors, strict=True)
    ]


class Turns:
    """Carries out ``TakeTurn`` and ``AdvanceJourney``."""

    def __init__(self, app: App) -> None:
        self._app = app
        self.asking = Asking(app)
        self._agents = AgentSteps(app)

    async def _standing(self, interaction: InteractionId) -> tuple[Standing, str]:
        queries = (reads(interaction), Query(tag("interaction", interaction), (*CHALLENGES, ActionProposed)))
        standing, snapshot = await self._app.engine.state(queries, Standing(), evolve_standing)
        for release in {standing.conversation.release, *(run.release for run in standing.conversation.runs)}:
            await self._app.releases.ensure(release)
        for run in standing.conversation.runs:
            self._app.releases.check(run.release, run.journey, run.path)
        return standing, snapshot

    async def standing(self, interaction: InteractionId) -> Standing:
        """Where an interaction stands, with the versions at hand that its runs began on."""
        return (await self._standing(interaction))[0]

    async def offered_outside(self, interaction: InteractionId) -> tuple[str, ...] | None:
        """The only actions that another vendor's agent may propose at the step that is waited at; None where all."""
        standing, _ = await self._standing(interaction)
        return offered_outside(standing.conversation, self._app.releases.journey)

    async def take(self, due: Due, command: TakeTurn) -> None:
        """Understand a message and let the journeys answer it."""
        app = self._app
        standing, snapshot = await self._standing(command.interaction)
        said = next((text for message, text in standing.said if message == command.message), None)
        if said is None:
            raise Refused("message_unknown", "There is no such message.", status=404)
        text = "" if isinstance(said, Erased) else said
        if not standing.conversation.taken_up:
            raise Conflict("what it carries on has not been taken up yet; on another node, that may come later")
        if await self._took_code(due, standing, text):
            return
        state = standing.conversation
        matter, kind, rule = recognised(text) or ("", "", "")
        at_any_time = (wish(text) or {}).get("type") in AT_ANY_TIME or self._begins(state, matter)
        question = None if at_any_time else self._agents.question(state)
        worked = None
        if question is not None:
            worked = await self._agents.ask(state, question, so_far(standing), command.message, standing.spent)
            asked = Asked((), worked.answer.model)
        else:
            asked = await self.asking.ask(command.message, state, text, standing.spent)
        article, chosen = (None, False)
        if worked is None:
            article, chosen = await self._article(state, text, understood(asked.suggestions))
        context = TurnContext(
            interaction=command.interaction,
            message=command.message,
            text=text,
            suggestions=asked.suggestions,
            model=asked.model,
            answer=None if worked is None else worked.answer,
            article=article,
            chosen=chosen,
            matter=matter,
            kind=kind,
            rule=rule,
            denies=takes_back(text),
        )

        async def extend(
            facts: tuple[Event, ...], state: Conversation, moment: Moment
        ) -> tuple[tuple[Event, ...], tuple[Command, ...]]:
            facts, done = await self._look_ups(facts, state, moment)
            return (*asked.used, *facts), done

        known = (state, snapshot)
        await settled(worked, app.engine.execute(context, cause=due.id, answers=due.id, known=known, extend=extend))

    async def ask_agent(self, due: Due, command: AskAgent) -> None:
        """Ask the model of an agent step how it goes on, and go on as it says."""
        standing, snapshot = await self._standing(command.interaction)
        state = standing.conversation
        message = next((each for (each, _), kind in _latest(standing) if kind == "customer"), MessageId(""))
        question = self._agents.question(state)
        answer, worked = AgentAnswer(run=command.run, round=command.round), None
        if question is not None and question.run.run == command.run and question.run.ref == command.round:
            worked = await self._agents.ask(state, question, so_far(standing), message, standing.spent, command.round)
            answer = worked.answer
        taken = TakeAgentAnswer(interaction=command.interaction, message=message, answer=answer)

        execute, known = self._app.engine.execute, (state, snapshot)
        await settled(worked, execute(taken, cause=due.id, answers=due.id, known=known, extend=self._look_ups))

    async def _article(self, state: Conversation, text: str, found: Understood) -> tuple[Found | None, bool]:
        """What an article says to a message, where that could be said, and whether a model chose it.

        That none can be searched is no error.
        """
        if state.holder != "virtual_agent" or not may_answer(state, found):
            return None, False
        knowledge = self._app.knowledge
        if (
            found.answer is not None
            and (chosen := await knowledge.named(found.answer, text, state.channel)) is not None
        ):
            return chosen, True
        try:
            return await knowledge.answer(text, state.channel), False
        except Unavailable as error:
            logger.warning("no article could be searched", error=error.reason)
            return None, False

    def _begins(self, state: Conversation, matter: str) -> bool:
        """Whether a journey begins for what was recognised, so that no model is asked how it goes on."""
        human = self._app.releases.journey(state.release, self._app.tenant.human_journey)
        return human is not None and matter in human.matters

    async def _look_ups(
        self, facts: tuple[Event, ...], state: Conversation, moment: Moment
    ) -> tuple[tuple[Event, ...], tuple[Command, ...]]:
        """Look-ups that a turn asks for are judged and answered within it, and the journey goes on at once."""
        done: list[Command] = []
        advances = self._app.engine.decider(JourneyAdvance)
        new = facts
        for _ in range(LOOK_UPS_AT_ONCE):
            asked = [fact for fact in new if isinstance(fact, ActionProposed)]
            pending = [Recorded(START, "", moment.now, fact, "") for fact in facts]
            answered = await self._app.gate.look_up(asked[0], pending) if len(asked) == 1 else None
            if answered is None:
                break
            proposed, (judged, outcome) = asked[0], answered
            done.append(JudgeProposal(proposal=proposed.proposal))
            facts = (*facts, judged)
            if outcome is None:
                break
            done.append(PerformEffect(proposal=proposed.proposal))
            done.append(AdvanceJourney(interaction=proposed.interaction, what="succeeded", ref=proposed.proposal))
            for fact in (*new, judged, outcome):
                state = evolve(state, Recorded(START, "", moment.now, fact, ""))
            advance = JourneyAdvance(
                interaction=proposed.interaction, what="succeeded", ref=proposed.proposal, result=outcome.result
            )
            new = tuple(advances.decide(advance, state, moment))
            facts = (*facts, outcome, *new)
        return facts, tuple(done)

    async def _took_code(self, due: Due, standing: Standing, text: str) -> bool:
        """A one-time code that is typed as a message, while one is asked for, answers the challenge."""
        found = _CODE.fullmatch(text)
        digits = re.sub(r"\D", "", found[1]) if found else ""
        if not standing.challenges or len(digits) != CODE_DIGITS:
            return False
        session = standing.conversation.session
        answer = AnswerChallenge(challenge=standing.challenges[-1], session=session, code=digits)
        try:
            await self._app.engine.execute(answer, cause=due.id, answers=due.id)
        except Refused:
            return False
        return True

    async def take_up(self, due: Due, command: TakeUp) -> None:
        """Go on with the journeys of another interaction."""
        for interaction in (command.of, command.interaction):
            await self._standing(interaction)  # has the versions at hand that its runs began on
        await self._app.engine.execute(command, cause=due.id, answers=due.id)

    async def advance(self, due: Due, command: AdvanceJourney) -> None:
        """Tell the run that waits for it what came of it."""
        app = self._app
        result: Any = None
        reason, what = "", command.what
        if command.ref.startswith("pr_"):
            seen = await app.log.read(proposal_query(ProposalId(command.ref)))
            state = fold(seen.events)
            if state.proposed is not None and not state.proposed.run:
                await self._answer_only(due)
                return
            if what == "again":
                what = news_of(state)
            if not what:
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
                over = any(each.rule.startswith(BUDGET_PREFIX) for each in state.judged.rulings)
                what = OVER_BUDGET if over and what == "denied" else what
        elif command.ref.startswith("fs_"):
            result = await app.foreseeing.said(command.ref)
        standing, snapshot = await self._standing(command.interaction)
        advance = JourneyAdvance(
            interaction=command.interaction, what=what, ref=command.ref, result=result, customer_reason=reason
        )
        known = (standing.conversation, snapshot)
        await app.engine.execute(advance, cause=due.cause, answers=due.id, known=known, extend=self._look_ups)

    async def _answer_only(self, due: Due) -> None:
        await self._app.engine.append([], cause=due.cause, answers=due.id)
