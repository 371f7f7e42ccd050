"""Does every journey of the demonstration come to an end, whatever its customers do?"""

from __future__ import annotations

import multiprocessing
from collections import Counter

import pytest

from interlock.runtime.definitions import Definitions
from interlock.simulation.answering import Answers
from interlock.simulation.walks import WALKS, Walked, again, walk

SEEDS = range(1, 11)
MANY = range(1, 1001)

definitions_of_all: list[Definitions] = []


def _walk(seed: int) -> Walked:
    return walk(seed, definitions_of_all[0])


def _told(walked: Walked) -> str:
    return f"{again(walked.seed)}\n" + "\n".join(walked.wrong[:5])


@pytest.mark.parametrize("seed", SEEDS)
def test_random_walks_come_to_an_end_and_break_nothing(definitions: Definitions, seed: int) -> None:
    walked = walk(seed, definitions)
    assert not walked.wrong, _told(walked)
    assert sum(walked.ended.values()) >= WALKS / 2


def test_a_walk_goes_on_elsewhere_and_in_two_places_at_once_while_another_version_comes_into_force(
    definitions: Definitions,
) -> None:
    walked = walk(6, definitions)
    assert walked.versions and walked.in_both and any(each.endswith("carried_on") for each in walked.ended), walked


def test_the_same_seed_walks_the_same_way(definitions: Definitions) -> None:
    assert walk(3, definitions, 3) == walk(3, definitions, 3)


def test_a_journey_that_never_ends_is_told_with_everything_that_was_done(
    definitions: Definitions, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A customer who never answers a card: her journey stays where it is.
    async def never(self: Answers, proposal: str, *, yes: bool) -> None:
        await self._places.write("maybe")

    monkeypatch.setattr(Answers, "_confirm", never)
    monkeypatch.setattr("interlock.simulation.walker.ENDS_WITHIN", 9)
    wrong = walk(3, definitions, 2).wrong
    assert any("after 9 right answers" in each and "writes 'maybe'" in each for each in wrong)


@pytest.mark.soak
def test_ten_thousand_random_walks_come_to_an_end_in_every_way(definitions: Definitions) -> None:
    definitions_of_all[:] = [definitions]
    ended: Counter[str] = Counter()
    with multiprocessing.get_context("fork").Pool(2) as pool:
        walks = list(pool.imap_unordered(_walk, MANY))
    failed = [_told(each) for each in walks if each.wrong]
    assert not failed, "\n".join(failed[:5])
    for each in walks:
        ended.update(each.ended)
    begun = {name for name, journey in definitions.journeys.items() if journey.examples}
    assert begun <= {each.partition(":")[0] for each in ended}, ended
    assert sum(each.versions for each in walks) > len(MANY) and sum(each.in_both for each in walks) > len(MANY)
    wanted = {
        "damaged_item: carried_on",
        "subscription: stayed",
        "subscription: ended",
        "workshop: booked",
        "workshop: moved",
        "order_status: told",
    }
    assert wanted <= ended.keys(), ended
