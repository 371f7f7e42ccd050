"""On the virtual clock: something done first, a time that has to come, a draft that a person sends; each runs once, by itself."""

from __future__ import annotations

from datetime import timedelta

import pytest

from interlock.runtime.definitions import Definitions, compiled
from interlock.simulation.centre import Centre
from interlock.vocabulary.channels import Principal
from interlock.vocabulary.ids import ProposalId
from interlock.vocabulary.interactions import MessagePosted
from interlock.vocabulary.proposals import EffectSucceeded, ProposalJudged, ProposeAction, RemedyMet, RemedyRefused
from interlock.vocabulary.remedies import SendDraft, Withdraw
from tests.simulation.play import (
    AGENT_PRINCIPAL,
    SESSION,
    SUPERVISOR,
    do,
    go_home,
    hand_over_to_agent,
    interaction_of,
    play,
    write,
)

HEAD = 'forbid (principal, action == Action::"mail.send", resource)'
FIRST = f"""
@id("zz.first") @remedy("do:shop.match_customer") @reason("An agent matches her first.")
{HEAD} unless {{ context.met.done.contains("shop.match_customer") }};
"""
LATER = f"""
@id("zz.later") @remedy("wait:6h") @reason("Mails go out hours later.")
{HEAD} unless {{ context.met.waited.contains("6h") }};
"""
DRAFT = f"""
@id("zz.draft") @remedy("draft") @reason("A person sends it.")
{HEAD} unless {{ context.met.draft }};
"""
BRANCHES = """
  do_first: [{ say: First something else. }]
  waiting: [{ say: Later. }]
  draft_pending: [{ say: A colleague sends it. }]
  draft_discarded: [{ say: No. }, { end: discarded }]
  not_in_time: [{ say: Too late. }, { end: too_late }]
"""
MAIL = ProposalId("pr_mail")


def under(definitions: Definitions, rules: str) -> Definitions:
    """The demo's definitions with further rules."""
    files = dict(definitions.files)
    files["policies/zz.cedar"] = rules
    files["tenant.yaml"] = files["tenant.yaml"].replace("\ndefaults:\n", f"\ndefaults:{BRANCHES}", 1)
    return compiled(files, definitions.model)


async def matched_with_agent(centre: Centre) -> None:
    """The customer is known, and an agent has her."""
    order = next(order for order in centre.shop.orders.values() if order.status == "delivered")
    customer = centre.shop.buyers[order.owner]
    await write(centre, 1, "where is my order?")
    await write(centre, 2, f"{order.id} {customer.email}")
    await hand_over_to_agent(centre, 3)


async def propose(centre: Centre, proposal: ProposalId, action: str, args: dict[str, object]) -> None:
    command = ProposeAction(
        proposal=proposal, interaction=interaction_of(centre), principal=AGENT_PRINCIPAL, action=action, args=args
    )
    assert await do(centre, command, f"propose/{proposal}")
    await centre.rest()


async def mail(centre: Centre) -> None:
    await propose(centre, MAIL, "mail.send", {"reply_to": "eva@example.com", "message": "Please call her."})


def of_mail(centre: Centre, *kinds: type) -> list[object]:
    return [one.event for one in centre.events(*kinds) if getattr(one.event, "proposal", "") == MAIL]


def sent(centre: Centre) -> int:
    return sum(mail.reference == MAIL for mail in centre.shop.mails)


@pytest.mark.parametrize("before", [False, True])
def test_what_comes_first_resumes_the_frozen_proposal_by_itself(definitions: Definitions, before: bool) -> None:
    async def story(centre: Centre) -> None:
        await matched_with_agent(centre)
        order = next(order for order in centre.shop.orders.values() if order.status == "delivered")
        known = {"order_id": order.id, "email": centre.shop.buyers[order.owner].email}
        if not before:
            await mail(centre)
            (judged,) = of_mail(centre, ProposalJudged)
            assert isinstance(judged, ProposalJudged)
            assert [str(need) for need in judged.needs] == ["do:shop.match_customer"]
            assert sent(centre) == 0
        await propose(centre, ProposalId("pr_look"), "shop.match_customer", known)
        if before:
            await mail(centre)
        assert sent(centre) == 1
        assert len(of_mail(centre, RemedyMet)) == (0 if before else 1)
        await go_home(centre)

    assert play(under(definitions, FIRST), story) == []


def test_a_mail_that_waits_for_its_time_goes_out_then_and_once(definitions: Definitions) -> None:
    async def story(centre: Centre) -> None:
        await matched_with_agent(centre)
        began = centre.clock()
        await mail(centre)
        assert sent(centre) == 0
        await centre.pass_time(timedelta(hours=7))
        assert sent(centre) == 1
        (done,) = [one for one in centre.events(EffectSucceeded) if getattr(one.event, "proposal", "") == MAIL]
        assert timedelta(hours=6) <= done.at - began < timedelta(hours=6, minutes=5)
        await go_home(centre)
        assert sent(centre) == 1

    assert play(under(definitions, LATER), story) == []


def test_what_waits_can_be_withdrawn_and_never_happens(definitions: Definitions) -> None:
    async def story(centre: Centre) -> None:
        await matched_with_agent(centre)
        await mail(centre)
        by = Principal(kind="customer", id=SESSION, roles=("customer",))
        command = Withdraw(proposal=MAIL, interaction=interaction_of(centre), by=by, session=SESSION)
        assert await do(centre, command, "withdraw")
        await go_home(centre)
        (refused,) = of_mail(centre, RemedyRefused)
        assert isinstance(refused, RemedyRefused)
        assert (refused.how, refused.by.id, sent(centre)) == ("withdrawn", refused.person, 0)

    assert play(under(definitions, LATER), story) == []


@pytest.mark.parametrize("sender", [AGENT_PRINCIPAL, SUPERVISOR])
def test_a_draft_goes_out_once_when_a_person_sends_it_however_often(
    definitions: Definitions, sender: Principal
) -> None:
    async def story(centre: Centre) -> None:
        await matched_with_agent(centre)
        await mail(centre)
        (judged,) = of_mail(centre, ProposalJudged)
        assert isinstance(judged, ProposalJudged)
        assert sent(centre) == 0
        send = SendDraft(proposal=MAIL, interaction=interaction_of(centre), by=sender, args_hash=judged.args_hash)
        for time in range(3):
            assert await do(centre, send, f"send/{time}")
        await centre.rest()
        assert sent(centre) == 1
        assert [each.by.id for each in of_mail(centre, RemedyMet) if isinstance(each, RemedyMet)] == [sender.id]
        await go_home(centre)

    assert play(under(definitions, DRAFT), story) == []


def test_the_customer_sees_until_when_the_virtual_agent_s_proposal_waits(definitions: Definitions) -> None:
    rules = LATER.replace("mail.send", "shop.get_order").replace("zz.later", "zz.look-later")

    async def story(centre: Centre) -> None:
        order = next(order for order in centre.shop.orders.values() if order.status == "delivered")
        customer = centre.shop.buyers[order.owner]
        await write(centre, 1, "where is my order?")
        await write(centre, 2, f"{order.id} {customer.email}")
        cards = [one.event.card for one in centre.events(MessagePosted) if isinstance(one.event, MessagePosted)]
        (card,) = [each for each in cards if each is not None and not isinstance(each, str) and each.kind == "waiting"]
        assert card.until
        await centre.pass_time(timedelta(days=30))

    assert play(under(definitions, rules), story) == []
