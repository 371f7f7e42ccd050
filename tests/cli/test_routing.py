"""Does the command line play a tenant's recorded past again under other queues, and tell what it cannot know?"""

from __future__ import annotations

import asyncio
import json
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from interlock.cli import offline
from interlock.cli.main import app
from interlock.cli.running import settings_from
from interlock.kernel.events import Event
from interlock.vocabulary.channels import Channel
from interlock.vocabulary.ids import InteractionId, OfferId, PersonId, QueueName, SessionId, StaffId, VisitId
from interlock.vocabulary.interactions import AgentJoined, InteractionEnded, WrappedUp
from interlock.vocabulary.routing import (
    OfferAccepted,
    Presence,
    PresenceSet,
    VisitEnded,
    VisitEntered,
    VisitOffered,
)
from tests.control.given import DEMO

runner = CliRunner()
CARE, AMARA = QueueName("care"), StaffId("u_amara")


def said(*words: str, code: int = 0) -> str:
    found = runner.invoke(app, list(words))
    assert found.exit_code == code, found.output
    return found.stdout if code == 0 else found.stderr


def story(number: int) -> list[Event]:
    """One customer who is answered after three seconds."""
    interaction, person, visit = InteractionId(f"i_{number}"), PersonId(f"p_{number}"), VisitId(f"v_{number}")
    offer, now = OfferId(f"of_{number}"), datetime.now(UTC)
    where = {"interaction": interaction, "queue": CARE}
    return [
        VisitEntered(visit=visit, person=person, channel=Channel.CHAT, priority=0, since=now, **where),
        VisitOffered(visit=visit, offer=offer, agent=AMARA, expires_at=now + timedelta(seconds=30), **where),
        OfferAccepted(visit=visit, offer=offer, agent=AMARA, **where),
        VisitEnded(visit=visit, how="answered", waited_ms=3_000, agent=AMARA, **where),
        AgentJoined(interaction=interaction, person=person, agent=AMARA, visit=visit),
        WrappedUp(interaction=interaction, person=person, agent=AMARA, disposition="done"),
        InteractionEnded(interaction=interaction, person=person, session=SessionId("se_1"), reason="wrapped_up"),
    ]


def test_the_recorded_customers_are_played_again_under_changed_queues(
    tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.setenv("INTERLOCK_DATA", str(tmp_path / "data"))
    definitions = Path(shutil.copytree(DEMO, tmp_path / "definitions"))
    shutil.rmtree(definitions / "scenarios")
    monkeypatch.setenv("INTERLOCK_DEFINITIONS", str(definitions))
    changed = tmp_path / "changed"
    shutil.copytree(DEMO / "queues", changed / "queues")
    care = (DEMO / "queues" / "care.yaml").read_text() + "skills: { required: { patience: 3 } }\n"
    (changed / "queues" / "care.yaml").write_text(care)
    replaying = ("routing", "replay", "--since", "1d", "--config", str(changed), "--runs", "2")

    assert "Nothing is in force here yet" in said(*replaying, code=2)
    said("publish", str(definitions))
    assert "Nobody entered a queue in this time" in said(*replaying, code=2)

    async def append() -> None:
        available = PresenceSet(agent=AMARA, presence=Presence.AVAILABLE, queues=(CARE,), capacity=3)
        async with offline.app(settings_from()) as node:
            for number, facts in enumerate([[available], *(story(number) for number in range(4))]):
                await node.engine.append(facts, cause=f"test/{number}")

    asyncio.run(append())
    found = json.loads(said(*replaying, "--json"))
    (line,) = [each for each in found["queues"] if each["queue"] == "care"]
    assert (found["customers"], found["runs"]) == (4, 2)
    assert (line["recorded"]["entered"], line["recorded"]["asa_s"]["value"]) == (4, 3)
    assert (line["as_it_is"]["entered"], line["as_it_is"]["service_level"]["value"]) == (4, 1)
    assert (line["changed"]["entered"], line["changed"]["service_level"]["value"]) == (4, 0)
    assert line["difference"]["service_level"]["value"] == -1
    assert any("no agent who was there is known to have the skill patience" in note for note in found["notes"])

    table = said(*replaying)
    assert "4 customers from " in table
    assert "as it is" in table
    assert "the past cannot tell" in table
    assert "'1x' is no duration" in said("routing", "replay", "--since", "1x", "--config", str(changed), code=2)
    assert "has no queue" in said("routing", "replay", "--config", str(tmp_path), code=2)
