"""How does a customer take a conversation along: which code, which interaction behind it, and how sure we are who it is."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Final, NamedTuple

from interlock.control.identity import known, session_query
from interlock.interactions.carrying import CODE_LASTS
from interlock.kernel.errors import Refused
from interlock.kernel.events import Erased, Recorded
from interlock.kernel.log import Query
from interlock.runtime.engine import Extend
from interlock.vocabulary.assurance import Assurance
from interlock.vocabulary.carrying import CarriedOn, CarryCodeIssued, CarryOn, IssueCarryCode
from interlock.vocabulary.ids import CustomerId, InteractionId, SessionId, tag
from interlock.vocabulary.interactions import InteractionStarted, SessionOpened
from interlock.vocabulary.people import CustomerMatched
from interlock.vocabulary.proactive import SessionClaimed, browser_of

if TYPE_CHECKING:
    from interlock.runtime.app import App

DIGITS: Final = 8
"""Digits of a code to go on with: not guessed within the tries that there are, and short enough for a keypad."""


class CarryCode(NamedTuple):
    """A code that a customer is shown once, and until when it can be given."""

    code: str
    expires_at: datetime


class Held(NamedTuple):
    """What is established in a session, and the name of whoever was matched there."""

    assurance: Assurance = Assurance()
    name: str = ""


class Carrying:
    """Carries conversations from one session to another."""

    def __init__(self, app: App) -> None:
        self._app = app

    async def code(self, session: SessionId, cause: str, also: Callable[[str], Extend] | None = None) -> CarryCode:
        """A code for the session's open interaction. It is shown to the customer and kept nowhere.

        Args:
            also: (code) → what is added to the facts, so that it stands or falls with them.

        Raises:
            Refused: ``nothing_to_carry``.
        """
        code = f"{secrets.randbelow(10**DIGITS):0{DIGITS}}"
        await self._app.engine.execute(
            IssueCarryCode(session=session, digest=self._digest(code)), cause=cause, extend=also and also(code)
        )
        return CarryCode(code, self._app.clock() + CODE_LASTS)

    async def known_in(self, session: SessionId) -> CustomerId:
        """Who is known in a session now; nobody where nobody is."""
        return (await self._held(session)).assurance.customer

    def link(self) -> tuple[str, str]:
        """The secret of a link to go on by, good as a code is, and what it is known by in the log."""
        secret = secrets.token_hex(16)
        return secret, self._digest(secret)

    async def redeem(self, session: SessionId, code: str, cause: str) -> InteractionId:
        """Carry on in this session what the code was given for; the interaction that it is now.

        Raises:
            Refused: ``carry_code_wrong`` where the code is none, is over or was used; ``too_many_codes``,
                ``with_a_person``, ``same_place``, ``carried_already``.
        """
        digest = self._digest(re.sub(r"[\s-]", "", code)[:64])
        found = await self._app.log.read(Query(tag("carry", digest), (CarryCodeIssued,)))
        issued = next((one.event for one in reversed(found.events) if isinstance(one.event, CarryCodeIssued)), None)
        held = await self._held(issued.session) if issued else Held()
        carried = await self._carry(session, issued.interaction if issued else None, digest, held, cause)
        if carried is None:
            raise Refused("carry_code_wrong", "That code is not known, or its time is over. Ask for a new one there.")
        return carried

    async def come_back(self, session: SessionId, cause: str) -> InteractionId:
        """Bring back what this session's conversation was carried on as; the interaction that it is now.

        What was established elsewhere meanwhile stays there, since no code comes with it: this session has what it had.
        Whoever is known there and not here has to bring a code.

        Raises:
            Refused: ``carried_away`` where it is about somebody by now who is not known here; ``with_a_person`` where a
                colleague has it.
        """
        seen = await self._app.log.read(Query(tag("session", session), (CarriedOn,)))
        into = [one.event.into for one in seen.events if isinstance(one.event, CarriedOn)]
        latest = into[-1]
        while after := await self._carried_into(latest):
            latest = after
        here, there = await self._held(session), await self._held(await self._session_of(latest))
        if there.assurance.customer and there.assurance.customer != here.assurance.customer:
            reason = "We go on elsewhere by now. To go on here, ask there for a code, or start a new conversation."
            raise Refused("carried_away", reason)
        carried = await self._carry(session, latest, "", here, cause)
        assert carried is not None  # only a code can be wrong
        return carried

    async def _carried_into(self, interaction: InteractionId) -> InteractionId | None:
        seen = await self._app.log.read(Query(tag("interaction", interaction), (CarriedOn,)))
        return next((one.event.into for one in seen.events if isinstance(one.event, CarriedOn)), None)

    async def _carry(
        self, session: SessionId, interaction: InteractionId | None, digest: str, held: Held, cause: str
    ) -> InteractionId | None:
        app = self._app
        here = await app.log.read(Query(tag("session", session), (SessionOpened, SessionClaimed, InteractionStarted)))
        browser = browser_of(here.events)
        mine = [one.event.interaction for one in here.events if isinstance(one.event, InteractionStarted)]
        command = CarryOn(
            session=session,
            digest=digest,
            interaction=interaction or InteractionId(""),
            here=mine[-1] if mine else InteractionId(""),
            assurance=held.assurance,
            name=held.name,
            source=browser.source if browser else "",
        )
        written = await app.engine.execute(command, cause=cause)
        return _carried(written.recorded)

    async def _session_of(self, interaction: InteractionId) -> SessionId:
        begun = await self._app.log.read(Query(tag("interaction", interaction), (InteractionStarted,)))
        return next(one.event.session for one in begun.events if isinstance(one.event, InteractionStarted))

    async def _held(self, session: SessionId) -> Held:
        """What holds now in a session, and the name of whoever was matched there."""
        app = self._app
        seen = await app.log.read(session_query(session))
        channel = next(one.event.channel for one in seen.events if isinstance(one.event, SessionOpened))
        assurance = known(seen.events, session, channel, app.clock(), app.control).assurance
        names = [
            one.event.name
            for one in seen.events
            if isinstance(one.event, CustomerMatched | InteractionStarted) and one.event.customer == assurance.customer
        ]
        name = names[-1] if names and assurance.customer else ""
        return Held(assurance, "" if isinstance(name, Erased) else name)

    def _digest(self, code: str) -> str:
        """What a code is known by in the log: keyed by the tenant's secret."""
        return hmac.new(self._app.control.secret, f"carry|{code}".encode(), hashlib.sha256).hexdigest()


def _carried(recorded: tuple[Recorded, ...]) -> InteractionId | None:
    started = [one.event.interaction for one in recorded if isinstance(one.event, InteractionStarted)]
    return started[-1] if started else None
