"""Do the slot parsers read what customers write, and ask back where it could mean two things?"""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from interlock.dialogue.slots import Ambiguous, Context, NoMatch, Option, Parsed, Reading, SlotSpec, extract, parse
from interlock.vocabulary.money import Money

TODAY = date(2026, 5, 6)  # a Wednesday
EN, DE = Context(TODAY), Context(TODAY, "de")

ORDER = SlotSpec("order_number", pattern="A-####")
EMAIL, PHONE, CODE = SlotSpec("email"), SlotSpec("phone"), SlotSpec("one_time_code")
EUROS = SlotSpec("money", currency="EUR")
DAY, PAST, FUTURE = SlotSpec("date"), SlotSpec("date", when="past"), SlotSpec("date", when="future")
YES_NO, COUNT, NAME, FREE = SlotSpec("yes_no"), SlotSpec("integer", maximum=99), SlotSpec("name"), SlotSpec("text")
ITEMS = SlotSpec(
    "choice",
    options=(
        Option("i-1", "Kettle, 1.7 l, stainless steel"),
        Option("i-2", "Blue mug", ("cup",)),
        Option("i-3", "Red mug (2 pack)"),
        Option("i-4", "Café au lait bowl"),
    ),
)


def outcome(reading: Reading) -> Any:
    """The value, the reason, or the set of options: what a table can be read with."""
    match reading:
        case Parsed(value):
            return value
        case NoMatch(reason):
            return f"no: {reason}"
        case Ambiguous(options):
            return set(options)


