"""What could a customer do at this point, and what would the right answer be? One random walk through the journeys."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import timedelta
from functools import partial, reduce
from random import Random
from typing import Any, Final

import msgspec

from interlock.journeys import Conversation, evolve
from interlock.journeys.state import Run
from interlock.kernel.events import Command
from interlock.runtime.app import App
from interlock.simulation.centre import Centre
from interlock.vocabulary.channels import Card, Channel, Choice, Principal
from interlock.vocabulary.ids import (
    ChallengeId,
    InteractionId,
    MessageId,
    PersonId,
    ProposalId,
    QueueName,
    SessionId,
    StaffId,
)
from interlock.vocabulary.interactions import (
    AgentJoined,
    HandBack,
    InteractionStarted,
    Leave,
    MessagePosted,
    OpenSession,
    ReceiveMessage,
    WrapUp,
)
from interlock.vocabulary.journeys import JourneyEnded
from interlock.vocabulary.people import AnswerChallenge, ChallengeIssued
from interlock.vocabulary.proposals import ActionProposed, AnswerConfirmation, Approve, Reject, ResolveUnknown
from interlock.vocabulary.routing import AcceptOffer, Presence, SetPresence, VisitOffered

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
NO_SECRET: Final = "-"
QUEUES: Final = ("care", "returns", "business")
SUPERVISOR: Final = Principal("agent", "u_supervisor", ("supervisor",))


class Stuck(Exception):
    """A journey did not come to an end."""


class Walker:
    """One customer, and whoever she has to do with.

    Attributes:
        trace: what was done, in order, for whoever plays it again.
    """

    def __init__(self, centre: Centre, number: int, chance: Random) -> None:
        self._centre, self._number, self._chance = centre, number, chance
        self._customer = chance.choice(list(centre.shop.buyers))
        self._order = chance.choice(centre.shop.orders_of(self._customer))
        self.session, self.person = SessionId(f"s_walk{number}"), PersonId(f"p_walk{number}")
        self.agent = StaffId(f"u_walk{number}")
        self.trace: list[str] = []
        self._sent = 0

    async def walk(self) -> None:
        """Walk at random, then to the end. Raises Stuck where there is none."""
        chance, centre = self._chance, self._centre
        channel = Channel.VOICE if chance.random() < 0.2 else Channel.CHAT
        await self._do(
            OpenSession(session=self.session, person=self.person, channel=channel, secret_digest=NO_SECRET), "comes"
        )
        if chance.random() < 0.4:
            queues = tuple(QueueName(each) for each in QUEUES)
            await self._do(
                SetPresence(agent=self.agent, presence=Presence.AVAILABLE, queues=queues, capacity=1),
                "an agent signs on",
            )
        await self._write(self._subject())
        for _ in range(chance.randrange(MOVES)):
            await self._move()
        centre.weather = msgspec.structs.replace(centre.weather, shop_unreached=0.0, shop_fails=0.0, shop_loses=0.0)
        centre.shop.services.greedy = 0
        self.trace.append("from here on everything is answered rightly")
        await self._to_the_end()
        await self._go_home()

    def ended(self) -> Iterator[str]:
        """How her journeys ended."""
        yield from (f"{each.journey}: {each.outcome}" for each in self._facts() if isinstance(each, JourneyEnded))

    def left(self) -> Iterator[str]:
        """Her journeys that wait for anything but herself, or for people; nothing else is still to come."""
        for interaction in self._interactions():
            for run in self._state(interaction).runs:
                hers = run.waits_for in ("slot", "choice", "hand_over") or (run.waits_for == "proposal" and run.needs)
                called = run.waits_for == "call"
                if not hers and not called:
                    yield f"{run.journey} never ended: at {run.path} it waits for {run.waits_for} {run.ref}"

    # What can happen.

    async def _move(self) -> None:
        match self._chance.choices(
            ("answer", "nonsense", "wish", "subject", "silence", "leave", "staff", "weather", "taken"),
            (60, 8, 8, 6, 4, 2, 8, 6, 3),
        )[0]:
            case "answer":
                await self._answer(right=self._chance.random() < 0.8)
            case "nonsense":
                await self._write(self._chance.choice(NONSENSE))
            case "wish":
                await self._write(self._chance.choice(WISHES))
            case "subject":
                await self._write(self._subject())
            case "silence":
                await self._pass(self._chance.choice(SILENCES))
            case "leave":
                await self._do(Leave(session=self.session), "leaves")
            case "staff":
                await self._staff(approves=self._chance.random() < 0.6)
            case "weather":
                self._turn_weather()
            case "taken":
                self._centre.shop.services.greedy = 1
                self.trace.append("somebody else is about to take a time")

    def _turn_weather(self) -> None:
        chances = {"shop_unreached": 0.0, "shop_fails": 0.0, "shop_loses": 0.0}
        if self._chance.random() < 0.7:
            chances[self._chance.choice(list(chances))] = self._chance.choice((0.3, 1.0))
        self._centre.weather = msgspec.structs.replace(self._centre.weather, **chances)
        self.trace.append(f"the systems: {chances}")

    def _subject(self) -> str:
        journeys = [each for each in self._centre.definitions.journeys.values() if each.examples]
        return self._chance.choice(self._chance.choice(journeys).examples)

    async def _to_the_end(self) -> None:
        for _ in range(ENDS_WITHIN):
            await self._staff(approves=True)
            state = self._state()
            if not state.open or state.foreground is None or state.holder != "virtual_agent":
                return
            await self._answer(right=True)
        raise Stuck(f"after {ENDS_WITHIN} right answers {self._where()}")

    # What the customer answers.

    async def _answer(self, *, right: bool) -> None:
        run = self._state().foreground
        if run is None or self._state().holder != "virtual_agent":
            await self._write("no, thank you" if right else self._chance.choice(NONSENSE))
        elif run.needs == "confirm":
            await self._confirm(run.ref, yes=right or self._chance.random() < 0.3)
        elif run.needs == "step_up":
            await self._enter_code(run.ref, right=right)
        elif run.waits_for in ("slot", "choice"):
            await self._write(await self._value(run) if right else self._chance.choice(NONSENSE))
        elif run.waits_for == "proposal":
            # A system did not answer, and is asked again.
            await self._pass(timedelta(hours=1))
        else:
            await self._pass(timedelta(days=4))

    async def _value(self, run: Run) -> str:
        if choices := self._choices():
            return self._chance.choice(choices).label
        journey = (await self._app()).releases.journey(run.release, run.journey)
        slot = journey.slots.get(run.ref) if journey is not None else None
        match slot.type if slot is not None else "":
            case "order_number":
                return self._order.id
            case "email" if run.ref == "email":
                return self._centre.shop.buyers[self._customer].email
            case "email":
                return f"new{self._number}.{self._sent}@example.com"
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
            proposal=ProposalId(proposal), session=self.session, args_hash=card.args_hash, yes=yes
        )
        await self._do(answer, f"{'confirms' if yes else 'declines'} '{card.title}'")

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
        await self._do(
            AnswerChallenge(challenge=ChallengeId(issued[-1].challenge), session=self.session, code=entered),
            f"enters a {'right' if right else 'wrong'} code",
        )

    async def _write(self, text: str) -> None:
        message = MessageId(f"m_walk{self._number}_{self._sent}")
        await self._do(ReceiveMessage(session=self.session, message=message, text=text), f"writes '{text}'")

    # What the others do.

    async def _staff(self, *, approves: bool) -> None:
        """Everybody does what waits for him."""
        approvals = (await self._app()).approvals
        for one in list(approvals.waiting.values()):
            proposal = ProposalId(one.proposal)
            command: Command = Approve(proposal=proposal, by=SUPERVISOR, args_hash=one.args_hash)
            if not approves:
                command = Reject(proposal=proposal, by=SUPERVISOR, customer_reason="Not now.", file_reason="Too often.")
            await self._do(command, f"a supervisor {'approves' if approves else 'rejects'} {one.action}")
        for id in list(approvals.unknown):
            happened = bool(self._centre.shop.made_for(ProposalId(id)))
            found = ResolveUnknown(proposal=ProposalId(id), by=SUPERVISOR, happened=happened, note="I looked it up.")
            await self._do(found, "a supervisor finds out")
        await self._agent()

    async def _agent(self) -> None:
        offers = [each for each in self._facts() if isinstance(each, VisitOffered) and each.agent == self.agent]
        if self._state().holder == "queue" and offers:
            accept = AcceptOffer(visit=offers[-1].visit, offer=offers[-1].offer, agent=self.agent)
            await self._do(accept, "the agent takes it")
        joined = [each for each in self._facts() if isinstance(each, AgentJoined) and each.agent == self.agent]
        if joined and self._state().holder == "agent":
            interaction = joined[-1].interaction
            if self._chance.random() < 0.5:
                await self._do(HandBack(interaction=interaction, agent=self.agent), "the agent hands it back")
            else:
                wrap_up = WrapUp(interaction=interaction, agent=self.agent, disposition="solved")
                await self._do(wrap_up, "the agent wraps up")

    async def _go_home(self) -> None:
        """The agent takes what is still offered, wraps up everything that he took, and goes."""
        await self._agent()
        joined = {each.interaction: each for each in self._facts() if isinstance(each, AgentJoined)}
        for interaction in joined:
            await self._do(
                WrapUp(interaction=interaction, agent=self.agent, disposition="solved"), "the agent wraps up"
            )
        offline = SetPresence(agent=self.agent, presence=Presence.OFFLINE, queues=(), capacity=1)
        await self._do(offline, "the agent goes home")

    # How it stands.

    def _interactions(self) -> list[InteractionId]:
        store = self._centre.store
        facts = (store.events[index].event for index in store.by_tag.get(f"person:{self.person}", ()))
        return [each.interaction for each in facts if isinstance(each, InteractionStarted)]

    def _facts(self) -> Iterator[Any]:
        """All facts about her, in order, by interaction."""
        store = self._centre.store
        for interaction in self._interactions():
            yield from (store.events[index].event for index in store.by_tag.get(f"interaction:{interaction}", ()))

    def _state(self, interaction: str = "") -> Conversation:
        """Where an interaction of hers stands, the last one unless another is named."""
        store, of = self._centre.store, interaction or "".join(self._interactions()[-1:])
        facts = (store.events[index] for index in store.by_tag.get(f"interaction:{of}", ()))
        return reduce(evolve, facts, Conversation())

    def _choices(self) -> tuple[Choice, ...]:
        """The buttons under the last message."""
        posted = [each for each in self._facts() if isinstance(each, MessagePosted) and each.author.kind != "customer"]
        card = posted[-1].card if posted else None
        return card.choices if isinstance(card, Card) and card.kind == "choices" else ()

    async def _app(self) -> App:
        """A node that lives, as soon as there is one."""
        while not self._centre.lives:  # noqa: ASYNC110  # nothing tells of a birth
            await asyncio.sleep(1)
        return self._centre.lives[0].app

    def _where(self) -> str:
        state = self._state()
        runs = ", ".join(
            f"{run.journey} at {run.path} waits for {run.waits_for} {run.ref} {run.needs}" for run in state.runs
        )
        return f"{state.holder} has the conversation, {'open' if state.open else 'ended'}; {runs or 'no journey runs'}"

    async def _pass(self, time: timedelta) -> None:
        self.trace.append(f"{time} pass")
        until = self._centre.clock() + time
        await self._centre.pass_time(time)
        self._centre.clock.leap(until)
        await self._centre.rest()

    async def _do(self, command: Command, what: str) -> None:
        self._sent += 1
        done = await self._centre.try_to(partial(_execute, command, f"walk{self._number}/{self._sent}"))
        self.trace.append(what if done else f"{what} (refused)")
        await self._centre.rest()


async def _execute(command: Command, cause: str, app: App) -> None:
    await app.execute(command, cause)
