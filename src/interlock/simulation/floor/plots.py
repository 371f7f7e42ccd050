"""What does the mean day of a simulated floor look like as pictures: SVG, light and dark, without a library?"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from html import escape
from typing import Final, NamedTuple

from interlock.simulation.floor.results import Course, Report

MOST_LINES: Final = 8
"""Lines in one picture; of more queues or teams those are drawn that have the most."""

WIDTH, HEIGHT = 860, 320
LEFT, RIGHT, TOP, BOTTOM = 56, 200, 48, 32
LINE_HEIGHT: Final = 16
COLOURS: Final = (
    ("#1456b8", "#8ab6ff"),
    ("#b4530a", "#f2a45c"),
    ("#14653a", "#74d3a0"),
    ("#8b2f8f", "#e29ae6"),
    ("#ac2119", "#ff9489"),
    ("#0b6f7a", "#63cfdb"),
    ("#5f6863", "#a9b3ae"),
    ("#6b5d00", "#d9c64a"),
)
"""One for light and one for dark, told apart also by those who see few colours: lines are named at their ends."""

Values = Sequence[float | None]


class Plot(NamedTuple):
    """One picture: lines by their name over the time of day."""

    title: str
    unit: str
    lines: Mapping[str, Values]
    top: float | None = None
    """What the axis goes up to; what the values need where it is None."""


def plots(report: Report) -> dict[str, str]:
    """The pictures of a report by the names of their files."""
    titles = {line.queue: line.title for line in report.queues}

    def of_queues(figure: str, factor: float = 1.0) -> dict[str, Values]:
        return {
            titles[course.of]: [None if value is None else value * factor for value in course.figures[figure]]
            for course in _largest(report.queue_courses, "entered")
        }

    agents: dict[str, Values] = {}
    for course in _largest(report.team_courses, "there", MOST_LINES // 2):
        agents[f"{course.of}: there"] = course.figures["there"]
        agents[f"{course.of}: handling"] = course.figures["handling"]
    found = {
        "customers.svg": Plot("Customers who enter, an hour", "", of_queues("entered")),
        "service-level.svg": Plot("Service level", "%", of_queues("service_level", 100), 100.0),
        "waits.svg": Plot("Mean wait", "s", of_queues("wait_s")),
        "agents.svg": Plot("Agents", "", agents),
    }
    return {name: _svg(plot, report.times) for name, plot in found.items() if plot.lines and report.times}


def _largest(courses: Sequence[Course], by: str, most: int = MOST_LINES) -> list[Course]:
    largest = sorted(courses, key=lambda course: -sum(value or 0 for value in course.figures[by]))[:most]
    return [course for course in courses if course in largest]


def _svg(plot: Plot, times: Sequence[str]) -> str:
    known = [value for values in plot.lines.values() for value in values if value is not None]
    steps = _steps(plot.top if plot.top is not None else max(known, default=1.0))
    across, down = WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM

    def x(index: float) -> float:
        return LEFT + across * index / max(1, len(times) - 1)

    def y(value: float) -> float:
        return TOP + down * (1 - value / steps[-1])

    parts = [f'<text class="title" x="{LEFT}" y="24">{escape(plot.title)}</text>']
    for step in steps:
        parts.append(f'<line class="grid" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y(step):.1f}" y2="{y(step):.1f}"/>')
        parts.append(
            f'<text class="axis" x="{LEFT - 8}" y="{y(step) + 4:.1f}" text-anchor="end">{step:g}{plot.unit}</text>'
        )
    for index in _hours(times):
        parts.append(
            f'<text class="axis" x="{x(index):.1f}" y="{HEIGHT - 10}" text-anchor="middle">{times[index]}</text>'
        )
    ends: list[tuple[float, int, str]] = []
    for number, (name, values) in enumerate(plot.lines.items()):
        path = _path([None if value is None else (x(at), y(value)) for at, value in enumerate(values)])
        if path:
            parts.append(f'<path class="c{number}" d="{path}"><title>{escape(name)}</title></path>')
            last = next(value for value in reversed(values) if value is not None)
            ends.append((y(last), number, name))
    for at, number, name in _apart(sorted(ends)):
        parts.append(f'<text class="t{number}" x="{WIDTH - RIGHT + 10}" y="{at + 4:.1f}">{escape(_short(name))}</text>')
    body = "\n".join(parts)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(plot.title)}">\n'
        f'<style>{_style()}</style>\n<rect class="ground" width="{WIDTH}" height="{HEIGHT}"/>\n{body}\n</svg>\n'
    )


def _apart(ends: Sequence[tuple[float, int, str]]) -> list[tuple[float, int, str]]:
    """The names at the ends of their lines, so far moved that none covers another one or leaves the picture."""
    places: list[float] = []
    for at, _, _ in ends:
        places.append(max([at, *(place + LINE_HEIGHT for place in places[-1:])]))
    lowest = float(HEIGHT - BOTTOM)
    for index in reversed(range(len(places))):
        places[index] = min(places[index], lowest)
        lowest = places[index] - LINE_HEIGHT
    return [(at, number, name) for at, (_, number, name) in zip(places, ends, strict=True)]


def _path(points: Sequence[tuple[float, float] | None]) -> str:
    """The line through the points, broken where there is none."""
    found, pen = [], "M"
    for point in points:
        if point is None:
            pen = "M"
            continue
        found.append(f"{pen}{point[0]:.1f} {point[1]:.1f}")
        pen = "L"
    return " ".join(found)


def _steps(top: float) -> list[float]:
    """Round values of an axis from 0 to the top."""
    rough = max(top, 1e-9) / 4
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(each * power for each in (1, 2, 2.5, 5, 10) if each * power >= rough * (1 - 1e-9))
    return [number * step for number in range(math.ceil(top / step - 1e-9) + 1)] if top > 0 else [0.0, 1.0]


def _hours(times: Sequence[str]) -> list[int]:
    """Where the axis has a time: at whole hours, and at most nine of them."""
    whole = [index for index, time in enumerate(times) if time.endswith(":00")]
    return whole[:: max(1, math.ceil(len(whole) / 9))]


def _short(name: str) -> str:
    return name if len(name) <= 28 else name[:27] + "…"


def _style() -> str:
    light = "".join(_colour(number, one) for number, (one, _) in enumerate(COLOURS))
    dark = "".join(_colour(number, one) for number, (_, one) in enumerate(COLOURS))
    return (
        "text{font:12px system-ui,sans-serif}.title{font-size:14px;font-weight:600;fill:#191d1b}.axis{fill:#5f6863}"
        f".grid{{stroke:#dfe2de}}.ground{{fill:#fff}}path{{fill:none;stroke-width:2}}{light}"
        "@media (prefers-color-scheme:dark){.title{fill:#e9edeb}.axis{fill:#98a29d}.grid{stroke:#2c3230}"
        f".ground{{fill:#191d1c}}{dark}}}"
    )


def _colour(number: int, colour: str) -> str:
    return f".c{number}{{stroke:{colour}}}.t{number}{{fill:{colour}}}"