def table(*rows: tuple[str, Any]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize(("text", "expected"), rows, ids=[repr(text) for text, _ in rows])


@table(
    ("A-1042", "A-1042"), ("a 1042", "A-1042"), ("A1042", "A-1042"), ("order no. A-1042", "A-1042"),
    ("a–1042", "A-1042"),
    ("Ａ-１０４２", "A-1042"), ("a\u200b-1042", "A-1042"), ("It's A-1042.", "A-1042"), ("1042", "A-1042"),
    ("my order number is 1042", "A-1042"), ("#1042", "A-1042"), ("A-1042, I mean A 1042", "A-1042"),
    ("A-1042 or A-1043", {"A-1042", "A-1043"}), ("A-10425", "no: not_found"), ("XA-1042", "no: not_found"),
    ("I bought 1042 things", "no: not_found"), ("104", "no: not_found"), ("A-1042.50", "no: not_found"),
    (" ", "no: empty"),
)  # fmt: skip
def test_order_numbers(text: str, expected: Any) -> None:
    assert outcome(parse(ORDER, text, EN)) == expected


def test_an_order_number_has_the_form_of_its_definition() -> None:
    spec = SlotSpec("order_number", pattern="@@/#### | X##")
    assert outcome(parse(spec, "it is ab 1234", EN)) == "AB/1234"
    assert outcome(parse(spec, "x-99", EN)) == "X99"
    assert outcome(parse(spec, "1234", EN)) == "no: not_found", "the letters are not fixed, so digits are not enough"


@pytest.mark.parametrize("pattern", ["", " | A-#", "--", "#" * 101])
def test_an_order_number_without_a_usable_pattern_is_the_definitions_fault(pattern: str) -> None:
    with pytest.raises(ValueError, match="order_number"):
        parse(SlotSpec("order_number", pattern=pattern), "A-1042", EN)


@table(
    ("eva@example.com", "eva@example.com"), ("EVA@Example.COM.", "eva@example.com"),
    ("mail: eva.m+x@sub.example.co.uk, thanks", "eva.m+x@sub.example.co.uk"), ("<eva@example.com>", "eva@example.com"),
    ("eva at example dot com", "eva@example.com"),
    ("eva.maria at mail dot example dot org", "eva.maria@mail.example.org"),
    ("eva (at) example.com", "eva@example.com"), ("eva@müller.de", "eva@müller.de"),
    ("a@b.de or c@d.de", {"a@b.de", "c@d.de"}), ("eva@", "no: not_found"), ("eva@example", "no: not_found"),
    ("eva..x@example.com", "no: not_found"), ("a@-b.com", "no: not_found"), ("I am at home", "no: not_found"),
    ("x" * 65 + "@example.com", "no: not_found"),
)  # fmt: skip
def test_email_addresses(text: str, expected: Any) -> None:
    assert outcome(parse(EMAIL, text, EN)) == expected


def eur(cents: int) -> Money:
    return Money(cents, "EUR")


@table(
    ("18.40", eur(1840)), ("€18,40", eur(1840)), ("18,40 €", eur(1840)), ("EUR 18.4", eur(1840)),
    ("18 euros 40", eur(1840)),
    ("18 euros and 40 cents", eur(1840)), ("40 cents", eur(40)), ("200", eur(20000)), ("18,-", eur(1800)),
    ("1.234,50", eur(123450)), ("1,234.50", eur(123450)), ("1'234.50", eur(123450)), ("1 234,50", eur(123450)),
    ("1,234,567", eur(123456700)), ("it was 18.40.", eur(1840)), ("kettle - 18.40", eur(1840)),
    ("$20", Money(2000, "USD")),
    ("50p", Money(50, "GBP")), ("20 CHF", Money(2000, "CHF")), ("¥500", Money(500, "JPY")),
    ("18 euros, 12 days ago", eur(1800)), ("18 euros 12 days ago", eur(1800)), ("18 euros and 2 mugs", eur(1800)),
    ("-5", "no: negative"), ("minus 5", "no: negative"), ("€ -5", "no: negative"), ("-€5", "no: negative"),
    ("eur-5", "no: negative"), ("−5 €", "no: negative"),
    ("18-20 euros", {eur(1800), eur(2000)}), ("between 18 and 20", {eur(1800), eur(2000)}),
    ("A-1042", "no: not_found"), ("12%", "no: not_found"), ("1.2345", "no: not_found"), ("1,23,456", "no: not_found"),
    ("1.234.50", "no: not_found"), ("0,123", "no: not_found"), ("a lot", "no: not_found"), ("¥5.50", "no: not_found"),
    ("99999999999", "no: out_of_range"),
)  # fmt: skip
def test_money(text: str, expected: Any) -> None:
    assert outcome(parse(EUROS, text, EN)) == expected


def test_one_separator_before_three_digits_is_thousands_only_where_the_language_writes_them_so() -> None:
    both = {eur(123400), eur(123)}
    assert outcome(parse(EUROS, "1,234", EN)) == eur(123400)
    assert outcome(parse(EUROS, "1.234", EN)) == both
    assert outcome(parse(EUROS, "1.234", DE)) == eur(123400)
    assert outcome(parse(EUROS, "1,234", DE)) == both


def test_without_a_currency_anywhere_a_number_is_no_money() -> None:
    assert outcome(parse(SlotSpec("money"), "18.40", EN)) == "no: not_found"
    assert outcome(parse(SlotSpec("money"), "18.40 EUR", EN)) == eur(1840)
    assert outcome(parse(SlotSpec("money", currency="AUD"), "$18.40", EN)) == Money(1840, "AUD")


def test_money_keeps_to_the_limits_of_its_definition() -> None:
    spec = SlotSpec("money", currency="EUR", minimum=1, maximum=60_000)
    assert outcome(parse(spec, "600", EN)) == eur(60_000)
    assert outcome(parse(spec, "600.01", EN)) == "no: out_of_range"
    assert outcome(parse(spec, "0.00", EN)) == "no: out_of_range"


def may(day: int) -> date:
    return date(2026, 5, day)


@table(
    ("today", may(6)), ("yesterday", may(5)), ("the day before yesterday", may(4)), ("tomorrow", may(7)),
    ("gestern", may(5)),
    ("last Monday", may(4)), ("last Wednesday", date(2026, 4, 29)), ("next monday", may(11)), ("this Friday", may(8)),
    ("letzten Montag", may(4)), ("3rd of May", may(3)), ("the third of May", may(3)), ("May 3", may(3)),
    ("3. Mai", may(3)),
    ("May 3rd, 2025", date(2025, 5, 3)), ("2026-05-03", may(3)), ("2026-05-03T10:00", may(3)), ("03.05.2026", may(3)),
    ("3.5.26", may(3)), ("3.5.", may(3)), ("13/05/2026", may(13)), ("05/13/2026", may(13)), ("3 days ago", may(3)),
    ("two weeks ago", date(2026, 4, 22)), ("a week ago", date(2026, 4, 29)), ("in 3 days", may(9)),
    ("vor 3 Tagen", may(3)),
    ("on Monday the 4th of May", may(4)), ("29 February", date(2028, 2, 29)), ("30 December", date(2025, 12, 30)),
    ("Monday", {may(4), may(11)}), ("03/05/2026", {may(3), date(2026, 3, 5)}), ("the 3rd", {may(3), date(2026, 6, 3)}),
    ("1.5.2026 or 2.5.2026", {may(1), may(2)}),
    ("31.02.2026", "no: impossible"), ("February 30", "no: impossible"), ("in 99999 weeks", "no: impossible"),
    ("2026-13-01", "no: impossible"), ("two weeks", "no: not_found"), ("18.40", "no: not_found"),
    ("A-1042", "no: not_found"),
    ("maybe", "no: not_found"), ("the sun shines", "no: not_found"), ("guten Morgen", "no: not_found"),
    ("", "no: empty"),
)  # fmt: skip
def test_dates(text: str, expected: Any) -> None:
    assert outcome(parse(DAY, text, EN)) == expected


def test_a_definition_that_looks_back_or_ahead_settles_what_is_open() -> None:
    for text, past, future in [
        ("Monday", may(4), may(11)),
        ("Wednesday", may(6), may(6)),
        ("the 3rd", may(3), date(2026, 6, 3)),
        ("30 December", date(2025, 12, 30), date(2026, 12, 30)),
        ("06/05/2026", may(6), {may(6), date(2026, 6, 5)}),
    ]:
        assert (outcome(parse(PAST, text, EN)), outcome(parse(FUTURE, text, EN))) == (past, future), text
    assert outcome(parse(DAY, "03/05/2026", DE)) == may(3), "in German the day comes first"


@table(
    ("the kettle", "i-1"), ("kettel", "i-1"), ("kettles", "i-1"), ("steel", "i-1"), ("the blue one", "i-2"),
    ("my cup", "i-2"),
    ("blue mug", "i-2"), ("RED MUG (2 PACK)", "i-3"), ("the 2 pack", "i-3"), ("cafe", "i-4"),
    ("the bowl that broke", "i-4"),
    ("the second one", "i-2"), ("2nd", "i-2"), ("number 2", "i-2"), ("option b", "i-2"), ("one", "i-1"),
    ("the last one", "i-4"),
    ("das zweite", "i-2"), ("i-3", "i-3"),
    ("mug", {"i-2", "i-3"}), ("2", {"i-2", "i-3"}), ("the kettle and the blue mug", {"i-1", "i-2"}),
    ("the kettle, the 2nd one", {"i-1", "i-2"}), ("second and third", {"i-2", "i-3"}), ("both mugs", {"i-2", "i-3"}),
    ("all of them", {"i-1", "i-2", "i-3", "i-4"}),
    ("none of them", "no: none_of_these"), ("not the kettle", "no: not_clear"), ("the spoon", "no: not_found"),
    ("9", "no: not_found"), ("?!", "no: empty"),
)  # fmt: skip
def test_choices(text: str, expected: Any) -> None:
    assert outcome(parse(ITEMS, text, EN)) == expected


@table(
    *((text, True) for text in ("yes", "Yes please!", "yeah", "y", "that's right", "yes, yes, that's right",
    "ja bitte", "sure")),
    *((text, False) for text in ("no", "No, thanks", "nope", "please don't", "nein danke", "bitte nicht",
    "that's not right")),
    *((text, "no: not_clear") for text in (
        "ok", "maybe", "yes but not the mug", "yes no", "no problem", "no, that's right", "I'm not sure",
        "not really", "yes?",
        "don't worry", "thanks", "bitte", "yes I want the red one instead", "A-1042")),
    ("...", "no: empty"),
)  # fmt: skip
def test_only_a_clear_yes_is_a_yes_and_only_a_clear_no_a_no(text: str, expected: Any) -> None:
    assert outcome(parse(YES_NO, text, EN)) == expected


@table(
    ("2", 2), ("two of them", 2), ("zwei", 2), ("one", 1), ("it was 5.", 5), ("2 or 3", {2, 3}),
    ("a new one", "no: not_found"),
    ("-2", "no: negative"), ("minus 4", "no: negative"), ("100", "no: out_of_range"), ("1.5", "no: not_found"),
    ("12:30", "no: not_found"), ("1/2", "no: not_found"), ("9" * 30, "no: out_of_range"),
)  # fmt: skip
def test_integers(text: str, expected: Any) -> None:
    assert outcome(parse(COUNT, text, EN)) == expected


@table(
    ("0171 2345678", "01712345678"), ("+49 (0)171 2345678", "+491712345678"), ("0049 171 2345678", "+491712345678"),
    ("(030) 123456-7", "0301234567"), ("call me on 555-123-4567 please", "5551234567"),
    ("+1 (555) 123-4567.", "+15551234567"),
    ("0171 2345678 or 030 1234567", {"01712345678", "0301234567"}), ("2026-05-03", "no: not_found"),
    ("03.05.2026", "no: not_found"), ("18.40", "no: not_found"), ("12345", "no: not_found"),
    ("4111 1111 1111 1111", "no: not_found"),
)  # fmt: skip
def test_phone_numbers(text: str, expected: Any) -> None:
    assert outcome(parse(PHONE, text, EN)) == expected


@table(
    ("123456", "123456"), ("123 456", "123456"), ("1 2 3 4 5 6", "123456"), ("my code is 123-456.", "123456"),
    ("１２３４５６", "123456"), ("000000", "000000"), ("1234567", "no: not_found"), ("12345", "no: not_found"),
    ("123456 654321", "no: not_found"), ("123456, no: 654321", {"123456", "654321"}), ("A-123456", "no: not_found"),
)  # fmt: skip
def test_one_time_codes(text: str, expected: Any) -> None:
    assert outcome(parse(CODE, text, EN)) == expected


def test_a_one_time_code_may_have_another_length() -> None:
    assert outcome(parse(SlotSpec("one_time_code", digits=4), "12 34", EN)) == "1234"


@table(
    ("Eva Muster", "Eva Muster"), ("my name is eva muster", "Eva Muster"), ("I'm Eva.", "Eva"),
    ("hello, I'm Eva", "Eva"),
    ("eva van der berg", "Eva van der Berg"), ("anne-marie o'neil", "Anne-Marie O'Neil"),
    ("José García", "José García"),
    ("李小龙", "李小龙"), ("Dr. Eva Muster", "Dr. Eva Muster"), ("Eva Muster, eva@example.com", "Eva Muster"),
    ("why?", "no: not_found"), ("I want a refund", "no: not_found"), ("yes", "no: not_found"),
    ("A-1042", "no: not_found"),
    ("von der", "no: not_found"), ("Robert'); DROP TABLE", "no: not_found"),
)  # fmt: skip
def test_names(text: str, expected: Any) -> None:
    assert outcome(parse(NAME, text, EN)) == expected


def test_free_text_is_taken_as_it_is() -> None:
    assert parse(FREE, "  It broke!\n", EN) == Parsed("It broke!", (2, 11))


WANTED = {
    "order_no": ORDER, "email": EMAIL, "amount": EUROS, "day": PAST, "count": COUNT, "who": NAME, "sure": YES_NO,
    "item": ITEMS,
}  # fmt: skip


def extracted(text: str, asked: str | None = None) -> dict[str, Any]:
    return {name: parsed.value for name, parsed in extract(text, WANTED, EN, asked=asked).items()}


def test_several_slots_are_taken_from_one_message() -> None:
    text = "A-1042, eva@example.com"
    found = extract(text, WANTED, EN, asked="order_no")
    assert {name: (parsed.value, text[slice(*parsed.span)]) for name, parsed in found.items()} == {
        "order_no": ("A-1042", "A-1042"),
        "email": ("eva@example.com", "eva@example.com"),
    }


def test_a_whole_story_fills_what_it_names() -> None:
    assert extracted("I'm Eva Muster, eva@example.com, order A-1042, 18.40 paid on 3 May", "who") == {
        "order_no": "A-1042", "email": "eva@example.com", "amount": eur(1840), "day": may(3), "who": "Eva Muster",
    }  # fmt: skip


def test_no_part_of_a_message_is_read_twice() -> None:
    assert extracted("a-1042@example.com") == {"email": "a-1042@example.com"}


def test_bare_digits_answer_only_the_question_for_them() -> None:
    assert extracted("1042, eva@example.com", "order_no") == {"order_no": "A-1042", "email": "eva@example.com"}
    assert extracted("1042 and my email is eva@example.com", "order_no")["order_no"] == "A-1042"
    assert extracted("1042") == {}
    assert extracted("18", "amount") == {"amount": eur(1800)}


def test_what_nearly_any_words_fit_is_never_taken_unasked() -> None:
    assert extracted("yes, two of the things, Eva") == {}
    assert extracted("yes", "sure") == {"sure": True}
    assert extracted("this is the second time that 1 blu thing came last") == {}
    assert extracted("the kettle arrived broken") == {"item": "i-1"}


def test_an_ambiguous_slot_is_left_out_and_the_others_are_kept() -> None:
    assert extracted("A-1042 or A-1043, eva@example.com") == {"email": "eva@example.com"}


def test_the_code_asked_for_is_not_mistaken_for_an_order() -> None:
    wanted = {"order_no": SlotSpec("order_number", pattern="######"), "code": CODE}
    assert {name: p.value for name, p in extract("123456", wanted, EN, asked="code").items()} == {"code": "123456"}
