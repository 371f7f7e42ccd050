"""Matters over the network: who sees them, what was said, who takes one on and settles it."""

from __future__ import annotations

import asyncio

from interlock.runtime.app import App
from interlock.vocabulary.assurance import Assurance
from interlock.vocabulary.channels import Author, Channel
from interlock.vocabulary.ids import CustomerId, InteractionId, MessageId, PersonId, SessionId
from interlock.vocabulary.interactions import InteractionStarted, MessagePosted
from interlock.vocabulary.matters import MatterRecognised, MatterRecorded
from interlock.vocabulary.people import CustomerMatched
from tests.api.conftest import Client, sign_in
from tests.web.mock_matters import line

CASE, P, S = InteractionId("i_1"), PersonId("p_1"), SessionId("s_1")


async def distress(app: App) -> None:
    """A customer who was matched says that she cannot go on."""
    words = "I cannot go on. Write to eva.brandt@example.com."
    facts = (
        InteractionStarted(
            interaction=CASE,
            person=P,
            session=S,
            channel=Channel.CHAT,
            release=app.definitions.release,
            assurance=Assurance(),
        ),
        CustomerMatched(
            interaction=CASE, person=P, session=S, channel=Channel.CHAT, customer=CustomerId("c-104"), by="order"
        ),
        MessagePosted(
            interaction=CASE,
            person=P,
            message=MessageId("m_1"),
            author=Author(kind="system", id="test"),
            text=words,
        ),
        MatterRecognised(interaction=CASE, person=P, message=MessageId("m_1"), matter="vulnerable", rule="despair"),
    )
    await app.engine.append(list(facts), cause="distress")


async def test_two_who_look_at_once_see_a_matter_once(app: App) -> None:
    recorded = MatterRecorded(
        interaction=CASE, person=P, customer=CustomerId("c-104"), level=1, matter="complaint", kind="", reference="C-1"
    )
    await app.engine.append([recorded], cause="complaint")
    found = await asyncio.gather(app.matters.document(), app.matters.document())
    assert [each["count"] for each in found] == [1, 1]


async def test_a_supervisor_sees_what_was_said_takes_it_on_and_settles_it_with_a_note(client: Client, app: App) -> None:
    await distress(app)
    await sign_in(client, "amara")
    assert (await client.get("/v1/matters")).status_code == 403
    headers = await sign_in(client, "sofia")
    shown = (await client.get("/v1/matters")).json()
    [one] = shown["matters"]
    assert shown["count"] == 1 and (one["title"], one["state"], one["due"]) == ("Vulnerable customer", "open", None)
    assert set(one) == set(line("vulnerable", 1)), "the page is tested with what the server really tells"
    assert one["said"].startswith("I cannot go on.") and "eva.brandt@" not in one["said"]
    assert (one["customer"], one["level"], one["agent"]) == ("c-104", 1, "")
    body = {"interaction": CASE, "matter": "vulnerable", "mark": "taken"}
    assert (await client.post("/v1/matters", json=body, headers=headers)).status_code == 204
    [one] = (await client.get("/v1/matters")).json()["matters"]
    assert (one["state"], one["by"]) == ("taken", "Sofia Lindqvist")
    silent = await client.post("/v1/matters", json={**body, "mark": "settled"}, headers=headers)
    assert (silent.status_code, silent.json()["code"]) == (422, "bad_note")
    done = {**body, "mark": "settled", "note": "She has somebody with her."}
    assert (await client.post("/v1/matters", json=done, headers=headers)).status_code == 204
    assert (await client.get("/v1/matters")).json() == {"matters": [], "count": 0}
    [settled] = (await client.get("/v1/matters?settled=true")).json()["matters"]
    assert (settled["note"], settled["by"]) == ("She has somebody with her.", "Sofia Lindqvist")
    assert await app.erase(CustomerId("c-104"), by="test") == 1
    [erased] = (await client.get("/v1/matters?settled=true")).json()["matters"]
    assert erased["said"] == "erased", "the list keeps nothing that was erased"
    assert erased["note"] == "erased"
