"""Does the command line play a scenario: the same figures as a table, as JSON and as files, and mistakes in words?"""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from interlock.cli.main import app

runner = CliRunner()
SCENARIO = """\
scenario: small
definitions: .
arrivals:
  - queue: care
    profile: { "09:00-11:00": 30 }
    patience: { exponential: 2m }
    handling: { exponential: 3m }
teams:
  - { team: days, agents: 2, queues: [care], shifts: [{ hours: 08:00-12:00 }] }
"""


@pytest.fixture
def scenario(tmp_path: Path) -> Path:
    (tmp_path / "queues").mkdir()
    text = "queue: care\ntitle: Customer care\nchannels: { chat: { answered_within: 60s, target: 80% } }\n"
    (tmp_path / "queues" / "care.yaml").write_text(text)
    path = tmp_path / "small.yaml"
    path.write_text(SCENARIO)
    return path


def said(*words: str, code: int = 0) -> str:
    found = runner.invoke(app, ["simulate", *words])
    assert found.exit_code == code, found.output
    return found.stdout if code == 0 else found.stderr


def test_a_scenario_is_played_and_its_figures_are_in_the_table_and_in_the_files(scenario: Path, tmp_path: Path) -> None:
    out = tmp_path / "out" / "deep"
    table = said("--scenario", str(scenario), "--days", "3", "--seed", "4", "--out", str(out))
    found = json.loads((out / "results.json").read_bytes())
    (line,) = found["queues"]
    assert "Customer care" in table
    assert f"{line['entered']['value']:.1f} ± " in table
    assert f"{line['service_level']['value'] * 100:.1f} ± " in table
    assert "80% in 1m" in table
    assert {path.name for path in out.iterdir()} == {
        "results.json",
        "customers.svg",
        "service-level.svg",
        "waits.svg",
        "agents.svg",
    }
    again = json.loads(said("--scenario", str(scenario), "--days", "3", "--seed", "4", "--json"))
    assert again == found
    assert json.loads(said("--scenario", str(scenario), "--days", "3", "--seed", "5", "--json")) != found


def test_a_mistake_is_told_and_nothing_is_played(scenario: Path, tmp_path: Path) -> None:
    scenario.write_text(SCENARIO.replace("queues: [care]", "queues: [caer]"))
    assert "small.yaml:9:39: there is no queue 'caer'; did you mean 'care'?" in said(
        "--scenario", str(scenario), code=2
    )
    assert "cannot be read" in said("--scenario", str(tmp_path / "no.yaml"), code=2)
    scenario.write_text(SCENARIO)
    (tmp_path / "taken").write_text("")
    assert "cannot be written" in said(
        "--scenario", str(scenario), "--days", "1", "--out", str(tmp_path / "taken"), code=2
    )
