"""How long does another vendor's agent wait for a refund over the wire: proposed, judged, carried out, all of it durable?

A node as a process, on the embedded PostgreSQL with the settings that users get, carries out the refunds of the
demonstration's rules without the customer's confirmation: read, judged, called, recorded, told in the same answer. They
begin at a steady pace whatever becomes of the earlier ones, and each is timed from the moment at which it should begin.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import socket
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

import msgspec
import psutil

from interlock.cli.bench import postgres
from interlock.cli.bench.result import percentile
from interlock.cli.bench.stub import CUSTOMER_EMAIL, ITEM, Stub, stub_server
from interlock.cli.bench.wire import Wire
from interlock.cli.demonstration import REPOSITORY
from interlock.control.cedar_text import statements
from interlock.runtime.demo import demo_systems

PACE_PER_S: Final = 50
REFUNDS: Final = 600
WARM_UP: Final = 100
CASES: Final = 64
"""Nobody proposes in a case whose refund before is still on its way, even if that took a second."""
MOST_WAITING: Final = 4 * PACE_PER_S
"""Refunds that wait for their end at once; when there are more, no further ones begin."""
WAIT_S: Final = 20
GIVE_UP_S: Final = 90.0
MCP_REVISION: Final = "2026-07-28"
STILL_GOING: Final = ("judging", "running")
"""It is not over after WAIT_S, and counts with the time that was waited for it."""
ACTION: Final = "shop.refund_item"

Propose = Callable[[str, str, dict[str, Any]], Awaitable[Any]]
"""Proposes a refund with these arguments in a case with a key; gives the document of the proposal."""


async def wire_figures(refunds: int = REFUNDS) -> dict[str, float]:
    """``rest_p50_ms`` and ``rest_p99_ms`` of POST /v1/proposals, ``mcp_p50_ms`` and ``mcp_p99_ms`` of a tool's call.

    ``busy_percent`` is how busy the processors were meanwhile, everything that runs on the machine together.
    """
    async with postgres.fresh() as (url, folder), stub_server() as stub, _node(url, folder, stub) as wire:
        cases = [await _case(wire, number) for number in range(CASES)]
        psutil.cpu_percent()
        rest = await _paced(_by_rest(wire), cases, refunds)
        mcp = await _paced(_by_mcp(wire), cases, refunds)
        busy = psutil.cpu_percent()
    return {
        "rest_p50_ms": round(percentile(rest, 0.5), 2),
        "rest_p99_ms": round(percentile(rest, 0.99), 2),
        "mcp_p50_ms": round(percentile(mcp, 0.5), 2),
        "mcp_p99_ms": round(percentile(mcp, 0.99), 2),
        "busy_percent": busy,
    }


def definitions(folder: Path) -> Path:
    """The demonstration's definitions, written to a folder, with refunds that ask nobody for a yes."""
    target = folder / "definitions"
    shutil.copytree(REPOSITORY / "examples" / "demo", target, ignore=shutil.ignore_patterns("cases", "__pycache__"))
    rules = target / "policies" / "refund.cedar"
    kept = [
        each.text for each in statements(rules.read_text(), "refund.cedar") if '@remedy("confirm")' not in each.text
    ]
    rules.write_text("\n\n".join(kept))
    manifest = target / "connectors" / "shop" / "manifest.yaml"
    manifest.write_text(manifest.read_text().replace("risk: medium", "risk: low"))
    return target


@asynccontextmanager
async def running(url: str, folder: Path, definitions: Path, stub: Stub, *, allow: str = "") -> AsyncIterator[int]:
    """A node that serves in a process of its own: its port.

    Args:
        allow: further addresses that it may call.
    """
    port = _free_port()
    command = (sys.executable, "-m", "interlock.cli.main")
    variables = environment(url, folder, definitions, stub, allow)
    node = await asyncio.create_subprocess_exec(
        *command, "serve", "--port", str(port), env=variables, stdout=asyncio.subprocess.DEVNULL
    )
    try:
        await _ready(port, node)
        yield port
    finally:
        if node.returncode is None:
            node.send_signal(signal.SIGTERM)
        await node.wait()


def environment(url: str, folder: Path, definitions: Path, stub: Stub, allow: str = "") -> dict[str, str]:
    """The variables of a node on that database, and of commands that are meant for it."""
    return {
        **os.environ,
        "DATABASE_URL": url,
        "INTERLOCK_DATA": str(folder),
        "INTERLOCK_DEFINITIONS": str(definitions),
        "INTERLOCK_TENANT": "bench",
        "INTERLOCK_ALLOW": ",".join(filter(None, (stub.authority, allow))),
        "INTERLOCK_LOG_LEVEL": "error",
        **demo_systems(stub.url),
    }


