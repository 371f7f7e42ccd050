"""What do texts with placeholders say, and how are their mistakes told?"""

from __future__ import annotations

from decimal import Decimal

import pytest
from msgspec import Struct

from interlock.kernel.documents import Misread
from interlock.kernel.template import Template, TemplateError


class Price(Struct, frozen=True):
    cents: int

    @property
    def text(self) -> str:
        return f"€{self.cents / 100:.2f}"


class Sum(Struct, frozen=True):
    cents: int

    def __str__(self) -> str:
        return f"{self.cents} ct"


VALUES = {
    "refund": {"amount": Price(1840), "fee": {"amount": 5, "text": "€0.05"}, "total": Sum(1845)},
    "order": {"no": "A-1042", "items": [1, 2], "count": 2, "weight": Decimal("1.50"), "open": True, "note": None},
}


@pytest.mark.parametrize(
    ("text", "rendered"),
    [
        ("Done. {refund.amount} goes back.", "Done. €18.40 goes back."),
        ("{refund.fee} {refund.total}", "€0.05 1845 ct"),
        ("{order.count} parts of {order.no}, {order.weight} kg", "2 parts of A-1042, 1.50 kg"),
        ("a {{brace}} and {order.no}", "a {brace} and A-1042"),
        ("", ""),
    ],
)
def test_placeholders_are_filled_with_the_text_of_their_values(text: str, rendered: str) -> None:
    assert Template.compile(text).render(VALUES) == rendered


def test_what_a_placeholder_brings_in_is_not_filled_again() -> None:
    assert Template.compile("{a}").render({"a": "{b}", "b": "secret"}) == "{b}"


def test_a_lone_placeholder_stands_for_the_value_itself() -> None:
    assert Template.compile("{refund.amount}").value(VALUES) == Price(1840)
    assert Template.compile("{order.items}").value(VALUES) == [1, 2]
    assert Template.compile("no. {order.count}").value(VALUES) == "no. 2"


def test_references_are_known_with_their_places() -> None:
    references = Template.compile("Hello {customer.name}, {{x}} {order.no}").references
    assert [(each.path, each.offset) for each in references] == [("customer.name", 6), ("order.no", 29)]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Hello {name", "6: the '{' here is without its '}'; write '{{' for the brace itself"),
        ("Hello name}", "10: the '}' here is without its '{'; write '}}' for the brace itself"),
        ("Hello { name }", "6: a placeholder has no spaces in it; write {name}"),
        (
            "{order.items[0]}",
            "0: '{order.items[0]}' is no placeholder; "
            "write a name with dots, such as {order.status}, or '{{' for the brace itself",
        ),
        (
            "{}",
            "0: '{}' is no placeholder; write a name with dots, such as {order.status}, or '{{' for the brace itself",
        ),
        ("x" * 10_001, "0: the text has 10001 characters and may have 10000; make it shorter"),
    ],
)
def test_what_is_no_template_is_told_with_its_place_and_mend(text: str, told: str) -> None:
    with pytest.raises(Misread) as caught:
        Template.compile(text)
    assert f"{caught.value.offset}: {caught.value}" == told


@pytest.mark.parametrize(
    ("path", "what"),
    [
        ("order.note", "has no value"),
        ("order.nothing", "has no value"),
        ("order.no.length", "has no value"),
        ("order.items", "is a list and has no text"),
        ("order.open", "is true or false and has no text"),
        ("order", "is a mapping and has no text"),
    ],
)
def test_a_placeholder_that_cannot_be_filled_is_named(path: str, what: str) -> None:
    with pytest.raises(TemplateError) as caught:
        Template.compile("It is {" + path + "}").render(VALUES)
    assert str(caught.value) == f"text 'It is {{{path}}}': '{path}' {what}"


def test_a_template_cannot_reach_into_python_objects() -> None:
    with pytest.raises(TemplateError):
        Template.compile("{refund.amount.__class__}").render(VALUES)
