"""What do customers do: write, answer cards rightly, wrongly and twice, want a person, leave, fall silent, come back?"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from functools import partial
from hashlib import blake2b
from typing import Any, Final

from interlock.kernel.events import Command, Event, Recorded
from interlock.runtime.app import App
from interlock.simulation.centre import Centre
from interlock.simulation.clock import chance_of
from interlock.simulation.shop import Buyer, Order
from interlock.vocabulary.channels import Card, Channel
from interlock.vocabulary.ids import ChallengeId, MessageId, PersonId, ProposalId, SessionId
from interlock.vocabulary.interactions import Leave, MessagePosted, OpenSession, ReceiveMessage
from interlock.vocabulary.people import AnswerChallenge, ChallengeIssued
from interlock.vocabulary.proposals import ActionProposed, AnswerConfirmation

RUSH: Final = "rush"
"""The goal of those who come in a crowd, all as the same customer: everything is answered rightly and at the same moment."""

GOALS: Final = ("refund", "refund", "refund", "refund", "status", "status", "foreign", "human", "business", "nonsense")
OPENINGS: Final = {
    RUSH: ("the kettle arrived broken",),
    "refund": ("the kettle arrived broken", "I want a refund for a damaged item", "my parcel was damaged"),
    "foreign": ("the kettle arrived broken", "where is my order"),
    "status": ("where is my order", "has my order been shipped yet", "I want to track my package {order}"),
    "human": ("I want to talk to a human", "agent please", "put me through to an employee"),
    "business": ("I am a business customer", "wholesale department please"),
    "nonsense": ("purple monkeys sing at dawn", "hello", "?", "42"),
}
NONSENSE: Final = (
    "what?",
    "the moon is made of cheese",
    "no idea",
    "A-",
    "-1",
    "cancel",
    "stop",
    "yes",
    "no",
    "1234567",
)
MOST_TURNS: Final = 16
STROKE_S: Final = 15.0
PATIENCE_S: Final = (4.0, 40.0)


class Customer:
    """One person in one session, who comes back for one matter after the other."""

    def __init__(self, centre: Centre, number: int, buyer: Buyer, goals: Sequence[str]) -> None:
        self.session = SessionId(f"s_{number}")
        self.person = PersonId(f"p_{number}")
        self._centre = centre
        self._buyer = buyer
        self._goals = goals
        self._chance = chance_of(centre.seed, "customer", number)
        self._inbox: asyncio.Queue[MessagePosted] = asyncio.Queue()
        self._frames = 0
        self._goal = ""
        self._order = self._pick_order()
        self._over = False
        self._asked: dict[str, int] = {}
        centre.hear(f"person:{self.person}", self._on_fact)

    def _on_fact(self, recorded: Recorded) -> None:
        event: Event = recorded.event
        if isinstance(event, MessagePosted) and event.author.kind != "customer":
            self._inbox.put_nowait(event)

    async def live(self) -> None:
        """Come for every matter, with a pause between them."""
        digest = blake2b(self.session.encode()).hexdigest()
        command = OpenSession(session=self.session, person=self.person, channel=Channel.CHAT, secret_digest=digest)
        await self._centre.insist(lambda app: app.execute(command, f"session/{self.session}"))
        for number, goal in enumerate(self._goals):
            if number:
                await asyncio.sleep(self._chance.choice((1.0, 30.0, 400.0)))
            await self._come(goal, new=bool(number) and self._chance.random() < 0.7)

    async def _come(self, goal: str, *, new: bool) -> None:
        chance = self._chance
        self._goal, self._order, self._over = goal, self._pick_order(), False
        self._asked.clear()
        opening = chance.choice(OPENINGS[goal]).format(order=self._order.id)
        await self._write(opening, new=new)
        for _ in range(MOST_TURNS):
            heard = await self._hear(chance.uniform(*PATIENCE_S))
            if heard:
                await self._answer(heard)
            else:
                await self._bored()
            if self._over:
                return
        await self._leave()

    def _pick_order(self) -> Order:
        shop, chance = self._centre.shop, self._chance
        mine = shop.orders_of(self._buyer.id)
        if self._goal == "foreign" or (self._goal != RUSH and chance.random() < 0.05):
            return chance.choice(list(shop.orders.values()))
        delivered = [order for order in mine if order.status == "delivered"]
        return chance.choice(delivered if delivered and (self._goal == RUSH or chance.random() < 0.8) else mine)

    # Hearing.

    async def _hear(self, patience: float) -> list[MessagePosted]:
        """What is said next, and what follows at once; nothing where nobody says anything."""
        heard: list[MessagePosted] = []
        wait = patience
        while True:
            try:
                async with asyncio.timeout(wait):
                    heard.append(await self._inbox.get())
            except TimeoutError:
                return heard
            wait = self._chance.uniform(0.3, 2.0)

    async def _bored(self) -> None:
        match self._chance.choice(("write", "write", "leave", "silent", "wait", "wait", "human")):
            case "write":
                await self._write(self._chance.choice((*NONSENSE, *OPENINGS["refund"], "are you there?")))
            case "leave":
                await self._leave()
            case "silent":
                self._over = True
            case "human":
                await self._write("I want to talk to a human")

    async def _answer(self, heard: list[MessagePosted]) -> None:
        cards = [each.card for each in heard if isinstance(each.card, Card) and each.card.kind != "receipt"]
        text = " ".join(str(each.text) for each in heard).lower()
        chance = self._chance
        if chance.random() < 0.04 and self._goal != RUSH:
            await self._bored()
            return
        if cards:
            await self._take(cards[-1])
        elif any(each.author.kind == "agent" for each in heard):
            if chance.random() < 0.6:
                await self._write(chance.choice(("ok", "thank you", "my order is " + self._order.id)))
        elif "closed this chat" in text or "closed our chat" in text:
            self._over = chance.random() < 0.7
            if not self._over:
                await self._write("I am back")
        elif "e-mail address" in text:
            await self._write(self._email())
        elif "order number" in text or "a-1042" in text:
            await self._write(chance.choice((self._order.id, self._order.id.lower(), f"it is {self._order.id}")))
        elif "yes or no" in text or "leave them a message" in text or "put you through" in text:
            await self._write(chance.choice(("yes", "yes", "no", "maybe")))
        elif "what shall i tell them" in text:
            await self._write("Please call me. My order never came, and I am very sad.")
        elif "still there" in text:
            if chance.random() < 0.5:
                await self._write("yes, I am here")
            else:
                self._over = True
        elif chance.random() < 0.15:
            await self._write(chance.choice(NONSENSE))
        elif chance.random() < 0.2:
            await self._leave()

    def _email(self) -> str:
        if self._goal == "foreign" and self._chance.random() < 0.4:
            return self._centre.shop.buyers[self._order.owner].email
        wrong = self._chance.random() < 0.06
        return "somebody@example.org" if wrong else self._buyer.email

    # Cards.

    async def _take(self, card: Card) -> None:
        chance = self._chance
        match card.kind:
            case "confirm":
                await self._confirm(card)
            case "code":
                await self._give_code(card)
            case "choices" if card.choices and (self._goal == RUSH or chance.random() < 0.93):
                await self._write(chance.choice(card.choices).label)
            case _:
                await self._write(chance.choice(NONSENSE))

    async def _confirm(self, card: Card) -> None:
        chance = self._chance
        how = chance.choice(("yes",) * 16 + ("no", "altered", "altered", "words", "ignore", "both"))
        if self._goal == RUSH:
            how = "yes"
            await self._stroke(8 * STROKE_S)
        elif chance.random() < 0.6:
            # On the stroke, as others do who are the same customer: limits have to hold also then.
            await self._stroke(STROKE_S)
        if how == "words":
            await self._write("yes")
        if how == "altered":
            await self._send(self._confirmation(card.proposal, "0" * len(card.args_hash), True))
        if how in ("yes", "altered", "words"):
            await self._send(self._confirmation(card.proposal, card.args_hash, True))
        if how == "no":
            await self._send(self._confirmation(card.proposal, card.args_hash, False))
        if how == "both":
            yes, no = (self._confirmation(card.proposal, card.args_hash, each) for each in (True, False))
            await asyncio.gather(self._send(yes), self._send(no))

    async def _stroke(self, of_s: float) -> None:
        await asyncio.sleep(of_s - asyncio.get_running_loop().time() % of_s)

    def _confirmation(self, proposal: str, args_hash: str, yes: bool) -> AnswerConfirmation:
        return AnswerConfirmation(proposal=ProposalId(proposal), session=self.session, args_hash=args_hash, yes=yes)

    async def _give_code(self, card: Card) -> None:
        chance = self._chance
        await asyncio.sleep(chance.uniform(0.5, 8.0))
        how = chance.choice(("right",) * 10 + ("words", "words", "wrong first", "wrong", "ignore", "wish"))
        how = "right" if self._goal == RUSH else how
        code = self._mailed_code(card.challenge)
        wrong = f"{(int(code or 0) + 1) % 10**6:06}"
        if how in ("wrong first", "wrong"):
            for _ in range(4 if how == "wrong" else 1):
                await self._send(self._code(card.challenge, wrong))
        if how == "words" and code:
            await self._write(chance.choice((code, f"the code is {code}")))
        if how in ("right", "wrong first") and code:
            await self._send(self._code(card.challenge, code))
        if how == "wish":
            await self._write("I have no access to that mailbox")

    def _mailed_code(self, challenge: str) -> str:
        """The code as it stands in the mail; of several mails, people pick the right one."""
        store = self._centre.store
        for index in store.by_tag.get(f"challenge:{challenge}", ()):
            # The challenge, the card and the mail's proposal are one append.
            sending = store.events[index + 2].event
            if isinstance(store.events[index].event, ChallengeIssued) and isinstance(sending, ActionProposed):
                return self._centre.shop.code_in(sending.proposal)
        return ""

    def _code(self, challenge: str, code: str) -> AnswerChallenge:
        return AnswerChallenge(challenge=ChallengeId(challenge), session=self.session, code=code)

    # Sending: as the chat's socket takes it.

    async def _write(self, text: str, *, new: bool = False) -> None:
        await asyncio.sleep(self._chance.uniform(0.1, 3.0))
        cause = self._cause()
        message = MessageId("m_" + blake2b(cause.encode(), digest_size=10).hexdigest())
        if await self._send(ReceiveMessage(session=self.session, message=message, text=text, new=new), cause):
            self._centre.acknowledged[self.person, message] = text

    async def _leave(self) -> None:
        self._over = True
        if self._chance.random() < 0.6:
            await self._send(Leave(session=self.session))

    async def _send(self, command: Command, cause: str = "") -> bool:
        """One frame, sent until it is acknowledged or refused, now and then twice; tells whether it was acknowledged."""
        cause = cause or self._cause()
        work = partial(_execute, command, cause)
        if self._chance.random() < self._centre.weather.twice:
            both = await asyncio.gather(self._until_answered(work), self._until_answered(work))
            return any(both)
        return await self._until_answered(work)

    async def _until_answered(self, work: Any) -> bool:
        return await self._centre.try_to(work)

    def _cause(self) -> str:
        self._frames += 1
        return f"chat/{self.session}/{self._frames}"


async def _execute(command: Command, cause: str, app: App) -> None:
    await app.engine.execute(command, cause=cause)
