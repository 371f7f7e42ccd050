"""What can a journey refer to outside its own file: actions, queues, remedies, promises?"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from interlock.journeys.calling import Callee
from interlock.kernel.documents import Reference, did_you_mean
from interlock.kernel.template import Template
from interlock.vocabulary.settings import TenantSettings

Path = tuple[str | int, ...]
"""Where something stands in a file."""

Wrong = tuple[Path, str, str, bool]
"""Where something is wrong, what, what to write, and whether its key is meant."""


class KnownArgument(Protocol):
    """An argument of an action."""

    @property
    def name(self) -> str: ...
    @property
    def optional(self) -> bool: ...
    @property
    def personal(self) -> bool: ...
    @property
    def takes_text(self) -> bool: ...
    def misfit(self, text: str) -> str: ...


class KnownAction(Protocol):
    """An action of a connector, as far as a journey calls it."""

    @property
    def args(self) -> Sequence[KnownArgument]: ...
    @property
    def effect(self) -> str: ...
    @property
    def purposes(self) -> tuple[str, ...]: ...


Actions = Mapping[str, KnownAction]


@dataclass(frozen=True, slots=True)
class Known:
    """What a journey can refer to outside its own file.

    Attributes:
        permitted: the actions that some rule permits to the virtual agent; None where that is not checked.
        models: the names that can be chosen; None where that is not checked.
    """

    tenant: TenantSettings
    actions: Actions | None
    queues: Collection[str] | None
    defaults: frozenset[str]
    remedies: Mapping[str, Collection[str]]
    promises: Collection[str] | None = None
    callees: Mapping[str, Callee] = field(default_factory=dict)
    permitted: Collection[str] | None = None
    models: Collection[str] | None = None

    def wrong_verify(self, level: int, by: str, at: Path) -> Iterator[Wrong]:
        """A level that no journey establishes, and a method that the tenant does not have."""
        if level != 1:
            what = f"a journey establishes level 1 only, and not {level}"
            mend = 'write 1; a rule asks for a one-time code where an action needs it, by @remedy("step_up:2")'
            yield (*at, "level"), what, mend, False
        if by not in self.tenant.verification:
            mend = did_you_mean(by, self.tenant.verification)
            yield (*at, "by"), f"there is no way to verify called '{by}'", mend, False

    def wrong_models(self, named: Sequence[str], at: Path) -> Iterator[Wrong]:
        """Models that a journey or a step names and that are none."""
        for index, name in enumerate(named):
            if self.models is not None and name not in self.models:
                mend = did_you_mean(name, self.models) or "add it to models.yaml"
                yield (*at, index), f"there is no model '{name}'", mend, False

    def wrong_purpose(self, name: str, purpose: str, at: Path) -> Iterator[Wrong]:
        """A purpose that an action is not proposed for."""
        action = (self.actions or {}).get(name)
        if action is not None and purpose and purpose not in action.purposes:
            mend = did_you_mean(purpose, action.purposes) or "leave 'purpose' out"
            yield (*at, "purpose"), f"'{name}' is not proposed for '{purpose}'", mend, False

    def wrong_sending(self, settings: TenantSettings) -> Iterator[Wrong]:
        """Actions that are to send text messages or mails, and are none, or take something else than is given."""
        text, mail, carry = settings.messaging, settings.email, ("to", "code", "link")
        for at, name, gives, needs in (
            (("messaging", "action"), text.action, text.gives, ("to", "text")),
            (("email", "action"), mail.action, mail.gives, ("to", "text", "message_id")),
            (("carry_action",), settings.carry_action, carry, carry),
        ):
            if name is None or self.actions is None:
                continue
            action = self.actions.get(name)
            if action is None:
                yield at, f"there is no action '{name}'", did_you_mean(name, self.actions), False
                continue
            takes = [each.name for each in action.args]
            for need in needs:
                if need not in takes:
                    yield at, f"'{name}' does not take '{need}'", "add it to its 'args:'", False
            for each in action.args:
                if not each.optional and each.name not in gives:
                    mend = f"make it optional; what is given is {', '.join(gives)}"
                    yield at, f"'{name}' needs '{each.name}', which nothing gives it", mend, False

    def wrong_arguments(self, name: str, given: Mapping[str, object], at: Path) -> Iterator[Wrong]:
        """Arguments that an action does not have, those that it lacks, and texts that can never be what it takes."""
        action = (self.actions or {}).get(name)
        if action is None:
            return
        known = [each.name for each in action.args]
        for each in given:
            if each not in known:
                yield (*at, each), f"'{name}' has no argument '{each}'", did_you_mean(each, known), True
        for argument in action.args:
            text = given.get(argument.name)
            if isinstance(text, Template) and (wanted := _never_fits(text, argument)):
                yield (*at, argument.name), f"'{argument.name}' of '{name}' can never be this text", wanted, False
        missing = [each.name for each in action.args if not each.optional and each.name not in given]
        if missing:
            what = f"'{name}' also needs {', '.join(repr(each) for each in missing)}"
            yield at, what, f"add '{missing[0]}: …' under '{at[-1]}:'", False


def _never_fits(text: Template, argument: KnownArgument) -> str:
    """What to write in the place of a text that no value makes fit; empty where it may fit.

    A placeholder alone is the value itself; without one, or with anything beside it, it is a text.
    """
    filled = any(isinstance(part, Reference) for part in text.parts)
    if filled and (argument.takes_text or len(text.parts) == 1):
        return ""
    return argument.misfit("".join(part for part in text.parts if isinstance(part, str)))
