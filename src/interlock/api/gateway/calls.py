"""What is a call of a tool: a proposal through the gate, and how is its answer told; when is the customer asked?"""

from __future__ import annotations

import asyncio
from typing import Any, Final

import mcp_types as types
import msgspec
from mcp.server.context import ServerRequestContext
from mcp.shared.exceptions import MCPError, NoBackChannelError
from mcp_types.version import MODERN_PROTOCOL_VERSIONS

from interlock.api.gateway.tools import (
    ANSWER,
    CLOSE_CASE,
    GIVE_CODE,
    OPEN_CASE,
    PROPOSAL,
    SEND_CODE,
    Call,
    read_call,
)
from interlock.control.verdict_document import ProposalShown
from interlock.kernel.errors import Conflict, Refused, Unavailable
from interlock.runtime.app import App
from interlock.runtime.cases import Proof
from interlock.runtime.outside_agents import Caller
from interlock.vocabulary.ids import InteractionId, ProposalId

WAIT_S: Final = 5.0
"""How long a call waits for the outcome unless its ``_meta`` says otherwise."""
ELICIT_WITHIN_S: Final = 300.0
"""How long a call of an earlier revision waits for the customer's answer; afterwards it is told what is needed."""
CONFIRM: Final = "confirm"
"""The name of the question that asks the customer, and of the box that she ticks."""

Context = ServerRequestContext[Any, Any]
Result = types.CallToolResult | types.InputRequiredResult


async def call_tool(app: App, caller: Caller, ctx: Context, params: types.CallToolRequestParams) -> Result:
    """Carry a call out. What the rules, a person or a system says no to is an answer, not a fault."""
    action = app.definitions.bundle.actions.get(params.name)
    own = {spec.key for spec in action.args} if action is not None else set()
    call = read_call(params, own, WAIT_S)
    try:
        if action is None:
            return _told(await _own_tool(app, caller, params.name, call, params.arguments or {}))
        if not app.cases.may_propose(caller, action):
            risk = action.risk
            raise Refused("tool_not_permitted", f"{params.name} ({risk} risk) is not among your tools.", status=403)
        return await _propose(app, caller, ctx, params, call)
    except Refused as refused:
        return _error(refused.code, refused.reason)
    except Unavailable as error:
        return _error("unavailable", f"{error.system} does not answer at the moment; call again with the same key.")
    except Conflict:
        return _error("conflict", "Others changed this at the same time; call again with the same key.")


async def _propose(app: App, caller: Caller, ctx: Context, params: types.CallToolRequestParams, call: Call) -> Result:
    case = InteractionId(call.case)
    shown = await app.cases.propose(caller, case, params.name, call.args, call.key, call.wait_s, call.purpose)
    if not _asks_to_confirm(shown) or not _can_elicit(ctx):
        return _told(shown)
    if (await app.cases.mine(caller, case))[1] != "opened":
        return _told(shown)  # she is asked in her own session
    if ctx.protocol_version not in MODERN_PROTOCOL_VERSIONS:
        answer = await _elicited(ctx, shown)
    else:
        # Sealed by the boundary, and bound to this caller, this tool and these arguments.
        state = f"{shown.proposal} {shown.args_hash}"
        given = (params.input_responses or {}).get(CONFIRM)
        if params.request_state != state or not isinstance(given, types.ElicitResult):
            question = types.ElicitRequest(params=_question(shown))
            return types.InputRequiredResult(input_requests={CONFIRM: question}, request_state=state)
        answer = given
    if answer is None or answer.action == "cancel":
        return _told(shown)
    yes = answer.action == "accept" and (answer.content or {}).get(CONFIRM) is True
    return _told(await app.cases.confirm(caller, ProposalId(shown.proposal), shown.args_hash, yes, call.wait_s))


