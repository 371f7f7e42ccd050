"""What does a connector's manifest.yaml say, as its author writes it?"""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from interlock.control.templates import Template
from interlock.kernel.documents import Duration

Name = Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_]{0,39}$", examples=["refund_item"])]
Words = Annotated[str, Meta(min_length=1, max_length=200)]
FactTypeName = Literal["text", "texts", "integer", "boolean", "money"]
Paths = tuple[str, ...]


class TypeDefinition(msgspec.Struct, frozen=True, kw_only=True):
    """A form of identifiers that arguments can have, under a name of the connector's own."""

    pattern: Annotated[str, Meta(min_length=1, max_length=200)]
    case: Literal["upper", "as_written"] = "as_written"
    label: Words = ""
    example: Words = ""
    personal: bool = False


class TypedArg(msgspec.Struct, frozen=True, kw_only=True):
    """An argument of a type by its name."""

    type: str
    label: Words = ""
    optional: bool = False
    personal: bool | None = None
    longest: Annotated[int, Meta(ge=1, le=10_000)] = 500
    minimum: int | None = None
    maximum: int | None = None
    instrument: bool = False
    unit: Words = ""


class MoneyArg(msgspec.Struct, frozen=True, kw_only=True):
    """An amount of money in one currency; the bounds are in major units, inclusive."""

    money: Annotated[str, Meta(pattern=r"^[A-Z]{3}$", examples=["EUR"])]
    minimum: Decimal
    maximum: Decimal
    label: Words = ""
    optional: bool = False


class ChoiceArg(msgspec.Struct, frozen=True, kw_only=True):
    """One of a few values."""

    choice: Annotated[tuple[Words, ...], Meta(min_length=1, max_length=100)]
    label: Words = ""
    optional: bool = False


class ListArg(msgspec.Struct, frozen=True, kw_only=True):
    """A list of values of one type; to a rule it is a set, pairs and order are a matter for ``facts.py``."""

    list: Annotated[str, Meta(examples=["item_id"])]
    least: Annotated[int, Meta(ge=0, le=100)] = 1
    most: Annotated[int, Meta(ge=1, le=100)]
    label: Words = ""
    optional: bool = False
    personal: bool | None = None


class RecordArg(msgspec.Struct, frozen=True, kw_only=True):
    """Several values that are one argument, such as an address; it is personal if one of them is."""

    record: Annotated[dict[Name, str | TypedArg | ChoiceArg], Meta(min_length=1, max_length=20)]
    label: Words = ""
    optional: bool = False


class PathFact(msgspec.Struct, frozen=True, kw_only=True):
    """A fact that stands in the resource, with its type."""

    path: Words
    type: FactTypeName = "text"
    instrument: bool = False


class ResourceDefinition(msgspec.Struct, frozen=True, kw_only=True):
    """What actions touch: the operation that reads it, the argument that names it, and its facts for rules."""

    read: Words
    key: Name
    facts: dict[Name, str | PathFact]


class ReadDefinition(msgspec.Struct, frozen=True, kw_only=True):
    """Something more that is read for each judgement, beside the resource, and handed to ``facts.py``."""

    operation: Words
    with_: dict[str, Template] = msgspec.field(name="with", default_factory=dict)


class CustomerFactDefinition(msgspec.Struct, frozen=True, kw_only=True):
    """Something that is known of the customer, such as an entitlement; every rule can look at it."""

    read: Words
    with_: dict[str, Template] = msgspec.field(name="with")
    path: Words
    type: FactTypeName = "text"
    fresh: Duration | None = None


class LookupDefinition(msgspec.Struct, frozen=True, kw_only=True):
    """How an outcome is looked up: an operation, its parameters, and the path of the answer it gives if it happened."""

    operation: Words
    with_: dict[str, Template] = msgspec.field(name="with")
    answer: Words


class ActionDefinition(msgspec.Struct, frozen=True, kw_only=True):
    """One action."""

    title: Words
    operation: Words
    effect: Literal["read", "execute"]
    risk: Literal["low", "medium", "high"]
    purpose: Words = ""
    resource: str = ""
    args: dict[Name, str | TypedArg | MoneyArg | ChoiceArg | ListArg | RecordArg] = {}
    reads: dict[Name, ReadDefinition] = {}
    facts: dict[Name, FactTypeName | Literal["record"]] = {}
    request: dict[str, Template] | None = None
    idempotency: Words = ""
    lookup: LookupDefinition | None = None
    moves: str = ""
    fields: Paths | dict[Name, Paths | dict[Name, Paths]] = ()
    draft: bool = False
    says: Template | None = None
    shows: dict[Words, Template] = {}
    undo: str = ""


class ConnectorDefinition(msgspec.Struct, frozen=True, kw_only=True):
    """The manifest of one outside system."""

    connector: Name
    title: Words
    openapi: Words
    credential: Words = ""
    types: dict[Name, TypeDefinition] = {}
    resources: dict[Name, ResourceDefinition] = {}
    customer_facts: dict[Name, CustomerFactDefinition] = {}
    actions: dict[Name, ActionDefinition]


def operations_of(document: Any) -> frozenset[str] | None:
    """The operationIds of an OpenAPI document; None if it is none."""
    paths = document.get("paths") if isinstance(document, dict) else None
    if not isinstance(paths, dict):
        return None
    methods = [method for path in paths.values() if isinstance(path, dict) for method in path.values()]
    return frozenset(each["operationId"] for each in methods if isinstance(each, dict) and "operationId" in each)
