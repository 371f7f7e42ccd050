"""The demonstration on one machine: private PostgreSQL, server, shop with its mailbox; all of it ends together."""

from __future__ import annotations

import asyncio
import os
import shutil
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Final

import httpx
import msgspec
import structlog
from rich.console import Console
from rich.panel import Panel
from rich.table import Table

from interlock.cli import server
from interlock.connectors.http import local_client
from interlock.kernel.errors import Refused
from interlock.runtime.demo import demo_systems
from interlock.runtime.settings import Settings
from interlock.store.embedded import running_dsn

REPOSITORY: Final = Path(__file__).resolve().parents[3]
SHOP: Final = REPOSITORY / "examples" / "shop"
SHOP_STARTS_WITHIN_S: Final = 15.0
STOPS_WITHIN_S: Final = 5.0

logger = structlog.get_logger(__name__)


def _prepared(settings: Settings, shop_port: int, *, fresh: bool) -> Settings:
    if not SHOP.is_dir():
        raise Refused(
            "no_shop", f"The demo shop is not at {SHOP}; run the demonstration from a checkout of the repository."
        )
    if fresh and settings.data.exists():
        if (
            not (settings.data / "keys.json").exists()
            and not (settings.data / "postgres").exists()
            and any(settings.data.iterdir())
        ):
            raise Refused("not_ours", f"{settings.data} holds something that is not the demo's; it is left alone.")
        _refuse_if_running(settings)
        shutil.rmtree(settings.data)
    settings.data.mkdir(parents=True, exist_ok=True)
    for name, value in demo_systems(settings.shop_url).items():
        os.environ.setdefault(name, value)
    os.environ.setdefault("INTERLOCK_ALLOW", f"127.0.0.1:{shop_port}")
    settings = msgspec.structs.replace(settings, allow=os.environ["INTERLOCK_ALLOW"])
    if not settings.definitions.exists():
        settings = msgspec.structs.replace(settings, definitions=REPOSITORY / "examples" / "demo")
    return settings


def _refuse_if_running(settings: Settings) -> None:
    if running_dsn(settings.data / "postgres"):
        raise Refused(
            "data_in_use",
            f"Another demonstration uses {settings.data}; stop it first, or choose another folder with --data.",
        )


async def show(settings: Settings, shop_port: int, *, fresh: bool, history: bool = True) -> None:
    """Run until a signal comes. A new demonstration is given a month of history, beside its work."""
    began = time.perf_counter()
    taken = server.bind(settings.host, settings.port)
    settings = _prepared(settings, shop_port, fresh=fresh)
    async with running_shop(settings, shop_port):
        ready = asyncio.Event()
        beside = [asyncio.get_running_loop().create_task(_announce(settings, ready, began))]
        if history:
            beside.append(asyncio.get_running_loop().create_task(_remember(settings, ready)))
        try:
            await server.serve(settings, taken, ready)
        finally:
            for task in beside:
                task.cancel()
            await asyncio.gather(*beside, return_exceptions=True)


async def _remember(settings: Settings, ready: asyncio.Event) -> None:
    """Have a process of its own write a month of history, once the server answers; it ends with this one."""
    await ready.wait()
    environment = {
        **os.environ,
        "INTERLOCK_DATA": str(settings.data),
        "INTERLOCK_DEFINITIONS": str(settings.definitions),
        "INTERLOCK_TENANT": settings.tenant,
        "INTERLOCK_SHOP_URL": settings.shop_url,
        "INTERLOCK_LOG_FORMAT": settings.log_format,
    }
    if settings.database_url:
        environment["DATABASE_URL"] = settings.database_url
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "interlock.cli.tethered", "interlock.cli.history"),
        env=environment,
        stdin=asyncio.subprocess.PIPE,
        start_new_session=True,
    )
    try:
        code = await process.wait()
        if code:
            logger.warning("the demonstration has no month of history", exit_code=code)
    finally:
        if process.returncode is None:
            process.terminate()
            await process.wait()


