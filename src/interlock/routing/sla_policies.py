"""Which service-level agreement holds for an interaction: ``slas.yaml``?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Annotated, Final

import msgspec
from msgspec import Meta

from interlock.kernel.documents import (
    DefinitionError,
    Duration,
    Located,
    Problem,
    did_you_mean,
    load_located,
    problem,
)
from interlock.routing.queues import Specs
from interlock.vocabulary.calendars import ALWAYS, Calendar
from interlock.vocabulary.channels import Channel
from interlock.vocabulary.hours import Hours
from interlock.vocabulary.ids import QueueName
from interlock.vocabulary.sla import SlaClock

FILE: Final = "slas.yaml"
CLOCKS: Final[tuple[SlaClock, ...]] = ("first_response", "next_response", "resolution")
LONGEST_SLA: Final = timedelta(days=60)
MOST_POINTS: Final = 100
Points = Annotated[int, Meta(ge=0, le=MOST_POINTS)]


class Breach(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is done when a clock runs out, besides that supervisors and the agent see it.

    Attributes:
        priority: points that the visit's place in line rises by, while it waits.
        reroute: the queue that it goes on waiting in, while it waits.
    """

    priority: Points = 0
    reroute: str = ""


class Warn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The same, some time before.

    Attributes:
        before: how long before the end, in business time.
        priority: points that the visit's place in line rises by, while it waits.
        reroute: the queue that it goes on waiting in, while it waits.
    """

    before: Duration
    priority: Points = 0
    reroute: str = ""


class SlaDefinition(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One policy; times are business time.

    Attributes:
        queues: the queues that it holds in; all where none is named.
        channels: the channels that it holds for; all where none is named.
        hours: the business hours that are counted; those of the queue where there are none.
        around_the_clock: whether every hour counts, whatever the queue's hours are.
        first_response: how long until people's first answer, from when the customer began to wait for one.
        next_response: how long until the answer to each message after that.
        resolution: how long until it is over, the time in which it is the customer's turn left out.
    """

    queues: tuple[str, ...] = ()
    channels: tuple[Channel, ...] = ()
    hours: Hours | None = None
    around_the_clock: bool = False
    first_response: Duration | None = None
    next_response: Duration | None = None
    resolution: Duration | None = None
    warn: Warn | None = None
    breach: Breach = Breach()


class SlasFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``slas.yaml``: policies by name; the first one that fits holds."""

    slas: dict[Annotated[str, Meta(pattern=r"\A[a-z][a-z0-9_]{0,39}\Z", examples=["written"])], SlaDefinition]


class Policy(msgspec.Struct, frozen=True):
    """A policy in a queue, ready for use; times are business time by ``calendar``."""

    name: str
    calendar: Calendar
    targets: Mapping[SlaClock, timedelta]
    warn: Warn | None = None
    breach: Breach = Breach()


class Policies(msgspec.Struct, frozen=True):
    """All policies of a tenant, in the order of the file."""

    all: tuple[tuple[SlaDefinition, Policy], ...] = ()
    hours: Mapping[QueueName, Calendar] = {}

    def of(self, queue: QueueName, channel: Channel) -> Policy | None:
        """The policy that holds for what waits, or is handled, in a queue; None where there is none."""
        for written, policy in self.all:
            if _fits(written, queue, channel):
                if written.hours is None and not written.around_the_clock:
                    return msgspec.structs.replace(policy, calendar=self.hours.get(queue, ALWAYS))
                return policy
        return None


def load_slas(files: Mapping[str, str], specs: Specs) -> Policies:
    """Reads ``slas.yaml``; without it no clock runs.

    Raises:
        DefinitionError: with every mistake, its line, and how to mend it.
    """
    if FILE not in files:
        return Policies()
    located = load_located(files[FILE], FILE, SlasFile)
    found = [each for name in located.value.slas for each in _mistakes(located, name, specs)]
    if not found:
        found = list(_circles(located, specs))
    if found:
        raise DefinitionError(found)
    ready = tuple((each, _ready(name, each)) for name, each in located.value.slas.items())
    return Policies(ready, {name: spec.hours for name, spec in specs.items()})


def _ready(name: str, written: SlaDefinition) -> Policy:
    targets = {clock: timedelta(0) + target for clock in CLOCKS if (target := _target(written, clock)) is not None}
    calendar = ALWAYS if written.hours is None else written.hours.calendar()
    return Policy(name, calendar, targets, written.warn, written.breach)


def _target(written: SlaDefinition, clock: SlaClock) -> timedelta | None:
    found: timedelta | None = getattr(written, clock)
    return found


def _fits(written: SlaDefinition, queue: str, channel: Channel) -> bool:
    return (not written.queues or queue in written.queues) and (not written.channels or channel in written.channels)


def _mistakes(located: Located[SlasFile], name: str, specs: Specs) -> Iterator[Problem]:
    written = located.value.slas[name]
    at = ("slas", name)
    for index, queue in enumerate(written.queues):
        if QueueName(queue) not in specs:
            yield problem(located, (*at, "queues", index), f"there is no queue '{queue}'", did_you_mean(queue, specs))
    if written.hours is not None and written.around_the_clock:
        yield problem(
            located, (*at, "around_the_clock"), "hours are given, so not every hour counts", "leave one of them out"
        )
    targets = {clock: target for clock in CLOCKS if (target := _target(written, clock)) is not None}
    if not targets:
        yield problem(located, at, "nothing is timed", f"write one of {', '.join(CLOCKS)}, such as first_response: 4h")
    for clock, target in targets.items():
        if not timedelta(0) < target <= LONGEST_SLA:
            what = "a time is more than 0s and at most 60d"
            yield problem(located, (*at, clock), what, "write for example 8h; a day is 24 hours of business time")
        elif written.warn is not None and written.warn.before >= target:
            what = f"the warning comes before {clock} begins"
            yield problem(located, (*at, "warn", "before"), what, "write less than each time that is promised")
    if written.warn is not None and written.warn.before <= timedelta(0):
        yield problem(located, (*at, "warn", "before"), "a warning comes before the end", "write for example 30m")
    for where, then in (("warn", written.warn), ("breach", written.breach)):
        if then is not None and then.reroute and QueueName(then.reroute) not in specs:
            what = f"there is no queue '{then.reroute}'"
            yield problem(located, (*at, where, "reroute"), what, did_you_mean(then.reroute, specs))


def _circles(located: Located[SlasFile], specs: Specs) -> Iterator[Problem]:
    """Where a visit would come back to a queue that it was rerouted from."""
    for channel in Channel:
        leads: dict[str, list[tuple[str, str, str]]] = {}
        for queue in specs:
            held = next((one for one in located.value.slas.items() if _fits(one[1], queue, channel)), None)
            if held is None:
                continue
            name, written = held
            for where, then in (("warn", written.warn), ("breach", written.breach)):
                if then is not None and then.reroute:
                    leads.setdefault(queue, []).append((then.reroute, name, where))
        for begun, ways in leads.items():
            for to, name, where in ways:
                if begun in _reached(leads, to):
                    what = f"a visit of '{begun}' would come back to it"
                    yield problem(located, ("slas", name, where, "reroute"), what, "let the last queue reroute nowhere")
                    return


def _reached(leads: Mapping[str, Sequence[tuple[str, str, str]]], queue: str) -> set[str]:
    found, left = {queue}, [queue]
    while left:
        new = {to for to, _, _ in leads.get(left.pop(), ())} - found
        found |= new
        left += new
    return found
