"""What do ``interlock policy test`` and ``check`` say on a terminal, and with which exit code?"""

from __future__ import annotations

import asyncio
import json
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from interlock.cli.main import app
from interlock.kernel.log import Plan
from interlock.runtime.clock import WallClock
from interlock.store.database import Database
from interlock.store.postgres import PostgresLog
from interlock.store.vault import open_vault
from tests.control.given import DEMO, SOFIA, demo, judged, proposed, remedy_met

GOLDEN = Path(__file__).parents[1] / "control" / "golden" / "verdicts.txt"
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


def test_the_demo_s_rules_are_proved_and_its_table_is_the_agreed_one(folder: Path, tmp_path: Path) -> None:
    table = tmp_path / "table.txt"
    found = runner.invoke(app, ["policy", "test", str(folder), "--check", str(GOLDEN), "--table", str(table), "--json"])
    assert found.exit_code == 0, found.output
    answer = json.loads(found.stdout)
    assert (answer["failures"], answer["unneeded"], answer["mutation_score_percent"]) == ([], [], 100.0)
    assert table.read_text("utf-8") == GOLDEN.read_text("utf-8")


def test_a_changed_limit_fails_the_cases_and_shows_the_lines_of_the_table_that_differ(folder: Path) -> None:
    change(folder / "policies" / "refund.cedar", "context.args.amount > 2500 ", "context.args.amount > 2600 ")
    found = runner.invoke(app, ["policy", "test", str(folder), "--check", str(GOLDEN)])
    assert found.exit_code == 1
    assert "cases/refund.yaml:" in found.stdout and "25.01 needs a code: meant needs" in found.stdout
    assert "+shop.refund_item" in found.stdout


def test_a_rule_that_no_case_needs_is_named_with_the_score(folder: Path) -> None:
    (folder / "policies" / "zz.cedar").write_text(
        '@id("zz.cap") @reason("Too much.")\n'
        'forbid (principal, action == Action::"shop.refund_item", resource) when { context.args.amount > 490000 };\n'
    )
    found = runner.invoke(app, ["policy", "test", str(folder)])
    assert found.exit_code == 1
    needed = sum(not rule.shadow for rule in demo().rules)
    assert "no case needs 'zz.cap'" in found.stdout
    assert f"mutation score {100 * needed / (needed + 1):.1f} %" in found.stdout


def test_a_mistake_is_told_with_file_line_and_what_to_write_and_nothing_is_judged(folder: Path) -> None:
    change(folder / "policies" / "refund.cedar", "context.args.amount > 2500 ", "context.args.amont > 2500 ")
    for command in ("test", "check"):
        found = runner.invoke(app, ["policy", command, str(folder)])
        assert found.exit_code == 2
        assert "policies/refund.cedar:" in found.stderr and "did you mean 'amount'?" in found.stderr


def test_a_table_that_is_not_there_is_told(folder: Path) -> None:
    found = runner.invoke(app, ["policy", "test", str(folder), "--check", "nowhere/table.txt"])
    assert found.exit_code == 2 and "nowhere/table.txt cannot be read" in found.stderr


def test_odd_rules_are_warned_of_and_fail_only_where_that_is_wanted(folder: Path) -> None:
    change(folder / "policies" / "mail.cedar", '@id("mail.who")', '@id("mail.who") @expires("2020-01-31")')
    found = runner.invoke(app, ["policy", "check", str(folder)])
    assert found.exit_code == 0
    assert "no rule permits 'mail.send' to anybody any more" in found.stdout
    strict = runner.invoke(app, ["policy", "check", str(folder), "--strict", "--json"])
    assert strict.exit_code == 1
    told = [
        (each["kind"], each["rule"]) for each in json.loads(strict.stdout)["findings"] if each["level"] == "warning"
    ]
    assert ("nobody-permitted", "mail.send") in told and ("ended-grant", "mail.who") in told


@pytest.fixture
def database(database_url: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A database in which some refunds were decided, named in the environment; gives the data folder."""
    data = folder.parent / "data"
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.setenv("INTERLOCK_DATA", str(data))

    async def fill() -> None:
        database = Database(database_url, size=1)
        await database.open()
        try:
            log = PostgresLog(database, "demo", open_vault(data / "keys.json", "demo"), WallClock())
            for number, cents in enumerate((900, 14_000, 42_000)):
                refund = proposed(cents, proposal=f"pr_{number}")
                asked = judged(refund)
                met = [remedy_met(refund, str(need), SOFIA if need.kind == "approve" else None) for need in asked.needs]
                await log.append(Plan((asked, judged(refund, *met)), cause=f"test/{number}"))
        finally:
            await database.close()

    asyncio.run(fill())
    return data


def test_other_rules_are_tried_on_what_was_decided(folder: Path, database: Path) -> None:
    change(folder / "policies" / "refund.cedar", "context.args.amount > 20000", "context.args.amount > 10000")
    found = runner.invoke(app, ["policy", "replay", "--policies", str(folder), "--since", "1h"])
    assert found.exit_code == 0, found.output
    assert "3 proposals (6 judgements)" in found.stdout and "1 flipped" in found.stdout
    assert "1 allowed→needs; €140.00; 1 customers" in found.stdout
    assert "c-104  i_1  pr_1  refund.supervisor" in found.stdout
    as_json = json.loads(runner.invoke(app, ["policy", "replay", "--policies", str(folder), "--json"]).stdout)
    assert as_json["flipped"]["rules"][0] == {
        "rule": "refund.supervisor",
        "proposals": 1,
        "changes": {"allowed→needs": 1},
        "money": [{"amount": 14_000, "currency": "EUR"}],
        "customers": 1,
    }


def test_what_to_try_has_to_be_said_and_read(folder: Path, database: Path) -> None:
    for given, says in (
        ([], "Say what to try"),
        (["--policies", str(folder), "--since", "soon"], "no duration"),
        (["--constant", "refund.supervisor=1"], "write RULE:OLD:NEW"),
        (["--constant", "refund.supervisor:20000:10000"], "Nothing is in force here yet"),
    ):
        found = runner.invoke(app, ["policy", "replay", *given])
        assert found.exit_code == 2 and says in found.stderr, found.output


def test_a_check_with_a_database_counts_what_is_recorded(folder: Path, database: Path) -> None:
    (folder / "policies" / "zz.cedar").write_text(
        '@id("zz.cap") @reason("Too much.")\n'
        'forbid (principal, action == Action::"shop.refund_item", resource) when { context.args.amount > 490000 };\n'
    )
    found = runner.invoke(app, ["policy", "check", str(folder)])
    assert found.exit_code == 0, found.output
    assert "'zz.cap' never decided in any case, nor in anything that is recorded" in found.stdout
