"""When does a decision look at the log, and when does it rely on what this node wrote last?"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import reduce

import pytest

from interlock.kernel.deciders import Decider, Moment, Subject
from interlock.kernel.errors import Conflict, Refused
from interlock.kernel.events import Command, Event, Recorded
from interlock.kernel.log import Plan, Query, Slice
from interlock.runtime.clock import WallClock
from interlock.runtime.engine import Beginning, Engine
from interlock.store.memory import MemoryLog, MemoryStore
from interlock.vocabulary.ids import QueueName
from interlock.vocabulary.routing import QueueClosed, QueueOpened, RouteQueue

CARE = QueueName("care")
QUERIES = (Query("queue:care"),)


def evolve(state: tuple[str, ...], recorded: Recorded) -> tuple[str, ...]:
    return (*state, type(recorded.event).__name__)


def toggle(command: Command, state: tuple[str, ...], moment: Moment) -> Sequence[Event]:
    """Close what is open and open what is closed; the third time is refused."""
    if len(state) >= 3:
        raise Refused("enough", "That is enough.")
    if state[-1:] == ("QueueClosed",):
        return [QueueOpened(queue=CARE, by="u_1")]
    return [QueueClosed(queue=CARE, message="", by="u_1")]


SUBJECT = Subject(
    "toggling",
    (Decider(command=RouteQueue, reads=lambda command: QUERIES, initial=(), evolve=evolve, decide=toggle),),  # type: ignore[arg-type]
)


class CountingLog(MemoryLog):
    """Counts how often it is read."""

    reads = 0

    async def read(self, *queries: Query, since: str = "") -> Slice:
        self.reads += 1
        return await super().read(*queries, since=since)


def node(store: MemoryStore, name: str) -> tuple[Engine, CountingLog]:
    log = CountingLog(lambda: datetime(2026, 3, 2, tzinfo=UTC), store, node=name)
    return Engine(log, WallClock(), (SUBJECT,), lambda event: ()), log


async def test_what_this_node_wrote_last_is_not_read_again() -> None:
    engine, log = node(MemoryStore(), "a")
    for number in range(3):
        await engine.execute(RouteQueue(queue=CARE), cause=f"c{number}")
    assert log.reads == 1
    found = await log.read(*QUERIES)
    assert reduce(evolve, found.events, ()) == ("QueueClosed", "QueueOpened", "QueueClosed")


async def test_what_another_node_wrote_meanwhile_is_found_out_and_decided_upon() -> None:
    store = MemoryStore()
    (engine, log), (other, _) = node(store, "a"), node(store, "b")
    await engine.execute(RouteQueue(queue=CARE), cause="c1")
    await other.execute(RouteQueue(queue=CARE), cause="c2")
    written = await engine.execute(RouteQueue(queue=CARE), cause="c3")
    assert [type(one.event) for one in written.recorded] == [QueueClosed]
    assert log.reads == 2


async def test_what_this_node_wrote_beside_it_is_read() -> None:
    engine, log = node(MemoryStore(), "a")
    await engine.execute(RouteQueue(queue=CARE), cause="c1")
    await engine.append([QueueOpened(queue=CARE, by="u_1")], cause="c2")
    assert not engine.wrote(QUERIES, evolve)
    written = await engine.execute(RouteQueue(queue=CARE), cause="c3")
    assert [type(one.event) for one in written.recorded] == [QueueClosed]
    assert log.reads == 2


async def test_nothing_is_refused_on_what_was_not_looked_at() -> None:
    store = MemoryStore()
    engine, log = node(store, "a")
    for number in range(3):
        await engine.execute(RouteQueue(queue=CARE), cause=f"c{number}")
    before = log.reads
    with pytest.raises(Refused):
        await engine.execute(RouteQueue(queue=CARE), cause="c4")
    assert log.reads == before + 1


async def test_a_state_that_an_append_found_outdated_is_read_the_next_time() -> None:
    store = MemoryStore()
    (engine, _), (other, _) = node(store, "a"), node(store, "b")
    await engine.execute(RouteQueue(queue=CARE), cause="c1")
    await other.execute(RouteQueue(queue=CARE), cause="c2")
    state, snapshot = await engine.state(QUERIES, (), evolve, unseen=True)
    assert state == ("QueueClosed",)
    with pytest.raises(Conflict):
        await engine.append([QueueOpened(queue=CARE, by="u_1")], cause="c3", guard=QUERIES, snapshot=snapshot)
    state, _ = await engine.state(QUERIES, (), evolve, unseen=True)
    assert state == ("QueueClosed", "QueueOpened")


async def test_what_begins_with_a_fact_is_known_from_it_on() -> None:
    log = CountingLog(lambda: datetime(2026, 3, 2, tzinfo=UTC), node="a")
    engine = Engine(log, WallClock(), (SUBJECT,), lambda event: (), lambda event: Beginning(QUERIES, (), evolve))
    await engine.append([QueueClosed(queue=CARE, message="", by="u_1")], cause="c1")
    assert engine.last_known(QUERIES, evolve) == ("QueueClosed",)
    await log.append(Plan((QueueOpened(queue=CARE, by="u_1"),), cause="c2"))
    assert await engine.state(QUERIES, (), evolve, unseen=True) == (("QueueClosed",), "1")
    state, _ = await engine.state(QUERIES, (), evolve)
    assert state == ("QueueClosed", "QueueOpened")
