"""How is a one-time code sent: the registered address is read now, the code is made here and kept by digest only."""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import TYPE_CHECKING

from interlock.control.challenges import CODE_DIGITS, Destination, issue_challenge
from interlock.control.identity import known, session_query
from interlock.kernel.deciders import Moment
from interlock.kernel.errors import Conflict, Refused, Unavailable
from interlock.kernel.log import Due, Query
from interlock.runtime.engine import ATTEMPTS, id_maker
from interlock.vocabulary.channels import Author
from interlock.vocabulary.ids import CustomerId, tag
from interlock.vocabulary.interactions import InteractionStarted
from interlock.vocabulary.people import IssueChallenge
from interlock.vocabulary.proposals import RemedyRefused

if TYPE_CHECKING:
    from interlock.runtime.app import App

CUSTOMER = "customer"
"""The resource by which connectors tell a customer's registered address."""


class Challenges:
    """Carries out ``IssueChallenge``."""

    def __init__(self, app: App) -> None:
        self._app = app

    async def issue(self, command: IssueChallenge, *, cause: str, answers: str = "") -> None:
        """Send a code. Raises Refused where none can be sent and a person asked for it."""
        app = self._app
        for _ in range(ATTEMPTS):
            started = await app.log.read(Query(tag("interaction", command.interaction), (InteractionStarted,)))
            if not started.events:
                raise Refused("no_such_interaction", "There is no such interaction.", status=404)
            event = started.events[0].event
            assert isinstance(event, InteractionStarted)
            query = session_query(event.session)
            session = await app.log.read(query)
            in_session = known(session.events, event.session, event.channel, app.clock(), app.control)
            facts = issue_challenge(
                command,
                event,
                started.events[0].at,
                in_session,
                await self._destination(in_session.assurance.customer),
                "".join(secrets.choice("0123456789") for _ in range(CODE_DIGITS)),
                app.definitions.bundle.action(app.control.send_code),
                app.control,
                Moment(app.clock(), id_maker(cause)),
                Author("virtual_agent", "virtual_agent", app.tenant.assistant),
            )
            guard = () if any(isinstance(fact, RemedyRefused) for fact in facts) else (query,)
            try:
                await app.engine.append(
                    facts, cause=cause, guard=guard, snapshot=session.snapshot if guard else "", answers=answers
                )
            except Conflict:
                continue
            return
        raise Conflict("the session kept changing while a code was sent")

    async def carry_out(self, due: Due, command: IssueChallenge) -> None:
        """The same for a due command."""
        await self.issue(command, cause=due.id, answers=due.id)

    async def _destination(self, customer: CustomerId) -> Destination | None:
        if not customer:
            return None
        for action in self._app.definitions.bundle.actions.values():
            resource = action.resource
            if resource is None or resource.name != CUSTOMER:
                continue
            try:
                record = await self._app.connector(action.connector).read(resource.operation, {resource.key: customer})
                if record is None:
                    return None
                registered = datetime.fromisoformat(str(record["email_registered_at"]))
                return Destination(customer=customer, email=str(record["email"]), registered_at=registered)
            except (Unavailable, KeyError, ValueError):
                return None
        return None
