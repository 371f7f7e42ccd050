"""Is what an agent promises in one interaction seen in the customer's next one, and gone when she is erased?"""

from __future__ import annotations

from interlock.runtime.app import App
from interlock.vocabulary.channels import Channel
from interlock.vocabulary.ids import CustomerId, InteractionId, PersonId, SessionId, StaffId, VisitId
from interlock.vocabulary.interactions import AgentJoined, InteractionStarted
from interlock.vocabulary.people import CustomerMatched
from tests.api.conftest import Client, sign_in

WORDS = "We refund the kettle nevertheless."


async def begin(app: App, number: int, agent: str) -> str:
    """An interaction of Eva's that somebody has."""
    interaction, session = InteractionId(f"i_{number}"), SessionId(f"s_{number}")
    person, release = PersonId(f"p_{number}"), app.definitions.release
    started = InteractionStarted(
        interaction=interaction, person=person, session=session, channel=Channel.CHAT, release=release
    )
    matched = CustomerMatched(
        interaction=interaction,
        person=person,
        session=session,
        channel=Channel.CHAT,
        customer=CustomerId("c-104"),
        by="order_and_email",
        name="Eva",
    )
    joined = AgentJoined(interaction=interaction, person=person, agent=StaffId(agent), visit=VisitId(f"v_{number}"))
    await app.engine.append([started, matched, joined], cause=f"begin/{number}")
    return f"/v1/interactions/{interaction}/promises"


async def test_a_promise_is_seen_wherever_the_customer_comes_next_and_its_words_go_with_her(
    client: Client, app: App
) -> None:
    headers = await sign_in(client, "amara")
    me = next(each.staff for each in app.staff.accounts.values() if each.login == "amara")
    path = await begin(app, 1, me)
    body = {"promise": "late_refund", "about": "A-1042", "value": {"amount": 1840, "currency": "EUR"}, "words": WORDS}
    made = await client.post(path, json=body, headers=headers)
    assert made.status_code == 201, made.text
    too_much = await client.post(path, json={**body, "value": {"amount": 5001, "currency": "EUR"}}, headers=headers)
    assert (too_much.status_code, too_much.json()["code"]) == (403, "beyond_authority")
    next_time = await begin(app, 2, me)
    told = (await client.get(next_time, headers=headers)).json()
    (shown,) = told["promises"]
    assert (shown["promise"], shown["state"], shown["about"]) == (made.json()["promise"], "open", "A-1042")
    assert (shown["words"], shown["source"], shown["interaction"]) == (WORDS, "agent", "i_1")
    assert told["can_promise"][0]["most"] == {"amount": 5000, "currency": "EUR"}
    await app.erase(CustomerId("c-104"), by="test")
    (erased,) = (await client.get(next_time, headers=headers)).json()["promises"]
    assert erased["words"] == "(erased)" and erased["value"]["amount"] == 1840
    nowhere = await client.get("/v1/interactions/i_nobody/promises", headers=headers)
    assert (nowhere.status_code, nowhere.json()["code"]) == (404, "interaction_unknown")
