"""How many interactions a minute go through the real deciders and the real choice, on one core?"""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Final

from interlock.routing import load_queues
from interlock.simulation.clock import chance_of
from interlock.simulation.floor.play import Contact, Person
from interlock.simulation.floor.setting import Setting, play
from interlock.vocabulary.channels import Channel
from interlock.vocabulary.ids import QueueName, StaffId
from interlock.vocabulary.routing import Presence, SetPresence
from interlock.vocabulary.settings import TenantSettings
from interlock.vocabulary.skills import Skill

QUEUES, AGENTS = 6, 36
HANDLING_S, PATIENCE_S = 300.0, 180.0
LOAD: Final = 0.9
"""How much of the agents' time is needed: some wait, and few leave."""

INTERACTIONS: Final = 20_000
STARTS: Final = datetime(2026, 11, 23, tzinfo=UTC)


def simulated_per_min(interactions: int = INTERACTIONS) -> float:
    """Interactions a minute of processor time: six queues with skills, rings and priorities, and 36 agents at 90 %.

    Each is begun, enters, is offered, accepted, handled and wrapped up, or leaves; all decided as a node decides it.
    """
    floor = _floor(interactions)
    play(_floor(interactions // 20), 2)  # what is done once is no part of it
    began = time.process_time()
    run = play(floor, 1)
    took = time.process_time() - began
    return sum(counts.entered for counts in run.tally.visits.values()) / took * 60


def _floor(interactions: int) -> Setting:
    names = [QueueName(f"queue_{number}") for number in range(QUEUES)]
    specs = load_queues({f"{number}.yaml": _queue(number) for number in range(QUEUES)})
    people = [_agent(number, names) for number in range(AGENTS)]
    rate = LOAD * AGENTS / HANDLING_S
    lasts = timedelta(seconds=interactions / rate)

    def contacts(seed: int) -> Iterator[Contact]:
        chance, at = chance_of(seed, "pace"), 0.0
        while (at := at + chance.expovariate(rate)) < lasts.total_seconds():
            yield Contact(
                STARTS + timedelta(seconds=at),
                chance.choice(names),
                Channel.CHAT,
                timedelta(seconds=chance.expovariate(1 / PATIENCE_S)),
                timedelta(seconds=chance.expovariate(1 / HANDLING_S)),
            )

    return Setting(specs, TenantSettings(), UTC, STARTS, STARTS + lasts, contacts, people)


def _queue(number: int) -> str:
    """A third of the queues asks for a skill, a third has rings, and some go before others."""
    more = ("skills: { preferred: { subject: 3 } }", "rings: [{ for: 30s, skills: { subject: 2 } }, {}]", "")[
        number % 3
    ]
    return (
        f"queue: queue_{number}\ntitle: Queue {number}\npriority: {number % 2}\n"
        f"channels: {{ chat: {{ answered_within: 60s, target: 80% }} }}\n{more}\n"
    )


def _agent(number: int, names: list[QueueName]) -> Person:
    agent = StaffId(f"s_{number:03}")
    wants = SetPresence(
        agent=agent,
        presence=Presence.AVAILABLE,
        queues=tuple(names[at % QUEUES] for at in range(number, number + 3)),
        capacity=1,
        skills=(Skill("subject", 1 + number % 5),),
    )
    return Person(agent, "all", wants, [(STARTS, Presence.AVAILABLE)])
