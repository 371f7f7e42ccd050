"""What is asked of a customer at this point, and what does she answer: the right thing, or a wrong one?"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from random import Random
from typing import Any, Final

from interlock.journeys import Conversation
from interlock.journeys.state import Run
from interlock.simulation.centre import Centre
from interlock.simulation.places import Places
from interlock.simulation.shop import Order
from interlock.simulation.sight import Sight
from interlock.simulation.trail import Trail
from interlock.vocabulary.channels import Card, Choice
from interlock.vocabulary.ids import ChallengeId, ProposalId
from interlock.vocabulary.interactions import MessagePosted
from interlock.vocabulary.people import AnswerChallenge, ChallengeIssued
from interlock.vocabulary.proposals import ActionProposed, AnswerConfirmation

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


class Stuck(Exception):
    """A journey did not come to an end."""


class Answers:
    """Answers for one customer, with one order in mind."""

    def __init__(
        self, centre: Centre, trail: Trail, places: Places, sight: Sight, number: int, order: Order, chance: Random
    ) -> None:
        self._centre, self._trail, self._places, self._sight = centre, trail, places, sight
        self._number, self._order, self._chance = number, order, chance

    async def answer(self, *, right: bool) -> None:
        """Answer what stands, rightly or not. Raises Stuck where a card is asked for that is not there."""
        run = self.state().foreground
        if run is None or self.state().holder != "virtual_agent":
            await self._places.write("no, thank you" if right else self._chance.choice(NONSENSE))
        elif run.needs == "confirm":
            await self._confirm(run.ref, yes=right or self._chance.random() < 0.3)
        elif run.needs == "step_up":
            await self._enter_code(run.ref, right=right)
        elif run.waits_for in ("slot", "choice"):
            await self._places.write(await self._value(run) if right else self._chance.choice(NONSENSE))
        elif run.waits_for == "proposal":
            # A system did not answer, and is asked again.
            await self.let_pass(timedelta(hours=1))
        else:
            await self.let_pass(timedelta(days=4))

    async def likely(self) -> str:
        """What she would write now."""
        run = self.state().foreground
        return await self._value(run) if run is not None else self._chance.choice(NONSENSE)

    async def _value(self, run: Run) -> str:
        if choices := self.choices():
            return self._chance.choice(choices).label
        journey = (await self._centre.node()).releases.journey(run.release, run.journey)
        slot = journey.slots.get(run.ref) if journey is not None else None
        match slot.type if slot is not None else "":
            case "order_number":
                return self._order.id
            case "email" if run.ref == "email":
                return self._centre.shop.buyers[self._order.owner].email
            case "email":
                return f"new{self._number}.{len(self._trail.trace)}@example.com"
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
        cards = [each.card for each in self.facts() if isinstance(each, MessagePosted) and isinstance(each.card, Card)]
        card = next((each for each in reversed(cards) if each.kind == "confirm" and each.proposal == proposal), None)
        if card is None:
            raise Stuck(f"there is no card to confirm: {self.where()}")
        answer = AnswerConfirmation(
            proposal=ProposalId(proposal), session=self._places.session, args_hash=card.args_hash, yes=yes
        )
        await self._trail.do(answer, f"{'confirms' if yes else 'declines'} '{card.title}'")

    async def _enter_code(self, proposal: str, *, right: bool) -> None:
        store, code = self._centre.store, ""
        issued = [each for each in self.facts() if isinstance(each, ChallengeIssued) and each.proposal == proposal]
        if issued:
            # The challenge, the card and the mail's proposal are one append.
            sending = store.events[store.by_tag[f"challenge:{issued[-1].challenge}"][0] + 2].event
            code = self._centre.shop.code_in(sending.proposal) if isinstance(sending, ActionProposed) else ""
        if not code:
            # The code never came: she waits until it is too late.
            await self.let_pass(timedelta(minutes=20))
            return
        entered = code if right else f"{(int(code) + 1) % 10**6:06}"
        await self._trail.do(
            AnswerChallenge(challenge=ChallengeId(issued[-1].challenge), session=self._places.session, code=entered),
            f"enters a {'right' if right else 'wrong'} code",
        )

    # How it stands.

    def facts(self) -> Iterator[Any]:
        """All facts about her interactions, wherever she is."""
        return self._sight.facts(*self._places.sessions)

    def state(self) -> Conversation:
        """Where the latest interaction stands, in the place where she is."""
        return self._sight.state("".join(self._sight.interactions(self._places.session)[-1:]))

    def choices(self) -> tuple[Choice, ...]:
        """The buttons under the last message."""
        facts = self._sight.facts(self._places.session)
        posted = [each for each in facts if isinstance(each, MessagePosted) and each.author.kind != "customer"]
        card = posted[-1].card if posted else None
        return card.choices if isinstance(card, Card) and card.kind == "choices" else ()

    def where(self) -> str:
        """How it stands, in words."""
        state = self.state()
        runs = ", ".join(
            f"{run.journey} at {run.path} waits for {run.waits_for} {run.ref} {run.needs}" for run in state.runs
        )
        return f"{state.holder} has the conversation, {'open' if state.open else 'ended'}; {runs or 'no journey runs'}"

    async def let_pass(self, time: timedelta) -> None:
        """Do nothing for so long."""
        self._trail.trace.append(f"{time} pass")
        until = self._centre.clock() + time
        await self._centre.pass_time(time)
        self._centre.clock.leap(until)
        await self._centre.rest()
