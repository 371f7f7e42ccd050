"""``interlock routing``: what would the recorded past have been under another configuration of queues?"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time
from pathlib import Path
from typing import Annotated, Final
from zoneinfo import ZoneInfo

import msgspec
import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from interlock.cli.running import run, settings_from
from interlock.cli.simulating import number, percent, play_all, terminal
from interlock.kernel.errors import Refused
from interlock.kernel.events import START
from interlock.kernel.log import Log
from interlock.runtime.clock import WallClock
from interlock.runtime.settings import Settings
from interlock.runtime.stored_releases import Releases
from interlock.simulation.floor.estimates import Estimate
from interlock.simulation.floor.recorded import OF_FLOOR, OF_PRESENCE, RecordedFloor
from interlock.simulation.floor.replaying import Figures, Past, Replay, ReplayLine, replay

MOST_RUNS: Final = 100
"""Runs of one replay."""

app = typer.Typer(no_args_is_help=True, help="Look at routing.")


@app.callback()
def routing() -> None:
    """Look at routing."""


@app.command("replay")
def replay_command(
    config: Annotated[Path, typer.Option(help="Folder with the changed queues/ (and perhaps tenant.yaml).")],
    since: Annotated[str, typer.Option(help="How far back, such as 7d, from midnight on; or 'all'.")] = "7d",
    runs: Annotated[
        int, typer.Option(help="How often it is played; more make the figures surer.", min=1, max=MOST_RUNS)
    ] = 5,
    seed: Annotated[int, typer.Option(help="The same seed draws the same for what is not recorded.", min=0)] = 1,
    json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
    data: Annotated[Path | None, typer.Option(help="Folder of the private PostgreSQL and the key file.")] = None,
) -> None:
    """Play the recorded customers and agents again under changed queues, beside those in force. Nothing is changed."""
    settings = settings_from(data=data)
    found = run(lambda: play_again(settings, config, since, range(seed, seed + runs)))
    if json:
        print(msgspec.json.encode(found).decode())
    else:
        show(terminal(), found)


async def play_again(settings: Settings, config: Path, since: str, seeds: Sequence[int]) -> Replay:
    """Replay the past of a tenant. Raises Refused and DefinitionError."""
    from interlock.cli import offline
    from interlock.cli.replays import moment
    from interlock.simulation.floor.loading import definitions_of, read_definitions

    changed_settings, changed = read_definitions(config)
    at = moment(since)
    async with offline.store(settings) as (log, records):
        running = await Releases.running(log, records)
        if running is None:
            raise Refused("nothing_in_force", "Nothing is in force here yet; publish something first.", status=404)
        own, specs = definitions_of(running.files)
        recorded = RecordedFloor(specs, await _begins(log, at, ZoneInfo(own.timezone)), ZoneInfo(own.timezone))
        await _read(log, recorded)
    past = Past(recorded, recorded.now)
    one = play_all(past.setting(own, specs), seeds, "as it is")
    two = play_all(past.setting(changed_settings, changed), seeds, "changed")
    return replay(past, specs, one, two, changed)


async def _begins(log: Log, at: datetime | None, zone: ZoneInfo) -> datetime:
    """The midnight of the day that a moment lies in; of the first recorded one where none is named."""
    if at is None:
        first = await log.after(START, 1, OF_FLOOR)
        at = first[0].at if first else WallClock()()
    local = at.astimezone(zone)
    return datetime.combine(local.date(), time(0), zone)


async def _read(log: Log, recorded: RecordedFloor) -> None:
    from interlock.runtime.past import past

    since = await log.before(recorded.starts)
    async for batch in past(log, OF_PRESENCE, START):
        for each in batch:
            if each.cursor <= since:
                recorded.before(each)
    async for batch in past(log, OF_FLOOR, since):
        for each in batch:
            recorded.fold(each)
    if not recorded.came:
        raise Refused(
            "nobody_came", "Nobody entered a queue in this time; name a longer one, such as --since 30d.", status=404
        )
    recorded.close(recorded.now)


def show(console: Console, found: Replay) -> None:
    """Print a replay: for each queue what was, what is played again, and what would have been."""
    console.print(
        f"{found.customers:,} customers from {found.since:%Y-%m-%d} to {found.until:%Y-%m-%d %H:%M}, played {found.runs} times"
    )
    table = Table("queue", "", box=None, pad_edge=False)
    for head in ("entered", "service level", "ASA s", "abandoned", "occupancy"):
        table.add_column(head, justify="right", no_wrap=True)
    for line in found.queues:
        rows: list[tuple[str, Figures | None]] = [
            ("recorded", line.recorded),
            ("as it is", line.as_it_is),
            ("changed", line.changed),
        ]
        for at, (what, figures) in enumerate(rows):
            if figures is not None:
                table.add_row("" if at else escape(line.title), what, *_cells(figures))
        if line.difference:
            table.add_row("", "[bold]difference[/bold]", "", *_differences(line))
    console.print(table)
    for note in found.notes:
        console.print(f"[yellow]the past cannot tell[/yellow]  {escape(note)}")


def _cells(figures: Figures) -> list[str]:
    shares = (
        percent(figures.service_level),
        number(figures.asa_s),
        percent(figures.abandon_rate),
        percent(figures.occupancy),
    )
    return [f"{figures.entered:,.0f}", *shares]


def _differences(line: ReplayLine) -> list[str]:
    """The differences with their signs; those that chance does not explain stand out."""

    def shown(found: Estimate | None, factor: float, unit: str) -> str:
        if found is None:
            return "–"
        sure = "" if found.high is None else f" ± {(found.high - found.value) * factor:.1f}"
        text = f"{found.value * factor:+.1f}{sure}{unit}"
        certain = found.low is not None and found.high is not None and not found.low <= 0 <= found.high
        return f"[bold]{text}[/bold]" if certain else text

    return [
        shown(line.difference["service_level"], 100, " pp"),
        shown(line.difference["asa_s"], 1, ""),
        shown(line.difference["abandon_rate"], 100, " pp"),
        shown(line.difference["occupancy"], 100, " pp"),
    ]
