"""What can be written in a journey file: its steps and their branches?"""

from __future__ import annotations

from typing import Annotated, Final

import msgspec
from msgspec import Meta

from interlock.journeys.agent_language import ActionName, AgentJob
from interlock.journeys.reminders import Remind
from interlock.journeys.slots import Name, Slot, Words
from interlock.kernel.cel import Expression
from interlock.kernel.documents import Duration
from interlock.kernel.template import Template
from interlock.vocabulary.matters import Matter
from interlock.vocabulary.settings import TenantSettings

ACTION_BRANCHES: Final = (
    "declined",
    "denied",
    "verification_failed",
    "approval_pending",
    "approval_rejected",
    "approval_expired",
    "unavailable",
    "failed",
    "outcome_unknown",
)
"""How an action can turn out other than by success."""

REMEDY_BRANCHES: Final[dict[str, tuple[str, ...]]] = {
    "do": ("do_first", "not_in_time"),
    "wait": ("waiting",),
    "draft": ("draft_pending", "draft_discarded", "not_in_time"),
}
"""Further ways, where a rule has a remedy of that kind: something comes first, a time has to come, a person sends it."""

READ_BRANCHES: Final = ("denied", "unavailable", "failed", "outcome_unknown")
"""The same for a step that only reads."""

OVER_BUDGET: Final = "over_budget"
"""The branch in which a budget of calls is used up; where nobody has written it, ``denied`` is taken."""

BRANCHES: Final = (
    *ACTION_BRANCHES,
    *dict.fromkeys(name for names in REMEDY_BRANCHES.values() for name in names),
    "no_match",
    "empty",
    "hand_over_failed",
    OVER_BUDGET,
)
"""Every branch that a step may name, or the tenant's defaults for all journeys."""

WAITING: Final = frozenset({"approval_pending", "waiting", "draft_pending"})
"""Branches after which the step goes on waiting."""

DO_FIRST: Final = "do_first"
"""The branch in which something else is done first; behind its last step the run waits for the same proposal again."""

MIN_EXAMPLES: Final = 3
"""Examples of a journey that a customer can begin; one that is only called has none."""


