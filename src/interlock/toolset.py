"""A toolset for pydantic-ai whose every call is a proposal: the gate decides, whatever the model says.

    toolset = GateToolset(Client("https://centre.example.com", key), case)
    agent = Agent(model, toolsets=[toolset])

It needs the extra ``interlock[pydantic-ai]``.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from hashlib import blake2b
from typing import Any, Final

import msgspec
from pydantic_ai import AbstractToolset, ModelRetry, RunContext, ToolDefinition
from pydantic_ai.toolsets import ToolsetTool
from pydantic_core import SchemaValidator, core_schema

from interlock.client import Case, Client, Proposal, Refusal

Confirm = Callable[[Proposal], Awaitable[bool]]
"""Shows the customer exactly what a proposal says; gives her answer."""

_ANY: Final = SchemaValidator(core_schema.dict_schema())
"""Arguments are checked by the gate, which answers what does not fit."""


class GateToolset(AbstractToolset[Any]):
    """The actions that may be proposed in one case, as tools."""

    def __init__(self, client: Client, case: Case | str, *, confirm: Confirm | None = None) -> None:
        """
        Args:
            case: where the proposals are made.
            confirm: asks the customer; without it the model is told that she has to be asked.
        """
        self._client = client
        self._case = case if isinstance(case, str) else case.case
        self._confirm = confirm

    @property
    def id(self) -> str | None:
        return f"interlock-{self._case}"

    async def get_tools(self, ctx: RunContext[Any]) -> dict[str, ToolsetTool[Any]]:
        """What may be proposed now. A model's provider takes no dots in names: ``shop.refund_item`` is ``shop__refund_item``."""
        found = {}
        for tool in await self._client.tools(self._case):
            name = tool.name.replace(".", "__")
            definition = ToolDefinition(
                name=name,
                description=tool.description,
                parameters_json_schema=tool.input_schema,
                metadata={"action": tool.name, "risk": tool.risk},
            )
            found[name] = ToolsetTool(toolset=self, tool_def=definition, max_retries=1, args_validator=_ANY)
        return found

    async def call_tool(
        self, name: str, tool_args: dict[str, Any], ctx: RunContext[Any], tool: ToolsetTool[Any]
    ) -> dict[str, Any]:
        """Propose, and ask the customer where her yes is needed; the model is told how it stands.

        Raises:
            ModelRetry: the arguments do not fit; what to write instead is said.
        """
        action = str((tool.tool_def.metadata or {})["action"])
        # A run that is taken up again after a crash makes the same call: it is the same proposal.
        key = blake2b(f"{ctx.run_id}/{ctx.tool_call_id}".encode(), digest_size=16).hexdigest()
        try:
            proposal = await self._client.propose(action, tool_args, case=self._case, key=key)
        except Refusal as refusal:
            if refusal.code == "bad_arguments":
                raise ModelRetry(str(refusal)) from refusal
            return {"status": "error", "reason": str(refusal)}
        if self._confirm is not None and proposal.needs("confirm"):
            proposal = await self._client.confirm(proposal, yes=await self._confirm(proposal))
        return for_model(proposal)


def for_model(proposal: Proposal) -> dict[str, Any]:
    """What a model is told: how it stands, what is missing, what to tell the customer. Rules and facts stay here."""
    told: dict[str, Any] = {"status": proposal.status, "proposal": proposal.proposal}
    if proposal.missing:
        told["needs"] = [{"remedy": each.remedy, "what_to_do": each.what_to_do} for each in proposal.missing]
    if proposal.customer_reason:
        told["tell_the_customer"] = proposal.customer_reason
    if proposal.outcome is not None:
        told["outcome"] = msgspec.to_builtins(proposal.outcome)
    return told
