"""Does an approval survive the node that took it: one refund however often it was answered, and never another amount?"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Final

import pytest

from interlock.cli.story.shop import Shop
from interlock.cli.story.staff import Staff
from interlock.cli.story.wire import Unmet
from tests.system.customers import Customer, Frame, eventually
from tests.system.desks import staff
from tests.system.processes import Doomed, Place, wait_until_ready
from tests.system.refunds import purchase, up_to_the_supervisor

PRICE, LESS = 42000, 25000
"""Above what needs nobody, and what the supervisor offers instead; in cents."""

OFFERED: Final = "RemedyRefused+ActionProposed+RemedyMet+RemedyMet 1"
"""The append of a counter-offer: the old proposal closed, the new one with what carries over."""


Deciding = Callable[[Staff, Frame], Awaitable[object]]


async def approve(sue: Staff, card: Frame) -> object:
    """The supervisor approves what the customer confirmed."""
    return await sue.ask("POST", f"/v1/approvals/{card['proposal']}/approve", {"args_hash": card["args_hash"]})


async def counter(sue: Staff, card: Frame) -> object:
    """The supervisor offers less."""
    body = {
        "args_hash": card["args_hash"],
        "amount": {"amount": LESS, "currency": "EUR"},
        "customer_reason": "The handle is still good.",
        "file_reason": "Seen on the picture.",
    }
    return await sue.ask("POST", f"/v1/approvals/{card['proposal']}/counter", body)


async def is_answered(url: str, decide: Deciding, card: Frame) -> bool:
    """Whether a node takes the supervisor's answer, or says that there was one."""
    async with staff(url, "sofia") as sue:
        try:
            await decide(sue, card)
        except Unmet as unmet:
            if "was not answered" in str(unmet):
                return False
            assert "409" in str(unmet) or "not_waiting" in str(unmet), unmet
    return True


async def decides(doomed: Doomed, other: str, decide: Deciding, card: Frame) -> None:
    """The supervisor answers on the doomed node, and on the other one where that gives no answer."""
    try:
        if await is_answered(doomed.url, decide, card):
            return
    except Unmet:
        pass  # not even signed in: the node is gone
    await eventually("the other node to take the answer", lambda: is_answered(other, decide, card))


async def dies_once(doomed: Doomed, shop: Shop, other: str, decide: Deciding) -> None:
    """A customer and a supervisor of a doomed node: she gets what was decided, once."""
    bought = await purchase(shop, PRICE)
    customer = await Customer(doomed.url, other).begin()
    try:
        death = asyncio.get_running_loop().create_task(doomed.dies())
        card = await up_to_the_supervisor(customer, shop, bought)
        await decides(doomed, other, decide, card)
        paid = PRICE
        if decide is counter:
            paid = LESS
            offered = await customer.until("the offer", lambda: _other_card(customer, card))
            await customer.confirm(offered)
        await customer.hears("Done.")
        await death
        # Whoever answers once more changes nothing, and a lower offer does not come on top.
        for again in (approve, counter):
            assert await is_answered(other, again, card)
        assert [one["amount"]["amount"] for one in await shop.refunds(bought.order)] == [paid]
        assert sum("Done." in text for text in customer.texts) == 1
    except AssertionError as error:
        raise AssertionError(f"killed {doomed.moment}: {error}\nit came to {doomed.reached}") from None
    finally:
        await customer.close()


def _other_card(customer: Customer, card: Frame) -> Frame | None:
    last = customer.card
    return last if last.get("kind") == "confirm" and last["proposal"] != card["proposal"] else None


Moments = Sequence[tuple[str, str, Deciding]]

FEW: Final[Moments] = (
    ("ProposalJudged+ApprovalAsked 1", "after", approve),
    ("RemedyMet 3", "after", approve),
    ("call shop.refund_item 1", "after", approve),
    (OFFERED, "after", counter),
)
OTHERS: Final[Moments] = (
    ("RemedyMet 3", "before", approve),
    ("ProposalJudged 5", "within", approve),
    ("call shop.refund_item 1", "before", approve),
    ("EffectSucceeded 3", "before", approve),
    (OFFERED, "before", counter),
    ("RemedyMet 3", "after", counter),
    ("call shop.refund_item 1", "after", counter),
)


async def all_die(place: Place, shop: Shop, moments: Moments) -> None:
    """Let a node die at each of these moments, side by side; another one lives."""
    _, other = place.serve()
    all_doomed = [
        (Doomed(place, moment, when, str(number)), decide) for number, (moment, when, decide) in enumerate(moments)
    ]
    for doomed, _ in all_doomed:
        await asyncio.to_thread(wait_until_ready, doomed.node, doomed.url)
    await asyncio.gather(*(dies_once(doomed, shop, other, decide) for doomed, decide in all_doomed))


async def test_an_answer_outlives_the_node_that_took_it_and_what_was_decided_is_paid_once(
    place: Place, shop: Shop
) -> None:
    await all_die(place, shop, FEW)


@pytest.mark.soak
async def test_the_same_at_the_other_moments(place: Place, shop: Shop) -> None:
    await all_die(place, shop, OTHERS)
