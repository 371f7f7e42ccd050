"""What does the demo shop know, and how is it given customers and orders that only this run uses?"""

from __future__ import annotations

import re
import secrets
from datetime import UTC, datetime, timedelta
from typing import Any, Final, NamedTuple

import httpx

from interlock.cli.story.wire import Unmet, eventually
from interlock.connectors.http import local_client

_CODE: Final = re.compile(r"(?<!\d)(\d{6})(?!\d)")


class Buyer(NamedTuple):
    """A customer of the shop."""

    id: str
    name: str
    email: str
    phone: str


class Item(NamedTuple):
    """One line of an order; the price in minor units."""

    id: str
    name: str
    price: int

    @property
    def amount(self) -> str:
        """The price as people write it, without its currency."""
        return f"{self.price // 100}.{self.price % 100:02}"


class Order(NamedTuple):
    """An order as the shop has it."""

    id: str
    status: str
    paid_with: str
    tracking: str
    items: tuple[Item, ...]


class Shop:
    """The demo shop: its admin endpoints, its ledger, its mailbox."""

    def __init__(self, url: str, admin_key: str, api_key: str) -> None:
        self._http = local_client(url, timeout_s=10)
        self._admin = {"X-Admin-Key": admin_key}
        self._api = {"X-Api-Key": api_key}
        self._read: set[str] = set()

    async def close(self) -> None:
        """Let the connection go."""
        await self._http.aclose()

    async def add_customer(self, name: str, email: str) -> Buyer:
        """A customer whose address has been registered for years."""
        phone = "+46 8 465 004 17"
        made = await self._ask("POST", "/admin/customers", self._admin, {"name": name, "email": email, "phone": phone})
        return Buyer(made["customer_id"], name, email, phone)

    async def add_order(self, buyer: Buyer, *items: tuple[str, int], status: str = "delivered") -> Order:
        """An order of items, each with its name and its price in minor units."""
        lines = [{"name": name, "price": {"amount": price, "currency": "EUR"}} for name, price in items]
        body: dict[str, Any] = {"customer_id": buyer.id, "items": lines, "status": status}
        if status == "shipped":
            body["tracking"] = f"KC{secrets.randbelow(10**12):012}"
            body["expected_at"] = (datetime.now(UTC) + timedelta(days=2)).isoformat()
        made = await self._ask("POST", "/admin/orders", self._admin, body)
        taken = tuple(Item(one["id"], one["name"], one["price"]["amount"]) for one in made["items"])
        return Order(made["order_id"], made["status"], made["payment"]["label"], made["tracking"] or "", taken)

    async def refunds(self, order: Order) -> list[dict[str, Any]]:
        """The refunds of an order that were really made, newest first."""
        ledger = await self._ask("GET", "/admin/ledger", self._admin, order_id=order.id)
        found: list[dict[str, Any]] = ledger["refunds"]
        return found

    async def refunded(self, buyer: Buyer) -> int:
        """What the customer really got back, in minor units."""
        ledger = await self._ask("GET", "/admin/ledger", self._admin, customer_id=buyer.id)
        return int(ledger["total"]["amount"])

    async def code(self, to: str) -> str:
        """The newest one-time code in somebody's mailbox that was not read before."""

        async def look() -> str:
            for mail in await self._mails(to):
                found = _CODE.search(mail["text"])
                if mail["mail_id"] not in self._read and found:
                    self._read.add(mail["mail_id"])
                    return found[1]
            return ""

        return str(await eventually(f"a mail to {to} with a one-time code", look))

    async def mail_to_team(self, containing: str) -> dict[str, Any]:
        """The mail to the shop's own team that has this in its text."""

        async def look() -> dict[str, Any] | None:
            found = (mail for mail in await self._mails("service@kettle-crane.example") if containing in mail["text"])
            return next(found, None)

        mail: dict[str, Any] = await eventually(f"a mail to the team with {containing!r}", look)
        return mail

    async def _mails(self, to: str) -> list[dict[str, Any]]:
        listed = await self._ask("GET", "/api/mail", self._api, to=to)
        mails: list[dict[str, Any]] = listed["mails"]
        return mails

    async def _ask(self, method: str, path: str, headers: dict[str, str], body: Any = None, **query: str) -> Any:
        try:
            answer = await self._http.request(method, path, headers=headers, json=body, params=query)
        except httpx.HTTPError as error:
            raise Unmet(f"the shop at {self._http.base_url} does not answer {method} {path}: {error!r}") from error
        if answer.is_error:
            raise Unmet(f"the shop answered {method} {path} with {answer.status_code}: {answer.text[:400]}")
        return answer.json()
