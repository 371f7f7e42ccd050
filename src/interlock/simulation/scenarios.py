"""Does a scenario hold: what is said and done in it is said and done in a whole centre, and what it expects comes about?"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final, NamedTuple

from interlock.connectors.builtin_model import Model
from interlock.connectors.operations import read_api
from interlock.control.bundle import ROLES
from interlock.journeys.scenario_checks import Scenario, Surroundings
from interlock.runtime.definitions import Checked, Definitions
from interlock.simulation.centre import Centre
from interlock.simulation.clock import VirtualLoop
from interlock.simulation.run import listening
from interlock.simulation.stage import Missed, Stage
from interlock.simulation.systems import Systems
from interlock.simulation.upshot import denials, upshot
from interlock.simulation.weather import Weather

QUIET: Final = Weather(name="scenario", nodes=1, wire_slow=0.0, twice=0.0)
"""One node, and nothing that breaks: what goes wrong, the scenario says."""


class Failure(NamedTuple):
    """Something that did not come about: ``str()`` says where, what was expected, and what was so instead."""

    file: str
    line: int
    expected: str
    really: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: expected {self.expected}; really {self.really}"


def surroundings(read: Checked | Definitions) -> Surroundings:
    """What scenarios of these definitions can refer to. Raises DefinitionError for an OpenAPI document that does not fit."""
    bundle = read.bundle
    operations = {
        f"{name}.{operation.id}": tuple(operation.places)
        for name, connector in bundle.connectors.items()
        for operation in read_api(connector).operations.values()
    }
    actions = {
        name: (f"{action.connector}.{action.operation}", tuple(spec.name for spec in action.args))
        for name, action in bundle.actions.items()
    }
    events = tuple(spec.on for spec in read.triggers.values() if spec.written.event)
    purposes = tuple(read.tenant.consent_purposes)
    journeys = read.journeys if isinstance(read, Definitions) else read.journeys.journeys
    return Surroundings(
        journeys, tuple(read.queues), operations, actions, ROLES, events, purposes, read.tenant.languages
    )


def play(scenario: Scenario, definitions: Definitions, model: Model | None = None) -> Sequence[Failure]:
    """Play one scenario to its end, or to the first turn that fails; gives everything that did not hold.

    Args:
        model: asked before the built-in one.
    """
    loop = VirtualLoop()
    systems = Systems(scenario.replies, definitions.bundle.actions, definitions.tenant.own_actions)
    with asyncio.Runner(loop_factory=lambda: loop) as runner, listening() as trouble:
        start = _beginning(scenario, definitions)
        centre = Centre(1, QUIET, definitions, loop, model, start=start, systems=systems.connections)
        try:
            found = runner.run(_whole(Stage(centre, scenario, systems)))
        except Exception as error:
            # Whatever breaks, the other scenarios are played.
            found = [Failure(scenario.file, scenario.line, "it to be played to its end", f"it broke: {error!r}")]
    asked = [
        ("every call to be answered", f"{each}, and the scenario does not say what it answers")
        for each in systems.unforeseen
    ]
    inside = [("nothing to go wrong inside", each) for each in (*centre.wrong, *trouble)]
    return [*(Failure(scenario.file, scenario.line, *each) for each in dict.fromkeys((*asked, *inside))), *found]


async def _whole(stage: Stage) -> Sequence[Failure]:
    scenario = stage.scenario
    try:
        await stage.open()
        for line, turn in scenario.turns:
            try:
                await stage.take(turn)
            except Missed as missed:
                return [Failure(scenario.file, line, missed.expected, missed.really + denials(stage.lately()))]
        return [Failure(scenario.file, scenario.then_line, *each) for each in upshot(stage)]
    finally:
        stage.centre.close()


def _beginning(scenario: Scenario, definitions: Definitions) -> datetime:
    moment = scenario.given.moment()
    return (moment if moment.tzinfo is not None else moment.replace(tzinfo=definitions.tenant.zone)).astimezone(UTC)
