"""How does a new demonstration come by a month of history? ``python -m interlock.cli.history`` writes it, beside the node.

What happens is decided by the real subjects on a virtual clock (``interlock.simulation.month``); here its facts are appended to
the log with their own times, their ledgers posted, and what the shop paid is entered into its books. Nothing follows from
them: they carry no due commands.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import groupby
from typing import Any, Final

import httpx
import msgspec
import structlog

from interlock.cli import offline
from interlock.connectors.http import local_client
from interlock.control.ledgers import postings
from interlock.kernel.errors import Answered, Unavailable
from interlock.kernel.events import Recorded
from interlock.kernel.log import Plan
from interlock.runtime.app import App
from interlock.runtime.demo import SHOP_ADMIN_KEY
from interlock.runtime.settings import Settings, read_settings
from interlock.runtime.telemetry import configure_logs
from interlock.simulation.month import VISITS, Month, Shopping, month
from interlock.simulation.shop import Buyer, Item, Order, Refund
from interlock.store.database import Database
from interlock.store.postgres import PostgresLog
from interlock.store.vault import open_vault
from interlock.vocabulary.channels import Principal

KEPT_CLEAR: Final = timedelta(hours=26)
"""How long before now the history ends, so that no limit of the last 24 hours has any of it."""

NOT_THESE: Final = frozenset({"c-104", "c-117"})
"""Customers of the shop who play the story: they begin without a past."""

KEY: Final = ("history", "month")
"""Where it is kept what the history is made from."""

PAUSE_S: Final = 0.02
"""How long the node has for itself between two visits that are written."""

BETWEEN: Final = 10
"""Visits after which what the shop paid is entered into its books."""

NICE: Final = 10

logger = structlog.get_logger(__name__)


class Begun(msgspec.Struct):
    """A history that was begun: all that it is made from, so that it is the same when it is gone on with.

    Attributes:
        shop: what the shop told then.
        done: whether all of it is written.
    """

    ends: datetime
    release: str
    visits: int
    supervisors: list[Principal]
    shop: dict[str, Any]
    done: bool = False


async def seed(settings: Settings, *, visits: int = VISITS) -> int:
    """Write the history, or what is missing of one that was broken off; gives the number of visits.

    Raises:
        Unavailable: the shop does not tell what it has, or does not take the refunds.
    """
    async with offline.opened(settings) as app:
        begun = await _begun(app, settings, visits)
        if begun.done:
            return 0
        definitions, secret = await app.releases.load(begun.release), app.control.secret
    # A loop of its own, with a time of its own: it has no part in this one.
    found = await asyncio.to_thread(
        month,
        definitions,
        _shopping(begun.shop),
        ends=begun.ends,
        supervisors=begun.supervisors,
        secret=secret,
        visits=begun.visits,
    )
    for wrong in found.wrong:
        logger.error("the history is not what it should be", wrong=wrong)
    await _write(settings, found)
    async with offline.store(settings) as (_, records):
        await records.put(*KEY, msgspec.json.encode(msgspec.structs.replace(begun, shop={}, done=True)))
    return len(found.visits)


async def _begun(app: App, settings: Settings, visits: int) -> Begun:
    """What was begun before, or a beginning."""
    kept = await app.records.get(*KEY)
    if kept is None:
        await app.staff.load()
        begun = Begun(
            ends=datetime.now(UTC) - KEPT_CLEAR,
            release=app.definitions.release,
            visits=visits,
            supervisors=[
                Principal(kind="agent", id=one.staff, roles=one.roles)
                for one in sorted(app.staff.accounts.values(), key=lambda one: one.login)
                if "supervisor" in one.roles
            ],
            shop=await _ask(settings, "GET", "/admin/people"),
        )
        kept = msgspec.json.encode(begun)
        if not await app.records.add(*KEY, kept):
            kept = await app.records.get(*KEY) or kept
    return msgspec.json.decode(kept, type=Begun)


async def _write(settings: Settings, found: Month) -> None:
    made = {refund.reference: refund for refund in found.refunds}
    async with offline.database(settings) as opened:
        log = _Past(opened, settings)
        for number in range(0, len(found.visits), BETWEEN):
            paid: list[Refund] = []
            for visit in found.visits[number : number + BETWEEN]:
                for _, facts in groupby(visit, key=lambda one: (one.cause, one.at)):
                    await log.append(list(facts))
                # In the order in which the books number them.
                paid.extend(made[one] for one in _proposals(visit) if one in made)
                await asyncio.sleep(PAUSE_S)
            await _enter(settings, sorted(paid, key=lambda refund: refund.number))


def _proposals(visit: Sequence[Recorded]) -> list[str]:
    return list(dict.fromkeys(getattr(one.event, "proposal", "") for one in visit))


class _Past:
    """The log as it takes facts of the past: each is recorded with its own time."""

    def __init__(self, database: Database, settings: Settings) -> None:
        self._at = datetime.now(UTC)
        vault = open_vault(settings.keys, settings.tenant)
        self._log = PostgresLog(database, settings.tenant, vault, lambda: self._at, "")

    async def append(self, facts: Sequence[Recorded]) -> None:
        """Append facts of one moment and one cause, unless they are there."""
        self._at = facts[0].at
        events = tuple(one.event for one in facts)
        posted = tuple(posting for one in events for posting in postings(one, self._at))
        try:
            await self._log.append(Plan(events, postings=posted, cause=f"history/{facts[0].cause}"))
        except Answered:
            logger.info("this part of the history was there", cause=facts[0].cause)


def _shopping(told: dict[str, Any]) -> Shopping:
    """The customers and the orders of the demo shop, without those of the story."""
    buyers = {
        one["customer_id"]: Buyer(
            one["customer_id"], one["name"], one["email"], datetime.fromisoformat(one["email_registered_at"])
        )
        for one in told["customers"]
        if one["customer_id"] not in NOT_THESE
    }
    orders = {one["order_id"]: _order(one) for one in told["orders"] if one["customer_id"] in buyers}
    return Shopping(buyers, orders, told["next_refund"])


def _order(one: dict[str, Any]) -> Order:
    items = [
        Item(item["id"], item["name"], item["price"]["amount"], item["refunded"]["amount"]) for item in one["items"]
    ]
    arrived = one["delivered_at"] and datetime.fromisoformat(one["delivered_at"])
    placed = datetime.fromisoformat(one["placed_at"])
    return Order(
        one["order_id"], one["customer_id"], one["status"], placed, items, arrived or None, one["payment"]["label"]
    )


async def _enter(settings: Settings, refunds: Sequence[Refund]) -> None:
    """Have the shop's books say what it paid."""
    if refunds:
        body = [
            {
                "order_id": one.order,
                "item_id": one.item,
                "amount": {"amount": one.amount, "currency": "EUR"},
                "reference": one.reference,
                "created_at": one.at.isoformat(),
            }
            for one in refunds
        ]
        await _ask(settings, "POST", "/admin/history", body)


async def _ask(settings: Settings, method: str, path: str, body: object = None) -> Any:
    headers = {"X-Admin-Key": SHOP_ADMIN_KEY}
    try:
        async with local_client(settings.shop_url, timeout_s=30) as client:
            answer = await client.request(method, path, json=body, headers=headers)
            answer.raise_for_status()
            return answer.json()
    except httpx.HTTPError as error:
        raise Unavailable("shop", f"{method} {path}: {error}") from error


def main() -> None:
    """Write the history of the demonstration that the environment names."""
    os.nice(NICE)
    settings = read_settings()
    configure_logs("warning", settings.log_format)
    asyncio.run(seed(settings))


if __name__ == "__main__":
    main()
