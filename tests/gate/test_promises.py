"""Is a promise honoured once, when ten proposals that only it lets through come at once on two nodes?"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

from interlock.connectors.contract import Connection
from interlock.kernel.events import Recorded
from interlock.runtime.definitions import Definitions
from interlock.vocabulary.ids import CustomerId, InteractionId, PersonId, PromiseId
from interlock.vocabulary.money import Money
from interlock.vocabulary.promises import PromiseKept, PromiseMade
from interlock.vocabulary.proposals import EffectFailed, EffectSucceeded, ProposalJudged
from tests.control.given import AMARA
from tests.gate.nodes import Till, all_judged, facts_of, nodes, refund

PROPOSALS = 10
PROMISE = PromiseId("pm_1")
LONG_AGO = "2019-03-01T12:00:00+00:00"


class OldTill(Till):
    """A shop whose orders are all out of their guarantee."""

    async def read(self, operation: str, parameters: Any) -> dict[str, Any] | None:
        found = await super().read(operation, parameters)
        return found and {**found, "delivered_at": LONG_AGO}


async def play(url: str, folder: Path, definitions: Definitions, shop: Connection) -> list[Recorded]:
    """Promise one refund, and propose it ten times at once, half on each node; gives what came of it, in the log's order."""
    async with nodes(url, folder, definitions, shop) as apps:
        made = PromiseMade(
            promise=PROMISE,
            kind="late_refund",
            interaction=InteractionId("i_promised"),
            person=PersonId("p_promised"),
            customer=CustomerId("c-1"),
            by=AMARA,
            source="agent",
            about="A-1",
            value=Money(2_000, "EUR"),
            valid_until=apps[0].clock() + timedelta(days=14),
            words="We refund it nevertheless.",
        )
        await apps[0].engine.append([made], cause="promise")

        async def propose(number: int) -> None:
            app = apps[number % len(apps)]
            facts = refund(app, number, 1_500 + number, customer="c-1", order_id="A-1")
            await app.engine.append(facts, cause=f"propose/{number}")

        await asyncio.gather(*(propose(number) for number in range(PROPOSALS)))
        await all_judged(apps[0], PROPOSALS)
        return await facts_of(apps[0], ProposalJudged, EffectSucceeded, EffectFailed, PromiseKept)


def judged(facts: Sequence[Recorded]) -> tuple[list[ProposalJudged], list[ProposalJudged]]:
    """Those that were let through, and those that were not: each by the rule that the promise would have set aside."""
    answers = [one.event for one in facts if isinstance(one.event, ProposalJudged)]
    allowed = [each for each in answers if each.verdict == "allowed"]
    denied = [each for each in answers if each.verdict != "allowed"]
    assert len({each.proposal for each in answers}) == PROPOSALS
    assert {(each.verdict, *(one.rule for one in each.rulings)) for each in denied} == {("denied", "refund.guarantee")}
    return allowed, denied


async def test_of_ten_proposals_that_only_one_promise_lets_through_one_is_and_the_promise_is_kept_once(
    database_url: str, tmp_path: Path, definitions: Definitions
) -> None:
    facts = await play(database_url, tmp_path, definitions, OldTill())
    (allowed,), denied = judged(facts)
    assert len(denied) == PROPOSALS - 1
    (done,) = (one.event for one in facts if isinstance(one.event, EffectSucceeded))
    (kept,) = (one.event for one in facts if isinstance(one.event, PromiseKept))
    assert done.proposal == kept.proposal == allowed.proposal
    assert (kept.promise, kept.moved) == (PROMISE, done.moved)
