"""Does the command line tell which matters are open, until when, and who has them?"""

from __future__ import annotations

import asyncio
import json
from datetime import date
from pathlib import Path

import pytest
from typer.testing import CliRunner

from interlock.cli import offline
from interlock.cli.main import app
from interlock.cli.running import settings_from
from interlock.vocabulary.ids import CustomerId, InteractionId, PersonId, StaffId
from interlock.vocabulary.matters import MatterMarked, MatterRecorded
from tests.control.given import DEMO

runner = CliRunner()


def said(*words: str) -> str:
    found = runner.invoke(app, list(words))
    assert found.exit_code == 0, found.output
    return found.stdout


def test_the_matters_are_listed_until_they_are_settled(
    tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.setenv("INTERLOCK_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("INTERLOCK_DEFINITIONS", str(DEMO))
    interaction, person, customer = InteractionId("i_1"), PersonId("p_1"), CustomerId("c-104")

    def on_record(kind: str, reference: str) -> MatterRecorded:
        return MatterRecorded(
            interaction=interaction,
            person=person,
            customer=customer,
            level=2,
            matter="data_request",
            kind=kind,
            reference=reference,
            due=date(2026, 12, 24),
        )

    settled = MatterMarked(
        interaction=interaction,
        person=person,
        customer=customer,
        matter="data_request",
        kind="access",
        mark="settled",
        by=StaffId("u_1"),
        note="A copy was sent.",
    )

    async def append() -> None:
        async with offline.app(settings_from()) as node:
            facts = [on_record("erasure", "7TQ0-2R4K"), on_record("access", "9AB1-3C5D"), settled]
            await node.engine.append(facts, cause="test")

    asyncio.run(append())
    line = said("matters", "list")
    expected = "7TQ0-2R4K Data-subject request: erasure due 2026-12-24 open customer c-104, level 2 i_1"
    assert line.split() == expected.split()
    [done] = json.loads(said("matters", "list", "--settled", "--json"))["matters"]
    assert (done["reference"], done["state"], done["note"]) == ("9AB1-3C5D", "settled", "A copy was sent.")
