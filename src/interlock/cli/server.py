"""How does a node run: bind first, prepare the database, serve, drain on a signal."""

from __future__ import annotations

import asyncio
import gc
import os
import signal
import socket
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Final

import structlog
import uvicorn

from interlock.api.server import create_api
from interlock.connectors import tones
from interlock.kernel.errors import Refused, Unavailable
from interlock.runtime.app import App
from interlock.runtime.opening import open_app
from interlock.runtime.settings import Settings
from interlock.store.embedded import EmbeddedPostgres
from interlock.store.migrate import migrate

GRACE_S: Final = 3
MAX_SOCKET_BYTES: Final = 4 * 1024 * 1024
"""What the transport takes; frames have their own, smaller limit with an answer that says so."""
STARTING_UP_S: Final = 30.0

logger = structlog.get_logger(__name__)


def bind(host: str, port: int) -> socket.socket:
    """Take the port. Raises Refused when somebody else has it."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    taken = socket.socket(family)
    taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        taken.bind((host, port))
    except OSError as error:
        taken.close()
        raise Refused(
            "port_in_use",
            f"{host}:{port} cannot be used ({error.strerror}). Stop what uses it, or choose another with --port.",
        ) from error
    return taken


@asynccontextmanager
async def database(settings: Settings) -> AsyncIterator[str]:
    """The address of a migrated database: the one in the settings, or a private one that runs meanwhile."""
    if settings.database_url:
        await _migrate(settings.owner_url or settings.database_url)
        yield settings.database_url
        return
    async with EmbeddedPostgres(settings.data / "postgres") as postgres:
        await _migrate(postgres.dsn)
        yield postgres.dsn


async def _migrate(owner_url: str) -> None:
    """Migrate; a database that is still starting up is waited for."""
    loop = asyncio.get_running_loop()
    until = loop.time() + STARTING_UP_S
    while True:
        try:
            for name in await asyncio.to_thread(migrate, owner_url):
                logger.info("migrated", file=name)
            return
        except Unavailable as error:
            if loop.time() > until:
                raise
            logger.warning("the database does not answer yet", error=error.reason)
            await asyncio.sleep(1)


def spare_collector() -> None:
    """Take what a start has built (definitions, libraries) out of the garbage collector's sight: it stays anyway.

    A full collection over it stopped the loop for 100 ms in the middle of a turn.
    """
    gc.collect()
    gc.freeze()


async def serve(settings: Settings, taken: socket.socket, ready: asyncio.Event | None = None) -> None:
    """Serve until a signal comes. ``ready`` is set once requests are answered."""
    this = asyncio.current_task()
    assert this is not None
    _on_signals(this.cancel)  # whatever a start still waits for, such as a database that does not answer
    try:
        await _serve(settings, taken, ready)
    except asyncio.CancelledError:
        logger.info("stopped before it was serving")


def _on_signals(call: Callable[[], object]) -> None:
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, call)


async def _serve(settings: Settings, taken: socket.socket, ready: asyncio.Event | None) -> None:
    loop, stop = asyncio.get_running_loop(), asyncio.Event()
    reading = loop.run_in_executor(None, tones.prepare)
    async with database(settings) as url, open_app(settings, url) as app:
        await reading
        _on_signals(stop.set)
        server = _server(app)
        serving = loop.create_task(server.serve(sockets=[taken]))
        stopping = loop.create_task(stop.wait())
        while not server.started and not serving.done():  # noqa: ASYNC110  # it has no event to wait for
            await asyncio.sleep(0.01)
        spare_collector()
        if ready is not None:
            ready.set()
        logger.info("serving", url=settings.url, tenant=settings.tenant, node=app.node.name, pid=os.getpid())
        await asyncio.wait((serving, stopping), return_when=asyncio.FIRST_COMPLETED)
        logger.info("stopping")
        server.should_exit = True
        await serving
        stopping.cancel()


class _Server(uvicorn.Server):
    """Leaves signals to ``serve``: the database must outlive the connections."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Capture none."""
        yield


def _server(app: App) -> uvicorn.Server:
    config = uvicorn.Config(
        create_api(app),
        loop="asyncio",
        log_config=None,
        access_log=False,
        ws="websockets-sansio",
        ws_max_size=MAX_SOCKET_BYTES,
        ws_ping_interval=20,
        timeout_graceful_shutdown=GRACE_S,
        server_header=False,
    )
    return _Server(config)
