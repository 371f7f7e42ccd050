"""Measure: each benchmark gives figures, and where there is one those of a peer in the same run."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Final

import msgspec
import uvloop
from rich.console import Console
from rich.table import Table

from interlock.cli.bench import dialogue, gate, idle, log, routing, turn
from interlock.cli.bench.result import Result

BENCHES: Final[dict[str, Callable[[], Coroutine[None, None, Result]]]] = {
    "log": log.run,
    "turn": turn.run,
    "idle": idle.run,
    "gate": gate.run,
    "dialogue": dialogue.run,
    "routing": routing.run,
}


def run(name: str, *, as_json: bool) -> int:
    """Run one benchmark and print its figures; 2 where there is none of that name."""
    bench = BENCHES.get(name)
    if bench is None:
        Console(stderr=True).print(f"There is no benchmark {name!r}; there are {', '.join(BENCHES)}.", style="red")
        return 2
    result = uvloop.run(bench())
    if as_json:
        print(msgspec.json.encode(result).decode())
        return 0
    table = Table(title=f"interlock bench {name}", title_justify="left")
    table.add_column("figure")
    table.add_column("value", justify="right")
    for key, value in result.figures.items():
        table.add_row(key, f"{value:,.2f}")
    for key, value in (result.peer or {}).items():
        table.add_row(f"peer: {key}", f"{value:,.2f}", style="dim")
    if result.ratio is not None:
        table.add_row("ratio", f"{result.ratio:.2f}", style="bold")
    Console().print(table)
    Console().print(", ".join(f"{key} {value}" for key, value in result.machine.items()), style="dim")
    return 0
