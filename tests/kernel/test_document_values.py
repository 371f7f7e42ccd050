"""What comes out of a definition that is right, and where does each part of it stand?"""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from enum import StrEnum

import pytest
from msgspec import Struct

from interlock.kernel.cel import Expression
from interlock.kernel.documents import (
    DefinitionError,
    Misread,
    duration,
    duration_text,
    json_schema,
    load,
    load_located,
    money_minor,
    percent,
    problem,
)
from interlock.kernel.template import Template
from tests.kernel.definitions import (
    AskStep,
    ChooseStep,
    EndStep,
    Journey,
    LookUpStep,
    SayStep,
    Verification,
    VerifyStep,
    WhenStep,
    mistakes,
)

JOURNEY = """\
# A comment
journey: damaged_item
title: yes
examples: ["the kettle arrived broken", on]
contained: 80%
patience: 1h30m
limit: 18.40
steps:
  - verify: {level: 1, by: order_and_email}
  - look_up: shop.get_order
    with: { order_id: "{order_no}", price: 18.40, count: 2, note: null, tags: [off, true] }
    as: order
    timeout: 20s
    on:
      denied:
        - end: denied
  - when: order.status != "delivered"
    then: [say: "Not yet, {customer.name}."]
  - ask: Which item?
    from: order.items
    choose: item
"""


def test_a_definition_becomes_a_typed_value() -> None:
    journey = load(JOURNEY, "j.yaml", Journey)
    assert journey == Journey(
        journey="damaged_item",
        title="yes",
        examples=("the kettle arrived broken", "on"),
        contained=percent("80%"),
        patience=duration("90m"),
        limit=Decimal("18.40"),
        steps=(
            VerifyStep(Verification(level=1, by="order_and_email")),
            LookUpStep(
                look_up="shop.get_order",
                arguments={
                    "order_id": "{order_no}",
                    "price": Decimal("18.40"),
                    "count": 2,
                    "note": None,
                    "tags": ["off", True],
                },
                name="order",
                timeout=duration("20s"),
                on={"denied": (EndStep("denied"),)},
            ),
            WhenStep(
                when=Expression.from_text('order.status != "delivered"'),
                then=(SayStep(Template.compile("Not yet, {customer.name}.")),),
            ),
            ChooseStep(choose="item", source="order.items", ask="Which item?"),
        ),
    )
    assert str(journey.limit) == "18.40", "the digits of a number are kept"
    assert journey.patience == timedelta(minutes=90)
    assert journey.contained == 0.8


def test_the_verb_decides_in_whatever_order_the_keys_stand() -> None:
    read = load("journey: j\nsteps:\n- {into: x, ask: y}\n- {ask: y, into: z, from: b, choose: c}", "j", Journey)
    assert read.steps == (AskStep(ask="y", into="x"), ChooseStep(choose="c", source="b", ask="y", into="z"))


def test_a_file_of_several_kinds_is_told_apart_by_its_first_key() -> None:
    kinds: object = Journey | EndStep
    assert load("end: x", "j.yaml", kinds) == EndStep("x")  # type: ignore[arg-type]


def test_positions_stay_for_later_checks() -> None:
    located = load_located(JOURNEY, "journeys/damaged_item.yaml", Journey)
    assert located.value == load(JOURNEY, "j.yaml", Journey)
    assert located.at(("steps", 1, "look_up")) == (10, 14)
    assert located.at_key(("steps", 1, "look_up")) == (10, 5)
    assert located.at(("steps", 1, "with", "order_id")) == (11, 24), "in quotes the text begins behind the quote"
    assert located.at(("steps", 1, "on", "denied", 0, "end")) == (16, 16)
    assert located.at(("steps", 2, "then", 0, "say"), offset=9) == (18, 27), "the { of {customer.name}"
    assert located.at(("steps", 3, "ask_again")) == (19, 5), "what is not in the file stands where its mapping begins"
    assert located.at(()) == (2, 1)
    told = problem(
        located, ("steps", 1, "look_up"), "there is no action 'shop.get_order'", "did you mean 'shop.order'?"
    )
    assert str(told) == (
        "journeys/damaged_item.yaml:10:14: there is no action 'shop.get_order'; did you mean 'shop.order'?"
    )
    assert problem(located, ("title",), "x", at_key=True).column == 1


class Window(Struct, frozen=True, forbid_unknown_fields=True):
    first: int
    last: int

    def __post_init__(self) -> None:
        if self.first > self.last:
            raise Misread("it begins after it ends", "swap 'first' and 'last'")


class Colour(StrEnum):
    RED = "red"
    GREEN = "green"


class Shelf(Struct, frozen=True, forbid_unknown_fields=True):
    windows: list[Window] = []
    colours: frozenset[Colour] = frozenset()
    by_colour: dict[Colour, int] = {}
    free: int | str | None = None


def test_a_check_of_the_struct_itself_is_told_at_its_mapping() -> None:
    assert mistakes("windows:\n- {first: 2, last: 1}", Shelf) == [
        "2:3: item 1 of 'windows' begins after it ends; swap 'first' and 'last'"
    ]


