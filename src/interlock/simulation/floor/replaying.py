"""What would a changed configuration have made of the customers and agents that a log has; and what can the past not tell?"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final, NamedTuple

import msgspec

from interlock.kernel.errors import Refused
from interlock.kernel.events import Command
from interlock.routing import Specs
from interlock.simulation.clock import chance_of
from interlock.simulation.floor.doubts import doubts
from interlock.simulation.floor.estimates import Estimate, difference, ratio
from interlock.simulation.floor.lasting import Observed
from interlock.simulation.floor.play import Answering, Contact, Person
from interlock.simulation.floor.recorded import Came, RecordedFloor, Served
from interlock.simulation.floor.results import Part, parts_of
from interlock.simulation.floor.setting import Run, Setting
from interlock.simulation.floor.survival import Patience
from interlock.simulation.floor.tally import Hours, Visits
from interlock.vocabulary.ids import QueueName, StaffId
from interlock.vocabulary.routing import CloseQueue, OpenQueue, Presence, QueueClosed, QueueOpened, SetPresence
from interlock.vocabulary.settings import TenantSettings

FAR: Final = 0.05
"""How far a service level that is played again may be from the one that was, before the replay is doubted."""

Ratio = Callable[[Visits, Hours], tuple[float, float]]
FIGURES: Final[dict[str, Ratio]] = {
    "service_level": lambda one, _: (one.within, one.entered - one.short_abandoned),
    "asa_s": lambda one, _: (one.answered_wait_ms / 1000, one.answered),
    "abandon_rate": lambda one, _: (one.abandoned + one.short_abandoned, one.entered),
    "occupancy": lambda _, spent: (spent.handling, spent.handling + spent.available),
}


class Figures(msgspec.Struct, frozen=True):
    """A queue's figures; shares are from 0 to 1. The occupancy is that of the agents who serve it, whatever they do."""

    entered: float
    service_level: Estimate | None
    asa_s: Estimate | None
    abandon_rate: Estimate | None
    occupancy: Estimate | None


class ReplayLine(msgspec.Struct, frozen=True):
    """A queue, as it was and as it would have been.

    Attributes:
        recorded: what the log counts.
        as_it_is: the same customers and agents, played under the configuration in force: where it is far from what was
            recorded, the replay cannot be trusted.
        changed: the same under the changed one; None where that has no such queue.
        difference: changed less as it is, figure by figure, of the same customers.
    """

    queue: str
    title: str
    recorded: Figures
    as_it_is: Figures | None
    changed: Figures | None
    difference: dict[str, Estimate | None]


class Replay(msgspec.Struct, frozen=True):
    """What a replay found.

    Attributes:
        notes: where the past cannot tell.
    """

    since: datetime
    until: datetime
    runs: int
    customers: int
    queues: list[ReplayLine]
    notes: list[str]


class Past(NamedTuple):
    """The floor that was, ready to be played again."""

    recorded: RecordedFloor
    until: datetime

    def setting(self, settings: TenantSettings, specs: Specs) -> Setting:
        """The customers and agents of the past under a configuration. Raises Refused where nobody was ever handled."""
        recorded = self.recorded
        if not any(came.handling is not None for came in recorded.came):
            reason = "Nobody was handled by an agent in this time, so it is not known how long that takes."
            raise Refused("nothing_handled", reason, status=422)
        answering = _answering(recorded)
        people = [_person(agent, served, answering) for agent, served in sorted(recorded.agents.items())]
        zone = recorded.tally.zone
        # What was done by hand is done again.
        orders = [(at, _order(event)) for at, event in recorded.switched if event.queue in specs]

        def contacts(seed: int) -> Iterator[Contact]:
            return _contacts(recorded, specs, seed)

        return Setting(specs, settings, zone, recorded.starts, self.until, contacts, people, orders)


def replay(past: Past, before: Specs, as_it_is: Sequence[Run], changed: Sequence[Run], after: Specs) -> Replay:
    """What the runs under both configurations come to, beside what was recorded.

    Args:
        before: the queues in force, as ``after`` are those of the changed configuration.
    """
    tally = past.recorded.tally
    days = tally.slot(past.until - timedelta(microseconds=1)).day + 1
    real = parts_of([Run(tally, 0)], days)
    played, other = parts_of(as_it_is, days), parts_of(changed, days)
    names = list(dict.fromkeys([*after, *before, *(came.queue for came in past.recorded.came)]))
    runs = len(changed)
    notes = list(doubts(past.recorded, patience_of(past.recorded), after))
    if days < 2:
        notes.append("less than two days are recorded: what one day says of another one is not known")
    lines = []
    for name in names:
        spec = after.get(name) or before.get(name)
        was, one, two = (_of_queue(each, name, past.recorded.agents) for each in (real, played, other))
        pairs = {
            figure: difference([of(*part) for part in two], [of(*part) for part in one])
            for figure, of in FIGURES.items()
        }
        lines.append(
            ReplayLine(
                queue=name,
                title=name if spec is None else spec.title,
                recorded=_figures(was, 1),
                as_it_is=_figures(one, runs) if name in before else None,
                changed=_figures(two, runs) if name in after else None,
                difference=pairs if name in before and name in after else {},
            )
        )
    notes += filter(None, map(_far_off, lines))
    return Replay(past.recorded.starts, past.until, runs, len(past.recorded.came), lines, notes)


