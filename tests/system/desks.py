"""How does a customer get to an agent in these tests, and what do the people at the desks do?"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from interlock.cli.story.staff import Agent, Staff
from tests.system.customers import Customer
from tests.system.refunds import Purchase

PASSWORD = "demo"


@asynccontextmanager
async def agent(url: str, login: str = "amara", presence: str = "available") -> AsyncIterator[Agent]:
    """An agent at a desk on a node."""
    agent = Agent(url, login)
    try:
        await agent.sign_in(PASSWORD)
        await agent.be(presence)
        yield agent
    finally:
        await agent.close()


@asynccontextmanager
async def staff(url: str, login: str) -> AsyncIterator[Staff]:
    """Somebody else of the staff on a node."""
    person = Staff(url, login)
    try:
        await person.sign_in(PASSWORD)
        yield person
    finally:
        await person.close()


async def known_to_an_agent(customer: Customer, bought: Purchase, amara: Agent) -> str:
    """The customer says who she is, wants a person, and gets this agent; gives the interaction."""
    await customer.say("Where is my order?")
    await customer.hears("What is the order number")
    await customer.say(bought.order.id)
    await customer.hears("which e-mail address did you order with")
    await customer.say(bought.buyer.email)
    await customer.hears("was delivered on")
    return await gets_agent(customer, amara)


async def gets_agent(customer: Customer, amara: Agent) -> str:
    """The customer wants a person and gets this agent; gives the interaction."""
    await customer.say("I want to talk to a human")
    interaction: str = await customer.until("an interaction", lambda: customer.state.get("interaction"))
    await amara.accept(await amara.offer(interaction))
    await customer.until("the agent", lambda: customer.state["holder"] == "agent")
    return interaction
