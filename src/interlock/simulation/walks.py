"""Does every journey come to an end, whatever the customer, the staff and the systems behind do on the way?

A walk is one customer who at every point does something that a customer could do, drawn from a seed: the right answer, a wrong
one, nonsense, another subject, silence, a wish for a person, the same in another channel at the same time, going on there with
a code; meanwhile systems fail, staff approve or reject, a time is taken, another version of the journeys comes into force.
Afterwards she answers everything rightly, and then every journey has to come to an end within a few answers.
"""

from __future__ import annotations

import asyncio
import traceback
from datetime import timedelta
from typing import Final

import msgspec

from interlock.kernel.events import Command
from interlock.runtime.app import App
from interlock.runtime.definitions import Definitions
from interlock.simulation.answering import Stuck
from interlock.simulation.centre import Centre
from interlock.simulation.clock import VirtualLoop, chance_of
from interlock.simulation.colleagues import QUEUES
from interlock.simulation.invariants import violations
from interlock.simulation.run import listening
from interlock.simulation.variants import edited
from interlock.simulation.walker import Walker
from interlock.simulation.weather import Weather
from interlock.vocabulary.ids import QueueName, StaffId
from interlock.vocabulary.interactions import WrapUp
from interlock.vocabulary.routing import AcceptOffer, Presence, SetPresence, VisitOffered

WALKS: Final = 10
"""Walks of one seed: one after another in the same centre, so that limits and promises of the earlier ones are there."""

PATIENCE: Final = timedelta(days=40)
"""After this nothing that anybody waits for is still open."""

SETTLES_S: Final = 0.6
"""Just longer than a node sleeps that nobody wakes: a walk waits for rest after every step."""

QUIET: Final = Weather(name="walk", wire_slow=0.0, twice=0.0)
DEADLY: Final = Weather(name="walk with deaths", wire_slow=0.0, twice=0.1, deaths=0.0015)
"""In every second seed the node dies now and then, in whatever step it is, and another one goes on."""


LAST: Final = StaffId("u_last")
"""Who sees to what is left in the evening."""


def again(seed: int) -> str:
    """How the walks of a seed are walked once more."""
    return f"python -m interlock.simulation --walks --seeds {seed}"


class Walked(msgspec.Struct, frozen=True):
    """What the walks of one seed came to.

    Attributes:
        wrong: everything that must not be, in words; empty where all held.
        ended: how often each journey ended with which outcome.
        steps: what was done, by anybody.
        versions: how often another version came into force.
        in_both: how often something was written in two places at once.
    """

    seed: int
    wrong: tuple[str, ...]
    ended: dict[str, int]
    steps: int
    versions: int
    in_both: int


def walk(seed: int, definitions: Definitions, walks: int = WALKS) -> Walked:
    """Walk; the same seed gives the same walks."""
    loop = VirtualLoop()
    with asyncio.Runner(loop_factory=lambda: loop) as runner, listening() as trouble:
        centre = Centre(seed, DEADLY if seed % 2 else QUIET, definitions, loop)
        centre.settles_s = SETTLES_S
        two = (definitions, edited(definitions))
        walkers = [Walker(centre, number, chance_of(seed, "walk", number), two) for number in range(walks)]
        try:
            runner.run(_walks(centre, walkers))
        except Exception as error:
            trouble.append(f"the walk broke: {error!r}\n{traceback.format_exc()}")
    ended: dict[str, int] = {}
    for walker in walkers:
        for each in walker.ended():
            ended[each] = ended.get(each, 0) + 1
    wrong = tuple(dict.fromkeys((*centre.wrong, *trouble)))
    done = [each for walker in walkers for each in walker.trace]
    versions, in_both = sum("comes into force" in each for each in done), sum("at once" in each for each in done)
    return Walked(seed, wrong, ended, len(done), versions, in_both)


async def _walks(centre: Centre, walkers: list[Walker]) -> None:
    await centre.open()
    for walker in walkers:
        try:
            await walker.walk()
        except Stuck as stuck:
            centre.wrong.append(f"{stuck}\n    " + "\n    ".join(walker.trace))
    await centre.calm_down()
    await _see_to_what_waits(centre)
    await centre.pass_time(PATIENCE)
    centre.wrong.extend(await violations(centre))
    for walker in walkers:
        centre.wrong.extend(f"{each}\n    " + "\n    ".join(walker.trace) for each in walker.left())
    centre.close()
    await asyncio.sleep(0)


async def _see_to_what_waits(centre: Centre) -> None:
    """An agent takes everybody who still waits for a person, as one would in a real centre, and goes home then.

    Whoever may be in distress is never told that she has been silent for too long: she waits until somebody comes.
    """
    queues = tuple(QueueName(each) for each in QUEUES)
    await _do(centre, SetPresence(agent=LAST, presence=Presence.AVAILABLE, queues=queues, capacity=1), "comes")
    taken: set[str] = set()
    while offered := [each for each in _offered(centre) if each.offer not in taken]:
        for each in offered:
            taken.add(each.offer)
            await _do(centre, AcceptOffer(visit=each.visit, offer=each.offer, agent=LAST), f"takes {each.offer}")
            wrap_up = WrapUp(interaction=each.interaction, agent=LAST, disposition="solved")
            await _do(centre, wrap_up, f"wraps up {each.offer}")
    await _do(centre, SetPresence(agent=LAST, presence=Presence.OFFLINE, queues=(), capacity=1), "goes")


def _offered(centre: Centre) -> list[VisitOffered]:
    facts = (one.event for one in centre.events(VisitOffered))
    return [each for each in facts if isinstance(each, VisitOffered) and each.agent == LAST]


async def _do(centre: Centre, command: Command, what: str) -> None:
    async def work(app: App) -> None:
        await app.execute(command, f"last/{what}")

    await centre.try_to(work)
    await centre.rest()
