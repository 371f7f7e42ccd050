"""How is an operation of an OpenAPI document called: method, path, where each parameter goes, what secures it?"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal
from urllib.parse import quote

import msgspec

from interlock.control.connectors import Connector
from interlock.kernel.documents import DefinitionError, Problem, closest

Where = Literal["path", "query", "header", "body"]
METHODS: Final = ("get", "put", "post", "delete", "patch", "head", "options")
_PATH_PARAMETER: Final = re.compile(r"\{([^{}]+)\}")
_LONGEST_REFERENCE_CHAIN: Final = 20


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation, resolved.

    Attributes:
        places: where each parameter goes; a name that is not here goes into an ``open_body``.
        required: parameters without which it cannot be called.
        accepted: whether 202 is one of the answers that its document names, and so an answer and no riddle.
    """

    id: str
    method: str
    path: str
    places: Mapping[str, Where]
    required: frozenset[str]
    open_body: bool
    has_body: bool
    accepted: bool

    @property
    def safe(self) -> bool:
        """Whether calling it changes nothing by the meaning of its method."""
        return self.method in ("GET", "HEAD", "OPTIONS")

    def place(self, name: str) -> Where | None:
        """Where a parameter goes; None if the operation has none of that name."""
        return self.places.get(name) or ("body" if self.open_body else None)


@dataclass(frozen=True, slots=True)
class Call:
    """An operation with its parameters in their places."""

    method: str
    path: str
    query: tuple[tuple[str, str], ...]
    headers: Mapping[str, str]
    body: bytes | None


@dataclass(frozen=True, slots=True)
class Api:
    """What a connector needs of an OpenAPI document: operations by operationId, its server, and the secret's header."""

    operations: Mapping[str, Operation]
    server: str
    secret_header: str
    secret_form: str
    """What the header says, with ``{}`` for the secret."""


def read_api(connector: Connector, file: str = "") -> Api:
    """Resolves what a connector's manifest needs of its OpenAPI document.

    Args:
        file: the name that mistakes are told with; ``connectors/<name>/openapi.json`` unless it is named.

    Raises:
        DefinitionError: with every operation, parameter or header that the manifest names and the document does not.
    """
    file = file or f"connectors/{connector.name}/openapi.json"
    try:
        document = msgspec.json.decode(connector.document)
    except (msgspec.DecodeError, RecursionError) as error:
        raise DefinitionError([Problem(file, 1, 1, f"this is no JSON ({error})", "mend it")]) from None
    if not isinstance(document, dict):
        raise DefinitionError([Problem(file, 1, 1, "this is no OpenAPI document", "write one JSON object")])
    reader = _Reader(document, connector.document, file)
    operations = reader.operations()
    for who, operation, names, idempotency in _needs(connector):
        reader.check(operations, operation, names, who, idempotency)
    if reader.problems:
        raise DefinitionError(reader.problems)
    header, form = reader.security()
    return Api(operations, reader.server(), header, form)


def _needs(connector: Connector) -> Iterator[tuple[str, str, set[str], str]]:
    """Everything that a manifest calls: who, which operation, with which parameters and which idempotency header."""
    for action in connector.actions:
        names = set(action.request) if action.request is not None else {spec.name for spec in action.args}
        yield f"the action {action.name}", action.operation, names, action.idempotency
        if action.lookup is not None:
            yield f"the look-up of {action.name}", action.lookup.operation, set(action.lookup.parameters), ""
        if action.resource is not None:
            yield f"the resource {action.resource.name}", action.resource.operation, {action.resource.key}, ""
        for read in action.reads:
            yield f"the read {read.name} of {action.name}", read.operation, set(read.parameters), ""
    for fact in connector.customer_facts:
        yield f"the customer's fact {fact.spec.name}", fact.operation, set(fact.parameters), ""


def call_of(operation: Operation, parameters: Mapping[str, Any]) -> Call:
    """Puts parameters in their places; those that are None are left out.

    Raises:
        ValueError: a parameter that the operation does not have, that is missing, or that cannot stand in its place.
    """
    path, query, headers = operation.path, list[tuple[str, str]](), dict[str, str]()
    body: dict[str, Any] = {}
    given = {name: value for name, value in parameters.items() if value is not None}
    missing = operation.required - given.keys()
    if missing:
        raise ValueError(f"{operation.id} needs {', '.join(sorted(missing))}")
    for name, value in given.items():
        match operation.place(name):
            case "path":
                path = path.replace(f"{{{name}}}", _segment(name, value))
            case "query":
                values = value if isinstance(value, (list, tuple)) else [value]
                query += [(name, _plain(name, each)) for each in values]
            case "header":
                headers[name] = header_text(name, _plain(name, value))
            case "body":
                body[name] = value
            case None:
                raise ValueError(f"{operation.id} has no parameter '{name}'")
    content = msgspec.json.encode(body) if operation.has_body else None
    return Call(operation.method, path, tuple(query), headers, content)


def header_text(name: str, value: str) -> str:
    """A value that can stand in a header. Raises ValueError for one that would end it or is not ASCII."""
    if not value.isascii() or not value.isprintable() or value != value.strip():
        raise ValueError(f"the value of '{name}' cannot stand in a header")
    return value


def _segment(name: str, value: Any) -> str:
    text = _plain(name, value)
    if text in ("", ".", ".."):
        raise ValueError(f"the value of '{name}' cannot stand in a path")
    return quote(text, safe="")


def _plain(name: str, value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (str, int, float)):
        return str(value)
    raise ValueError(f"the value of '{name}' is neither a text nor a number")


