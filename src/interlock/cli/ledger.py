"""``interlock ledger``: do the ledgers say what the facts say?"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final

import typer
from rich.console import Console
from rich.markup import escape

from interlock.cli.running import run, settings_from
from interlock.store.ledger_lines import Rebuilt

app = typer.Typer(no_args_is_help=True, help="Ledgers: rebuild.")
Data = Annotated[Path | None, typer.Option(help="Folder of the private PostgreSQL and the key file.")]

SHOWN: Final = 20
"""Lines that differ of which the command says what they are."""


@app.callback()
def ledgers() -> None:
    """Ledgers: what they hold is derived from the facts."""


@app.command("rebuild")
def rebuild_lines(
    check: Annotated[
        bool, typer.Option("--check", help="Only tell what differs; ends with 1 if anything does.")
    ] = False,
    data: Data = None,
) -> None:
    """Write the lines of all ledgers anew from the facts. Nodes may go on meanwhile."""
    settings = settings_from(data=data)

    async def work() -> Rebuilt:
        from interlock.cli import offline
        from interlock.control.ledgers import POSTING, postings
        from interlock.store.ledger_lines import rebuild

        async with offline.database(settings) as database:
            return await rebuild(database, settings.tenant, POSTING, postings, write=not check)

    found, console = run(work), Console(highlight=False, soft_wrap=True)
    for sign, lines in (("missing", found.missing), ("surplus", found.surplus)):
        for line in lines[:SHOWN]:
            what = f"{line.ledger} of {line.subject}: {line.amount} by {line.entry} at {line.at.isoformat()}"
            console.print(f"[yellow]{sign}[/] {escape(what)}")
        if len(lines) > SHOWN:
            console.print(f"[yellow]{sign}[/] {len(lines) - SHOWN} more")
    differ = len(found.missing) + len(found.surplus)
    what = "nothing differs" if not differ else f"{differ} differ" if check else f"{differ} differed and are mended"
    console.print(f"{found.lines} lines by the facts; {what}")
    if check and differ:
        raise typer.Exit(1)