async def _elicited(ctx: Context, shown: ProposalShown) -> types.ElicitResult | None:
    """The answer of a client that can be asked while it waits; None where none came in time."""
    question = _question(shown)
    try:
        async with asyncio.timeout(ELICIT_WITHIN_S):
            return await ctx.session.elicit_form(question.message, question.requested_schema, ctx.request_id)
    except (TimeoutError, MCPError, NoBackChannelError):
        return None


async def _own_tool(app: App, caller: Caller, name: str, call: Call, raw: dict[str, Any]) -> msgspec.Struct | None:
    """The tools that are no actions."""
    cases, case = app.cases, InteractionId(call.case)
    match name:
        case "interlock.open_case":
            return await cases.open(caller, call.key, _proof(raw.get("proof")))
        case "interlock.close_case":
            await cases.close(caller, case)
            return None
        case "interlock.send_code":
            return await cases.send_code(caller, case, call.key)
        case "interlock.give_code":
            return await cases.give_code(caller, case, _text(raw, "challenge"), _text(raw, "code"))
        case "interlock.answer_confirmation":
            if not isinstance(raw.get("yes"), bool):
                raise Refused("bad_arguments", "'yes' is true or false, as the customer said.", status=422)
            proposal = ProposalId(_text(raw, "proposal"))
            return await cases.confirm(caller, proposal, _text(raw, "args_hash"), raw["yes"], call.wait_s)
        case "interlock.proposal":
            wait = raw.get("wait_s", 0)
            return await cases.proposal(
                caller, ProposalId(_text(raw, "proposal")), float(wait) if isinstance(wait, int | float) else 0.0
            )
    raise MCPError(types.INVALID_PARAMS, f"Unknown tool: {name[:80]}")


OWN: Final = frozenset({OPEN_CASE, CLOSE_CASE, SEND_CODE, GIVE_CODE, ANSWER, PROPOSAL})


def _proof(raw: object) -> Proof | None:
    if raw is None:
        return None
    try:
        return msgspec.convert(raw, Proof)
    except msgspec.ValidationError as error:
        raise Refused("bad_arguments", f"'proof' does not fit: {error}", status=422) from None


def _text(raw: dict[str, Any], name: str) -> str:
    value = raw.get(name)
    if not isinstance(value, str) or len(value) > 100:
        raise Refused("bad_arguments", f"'{name}' is missing or no short text.", status=422)
    return value


def _asks_to_confirm(shown: ProposalShown) -> bool:
    return bool(shown.needs) and shown.needs[0].remedy == "confirm"


def _can_elicit(ctx: Context) -> bool:
    capabilities = ctx.session.client_capabilities
    return capabilities is not None and capabilities.elicitation is not None


def _question(shown: ProposalShown) -> types.ElicitRequestFormParams:
    """Exactly what the proposal says; the hash of its arguments goes along."""
    says = shown.verdict.says if shown.verdict is not None else shown.action
    return types.ElicitRequestFormParams(
        message=f"{says}. Is that right?",
        requested_schema={
            "type": "object",
            "properties": {
                CONFIRM: {
                    "type": "boolean",
                    "title": says,
                    "description": f"Arguments: {shown.args_hash}",
                    "default": False,
                }
            },
            "required": [CONFIRM],
        },
    )


def _told(shown: msgspec.Struct | None) -> types.CallToolResult:
    """An answer, as structure and in the same bytes as text."""
    if shown is None:
        return types.CallToolResult(content=[types.TextContent(text="done")])
    over = isinstance(shown, ProposalShown) and shown.status in ("denied", "refused", "failed")
    return types.CallToolResult(
        content=[types.TextContent(text=msgspec.json.encode(shown).decode())],
        structured_content=msgspec.to_builtins(shown),
        is_error=over,
    )


def _error(code: str, reason: str) -> types.CallToolResult:
    body = {"status": "error", "code": code, "reason": reason}
    return types.CallToolResult(
        content=[types.TextContent(text=msgspec.json.encode(body).decode())], structured_content=body, is_error=True
    )
