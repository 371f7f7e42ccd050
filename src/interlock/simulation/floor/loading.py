"""How is a scenario read with the definitions that it names, and what is wrong with them?"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime, timedelta, tzinfo
from pathlib import Path
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from interlock.kernel.documents import (
    DefinitionError,
    Located,
    Problem,
    did_you_mean,
    load,
    load_located,
    problem,
)
from interlock.kernel.errors import Refused
from interlock.routing import Capacities, Specs, load_capacities, load_queues
from interlock.routing.capacities import FILE
from interlock.simulation.floor.scenario import Scenario
from interlock.vocabulary.hours import Span
from interlock.vocabulary.settings import TenantSettings

LARGEST: Final = 20_000_000
"""Bytes of a scenario's file, of a definition or of a list of recorded arrivals: more is none."""

TENANT: Final = "tenant.yaml"


class Loaded(NamedTuple):
    """A scenario with what it names.

    Attributes:
        recorded: the arrivals of each file that it names.
    """

    scenario: Scenario
    specs: Specs
    settings: TenantSettings
    capacities: Capacities
    recorded: Mapping[str, tuple[datetime, ...]]

    @property
    def zone(self) -> tzinfo:
        """Its time zone."""
        return zone_of(self.scenario)


def zone_of(scenario: Scenario) -> ZoneInfo:
    """The time zone of a scenario."""
    return ZoneInfo("UTC" if scenario.timezone is None else scenario.timezone.name)


def load_scenario(path: Path) -> Loaded:
    """Reads a scenario and the definitions that it names.

    Raises:
        DefinitionError: with every mistake, its line, and how to mend it.
        Refused: a file is not there, too large, or no text.
    """
    located = load_located(_text(path), path.name, Scenario)
    scenario = located.value
    folder = path.parent / scenario.definitions
    if not (folder / "queues").is_dir():
        what = f"there is no folder 'queues' in '{scenario.definitions}'"
        mend = "name the folder that has queues/*.yaml, seen from this file"
        raise DefinitionError([problem(located, ("definitions",), what, mend)])
    settings, specs = read_definitions(folder)
    capacities = load_capacities({FILE: _text(folder / FILE)} if (folder / FILE).is_file() else {})
    recorded: dict[str, tuple[datetime, ...]] = {}
    problems = list(_mistakes(located, specs, capacities))
    for at, arrivals in enumerate(scenario.arrivals):
        if arrivals.recorded is not None and arrivals.recorded not in recorded:
            file = path.parent / arrivals.recorded
            if file.is_file():
                recorded[arrivals.recorded] = _recorded(file, zone_of(scenario))
            else:
                place = ("arrivals", at, "recorded")
                problems.append(problem(located, place, f"there is no file '{arrivals.recorded}'", _BESIDE))
    if problems:
        raise DefinitionError(problems)
    return Loaded(scenario, specs, settings, capacities, recorded)


_BESIDE: Final = "name a CSV file, seen from this one"


def read_definitions(folder: Path) -> tuple[TenantSettings, Specs]:
    """The settings of ``tenant.yaml``, where there is one, and the queues of a definitions folder.

    Raises:
        DefinitionError: with every mistake of its files.
        Refused: it has no queue, or a file is too large or no text.
    """
    paths = {f"queues/{path.name}": path for path in sorted((folder / "queues").glob("*.yaml"))}
    if not paths:
        raise Refused("no_queues", f"{folder} has no queue; write at least one, such as queues/care.yaml.", status=422)
    if (folder / TENANT).is_file():
        paths[TENANT] = folder / TENANT
    return definitions_of({name: _text(path) for name, path in paths.items()})


def definitions_of(files: Mapping[str, str]) -> tuple[TenantSettings, Specs]:
    """The same of texts by their path. Raises DefinitionError."""
    settings = load(files[TENANT], TENANT, TenantSettings) if TENANT in files else TenantSettings()
    return settings, load_queues({name: text for name, text in files.items() if name.startswith("queues/")})


def _text(path: Path) -> str:
    try:
        if path.stat().st_size > LARGEST:
            raise Refused("too_large", f"{path} is larger than {LARGEST:,} bytes.", status=422)
        return path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise Refused("no_file", f"{path} cannot be read: {error.strerror}.", status=422) from None
    except UnicodeDecodeError as error:
        raise Refused("not_text", f"{path} is not UTF-8 text ({error.reason}).", status=422) from None


