"""The composition: one tenant's centre on one node, by value; nothing registers itself."""

from __future__ import annotations

import asyncio
import os
import secrets
import socket
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any, Final

import msgspec
import structlog

from interlock import control, interactions, journeys, routing
from interlock.connectors.contract import Connection
from interlock.connectors.opening import open_connectors
from interlock.control.approvals import Approvals, approvals_view
from interlock.control.ledgers import postings
from interlock.control.settings import ControlSettings, EffectSettings
from interlock.kernel.deciders import Projection, Subject
from interlock.kernel.documents import DefinitionError
from interlock.kernel.errors import Conflict, Refused, Unavailable
from interlock.kernel.events import START, Command, Cursor, Event, Recorded
from interlock.kernel.log import Appended, Due, Log, Query, Records
from interlock.routing.board import Board, board, from_snapshot, to_snapshot
from interlock.runtime.challenges import Challenges
from interlock.runtime.clock import Clock, WallClock
from interlock.runtime.definitions import Definitions, Releases
from interlock.runtime.demo import add_demo_staff
from interlock.runtime.documents import Documents
from interlock.runtime.effects import Effects
from interlock.runtime.engine import Engine
from interlock.runtime.follower import Follower
from interlock.runtime.gate import Gate
from interlock.runtime.node import Node
from interlock.runtime.open_views import OpenViews
from interlock.runtime.queueing import Queueing
from interlock.runtime.settings import Settings, connector_url, credential
from interlock.runtime.staff import Staff
from interlock.runtime.telemetry import Metrics
from interlock.runtime.turns import Turns
from interlock.runtime.wake import Waker
from interlock.store.database import Database
from interlock.store.postgres import PostgresLog
from interlock.store.records import PostgresRecords
from interlock.store.vault import open_vault, prove_keys
from interlock.vocabulary.ids import CustomerId, PersonId, StaffId
from interlock.vocabulary.journeys import AdvanceJourney, TakeTurn
from interlock.vocabulary.people import ChallengePassed, CustomerMatched, IssueChallenge, PersonErased
from interlock.vocabulary.proposals import JudgeProposal, PerformEffect
from interlock.vocabulary.releases import ReleasePublished
from interlock.vocabulary.routing import EnterQueue, RouteAgent, RouteQueue
from interlock.vocabulary.settings import TenantSettings
from interlock.vocabulary.staff import StaffAdded

SNAPSHOT_EVERY: Final = 2_000
"""Facts after which the views are stored, so that a start need not read the whole log."""

logger = structlog.get_logger(__name__)
Signal = dict[str, Any]


class _ViewSnapshot(msgspec.Struct):
    """The views at one position."""

    xid: int
    position: int
    board: bytes
    approvals: bytes


