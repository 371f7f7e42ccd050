"""One weighing of a trigger: what is read for it, what it says, and all the facts that follow."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

import msgspec

from interlock.control.challenges import masked_email
from interlock.governance.consents import agreed, consents_query
from interlock.governance.consents import fold as fold_consents
from interlock.journeys import reads
from interlock.journeys.triggers import (
    Check,
    Happened,
    NotFired,
    Seen,
    TriggerSpec,
    Verdict,
    Wanted,
    fold_past,
    mail_args,
    wanted,
    weigh,
)
from interlock.journeys.values import spoken
from interlock.kernel.deciders import Moment
from interlock.kernel.errors import Refused, Unavailable
from interlock.kernel.events import Erased, Event
from interlock.kernel.log import Query
from interlock.runtime.reaching import WRITTEN, Place, anew, in_a_chat, in_session, of_interaction, registered
from interlock.vocabulary.channels import SYSTEM
from interlock.vocabulary.ids import CustomerId, FiringId, PersonId, ProposalId, tag
from interlock.vocabulary.proposals import ActionProposed
from interlock.vocabulary.triggers import (
    FIRINGS,
    BeginTriggered,
    TriggerFired,
    TriggerHeld,
    TriggerRefused,
)

if TYPE_CHECKING:
    from interlock.runtime.app import App

AGAIN_AFTER: Final = timedelta(minutes=5)
"""How long a firing waits while somebody else has the conversation, or a system does not answer."""

NEWS_FOR: Final = timedelta(hours=24)
"""How long it waits at most for that; afterwards it is no news any more."""


@dataclass(frozen=True, slots=True)
class Weighed:
    """What becomes of a trigger, and all that follows from it.

    Attributes:
        checks: what was looked at, in that order.
        facts: what is recorded.
    """

    verdict: Verdict
    checks: tuple[Check, ...] = ()
    facts: tuple[Event, ...] = ()
    guard: tuple[Query, ...] = ()
    snapshot: str = ""
    place: Place | None = None
    wanted: Wanted = field(default_factory=Wanted)
    mail: ActionProposed | None = None


class Attempt:
    """One weighing: what it has found out so far is in its checks, also where it ends early."""

    def __init__(
        self,
        app: App,
        spec: TriggerSpec,
        happened: Happened,
        origin: PersonId,
        firing: FiringId,
        since: datetime,
        moment: Moment,
    ) -> None:
        self._app = app
        self._spec = spec
        self._happened = happened
        self._origin = origin
        self._firing = firing
        self._since = since
        self._moment = moment
        self._checks: list[Check] = []
        self._plan = Wanted()
        self._conversation: Place | None = None

    async def weighed(self) -> Weighed:
        """What becomes of it. Raises NotFired where it does not fire, for good."""
        app, spec, now = self._app, self._spec, self._moment.now
        if isinstance(self._happened.data.get(""), Erased):
            raise NotFired("erased")
        journey = app.definitions.journeys[spec.written.journey]
        self._plan = wanted(spec, self._happened, journey, now, app.tenant.timezone)
        self._checks.append(Check("condition", True, spec.written.when.text))
        in_hand = await self._in_hand()
        self._checks.append(Check("who", True, self._who()))
        queries = self._queries()
        seen = await app.log.read(*queries)
        firings = [one for one in seen.events if isinstance(one.event, FIRINGS)]
        known = Seen(
            agreed=spec.written.consent is None or agreed(fold_consents(seen.events), spec.written.consent),
            same=fold_past(one for one in firings if isinstance(one.event, FIRINGS) and one.event.key == self._key()),
            hers=fold_past(one for one in firings if _about(one.event) == (self._plan.customer, self._address())),
        )
        verdict, checks = weigh(spec, self._plan, self._firing, known, now)
        self._checks += checks
        if verdict.how == "refused":
            raise NotFired(verdict.why, verdict.detail)  # type: ignore[arg-type]  # a refusal's why is one
        if verdict.how == "held":
            return replace(self._held(verdict), guard=queries, snapshot=seen.snapshot)
        weighed = await self._fires(in_hand)
        return replace(weighed, guard=(*queries, *weighed.guard), snapshot=seen.snapshot)

    async def _in_hand(self) -> Place | None:
        """The chat of the interaction that it is about; who its customer is comes from there."""
        if not self._plan.interaction:
            return None
        conversation, _ = await of_interaction(self._app, self._plan.interaction)
        if not conversation.interaction:
            raise NotFired("nobody", "there is no such interaction")
        self._plan = replace(self._plan, customer=conversation.customer)
        if conversation.channel not in WRITTEN or not conversation.session:
            return None
        if conversation.open:
            return Place("open_chat", conversation, guard=(reads(conversation.interaction),))
        if conversation.customer:
            return await in_session(
                self._app, conversation.session, conversation.customer, self._spec.name, self._moment
            )
        return None

    def _who(self) -> str:
        plan = self._plan
        if plan.customer:
            return f"customer {plan.customer}"
        return masked_email(plan.email) if plan.email else f"the customer of interaction {plan.interaction}"

    async def _fires(self, in_hand: Place | None) -> Weighed:
        app, spec = self._app, self._spec
        try:
            await app.stops.refuse_if_tenant_halted()
        except Refused as refusal:
            raise NotFired("halted", refusal.code) from None
        place = in_hand
        if place is None and self._plan.customer:
            place = await in_a_chat(app, self._plan.customer, spec.name, self._moment)
        try:
            to = await self._to(place)
        except Unavailable:
            self._checks.append(Check("address", False, "the system that knows it does not answer"))
            return self._later("unavailable")
        if place is None:
            place = await anew(app, self._origin, spec.name, self._moment)
        self._checks.append(Check("reach", True, _reached(place, to)))
        if place.reach == "open_chat" and _busy(place):
            self._checks.append(Check("floor", False, "somebody or something else has the conversation now"))
            return self._later("busy")
        return self._fired(place, to)

    async def _to(self, place: Place | None) -> str:
        """The address of the mail; empty where none is sent. Raises NotFired where nothing reaches her; Unavailable."""
        if self._spec.written.mail is None:
            if place is None:
                raise NotFired("nobody", "she has no chat here, and the trigger sends no mail")
            return ""
        if place is not None and place.reach == "open_chat":
            return ""
        if self._plan.email:
            return self._plan.email
        found = await registered(self._app, self._plan.customer) if self._plan.customer else None
        if found is None and place is None:
            raise NotFired("nobody", "she has no chat here, and no address is registered for her")
        return "" if found is None else found.email

    def _fired(self, place: Place, to: str) -> Weighed:
        app, spec, plan, moment = self._app, self._spec, self._plan, self._moment
        state = place.conversation
        mail = self._mail(place, to) if to else None
        begin = BeginTriggered(interaction=state.interaction, journey=spec.written.journey, slots=dict(plan.slots))
        try:
            talk = app.engine.decider(BeginTriggered).decide(begin, state, moment)
        except Refused as refusal:
            raise NotFired("no_journey", refusal.code) from None
        fired = TriggerFired(
            firing=self._firing,
            trigger=spec.name,
            event=self._happened.event,
            person=state.person,
            origin=self._origin,
            customer=plan.customer,
            address=self._address(),
            key=self._key(),
            interaction=state.interaction,
            journey=spec.written.journey,
            reach=place.reach,
            mail=mail.proposal if mail is not None else ProposalId(""),
        )
        facts = (*place.facts, fired, *talk, *((mail,) if mail is not None else ()))
        return Weighed(
            Verdict("fires"), tuple(self._checks), facts, guard=place.guard, place=place, wanted=plan, mail=mail
        )

    def _mail(self, place: Place, to: str) -> ActionProposed:
        app, written = self._app, self._spec.written.mail
        assert written is not None
        send = app.definitions.bundle.action(written.action)
        said = mail_args(self._spec, self._happened, lambda values: spoken(values, app.tenant.zone))
        link = app.settings.chat_link + (f"#interlock={place.link}" if place.link else "")
        try:
            checked = send.check({**said, "to": to, "link": link}, app.control.secret)
        except Refused as refusal:
            raise NotFired("bad_data", f"the mail cannot be written: {refusal.code}") from None
        state = place.conversation
        return ActionProposed(
            proposal=ProposalId(self._moment.new_id("pr")),
            interaction=state.interaction,
            person=state.person,
            session=state.session,
            channel=state.channel,
            customer=self._plan.customer,
            principal=SYSTEM,
            action=send.name,
            args=checked.args,
            private_args=checked.private_args,
            args_hash=checked.args_hash,
            purpose=send.purpose,
        )

    # What is not fired, now or at all.

    def _later(self, why: Any) -> Weighed:
        if self._moment.now - self._since >= NEWS_FOR:
            raise NotFired("too_late", str(why))
        return self._held(Verdict("held", why, "", self._moment.now + AGAIN_AFTER))

    def _held(self, verdict: Verdict) -> Weighed:
        assert verdict.until is not None
        data = None if self._happened.event else msgspec.to_builtins(self._happened.data)
        held = TriggerHeld(
            firing=self._firing,
            trigger=self._spec.name,
            event=self._happened.event,
            origin=self._origin,
            customer=self._plan.customer,
            address=self._address(),
            key=self._key(),
            until=verdict.until,
            why=verdict.why,  # type: ignore[arg-type]  # a hold's why is one
            since=self._since,
            data=data,
        )
        return Weighed(verdict, tuple(self._checks), (held,), wanted=self._plan)

    def refused(self, refusal: NotFired) -> Weighed:
        """It does not fire, for good."""
        if not any(not check.passed for check in self._checks):
            self._checks.append(Check(refusal.why.replace("_", " "), False, refusal.detail or refusal.why))
        fact = TriggerRefused(
            firing=self._firing,
            trigger=self._spec.name,
            event=self._happened.event,
            origin=self._origin,
            customer=self._plan.customer,
            address=self._address(),
            key=self._key(),
            why=refusal.why,
            detail=refusal.detail,
        )
        verdict = Verdict("refused", refusal.why, refusal.detail)
        return Weighed(verdict, tuple(self._checks), (fact,), wanted=self._plan)

    # Under what it is found again.

    def _queries(self) -> tuple[Query, ...]:
        found: list[Query] = []
        if self._key():
            found.append(Query(tag("trigger_key", self._key()), FIRINGS))
        if self._plan.customer:
            found.append(Query(tag("customer", self._plan.customer), FIRINGS))
            found.append(consents_query(self._plan.customer))
        if self._address():
            found.append(Query(tag("address", self._address()), FIRINGS))
        return tuple(found)

    def _key(self) -> str:
        if not self._plan.key:
            return ""
        return self._digest("key", f"{self._spec.name}|{self._plan.customer or self._address()}|{self._plan.key}")

    def _address(self) -> str:
        """What stands for her where no customer is known."""
        if self._plan.customer:
            return ""
        return self._digest("address", self._plan.email.casefold() or self._plan.interaction) if self._anybody() else ""

    def _anybody(self) -> bool:
        return bool(self._plan.email or self._plan.interaction)

    def _digest(self, what: str, text: str) -> str:
        return hmac.new(self._app.control.secret, f"trigger-{what}|{text}".encode(), hashlib.sha256).hexdigest()[:32]


def _about(event: Event) -> tuple[CustomerId, str]:
    assert isinstance(event, FIRINGS)
    return event.customer, event.address


def _busy(place: Place) -> bool:
    """Whether a person has the conversation, or the customer is in the midst of something that is no question."""
    state = place.conversation
    run = state.foreground
    return state.holder != "virtual_agent" or (run is not None and run.waits_for not in ("slot", "choice"))


def _reached(place: Place, to: str) -> str:
    words = {
        "open_chat": "in the chat that she has open",
        "last_chat": "in a new conversation of her last chat, which she finds when she comes back",
        "new_chat": "in a new chat that a one-time link leads to",
    }[place.reach]
    return f"{words}; mail to {masked_email(to)}" if to else words
