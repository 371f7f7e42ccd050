"""Does a trigger fire for what happened: now, later, or not at all, and why?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, Literal, NamedTuple
from zoneinfo import ZoneInfo

from interlock.journeys.model import Journey
from interlock.journeys.triggers.files import TriggerSpec
from interlock.journeys.values import accepted, moment_of
from interlock.kernel.cel import ExpressionError
from interlock.kernel.events import Recorded
from interlock.kernel.template import Template, TemplateError
from interlock.vocabulary.ids import CustomerId, EventId, FiringId, InteractionId
from interlock.vocabulary.triggers import Hold, Refusal, TriggerFired, TriggerHeld, TriggerRefused

LONGEST_IDENTIFIER: Final = 100
"""Characters of a customer's or an interaction's identifier in an event."""

MAX_DETAIL: Final = 200
"""Characters of what is said about a refusal."""


class Happened(NamedTuple):
    """What a trigger is weighed for; of a fact, only its name and what is not sealed.

    Attributes:
        at: when Interlock learnt of it.
    """

    type: str
    data: Mapping[str, Any]
    at: datetime
    event: EventId = EventId("")
    source: str = ""
    subject: str = ""
    time: datetime | None = None


class NotFired(Exception):
    """The trigger does not fire, for good; ``detail`` holds nothing personal."""

    def __init__(self, why: Refusal, detail: str = "") -> None:
        super().__init__(f"{why}: {detail}")
        self.why: Refusal = why
        self.detail = detail[:MAX_DETAIL]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a trigger would do for what happened: with whom, once for what, in which zone, with which slots."""

    customer: CustomerId = CustomerId("")
    email: str = ""
    interaction: InteractionId = InteractionId("")
    key: str = ""
    zone: str = "UTC"
    slots: Mapping[str, Any] = field(default_factory=dict)


class Firing(NamedTuple):
    """One firing of a trigger as it stands: ``fired``, ``held`` or ``refused``, since ``at``."""

    trigger: str
    state: Literal["fired", "held", "refused"]
    at: datetime


Past = Mapping[FiringId, Firing]
"""What became of triggers before: those of one key, or of one customer."""


class Seen(NamedTuple):
    """What is known of the customer: whether she agreed to the purpose, and what was fired before."""

    agreed: bool
    same: Past
    hers: Past


class Verdict(NamedTuple):
    """What becomes of a trigger."""

    how: Literal["fires", "held", "refused"]
    why: Hold | Refusal | Literal[""] = ""
    detail: str = ""
    until: datetime | None = None


class Check(NamedTuple):
    """One thing that was looked at, for people."""

    what: str
    passed: bool
    words: str


def fold_past(events: Iterable[Recorded]) -> Past:
    """What became of the firings that these facts tell of."""
    past: dict[FiringId, Firing] = {}
    for recorded in events:
        match recorded.event:
            case TriggerFired() as event:
                past[event.firing] = Firing(event.trigger, "fired", recorded.at)
            case TriggerHeld() as event:
                past[event.firing] = Firing(event.trigger, "held", recorded.at)
            case TriggerRefused() as event:
                past[event.firing] = Firing(event.trigger, "refused", recorded.at)
    return past


def wanted(spec: TriggerSpec, happened: Happened, journey: Journey, now: datetime, zone: str) -> Wanted:
    """What the trigger would do. Raises NotFired where the data or the condition do not fit, or it names nobody."""
    written = spec.written
    values = _values(happened)
    for name, kind in written.data.items():
        _check(name, kind, happened.data.get(name))
    if not condition_holds(spec, happened, now):
        raise NotFired("condition", f"{written.when.text}")
    slots: dict[str, Any] = {}
    for name, text in written.args.items():
        value = _value(text, values, spec)
        if value is None:
            continue
        taken = accepted(journey.slots[name], value)
        if taken is None:
            raise NotFired("bad_data", f"the slot '{name}' does not take what the event gives it")
        slots[name] = taken
    return Wanted(
        customer=CustomerId(_named(spec.who.customer, values)),
        email=_named(spec.who.email, values, longest=254),
        interaction=InteractionId(_named(spec.who.interaction, values)),
        key="" if written.once_per is None else _text(written.once_per.key, values),
        zone=_zone(written.zone, values, zone),
        slots=slots,
    )


def mail_args(spec: TriggerSpec, happened: Happened, spoken: Any) -> dict[str, Any]:
    """The arguments of the mail that are written in the trigger. Raises NotFired where a name has no value."""
    if spec.written.mail is None:
        return {}
    values = spoken(_values(happened))
    try:
        return {name: text.render(values) for name, text in spec.written.mail.args.items()}
    except TemplateError as error:
        raise NotFired("bad_data", f"'{error.path}' {error.what}") from None


def condition_holds(spec: TriggerSpec, happened: Happened, now: datetime | None) -> bool:
    """Whether the condition holds. Raises NotFired where it cannot be told.

    Args:
        now: None where no time is known yet: then neither ``now`` nor the event's time has a value.
    """
    values = _values(happened)
    for name, kind in spec.written.data.items():
        if kind.startswith("moment") and isinstance(happened.data.get(name), str):
            values["data"] = {**values["data"], name: _moment(name, happened.data[name])}
    if now is None:
        del values["event"]["time"]
    else:
        values["event"]["time"] = happened.time or happened.at
        values["now"] = now
    try:
        return spec.written.when.holds(values)
    except ExpressionError as error:
        raise NotFired("bad_data", error.what) from None


