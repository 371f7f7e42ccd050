"""Policies over the network: the rules and their use, replays of the past under other rules, rules in shadow."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import msgspec

from interlock.kernel.events import START
from interlock.kernel.log import Plan
from interlock.runtime.app import App
from interlock.vocabulary.ids import InteractionId
from interlock.vocabulary.proposals import ProposalJudged
from tests.api.conftest import Client, sign_in
from tests.control.given import SOFIA, judged, proposed, remedy_met
from tests.control.test_proving import with_rules

SHADOW = (
    '@id("refund.low") @mode("shadow") @remedy("approve:supervisor") @owner("fraud") @reason("Refunds over 10.00.")\n'
    'forbid (principal, action == Action::"shop.refund_item", resource)\n'
    'when { context.args.amount > 1000 } unless { context.met.approvals.contains("supervisor") };\n'
)


async def record(app: App, *facts: ProposalJudged) -> None:
    """Judgements as they stand in the log and can be read on; nothing follows from them here."""
    written = await app.log.append(Plan(facts, cause=f"test/{facts[0].proposal}"))
    last = written.recorded[-1].cursor
    # Whoever reads on sees them once no transaction of the whole server is older, also of the other tests.
    async with asyncio.timeout(20):
        while all(one.cursor != last for one in await app.log.after(START, 1_000, (ProposalJudged,))):  # noqa: ASYNC110  # nothing tells of it
            await asyncio.sleep(0.02)


def refund(cents: int, number: int) -> list[ProposalJudged]:
    """A refund of that size, from being asked for to being allowed."""
    wanted = msgspec.structs.replace(proposed(cents, proposal=f"pr_{number}"), interaction=InteractionId(f"i_{number}"))
    first = judged(wanted)
    remedies = [remedy_met(wanted, str(need), SOFIA if need.kind == "approve" else None) for need in first.needs]
    return [first, judged(wanted, *remedies)]


async def finished(client: Client, replay: str) -> dict[str, Any]:
    """The replay once it does not run any more."""
    async with asyncio.timeout(60):
        while True:
            found = (await client.get(f"/v1/replays/{replay}")).json()
            if found["state"] != "running":
                return dict(found)
            await asyncio.sleep(0.05)


async def test_a_lower_limit_is_tried_on_the_past(client: Client, app: App) -> None:
    headers = await sign_in(client, "sofia")
    for number, cents in enumerate((900, 12_000, 18_000, 42_000)):
        await record(app, *refund(cents, number))
    body = {"constants": [{"rule": "refund.supervisor", "was": 20_000, "now": 10_000}], "since": "30d"}
    started = await client.post("/v1/replays", json=body, headers=headers)
    assert started.status_code == 202, started.text
    done = await finished(client, started.json()["id"])
    assert (done["state"], done["error"], done["by"]["name"]) == ("done", "", "Sofia Lindqvist"), done
    report = done["report"]
    assert (report["judgements"], report["proposals"], report["same"]) == (8, 4, 2)
    assert report["flipped"]["changes"] == {"allowed→needs": 2}
    assert [each["text"] for each in report["flipped"]["money"]] == ["€300.00"]
    assert {each["interaction"] for each in report["flipped"]["flips"]} == {"i_1", "i_2"}
    assert [each["customer"] for each in report["flipped"]["by_customer"]] == ["c-104"]
    listed = (await client.get("/v1/replays")).json()["replays"]
    assert [(each["id"], each["report"]) for each in listed] == [(done["id"], None)]


async def test_what_cannot_be_tried_is_told_with_what_to_write(client: Client, app: App) -> None:
    headers = await sign_in(client, "sofia")
    mistakes: list[tuple[dict[str, Any], str, str]] = [
        ({}, "nothing_changed", "a changed file or a changed number"),
        ({"constants": [{"rule": "refund.supervizor", "was": 1, "now": 2}]}, "rule_unknown", "'refund.supervisor'"),
        ({"constants": [{"rule": "refund.supervisor", "was": 1, "now": 2}]}, "constant_unknown", "it has 20000"),
        ({"files": {"policies/x.cedar": "forbid;"}, "since": "soon"}, "bad_since", "no duration"),
        (
            {"files": {"policies/x.cedar": '@id("x") permit (principal, action, resorce);'}},
            "bad_definitions",
            "resource",
        ),
        ({"files": {f"policies/{n}.cedar": None for n in range(60)}}, "too_large", "at most 50"),
    ]
    for body, code, says in mistakes:
        answer = await client.post("/v1/replays", json=body, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (422, code), answer.text
        assert says in answer.json()["detail"], answer.text
    assert (await client.get("/v1/replays/rp_none")).status_code == 404


async def test_the_rules_are_shown_with_their_use_and_what_shadow_would_have_changed(client: Client, app: App) -> None:
    await sign_in(client, "sofia")
    bundle = with_rules(SHADOW)
    app.use(with_bundle(app, bundle))
    wanted = proposed(1840)
    await record(app, judged(wanted, bundle=bundle), judged(wanted, remedy_met(wanted, "confirm"), bundle=bundle))
    await record(app, *refund(900, 2))
    document = (await client.get("/v1/policies")).json()
    rules = {each["rule"]: each for each in document["rules"]}
    assert document["judgements"] == 4
    assert (rules["refund.who"]["decided"], rules["refund.confirm"]["decided"], rules["refund.code"]["decided"]) == (
        2,
        2,
        0,
    )
    assert rules["refund.supervisor"]["numbers"] == [20_000] and rules["refund.low"]["owner"] == "fraud"
    assert rules["default.shop.get_customer.exists"]["generated"] is True
    (shadow,) = (await client.get("/v1/shadow?since=1h")).json()["rules"]
    assert (shadow["rule"], shadow["fired"], shadow["flipped"]["changes"]) == ("refund.low", 1, {"allowed→needs": 1})
    assert shadow == document["shadow"][0]
    await record(app, *refund(2_000, 3))
    again = (await client.get("/v1/policies")).json()
    assert again["judgements"] == 6, "read on from where it was"


def with_bundle(app: App, bundle: Any) -> Any:
    """The definitions in force with other rules."""
    return replace(app.definitions, bundle=bundle)


async def test_why_is_told_to_each_under_his_permission(client: Client, app: App) -> None:
    wanted = proposed(42_000, proposal="pr_why")
    await app.log.append(Plan((wanted, judged(wanted)), cause="test/why"))
    await sign_in(client, "amara")
    agent = (await client.get("/v1/proposals/pr_why/why")).json()
    assert agent["customer"] == "I first have to make sure that it is you, with a code that I send you."
    assert [each["remedy"] for each in agent["agent"]["missing"]] == ["step_up:2", "confirm", "approve:supervisor"]
    assert "judgements" not in agent
    await sign_in(client, "sofia")
    supervisor = (await client.get("/v1/proposals/pr_why/why")).json()
    (derived,) = supervisor["judgements"]
    assert derived["verdict"] == "needs" and derived["release_at_hand"] is False, "r1 was never published here"
    assert supervisor["agent"] == agent["agent"]
    await sign_in(client, "admin")
    admin = (await client.get("/v1/proposals/pr_why/why")).json()
    assert "customer" not in admin and admin["judgements"] == supervisor["judgements"]
    assert (await client.get("/v1/proposals/pr_none/why")).status_code == 404


async def test_every_page_is_served(client: Client) -> None:
    for path in ("/", "/sign-in", "/desk", "/supervisor", "/policies"):
        answer = await client.get(path)
        assert answer.status_code == 200 and answer.headers["content-type"].startswith("text/html"), path
