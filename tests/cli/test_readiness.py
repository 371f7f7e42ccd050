"""Does ``interlock readiness`` put everything on one page, and say what a wrong name may have meant?"""

from __future__ import annotations

import json
from pathlib import Path

from typer.testing import CliRunner, Result

from interlock.cli.main import app
from tests.runtime.small_centre import small_centre


def readiness(folder: Path, *more: str) -> Result:
    for path, text in small_centre().items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")
    return CliRunner().invoke(app, ["readiness", *more, "--definitions", str(folder)])


def test_the_page_has_the_verdict_what_is_missing_the_systems_the_actions_and_the_branches(tmp_path: Path) -> None:
    result = readiness(tmp_path, "pay")
    assert result.exit_code == 0, result.output
    parts = ("ready with gaps", "Missing", "Signed off", "Systems", "Actions", "When a step does not succeed")
    places = [result.output.index(part) for part in parts]
    assert places == sorted(places), "what speaks against it comes first"
    for told in ("step 1 (number)", "the cashiers", "hand over: care", "role: business"):
        assert told in result.output, told


def test_machines_get_one_object(tmp_path: Path) -> None:
    found = json.loads(readiness(tmp_path, "pay", "--json").output)
    assert (found["journey"], found["verdict"]) == ("pay", "ready with gaps")
    assert [each["kind"] for each in found["missing"]] == ["signoff_missing", "signoff_missing"]


def test_a_wrong_name_is_told_with_the_one_that_may_be_meant(tmp_path: Path) -> None:
    result = readiness(tmp_path, "pays")
    assert result.exit_code == 2 and "did you mean 'pay'" in result.output
