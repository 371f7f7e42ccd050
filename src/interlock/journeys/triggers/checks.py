"""What is wrong with a trigger that could be read: unknown facts, fields, slots, purposes, actions?"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

import msgspec

from interlock.journeys.known import Actions
from interlock.journeys.model import Journey
from interlock.kernel.cel import Expression
from interlock.kernel.documents import Located, Problem, did_you_mean, problem
from interlock.kernel.events import Event, sealed_fields
from interlock.kernel.template import Template
from interlock.vocabulary.catalogue import EVENTS
from interlock.vocabulary.settings import TenantSettings

if TYPE_CHECKING:
    from interlock.journeys.triggers.files import TriggerFile, WhoWritten

OF_EVENT: Final = ("type", "source", "subject", "time")
"""What ``event`` has, beside its data."""

FILLED: Final = ("to", "link")
"""The arguments of a mail's action that are filled in."""

Path = tuple[str | int, ...]


@cache
def facts() -> Mapping[str, type[Event]]:
    """The events of the log that a trigger can wait for: those that tell whom they concern."""
    own = "interlock.vocabulary.triggers"
    kinds = [kind for kind in EVENTS if issubclass(kind, Event) and kind.__module__ != own]
    return MappingProxyType(
        {kind.__name__: kind for kind in kinds if {"interaction", "customer"} & set(open_fields(kind))}
    )


def open_fields(kind: type[Event]) -> tuple[str, ...]:
    """The fields of a fact that are not sealed."""
    sealed = sealed_fields(kind)
    return tuple(field.name for field in msgspec.structs.fields(kind) if field.name not in sealed)


