"""What would the log of a shop look like that has worked with Interlock for a month? Real facts, on a virtual clock."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from random import Random
from typing import Final, NamedTuple

from interlock.kernel.events import Recorded
from interlock.runtime.app import App
from interlock.runtime.definitions import Definitions
from interlock.simulation.centre import Centre
from interlock.simulation.clock import VirtualLoop, chance_of
from interlock.simulation.patrons import Matter, Patron
from interlock.simulation.run import listening
from interlock.simulation.shop import Buyer, Order, Refund
from interlock.simulation.weather import Weather
from interlock.vocabulary.channels import Principal
from interlock.vocabulary.ids import ProposalId, StaffId
from interlock.vocabulary.matters import MarkMatter, MatterRecorded
from interlock.vocabulary.proposals import Approve, Reject
from interlock.vocabulary.releases import ReleasePublished

DAYS: Final = 30
VISITS: Final = 220
OPENS_H, CLOSES_H = 7, 20
"""Between which hours people write."""

REFUNDS, STATUS = 0.5, 0.4
"""The shares of those who want money back, and of those who ask where something is; the rest names a stranger's order."""

MATTERS: Final[tuple[Matter, ...]] = ("complaint", "data_request")
EVERY: Final = 25
"""Of so many visitors one complains or asks about her data, in the place of what she would have wanted."""

ANSWERED_AFTER: Final = timedelta(days=6)
"""What was complained of or asked for longer ago than this before the end of the month, a supervisor has answered."""

DEAR: Final = 9_000
"""From how many cents on an item is dear: every second refund is about one, where there is one."""

ANSWERS: Final[Mapping[str, str]] = {
    "complaint": "I rang her, said that we are sorry, and told the driver's firm.",
    "data_request": "Answered by mail today, with what the law asks for.",
}
ANSWERS_WITHIN_MIN: Final = (20, 240)

DECIDES_WITHIN_MIN: Final = (4, 95)
REJECTS: Final = 0.15
QUIET: Final = Weather(name="quiet", wire_slow=0.0, twice=0.0)


class Month(NamedTuple):
    """What happened.

    Attributes:
        visits: the facts in their order, those of one visit after those of the one before.
        refunds: those that the shop made, in order.
        wrong: what must not be; empty where all held.
    """

    visits: list[list[Recorded]]
    refunds: list[Refund]
    wrong: tuple[str, ...]


class Shopping(NamedTuple):
    """The shop's customers and orders as they are when the month is over."""

    buyers: Mapping[str, Buyer]
    orders: Mapping[str, Order]
    next_refund: int = 1


def month(
    definitions: Definitions,
    shopping: Shopping,
    *,
    ends: datetime,
    supervisors: Sequence[Principal],
    secret: bytes,
    visits: int = VISITS,
    seed: int = 1,
) -> Month:
    """A month of visits; the same seed and shop give the same. Nobody is handed over: there is no shift.

    Args:
        ends: after this nothing happens.
        supervisors: who decides on approvals, now one, now another.
    """
    loop = VirtualLoop()
    with asyncio.Runner(loop_factory=lambda: loop) as runner, listening() as trouble:
        centre = Centre(seed, QUIET, definitions, loop, start=ends - timedelta(days=DAYS), secret=secret)
        centre.shop.buyers, centre.shop.orders = dict(shopping.buyers), dict(shopping.orders)
        centre.shop.first_refund = shopping.next_refund
        found = runner.run(_days(centre, _times(chance_of(seed, "times"), ends, visits), supervisors, ends))
    return Month(found, centre.shop.refunds, tuple(dict.fromkeys((*centre.wrong, *trouble))))


def _times(chance: Random, ends: datetime, visits: int) -> list[datetime]:
    """When somebody comes, in order."""
    first = (ends - timedelta(days=DAYS - 1)).replace(hour=0, minute=0, second=0, microsecond=0)
    times = [
        first + timedelta(days=chance.randrange(DAYS - 1), seconds=chance.randrange(OPENS_H * 3600, CLOSES_H * 3600))
        for _ in range(visits)
    ]
    return sorted(at for at in times if at < ends - timedelta(hours=3))


