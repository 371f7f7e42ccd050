"""What could a customer do at this point, and what would the right answer be? One random walk through the journeys.

She may be in two places at once, the chat and the phone say, and go on in one where she was in the other; meanwhile
another version of the journeys may come into force.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from random import Random
from typing import Any, Final

import msgspec

from interlock.journeys import Conversation
from interlock.journeys.state import Run
from interlock.runtime.definitions import Definitions
from interlock.simulation.centre import Centre
from interlock.simulation.colleagues import Colleagues
from interlock.simulation.places import Places
from interlock.simulation.sight import Sight
from interlock.simulation.trail import Trail
from interlock.vocabulary.channels import Card, Channel, Choice
from interlock.vocabulary.ids import ChallengeId, ProposalId
from interlock.vocabulary.interactions import Leave, MessagePosted
from interlock.vocabulary.journeys import JourneyEnded
from interlock.vocabulary.people import AnswerChallenge, ChallengeIssued
from interlock.vocabulary.proposals import ActionProposed, AnswerConfirmation

MOVES: Final = 14
"""Of the random part of a walk, at most."""

ENDS_WITHIN: Final = 40
"""Right answers after which a journey has to have come to an end, wherever it stood."""

NONSENSE: Final = (
    "asdf qwer",
    "???",
    "the moon is made of cheese",
    "12",
    "A-99999999",
    "no idea",
    "😀",
    "ja nein vielleicht",
)
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


class Stuck(Exception):
    """A journey did not come to an end."""


class Walker:
    """One customer, and whoever she has to do with."""

    def __init__(self, centre: Centre, number: int, chance: Random, versions: Sequence[Definitions] = ()) -> None:
        self._centre, self._number, self._chance, self._versions = centre, number, chance, versions
        self._customer = chance.choice(list(centre.shop.buyers))
        self._order = chance.choice(centre.shop.orders_of(self._customer))
        self._trail, self._sight = Trail(centre, number), Sight(centre.store)
        self._places = Places(centre, self._trail, number, chance)
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
        yield from (f"{each.journey}: {each.outcome}" for each in self._facts() if isinstance(each, JourneyEnded))

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
                await self._answer(right=self._chance.random() < 0.8)
            case "nonsense":
                await self._places.write(self._chance.choice(NONSENSE))
            case "wish":
                await self._places.write(self._chance.choice(WISHES))
            case "subject":
                await self._places.write(self._subject())
            case "silence":
                await self._pass(self._chance.choice(SILENCES))
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
                await self._places.write_in_both(await self._likely(), self._subject())
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
            state = self._state()
            if not state.open or state.foreground is None or state.holder != "virtual_agent":
                return
            await self._answer(right=True)
        raise Stuck(f"after {ENDS_WITHIN} right answers {self._where()}")

    # What the customer answers.

    async def _answer(self, *, right: bool) -> None:
        run = self._state().foreground
        if run is None or self._state().holder != "virtual_agent":
            await self._places.write("no, thank you" if right else self._chance.choice(NONSENSE))
        elif run.needs == "confirm":
            await self._confirm(run.ref, yes=right or self._chance.random() < 0.3)
        elif run.needs == "step_up":
            await self._enter_code(run.ref, right=right)
        elif run.waits_for in ("slot", "choice"):
            await self._places.write(await self._value(run) if right else self._chance.choice(NONSENSE))
        elif run.waits_for == "proposal":
            # A system did not answer, and is asked again.
            await self._pass(timedelta(hours=1))
        else:
            await self._pass(timedelta(days=4))

    async def _likely(self) -> str:
        """What she would write now."""
        run = self._state().foreground
        return await self._value(run) if run is not None else self._chance.choice(NONSENSE)

    async def _value(self, run: Run) -> str:
        if choices := self._choices():
            return self._chance.choice(choices).label
        journey = (await self._centre.node()).releases.journey(run.release, run.journey)
        slot = journey.slots.get(run.ref) if journey is not None else None
        match slot.type if slot is not None else "":
            case "order_number":
                return self._order.id
            case "email" if run.ref == "email":
                return self._centre.shop.buyers[self._customer].email
            case "email":
                return f"new{self._number}.{len(self.trace)}@example.com"
            case "date":
                day = self._centre.clock() + timedelta(days=self._chance.randint(2, 20))
                return f"{day.day} {day:%B %Y}"
            case "integer":
                return str(self._chance.choice((2, 3, 6, 8)))
            case "yes_no":
                return "yes"
            case "text":
                return "Please call me back about it."
        return self._chance.choice(NONSENSE)

    async def _confirm(self, proposal: str, *, yes: bool) -> None:
        cards = [each.card for each in self._facts() if isinstance(each, MessagePosted) and isinstance(each.card, Card)]
        card = next((each for each in reversed(cards) if each.kind == "confirm" and each.proposal == proposal), None)
        if card is None:
            raise Stuck(f"there is no card to confirm: {self._where()}")
        answer = AnswerConfirmation(
            proposal=ProposalId(proposal), session=self._places.session, args_hash=card.args_hash, yes=yes
        )
        await self._trail.do(answer, f"{'confirms' if yes else 'declines'} '{card.title}'")

    async def _enter_code(self, proposal: str, *, right: bool) -> None:
        store, code = self._centre.store, ""
        issued = [each for each in self._facts() if isinstance(each, ChallengeIssued) and each.proposal == proposal]
        if issued:
            # The challenge, the card and the mail's proposal are one append.
            sending = store.events[store.by_tag[f"challenge:{issued[-1].challenge}"][0] + 2].event
            code = self._centre.shop.code_in(sending.proposal) if isinstance(sending, ActionProposed) else ""
        if not code:
            # The code never came: she waits until it is too late.
            await self._pass(timedelta(minutes=20))
            return
        entered = code if right else f"{(int(code) + 1) % 10**6:06}"
        await self._trail.do(
            AnswerChallenge(challenge=ChallengeId(issued[-1].challenge), session=self._places.session, code=entered),
            f"enters a {'right' if right else 'wrong'} code",
        )

    # How it stands.

    def _facts(self) -> Iterator[Any]:
        """All facts about her interactions, wherever she is."""
        return self._sight.facts(*self._places.sessions)

    def _state(self) -> Conversation:
        """Where the latest interaction stands, in the place where she is."""
        return self._sight.state("".join(self._sight.interactions(self._places.session)[-1:]))

    def _choices(self) -> tuple[Choice, ...]:
        """The buttons under the last message."""
        facts = self._sight.facts(self._places.session)
        posted = [each for each in facts if isinstance(each, MessagePosted) and each.author.kind != "customer"]
        card = posted[-1].card if posted else None
        return card.choices if isinstance(card, Card) and card.kind == "choices" else ()

    def _where(self) -> str:
        state = self._state()
        runs = ", ".join(
            f"{run.journey} at {run.path} waits for {run.waits_for} {run.ref} {run.needs}" for run in state.runs
        )
        return f"{state.holder} has the conversation, {'open' if state.open else 'ended'}; {runs or 'no journey runs'}"

    async def _pass(self, time: timedelta) -> None:
        self._trail.trace.append(f"{time} pass")
        until = self._centre.clock() + time
        await self._centre.pass_time(time)
        self._centre.clock.leap(until)
        await self._centre.rest()