class App:
    """One tenant's centre on one node."""

    def __init__(
        self,
        settings: Settings,
        log: Log,
        records: Records,
        clock: Clock,
        secret: bytes,
        definitions: Definitions,
        *,
        node: str,
        connectors: Mapping[str, Connection] | None = None,
        tell: Callable[[], None] = lambda: None,
        cursor: Cursor = START,
    ) -> None:
        self.settings = settings
        self.log = log
        self.records = records
        self.clock = clock
        self.metrics = Metrics()
        self._secret = secret
        self._tell = tell
        self._connectors: Mapping[str, Connection] = connectors if connectors is not None else {}
        self._signals: dict[str, set[Callable[[Signal], None]]] = defaultdict(set)
        self._chores: set[asyncio.Task[None]] = set()
        self._since_snapshot = 0
        self.definitions = definitions
        self.releases = Releases(records, definitions)
        self.engine = Engine(log, clock, self._subjects(), self._postings)
        self.engine.appended = self._on_appended
        self.node = Node(node, log, clock, self._carry_out)
        self.follower = Follower(log, clock, cursor)
        self.follower.views.append(self._fold)
        self._board_view: Projection[Board] = board(self.queues)
        self._approvals_view: Projection[Approvals] = approvals_view(self.control)
        self.board = self._board_view.initial()
        self.approvals = self._approvals_view.initial()
        self.views = OpenViews(log, self.follower)
        self.staff = Staff(records, self.engine, clock)
        self.documents = Documents(self)
        self.gate, self._effects = Gate(self), Effects(self)
        self._challenges, self._queueing, self._turns = Challenges(self), Queueing(self), Turns(self)

    # What the definitions in force say.

    @property
    def tenant(self) -> TenantSettings:
        """The tenant's settings."""
        return self.definitions.tenant

    @property
    def queues(self) -> routing.Specs:
        """The queues by name."""
        return self.definitions.queues

    @property
    def control(self) -> ControlSettings:
        """The gate's settings."""
        tenant = self.tenant
        return ControlSettings(
            secret=self._secret,
            step_up_wait=tenant.step_up_ttl,
            confirm_wait=tenant.confirm_ttl,
            approval_wait=tenant.approval_ttl,
            step_up_valid=tenant.step_up_ttl,
            confirm_valid=tenant.confirm_ttl,
            code_lasts=tenant.challenge_ttl,
            code_tries=tenant.challenge_attempts,
            send_code=tenant.code_action,
        )

    @property
    def effect_settings(self) -> EffectSettings:
        """How effects are carried out."""
        lease = self.tenant.effect_lease
        return EffectSettings(lease=lease, lookup_grace=min(lease, timedelta(seconds=3)))

    def _subjects(self) -> Sequence[Subject]:
        definitions = self.definitions
        gate = control.subject(definitions.bundle, self.control)
        talk = journeys.subject(self.releases.journey, self.tenant, self._freeze)
        return (interactions.subject(self.tenant), routing.subject(self.tenant, self.queues), talk, gate)

    def _freeze(self, action: str, args: Mapping[str, Any]) -> tuple[dict[str, Any], Any, str]:
        checked = self.definitions.bundle.action(action).check(args, self._secret)
        return checked.args, checked.private_args, checked.args_hash

    def _postings(self, event: Event, at: Any) -> Any:
        return postings(event, at, self.definitions.bundle.ledgers)

    def connector(self, name: str) -> Connection:
        """The connector of that name. Raises Unavailable where none is connected."""
        found = self._connectors.get(name)
        if found is None:
            raise Unavailable(name, "this connector is not connected", sent=False)
        return found

    def staff_name(self, staff: StaffId) -> str:
        """What people call a member of staff."""
        return self.staff.names.get(staff, "Agent")

    # Doing things.

    async def execute(self, command: Command, cause: str) -> Appended:
        """Decide a command that came from outside. Raises Refused where the rules say no."""
        return await self.engine.execute(command, cause=cause)

    async def issue_challenge(self, command: IssueChallenge, cause: str) -> None:
        """Send a one-time code because a person asked for it."""
        await self._challenges.issue(command, cause=cause)

    async def _carry_out(self, due: Due) -> None:
        command, started = due.command, time.perf_counter()
        try:
            match command:
                case TakeTurn():
                    await self._turns.take(due, command)
                case AdvanceJourney():
                    await self._turns.advance(due, command)
                case JudgeProposal():
                    await self.gate.judge(due, command)
                case PerformEffect():
                    await self._effects.perform(due, command)
                case IssueChallenge():
                    await self._challenges.carry_out(due, command)
                case EnterQueue():
                    await self._queueing.enter(due, command)
                case RouteQueue() | RouteAgent():
                    await self._queueing.route(due, command)
                case _:
                    await self.engine.execute(command, cause=due.cause, answers=due.id)
        finally:
            self.metrics.commands.labels(type(command).__name__).observe(time.perf_counter() - started)

    def _on_appended(self, recorded: Sequence[Recorded], granted: Sequence[Due]) -> None:
        for one in recorded:
            self.metrics.facts.labels(type(one.event).__name__).inc()
        self.node.accept(granted)
        if recorded:
            self.follower.wake(recorded[-1].cursor)
            self._tell()

    # Views.

    def _fold(self, recorded: Recorded) -> None:
        self.board = self._board_view.fold(self.board, recorded)
        self.approvals = self._approvals_view.fold(self.approvals, recorded)
        match recorded.event:
            case ReleasePublished() as event if event.release != self.definitions.release:
                self._chore(self._take_release(event.release))
            case StaffAdded() as event if event.staff not in self.staff.names:
                self._chore(self.staff.load())
            case PersonErased():
                self._forget_opened()
            case _:
                pass
        self._since_snapshot += 1
        if self._since_snapshot >= SNAPSHOT_EVERY:
            self._since_snapshot = 0
            self._chore(self._store(self._snapshot(recorded.cursor)))

    def _snapshot(self, cursor: Cursor) -> bytes:
        """The views as they are now, at that position: taken before the next fact is folded into them."""
        board, approvals = to_snapshot(self.board), msgspec.json.encode(self.approvals)
        return msgspec.msgpack.encode(_ViewSnapshot(cursor.xid, cursor.position, board, approvals))

    async def _store(self, snapshot: bytes) -> None:
        await self.records.put("snapshot", "views", snapshot)

    async def load_views(self) -> None:
        """Begin from the stored views, if they can be read; otherwise from the beginning of the log."""
        body = await self.records.get("snapshot", "views")
        if body is None:
            return
        try:
            snapshot = msgspec.msgpack.decode(body, type=_ViewSnapshot)
            self.board = from_snapshot(snapshot.board)
            self.approvals = msgspec.json.decode(snapshot.approvals, type=Approvals)
            self.follower.cursor = Cursor(snapshot.xid, snapshot.position)
        except (msgspec.MsgspecError, ValueError) as error:
            logger.info("the stored views are of another version; they are rebuilt", error=str(error))

    def _chore(self, work: Any) -> None:
        task = asyncio.get_running_loop().create_task(self._quietly(work))
        self._chores.add(task)
        task.add_done_callback(self._chores.discard)

    async def _quietly(self, work: Any) -> None:
        try:
            await work
        except (Unavailable, Conflict, Refused) as error:
            logger.warning("a chore failed", error=str(error))

    async def _take_release(self, release: str) -> None:
        try:
            self.use(await self.releases.load(release))
        except DefinitionError as error:
            logger.error("a release cannot be used here; the one before stays", release=release, error=str(error))
        else:
            logger.info("a release came into force", release=release)

    def use(self, definitions: Definitions) -> None:
        """Put definitions into force on this node; nothing has changed if that raises DefinitionError."""
        before, self._connectors = self._connectors, self._opened(definitions)
        self.definitions = definitions
        self.releases.keep(definitions)
        self.engine.use(self._subjects())
        self._board_view = board(self.queues)
        self._approvals_view = approvals_view(self.control)
        self._chore(_close(before))

    def connect(self) -> None:
        """Open the connectors of the definitions in force."""
        self._connectors = self._opened(self.definitions)

    def _opened(self, definitions: Definitions) -> Mapping[str, Connection]:
        return open_connectors(
            definitions.bundle,
            base_url_of=connector_url,
            credential_of=credential,
            allow=self.settings.allowed_hosts,
            on_call=self._on_call,
        )

    def _on_call(self, connector: str, duration_s: float, outcome: str) -> None:
        self.metrics.calls.labels(connector, outcome).observe(duration_s)

    # Signals: live and forgotten.

    def signal(self, of: str, signal: Signal) -> None:
        """Tell whoever watches on this node; nothing is logged."""
        for listener in tuple(self._signals.get(of, ())):
            listener(signal)

    def on_signal(self, of: str, listener: Callable[[Signal], None]) -> Callable[[], None]:
        """Listen for signals; gives the function that ends it."""
        self._signals[of].add(listener)

        def end() -> None:
            self._signals[of].discard(listener)
            if not self._signals[of]:
                del self._signals[of]

        return end

    # Erasure.

    async def erase(self, customer: CustomerId, *, by: str) -> int:
        """Destroy the keys of everybody who was matched to a customer; gives how many people those were."""
        found = await self.log.read(Query(f"customer:{customer}", (CustomerMatched, ChallengePassed)))
        people = sorted(
            {one.event.person for one in found.events if isinstance(one.event, CustomerMatched | ChallengePassed)}
        )
        if not people:
            raise Refused("customer_unknown", "Nobody was ever matched to this customer here.", status=404)
        for person in people:
            await self.log.destroy_keys(person)
        facts = [PersonErased(person=PersonId(person), customer=customer, by=by) for person in people]
        await self.engine.append(facts, cause=f"erase/{customer}/{secrets.token_hex(6)}")
        self._forget_opened()
        return len(people)

    def _forget_opened(self) -> None:
        """Drop whatever is kept in memory in the clear; it is read again, without what was erased."""
        self.views.forget_all()
        self.documents.forget()
        self.engine.forget()
        self.gate.read.clear()

    async def close(self) -> None:
        """Drain: finish what is being carried out, give the rest back, store the views."""
        await self.node.drain()
        await asyncio.gather(*self._chores, return_exceptions=True)
        try:
            await self._store(self._snapshot(self.follower.cursor))
        except Unavailable as error:
            logger.warning("the views could not be stored; the next start reads more of the log", error=str(error))
        await _close(self._connectors)


