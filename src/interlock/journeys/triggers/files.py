"""What can be written in a file of ``triggers/``, and what is it once it is read?"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta

from interlock.journeys.known import Actions
from interlock.journeys.model import Journey
from interlock.journeys.slots import Name, Words
from interlock.journeys.triggers.checks import Checker
from interlock.kernel.cel import Expression
from interlock.kernel.cel import compile as compiled
from interlock.kernel.documents import DefinitionError, Duration, Located, Problem, load_located, problem
from interlock.kernel.template import Template
from interlock.vocabulary.hours import QuietHours
from interlock.vocabulary.settings import TenantSettings
from interlock.vocabulary.texts import ActionName

MAX_PER_DAY: Final = 20
"""Firings of one trigger for one customer and day, at most: more would be a nuisance, or a circle of events."""

LONGEST_WINDOW: Final = timedelta(days=366)
"""For so long at most a trigger is kept from firing again for the same thing."""

DataType = Annotated[
    str,
    Meta(pattern=r"^(text|number|integer|boolean|date|moment|list|record)\??\Z", examples=["text", "date", "integer?"]),
]
"""What an event's field holds; ``moment`` is a date with a time and a zone, and ``?`` says that it may be left out."""


class WhoWritten(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Whom it concerns: exactly one of these.

    Attributes:
        customer: the customer's identifier.
        email: an e-mail address, where nobody knows a customer; then a mail is all that reaches her.
        interaction: the interaction that it is about.
    """

    customer: Template | None = None
    email: Template | None = None
    interaction: Template | None = None

    def __post_init__(self) -> None:
        """Refuses none and more than one. Raises ValueError."""
        if sum(each is not None for each in (self.customer, self.email, self.interaction)) != 1:
            raise ValueError("name exactly one of customer, email and interaction")


class Once(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What it happens once for, and within which time."""

    key: Template
    within: Duration

    def __post_init__(self) -> None:
        """Refuses a time that is none, and one that is too long. Raises ValueError."""
        if not timedelta(0) < self.within <= LONGEST_WINDOW:
            raise ValueError(f"'within' is more than nothing and at most {LONGEST_WINDOW.days}d")


class MailWritten(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The mail that tells a customer of a new conversation.

    Attributes:
        action: its arguments ``to`` and ``link`` are filled in: the registered address as it is read then, and the way to
            the conversation.
        args: its other arguments.
    """

    action: ActionName
    args: dict[Name, Template] = msgspec.field(name="with", default_factory=dict)


class TriggerFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A trigger as it is written.

    Attributes:
        event: the type of an event that comes from outside, such as ``shipment.delayed``.
        fact: the name of an event of the log, in the place of ``event``; of its data, those that are not sealed are known.
        data: what an event from outside carries, by name.
        when: a CEL condition over ``data``, ``event`` (``type``, ``source``, ``subject``, ``time``) and ``now``.
        journey: the journey that begins.
        args: slots of the journey, filled from the event (``with`` in the file).
        who: whom it concerns; for a fact, its interaction where nothing is said.
        consent: the purpose that the customer has to have agreed to; none is needed where none is named.
        quiet_hours: when nobody is written to; the tenant's where nothing is said, and ``none`` for at any time.
        zone: the customer's time zone, such as ``"{data.time_zone}"``; the tenant's where it has no value or is none.
        once_per: what it happens once for; otherwise each event counts.
        per_day: how often it fires for one customer within a day, at most.
        mail: the mail about a new conversation; without one, only a chat that the customer has or had is written to.
    """

    trigger: Name
    title: Words
    journey: Name
    event: Annotated[str, Meta(pattern=r"^[A-Za-z][A-Za-z0-9._-]{0,199}\Z", examples=["shipment.delayed"])] | None = (
        None
    )
    fact: str | None = None
    data: dict[Name, DataType] = {}
    when: Expression = msgspec.field(default_factory=lambda: compiled("true"))
    args: dict[Name, Template] = msgspec.field(name="with", default_factory=dict)
    who: WhoWritten | None = None
    consent: Name | None = None
    quiet_hours: QuietHours | Literal["none"] | None = None
    zone: Template | None = None
    once_per: Once | None = None
    per_day: Annotated[int, Meta(ge=1, le=MAX_PER_DAY)] = 1
    mail: MailWritten | None = None

    def __post_init__(self) -> None:
        """Refuses neither and both of an event and a fact. Raises ValueError."""
        if (self.event is None) == (self.fact is None):
            raise ValueError("write either 'event:' (what comes from outside) or 'fact:' (an event of the log)")


@dataclass(frozen=True, slots=True)
class TriggerSpec:
    """A trigger that can be weighed.

    Attributes:
        written: its file.
        who: whom it concerns.
        quiet: when nobody is written to; None for at any time.
    """

    written: TriggerFile
    who: WhoWritten
    quiet: QuietHours | None

    @property
    def name(self) -> str:
        """Its name."""
        return self.written.trigger

    @property
    def on(self) -> str:
        """The event's type or the fact's name."""
        return self.written.event or self.written.fact or ""


Triggers = Mapping[str, TriggerSpec]


def load_triggers(files: Mapping[str, str]) -> list[Located[TriggerFile]]:
    """Every file of ``triggers/``. Raises DefinitionError with every mistake, its line, and how to mend it."""
    found: list[Located[TriggerFile]] = []
    problems: list[Problem] = []
    for path in sorted(each for each in files if each.startswith("triggers/") and each.endswith((".yaml", ".yml"))):
        try:
            found.append(load_located(files[path], path, TriggerFile))
        except DefinitionError as error:
            problems.extend(error.problems)
    if problems:
        raise DefinitionError(problems)
    return found


def begun_by(found: Sequence[Located[TriggerFile]]) -> dict[str, frozenset[str]]:
    """The journeys that triggers begin, each with the slots that have a value then whichever of them begins it."""
    begun: dict[str, frozenset[str]] = {}
    for located in found:
        written = located.value
        always = {name for name, kind in written.data.items() if not kind.endswith("?")}
        filled = frozenset(
            name
            for name, text in written.args.items()
            if written.fact is not None
            or all(each.path.removeprefix("data.").split(".")[0] in always for each in text.references)
        )
        begun[written.journey] = begun.get(written.journey, filled) & filled
    return begun


def check_triggers(
    found: Sequence[Located[TriggerFile]],
    tenant: TenantSettings,
    journeys: Mapping[str, Journey],
    actions: Actions | None,
    permitted: Collection[str] | None,
) -> Triggers:
    """Triggers by name, where everything that they name is there.

    Args:
        actions: every action by its full name; None leaves out what needs them.
        permitted: the actions that some rule permits to Interlock itself.

    Raises:
        DefinitionError: with every mistake, its line, and how to mend it.
    """
    specs: dict[str, TriggerSpec] = {}
    problems: list[Problem] = []
    for located in found:
        written = located.value
        if written.trigger in specs:
            what = f"two triggers are called '{written.trigger}'"
            problems.append(problem(located, ("trigger",), what, "rename one"))
        checker = Checker(located, tenant, journeys, actions, permitted)
        problems.extend(checker.problems_of())
        quiet = tenant.quiet_hours if written.quiet_hours is None else written.quiet_hours
        specs[written.trigger] = TriggerSpec(written, checker.who(), None if quiet == "none" else quiet)
    if problems:
        raise DefinitionError(problems)
    return specs
