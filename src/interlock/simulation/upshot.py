"""What came of a scenario in the end, and is it what was expected: outcome, calls, values?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from interlock.kernel.events import Event
from interlock.simulation.stage import Stage
from interlock.simulation.systems import Arrived, fits, shown
from interlock.vocabulary.journeys import JourneyEnded, JourneyStarted, SlotFilled
from interlock.vocabulary.proposals import ProposalJudged


class Expected(NamedTuple):
    """What was expected, and what is so instead."""

    expected: str
    really: str


def upshot(stage: Stage) -> Iterator[Expected]:
    """Everything in which the end differs from what the scenario says."""
    then, journey = stage.scenario.then, stage.scenario.journey
    run, begun = "", list[str]()
    outcome, values = "", dict[str, Any]()
    for one in stage.centre.store.events:
        match event := one.event:
            case JourneyStarted():
                begun.append(event.journey)
                if event.journey == journey:
                    run, outcome, values = event.run, "", {}
            case JourneyEnded() if event.run == run:
                outcome = event.outcome
            case SlotFilled() if event.run == run:
                values[event.name] = event.value
    instead = f"it never began; begun: {', '.join(begun) or 'nothing'}"
    if then.ended is not None and then.ended != outcome:
        really = f"'{outcome}'" if outcome else f"it has not ended: {stage.waiting()}" if run else instead
        yield Expected(f"that {journey} ends with '{then.ended}'", really)
    for name, wanted in then.slots.items():
        if not fits(wanted, values.get(name)):
            yield Expected(f"{name}: {shown(wanted)}", f"{name}: {shown(values.get(name))}" if run else instead)
    if then.calls is not None:
        yield from _calls(stage, then.calls)


def denials(facts: Iterable[Event]) -> str:
    """What the gate has denied among some facts, and by which rules that nobody could have cured; empty where nothing."""
    found = []
    for fact in facts:
        if isinstance(fact, ProposalJudged) and fact.verdict == "denied":
            rules = ", ".join(f"{each.rule} ({each.reason})" for each in fact.rulings if each.remedy is None)
            found.append(f"; {fact.action} was denied by {rules}")
    return "".join(found)


def _calls(stage: Stage, calls: dict[str, tuple[dict[str, Any], ...]]) -> Iterator[Expected]:
    left = list(stage.systems.arrived)
    for name, wanted in calls.items():
        arrived = [each for each in left if name in (each.action, each.operation)]
        left = [each for each in left if each not in arrived]
        if len(arrived) != len(wanted):
            yield Expected(f"{_times(len(wanted))} {name}", f"{_times(len(arrived))}{_told(arrived)}")
            continue
        for one, call in zip(wanted, arrived, strict=True):
            if not fits(one, call.told):
                yield Expected(f"{name} with {shown(one)}", f"with {shown(dict(call.told))}")
    if others := [each for each in left if each.action not in stage.centre.definitions.tenant.own_actions]:
        yield Expected(
            "no call but those under 'calls'", f"also {', '.join(each.action for each in others)}{_told(others)}"
        )


def _told(calls: list[Arrived]) -> str:
    return "".join(f", with {shown(dict(each.told))}" for each in calls)


def _times(number: int) -> str:
    return {0: "no call of", 1: "one call of"}.get(number, f"{number} calls of")
