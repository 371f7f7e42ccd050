"""Steps 1 to 6: order status, four refunds under the gate, somebody else's order, the limit within a day."""

from __future__ import annotations

from interlock.cli.story.asking import (
    check_confirmation,
    check_not_refunded,
    check_ran_once,
    check_refunded_once,
    first_needs,
    give_code,
    identify,
    refused_by,
    report_damage,
)
from interlock.cli.story.customer import Customer
from interlock.cli.story.shop import Order
from interlock.cli.story.stage import ACTION, Stage
from interlock.cli.story.wire import hold, short

REASON_FOR_HER = "The pictures show no damage, so we would like to have the pans back first."
REASON_FOR_THE_FILE = "Third claim for pans this year"
MISSING = "A-9999999"
"""An order that does not exist, in the shop's form."""


async def order_status(stage: Stage) -> str:
    """1. An anonymous customer asks where her order is, is asked for number and e-mail, and gets its true state."""
    eva, order, buyer = stage.eva, stage.orders.on_its_way, stage.buyers["eva"]
    await eva.come()
    await eva.say("Hello, where is my order? I have been waiting for days")
    await eva.hears("that it comes from a machine", "machine", "automat")
    await identify(eva, order, buyer)
    await eva.hears("the state of the order", order.tracking)
    interaction = stage.notes["first"] = eva.interaction
    matched = await stage.supervisor.fact(interaction, "CustomerMatched")
    hold(matched["customer"] == buyer.id, f"{buyer.id} wrote, and {matched['customer']} was matched")
    await stage.supervisor.fact(interaction, "EffectSucceeded", action="shop.get_order")
    await eva.nothing_lost()
    return f"{order.id} is {order.status}"


async def small_refund(stage: Stage) -> str:
    """2. 18.40: confirmation only; the card says what is confirmed; one refund."""
    eva, order = stage.eva, stage.orders.kettle
    item = order.items[0]
    card = await report_damage(eva, order, item, "confirm")
    check_confirmation(card, order, item)
    needs = await first_needs(stage, eva.interaction, card["proposal"])
    hold(needs == ["confirm"], f"{item.amount} needs confirmation only, and the gate asked for {needs}")
    wrong = {"type": "confirm", "proposal": card["proposal"], "args_hash": "0" * len(card["args_hash"]), "yes": True}
    code = await eva.refused(wrong)
    hold(code == "args_changed", f"a confirmation of other arguments was refused with {code!r}, not as args_changed")
    await check_not_refunded(stage, order)
    await eva.confirm(card)
    await eva.hears("that it is done", item.amount)
    await check_refunded_once(stage, order, item)
    await check_ran_once(stage, eva.interaction, card["proposal"])
    return f"{item.amount} refunded to {order.paid_with}"


async def refund_with_code(stage: Stage) -> str:
    """3. 140.00: a one-time code to the registered address, then confirmation."""
    eva, order, buyer = stage.eva, stage.orders.casserole, stage.buyers["eva"]
    item = order.items[0]
    asked = await report_damage(eva, order, item, "code")
    code = await stage.shop.code(buyer.email)
    await eva.enter_code(asked, f"{(int(code) + 1) % 1_000_000:06}")
    await stage.supervisor.fact(eva.interaction, "ChallengeFailed", challenge=asked["challenge"], why="wrong")
    await eva.passes(asked, code)
    card = await eva.gets_card("confirm")
    check_confirmation(card, order, item)
    needs = await first_needs(stage, eva.interaction, card["proposal"])
    hold(
        needs == ["step_up:2", "confirm"], f"{item.amount} needs a code, then confirmation; the gate asked for {needs}"
    )
    await check_not_refunded(stage, order)
    await eva.confirm(card)
    await eva.hears("that it is done", item.amount)
    await check_refunded_once(stage, order, item)
    await check_ran_once(stage, eva.interaction, card["proposal"])
    return f"{item.amount} refunded after a code and a confirmation"


async def approved_refund(stage: Stage) -> str:
    """4. 420.00: code, confirmation, supervisor; she leaves; it is approved, runs once, and she finds the answer."""
    eva, order, sue = stage.eva, stage.orders.pans, stage.supervisor
    item = order.items[0]
    proposal = await _up_to_approval(stage, eva, order, "eva")
    interaction = eva.interaction
    await eva.leave()
    await eva.hang_up()
    waiting = await sue.see(
        "approvals",
        f"{proposal} waiting",
        lambda seen: next((w for w in seen["waiting"] if w["proposal"] == proposal), None),
    )
    hold(item.amount in short(waiting, 4000), f"the approval does not say {item.amount}: {short(waiting, 800)}")
    approve = f"/v1/approvals/{proposal}/approve"
    code = await sue.refused("POST", approve, {"args_hash": "0" * len(waiting["args_hash"])})
    hold(code == "args_changed", f"an approval of other arguments was refused with {code!r}, not as args_changed")
    await sue.ask("POST", approve, {"args_hash": waiting["args_hash"]})
    await sue.fact(interaction, "EffectSucceeded", proposal=proposal)
    await sue.ask("POST", approve, {"args_hash": waiting["args_hash"]})
    await check_refunded_once(stage, order, item)
    await check_ran_once(stage, interaction, proposal)
    met = [fact["data"]["remedy"]["kind"] for fact in await sue.facts(interaction)
           if fact["type"] == "RemedyMet" and fact["data"]["proposal"] == proposal]  # fmt: skip
    hold(met == ["step_up", "confirm", "approve"], f"the remedies were met in another order: {met}")
    await eva.connect()
    await eva.hears("the answer when she comes back", item.amount)
    await eva.nothing_lost()
    return f"{item.amount} refunded after a code, a confirmation and an approval"


