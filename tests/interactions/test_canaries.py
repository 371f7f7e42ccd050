"""Do new interactions begin on a canary in the share that was asked for, always the same people, and nobody else?"""

from __future__ import annotations

import pytest

from interlock.interactions.canaries import check_segment, takes_part
from interlock.kernel.documents import Misread
from interlock.vocabulary.ids import ReleaseId
from interlock.vocabulary.releases import CanaryStarted

PEOPLE = [f"p_{number}" for number in range(2_000)]


def canary(share: int, segment: str = "", release: str = "r_2") -> CanaryStarted:
    return CanaryStarted(release=ReleaseId(release), base=ReleaseId("r_1"), share=share, segment=segment, by="ann")


def those_in(tried: CanaryStarted, channel: str = "chat", *, matched: bool = False) -> set[str]:
    return {person for person in PEOPLE if takes_part(tried, person, channel, matched=matched)}


@pytest.mark.parametrize("share", [1, 10, 50, 99])
def test_about_the_share_takes_part(share: int):
    assert abs(len(those_in(canary(share))) / len(PEOPLE) - share / 100) < 0.04


def test_the_same_person_is_always_on_the_same_side_and_a_larger_share_keeps_those_who_were_in():
    assert those_in(canary(10)) == those_in(canary(10)) < those_in(canary(30))


def test_another_canary_is_tried_on_others():
    first, second = those_in(canary(10)), those_in(canary(10, release="r_3"))
    assert len(first & second) < len(first) / 2


def test_a_segment_narrows_it():
    within = canary(50, 'channel == "chat" && !matched')
    assert those_in(within) == those_in(canary(50))
    assert those_in(within, "voice") == those_in(within, matched=True) == set()


def test_a_segment_that_cannot_be_told_has_nobody_in_it():
    assert those_in(canary(99, "channel")) == set()


@pytest.mark.parametrize(
    ("segment", "says"),
    [("chanel == 'chat'", "'chanel' is not known when an interaction begins"), ("channel ==", "ends too early")],
)
def test_a_segment_is_looked_at_before_it_is_used(segment: str, says: str):
    with pytest.raises(Misread, match=says):
        check_segment(segment)
    check_segment("")
    check_segment("matched")
