"""``interlock agent``: which agents of other vendors may come in, and with what?"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from interlock.cli.running import run, settings_from

app = typer.Typer(no_args_is_help=True, help="Agents of other vendors.")
Data = Annotated[Path | None, typer.Option(help="Folder of the private PostgreSQL and the key file.")]


@app.command("add")
def add_agent(
    name: str,
    role: Annotated[list[str], typer.Option(help="external_agent, or integration for a system that tells of events.")],
    scope: Annotated[str, typer.Option(help="The highest risk tier: low, medium or high.")] = "low",
    issuer: Annotated[str, typer.Option(help="Who signs its access tokens (INTERLOCK_TOKEN_ISSUERS).")] = "",
    subject: Annotated[str, typer.Option(help="Whom they name: client_id, or sub where they have none.")] = "",
    audience: Annotated[str, typer.Option(help="What they have to be meant for; by default this server.")] = "",
    data: Data = None,
) -> None:
    """Give an agent an account: an API key that is shown once or, with an issuer and a subject, access tokens."""
    settings = settings_from(data=data)

    async def work() -> tuple[str, str]:
        from interlock.cli import offline

        async with offline.opened(settings) as centre:
            account, key = await centre.outside.add(
                name, role, scope, by="cli", issuer=issuer, subject=subject, audience=audience
            )
            return account.agent, key

    agent, key = run(work)
    print(f"added {name} ({agent})")
    if key:
        print(f"its API key, shown only now:\n{key}")


@app.command("list")
def list_agents(data: Data = None) -> None:
    """List the accounts."""
    settings = settings_from(data=data)

    async def work() -> list[str]:
        from interlock.cli import offline

        async with offline.opened(settings) as centre:
            return [
                f"{each.agent}  {each.name}  {each.scope}  "
                + ("revoked" if each.revoked else f"{each.issuer} {each.subject}".strip() or "API key")
                for each in await centre.outside.all()
            ]

    print("\n".join(run(work)) or "there is none")


@app.command("revoke")
def revoke_agent(name: Annotated[str, typer.Argument(help="Its name or identifier.")], data: Data = None) -> None:
    """End an account at once, on every node."""
    settings = settings_from(data=data)

    async def work() -> str:
        from interlock.cli import offline

        async with offline.opened(settings) as centre:
            return (await centre.outside.revoke(name, by="cli")).agent

    print(f"revoked {name} ({run(work)})")
