"""Are the demo shop's contract and its pages what others load and link to?"""

from __future__ import annotations

import json
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, cast

import httpx
import pytest

sys.path.insert(0, str(Path(__file__).parents[2] / "examples" / "shop"))

from shop.app import Settings, create_app
from shop.storage import Store

ROOT = Path(__file__).parents[2]


@pytest.fixture
async def shop(tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    store = Store(tmp_path)
    app = cast("Any", create_app(store, Settings(interlock="http://127.0.0.1:9999")))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://shop") as client:
        yield client
    store.close()


async def test_the_served_contract_is_the_file_and_names_the_operations(shop: httpx.AsyncClient) -> None:
    served = (await shop.get("/openapi.json")).content
    assert served == (ROOT / "examples" / "shop" / "openapi.json").read_bytes(), "run python -m shop --write-openapi"
    document = json.loads(served)
    assert document["openapi"].startswith("3.1")
    operations = {
        operation["operationId"]: f"{method.upper()} {path}"
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    }
    assert operations == {
        "getOrder": "GET /api/orders/{order_id}",
        "getCustomer": "GET /api/customers/{customer_id}",
        "changeEmail": "POST /api/customers/{customer_id}/email",
        "matchCustomer": "POST /api/customers/match",
        "createRefund": "POST /api/refunds",
        "findRefund": "GET /api/refunds",
        "createRefundPlain": "POST /api/refunds-without-key",
        "sendMail": "POST /api/mail",
        "listMail": "GET /api/mail",
        "sendText": "POST /api/texts",
        "health": "GET /api/health",
        "listSubscriptions": "GET /api/customers/{customer_id}/subscriptions",
        "getSubscription": "GET /api/subscriptions/{subscription_id}",
        "changeSubscription": "POST /api/subscriptions/{subscription_id}/changes",
        "createCredit": "POST /api/credits",
        "findCredit": "GET /api/credits",
        "findTimes": "GET /api/workshop/times",
        "getTime": "GET /api/workshop/times/{time_id}",
        "upcomingAppointment": "GET /api/customers/{customer_id}/appointment",
        "getAppointment": "GET /api/workshop/appointments/{appointment_id}",
        "bookAppointment": "POST /api/workshop/appointments",
        "findAppointment": "GET /api/workshop/appointments",
        "moveAppointment": "POST /api/workshop/appointments/{appointment_id}/time",
        "cancelAppointment": "POST /api/workshop/appointments/{appointment_id}/cancellation",
    }


async def test_the_shops_page_loads_the_chat_by_one_tag_and_names_the_storys_orders(shop: httpx.AsyncClient) -> None:
    page = (await shop.get("/")).text
    assert page.count('<script src="http://127.0.0.1:9999/chat.js" data-interlock defer></script>') == 1
    assert page.count("data-interlock") == 1
    for number in ("A-1042", "A-1043", "A-1044", "A-1107"):
        assert number in page
    assert "http" not in page.replace("http://127.0.0.1:9999/chat.js", "").replace("http-equiv", "")


async def test_the_tool_pages_run_only_their_own_scripts(shop: httpx.AsyncClient) -> None:
    for path in ("/mailbox", "/ledger"):
        answer = await shop.get(path)
        assert answer.status_code == 200
        assert answer.headers["content-security-policy"].startswith("default-src 'self'")
        assert "style=" not in answer.text and "onclick" not in answer.text
    assert (await shop.get("/static/..%2Fapp.py")).status_code == 404
