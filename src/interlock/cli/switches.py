"""``interlock halt`` and ``release``: stop something on every running node, from a shell, and let it go on."""

from __future__ import annotations

import getpass
import secrets
from pathlib import Path
from typing import Annotated, Any

import typer

from interlock.cli.running import run, settings_from
from interlock.control.switches import switches_document
from interlock.kernel.events import Command
from interlock.vocabulary.channels import Principal
from interlock.vocabulary.switches import ReleaseSwitch, Scope, ThrowSwitch

What = Annotated[str, typer.Argument(help="What: action, connector, model or tenant.")]
Name = Annotated[str, typer.Argument(help="Its name, such as shop.refund_item; of the tenant, its own.")]
Data = Annotated[Path | None, typer.Option(help="Folder of the private PostgreSQL and the key file.")]


def register(app: typer.Typer) -> None:
    """Add the commands to the program."""
    app.command()(halt)
    app.command()(release)
    app.command("switches")(show)


def halt(
    scope: What,
    name: Name,
    reason: Annotated[str, typer.Option(help="Why, for colleagues and auditors.")],
    data: Data = None,
) -> None:
    """Stop an action, a connector, a model or everything, within a second on every node."""
    _execute(data, ThrowSwitch(scope=_scope(scope), name=name, by=_operator(), reason=reason))
    print(f"halted: {scope} {name}")


def release(
    scope: What,
    name: Name,
    reason: Annotated[str | None, typer.Option(help="Why it may go on.")] = None,
    data: Data = None,
) -> None:
    """Let go on what was halted."""
    _execute(data, ReleaseSwitch(scope=_scope(scope), name=name, by=_operator(), reason=reason or ""))
    print(f"released: {scope} {name}")


def show(data: Data = None) -> None:
    """Print what is halted, by whom, since when and why."""
    settings = settings_from(data=data)

    async def work() -> list[dict[str, Any]]:
        from interlock.cli import offline

        async with offline.app(settings) as node:
            await node.staff.load()
            return switches_document(await node.switchboard.now(), node.staff.names)

    thrown = run(work)
    lines = [f"{each['scope']:10} {each['name']:32} {each['since']}  {each['by']}: {each['reason']}" for each in thrown]
    print("\n".join(lines) or "nothing is halted")


def _execute(data: Path | None, command: Command) -> None:
    settings = settings_from(data=data)

    async def work() -> None:
        from interlock.cli import offline

        async with offline.app(settings) as node:
            await node.execute(command, f"cli/{secrets.token_hex(10)}")

    run(work)


def _operator() -> Principal:
    """Whoever has a shell here and the key file."""
    return Principal(kind="system", id=f"{getpass.getuser()} (command line)", roles=("admin",))


def _scope(text: str) -> Scope:
    match text:
        case "action" | "connector" | "model" | "tenant":
            return text
    raise typer.BadParameter("write action, connector, model or tenant")
