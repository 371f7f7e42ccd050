"""The server that the protocol's conformance suite expects, behind our own mounting code."""

from __future__ import annotations

import asyncio
from typing import Any, Final

import mcp_types as types
from litestar import Litestar, asgi
from litestar.types import Scope
from mcp.server.lowlevel import Server

from interlock.api.gateway.mounting import Mounted

PIXEL: Final = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8DwHwAFBQIAX8jx0gAAAABJRU5ErkJggg=="
SILENCE: Final = "UklGRiQAAABXQVZFZm10IBAAAAABAAEARKwAAIhYAQACABAAZGF0YQAAAAA="
NOTHING: Final[dict[str, Any]] = {"type": "object", "properties": {}}

DEFAULTS: Final[dict[str, Any]] = {
    "type": "object",
    "properties": {
        "name": {"type": "string", "default": "John Doe"},
        "age": {"type": "integer", "default": 30},
        "score": {"type": "number", "default": 95.5},
        "status": {"type": "string", "enum": ["active", "inactive", "pending"], "default": "active"},
        "verified": {"type": "boolean", "default": True},
    },
}
ENUMS: Final[dict[str, Any]] = {
    "type": "object",
    "properties": {
        "untitledSingle": {"type": "string", "enum": ["option1", "option2", "option3"]},
        "titledSingle": {
            "type": "string",
            "oneOf": [
                {"const": f"value{n}", "title": f"{word} Option"} for n, word in enumerate(("First", "Second"), 1)
            ],
        },
        "legacyEnum": {"type": "string", "enum": ["opt1", "opt2"], "enumNames": ["Option One", "Option Two"]},
        "untitledMulti": {"type": "array", "items": {"type": "string", "enum": ["option1", "option2", "option3"]}},
        "titledMulti": {
            "type": "array",
            "items": {
                "anyOf": [
                    {"const": f"value{n}", "title": f"{word} Choice"} for n, word in enumerate(("First", "Second"), 1)
                ]
            },
        },
    },
}
USER: Final[dict[str, Any]] = {
    "type": "object",
    "properties": {"username": {"type": "string"}, "email": {"type": "string"}},
    "required": ["username", "email"],
}
ASKING: Final = {
    "test_elicitation": USER,
    "test_elicitation_sep1034_defaults": DEFAULTS,
    "test_elicitation_sep1330_enums": ENUMS,
}
SCHEMAS: Final[dict[str, dict[str, Any]]] = {
    "test_elicitation": {"type": "object", "properties": {"message": {"type": "string"}}, "required": ["message"]},
    "json_schema_2020_12_tool": {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "type": "object",
        "$defs": {
            "address": {"type": "object", "properties": {"street": {"type": "string"}, "city": {"type": "string"}}}
        },
        "properties": {"name": {"type": "string"}, "address": {"$ref": "#/$defs/address"}},
        "additionalProperties": False,
    },
}
TEXT: Final = types.TextContent(text="This is a simple text response for testing.")
IMAGE: Final = types.ImageContent(data=PIXEL, mime_type="image/png")


def _resource(uri: str, mime_type: str, text: str) -> types.EmbeddedResource:
    return types.EmbeddedResource(resource=types.TextResourceContents(uri=uri, mime_type=mime_type, text=text))


CONTENTS: Final[dict[str, list[Any]]] = {
    "test_simple_text": [TEXT],
    "test_image_content": [IMAGE],
    "test_audio_content": [types.AudioContent(data=SILENCE, mime_type="audio/wav")],
    "test_embedded_resource": [
        _resource("test://embedded-resource", "text/plain", "This is an embedded resource content.")
    ],
    "test_multiple_content_types": [
        types.TextContent(text="Multiple content types test:"),
        IMAGE,
        _resource("test://mixed-content-resource", "application/json", '{"test":"data","value":123}'),
    ],
    "json_schema_2020_12_tool": [TEXT],
}
NAMES: Final = (*CONTENTS, *ASKING, "test_error_handling", "test_tool_with_progress")


async def list_tools(ctx: Any, params: Any) -> types.ListToolsResult:
    tools = [
        types.Tool(name=name, description=name.replace("_", " "), input_schema=SCHEMAS.get(name, NOTHING))
        for name in NAMES
    ]
    return types.ListToolsResult(tools=tools)


async def call_tool(ctx: Any, params: types.CallToolRequestParams) -> types.CallToolResult:
    if params.name in CONTENTS:
        return types.CallToolResult(content=CONTENTS[params.name])
    if params.name in ASKING:
        message = (params.arguments or {}).get("message", "Please answer.")
        answer = await ctx.session.elicit_form(message, ASKING[params.name], ctx.request_id)
        said = f"Elicitation completed: action={answer.action}, content={answer.content}"
        return types.CallToolResult(content=[types.TextContent(text=said)])
    if params.name == "test_tool_with_progress":
        for progress in (0, 50, 100):
            await ctx.session.report_progress(progress, 100)
            await asyncio.sleep(0.01)
        return types.CallToolResult(content=[TEXT])
    return types.CallToolResult(
        content=[types.TextContent(text="This tool intentionally returns an error for testing")], is_error=True
    )


def conformance_app() -> Litestar:
    """The fixture as an application: the same mounting as the gateway's, with a doorkeeper who lets everybody in."""

    async def everybody(scope: Scope, headers: dict[str, str]) -> str:
        return "everybody"

    mounted = Mounted(
        lambda: Server("fixture", version="1", on_list_tools=list_tools, on_call_tool=call_tool),
        everybody,
        lambda refused: (refused.status, {}),
        lambda: (["127.0.0.1:*", "localhost:*"], ["http://127.0.0.1:*", "http://localhost:*"]),
    )
    return Litestar([asgi("/mcp", copy_scope=True)(mounted)], lifespan=[mounted.run], logging_config=None)
