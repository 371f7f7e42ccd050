"""Are articles brought in, found, looked through, measured and withdrawn from the command line, on a real database?"""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from interlock.cli.main import app
from tests.control.given import DEMO

runner = CliRunner()


def said(*words: str, code: int = 0) -> str:
    """What a command says, on either channel."""
    found = runner.invoke(app, ["knowledge", *words])
    assert found.exit_code == code, found.output
    return found.stdout + found.stderr


def told(*words: str) -> Any:
    return json.loads(said(*words, "--json"))


@pytest.fixture
def folder(tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.setenv("INTERLOCK_DATA", str(tmp_path / "data"))
    copy = Path(shutil.copytree(DEMO, tmp_path / "definitions"))
    monkeypatch.setenv("INTERLOCK_DEFINITIONS", str(copy))
    return copy / "knowledge"


def test_articles_come_in_change_are_found_and_go(folder: Path) -> None:
    assert {(each["version"], each["new"]) for each in told("ingest", str(folder))["articles"]} == {(1, True)}
    assert {(each["version"], each["new"]) for each in told("ingest", str(folder))["articles"]} == {(1, False)}
    returns = folder / "returns.md"
    returns.write_text(returns.read_text("utf-8").replace("You have 30 days", "You have 60 days"), "utf-8")
    assert "returns                          version   2  new" in said("ingest", str(returns))
    found = told("search", "how long do I have to send something back")
    assert (found["answers"], found["found"][0]["article"], found["found"][0]["version"]) == (True, "returns", 2)
    assert "You have 60 days" in found["found"][0]["text"]
    assert not told("search", "what is the meaning of life")["answers"]
    assert (
        told("search", "how much goodwill can an agent give", "--audience", "agent")["found"][0]["article"]
        == "goodwill"
    )
    figures = told("eval", str(folder / "questions.csv"))
    assert figures["answered_right"] > 0.65
    assert figures["answered_wrong"] < 0.05
    assert figures["refused_right"] > 0.9

    contrary = folder / "returns_abroad.md"
    contrary.write_text(
        "---\ntitle: Returns from abroad\nowner: Care\nreview_by: 2020-01-01\n---\n"
        "You have 14 days from the day of delivery to send something back.\n"
    )
    said("ingest", str(contrary))
    stale = told("stale")
    assert {each["article"]: each["marks"] for each in stale["articles"]} == {
        "christmas_delivery_2025": ["expired", "review_overdue"],
        "returns_abroad": ["review_overdue"],
    }
    ((first, second),) = [(each["first"], each["second"]) for each in stale["contradictions"]]
    assert {first["article"], second["article"]} == {"returns", "returns_abroad"}

    assert "returns has answered nothing yet" in said("used", "returns")
    said("withdraw", "returns", "--reason", "It is wrong.")
    assert "[withdrawn]" in next(line for line in said("list").splitlines() if line.startswith("returns  "))
    assert told("search", "how long do I have to send something back")["found"][0]["article"] != "returns"
    assert "There is no article gone here." in said("withdraw", "gone", "--reason", "x", code=2)


def test_a_mistake_names_file_line_and_mend_and_nothing_comes_in(folder: Path) -> None:
    broken = folder / "returns.md"
    broken.write_text(broken.read_text("utf-8").replace("owner:", "ownr:"), "utf-8")
    assert f"{broken}:3:1: " in (found := said("ingest", str(folder), code=2))
    assert "did you mean 'owner'?" in found
    assert said("list") == "there is none\n"
    assert "Say whose article it is: --head FILE" in said("ingest", "https://example.com/returns.html", code=2)
    assert "not on the public internet" in said("ingest", "http://127.0.0.1:1/x.html", "--head", str(broken), code=2)
