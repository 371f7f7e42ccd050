"""What do ``interlock journey check``, ``test`` and ``schema`` say, with which exit code, and does publishing heed scenarios?"""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from interlock.cli.main import app
from tests.control.given import DEMO

runner = CliRunner()


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The demo's definitions, to be spoilt."""
    monkeypatch.delenv("DATABASE_URL", raising=False)
    return Path(shutil.copytree(DEMO, tmp_path / "definitions"))


def change(file: Path, old: str, new: str) -> None:
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), "utf-8")


def test_journey_and_scenario_files_that_are_right_are_fine(folder: Path) -> None:
    files = [str(folder / "journeys" / "damaged_item.yaml"), str(folder / "scenarios" / "people.yaml")]
    found = runner.invoke(app, ["journey", "check", *files])
    assert (found.exit_code, found.stdout) == (0, "2 files are fine\n")
    found = runner.invoke(app, ["journey", "check", files[0]])
    assert (found.exit_code, found.stdout) == (0, f"{files[0]} is fine\n")


def test_every_mistake_of_the_named_files_is_told_with_file_line_and_mend(folder: Path) -> None:
    journey, scenario = folder / "journeys" / "business.yaml", folder / "scenarios" / "business.yaml"
    change(journey, "hand_over: business", "hand_over: busines")
    change(folder / "journeys" / "order_status.yaml", "look_up: shop.get_order", "look_up: shop.get_odrer")
    found = runner.invoke(app, ["journey", "check", str(journey)])
    assert found.exit_code == 1
    assert found.stdout == f"{journey}:39:16: there is no queue 'busines'; did you mean 'business'?\n"
    shutil.copy(DEMO / "journeys" / "business.yaml", journey)
    shutil.copy(DEMO / "journeys" / "order_status.yaml", folder / "journeys")
    change(scenario, "journey: business", "journey: bussiness")
    found = runner.invoke(app, ["journey", "check", str(journey), str(scenario), "--json"])
    assert found.exit_code == 1
    (problem,) = json.loads(found.stdout)["problems"]
    assert (problem["file"], problem["line"], problem["mend"]) == (str(scenario), 2, "did you mean 'business'?")


def test_a_file_that_lies_elsewhere_is_checked_against_named_definitions(folder: Path, tmp_path: Path) -> None:
    draft = tmp_path / "draft.yaml"
    text = (folder / "journeys" / "business.yaml").read_text("utf-8")
    draft.write_text(
        text.replace("journey: business", "journey: wholesale").replace("hand_over: business", "hand_over: trade")
    )
    alone = runner.invoke(app, ["journey", "check", str(draft)])
    assert alone.exit_code == 2 and "name its definitions with --definitions" in alone.stderr
    found = runner.invoke(app, ["journey", "check", str(draft), "--definitions", str(folder)])
    assert found.exit_code == 1
    assert found.stdout.startswith(f"{draft}:39:16: there is no queue 'trade'")


def test_examples_that_another_journey_claims_are_told_with_their_file(folder: Path) -> None:
    journey = folder / "journeys" / "business.yaml"
    change(journey, "- I am a business customer", "- where is my order")
    found = runner.invoke(app, ["journey", "check", str(folder / "journeys" / "order_status.yaml")])
    assert found.exit_code == 1
    assert "'where is my order' is also one of business" in found.stdout


def test_the_demo_s_scenarios_hold_by_phone_as_well_and_cover_its_journeys(folder: Path) -> None:
    command = ["journey", "test", "--definitions", str(folder), "--json", "--channel", "voice"]
    found = runner.invoke(app, [*command, "--minimum-coverage", "90"])
    assert found.exit_code == 0, found.output
    answer = json.loads(found.stdout)
    assert answer["failed"] == 0 and min(answer["steps_percent"], answer["branches_percent"]) >= 90
    assert answer["scenarios"] == len(answer["results"]) > 30
    assert answer["journey_tests_per_min"] == pytest.approx(60 * answer["scenarios"] / answer["busy_s"], rel=0.01)
    assert 0 < answer["busy_s"] <= answer["seconds"]
    assert {each["journey"] for each in answer["coverage"]} > {"damaged_item", "order_status", "tenant.yaml"}


