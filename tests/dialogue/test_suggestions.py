"""Does anything but a well-formed suggestion get past the decoder?"""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from interlock.dialogue.suggestions import (
    MAX_BYTES,
    MAX_PARTS,
    MAX_REASON,
    MAX_SUGGESTIONS,
    MAX_TEXT,
    Answer,
    Clarify,
    CorrectSlot,
    HandOver,
    ProposeAction,
    Say,
    SetSlot,
    StartJourney,
    Suggestion,
    UnusableAnswer,
    decode,
)

ONE_OF_EACH: list[Suggestion] = [
    StartJourney("damaged_item", 0.9),
    SetSlot("order_no", "A-1042", 1.0),
    CorrectSlot("amount", 18),
    Answer("Returns are free for 30 days.", ("kb/returns",)),
    ProposeAction("shop.refund_item", {"order_id": "A-1042", "items": [{"id": "i-1", "amount": 18.4}], "note": None}),
    Clarify("Which one?", ("the kettle", "the mug")),
    HandOver("asks for a person"),
    Say("One moment."),
]


def test_every_kind_of_suggestion_survives_its_json() -> None:
    assert decode(msgspec.json.encode(ONE_OF_EACH)) == tuple(ONE_OF_EACH)


@pytest.mark.parametrize("suggestion", ONE_OF_EACH)
def test_a_single_suggestion_needs_no_list_and_may_be_parsed_already(suggestion: Suggestion) -> None:
    raw = msgspec.json.encode(suggestion)
    assert decode(raw) == decode(raw.decode()) == decode(json.loads(raw)) == (suggestion,)


def deep(levels: int) -> Any:
    return {"a": deep(levels - 1)} if levels else 1


CYCLE: list[Any] = []
CYCLE.append(CYCLE)

BAD: list[tuple[str, Any, str]] = [
    ("no JSON", b"sure, I will refund that", "not JSON"),
    ("half a JSON", b'[{"suggests":"say"', "not JSON"),
    ("no UTF-8", b'{"suggests":"say","text":"\xff"}', "not JSON"),
    ("nothing", b"[]", "length >= 1"),
    ("null", None, "expected|Expected"),
    ("an unknown kind", {"suggests": "execute", "text": "x"}, "suggests"),
    ("no kind", {"text": "x"}, "suggests"),
    ("an unknown field", {"suggests": "say", "text": "x", "allowed": True}, "unknown field"),
    ("a missing field", {"suggests": "set_slot", "name": "a", "value": 1}, "confidence"),
    ("a wrong type", {"suggests": "say", "text": 5}, "str"),
    ("an empty text", {"suggests": "say", "text": ""}, "length >= 1"),
    ("a confidence above one", {"suggests": "start_journey", "journey": "a", "confidence": 1.1}, "<= 1"),
    ("a confidence below zero", {"suggests": "start_journey", "journey": "a", "confidence": -0.1}, ">= 0"),
    ("a number that is none", {"suggests": "set_slot", "name": "a", "value": float("nan"), "confidence": 1}, "finite"),
    ("an endless number", {"suggests": "propose_action", "action": "a.b", "args": {"x": float("inf")}}, "finite"),
    ("a huge number", {"suggests": "propose_action", "action": "a.b", "args": {"x": 10**40}}, "too large"),
    ("an answer without a source", {"suggests": "answer", "text": "x", "sources": []}, "sources"),
    ("an action without a connector", {"suggests": "propose_action", "action": "refund", "args": {}}, "action"),
    ("an action with a path", {"suggests": "propose_action", "action": "../shop.x", "args": {}}, "action"),
    ("a name with a line end", {"suggests": "set_slot", "name": "a\n", "value": 1, "confidence": 1}, "name"),
    (
        "an argument with an odd name",
        {"suggests": "propose_action", "action": "a.b", "args": {"__class__": 1}},
        "regex",
    ),
    ("a slot that holds a list", {"suggests": "set_slot", "name": "a", "value": [1], "confidence": 1}, "value"),
    ("a text too long", {"suggests": "say", "text": "x" * (MAX_TEXT + 1)}, "characters"),
    ("too many suggestions", [{"suggests": "say", "text": "x"}] * (MAX_SUGGESTIONS + 1), "length <="),
    ("too many values", {"suggests": "propose_action", "action": "a.b", "args": {"x": [0] * MAX_PARTS}}, "values"),
    ("too deep", {"suggests": "propose_action", "action": "a.b", "args": {"x": deep(9)}}, "nested"),
    ("deeper than the stack", b"[" * (MAX_BYTES - 1), "nested"),
    ("a list that holds itself", CYCLE, "nested"),
    ("too many bytes", b" " * (MAX_BYTES + 1), "bytes"),
    ("a NUL", b'{"suggests":"say","text":"a\\u0000"}', "cannot be stored"),
    ("half a surrogate pair", {"suggests": "say", "text": "\ud800"}, "cannot be stored"),
    ("an object of the program", object(), "not JSON"),
    ("a set", {"suggests": "propose_action", "action": "a.b", "args": {"x": {1}}}, "not JSON"),
]


@pytest.mark.parametrize(("raw", "complaint"), [case[1:] for case in BAD], ids=[case[0] for case in BAD])
def test_anything_else_is_unusable_and_says_why(raw: Any, complaint: str) -> None:
    with pytest.raises(UnusableAnswer, match=complaint) as caught:
        decode(raw)
    assert 0 < len(caught.value.reason) <= MAX_REASON


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=20,
)
KINDS = st.sampled_from([type(suggestion).__struct_config__.tag for suggestion in ONE_OF_EACH])
FIELDS = st.sampled_from([*{name for s in ONE_OF_EACH for name in s.__struct_fields__}, "x"])


@settings(max_examples=300, deadline=None)
@given(raw=JSON | st.binary(max_size=200) | st.text(max_size=200) | st.dictionaries(FIELDS, JSON, max_size=4))
def test_no_answer_of_a_model_raises_anything_but_unusable(raw: Any) -> None:
    try:
        assert all(type(suggestion) in map(type, ONE_OF_EACH) for suggestion in decode(raw))
    except UnusableAnswer as error:
        assert error.reason


@settings(max_examples=300, deadline=None)
@given(kind=KINDS, fields=st.dictionaries(FIELDS, JSON | st.just("a.b") | st.just(0.5), max_size=4))
def test_what_is_accepted_says_the_same_when_it_is_decoded_again(kind: str, fields: dict[str, Any]) -> None:
    try:
        once = decode({"suggests": kind, **fields})
    except UnusableAnswer:
        return
    assert decode(msgspec.json.encode(once)) == once
