"""How is a floor described in a file: who comes when, who is there when, what goes wrong; and what is wrong with the file?"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime, time, timedelta, tzinfo
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Final, NamedTuple
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Meta

from interlock.kernel.documents import (
    DefinitionError,
    Duration,
    Located,
    Percent,
    Problem,
    did_you_mean,
    load,
    load_located,
    problem,
)
from interlock.kernel.errors import Refused
from interlock.routing import Specs, load_queues
from interlock.simulation.floor.lasting import Lasting, Patience
from interlock.vocabulary.channels import Channel
from interlock.vocabulary.hours import Day, Span, Weekday, Zone
from interlock.vocabulary.settings import TenantSettings
from interlock.vocabulary.skills import Level, SkillName

LARGEST: Final = 20_000_000
"""Bytes of a scenario's file, of a definition or of a list of recorded arrivals: more is none."""

MOST_AGENTS: Final = 5_000
"""Agents of one team."""

FASTEST: Final = 1_000_000
"""Arrivals an hour of one stream."""

Name = Annotated[str, Meta(pattern=r"\A[a-z][a-z0-9_]{0,39}\Z", examples=["mornings"])]
Rate = Annotated[float, Meta(ge=0, le=FASTEST)]
Weekdays = tuple[Weekday, ...]


def _share(name: str, value: float) -> None:
    if value > 1:
        raise ValueError(f"'{name}' must be at most 100%")


