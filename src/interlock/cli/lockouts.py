"""``interlock lockout``: which lock-outs are there, and let one go on, from a shell."""

from __future__ import annotations

import getpass
import secrets
from pathlib import Path
from typing import Annotated

import typer

from interlock.cli.running import run, settings_from
from interlock.control.lockouts import LockShown
from interlock.vocabulary.channels import Principal
from interlock.vocabulary.lockouts import ReleaseLock

Data = Annotated[Path | None, typer.Option(help="Folder of the private PostgreSQL and the key file.")]


app = typer.Typer(no_args_is_help=True, help="Lock-outs: list, release.")


@app.command("list")
def show(data: Data = None) -> None:
    """Print what is locked out, since when, after how many failures, and until when."""
    settings = settings_from(data=data)

    async def work() -> list[LockShown]:
        from interlock.cli import offline

        async with offline.app(settings) as node:
            return await node.lockouts.shown()

    lines = [
        f"{each.kind:8} {each.lock:42} {each.failures:5} failures  {each.since:%Y-%m-%d %H:%M} to {each.until:%Y-%m-%d %H:%M}"
        for each in run(work)
    ]
    print("\n".join(lines) or "nobody is locked out")


@app.command()
def release(
    lock: Annotated[str, typer.Argument(help="The lock, as the list names it.")],
    reason: Annotated[str, typer.Option(help="Why it may go on, for colleagues and auditors.")],
    data: Data = None,
) -> None:
    """Let it go on; the failures before do not count any more."""
    settings = settings_from(data=data)
    by = Principal(kind="system", id=f"{getpass.getuser()} (command line)", roles=("admin",))

    async def work() -> None:
        from interlock.cli import offline

        async with offline.app(settings) as node:
            await node.execute(ReleaseLock(lock=lock, by=by, reason=reason), f"cli/{secrets.token_hex(10)}")

    run(work)
    print(f"released: {lock}")
