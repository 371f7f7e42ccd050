"""Do the scenarios of some definitions hold, all of them, and what do they cover?"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from interlock.journeys.scenario_checks import FOLDER, Scenario, read_scenarios
from interlock.journeys.scenarios import ReceivesTurn
from interlock.kernel.documents import DefinitionError, Problem
from interlock.kernel.garbage import left_alone
from interlock.runtime.definitions import Definitions, build, check
from interlock.runtime.reaching import WRITTEN
from interlock.simulation.coverage import DEFAULTS, Coverage, Covered
from interlock.simulation.scenarios import Failure, play, surroundings
from interlock.vocabulary.channels import Channel
from interlock.vocabulary.knowledge import Article


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

    # Each runs in a loop of its own, whose time is not ours.
    return await asyncio.to_thread(played_here, scenarios, definitions, told)


def played_here(
    scenarios: Sequence[Scenario], definitions: Definitions, told: Callable[[Played], None] = lambda _: None
) -> Outcome:
    """The same where no loop runs."""
    coverage = Coverage(definitions)
    found = []
    # What was read and learned stays to the end: nobody has to look at it again and again.
    with left_alone():
        began, worked = time.perf_counter(), time.thread_time()
        for scenario in scenarios:
            one = Played(scenario, play(scenario, coverage.definitions))
            found.append(one)
            told(one)
        took, busy = time.perf_counter() - began, time.thread_time() - worked
    return Outcome(found, coverage.report(), took, busy)


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
