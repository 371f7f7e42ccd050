"""Is every card put so that a caller can answer it, and is exactly that answered which was read back?"""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interlock.dialogue.hearing import Answers, GivesCode, Heard, Says, WantsAgain, Withdraws, keyed, said
from interlock.dialogue.prompting import MORE_KEY, Ask, asked, entry, menu, told
from interlock.vocabulary.channels import Card, Choice
from interlock.vocabulary.texts import Voice

VOICE, ZONE = Voice(), ZoneInfo("Europe/Berlin")
LINES = (
    Choice(value="€18.40", label="Amount"),
    Choice(value="Kettle, order A-1042", label="Item"),
    Choice(value="Visa ending 4242", label="Paid back to"),
)
CONFIRM = Card(
    kind="confirm",
    title="Refund €18.40 for the kettle to Visa ending 4242",
    lines=LINES,
    choices=(Choice("yes", "Confirm"), Choice("no", "Decline")),
    proposal="pr_1",
    args_hash="h1",
)
CODE = Card(kind="code", title="Code sent to e•••@example.com", challenge="ch_1")
WAITING = Card(
    kind="waiting",
    title="Refund €18.40 for the kettle",
    choices=(Choice("withdraw", "Withdraw"),),
    proposal="pr_2",
    until="2026-12-01T13:00:00+00:00",
)
CHOICES = Card(kind="choices", title="", choices=(Choice("i-1", "Enamel kettle, €18.40"), Choice("i-2", "Teapot, €9")))
COUNTER = Card(
    kind="confirm", title="Refund €9.00", choices=CONFIRM.choices, was="Refund €18.40", proposal="pr_3", args_hash="h3"
)


@pytest.mark.parametrize(
    ("card", "says", "keys", "digits"),
    [
        (
            CONFIRM,
            "I would do this: Refund 18 euros 40 for the kettle to Visa ending in 4 2 4 2."
            " Item: Kettle, order A 1 0 4 2. To confirm, press 1 or say yes. To leave it, press 2 or say no.",
            "12",
            0,
        ),
        (
            COUNTER,
            "I would do this: refund 9 euros. It stands in place of this: refund 18 euros 40."
            " To confirm, press 1 or say yes. To leave it, press 2 or say no.",
            "12",
            0,
        ),
        (CODE, "Please enter the six digits on the keypad.", "", 6),
        (
            WAITING,
            "Until Tuesday 1 December, 14:00, this waits: refund 18 euros 40 for the kettle. To withdraw it, press 1.",
            "1",
            0,
        ),
        (CHOICES, "For enamel kettle, 18 euros 40, press 1. For teapot, 9 euros, press 2.", "12", 0),
        (Card(kind="receipt", title="Done: Refund €18.40", lines=LINES), "", "", -1),
    ],
)
def test_a_card_is_put_so(card: Card, says: str, keys: str, digits: int) -> None:
    ask = asked(card, VOICE, ZONE)
    assert (ask.says, "".join(key for key, _ in ask.keys), ask.digits) == (says, keys, digits)


def test_a_read_back_that_would_leave_out_what_is_done_is_no_text_for_the_phone() -> None:
    with pytest.raises(ValueError, match=r"'read_back' does not say \{what\}; write it where"):
        Voice(read_back="I would do this. Shall I?")


def test_a_receipt_is_told_with_everything_that_stands_on_it() -> None:
    receipt = Card(kind="receipt", title="Done: Refund €18.40 to Visa ending 4242", lines=LINES)
    assert told("", receipt) == ("Done: Refund 18 euros 40 to Visa ending in 4 2 4 2. Item: Kettle, order A 1 0 4 2.")
    assert told("Please listen.", CONFIRM) == "Please listen."


@given(st.lists(st.text(min_size=1, max_size=12), min_size=1, max_size=30))
def test_every_choice_is_reached_by_a_key(labels: list[str]) -> None:
    choices = tuple(Choice(str(number), label) for number, label in enumerate(labels))
    reached: set[str] = set()
    ask = menu(choices, VOICE)
    for _ in range(ask.pages):
        for key, choice in ask.keys:
            assert key in "123456789" and keyed(ask, key, VOICE) == Says(choice.label)
            reached.add(choice.value)
        if ask.pages > 1:
            assert keyed(ask, MORE_KEY, VOICE) == WantsAgain("more")
        ask = menu(choices, VOICE, ask.page + 1)
    assert ask.page == 0, "the last key leads back to the first choices"
    assert reached == {choice.value for choice in choices}


@pytest.mark.parametrize("words", ["yes", "Yes, please.", "yeah", "that's right", "go ahead", "Ja"])
def test_a_clear_yes_answers_exactly_the_card_that_was_read_back(words: str) -> None:
    assert said(asked(CONFIRM, VOICE, ZONE), words) == Answers(CONFIRM, yes=True)


@pytest.mark.parametrize("words", ["no", "nope", "No, thank you.", "don't", "that's wrong"])
def test_a_clear_no_leaves_it(words: str) -> None:
    assert said(asked(CONFIRM, VOICE, ZONE), words) == Answers(CONFIRM, yes=False)


@pytest.mark.parametrize(
    "words", ["yes but only half", "yes?", "ok", "maybe", "I think yes", "no wait yes", "1", "what", "my wife says yes"]
)
def test_what_is_not_clear_is_no_answer_but_something_said(words: str) -> None:
    assert said(asked(CONFIRM, VOICE, ZONE), words) == Says(words)


@pytest.mark.parametrize("card", [CODE, WAITING, CHOICES])
def test_a_yes_to_anything_else_is_something_said(card: Card) -> None:
    assert said(asked(card, VOICE, ZONE), "yes") == Says("yes")
    assert said(entry("text", VOICE), "yes") == Says("yes")


@pytest.mark.parametrize(
    ("ask", "keys", "heard"),
    [
        (asked(CONFIRM, VOICE, ZONE), "1", Answers(CONFIRM, yes=True)),
        (asked(CONFIRM, VOICE, ZONE), "2", Answers(CONFIRM, yes=False)),
        (asked(CONFIRM, VOICE, ZONE), "3", WantsAgain("unknown_key")),
        (asked(CONFIRM, VOICE, ZONE), "11", WantsAgain("unknown_key")),
        (asked(WAITING, VOICE, ZONE), "1", Withdraws(WAITING)),
        (asked(CODE, VOICE, ZONE), "012345", GivesCode(CODE, "012345")),
        (asked(CODE, VOICE, ZONE), "01234", WantsAgain("unknown_key")),
        (entry("order_number", VOICE), "1042", Says("1042")),
        (entry("order_number", VOICE), "1#4", WantsAgain("unknown_key")),
        (entry("order_number", VOICE), "", WantsAgain("unknown_key")),
        (entry("order_number", VOICE), "١", WantsAgain("unknown_key")),
    ],
)
def test_keys_mean(ask: Ask, keys: str, heard: Heard) -> None:
    assert keyed(ask, keys, VOICE) == heard


@pytest.mark.parametrize("ask", [asked(each, VOICE, ZONE) for each in (CONFIRM, CODE, WAITING, CHOICES)] + [Ask()])
def test_a_person_and_a_repetition_are_there_at_any_time(ask: Ask) -> None:
    assert keyed(ask, "0", VOICE) == Says(VOICE.person)
    assert keyed(ask, "*", VOICE) == WantsAgain("wanted")
