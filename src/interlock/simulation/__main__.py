"""How many seeds can be simulated, and which of them show something wrong?

python -m interlock.simulation --seeds 1-1000 --interactions 200 --jobs 2
python -m interlock.simulation --walks --seeds 1-1000 --jobs 2
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import multiprocessing
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import TypeVar

from interlock.kernel.documents import DefinitionError
from interlock.kernel.errors import Refused
from interlock.runtime.definitions import Definitions, build, read_folder
from interlock.runtime.settings import Settings
from interlock.simulation.run import Result, simulate
from interlock.simulation.variants import variants
from interlock.simulation.walks import WALKS, Walked, again, walk
from interlock.simulation.weather import KINDS, Weather

T = TypeVar("T")

_definitions: tuple[Definitions, ...] = ()
"""Read and trained once, and inherited by every process that is forked afterwards."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the seeds; gives the exit code: 0 if all held, 1 if something was wrong, 2 if the definitions are."""
    given = _read(arguments)
    weather = next((kind for kind in KINDS if kind.name == given.weather), None)
    try:
        _load(given.definitions)
    except (DefinitionError, Refused) as error:
        sys.stderr.write(f"{error}\n")
        return 2
    if given.walks:
        return _walk(given.seeds, given.jobs, given.verbose)
    began, failed, totals = time.monotonic(), 0, [0, 0, 0, 0]
    for result in _results(given.seeds, given.jobs, partial(_one, given.interactions, weather)):
        totals = [sum(pair) for pair in zip(totals, _counts(result), strict=True)]
        if given.verbose or result.wrong:
            _tell(result)
        if result.wrong:
            failed += 1
            _tell_wrong(result, given)
    took, runs = time.monotonic() - began, len(given.seeds)
    facts, interactions, refunds, deaths = totals
    sys.stdout.write(
        f"{runs} seeds in {took:.1f} s ({runs / took:.2f} seeds/s): {interactions:,} interactions, {facts:,} facts,"
        f" {refunds:,} refunds, {deaths:,} deaths of nodes; {failed or 'none'} failed\n"
    )
    return 1 if failed else 0


def _read(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m interlock.simulation", description=__doc__)
    parser.add_argument("--seeds", type=_seeds, default=range(1, 11), metavar="FROM-TO", help="one seed, or a range")
    parser.add_argument("--interactions", type=int, default=200, help="about so many in each run")
    parser.add_argument("--jobs", type=int, default=1, help="processes")
    parser.add_argument("--weather", choices=[kind.name for kind in KINDS], help="drawn from the seed unless given")
    parser.add_argument("--definitions", type=Path, default=Settings().definitions, help="the folder to run on")
    parser.add_argument("--walks", action="store_true", help=f"{WALKS} random walks through the journeys for each seed")
    parser.add_argument("--verbose", action="store_true", help="tell of every run")
    return parser.parse_args(arguments)


def _seeds(text: str) -> range:
    first, dash, last = text.partition("-")
    try:
        return range(int(first), int(last if dash else first) + 1)
    except ValueError:
        raise argparse.ArgumentTypeError(f"write one number or a range such as 1-1000, not {text!r}") from None


def _load(folder: Path) -> None:
    global _definitions  # noqa: PLW0603  # what a forked process inherits has to be somewhere
    _definitions = variants(asyncio.run(build(read_folder(folder))))
    # They stay as they are for all runs: a tenth of the time went into looking through them for garbage.
    gc.freeze()


def _one(interactions: int, weather: Weather | None, seed: int) -> Result:
    return simulate(seed, _definitions[seed % len(_definitions)], interactions=interactions, weather=weather)


def _walk(seeds: Sequence[int], jobs: int, verbose: bool) -> int:
    """Random walks of each seed; the exit code is 1 if anything was wrong."""
    began, failed, ended = time.monotonic(), 0, Counter[str]()
    for walked in _results(seeds, jobs, _walks_of):
        ended.update(walked.ended)
        failed += bool(walked.wrong)
        if walked.wrong:
            sys.stdout.write("".join(f"  {each}\n" for each in walked.wrong[:20]))
            sys.stdout.write(f"  again: {again(walked.seed)}\n")
            sys.stdout.flush()
    if verbose:
        sys.stdout.write("".join(f"{each}: {times}\n" for each, times in sorted(ended.items())))
    took, walks = time.monotonic() - began, len(seeds) * WALKS
    sys.stdout.write(
        f"{walks:,} walks in {took:.1f} s ({walks / took:.1f} a second): {ended.total():,} journeys ended,"
        f" {failed or 'none'} of {len(seeds)} seeds failed\n"
    )
    return 1 if failed else 0


def _walks_of(seed: int) -> Walked:
    return walk(seed, _definitions[0])


def _results(seeds: Iterable[int], jobs: int, one: Callable[[int], T]) -> Iterator[T]:
    if jobs <= 1:
        yield from map(one, seeds)
        return
    with multiprocessing.get_context("fork").Pool(jobs) as pool:
        yield from pool.imap_unordered(one, seeds)


def _counts(result: Result) -> tuple[int, int, int, int]:
    return result.facts, result.interactions, result.refunds, result.deaths


def _tell(result: Result) -> None:
    sys.stdout.write(
        f"seed {result.seed} ({result.weather}): {result.interactions} interactions, {result.facts} facts,"
        f" {result.refunds} refunds, {result.deaths} deaths, {result.hours:.1f} h, log {result.digest}\n"
    )


def _tell_wrong(result: Result, given: argparse.Namespace) -> None:
    for each in result.wrong[:20]:
        sys.stdout.write(f"  {each}\n")
    weather = f' --weather "{given.weather}"' if given.weather else ""
    command = f"python -m interlock.simulation --seeds {result.seed} --interactions {given.interactions}{weather}"
    sys.stdout.write(f"  again: {command}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
