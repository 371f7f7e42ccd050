"""Which model works in an agent step, what is it told, and how does what it says reach the customer while it comes?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import structlog

from interlock.connectors.agent_model import Actor, Brief
from interlock.control.budgets import Spent
from interlock.control.tools import tool
from interlock.journeys import Conversation
from interlock.journeys.agent_answer import untrue
from interlock.journeys.agent_question import AgentQuestion, agent_question
from interlock.journeys.calling import arguments_schema
from interlock.journeys.turn import journey_of
from interlock.kernel.errors import Unavailable
from interlock.runtime.drafts import Draft
from interlock.runtime.signals import Signals
from interlock.runtime.spending import AskedFor
from interlock.vocabulary.channels import Channel
from interlock.vocabulary.ids import MessageId
from interlock.vocabulary.journeys import AgentAnswer
from interlock.vocabulary.knowledge import Found
from interlock.vocabulary.models import ModelUsed

if TYPE_CHECKING:
    from interlock.runtime.app import App

PURPOSE: Final = "agent"
"""What a model is asked for: to work in an agent step."""

REMEMBERED: Final = 24
"""Messages of a conversation that a model is told."""

RUNS: Final = "Talks with the customer by itself; she is asked for what is not given, and what came of it you are told."
"""What a model is told of a journey that it may run."""

logger = structlog.get_logger(__name__)

_NOBODY: Final = Signals()
"""Who hears what is said on a channel on which nothing is shown before it is whole."""


class Worked(NamedTuple):
    """What came of asking in an agent step: the answer, and what was shown of it."""

    answer: AgentAnswer
    draft: Draft


class AgentSteps:
    """Asks the models of agent steps."""

    def __init__(self, app: App) -> None:
        self._app = app

    def question(self, state: Conversation) -> AgentQuestion | None:
        """What a model would be asked now; None where no agent step stands, or somebody else has the interaction."""
        if not state.interaction or not state.may_speak:
            return None
        return agent_question(state, self._app.releases.journey, self._app.tenant.on(state.channel))

    async def ask(
        self,
        state: Conversation,
        question: AgentQuestion,
        said: Sequence[tuple[str, str]],
        message: MessageId,
        spent: Spent,
        round: str = "",
    ) -> Worked:
        """Ask the models of a step, one after the other, within what switches and budgets allow; never fails.

        Args:
            said: the latest messages, by who wrote them.
            spent: what the interaction has used before.
            round: what is asked for; empty where the last message is.
        """
        app, run = self._app, question.run
        asked_for = AskedFor(state.interaction, message, run.run, question.path, round, spent)
        journey = journey_of(run, app.releases.journey)
        name = f"{run.run}.{round or message}"
        before = app.follower.newest  # that it is a machine who speaks is said before, and shown before
        draft = Draft(
            app.signals if state.channel is Channel.CHAT else _NOBODY,
            state.interaction,
            name,
            lambda text: bool(untrue(state, run, journey, text)),
            lambda: app.follower.cursor >= before,
        )
        used: list[ModelUsed] = []
        if question.over:
            why = f"the step has used its {question.over}"
            return Worked(AgentAnswer(run=run.run, round=round, failed=why), draft)
        chain = [model for model in app.agents(question.models) if isinstance(model, Actor)]
        passages = await self._passages(state, question, said)
        brief = self._brief(state.language, question, said, passages)
        while (model := (await app.turns.asking.allowed(asked_for, chain)).model) is not None:
            assert isinstance(model, Actor)
            found, usage = await app.turns.asking.answered(model.name, model.act(brief, draft.hear))
            used.append(app.spending.used(asked_for, model.name, PURPOSE, usage))
            if found is not None:
                draft.end()
                answer = AgentAnswer(
                    run=run.run,
                    round=round,
                    suggestions=found,
                    model=model.name,
                    used=tuple(used),
                    message=message,
                    passages=tuple(one for one in passages if app.knowledge.may_still_be_said(one)),
                )
                return Worked(answer, draft)
            draft.take_back()
            chain = chain[chain.index(model) + 1 :]
        why = "no model answered" if used else "no model may be asked"
        return Worked(AgentAnswer(run=run.run, round=round, failed=why, used=tuple(used)), draft)

    async def _passages(
        self, state: Conversation, question: AgentQuestion, said: Sequence[tuple[str, str]]
    ) -> Sequence[Found]:
        """What the articles that the step names say to the customer's latest message. That none can be searched is no error."""
        asked = next((text for who, text in reversed(said) if who == "customer"), "")
        if not question.knowledge:
            return ()
        try:
            return await self._app.knowledge.passages(asked, state.channel, question.knowledge)
        except Unavailable as error:
            logger.warning("no article could be searched", error=error.reason)
            return ()

    def _brief(
        self, language: str, question: AgentQuestion, said: Sequence[tuple[str, str]], passages: Sequence[Found]
    ) -> Brief:
        app = self._app
        described = dict(self._described(question))
        return Brief(
            question=question,
            said=said[-REMEMBERED:],
            actions=described,
            today=app.clock().astimezone(app.tenant.zone).date(),
            language=language or app.tenant.language,
            passages=passages,
        )

    def _described(self, question: AgentQuestion) -> Iterator[tuple[str, tuple[str, dict[str, Any]]]]:
        """What a model is told of each action that it may propose, and of each journey that it may run."""
        for name in question.may:
            called = self._app.releases.journey(question.run.release, name)
            if called is not None:
                yield name, (f"{called.title}. {RUNS}", arguments_schema(called.slots))
            else:
                action = tool(self._app.definitions.bundle.action(name))
                yield name, (action.description, action.input_schema)
