"""Is a written text said as somebody would say it on the phone?"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interlock.dialogue.speaking import spoken, within


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("€18.40", "18 euros 40"),
        ("€1.00 and €1.05", "1 euro and 1 euro 05"),
        ("-€1,018.40.", "minus 1,018 euros 40."),
        ("It costs $20, not £3.50!", "It costs 20 dollars, not 3 pounds 50!"),
        ("18.40 CHF to 5,000 JPY", "18 Swiss francs 40 to 5,000 yen"),
        ("Order A-1042.", "Order A 1 0 4 2."),
        ("tracking number KC1042 or 1Z999AA10123", "tracking number K C 1 0 4 2 or 1 Z 9 9 9 A A 1 0 1 2 3"),
        ("the code 123456", "the code 1 2 3 4 5 6"),
        ("Visa ending 4242", "Visa ending in 4 2 4 2"),
        ("Visa •••• 4242", "Visa ending in 4 2 4 2"),
        ("sent to e•••@example.com.", "sent to your address at example dot com that begins with e."),
        ("such as eva.larsen@example.com", "such as eva dot larsen at example dot com"),
        ("see https://www.example.com/help?x=1.", "see example dot com."),
        ("**Done**: [the page](https://example.com)", "Done: the page"),
        ("- one\n- two", "one two"),
        ("on Tuesday 24 November 2026, 08:00 to 18:00", "on Tuesday 24 November 2026, 08:00 to 18:00"),
        ("within 10 minutes, 3 x 2.5, 20 %", "within 10 minutes, 3 x 2.5, 20 %"),
        ("COVID is no number, and IKEA neither", "COVID is no number, and IKEA neither"),
    ],
)
def test_a_text_is_said_without_what_is_for_the_eye(written: str, said: str) -> None:
    assert spoken(written) == said


@given(st.text(max_size=300))
def test_any_text_can_be_said_and_is_said_in_one_line(text: str) -> None:
    assert "\n" not in spoken(text)


@given(st.integers(0, 10**7), st.sampled_from("€$£"))
def test_no_cent_of_an_amount_is_lost(cents: int, sign: str) -> None:
    whole, _, rest = spoken(f"{sign}{cents // 100:,}.{cents % 100:02}").partition(" ")
    assert int(whole.replace(",", "")) * 100 + int(rest.partition(" ")[2] or 0) == cents


def test_a_title_within_a_sentence_has_no_stop_and_keeps_its_names() -> None:
    assert within("Where is my order?") == "where is my order"
    assert within("Refund €18.40 for the kettle to Visa ending 4242") == (
        "Refund 18 euros 40 for the kettle to Visa ending in 4 2 4 2"
    )
