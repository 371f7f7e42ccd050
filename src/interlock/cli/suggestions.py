"""``interlock suggestions``: how what is suggested to agents comes out, and whether a confidence means what it says."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer

from interlock.cli.running import run, settings_from

Data = Annotated[Path | None, typer.Option(help="Folder of the private PostgreSQL and the key file.")]


def suggestions(
    json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
    data: Data = None,
) -> None:
    """Print how suggestions to agents came out in the last 90 days: by kind, and by how sure they were."""
    settings = settings_from(data=data)

    async def work() -> dict[str, Any]:
        from interlock.cli import offline

        async with offline.app(settings) as node:
            return await node.suggestions.document()

    found = run(work)
    if json:
        print(msgspec.json.encode(found).decode())
        return
    if not found["kinds"]:
        print(f"nothing came out yet; suggested is what is surer than {found['surer_than']:.2f}")
        return
    print(f"{'kind':9}{'shown':>7}{'taken':>7}{'edited':>8}{'dismissed':>11}{'ignored':>9}{'a help':>8}{'after':>9}")
    for each in found["kinds"]:
        after = "-" if each["after_s"] is None else f"{each['after_s']:.1f} s"
        counts = f"{each['shown']:7}{each['taken']:7}{each['edited']:8}{each['dismissed']:11}{each['ignored']:9}"
        print(f"{each['kind']:9}{counts}{each['rate']:8.0%}{after:>9}")
    print(f"\n{'confidence':15}{'shown':>7}{'a help':>8}")
    for each in found["calibration"]:
        print(f"{each['from']:.1f} to {each['to']:.1f}     {each['shown']:7}{each['accepted']:8.0%}")
    print(f"\nsuggested is what is surer than {found['surer_than']:.2f} (assist: surer_than in tenant.yaml)")
