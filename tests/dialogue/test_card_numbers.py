"""Can a payment card's number get past the redaction, and does anything else suffer from it?"""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from interlock.dialogue.card_numbers import redact_card_numbers

# Numbers that payment networks publish for tests.
CARDS = [
    "4111111111111111", "4012888888881881", "4222222222222", "5555555555554444", "5105105105105100", "2223003122003222",
    "378282246310005", "371449635398431", "6011111111111117", "6011000990139424", "30569309025904", "38520000023237",
    "3530111333300000", "3566002020360505", "6759649826438453", "6304000000000000", "6200000000000005",
]  # fmt: skip


@pytest.mark.parametrize("card", CARDS)
@pytest.mark.parametrize("separator", ["", " ", "-", " - ", ".", "\n", "\u00a0", "\u200b"])
def test_every_issuers_cards_are_masked_however_they_are_grouped(card: str, separator: str) -> None:
    written = separator.join(card[at : at + 4] for at in range(0, len(card), 4))
    redacted = redact_card_numbers(f"A-1042, my card is {written}, thanks")
    assert redacted == f"A-1042, my card is [card ••••{card[-4:]}], thanks"


def test_an_order_number_right_before_a_card_does_not_hide_it() -> None:
    assert redact_card_numbers("1042 4111 1111 1111 1111") == "1042 [card ••••1111]"


def test_a_security_code_typed_right_after_a_card_goes_with_it() -> None:
    assert redact_card_numbers("4111111111111111123") == "[card ••••1111]"
    assert redact_card_numbers("4111 1111 1111 1111, cvc: 123") == "[card ••••1111], cvc: [code removed]"


def test_digits_of_other_scripts_are_digits() -> None:
    assert redact_card_numbers("٤١١١ ١١١١ ١١١١ ١١١١") == "[card ••••1111]"
    assert redact_card_numbers("４１１１１１１１１１１１１１１１") == "[card ••••1111]"


@pytest.mark.parametrize(
    "text",
    [
        "4111 1111 1111 1112",  # wrong check digit
        "1111111111111117",  # no issuer
        "A-1042", "18.40 EUR on 2026-05-03", "+49 171 23456789", "0171 2345678", "code 123456",
        "security code 123456", "20260503120000", "DE89 3704 0044 0532 0130 00", "00340434161094042557",
        "123e4567-e89b-12d3-a456-426614174000", "",
    ],
)  # fmt: skip
def test_what_is_no_card_is_left_alone(text: str) -> None:
    assert redact_card_numbers(text) == text


def _with_check_digit(digits: str) -> str:
    doubled = [int(d) * (2 if place % 2 == 0 else 1) for place, d in enumerate(reversed(digits))]
    return digits + str(-sum(value - 9 if value > 9 else value for value in doubled) % 10)


@settings(max_examples=300, deadline=None)
@given(
    card=st.text("0123456789", min_size=13, max_size=13).map(lambda rest: _with_check_digit("51" + rest)),
    before=st.text(st.characters(categories=["L", "P", "Z"]), max_size=10),
    after=st.text(st.characters(categories=["L"]), max_size=10),
)
def test_any_card_in_any_text_keeps_only_its_last_four_digits(card: str, before: str, after: str) -> None:
    redacted = redact_card_numbers(before + card + after)
    assert card not in redacted
    assert [c for c in redacted if c.isdigit()] == list(card[-4:])


@settings(max_examples=300, deadline=None)
@given(text=st.text("0123456789 -.,cv4\n", max_size=80) | st.text(max_size=200))
def test_redacting_twice_changes_nothing_more(text: str) -> None:
    once = redact_card_numbers(text)
    assert redact_card_numbers(once) == once