class _Reader:
    """Reads an OpenAPI document and keeps what is wrong with it."""

    def __init__(self, document: Mapping[str, Any], text: str, file: str) -> None:
        self.document = document
        self.text = text
        self.file = file
        self.problems: list[Problem] = []

    def operations(self) -> dict[str, Operation]:
        """All operations that have an operationId."""
        found: dict[str, Operation] = {}
        for path, methods in _mapping(self.document.get("paths")).items():
            item = self.resolved(methods)
            for method in METHODS:
                operation = item.get(method)
                if isinstance(operation, Mapping) and isinstance(operation.get("operationId"), str):
                    found[operation["operationId"]] = self.operation(path, method, item, operation)
        return found

    def operation(self, path: str, method: str, item: Mapping[str, Any], definition: Mapping[str, Any]) -> Operation:
        places: dict[str, Where] = {}
        required = set(_PATH_PARAMETER.findall(path))
        for each in (*_items(item.get("parameters")), *_items(definition.get("parameters"))):
            parameter = self.resolved(each)
            name, where = parameter.get("name"), parameter.get("in")
            if isinstance(name, str) and where in ("path", "query", "header"):
                places[name] = where
                if parameter.get("required") is True:
                    required.add(name)
        places.update(dict.fromkeys(required - places.keys(), "path"))
        body = self.resolved(definition.get("requestBody"))
        schema = self.resolved(_mapping(_mapping(body.get("content")).get("application/json")).get("schema"))
        properties, needed = self.properties(schema)
        # A name that is a parameter too is that: the body is what is left.
        places.update({name: "body" for name in properties if name not in places})
        if body.get("required") is True:
            required |= needed
        closed = bool(properties) and schema.get("additionalProperties") is False
        return Operation(
            id=definition["operationId"],
            method=method.upper(),
            path=path,
            places=places,
            required=frozenset(required),
            open_body=bool(body) and not closed and not properties,
            has_body=bool(body),
            accepted="202" in _mapping(definition.get("responses")),
        )

    def properties(self, schema: Mapping[str, Any], depth: int = 0) -> tuple[set[str], set[str]]:
        """The properties of an object's schema and the required ones, those of ``allOf`` included."""
        names, needed = set(_mapping(schema.get("properties"))), set(_items(schema.get("required")))
        if depth < _LONGEST_REFERENCE_CHAIN:
            for part in _items(schema.get("allOf")):
                more, more_needed = self.properties(self.resolved(part), depth + 1)
                names, needed = names | more, needed | more_needed
        return names, needed

    def resolved(self, value: Any) -> Mapping[str, Any]:
        """A mapping of the document, its ``$ref`` within the document followed; empty where there is none."""
        for _ in range(_LONGEST_REFERENCE_CHAIN):
            reference = _mapping(value).get("$ref")
            if not isinstance(reference, str):
                return _mapping(value)
            if not reference.startswith("#/"):
                self.report(
                    f'"{reference}"', f"'{reference[:60]}' lies outside the document", "copy it into the document"
                )
                return {}
            value = self.document
            for step in reference[2:].split("/"):
                value = _mapping(value).get(step.replace("~1", "/").replace("~0", "~"))
            if value is None:
                self.report(f'"{reference}"', f"'{reference[:60]}' refers to nothing", "write what it refers to")
                return {}
        return {}

    def check(
        self, operations: Mapping[str, Operation], name: str, given: set[str], who: str, idempotency: str = ""
    ) -> None:
        """Reports what an operation lacks of what the manifest wants to do with it."""
        operation = operations.get(name)
        if operation is None:
            near = closest(name, operations)
            mend = f"did you mean '{near}'?" if near else "write its operationId as in the document"
            self.report("", f"{who} needs the operation '{name}', which is not here", mend)
            return
        where = f'"{name}"'
        for each in sorted(given):
            if operation.place(each) is None:
                near = closest(each, operation.places)
                mend = f"did you mean '{near}'?" if near else f"known: {', '.join(operation.places) or 'none'}"
                self.report(where, f"{who} gives '{each}', and {name} has no such parameter", mend)
        for each in sorted(operation.required - given - {idempotency}):
            self.report(
                where, f"{who} does not give '{each}', without which {name} cannot be called", "add it in the manifest"
            )
        headers = {each.lower() for each, place in operation.places.items() if place == "header"}
        if idempotency and idempotency.lower() not in headers:
            what = f"{who} relies on the header {idempotency}, which {name} does not declare"
            self.report(where, what, "take 'idempotency' out of the manifest unless the endpoint honours the header")

    def security(self) -> tuple[str, str]:
        """The header in which the secret goes, and its form."""
        for each in _mapping(_mapping(self.document.get("components")).get("securitySchemes")).values():
            scheme = self.resolved(each)
            if scheme.get("type") == "apiKey" and scheme.get("in") == "header" and isinstance(scheme.get("name"), str):
                return scheme["name"], "{}"
        return "Authorization", "Bearer {}"

    def server(self) -> str:
        """The first server that the document names; empty where it names none."""
        for each in _items(self.document.get("servers")):
            url = _mapping(each).get("url")
            if isinstance(url, str):
                return url
        return ""

    def report(self, near: str, what: str, mend: str) -> None:
        at = self.text.find(near) if near else -1
        line = 1 + self.text.count("\n", 0, at) if at >= 0 else 1
        column = at - self.text.rfind("\n", 0, at) if at >= 0 else 1
        self.problems.append(Problem(self.file, line, column, what, mend))


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _items(value: Any) -> Iterable[Any]:
    return value if isinstance(value, list) else ()
