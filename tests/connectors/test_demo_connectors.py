"""Do the demo's two connectors and the demo shop agree on every action?"""

from __future__ import annotations

import shutil
import sys
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, cast

import httpx
import pytest

sys.path.insert(0, str(Path(__file__).parents[2] / "examples" / "shop"))

from interlock.connectors.contract import Declined, Done
from interlock.connectors.http import HttpConnector
from interlock.connectors.opening import open_connectors
from interlock.control.actions import lookup_answer, moved, visible_fields
from interlock.control.bundle import load_bundle
from interlock.control.readings import ResourceRead, compute
from interlock.kernel.errors import Unavailable
from interlock.vocabulary.money import Money
from shop.app import Settings, create_app
from shop.opening import open_doors
from shop.storage import Store
from tests.connectors.systems import allowed

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
FOLDER = Path(__file__).parents[2] / "examples" / "demo"
FILES = {
    str(path.relative_to(FOLDER)): path.read_text()
    for folder in ("connectors", "policies", "ledgers", "steps", "promises")
    for path in sorted((FOLDER / folder).rglob("*"))
    if path.is_file() and path.suffix in (".yaml", ".json", ".py", ".cedar")
}
BUNDLE = load_bundle(FILES, "demo")
SECRETS = {"shop_api_key": "demo-key", "carrier_key": "demo-carrier"}
KETTLE: dict[str, Any] = {"order_id": "A-1042", "item_id": "i-1", "amount": {"amount": 1840, "currency": "EUR"}}

Connectors = dict[str, HttpConnector]


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("filled")
    store = Store(folder)
    open_doors(store, date(2026, 3, 2))
    store.close()
    return folder


@pytest.fixture
async def shop(filled: Path, tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    shutil.copytree(filled, tmp_path / "data")
    store = Store(tmp_path / "data")
    app = create_app(store, Settings(interlock="http://127.0.0.1:9999"), lambda: NOW)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(cast("Any", app))) as client:
        yield client
    store.close()


@pytest.fixture
def connectors(shop: httpx.AsyncClient) -> Connectors:
    return open_connectors(
        BUNDLE,
        lambda name, default: default,
        {"shop_api_key": "demo-key", "carrier_key": "demo-carrier"}.__getitem__,
        {"127.0.0.1:8090"},
        client=shop,
    )


async def run(connectors: Connectors, name: str, args: dict[str, Any], proposal: str = "pr_1") -> Any:
    """Perform an allowed action; what of the answer may be seen, or the refusal."""
    action = BUNDLE.actions[name]
    authorised, everything = allowed(action, args, proposal)
    answer = await connectors[action.connector].perform(authorised, action, everything, proposal)
    return visible_fields(action, answer.result) if isinstance(answer, Done) else answer


async def faults(shop: httpx.AsyncClient, **what: Any) -> None:
    headers = {"X-Admin-Key": "demo-admin"}
    answer = await shop.put("http://127.0.0.1:8090/admin/faults", json=what, headers=headers)
    assert answer.status_code == 200


async def test_a_customer_is_found_by_order_and_address(connectors: Connectors) -> None:
    found = await run(connectors, "shop.match_customer", {"order_id": "a-1042", "email": "eva@example.com"})
    assert found == {"customer_id": "c-104", "name": "Eva Lindqvist"}
    other = await run(connectors, "shop.match_customer", {"order_id": "A-1042", "email": "tomas@example.org"})
    assert isinstance(other, Declined)


async def test_an_order_is_looked_up(connectors: Connectors) -> None:
    order = await run(connectors, "shop.get_order", {"order_id": "A-1042"})
    assert (order["order_id"], order["status"], order["payment"]) == (
        "A-1042",
        "delivered",
        {"label": "Visa ending 4242"},
    )
    assert "customer_id" not in order
    assert await connectors["shop"].read("getOrder", {"order_id": "A-9999"}) is None


async def test_a_customers_details_are_read(connectors: Connectors) -> None:
    found = await run(connectors, "shop.get_customer", {"customer_id": "c-104"})
    assert found["email"] == "eva@example.com"


