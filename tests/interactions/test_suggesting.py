"""What is recorded of suggestions to an agent, and what is learned from it?"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import reduce

import pytest

from interlock.interactions.acceptance import PRIOR, Acceptance, decile
from interlock.interactions.suggesting import Suggesting, answer_suggestion, evolve, show_suggestions
from interlock.kernel.deciders import Moment
from interlock.kernel.errors import Refused
from interlock.kernel.events import START, Event, Recorded
from interlock.vocabulary.channels import Channel
from interlock.vocabulary.ids import InteractionId, PersonId, SessionId, StaffId, VisitId
from interlock.vocabulary.interactions import AgentJoined, HandedBack, InteractionStarted, WrapUpStarted
from interlock.vocabulary.suggestions import (
    Answer,
    AnswerSuggestion,
    Shown,
    ShowSuggestions,
    SuggestionAnswered,
    SuggestionsShown,
)

NOW = datetime(2026, 11, 27, 9, tzinfo=UTC)
ONE, PERSON, AMARA, BEN = InteractionId("i_1"), PersonId("p_1"), StaffId("u_amara"), StaffId("u_ben")
ARTICLE = Shown("sg_1", "article", "returns#1", 0.85, 0.85)


def at(event: Event, seconds: float = 0) -> Recorded:
    return Recorded(START, "", NOW + timedelta(seconds=seconds), event, "")


def moment(seconds: float = 0) -> Moment:
    return Moment(NOW + timedelta(seconds=seconds), lambda prefix: f"{prefix}_1")


def given(*events: Event) -> Suggesting:
    began = InteractionStarted(
        interaction=ONE, person=PERSON, session=SessionId("s_1"), channel=Channel.CHAT, release="r_1"
    )
    joined = AgentJoined(interaction=ONE, person=PERSON, agent=AMARA, visit=VisitId("v_1"))
    return reduce(evolve, map(at, (began, joined, *events)), Suggesting())


def shown(*suggestions: Shown, interaction: InteractionId = ONE) -> SuggestionsShown:
    return SuggestionsShown(interaction=interaction, agent=AMARA, suggestions=suggestions)


def answered(suggestion: str, how: Answer, after_ms: int = 4_000) -> SuggestionAnswered:
    return SuggestionAnswered(interaction=ONE, agent=AMARA, suggestion=suggestion, how=how, after_ms=after_ms)


def test_a_suggestion_is_recorded_once_however_often_it_is_looked_at() -> None:
    other = Shown("sg_2", "article", "payment#1", 0.7, 0.7)
    command = ShowSuggestions(interaction=ONE, agent=AMARA, suggestions=(ARTICLE, other))
    decide = show_suggestions().decide
    assert decide(command, given(shown(ARTICLE)), moment()) == [shown(other)]
    assert decide(command, given(shown(ARTICLE, other)), moment()) == []


@pytest.mark.parametrize(
    ("state", "code"),
    [
        (Suggesting(), "interaction_unknown"),
        (given(HandedBack(interaction=ONE, person=PERSON, agent=AMARA)), "not_handling"),
        (given(AgentJoined(interaction=ONE, person=PERSON, agent=BEN, visit=VisitId("v_2"))), "not_handling"),
    ],
)
def test_nothing_is_shown_to_whoever_does_not_have_the_interaction(state: Suggesting, code: str) -> None:
    with pytest.raises(Refused) as refused:
        show_suggestions().decide(
            ShowSuggestions(interaction=ONE, agent=AMARA, suggestions=(ARTICLE,)), state, moment()
        )
    assert refused.value.code == code


def test_the_first_answer_counts_with_the_time_that_it_took_and_is_its_agents_own() -> None:
    decide = answer_suggestion().decide
    take = AnswerSuggestion(interaction=ONE, agent=AMARA, suggestion="sg_1", how="taken")
    assert decide(take, given(shown(ARTICLE)), moment(4)) == [answered("sg_1", "taken", 4_000)]
    assert decide(take, given(shown(ARTICLE), answered("sg_1", "dismissed")), moment(9)) == []
    for state in (given(), given(shown(ARTICLE))):
        agent = BEN if state.shown else AMARA
        with pytest.raises(Refused, match="not suggested to you"):
            decide(AnswerSuggestion(interaction=ONE, agent=agent, suggestion="sg_1", how="taken"), state, moment())


def test_what_nobody_answered_until_the_interaction_was_let_go_counts_as_ignored() -> None:
    acceptance = Acceptance()
    names = ("taken", "edited", "dismissed", "left", "still open")
    for event in (
        shown(*(Shown(name, "article", "returns#1", 0.85, 0.85) for name in names[:4])),
        shown(Shown(names[4], "tip", "distress", 0.7, 0.7), interaction=InteractionId("i_2")),
        answered("taken", "taken", 2_000),
        answered("edited", "edited", 6_000),
        answered("dismissed", "dismissed", 1_000),
        WrapUpStarted(interaction=ONE, person=PERSON, agent=AMARA),
        answered("left", "taken"),  # too late: the customer heard nothing of it
    ):
        acceptance.fold(at(event))
    document = acceptance.document()
    assert document["kinds"] == [
        {
            "kind": "article",
            "shown": 4,
            "taken": 1,
            "edited": 1,
            "dismissed": 1,
            "ignored": 1,
            "rate": 0.5,
            "after_s": 3.0,
        }
    ]
    assert document["calibration"] == [{"from": 0.8, "to": 0.9, "shown": 4, "accepted": 0.5}]
    acceptance.forget(NOW + timedelta(days=1))
    assert acceptance.document() == {"kinds": [], "calibration": []}


def test_a_confidence_begins_as_the_score_and_becomes_the_share_that_agents_take() -> None:
    acceptance = Acceptance()
    assert acceptance.confidence("article", 0.85) == 0.85
    for number in range(90):
        name = f"sg_{number}"
        acceptance.fold(at(shown(Shown(name, "article", "returns#1", 0.88, 0.85))))
        acceptance.fold(at(answered(name, "taken" if number < 9 else "dismissed")))
    assert acceptance.confidence("article", 0.85) == round((9 + PRIOR * 0.85) / (90 + PRIOR), 4) < 0.2
    assert acceptance.confidence("article", 0.75) == 0.75, "those of another decile say nothing of it"
    assert acceptance.confidence("tip", 0.85) == 0.85, "nor those of another kind"


def test_the_surest_fall_into_the_last_decile() -> None:
    assert [decile(share) for share in (0.0, 0.09, 0.1, 0.5, 0.99, 1.0)] == [0, 0, 1, 5, 9, 9]
