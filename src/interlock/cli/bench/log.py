"""How fast is a conditional append with row security, beside plain INSERTs of the same rows without any check?"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Final

from interlock.cli.bench import postgres
from interlock.cli.bench.result import Result, machine, median, percentile
from interlock.kernel.log import Plan, Query
from interlock.runtime.clock import WallClock
from interlock.store.codec import encode_event
from interlock.store.database import Connection, Database
from interlock.store.postgres import PostgresLog
from interlock.store.vault import open_vault
from interlock.vocabulary.ids import InteractionId, OfferId, QueueName, StaffId, VisitId
from interlock.vocabulary.routing import OfferAccepted

CONNECTIONS: Final = 16
RUNS: Final = 5
SECONDS: Final = 2.0
_WITH_TAGS: Final = (
    "with e as (insert into interlock.event (tenant, xid, position, id, type, version, at, cause, open) values"
    " (%s, pg_current_xact_id(), nextval('interlock.position'), %s, %s, %s, now(), %s, %s::jsonb)"
    " returning xid, position, type)"
    " insert into interlock.event_tag (tenant, tag, xid, position, type)"
    " select %s, t.tag, e.xid, e.position, e.type from e, unnest(%s::text[]) as t (tag)"
)

Once = Callable[[int, int], Awaitable[None]]


def _fact(worker: int, number: int) -> OfferAccepted:
    return OfferAccepted(
        visit=VisitId(f"v_{worker}_{number}"),
        offer=OfferId(f"o_{worker}_{number}"),
        interaction=InteractionId(f"i_{worker}_{number}"),
        queue=QueueName(f"queue_{worker}"),
        agent=StaffId(f"u_{worker}"),
    )


async def _measure(once: Once, run: int) -> tuple[float, list[float]]:
    """Calls a second over all workers, and the time of each in milliseconds."""
    times: list[float] = []
    until = time.perf_counter() + SECONDS

    async def work(worker: int) -> None:
        number = run * 10_000_000
        while (began := time.perf_counter()) < until:
            number += 1
            await once(worker, number)
            times.append((time.perf_counter() - began) * 1000)

    began = time.perf_counter()
    await asyncio.gather(*(work(worker) for worker in range(CONNECTIONS)))
    return len(times) / (time.perf_counter() - began), times


async def run() -> Result:
    """Conditional appends, batches of four, and plain inserts, alternating, on one fresh database."""
    async with postgres.fresh() as (url, folder):
        application = Database(url, size=CONNECTIONS)
        owner = Database(url, size=CONNECTIONS, role=None)
        await application.open()
        await owner.open()
        try:
            log = PostgresLog(application, "bench", open_vault(folder / "keys.json", "bench"), WallClock())
            snapshot = (await log.read(Query("queue:none"))).snapshot
            return await _run(log, owner, snapshot)
        finally:
            await application.close()
            await owner.close()


async def _run(log: PostgresLog, owner: Database, snapshot: str) -> Result:
    async def append(worker: int, number: int) -> None:
        guard = (Query(f"visit:v_{worker}_{number}"),)
        await log.append(Plan((_fact(worker, number),), guard=guard, snapshot=snapshot, cause=f"a/{worker}/{number}"))

    async def four(worker: int, number: int) -> None:
        facts = tuple(_fact(worker, number * 4 + index) for index in range(4))
        guard = tuple(Query(f"visit:{fact.visit}") for fact in facts)
        await log.append(Plan(facts, guard=guard, snapshot=snapshot, cause=f"b/{worker}/{number}"))

    async def insert(worker: int, number: int) -> None:
        fact = _fact(worker, number)
        encoded = encode_event(fact)
        async with owner.connection("bench") as connection:
            await _insert(connection, f"i/{worker}/{number}", encoded.type, encoded.open, list(fact.tags()))

    appended: list[float] = []
    batched: list[float] = []
    inserted: list[float] = []
    append_ms: list[float] = []
    insert_ms: list[float] = []
    for number in range(RUNS + 1):
        rate, times = await _measure(append, number)
        plain, plain_times = await _measure(insert, number)
        batch, _ = await _measure(four, number + 100)
        if number:  # the first round warms up
            appended.append(rate)
            append_ms.append(percentile(times, 0.99))
            inserted.append(plain)
            insert_ms.append(percentile(plain_times, 0.99))
            batched.append(batch * 4)
    ratios = [mine / peer for mine, peer in zip(appended, inserted, strict=True)]
    return Result(
        name="log",
        figures={
            "append_per_s": median(appended),
            "append_p99_ms": median(append_ms),
            "events_per_s_batch4": median(batched),
        },
        peer={"insert_per_s": median(inserted), "insert_p99_ms": median(insert_ms)},
        ratio=median(ratios),
        machine=machine(),
    )


async def _insert(connection: Connection, id: str, kind: str, open_json: str, tags: list[str]) -> None:
    await connection.execute(_WITH_TAGS, ("bench", id, kind, 1, id, open_json, "bench", tags))
