"""Another vendor's agent comes in by MCP: its tools, its calls, the customer's answer, approvals; in both revisions."""

from __future__ import annotations

import json
from typing import Any

import httpx
import jsonschema
import mcp_types as types
import pytest
from mcp.shared.exceptions import MCPError
from mcp_types.version import LATEST_HANDSHAKE_VERSION, LATEST_MODERN_VERSION

from interlock.api.gateway.tools import PROPOSAL_SCHEMA, PURPOSE_META
from interlock.cli.story.shop import Shop
from interlock.kernel.log import Query
from interlock.runtime.app import App
from interlock.vocabulary.proposals import RemedyMet
from tests.outside.agents import Agent, Issuer, proof, refund
from tests.outside.mcp_client import Gateway, says
from tests.system.refunds import Purchase

REFUND = "shop.refund_item"
MODES = pytest.mark.parametrize("mode", ["auto", "legacy"])


@MODES
async def test_the_tools_are_those_that_this_agent_may_use(
    app: App, agent: Agent, http: httpx.AsyncClient, mode: str
) -> None:
    async with Gateway.at(app.settings.url, agent.key, mode=mode) as gateway:
        wanted = LATEST_MODERN_VERSION if mode == "auto" else LATEST_HANDSHAKE_VERSION
        assert gateway.client.protocol_version == wanted
        tools = await gateway.tools()
    actions = [name for name in tools if not name.startswith("interlock.")]
    assert actions == ["shop.match_customer", "shop.get_order", REFUND]
    refund_tool, read = tools[REFUND], tools["shop.get_order"]
    assert refund_tool.annotations is not None and read.annotations is not None
    assert (read.annotations.read_only_hint, refund_tool.annotations.read_only_hint) == (True, False)
    assert (refund_tool.annotations.destructive_hint, refund_tool.annotations.idempotent_hint) == (True, True)
    assert {"case_id", "idempotency_key"} <= set(refund_tool.input_schema["required"])
    low = await Agent.add(app, http, "Low", "low")
    async with Gateway.at(app.settings.url, low.key, mode=mode) as gateway:
        assert REFUND not in await gateway.tools()


@MODES
async def test_a_refund_asks_the_customer_and_runs_on_her_yes(
    app: App, agent: Agent, bought: Purchase, shop: Shop, mode: str
) -> None:
    async with Gateway.at(app.settings.url, agent.key, mode=mode, answer=says(True)) as gateway:
        opened = await gateway.call("interlock.open_case", {"proof": proof(bought)}, key="case-1")
        case = opened.structured["case"]
        tools = await gateway.tools(case)
        assert set(tools[REFUND].input_schema["properties"]) == {"order_id", "item_id", "amount", "reason"}
        done = await gateway.call(REFUND, refund(bought, 1840), case, "wish-1")
        again = await gateway.call(REFUND, refund(bought, 1840), case, "wish-1")
    assert (done.structured["status"], done.error) == ("succeeded", False)
    assert json.loads(done.text) == done.structured == again.structured
    jsonschema.validate(done.structured, PROPOSAL_SCHEMA)
    assert len(gateway.asked) == 1 and "18.40" in gateway.asked[0]
    assert len(await shop.refunds(bought.order)) == 1
    met = await app.log.read(Query(f"proposal:{done.structured['proposal']}", (RemedyMet,)))
    (fact,) = [one.event for one in met.events if isinstance(one.event, RemedyMet)]
    assert (fact.by.id, fact.args_hash) == (agent.id, done.structured["args_hash"])


@MODES
async def test_her_no_and_her_silence_are_no_yes(
    app: App, agent: Agent, bought: Purchase, shop: Shop, mode: str
) -> None:
    case = await agent.case(bought)
    async with Gateway.at(app.settings.url, agent.key, mode=mode, answer=says(False)) as gateway:
        no = await gateway.call(REFUND, refund(bought, 1840), case, "no")
    async with Gateway.at(
        app.settings.url, agent.key, mode=mode, answer=lambda _: types.ElicitResult(action="cancel")
    ) as gateway:
        silent = await gateway.call(REFUND, refund(bought, 1840), case, "silent")
    assert (no.structured["status"], no.structured["refused"], no.error) == ("refused", "declined", True)
    assert (silent.structured["status"], silent.error) == ("needs", False)
    assert await shop.refunds(bought.order) == []


