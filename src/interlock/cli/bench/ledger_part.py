"""How long does a durable judgement hold its ledgers: lock, sum, judge, append, over a million lines in each of two?"""

from __future__ import annotations

import time
from typing import Any, Final

import msgspec

from interlock.cli.bench import postgres
from interlock.cli.bench.result import percentile
from interlock.cli.demonstration import REPOSITORY
from interlock.control.bundle import Bundle, load_bundle
from interlock.control.cases import ReadyCase, read_cases
from interlock.control.judgement import judge
from interlock.control.ledgers import postings
from interlock.control.past import past_of, windows_of
from interlock.control.proposals import proposal_query
from interlock.kernel.log import Plan
from interlock.runtime.clock import WallClock
from interlock.runtime.definitions import read_folder, release_id
from interlock.store.database import Database
from interlock.store.postgres import PostgresLog
from interlock.store.vault import open_vault
from interlock.vocabulary.ids import CustomerId, InteractionId, ProposalId

CUSTOMERS: Final = 1_000
LINES_EACH: Final = 1_000
JUDGEMENTS: Final = 2_000
WARM_UP: Final = 200
TENANT: Final = "bench"
LEDGERS: Final = ("refunds_per_customer", "refunds_this_month", "refunds_this_year")
CASE: Final = "a small refund runs when the customer agrees"

# Lines of one customer lie scattered, as they do when many customers are served at once.
_FILL: Final = """
insert into interlock.ledger_entry (tenant, ledger, subject, at, entry, amount, settled)
select %s, %s, 'c-' || customer, now() - interval '1 minute' - number * interval '60 seconds',
       format('pr_%%s_%%s', customer, number), 1, true
  from generate_series(1, %s) as number cross join generate_series(1, %s) as customer"""


async def ledger_figures(lines_each: int = LINES_EACH, judgements: int = JUDGEMENTS) -> dict[str, float]:
    """``ledger_p99_ms`` and ``ledger_p50_ms`` of one judgement after another, of a customer each."""
    files = read_folder(REPOSITORY / "examples" / "demo")
    bundle = load_bundle(files, release_id(files))
    case = next(each for each in read_cases(files, bundle) if each.name == CASE)
    async with postgres.fresh() as (url, folder):
        owner, application = Database(url, size=1, role=None), Database(url, size=2)
        await owner.open()
        await application.open()
        try:
            await _fill(owner, lines_each)
            log = PostgresLog(application, TENANT, open_vault(folder / "keys.json", TENANT), WallClock())
            times = await _times(log, bundle, case, lines_each, judgements)
        finally:
            await application.close()
            await owner.close()
    return {
        "ledger_p50_ms": round(percentile(times, 0.5), 2),
        "ledger_p99_ms": round(percentile(times, 0.99), 2),
    }


async def _fill(owner: Database, lines_each: int) -> None:
    async with owner.connection(TENANT) as connection:
        await connection.execute("set statement_timeout = 0")
        for ledger in LEDGERS:
            await connection.execute(_FILL, (TENANT, ledger, lines_each, CUSTOMERS))
        # As the server does by itself after so many rows.
        await connection.execute("vacuum analyze interlock.ledger_entry")


async def _times(log: PostgresLog, bundle: Bundle, case: ReadyCase, lines_each: int, judgements: int) -> list[float]:
    times = []
    for number in range(judgements + WARM_UP):
        took, facts = await _once(log, bundle, case, number, f"c-{1 + number * 617 % CUSTOMERS}")
        if number == 0 and facts["ledger"] != dict.fromkeys(LEDGERS, lines_each):
            raise AssertionError(f"the ledgers were not read: {facts['ledger']}")
        if number >= WARM_UP:
            times.append(took)
    return times


async def _once(
    log: PostgresLog, bundle: Bundle, case: ReadyCase, number: int, customer: str
) -> tuple[float, dict[str, Any]]:
    """One judgement: milliseconds, and what it was judged on."""
    proposed = msgspec.structs.replace(
        case.proposed,
        proposal=ProposalId(f"pr_{number}"),
        interaction=InteractionId(f"i_{number}"),
        customer=CustomerId(customer),
    )
    resource = {**case.facts.resource, "owner": customer}
    facts = case.facts._replace(customer=CustomerId(customer), resource=resource)
    guard = (proposal_query(proposed.proposal),)
    snapshot = (await log.read(*guard)).snapshot
    now = WallClock()()
    began = time.perf_counter()
    ledgers = bundle.ledgers_of(proposed.action)
    subjects = bundle.subjects(proposed, facts, b"bench")
    async with log.judging(windows_of(ledgers, subjects, proposed.proposal, now)) as judging:
        judged = judge(bundle, proposed, facts, case.met, past_of(ledgers, subjects, judging.totals, now), now)
        held = postings(judged)
        plan = Plan((judged,), guard=guard, snapshot=snapshot, postings=held, cause=f"bench/{number}")
        await judging.append(plan)
    took = (time.perf_counter() - began) * 1000
    if judged.verdict != "allowed" or {*LEDGERS} - {each.ledger for each in held}:
        raise AssertionError(f"{judged.verdict}: {judged.rulings} {held}")
    return took, judged.facts
