"""Does the demo shop keep what its API promises?"""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest


def eur(amount: int) -> dict[str, Any]:
    return {"amount": amount, "currency": "EUR"}


def kettle(amount: int = 1840, **more: Any) -> dict[str, Any]:
    return {"order_id": "A-1042", "item_id": "i-1", "amount": eur(amount), **more}


async def refund(shop: httpx.AsyncClient, body: dict[str, Any], key: str | None = None) -> httpx.Response:
    return await shop.post("/api/refunds", json=body, headers={"Idempotency-Key": key} if key else {})


async def ledger(shop: httpx.AsyncClient, **params: str) -> list[dict[str, Any]]:
    answer = await shop.get("/admin/ledger", params=params)
    refunds: list[dict[str, Any]] = answer.json()["refunds"]
    return refunds


async def test_an_order_tells_what_can_still_be_refunded_of_each_item(shop: httpx.AsyncClient) -> None:
    await refund(shop, kettle(840))
    order = (await shop.get("/api/orders/A-1042")).json()
    assert (order["customer_id"], order["status"], order["payment"]["label"]) == (
        "c-104",
        "delivered",
        "Visa ending 4242",
    )
    assert order["items"][0] == {
        "id": "i-1",
        "name": "Enamel stovetop kettle, 1 l",
        "price": eur(1840),
        "refunded": eur(840),
        "refundable": eur(1000),
    }
    assert order["items"][1]["refundable"] == eur(3000)
    assert order["total"] == eur(4840)


async def test_what_is_not_there_is_a_problem_that_says_how_to_mend_it(shop: httpx.AsyncClient) -> None:
    for path in ("/api/orders/A-9999999", "/api/customers/c-0", "/api/nothing"):
        answer = await shop.get(path)
        assert answer.status_code == 404
        assert answer.headers["content-type"].startswith("application/problem+json")
        problem = answer.json()
        assert (problem["status"], problem["instance"]) == (404, path)
        assert problem["mend"]


@pytest.mark.parametrize(("path", "header"), [("/api/orders/A-1042", "X-Api-Key"), ("/admin/ledger", "X-Admin-Key")])
async def test_without_the_right_key_nothing_is_told(shop: httpx.AsyncClient, path: str, header: str) -> None:
    for wrong in ("", "demo", "demo-key2"):
        answer = await shop.get(path, headers={header: wrong})
        assert (answer.status_code, answer.json()["where"]) == (401, f"header.{header}")


async def test_an_order_and_its_owners_address_match_however_they_are_written(shop: httpx.AsyncClient) -> None:
    answer = await shop.post("/api/customers/match", json={"order_id": " a-1042 ", "email": "Eva@Example.COM "})
    assert (answer.status_code, answer.json()) == (200, {"customer_id": "c-104", "name": "Eva Lindqvist"})


async def test_a_failed_match_does_not_tell_which_half_was_wrong(shop: httpx.AsyncClient) -> None:
    answers = [
        await shop.post("/api/customers/match", json={"order_id": order_id, "email": email})
        for order_id, email in (
            ("A-1107", "eva@example.com"),  # somebody else's order
            ("A-9999", "eva@example.com"),  # no such order
            ("A-1042", "nobody@example.com"),  # no such address
            ("A-9999", "nobody@example.com"),
        )
    ]
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.content for answer in answers}) == 1


async def test_the_same_key_and_body_get_the_same_answer_and_one_refund(shop: httpx.AsyncClient) -> None:
    first = await refund(shop, kettle(840, reason="Arrived damaged"), "key-1")
    second = await refund(shop, kettle(840, reason="Arrived damaged"), "key-1")
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.content == second.content
    assert ("idempotent-replayed" in first.headers, second.headers["idempotent-replayed"]) == (False, "true")
    assert first.json()["destination"] == "Visa ending 4242"
    assert await ledger(shop, order_id="A-1042") == [first.json()]


async def test_the_same_key_with_another_body_is_a_conflict_and_nothing_is_done(shop: httpx.AsyncClient) -> None:
    await refund(shop, kettle(840), "key-1")
    answer = await refund(shop, kettle(841), "key-1")
    assert (answer.status_code, answer.json()["where"]) == (409, "header.Idempotency-Key")
    assert len(await ledger(shop, order_id="A-1042")) == 1


async def test_a_refused_request_does_not_use_its_key_up(shop: httpx.AsyncClient) -> None:
    assert (await refund(shop, kettle(9999), "key-1")).status_code == 422
    assert (await refund(shop, kettle(1840), "key-1")).status_code == 201


async def test_no_more_than_the_price_is_ever_refunded(shop: httpx.AsyncClient) -> None:
    assert (await refund(shop, kettle(1000), "a")).status_code == 201
    too_much = await refund(shop, kettle(841), "b")
    assert (too_much.status_code, too_much.json()["where"]) == (422, "body.amount")
    assert "EUR 8.40" in too_much.json()["detail"]
    assert (await refund(shop, kettle(840), "c")).status_code == 201
    assert (await refund(shop, kettle(1), "d")).status_code == 422


