"""The record of an interaction over the network: what it tells to whom, and that reading it is recorded."""

from __future__ import annotations

from typing import Any

from interlock.kernel.log import Plan, Query
from interlock.runtime.app import App
from interlock.vocabulary.assurance import Level
from interlock.vocabulary.channels import Author, Channel
from interlock.vocabulary.ids import ChallengeId, MessageId, ProposalId
from interlock.vocabulary.interactions import InteractionStarted, MessagePosted, OpenSession, ReceiveMessage
from interlock.vocabulary.money import Money
from interlock.vocabulary.people import ChallengePassed
from interlock.vocabulary.proposals import EffectStarted, EffectSucceeded
from interlock.vocabulary.staff import InteractionRead
from tests.api.conftest import Client, sign_in
from tests.control.given import EVA, MATCHED, NOW, PR, STARTED, I, P, S, judged, proposed, remedy_met

SAID = "Write to eva@example.com, please."
RECORD = f"/v1/interactions/{I}/record"


VERIFIED = ChallengePassed(
    challenge=ChallengeId("ch_1"),
    interaction=I,
    person=P,
    session=S,
    channel=Channel.CHAT,
    customer=EVA,
    level=Level.ONE_FACTOR,
    proposal=ProposalId(""),
)


async def a_refund(app: App) -> None:
    """An interaction in which a refund was asked for, confirmed and carried out."""
    wanted = proposed(1840)
    asked = judged(wanted)
    agreed = remedy_met(wanted, "confirm")
    said = MessagePosted(interaction=I, person=P, message=MessageId("m_1"), author=Author("customer", P), text=SAID)
    who = (STARTED, said, MATCHED, VERIFIED)
    carried_out = (
        EffectStarted(proposal=PR, interaction=I, attempt=1, lease_until=NOW),
        EffectSucceeded(
            proposal=PR,
            interaction=I,
            person=P,
            customer=EVA,
            action=wanted.action,
            result={},
            moved=Money(1840, "EUR"),
        ),
    )
    await app.log.append(Plan((*who, wanted, asked, agreed, judged(wanted, agreed), *carried_out), cause="test/record"))
    last = (await app.log.read(Query(f"interaction:{I}"))).events[-1]
    assert await app.follower.reach(last.cursor, 20)


async def readers(app: App) -> list[str]:
    """Who has read it, as the log says."""
    found = await app.log.read(Query(f"interaction:{I}", (InteractionRead,)))
    return [str(app.staff_name(one.event.staff)) for one in found.events if isinstance(one.event, InteractionRead)]


async def test_it_tells_transcript_proposals_derivation_and_effects_and_who_read_it_is_recorded(
    client: Client, app: App
) -> None:
    await a_refund(app)
    await sign_in(client, "sofia")
    answer = await client.get(RECORD)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    assert [entry["text"] for entry in found["interaction"]["entries"] if entry["kind"] == "message"] == [SAID]
    (one,) = found["proposals"]
    assert [each["verdict"] for each in one["judgements"]] == ["needs", "allowed"]
    assert "refund.confirm" in [rule["rule"] for rule in one["judgements"][0]["rules"]]
    assert [effect["what"] for effect in one["effects"]] == ["started", "succeeded"]
    assert one["effects"][1]["moved"]["text"] == "€18.40"
    assert await readers(app) == ["Sofia Lindqvist"]


async def test_whoever_may_not_see_interactions_gets_it_masked_and_an_agent_not_at_all(
    client: Client, app: App
) -> None:
    await a_refund(app)
    await sign_in(client, "sofia")
    assert "eva@example.com" in (await client.get(RECORD)).text
    await sign_in(client, "admin")
    masked = (await client.get(RECORD)).text
    assert "eva@example.com" not in masked
    assert "Eva Lindqvist" not in masked
    await sign_in(client, "amara")
    assert (await client.get(RECORD)).status_code == 403
    assert len(await readers(app)) == 2


async def test_what_there_is_not_is_refused_and_not_recorded(client: Client, app: App) -> None:
    await sign_in(client, "sofia")
    assert (await client.get(RECORD)).status_code == 404
    assert await readers(app) == []


async def test_the_tone_of_what_a_customer_writes_is_told_with_the_interaction(client: Client, app: App) -> None:
    await app.engine.execute(OpenSession(session=S, person=P, channel=Channel.CHAT, secret_digest="-"), cause="t/1")
    text = "das ist eine Frechheit, ich bin stinksauer"
    written = await app.engine.execute(ReceiveMessage(session=S, message=MessageId("m_1"), text=text), cause="t/2")
    begun = next(each.event for each in written.recorded if isinstance(each.event, InteractionStarted))
    assert await app.follower.reach(written.recorded[-1].cursor, 20)
    await sign_in(client, "sofia")
    tone = (await client.get(f"/v1/interactions/{begun.interaction}")).json()["value"]["tone"]
    assert tone["language"] == "de" and tone["sentiment"] < -0.5 and tone["course"] == [tone["sentiment"]]