class Checker:
    """Finds the problems of one file."""

    def __init__(
        self,
        located: Located[TriggerFile],
        tenant: TenantSettings,
        journeys: Mapping[str, Journey],
        actions: Actions | None,
        permitted: Collection[str] | None,
    ) -> None:
        self._located = located
        self._file = located.value
        self._tenant = tenant
        self._journeys = journeys
        self._actions = actions
        self._permitted = permitted
        self._problems: list[Problem] = []

    def who(self) -> WhoWritten:
        """Whom it concerns: as it is written, or the interaction or the customer of its fact."""
        from interlock.journeys.triggers.files import WhoWritten

        if self._file.who is not None:
            return self._file.who
        kind = facts().get(self._file.fact or "")
        if kind is not None and "interaction" not in open_fields(kind):
            return WhoWritten(customer=Template.compile("{data.customer}"))
        return WhoWritten(interaction=Template.compile("{data.interaction}"))

    def problems_of(self) -> list[Problem]:
        """Every problem of the file."""
        file = self._file
        known = facts()
        if file.fact is not None and file.fact not in known:
            what = f"there is no fact '{file.fact}' that tells whom it concerns"
            self._say(("fact",), what, did_you_mean(file.fact, sorted(known)))
        if file.fact is not None and file.data:
            self._say(("data",), "what a fact carries is known", "remove 'data'", at_key=True)
        if file.event is not None and file.who is None:
            what = "nothing says whom an event from outside concerns"
            self._say(("event",), what, "write for example 'who: { customer: \"{data.customer_id}\" }'")
        self._texts()
        self._journey()
        purposes = self._tenant.consent_purposes
        if file.consent is not None and file.consent not in purposes:
            mend = did_you_mean(file.consent, purposes) or "name it under 'consent_purposes:' in tenant.yaml"
            self._say(("consent",), f"there is no purpose '{file.consent}'", mend)
        if file.who is not None and file.who.email is not None:
            if file.mail is None:
                self._say(("who", "email"), "an address alone is reached by nothing but a mail", "write 'mail:'")
            if file.consent is not None:
                what = "consents are recorded for customers, and nobody knows a customer here"
                self._say(("consent",), what, "remove it, or name the customer in 'who:'")
        if file.mail is not None:
            self._mail()
        return self._problems

    def _texts(self) -> None:
        """Every name in a text or the condition is one that an event has."""
        file = self._file
        self._text(file.when, ("when",))
        for path, text in self._templates():
            self._text(text, path)

    def _templates(self) -> Iterator[tuple[Path, Template]]:
        file = self._file
        for name, text in file.args.items():
            yield ("with", name), text
        for name in ("customer", "email", "interaction"):
            named = getattr(file.who, name, None)
            if isinstance(named, Template):
                yield ("who", name), named
        if file.zone is not None:
            yield ("zone",), file.zone
        if file.once_per is not None:
            yield ("once_per", "key"), file.once_per.key
        for name, text in (file.mail.args if file.mail is not None else {}).items():
            yield ("mail", "with", name), text

    def _text(self, text: Template | Expression, path: Path) -> None:
        kind = facts().get(self._file.fact or "")
        fields: Collection[str] = self._file.data if kind is None else open_fields(kind)
        roots = ("data", "event", "now") if isinstance(text, Expression) else ("data", "event")
        for reference in text.references:
            root, _, rest = reference.path.partition(".")
            name = rest.split(".")[0]
            if root not in roots:
                mend = f"did you mean 'data.{root}'?" if root in fields else did_you_mean(root, roots)
                self._say(path, f"'{root}' is not known here", mend, offset=reference.offset)
            elif root == "event" and rest and name not in OF_EVENT:
                what = f"'event' has no '{name}'"
                self._say(path, what, did_you_mean(name, OF_EVENT), offset=reference.offset)
            elif root == "data" and rest and name not in fields and (kind is not None or self._file.fact is None):
                what = f"'data' has no '{name}'"
                add = "" if kind is not None else f"add '{name}: text' under 'data:'"
                self._say(path, what, did_you_mean(name, fields) or add, offset=reference.offset)

    def _journey(self) -> None:
        file = self._file
        journey = self._journeys.get(file.journey)
        if journey is None:
            self._say(("journey",), f"there is no journey '{file.journey}'", did_you_mean(file.journey, self._journeys))
            return
        for name in file.args:
            if name not in journey.slots:
                what = f"'{file.journey}' has no slot '{name}'"
                self._say(("with", name), what, did_you_mean(name, journey.slots), at_key=True)

    def _mail(self) -> None:
        mail = self._file.mail
        assert mail is not None
        if self._actions is None:
            return
        action = self._actions.get(mail.action)
        path = ("mail", "action")
        if action is None:
            self._say(path, f"there is no action '{mail.action}'", did_you_mean(mail.action, self._actions))
            return
        if self._permitted is not None and mail.action not in self._permitted:
            what = f"no rule permits '{mail.action}' to Interlock itself, so it could only ever be denied"
            self._say(path, what, "write a permit for the role system in policies/")
        known = {each.name: each for each in action.args}
        for name in FILLED:
            if name not in known:
                what = f"'{mail.action}' has no argument '{name}', which is filled in"
                self._say(path, what, f"add '{name}' to its args in the manifest")
            elif not known[name].personal:
                what = f"'{name}' of '{mail.action}' would stand in the open part of the log"
                self._say(
                    path, what, f"make '{name}' personal in the manifest: '{name}: {{ type: …, personal: true }}'"
                )
            if name in mail.args:
                what = f"'{name}' is filled in by itself"
                self._say(("mail", "with", name), what, "remove it", at_key=True)
        for name in mail.args:
            if name not in known:
                what = f"'{mail.action}' has no argument '{name}'"
                self._say(("mail", "with", name), what, did_you_mean(name, known), at_key=True)
        needed = [each.name for each in action.args if not each.optional]
        missing = [name for name in needed if name not in mail.args and name not in FILLED]
        if missing:
            what = f"'{mail.action}' also needs {', '.join(repr(each) for each in missing)}"
            self._say(("mail",), what, f"add '{missing[0]}: …' under 'with:'")

    def _say(self, path: Path, what: str, mend: str, *, offset: int = 0, at_key: bool = False) -> None:
        self._problems.append(problem(self._located, path, what, mend, offset=offset, at_key=at_key))