def weigh(spec: TriggerSpec, plan: Wanted, firing: FiringId, seen: Seen, now: datetime) -> tuple[Verdict, list[Check]]:
    """What becomes of a trigger whose condition holds, as far as consent, repetition and time go."""
    written, checks = spec.written, list[Check]()
    if written.consent is not None:
        words = "she agreed" if seen.agreed else "she never agreed, or no longer does"
        checks.append(Check(f"consent to {written.consent}", seen.agreed, words))
        if not seen.agreed:
            return Verdict("refused", "consent", written.consent), checks
    if written.once_per is not None:
        earlier = _repeated(spec, firing, seen.same, now)
        words = f"it repeats {earlier}" if earlier else "nothing of the kind before"
        checks.append(Check("once", not earlier, words))
        if earlier:
            return Verdict("refused", "duplicate", earlier), checks
    today = _today(spec, plan, firing, seen.hers, now)
    checks.append(Check("limit", today < written.per_day, f"{today} of {written.per_day} today"))
    if today >= written.per_day:
        return Verdict("refused", "limit", f"{written.per_day} a day"), checks
    until = spec.quiet.until(now, plan.zone) if spec.quiet is not None else None
    if spec.quiet is not None:
        words = f"day in {plan.zone}" if until is None else f"night in {plan.zone}, until {until.isoformat()}"
        checks.append(Check("quiet hours", until is None, words))
    if until is not None:
        return Verdict("held", "quiet_hours", "", until), checks
    return Verdict("fires"), checks


def _repeated(spec: TriggerSpec, firing: FiringId, same: Past, now: datetime) -> str:
    """The firing that this one repeats; empty where it repeats none."""
    assert spec.written.once_per is not None
    since = now - spec.written.once_per.within
    for id, one in same.items():
        if (
            id != firing
            and one.trigger == spec.name
            and (one.state == "held" or (one.state == "fired" and one.at > since))
        ):
            return id
    return ""


def _today(spec: TriggerSpec, plan: Wanted, firing: FiringId, hers: Past, now: datetime) -> int:
    zone = ZoneInfo(plan.zone)
    day = now.astimezone(zone).date()
    fired = (one for id, one in hers.items() if id != firing and one.trigger == spec.name and one.state == "fired")
    return sum(one.at.astimezone(zone).date() == day for one in fired)


def _values(happened: Happened) -> dict[str, Any]:
    time = happened.time or happened.at
    event = {"type": happened.type, "source": happened.source, "subject": happened.subject, "time": time.isoformat()}
    return {"data": dict(happened.data), "event": event}


def _check(name: str, kind: str, value: object) -> None:
    if value is None:
        if kind.endswith("?"):
            return
        raise NotFired("bad_data", f"the event has no '{name}'")
    whole = isinstance(value, int) and not isinstance(value, bool)
    fits = {
        "text": isinstance(value, str),
        "number": whole or isinstance(value, float),
        "integer": whole,
        "boolean": isinstance(value, bool),
        "list": isinstance(value, list),
        "record": isinstance(value, Mapping),
    }.get(kind.rstrip("?"))
    if fits is None:  # a day, or a moment
        found = _moment(name, value)
        fits = (len(str(value)) == 10) == kind.startswith("date") and found is not None
    if not fits:
        raise NotFired("bad_data", f"'{name}' of the event is no {kind.rstrip('?')}")


def _moment(name: str, value: object) -> datetime:
    try:
        return moment_of(value, ZoneInfo("UTC"))
    except ValueError:
        raise NotFired("bad_data", f"'{name}' of the event is no date") from None


def _value(text: Template, values: Mapping[str, Any], spec: TriggerSpec) -> Any:
    """What fills a slot; None where the event leaves out what it may leave out."""
    try:
        return text.value(values)
    except TemplateError as error:
        if spec.written.data.get(error.path.removeprefix("data.").split(".")[0], "").endswith("?"):
            return None
        raise NotFired("bad_data", f"'{error.path}' {error.what}") from None


def _text(text: Template, values: Mapping[str, Any]) -> str:
    try:
        return text.render(values)
    except TemplateError as error:
        raise NotFired("bad_data", f"'{error.path}' {error.what}") from None


def _named(text: Template | None, values: Mapping[str, Any], longest: int = LONGEST_IDENTIFIER) -> str:
    """An identifier or an address in the event; empty where the trigger asks for none."""
    if text is None:
        return ""
    found = _text(text, values).strip()
    if not found or len(found) > longest or not found.isprintable() or " " in found:
        raise NotFired("nobody", "what should say who it is about says nobody")
    return found


def _zone(text: Template | None, values: Mapping[str, Any], otherwise: str) -> str:
    if text is None:
        return otherwise
    try:
        name = text.render(values)
        ZoneInfo(name)
    except (TemplateError, LookupError, ValueError, OSError):
        return otherwise
    return name
