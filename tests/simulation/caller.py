"""A customer in the chat and one on the phone, who tell the same story by whatever means their channel has."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any, Protocol

from interlock.api.chat import LeaveFrame
from interlock.api.frames import Frame
from interlock.api.voice import Keys, Words, carry_out
from interlock.api.voice_feed import VoiceFeed
from interlock.kernel.errors import Refused
from interlock.kernel.events import START, Cursor, Event
from interlock.runtime.definitions import Definitions
from interlock.simulation.centre import Centre
from interlock.simulation.shop import Order
from interlock.vocabulary.channels import Card, Channel
from interlock.vocabulary.ids import ChallengeId, MessageId, PersonId, ProposalId, SessionId
from interlock.vocabulary.interactions import MessagePosted, OpenSession, ReceiveMessage
from interlock.vocabulary.money import Money
from interlock.vocabulary.people import AnswerChallenge, ChallengeIssued
from interlock.vocabulary.proposals import ActionProposed, AnswerConfirmation, RemedyMet
from tests.simulation.play import do, play


class Customer(Protocol):
    """Somebody who can be asked things."""

    centre: Centre

    async def begin(self) -> None: ...
    async def say(self, text: str) -> None: ...
    async def number(self, order: str) -> None: ...
    async def pick(self, label: str) -> None: ...
    async def answer(self, yes: bool) -> None: ...
    async def code(self) -> None: ...


def mailed_code(centre: Centre) -> str:
    """The code that was sent last, as it stands in the mail."""
    issued = centre.events(ChallengeIssued)[-1].event
    assert isinstance(issued, ChallengeIssued)
    index = centre.store.by_tag[f"challenge:{issued.challenge}"][0]
    sending = centre.store.events[index + 2].event
    assert isinstance(sending, ActionProposed)
    return centre.shop.code_in(sending.proposal)


class Chatter:
    """The customer in the chat: writes, and presses buttons."""

    def __init__(self, centre: Centre) -> None:
        self.centre = centre
        self.session = SessionId("s_chat")
        self._sent = 0

    async def begin(self) -> None:
        """Come."""
        opened = OpenSession(session=self.session, person=PersonId("p_chat"), channel=Channel.CHAT, secret_digest="-")
        await do(self.centre, opened, "session/chat")

    async def say(self, text: str) -> None:
        """Write, and wait until everything that follows is done."""
        self._sent += 1
        message = MessageId(f"m_chat_{self._sent}")
        assert await do(self.centre, ReceiveMessage(session=self.session, message=message, text=text), message)
        await self.centre.rest()

    number = pick = say

    def card(self) -> Card:
        """The last card."""
        posted = (one.event for one in reversed(self.centre.events(MessagePosted)))
        return next(each.card for each in posted if isinstance(each, MessagePosted) and isinstance(each.card, Card))

    async def answer(self, yes: bool) -> None:
        """Press a button of the card."""
        card = self.card()
        answer = AnswerConfirmation(
            proposal=ProposalId(card.proposal), session=self.session, args_hash=card.args_hash, yes=yes
        )
        assert await do(self.centre, answer, f"answer/{card.proposal}")
        await self.centre.rest()

    async def code(self) -> None:
        """Enter the code on the card."""
        challenge = ChallengeId(self.card().challenge)
        given = AnswerChallenge(challenge=challenge, session=self.session, code=mailed_code(self.centre))
        assert await do(self.centre, given, f"code/{challenge}")
        await self.centre.rest()


class Caller:
    """The customer on the phone: hears what is said, presses keys and speaks.

    Attributes:
        frames: everything that the call was told.
    """

    def __init__(self, centre: Centre, session: str = "s_voice") -> None:
        self.centre = centre
        self.session = SessionId(session)
        self.frames: list[Frame] = []
        self._sent = 0

    async def begin(self) -> None:
        """Call."""
        opened = OpenSession(
            session=self.session, person=PersonId(f"p_{self.session}"), channel=Channel.VOICE, secret_digest="-"
        )
        await do(self.centre, opened, f"session/{self.session}")
        await self.connect()

    async def connect(self, after: Cursor = START) -> None:
        """A connection, perhaps a further one."""
        self.feed = VoiceFeed(self.centre.lives[0].app, self, self.session)  # type: ignore[arg-type]  # it only sends
        await self.feed.open(after)

    def send(self, frame: Frame) -> None:
        """Hear a frame."""
        self.frames.append(frame)

    @property
    def ask(self) -> Frame:
        """What was asked last."""
        return next(frame for frame in reversed(self.frames) if frame["type"] == "ask")

    @property
    def heard(self) -> list[str]:
        """Everything that was said, in order."""
        return [each for frame in self.frames for each in (*frame.get("before", ()), frame.get("says", "")) if each]

    async def say(self, text: str, on: str | None = None) -> None:
        """Say something, as the answer to the question that was heard last or to another one."""
        await self._put(Words(self._id(), self.ask["id"] if on is None else on, text))

    async def press(self, keys: str, on: str | None = None) -> None:
        """Press a key, or enter digits."""
        await self._put(Keys(self._id(), self.ask["id"] if on is None else on, keys))

    async def number(self, order: str) -> None:
        """Enter an order's number on the keypad."""
        await self.press(order.removeprefix("A-"))

    async def pick(self, label: str) -> None:
        """Press the key of a choice."""
        for _ in range(9):
            found = [each["key"] for each in self.ask["keys"] if each["label"] == label]
            if found:
                await self.press(found[0])
                return
            await self.press("9")
        raise AssertionError(f"no key leads to {label!r}: {self.ask}")

    async def answer(self, yes: bool) -> None:
        """Say it."""
        assert self.ask["kind"] == "confirm", self.ask
        await self.say("Yes, please." if yes else "Nope.")

    async def code(self) -> None:
        """Enter the code on the keypad."""
        assert self.ask["kind"] == "code", self.ask
        await self.press(mailed_code(self.centre))

    async def hang_up(self) -> None:
        """End the call."""
        await self._put(LeaveFrame(self._id()))
        self.feed.close()

    def _id(self) -> str:
        self._sent += 1
        return f"f{self._sent}"

    async def _put(self, incoming: Any) -> None:
        try:
            await carry_out(self.centre.lives[0].app, self.feed, incoming)
        except Refused as refusal:
            self.frames.append({"type": "error", "code": refusal.code, "says": refusal.reason})
        await self.centre.rest()


