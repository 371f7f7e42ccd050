"""News of late parcels for tests on the virtual clock: who agreed, what is told, and what came of it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from interlock.runtime.definitions import Definitions, compiled
from interlock.simulation.centre import Centre
from interlock.simulation.weather import CALM, Weather
from interlock.vocabulary.channels import SYSTEM
from interlock.vocabulary.consents import RecordConsent
from interlock.vocabulary.ids import CustomerId, EventId, MessageId, SessionId
from interlock.vocabulary.interactions import (
    MessagePosted,
    ReceiveMessage,
)
from interlock.vocabulary.people import CustomerMatched
from interlock.vocabulary.triggers import ReceiveEvent, TriggerRefused
from tests.simulation.play import Story, do, play, write

EVA = CustomerId("c-101")
BERLIN = ZoneInfo("Europe/Berlin")
TWO_NODES = Weather(name="two nodes", nodes=2, twice=0.5)
DYING = Weather(name="nodes die", nodes=2, deaths=0.01, wire_before=0.01, wire_after=0.01, wake_lost=0.3)


def late(number: int, customer: str = EVA, order: str = "A-1000", day: str = "2026-12-24", **more: Any) -> ReceiveEvent:
    """The shop's news of a late parcel."""
    data = {"customer_id": customer, "order_id": order, "expected_at": day, "days_late": 3, **more}
    id = f"n-{number}"
    return ReceiveEvent(
        event=EventId(f"evt_{id}"), type="shipment.delayed", source="/shop", id=id, by="x_shop", digest=id, data=data
    )


def played(definitions: Definitions, story: Story, weather: Weather = CALM) -> list[str]:
    """Play a story and let everything fall due; gives everything that was wrong with it."""

    async def whole(centre: Centre) -> None:
        await story(centre)
        await centre.pass_time(timedelta(days=30))

    return play(definitions, whole, weather=weather)


async def tell(centre: Centre, *events: ReceiveEvent) -> None:
    for event in events:
        await do(centre, event, f"event/{event.event}")
    await centre.rest()


async def agree(centre: Centre, customer: str = EVA, *, given: bool = True) -> None:
    command = RecordConsent(customer=CustomerId(customer), purpose="delivery_news", given=given, by=SYSTEM)
    await do(centre, command, f"consent/{customer}/{given}/{len(centre.store.events)}")


def of(centre: Centre, *kinds: type) -> list[Any]:
    return [each.event for each in centre.events(*kinds)]


def why(centre: Centre) -> list[str]:
    return [each.why for each in of(centre, TriggerRefused)]


def says(centre: Centre, part: str) -> int:
    return sum(part in str(each.text) for each in of(centre, MessagePosted))


def without(definitions: Definitions, *lines: str, file: str = "triggers/shipment_delayed.yaml") -> Definitions:
    """The demo without some lines of a file (or with others, written ``old -> new``)."""
    files = dict(definitions.files)
    for line in lines:
        old, _, new = line.partition(" -> ")
        assert old in files[file]
        files[file] = files[file].replace(old, new)
    return compiled(files, definitions.model)


async def identified(centre: Centre) -> CustomerId:
    """A customer who has said in her chat who she is, and to whom the question was answered."""
    order = next(order for order in centre.shop.orders.values() if order.status == "shipped")
    await write(centre, 1, "where is my order?")
    await write(centre, 2, f"{order.id} {centre.shop.buyers[order.owner].email}")
    matched = of(centre, CustomerMatched)[-1]
    await agree(centre, matched.customer)
    return CustomerId(matched.customer)


async def say(centre: Centre, session: SessionId, number: int, text: str) -> None:
    received = ReceiveMessage(session=session, message=MessageId(f"m_{session}_{number}"), text=text)
    await do(centre, received, f"chat/{session}/{number}")
    await centre.rest()
