"""Choices by number, and a yes that belongs to one read-back: what is written, and what an answer means."""

from __future__ import annotations

from datetime import UTC
from zoneinfo import ZoneInfo

import pytest

from interlock.dialogue.hearing import Answers, GivesCode, Says, Withdraws
from interlock.dialogue.writing import asked, meant, number_of, paragraphs
from interlock.vocabulary.channels import Card, Choice
from interlock.vocabulary.texts import Messaging

TEXTS = Messaging()
CHOICES = (Choice("a", "The kettle, €18.40"), Choice("b", "The teapot, €42.00"))
CONFIRM = Card(
    kind="confirm",
    title="Refund €18.40 for the kettle",
    lines=(Choice("Visa ending 4242", "To"),),
    proposal="pr_1",
    args_hash="h1",
)
OTHER = Card(kind="confirm", title="Refund €10.00", proposal="pr_2", args_hash="h2")
CODE = Card(kind="code", title="Code sent", challenge="ch_1")
WAITING = Card(
    kind="waiting", title="Pay back €9.00", choices=(Choice("withdraw", "Withdraw"),), until="2026-11-24T08:00:00+00:00"
)
NUMBER = number_of(CONFIRM)


def test_choices_have_numbers_and_a_number_is_the_choice() -> None:
    assert asked(None, CHOICES, TEXTS, UTC).splitlines()[:2] == ["1: The kettle, €18.40", "2: The teapot, €42.00"]
    assert meant("2", None, CHOICES, ("zurückziehen", TEXTS.withdraw_word), to_this=None) == Says("The teapot, €42.00")
    assert meant(" 2. ", None, CHOICES, ("zurückziehen", TEXTS.withdraw_word), to_this=True) == Says(
        "The teapot, €42.00"
    )
    assert meant("3", None, CHOICES, ("zurückziehen", TEXTS.withdraw_word), to_this=None) == Says("3")
    assert meant("the teapot", None, CHOICES, ("zurückziehen", TEXTS.withdraw_word), to_this=None) == Says("the teapot")


def test_a_number_that_answers_an_older_message_is_no_choice_of_this_one() -> None:
    assert meant("2", None, CHOICES, ("zurückziehen", TEXTS.withdraw_word), to_this=False) == Says("2")


def test_a_read_back_says_all_that_the_card_shows_and_the_word_with_its_number() -> None:
    read = asked(CONFIRM, (), TEXTS, UTC)
    assert "Refund €18.40 for the kettle" in read and f"YES {NUMBER}" in read and "NO" in read


@pytest.mark.parametrize("text", ["YES {number}", "yes, {number}.", "Yes please {number}", "ok yes {number}"])
def test_a_yes_with_the_number_of_the_read_back_confirms_exactly_it(text: str) -> None:
    found = meant(text.format(number=NUMBER), CONFIRM, (), ("zurückziehen", TEXTS.withdraw_word), to_this=None)
    assert found == Answers(CONFIRM, True) or (text.startswith("ok") and isinstance(found, Says))


@pytest.mark.parametrize("text", ["yes", "Yes please", "yes 000", "yes, but only half", "maybe {number}", "{number}"])
def test_a_bare_yes_or_one_with_another_number_confirms_nothing(text: str) -> None:
    assert isinstance(
        meant(text.format(number=NUMBER), CONFIRM, (), ("zurückziehen", TEXTS.withdraw_word), to_this=None), Says
    )
    assert isinstance(meant(f"yes {NUMBER}", OTHER, (), ("zurückziehen", TEXTS.withdraw_word), to_this=None), Says)


def test_a_bare_yes_confirms_where_it_is_known_to_answer_this_read_back_and_a_no_always_declines() -> None:
    assert meant("Yes, please", CONFIRM, (), ("zurückziehen", TEXTS.withdraw_word), to_this=True) == Answers(
        CONFIRM, True
    )
    assert isinstance(meant("Yes, please", CONFIRM, (), ("zurückziehen", TEXTS.withdraw_word), to_this=False), Says)
    for to_this in (True, False, None):
        assert meant("no", CONFIRM, (), ("zurückziehen", TEXTS.withdraw_word), to_this=to_this) == Answers(
            CONFIRM, False
        )


def test_six_digits_are_the_code_and_the_word_withdraws() -> None:
    assert meant("123 456", CODE, (), ("zurückziehen", TEXTS.withdraw_word), to_this=None) == GivesCode(CODE, "123456")
    assert meant("it is 123456", CODE, (), ("zurückziehen", TEXTS.withdraw_word), to_this=None) == GivesCode(
        CODE, "123456"
    )
    assert meant("1234567", CODE, (), ("zurückziehen", TEXTS.withdraw_word), to_this=None) == Says("1234567")
    assert meant("Withdraw", WAITING, (), ("zurückziehen", TEXTS.withdraw_word), to_this=None) == Withdraws(WAITING)
    assert meant("ZURÜCKZIEHEN", WAITING, (), ("zurückziehen", TEXTS.withdraw_word), to_this=None) == Withdraws(WAITING)
    assert "Tuesday 24 November, 09:00" in asked(WAITING, (), TEXTS, ZoneInfo("Europe/Berlin"))


def test_markup_is_left_out_and_a_receipt_says_all_that_stands_on_it() -> None:
    assert paragraphs("**Done**, see [the page](https://a.example/x)", None) == (
        "Done, see the page (https://a.example/x)",
    )
    receipt = Card(kind="receipt", title="Done: refund", lines=(Choice("€18.40", "Amount"),))
    assert paragraphs("", receipt) == ("Done: refund\nAmount: €18.40",)


def test_a_long_answer_is_read_in_no_time() -> None:
    assert isinstance(
        meant("yes " + " " * 100_000 + "12", CONFIRM, (), ("zurückziehen", TEXTS.withdraw_word), to_this=True), Says
    )
    assert isinstance(meant("1 " * 50_000, CODE, (), ("zurückziehen", TEXTS.withdraw_word), to_this=True), Says)


def test_a_text_that_leaves_out_how_it_is_answered_is_refused() -> None:
    with pytest.raises(ValueError, match=r"'confirm' does not say \{number\}"):
        Messaging(confirm="Answer YES.")
