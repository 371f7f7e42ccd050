"""``interlock journey rehearse``: how do hundreds of simulated customers of one kind fare with the journeys?"""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table

from interlock.cli.running import fail, run, settings_from

if TYPE_CHECKING:
    from interlock.connectors.language_model import LanguageModel
    from interlock.runtime.definitions import Definitions
    from interlock.runtime.settings import Settings
    from interlock.simulation.rehearsal import Played, Report

console = Console(highlight=False, soft_wrap=True)


def rehearse(
    personas: Annotated[list[Path], typer.Argument(help="Files with one persona each.")],
    times: Annotated[int, typer.Option(help="Variations of each persona.", min=1, max=10_000)] = 100,
    seed: Annotated[int, typer.Option(help="The same seed plays the same variations.")] = 1,
    model: Annotated[str, typer.Option(help="A model of models.yaml that writes in the customers' place.")] = "",
    minimum: Annotated[
        float | None, typer.Option(help="Fail where fewer of a persona reach the goal, in percent.", min=0, max=100)
    ] = None,
    show: Annotated[int | None, typer.Option(help="Also show what was said in the variation of this number.")] = None,
    definitions: Annotated[Path | None, typer.Option("--definitions", help="Folder with tenant.yaml.")] = None,
    json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """Play simulated customers with a goal against the journeys, on a virtual clock and with the demonstration's systems."""
    from interlock.runtime.definitions import build, read_folder
    from interlock.runtime.knowledge_files import of_tenant
    from interlock.simulation.personas import read_persona
    from interlock.simulation.rehearsal import check_systems, report
    from interlock.simulation.rehearsal import rehearse as play
    from interlock.simulation.written import Written

    settings = settings_from(definitions=definitions)

    async def work() -> list[tuple[Report, list[Played]]]:
        built = await build(read_folder(settings.definitions), articles=of_tenant(settings.definitions))
        check_systems(built)
        read = [read_persona(path, built) for path in personas]
        speaker = _speaker(model, built, settings) if model else None
        writer = Written(speaker, asyncio.get_running_loop()) if speaker is not None else None
        found = []
        for one in read:
            # A loop of its own, with a time of its own: it has no part in this one.
            played = [await asyncio.to_thread(play, one, built, number, seed, writer) for number in range(times)]
            found.append((report(one, played, seed, model), played))
        if speaker is not None:
            await speaker.aclose()
        return found

    found = run(work)
    if json:
        _print_json([each for each, _ in found])
    else:
        _show(found, show)
    if any(each.wrong or each.fates["stuck"] for each, _ in found):
        raise typer.Exit(1)
    few = [each for each, _ in found if minimum is not None and each.reached_percent < minimum]
    if few:
        told = "; ".join(f"{each.persona}: {each.reached_percent:.1f} %" for each in few)
        fail(f"Fewer reach the goal than the {minimum:g} % that should: {told}.", 1)


def _speaker(name: str, definitions: Definitions, settings: Settings) -> LanguageModel:
    from interlock.connectors.opening_models import open_model
    from interlock.runtime.settings import credential

    specs = dict((*definitions.models.asked, *definitions.models.others))
    if name not in specs:
        known = ", ".join(sorted(specs)) or "it names none"
        fail(f"models.yaml in {settings.definitions} has no model '{name}' ({known}). Without --model the rules write.")
    return open_model(name, specs[name], {}, credential, settings.allowed_hosts)


def _show(found: list[tuple[Report, list[Played]]], number: int | None) -> None:
    table = Table("Persona", "Goal", "Reached", "To a person", "Otherwise", "Gave up", "Turns", box=None)
    for each, _ in found:
        fates = each.fates
        reached = f"{fates['reached']} of {each.times} ({each.reached_percent:.0f} %)"
        rest = [str(fates[name]) for name in ("handed over", "ended otherwise", "gave up")]
        table.add_row(each.persona, each.goal, reached, *rest, f"{each.turns[0]} to {each.turns[1]}")
    console.print(table)
    console.print("Otherwise: a journey ended in another way. Turns: of those who reached it, the median and the most.")
    for each, played in found:
        for ended, often in each.ended.items():
            console.print(f"  {each.persona}: {ended}, {often} times", markup=False)
        if each.by_rule:
            console.print(
                f"  {each.persona}: {each.by_rule} messages were written by the rules, where the model had none."
            )
        for wrong in each.wrong:
            console.print(f"  {each.persona}: wrong: {wrong}", markup=False)
        if each.fates["stuck"]:
            stuck = ", ".join(str(one.number) for one in played if one.fate == "stuck")
            console.print(f"  {each.persona}: stuck: the variations {stuck}")
        for who, text in played[number].said if number is not None and number < len(played) else ():
            console.print(f"  {'customer' if who == 'you' else 'said':>8}  {text}", markup=False)


def _print_json(reports: list[Report]) -> None:
    import msgspec

    documents = [{**msgspec.to_builtins(each), "reached_percent": round(each.reached_percent, 1)} for each in reports]
    print(msgspec.json.encode({"personas": documents}).decode())
