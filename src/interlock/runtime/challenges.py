"""How is a one-time code sent: the registered address is read now, the code is made here and kept by digest only."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import reduce
from typing import TYPE_CHECKING

from interlock.control.challenges import CODE_DIGITS, Destination, issue_challenge
from interlock.control.identity import codes_query, codes_relayed, known, session_query
from interlock.control.lockouts import Lock, code_queries, fold_codes
from interlock.interactions.context import WHO, InteractionState, evolve
from interlock.kernel.deciders import Moment
from interlock.kernel.errors import Conflict, Refused, Unavailable
from interlock.kernel.events import Recorded
from interlock.kernel.log import Due, Query
from interlock.runtime.engine import ATTEMPTS, id_maker
from interlock.runtime.reaching import CUSTOMER, registered
from interlock.vocabulary.channels import Author, Channel
from interlock.vocabulary.ids import CustomerId, tag
from interlock.vocabulary.interactions import InteractionStarted
from interlock.vocabulary.people import IssueChallenge
from interlock.vocabulary.proposals import RemedyRefused

if TYPE_CHECKING:
    from interlock.runtime.app import App


def random_code() -> str:
    """A fresh one-time code."""
    return "".join(secrets.choice("0123456789") for _ in range(CODE_DIGITS))


class Challenges:
    """Carries out ``IssueChallenge``.

    Attributes:
        new_code: makes the codes; only a simulation, which has to be repeatable, needs another one.
    """

    def __init__(self, app: App) -> None:
        self._app = app
        self.new_code: Callable[[], str] = random_code

    async def issue(self, command: IssueChallenge, *, cause: str, answers: str = "") -> None:
        """Send a code. Raises Refused where none can be sent and a person asked for it."""
        app = self._app
        for _ in range(ATTEMPTS):
            who = Query(tag("interaction", command.interaction), WHO)
            started = await app.log.read(who)
            if not started.events:
                raise Refused("interaction_unknown", "There is no such interaction.", status=404)
            event = started.events[0].event
            assert isinstance(event, InteractionStarted)
            query = session_query(event.session)
            session = await app.log.read(query)
            in_session = known(session.events, event.session, event.channel, app.clock(), app.control)
            send = app.definitions.bundle.action(app.control.send_code)
            customer = in_session.assurance.customer
            halted = (
                await app.stops.refusal_of(send.name)
                or await self._locked_out(customer)
                or await self._relayed_too_often(event.channel, customer)
            )
            facts = issue_challenge(
                command,
                event,
                started.events[0].at,
                in_session,
                None if halted else await self._destination(customer),
                self.new_code(),
                send,
                app.control,
                Moment(app.clock(), id_maker(cause)),
                self._author(started.events),
                halted=halted,
            )
            guard = () if any(isinstance(fact, RemedyRefused) for fact in facts) else (query, who)
            try:
                await app.engine.append(
                    facts, cause=cause, guard=guard, snapshot=started.snapshot if guard else "", answers=answers
                )
            except Conflict:
                continue
            return
        raise Conflict("the session kept changing while a code was sent")

    async def carry_out(self, due: Due, command: IssueChallenge) -> None:
        """The same for a due command."""
        await self.issue(command, cause=due.id, answers=due.id)

    async def _locked_out(self, customer: CustomerId) -> Refused | None:
        """Why no code is sent for a customer for whom too many wrong ones were given, in whatever sessions."""
        app = self._app
        if not customer:
            return None
        seen = await app.log.read(*code_queries(customer))
        lock = reduce(fold_codes, seen.events, Lock())
        if not lock.holds(app.clock(), app.control.codes_wrong_at_most):
            return None
        return Refused("locked_out", "Too many wrong codes were given for this customer today; no new one is sent.")

    async def _relayed_too_often(self, channel: Channel, customer: CustomerId) -> Refused | None:
        """Why other vendors' agents have no more codes sent to a customer, whichever of them asks in whichever case."""
        app = self._app
        if channel is not Channel.API or not customer:
            return None
        seen = await app.log.read(codes_query(customer))
        if codes_relayed(seen.events, app.clock()) < app.control.codes_per_hour:
            return None
        return Refused(
            "too_many_codes", "Too many codes were sent to this customer within the last hour; try again later."
        )

    def _author(self, events: Sequence[Recorded]) -> Author:
        """In the virtual agent's name only while it has the interaction: otherwise it is silent."""
        tenant = self._app.tenant
        if reduce(evolve, events, InteractionState()).holder == "virtual_agent":
            return Author("virtual_agent", "virtual_agent", tenant.assistant)
        return Author("system", "interlock", tenant.title)

    async def _destination(self, customer: CustomerId) -> Destination | None:
        if not customer:
            return None
        for action in self._app.definitions.bundle.actions.values():
            if action.resource is None or action.resource.name != CUSTOMER:
                continue
            if await self._app.breaking.is_open("connector", action.connector):
                return None
            break
        with suppress(Unavailable):
            return await registered(self._app, customer)
        return None
