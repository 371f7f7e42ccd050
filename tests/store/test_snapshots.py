"""What may a writer take for seen after its append?"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interlock.store.snapshots import MOST_IN_PROGRESS, with_own


def visible(xid: int, snapshot: str) -> bool:
    """PostgreSQL's pg_visible_in_snapshot."""
    oldest, following, rest = snapshot.split(":")
    if xid < int(oldest):
        return True
    return xid < int(following) and xid not in {int(each) for each in rest.split(",") if each}


@pytest.mark.parametrize(
    ("before", "xid", "after"),
    [
        ("10:10:", 10, "11:11:"),
        ("10:14:10,12", 14, "10:15:10,12"),
        ("10:14:10,12", 16, "10:17:10,12,14,15"),
        ("12:20:12", 12, "20:20:"),
        ("12:20:12", 15, "12:20:12"),
    ],
)
def test_its_own_transaction_is_visible_and_whatever_was_not_is_not(before: str, xid: int, after: str) -> None:
    assert with_own(before, xid) == after


def test_it_is_not_written_down_where_too_much_began_meanwhile() -> None:
    assert with_own("10:10:", 10 + MOST_IN_PROGRESS) != ""
    assert with_own("10:10:", 11 + MOST_IN_PROGRESS) == ""


@given(
    oldest=st.integers(5, 50),
    length=st.integers(0, 20),
    in_progress=st.sets(st.integers(0, 70)),
    own=st.integers(5, 90),
)
def test_nothing_but_its_own_becomes_visible(oldest: int, length: int, in_progress: set[int], own: int) -> None:
    following = oldest + length
    listed = sorted(each for each in in_progress | {oldest} if oldest <= each < following)
    before = f"{listed[0] if listed else following}:{following}:{','.join(map(str, listed))}"
    own = max(own, min([*listed, following]))  # it was not finished before the snapshot was taken
    after = with_own(before, own)
    for xid in range(1, 120):
        assert visible(xid, after) == (visible(xid, before) or xid == own)