async def test_a_read_is_judged_for_the_purpose_that_the_call_names(app: App, agent: Agent, bought: Purchase) -> None:
    case = await agent.case(bought)
    args = {"order_id": bought.order.id}
    async with Gateway.at(app.settings.url, agent.key) as gateway:
        look = (await gateway.tools(case))["shop.get_order"]
        assert look.input_schema["properties"]["purpose"]["enum"] == ["service", "tracking"]
        assert "purpose" not in look.input_schema["required"]
        usual = (await gateway.call("shop.get_order", args, case, "usual")).structured["outcome"]["result"]
        named = {**args, "purpose": "tracking"}
        less = (await gateway.call("shop.get_order", named, case, "argument")).structured["outcome"]["result"]
        meta: Any = {PURPOSE_META: "tracking"}
        same = (await gateway.call("shop.get_order", args, case, "meta", **meta)).structured["outcome"]["result"]
        wrong = await gateway.call("shop.get_order", {**args, "purpose": "marketing"}, case, "wrong")
    assert "items" in usual and "items" not in less and less == same
    assert (wrong.structured["code"], wrong.error) == ("bad_purpose", True)


async def test_what_a_rule_denies_in_this_case_whatever_it_is_asked_is_no_tool_of_it(
    app: App, agent: Agent, bought: Purchase
) -> None:
    async with Gateway.at(app.settings.url, agent.key) as gateway:
        opened = await gateway.call("interlock.open_case", {}, key="unknown")
        nobody = await gateway.tools(opened.structured["case"])
        known = await gateway.tools(await agent.case(bought))
        in_none = await gateway.tools()
    assert [name for name in nobody if not name.startswith("interlock.")] == ["shop.match_customer"]
    assert [name for name in known if not name.startswith("interlock.")] == [
        name for name in in_none if not name.startswith("interlock.")
    ]


async def test_a_client_that_cannot_ask_is_told_what_is_needed_and_passes_it_on(
    app: App, agent: Agent, bought: Purchase, shop: Shop
) -> None:
    async with Gateway.at(app.settings.url, agent.key) as gateway:
        opened = await gateway.call("interlock.open_case", {"proof": proof(bought), "idempotency_key": "c"})
        ours = {"case_id": opened.structured["case"], "idempotency_key": "w"}
        asked = (await gateway.call(REFUND, {**refund(bought, 1840), **ours})).structured
        assert (asked["status"], asked["needs"][0]["rules"]) == ("needs", ["refund.confirm"])
        answer = {"proposal": asked["proposal"], "args_hash": asked["args_hash"], "yes": True}
        done = (await gateway.call("interlock.answer_confirmation", answer)).structured
        shown = (await gateway.call("interlock.proposal", {"proposal": asked["proposal"]})).structured
        assert shown == done
    assert (done["status"], len(await shop.refunds(bought.order))) == ("succeeded", 1)


async def test_an_answer_to_other_arguments_is_none(app: App, agent: Agent, bought: Purchase, shop: Shop) -> None:
    """The question is sealed: it cannot be answered for another tool call, by another agent, or with a made-up state."""
    case = await agent.case(bought)
    async with Gateway.at(app.settings.url, agent.key, answer=says(True)) as gateway:
        session = gateway.client.session
        meta: Any = {"interlock/case": case, "interlock/idempotency-key": "w"}
        first = await session.call_tool(REFUND, refund(bought, 100), meta=meta, allow_input_required=True)
        assert isinstance(first, types.InputRequiredResult)
        answers: Any = {"confirm": types.ElicitResult(action="accept", content={"confirm": True})}
        for args, state in ((refund(bought, 1840), first.request_state), (refund(bought, 100), "v1.forged")):
            with pytest.raises(MCPError, match="requestState"):
                await session.call_tool(
                    REFUND, args, meta=meta, input_responses=answers, request_state=state, allow_input_required=True
                )
        without = await session.call_tool(
            REFUND, refund(bought, 100), meta=meta, input_responses=answers, allow_input_required=True
        )
        assert isinstance(without, types.InputRequiredResult)
    assert await shop.refunds(bought.order) == []


