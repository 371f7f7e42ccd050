"""Step 7, the queue: closed, nobody on shift, a place in line, leaving, silence, and an offer that times out."""

from __future__ import annotations

import asyncio
from typing import Any

from interlock.cli.story.asking import check_not_refunded, report_damage
from interlock.cli.story.customer import Customer
from interlock.cli.story.staff import Agent
from interlock.cli.story.stage import ASK_FOR_QUEUE, QUEUE, SURNAME, Stage
from interlock.cli.story.wire import Unmet, hold, short

CLOSED = "The desk for businesses is closed for a moment because of a fire drill."
MESSAGE = "We need sixty mugs for our restaurant"


async def closed_queue(stage: Stage) -> str:
    """7. The queue is closed by the emergency switch: he is told, and offered an e-mail, which arrives."""
    kim = stage.visitor("Kim")
    await kim.come()
    await stage.close_queue(CLOSED)
    try:
        await stage.supervisor.see("board", f"{QUEUE} closed", lambda board: not _queue(board)["open"])
        await kim.say(ASK_FOR_QUEUE)
        await stage.supervisor.fact(kim.interaction, "HandOverFailed", queue=QUEUE, why="closed")
        await kim.hears("the offer to write an e-mail", "mail")
        told = kim.texts()
    finally:
        await stage.open_queue()
    await stage.supervisor.see("board", f"{QUEUE} open again", lambda board: _queue(board)["open"])
    await leave_an_email(stage, kim)
    hold(
        any(CLOSED in text for text in told),
        f"he was not told what the switch says ({CLOSED!r}), but {short(told, 900)}",
    )
    return "told why; his message reached the team"


async def nobody_on_shift(stage: Stage) -> str:
    """7. Nobody is on shift: he is told, and offered an e-mail."""
    await _send_home(stage)
    lou = stage.visitor("Lou")
    await lou.come()
    await lou.say(ASK_FOR_QUEUE)
    await stage.supervisor.fact(lou.interaction, "HandOverFailed", queue=QUEUE, why="unstaffed")
    await lou.hears("why nobody can take it")
    hold(lou.state["holder"] == "virtual_agent", f"nobody is there, and the chat is held by {lou.state['holder']}")
    await lou.hears("the offer to write an e-mail", "mail")
    return "told; an e-mail was offered"


async def place_in_line(stage: Stage) -> str:
    """7. With an agent on a break he is queued and sees his place; another one stands behind him."""
    tom, nadia, order = stage.tom, stage.nadia, stage.orders.toms_kettle
    await stage.ada.be("break", "Coffee")
    await tom.come()
    await tom.say(f"Where is my order {stage.orders.toms_mugs.id}? My e-mail is {stage.buyers['tom'].email}")
    await tom.hears("the state of his order", stage.orders.toms_mugs.tracking)
    await try_a_refund_and_decline(stage, tom)
    stage.notes["toms"] = tom.interaction
    board = await stage.supervisor.watch("board")
    before = _queue(board)["waiting"] + _queue(board)["offered"]
    place = await be_queued(tom)
    hold(place == before + 1, f"{before} waited before him, and he is shown place {place}")
    await stage.supervisor.see("board", "him waiting", lambda board: _queue(board)["waiting"] > before)
    await nadia.come()
    place = await be_queued(nadia)
    hold(place == before + 2, f"she stands behind him, and is shown place {place}")
    hold(tom.state["queue"]["place"] == before + 1, f"Tom came first and is shown {short(tom.state)}")
    return f"{order.id}'s owner is first, another one second"


async def leaving(stage: Stage) -> str:
    """7. The one behind leaves while waiting: abandoned; she writes again: reopened, and waits anew."""
    nadia, sue = stage.nadia, stage.supervisor
    interaction = nadia.interaction
    await nadia.leave()
    ended = await sue.fact(interaction, "VisitEnded", queue=QUEUE)
    hold(ended["how"] in ("abandoned", "short_abandoned"), f"she left while waiting, and the visit was {ended['how']}")
    await sue.fact(interaction, "InteractionEnded", reason="customer_left")
    await nadia.say("I am back")
    await nadia.stands("open again", lambda state: not state["ended"])
    hold(nadia.interaction == interaction, f"she came back to {nadia.interaction} and not to {interaction}")
    await sue.fact(interaction, "InteractionReopened")
    await nadia.hears("an answer of the virtual agent")
    await be_queued(nadia)
    return f"{ended['how']} after {ended['waited_ms'] / 1000:.1f} s, then reopened"


async def falling_silent(stage: Stage) -> str:
    """7. Another one falls silent in the queue: asked, then ended, and the visit is abandoned; she comes back."""
    olga, sue = stage.visitor("Olga"), stage.supervisor
    await olga.come()
    await be_queued(olga)
    interaction = olga.interaction
    await stage.hurry(interaction, "WarnSilence")
    await olga.stands("warned of the silence", lambda state: state["silence_warned"])
    await olga.hears("the question whether she is still there", author="system")
    await stage.hurry(interaction, "EndForSilence")
    await olga.stands("over", lambda state: state["ended"])
    await sue.fact(interaction, "InteractionEnded", reason="inactivity")
    visit = await sue.fact(interaction, "VisitEnded", queue=QUEUE)
    hold(visit["how"] in ("abandoned", "short_abandoned"), f"her visit to the queue ended as {visit['how']}")
    await olga.say("Sorry, I was away")
    await olga.stands("open again", lambda state: not state["ended"])
    hold(olga.interaction == interaction, f"she came back to {olga.interaction} and not to {interaction}")
    await olga.hears("an answer of the virtual agent")
    await olga.nothing_lost()
    return "warned, ended, reopened"


