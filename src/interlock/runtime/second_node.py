"""What happens to a refund whose node dies in the middle of it? A demonstration starts a second node only to kill it."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from typing import TYPE_CHECKING, Final, Literal

import httpx
import msgspec
import structlog

from interlock.connectors.http import local_client
from interlock.kernel.errors import Refused, Unavailable
from interlock.kernel.events import Recorded
from interlock.kernel.log import Query
from interlock.runtime.books import REFUNDS
from interlock.runtime.demo import SHOP_ADMIN_KEY
from interlock.store.embedded import running_dsn
from interlock.vocabulary.ids import InteractionId, ProposalId, tag
from interlock.vocabulary.proposals import ActionProposed, EffectFailed, EffectStarted, EffectSucceeded, EffectUnknown

if TYPE_CHECKING:
    from interlock.runtime.app import App

STARTS_WITHIN_S: Final = 60.0
"""How long the second node may take to answer."""

STOPS_WITHIN_S: Final = 8.0
"""How long it may take to stop before it is killed."""

SLOW_MS: Final = 4_000
"""How long the shop takes for a refund while the second node is to be killed in the middle of one."""

ROWS: Final = 500
"""Due commands that are looked through for the owner of a refund."""

State = Literal["off", "starting", "armed", "killed", "done", "failed"]

logger = structlog.get_logger(__name__)


class Drama(msgspec.Struct, frozen=True):
    """How far it is.

    Attributes:
        url: where the second node answers while it is armed.
        proposal: the refund in the middle of which it was killed.
        taken_over_at: when the first node went on with it.
        back_at: when the second node was there again.
        problem: why it could not be done.
    """

    state: State = "off"
    url: str = ""
    interaction: str = ""
    proposal: str = ""
    killed_at: datetime | None = None
    taken_over_at: datetime | None = None
    done_at: datetime | None = None
    back_at: datetime | None = None
    problem: str = ""


class SecondNode:
    """One more node on the same database, in a process that this one starts, kills with SIGKILL, and stops at the end."""

    def __init__(self, app: App) -> None:
        self._app = app
        self.drama = Drama()
        self._process: asyncio.subprocess.Process | None = None
        self._starting = asyncio.Lock()
        self._working: set[asyncio.Task[None]] = set()
        self._end_watch: Callable[[], None] = lambda: None

    def arm(self, interaction: InteractionId) -> None:
        """Have the second node die in the middle of the next refund of an interaction. Raises Refused while it is under way."""
        if self.drama.state in ("starting", "armed", "killed"):
            raise Refused("under_way", "That is under way; wait until the refund is there.")
        self.drama = Drama(state="starting", interaction=interaction)
        self._spawn(self._prepare(interaction))

    async def stop(self) -> None:
        """Stop the second node, and leave the shop as it was."""
        self._end_watch()
        for task in tuple(self._working):
            task.cancel()
        await asyncio.gather(*self._working, return_exceptions=True)
        if self.drama.state in ("armed", "killed"):
            with suppress(Unavailable):
                await self._shop_is("DELETE")
        process = self._process
        if process is not None and process.returncode is None:
            process.terminate()
            with suppress(TimeoutError):
                async with asyncio.timeout(STOPS_WITHIN_S):
                    await process.wait()
            if process.returncode is None:
                process.kill()
                await process.wait()

    def _change(self, **changes: object) -> None:
        self.drama = msgspec.structs.replace(self.drama, **changes)

    def _spawn(self, work: object) -> None:
        task = asyncio.get_running_loop().create_task(self._guarded(work))
        self._working.add(task)
        task.add_done_callback(self._working.discard)

    async def _guarded(self, work: object) -> None:
        try:
            await work  # type: ignore[misc]  # a coroutine of this class
        except Unavailable as error:
            self._change(state="failed", problem=error.reason)
            logger.warning("the second node is of no use", error=error.reason)

    async def _prepare(self, interaction: InteractionId) -> None:
        await self._be_there()
        await self._shop_is("PUT", {"delay_ms": SLOW_MS, "only": "createRefund"})
        self._end_watch()
        self._end_watch = self._app.follower.watch(tag("interaction", interaction), self._on_fact)
        self._change(state="armed", url=self._url)

    @property
    def _url(self) -> str:
        return f"http://{self._app.settings.host}:{self._app.settings.port + 1}"

    async def _be_there(self) -> None:
        """Start it unless it runs. Raises Unavailable where it does not answer in time."""
        async with self._starting:
            if self._process is None or self._process.returncode is not None:
                await self._start()

    async def _start(self) -> None:
        settings = self._app.settings
        url = settings.database_url or running_dsn(settings.data / "postgres") or ""
        environment = {
            **os.environ,
            "DATABASE_URL": url,
            "INTERLOCK_DATA": str(settings.data),
            "INTERLOCK_KEY_FILE": str(settings.keys),
            "INTERLOCK_DEFINITIONS": str(settings.definitions),
            "INTERLOCK_TENANT": settings.tenant,
            "INTERLOCK_HOST": settings.host,
            "INTERLOCK_PORT": str(settings.port + 1),
            "INTERLOCK_DEMO": "true",
            "INTERLOCK_SHOP_URL": settings.shop_url,
            "INTERLOCK_ALLOW": settings.allow,
            "INTERLOCK_LOG_LEVEL": "error",
        }
        environment.pop("INTERLOCK_PUBLIC_URL", None)
        self._process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "interlock.cli.tethered", "interlock.cli.main", "serve"),
            env=environment,
            stdin=asyncio.subprocess.PIPE,  # never written to: it ends with this process, even if that is killed
            stdout=asyncio.subprocess.DEVNULL,
            start_new_session=True,
        )
        async with local_client(timeout_s=2) as client:
            with suppress(TimeoutError):
                async with asyncio.timeout(STARTS_WITHIN_S):
                    while self._process.returncode is None:
                        with suppress(httpx.HTTPError):
                            if (await client.get(f"{self._url}/readyz")).status_code == 200:
                                return
                        await asyncio.sleep(0.1)
        raise Unavailable("second node", f"the second node does not answer at {self._url}")

    def _on_fact(self, recorded: Recorded) -> None:
        match recorded.event:
            case EffectStarted() as event if self.drama.state == "armed":
                self._spawn(self._kill(event.proposal))
            case EffectStarted() as event if event.proposal == self.drama.proposal and event.attempt > 1:
                self._change(taken_over_at=recorded.at)
            case EffectSucceeded() as event if event.proposal == self.drama.proposal:
                over = self.drama.taken_over_at or recorded.at
                self._change(state="done", taken_over_at=over, done_at=recorded.at)
                self._end_watch()
                self._spawn(self._come_back())
            case EffectFailed() | EffectUnknown() as event if event.proposal == self.drama.proposal:
                self._change(state="failed", problem=f"The refund came to nothing: {event.reason}")
                self._end_watch()
                self._spawn(self._come_back())

    async def _kill(self, proposal: ProposalId) -> None:
        """Kill it, if it is the one that carries this refund out."""
        process = self._process
        asked = (await self._app.log.read(Query(tag("proposal", proposal), (ActionProposed,)))).events
        refund = any(isinstance(one.event, ActionProposed) and one.event.action in REFUNDS for one in asked)
        rows = await self._app.log.standing(ROWS)
        owner = next((row.owner for row in rows if row.lane == f"effect:{proposal}"), "")
        if self.drama.state != "armed" or process is None or not refund or f"-{process.pid}-" not in owner:
            return
        process.kill()
        self._change(state="killed", proposal=proposal, killed_at=self._app.clock())
        await process.wait()
        await self._shop_is("DELETE")

    async def _come_back(self) -> None:
        """Only now, so that it was the other node that went on."""
        try:
            await self._be_there()
        except Unavailable as error:
            logger.warning("the second node does not come back", error=error.reason)
        else:
            self._change(back_at=self._app.clock())

    async def _shop_is(self, method: str, faults: object = None) -> None:
        """Set the shop's faults, or end them."""
        headers = {"X-Admin-Key": SHOP_ADMIN_KEY}
        try:
            async with local_client(timeout_s=5) as client:
                url = f"{self._app.settings.shop_url}/admin/faults"
                (await client.request(method, url, json=faults, headers=headers)).raise_for_status()
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise Unavailable("shop", f"the shop's faults cannot be set: {error}") from error
