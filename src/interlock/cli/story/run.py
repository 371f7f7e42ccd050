"""How did the story go: every step played, told with its time, and summed up?"""

from __future__ import annotations

import asyncio
import json
import time
import traceback
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

from rich.console import Console
from rich.markup import escape

from interlock.cli.story.stage import Stage, Where
from interlock.cli.story.steps import STEPS, Step
from interlock.cli.story.wire import Unmet

MOST_FOR_A_STEP_S: Final = 60.0


class Played(NamedTuple):
    """How one step went; ``detail`` says what held, or why it did not."""

    name: str
    ok: bool
    ms: int
    detail: str


class Report(NamedTuple):
    """How all of it went; ``left`` is what could not be cleared away."""

    ok: bool
    steps: tuple[Played, ...]
    left: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """The report for programs; a detail only where something is wrong."""
        steps = [
            {"name": one.name, "ok": one.ok, "ms": one.ms, **({} if one.ok else {"detail": one.detail})}
            for one in self.steps
        ]
        return {"ok": self.ok, "steps": steps}


async def play(where: Where, tell: Callable[[Played], None], steps: Sequence[Step] = STEPS) -> Report:
    """Play the steps; one that fails does not stop those that do not build on it.

    Args:
        tell: told of each step as soon as it is over.
    """
    stage = Stage(where)
    played: list[Played] = []
    try:
        for step in steps:
            held = {one.name for one in played if one.ok}
            lacking = [need for need in step.needs if need not in held]
            played.append(await _one(stage, step) if not lacking else _skipped(step, lacking))
            tell(played[-1])
    finally:
        left = await asyncio.shield(stage.clear_up())
    return Report(all(one.ok for one in played), tuple(played), tuple(left))


async def check(url: str, shop: str, as_json: bool, *, data: Path | None = None) -> int:
    """Play the story against a running demonstration and print how it went; 0 if every step held.

    Args:
        url: the server; ``shop`` likewise.
        as_json: print one JSON object instead of lines.
        data: the folder of the private PostgreSQL if it runs on this machine, for ``interlock log show``.
    """
    console = Console(highlight=False, soft_wrap=True)
    began = time.perf_counter()
    where = Where(url.rstrip("/"), shop.rstrip("/"), data)
    report = await play(where, (lambda _: None) if as_json else lambda one: _line(console, one))
    if as_json:
        print(json.dumps(report.as_json(), ensure_ascii=False))
    else:
        for what in report.left:
            console.print(f"[yellow]left behind[/yellow]  {escape(what)}")
        held, of = sum(one.ok for one in report.steps), len(report.steps)
        verdict = (
            "[bold green]the story holds[/bold green]" if report.ok else "[bold red]the story does not hold[/bold red]"
        )
        console.print(f"{verdict}: {held} of {of} steps in {time.perf_counter() - began:.1f} s")
    return 0 if report.ok else 1


async def _one(stage: Stage, step: Step) -> Played:
    began = time.perf_counter()
    try:
        async with asyncio.timeout(MOST_FOR_A_STEP_S):
            detail, ok = await step.play(stage), True
    except Unmet as unmet:
        detail, ok = f"{unmet}{_where(unmet)}", False
    except TimeoutError as error:
        detail, ok = f"it was not over after {MOST_FOR_A_STEP_S:g} s{_where(error)}", False
    except Exception as error:
        # An answer of another shape than agreed: the step tells where it stumbled.
        detail, ok = f"{type(error).__name__}: {error}{_where(error)}", False
    return Played(step.name, ok, round((time.perf_counter() - began) * 1000), detail)


def _skipped(step: Step, lacking: list[str]) -> Played:
    return Played(step.name, False, 0, f"not played: it builds on {', '.join(map(repr, lacking))}")


def _where(error: BaseException) -> str:
    """The line of the story that failed."""
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if "story" in Path(frame.filename).parts]
    named = [f"{Path(frame.filename).name}:{frame.lineno} {frame.line}" for frame in frames if frame.name != "_one"]
    return "".join(f"\n      at {line}" for line in named[:2])


def _line(console: Console, one: Played) -> None:
    mark = "[green]✓[/green]" if one.ok else "[red]✗[/red]"
    console.print(f"{mark} {escape(one.name):<52} [dim]{one.ms:>6} ms[/dim]  {escape(one.detail)}")
