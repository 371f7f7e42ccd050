"""Who and what takes part in one run of the story, made for it alone, and how is it cleared away afterwards?"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from interlock.cli.story.customer import Customer
from interlock.cli.story.shop import Buyer, Order, Shop
from interlock.cli.story.staff import Agent, Staff
from interlock.cli.story.wire import Unmet

QUEUE: Final = "business"
"""A queue that none of the demonstration's own staff serves, so that only this run's agents are offered its visits."""
ASK_FOR_QUEUE: Final = "I am a business customer and want to order for our restaurant"
SURNAME: Final = " Check"
"""What the names of a run's staff end with."""
ACTION: Final = "shop.refund_item"


@dataclass(frozen=True)
class Where:
    """Where the story is played, and the keys of a demonstration.

    Attributes:
        data: the folder of the demonstration's private PostgreSQL, where this machine runs it.
    """

    url: str
    shop: str
    data: Path | None = None
    admin_login: str = "admin"
    admin_password: str = "demo"
    shop_admin_key: str = "demo-admin"
    shop_api_key: str = "demo-key"


@dataclass
class Purchases:
    """The orders of the run, by what they are there for."""

    on_its_way: Order
    kettle: Order
    casserole: Order
    pans: Order
    rosas_pans: Order
    toms_mugs: Order
    toms_kettle: Order
    toms_knives: Order


@dataclass
class Stage:
    """Everybody and everything of one run.

    Attributes:
        notes: what a step leaves for later ones, by name.
    """

    where: Where
    run: str = field(default_factory=lambda: secrets.token_hex(3))
    notes: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        where, self._customers = self.where, list[Customer]()
        self.shop = Shop(where.shop, where.shop_admin_key, where.shop_api_key)
        self.admin = Staff(where.url, where.admin_login)
        self.supervisor = Staff(where.url, f"check-{self.run}-sue")
        self.ada = Agent(where.url, f"check-{self.run}-ada")
        self.bo = Agent(where.url, f"check-{self.run}-bo")
        self.eva, self.rosa, self.tom, self.nadia = map(self.visitor, ("Eva", "Rosa", "Tom", "Nadia"))
        self.buyers: dict[str, Buyer] = {}

    def visitor(self, name: str) -> Customer:
        """One more customer's browser; it is closed at the end."""
        customer = Customer(self.where.url, name)
        self._customers.append(customer)
        return customer

    async def set_up(self) -> str:
        """Make the staff, the customers and the orders."""
        await self.admin.sign_in(self.where.admin_password)
        await asyncio.gather(
            self._employ(self.supervisor, f"Sue{SURNAME}", "supervisor"),
            self._employ(self.ada, f"Ada{SURNAME}", "agent", QUEUE),
            self._employ(self.bo, f"Bo{SURNAME}", "agent", QUEUE),
        )
        for name in ("Eva Lindqvist", "Rosa Almeida", "Tom Brandt"):
            first = name.split()[0].lower()
            self.buyers[first] = await self.shop.add_customer(name, f"{first}.{self.run}@example.com")
        eva, rosa, tom, add = self.buyers["eva"], self.buyers["rosa"], self.buyers["tom"], self.shop.add_order
        kettle, towels = ("Enamel stovetop kettle, 1 l", 1840), ("Linen tea towels, set of three", 3000)
        mug, pans = ("Stoneware mug, speckled", 1450), ("Copper sauté pans, set of three", 42000)
        self.orders = Purchases(
            on_its_way=await add(eva, mug, status="shipped"),
            kettle=await add(eva, kettle, towels),
            casserole=await add(eva, ("Cast-iron casserole, 24 cm", 14000), mug),
            pans=await add(eva, pans, mug),
            rosas_pans=await add(rosa, pans, mug),
            toms_mugs=await add(tom, mug, status="shipped"),
            toms_kettle=await add(tom, kettle, mug),
            toms_knives=await add(tom, ("Kitchen knives, set of five", 12000), mug),
        )
        return f"run {self.run}: customers {eva.id}, {rosa.id}, {tom.id}"

    async def clear_up(self) -> list[str]:
        """Leave nothing that waits for this run: agents offline, the queue open. Gives what could not be done."""
        left: list[str] = []
        waiting = [one for one in self._customers if one.connected and one.state.get("holder") == "queue"]
        await asyncio.gather(*(one.leave() for one in waiting if not one.state["ended"]), return_exceptions=True)
        tasks = [self.ada.go_home(), self.bo.go_home()] if self.ada.id and self.bo.id else []
        if self.notes.get("closed"):
            tasks.append(self.open_queue())
        for outcome in await asyncio.gather(*tasks, return_exceptions=True):
            if isinstance(outcome, Unmet):
                left.append(str(outcome))
            elif isinstance(outcome, BaseException):
                left.append(repr(outcome))
        closing = [one.hang_up() for one in self._customers]
        closing += [one.close() for one in (self.admin, self.supervisor, self.ada, self.bo)]
        await asyncio.gather(*closing, self.shop.close(), return_exceptions=True)
        return left

    async def close_queue(self, message: str) -> None:
        """Throw the queue's emergency switch."""
        self.notes["closed"] = "yes"
        await self.supervisor.ask("POST", f"/v1/queues/{QUEUE}/close", {"message": message})

    async def open_queue(self) -> None:
        """Release it."""
        await self.supervisor.ask("POST", f"/v1/queues/{QUEUE}/open")
        self.notes.pop("closed", None)

    async def hurry(self, of: str, command: str) -> None:
        """Make a timer due now. Raises Unmet when there is none to come within a second."""
        body = {"of": of, "command": command}
        for _ in range(20):
            if (await self.admin.ask("POST", "/v1/timers/bring-forward", body))["moved"]:
                return
            await asyncio.sleep(0.05)
        raise Unmet(f"there is no timer {command} of {of} to bring forward")

    async def _employ(self, person: Staff, name: str, role: str, *queues: str) -> None:
        password = secrets.token_urlsafe(12)
        body: Mapping[str, Any] = {"login": person.login, "name": name, "password": password, "roles": [role]}
        await self.admin.ask("POST", "/v1/staff", {**body, "queues": list(queues)})
        await person.sign_in(password)
