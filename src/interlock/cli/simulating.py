"""How does a simulated floor look on a terminal and in files: progress, tables with intervals, pictures?"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated, Final

import msgspec
import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from interlock.cli.running import errors, run
from interlock.kernel.documents import duration_text
from interlock.kernel.errors import Refused
from interlock.simulation.floor.estimates import Estimate
from interlock.simulation.floor.results import QueueLine, Report, report
from interlock.simulation.floor.setting import Run, Setting, play

MOST_DAYS: Final = 366
"""Days of one simulation."""

PIPE: Final = 160
"""Columns of what no terminal shows."""

Json = Annotated[bool, typer.Option("--json", help="One JSON object.")]
Out = Annotated[Path | None, typer.Option(help="Folder to write results.json and the pictures (SVG) to.")]
Seed = Annotated[int, typer.Option(help="The same seed gives the same customers.", min=0)]


def simulate(
    scenario: Annotated[Path, typer.Option(help="The scenario's file.")],
    days: Annotated[
        int, typer.Option(help="Days to simulate; more make the figures surer.", min=1, max=MOST_DAYS)
    ] = 10,
    seed: Seed = 1,
    json: Json = False,
    out: Out = None,
) -> None:
    """Play a floor: customers, agents and outages of a scenario on virtual time, with the routing that runs the real one."""
    from interlock.simulation.floor.loading import load_scenario
    from interlock.simulation.floor.staging import setting

    async def work() -> Report:
        loaded = load_scenario(scenario)
        floor = setting(loaded, days)
        (played,) = play_all(floor, [seed], loaded.scenario.scenario)
        found = report(loaded.scenario.scenario, seed, floor, [played])
        if out is not None:
            write(found, out)
        return found

    found = run(work)
    if json:
        print(msgspec.json.encode(found).decode())
    else:
        show(terminal(), found)


def play_all(floor: Setting, seeds: Sequence[int], what: str) -> list[Run]:
    """Play a floor once for each seed, with a progress bar where somebody looks."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f} %"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=errors, transient=True, disable=not errors.is_terminal) as bar:
        length = (floor.ends - floor.starts).total_seconds()
        task = bar.add_task(escape(what), total=length * len(seeds))

        def at(number: int) -> Callable[[datetime], None]:
            return lambda now: bar.update(task, completed=length * number + (now - floor.starts).total_seconds())

        return [play(floor, seed, at(number)) for number, seed in enumerate(seeds)]


def write(found: Report, folder: Path) -> None:
    """Write the results and the pictures. Raises Refused where that cannot be done."""
    from interlock.simulation.floor.plots import plots

    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "results.json").write_bytes(msgspec.json.format(msgspec.json.encode(found)))
        for name, picture in plots(found).items():
            (folder / name).write_text(picture, encoding="utf-8")
    except OSError as error:
        raise Refused("not_written", f"{folder} cannot be written: {error.strerror}.", status=422) from None


def terminal() -> Console:
    """Where results are printed: a pipe is as wide as the tables are."""
    console = Console(highlight=False)
    if not console.is_terminal:
        console.width = PIPE
    return console


def show(console: Console, found: Report) -> None:
    """Print the figures; ± is the half of the interval that holds the true value with 95 %."""
    over = f"{found.days} days" if found.days > 1 else "1 day"
    again = f", {found.runs} runs each" if found.runs > 1 else ""
    console.print(
        f"[bold]{escape(found.name)}[/bold]  {found.customers:,} customers, {over}{again}, seed {found.seed}; counts are per day"
    )
    queue_table(console, found.queues)
    teams = Table("team", box=None, pad_edge=False)
    for head in ("handling h/day", "free h/day", "occupancy"):
        teams.add_column(head, justify="right")
    for team in found.teams:
        cells = (number(team.handling_h), number(team.available_h), percent(team.occupancy))
        teams.add_row(escape(team.team), *cells)
    console.print(teams)
    for note in found.notes:
        console.print(f"[yellow]{escape(note)}[/yellow]")


def queue_table(console: Console, queues: Sequence[QueueLine]) -> None:
    """Print a line for each queue."""
    table = Table("queue", box=None, pad_edge=False)
    some = {name: any(each and each.value for each in column) for name, column in _aside(queues).items()}
    for head in ("entered", "abandoned", "service level", "target", "ASA s", "AHT s", "occupancy"):
        table.add_column(head, justify="right", no_wrap=True)
    for name in (each for each, shown in some.items() if shown):
        table.add_column(name, justify="right", no_wrap=True)
    for at, line in enumerate(queues):
        cells = [number(line.entered), percent(line.abandon_rate), level(line)]
        cells.append(
            ""
            if line.target is None
            else f"{line.target:.0%} in {duration_text(timedelta(seconds=line.threshold_s or 0))}"
        )
        cells += [number(line.asa_s), number(line.aht_s), percent(line.occupancy)]
        cells += [number(column[at]) for name, column in _aside(queues).items() if some[name]]
        table.add_row(escape(line.title), *cells)
    console.print(table)


def _aside(queues: Sequence[QueueLine]) -> dict[str, list[Estimate | None]]:
    """Columns that are shown only where there is something in them."""
    return {
        "contained": [line.contained for line in queues],
        "turned away": [line.turned_away for line in queues],
    }


def level(line: QueueLine) -> str:
    """A service level, with a sign against its target where the interval tells."""
    shown, found = percent(line.service_level), line.service_level
    if found is None or line.target is None or found.low is None or found.high is None:
        return shown
    if found.high < line.target:
        return f"[red]▼ {shown}[/red]"
    return f"[green]▲ {shown}[/green]" if found.low >= line.target else shown


def percent(found: Estimate | None) -> str:
    """A share with the half of its interval."""
    if found is None:
        return "–"
    sure = "" if found.high is None else f" ± {(found.high - found.value) * 100:.1f}"
    return f"{found.value * 100:.1f}{sure} %"


def number(found: Estimate | None) -> str:
    """A number with the half of its interval."""
    if found is None:
        return "–"
    digits = 0 if abs(found.value) >= 100 else 1
    sure = "" if found.high is None else f" ± {found.high - found.value:,.{digits}f}"
    return f"{found.value:,.{digits}f}{sure}"