def _recorded(path: Path, zone: ZoneInfo) -> tuple[datetime, ...]:
    """The times of a list of arrivals, in order."""
    reader = csv.DictReader(_text(path).splitlines())
    if "at" not in (reader.fieldnames or ()):
        mend = "write 'at' in the first line, and a time such as 2026-11-23T09:04:31 in every other"
        raise DefinitionError([Problem(path.name, 1, 1, "there is no column 'at'", mend)])
    found: list[datetime] = []
    problems: list[Problem] = []
    for row in reader:
        text = (row["at"] or "").strip()
        try:
            at = datetime.fromisoformat(text)
        except ValueError:
            mend = "write it as 2026-11-23T09:04:31"
            problems.append(Problem(path.name, reader.line_num, 1, f"'{text[:40]}' is no time", mend))
            continue
        found.append(at if at.tzinfo is not None else at.replace(tzinfo=zone))
    if problems:
        raise DefinitionError(problems)
    return tuple(sorted(found))


def _mistakes(located: Located[Scenario], specs: Specs, capacities: Capacities) -> Iterator[Problem]:
    scenario = located.value

    def wrong(at: tuple[str | int, ...], what: str, mend: str = "") -> Problem:
        return problem(located, at, what, mend)

    def unknown(at: tuple[str | int, ...], kind: str, name: str, known: Iterable[str]) -> Iterator[Problem]:
        if name not in (names := list(known)):
            yield wrong(at, f"there is no {kind} '{name}'", did_you_mean(name, names))

    for index, arrivals in enumerate(scenario.arrivals):
        yield from unknown(("arrivals", index, "queue"), "queue", arrivals.queue, specs)
        spec = next((spec for name, spec in specs.items() if name == arrivals.queue), None)
        if spec is not None and arrivals.channel is not None and arrivals.channel not in spec.channels:
            what = f"the queue '{arrivals.queue}' does not take {arrivals.channel.value}"
            mend = f"it takes {', '.join(each.value for each in spec.channels)}"
            yield wrong(("arrivals", index, "channel"), what, mend)
    for index, team in enumerate(scenario.teams):
        if team.profile is not None:
            yield from unknown(("teams", index, "profile"), "profile", team.profile, capacities)
    yield from _mistakes_of_teams(scenario, specs, wrong, unknown)
    for index, outage in enumerate(scenario.outages):
        kind, _, name = outage.out.partition(":")
        if kind == "queue":
            yield from unknown(("outages", index, "out"), "queue", name, specs)
        elif kind == "team":
            yield from unknown(("outages", index, "out"), "team", name, [team.team for team in scenario.teams])
        elif outage.out != "virtual_agent":
            mend = "write virtual_agent, queue:NAME or team:NAME"
            yield wrong(("outages", index, "out"), f"'{outage.out}' is nothing that can be out", mend)


def _mistakes_of_teams(
    scenario: Scenario,
    specs: Specs,
    wrong: Callable[[tuple[str | int, ...], str, str], Problem],
    unknown: Callable[[tuple[str | int, ...], str, str, Iterable[str]], Iterator[Problem]],
) -> Iterator[Problem]:
    seen: set[str] = set()
    for index, team in enumerate(scenario.teams):
        if team.team in seen:
            yield wrong(("teams", index, "team"), f"the team '{team.team}' is there twice", "rename one of them")
        seen.add(team.team)
        for at, name in enumerate(team.queues):
            yield from unknown(("teams", index, "queues", at), "queue", name, specs)
        for at, shift in enumerate(team.shifts):
            for number, rest in enumerate(shift.breaks):
                inside = shift.hours.opening.start <= rest.opening.start and _end(rest) <= _end(shift.hours)
                if not inside:
                    place = ("teams", index, "shifts", at, "breaks", number)
                    yield wrong(place, "the break is not within the shift", "move it, or leave it out")
    served = {name for team in scenario.teams for name in team.queues}
    served |= {name for name, spec in specs.items() if served.intersection(spec.circle.helpers)}
    for index, arrivals in enumerate(scenario.arrivals):
        if arrivals.queue in specs and arrivals.queue not in served:
            mend = f"add '{arrivals.queue}' to the queues of a team"
            yield wrong(("arrivals", index, "queue"), f"no team serves the queue '{arrivals.queue}'", mend)


def _end(span: Span) -> timedelta:
    end = span.opening.end
    return timedelta(hours=end.hour, minutes=end.minute) or timedelta(days=1)
