"""Is a change of address made once, told to the address before, and taken back by going back?"""

from __future__ import annotations

from datetime import date
from pathlib import Path

import httpx
import pytest

from shop.accounts import find_customer
from shop.opening import open_doors
from shop.storage import Store
from shop.subscriptions import subscriptions_of


async def change(shop: httpx.AsyncClient, to: str, key: str | None = None, customer: str = "c-104") -> httpx.Response:
    headers = {"Idempotency-Key": key} if key else {}
    return await shop.post(f"/api/customers/{customer}/email", json={"email": to}, headers=headers)


async def mails_to(shop: httpx.AsyncClient, address: str) -> list[str]:
    return [mail["text"] for mail in (await shop.get("/api/mail", params={"to": address})).json()["mails"]]


async def test_a_new_address_holds_at_once_and_the_old_one_is_told_without_learning_it(shop: httpx.AsyncClient) -> None:
    before = (await shop.get("/api/customers/c-104")).json()
    changed = await change(shop, "Eva.New@example.com", "k-1")
    assert (changed.status_code, changed.json()["told"]) == (200, "eva@example.com")
    after = (await shop.get("/api/customers/c-104")).json()
    assert (after["email"], after["email_before"]) == ("Eva.New@example.com", "eva@example.com")
    assert after["email_registered_at"].startswith("2026-03-02T09:30:00")
    assert after["email_before_registered_at"] == before["email_registered_at"]
    (told,) = await mails_to(shop, "eva@example.com")
    assert "was changed to E•••@example.com" in told and "eva.new" not in told.casefold()
    matched = await shop.post("/api/customers/match", json={"order_id": "A-1042", "email": "eva.new@example.com"})
    assert matched.json()["customer_id"] == "c-104"


async def test_a_change_of_address_is_made_once_for_its_key(shop: httpx.AsyncClient) -> None:
    first = await change(shop, "new@example.com", "k-1")
    again = await change(shop, "new@example.com", "k-1")
    assert (again.json(), again.headers["Idempotent-Replayed"]) == (first.json(), "true")
    assert len(await mails_to(shop, "eva@example.com")) == 1
    assert (await change(shop, "other@example.com", "k-1")).status_code == 409


async def test_going_back_to_the_address_before_takes_the_change_back(shop: httpx.AsyncClient) -> None:
    before = (await shop.get("/api/customers/c-104")).json()
    await change(shop, "new@example.com")
    await change(shop, "eva@example.com")
    assert (await shop.get("/api/customers/c-104")).json() == before
    assert "is e•••@example.com again" in (await mails_to(shop, "new@example.com"))[0]


@pytest.mark.parametrize(
    ("to", "customer", "status", "type_"),
    [
        ("EVA@example.com", "c-104", 422, "same-address"),
        ("tomas@example.org", "c-104", 409, "address-taken"),
        ("new@example.com", "c-999", 404, "no-such-customer"),
    ],
)
async def test_an_address_that_cannot_be_taken_changes_nothing_and_tells_nobody(
    shop: httpx.AsyncClient, to: str, customer: str, status: int, type_: str
) -> None:
    answer = await change(shop, to, customer=customer)
    assert (answer.status_code, answer.json()["type"].rpartition(":")[2]) == (status, type_)
    assert (await shop.get("/api/mail")).json()["mails"] == []


def test_a_shop_s_file_of_before_is_brought_up_to_date(tmp_path: Path) -> None:
    store = Store(tmp_path)
    open_doors(store, date(2026, 3, 2))
    for column in ("email_before", "email_before_registered_at"):
        store.write(f"ALTER TABLE customer DROP COLUMN {column}")
    for column in ("sender", "message_id", "in_reply_to", "refs"):
        store.write(f"ALTER TABLE mail DROP COLUMN {column}")
    for table in ("subscription", "credit", "appointment", "parcel", "text_message"):
        store.write(f"DROP TABLE {table}")
    store.write("DELETE FROM meta WHERE key IN ('last_credit', 'last_appointment', 'last_text')")
    store.write("PRAGMA user_version = 1")
    store.close()
    store = Store(tmp_path)
    assert find_customer(store, "c-104").email_before is None
    assert subscriptions_of(store, "c-104") == [] and store.next_number("credit") == 1
    assert store.next_number("text") == 1
    assert store.row("PRAGMA user_version")[0] == 4  # type: ignore[index]  # a pragma always answers
    store.close()
