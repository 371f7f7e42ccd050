"""What is a queue: its channels, how fast they should be answered, when it is open, what it tells who waits?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Annotated, Literal

import msgspec

from interlock.kernel.documents import (
    DefinitionError,
    Duration,
    Percent,
    Problem,
    did_you_mean,
    load,
    load_located,
    problem,
)
from interlock.routing.alerts import MOST_ALERTS, Alert, AlertName
from interlock.routing.alerts import mistakes as alert_mistakes
from interlock.routing.rings import ANYBODY, EVERYONE, MOST_RINGS, Circle, Method, Ring, Skills, mistakes
from interlock.vocabulary.calendars import ALWAYS, Calendar
from interlock.vocabulary.channels import Channel
from interlock.vocabulary.hours import Hours
from interlock.vocabulary.ids import QueueName

Why = Literal["waiting", "closed", "unstaffed", "full"]
Text = Annotated[str, msgspec.Meta(min_length=1, max_length=500)]


class ServiceTarget(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How fast a channel is to be answered: the share ``target`` within ``answered_within``."""

    answered_within: Duration
    target: Percent

    def __post_init__(self) -> None:
        if self.answered_within <= timedelta(0):
            raise ValueError("'answered_within' must be more than 0s")
        if not 0 < self.target <= 1:
            raise ValueError("'target' must be more than 0% and at most 100%")


class QueueTexts(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a customer is told when he begins to wait, and when nobody can take him."""

    waiting: Text = "I have put you in line for a colleague. You can keep writing; your place is kept."
    closed: Text = "Our colleagues are not there right now."
    unstaffed: Text = "No colleague is on shift right now."
    full: Text = "Too many people are waiting right now, so I cannot promise you a colleague soon."


class Queue(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A queue as it is written in its file."""

    queue: Annotated[str, msgspec.Meta(pattern=r"\A[a-z][a-z0-9_]{0,39}\Z", examples=["returns"])]
    title: Annotated[str, msgspec.Meta(min_length=1, max_length=80)]
    channels: Annotated[dict[Channel, ServiceTarget], msgspec.Meta(min_length=1)]
    hours: Hours | None = None
    limit: Annotated[int, msgspec.Meta(ge=1, le=100_000)] | None = None
    priority: Annotated[int, msgspec.Meta(ge=-100, le=100)] = 0
    skills: Skills = Skills()
    rings: Annotated[list[Ring], msgspec.Meta(min_length=1, max_length=MOST_RINGS)] | None = None
    method: Method = "least_occupied"
    texts: QueueTexts = QueueTexts()
    alerts: Annotated[dict[AlertName, Alert], msgspec.Meta(max_length=MOST_ALERTS)] = {}


class QueueSpec(msgspec.Struct, frozen=True):
    """A queue, ready for use.

    Attributes:
        channels: the service target of each channel; the first one is what a wallboard shows.
        hours: when it is open.
        limit: how many may wait at once; None for any number.
        priority: minutes of head start that its visits have before others of the same age.
        circle: who gets its visits: skills, rings, and who goes first.
        texts: what a customer is told.
        alerts: when it is not healthy, and what is done then, by name.
    """

    queue: QueueName
    title: str
    channels: dict[Channel, ServiceTarget]
    hours: Calendar = ALWAYS
    limit: int | None = None
    priority: int = 0
    circle: Circle = ANYBODY
    texts: QueueTexts = QueueTexts()
    alerts: Mapping[str, Alert] = {}

    def threshold_ms(self, channel: Channel) -> int | None:
        """T of its service level for a channel, in milliseconds; None where the queue has no target for it."""
        target = self.channels.get(channel)
        return None if target is None else target.answered_within // timedelta(milliseconds=1)

    def says(self, why: Why) -> str:
        """What the customer is told about his waiting, or about why nobody can take him."""
        text: str = getattr(self.texts, why)
        return text


Specs = Mapping[QueueName, QueueSpec]
"""The queues of a tenant by name, in the order in which people see them."""


def circle_of(specs: Specs, queue: QueueName) -> Circle:
    """Who gets the visits of a queue; of one that is not defined any more, whoever serves it."""
    spec = specs.get(queue)
    return ANYBODY if spec is None else spec.circle


def load_queue(text: str, file: str) -> QueueSpec:
    """Reads a queue's file.

    Args:
        text: the YAML text.
        file: the name that mistakes are told with.

    Raises:
        DefinitionError: with every mistake, its line, and how to mend it.
    """
    written = load(text, file, Queue)
    rings = written.rings or [EVERYONE]
    if found := [*mistakes(rings, written.skills, written.queue), *alert_mistakes(written.alerts, written.queue)]:
        located = load_located(text, file, Queue)
        raise DefinitionError([problem(located, at, what, mend) for at, what, mend in found])
    return QueueSpec(
        queue=QueueName(written.queue),
        title=written.title,
        channels=written.channels,
        hours=ALWAYS if written.hours is None else written.hours.calendar(),
        limit=written.limit,
        priority=written.priority,
        circle=Circle(written.skills.required, written.skills.preferred, tuple(rings), written.method),
        texts=written.texts,
        alerts=written.alerts,
    )


def load_queues(files: Mapping[str, str]) -> dict[QueueName, QueueSpec]:
    """Reads all queues of a tenant: file name to text, queue name to queue, in the order of the files' names.

    Raises:
        DefinitionError: with the mistakes of all files; two queues of one name are one.
    """
    specs: dict[QueueName, QueueSpec] = {}
    origin: dict[QueueName, str] = {}
    problems: list[Problem] = []
    for file, text in sorted(files.items()):
        try:
            spec = load_queue(text, file)
        except DefinitionError as error:
            problems.extend(error.problems)
            continue
        if spec.queue in specs:
            located = load_located(text, file, Queue)
            what = f"the queue '{spec.queue}' is defined in {origin[spec.queue]} already"
            problems.append(problem(located, ("queue",), what, "rename one of them"))
            continue
        specs[spec.queue], origin[spec.queue] = spec, file
    problems += [
        problem(load_located(files[origin[name]], origin[name], Queue), at,
                f"there is no queue '{overflow}'", did_you_mean(overflow, specs))
        for name, spec in specs.items()
        for at, overflow in _overflows(spec)
        if QueueName(overflow) not in specs
    ]  # fmt: skip
    if problems:
        raise DefinitionError(problems)
    return specs


def _overflows(spec: QueueSpec) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """Where a queue names another one, and which."""
    for index, ring in enumerate(spec.circle.rings):
        if ring.overflow is not None:
            yield ("rings", index, "overflow"), ring.overflow
    for name, alert in spec.alerts.items():
        if alert.overflow is not None:
            yield ("alerts", name, "overflow"), alert.overflow
