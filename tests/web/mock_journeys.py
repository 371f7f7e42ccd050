"""What the pages of the journeys are shown without a real server: documents made by the real code from the demo's journeys."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
from litestar import get
from litestar.params import FromPath, FromQuery

from interlock.journeys.differences import differences
from interlock.runtime.definitions import Checked, check, read_folder
from interlock.runtime.journey_pages import outline
from interlock.runtime.readiness import Readiness, readiness

from .mock_data import Json

DEMO = Path(__file__).parents[2] / "examples" / "demo"
SEEN: dict[str, dict[str, Any]] = {
    "0": {"waiting": 3, "reached": 1204, "left": 318, "median_s": 14.2},
    "1": {"waiting": 0, "reached": 886, "left": 40, "median_s": 71.0},
    "5": {"waiting": 12, "reached": 790, "left": 0, "median_s": 5400.0},
}
"""What the steps of a refund saw in 7 days; in 24 hours nobody came."""


@cache
def definitions() -> tuple[Checked, dict[str, str]]:
    """The demo's definitions, and their texts."""
    files = read_folder(DEMO)
    return check(files), files


@cache
def ready(journey: str) -> Readiness:
    """How ready a journey of the demo is."""
    return readiness(*definitions(), journey, datetime(2026, 11, 27, tzinfo=UTC))


def journey_routes() -> list[Any]:
    """What the pages of the journeys read."""

    @get("/v1/journeys")
    async def journeys() -> Json:
        found, _ = definitions()
        outcomes = {"refunded": 640, "left": 358, "declined": 88, "denied": 41, "outcome_unknown": 2}
        lines = [
            {
                "journey": name,
                "title": journey.title,
                "about": journey.about,
                "steps": len(journey.order),
                "live": 15 if name == "damaged_item" else 0,
                "ended": {
                    "24h": {"began": 0, "outcomes": {}},
                    "7d": {"began": 1204, "outcomes": outcomes if name == "damaged_item" else {}},
                },
                "verdict": ready(name).verdict,
                "signoffs": msgspec.to_builtins(ready(name).signoffs),
            }
            for name, journey in found.journeys.journeys.items()
        ]
        return {"release": "r_1", "journeys": lines}

    @get("/v1/journeys/{journey:str}")
    async def journey(journey: FromPath[str], within: FromQuery[str] = "24h") -> Json:
        found, _ = definitions()
        one = found.journeys.journeys[journey]
        steps = {} if within == "24h" else SEEN
        began = 0 if within == "24h" else 1204
        return {
            "journey": journey,
            "title": one.title,
            "about": one.about,
            "release": "r_1",
            "within": within,
            **outline(one, found.bundle.remedies),
            "traffic": {"live": 15, "began": began, "outcomes": {"refunded": 640} if steps else {}, "steps": steps},
            "earlier": {"live": 0, "began": 0 if within == "24h" else 7},
        }

    @get("/v1/journeys/{journey:str}/readiness")
    async def journey_readiness(journey: FromPath[str]) -> Json:
        return dict(msgspec.to_builtins(ready(journey)))

    return [journeys, journey, journey_readiness, *comparison_routes()]


def comparison_routes() -> list[Any]:
    """What they read to compare a journey with an earlier version."""

    @get("/v1/journeys/{journey:str}/versions")
    async def versions(journey: FromPath[str]) -> Json:
        lines = [{"release": "r_0", "at": "2026-11-20T09:30:00+00:00", "note": "Before the winter sale"}]
        return {"versions": lines if journey == "damaged_item" else []}

    @get("/v1/journeys/{journey:str}/changes")
    async def changes(journey: FromPath[str], since: FromQuery[str]) -> Json:
        found, files = definitions()
        path = f"journeys/{journey}.yaml"
        text = files[path].replace("  - ask: order_no\n", "  - say: One moment.\n  - ask: order_no\n")
        text = text.replace("ask: Which item is it?", "ask: What is broken?").replace(
            "  - you sent me the wrong size\n", ""
        )
        without_translations = {name: body for name, body in files.items() if not name.startswith("texts/")}
        old = check({**without_translations, path: text}).journeys.journeys[journey]
        compared = differences(old, found.journeys.journeys[journey])
        return {"journey": journey, "since": since, **compared.document()}

    return [versions, changes]
