"""Does any text whatever break a slot parser, and is what is written in a known form read back?"""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from interlock.dialogue.reading import plain
from interlock.dialogue.slots import Ambiguous, Context, NoMatch, Option, Parsed, SlotSpec, extract, parse
from interlock.vocabulary.money import Money

SPECS = {
    "order": SlotSpec("order_number", pattern="A-#### | @@-##"),
    "email": SlotSpec("email"),
    "money": SlotSpec("money", currency="EUR"),
    "date": SlotSpec("date"),
    "past": SlotSpec("date", when="past"),
    "choice": SlotSpec("choice", options=(Option("1", "blue mug"), Option("2", "red mug"), Option("3", "May 3"))),
    "yes_no": SlotSpec("yes_no"),
    "integer": SlotSpec("integer"),
    "text": SlotSpec("text"),
    "name": SlotSpec("name"),
    "phone": SlotSpec("phone"),
    "code": SlotSpec("one_time_code"),
}
PIECES = st.sampled_from([
    "A-", "1042", "eva", "@", "example", ".com", "at", "dot", "€", "18", ",", ".", "40", "euros", "cents", "-", "minus",
    "/", "03", "05", "2026", "may", "3rd", "of", "last", "monday", "the", "second", "one", "yes", "no", "not", "none",
    "both", "mug", "blue", "123456", "+49", "(0)", "(", ")", "1,234", "in", "days", "ago", "#1042",
    "order", "number", "is",
    "my", "name", "i'm", "\n", "\u200b", "ß", "İ", "ﬁ", "٣", " ", "  ",
])  # fmt: skip
TEXTS = st.text(max_size=300) | st.lists(PIECES, max_size=25).map(" ".join) | st.lists(PIECES, max_size=25).map("".join)
DATES = st.dates(date(1950, 1, 1), date(2150, 12, 31))


@settings(max_examples=150, deadline=None)
@given(text=TEXTS, today=st.dates(), language=st.sampled_from(["en", "de", "fr"]))
def test_no_text_breaks_a_parser_and_every_span_lies_in_the_text(text: str, today: date, language: str) -> None:
    context = Context(today, language)
    for name, spec in SPECS.items():
        match parse(spec, text, context):
            case Parsed(value, (start, end)):
                assert 0 <= start < end <= len(text), name
                assert not isinstance(value, Money) or value.amount >= 0
            case Ambiguous(options):
                assert len(set(options)) == len(options) >= 2, name
            case NoMatch(reason):
                assert reason


@settings(max_examples=100, deadline=None)
@given(text=TEXTS, asked=st.sampled_from([None, *SPECS]))
def test_slots_extracted_together_never_share_a_character(text: str, asked: str | None) -> None:
    found = extract(text, SPECS, Context(date(2026, 5, 6)), asked=asked)
    # a choice, an answer or a text may have other slots between its words
    spans = sorted(parsed.span for name, parsed in found.items() if name not in ("choice", "yes_no", "text"))
    assert all(one[1] <= other[0] for one, other in pairwise(spans))
    assert list(found) == [name for name in SPECS if name in found]


@given(text=TEXTS)
def test_making_a_text_plain_moves_nothing(text: str) -> None:
    assert len(plain(text)) == len(text)
    assert plain(plain(text)) == plain(text)


@given(
    cents=st.integers(0, 99_999_999),
    form=st.sampled_from(["{} EUR", "€{}", "{}€", "it was {} euros."]),
    german=st.booleans(),
)
def test_an_amount_written_out_is_read_back(cents: int, form: str, german: bool) -> None:
    written = f"{Decimal(cents).scaleb(-2):,.2f}"
    if german:
        written = written.translate(str.maketrans(",.", ".,"))
    for language in ("en", "de"):
        reading = parse(SlotSpec("money"), form.format(written), Context(date(2026, 5, 6), language))
        assert isinstance(reading, Parsed)
        assert reading.value == Money(cents, "EUR")


@given(
    cents=st.integers(1, 99_999_999),
    form=st.sampled_from(["-{} EUR", "€-{}", "-€{}", "minus {} euros", "- {}", "–{} €"]),
)
def test_a_negative_amount_is_never_read_as_a_positive_one(cents: int, form: str) -> None:
    written = f"{Decimal(cents).scaleb(-2):,.2f}"
    assert parse(SPECS["money"], form.format(written), Context(date(2026, 5, 6))) == NoMatch("negative")


@pytest.mark.parametrize("form", ["%Y-%m-%d", "%d.%m.%Y", "%d %B %Y", "%B %d, %Y", "on %d. %b %Y!"])
@given(day=DATES, today=DATES)
def test_a_full_date_is_read_back_whatever_day_it_is(form: str, day: date, today: date) -> None:
    reading = parse(SPECS["date"], day.strftime(form), Context(today))
    assert isinstance(reading, Parsed)
    assert reading.value == day


@given(today=DATES, days=st.integers(1, 999))
def test_days_are_counted_from_today(today: date, days: int) -> None:
    for text, expected in ((f"{days} days ago", -days), (f"in {days} days", days)):
        reading = parse(SPECS["date"], text, Context(today))
        assert isinstance(reading, Parsed)
        assert reading.value == today + timedelta(days=expected)


@given(number=st.integers(0, 9_999), gap=st.sampled_from(["", "-", " ", " - ", "–", "."]), small=st.booleans())
def test_an_order_number_is_read_back_in_its_own_form(number: int, gap: str, small: bool) -> None:
    written = f"{'a' if small else 'A'}{gap}{number:04}"
    reading = parse(SPECS["order"], f"number {written}, please", Context(date(2026, 5, 6)))
    assert isinstance(reading, Parsed)
    assert reading.value == f"A-{number:04}"


@given(code=st.text("0123456789", min_size=6, max_size=6), gap=st.sampled_from(["", " ", "-"]))
def test_a_code_is_read_back_with_gaps_anywhere(code: str, gap: str) -> None:
    for written in (gap.join(code), gap.join((code[:3], code[3:])), gap.join((code[:2], code[2:4], code[4:]))):
        reading = parse(SPECS["code"], f"the code: {written}", Context(date(2026, 5, 6)))
        assert isinstance(reading, Parsed)
        assert reading.value == code


@given(
    labels=st.lists(
        st.lists(st.sampled_from(["kettle", "lamp", "mug", "blue", "red", "small"]), min_size=1, max_size=4),
        min_size=1, max_size=6, unique_by=tuple,
    )
)  # fmt: skip
def test_the_very_label_of_an_option_chooses_it(labels: list[list[str]]) -> None:
    options = tuple(Option(f"id-{at}", " ".join(words)) for at, words in enumerate(labels))
    for option in options:
        reading = parse(SlotSpec("choice", options=options), option.label.upper(), Context(date(2026, 5, 6)))
        assert isinstance(reading, Parsed)
        assert reading.value == option.id