def _of_queue(parts: Sequence[Part], queue: QueueName, agents: Mapping[StaffId, Served]) -> list[tuple[Visits, Hours]]:
    """What happened in a queue, and the time of those who serve it, part by part."""
    serve = [agent for agent, served in agents.items() if queue in served.last.queues]
    found = []
    for part in parts:
        spent = Hours()
        for agent in serve:
            spent.add(part.hours.get(agent, Hours()))
        found.append((part.visits.get(queue, Visits()), spent))
    return found


def _figures(parts: Sequence[tuple[Visits, Hours]], runs: int) -> Figures:
    entered = sum(visits.entered for visits, _ in parts) / runs
    return Figures(entered, *(ratio([of(*part) for part in parts]) for of in FIGURES.values()))


def _far_off(line: ReplayLine) -> str:
    """A doubt where not even the past itself is found again."""
    was = line.recorded.service_level
    found = None if line.as_it_is is None else line.as_it_is.service_level
    if was is None or found is None or abs(was.value - found.value) <= max(FAR, 3 * (found.error or 0.0)):
        return ""
    return (
        f"{line.queue}: played under the configuration in force its service level is {found.value:.0%} and was {was.value:.0%},"
        " so something counted then that a replay does not know; trust the difference less"
    )


# The past, made playable.


def _contacts(recorded: RecordedFloor, specs: Specs, seed: int) -> Iterator[Contact]:
    patience = patience_of(recorded)
    handled: dict[QueueName, list[tuple[timedelta, timedelta]]] = defaultdict(list)
    for came in recorded.came:
        if came.handling is not None:
            handled[came.queue].append((came.handling, came.wrap_up))
    everything = [each for times in handled.values() for each in times]
    usual = _usual_priority(recorded.came)
    for number, came in enumerate(recorded.came):
        spec = specs.get(came.queue)
        if spec is None:
            continue
        chance = chance_of(seed, "customer", number)
        handling, wrap_up = came.handling, came.wrap_up
        if handling is None:
            handling, wrap_up = chance.choice(handled.get(came.queue) or everything)
        known = came.waited
        if came.ended != "left":
            known = patience[came.queue].draw(chance, None if came.ended == "turned_away" else came.waited)
        yield Contact(
            came.at,
            came.queue,
            came.channel if came.ended != "turned_away" else next(iter(spec.channels)),
            known,
            handling,
            wrap_up,
            came.priority - usual[came.queue],
            last_agent=came.last_agent,
        )


def patience_of(recorded: RecordedFloor) -> dict[QueueName, Patience]:
    """The patience of each queue's customers."""
    let_in = [came for came in recorded.came if came.ended != "turned_away"]
    return {
        queue: Patience(
            [came.waited for came in let_in if came.queue == queue and came.ended == "left"],
            [came.waited for came in let_in if came.queue == queue and came.ended != "left"],
        )
        for queue in {came.queue for came in recorded.came}
    }


def _usual_priority(came: Sequence[Came]) -> dict[QueueName, int]:
    """What a visit's priority mostly was: the queue's own, to which only some added."""
    seen: dict[QueueName, Counter[int]] = defaultdict(Counter)
    for each in came:
        if each.ended != "turned_away":
            seen[each.queue][each.priority] += 1
    return defaultdict(int, {queue: counts.most_common(1)[0][0] for queue, counts in seen.items()})


def _answering(recorded: RecordedFloor) -> Answering:
    usual = Answering()
    offers = max(1, recorded.offers)
    gone = recorded.returns
    return Answering(
        after=Observed(recorded.answers) if recorded.answers else None,
        rejects=recorded.rejected / offers,
        misses=recorded.missed / offers,
        returns_after=sum(gone, timedelta(0)) / len(gone) if gone else usual.returns_after,
    )


def _person(agent: StaffId, served: Served, answering: Answering) -> Person:
    last = served.last
    wants = SetPresence(
        agent=agent,
        presence=Presence.AVAILABLE,
        queues=last.queues,
        capacity=max(1, last.capacity),
        skills=last.skills,
        shares=last.shares,
    )
    plan = [(at, presence) for at, presence in served.plan if presence is not Presence.NOT_RESPONDING]
    return Person(agent, agent, wants, plan, answering)


def _order(event: QueueClosed | QueueOpened) -> Command:
    if isinstance(event, QueueClosed):
        return CloseQueue(queue=event.queue, message=event.message, by=event.by)
    return OpenQueue(queue=event.queue, by=event.by)
