"""``interlock matters`` and ``interlock journey default``: what is on record, and the journeys that come with the product."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer

from interlock.cli.running import fail, run, settings_from
from interlock.vocabulary.matters import MATTERS, TITLES

Data = Annotated[Path | None, typer.Option(help="Folder of the private PostgreSQL and the key file.")]


def matters(json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False, data: Data = None) -> None:
    """Print the complaints, data-subject requests and legal matters on record: first what nobody has had."""
    settings = settings_from(data=data)

    async def work() -> list[dict[str, Any]]:
        from interlock.cli import offline
        from interlock.runtime.matters import on_record

        async with offline.store(settings) as (log_of_tenant, _):
            return await on_record(log_of_tenant)

    found = run(work)
    if json:
        print(msgspec.json.encode({"matters": found}).decode())
        return
    for each in found:
        due = f"due {each['due']}" if each["due"] else ""
        person = "a person had it" if each["person_joined"] else "nobody has had it"
        customer = f"customer {each['customer']}, level {each['level']}" if each["customer"] else "nobody known"
        print(f"{each['reference']}  {each['about']:34} {due:14} {person:18} {customer:30} {each['interaction']}")
    if not found:
        print("nothing is on record")


def default(
    matter: Annotated[str | None, typer.Argument(help=f"One of {', '.join(MATTERS)}: its file is printed.")] = None,
    definitions: Annotated[Path | None, typer.Option("--definitions", help="Folder with tenant.yaml.")] = None,
) -> None:
    """Print a journey that comes with the product, to write one's own; or which of them a folder keeps."""
    from interlock.kernel.documents import did_you_mean
    from interlock.runtime.default_journeys import default_texts
    from interlock.runtime.definitions import check, read_folder

    if matter is not None:
        if matter not in MATTERS:
            fail(f"There is no default journey '{matter}'; {did_you_mean(matter, MATTERS)}")
        print(default_texts()[matter], end="")
        return
    settings = settings_from(definitions=definitions)

    async def work() -> list[str]:
        read = check(read_folder(settings.definitions))
        stands = {each.matter: each for each in read.journeys.journeys.values() if each.matter}
        lines = []
        for name in MATTERS:
            journey = stands.get(name)
            how = "off" if journey is None else "default" if journey.default else f"own: {journey.name}"
            lines.append(f"{name:13} {how:24} {TITLES[name]}")
        return lines

    print("\n".join(run(work)))
