"""An agent of another vendor comes in by REST: its case, its proposals, what it must not do."""

from __future__ import annotations

import asyncio

import httpx
import pytest

from interlock.cli.story.shop import Shop
from interlock.kernel.log import Query
from interlock.runtime.app import App
from interlock.vocabulary.proposals import RemedyMet
from tests.outside.agents import Agent, proof, refund
from tests.system.customers import Customer
from tests.system.refunds import Purchase, up_to_the_card

REFUND = "shop.refund_item"
LOOK = "shop.get_order"


async def test_a_small_refund_needs_the_customers_yes_and_is_then_made_once(
    agent: Agent, bought: Purchase, shop: Shop, app: App
) -> None:
    case = await agent.case(bought)
    asked = await agent.propose(case, REFUND, refund(bought, 1840), "wish-1")
    assert (asked["status"], asked["verdict"]["verdict"]) == ("needs", "needs")
    assert [(need["remedy"], need["from"], need["rules"]) for need in asked["needs"]] == [
        ("confirm", "customer", ["refund.confirm"])
    ]
    assert "18.40" in asked["verdict"]["says"]
    assert await shop.refunds(bought.order) == []
    done = await agent.confirm(asked)
    assert (done["status"], done["outcome"]["moved"]) == ("succeeded", {"amount": 1840, "currency": "EUR"})
    assert len(await shop.refunds(bought.order)) == 1
    # The yes is recorded as passed on: it is the agent's word.
    met = await app.log.read(Query(f"proposal:{done['proposal']}", (RemedyMet,)))
    assert [one.event.by.id for one in met.events if isinstance(one.event, RemedyMet)] == [agent.id]


async def test_the_same_key_proposes_once_and_something_else_under_it_is_refused(
    agent: Agent, bought: Purchase, shop: Shop
) -> None:
    case = await agent.case(bought)
    first = await agent.propose(case, REFUND, refund(bought, 1840), "wish-1")
    both = await asyncio.gather(*(agent.propose(case, REFUND, refund(bought, 1840), "wish-1") for _ in range(4)))
    assert {each["proposal"] for each in both} == {first["proposal"]}
    await agent.confirm(first)
    again = await agent.propose(case, REFUND, refund(bought, 1840), "wish-1")
    assert again["status"] == "succeeded"
    assert len(await shop.refunds(bought.order)) == 1
    other = await agent.post(
        "/v1/proposals",
        {"case": case, "action": REFUND, "args": refund(bought, 1), "idempotency_key": "wish-1"},
    )
    assert (other.status_code, other.json()["code"]) == (409, "proposal_exists")


async def test_an_answer_shows_what_its_purpose_needs_and_no_more(agent: Agent, bought: Purchase) -> None:
    case = await agent.case(bought)
    (look,) = [each for each in (await agent.get("/v1/tools", case=case)).json()["tools"] if each["name"] == LOOK]
    assert look["purposes"] == ["service", "tracking"]
    whole = await agent.propose(case, LOOK, {"order_id": bought.order.id})
    assert "items" in whole["outcome"]["result"]
    part = await agent.propose(case, LOOK, {"order_id": bought.order.id}, purpose="tracking")
    assert part["outcome"]["result"]["status"] == whole["outcome"]["result"]["status"]
    assert not {"items", "total", "payment"} & part["outcome"]["result"].keys()
    body = {"case": case, "action": LOOK, "args": {"order_id": bought.order.id}, "idempotency_key": "x"}
    other = await agent.post("/v1/proposals", body | {"purpose": "curiosity"})
    assert (other.status_code, other.json()["code"]) == (422, "bad_purpose")


async def test_a_larger_refund_needs_the_code_that_the_customer_gets(
    agent: Agent, shop: Shop, bought: Purchase
) -> None:
    order = await shop.add_order(bought.buyer, ("Copper pan", 6900))
    dear = bought._replace(order=order)
    case = await agent.case(dear)
    asked = await agent.propose(case, REFUND, refund(dear, 6900))
    assert [need["remedy"] for need in asked["needs"]] == ["step_up:2", "confirm"]
    assert asked["needs"][0]["rules"] == ["refund.code", "refund.relayed"]
    challenge = asked["needs"][0]["challenge"]
    early = await agent.post(
        f"/v1/proposals/{asked['proposal']}/confirmation", {"args_hash": asked["args_hash"], "yes": True}
    )
    assert early.json()["code"] == "not_yet"
    wrong = await agent.post(f"/v1/cases/{case}/codes/{challenge}", {"code": "000000"})
    assert wrong.json()["how"] == "wrong"
    code = await shop.code(bought.buyer.email)
    passed = await agent.post(f"/v1/cases/{case}/codes/{challenge}", {"code": code})
    assert passed.json() == {"how": "passed", "attempts_left": None}
    shown = (await agent.get(f"/v1/proposals/{asked['proposal']}", wait_s=20)).json()
    assert [need["remedy"] for need in shown["needs"]] == ["confirm"]
    assert (await agent.confirm(shown))["status"] == "succeeded"
    case_now = (await agent.get(f"/v1/cases/{case}")).json()
    assert (case_now["assurance"], case_now["customer"]) == (2, bought.buyer.id)


