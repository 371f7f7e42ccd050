"""How are the scenarios of a folder played, and what is told of them: which fail and why, what they cover, how long it took?"""

from __future__ import annotations

import asyncio
import gc
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

from rich.console import Console
from rich.markup import escape

from interlock.journeys.scenario_checks import FOLDER, Scenario, read_scenarios
from interlock.journeys.scenarios import ReceivesTurn
from interlock.kernel.documents import DefinitionError, Problem
from interlock.runtime.definitions import Definitions, build, check
from interlock.runtime.reaching import WRITTEN
from interlock.simulation.coverage import DEFAULTS, Coverage, Covered
from interlock.simulation.scenarios import Failure, play, surroundings
from interlock.vocabulary.channels import Channel
from interlock.vocabulary.knowledge import Article

MISSING_SHOWN: Final = 20
"""Steps and branches never taken that are listed for one journey; all of them in JSON."""


class Played(NamedTuple):
    """A scenario and everything that did not hold in it."""

    scenario: Scenario
    failures: Sequence[Failure]


class Outcome(NamedTuple):
    """What came of playing scenarios.

    Attributes:
        seconds: how long it took, without reading the definitions and learning from the examples.
        busy_s: for how long of it a processor worked for this.
    """

    played: Sequence[Played]
    covered: Sequence[Covered]
    seconds: float
    busy_s: float

    @property
    def failed(self) -> int:
        """How many scenarios do not hold."""
        return sum(bool(each.failures) for each in self.played)

    @property
    def per_min(self) -> float:
        """Scenarios that one processor plays in a minute, whatever else it was busy with meanwhile."""
        return 60 * len(self.played) / self.busy_s if self.busy_s else 0.0

    @property
    def steps_percent(self) -> float:
        """How many of the steps in the journeys' own files were taken."""
        own = [each for each in self.covered if each.journey != DEFAULTS]
        return _percent(sum(each.steps_taken for each in own), sum(each.steps for each in own))

    @property
    def branches_percent(self) -> float:
        """The same for branches."""
        own = [each for each in self.covered if each.journey != DEFAULTS]
        return _percent(sum(each.branches_taken for each in own), sum(each.branches for each in own))


def scenarios_of(files: Mapping[str, str]) -> list[Scenario]:
    """The scenarios of some definitions. Raises DefinitionError."""
    return read_scenarios(files, surroundings(check(files)))


def chosen(scenarios: Sequence[Scenario], names: Sequence[str], channel: Channel | None) -> list[Scenario]:
    """Those of some titles, journeys or files, perhaps in another channel.

    One that names its channel stays there, and so does news from outside, which reaches nobody by phone or mail.

    Raises:
        LookupError: a name names none.
    """
    for name in names:
        if not any(_is(each, name) for each in scenarios):
            raise LookupError(name)
    found = [each for each in scenarios if not names or any(_is(each, name) for name in names)]
    if channel is None:
        return found
    told = {each.title for each in found if any(isinstance(line.turn, ReceivesTurn) for line in each.turns)}
    return [
        each
        if each.given.channel is not None or (channel not in WRITTEN and each.title in told)
        else each._replace(given=each.given.into(channel))
        for each in found
    ]


async def played(
    scenarios: Sequence[Scenario], definitions: Definitions, told: Callable[[Played], None] = lambda _: None
) -> Outcome:
    """Play scenarios one after the other.

    Args:
        told: hears of each as soon as it was played.
    """

    def all_of_them() -> Outcome:
        coverage = Coverage(definitions)
        found = []
        # What was read and learned stays to the end: nobody has to look at it again and again.
        gc.collect()
        gc.freeze()
        began, worked = time.perf_counter(), time.thread_time()
        for scenario in scenarios:
            one = Played(scenario, play(scenario, coverage.definitions))
            found.append(one)
            told(one)
        took, busy = time.perf_counter() - began, time.thread_time() - worked
        gc.unfreeze()
        return Outcome(found, coverage.report(), took, busy)

    # Each runs in a loop of its own, whose time is not ours.
    return await asyncio.to_thread(all_of_them)


async def held(
    files: Mapping[str, str], like: Definitions | None = None, articles: tuple[Article, ...] = ()
) -> Definitions | None:
    """Play the scenarios of some definitions; gives what these were built into, None where they have no scenarios.

    Args:
        like: a release whose model is used where it was learned from the same examples.
        articles: what the virtual agent can answer questions from meanwhile.

    Raises:
        DefinitionError: the texts have mistakes, or a scenario does not hold.
    """
    if not any(path.startswith(FOLDER) for path in files):
        return None
    scenarios = scenarios_of(files)
    definitions = await build(files, like, articles)
    outcome = await played(scenarios, definitions)
    problems = [_problem(one.scenario, each) for one in outcome.played for each in one.failures]
    if problems:
        raise DefinitionError(problems)
    return definitions


def _problem(scenario: Scenario, failure: Failure) -> Problem:
    what = f"the scenario '{scenario.title}' does not hold: expected {failure.expected}; really {failure.really}"
    return Problem(failure.file, failure.line, 1, what, "mend the journey, or the scenario if it means something else")


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


def _is(scenario: Scenario, name: str) -> bool:
    file = scenario.file
    return name in (
        scenario.title,
        scenario.journey,
        file,
        file.removeprefix(FOLDER),
        file.removeprefix(FOLDER).rpartition(".")[0],
    )


def _percent(taken: int, of: int) -> float:
    return 100 * taken / of if of else 100.0


def _share(taken: int, of: int) -> str:
    return f"{taken:3} / {of:3}" if of else "  -      "
