"""Whoever publishes at the same time as somebody else: does every node end on the release that the log names last?"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime

import pytest

from interlock.kernel.log import Records
from interlock.runtime.app import App
from interlock.runtime.definitions import Definitions
from interlock.runtime.publishing import submit
from interlock.runtime.stored_releases import Releases

LIMIT_S = 20


def titled(app: App, title: str) -> dict[str, str]:
    """The definitions in force under another title: another release."""
    text = app.definitions.files["tenant.yaml"]
    assert f"title: {app.tenant.title}" in text
    return {**app.definitions.files, "tenant.yaml": text.replace(f"title: {app.tenant.title}", f"title: {title}")}


async def until(holds: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(LIMIT_S):
        while not await holds():  # noqa: ASYNC110  # what another node stores sets no event here
            await asyncio.sleep(0.01)


class Delayed:
    """Records of a publisher who, once his release stands in the log, gets on only after somebody else has published."""

    def __init__(self, records: Records, app: App, other: asyncio.Event) -> None:
        self._records, self._app, self._other = records, app, other
        self._before = app.definitions.release

    async def put(self, kind: str, key: str, body: bytes, *, expires_at: datetime | None = None) -> None:
        if await Releases.in_force(self._app.log) != self._before:
            await self._other.wait()
        await self._records.put(kind, key, body, expires_at=expires_at)

    async def get(self, kind: str, key: str) -> bytes | None:
        return await self._records.get(kind, key)

    async def add(self, kind: str, key: str, body: bytes) -> bool:
        return await self._records.add(kind, key, body)

    async def replace(self, kind: str, key: str, before: bytes, body: bytes) -> bool:
        return await self._records.replace(kind, key, before, body)

    async def remove(self, kind: str, key: str) -> None:
        await self._records.remove(kind, key)

    async def all(self, kind: str) -> Mapping[str, bytes]:
        return await self._records.all(kind)


async def test_of_two_who_publish_in_the_same_instant_the_later_in_the_log_is_in_force_for_everybody(app: App) -> None:
    before, published = app.definitions.release, asyncio.Event()
    first = asyncio.create_task(
        submit(titled(app, "First"), app.log, Delayed(app.records, app, published), by="somebody")
    )

    async def told() -> bool:
        return await Releases.in_force(app.log) != before

    await until(told)
    second = await submit(titled(app, "Second"), app.log, app.records, by="somebody else")
    published.set()
    await first
    running = await Releases.running(app.log, app.records)
    assert running is not None
    assert running.release == second.release

    async def taken() -> bool:
        return app.tenant.title == "Second"

    await until(taken)


async def test_two_publishers_at_once_leave_one_answer(app: App) -> None:
    built = await asyncio.gather(
        *(submit(titled(app, title), app.log, app.records, by=title) for title in ("First", "Second"))
    )
    in_force = await Releases.in_force(app.log)
    assert in_force in {one.release for one in built}

    async def taken() -> bool:
        return app.definitions.release == in_force

    await until(taken)


@pytest.mark.parametrize("last", ["Second", "the one of before"])
async def test_a_node_that_takes_long_over_a_release_ends_on_the_one_that_was_published_last(
    app: App, monkeypatch: pytest.MonkeyPatch, last: str
) -> None:
    before, load = app.definitions, app.releases.load
    loading, both = asyncio.Event(), asyncio.Event()

    async def slowly(release: str) -> Definitions:
        if not loading.is_set():
            loading.set()
            await both.wait()
        return await load(release)

    monkeypatch.setattr(app.releases, "load", slowly)
    await submit(titled(app, "First"), app.log, app.records, by="somebody")
    app.follower.wake()
    await loading.wait()
    wanted = titled(app, "Second") if last == "Second" else before.files
    second = await submit(wanted, app.log, app.records, by="somebody else")
    for recorded in await app.log.after(app.follower.cursor, 100):
        assert await app.follower.reach(recorded.cursor, LIMIT_S)
    both.set()

    async def at_rest() -> bool:
        return app.definitions.release == second.release and not app._taking.locked()

    await until(at_rest)
