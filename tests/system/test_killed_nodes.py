"""Does the story go on when the node is killed, at whatever step of a refund, and is the refund made exactly once?"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from itertools import count
from typing import Final, NamedTuple
from urllib.parse import urlsplit

import pytest

from interlock.cli.story.shop import Shop
from tests.system.customers import RECOVERS_WITHIN_S, Customer, transcript, whole
from tests.system.dying import Death
from tests.system.processes import Doomed, Place, wait_until_ready
from tests.system.refunds import Purchase, purchase, whole_conversation

AT_ONCE: Final = 6
"""Nodes that die side by side; more would only make each other slow."""


class Moment(NamedTuple):
    """A moment of the conversation, and whether the node dies before, after or within it (see ``dying.Death``).

    ``what`` is a fact of an append, or a call; ``which`` of those that there are, counted as Python counts.
    """

    what: str
    which: int
    when: str

    def __str__(self) -> str:
        return f"{self.when} {self.what} [{self.which}]"

    def found_in(self, trace: Sequence[str]) -> str:
        """The name of this moment in the trace of an undisturbed conversation."""
        found = [name for name in trace if self.what in name.rpartition(" ")[0].split("+")]
        assert found, f"{self} never comes; what comes is {trace}"
        return found[self.which]


UNDERSTANDING: Final = (
    Moment("InteractionStarted", 0, "before"),
    Moment("InteractionStarted", 0, "after"),
    Moment("JourneyStarted", 0, "before"),
    Moment("JourneyStarted", 0, "after"),
    Moment("ActionProposed", 0, "after"),
    Moment("CustomerMatched", 0, "after"),
)
DECIDING: Final = (
    Moment("ActionProposed", -1, "after"),
    Moment("ProposalJudged", -2, "after"),
    Moment("RemedyMet", -1, "before"),
    Moment("RemedyMet", -1, "after"),
    Moment("ProposalJudged", -1, "within"),
    Moment("ProposalJudged", -1, "after"),
)
CARRYING_OUT: Final = (
    Moment("EffectStarted", -1, "after"),
    Moment("call shop.refund_item", -1, "before"),
    Moment("call shop.refund_item", -1, "after"),
    Moment("EffectSucceeded", -1, "before"),
    Moment("EffectSucceeded", -1, "after"),
    Moment("JourneyEnded", -1, "after"),
)


async def dies_once(doomed: Doomed, shop: Shop, other: str, expected: Sequence[tuple[str, str, str]]) -> None:
    """A customer of a doomed node gets her refund nevertheless, and notices nothing but a delay."""
    bought = await purchase(shop)
    customer = await Customer(doomed.url, other).begin()
    try:
        await asyncio.gather(whole_conversation(customer, bought), doomed.dies())
        await holds(customer, bought, shop, other, doomed.died_at, expected)
    except AssertionError as error:
        raise AssertionError(f"killed {doomed.moment}: {error}\nit came to {doomed.reached}") from None
    finally:
        await customer.close()


async def holds(
    customer: Customer,
    bought: Purchase,
    shop: Shop,
    other: str,
    died_at: float,
    expected: Sequence[tuple[str, str, str]],
) -> None:
    """What has to be true after every death."""
    assert len(await shop.refunds(bought.order)) == 1
    seen = transcript(customer.messages)
    assert seen == list(expected), f"the page shows {seen}"
    kept = transcript(await whole(customer, other))
    assert kept == list(expected), f"a new page gets {kept}"
    answer = next(one for one in customer.messages if one["arrived"] > died_at and one["author"]["kind"] != "customer")
    took = answer["arrived"] - died_at
    assert took < RECOVERS_WITHIN_S, f"the story went on after {took:.1f} s with {answer['text']!r}"


async def undisturbed(place: Place, shop: Shop) -> tuple[list[tuple[str, str, str]], list[str]]:
    """The conversation on a node that lives: its transcript and its moments."""
    trace = place.folder / "trace"
    node, url = place.serve(dies=Death(moment="", when="", trace=str(trace)))
    bought = await purchase(shop)
    customer = await Customer(url).begin()
    try:
        await whole_conversation(customer, bought)
        assert len(await shop.refunds(bought.order)) == 1
        return transcript(customer.messages), trace.read_text(encoding="utf-8").splitlines()
    finally:
        await customer.close()
        node.stop()


async def walk(place: Place, shop: Shop, moments: Sequence[Moment]) -> None:
    """Let a node die at each moment; another one lives."""
    expected, trace = await undisturbed(place, shop)
    await all_die(place, shop, [(moment.found_in(trace), moment.when) for moment in moments], expected)


async def all_die(
    place: Place, shop: Shop, moments: Sequence[tuple[str, str]], expected: Sequence[tuple[str, str, str]]
) -> None:
    """Let a node die at each of these names and whens, some of them side by side."""
    _, other = place.serve()
    numbers = count()
    for some in _in_parts(moments):
        all_doomed = [Doomed(place, name, when, str(next(numbers))) for name, when in some]
        for doomed in all_doomed:
            await asyncio.to_thread(wait_until_ready, doomed.node, doomed.url)
        await asyncio.gather(*(dies_once(doomed, shop, other, expected) for doomed in all_doomed))


def _in_parts(moments: Sequence[tuple[str, str]]) -> Iterator[Sequence[tuple[str, str]]]:
    for start in range(0, len(moments), AT_ONCE):
        yield moments[start : start + AT_ONCE]


async def test_a_node_killed_while_it_understands_the_customer_is_replaced_by_the_other_one(
    place: Place, shop: Shop
) -> None:
    await walk(place, shop, UNDERSTANDING)


async def test_a_node_killed_while_the_gate_decides_is_replaced_by_the_other_one(place: Place, shop: Shop) -> None:
    await walk(place, shop, DECIDING)


async def test_a_node_killed_while_it_refunds_is_replaced_by_the_other_one_and_the_refund_is_made_once(
    place: Place, shop: Shop
) -> None:
    await walk(place, shop, CARRYING_OUT)


RESTARTED_AT: Final = (
    Moment("JourneyStarted", 0, "before"),
    Moment("RemedyMet", -1, "after"),
    Moment("call shop.refund_item", -1, "after"),
)


async def test_after_a_restart_the_story_goes_on_and_the_refund_is_made_once(place: Place, shop: Shop) -> None:
    expected, trace = await undisturbed(place, shop)
    all_doomed = [Doomed(place, one.found_in(trace), one.when, str(number)) for number, one in enumerate(RESTARTED_AT)]
    for doomed in all_doomed:
        await asyncio.to_thread(wait_until_ready, doomed.node, doomed.url)

    async def dies_and_comes_back(doomed: Doomed) -> None:
        await doomed.dies()
        place.begin(port=urlsplit(doomed.url).port or 0)

    async def goes_on(doomed: Doomed) -> None:
        bought = await purchase(shop)
        customer = await Customer(doomed.url).begin()
        try:
            await asyncio.gather(whole_conversation(customer, bought), dies_and_comes_back(doomed))
            await holds(customer, bought, shop, doomed.url, doomed.died_at, expected)
        finally:
            await customer.close()

    await asyncio.gather(*(goes_on(doomed) for doomed in all_doomed))


@pytest.mark.soak
async def test_a_node_killed_before_or_after_any_step_whatever_is_replaced_by_the_other_one(
    place: Place, shop: Shop
) -> None:
    expected, trace = await undisturbed(place, shop)
    moments = [(name, when) for name in trace for when in ("before", "after") if not name.startswith("SessionOpened")]
    await all_die(place, shop, moments, expected)