async def test_what_waits_for_an_approval_runs_by_itself_and_is_asked_for_again(
    app: App, http: httpx.AsyncClient, agent: Agent, bought: Purchase, shop: Shop
) -> None:
    dear = bought._replace(order=await shop.add_order(bought.buyer, ("Espresso machine", 42_000)))
    case = await agent.case(dear)
    async with Gateway.at(app.settings.url, agent.key, answer=says(True)) as gateway:
        asked = (await gateway.call(REFUND, refund(dear, 42_000), case, "w")).structured
        assert [each["remedy"] for each in asked["needs"]] == ["step_up:2", "confirm", "approve:supervisor"]
        given = {"challenge": asked["needs"][0]["challenge"], "code": await shop.code(bought.buyer.email)}
        assert (await gateway.call("interlock.give_code", given, case)).structured["how"] == "passed"
        shown = (await gateway.call("interlock.proposal", {"proposal": asked["proposal"], "wait_s": 20})).structured
        assert shown["needs"][0]["remedy"] == "confirm"
        pending = (await gateway.call(REFUND, refund(dear, 42_000), case, "w")).structured
        assert (pending["status"], [each["remedy"] for each in pending["needs"]]) == ("needs", ["approve:supervisor"])
        await app.staff.add("sofia", "Sofia", "a long password", ["supervisor"], [], by="test")
        signed_in = await http.post("/v1/sign-in", json={"login": "sofia", "password": "a long password"})
        approved = await http.post(
            f"/v1/approvals/{asked['proposal']}/approve",
            json={"args_hash": asked["args_hash"]},
            headers={"X-CSRF-Token": signed_in.json()["csrf"]},
        )
        assert approved.status_code == 204, approved.text
        done = (await gateway.call("interlock.proposal", {"proposal": asked["proposal"], "wait_s": 20})).structured
    assert (done["status"], len(await shop.refunds(dear.order))) == ("succeeded", 1)


async def test_a_denial_is_an_answer_that_says_why(app: App, agent: Agent, bought: Purchase, shop: Shop) -> None:
    case = await agent.case(bought)
    async with Gateway.at(app.settings.url, agent.key) as gateway:
        denied = await gateway.call(REFUND, refund(bought, 9900), case, "much")
        unfit = await gateway.call(REFUND, {"order_id": bought.order.id}, case, "unfit")
        keyless = await gateway.call(REFUND, refund(bought, 100), case)
        homeless = await gateway.call(REFUND, refund(bought, 100), "i_other", "k")
        with pytest.raises(MCPError, match="Unknown tool"):
            await gateway.call("shop.delete_everything", {}, case, "k")
        hidden = await gateway.call("shop.refund_item_plain", refund(bought, 100), case, "k")
    assert denied.error and denied.structured["status"] == "denied"
    assert "refund.remainder" in [each["rule"] for each in denied.structured["verdict"]["rulings"]]
    codes = [each.structured["code"] for each in (unfit, keyless, homeless, hidden)]
    assert codes == ["bad_arguments", "idempotency_key_missing", "case_unknown", "tool_not_permitted"]
    assert await shop.refunds(bought.order) == []


async def test_without_a_token_for_the_gateway_nobody_is_let_in(
    app: App, issuer: Issuer, http: httpx.AsyncClient
) -> None:
    await app.outside.add("Acme", ["external_agent"], "high", by="test", issuer=issuer.name, subject="acme-agent")
    url = app.settings.url
    body = {"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {}}
    answers = {
        token: await http.post(
            "/mcp",
            json=body,
            headers={"Accept": "application/json, text/event-stream"}
            | ({"Authorization": f"Bearer {token}"} if token else {}),
        )
        for token in ("", issuer.token("https://other.example.com"))
    }
    for answer in answers.values():
        assert answer.status_code == 401
        assert (
            f'resource_metadata="{url}/.well-known/oauth-protected-resource/mcp"' in answer.headers["www-authenticate"]
        )
    async with Gateway.at(url, issuer.token(f"{url}/mcp", scope="interlock.low")) as gateway:
        assert "shop.get_order" in await gateway.tools()


@MODES
async def test_word_of_new_tools_comes_by_itself(app: App, agent: Agent, mode: str) -> None:
    import anyio

    url = app.settings.url
    if mode == "auto":
        async with (
            Gateway.at(url, agent.key) as gateway,
            gateway.client.listen(tools_list_changed=True) as subscription,
        ):
            app.use(app.definitions)
            with anyio.fail_after(10):
                event = await anext(aiter(subscription))
        assert "ToolsListChanged" in type(event).__name__
        return
    heard = anyio.Event()

    async def listen(message: Any) -> None:
        if isinstance(message, types.ToolListChangedNotification):
            heard.set()

    async with Gateway.at(url, agent.key, mode="legacy", messages=listen) as gateway:
        await gateway.tools()
        with anyio.fail_after(20):
            while not heard.is_set():  # the client opens its stream for such words in its own time
                app.use(app.definitions)
                with anyio.move_on_after(0.3):
                    await heard.wait()