async def rejected_refund(stage: Stage) -> str:
    """4, in another run: the supervisor rejects, with a reason for her and one for the file."""
    rosa, order, sue = stage.rosa, stage.orders.rosas_pans, stage.supervisor
    await rosa.come()
    proposal = await _up_to_approval(stage, rosa, order, "rosa", first=True)
    interaction = rosa.interaction
    await rosa.hang_up()
    reasons = {"customer_reason": REASON_FOR_HER, "file_reason": REASON_FOR_THE_FILE}
    await sue.ask("POST", f"/v1/approvals/{proposal}/reject", reasons)
    refused = await sue.fact(interaction, "RemedyRefused", proposal=proposal, how="rejected")
    hold(refused["file_reason"] == REASON_FOR_THE_FILE, f"the file does not have its reason: {short(refused)}")
    await rosa.connect()
    await rosa.hears("the reason when she comes back", REASON_FOR_HER)
    hold(REASON_FOR_THE_FILE not in short(rosa.frames, 10**6), "the customer was shown the reason for the file")
    await rosa.nothing_lost()
    await check_not_refunded(stage, order)
    return "rejected; she was told why"


async def foreign_order(stage: Stage) -> str:
    """5. Somebody else's order: refused by name in the log, in the very words of an order that does not exist."""
    foreign, missing = stage.orders.rosas_pans.id, MISSING
    words = [await _ask_about(stage, number) for number in (foreign, missing)]
    hold(
        words[0] == words[1],
        f"a foreign order is answered otherwise than one that does not exist:\n      {words[0]}\n      {words[1]}",
    )
    return f"{foreign} refused by {stage.notes[foreign]}"


async def daily_limit(stage: Stage) -> str:
    """6. In a new interaction, in which nobody asks again who she is, she asks for 30.00 more: over 600.00, denied."""
    eva, order = stage.eva, stage.orders.kettle
    before, towels = await stage.shop.refunded(stage.buyers["eva"]), order.items[1]
    old = eva.interaction
    await eva.say(f"An item arrived damaged, order {order.id}", new=True)
    await eva.stands("in a new interaction", lambda state: state["interaction"] != old)
    await eva.picks(towels.name)
    rules = await refused_by(stage, eva.interaction)
    hold("refund.daily-limit" in rules, f"denied by {rules} and not by refund.daily-limit")
    await eva.hears("that it was denied")
    after = await stage.shop.refunded(stage.buyers["eva"])
    hold(after == before, f"the ledger went from {before} to {after}")
    stage.notes["denied"] = eva.interaction
    return f"{towels.amount} more than {before / 100:.2f} denied"


async def _up_to_approval(stage: Stage, customer: Customer, order: Order, who: str, *, first: bool = False) -> str:
    buyer, item = stage.buyers[who], order.items[0]
    asked = await report_damage(customer, order, item, "code", buyer if first else None)
    await give_code(stage, customer, buyer, asked)
    card = await customer.gets_card("confirm")
    check_confirmation(card, order, item)
    proposal = str(card["proposal"])
    await customer.confirm(card)
    await customer.hears("that somebody has to approve it")
    needs = await first_needs(stage, customer.interaction, proposal)
    wanted = ["step_up:2", "confirm", "approve:supervisor"]
    hold(needs == wanted, f"{item.amount} needs {wanted}; the gate asked for {needs}")
    judged = await stage.supervisor.fact(customer.interaction, "ProposalJudged", proposal=proposal, verdict="needs")
    hold(judged["action"] == ACTION, f"{proposal} is not a refund: {short(judged)}")
    await check_not_refunded(stage, order)
    return proposal


async def _ask_about(stage: Stage, number: str) -> list[str]:
    """What she hears who is matched as Eva and reports damage to this order; digits of the order aside."""
    own = stage.orders.on_its_way
    visitor = stage.visitor(f"Eva, asking for {number}")
    await visitor.come()
    await visitor.say(f"Where is my order {own.id}? My e-mail is {stage.buyers['eva'].email}")
    await visitor.hears("the state of her own order", own.tracking)
    await visitor.say(f"An item arrived damaged, order {number}")
    denied = await stage.supervisor.fact(visitor.interaction, "ProposalJudged", verdict="denied")
    rules = [ruling["rule"] for ruling in denied["rulings"]]
    stage.notes[number] = ", ".join(rules)
    wanted = "exists" if number == MISSING else "own-order"
    hold(any(rule.endswith(wanted) for rule in rules), f"{number} was refused by {rules} and not by a rule …{wanted}")
    await visitor.hears("that it cannot be found")
    await visitor.is_left_alone()
    return [text.replace(number, "A-…") for text in visitor.texts()]
