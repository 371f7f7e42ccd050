"""How many turns a second: message in, understood, judged, action at a stub endpoint, reply out; beside a DBOS workflow?

The peer does the same work with the same parts (the intent model, the gate's judgement, the same stub endpoint) as a
workflow of three durable steps on the same server. It needs the development dependencies (``make setup``).
"""

from __future__ import annotations

import asyncio
import contextlib
import importlib
import logging
import os
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any, Final

import httpx
import msgspec
import psycopg

from interlock.cli.bench import postgres
from interlock.cli.bench.result import Result, machine, median, percentile
from interlock.cli.bench.stub import Stub, stub_server
from interlock.cli.demonstration import REPOSITORY
from interlock.cli.server import spare_collector
from interlock.control import Known, Met, Past, ResourceRead, assemble, judge
from interlock.kernel.events import Recorded
from interlock.runtime.app import App
from interlock.runtime.demo import demo_systems
from interlock.runtime.opening import open_app
from interlock.runtime.settings import Settings
from interlock.vocabulary.assurance import Assurance, Level
from interlock.vocabulary.channels import VIRTUAL_AGENT, Channel
from interlock.vocabulary.ids import CustomerId, InteractionId, MessageId, PersonId, ProposalId, SessionId
from interlock.vocabulary.interactions import MessagePosted, OpenSession, ReceiveMessage
from interlock.vocabulary.proposals import ActionProposed

RUNS: Final = 3
AT_ONCE: Final = 16
CUSTOMERS: Final = 64
"""At a steady pace nobody writes again before he was answered, even if that took three seconds."""
TURNS_A_RUN: Final = 240
PACE_PER_S: Final = 20
PACED_TURNS: Final = 160
ORDER: Final = "A-1042"
EMAIL: Final = "eva@example.com"
GIVE_UP_S: Final = 30.0

Turn = Callable[[int], Awaitable[None]]


async def run() -> Result:
    """Turns of Interlock and of the peer, alternating, on one fresh server."""
    async with postgres.fresh() as (url, folder), stub_server() as stub:
        os.environ.update(demo_systems(stub.url))
        definitions = REPOSITORY / "examples" / "demo"
        settings = Settings(data=folder, definitions=definitions, allow=stub.authority, tenant="bench", pool=16)
        async with open_app(settings, url) as app, _peer(url, app, stub) as peer_turn:
            ours = Interlock(app)
            spare_collector()  # as a server does once it is up
            return await _measured(ours, peer_turn)


async def _measured(ours: Interlock, peer_turn: Turn) -> Result:
    await ours.prepare(CUSTOMERS)
    mine: list[float] = []
    theirs: list[float] = []
    for number in range(RUNS + 1):
        rate = await _burst(ours.turn, number)
        peer = await _burst(peer_turn, number)
        if number:  # the first round warms up
            mine.append(rate)
            theirs.append(peer)
    paced = await _paced(ours.turn)
    peer_paced = await _paced(peer_turn)
    ratios = [one / other for one, other in zip(mine, theirs, strict=True)]
    return Result(
        name="turn",
        figures={
            "turns_per_s": median(mine),
            "p50_ms_at_20": round(percentile(paced, 0.5), 2),
            "p99_ms_at_20": round(percentile(paced, 0.99), 2),
        },
        peer={
            "turns_per_s": median(theirs),
            "p50_ms_at_20": round(percentile(peer_paced, 0.5), 2),
            "p99_ms_at_20": round(percentile(peer_paced, 0.99), 2),
        },
        ratio=median(ratios),
        machine=machine(),
    )