async def test_a_refund_is_made_once_and_found_again(connectors: Connectors) -> None:
    action = BUNDLE.actions["shop.refund_item"]
    first = await run(connectors, "shop.refund_item", KETTLE)
    assert await run(connectors, "shop.refund_item", KETTLE) == first
    assert moved(action, first) == Money(1840, "EUR")
    found = await connectors["shop"].look_up(action, KETTLE, "pr_1")
    assert visible_fields(action, lookup_answer(action, found)) == first
    too_much = await run(connectors, "shop.refund_item", KETTLE, "pr_2")
    assert isinstance(too_much, Declined)
    assert lookup_answer(action, await connectors["shop"].look_up(action, KETTLE, "pr_2")) is None


async def test_a_refund_without_a_key_is_found_by_its_reference(connectors: Connectors) -> None:
    action = BUNDLE.actions["shop.refund_item_plain"]
    made = await run(connectors, "shop.refund_item_plain", {**KETTLE, "reason": "damaged"}, "pr_7")
    found = await connectors["shop"].look_up(action, KETTLE, "pr_7")
    assert visible_fields(action, lookup_answer(action, found)) == made


async def test_a_subscription_is_changed_once_for_its_key_and_a_credit_is_found_again(connectors: Connectors) -> None:
    mine = await run(connectors, "shop.list_subscriptions", {"customer_id": "c-104"})
    assert [each["subscription_id"] for each in mine["subscriptions"]] == ["S-2001", "S-2002"]
    pause = {"subscription_id": "S-2001", "weeks": 8}
    paused = await run(connectors, "shop.pause_subscription", pause)
    assert paused == await run(connectors, "shop.pause_subscription", pause)
    assert (paused["status"], paused["next_delivery_at"][:10]) == ("paused", "2026-05-06")
    credit = {"subscription_id": "S-2001", "amount": {"amount": 500, "currency": "EUR"}, "reason": "stays"}
    given = await run(connectors, "shop.credit_subscription", credit, "pr_2")
    assert given == await run(connectors, "shop.credit_subscription", credit, "pr_2")
    action = BUNDLE.actions["shop.credit_subscription"]
    found = await connectors["shop"].look_up(action, credit, "pr_2")
    assert visible_fields(action, lookup_answer(action, found)) == given
    assert (await run(connectors, "shop.cancel_subscription", {"subscription_id": "S-2001"}, "pr_3"))[
        "status"
    ] == "cancelled"
    assert isinstance(await run(connectors, "shop.change_interval", pause, "pr_4"), Declined)


async def test_a_time_at_the_workshop_is_given_to_one_and_can_be_moved_and_given_back(connectors: Connectors) -> None:
    free = (await run(connectors, "shop.find_times", {"from_day": "2026-03-07"}))["times"]
    # A Saturday: the first free time is on Monday, at nine on the clock of Bremen.
    assert (free[0]["time_id"], free[0]["label"]) == ("t-202603090800", "Monday 9 March 2026 at 09:00")
    wanted = {"time_id": "t-202603090800", "customer_id": "c-104", "service": "sharpening"}
    booked = await run(connectors, "shop.book_appointment", wanted)
    assert booked == await run(connectors, "shop.book_appointment", wanted)
    assert isinstance(
        await run(connectors, "shop.book_appointment", {**wanted, "customer_id": "c-117"}, "pr_2"), Declined
    )
    again = (await run(connectors, "shop.find_times", {"from_day": "2026-03-07"}))["times"]
    assert again[0] == free[1]
    move = {"appointment_id": booked["appointment_id"], "time_id": free[1]["time_id"]}
    assert (await run(connectors, "shop.move_appointment", move, "pr_3"))["starts_at"] == free[1]["starts_at"]
    upcoming = await run(connectors, "shop.get_appointment", {"customer_id": "c-104"})
    assert upcoming["appointment"]["appointment_id"] == booked["appointment_id"]
    assert (await connectors["shop"].read("getTime", {"time_id": "t-202603090800"}) or {})["free"] is True
    gone = await run(connectors, "shop.cancel_appointment", {"appointment_id": booked["appointment_id"]}, "pr_4")
    assert gone["status"] == "cancelled"
    assert await run(connectors, "shop.get_appointment", {"customer_id": "c-104"}) == {"appointment": None}


