"""Where is a customer: in the chat, on the phone, or in both at once, and how does she go on there?"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from random import Random
from typing import Final

import msgspec

from interlock.interactions.receiving import CARRIED
from interlock.kernel.errors import Answered, Refused
from interlock.runtime.app import App
from interlock.simulation.centre import Centre
from interlock.simulation.trail import Trail
from interlock.vocabulary.channels import Channel
from interlock.vocabulary.ids import MessageId, PersonId, SessionId
from interlock.vocabulary.interactions import OpenSession, ReceiveMessage

NO_SECRET: Final = "-"
BUSY: Final = 0.5
"""How often an operation on the log takes time while somebody writes in two places: only then do the two come to overlap."""


class Places:
    """The sessions of one customer.

    Attributes:
        session: where she is now.
        sessions: where she has been, two at most.
    """

    def __init__(self, centre: Centre, trail: Trail, number: int, chance: Random) -> None:
        self._centre, self._trail, self._number, self._chance = centre, trail, number, chance
        self.session = SessionId("")
        self.sessions: list[SessionId] = []

    async def come(self, channel: Channel) -> None:
        """Be somewhere; from here on she is there. Nobody knows that it is she, wherever else she is."""
        self.session = SessionId(f"s_walk{self._number}{'_there' * len(self.sessions)}")
        self.sessions.append(self.session)
        person = PersonId(f"p{self.session.removeprefix('s')}")
        come = OpenSession(session=self.session, person=person, channel=channel, secret_digest=NO_SECRET)
        await self._trail.do(come, f"comes by {channel}")

    async def go_over(self) -> SessionId:
        """Be in the other place; gives where she was."""
        here = self.session
        if len(self.sessions) == 1:
            await self.come(self._chance.choice((Channel.CHAT, Channel.VOICE)))
        else:
            self.session = next(each for each in self.sessions if each != here)
            self._trail.trace.append(f"goes over to {self.session}")
        return here

    async def carry_on(self, here: SessionId) -> None:
        """Go on where she is with what was talked about in another place: by a code that she is given there."""
        codes: list[str] = []
        cause, there = self._trail.cause(), self.session

        async def ask(app: App) -> None:
            codes.append((await app.carrying.code(here, f"{cause}/code")).code)

        async def give(app: App) -> None:
            await app.carrying.redeem(there, codes[-1], cause)

        # The answer with the code is lost where a node dies over it.
        if await self._trail.work(ask, f"asks for a code in {here}") and codes:
            await self._trail.work(give, f"goes on in {there} with the code")

    async def write(self, text: str) -> None:
        """Write where she is."""
        await self._trail.work(self._writing(self.session, text), f"writes '{text}'")

    async def write_in_both(self, *texts: str) -> None:
        """She, or two who sit together, write in both places in the same moment."""
        writings = [self._writing(each, text) for each, text in zip(self.sessions, texts, strict=False)]
        wires = [(life.wire, life.wire.weather) for life in self._centre.lives]
        for wire, weather in wires:
            wire.weather = msgspec.structs.replace(weather, wire_slow=BUSY)
        done = await asyncio.gather(*map(self._centre.try_to, writings))
        self._trail.trace.extend(
            f"writes '{text}' in {each}, at once{'' if allowed else ' (refused)'}"
            for each, text, allowed in zip(self.sessions, texts, done, strict=False)
        )
        await self._centre.rest()
        for wire, weather in wires:
            wire.weather = weather

    def _writing(self, session: SessionId, text: str) -> Callable[[App], Awaitable[None]]:
        """What writing does: where the conversation was carried away, it comes back first, as it does in the chat."""
        cause = self._trail.cause()
        command = ReceiveMessage(session=session, message=MessageId(f"m_{cause.replace('/', '_')}"), text=text)

        async def write(app: App) -> None:
            try:
                await app.execute(command, cause)
            except Refused as refusal:
                if refusal.code != CARRIED:
                    raise
                with suppress(Answered):
                    await app.carrying.come_back(session, f"{cause}/back")
                await app.execute(command, cause)

        return write