async def _announce(settings: Settings, ready: asyncio.Event, began: float) -> None:
    await ready.wait()
    table = Table.grid(padding=(0, 2))
    table.add_column()
    table.add_column(no_wrap=True)  # on a narrow terminal the notes wrap; an address that is cut off leads nowhere
    table.add_column(overflow="fold")
    url, shop = settings.url, settings.shop_url
    for what, where, note in (
        ("The stage", f"{url}/stage", "all of it side by side, in five minutes"),
        ("Shop with the chat", f"{shop}/", "write to the assistant, bottom right"),
        ("Phone", f"{url}/phone", "call the same assistant"),
        ("Mailbox", f"{shop}/mailbox", "one-time codes arrive here; write to the shop by mail"),
        ("Text messages", f"{shop}/messages", "the same journeys by text message"),
        ("Agent desk", f"{url}/desk", "sign in as amara or ben, password demo"),
        ("Supervisor", f"{url}/supervisor", "sign in as sofia, password demo"),
        ("Matters", f"{url}/matters", "complaints and requests that wait"),
        ("Journeys", f"{url}/journeys", "each drawn, and whether it may go live"),
        ("Articles", f"{url}/knowledge", "what the assistant may answer from"),
        ("Triggers", f"{url}/triggers", "which events reach out to customers"),
        ("Refunds made", f"{shop}/ledger", "the shop's own books"),
    ):
        table.add_row(what, f"[bold cyan]{where}[/bold cyan]", f"[dim]{note}[/dim]")
    took = f"ready in {time.perf_counter() - began:.1f} s · data in {settings.data}/ · Ctrl-C stops everything"
    Console(stderr=False, highlight=False).print(
        Panel(table, title="Interlock", subtitle=took, expand=False, padding=(1, 2))
    )


@asynccontextmanager
async def running_shop(settings: Settings, port: int) -> AsyncIterator[None]:
    """The shop as the process of its own that it is; it is stopped at the end."""
    command = [
        sys.executable,
        "-m",
        "interlock.cli.tethered",
        "shop",
        "--port",
        str(port),
        "--data",
        str(settings.data / "shop"),
    ]
    process = await asyncio.create_subprocess_exec(
        *command,
        "--interlock",
        settings.url,
        env={**os.environ, "PYTHONPATH": str(SHOP)},
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
        start_new_session=True,
    )
    words: list[str] = []
    listening = asyncio.get_running_loop().create_task(_listen(process, words))
    try:
        await _answers(process, f"{settings.shop_url}/api/health", words)
        yield
    finally:
        if process.returncode is None:
            process.terminate()
            with suppress(TimeoutError):
                async with asyncio.timeout(STOPS_WITHIN_S):
                    await process.wait()
            if process.returncode is None:
                process.kill()
        listening.cancel()


async def _listen(process: asyncio.subprocess.Process, words: list[str]) -> None:
    assert process.stderr is not None
    async for line in process.stderr:
        words.append(line.decode(errors="replace").rstrip())
        del words[:-20]


async def _answers(process: asyncio.subprocess.Process, url: str, words: list[str]) -> None:
    until = time.monotonic() + SHOP_STARTS_WITHIN_S
    async with local_client() as client:
        while time.monotonic() < until:
            if process.returncode is not None:
                await asyncio.sleep(0.1)
                raise Refused("shop_failed", "The demo shop did not start: " + (" ".join(words) or "no reason given"))
            with suppress(httpx.HTTPError):
                if (await client.get(url, headers={"X-Api-Key": "demo-key"})).status_code < 500:
                    return
            await asyncio.sleep(0.05)
    raise Refused("shop_failed", f"The demo shop did not answer within {SHOP_STARTS_WITHIN_S:.0f} s.")


async def check(settings: Settings, shop_port: int, *, as_json: bool, fresh: bool) -> int:
    """Play the story against a running demonstration, or against one that is started for it; 0 if every step held."""
    from interlock.cli.story import check as play

    async with local_client() as client:
        with suppress(httpx.HTTPError):
            if (await client.get(f"{settings.url}/v1/demo")).status_code == 200:
                return await play(settings.url, settings.shop_url, as_json, data=settings.data)
    async with _own_demonstration(settings, shop_port, fresh=fresh):
        return await play(settings.url, settings.shop_url, as_json, data=settings.data)


@asynccontextmanager
async def _own_demonstration(settings: Settings, shop_port: int, *, fresh: bool) -> AsyncIterator[None]:
    arguments = ["demo", "--port", str(settings.port), "--shop-port", str(shop_port), "--data", str(settings.data)]
    with tempfile.TemporaryFile() as output:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "interlock.cli.main",
            *arguments,
            "--no-history",
            *(["--fresh"] if fresh else []),
            stdout=output,
            stderr=output,
        )
        try:
            until = time.monotonic() + 60
            async with local_client() as client:
                while True:
                    with suppress(httpx.HTTPError):
                        if (await client.get(f"{settings.url}/readyz")).status_code == 200:
                            break
                    if process.returncode is not None or time.monotonic() > until:
                        output.seek(0)
                        said = output.read().decode(errors="replace")[-2000:]
                        raise Refused("demo_failed", f"The demonstration did not start:\n{said}")
                    await asyncio.sleep(0.1)
            yield
        finally:
            if process.returncode is None:
                process.terminate()
                await process.wait()
