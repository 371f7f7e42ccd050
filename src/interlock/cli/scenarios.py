"""What is told of the scenarios of a folder that were played: which fail and why, what they cover, how long it took?"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from rich.console import Console
from rich.markup import escape

from interlock.simulation.trying import Outcome, Played

MISSING_SHOWN: Final = 20
"""Steps and branches never taken that are listed for one journey; all of them in JSON."""


def show_played(console: Console, one: Played, folder: Path) -> None:
    """Print a line for one scenario, and what did not hold in it."""
    mark = "[red]failed[/red]" if one.failures else "[green]passed[/green]"
    console.print(f"{mark}  {escape(one.scenario.journey)}: {escape(one.scenario.title)}")
    for failure in one.failures:
        console.print(f"        {escape(f'{folder / failure.file}:{failure.line}')}")
        console.print(f"        expected {escape(failure.expected)}")
        console.print(f"        really   {escape(failure.really)}")


def show_outcome(console: Console, outcome: Outcome, folder: Path) -> None:
    """Print how many hold, and what they cover."""
    console.print()
    width = max((len(each.journey) for each in outcome.covered), default=0)
    for each in outcome.covered:
        steps, branches = _share(each.steps_taken, each.steps), _share(each.branches_taken, each.branches)
        console.print(f"{escape(each.journey):{width}}  steps {steps}  branches {branches}")
        for missing in each.missing[:MISSING_SHOWN]:
            console.print(
                f"  [yellow]never[/yellow]  {escape(f'{folder / missing.file}:{missing.line}')}  {escape(missing.what)}"
            )
        if (more := len(each.missing) - MISSING_SHOWN) > 0:
            console.print(f"  … and {more} more")
    held = len(outcome.played) - outcome.failed
    covered = f"{outcome.steps_percent:.1f} % of the steps and {outcome.branches_percent:.1f} % of the branches"
    took = f"{outcome.seconds:.1f} s, at {outcome.per_min:,.0f} a minute of a processor"
    console.print(f"\n{held} of {len(outcome.played)} scenarios hold; of the journeys' files {covered}; {took}")


def document(outcome: Outcome) -> dict[str, Any]:
    """The same for a program."""
    return {
        "scenarios": len(outcome.played),
        "failed": outcome.failed,
        "seconds": round(outcome.seconds, 3),
        "busy_s": round(outcome.busy_s, 3),
        "journey_tests_per_min": round(outcome.per_min),
        "steps_percent": round(outcome.steps_percent, 2),
        "branches_percent": round(outcome.branches_percent, 2),
        "results": [
            {
                "scenario": one.scenario.title,
                "journey": one.scenario.journey,
                "file": one.scenario.file,
                "line": one.scenario.line,
                "passed": not one.failures,
                "failures": [each._asdict() for each in one.failures],
            }
            for one in outcome.played
        ],
        "coverage": [
            {**each._asdict(), "missing": [missing._asdict() for missing in each.missing]} for each in outcome.covered
        ],
    }


def _share(taken: int, of: int) -> str:
    return f"{taken:3} / {of:3}" if of else "  -      "
