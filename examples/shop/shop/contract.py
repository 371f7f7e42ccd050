"""What does the shop promise to other systems? Its OpenAPI 3.1 document, taken from the operations themselves."""

from __future__ import annotations

import inspect
from typing import Any

import msgspec
from litestar import Litestar
from litestar.openapi import OpenAPIConfig
from litestar.openapi.spec import Components, License, SecurityScheme, Server

from . import correspondence, problems, wire

DESCRIPTION = """\
The API of Kettle & Crane, a demo shop for kitchen and home goods.

Money is an integer of minor units with its currency: `{"amount": 1840, "currency": "EUR"}` is EUR 18.40. Times are
ISO 8601 in UTC. Errors are problem details (RFC 9457)."""

NULL = {"type": "null"}


def openapi_config(port: int) -> OpenAPIConfig:
    """The head of the document, for a shop at this port."""
    return OpenAPIConfig(
        title="Kettle & Crane",
        version="1.0.0",
        description=DESCRIPTION,
        license=License(name="Apache-2.0", identifier="Apache-2.0"),
        servers=[Server(url=f"http://127.0.0.1:{port}", description="The demo shop at its usual port.")],
        components=Components(
            security_schemes={"ApiKey": SecurityScheme(type="apiKey", name="X-Api-Key", security_scheme_in="header")}
        ),
        use_handler_docstrings=True,
        # The framework's own route for the document; the shop serves it at /openapi.json.
        path="/internal/schema",
    )


def openapi_document(app: Litestar) -> bytes:
    """The document as readable JSON, always the same bytes for the same program."""
    raw = app.openapi_schema.to_schema()
    document = _tidy({"openapi": raw["openapi"], **raw})
    for path in document["paths"].values():
        for operation in path.values():
            for parameter in operation.get("parameters", []):
                _say_once(parameter)
    for name, schema in document["components"]["schemas"].items():
        kind = getattr(wire, name, None) or getattr(correspondence, name, None) or getattr(problems, name)
        schema["description"] = inspect.cleandoc(kind.__doc__).replace("``", "`")
        if kind.__struct_config__.forbid_unknown_fields:
            schema["additionalProperties"] = False
    return msgspec.json.format(msgspec.json.encode(document), indent=2) + b"\n"


def _tidy(node: Any) -> Any:
    """Without the defaults that the framework writes out, whole numbers as such, ``null`` in the 3.1 way."""
    if isinstance(node, list):
        return [_tidy(part) for part in node]
    if isinstance(node, float) and node.is_integer():
        return int(node)
    if not isinstance(node, dict):
        return node
    tidy = {name: _tidy(part) for name, part in node.items() if (part is not False and part != {}) or name == "schema"}
    choices = tidy.get("oneOf")
    if isinstance(choices, list) and len(choices) == 2 and NULL in choices:
        only = next(choice for choice in choices if choice != NULL)
        if "type" in only:
            del tidy["oneOf"]
            tidy = {**only, "type": [only["type"], "null"], **tidy}
    return tidy


def _say_once(parameter: dict[str, Any]) -> None:
    schema = parameter["schema"]
    schema.pop("description", None)
    # A parameter in a header or a query is there or is not; it is never null.
    if isinstance(schema.get("type"), list):
        schema["type"] = schema["type"][0]
