"""What must hold of every log's limits and order: no sum passed, nothing out of turn, and lines that facts account for?"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from interlock.control.ledgers import postings
from interlock.kernel.lines import Lines
from interlock.simulation.centre import Centre
from interlock.vocabulary.proposals import EffectFailed, EffectSucceeded, ProposalJudged

REFUNDS: Final = ("shop.refund_item", "shop.refund_item_plain")
DAILY_LIMIT: Final = 60000


def limits(centre: Centre) -> Iterator[str]:
    """Everything that is wrong with them, in words."""
    yield from _daily(centre)
    yield from _one_at_a_time(centre)
    yield from _lines(centre)


def _daily(centre: Centre) -> Iterator[str]:
    """No customer is refunded more than the limit within any 24 hours."""
    for refund in centre.shop.refunds:
        earlier = [
            each.amount
            for each in centre.shop.refunds
            if each.customer == refund.customer
            and each.number <= refund.number
            and refund.at - each.at < timedelta(hours=24)
        ]
        if sum(earlier) > DAILY_LIMIT:
            yield f"{refund.customer} was refunded {sum(earlier)} within 24 hours: {earlier}"


def _one_at_a_time(centre: Centre) -> Iterator[str]:
    """No refund of an interaction is allowed while another one has no outcome."""
    running: dict[str, str] = {}
    for one in centre.store.events:
        match one.event:
            case ProposalJudged(verdict="allowed") as event if event.action in REFUNDS:
                before = running.setdefault(event.interaction, event.proposal)
                if before != event.proposal:
                    yield f"{event.proposal} was allowed while {before} was under way in {event.interaction}"
            case EffectSucceeded() | EffectFailed() as event if running.get(event.interaction) == event.proposal:
                del running[event.interaction]


def _lines(centre: Centre) -> Iterator[str]:
    """What stands in the ledgers is what the facts say."""
    rebuilt = Lines()
    for one in centre.store.events:
        for posting in postings(one.event, one.at):
            rebuilt.post(posting, one.at)
    if sorted(rebuilt) != sorted(centre.store.lines):
        yield f"the ledgers differ from what the facts say: {set(rebuilt) ^ set(centre.store.lines)}"