def test_a_scenario_that_does_not_hold_is_told_and_fails(folder: Path) -> None:
    file = folder / "journeys" / "damaged_item.yaml"
    change(file, "All right, nothing was changed.", "As you like.")
    change(folder / "texts" / "de.yaml", "All right, nothing was changed.:", "As you like.:")
    found = runner.invoke(app, ["journey", "test", "damaged_item", "--definitions", str(folder)])
    assert found.exit_code == 1
    lines = found.stdout.splitlines()
    at = lines.index("failed  damaged_item: she declines the card, and nothing is refunded")
    scenario = folder / "scenarios" / "damaged_item.yaml"
    written = scenario.read_text("utf-8").splitlines().index("      - said: nothing was changed") + 1
    assert lines[at + 1] == f"        {scenario}:{written}"
    assert lines[at + 2] == "        expected 'nothing was changed' to be said"
    assert lines[at + 3] == "        really   'As you like.' | 'Is there anything else that I can do for you?'"
    assert "passed  damaged_item: a small refund needs one yes" in lines
    of = sum(line.startswith(("passed  damaged_item: ", "failed  damaged_item: ")) for line in lines)
    assert lines[-1].startswith(f"{of - 1} of {of} scenarios hold; of the journeys' files ")


def test_some_are_chosen_by_title_journey_or_file_and_coverage_may_be_demanded(folder: Path) -> None:
    command = ["journey", "test", "--definitions", str(folder)]
    for name in ("a small refund needs one yes", "business", "people"):
        found = runner.invoke(app, [*command, name, "--json"])
        assert found.exit_code == 0
        assert json.loads(found.stdout)["scenarios"] == {"people": 3}.get(name, 1)
    found = runner.invoke(app, [*command, "business", "--minimum-coverage", "80"])
    assert found.exit_code == 1 and "1.0 % are covered, and at least 80 % should be." in found.stderr
    found = runner.invoke(app, [*command, "wholesale"])
    assert found.exit_code == 2 and "No scenario, journey or file of scenarios is called 'wholesale'" in found.stderr
    shutil.rmtree(folder / "scenarios")
    found = runner.invoke(app, command)
    assert found.exit_code == 2 and "There is no scenario in" in found.stderr


def test_check_publish_and_canary_refuse_a_folder_with_a_scenario_that_does_not_hold(
    folder: Path, tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.setenv("INTERLOCK_DATA", str(tmp_path / "data"))
    for file in (folder / "scenarios").iterdir():
        if file.name != "business.yaml":
            file.unlink()
    change(folder / "journeys" / "business.yaml", "Businesses are looked after", "Businesses are cared for")
    told = "scenarios/business.yaml:6:1: the scenario 'businesses have colleagues of their own' does not hold"
    for command in ("check", "publish"):
        found = runner.invoke(app, [command, str(folder)])
        assert found.exit_code == 2, found.output
        assert told in found.stderr
    change(folder / "scenarios" / "business.yaml", "Businesses are looked after", "Businesses are cared for")
    found = runner.invoke(app, ["publish", str(folder)])
    assert found.exit_code == 0 and "is in force" in found.stdout
    change(folder / "journeys" / "business.yaml", "Businesses are cared for", "Businesses are served")
    found = runner.invoke(app, ["canary", "start", str(folder), "--share", "10"])
    assert found.exit_code == 2 and told in found.stderr


@pytest.mark.parametrize(("of", "title"), [("journey", "JourneyFile"), ("scenario", "ScenariosFile")])
def test_an_editor_gets_a_json_schema(of: str, title: str) -> None:
    found = runner.invoke(app, ["journey", "schema", of])
    schema = json.loads(found.stdout)
    assert found.exit_code == 0
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert title in schema["$defs"]
