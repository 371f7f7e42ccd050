"""How do people behave who mean it: they say what it is about, answer what they are asked, and now and then change their mind?"""

from __future__ import annotations

import asyncio
from functools import partial
from hashlib import blake2b
from random import Random
from typing import Final, Literal

from interlock.kernel.events import Command, Recorded
from interlock.runtime.app import App
from interlock.simulation.centre import Centre
from interlock.simulation.shop import Buyer, Item, Order
from interlock.vocabulary.channels import Card, Channel
from interlock.vocabulary.ids import ChallengeId, MessageId, PersonId, ProposalId, SessionId
from interlock.vocabulary.interactions import InteractionEnded, Leave, MessagePosted, OpenSession, ReceiveMessage
from interlock.vocabulary.people import AnswerChallenge
from interlock.vocabulary.proposals import AnswerConfirmation

Matter = Literal["refund", "status", "stranger", "complaint", "data_request"]
OPENINGS: Final[dict[Matter, tuple[str, ...]]] = {
    "refund": (
        "Good morning, something in my order arrived broken",
        "The item is faulty and I want my money back",
        "Something in order {order} arrived broken, I want my money back",
        "There is a crack in what you sent me, it was order {order}",
        "I got the wrong item",
    ),
    "status": ("where is my order", "Where is my order {order}?", "has my order been shipped yet"),
    "complaint": (
        "I want to make a complaint about your service",
        "This is a formal complaint",
        "Your driver was very rude to me",
    ),
    "data_request": (
        "I want you to delete all my data",
        "Please send me a copy of my personal data",
        "I have a request about data protection",
    ),
    "stranger": ("I want a refund for a damaged item, order {order}", "Where is my order {order}?"),
}
WRITES_S: Final = (3.0, 25.0)
PATIENCE_S: Final = 20.0
MOST_ANSWERS: Final = 14
SECOND_THOUGHTS: Final = 0.08
"""The chance that somebody presses Decline, or leaves instead of looking for the code."""


class Patron:
    """One person with one matter, in a session of her own."""

    def __init__(self, centre: Centre, name: str, chance: Random, buyer: Buyer, matter: Matter, order: Order) -> None:
        self._centre, self._chance, self._buyer, self._matter, self._order = centre, chance, buyer, matter, order
        self.session, self.person = SessionId(f"s_{name}"), PersonId(f"p_{name}")
        self._item: Item | None = None
        self._inbox: asyncio.Queue[MessagePosted] = asyncio.Queue()
        self._frames = 0
        self._over = False
        centre.hear(f"person:{self.person}", self._on_fact)

    def wants(self, item: Item) -> None:
        """Choose this item when she is asked."""
        self._item = item

    def _on_fact(self, recorded: Recorded) -> None:
        match recorded.event:
            case MessagePosted() as event if event.author.kind != "customer":
                self._inbox.put_nowait(event)
            case InteractionEnded():
                self._over = True

    async def come(self) -> None:
        """Say what it is about, answer, and leave."""
        digest = blake2b(self.session.encode()).hexdigest()
        await self._send(
            OpenSession(session=self.session, person=self.person, channel=Channel.CHAT, secret_digest=digest)
        )
        await self._write(self._chance.choice(OPENINGS[self._matter]).format(order=self._order.id))
        for _ in range(MOST_ANSWERS):
            heard = await self._hear()
            if self._over or not heard or not await self._answer(heard):
                break
        if not self._over and self._chance.random() < 0.6:
            await self._send(Leave(session=self.session))

    async def _hear(self) -> list[MessagePosted]:
        heard: list[MessagePosted] = []
        wait = PATIENCE_S
        while True:
            try:
                async with asyncio.timeout(wait):
                    heard.append(await self._inbox.get())
            except TimeoutError:
                return heard
            wait = 1.0

    async def _answer(self, heard: list[MessagePosted]) -> bool:
        """Answer what was said last; False where there is nothing to answer."""
        card = next((each.card for each in reversed(heard) if isinstance(each.card, Card)), None)
        text = " ".join(str(each.text) for each in heard).lower()
        if card is not None and card.kind in ("confirm", "code", "choices"):
            return await self._take(card)
        if "e-mail address did you order with" in text or "address of the order" in text or "which e-mail" in text:
            await self._write(self._buyer.email)
        elif "order number" in text or "which order" in text or "order's number" in text or "a-1042" in text:
            await self._write(self._order.id)
        elif "leave them a message" in text or "take a message" in text:
            await self._write("no, thank you")
        else:
            return False
        return True

    async def _take(self, card: Card) -> bool:
        await asyncio.sleep(self._chance.uniform(*WRITES_S))
        doubts = self._chance.random() < SECOND_THOUGHTS
        match card.kind:
            case "confirm":
                yes = not doubts
                proposal = ProposalId(card.proposal)
                await self._send(
                    AnswerConfirmation(proposal=proposal, session=self.session, args_hash=card.args_hash, yes=yes)
                )
            case "code":
                code = self._mailed_code()
                if doubts or not code:
                    return False
                await self._send(
                    AnswerChallenge(challenge=ChallengeId(card.challenge), session=self.session, code=code)
                )
            case _:
                wanted = [one for one in card.choices if self._item is not None and self._item.name in one.label]
                await self._write((wanted or list(card.choices))[0].label)
        return True

    def _mailed_code(self) -> str:
        mine = [mail.text for mail in self._centre.shop.mails if mail.to == self._buyer.email]
        return mine[-1].partition("code is ")[2][:6] if mine else ""

    async def _write(self, text: str) -> None:
        await asyncio.sleep(self._chance.uniform(*WRITES_S))
        message = MessageId("m_" + blake2b(f"{self.session}/{self._frames}".encode(), digest_size=10).hexdigest())
        await self._send(ReceiveMessage(session=self.session, message=message, text=text))

    async def _send(self, command: Command) -> None:
        self._frames += 1
        await self._centre.try_to(partial(_execute, command, f"chat/{self.session}/{self._frames}"))


async def _execute(command: Command, cause: str, app: App) -> None:
    await app.engine.execute(command, cause=cause)
