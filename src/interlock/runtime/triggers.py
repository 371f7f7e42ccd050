"""How is a trigger weighed: what is read for it, what it says, and what is recorded, all of it or nothing?"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from interlock.journeys.triggers import (
    Happened,
    NotFired,
    TriggerSpec,
)
from interlock.kernel.deciders import Moment
from interlock.kernel.errors import Conflict
from interlock.kernel.events import Erased, Event
from interlock.kernel.log import Due, Query
from interlock.runtime.engine import ATTEMPTS, id_maker
from interlock.runtime.trigger_attempts import Attempt, Weighed
from interlock.vocabulary.ids import EventId, FiringId, PersonId, tag
from interlock.vocabulary.interactions import MessagePosted
from interlock.vocabulary.triggers import (
    EventReceived,
    TriggerHeld,
    TriggerRefused,
    WeighTrigger,
)

if TYPE_CHECKING:
    from interlock.runtime.app import App


class Triggers:
    """Weighs the triggers of the release in force."""

    def __init__(self, app: App) -> None:
        self._app = app

    async def carry_out(self, due: Due, command: WeighTrigger) -> None:
        """Weigh a trigger that is due; its facts and all that follows stand or fall together."""
        app = self._app
        spec = app.definitions.triggers.get(command.trigger)
        happened, origin = await self._happened(command)
        if spec is None or happened is None:
            await app.engine.append(await self._removed(command), cause=due.cause, answers=due.id)
            return
        for _ in range(ATTEMPTS):
            moment = Moment(app.clock(), id_maker(due.cause))
            # Named after the first command, however often it is held: its timer's key holds the name.
            firing = command.firing or FiringId(id_maker(due.id)("tf"))
            weighed = await self.weigh(
                spec, happened, origin or PersonId(moment.new_id("p")), firing, command.since, moment
            )
            try:
                await app.engine.append(
                    weighed.facts,
                    cause=due.cause,
                    guard=weighed.guard,
                    snapshot=weighed.snapshot if weighed.guard else "",
                    answers=due.id,
                )
            except Conflict:
                continue
            return
        raise Conflict("the customer's conversations kept changing while a trigger was weighed")

    async def _removed(self, command: WeighTrigger) -> list[Event]:
        """What ends a firing whose trigger is not in force any more; one that was not held before leaves no trace."""
        if not command.firing:
            return []
        seen = await self._app.log.read(Query(tag("firing", command.firing), (TriggerHeld,)))
        held = seen.events[-1].event if seen.events else None
        if not isinstance(held, TriggerHeld):
            return []
        return [
            TriggerRefused(
                firing=held.firing,
                trigger=held.trigger,
                event=held.event,
                origin=held.origin,
                customer=held.customer,
                address=held.address,
                key=held.key,
                why="not_in_force",
            )
        ]

    async def _happened(self, command: WeighTrigger) -> tuple[Happened | None, PersonId]:
        app = self._app
        spec = app.definitions.triggers.get(command.trigger)
        if not command.event:
            since = command.since or app.clock()
            data = command.data if isinstance(command.data, Mapping) else {}
            return (None if spec is None else Happened(spec.on, data, since)), PersonId("")
        seen = await app.log.read(Query(tag("event", command.event), (EventReceived,)))
        received = seen.events[0].event if seen.events else None
        if not isinstance(received, EventReceived):
            return None, PersonId("")
        return happened_of(received, seen.events[0].at), received.person

    async def weigh(
        self,
        spec: TriggerSpec,
        happened: Happened,
        origin: PersonId,
        firing: FiringId,
        since: datetime | None,
        moment: Moment,
    ) -> Weighed:
        """What becomes of a trigger now; nothing is recorded.

        Args:
            origin: the person whose key the event's data are sealed under.
            since: when it was held first, if it was.
        """
        attempt = Attempt(self._app, spec, happened, origin, firing, since or moment.now, moment)
        try:
            return await attempt.weighed()
        except NotFired as refusal:
            return attempt.refused(refusal)


def happened_of(received: EventReceived, at: datetime) -> Happened:
    """An event from outside as triggers see it; without data where somebody erased them."""
    data = received.data
    opened: Any = {"": data} if isinstance(data, Erased) else data
    return Happened(
        received.type,
        opened if isinstance(opened, Mapping) else {},
        at,
        received.event,
        received.source,
        "" if isinstance(received.subject, Erased) else received.subject,
        received.time,
    )


def event_id(secret: bytes, by: str, source: str, id: str) -> EventId:
    """What an event from outside is known by: the same for the same account, source and identifier."""
    text = f"event|{by}|{len(source)}|{source}|{id}".encode()
    return EventId(f"evt_{hmac.new(secret, text, hashlib.sha256).hexdigest()[:20]}")


def said(facts: Sequence[Event]) -> list[str]:
    """What the customer would read."""
    return [str(each.text) for each in facts if isinstance(each, MessagePosted)]
