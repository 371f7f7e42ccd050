"""What is an action, as a connector declares it: its arguments, what it touches, what is sent, what came of it?"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final, Literal, NamedTuple

import msgspec

from interlock.control.arguments import ArgSpec, Checked, check_args
from interlock.control.templates import Template, Unknown, as_money, dig
from interlock.vocabulary.money import Money

FactType = Literal["text", "texts", "integer", "boolean", "money", "record"]
"""``money`` is minor units to a rule, ``texts`` a set; ``record`` is for words only and no rule sees it."""

PROPOSAL: Final = "proposal"
"""The name under which templates find the proposal's identifier."""

CUSTOMER: Final = "customer"
"""The name under which the templates of reads find whose affair it is."""


class FactFunction(NamedTuple):
    """A function of facts.py: (the resource as read now, all arguments[, what ``reads`` gave]) → the fact."""

    call: Callable[..., Any]
    takes_reads: bool = False


class FactSpec(msgspec.Struct, frozen=True):
    """A typed fact. ``path`` is where it stands in the resource; empty where a function of facts.py says it.

    ``instrument`` says that it is the payment instrument that is touched.
    """

    name: str
    type: FactType
    path: str = ""
    instrument: bool = False


class Resource(msgspec.Struct, frozen=True):
    """What actions touch, and how it is read: by ``operation``, with the argument ``key`` as its identifier.

    ``entity`` is what rules call its type (``Order`` for ``order``).
    """

    name: str
    entity: str
    operation: str
    key: str
    facts: tuple[FactSpec, ...]


class Read(msgspec.Struct, frozen=True):
    """Something more that is read for each judgement and handed to the connector's functions by ``name``.

    Attributes:
        after_resource: it names something of the resource, and so has to wait for it.
    """

    name: str
    operation: str
    parameters: Mapping[str, Template]
    after_resource: bool = False


class CustomerFact(msgspec.Struct, frozen=True):
    """Something that a connector knows of the customer; ``fresh`` is how old what was read may be, None means now."""

    spec: FactSpec
    connector: str
    operation: str
    parameters: Mapping[str, Template]
    fresh: timedelta | None = None


class FieldSet(msgspec.Struct, frozen=True):
    """What of an answer may be seen for a purpose and by a role; by every one where that is empty."""

    paths: tuple[str, ...]
    purpose: str = ""
    role: str = ""


class Lookup(msgspec.Struct, frozen=True):
    """How to find out what became of a call: an operation, its parameters, and where its answer says it happened."""

    operation: str
    parameters: Mapping[str, Template]
    answer: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """One action of one connector, as the gate, the effects, the journeys and the desk need it.

    Attributes:
        name: full name, ``connector.action``.
        operation: the operationId of the connector's OpenAPI document that carries it out.
        idempotency: the header that carries the proposal's identifier as key; empty where the endpoint honours none.
        moves: the path in the answer of the amount that really moved; empty where nothing moves.
        reads: what else is read for its facts.
        fields: what of an answer may enter the log; empty means all of it.
        draft: whether it may be prepared for a person to send.
        says: the action in the customer's words; ``shows`` are the lines of its confirmation card.
        others: both in other languages (ISO 639-1).
        undo: the name of the action that undoes it; empty where nothing does.
        functions: the connector's pure facts by name.
    """

    name: str
    connector: str
    title: str
    operation: str
    effect: Literal["read", "execute"]
    risk: Literal["low", "medium", "high"]
    purpose: str = ""
    resource: Resource | None = None
    args: tuple[ArgSpec, ...] = ()
    reads: tuple[Read, ...] = ()
    facts: tuple[FactSpec, ...] = ()
    request: Mapping[str, Template] | None = None
    idempotency: str = ""
    lookup: Lookup | None = None
    moves: str = ""
    fields: tuple[FieldSet, ...] = ()
    draft: bool = False
    says: Template
    shows: tuple[tuple[str, Template], ...] = ()
    others: Mapping[str, tuple[Template, tuple[tuple[str, Template], ...]]] = field(default_factory=dict)
    undo: str = ""
    functions: Mapping[str, FactFunction] = field(default_factory=dict)

    @property
    def instrument(self) -> str:
        """Where the payment instrument stands that it touches: ``args.NAME`` or ``resource.NAME``; empty if nowhere."""
        facts = self.resource.facts if self.resource is not None else ()
        marked = [f"args.{spec.name}" for spec in self.args if spec.instrument]
        marked += [f"resource.{fact.name}" for fact in facts if fact.instrument]
        return marked[0] if marked else ""

    @property
    def repeatable(self) -> bool:
        """Whether calling again for the same proposal cannot do it twice: a read, or an endpoint that honours a key."""
        return self.effect == "read" or bool(self.idempotency)

    @property
    def named_fields(self) -> tuple[str, ...]:
        """The fields of an answer that may be seen for any purpose and by any role; empty means all of them."""
        return tuple(dict.fromkeys(path for each in self.fields for path in each.paths))

    @property
    def purposes(self) -> tuple[str, ...]:
        """What it may be proposed for; the first is meant where a proposal names none."""
        named = (self.purpose, *(each.purpose for each in self.fields))
        return tuple(dict.fromkeys(each for each in named if each))

    def check(self, raw: object, key: bytes = b"") -> Checked:
        """The arguments read and frozen. Raises Refused ``bad_arguments`` (see ``check_args``)."""
        return check_args(self.name, self.args, raw, key)

    def amount(self, args: Mapping[str, Any]) -> Money | None:
        """The first money among the arguments; None where the action has none."""
        for spec in self.args:
            if spec.kind == "money" and spec.name in args:
                return as_money(args[spec.name])
        return None


