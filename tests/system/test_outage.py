"""What if the database is gone for a while: is anything lost that was acknowledged, and does the node recover by itself?"""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from interlock.connectors.http import local_client
from interlock.store.embedded import EmbeddedPostgres
from tests import pg
from tests.system.customers import RECOVERS_WITHIN_S, Customer, eventually, whole
from tests.system.nursing import Nursery
from tests.system.processes import Place, readiness

GONE_S = 5.0
GONE_LONG_S = 20.0


@pytest.fixture
def own_server() -> Iterator[EmbeddedPostgres]:
    """A PostgreSQL that only one test uses, for it is killed."""
    folder = Path(tempfile.mkdtemp(prefix="interlock-gone-"))
    try:
        with EmbeddedPostgres(folder, settings=pg.SETTINGS) as server:
            yield server
    finally:
        shutil.rmtree(folder)


async def outage(server: EmbeddedPostgres, nursery: Nursery, shop_url: str, folder: Path, gone_s: float) -> None:
    """Everything that has to hold while the database is away for at least that long, and afterwards."""
    place = Place(nursery, server.dsn, shop_url, folder)
    try:
        node, url = await asyncio.to_thread(place.serve)
        customer = await Customer(url).begin()
        await customer.say("The kettle arrived broken", id="before")
        await customer.hears("Which order is it about")

        assert server.pid is not None
        os.kill(server.pid, signal.SIGKILL)
        gone_at = time.monotonic()
        # Only now: its server processes outlive a killed postmaster by a moment, and would still store the message.
        await eventually("the node to say that it is not ready", lambda: _is(url, 503))
        saying = asyncio.get_running_loop().create_task(customer.send(_message("during"), patience_s=gone_s + 30))
        await customer.until("the answer to a message that cannot be stored", lambda: customer.errors)
        assert {error["code"] for error in customer.errors} == {"try_again"}
        async with local_client(timeout_s=30) as client:
            answer = await client.post(f"{url}/v1/chat/sessions")
            assert (answer.status_code, answer.json()["code"]) == (503, "unavailable"), answer.text
        await asyncio.sleep(max(0.0, gone_at + gone_s - time.monotonic()))

        await asyncio.to_thread(server.start)
        returned_at = time.monotonic()
        await saying
        await eventually("the node to be ready again", lambda: _is(url, 200))
        await customer.hears("which e-mail address did you order with")
        took = time.monotonic() - returned_at
        assert took < RECOVERS_WITHIN_S, f"the story went on {took:.1f} s after the database was back"
        page = await whole(customer)
        await customer.close()
        assert [one["text"] for one in page if one["author"]["kind"] == "customer"] == [
            "The kettle arrived broken",
            "A-1042",
        ]
        assert [one["id"] for one in page] == [one["id"] for one in customer.messages]
        assert node.code is None
        assert "Traceback" not in node.said, node.said
        assert await asyncio.to_thread(node.stop) == 0
    finally:
        place.close()


def _message(id: str) -> dict[str, str]:
    return {"type": "message", "id": id, "text": "A-1042"}


async def _is(url: str, status: int) -> bool:
    return (await asyncio.to_thread(readiness, url))[0] == status


async def test_while_the_database_is_gone_senders_are_told_and_then_the_node_goes_on_by_itself(
    own_server: EmbeddedPostgres, nursery: Nursery, shop_url: str, tmp_path: Path
) -> None:
    await outage(own_server, nursery, shop_url, tmp_path, GONE_S)


@pytest.mark.soak
async def test_the_same_after_twenty_seconds_without_a_database(
    own_server: EmbeddedPostgres, nursery: Nursery, shop_url: str, tmp_path: Path
) -> None:
    await outage(own_server, nursery, shop_url, tmp_path, GONE_LONG_S)