@pytest.mark.parametrize(
    ("body", "status", "where"),
    [
        (kettle(0), 400, "body.amount.amount"),
        (kettle(-5), 400, "body.amount.amount"),
        (kettle() | {"amount": {"amount": 18.4, "currency": "EUR"}}, 400, "body.amount.amount"),
        (kettle() | {"amount": {"amount": 1840, "currency": "USD"}}, 400, "body.amount.currency"),
        (kettle(surprise=1), 400, "body"),
        ([kettle()], 400, "body"),
        ({"order_id": "A-1042"}, 400, "body"),
        (kettle() | {"order_id": "A-9999"}, 404, "order_id"),
        (kettle() | {"item_id": "i-9"}, 404, "body.item_id"),
    ],
)
async def test_a_bad_refund_is_told_where_it_is_bad(
    shop: httpx.AsyncClient, body: Any, status: int, where: str
) -> None:
    before = await ledger(shop)
    answer = await refund(shop, body)
    assert (answer.status_code, answer.json()["where"]) == (status, where)
    assert await ledger(shop) == before


@pytest.mark.parametrize("body", [b"", b"{", b"\xff\xfe", b'{"order_id": "\\ud800"}'])
async def test_a_malformed_body_is_a_400(shop: httpx.AsyncClient, body: bytes) -> None:
    answer = await shop.post("/api/refunds", content=body, headers={"Content-Type": "application/json"})
    assert (answer.status_code, answer.json()["status"]) == (400, 400)


async def test_a_body_over_one_megabyte_is_a_413(shop: httpx.AsyncClient) -> None:
    answer = await refund(shop, kettle(reason="x" * 1_000_000))
    assert (answer.status_code, answer.json()["where"]) == (413, "body")


async def test_the_endpoint_without_keys_refunds_at_every_call_and_can_be_looked_up(shop: httpx.AsyncClient) -> None:
    body = kettle(500, reference="proposal-7")
    made = [
        (await shop.post("/api/refunds-without-key", json=body, headers={"Idempotency-Key": "same"})).json()
        for _ in range(2)
    ]
    assert made[0]["refund_id"] != made[1]["refund_id"]
    found = (await shop.get("/api/refunds", params={"reference": "proposal-7"})).json()["refunds"]
    assert found == made[::-1]


async def test_a_look_up_tells_what_became_of_a_key(shop: httpx.AsyncClient) -> None:
    made = (await refund(shop, kettle(), "key-1")).json()
    await refund(shop, {"order_id": "A-1107", "item_id": "i-1", "amount": eur(6400)}, "key-2")
    look_ups: list[tuple[dict[str, str], list[Any]]] = [
        ({"reference": "key-1"}, [made]),
        ({"reference": "key-1", "order_id": "a-1042", "customer_id": "c-104"}, [made]),
        ({"reference": "key-1", "order_id": "A-1043"}, []),
        ({"reference": "never-used"}, []),
        ({"customer_id": "c-104"}, [made]),
    ]
    for params, expected in look_ups:
        assert (await shop.get("/api/refunds", params=params)).json() == {"refunds": expected}
    assert (await shop.get("/api/refunds")).status_code == 400


async def test_a_mail_is_sent_once_per_key_and_listed_by_address(shop: httpx.AsyncClient) -> None:
    mail = {"to": "Eva@example.com", "subject": "Your code", "text": "482913", "reference": "p-1"}
    first = await shop.post("/api/mail", json=mail, headers={"Idempotency-Key": "m"})
    again = await shop.post("/api/mail", json=mail, headers={"Idempotency-Key": "m"})
    other = await shop.post("/api/mail", json={**mail, "text": "1"}, headers={"Idempotency-Key": "m"})
    assert (first.status_code, again.content, other.status_code) == (201, first.content, 409)
    second = await shop.post("/api/mail", json={**mail, "to": "tomas@example.org"})
    assert (await shop.get("/api/mail", params={"to": "eva@example.com"})).json() == {"mails": [first.json()]}
    assert (await shop.get("/api/mail")).json() == {"mails": [second.json(), first.json()]}


async def test_the_mailbox_remembers_what_was_read(shop: httpx.AsyncClient) -> None:
    sent = (await shop.post("/api/mail", json={"to": "a@example.com", "subject": "s", "text": "t"})).json()
    assert (await shop.get("/mailbox/mails")).json() == {"mails": [{"mail": sent, "is_read": False}]}
    assert (await shop.post(f"/mailbox/mails/{sent['mail_id']}/read")).status_code == 204
    assert (await shop.get("/mailbox/mails")).json() == {"mails": [{"mail": sent, "is_read": True}]}
    assert (await shop.post("/mailbox/mails/m-99/read")).status_code == 404


