"""A stale document plus its patches equals a fresh one, whatever changed."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from interlock.api.patches import apply, diff

JSON: Any = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(max_size=4), inner, max_size=5),
    max_leaves=25,
)


@given(JSON, JSON)
def test_applying_the_difference_gives_the_new_document(old: Any, new: Any) -> None:
    assert apply(old, diff(old, new)) == new


def test_what_did_not_change_is_not_sent() -> None:
    document = {"entries": [{"id": 1, "text": "hello"}], "open": True}
    assert diff(document, {"entries": [{"id": 1, "text": "hello"}], "open": True}) == []


def test_a_new_message_is_appended_and_not_sent_with_all_others() -> None:
    old = {"entries": [{"id": 1}]}
    assert diff(old, {"entries": [{"id": 1}, {"id": 2}]}) == [
        {"op": "append", "path": ["entries"], "values": [{"id": 2}]}
    ]


def test_true_is_not_one() -> None:
    assert diff({"open": True}, {"open": 1}) == [{"op": "set", "path": ["open"], "value": 1}]
