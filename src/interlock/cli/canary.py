"""``interlock canary``: try new journeys on some people first, and see how they do."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from interlock.cli.running import PerhapsAs, password_of, run, settings_from
from interlock.governance.releases import Canary
from interlock.runtime.canaries import CanaryRuns, Runs, change_canary, end_canary, start_canary
from interlock.runtime.definitions import read_folder
from interlock.runtime.stored_releases import Releases

app = typer.Typer(no_args_is_help=True, help="New journeys on some people first: start, show, share, end.")
Data = Annotated[Path | None, typer.Option(help="Folder of the private PostgreSQL and the key file.")]
Note = Annotated[str, typer.Option(help="Why; shown with the version.")]


@app.command()
def start(
    folder: Annotated[Path, typer.Argument(help="Folder with tenant.yaml; only its journeys may differ.")],
    share: Annotated[int, typer.Option(help="Percent of the people, 1 to 99.")],
    segment: Annotated[str, typer.Option(help="CEL on channel and matched, such as 'channel == \"chat\"'.")] = "",
    login: PerhapsAs = None,
    note: Note = "",
    data: Data = None,
) -> None:
    """Let some of the interactions that begin from now on begin on other journeys; the rules stay those in force."""
    settings = settings_from(data=data)
    password = password_of(login)

    async def work() -> str:
        from interlock.cli import releasing
        from interlock.runtime.knowledge_files import of_tenant
        from interlock.simulation.trying import held

        files = read_folder(folder)
        async with releasing.somebody(settings, login, password) as (log, records, by):
            await held(files, await Releases.running(log, records), of_tenant(folder))
            return await start_canary(files, log, records, by=by, share=share, segment=segment, note=note)

    within = f" of those with {segment}" if segment else ""
    print(f"{run(work)} is tried on {share} % of the people{within}")


@app.command()
def show(as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False, data: Data = None) -> None:
    """How the journeys went that began since the canary did: on the version in force, and on it."""
    settings = settings_from(data=data)

    async def work() -> tuple[Canary | None, dict[str, dict[str, Runs]]]:
        from interlock.cli import offline

        async with offline.store(settings) as (log, _):
            return await CanaryRuns(log).now()

    canary, found = run(work)
    if as_json:
        print(msgspec.json.encode({"canary": canary, "runs": found}).decode())
    elif canary is None:
        print("no version is being tried")
    else:
        _show(Console(highlight=False), canary, found)


@app.command("share")
def change(
    share: Annotated[int, typer.Argument(help="Percent of the people, 1 to 99.")],
    segment: Annotated[str | None, typer.Option(help="Another condition; unless it is given, the one before.")] = None,
    login: PerhapsAs = None,
    note: Note = "",
    data: Data = None,
) -> None:
    """Try the same version on more people, or on fewer; whoever took part at a smaller share does so at a larger one."""
    settings = settings_from(data=data)
    password = password_of(login)

    async def work() -> Canary:
        from interlock.cli import releasing

        async with releasing.somebody(settings, login, password) as (log, _, by):
            return await change_canary(log, by=by, share=share, segment=segment, note=note)

    canary = run(work)
    within = f" of those with {canary.segment}" if canary.segment else ""
    print(f"{canary.release} is tried on {canary.share} % of the people{within}")


@app.command()
def end(login: PerhapsAs = None, note: Note = "", data: Data = None) -> None:
    """Let no more interactions begin on it; those that did end on it. To keep it for all: interlock publish."""
    settings = settings_from(data=data)
    password = password_of(login)

    async def work() -> Canary:
        from interlock.cli import releasing

        async with releasing.somebody(settings, login, password) as (log, _, by):
            return await end_canary(log, by=by, note=note)

    print(f"{run(work).release} is tried on nobody any more")


def _show(console: Console, canary: Canary, found: dict[str, dict[str, Runs]]) -> None:
    within = f" with {canary.segment}" if canary.segment else ""
    head = f"{canary.release} is tried on {canary.share} % of the people{within} since {canary.at:%Y-%m-%d %H:%M}"
    console.print(escape(f"{head}, by {canary.by}{f': {canary.note}' if canary.note else ''}"))
    table = Table("journey", "version", "begun", "over", "outcomes")
    for journey in sorted({name for runs in found.values() for name in runs}):
        for release, kind in ((canary.base, "in force"), (canary.release, "canary")):
            runs = found[release].get(journey, Runs())
            table.add_row(escape(journey), kind, str(runs.begun), *_outcomes(runs))
    console.print(table)


def _outcomes(runs: Runs) -> tuple[str, str]:
    over: Any = sum(runs.outcomes.values())
    shares = (f"{name} {count} ({count / over:.0%})" for name, count in runs.outcomes.most_common())
    return str(over), escape(", ".join(shares))