def all_args(args: Mapping[str, Any], private_args: object) -> dict[str, Any]:
    """Open and personal arguments together; personal ones that were erased are missing."""
    return {**args, **(private_args if isinstance(private_args, dict) else {})}


def request_of(action: Action, args: Mapping[str, Any], proposal: str) -> dict[str, Any]:
    """The parameters of the action's operation (path, query and body by name) for a proposal.

    Args:
        args: all arguments, open and personal (see ``all_args``).

    Raises:
        Unknown: a template needs something that is not known, such as an argument that was erased.
    """
    if action.request is None:
        return dict(args)
    return _filled(action.request, action, {**args, PROPOSAL: proposal})


def lookup_request(action: Action, args: Mapping[str, Any], proposal: str) -> dict[str, Any]:
    """The parameters of the action's look-up. Raises Unknown like ``request_of``; ValueError if it has no look-up."""
    if action.lookup is None:
        raise ValueError(f"{action.name} has no look-up")
    return _filled(action.lookup.parameters, action, {**args, PROPOSAL: proposal})


def lookup_answer(action: Action, found: Any) -> Any:
    """What the look-up says that the call answered; None if it says that nothing happened (so far)."""
    if action.lookup is None:
        raise ValueError(f"{action.name} has no look-up")
    try:
        return dig(found, action.lookup.answer)
    except Unknown:
        return None


def visible_fields(action: Action, result: Any, purpose: str = "", roles: Collection[str] = ()) -> Any:
    """What of an answer may enter the log and be handed on: only the fields that the action names, if it names any.

    Args:
        purpose: what it was proposed for; the action's own unless it is named.
        roles: those of whoever proposed it.
    """
    if not action.fields:
        return result
    wanted = dict.fromkeys(
        path
        for each in action.fields
        if each.purpose in ("", purpose or action.purpose) and (not each.role or each.role in roles)
        for path in each.paths
    )
    seen: dict[str, Any] = {}
    for path in wanted:
        if any(path.startswith(f"{other}.") for other in wanted):
            # One role sees in parts what another one sees as a whole.
            continue
        try:
            value = dig(result, path)
        except Unknown:
            continue
        *above, last = path.split(".")
        place = seen
        for step in above:
            place = place.setdefault(step, {})
        place[last] = value
    return seen


def moved(action: Action, result: Any) -> Money | None:
    """What really moved, by the answer; None where the action moves nothing or the answer does not say it."""
    if not action.moves:
        return None
    try:
        return as_money(dig(result, action.moves))
    except Unknown:
        return None


def _filled(templates: Mapping[str, Template], action: Action, values: Mapping[str, Any]) -> dict[str, Any]:
    optional = {each.name for spec in action.args for each in (spec, *spec.parts) if each.optional}
    filled: dict[str, Any] = {}
    for name, template in templates.items():
        try:
            filled[name] = template.value(values)
        except Unknown as missing:
            # An optional argument that was not given leaves its parameter out.
            without = {missing.path, missing.path.partition(".")[0]} & optional
            if without and len(template.parts) == 1:
                continue
            raise
    return filled
