"""A month of history: real facts, the same for the same seed, over when it ends, and by the rules."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from interlock.runtime.definitions import Definitions
from interlock.simulation.month import ANSWERED_AFTER, Month, Shopping, month
from interlock.simulation.shop import Buyer, Item, Order
from interlock.vocabulary.channels import Principal
from interlock.vocabulary.interactions import InteractionEnded, InteractionStarted
from interlock.vocabulary.matters import MatterMarked, MatterRecorded
from interlock.vocabulary.proposals import EffectSucceeded, ProposalJudged, RemedyMet

ENDS = datetime(2026, 11, 25, 12, tzinfo=UTC)
SUPERVISORS = [Principal(kind="agent", id=f"u_{name}", roles=("supervisor",)) for name in ("omar", "sofia")]


def shopping() -> Shopping:
    """Twelve customers with an order each: something small, something dear, something for a supervisor."""
    known, placed = ENDS - timedelta(days=900), ENDS - timedelta(days=60)
    buyers = {f"c-{n}": Buyer(f"c-{n}", f"Customer {n}", f"customer{n}@example.com", known) for n in range(12)}
    prices = (1450, 14000, 42000)
    orders = {
        f"A-{2000 + n}": Order(
            f"A-{2000 + n}",
            f"c-{n}",
            "delivered",
            placed,
            [Item(f"i-{k}", f"Thing {k}", price) for k, price in enumerate(prices, 1)],
        )
        for n in range(12)
    }
    return Shopping(buyers, orders, 5001)


def of(definitions: Definitions, visits: int = 40) -> Month:
    return month(definitions, shopping(), ends=ENDS, supervisors=SUPERVISORS, secret=b"secret", visits=visits, seed=4)


@pytest.fixture(scope="module")
def found(definitions: Definitions) -> Month:
    return of(definitions)


def test_nothing_is_wrong_with_it_and_nothing_is_left_open(found: Month) -> None:
    kinds = Counter(type(one.event) for visit in found.visits for one in visit)
    assert found.wrong == ()
    assert kinds[InteractionStarted] == kinds[InteractionEnded] > 30
    assert kinds[EffectSucceeded] > kinds[RemedyMet] > 0


def test_it_is_spread_over_the_month_and_over_before_its_end(found: Month) -> None:
    times = [one.at for visit in found.visits for one in visit]
    assert times == sorted(times)
    assert ENDS - timedelta(days=30) < times[0] < ENDS - timedelta(days=20)
    assert ENDS - timedelta(days=10) < times[-1] < ENDS


def test_every_refund_was_allowed_for_its_amount_and_the_dear_ones_by_the_supervisor(found: Month) -> None:
    facts = [one.event for visit in found.visits for one in visit]
    allowed = {one.proposal for one in facts if isinstance(one, ProposalJudged) and one.verdict == "allowed"}
    approved = {one.proposal for one in facts if isinstance(one, RemedyMet) and one.remedy.kind == "approve"}
    decided = {one.by.id for one in facts if isinstance(one, RemedyMet) and one.remedy.kind == "approve"}
    assert decided == {"u_omar", "u_sofia"}
    assert {refund.reference for refund in found.refunds} <= allowed
    assert {refund.reference for refund in found.refunds if refund.amount > 20_000} <= approved
    assert [refund.number for refund in found.refunds] == [5001 + n for n in range(len(found.refunds))]
    assert any(10_000 < refund.amount <= 20_000 for refund in found.refunds), "a lower limit would find something"


def test_customers_complain_and_ask_about_their_data_and_the_older_matters_are_settled(found: Month) -> None:
    facts = [(one.at, one.event) for visit in found.visits for one in visit]
    recorded = {one.interaction: (at, one.matter) for at, one in facts if isinstance(one, MatterRecorded)}
    assert {matter for _, matter in recorded.values()} == {"complaint", "data_request"}
    settled = {one.interaction for _, one in facts if isinstance(one, MatterMarked) and one.mark == "settled"}
    assert settled == {each for each, (at, _) in recorded.items() if at < ENDS - ANSWERED_AFTER}


def test_the_same_seed_and_shop_give_the_same_month(definitions: Definitions) -> None:
    one, other = of(definitions, 8), of(definitions, 8)
    assert [[(each.at, each.cause, each.event) for each in visit] for visit in one.visits] == [
        [(each.at, each.cause, each.event) for each in visit] for visit in other.visits
    ]
