"""``interlock policy``: try rules on cases and on what happened, look for odd ones, and see which versions there were."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import msgspec
import typer
from rich.console import Console
from rich.markup import escape

from interlock.cli import replays, running
from interlock.control.bundle import Bundle, load_bundle
from interlock.control.cases import ReadyCase, read_cases
from interlock.control.proving import Proof, prove, verdict_table
from interlock.control.soundness import Finding, findings
from interlock.runtime.clock import WallClock
from interlock.runtime.definitions import read_folder, release_id
from interlock.runtime.settings import Settings

app = typer.Typer(no_args_is_help=True, help="Rules: test, check, replay, versions.")
console = Console(highlight=False, soft_wrap=True)

Folder = Annotated[Path | None, typer.Argument(help="Folder with tenant.yaml; by default INTERLOCK_DEFINITIONS.")]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON object.")]
Data = Annotated[Path | None, typer.Option(help="Folder of the private PostgreSQL and the key file.")]


@app.command("test")
def test_rules(
    folder: Folder = None,
    table: Annotated[Path | None, typer.Option(help="Write the verdict table to this file.")] = None,
    check: Annotated[Path | None, typer.Option(help="Fail with what differs from the table in this file.")] = None,
    json: AsJson = False,
) -> None:
    """Run the cases, and ask of every rule whether a case needs it. Fails where a case does not hold or a rule is idle."""
    settings = running.settings_from(definitions=folder)

    async def work() -> tuple[Proof, str]:
        bundle, cases = _definitions(read_folder(settings.definitions))
        return prove(cases, bundle), verdict_table(cases, bundle)

    proof, drawn = running.run(work)
    if table is not None:
        running.write(table, drawn)
    differences = [] if check is None else _differences(running.read(check), drawn, check)
    if json:
        shown = {
            "cases": proof.cases,
            "failures": [str(each) for each in proof.failures],
            "rules": proof.enforced,
            "mutation_score_percent": round(proof.score_percent, 2),
            "unneeded": list(proof.unneeded),
            "table_differs": differences,
        }
        print(msgspec.json.encode(shown).decode())
    else:
        _show_proof(proof, differences)
    if not proof.holds or differences:
        raise typer.Exit(1)


@app.command("check")
def check_rules(
    folder: Folder = None,
    data: Data = None,
    strict: Annotated[bool, typer.Option("--strict", help="Fail where there is a warning.")] = False,
    json: AsJson = False,
) -> None:
    """Validate the rules, and tell of odd ones: never decided, nobody permitted, granted and unused, granted without end.

    With --data or DATABASE_URL what is recorded there counts as well.
    """
    settings = running.settings_from(definitions=folder, data=data)

    async def work() -> list[Finding]:
        return await _findings(settings, recorded=data is not None or bool(settings.database_url))

    found = running.run(work)
    if json:
        print(msgspec.json.encode({"findings": found}).decode())
    else:
        for each in sorted(found, key=lambda each: each.level, reverse=True):
            colour = "yellow" if each.level == "warning" else "dim"
            console.print(f"[{colour}]{each.level}[/{colour}]  {escape(str(each))}")
        warnings = sum(each.level == "warning" for each in found)
        console.print(f"the rules are valid; {_count(warnings, 'warning')}, {_count(len(found) - warnings, 'note')}")
    if strict and any(each.level == "warning" for each in found):
        raise typer.Exit(1)


@app.command("replay")
def replay_rules(
    policies: Annotated[Path | None, typer.Option(help="Folder with the definitions to try.")] = None,
    constant: Annotated[
        list[str] | None,
        typer.Option(help="A number in a rule in force to change: RULE:OLD:NEW (minor units); may be repeated."),
    ] = None,
    since: Annotated[str, typer.Option(help="How far back, such as 30d or 12h; 'all' for everything.")] = "30d",
    data: Data = None,
    json: AsJson = False,
) -> None:
    """Judge what was decided again by other rules: which decisions flip, by which rules, how much money, which customers."""
    settings = running.settings_from(data=data)
    if (policies is None) == (not constant):
        running.fail("Say what to try: either --policies FOLDER or --constant RULE:OLD:NEW.")
    constants = [replays.constant_of(text) for text in constant or ()]
    report = running.run(lambda: replays.replay(settings, policies, constants, since))
    if json:
        print(msgspec.json.encode(report).decode())
    else:
        replays.show(console, report)


@app.command("shadow")
def shadow_rules(
    since: Annotated[str, typer.Option(help="How far back, such as 30d or 12h; at most 30d.")] = "30d",
    data: Data = None,
    json: AsJson = False,
) -> None:
    """What rules in shadow would have changed in live traffic, each enforced by itself; and those that failed."""
    settings = running.settings_from(data=data)
    found = running.run(lambda: replays.shadow(settings, since))
    if json:
        print(msgspec.json.encode({"rules": found}).decode())
    else:
        replays.show_shadow(console, found)


async def _findings(settings: Settings, *, recorded: bool) -> list[Finding]:
    bundle, cases = _definitions(read_folder(settings.definitions))
    idle = frozenset(prove(cases, bundle).undecided)
    history = None
    if recorded:
        from interlock.cli import offline
        from interlock.runtime.past import read_history

        async with offline.store(settings) as (log, _):
            history = await read_history(log, None)
    return findings(bundle, WallClock()(), idle, history)


def _definitions(files: Mapping[str, str]) -> tuple[Bundle, list[ReadyCase]]:
    bundle = load_bundle(files, release_id(files))
    return bundle, read_cases(files, bundle)


def _differences(agreed: str, drawn: str, file: Path) -> list[str]:
    return list(difflib.unified_diff(agreed.splitlines(), drawn.splitlines(), str(file), "now", lineterm="", n=1))


def _show_proof(proof: Proof, differences: list[str]) -> None:
    for failure in proof.failures:
        console.print(f"[red]fails[/red]  {escape(str(failure))}")
    for rule in proof.unneeded:
        console.print(f"[yellow]idle[/yellow]   no case needs '{escape(rule)}': every case holds without it")
    for line in differences:
        console.print(escape(line), style={"+": "green", "-": "red"}.get(line[:1], ""))
    held = proof.cases - len(proof.failures)
    score = f"mutation score {proof.score_percent:.1f} %"
    console.print(f"{held} of {_count(proof.cases, 'case')} hold; {_count(proof.enforced, 'rule')}, {score}")


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"
