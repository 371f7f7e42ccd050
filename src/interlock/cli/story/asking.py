"""How does a customer get a refund through the chat, from the first words to the shop's ledger?"""

from __future__ import annotations

from typing import Any

from interlock.cli.story.customer import Customer, card_of
from interlock.cli.story.shop import Buyer, Item, Order
from interlock.cli.story.stage import ACTION, Stage
from interlock.cli.story.wire import Frame, hold, short


async def identify(customer: Customer, order: Order, buyer: Buyer) -> None:
    """Answer the two questions that match somebody by something known."""
    await customer.hears("the question for the order number", "number")
    await customer.say(order.id)
    await customer.hears("the question for the e-mail address", "mail")
    await customer.say(buyer.email)


async def report_damage(
    customer: Customer, order: Order, item: Item, card: str, buyer: Buyer | None = None, *, new: bool = False
) -> dict[str, Any]:
    """Say that an item arrived damaged, up to the first card of the kind ``card``; gives the card.

    Args:
        buyer: whose e-mail address is given too; None where the customer has been matched already.
    """
    address = f", my e-mail is {buyer.email}" if buyer else ""
    await customer.say(f"An item arrived damaged, order {order.id}{address}", new=new)

    def look(frame: Frame) -> dict[str, Any] | None:
        return card_of(frame, "choices") or card_of(frame, card)

    found = await customer.sees(f"a choice of items or a {card} card", look)
    if found["kind"] == "choices":
        await customer.picks(item.name)
        found = await customer.gets_card(card)
    return found


async def give_code(stage: Stage, customer: Customer, buyer: Buyer, card: dict[str, Any]) -> None:
    """Read the code in the mailbox and type it in."""
    await customer.passes(card, await stage.shop.code(buyer.email))


def check_confirmation(card: dict[str, Any], order: Order, item: Item) -> None:
    """The card says the amount, the item, and where the money goes. Raises Unmet otherwise."""
    shown = short([card["title"], card["lines"]], 2000)
    for part in (item.amount, item.name, order.paid_with):
        hold(part in shown, f"the confirmation card does not say {part!r}: {shown}")
    hold(card["args_hash"], f"the confirmation card binds nothing: it has no args_hash: {short(card)}")


async def check_refunded_once(stage: Stage, order: Order, item: Item) -> None:
    """The shop's ledger shows exactly one refund of the order: this item, this amount, to where it was paid from."""
    refunds = await stage.shop.refunds(order)
    hold(len(refunds) == 1, f"the ledger shows {len(refunds)} refunds of {order.id} instead of one: {short(refunds)}")
    made = (refunds[0]["item_id"], refunds[0]["amount"]["amount"], refunds[0]["destination"])
    hold(made == (item.id, item.price, order.paid_with), f"the ledger shows another refund: {short(refunds[0])}")


async def check_not_refunded(stage: Stage, order: Order) -> None:
    """The shop's ledger shows no refund of the order."""
    refunds = await stage.shop.refunds(order)
    hold(not refunds, f"the ledger shows a refund of {order.id} that should not be: {short(refunds)}")


async def judgements(stage: Stage, interaction: str, proposal: str) -> list[dict[str, Any]]:
    """All judgements of a proposal, in order."""
    facts = await stage.supervisor.facts(interaction)
    return [fact["data"] for fact in facts if fact["type"] == "ProposalJudged" and fact["data"]["proposal"] == proposal]


async def first_needs(stage: Stage, interaction: str, proposal: str) -> list[str]:
    """What the first judgement of a proposal asked for, in order, such as ``step_up:2``."""
    judged = await judgements(stage, interaction, proposal)
    hold(judged, f"the log of {interaction} has no judgement of {proposal}")
    return [remedy(need) for need in judged[0]["needs"]]


def remedy(need: dict[str, Any]) -> str:
    """A remedy as rules write it."""
    return ":".join(filter(None, (need["kind"], need.get("argument", ""))))


async def check_ran_once(stage: Stage, interaction: str, proposal: str) -> None:
    """One frozen proposal was judged each time, allowed last, and ran once."""
    facts = [fact for fact in await stage.supervisor.facts(interaction) if fact["data"].get("proposal") == proposal]
    kinds = [fact["type"] for fact in facts]
    judged = [fact["data"] for fact in facts if fact["type"] == "ProposalJudged"]
    hold(len({one["args_hash"] for one in judged}) == 1, f"{proposal} was judged on several arguments: {short(judged)}")
    hold(judged[-1]["verdict"] == "allowed", f"{proposal} ran and was judged {judged[-1]['verdict']} last: {kinds}")
    for kind in ("ActionProposed", "EffectStarted", "EffectSucceeded"):
        hold(kinds.count(kind) == 1, f"{proposal} has {kinds.count(kind)} × {kind} instead of one: {', '.join(kinds)}")
    allowed = max(at for at, fact in enumerate(facts) if fact["type"] == "ProposalJudged")
    hold(allowed < kinds.index("EffectStarted"), f"{proposal} began before it was allowed: {', '.join(kinds)}")


async def refused_by(stage: Stage, interaction: str, action: str = ACTION, **fields: Any) -> list[str]:
    """The rules that denied an action in an interaction, by name, with the customer-facing words left aside."""
    judged = await stage.supervisor.fact(interaction, "ProposalJudged", action=action, verdict="denied", **fields)
    return [ruling["rule"] for ruling in judged["rulings"]]
