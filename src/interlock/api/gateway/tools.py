"""Which tools does a client of the gateway see, and where in a call do its case and its idempotency key stand?"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any, Final, NamedTuple

import mcp_types as types
import msgspec

from interlock.control.tools import Tool
from interlock.control.verdict_document import ProposalShown
from interlock.runtime.cases import CaseShown, CodeAnswered, CodeSent
from interlock.runtime.outcomes import WAIT_AT_MOST_S

CASE_META: Final = "interlock/case"
KEY_META: Final = "interlock/idempotency-key"
WAIT_META: Final = "interlock/wait-s"
PURPOSE_META: Final = "interlock/purpose"

CASE_ARGUMENT: Final = "case_id"
KEY_ARGUMENT: Final = "idempotency_key"
PURPOSE_ARGUMENT: Final = "purpose"

OPEN_CASE: Final = "interlock.open_case"
CLOSE_CASE: Final = "interlock.close_case"
SEND_CODE: Final = "interlock.send_code"
GIVE_CODE: Final = "interlock.give_code"
ANSWER: Final = "interlock.answer_confirmation"
PROPOSAL: Final = "interlock.proposal"

_CASE: Final = {"type": "string", "description": f"The case; {OPEN_CASE} gives it."}
_KEY: Final = {
    "type": "string",
    "pattern": "^[A-Za-z0-9._:-]{1,100}$",
    "description": "New for each new wish, and the same when this very call is sent again: it then happens once.",
}


_PURPOSE: Final = "What for: it says which fields of the answer are shown. Without it: {}."


class Call(NamedTuple):
    """A call of a tool: the arguments themselves, and what goes with them."""

    args: dict[str, Any]
    case: str
    key: str
    wait_s: float
    purpose: str = ""


def read_call(params: types.CallToolRequestParams, own: set[str], usual_wait_s: float) -> Call:
    """Take the case, the key and the purpose out of a call: ``_meta`` says them, or arguments of their names.

    Args:
        own: the names of the tool's own arguments; one that is called like ours is the tool's, and ours then stand in
            ``_meta`` only.
    """
    meta: Mapping[str, Any] = dict(params.meta or {})
    args = dict(params.arguments or {})
    case, key, purpose = (_text(meta.get(name)) for name in (CASE_META, KEY_META, PURPOSE_META))
    if CASE_ARGUMENT not in own:
        case = case or _text(args.get(CASE_ARGUMENT))
        args.pop(CASE_ARGUMENT, None)
    if KEY_ARGUMENT not in own:
        key = key or _text(args.get(KEY_ARGUMENT))
        args.pop(KEY_ARGUMENT, None)
    if PURPOSE_ARGUMENT not in own:
        purpose = purpose or _text(args.get(PURPOSE_ARGUMENT))
        args.pop(PURPOSE_ARGUMENT, None)
    wait = meta.get(WAIT_META, usual_wait_s)
    return Call(args, case, key, float(wait) if isinstance(wait, int | float) else usual_wait_s, purpose)


def action_tool(tool: Tool, *, in_meta: bool) -> types.Tool:
    """An action as a tool.

    Args:
        in_meta: whether the client says the case and the key in ``_meta``; then the schema does not ask for them.
    """
    schema = dict(tool.input_schema)
    if len(tool.purposes) > 1 and PURPOSE_ARGUMENT not in schema["properties"]:
        about = {"type": "string", "enum": list(tool.purposes), "description": _PURPOSE.format(tool.purposes[0])}
        schema["properties"] = {**schema["properties"], PURPOSE_ARGUMENT: about}
    if not in_meta:
        ours = {
            name: what
            for name, what in ((CASE_ARGUMENT, _CASE), (KEY_ARGUMENT, _KEY))
            if name not in schema["properties"]
        }
        schema["properties"] = {**schema["properties"], **ours}
        schema["required"] = [*schema["required"], *ours]
    return types.Tool(
        name=tool.name,
        title=tool.title,
        description=tool.description,
        input_schema=schema,
        output_schema=PROPOSAL_SCHEMA,
        annotations=types.ToolAnnotations(
            title=tool.title,
            read_only_hint=tool.read_only,
            destructive_hint=tool.destructive,
            idempotent_hint=tool.idempotent,
            open_world_hint=True,
        ),
    )


@cache
def own_tools(verifications: tuple[str, ...]) -> tuple[types.Tool, ...]:
    """What a client needs besides the actions: a case, the customer's codes and answers, and how a proposal stands."""
    proof = {
        "type": "object",
        "description": "Something that the customer has told: how it is matched, and the values by name.",
        "properties": {"by": {"type": "string", "enum": list(verifications)}, "args": {"type": "object"}},
        "required": ["by", "args"],
    }
    return (
        _own(
            OPEN_CASE,
            "Open a case; every proposal belongs to one.",
            {"proof": proof, KEY_ARGUMENT: _KEY},
            {"proof"},
            CaseShown,
        ),
        _own(
            SEND_CODE, "Send the customer a one-time code.", {CASE_ARGUMENT: _CASE, KEY_ARGUMENT: _KEY}, set(), CodeSent
        ),
        _own(
            GIVE_CODE,
            "Pass on the one-time code that the customer was sent.",
            {CASE_ARGUMENT: _CASE, "challenge": {"type": "string"}, "code": {"type": "string"}},
            set(),
            CodeAnswered,
        ),
        _own(
            ANSWER,
            "Pass on the customer's yes or no to exactly what a proposal says.",
            {"proposal": {"type": "string"}, "args_hash": {"type": "string"}, "yes": {"type": "boolean"}},
            set(),
            ProposalShown,
        ),
        _own(
            PROPOSAL,
            "How a proposal stands; one that waits for an approval runs by itself once it is approved.",
            {"proposal": {"type": "string"}, "wait_s": {"type": "number", "minimum": 0, "maximum": WAIT_AT_MOST_S}},
            {"wait_s"},
            ProposalShown,
            read_only=True,
        ),
        _own(CLOSE_CASE, "End a case.", {CASE_ARGUMENT: _CASE}, set(), None),
    )


def _own(
    name: str,
    description: str,
    properties: dict[str, Any],
    optional: set[str],
    answer: type[msgspec.Struct] | None,
    *,
    read_only: bool = False,
) -> types.Tool:
    schema = {
        "type": "object",
        "properties": properties,
        "required": [each for each in properties if each not in optional],
        "additionalProperties": False,
    }
    hints = types.ToolAnnotations(
        read_only_hint=read_only, destructive_hint=False, idempotent_hint=True, open_world_hint=False
    )
    output = None if answer is None else _schema(answer)
    return types.Tool(name=name, description=description, input_schema=schema, output_schema=output, annotations=hints)


def _schema(answer: type[msgspec.Struct]) -> dict[str, Any]:
    """A JSON Schema of an answer, with an object at its root, as the earlier revisions want it."""
    (root,), parts = msgspec.json.schema_components([answer], ref_template="#/$defs/{name}")
    name = root["$ref"].rpartition("/")[2]
    return {**parts[name], "$defs": {key: part for key, part in parts.items() if key != name}}


PROPOSAL_SCHEMA: Final = _schema(ProposalShown)


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
