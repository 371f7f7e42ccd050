"""What do those do who have to do with a customer on her walk: an agent who takes her, and a supervisor who decides?"""

from __future__ import annotations

from random import Random
from typing import Final

from interlock.kernel.events import Command
from interlock.simulation.centre import Centre
from interlock.simulation.places import Places
from interlock.simulation.sight import Sight
from interlock.simulation.trail import Trail
from interlock.vocabulary.channels import Principal
from interlock.vocabulary.ids import InteractionId, ProposalId, QueueName, StaffId
from interlock.vocabulary.interactions import AgentJoined, HandBack, WrapUp
from interlock.vocabulary.proposals import Approve, Reject, ResolveUnknown
from interlock.vocabulary.routing import AcceptOffer, Presence, SetPresence, VisitOffered

QUEUES: Final = ("care", "returns", "business")
SUPERVISOR: Final = Principal("agent", "u_supervisor", ("supervisor",))


class Colleagues:
    """Everybody who works while one customer walks.

    Attributes:
        agent: who signs on for her.
    """

    def __init__(self, centre: Centre, trail: Trail, places: Places, sight: Sight, number: int, chance: Random) -> None:
        self._centre, self._trail, self._places, self._sight, self._chance = centre, trail, places, sight, chance
        self.agent = StaffId(f"u_walk{number}")
        self._signed_on = False

    async def sign_on(self) -> None:
        """The agent is there."""
        self._signed_on = True
        queues = tuple(QueueName(each) for each in QUEUES)
        there = SetPresence(agent=self.agent, presence=Presence.AVAILABLE, queues=queues, capacity=1)
        await self._trail.do(there, "an agent signs on")

    async def see_to(self, *, approves: bool) -> None:
        """Everybody does what waits for him."""
        approvals = (await self._centre.node()).approvals
        for one in list(approvals.waiting.values()):
            proposal = ProposalId(one.proposal)
            command: Command = Approve(proposal=proposal, by=SUPERVISOR, args_hash=one.args_hash)
            if not approves:
                command = Reject(proposal=proposal, by=SUPERVISOR, customer_reason="Not now.", file_reason="Too often.")
            await self._trail.do(command, f"a supervisor {'approves' if approves else 'rejects'} {one.action}")
        for id in list(approvals.unknown):
            happened = bool(self._centre.shop.made_for(ProposalId(id)))
            found = ResolveUnknown(proposal=ProposalId(id), by=SUPERVISOR, happened=happened, note="I looked it up.")
            await self._trail.do(found, "a supervisor finds out")
        await self._agent()

    async def _agent(self) -> None:
        facts = list(self._sight.facts(*self._places.sessions))
        offers = [each for each in facts if isinstance(each, VisitOffered) and each.agent == self.agent]
        if offers and self._sight.state(offers[-1].interaction).holder == "queue":
            accept = AcceptOffer(visit=offers[-1].visit, offer=offers[-1].offer, agent=self.agent)
            await self._trail.do(accept, "the agent takes it")
            facts = list(self._sight.facts(*self._places.sessions))
        joined = [each for each in facts if isinstance(each, AgentJoined) and each.agent == self.agent]
        if joined and self._sight.state(joined[-1].interaction).holder == "agent":
            interaction = joined[-1].interaction
            if self._chance.random() < 0.5:
                await self._trail.do(HandBack(interaction=interaction, agent=self.agent), "the agent hands it back")
            else:
                await self._wrap_up(interaction)

    async def go_home(self) -> None:
        """The agent takes what is still offered, wraps up everything that he took, and goes, if he was there at all."""
        if not self._signed_on:
            return
        await self._agent()
        joined = [each for each in self._sight.facts(*self._places.sessions) if isinstance(each, AgentJoined)]
        for interaction in dict.fromkeys(each.interaction for each in joined):
            await self._wrap_up(interaction)
        offline = SetPresence(agent=self.agent, presence=Presence.OFFLINE, queues=(), capacity=1)
        await self._trail.do(offline, "the agent goes home")

    async def _wrap_up(self, interaction: str) -> None:
        wrap_up = WrapUp(interaction=InteractionId(interaction), agent=self.agent, disposition="solved")
        await self._trail.do(wrap_up, "the agent wraps up")
