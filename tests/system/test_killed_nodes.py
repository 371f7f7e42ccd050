"""Does the story go on when the node is killed, at whatever step of a refund, and is the refund made exactly once?"""

from __future__ import annotations

import asyncio
import signal
import time
from collections.abc import Iterator, Sequence
from itertools import count
from typing import Final, NamedTuple

import pytest

from interlock.cli.story.shop import Shop
from tests.system.customers import RECOVERS_WITHIN_S, Customer, Frame, transcript, whole
from tests.system.dying import Death
from tests.system.processes import Child, Place, wait_until_ready
from tests.system.refunds import Purchase, purchase, whole_conversation

AT_ONCE: Final = 6
"""Nodes that die side by side; more would only make each other slow."""


class Moment(NamedTuple):
    """A moment of the conversation (see ``dying.Death``), and whether the node dies before, after or within it."""

    name: str
    when: str

    def __str__(self) -> str:
        return f"{self.when} {self.name}"


UNDERSTANDING: Final = (
    Moment("InteractionStarted+MessagePosted 1", "before"),
    Moment("InteractionStarted+MessagePosted 1", "after"),
    Moment("SuggestionsMade+JourneyStarted+StepReached+MessagePosted+MessagePosted 1", "before"),
    Moment("SuggestionsMade+JourneyStarted+StepReached+MessagePosted+MessagePosted 1", "after"),
    Moment("SuggestionsMade+SlotFilled+ActionProposed+StepReached 1", "after"),
    Moment("CustomerMatched+ActionProposed+StepReached 1", "after"),
)
DECIDING: Final = (
    Moment("SuggestionsMade+SlotFilled+ActionProposed+StepReached 2", "after"),
    Moment("ProposalJudged 3", "after"),
    Moment("RemedyMet 1", "before"),
    Moment("RemedyMet 1", "after"),
    Moment("ProposalJudged 4", "within"),
    Moment("ProposalJudged 4", "after"),
)
CARRYING_OUT: Final = (
    Moment("EffectStarted 3", "after"),
    Moment("call shop.refund_item 1", "before"),
    Moment("call shop.refund_item 1", "after"),
    Moment("EffectSucceeded 3", "before"),
    Moment("EffectSucceeded 3", "after"),
    Moment("SlotFilled+MessagePosted+JourneyEnded+MessagePosted+StepReached 1", "after"),
)


class Doomed:
    """A node that serves one customer and dies at one moment of it; the customer goes on at another address."""

    def __init__(self, place: Place, moment: Moment, number: int) -> None:
        self.place = place
        self.moment = moment
        self.trace = place.folder / f"trace-{number}"
        self.died_at = 0.0
        death = Death(moment=moment.name, when=moment.when, trace=str(self.trace))
        self.node, self.url = place.begin(dies=death)

    async def dies(self) -> None:
        """Wait for the end; it has to be the one that was meant."""
        code = await asyncio.to_thread(self.node.wait)
        self.died_at = time.monotonic()
        assert code == -signal.SIGKILL, f"{self.moment}: ended with {code}:\n{self.node.said[-3000:]}"

    @property
    def reached(self) -> list[str]:
        """The moments that it came to."""
        return self.trace.read_text(encoding="utf-8").splitlines()


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
    """Let a node die at each moment, some side by side; another one lives."""
    expected, trace = await undisturbed(place, shop)
    missing = [moment for moment in moments if moment.name not in trace]
    assert not missing, f"these moments never come: {missing}; there are {trace}"
    _, other = place.serve()
    numbers = count()
    for some in _in_parts(moments):
        all_doomed = [Doomed(place, moment, next(numbers)) for moment in some]
        for doomed in all_doomed:
            await asyncio.to_thread(wait_until_ready, doomed.node, doomed.url)
        await asyncio.gather(*(dies_once(doomed, shop, other, expected) for doomed in all_doomed))


def _in_parts(moments: Sequence[Moment]) -> Iterator[Sequence[Moment]]:
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
