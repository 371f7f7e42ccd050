"""``interlock staff``: the people who work here, their roles and passwords; in force on every node at once."""

from __future__ import annotations

import sys
from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime, time, tzinfo
from pathlib import Path
from typing import Annotated, Any, TypeVar

import msgspec
import typer
from rich.console import Console
from rich.markup import escape

from interlock.cli.running import run, settings_from
from interlock.kernel.errors import Refused
from interlock.runtime.app import App
from interlock.vocabulary.skills import Skill

app = typer.Typer(no_args_is_help=True, help="Local users: add, list, password, roles, skills, capacity, remove.")
T = TypeVar("T")
Data = Annotated[Path | None, typer.Option(help="Folder of the private PostgreSQL and the key file.")]
Roles = Annotated[list[str], typer.Option("--role", help="agent, supervisor or admin; may be repeated.")]
Queues = Annotated[list[str] | None, typer.Option("--queue", help="A queue that the agent serves; may be repeated.")]
BY = "cli"


def _with_app(data: Path | None, work: Callable[[App], Awaitable[T]]) -> T:
    settings = settings_from(data=data)

    async def connected() -> T:
        from interlock.cli import offline

        async with offline.app(settings) as node:
            return await work(node)

    return run(connected)


def _skill(written: str, zone: tzinfo) -> Skill:
    """A skill as it is written here. Raises Refused."""
    name, _, rest = written.partition("=")
    level, _, day = rest.partition(":")
    try:
        until = datetime.combine(date.fromisoformat(day), time(), zone).astimezone(UTC) if day else None
        return msgspec.convert({"skill": name, "level": int(level), "until": until}, Skill)
    except (ValueError, msgspec.ValidationError):
        how = "write NAME=LEVEL with small letters and a level from 1 to 5, such as german=3 or insurance=5:2027-12-31"
        raise Refused("bad_skill", f"{written!r} is no skill; {how}.", status=422) from None


def _password() -> str:
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\n")
    asked: str = typer.prompt("Password", hide_input=True, confirmation_prompt=True)
    return asked


@app.command("add")
def add(
    login: str,
    name: Annotated[str, typer.Option(help="The name that customers and colleagues see.")],
    role: Roles,
    queue: Queues = None,
    data: Data = None,
) -> None:
    """Add a local user; asks for the password (or reads it from a pipe)."""
    password = _password()

    async def work(node: App) -> str:
        return (await node.staff.add(login, name, password, role, queue or [], by=BY)).staff

    print(f"added {login} ({_with_app(data, work)})")


@app.command("list")
def list_staff(
    json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False, data: Data = None
) -> None:
    """Print who works here, and who did."""

    async def work(node: App) -> list[dict[str, Any]]:
        from interlock.runtime.staff_changes import described

        return [described(account) for account in await node.staff_changes.all()]

    console = Console(highlight=False, soft_wrap=True)
    for one in _with_app(data, work):
        if json:
            print(msgspec.json.encode(one).decode())
            continue
        queues = f"  queues {', '.join(one['queues'])}" if one["queues"] else ""
        skills = "".join(f"  {each['skill']} {each['level']}" for each in one["skills"])
        takes = f"  takes {one['capacity']}" if one["capacity"] else ""
        gone = f"  removed {one['removed_at']}" if one["removed_at"] else ""
        console.print(
            escape(
                f"{one['login']:16} {one['name']:24} {', '.join(one['roles']):24} {one['id']}{queues}{skills}{takes}{gone}"
            )
        )


@app.command("password")
def password_of(login: str, data: Data = None) -> None:
    """Give somebody another password (asked for, or read from a pipe); the sign-ins of before end on every node."""
    password = _password()

    async def work(node: App) -> None:
        await node.staff_changes.password(login, password, by=BY)

    _with_app(data, work)
    print(f"{login} has another password and is signed out everywhere")


@app.command("roles")
def roles_of(login: str, role: Roles, queue: Queues = None, data: Data = None) -> None:
    """Give somebody exactly these roles; queues stay as they are unless some are named."""

    async def work(node: App) -> str:
        account = await node.staff_changes.roles(login, role, queue, node.queues, by=BY)
        return f"{login} is {', '.join(account.roles)}" + (
            f" for {', '.join(account.queues)}" if account.queues else ""
        )

    print(_with_app(data, work))


@app.command("skills")
def skills_of(
    login: str,
    skill: Annotated[
        list[str] | None, typer.Argument(help="NAME=LEVEL, or NAME=LEVEL:YYYY-MM-DD until then; none for none.")
    ] = None,
    data: Data = None,
) -> None:
    """Give somebody exactly these skills, each with a level from 1 (begins) to 5 (expert); in force at once."""

    async def work(node: App) -> str:
        wanted = [_skill(one, node.tenant.zone) for one in skill or []]
        account = await node.staff_changes.skills(login, wanted, by=BY)
        return ", ".join(f"{one.skill} {one.level}" for one in account.skills) or "no skills"

    print(f"{login} has {_with_app(data, work)}")


@app.command("capacity")
def capacity_of(
    login: str,
    profile: Annotated[str, typer.Argument(help="A profile of capacities.yaml; none for the usual one.")] = "",
    data: Data = None,
) -> None:
    """Say how much somebody takes at once, and of which channels, by a profile; in force at once."""

    async def work(node: App) -> str:
        account = await node.staff_changes.capacity(login, profile, by=BY)
        return account.profile or "the usual capacity"

    print(f"{login} has {_with_app(data, work)}")


@app.command("remove")
def remove(login: str, data: Data = None) -> None:
    """Somebody does not work here any more: signed out everywhere; refused while he has customers in hand."""

    async def work(node: App) -> None:
        await node.staff_changes.remove(login, by=BY)

    _with_app(data, work)
    print(f"{login} is removed and signed out everywhere; the name stays for what was done")
