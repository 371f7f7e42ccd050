"""The month of history of a new demonstration: written beside a running node, once, and as if it had been there."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import msgspec

from interlock.cli import history
from interlock.cli.demonstration import running_shop
from interlock.kernel.log import Window
from interlock.runtime.app import App
from interlock.vocabulary.ids import CustomerId
from interlock.vocabulary.interactions import InteractionEnded, InteractionStarted
from tests.api.conftest import Client, sign_in
from tests.system.processes import free_port


async def test_it_is_in_the_log_the_books_and_the_ledgers_and_is_not_written_twice(
    client: Client,
    app: App,
    database_url: str,
    tmp_path: Path,
) -> None:
    port = free_port()
    app.settings = msgspec.structs.replace(
        app.settings, shop_url=f"http://127.0.0.1:{port}", database_url=database_url, data=tmp_path
    )
    async with running_shop(app.settings, port):
        assert await history.seed(app.settings, visits=24) > 15
        assert await history.seed(app.settings, visits=24) == 0
        await sign_in(client, "sofia")
        books = (await client.get("/v1/stage")).json()["books"]
        async with httpx.AsyncClient(base_url=app.settings.shop_url, trust_env=False) as shop:
            told = (await shop.get("/ledger/refunds")).json()["refunds"]
    keyed = [one for one in told if one["reference"]]
    assert books["compared"] == len(keyed) > 3
    assert books["unauthorised"] == 0
    assert {one["customer_id"] for one in keyed} & history.NOT_THESE == set()

    facts = [one.event for one in await app.log.after(await app.log.before(datetime(2000, 1, 1, tzinfo=UTC)), 5000)]
    started = {one.interaction for one in facts if isinstance(one, InteractionStarted)}
    assert started == {one.interaction for one in facts if isinstance(one, InteractionEnded)}
    assert list(await app.log.standing(1000)) == []

    one = keyed[0]
    now = datetime.now(UTC)
    for days, holds in ((31, one["amount"]["amount"]), (1, 0)):
        window = Window("refunds_per_customer", CustomerId(one["customer_id"]), now - timedelta(days=days))
        async with app.log.judging([window]) as judging:
            total = judging.totals["refunds_per_customer", one["customer_id"]]
        assert total.amount >= holds if holds else total.amount == 0