async def test_the_clocks_of_bremen_and_of_the_world_go_apart_in_summer(connectors: Connectors) -> None:
    (first, *_) = (await run(connectors, "shop.find_times", {"from_day": "2026-04-01"}))["times"]
    assert (first["time_id"], first["label"]) == ("t-202604010700", "Wednesday 1 April 2026 at 09:00")


async def test_the_carrier_has_a_key_of_its_own(connectors: Connectors, shop: httpx.AsyncClient) -> None:
    parcel = await run(connectors, "carrier.track", {"tracking": "KC10450000104"})
    assert (parcel["state"], parcel["parcel_shop"]["open_until"]) == ("at_parcel_shop", "20:00")
    assert isinstance(await run(connectors, "carrier.track", {"tracking": "KC9"}), Declined)
    path = "http://127.0.0.1:8090/carrier/v1/parcels/KC10450000104"
    assert (await shop.get(path, headers={"X-Api-Key": "demo-key"})).status_code == 401
    set_to = await shop.put(
        "http://127.0.0.1:8090/admin/parcels/KC10450000104",
        json={"state": "lost"},
        headers={"X-Admin-Key": "demo-admin"},
    )
    assert set_to.json()["state"] == "lost"
    assert (await run(connectors, "carrier.track", {"tracking": "KC10450000104"}))["state"] == "lost"


async def test_a_code_and_a_message_are_mailed_once(connectors: Connectors, shop: httpx.AsyncClient) -> None:
    code = {"to": "eva@example.com", "code": "123456"}
    first = await run(connectors, "mail.send_code", code, "pr_3")
    assert first == await run(connectors, "mail.send_code", code, "pr_3")
    sent = await run(connectors, "mail.send", {"reply_to": "eva@example.com", "message": "Hello"}, "pr_4")
    assert set(sent) == {"mail_id", "sent_at"}
    answer = await shop.get("http://127.0.0.1:8090/api/mail", headers={"X-Api-Key": "demo-key"})
    assert ["123456" in mail["text"] for mail in answer.json()["mails"]].count(True) == 1


async def test_a_shop_that_fails_on_demand_says_that_it_did_nothing(
    connectors: Connectors, shop: httpx.AsyncClient
) -> None:
    await faults(shop, next_errors=1)
    with pytest.raises(Unavailable) as raised:
        await run(connectors, "shop.refund_item", KETTLE)
    assert not raised.value.sent


async def test_a_wrong_key_is_no_refusal_of_the_customers_wish(shop: httpx.AsyncClient) -> None:
    wrong = open_connectors(BUNDLE, lambda name, default: default, lambda name: "x", {"127.0.0.1:8090"}, client=shop)
    with pytest.raises(Unavailable, match="credential") as raised:
        await run(wrong, "shop.refund_item", KETTLE)
    assert not raised.value.sent


async def test_an_address_is_changed_once_and_the_facts_say_until_when_it_cools(connectors: Connectors) -> None:
    change = {"customer_id": "c-104", "email": "eva.new@example.com"}
    assert await run(connectors, "shop.change_email", change) == await run(connectors, "shop.change_email", change)
    buyer = await connectors["shop"].read("getCustomer", {"customer_id": "c-104"})
    reads = {"buyer": ResourceRead(at=NOW, record=buyer)}
    settled = int((NOW + timedelta(days=3)).timestamp())
    back = {"customer_id": "c-104", "email": "Eva@example.com"}
    for args, taken_back in ((change, False), (back, True)):
        found = compute(BUNDLE.actions["shop.change_email"], buyer or {}, args, reads)
        assert (found.values, found.failed) == ({"address_settled_s": settled, "takes_back": taken_back}, {})
