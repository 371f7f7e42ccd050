"""How does a test call tools as another vendor's agent does: by the official client, in either revision?"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx2
import mcp_types as types
from mcp import Client
from mcp.client.streamable_http import streamable_http_client

from interlock.api.gateway.tools import CASE_META, KEY_META, WAIT_META

Answer = Callable[[str], types.ElicitResult]


@dataclass
class Called:
    """What a call came to: its structure, its text, whether it is an error."""

    structured: Any
    text: str
    error: bool


@dataclass
class Gateway:
    """A connection to the gateway; ``asked`` are the questions that the customer was put."""

    client: Client
    asked: list[str] = field(default_factory=list)

    @staticmethod
    @asynccontextmanager
    async def at(
        url: str, token: str, *, mode: str = "auto", answer: Answer | None = None, messages: Any = None
    ) -> AsyncIterator[Gateway]:
        """Connect. ``answer`` answers for the customer; without it the client cannot ask her."""
        asked: list[str] = []

        async def elicit(_: Any, params: types.ElicitRequestParams) -> types.ElicitResult:
            assert answer is not None
            asked.append(params.message)
            return answer(params.message)

        headers = {"Authorization": f"Bearer {token}"}
        async with httpx2.AsyncClient(headers=headers, trust_env=False, timeout=30) as http:
            transport = streamable_http_client(f"{url}/mcp", http_client=http)
            callback = elicit if answer is not None else None
            async with Client(transport, mode=mode, elicitation_callback=callback, message_handler=messages) as client:  # type: ignore[arg-type]
                yield Gateway(client, asked)

    async def tools(self, case: str = "") -> dict[str, types.Tool]:
        """The tools by name."""
        meta: Any = {CASE_META: case} if case else None
        return {each.name: each for each in (await self.client.list_tools(meta=meta)).tools}

    async def call(self, name: str, args: dict[str, Any], case: str = "", key: str = "", **meta: Any) -> Called:
        """Call a tool; the case and the key go in ``_meta``."""
        said: Any = {WAIT_META: 20, **({CASE_META: case} if case else {}), **({KEY_META: key} if key else {}), **meta}
        result = await self.client.call_tool(name, args, meta=said)
        (content,) = result.content
        assert isinstance(content, types.TextContent)
        return Called(result.structured_content, content.text, result.is_error)


def says(yes: bool) -> Answer:
    """A customer who says yes, or no."""
    return lambda message: types.ElicitResult(action="accept", content={"confirm": yes})
