"""How do versions come into force from the command line: published, approved by a second person, rolled back, listed?"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape

from interlock.cli import offline
from interlock.governance.permissions import may
from interlock.kernel.documents import Problem
from interlock.kernel.errors import Refused
from interlock.kernel.log import Log, Records
from interlock.runtime import publishing
from interlock.runtime.definitions import check, read_folder
from interlock.runtime.knowledge_files import of_tenant
from interlock.runtime.publishing import Submitted
from interlock.runtime.release_lines import release_lines
from interlock.runtime.settings import Settings
from interlock.runtime.stored_releases import Releases
from interlock.simulation.trying import held


@asynccontextmanager
async def somebody(settings: Settings, login: str | None, password: str) -> AsyncIterator[tuple[Log, Records, str]]:
    """The store, and who publishes: the user who proved it is he and may, or ``cli`` where nobody is named."""
    if login is None:
        async with offline.store(settings) as (log, records):
            yield log, records, "cli"
        return
    async with offline.known(settings, login, password) as (log, records, account):
        if not may(account.roles, "publish"):
            raise Refused("not_permitted", f"{login} may not publish: that takes the role admin.", status=403)
        yield log, records, account.staff


async def publish(
    settings: Settings, folder: Path, login: str | None, password: str, note: str
) -> tuple[str, tuple[Problem, ...]]:
    """Publish a folder whose scenarios hold, or propose it; gives what became of it in words, and which texts are missing."""
    files = read_folder(folder)
    async with somebody(settings, login, password) as (log, records, by):
        articles = of_tenant(folder)
        tried = await held(files, await Releases.running(log, records), articles)
        told_of = await publishing.submit(files, log, records, by=by, note=note, tried=tried, articles=articles)
        return told(told_of), check(files).notes


async def roll_back(settings: Settings, release: str, login: str | None, password: str, note: str) -> str:
    """Publish an old version anew, or propose that; gives what became of it in words."""
    async with somebody(settings, login, password) as (log, records, by):
        return told(await publishing.roll_back(release, log, records, by=by, note=note))


async def approve(settings: Settings, release: str, login: str, password: str) -> str:
    """Approve a waiting version; gives what became of it in words."""
    async with offline.known(settings, login, password) as (log, records, account):
        return told(await publishing.approve(release, log, records, by=account.staff, roles=account.roles))


async def reject(settings: Settings, release: str, login: str, password: str, reason: str) -> str:
    """Reject a waiting version; gives what became of it in words."""
    async with offline.known(settings, login, password) as (log, records, account):
        running = await Releases.running(log, records)
        role = running.tenant.publish.role if running is not None else "admin"
        await publishing.reject(release, log, by=account.staff, roles=account.roles, role=role, reason=reason)
    return f"{release} is rejected"


async def versions(settings: Settings) -> dict[str, Any]:
    """Every version that came into force and those that wait, with what changed in words."""
    async with offline.store(settings) as (log, records):
        names = {}
        if await Releases.in_force(log):
            names = await offline.staff_names(settings, log, records)
        return await release_lines(log, records, names)


def told(submitted: Submitted) -> str:
    """What became of a version, in words."""
    if submitted.in_force:
        return f"{submitted.release} is in force"
    more = "another person approves it" if submitted.approvals == 1 else f"{submitted.approvals} others approve it"
    return f"{submitted.release} is proposed and comes into force when {more}: interlock policy approve {submitted.release}"


def show(console: Console, lines: dict[str, Any]) -> None:
    """Print the versions, newest first."""
    for one in lines["waiting"]:
        console.print(f"[yellow]waits[/yellow]     {_line(one)}")
        _changes(console, one["changes"])
    if (one := lines["canary"]) is not None:
        within = f" with {one['segment']}" if one["segment"] else ""
        head = f"{one['release']}  {one['at']:%Y-%m-%d %H:%M}  by {one['by']['name']}, on {one['share']} %{within}"
        console.print(f"[cyan]tried[/cyan]     {escape(head)}")
        _changes(console, one["changes"])
    for one in lines["versions"]:
        state = "[green]in force[/green]" if one["in_force"] else "        "
        console.print(f"{state}  {_line(one)}")
        _changes(console, one["changes"])


def _line(one: dict[str, Any]) -> str:
    approved = f", approved by {', '.join(each['name'] for each in one['approved_by'])}" if one["approved_by"] else ""
    undoes = f", rolls back {one['undoes']}" if one["undoes"] else ""
    note = f": {one['note']}" if one["note"] else ""
    return escape(f"{one['release']}  {one['at']:%Y-%m-%d %H:%M}  by {one['by']['name']}{approved}{undoes}{note}")


def _changes(console: Console, changes: list[str]) -> None:
    for each in changes:
        console.print(f"            [dim]{escape(each)}[/dim]")
