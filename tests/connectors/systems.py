"""Which outside systems do these tests talk to, and what did the gate allow?"""

from __future__ import annotations

import asyncio
import copy
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any

import httpx
import msgspec
import yaml

from interlock.connectors.contract import Authorised, authorise
from interlock.connectors.http import HttpConnector
from interlock.control.actions import Action, all_args
from interlock.control.bundle import Bundle, load_bundle
from interlock.kernel.events import PersonalValue
from interlock.vocabulary.channels import VIRTUAL_AGENT, Channel
from interlock.vocabulary.ids import CustomerId, InteractionId, PersonId, ProposalId, SessionId
from interlock.vocabulary.proposals import ActionProposed, ProposalJudged, Verdict

SECRET = "s3cret-key-9000"
PROPOSAL = "pr_1"

MANIFEST: dict[str, Any] = {
    "connector": "bank",
    "title": "A bank",
    "openapi": "openapi.json",
    "credential": "bank_key",
    "resources": {"holding": {"read": "getAccount", "key": "account", "facts": {"owner": "owner"}}},
    "actions": {
        "pay": {
            "title": "Pay",
            "operation": "pay",
            "effect": "execute",
            "risk": "high",
            "resource": "holding",
            "args": {
                "account": {"type": "identifier"},
                "amount": {"money": "EUR", "minimum": 0.01, "maximum": 500},
                "note": {"type": "text", "optional": True},
            },
            "idempotency": "Idempotency-Key",
            "lookup": {"operation": "findPayment", "with": {"reference": "{proposal}"}, "answer": "payments.0"},
            "says": "Pay {amount}",
        },
        "pay_plain": {
            "title": "Pay without a key",
            "operation": "pay",
            "effect": "execute",
            "risk": "high",
            "args": {"account": {"type": "identifier"}, "amount": {"money": "EUR", "minimum": 0.01, "maximum": 500}},
            "says": "Pay {amount}",
        },
        "read_account": {
            "title": "Read an account",
            "operation": "getAccount",
            "effect": "read",
            "risk": "low",
            "args": {"account": {"type": "text"}},
            "request": {"account": "{account}"},
            "fields": ["owner", "balance"],
        },
    },
}

DOCUMENT: dict[str, Any] = {
    "openapi": "3.1.0",
    "info": {"title": "Bank", "version": "1"},
    "servers": [{"url": "https://bank.example/v1"}],
    "security": [{"Key": []}],
    "paths": {
        "/accounts/{account}": {
            "parameters": [{"name": "account", "in": "path", "required": True, "schema": {"type": "string"}}],
            "get": {"operationId": "getAccount", "responses": {}},
        },
        "/payments": {
            "get": {
                "operationId": "findPayment",
                "parameters": [{"name": "reference", "in": "query", "schema": {"type": "string"}}],
                "responses": {},
            },
            "post": {
                "operationId": "pay",
                "parameters": [{"name": "Idempotency-Key", "in": "header", "schema": {"type": "string"}}],
                "requestBody": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Payment"}}}},
                "responses": {},
            },
        },
    },
    "components": {
        "securitySchemes": {"Key": {"type": "http", "scheme": "bearer"}},
        "schemas": {
            "Payment": {
                "type": "object",
                "properties": {"account": {}, "amount": {}, "note": {}},
                "required": ["account", "amount"],
            }
        },
    },
}

ARGS: dict[str, Any] = {"account": "acc-7", "amount": {"amount": 1840, "currency": "EUR"}}


def files(manifest: Mapping[str, Any] = MANIFEST, document: Mapping[str, Any] = DOCUMENT) -> dict[str, str]:
    return {
        "connectors/bank/manifest.yaml": yaml.safe_dump(copy.deepcopy(dict(manifest)), sort_keys=False),
        "connectors/bank/openapi.json": msgspec.json.encode(document).decode(),
    }


def bank(manifest: Mapping[str, Any] = MANIFEST, document: Mapping[str, Any] = DOCUMENT) -> Bundle:
    return load_bundle(files(manifest, document), "r1")


BANK = bank()
PAY = BANK.actions["bank.pay"]
PAY_PLAIN = BANK.actions["bank.pay_plain"]
READ = BANK.actions["bank.read_account"]


def connector(base_url: str = "", *, client: httpx.AsyncClient | None = None, **more: Any) -> HttpConnector:
    """The bank, with its address allowed."""
    allowed = frozenset({(base_url or "https://bank.example:443").split("//")[1].partition("/")[0]})
    make = None if client is None else lambda: client
    return HttpConnector(BANK.connectors["bank"], base_url, SECRET, allowed=allowed, client=make, **more)


def answering(handler: Callable[[httpx.Request], Any], **more: Any) -> HttpConnector:
    return connector(client=httpx.AsyncClient(transport=httpx.MockTransport(handler)), **more)


def proposed(action: Action, args: Mapping[str, Any], proposal: str = PROPOSAL) -> ActionProposed:
    checked = action.check(dict(args))
    private: PersonalValue = checked.private_args
    return ActionProposed(
        proposal=ProposalId(proposal),
        interaction=InteractionId("i_1"),
        person=PersonId("p_1"),
        session=SessionId("s_1"),
        channel=Channel.CHAT,
        customer=CustomerId("c-1"),
        principal=VIRTUAL_AGENT,
        action=action.name,
        args=checked.args,
        private_args=private,
        args_hash=checked.args_hash,
    )


def judged(of: ActionProposed, verdict: Verdict = "allowed") -> ProposalJudged:
    return ProposalJudged(
        proposal=of.proposal,
        interaction=of.interaction,
        person=of.person,
        customer=of.customer,
        principal=of.principal,
        action=of.action,
        args_hash=of.args_hash,
        verdict=verdict,
        policy="r1",
        rulings=(),
        needs=(),
        facts={},
    )


def allowed(action: Action, args: Mapping[str, Any], proposal: str = PROPOSAL) -> tuple[Authorised, dict[str, Any]]:
    """An authorisation, and the arguments that it is for."""
    of = proposed(action, args, proposal)
    return authorise(judged(of), of), all_args(of.args, of.private_args)


async def pay(of: HttpConnector, action: Action = PAY, args: Mapping[str, Any] = ARGS) -> Any:
    authorised, everything = allowed(action, args)
    return await of.perform(authorised, action, everything, PROPOSAL)


Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def listening(talk: Talk) -> AsyncIterator[str]:
    """A real server on a free port that talks as told; gives its address."""
    talks: set[asyncio.Task[None]] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        talks.add(task)
        try:
            await talk(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()
        for task in talks:
            task.cancel()
        await asyncio.gather(*talks, return_exceptions=True)
