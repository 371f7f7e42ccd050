"""Is a limit ever passed, or something refused that fits, when fifty proposals of one customer come at once on two nodes?"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Sequence
from pathlib import Path

import pytest

from interlock.control.ledgers import POSTING, postings
from interlock.kernel.events import Recorded
from interlock.runtime.definitions import Definitions
from interlock.store.database import Database
from interlock.store.ledger_lines import rebuild
from interlock.vocabulary.proposals import EffectFailed, EffectSucceeded, ProposalJudged
from tests.gate.nodes import TENANT, Till, all_judged, facts_of, nodes, refund

PROPOSALS = 50
LIMIT = 60_000
LEDGER = "refunds_per_customer"


def amounts(seed: int) -> list[int]:
    """Small enough to need no code, and together about twice the limit."""
    chance = random.Random(seed)
    return [chance.randint(2_000, 2_500) for _ in range(PROPOSALS)]


async def play(
    url: str, folder: Path, definitions: Definitions, cents: list[int], declines: list[str]
) -> list[Recorded]:
    """Propose them all at once, half on each node; gives judgements and outcomes in the log's order."""
    async with nodes(url, folder, definitions, Till(declines)) as apps:

        async def propose(number: int) -> None:
            app = apps[number % len(apps)]
            facts = refund(app, number, cents[number], customer="c-1", order_id="A-1")
            await app.engine.append(facts, cause=f"propose/{number}")

        await asyncio.gather(*(propose(number) for number in range(PROPOSALS)))
        judged = await all_judged(apps[0], PROPOSALS)
        assert len(judged) == PROPOSALS
        return await facts_of(apps[0], *POSTING)


def oracle(facts: Sequence[Recorded], cents: list[int]) -> tuple[int, int]:
    """Judges one after the other what the log says was judged; gives how many were allowed and refused.

    Judgements of one customer are in the log in the order in which they were made. What failed may have been seen or not
    by a judgement that stands behind it, or just before it: so what each saw has a lower and an upper bound.
    """
    allowed: dict[str, int] = {}
    failed = {one.event.proposal: one for one in facts if isinstance(one.event, EffectFailed)}
    refused = 0
    for one in facts:
        if not isinstance(one.event, ProposalJudged):
            continue
        event = one.event
        amount, saw = cents[int(event.proposal.removeprefix("pr_"))], event.facts["ledger"][LEDGER]
        most = sum(allowed.values())
        least = sum(held for proposal, held in allowed.items() if proposal not in failed)
        assert least <= saw <= most, f"{event.proposal} saw {saw}, and it was between {least} and {most}"
        if event.verdict == "allowed":
            assert saw + amount <= LIMIT, f"{event.proposal} passed the limit"
            allowed[event.proposal] = amount
        else:
            assert [each.rule for each in event.rulings] == ["refund.daily-limit"]
            assert saw + amount > LIMIT, f"{event.proposal} was refused although it fits"
            refused += 1
    return len(allowed), refused


@pytest.mark.parametrize("seed", [1, 2])
async def test_a_limit_is_never_passed_and_nothing_that_fits_is_refused(
    seed: int, database_url: str, tmp_path: Path, definitions: Definitions
) -> None:
    cents = amounts(seed)
    facts = await play(database_url, tmp_path, definitions, cents, [])
    allowed, refused = oracle(facts, cents)
    assert allowed >= 20 and refused >= 20
    moved = sum(one.event.moved.amount for one in facts if isinstance(one.event, EffectSucceeded) and one.event.moved)
    assert LIMIT - 2_500 < moved <= LIMIT, "the limit is used up, and not passed"


async def test_what_fails_makes_room_again_and_the_lines_are_what_the_facts_say(
    database_url: str, tmp_path: Path, definitions: Definitions
) -> None:
    cents = amounts(3)
    declines = [f"pr_{number}" for number in range(0, PROPOSALS, 3)]
    facts = await play(database_url, tmp_path, definitions, cents, declines)
    oracle(facts, cents)
    moved = sum(one.event.moved.amount for one in facts if isinstance(one.event, EffectSucceeded) and one.event.moved)
    assert moved <= LIMIT
    assert any(isinstance(one.event, EffectFailed) for one in facts)
    database = Database(database_url, size=1)
    await database.open()
    try:
        found = await rebuild(database, TENANT, POSTING, postings, write=False)
    finally:
        await database.close()
    done = sum(isinstance(one.event, EffectSucceeded) for one in facts)
    bundle = definitions.bundle
    written = sum("shop.refund_item" in each.actions for each in (*bundle.ledgers.values(), *bundle.steps.values()))
    assert (found.missing, found.surplus, found.lines) == ((), (), written * done)