async def _days(
    centre: Centre, times: Sequence[datetime], supervisors: Sequence[Principal], ends: datetime
) -> list[list[Recorded]]:
    await centre.open()
    chance, seen, visits = chance_of(centre.seed, "month"), len(centre.store.events), list[list[Recorded]]()
    for number, at in enumerate(times):
        await _until(centre, at)
        patron = _patron(centre, chance, number)
        if patron is None:
            continue
        await patron.come()
        await centre.rest()
        await _decide(centre, chance, supervisors)
        # Who fell silent is asked, and then left in peace: only then the next one comes.
        await centre.pass_time(timedelta(minutes=12))
        if centre.clock() < ends - ANSWERED_AFTER:
            await _answer(centre, chance, supervisors, centre.store.events[seen:])
        visits.append([one for one in centre.store.events[seen:] if not isinstance(one.event, ReleasePublished)])
        seen = len(centre.store.events)
    centre.close()
    await asyncio.sleep(0)
    return visits


async def _until(centre: Centre, at: datetime) -> None:
    if at > centre.clock():
        await centre.pass_time(at - centre.clock())
        centre.clock.leap(at)


def _patron(centre: Centre, chance: Random, number: int) -> Patron | None:
    """Who comes, and what about; None where no order fits."""
    throw, now, shop = chance.random(), centre.clock(), centre.shop
    matter: Matter = "refund" if throw < REFUNDS else "status" if throw < REFUNDS + STATUS else "stranger"
    if number % EVERY == EVERY // 2:
        matter = MATTERS[number // EVERY % len(MATTERS)]
    orders = [one for one in shop.orders.values() if one.placed_at < now and one.owner in shop.buyers]
    item = None
    if matter == "refund":
        there = [one for one in orders if one.status == "delivered" and one.arrived_at < now]
        items = [(one, each) for one in there for each in one.items if each.left > 0 and each.left == each.price]
        dear = [pair for pair in items if pair[1].price >= DEAR]
        if not items:
            return None
        order, item = chance.choice(dear if dear and chance.random() < 0.5 else items)
    elif orders:
        order = chance.choice(orders)
    else:
        return None
    buyer = shop.buyers[order.owner]
    if matter == "stranger":
        buyer = chance.choice([one for one in shop.buyers.values() if one.id != order.owner])
    patron = Patron(centre, f"m{centre.seed}_{number}", chance_of(centre.seed, number), buyer, matter, order)
    if item is not None:
        patron.wants(item)
    return patron


async def _decide(centre: Centre, chance: Random, supervisors: Sequence[Principal]) -> None:
    """A supervisor gets round to what waits for an approval."""
    waiting = list(centre.lives[0].app.approvals.waiting.values())
    if not waiting:
        return
    await _until(centre, centre.clock() + timedelta(minutes=chance.uniform(*DECIDES_WITHIN_MIN)))
    by = chance.choice(supervisors)
    for one in waiting:
        proposal = ProposalId(one.proposal)
        command: Approve | Reject = Approve(proposal=proposal, by=by, args_hash=one.args_hash)
        if chance.random() < REJECTS:
            words = "We would like to see a photo of it first.", "No photo, second time this year."
            command = Reject(proposal=proposal, by=by, customer_reason=words[0], file_reason=words[1])
        await centre.try_to(partial(_execute, command, f"decide/{proposal}"))
    await centre.rest()


async def _answer(
    centre: Centre, chance: Random, supervisors: Sequence[Principal], recorded: Sequence[Recorded]
) -> None:
    """A supervisor answers what a customer complained of or asked for, and says that it is settled."""
    for event in [one.event for one in recorded if isinstance(one.event, MatterRecorded)]:
        await _until(centre, centre.clock() + timedelta(minutes=chance.uniform(*ANSWERS_WITHIN_MIN)))
        mark = MarkMatter(
            interaction=event.interaction,
            matter=event.matter,
            kind=event.kind,
            mark="settled",
            by=StaffId(chance.choice(supervisors).id),
            note=ANSWERS[event.matter],
        )
        await centre.try_to(partial(_execute, mark, f"settle/{event.interaction}"))
    await centre.rest()


async def _execute(command: Approve | Reject | MarkMatter, cause: str, app: App) -> None:
    await app.execute(command, cause)
