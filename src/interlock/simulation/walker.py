"""What could a customer do at this point, and what would the right answer be? One random walk through the journeys.

She may be in two places at once, the chat and the phone say, and go on in one where she was in the other; meanwhile
another version of the journeys may come into force.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from random import Random
from typing import Final

import msgspec

from interlock.runtime.definitions import Definitions
from interlock.simulation.answering import NONSENSE, Answers, Stuck
from interlock.simulation.centre import Centre
from interlock.simulation.colleagues import Colleagues
from interlock.simulation.places import Places
from interlock.simulation.sight import Sight
from interlock.simulation.trail import Trail
from interlock.vocabulary.channels import Channel
from interlock.vocabulary.interactions import Leave
from interlock.vocabulary.journeys import JourneyEnded

MOVES: Final = 14
"""Of the random part of a walk, at most."""

ENDS_WITHIN: Final = 40
"""Right answers after which a journey has to have come to an end, wherever it stood."""

WISHES: Final = (
    "forget it",
    "go back",
    "say that again",
    "what did you just do?",
    "I want to talk to a human",
    "thank you",
    "no, the order number is A-1003",
    "I have no access to that mailbox",
)
SILENCES: Final = (timedelta(minutes=4), timedelta(minutes=20), timedelta(hours=30), timedelta(days=4))
ELSEWHERE: Final = ("elsewhere", "both", "version")


class Walker:
    """One customer, and whoever she has to do with."""

    def __init__(self, centre: Centre, number: int, chance: Random, versions: Sequence[Definitions] = ()) -> None:
        self._centre, self._number, self._chance, self._versions = centre, number, chance, versions
        order = chance.choice(centre.shop.orders_of(chance.choice(list(centre.shop.buyers))))
        self._trail, self._sight = Trail(centre, number), Sight(centre.store)
        self._places = Places(centre, self._trail, number, chance)
        self._answers = Answers(centre, self._trail, self._places, self._sight, number, order, chance)
        self._colleagues = Colleagues(centre, self._trail, self._places, self._sight, number, chance)

    @property
    def trace(self) -> list[str]:
        """What was done, in order, for whoever plays it again."""
        return self._trail.trace

    async def walk(self) -> None:
        """Walk at random, then to the end. Raises Stuck where there is none."""
        chance, centre = self._chance, self._centre
        await self._places.come(Channel.VOICE if chance.random() < 0.2 else Channel.CHAT)
        if chance.random() < 0.4:
            await self._colleagues.sign_on()
        await self._places.write(self._subject())
        for _ in range(chance.randrange(MOVES)):
            await self._move()
        centre.weather = msgspec.structs.replace(centre.weather, shop_unreached=0.0, shop_fails=0.0, shop_loses=0.0)
        centre.shop.services.greedy = 0
        self._trail.trace.append("from here on everything is answered rightly")
        await self._to_the_end()
        await self._colleagues.go_home()

    def ended(self) -> Iterator[str]:
        """How her journeys ended."""
        yield from (
            f"{each.journey}: {each.outcome}" for each in self._answers.facts() if isinstance(each, JourneyEnded)
        )

    def left(self) -> Iterator[str]:
        """Her journeys that wait for anything but herself, or for people; nothing else is still to come."""
        for interaction in self._sight.interactions(*self._places.sessions):
            for run in self._sight.state(interaction).runs:
                hers = run.waits_for in ("slot", "choice", "hand_over") or (run.waits_for == "proposal" and run.needs)
                called = run.waits_for == "call"
                if not hers and not called:
                    yield f"{run.journey} never ended: at {run.path} it waits for {run.waits_for} {run.ref}"

    # What can happen.

    async def _move(self) -> None:
        match self._chance.choices(
            ("answer", "nonsense", "wish", "subject", "silence", "leave", "staff", "weather", "taken", *ELSEWHERE),
            (60, 8, 8, 6, 4, 2, 8, 6, 3, 4, 3, 2),
        )[0]:
            case "answer":
                await self._answers.answer(right=self._chance.random() < 0.8)
            case "nonsense":
                await self._places.write(self._chance.choice(NONSENSE))
            case "wish":
                await self._places.write(self._chance.choice(WISHES))
            case "subject":
                await self._places.write(self._subject())
            case "silence":
                await self._answers.let_pass(self._chance.choice(SILENCES))
            case "leave":
                await self._trail.do(Leave(session=self._places.session), "leaves")
            case "staff":
                await self._colleagues.see_to(approves=self._chance.random() < 0.6)
            case "weather":
                self._turn_weather()
            case "taken":
                self._centre.shop.services.greedy = 1
                self._trail.trace.append("somebody else is about to take a time")
            case "elsewhere":
                await self._elsewhere()
            case "both":
                await self._places.write_in_both(await self._answers.likely(), self._subject())
            case "version":
                await self._publish()

    def _turn_weather(self) -> None:
        chances = {"shop_unreached": 0.0, "shop_fails": 0.0, "shop_loses": 0.0}
        if self._chance.random() < 0.7:
            chances[self._chance.choice(list(chances))] = self._chance.choice((0.3, 1.0))
        self._centre.weather = msgspec.structs.replace(self._centre.weather, **chances)
        self._trail.trace.append(f"the systems: {chances}")

    def _subject(self) -> str:
        journeys = [each for each in self._centre.definitions.journeys.values() if each.examples]
        return self._chance.choice(self._chance.choice(journeys).examples)

    async def _elsewhere(self) -> None:
        """She goes over to her other place, with a code for what she talked about or without one."""
        here = await self._places.go_over()
        if self._chance.random() < 0.3:
            await self._places.write(self._subject())  # there is something to talk about here, too
        if self._chance.random() < 0.6:
            await self._places.carry_on(here)

    async def _publish(self) -> None:
        """The version that is not in force comes into force."""
        now = self._centre.definitions.release
        for version in [each for each in self._versions if each.release != now][:1]:
            await self._centre.publish(version)
            self._trail.trace.append(f"the version {version.release} comes into force")
            await self._centre.rest()

    async def _to_the_end(self) -> None:
        for each in self._places.sessions:
            self._places.session = each
            await self._to_the_end_here()

    async def _to_the_end_here(self) -> None:
        for _ in range(ENDS_WITHIN):
            await self._colleagues.see_to(approves=True)
            state = self._answers.state()
            if not state.open or state.foreground is None or state.holder != "virtual_agent":
                return
            await self._answers.answer(right=True)
        raise Stuck(f"after {ENDS_WITHIN} right answers {self._answers.where()}")