class VirtualAgent(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the virtual agent does before somebody waits for a person.

    Attributes:
        contains: the share of customers of whom it does all, so that they never wait.
        takes: how long it has a customer.
    """

    contains: Percent = Percent(0.0)
    takes: Lasting | None = None

    def __post_init__(self) -> None:
        _share("contains", self.contains)


class Arrivals(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A stream of customers who want to be talked to in one queue and one channel; one of the first three says when they come.

    Attributes:
        queue: by its name.
        handling: how long an agent has each, wrap-up aside.
        per_hour: customers an hour, all day, as a Poisson process.
        profile: the same by hours of the day, such as ``"09:00-12:00": 60``; outside of them nobody comes.
        recorded: a CSV file beside the scenario, with a column ``at``: times in ISO 8601, each of them one customer.
        days: the days of the week on which they come; every day where none is named.
        channel: the queue's first one unless it is named.
        patience: how long they wait before they leave; ``endless`` for ever.
        wrap_up: how long he is busy with it afterwards; not at all unless it is named.
        virtual_agent: what it does for them before they wait.
        priority: added to the queue's own.
    """

    queue: str
    handling: Lasting
    per_hour: Rate | None = None
    profile: dict[Span, Rate] | None = None
    recorded: str | None = None
    days: Weekdays = ()
    channel: Channel | None = None
    patience: Patience = "endless"
    wrap_up: Lasting | None = None
    virtual_agent: VirtualAgent = VirtualAgent()
    priority: Annotated[int, Meta(ge=-100, le=100)] = 0

    def __post_init__(self) -> None:
        given = [name for name in ("per_hour", "profile", "recorded") if getattr(self, name) is not None]
        if len(given) != 1:
            raise ValueError(
                f"write exactly one of per_hour, profile and recorded; here is {' and '.join(given) or 'none'}"
            )
        for one, two in pairwise(sorted(span.opening for span in self.profile or ())):
            if one.end == time(0) or two.start < one.end:
                raise ValueError("two spans of the profile overlap")


class Shift(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """When a team works; for a night write two, until 24:00 and from 00:00.

    Attributes:
        days: the days of the week; every day where none is named.
        breaks: when nobody of the team is given anything new; who is busy goes when he has finished.
    """

    hours: Span
    days: Weekdays = ()
    breaks: tuple[Span, ...] = ()


class Team(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Agents who do the same.

    Attributes:
        agents: how many they are.
        queues: what each of them serves.
        skills: what each of them can do, and how well.
        shifts: when they are there; always where none is named.
        capacity: interactions that each takes at once.
        answers_after: how long it takes until an offer is answered; no time unless it is named.
        rejects: the share of offers that are rejected.
        misses: the share of offers that nobody sees, so that they time out and the agent does not respond for a while.
        returns_after: how long until he is back then.
    """

    team: Name
    agents: Annotated[int, Meta(ge=1, le=MOST_AGENTS)]
    queues: Annotated[tuple[str, ...], Meta(min_length=1)]
    skills: dict[SkillName, Level] = {}
    capacity: Annotated[int, Meta(ge=1, le=50)] = 1
    shifts: tuple[Shift, ...] = ()
    answers_after: Lasting | None = None
    rejects: Percent = Percent(0.0)
    misses: Percent = Percent(0.0)
    returns_after: Duration = Duration(timedelta(minutes=2))

    def __post_init__(self) -> None:
        _share("rejects", self.rejects)
        _share("misses", self.misses)


class Outage(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Something does not work for a while.

    Attributes:
        out: ``virtual_agent`` (it contains nobody), ``queue:NAME`` (closed by the emergency switch) or ``team:NAME`` (away).
        hours: from when until when.
        on: the day; every day where none is named.
    """

    out: str
    hours: Span
    on: Day | None = None


class Scenario(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A floor as it is written in its file.

    Attributes:
        definitions: the folder with ``queues/`` (and perhaps ``tenant.yaml``), seen from the scenario's file.
        arrivals: who comes.
        teams: who is there.
        starts: the first day; Monday, 23 November 2026, where none is named.
        timezone: what all times of day are in; UTC where none is named.
        outages: what goes wrong.
    """

    scenario: Name
    definitions: str
    arrivals: Annotated[tuple[Arrivals, ...], Meta(min_length=1)]
    teams: Annotated[tuple[Team, ...], Meta(min_length=1)]
    starts: Day | None = None
    timezone: Zone | None = None
    outages: tuple[Outage, ...] = ()


class Loaded(NamedTuple):
    """A scenario with what it names.

    Attributes:
        recorded: the arrivals of each file that it names.
    """

    scenario: Scenario
    specs: Specs
    settings: TenantSettings
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
    recorded: dict[str, tuple[datetime, ...]] = {}
    problems = list(_mistakes(located, specs))
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
    return Loaded(scenario, specs, settings, recorded)


_BESIDE: Final = "name a CSV file, seen from this one"


def read_definitions(folder: Path) -> tuple[TenantSettings, Specs]:
    """The settings of ``tenant.yaml``, where there is one, and the queues of a definitions folder.

    Raises:
        DefinitionError: with every mistake of its files.
        Refused: it has no queue, or a file is too large or no text.
    """
    files = {f"queues/{path.name}": _text(path) for path in sorted((folder / "queues").glob("*.yaml"))}
    if not files:
        raise Refused("no_queues", f"{folder} has no queue; write at least one, such as queues/care.yaml.", status=422)
    tenant = folder / "tenant.yaml"
    settings = load(_text(tenant), "tenant.yaml", TenantSettings) if tenant.is_file() else TenantSettings()
    return settings, load_queues(files)


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


def _mistakes(located: Located[Scenario], specs: Specs) -> Iterator[Problem]:
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
    served |= {name for name, spec in specs.items() if any(ring.overflow in served for ring in spec.circle.rings)}
    for index, arrivals in enumerate(scenario.arrivals):
        if arrivals.queue in specs and arrivals.queue not in served:
            mend = f"add '{arrivals.queue}' to the queues of a team"
            yield wrong(("arrivals", index, "queue"), f"no team serves the queue '{arrivals.queue}'", mend)


def _end(span: Span) -> timedelta:
    end = span.opening.end
    return timedelta(hours=end.hour, minutes=end.minute) or timedelta(days=1)
