"""How fast is the past judged again: recorded judgements of the demo's cases on PostgreSQL, under a lower limit?"""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Final

import msgspec

from interlock.cli.bench import postgres
from interlock.cli.bench.result import median
from interlock.cli.demonstration import REPOSITORY
from interlock.control.bundle import load_bundle
from interlock.control.cases import read_cases, run_case
from interlock.control.changes import Constant, changed_files
from interlock.kernel.log import Plan
from interlock.runtime.clock import WallClock
from interlock.runtime.definitions import read_folder, release_id
from interlock.runtime.replaying import replay
from interlock.store.database import Database
from interlock.store.postgres import PostgresLog
from interlock.store.vault import open_vault
from interlock.vocabulary.ids import InteractionId, PersonId, ProposalId
from interlock.vocabulary.proposals import ProposalJudged

JUDGEMENTS: Final = 30_000
PEOPLE: Final = 200
TOGETHER: Final = 300
PROCESSES: Final = 2
RUNS: Final = 3


async def replay_figures() -> dict[str, float]:
    """``replay_per_min``: judgements a minute, reading the log and starting the processes included; median of three."""
    files = read_folder(REPOSITORY / "examples" / "demo")
    bundle = load_bundle(files, release_id(files))
    lower = changed_files(files, {}, [Constant(rule="refund.supervisor", was=20_000, now=10_000)])
    other = load_bundle(lower, release_id(lower))
    judged = [run_case(case, bundle) for case in read_cases(files, bundle)]
    async with postgres.fresh() as (url, folder):
        database = Database(url, size=2)
        await database.open()
        try:
            log = PostgresLog(database, "bench", open_vault(folder / "keys.json", "bench"), WallClock())
            await _fill(log, judged)
            rates = []
            for _ in range(RUNS):
                began = time.perf_counter()
                report = await replay(log, other, lower, None, processes=PROCESSES, progress=lambda _: None)
                rates.append(60 * report.judgements / (time.perf_counter() - began))
                if report.judgements != JUDGEMENTS or not report.flipped.proposals:
                    raise AssertionError(f"{report.judgements} judged again, {report.flipped.proposals} flipped")
        finally:
            await database.close()
    return {"replay_per_min": median(rates)}


async def _fill(log: PostgresLog, judged: Sequence[ProposalJudged]) -> None:
    for first in range(0, JUDGEMENTS, TOGETHER):
        facts = tuple(
            msgspec.structs.replace(
                judged[number % len(judged)],
                proposal=ProposalId(f"pr_{number}"),
                interaction=InteractionId(f"i_{number}"),
                person=PersonId(f"p_{number % PEOPLE}"),
            )
            for number in range(first, first + TOGETHER)
        )
        await log.append(Plan(facts, cause=f"bench/{first}"))