async def test_the_next_errors_do_nothing_and_then_it_works(shop: httpx.AsyncClient) -> None:
    await shop.put("/admin/faults", json={"next_errors": 2, "only": "createRefund"})
    assert (await shop.get("/api/orders/A-1042")).status_code == 200
    statuses = [(await refund(shop, kettle(), "key-1")).status_code for _ in range(3)]
    assert statuses == [503, 503, 201]
    report = (await shop.get("/admin/faults")).json()
    assert (report["failed"], report["faults"]["next_errors"]) == (2, 0)


async def test_an_error_rate_of_one_always_fails_until_it_is_switched_off(shop: httpx.AsyncClient) -> None:
    await shop.put("/admin/faults", json={"error_rate": 1})
    assert {(await shop.get("/api/orders/A-1042")).status_code for _ in range(5)} == {503}
    assert (await shop.get("/api/health")).status_code == 200
    await shop.delete("/admin/faults")
    assert (await shop.get("/api/orders/A-1042")).status_code == 200


async def test_a_delay_comes_before_the_work(shop: httpx.AsyncClient) -> None:
    await shop.put("/admin/faults", json={"delay_ms": 60_000})
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(refund(shop, kettle(), "key-1"), 0.05)
    await shop.delete("/admin/faults")
    assert await ledger(shop, order_id="A-1042") == []


@pytest.mark.parametrize("body", [{"only": "noSuchOperation"}, {"error_rate": 2}, {"lose_answer": -1}, {"dely_ms": 1}])
async def test_faults_that_make_no_sense_are_refused(shop: httpx.AsyncClient, body: dict[str, Any]) -> None:
    assert (await shop.put("/admin/faults", json=body)).status_code in (400, 422)
    assert (await shop.get("/admin/faults")).json()["faults"]["only"] is None


async def test_customers_and_orders_for_a_check_get_new_numbers_and_are_whole(shop: httpx.AsyncClient) -> None:
    customers = [
        (await shop.post("/admin/customers", json={"name": "Åsa", "email": f"asa{n}@example.com"})).json()
        for n in range(2)
    ]
    assert customers[0]["customer_id"] != customers[1]["customer_id"]
    body = {
        "customer_id": customers[0]["customer_id"],
        "status": "shipped",
        "items": [{"name": "Kettle", "price": eur(1840)}, {"name": "Pan", "price": eur(42000), "id": "i-pan"}],
        "payment": {"method": "card", "label": "Mastercard ending 1881"},
    }
    orders = [(await shop.post("/admin/orders", json=body)).json() for _ in range(2)]
    assert orders[0]["order_id"] != orders[1]["order_id"]
    assert (await shop.get(f"/api/orders/{orders[0]['order_id']}")).json() == orders[0]
    assert [item["id"] for item in orders[0]["items"]] == ["i-1", "i-pan"]
    assert (orders[0]["status"], orders[0]["delivered_at"]) == ("shipped", None)
    matched = await shop.post(
        "/api/customers/match", json={"order_id": orders[0]["order_id"], "email": customers[0]["email"]}
    )
    assert matched.json()["customer_id"] == customers[0]["customer_id"]


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/admin/customers", {"name": "Eva Two", "email": "EVA@example.com"}, 409),
        ("/admin/customers", {"name": "", "email": "x@example.com"}, 400),
        ("/admin/customers", {"name": "X", "email": "no-address"}, 400),
        ("/admin/orders", {"customer_id": "c-0", "items": [{"name": "K", "price": eur(1)}]}, 422),
        ("/admin/orders", {"customer_id": "c-104", "items": []}, 400),
        ("/admin/orders", {"customer_id": "c-104", "items": [{"name": "K", "price": eur(1), "id": "a"}] * 2}, 422),
    ],
)
async def test_customers_and_orders_that_cannot_be_are_refused(
    shop: httpx.AsyncClient, path: str, body: dict[str, Any], status: int
) -> None:
    before = (await shop.get("/api/health")).json()
    assert (await shop.post(path, json=body)).status_code == status
    assert (await shop.get("/api/health")).json() == before


async def test_a_reset_begins_anew(shop: httpx.AsyncClient) -> None:
    await refund(shop, kettle(), "key-1")
    await shop.post("/api/mail", json={"to": "a@example.com", "subject": "s", "text": "t"})
    await shop.put("/admin/faults", json={"next_errors": 5})
    assert (await shop.post("/admin/reset")).json() == {"status": "ok", "customers": 200, "orders": 1000}
    assert await ledger(shop, order_id="A-1042") == []
    assert (await shop.get("/api/mail")).json() == {"mails": []}
    assert (await refund(shop, kettle(900), "key-1")).status_code == 201
