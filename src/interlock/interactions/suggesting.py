"""Which suggestions were shown to the agent of an interaction, and what did the agent do with each?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

import msgspec
from msgspec.structs import replace

from interlock.kernel.deciders import Decider, Moment
from interlock.kernel.errors import Refused
from interlock.kernel.events import Event, Recorded
from interlock.kernel.log import Query
from interlock.vocabulary.ids import InteractionId, StaffId, tag
from interlock.vocabulary.interactions import AgentJoined, HandedBack, InteractionStarted, WrappedUp, WrapUpStarted
from interlock.vocabulary.suggestions import (
    AnswerSuggestion,
    ShowSuggestions,
    SuggestionAnswered,
    SuggestionsShown,
)

_READ: Final = (
    InteractionStarted,
    AgentJoined,
    HandedBack,
    WrapUpStarted,
    WrappedUp,
    SuggestionsShown,
    SuggestionAnswered,
)


class Suggesting(msgspec.Struct, frozen=True):
    """What was suggested in an interaction.

    Attributes:
        agent: who has it; empty where nobody does.
        shown: to whom and when each suggestion was shown first.
        answered: those with which somebody did something.
    """

    known: bool = False
    agent: StaffId = StaffId("")
    shown: Mapping[str, tuple[StaffId, datetime]] = {}
    answered: frozenset[str] = frozenset()


def evolve(state: Suggesting, recorded: Recorded) -> Suggesting:
    """Fold one recorded fact in."""
    match recorded.event:
        case InteractionStarted():
            return replace(state, known=True)
        case AgentJoined() as event:
            return replace(state, agent=event.agent)
        case HandedBack() | WrapUpStarted() | WrappedUp() as event if event.agent == state.agent:
            return replace(state, agent=StaffId(""))
        case SuggestionsShown() as event:
            new = {each.suggestion: (event.agent, recorded.at) for each in event.suggestions}
            return replace(state, shown={**new, **state.shown})
        case SuggestionAnswered() as event:
            return replace(state, answered=state.answered | {event.suggestion})
    return state


def suggested_in(interaction: InteractionId) -> Query:
    """The facts that ``Suggesting`` is a fold of."""
    return Query(tag("interaction", interaction), _READ)


def show_suggestions() -> Decider[ShowSuggestions, Suggesting]:
    """What is shown to whoever has the interaction is recorded once."""

    def decide(command: ShowSuggestions, state: Suggesting, moment: Moment) -> Sequence[Event]:
        if not state.known:
            raise Refused("interaction_unknown", "There is no such interaction.", status=404)
        if state.agent != command.agent:
            raise Refused("not_handling", "You do not have this interaction; take it from its queue first.", status=403)
        new = tuple(each for each in command.suggestions if each.suggestion not in state.shown)
        if not new:
            return []
        return [SuggestionsShown(interaction=command.interaction, agent=command.agent, suggestions=new)]

    return Decider(
        command=ShowSuggestions,
        reads=lambda command: [suggested_in(command.interaction)],
        initial=Suggesting(),
        evolve=evolve,
        decide=decide,
    )


def answer_suggestion() -> Decider[AnswerSuggestion, Suggesting]:
    """What the agent did with a suggestion first counts; whatever comes after it changes nothing."""

    def decide(command: AnswerSuggestion, state: Suggesting, moment: Moment) -> Sequence[Event]:
        agent, at = state.shown.get(command.suggestion, (StaffId(""), moment.now))
        if agent != command.agent:
            raise Refused("suggestion_unknown", "This was not suggested to you here.", status=404)
        if command.suggestion in state.answered:
            return []
        return [
            SuggestionAnswered(
                interaction=command.interaction,
                agent=command.agent,
                suggestion=command.suggestion,
                how=command.how,
                after_ms=max(0, (moment.now - at) // timedelta(milliseconds=1)),
            )
        ]

    return Decider(
        command=AnswerSuggestion,
        reads=lambda command: [suggested_in(command.interaction)],
        initial=Suggesting(),
        evolve=evolve,
        decide=decide,
    )
