"""``interlock policy``: try rules on cases and on what happened, look for odd ones, and see which versions there were."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from interlock.cli import running

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
    from interlock.cli import proofs

    settings = running.settings_from(definitions=folder)

    proof, drawn = running.run(lambda: proofs.proof(settings))
    if table is not None:
        running.write(table, drawn)
    differences = [] if check is None else proofs.differences(running.read(check), drawn, check)
    if json:
        shown = {
            "cases": proof.cases,
            "failures": [str(each) for each in proof.failures],
            "rules": proof.enforced,
            "mutation_score_percent": round(proof.score_percent, 2),
            "unneeded": list(proof.unneeded),
            "table_differs": differences,
        }
        _print(shown)
    else:
        proofs.show_proof(console, proof, differences)
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
    from interlock.cli import proofs

    settings = running.settings_from(definitions=folder, data=data)

    recorded = data is not None or bool(settings.database_url)
    found = running.run(lambda: proofs.odd(settings, recorded=recorded))
    if json:
        _print({"findings": found})
    else:
        proofs.show_odd(console, found)
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
    from interlock.cli import replays

    settings = running.settings_from(data=data)
    if (policies is None) == (not constant):
        running.fail("Say what to try: either --policies FOLDER or --constant RULE:OLD:NEW.")
    constants = [replays.constant_of(text) for text in constant or ()]
    report = running.run(lambda: replays.replay(settings, policies, constants, since))
    if json:
        _print(report)
    else:
        replays.show(console, report)


@app.command("shadow")
def shadow_rules(
    since: Annotated[str, typer.Option(help="How far back, such as 30d or 12h; at most 30d.")] = "30d",
    data: Data = None,
    json: AsJson = False,
) -> None:
    """What rules in shadow would have changed in live traffic, each enforced by itself; and those that failed."""
    from interlock.cli import replays

    settings = running.settings_from(data=data)
    found = running.run(lambda: replays.shadow(settings, since))
    if json:
        _print({"rules": found})
    else:
        replays.show_shadow(console, found)


@app.command("versions")
def show_versions(data: Data = None, json: AsJson = False) -> None:
    """The versions that came into force, newest first: who, when, what changed; and those that wait for an approval."""
    from interlock.cli import releasing

    settings = running.settings_from(data=data)
    lines = running.run(lambda: releasing.versions(settings))
    if json:
        _print(lines)
    else:
        releasing.show(console, lines)


@app.command("approve")
def approve_version(
    release: Annotated[str, typer.Argument(help="A version that waits, r_…")],
    login: running.As,
    data: Data = None,
) -> None:
    """Approve a version that somebody else proposed; with the last approval that is wanted it comes into force."""
    from interlock.cli import releasing

    settings = running.settings_from(data=data)
    password = running.password_of(login)
    print(running.run(lambda: releasing.approve(settings, release, login, password)))


@app.command("reject")
def reject_version(
    release: Annotated[str, typer.Argument(help="A version that waits, r_…")],
    login: running.As,
    reason: Annotated[str, typer.Option(help="Why; stays with the version.")],
    data: Data = None,
) -> None:
    """Reject a version that waits, or take back one's own."""
    from interlock.cli import releasing

    settings = running.settings_from(data=data)
    password = running.password_of(login)
    print(running.run(lambda: releasing.reject(settings, release, login, password, reason)))


def _print(value: Any) -> None:
    import msgspec

    print(msgspec.json.encode(value).decode())
