"""Does the command line tell how suggestions to agents came out?"""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from interlock.cli import offline
from interlock.cli.main import app
from interlock.cli.running import settings_from
from interlock.vocabulary.ids import InteractionId, StaffId
from interlock.vocabulary.suggestions import Shown, SuggestionAnswered, SuggestionsShown
from tests.control.given import DEMO

runner = CliRunner()


def said(*words: str) -> str:
    found = runner.invoke(app, ["suggestions", *words])
    assert found.exit_code == 0, found.output
    return found.stdout


def test_how_suggestions_came_out_is_told_by_kind_and_by_confidence(
    tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.setenv("INTERLOCK_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("INTERLOCK_DEFINITIONS", str(DEMO))
    assert said() == "nothing came out yet; suggested is what is surer than 0.50\n"
    interaction, agent = InteractionId("i_1"), StaffId("u_1")
    shown = Shown("sg_1", "article", "returns#1", 0.82, 0.82)

    async def append() -> None:
        async with offline.app(settings_from()) as node:
            facts = [
                SuggestionsShown(interaction=interaction, agent=agent, suggestions=(shown,)),
                SuggestionAnswered(
                    interaction=interaction, agent=agent, suggestion="sg_1", how="taken", after_ms=4_200
                ),
            ]
            await node.engine.append(facts, cause="test")

    asyncio.run(append())
    lines = said().splitlines()
    assert lines[1].split() == ["article", "1", "1", "0", "0", "0", "100%", "4.2", "s"]
    assert lines[4].split() == ["0.8", "to", "0.9", "1", "100%"]
    told = json.loads(said("--json"))
    assert told["kinds"][0]["after_s"] == 4.2 and told["surer_than"] == 0.5
