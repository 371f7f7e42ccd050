"""Is what there was left alone for as long as it is meant to be?"""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest

from interlock.kernel.garbage import left_alone


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    """The tests freeze what they imported; here that is undone for a while."""
    frozen = gc.get_freeze_count() > 0
    gc.unfreeze()
    yield
    if frozen:
        gc.freeze()


def test_what_there_was_is_not_gone_through_until_the_end() -> None:
    with left_alone():
        assert gc.get_freeze_count() > 1000
    assert gc.get_freeze_count() == 0


def test_what_was_frozen_before_stays_so_although_somebody_leaves_it_alone_for_a_while() -> None:
    gc.freeze()
    with pytest.raises(LookupError), left_alone():
        raise LookupError
    assert gc.get_freeze_count() > 1000
