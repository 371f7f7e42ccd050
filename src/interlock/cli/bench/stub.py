"""A back end that answers at once: what is measured is not it."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache
from typing import Final, NamedTuple

import msgspec

ORDER: Final = "A-1042"
ITEM: Final = "i-1"
CUSTOMER_EMAIL: Final = "eva@example.com"

_ORDER_ID: Final = re.compile(rb'"order_id":\s*"([^"]+)"')
_ITEM: Final = {
    "id": ITEM,
    "name": "Blue kettle",
    "price": {"amount": 1840, "currency": "EUR"},
    "refunded": {"amount": 0, "currency": "EUR"},
    "refundable": {"amount": 1840, "currency": "EUR"},
}
_REFUND: Final = {
    "refund_id": "r-1",
    "order_id": ORDER,
    "customer_id": "c-104",
    "item_id": ITEM,
    "item_name": "Blue kettle",
    "amount": {"amount": 1, "currency": "EUR"},
    "destination": "Visa ending 4242",
    "created_at": "2026-03-05T09:00:00Z",
}
_ORDER: Final = {
    "order_id": ORDER,
    "customer_id": "c-104",
    "status": "delivered",
    "placed_at": "2026-03-01T09:00:00Z",
    "expected_at": "2026-03-03T17:00:00Z",
    "delivered_at": "2026-03-03T11:00:00Z",
    "carrier": "Parcel Post",
    "tracking": "PP-1",
    "items": [_ITEM],
    "total": {"amount": 1840, "currency": "EUR"},
    "payment": {"method": "card", "label": "Visa ending 4242"},
}


class Stub(NamedTuple):
    """Where it listens."""

    port: int

    @property
    def authority(self) -> str:
        """Host and port."""
        return f"127.0.0.1:{self.port}"

    @property
    def url(self) -> str:
        """Its address."""
        return f"http://{self.authority}"


def _response(body: object, status: str = "200 OK") -> bytes:
    content = msgspec.json.encode(body)
    head = f"HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {len(content)}\r\n\r\n"
    return head.encode() + content


_NOTHING: Final = _response({"title": "nothing here"}, "404 Not Found")


def owner_of(order: str) -> str:
    """Every order has a customer of its own."""
    return "c-104" if order == ORDER else f"c-{order.removeprefix('A-')}"


@cache
def _answer(path: str, order: str) -> bytes:
    """What it says; ``order`` is the one that the request's body names, if any."""
    if path.startswith("/api/orders/"):
        asked = path.rsplit("/", 1)[1]
        return _response({**_ORDER, "order_id": asked, "customer_id": owner_of(asked)})
    if path.startswith("/api/refunds"):
        return _response({**_REFUND, "order_id": order, "customer_id": owner_of(order)}, "201 Created")
    if path.startswith("/api/customers/match"):
        return _response({"customer_id": owner_of(order), "name": "Eva"})
    return _NOTHING


async def _converse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while True:
            head = await reader.readuntil(b"\r\n\r\n")
            lowered = head.lower()
            order = ORDER
            if b"content-length:" in lowered:
                length = int(lowered.split(b"content-length:")[1].split(b"\r\n")[0])
                named = _ORDER_ID.search(await reader.readexactly(length))
                order = named[1].decode() if named else ORDER
            writer.write(_answer(head.split(b" ", 2)[1].decode(), order))
            await writer.drain()
    except (asyncio.IncompleteReadError, ConnectionError):
        return
    finally:
        writer.close()


@asynccontextmanager
async def stub_server() -> AsyncIterator[Stub]:
    """Listen on a free port of this machine."""
    server = await asyncio.start_server(_converse, "127.0.0.1", 0)
    async with server:
        yield Stub(server.sockets[0].getsockname()[1])