class SayStep(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Say something.

    Attributes:
        to: what is said instead to some, by the journey's ``profiles``: the first that holds and has a text here.
    """

    say: Template
    to: dict[Name, Template] = {}


class AskStep(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Ask for a slot, unless it is filled already. Branch: ``no_match``.

    Attributes:
        outside: the only actions that another vendor's agent in the conversation may propose while this waits; all that
            the rules permit it where none are named.
        models: which ones are asked what the answer means, in this order; those of the journey where none are named.
        remind: what she is told who does not answer.
    """

    ask: Name
    on: dict[Name, tuple[Step, ...]] = {}
    outside: tuple[ActionName, ...] | None = None
    models: tuple[Name, ...] = ()
    remind: Remind | None = None


class ChooseStep(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Let the customer pick one item of a list. Branches: ``no_match``, ``empty``.

    Attributes:
        source: a CEL expression that gives the list (``from`` in the file).
        label: what each item is called; the slot's name stands for the item.
        outside: as at ``ask``; ``models`` and ``remind`` likewise.
    """

    choose: Name
    source: Expression = msgspec.field(name="from")
    ask: Template
    label: Template
    on: dict[Name, tuple[Step, ...]] = {}
    outside: tuple[ActionName, ...] | None = None
    models: tuple[Name, ...] = ()
    remind: Remind | None = None


class VerifyStep(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Match the customer by something known, unless that has been done in this session. Branch: ``verification_failed``."""

    verify: Verify
    on: dict[Name, tuple[Step, ...]] = {}


class Verify(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How sure we have to be, and by which of the tenant's methods."""

    level: int
    by: Name


class LookUpStep(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Read something through an action, judged and logged like any other.

    Attributes:
        purpose: what for, by one of the action's purposes: it says what is seen of the answer; its own where none is named.
    """

    look_up: ActionName
    args: dict[Name, Template] = msgspec.field(name="with", default_factory=dict)
    result: Name | None = msgspec.field(name="as", default=None)
    purpose: str = ""
    on: dict[Name, tuple[Step, ...]] = {}


class DoStep(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Have something done through an action, if the gate allows it.

    Attributes:
        purpose: what for, by one of the action's purposes; its own where none is named.
    """

    do: ActionName
    args: dict[Name, Template] = msgspec.field(name="with", default_factory=dict)
    result: Name | None = msgspec.field(name="as", default=None)
    purpose: str = ""
    on: dict[Name, tuple[Step, ...]] = {}
    remind: Remind | None = None


class PromiseStep(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Promise the customer something that a rule honours later. Branch: ``denied``.

    Attributes:
        about: what it is about, such as the order's number.
        value: how much; a name alone, such as ``"{item.price}"``, keeps its type.
        days: for how long; as long as the promise allows where that is not said.
        words: what the customer is told, for whoever reads it later.
    """

    promise: Name
    about: Template
    value: Template
    days: Annotated[int, Meta(ge=1, le=730)] | None = None
    words: Template | None = None
    on: dict[Name, tuple[Step, ...]] = {}


class ForeseeStep(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Ask what the gate would say to an action now, so that nothing is offered which it would refuse. It has no branch.

    The result has ``possible`` (nothing speaks against it that nobody could cure), ``by_customer`` (the same, and nobody but the
    customer would have to do anything for it) and ``needs`` (the remedies, such as ``confirm`` or ``approve:supervisor``).

    Attributes:
        purpose: as at ``do``.
    """

    foresee: ActionName
    args: dict[Name, Template] = msgspec.field(name="with", default_factory=dict)
    result: Name | None = msgspec.field(name="as", default=None)
    purpose: str = ""


class CallStep(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Run another journey as a part of this one, and go on with what it gives back.

    An ``end`` with ``gives`` comes back here. After any other outcome the branch of that name is taken; without one this
    journey ends as the called one did, which has told the customer already.

    Attributes:
        args: slots of the called journey that are filled already.
        result: what it gave, with its ``outcome``.
    """

    call: Name
    args: dict[Name, Template] = msgspec.field(name="with", default_factory=dict)
    result: Name | None = msgspec.field(name="as", default=None)
    on: dict[Name, tuple[Step, ...]] = {}


class WaitStep(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Let time pass. The customer can meanwhile talk about something else, or leave.

    Attributes:
        wait: for so long; with ``until`` at most for so long.
        until: a moment or a day, such as ``"{order.expected_at}"``; one that has passed is not waited for.
        open: go on only within the tenant's business hours (``hours`` in ``tenant.yaml``), at once or when they begin next.
    """

    wait: Duration
    until: Template | None = None
    open: bool = False
    remind: Remind | None = None


class WhenStep(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Do some steps only if a CEL condition holds, others if it does not."""

    when: Expression
    then: tuple[Step, ...]
    otherwise: tuple[Step, ...] = msgspec.field(name="else", default=())


class HandOverStep(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Hand the interaction over to the people of a queue. Branch: ``hand_over_failed``.

    Steps behind it are taken when an agent hands it back.

    Attributes:
        hand_over: the queue; ``responsible`` in a journey for a matter is the one that ``matters:`` in ``tenant.yaml`` names.
        priority: added to the queue's own; each point counts like a minute of waiting.
        outside: as at ``ask``.
    """

    hand_over: Name
    reason: Template | None = None
    priority: Annotated[int, Meta(ge=0, le=1440)] = 0
    on: dict[Name, tuple[Step, ...]] = {}
    outside: tuple[ActionName, ...] | None = None


class EndStep(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The journey is over, with an outcome by name.

    Attributes:
        gives: what a journey gets that called this one, by name; without it nothing comes back, and the caller ends too
            where it has no branch for the outcome.
        closes: whether the interaction is over as well.
    """

    end: Name
    gives: dict[Name, Template] | None = None
    closes: bool = False


class RecordStep(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Put a matter on record, with a reference; once in an interaction for each kind of it.

    Attributes:
        record: ``complaint``, ``data_request``, ``legal`` … The time of a data-subject request is one month (GDPR Art. 12(3)).
        kind: what of it, such as ``"{right}"``; what was recognised where that is not said.
        result: a name for its ``reference`` and ``due``.
    """

    record: Matter
    kind: Template | None = None
    result: Name | None = msgspec.field(name="as", default=None)


class AgentStep(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Let a language model work freely within bounds. Branches: its exits; an exit without one goes on behind the step.

    Attributes:
        otherwise: what is done without a model, or where it gets nowhere; then behind the step, like after any exit.
        models: which ones, in this order, by their names in ``models.yaml``; the tenant's ``agents`` where none are named.
    """

    agent: AgentJob
    otherwise: Annotated[tuple[Step, ...], Meta(min_length=1)]
    models: tuple[Name, ...] = ()
    on: dict[Name, tuple[Step, ...]] = {}


Step = (
    SayStep
    | AskStep
    | ChooseStep
    | VerifyStep
    | LookUpStep
    | DoStep
    | PromiseStep
    | ForeseeStep
    | CallStep
    | WaitStep
    | WhenStep
    | HandOverStep
    | RecordStep
    | EndStep
    | AgentStep
)


class JourneyFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A journey as it is written.

    Attributes:
        title: what customers and agents call it.
        about: the same within a sentence, as in *Back to your order*.
        examples: what customers say who want it; the intent classifier learns from them. A journey without any begins only
            when another one calls it, or a trigger fires.
        models: which ones are asked what a message means while it runs, in this order, by their names in ``models.yaml``;
            ``builtin`` is the one that is always there. Those of the tenant where none are named.
        matter: what it is for, where it begins at any point of a conversation at which that is recognised: it stands in the
            place of the default journey for it.
        profiles: CEL conditions by name, such as ``loyal``; what the journey knows by then has its names, the day is ``today``.
            They choose words and offers (``to:``), and nothing that may be done.
    """

    journey: Name
    title: Words
    about: Words
    steps: Annotated[tuple[Step, ...], Meta(min_length=1)]
    examples: tuple[Words, ...] = ()
    slots: dict[Name, Slot] = {}
    models: tuple[Name, ...] = ()
    matter: Matter | None = None
    profiles: dict[Name, Expression] = {}

    def __post_init__(self) -> None:
        """Refuses examples that are too few to learn from. Raises ValueError."""
        if 0 < len(self.examples) < MIN_EXAMPLES:
            raise ValueError(f"{len(self.examples)} examples are too few: write {MIN_EXAMPLES} or more, best fifteen")


class TenantFile(TenantSettings, frozen=True, forbid_unknown_fields=True):
    """``tenant.yaml`` once more, with what all journeys do in branches that their steps do not name."""

    defaults: dict[Name, tuple[Step, ...]] = msgspec.field(default_factory=dict)
    slots: dict[Name, Slot] = msgspec.field(default_factory=dict)
