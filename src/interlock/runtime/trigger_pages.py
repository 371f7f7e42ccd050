"""What do people see of triggers: what each waits for, how often it fired lately, why it did not, what a test would do?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

import msgspec

from interlock.control.actions import all_args
from interlock.control.challenges import masked_email
from interlock.journeys.triggers import Happened, TriggerSpec
from interlock.kernel.deciders import Moment
from interlock.kernel.documents import did_you_mean
from interlock.kernel.errors import Refused
from interlock.kernel.events import Recorded
from interlock.runtime.cloud_events import read_event
from interlock.runtime.engine import id_maker
from interlock.runtime.past import past, since
from interlock.runtime.triggers import said
from interlock.vocabulary.ids import FiringId, PersonId
from interlock.vocabulary.triggers import FIRINGS, TriggerFired, TriggerHeld, TriggerRefused

if TYPE_CHECKING:
    from interlock.runtime.app import App

COUNTED_FOR: Final = timedelta(days=7)
"""How far back firings are counted."""

LATEST_SHOWN: Final = 50
"""Firings that a list shows, the latest first."""

Line = dict[str, Any]


async def triggers_document(app: App) -> Line:
    """Every trigger in force with what became of it within seven days, and the latest firings."""
    lines, latest = await _lately(app)
    counts: dict[str, Counter[str]] = {}
    for line in lines.values():
        counts.setdefault(line["trigger"], Counter())[line["how"]] += 1
    found = [
        {**about(spec), "counts": {how: counts.get(name, Counter())[how] for how in ("fired", "held", "refused")}}
        for name, spec in app.definitions.triggers.items()
    ]
    return {"release": app.definitions.release, "days": COUNTED_FOR.days, "triggers": found, "latest": latest}


async def trigger_document(app: App, name: str) -> Line:
    """One trigger: what it waits for, and its latest firings. Raises Refused ``trigger_unknown`` (404)."""
    spec = named(app, name)
    lines, _ = await _lately(app)
    mine = [line for line in lines.values() if line["trigger"] == name]
    return {**about(spec), "latest": sorted(mine, key=lambda line: line["at"], reverse=True)[:LATEST_SHOWN]}


async def tested(app: App, name: str, event: dict[str, Any]) -> Line:
    """What a trigger would do for an event, or for a fact of which the open fields are given.

    Raises:
        Refused: ``trigger_unknown``; ``bad_event`` where it is no CloudEvent; ``other_event``.
    """
    if named(app, name).written.event is None:
        return await foreseen(app, name, None, event)
    checked = read_event(msgspec.json.encode(event))
    return await foreseen(app, name, checked, checked.get("data", {}))


async def foreseen(app: App, name: str, event: Mapping[str, Any] | None, data: Mapping[str, Any]) -> Line:
    """What a trigger would do for an event now; nothing is done or recorded.

    Args:
        event: a checked event from outside; None for a fact, of which ``data`` are given alone.

    Raises:
        Refused: ``trigger_unknown``, or the event is not what it waits for.
    """
    spec, now = named(app, name), app.clock()
    if (event is None) != (spec.written.event is None) or (event is not None and event["type"] != spec.on):
        what = f"events of the type {spec.on}" if spec.written.event else f"the fact {spec.on}"
        raise Refused("other_event", f"The trigger {name} waits for {what}.", status=422)
    time = datetime.fromisoformat(event["time"]) if event is not None and "time" in event else None
    source, subject = ("", "") if event is None else (event["source"], event.get("subject", ""))
    happened = Happened(spec.on, data, now, source=source, subject=subject, time=time)
    moment = Moment(now, id_maker("a test"))
    weighed = await app.triggers.weigh(spec, happened, PersonId("p_test"), FiringId("tf_test"), None, moment)
    found: Line = {
        "trigger": name,
        "would": weighed.verdict.how,
        "why": weighed.verdict.why,
        "detail": weighed.verdict.detail,
        "until": weighed.verdict.until,
        "checks": [each._asdict() for each in weighed.checks],
        "journey": spec.written.journey,
        "slots": dict(weighed.wanted.slots),
        "reach": weighed.place.reach if weighed.place is not None else "",
        "says": said(weighed.facts),
        "mail": None,
    }
    if weighed.mail is not None:
        args = all_args(weighed.mail.args, weighed.mail.private_args)
        shown = {key: value for key, value in args.items() if key not in ("to", "link")}
        found["mail"] = {"action": weighed.mail.action, "to": masked_email(str(args["to"])), **shown}
    return dict(msgspec.to_builtins(found))


def named(app: App, name: str) -> TriggerSpec:
    """The trigger of that name. Raises Refused ``trigger_unknown`` (404)."""
    spec = app.definitions.triggers.get(name)
    if spec is None:
        mend = did_you_mean(name, app.definitions.triggers) or "there is none in force"
        raise Refused("trigger_unknown", f"There is no trigger {name[:64]!r}; {mend}", status=404)
    return spec


def about(spec: TriggerSpec) -> Line:
    """What a trigger waits for and what it does, for people."""
    written = spec.written
    quiet = spec.quiet
    return {
        "trigger": spec.name,
        "title": written.title,
        "on": spec.on,
        "kind": "event" if written.event is not None else "fact",
        "data": dict(written.data),
        "when": written.when.text,
        "journey": written.journey,
        "consent": written.consent or "",
        "quiet_hours": f"{quiet.begin:%H:%M}-{quiet.end:%H:%M}" if quiet is not None else "",
        "once_per": written.once_per.key.text if written.once_per is not None else "",
        "per_day": written.per_day,
        "mail": written.mail.action if written.mail is not None else "",
    }


async def _lately(app: App) -> tuple[dict[str, Line], list[Line]]:
    """What became of each firing in the time that is counted, by firing, and the latest of them."""
    lines: dict[str, Line] = {}
    begin = await since(app.log, app.clock() - COUNTED_FOR)
    async for batch in past(app.log, FIRINGS, begin):
        for recorded in batch:
            line = _line(recorded)
            lines[line["firing"]] = line
    latest = sorted(lines.values(), key=lambda line: line["at"], reverse=True)[:LATEST_SHOWN]
    return lines, latest


def _line(recorded: Recorded) -> Line:
    event = recorded.event
    assert isinstance(event, FIRINGS)
    line: Line = {
        "firing": event.firing,
        "trigger": event.trigger,
        "at": recorded.at.isoformat(),
        "customer": event.customer,
        "event": event.event,
        "why": "",
        "detail": "",
        "until": None,
        "interaction": "",
        "reach": "",
        "mail": "",
    }
    match event:
        case TriggerFired():
            line |= {"how": "fired", "interaction": event.interaction, "reach": event.reach, "mail": event.mail}
        case TriggerHeld():
            line |= {"how": "held", "why": event.why, "until": event.until.isoformat()}
        case TriggerRefused():
            line |= {"how": "refused", "why": event.why, "detail": event.detail}
    return line