def order_of(centre: Centre, price: int) -> Order:
    """A delivered order of somebody whose address is old, with exactly one item of this price, which costs nothing else."""
    for order in centre.shop.orders.values():
        known = centre.shop.buyers[order.owner].registered_at < centre.clock()
        if known and order.status == "delivered":
            order.items[0].price = price
            return order
    raise AssertionError("no order was delivered")


async def identify(customer: Customer, order: Order) -> None:
    """Give the order's number, and the address as it is said or written."""
    await customer.number(order.id)
    await customer.say(customer.centre.shop.buyers[order.owner].email.replace("@", " at ").replace(".", " dot "))


def of(centre: Centre, *types: type[Event]) -> list[Any]:
    """The facts of some types."""
    return [one.event for one in centre.events(*types)]


def confirmations(centre: Centre) -> list[str]:
    """The hashes of the arguments that were agreed to."""
    return [each.args_hash for each in of(centre, RemedyMet) if each.remedy.kind == "confirm"]


async def until_the_card(customer: Customer, price: int = 1840) -> Order:
    """The customer has chosen what is to be refunded, and is asked whether that is right."""
    order = order_of(customer.centre, price)
    await customer.say("the kettle arrived broken")
    await identify(customer, order)
    await customer.pick(f"{order.items[0].name}, {Money(price, 'EUR')}")
    return order


def on_the_phone(definitions: Definitions, tale: Callable[[Caller], Awaitable[None]]) -> None:
    """Play what happens in one call."""

    async def story(centre: Centre) -> None:
        caller = Caller(centre)
        await caller.begin()
        await tale(caller)
        await centre.pass_time(timedelta(days=30))

    assert play(definitions, story) == []
