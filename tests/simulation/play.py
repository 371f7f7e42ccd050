"""One customer, one agent and one supervisor in a calm centre, for tests that try one thing."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

from interlock.connectors.builtin_model import Model
from interlock.kernel.events import Command
from interlock.runtime.app import App
from interlock.runtime.definitions import Definitions
from interlock.simulation.centre import Centre
from interlock.simulation.clock import VirtualLoop
from interlock.simulation.invariants import violations
from interlock.simulation.run import listening
from interlock.simulation.weather import CALM, Weather
from interlock.vocabulary.channels import Card, Channel, Principal
from interlock.vocabulary.ids import (
    ChallengeId,
    InteractionId,
    MessageId,
    PersonId,
    ProposalId,
    QueueName,
    SessionId,
    StaffId,
)
from interlock.vocabulary.interactions import InteractionStarted, MessagePosted, OpenSession, ReceiveMessage, WrapUp
from interlock.vocabulary.people import AnswerChallenge, ChallengeIssued
from interlock.vocabulary.proposals import ActionProposed, AnswerConfirmation, Approve
from interlock.vocabulary.routing import AcceptOffer, Presence, SetPresence, VisitOffered

SESSION, PERSON, AGENT = SessionId("s_1"), PersonId("p_1"), StaffId("u_agent")
AGENT_PRINCIPAL = Principal("agent", AGENT, ("agent",))
SUPERVISOR = Principal("agent", "u_supervisor", ("supervisor",))

Story = Callable[[Centre], Awaitable[None]]


def play(definitions: Definitions, story: Story, model: Model | None = None, weather: Weather = CALM) -> list[str]:
    """Play a story; gives everything that was wrong with it."""
    loop = VirtualLoop()
    with asyncio.Runner(loop_factory=lambda: loop) as runner, listening() as trouble:
        centre = Centre(1, weather, definitions, loop, model)

        async def whole() -> list[str]:
            await centre.open()
            await story(centre)
            found = await violations(centre)
            centre.close()
            return found

        return [*runner.run(whole()), *centre.wrong, *trouble]


async def do(centre: Centre, command: Command, cause: str) -> bool:
    """Send a command as a client does; tells whether the rules allowed it."""

    async def work(app: App) -> None:
        await app.execute(command, cause)

    return await centre.try_to(work)


async def write(centre: Centre, number: int, text: str) -> None:
    """The customer writes, and everything that follows is done."""
    if number == 1:
        opened = OpenSession(session=SESSION, person=PERSON, channel=Channel.CHAT, secret_digest="-")
        await do(centre, opened, "session")
    received = ReceiveMessage(session=SESSION, message=MessageId(f"m_{number}"), text=text)
    await do(centre, received, f"chat/{number}")
    await centre.rest()


def interaction_of(centre: Centre) -> InteractionId:
    """The customer's interaction."""
    started = centre.events(InteractionStarted)[-1].event
    assert isinstance(started, InteractionStarted)
    return started.interaction


async def hand_over_to_agent(centre: Centre, number: int) -> None:
    """The customer asks for a person, and the agent takes her."""
    wanted = SetPresence(agent=AGENT, presence=Presence.AVAILABLE, queues=(QueueName("care"),), capacity=1)
    await do(centre, wanted, "presence")
    await write(centre, number, "I want to talk to a human")
    offered = centre.events(VisitOffered)[-1].event
    assert isinstance(offered, VisitOffered)
    assert await do(centre, AcceptOffer(visit=offered.visit, offer=offered.offer, agent=AGENT), "accept")
    await centre.rest()


async def oblige(centre: Centre) -> None:
    """Everybody agrees to whatever is asked, until nothing is asked any more."""
    answered: set[str] = set()
    while True:
        questions = [one for one in _questions(centre) if one[0] not in answered]
        if not questions:
            return
        for id, command in questions:
            answered.add(id)
            await do(centre, command, f"oblige/{id}")
        await centre.rest()


def _questions(centre: Centre) -> list[tuple[str, Command]]:
    found: list[tuple[str, Command]] = []
    for one in centre.events(MessagePosted, ChallengeIssued):
        event = one.event
        if isinstance(event, ChallengeIssued):
            code = _code(centre, event.challenge)
            found.append((event.challenge, AnswerChallenge(challenge=event.challenge, session=SESSION, code=code)))
        elif isinstance(event, MessagePosted) and isinstance(event.card, Card) and event.card.kind == "confirm":
            proposal, args_hash = ProposalId(event.card.proposal), event.card.args_hash
            yes = AnswerConfirmation(proposal=proposal, session=SESSION, args_hash=args_hash, yes=True)
            found.append((f"{event.message}", yes))
    for line in centre.lives[0].app.approvals.waiting.values():
        approve = Approve(proposal=ProposalId(line.proposal), by=SUPERVISOR, args_hash=line.args_hash)
        found.append((f"approve {line.proposal}", approve))
    return found


def _code(centre: Centre, challenge: ChallengeId) -> str:
    index = centre.store.by_tag[f"challenge:{challenge}"][0]
    sending = centre.store.events[index + 2].event
    assert isinstance(sending, ActionProposed)
    return centre.shop.code_in(sending.proposal)


async def go_home(centre: Centre) -> None:
    """The agent wraps up, the customer falls silent, and everything that is due falls due."""
    wrap_up = WrapUp(interaction=interaction_of(centre), agent=AGENT, disposition="solved")
    await do(centre, wrap_up, "wrap-up")
    await centre.pass_time(timedelta(days=30))
