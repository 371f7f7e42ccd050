"""How does a server play scenarios beside it? ``python -m interlock.simulation.trial_worker`` is a process for one version.

A process of its own, because a version that does not hold may as well never end, and playing takes a whole core for seconds.
A job comes in on standard input; a line of JSON goes out for each scenario, ``{"of", "failures"}``.
"""

from __future__ import annotations

import sys
from dataclasses import replace

import msgspec

from interlock.runtime.definitions import compiled
from interlock.simulation.scenarios import Failure
from interlock.simulation.trying import Played, played_here, scenarios_of
from interlock.vocabulary.knowledge import Article


class Job(msgspec.Struct, frozen=True):
    """The texts of a version with the model that was learned from them, and what questions are answered from."""

    files: dict[str, str]
    model: bytes
    articles: tuple[Article, ...]


class Line(msgspec.Struct, frozen=True):
    """One more scenario was played, ``of`` so many; what did not hold in it."""

    of: int
    title: str
    failures: tuple[Failure, ...]


def main() -> int:
    """Play the scenarios of the job on standard input."""
    job = msgspec.msgpack.decode(sys.stdin.buffer.read(), type=Job)
    # Facts of connectors are the authors' own code: what they print must not be taken for a line of ours.
    out, sys.stdout = sys.stdout.buffer, sys.stderr
    scenarios = scenarios_of(job.files)

    def told(one: Played) -> None:
        out.write(msgspec.json.encode(Line(len(scenarios), one.scenario.title, tuple(one.failures))) + b"\n")
        out.flush()

    played_here(scenarios, replace(compiled(job.files, job.model), articles=job.articles), told)
    return 0


if __name__ == "__main__":
    sys.exit(main())
