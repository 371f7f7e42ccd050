"""The shape of a benchmark's result, and what it ran on."""

from __future__ import annotations

import os
import platform
import statistics
from collections.abc import Sequence

import msgspec


class Result(msgspec.Struct, frozen=True, kw_only=True):
    """Figures by key (the unit is the key's last part), those of the peer, and the ratio of the two."""

    name: str
    figures: dict[str, float]
    peer: dict[str, float] | None = None
    ratio: float | None = None
    machine: dict[str, str | int]


def machine() -> dict[str, str | int]:
    """What this ran on."""
    model = platform.processor() or platform.machine()
    try:
        with open("/proc/cpuinfo") as file:
            model = next((line.split(":", 1)[1].strip() for line in file if line.startswith("model name")), model)
    except OSError:
        pass
    return {
        "cpu": model,
        "cores": os.cpu_count() or 1,
        "python": platform.python_version(),
        "system": platform.system(),
    }


def median(values: Sequence[float]) -> float:
    """The median of several runs, rounded to what is worth reading."""
    return round(statistics.median(values), 3)


def percentile(values: Sequence[float], share: float) -> float:
    """The value that a share of all does not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]