async def _close(connectors: Mapping[str, Connection]) -> None:
    for connector in connectors.values():
        await connector.aclose()


def node_name() -> str:
    """This process, for people and for leases."""
    return f"{socket.gethostname()}-{os.getpid()}-{secrets.token_hex(3)}"


@asynccontextmanager
async def open_app(settings: Settings, url: str) -> AsyncIterator[App]:
    """A running node: definitions published if they changed, views caught up, loops started; drained at the end."""
    clock, name = WallClock(), node_name()
    vault = open_vault(settings.keys, settings.tenant)
    database = Database(url, size=settings.pool)
    await database.open()
    try:
        log = PostgresLog(database, settings.tenant, vault, clock, name)
        records = PostgresRecords(database, settings.tenant)
        await prove_keys(vault, records, settings.keys)
        definitions = await Releases.current(log, records, settings.definitions, clock)
        waker = Waker(url, settings.tenant, name, lambda: app.follower.wake())  # noqa: PLW0108  # there is no app yet
        app = App(settings, log, records, clock, vault.secret, definitions, node=name, tell=waker.tell)
        app.connect()
        await app.load_views()
        await app.staff.load()
        if settings.demo:
            await add_demo_staff(app.staff)
        await app.follower.catch_up()
        async with _running(waker.run(), app.follower.run(), app.node.run()):
            try:
                yield app
            finally:
                await app.close()
    finally:
        await database.close()


@asynccontextmanager
async def _running(*loops: Any) -> AsyncIterator[None]:
    tasks = [asyncio.get_running_loop().create_task(loop) for loop in loops]
    for task in tasks:
        task.add_done_callback(_loudly)
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _loudly(task: asyncio.Task[None]) -> None:
    """A loop of the node must not end by itself; if it does, the process does."""
    if not task.cancelled() and task.exception() is not None:
        logger.critical("a loop of this node broke", exc_info=task.exception())
        os._exit(70)
