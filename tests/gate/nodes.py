"""Nodes of one centre in this process, on a real PostgreSQL: what is proposed in them, and what comes of it."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

from interlock.connectors.contract import Answer, Authorised, Connection, Declined, Done
from interlock.control.actions import Action
from interlock.kernel.events import START, Event, Recorded
from interlock.runtime.app import App
from interlock.runtime.clock import WallClock
from interlock.runtime.definitions import Definitions
from interlock.runtime.settings import Settings
from interlock.store.database import Database
from interlock.store.postgres import PostgresLog
from interlock.store.records import PostgresRecords
from interlock.store.vault import open_vault
from interlock.vocabulary.channels import Channel, Principal
from interlock.vocabulary.ids import CustomerId, InteractionId, PersonId, ProposalId, SessionId
from interlock.vocabulary.people import CustomerMatched
from interlock.vocabulary.proposals import ActionProposed, ProposalJudged, Remedy, RemedyMet
from tests.control.given import AMARA, order

TENANT = "test"
PATIENCE_S = 60.0


class Till(Connection):
    """A shop that knows one order for each customer, takes its time, and declines what it is told to."""

    def __init__(self, declines: Sequence[str] = ()) -> None:
        self.declines = frozenset(declines)
        self.chance = random.Random(1)

    async def read(self, operation: str, parameters: Mapping[str, Any]) -> dict[str, Any] | None:
        await asyncio.sleep(self.chance.uniform(0, 0.01))
        if operation == "getCustomer":
            return {"customer_id": parameters["customer_id"], "email_before": None}
        return order(owner=f"c-{parameters['order_id'].removeprefix('A-')}")

    async def perform(self, authorised: Authorised, action: Action, args: Mapping[str, Any], key: str) -> Answer:
        await asyncio.sleep(self.chance.uniform(0, 0.05))
        if key in self.declines:
            return Declined("no", "The till does not want to.")
        return Done({"refund_id": f"rf_{key}", "amount": args["amount"]})

    async def look_up(self, action: Action, args: Mapping[str, Any], key: str) -> Any:
        return None

    async def aclose(self) -> None:
        pass


@asynccontextmanager
async def nodes(
    url: str, folder: Path, definitions: Definitions, shop: Connection | None = None, count: int = 2, **settings: Any
) -> AsyncIterator[list[App]]:
    """Nodes that share a database; with a shop of their own, or the one that the environment names."""
    apps: list[App] = []
    connectors = None if shop is None else {"shop": shop}
    given = Settings(data=folder, tenant=TENANT, **settings)
    async with AsyncExitStack() as stack:
        for number in range(count):
            database = Database(url, size=8)
            await database.open()
            stack.push_async_callback(database.close)
            vault = open_vault(folder / "keys.json", TENANT)
            log = PostgresLog(database, TENANT, vault, WallClock(), f"node-{number}")
            app = App(
                given,
                log,
                PostgresRecords(database, TENANT),
                WallClock(),
                vault.secret,
                definitions,
                node=f"node-{number}",
                connectors=connectors,
                tell=lambda: [each.follower.wake() for each in apps],  # type: ignore[arg-type, return-value]
            )
            if shop is None:
                app.connect()
            apps.append(app)
            loops = [asyncio.create_task(each) for each in (app.node.run(), app.follower.run())]
            stack.push_async_callback(_stop, app, loops)
        yield apps


async def _stop(app: App, loops: list[asyncio.Task[None]]) -> None:
    await app.close()
    for loop in loops:
        loop.cancel()
    await asyncio.gather(*loops, return_exceptions=True)


def refund(app: App, number: int, cents: int, *, customer: str, order_id: str, interaction: str = "") -> list[Event]:
    """A refund that an agent proposes in an interaction of its own, and that the customer has agreed to."""
    raw = {"order_id": order_id, "item_id": "i-1", "amount": {"amount": cents, "currency": "EUR"}}
    checked = app.definitions.bundle.action("shop.refund_item").check(raw, app.control.secret)
    of: dict[str, Any] = {
        "interaction": InteractionId(interaction or f"i_{number}"),
        "person": PersonId(f"p_{number}"),
    }
    proposal, session = ProposalId(f"pr_{number}"), SessionId(f"s_{number}")
    matched = CustomerMatched(
        **of, session=session, channel=Channel.CHAT, customer=CustomerId(customer), by="order_and_email"
    )
    proposed = ActionProposed(
        **of,
        proposal=proposal,
        session=session,
        channel=Channel.CHAT,
        customer=CustomerId(customer),
        principal=AMARA,
        action="shop.refund_item",
        args=checked.args,
        args_hash=checked.args_hash,
    )
    agreed = RemedyMet(
        **of,
        proposal=proposal,
        remedy=Remedy("confirm"),
        by=Principal(kind="customer", id=of["person"], roles=("customer",)),
        args_hash=checked.args_hash,
        valid_until=app.clock() + timedelta(minutes=30),
    )
    return [matched, proposed, agreed]


async def facts_of(app: App, *kinds: type[Event]) -> list[Recorded]:
    """Every fact of these kinds, in the log's order."""
    found: list[Recorded] = []
    after = START
    while batch := await app.log.after(after, 1_000):
        found += [one for one in batch if isinstance(one.event, kinds)]
        after = batch[-1].cursor
    return found


async def all_judged(app: App, count: int) -> list[Recorded]:
    """The judgements, when there are as many as were proposed and everything that follows from them is done."""
    async with asyncio.timeout(PATIENCE_S):
        while True:
            judged = await facts_of(app, ProposalJudged)
            if len(judged) >= count and await app.log.next_due() is None and not await _in_hand(app):
                return judged
            await asyncio.sleep(0.05)


async def _in_hand(app: App) -> int:
    async with app.log._database.connection(TENANT) as connection:  # type: ignore[attr-defined]
        row = await (await connection.execute("select count(*) from interlock.due")).fetchone()
    return int(row[0])
