"""``interlock journey``: are journey and scenario files right, do the scenarios hold, what may an editor complete?"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

import typer
from rich.console import Console

from interlock.cli import matters, rehearsing
from interlock.cli.running import fail, run, settings_from
from interlock.vocabulary.channels import Channel

app = typer.Typer(no_args_is_help=True, help="Journeys: check, test, rehearse, schema.")
console = Console(highlight=False, soft_wrap=True)

app.command("default")(matters.default)
app.command("rehearse")(rehearsing.rehearse)

Folder = Annotated[Path | None, typer.Option("--definitions", help="Folder with tenant.yaml.")]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON object.")]


@app.command("check")
def check_files(
    files: Annotated[list[Path], typer.Argument(help="Journey, scenario and trigger files.")],
    definitions: Annotated[
        Path | None,
        typer.Option(
            help="Folder with tenant.yaml; by default the one in whose journeys/, scenarios/ or triggers/ a file lies."
        ),
    ] = None,
    json: AsJson = False,
) -> None:
    """Check journey, scenario and trigger files against the definitions that they lie in. Nothing is run or published."""
    from interlock.cli import journey_files

    settings_from()

    async def work() -> list[Any]:
        return journey_files.mistakes(files, definitions)

    found = run(work)
    if json:
        _print({"problems": found})
    else:
        for each in found:
            print(each)
    if found:
        raise typer.Exit(1)
    if not json:
        print(f"{files[0]} is fine" if len(files) == 1 else f"{len(files)} files are fine")


@app.command("test")
def test_scenarios(
    names: Annotated[
        list[str] | None, typer.Argument(help="Titles, journeys or files; all scenarios without one.")
    ] = None,
    definitions: Folder = None,
    channel: Annotated[Channel | None, typer.Option(help="Play them in this channel, whatever they say.")] = None,
    minimum_coverage: Annotated[
        float | None,
        typer.Option(help="Fail where less of the steps or branches is taken, in percent.", min=0, max=100),
    ] = None,
    json: AsJson = False,
) -> None:
    """Play the scenarios in scenarios/ on a virtual clock, and tell which steps and branches of journeys none takes."""
    from interlock.cli import scenarios
    from interlock.runtime.definitions import build, read_folder
    from interlock.runtime.knowledge_files import of_tenant
    from interlock.simulation import trying

    settings = settings_from(definitions=definitions)

    async def work() -> trying.Outcome:
        files = read_folder(settings.definitions)
        found = trying.scenarios_of(files)
        try:
            found = trying.chosen(found, names or (), channel)
        except LookupError as error:
            fail(f"No scenario, journey or file of scenarios is called '{error.args[0]}' in {settings.definitions}.")
        if not found:
            fail(f"There is no scenario in {settings.definitions / 'scenarios'}; write one.")
        built = await build(files, articles=of_tenant(settings.definitions))

        def told(one: trying.Played) -> None:
            if not json:
                scenarios.show_played(console, one, settings.definitions)

        return await trying.played(found, built, told)

    outcome = run(work)
    if json:
        _print(scenarios.document(outcome))
    else:
        scenarios.show_outcome(console, outcome, settings.definitions)
    least = min(outcome.steps_percent, outcome.branches_percent)
    if minimum_coverage is not None and least < minimum_coverage:
        fail(f"{least:.1f} % are covered, and at least {minimum_coverage:g} % should be.", 1)
    if outcome.failed:
        raise typer.Exit(1)


@app.command("schema")
def schema(
    of: Annotated[
        Literal["journey", "scenario", "trigger"], typer.Argument(help="journey, scenario or trigger.")
    ] = "journey",
) -> None:
    """Print the JSON Schema of journey files, scenario files or trigger files, for an editor."""
    from interlock.journeys.language import JourneyFile
    from interlock.journeys.scenarios import ScenarioFile, ScenariosFile
    from interlock.journeys.triggers.files import TriggerFile
    from interlock.kernel.documents import json_schema

    kinds: dict[str, Any] = {"journey": JourneyFile, "scenario": ScenarioFile | ScenariosFile, "trigger": TriggerFile}
    _print(json_schema(kinds[of]), indent=2)


def _print(value: Any, indent: int = 0) -> None:
    import msgspec

    encoded = msgspec.json.encode(value)
    print((msgspec.json.format(encoded, indent=indent) if indent else encoded).decode())
