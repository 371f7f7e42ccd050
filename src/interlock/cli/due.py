"""``interlock due``: what is still to be carried out, and what was given up on."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer
from rich.console import Console
from rich.markup import escape

from interlock.cli.running import fail, run, settings_from
from interlock.runtime.clock import WallClock
from interlock.runtime.waiting import MOST_SHOWN, retry, shown

app = typer.Typer(no_args_is_help=True, help="Due commands: list, retry.")
Data = Annotated[Path | None, typer.Option(help="Folder of the private PostgreSQL and the key file.")]

COLOURS = {"parked": "red", "overdue": "yellow", "waiting": "dim"}


@app.command("list")
def list_due(
    json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False, data: Data = None
) -> None:
    """Print the due commands: parked ones first, then what is overdue, then what waits for its time."""
    settings = settings_from(data=data)

    async def work() -> list[dict[str, Any]]:
        from interlock.cli import offline

        async with offline.store(settings) as (log_of_tenant, _):
            return await shown(log_of_tenant, WallClock()())

    rows, console = run(work), Console(highlight=False, soft_wrap=True)
    for row in rows:
        if json:
            print(msgspec.json.encode(row).decode())
            continue
        colour, reason = COLOURS[row["state"]], f"  {row['reason']}" if row["reason"] else ""
        console.print(
            f"[{colour}]{row['state']:8}[/{colour}] {row['at']}  {row['command']:18} {escape(row['lane'])}"
            f"  {escape(row['id'])}  tried {row['attempts']}{escape(reason)}"
        )
    if not json:
        console.print("nothing is due" if not rows else f"the first {MOST_SHOWN}" if len(rows) == MOST_SHOWN else "")


@app.command("retry")
def retry_due(
    ids: Annotated[list[str] | None, typer.Argument(help="Identifiers of parked commands, from due list.")] = None,
    all_parked: Annotated[bool, typer.Option("--all-parked", help="All that are parked.")] = False,
    data: Data = None,
) -> None:
    """Have parked commands tried again, once what made them fail is mended; a running node takes them at once."""
    if bool(ids) == all_parked:
        fail("Name the parked commands that are to be tried again, or say --all-parked.")
    settings = settings_from(data=data)

    async def work() -> int:
        from interlock.cli import offline

        async with offline.store(settings) as (log_of_tenant, _):
            return len(await retry(log_of_tenant, None if all_parked else ids, WallClock()()))

    print(f"tried again: {run(work)}")
