"""What does ``interlock journey rehearse`` say, and with which exit code?"""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from interlock.cli.main import app
from tests.control.given import DEMO

PERSONA = str(DEMO.parent / "personas" / "unsure.yaml")
runner = CliRunner()


@pytest.fixture(autouse=True)
def _no_database(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DATABASE_URL", raising=False)


def rehearse(*more: str, definitions: Path = DEMO) -> tuple[int, str]:
    found = runner.invoke(app, ["journey", "rehearse", PERSONA, "--definitions", str(definitions), *more])
    return found.exit_code, found.output


def test_it_reports_how_the_variations_went_as_a_table_and_as_json() -> None:
    code, table = rehearse("--times", "4", "--show", "1")
    assert code == 0 and "Unsure" in table and "of 4" in table and "customer  " in table
    code, text = rehearse("--times", "4", "--json")
    (told,) = json.loads(text)["personas"]
    assert (code, told["times"], sum(told["fates"].values()), told["wrong"]) == (0, 4, 4, [])
    assert rehearse("--times", "4", "--minimum", "100")[0] == int(told["reached_percent"] < 100)


def test_a_model_that_there_is_not_and_systems_that_nobody_plays_are_told() -> None:
    assert rehearse("--model", "main") == (
        2,
        f"models.yaml in {DEMO} has no model 'main' (it names none). Without --model the rules write.\n",
    )
    code, text = rehearse(definitions=DEMO.parent / "retail")
    assert code == 2 and "Nobody plays the systems retail here" in text