async def test_a_no_of_the_customer_ends_it(agent: Agent, bought: Purchase, shop: Shop) -> None:
    asked = await agent.propose(await agent.case(bought), REFUND, refund(bought, 1840))
    declined = await agent.confirm(asked, yes=False)
    assert (declined["status"], declined["refused"]) == ("refused", "declined")
    assert await shop.refunds(bought.order) == []


async def test_another_customers_order_is_denied_without_saying_that_it_exists(
    agent: Agent, bought: Purchase, shop: Shop
) -> None:
    stranger = await shop.add_customer("Nobody Known", f"n{bought.order.id.lower()}@example.com")
    theirs = await shop.add_order(stranger, ("Teapot", 4200))
    case = await agent.case(bought)
    denied = await agent.propose(case, "shop.get_order", {"order_id": theirs.id})
    missing = await agent.propose(case, "shop.get_order", {"order_id": "A-999999999"})
    assert denied["status"] == missing["status"] == "denied"
    assert denied["customer_reason"] == missing["customer_reason"] == "I cannot find that order under your name."


async def test_without_a_proof_nobody_is_known_and_nothing_personal_is_told(agent: Agent, bought: Purchase) -> None:
    case = (await agent.post("/v1/cases", {"idempotency_key": "k"})).json()
    assert (case["assurance"], case["customer"], case["how"]) == (0, "", "opened")
    denied = await agent.propose(case["case"], "shop.get_order", {"order_id": bought.order.id})
    assert "order.matched" in [each["rule"] for each in denied["verdict"]["rulings"]]


async def test_a_case_is_nobody_elses(agent: Agent, app: App, http: httpx.AsyncClient, bought: Purchase) -> None:
    case = await agent.case(bought)
    mine = await agent.propose(case, REFUND, refund(bought, 1840))
    other = await Agent.add(app, http, "Globex", "high")
    asks = [
        await other.get(f"/v1/cases/{case}"),
        await other.post(f"/v1/cases/{case}/close"),
        await other.post(f"/v1/cases/{case}/codes", {"idempotency_key": "k"}),
        await other.get(f"/v1/proposals/{mine['proposal']}"),
        await other.post(
            f"/v1/proposals/{mine['proposal']}/confirmation", {"args_hash": mine["args_hash"], "yes": True}
        ),
        await other.post(
            "/v1/proposals",
            {"case": case, "action": REFUND, "args": refund(bought, 1840), "idempotency_key": "k"},
        ),
    ]
    assert [each.status_code for each in asks] == [404] * len(asks)


async def test_a_case_is_opened_once_for_a_key_and_its_end_is_kept(agent: Agent, bought: Purchase) -> None:
    one, two = await agent.case(bought, "case-1"), await agent.case(bought, "case-1")
    assert one == two
    assert (await agent.post(f"/v1/cases/{one}/close")).status_code == 204
    assert (await agent.get(f"/v1/cases/{one}")).json()["open"] is False
    assert (await agent.get("/v1/tools", case=one)).json() == {"tools": []}
    late = await agent.post(
        "/v1/proposals", {"case": one, "action": REFUND, "args": refund(bought, 1), "idempotency_key": "k"}
    )
    assert (late.status_code, late.json()["code"]) == (409, "interaction_ended")


async def test_what_is_above_the_agents_scope_is_refused_with_the_scope_that_it_needs(
    app: App, http: httpx.AsyncClient, bought: Purchase
) -> None:
    low = await Agent.add(app, http, "Low", "low")
    case = await low.case(bought)
    body = {"case": case, "action": REFUND, "args": refund(bought, 1840), "idempotency_key": "k"}
    answer = await low.post("/v1/proposals", body)
    assert (answer.status_code, answer.json()["code"]) == (403, "insufficient_scope")
    assert 'scope="interlock.medium"' in answer.headers["www-authenticate"]
    assert [each["name"] for each in (await low.get("/v1/tools")).json()["tools"]] == [
        "shop.match_customer",
        "shop.get_order",
    ]