@asynccontextmanager
async def _node(url: str, folder: Path, stub: Stub) -> AsyncIterator[Wire]:
    """A node that serves, and a client of it with the key of an agent."""
    written = definitions(folder)
    async with running(url, folder, written, stub) as port:
        adding = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "interlock.cli.main", "agent", "add", "bench"),
            *("--role", "external_agent", "--scope", "low"),
            env=environment(url, folder, written, stub),
            stdout=asyncio.subprocess.PIPE,
        )
        said, _ = await adding.communicate()
        wire = Wire(port, {"Authorization": f"Bearer {said.decode().split()[-1]}"})
        yield wire
        wire.close()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


async def _ready(port: int, node: asyncio.subprocess.Process) -> None:
    wire = Wire(port, {})
    until = time.perf_counter() + GIVE_UP_S
    while time.perf_counter() < until and node.returncode is None:
        try:
            if (await wire.get("/readyz"))[0] == 200:
                wire.close()
                return
        except OSError:
            pass
        await asyncio.sleep(0.05)
    raise RuntimeError("the node did not start")


async def _case(wire: Wire, number: int) -> str:
    proof = {"by": "order_and_email", "args": {"order_id": _order(number), "email": CUSTOMER_EMAIL}}
    status, opened = await wire.post("/v1/cases", {"proof": proof, "idempotency_key": f"case-{number}"})
    if status != 201 or opened["assurance"] != 1:
        raise RuntimeError(f"no case: {opened}")
    return str(opened["case"])


def _order(number: int) -> str:
    """The order of a case: each has a customer of its own, for refunds of one customer wait for each other."""
    return f"A-{2000 + number}"


def _arguments(number: int, cents: int) -> dict[str, Any]:
    return {"order_id": _order(number), "item_id": ITEM, "amount": {"amount": cents, "currency": "EUR"}}


def _by_rest(wire: Wire) -> Propose:
    async def propose(case: str, key: str, args: dict[str, Any]) -> Any:
        body = {"case": case, "action": ACTION, "args": args, "idempotency_key": key, "wait_s": WAIT_S}
        return (await wire.post("/v1/proposals", body))[1]

    return propose


def _by_mcp(wire: Wire) -> Propose:
    about = {
        "io.modelcontextprotocol/protocolVersion": MCP_REVISION,
        "io.modelcontextprotocol/clientInfo": {"name": "bench", "version": "1"},
        "io.modelcontextprotocol/clientCapabilities": {},
    }
    headers = {
        "Accept": "application/json, text/event-stream",
        "MCP-Protocol-Version": MCP_REVISION,
        "MCP-Method": "tools/call",
        "MCP-Name": ACTION,
    }

    async def propose(case: str, key: str, args: dict[str, Any]) -> Any:
        meta = {**about, "interlock/case": case, "interlock/idempotency-key": key, "interlock/wait-s": WAIT_S}
        params = {"name": ACTION, "arguments": args, "_meta": meta}
        body = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params}
        answer = (await wire.post("/mcp", body, headers))[1]
        return answer["result"]["structuredContent"] if "result" in answer else answer

    return propose


async def _paced(propose: Propose, cases: list[str], refunds: int) -> list[float]:
    """Milliseconds of each refund from the moment at which it should begin until its agent knows that it is done."""
    took: list[float] = []
    run = os.urandom(4).hex()
    warm_up = min(WARM_UP, refunds // 2)
    start = time.perf_counter() + 0.1

    async def one(number: int, at: float) -> None:
        again, which = divmod(number, len(cases))
        # Another amount each time: a case has a budget for the very same call.
        shown = await propose(cases[which], f"{run}-{number}", _arguments(which, 1 + again))
        if shown.get("status") not in ("succeeded", *STILL_GOING):
            raise RuntimeError(f"not refunded: {msgspec.json.encode(shown).decode()}")
        if number >= warm_up:
            took.append((time.perf_counter() - at) * 1000)

    waiting: set[asyncio.Task[None]] = set()
    async with asyncio.TaskGroup() as group:
        for number in range(warm_up + refunds):
            at = start + number / PACE_PER_S
            await asyncio.sleep(at - time.perf_counter())
            if len(waiting) >= MOST_WAITING and number > warm_up:
                break  # this machine cannot keep the pace; what has been measured says so
            task = group.create_task(one(number, at))
            waiting.add(task)
            task.add_done_callback(waiting.discard)
    return took
