"""Is something said and offered to a profile alone, put on record, and taken for nothing that may be done?"""

# ruff: noqa: E501
from __future__ import annotations

from typing import Any

import pytest

from interlock.vocabulary.interactions import MessagePosted
from interlock.vocabulary.journeys import ProfileApplied
from tests.journeys.harness import Chat, slot, start
from tests.journeys.test_compile import problems

OFFER = """\
journey: offer
title: Something for you
about: your offer
examples: [have you got something for me, an offer, give me a discount]
profiles:
  friend: years >= 3
  casual: tone == "casual"
slots:
  years: { type: integer, ask: For how many years? }
  tone:
    type: choice
    ask: How shall I speak?
    options: [{ value: casual, label: Casually }, { value: formal, label: Formally }]
  gift:
    type: choice
    ask: What would you like?
    to: { casual: "What'll it be?" }
    options:
      - { value: cup, label: A cup }
      - { value: kettle, label: A kettle, to: friend }
steps:
  - ask: years
  - ask: tone
  - ask: gift
  - say: You are welcome.
    to: { casual: No worries., friend: "Thank you for {years} years." }
  - end: given
"""
FILES = {"journeys/offer.yaml": OFFER}


def asked(years: int, tone: str) -> tuple[Chat, list[str]]:
    chat = Chat(more=FILES)
    chat.write("an offer", start("offer"))
    chat.write(str(years), slot("years", years))
    return chat, chat.write(tone, slot("tone", tone))


def buttons(chat: Chat) -> list[str]:
    card: Any = next(each.event for each in reversed(chat.log) if isinstance(each.event, MessagePosted)).card
    return [choice.label for choice in card.choices]


def applied(chat: Chat) -> list[tuple[str, str]]:
    return [(each.event.profile, each.event.place) for each in chat.log if isinstance(each.event, ProfileApplied)]


def test_the_first_profile_of_the_journey_that_holds_and_has_a_text_is_spoken_to() -> None:
    chat, said = asked(3, "casual")
    assert (said, buttons(chat)) == (["What'll it be?"], ["A cup", "A kettle"])
    assert chat.write("the kettle", slot("gift", "kettle"))[0] == "Thank you for 3 years."
    assert applied(chat) == [
        ("friend", "slots.gift.options.1.to"), ("casual", "slots.gift.to.casual"), ("friend", "steps.3.to.friend")
    ]  # fmt: skip


def test_nobody_else_is_offered_it_and_whoever_asks_for_it_all_the_same_does_not_get_it() -> None:
    chat, said = asked(2, "formal")
    assert (said, buttons(chat)) == (["What would you like?"], ["A cup"])
    assert "What would you like?" in chat.write("the kettle", slot("gift", "kettle"))[0]
    assert "gift" not in chat.state.runs[-1].values
    assert chat.write("a cup", slot("gift", "cup"))[0] == "You are welcome."
    assert applied(chat) == []


def test_what_cannot_be_told_yet_is_no_profile() -> None:
    early = OFFER.replace("  - ask: years\n  - ask: tone\n", "").replace("for {years} years.", "for years.")
    chat = Chat(more={"journeys/offer.yaml": early})
    assert chat.write("an offer", start("offer"))[-1] == "What would you like?"
    assert buttons(chat) == ["A cup"]


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("to: friend }", "to: freind }", "there is no profile 'freind'; did you mean 'friend'?"),
        ("casual: No worries.", "causal: No worries.", "there is no profile 'causal'; did you mean 'casual'?"),
        ("  casual: tone", "  rude: tone == \"casual\"\n  casual: tone", "nothing is said or offered to the profile 'rude'; write what is said to it ('to:'), or remove it"),
        ("years >= 3", "year >= 3", "'year' is not known here; did you mean 'years'?"),
        ("{ value: cup, label: A cup }", "{ value: cup, label: A cup, to: friend }", "'gift' has no answer for a customer without a profile; leave 'to' out of one of its options"),
        ("Thank you for {years}", "Thank you for {year}", "'year' is not known here; did you mean 'years'?"),
        ("    ask: What would you like?\n", "", "'to' has no question for all others; write 'ask:' as well, or remove 'to'"),
    ],
)  # fmt: skip
def test_a_mistake_in_a_profile_is_told_with_its_place(old: str, new: str, told: str) -> None:
    assert OFFER.count(old) == 1
    found = problems(OFFER.replace(old, new))
    assert any(told in each for each in found), found
    assert all(each.startswith("journeys/returning.yaml:") for each in found)


def test_default_branches_of_all_journeys_know_no_profile() -> None:
    found = problems(
        OFFER,
        lambda text: text.replace(
            "\ndefaults:\n", "\ndefaults:\n  draft_pending: [{ say: Soon., to: { friend: Soon! } }]\n", 1
        ),
    )
    assert any(
        "there is no profile 'friend'; write its condition under 'profiles:' of the journey" in each for each in found
    )
