"""The month of history of a new demonstration: written beside a running node, once, and as if it had been there."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from interlock.cli import history
from interlock.cli.demonstration import running_shop
from interlock.connectors.http import local_client
from interlock.kernel.log import Window
from interlock.runtime.app import App
from interlock.runtime.settings import Settings
from interlock.simulation.shop import Refund
from interlock.vocabulary.ids import CustomerId
from interlock.vocabulary.interactions import InteractionEnded, InteractionStarted
from tests.api.conftest import Client, sign_in
from tests.system.processes import free_port


async def started_of(app: App) -> list[InteractionStarted]:
    facts = await app.log.after(await app.log.before(datetime(2000, 1, 1, tzinfo=UTC)), 5000)
    return [one.event for one in facts if isinstance(one.event, InteractionStarted)]


async def test_it_is_in_the_log_the_books_and_the_ledgers_once_although_it_was_broken_off(
    client: Client,
    app: App,
    database_url: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    port = free_port()
    app.settings = msgspec.structs.replace(
        app.settings, shop_url=f"http://127.0.0.1:{port}", database_url=database_url, data=tmp_path
    )
    written = 0

    async def killed(*_: object) -> None:
        nonlocal written
        written += 1
        if written == 2:
            raise asyncio.CancelledError

    async with running_shop(app.settings, port):
        with monkeypatch.context() as once, pytest.raises(asyncio.CancelledError):
            enter = history._enter

            async def entered(settings: Settings, refunds: Sequence[Refund]) -> None:
                await killed()
                await enter(settings, refunds)

            once.setattr(history, "_enter", entered)
            await history.seed(app.settings, visits=24)
        partly = len(await started_of(app))
        assert 10 < partly < 24
        assert await history.seed(app.settings, visits=24) > 15
        assert await history.seed(app.settings, visits=24) == 0
        await sign_in(client, "sofia")
        books = (await client.get("/v1/stage")).json()["books"]
        async with local_client(app.settings.shop_url) as shop:
            told = (await shop.get("/ledger/refunds")).json()["refunds"]
    keyed = [one for one in told if one["reference"]]
    assert books["compared"] == len(keyed) > 3
    assert books["unauthorised"] == 0
    assert {one["customer_id"] for one in keyed} & history.NOT_THESE == set()

    facts = [one.event for one in await app.log.after(await app.log.before(datetime(2000, 1, 1, tzinfo=UTC)), 5000)]
    started = {one.interaction for one in facts if isinstance(one, InteractionStarted)}
    assert len(started) == len(await started_of(app)), "broken off and gone on with, and nothing is there twice"
    assert started == {one.interaction for one in facts if isinstance(one, InteractionEnded)}
    assert list(await app.log.standing(1000)) == []

    one = keyed[0]
    now = datetime.now(UTC)
    for days, holds in ((31, one["amount"]["amount"]), (1, 0)):
        window = Window("refunds_per_customer", CustomerId(one["customer_id"]), now - timedelta(days=days))
        async with app.log.judging([window]) as judging:
            total = judging.totals["refunds_per_customer", one["customer_id"]]
        assert total.amount >= holds if holds else total.amount == 0