async def offer_times_out(stage: Stage) -> str:
    """7. The offer times out: on to the next agent; the wait goes on counting; that one takes it."""
    tom, interaction = stage.tom, stage.notes["toms"]
    await leave_if_waiting(stage.nadia)
    since = tom.state["queue"]["since"]
    await asyncio.gather(stage.ada.be("available"), stage.bo.be("available"))
    first, offer = await _offered_to(stage, interaction)
    second = stage.bo if first is stage.ada else stage.ada
    await stage.hurry(offer["visit"], "TimeOutOffer")
    await first.see("me", "not responding", lambda me: me["presence"] == "not_responding" and not me["offers"])
    again = await second.offer(interaction)
    hold(again["offer"] != offer["offer"], f"the second offer is the first one: {short(again)}")
    waits = (offer["waiting_since"], again["waiting_since"])
    hold(waits[0] == waits[1], f"the wait began anew with the second offer: {waits}")
    hold(
        tom.state["queue"] and tom.state["queue"]["since"] == since, f"his wait began anew: {since}, {short(tom.state)}"
    )
    await second.accept(again)
    await tom.stands("with the agent", lambda state: state["holder"] == "agent" and state["agent_name"])
    hold(
        tom.state["agent_name"] == second.name, f"he is shown {tom.state['agent_name']!r} and talks to {second.name!r}"
    )
    ended = await stage.supervisor.fact(interaction, "VisitEnded", queue=QUEUE, how="answered")
    hold(ended["agent"] == second.id, f"answered by {ended['agent']} and not by {second.id}")
    await stage.supervisor.fact(interaction, "OfferClosed", how="timed_out", agent=first.id)
    stage.notes["agent"] = second.login
    return f"answered after {ended['waited_ms'] / 1000:.1f} s"


ON_SHIFT = ("available", "break", "other_work")


async def be_queued(customer: Customer) -> int:
    """Ask for the people of the queue; gives the place in line."""
    await customer.say(ASK_FOR_QUEUE)
    await customer.stands("in the queue", lambda state: state["holder"] == "queue" and state["queue"])
    return int(customer.state["queue"]["place"])


async def leave_if_waiting(customer: Customer) -> None:
    """Make room in the line."""
    if customer.connected and customer.state["holder"] == "queue" and not customer.state["ended"]:
        await customer.leave()


async def taken_by(stage: Stage, agent: Agent, customer: Customer) -> None:
    """Ask for the queue, and have this agent, who is the only one available, take it."""
    await be_queued(customer)
    await agent.accept(await agent.offer(customer.interaction))
    await customer.stands("with the agent", lambda state: state["holder"] == "agent")


async def try_a_refund_and_decline(stage: Stage, customer: Customer) -> None:
    """Something that an agent sees later as tried: a refund that the customer declines."""
    order = stage.orders.toms_kettle
    card = await report_damage(customer, order, order.items[0], "confirm")
    await customer.confirm(card, yes=False)
    await stage.supervisor.fact(customer.interaction, "RemedyRefused", proposal=card["proposal"], how="declined")
    await customer.hears("that nothing was changed")
    await check_not_refunded(stage, order)


async def leave_an_email(stage: Stage, customer: Customer) -> None:
    """Take the offer to write an e-mail; it reaches the team."""
    text, address = f"{MESSAGE} ({stage.run})", f"{customer.name.lower()}.{stage.run}@example.com"
    await customer.say("Yes, please")
    await customer.hears("the question for the message")
    await customer.say(text)
    await customer.hears("the question for the address", "mail")
    await customer.say(address)
    mail = await stage.shop.mail_to_team(text)
    hold(address in mail["text"], f"the team cannot answer: {short(mail)}")
    await customer.hears("that it was sent")


async def _send_home(stage: Stage) -> None:
    """Agents of a run that was killed may still be on shift; a supervisor sends them home."""

    def there(board: dict[str, Any]) -> list[dict[str, Any]]:
        return [agent for agent in board["agents"] if QUEUE in agent["queues"] and agent["presence"] in ON_SHIFT]

    sue = stage.supervisor
    for agent in there(await sue.watch("board")):
        if agent["name"].endswith(SURNAME):
            await sue.ask("POST", f"/v1/agents/{agent['id']}/presence", {"presence": "offline"})
    try:
        await sue.see("board", f"nobody on shift for {QUEUE}", lambda board: not there(board), patience_s=3)
    except Unmet:
        names = ", ".join(f"{agent['name']} ({len(agent['work'])} in hand)" for agent in there(sue.documents["board"]))
        raise Unmet(
            f"{names} serve {QUEUE} and are on shift, so this cannot be played: they go offline first"
        ) from None


async def _offered_to(stage: Stage, interaction: str) -> tuple[Agent, dict[str, Any]]:
    async def look(agent: Agent) -> tuple[Agent, dict[str, Any]]:
        return agent, await agent.offer(interaction)

    tasks = [asyncio.create_task(look(agent)) for agent in (stage.ada, stage.bo)]
    done, waiting = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    for task in waiting:
        task.cancel()
    await asyncio.gather(*waiting, return_exceptions=True)
    return done.pop().result()


def _queue(board: dict[str, Any]) -> dict[str, Any]:
    found = next((queue for queue in board["queues"] if queue["name"] == QUEUE), None)
    if found is None:
        names = ", ".join(queue["name"] for queue in board["queues"])
        raise Unmet(f"the board has no queue {QUEUE}; it has {names}. Publish the demonstration's definitions again.")
    return dict(found)
