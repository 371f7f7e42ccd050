"""How a subject stands in a ledger is told to whom it concerns, and who looked is recorded."""

from __future__ import annotations

from typing import Any

import httpx

from interlock.client import Client as Outside
from interlock.kernel.log import Plan, Posting, Query
from interlock.runtime.app import App
from interlock.vocabulary.staff import LedgerRead
from tests.api.conftest import Client, sign_in

PATH = "/v1/ledgers/refunds_per_customer"


async def moved(app: App, entry: str, cents: int, *, settled: bool) -> None:
    """A line of Eva's refunds."""
    post = Posting("settle" if settled else "reserve", "refunds_per_customer", "c-104", f"pr_{entry}", cents)
    await app.log.append(Plan(postings=(post._replace(at=app.clock()),), cause=f"test/{entry}"))


async def readers(app: App) -> list[tuple[str, str]]:
    found = (await app.log.read(Query("customer:c-104", (LedgerRead,)))).events
    return [(one.event.ledger, one.event.by.kind) for one in found if isinstance(one.event, LedgerRead)]


async def test_staff_see_what_a_line_comes_to_what_is_in_flight_and_what_is_left(client: Client, app: App) -> None:
    await moved(app, "a", 1_840, settled=True)
    await moved(app, "b", 160, settled=False)
    await sign_in(client, "amara")
    told: dict[str, Any] = (await client.get(PATH, params={"subject": "c-104"})).json()
    assert (told["amount"], told["settled"], told["in_flight"], told["currency"]) == (2_000, 1, ["pr_b"], "EUR")
    assert (told["left"], told["limits"][0]["rule"]) == (58_000, "refund.daily-limit")
    assert told["window"]["rolling_s"] == 24 * 3600
    assert await readers(app) == [("refunds_per_customer", "agent")]


async def test_an_unknown_ledger_and_a_subject_that_does_not_fit_are_refused_with_what_to_write(
    client: Client, app: App
) -> None:
    await sign_in(client, "amara")
    unknown = await client.get("/v1/ledgers/refunds_per_customr", params={"subject": "c-104"})
    assert (unknown.status_code, unknown.json()["code"]) == (404, "ledger_unknown")
    assert "did you mean 'refunds_per_customer'" in unknown.json()["detail"]
    wrong = await client.get(PATH, params={"subject": "c-104|i_1"})
    assert (wrong.status_code, wrong.json()["code"]) == (422, "bad_subject")
    assert await readers(app) == []


async def test_another_vendors_agent_sees_the_line_of_its_case_and_no_other(client: Client, app: App) -> None:
    await moved(app, "a", 1_840, settled=True)
    _, key = await app.outside.add("Acme", ["external_agent"], "low", by="test")
    agent = Outside("http://interlock.test", key, http=httpx.AsyncClient(transport=client._transport))
    proof = {"by": "order_and_email", "args": {"order_id": "A-1042", "email": "eva@example.com"}}
    case = await agent.open_case(proof=proof)
    line = await agent.ledger("refunds_per_customer", case=case)
    assert (line.subject, line.amount, line.left) == ("c-104", 1_840, 58_160)
    assert (await agent.ledger("mails_per_interaction", case=case)).subject == case.case
    assert await readers(app) == [("refunds_per_customer", "external_agent")]
    headers = {"Authorization": f"Bearer {key}"}
    for query in (
        {"case": case.case, "subject": "c-117"},
        {"case": "i_other", "subject": "c-104"},
        {"subject": "c-104"},
    ):
        refused = await client.get(PATH, params=query, headers=headers)
        assert refused.json()["code"] in ("not_your_case", "case_unknown"), refused.text
    assert len(await readers(app)) == 1