async def test_proofs_that_match_nobody_are_limited_over_all_cases_of_an_agent(
    agent: Agent, bought: Purchase, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Fewer than the shop's breaker takes: it counts what the shop refuses.
    monkeypatch.setattr("interlock.interactions.cases.FAILED_MATCHES_PER_HOUR", 3)
    for number in range(3):
        body = {"proof": proof(bought, "guess@example.com"), "idempotency_key": f"guess-{number}"}
        answer = await agent.post("/v1/cases", body)
        assert answer.json()["customer"] == ""
    locked = await agent.post("/v1/cases", {"proof": proof(bought), "idempotency_key": "the-next"})
    assert (locked.status_code, locked.json()["code"]) == (429, "too_many_failures")


async def test_in_the_customers_own_session_only_she_can_say_yes(
    agent: Agent, bought: Purchase, app: App, shop: Shop
) -> None:
    customer = await Customer(app.settings.url).begin()
    session = {"session": customer.session, "token": customer.token}
    early = await agent.post("/v1/cases", {"session": session["token"]})
    assert (early.status_code, early.json()["code"]) == (409, "nothing_open")
    await up_to_the_card(customer, bought)
    case = (await agent.post("/v1/cases", {"session": session["token"]})).json()
    assert (case["how"], case["channel"]) == ("joined", "chat")
    again = (await agent.post("/v1/cases", {"session": session["token"]})).json()
    assert again["case"] == case["case"]
    wrong = await agent.post("/v1/cases", {"session": session["session"] + ".guessed"})
    assert wrong.status_code == 404
    asked = await agent.propose(case["case"], REFUND, refund(bought, 1800))
    assert asked["status"] == "needs"
    relayed = await agent.post(
        f"/v1/proposals/{asked['proposal']}/confirmation", {"args_hash": asked["args_hash"], "yes": True}
    )
    assert (relayed.status_code, relayed.json()["code"]) == (403, "customer_answers")
    mine = asked["proposal"]
    card = await customer.until("its card", lambda: customer.card if customer.card.get("proposal") == mine else None)
    await customer.confirm(card)
    done = (await agent.get(f"/v1/proposals/{asked['proposal']}", wait_s=20)).json()
    assert (done["status"], len(await shop.refunds(bought.order))) == ("succeeded", 1)
    await customer.close()


async def test_in_a_conversation_only_what_the_step_is_open_to_can_be_proposed(
    agent: Agent, bought: Purchase, app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    customer = await Customer(app.settings.url).begin()
    await up_to_the_card(customer, bought)
    case = (await agent.post("/v1/cases", {"session": customer.token})).json()["case"]
    early = await agent.propose(case, REFUND, refund(bought, 100), key="early")
    monkeypatch.setattr("interlock.runtime.turns.offered_outside", lambda *_: (LOOK,))
    assert [each["name"] for each in (await agent.get("/v1/tools", case=case)).json()["tools"]] == [LOOK]
    body = {"case": case, "action": REFUND, "args": refund(bought, 200), "idempotency_key": "late"}
    refused = await agent.post("/v1/proposals", body)
    assert (refused.status_code, refused.json()["code"]) == (403, "tool_not_permitted")
    told = await agent.propose(case, REFUND, refund(bought, 100), key="early")
    assert told["proposal"] == early["proposal"], "what was proposed before is told again"
    assert (await agent.propose(case, LOOK, {"order_id": bought.order.id}))["status"] == "succeeded"
    await customer.close()


async def test_a_revoked_agent_is_refused_at_once(agent: Agent, app: App) -> None:
    assert (await agent.get("/v1/tools")).status_code == 200
    await app.outside.revoke("Acme", by="test")
    answer = await agent.get("/v1/tools")
    assert (answer.status_code, answer.json()["code"]) == (401, "bad_token")


async def test_the_limit_is_told_in_headers_and_kept(agent: Agent, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("interlock.api.bearer.REQUESTS_PER_WINDOW", 3)
    answers = [await agent.get("/v1/tools") for _ in range(4)]
    assert [each.headers["ratelimit-remaining"] for each in answers] == ["2", "1", "0", "0"]
    assert [each.status_code for each in answers] == [200, 200, 200, 429]
    assert int(answers[0].headers["ratelimit-reset"]) <= 60


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"action": REFUND, "args": {}}, "bad_request"),
        ({"case": "i_1", "action": REFUND, "args": {}}, "idempotency_key_missing"),
        ({"case": "i_1", "action": REFUND, "args": {}, "idempotency_key": "not so"}, "bad_idempotency_key"),
        ({"case": "i_1", "action": REFUND, "args": {}, "idempotency_key": "k"}, "case_unknown"),
        ({"case": "i_1", "action": REFUND, "args": {}, "idempotency_key": "k", "wait_s": 900}, "bad_request"),
    ],
)
async def test_what_does_not_fit_is_a_problem_that_says_what(agent: Agent, body: dict[str, object], code: str) -> None:
    answer = await agent.post("/v1/proposals", body)
    assert answer.headers["content-type"].startswith("application/problem+json")
    assert answer.json()["code"] == code