async def _burst(turn: Turn, number: int) -> float:
    """Turns a second, with as many at once as there are customers."""
    began = time.perf_counter()

    async def customer(who: int) -> None:
        for _ in range(TURNS_A_RUN // AT_ONCE):
            await turn(who)

    await asyncio.gather(*(customer(who) for who in range(AT_ONCE)))
    return TURNS_A_RUN / (time.perf_counter() - began)


async def _paced(turn: Turn) -> list[float]:
    """The time of each turn in milliseconds, begun at a steady pace whatever the others do."""
    times: list[float] = []

    async def one(who: int) -> None:
        began = time.perf_counter()
        await turn(who)
        times.append((time.perf_counter() - began) * 1000)

    tasks = []
    for number in range(PACED_TURNS):
        tasks.append(asyncio.create_task(one(number % CUSTOMERS)))
        await asyncio.sleep(1 / PACE_PER_S)
    await asyncio.gather(*tasks)
    return times


class Interlock:
    """Customers who ask where their order is; each turn looks it up through the gate and is answered."""

    def __init__(self, app: App) -> None:
        self._app = app
        self._answered: dict[int, asyncio.Queue[str]] = {}
        self._count = 0

    async def prepare(self, customers: int) -> None:
        """Open a session for each customer and match it."""
        for who in range(customers):
            session = SessionId(f"s_bench_{who}")
            self._answered[who] = asyncio.Queue()
            opened = OpenSession(
                session=session, person=PersonId(f"p_bench_{who}"), channel=Channel.CHAT, secret_digest=""
            )
            await self._app.execute(opened, f"bench/session/{who}")
            self._app.follower.watch(f"person:p_bench_{who}", partial(self._heard, who))
            await self._say(who, f"where is my order {ORDER}, {EMAIL}")
            await self._answer(who)

    def _heard(self, who: int, recorded: Recorded) -> None:
        event = recorded.event
        if isinstance(event, MessagePosted) and event.author.kind == "virtual_agent" and ORDER in str(event.text):
            self._answered[who].put_nowait(str(event.text))

    async def _say(self, who: int, text: str) -> None:
        self._count += 1
        message = MessageId(f"m_bench_{self._count}")
        command = ReceiveMessage(session=SessionId(f"s_bench_{who}"), message=message, text=text)
        await self._app.execute(command, f"bench/message/{self._count}")

    async def _answer(self, who: int) -> None:
        async with asyncio.timeout(GIVE_UP_S):
            await self._answered[who].get()

    async def turn(self, who: int) -> None:
        """One message and its answer, as the customer's browser would hear it."""
        await self._say(who, f"where is my order {ORDER}")
        await self._answer(who)


@contextlib.asynccontextmanager
async def _peer(url: str, app: App, stub: Stub) -> AsyncIterator[Turn]:
    """The same turn as a DBOS workflow of three steps."""
    dbos = importlib.import_module("dbos")
    system = _database_beside(url, "dbos_bench")
    config = {"name": "interlock-bench", "system_database_url": system, "log_level": "ERROR", "enable_otlp": False}
    logging.getLogger("dbos").setLevel(logging.ERROR)
    instance = dbos.DBOS(config=config)
    bundle, client = app.definitions.bundle, httpx.AsyncClient(base_url=stub.url)

    @dbos.DBOS.step()  # type: ignore[untyped-decorator]  # imported by name: it has no types here
    async def understand(text: str) -> str:
        return str(app.definitions.intents.understand(text))

    @dbos.DBOS.step()  # type: ignore[untyped-decorator]  # imported by name: it has no types here
    async def judged(who: int) -> str:
        order = (await client.get(f"/api/orders/{ORDER}")).json()
        return judge_order(app, order, who)

    @dbos.DBOS.step()  # type: ignore[untyped-decorator]  # imported by name: it has no types here
    async def act(verdict: str) -> str:
        if verdict != "allowed":
            raise RuntimeError(verdict)
        return str((await client.get(f"/api/orders/{ORDER}")).json()["status"])

    @dbos.DBOS.workflow()  # type: ignore[untyped-decorator]  # imported by name: it has no types here
    async def turn_of(who: int) -> str:
        await understand(f"where is my order {ORDER}")
        return await act(await judged(who))  # type: ignore[no-any-return]  # likewise

    async def turn(who: int) -> None:
        await turn_of(who)

    assert bundle.actions
    dbos.DBOS.launch()
    try:
        yield turn
    finally:
        await client.aclose()
        instance.destroy()
        # It had made its own pool of threads the loop's, and has just closed it.
        asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor())


def judge_order(app: App, order: dict[str, Any], who: int) -> str:
    """One judgement of a look-up, on the same facts as Interlock's."""
    bundle, now = app.definitions.bundle, app.clock()
    checked = bundle.action("shop.get_order").check({"order_id": ORDER}, app.control.secret)
    session, customer = SessionId(f"s_{who}"), CustomerId("c-104")
    proposed = ActionProposed(
        proposal=ProposalId(f"pr_{who}"),
        interaction=InteractionId(f"i_{who}"),
        person=PersonId(f"p_{who}"),
        session=session,
        channel=Channel.CHAT,
        customer=customer,
        principal=VIRTUAL_AGENT,
        action="shop.get_order",
        args=checked.args,
        args_hash=checked.args_hash,
        purpose="service",
    )
    known = Known(Assurance(Level.MATCHED, customer, now, session, Channel.CHAT, "order_and_email"), 0, 0)
    facts = assemble(bundle.action("shop.get_order"), proposed, known, ResourceRead(at=now, record=order), now)
    result = judge(bundle, proposed, facts, Met(), Past(), now)
    msgspec.json.encode(result)
    return result.verdict


def _database_beside(url: str, name: str) -> str:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"create database {name}".encode())
        info = connection.info
        host = (info.host or "").replace("/", "%2F")
        return f"postgresql://{info.user}@/{name}?host={host}&port={info.port}"
