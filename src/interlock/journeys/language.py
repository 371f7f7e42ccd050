"""What can be written in a journey file: slots, steps and their branches?"""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal

import msgspec
from msgspec import Meta

from interlock.kernel.cel import Expression
from interlock.kernel.documents import Misread, money_minor
from interlock.kernel.template import Template
from interlock.vocabulary.settings import TenantSettings

Name = Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_]{0,63}\Z", examples=["order_no"])]
ActionName = Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*\Z", examples=["shop.get_order"])]
Words = Annotated[str, Meta(min_length=1, max_length=500)]

SlotType = Literal["order_number", "email", "money", "date", "choice", "yes_no", "integer", "text", "name", "phone"]

ANYTIME: Final = frozenset({"order_number", "email"})
"""Slot types whose values say by their form what they are, so that any message may give or correct them."""

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


class Option(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One answer of a slot of type ``choice``."""

    value: Name
    label: Words
    aliases: tuple[Words, ...] = ()


class Slot(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Something that a journey has to know from the customer.

    Attributes:
        type: how the answer is read; see the slot types.
        ask: the question; steps that only choose from a list bring their own.
        again: the question after an answer that did not give it.
        privacy: ``personal`` for what tells who somebody is; masked in views until the customer is verified.
        remember: a value given earlier in the same interaction, in another journey, is taken.
        pattern: of an order number: ``#`` for a digit, ``@`` for a letter, alternatives separated by ``|``.
        currency: of an amount of money that names none.
        minimum: the least number, or amount of money in major units; ``maximum`` likewise.
        when: whether a day without its year lies in the past or in the future.
        options: of a choice.
    """

    type: SlotType
    ask: Template | None = None
    again: Template | None = None
    privacy: Literal["open", "personal"] = "open"
    remember: bool = False
    pattern: str = ""
    currency: str = ""
    minimum: str = ""
    maximum: str = ""
    when: Literal["past", "future", "either"] = "either"
    options: tuple[Option, ...] = ()

    def __post_init__(self) -> None:
        """Refuses settings that do not go with the type. Raises Misread."""
        for setting, types in _SETTINGS.items():
            if getattr(self, setting) and self.type not in types and not (setting == "when" and self.when == "either"):
                raise Misread(f"'{setting}' means nothing for a slot of type {self.type}", f"remove '{setting}'")
        for setting in ("minimum", "maximum"):
            self._bound(setting)

    def spec(self, options: tuple[tuple[str, str, tuple[str, ...]], ...] = ()) -> dict[str, Any]:
        """The slot as the parsers of the dialogue take it; ``options`` are (value, label, aliases)."""
        spec: dict[str, Any] = {"type": self.type}
        for setting in ("pattern", "currency"):
            if getattr(self, setting):
                spec[setting] = getattr(self, setting)
        for setting in ("minimum", "maximum"):
            bound = self._bound(setting)
            if bound is not None:
                spec[setting] = bound
        if self.when != "either":
            spec["when"] = self.when
        chosen = options or tuple((each.value, each.label, each.aliases) for each in self.options)
        if chosen:
            spec["options"] = [{"id": id, "label": label, "aliases": list(aliases)} for id, label, aliases in chosen]
        return spec

    def _bound(self, setting: str) -> int | None:
        text = getattr(self, setting)
        if not text:
            return None
        if self.type == "money":
            return money_minor(text, self.currency or "EUR")
        if not text.lstrip("-").isdigit():
            raise Misread(f"'{setting}' is '{text}', which is no whole number", "write for example '1'")
        return int(text)


_SETTINGS: Final[dict[str, tuple[SlotType, ...]]] = {
    "pattern": ("order_number",),
    "currency": ("money",),
    "minimum": ("money", "integer"),
    "maximum": ("money", "integer"),
    "when": ("date",),
    "options": ("choice",),
}


class SayStep(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Say something."""

    say: Template


class AskStep(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Ask for a slot, unless it is filled already. Branch: ``no_match``.

    Attributes:
        outside: the only actions that another vendor's agent in the conversation may propose while this waits; all that
            the rules permit it where none are named.
    """

    ask: Name
    on: dict[Name, tuple[Step, ...]] = {}
    outside: tuple[ActionName, ...] | None = None


class ChooseStep(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Let the customer pick one item of a list. Branches: ``no_match``, ``empty``.

    Attributes:
        source: a CEL expression that gives the list (``from`` in the file).
        label: what each item is called; the slot's name stands for the item.
        outside: as at ``ask``.
    """

    choose: Name
    source: Expression = msgspec.field(name="from")
    ask: Template
    label: Template
    on: dict[Name, tuple[Step, ...]] = {}
    outside: tuple[ActionName, ...] | None = None


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


class WhenStep(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Do some steps only if a CEL condition holds, others if it does not."""

    when: Expression
    then: tuple[Step, ...]
    otherwise: tuple[Step, ...] = msgspec.field(name="else", default=())


class HandOverStep(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Hand the interaction over to the people of a queue. Branch: ``hand_over_failed``.

    Steps behind it are taken when an agent hands it back.

    Attributes:
        outside: as at ``ask``.
    """

    hand_over: Name
    reason: Template | None = None
    on: dict[Name, tuple[Step, ...]] = {}
    outside: tuple[ActionName, ...] | None = None


class EndStep(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The journey is over, with an outcome by name."""

    end: Name


Step = (
    SayStep | AskStep | ChooseStep | VerifyStep | LookUpStep | DoStep | PromiseStep | WhenStep | HandOverStep | EndStep
)


class JourneyFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A journey as it is written.

    Attributes:
        title: what customers and agents call it.
        about: the same within a sentence, as in *Back to your order*.
        examples: what customers say who want it; the intent classifier learns from them.
    """

    journey: Name
    title: Words
    about: Words
    examples: Annotated[tuple[Words, ...], Meta(min_length=3)]
    steps: Annotated[tuple[Step, ...], Meta(min_length=1)]
    slots: dict[Name, Slot] = {}


class TenantFile(TenantSettings, frozen=True, forbid_unknown_fields=True):
    """``tenant.yaml`` once more, with what all journeys do in branches that their steps do not name."""

    defaults: dict[Name, tuple[Step, ...]] = msgspec.field(default_factory=dict)
    slots: dict[Name, Slot] = msgspec.field(default_factory=dict)
