"""``interlock matters list`` and ``interlock journey default``: what is on record, and the journeys of the product."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer

from interlock.cli.running import fail, run, settings_from
from interlock.vocabulary.matters import MATTERS, TITLES

Data = Annotated[Path | None, typer.Option(help="Folder of the private PostgreSQL and the key file.")]


app = typer.Typer(no_args_is_help=True, help="Complaints, data-subject requests, legal matters, distress, abuse.")


@app.command("list")
def list_matters(
    settled: Annotated[bool, typer.Option("--settled", help="Those that are settled.")] = False,
    json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
    data: Data = None,
) -> None:
    """Print the matters that nobody has settled, the most urgent first: what, until when, with whom, who has it."""
    settings = settings_from(data=data)

    async def work() -> dict[str, Any]:
        from interlock.cli import offline

        async with offline.app(settings) as node:
            return await node.matters.document(settled=settled)

    found = run(work)
    if json:
        print(msgspec.json.encode(found).decode())
        return
    for each in found["matters"]:
        due = f"due {each['due']}" if each["due"] else ""
        state = f"{each['state']} by {each['by']}" if each["by"] else "open"
        customer = f"customer {each['customer']}, level {each['level']}" if each["customer"] else "nobody known"
        reference = each["reference"] or "-"
        print(f"{reference:10} {each['about']:34} {due:14} {state:22} {customer:28} {each['interaction']}")
    if not found["matters"]:
        print("nothing is settled" if settled else "nothing is open")
    elif found["count"] > len(found["matters"]):
        print(f"and {found['count'] - len(found['matters'])} more")


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