def test_enums_sets_and_unions_of_scalars_are_read() -> None:
    assert load("{colours: [red, green], by_colour: {red: 1}, free: a}", "s", Shelf) == Shelf(
        colours=frozenset(Colour), by_colour={Colour.RED: 1}, free="a"
    )
    assert load("{free: 3}", "s", Shelf).free == 3
    assert load("{free: null}", "s", Shelf).free is None
    assert mistakes("{colours: [rde], by_colour: {gren: 1}, free: [x]}", Shelf) == [
        "1:12: item 1 of 'colours' is 'rde', which is not known here; did you mean 'red'?",
        "1:30: unknown key 'gren' in 'by_colour'; did you mean 'green'?",
        "1:46: 'free' should be a whole number or a text, and is a list; write for example 1",
    ]


class Nameless(Struct):
    label: str | None = None


class Other(Struct):
    end: str


def test_a_union_that_cannot_be_told_apart_is_a_fault_of_the_program() -> None:
    for union in (EndStep | Other, EndStep | Nameless):
        with pytest.raises(TypeError, match="verb"):
            load("end: x", "j.yaml", union)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("20s", 20), ("90m", 5400), ("8h", 28800), ("3d", 259200), ("1w", 604800), ("1h30m", 5400), ("250ms", 0.25)],
)
def test_durations_are_read_and_written(text: str, seconds: float) -> None:
    assert duration(text) == timedelta(seconds=seconds)
    assert duration(duration_text(duration(text))) == timedelta(seconds=seconds)


@pytest.mark.parametrize("text", ["", "0", "1.5h", "-3s", "30m1h", "3 d", "٣s", "99999999999999w"])
def test_what_is_no_duration_is_refused(text: str) -> None:
    with pytest.raises(Misread):
        duration(text)


def test_money_is_counted_exactly_in_minor_units() -> None:
    assert money_minor("18.40", "EUR") == 1840
    assert money_minor(Decimal("0.29"), "EUR") == 29
    assert money_minor(600, "EUR") == 60000
    assert money_minor("1.234", "KWD") == 1234
    assert money_minor("500", "JPY") == 500
    assert money_minor("18.400", "EUR") == 1840
    assert money_minor("-0.01", "EUR") == -1


@pytest.mark.parametrize(
    ("amount", "currency", "told"),
    [
        ("18,40", "EUR", "'18,40' is no amount of money; write 18.40"),
        ("€ 1,200.50", "EUR", "'€ 1,200.50' is no amount of money; write 1200.50"),
        ("much", "EUR", "'much' is no amount of money; write it in major units with a point, such as 18.40"),
        ("18.405", "EUR", "'18.405' has more than the 2 digits behind the point that EUR has; round it"),
        ("5.5", "JPY", "'5.5' has more than the 0 digits behind the point that JPY has; round it"),
        ("5", "euro", "'euro' is no currency; write its three letters, such as EUR"),
        ("9" * 20, "EUR", f"'{'9' * 20}' is more money than can be counted here; write a smaller amount"),
    ],
)
def test_what_is_no_money_is_told(amount: str, currency: str, told: str) -> None:
    with pytest.raises(Misread) as caught:
        money_minor(amount, currency)
    assert str(caught.value) == told


def test_an_editor_gets_a_schema_with_the_verbs_as_alternatives() -> None:
    schema = json_schema(Journey)
    assert schema["$ref"] == "#/$defs/Journey"
    journey = schema["$defs"]["Journey"]
    assert journey["required"] == ["journey", "steps"]
    assert journey["additionalProperties"] is False
    assert journey["description"] == "One matter of a customer, from its beginning to its end."
    assert journey["properties"]["urgent"] == {"type": "boolean", "default": False}
    steps = journey["properties"]["steps"]
    assert steps["minItems"] == 1
    alternatives = [each["$ref"].removeprefix("#/$defs/") for each in steps["items"]["oneOf"]]
    assert alternatives == ["SayStep", "AskStep", "ChooseStep", "VerifyStep", "LookUpStep", "WhenStep", "EndStep"]
    look_up = schema["$defs"]["LookUpStep"]
    assert look_up["required"] == ["look_up", "with", "as"]
    assert look_up["properties"]["look_up"]["pattern"] == r"^[a-z_]+\.[a-z_]+$"
    assert look_up["properties"]["on"]["propertyNames"] == {"enum": ["denied", "unavailable"]}
    assert look_up["properties"]["timeout"]["anyOf"][0]["title"] == "duration"
    assert schema["$defs"]["WhenStep"]["properties"]["when"]["title"] == "CEL expression"


def test_more_problems_than_anybody_reads_are_counted() -> None:
    with pytest.raises(DefinitionError) as caught:
        load("journey: j\nsteps: [" + "x, " * 150 + "]", "j.yaml", Journey)
    assert len(caught.value.problems) == 100
    assert str(caught.value).endswith("… and 50 more")
