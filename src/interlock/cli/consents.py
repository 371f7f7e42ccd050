"""``interlock consent``: what has a customer agreed to be written to about?"""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import Annotated, Any

import typer

from interlock.cli.running import run, settings_from
from interlock.vocabulary.channels import SYSTEM
from interlock.vocabulary.consents import RecordConsent
from interlock.vocabulary.ids import CustomerId

app = typer.Typer(no_args_is_help=True, help="Consents of customers to be written to.")
Who = Annotated[str, typer.Argument(help="The customer's identifier, such as c-104.")]
Purpose = Annotated[str, typer.Argument(help="One of consent_purposes in tenant.yaml.")]
How = Annotated[str, typer.Option(help="Where she said so, such as checkout; nothing personal.")]
Data = Annotated[Path | None, typer.Option(help="Folder of the private PostgreSQL and the key file.")]


@app.command()
def give(customer: Who, purpose: Purpose, how: How = "", data: Data = None) -> None:
    """Record that a customer agrees to be written to for a purpose."""
    _record(customer, purpose, True, how, data)


@app.command()
def withdraw(customer: Who, purpose: Purpose, how: How = "", data: Data = None) -> None:
    """Record that a customer no longer agrees; it counts at once."""
    _record(customer, purpose, False, how, data)


@app.command()
def show(customer: Who, data: Data = None) -> None:
    """Print what a customer has agreed to, since when, and where she said so."""
    settings = settings_from(data=data)

    async def work() -> dict[str, Any]:
        from interlock.cli import offline
        from interlock.runtime.consents import consents_document

        async with offline.app(settings) as node:
            return await consents_document(node, customer)

    for line in run(work)["consents"]:
        said = (
            f"{'given' if line['given'] else 'withdrawn'} {line['since']}  {line['how']}"
            if line["since"]
            else "never given"
        )
        print(f"{line['purpose']:24} {said}".rstrip())


def _record(customer: str, purpose: str, given: bool, how: str, data: Path | None) -> None:
    settings = settings_from(data=data)

    async def work() -> None:
        from interlock.cli import offline

        async with offline.app(settings) as node:
            command = RecordConsent(
                customer=CustomerId(customer), purpose=purpose, given=given, by=SYSTEM, how=how or "command line"
            )
            await node.execute(command, f"cli/{secrets.token_hex(10)}")

    run(work)
    print(f"{customer} {'agrees' if given else 'does not agree any more'} to be written to about {purpose}")
