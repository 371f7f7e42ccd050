"""How do versions come into force from the command line: published, approved by somebody else, listed, rolled back?"""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from interlock.cli.main import app
from tests.control.given import DEMO

PASSWORD = "a long enough one"
runner = CliRunner()


def said(*words: str, typed: str = "", code: int = 0) -> str:
    """What a command says, on either channel."""
    found = runner.invoke(app, list(words), input=typed)
    assert found.exit_code == code, found.output
    return found.stdout + found.stderr


@pytest.fixture
def folder(tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.setenv("INTERLOCK_DATA", str(tmp_path / "data"))
    copy = Path(shutil.copytree(DEMO, tmp_path / "definitions"))
    shutil.rmtree(copy / "scenarios")  # whether they hold is looked at elsewhere
    return copy


def change(file: Path, old: str, new: str) -> None:
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new), "utf-8")


def test_a_version_goes_its_way_from_one_person_to_another_and_back(folder: Path) -> None:
    first = said("publish", str(folder)).split()[0]
    for login in ("ann", "bob"):
        said("staff", "add", login, "--name", login.title(), "--role", "admin", typed=f"{PASSWORD}\n")
    with (folder / "tenant.yaml").open("a") as file:
        file.write("\npublish: { approvals: 1 }\n")
    second = said("publish", str(folder)).split()[0]
    (folder / "cases" / "refund.yaml").unlink()  # they would have to change with the rules
    change(folder / "policies" / "refund.cedar", "20000", "10000")
    assert "say who you are" in said("publish", str(folder), code=2)
    assert "login or the password is wrong" in said("publish", str(folder), "--as", "ann", typed="wrong\n", code=2)
    proposed = said("publish", str(folder), "--as", "ann", "--note", "less risk", typed=f"{PASSWORD}\n")
    release = proposed.split()[0]
    assert f"comes into force when another person approves it: interlock policy approve {release}" in proposed
    own = said("policy", "approve", release, "--as", "ann", typed=f"{PASSWORD}\n", code=2)
    assert "Somebody else has to approve this" in own
    assert f"{release} is in force" in said("policy", "approve", release, "--as", "bob", typed=f"{PASSWORD}\n")
    listed = said("policy", "versions")
    assert "by Ann, approved by Bob: less risk" in listed
    assert "rule refund.supervisor changed: 20000 → 10000" in listed
    lines = json.loads(said("policy", "versions", "--json"))
    assert [one["release"] for one in lines["versions"]] == [release, second, first]
    back = said("rollback", second, "--as", "bob", typed=f"{PASSWORD}\n")
    assert f"{second} is proposed" in back
    taken = said("policy", "reject", second, "--as", "ann", "--reason", "not yet", typed=f"{PASSWORD}\n")
    assert f"{second} is rejected" in taken
    assert json.loads(said("policy", "versions", "--json"))["in_force"] == release
    found = said("policy", "replay", "--constant", "refund.supervisor:10000:5000")
    assert "0 proposals (0 judgements) judged again" in found
    assert "No rule is in shadow." in said("policy", "shadow")


def test_a_version_that_never_was_is_told(folder: Path) -> None:
    said("publish", str(folder))
    assert "There was never a version r_nothing" in said("rollback", "r_nothing", code=2)


def test_new_journeys_are_tried_on_some_people_seen_and_ended(folder: Path) -> None:
    became = said("publish", str(folder))
    assert "texts of tenant.yaml have no translation, and are said in 'en'" in became.replace("\n", " ")
    first = became.split()[0]
    assert "no version is being tried" in said("canary", "show")
    for file in ("journeys/order_status.yaml", "texts/de.yaml"):
        change(folder / file, "Gladly. What is", "Let me look. What is")
    begun = said("canary", "start", str(folder), "--share", "10", "--segment", 'channel == "chat"', "--note", "warmer")
    release = begun.split()[0]
    assert begun.strip() == f'{release} is tried on 10 % of the people of those with channel == "chat"'
    assert "is being tried: end it first" in said("canary", "start", str(folder), "--share", "20", code=2)
    shown = said("canary", "show")
    assert f"{release} is tried on 10 % of the people with channel" in shown.replace("\n", " ") and "warmer" in shown
    lines = json.loads(said("policy", "versions", "--json"))
    assert (lines["in_force"], lines["canary"]["release"], lines["canary"]["share"]) == (first, release, 10)
    assert f"{release}" in said("policy", "versions")
    assert f"{release} is tried on 40 % of the people of those with channel" in said("canary", "share", "40")
    assert "write percent from 1 to 99" in said("canary", "share", "0", code=2)
    assert f"{release} is tried on nobody any more" in said("canary", "end")
    assert "No version is being tried" in said("canary", "end", code=2)
