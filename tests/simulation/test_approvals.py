"""On the virtual clock: an unanswered approval goes to the next role, and a counter-offer runs once when she confirms it."""

from __future__ import annotations

from datetime import timedelta

from interlock.runtime.definitions import Definitions
from interlock.simulation.centre import Centre
from interlock.vocabulary.approvals import ApprovalAsked, CounterOffer
from interlock.vocabulary.ids import ProposalId
from interlock.vocabulary.money import Money
from interlock.vocabulary.people import AnswerChallenge, ChallengeIssued
from interlock.vocabulary.proposals import AnswerConfirmation, ProposalJudged, ProposeAction, RemedyRefused
from tests.simulation.play import (
    AGENT_PRINCIPAL,
    SESSION,
    SUPERVISOR,
    _code,
    do,
    go_home,
    hand_over_to_agent,
    interaction_of,
    play,
    write,
)

REFUND, OFFER = ProposalId("pr_refund"), ProposalId("pr_offer")
AMOUNT = 10_100


async def refund_waits(centre: Centre) -> ProposalJudged:
    """An agent's refund of 101.00 for which the customer has done her part."""
    order = next(
        order
        for order in centre.shop.orders.values()
        if order.status == "delivered"
        and centre.shop.buyers[order.owner].registered_at < centre.clock() - timedelta(days=1)
        and any(item.left >= AMOUNT for item in order.items)
    )
    item = next(item for item in order.items if item.left >= AMOUNT)
    await write(centre, 1, "where is my order?")
    await write(centre, 2, f"{order.id} {centre.shop.buyers[order.owner].email}")
    await hand_over_to_agent(centre, 3)
    args = {"order_id": order.id, "item_id": item.id, "amount": {"amount": AMOUNT, "currency": "EUR"}}
    command = ProposeAction(
        proposal=REFUND,
        interaction=interaction_of(centre),
        principal=AGENT_PRINCIPAL,
        action="shop.refund_item",
        args=args,
    )
    assert await do(centre, command, "propose")
    await centre.rest()
    issued = centre.events(ChallengeIssued)[-1].event
    assert isinstance(issued, ChallengeIssued)
    code = AnswerChallenge(challenge=issued.challenge, session=SESSION, code=_code(centre, issued.challenge))
    assert await do(centre, code, "code")
    await centre.rest()
    assert await yes(centre, REFUND)
    return judged(centre, REFUND)


def judged(centre: Centre, proposal: ProposalId) -> ProposalJudged:
    found = [one.event for one in centre.events(ProposalJudged) if getattr(one.event, "proposal", "") == proposal]
    assert isinstance(found[-1], ProposalJudged)
    return found[-1]


async def yes(centre: Centre, proposal: ProposalId) -> bool:
    args_hash = judged(centre, proposal).args_hash
    answer = AnswerConfirmation(proposal=proposal, session=SESSION, args_hash=args_hash, yes=True)
    done = await do(centre, answer, f"yes/{proposal}")
    await centre.rest()
    return done


def asked(centre: Centre) -> list[tuple[str, str]]:
    return [
        (one.event.role, one.event.why) for one in centre.events(ApprovalAsked) if isinstance(one.event, ApprovalAsked)
    ]


def test_an_unanswered_approval_goes_to_the_next_role_and_ends_with_its_time(definitions: Definitions) -> None:
    async def story(centre: Centre) -> None:
        await refund_waits(centre)
        assert [role for role, _ in asked(centre)] == ["supervisor"]
        await centre.pass_time(timedelta(minutes=40))
        assert asked(centre)[1:] == [("manager", "overdue")]
        await go_home(centre)
        ended = [one.event.how for one in centre.events(RemedyRefused) if isinstance(one.event, RemedyRefused)]
        assert ended == ["expired"]
        assert not centre.shop.refunds

    assert play(definitions, story) == []


def test_a_counter_offer_runs_once_when_the_customer_confirms_it(definitions: Definitions) -> None:
    async def story(centre: Centre) -> None:
        waiting = await refund_waits(centre)
        counter = CounterOffer(
            proposal=REFUND,
            counter=OFFER,
            by=SUPERVISOR,
            args_hash=waiting.args_hash,
            amount=Money(5_000, "EUR"),
            customer_reason="It was used.",
            file_reason="Scratches on the photo.",
        )
        for time in range(2):
            assert await do(centre, counter, f"counter/{time}")
        await centre.rest()
        assert [str(need) for need in judged(centre, OFFER).needs] == ["confirm"]
        assert not centre.shop.refunds
        for _ in range(2):
            await yes(centre, OFFER)
        assert [(one.reference, one.amount) for one in centre.shop.refunds] == [(OFFER, 5_000)]
        await go_home(centre)
        assert len(centre.shop.refunds) == 1

    assert play(definitions, story) == []
