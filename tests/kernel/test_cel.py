"""What do conditions and formulas give, which names do they use, and how are their mistakes told?"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from interlock.kernel import cel
from interlock.kernel.cel import ExpressionError, references
from interlock.kernel.documents import Misread

NOW = datetime(2026, 1, 31, 9, 0, tzinfo=UTC)


def test_conditions_and_formulas_are_evaluated() -> None:
    order = {"status": "delivered", "items": [{"price": 1840}, {"price": 300}], "delivered_at": NOW}
    values = {"order": order, "now": NOW + timedelta(days=2), "limit": 1000}
    assert cel.compile('order.status == "delivered"').holds(values) is True
    assert cel.compile("order.items.exists(item, item.price > limit)").holds(values) is True
    assert cel.compile("order.items.map(item, item.price * 2)").evaluate(values) == [3680, 600]
    assert cel.compile("order.items[1].price + 1").evaluate(values) == 301
    assert cel.compile('has(order.note) ? order.note : "none"').evaluate(values) == "none"


def test_durations_are_real_durations() -> None:
    values = {"wait": timedelta(seconds=20), "target": {"answered_within": timedelta(seconds=20)}, "at": NOW}
    assert cel.compile("wait <= target.answered_within").holds(values) is True
    assert cel.compile('at + duration("1h30m")').evaluate(values) == NOW + timedelta(minutes=90)
    assert cel.compile("at - at").evaluate(values) == timedelta(0)


@pytest.mark.parametrize(
    ("text", "used"),
    [
        ('order.status != "order.note"', {"order.status"}),
        ("wait <= target.answered_within && !short", {"wait", "target.answered_within", "short"}),
        ("order.items.filter(i, i.price > min).size() > 0", {"order.items", "min"}),
        ("order.items.all(i, i.tags.exists(t, t == i.name))", {"order.items"}),
        ("[1].map(x, x) + [x.y]", {"x.y"}),
        ("has(a.b) && a.b.c.startsWith(d)", {"a.b", "a.b.c", "d"}),
        ("a[b.c].d", {"a", "b.c"}),
        ("{'k': v.w}[k]", {"v.w", "k"}),
        ("type(x) == int", {"x"}),
        ("a // b.c\n == d", {"a", "d"}),
        ("r'\\' + '''it's a.b''' + c", {"c"}),
        ("1.5e3 > a.e3 && true && null != b", {"a.e3", "b"}),
        ("x in y.z", {"x", "y.z"}),
        ("1 + 1", set()),
    ],
)
def test_the_free_names_of_an_expression_are_known(text: str, used: set[str]) -> None:
    assert references(cel.compile(text)) == used


def test_each_name_is_found_at_its_place() -> None:
    text = "wait > 3 && order.no == wait"
    assert [(each.path, each.offset) for each in cel.compile(text).references] == [("wait", 0), ("order.no", 12)]


NAMES = ["a.b", "a", "c.d.e", "c", "f", "g.h", "[1, 2]", '"a.b"', "3", "true"]
FORMS = [
    "({} == {})",
    "[{}, {}]",
    "({}).exists(f, f == {})",
    "{{'k': {}}}['k'] == {}",
    "(has(a.b) ? {} : {})",
    "size([{}]) + size([{}])",
]
EXPRESSIONS = st.recursive(
    st.sampled_from(NAMES),
    lambda inner: st.tuples(st.sampled_from(FORMS), inner, inner).map(lambda made: made[0].format(made[1], made[2])),
    max_leaves=6,
)


@settings(max_examples=300, deadline=None)
@given(EXPRESSIONS)
def test_handing_over_only_what_is_named_changes_no_result(text: str) -> None:
    values = {"a": {"b": 1, "x": 2}, "c": {"d": {"e": [1, 2]}, "y": []}, "f": "f", "g": {"h": None}, "unused": object()}
    expression = cel.compile(text)
    whole = {name: value for name, value in values.items() if name != "unused"}
    try:
        expected = expression._program.execute(whole)
    except Exception:
        with pytest.raises(ExpressionError):
            expression.evaluate(values)
    else:
        assert expression.evaluate(values) == expected


def test_what_an_expression_does_not_name_may_hold_anything() -> None:
    order = {"status": "open", "amount": object()}
    assert cel.compile('order.status == "open"').holds({"order": order, "other": object()})


MISTAKES = {
    "": "0: it is empty; write a condition, such as order.status == \"delivered\"",
    "a = 1": "2: '=' is no operator of CEL; write '=='",
    "a and b": "2: 'and' is no operator of CEL; write '&&'",
    "a & b": "2: '&' is no operator of CEL; write '&&'",
    "not a": "0: 'not' is no operator of CEL; write '!'",
    "a == ": "5: the expression ends too early; write the rest of it",
    "(a": "2: a ')' is missing; write ')'",
    "a)": "1: this ')' closes nothing; remove it",
    "a == 'b": "5: the text that begins here in quotes does not end; write ' at its end",
    "a == “b”": "5: “ is no quote of CEL; write straight quotes: \"",
    "wait < 20s": "7: '20s' is no value of CEL; write duration(\"20s\")",
    "wait < 3d": "7: '3d' is no value of CEL; write duration(\"72h\")",
    "share < 80%": "8: '80%' is no value of CEL; write 0.8",
    'wait < duration("3d")': (
        '7: duration cannot read "3d"; write hours, minutes and seconds, such as duration("72h") or duration("1h30m")'
    ),
    "a.matches('(')": "2: matches cannot read '('; write a regular expression, such as '^A-[0-9]+$'",
    "{order_no} == 1": "0: '{…}' is no name in an expression; write names without braces",
    "has(note)": "4: has() asks whether a field is there; write has(order.note)",
    "as == 1": "0: 'as' is reserved in CEL; use another name",
    "a b": "2: 'b' cannot stand here in an expression; write an operator before it, or remove it",
    "a.startWith('b')": "2: the function 'startWith' is not known; did you mean 'startsWith'?",
    "all(a, b)": "0: 'all' is called in the wrong form; write list.all(item, item.price > 20)",
    "Money{amount: 1}": "0: 'Money{' makes an object, which is not possible here; write a comparison",
    "(" * 200 + "a" + ")" * 200: "0: the expression is nested too deeply; make it flatter",
    "a" * 2001: "0: the expression has 2001 characters and may have 2000; make it shorter",
}  # fmt: skip


@pytest.mark.parametrize(("text", "told"), MISTAKES.items(), ids=range(len(MISTAKES)))
def test_what_is_no_expression_is_told_with_its_place_and_mend(text: str, told: str) -> None:
    with pytest.raises(Misread) as caught:
        cel.compile(text)
    assert f"{caught.value.offset}: {caught.value}" == told


@pytest.mark.parametrize(
    ("text", "values", "told"),
    [
        ("order.status == 'x'", {"order": {}}, "expression 'order.status == 'x'': 'order.status' has no value"),
        ("order.status == 'x'", {}, "expression 'order.status == 'x'': 'order' has no value"),
        ("a + 1", {"a": "x"}, "expression 'a + 1': Unsupported operation: string + int"),
        ("a / 0", {"a": 1}, "expression 'a / 0': division by zero in CEL expression"),
        ("a", {"a": object()}, "expression 'a': Conversion Error: Failed to convert Python object of type o…"),
    ],
)
def test_an_evaluation_that_fails_names_the_expression(text: str, values: dict[str, object], told: str) -> None:
    with pytest.raises(ExpressionError) as caught:
        cel.compile(text).evaluate(values)
    assert str(caught.value) == told


def test_a_condition_must_give_a_truth_value() -> None:
    with pytest.raises(ExpressionError, match="should be true or false, and gives 3"):
        cel.compile("1 + 2").holds({})


PIECES = [
    "a",
    "b.c",
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    " + ",
    "-",
    "/",
    "%",
    "==",
    "<",
    "&&",
    "||",
    "!",
    "?",
    ":",
    ",",
    ".",
    '"x"',
    "'",
    "1",
    "2.5",
    "3u",
    "null",
    "true",
    ".map(x,x)",
    " in ",
    "size(",
    "has(",
    'b"q"',
    '"\\',
    "timestamp(",
    "duration(",
    "1e400",
    "99999999999999999999",
    "\n",
    "//",
    "é",
    "{a:1}",
    "as",
]


@settings(max_examples=400, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=9).map("".join))
def test_nothing_but_the_two_errors_ever_comes_out(text: str) -> None:
    try:
        cel.compile(text).evaluate({"a": 1, "b": {"c": [1, 2]}})
    except Misread as error:
        assert 0 <= error.offset <= len(text)
    except ExpressionError:
        pass
