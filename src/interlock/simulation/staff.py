"""What do agents and supervisors do: take offers or not, write, verify, propose, approve late and twice, wrap up in the end?"""

from __future__ import annotations

import asyncio
from functools import partial
from random import Random
from typing import Any, Final

from interlock.kernel.events import Command, Recorded
from interlock.runtime.app import App
from interlock.simulation.centre import Centre
from interlock.simulation.clock import chance_of
from interlock.vocabulary.assurance import Level
from interlock.vocabulary.channels import Author, Principal
from interlock.vocabulary.ids import InteractionId, MessageId, ProposalId, QueueName, StaffId
from interlock.vocabulary.interactions import (
    AgentJoined,
    HandBack,
    InteractionEnded,
    PostMessage,
    StartWrapUp,
    WrapUp,
)
from interlock.vocabulary.people import CustomerMatched, IssueChallenge
from interlock.vocabulary.proposals import Approve, ProposeAction, Reject, ResolveUnknown
from interlock.vocabulary.routing import (
    AcceptOffer,
    CloseQueue,
    OpenQueue,
    Presence,
    PresenceSet,
    RejectOffer,
    SetPresence,
    VisitOffered,
)

SERVES: Final = (QueueName("care"), QueueName("returns"))
DISPOSITIONS: Final = ("solved", "refunded", "information_given", "not_solved", "no_reply")


class _Person:
    """What all staff have in common: requests by the desk's interface, each with a cause of its own."""

    def __init__(self, centre: Centre, id: str, roles: tuple[str, ...]) -> None:
        self.id = StaffId(id)
        self.principal = Principal(kind="agent", id=id, roles=roles)
        self._centre = centre
        self._chance: Random = chance_of(centre.seed, id)
        self._requests = 0
        self._tasks: set[asyncio.Task[Any]] = set()

    def cause(self, what: str) -> str:
        self._requests += 1
        return f"api/{what}/{self.id}/{self._requests}"

    async def do(self, command: Command, what: str) -> bool:
        """Send a command, now and then twice; tells whether the rules allowed it."""
        done = await self._centre.try_to(partial(_execute, command, self.cause(what)))
        if self._chance.random() < self._centre.weather.twice:
            await self._centre.try_to(partial(_execute, command, self.cause(what)))
        return done

    def begin(self, work: Any) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def pause(self, shortest: float, longest: float) -> None:
        await asyncio.sleep(self._chance.uniform(shortest, longest))


class Agent(_Person):
    """An agent who takes most of what he is offered, and wraps up everything that he took."""

    def __init__(self, centre: Centre, number: int) -> None:
        super().__init__(centre, f"u_agent{number}", ("agent",))
        self.diligent = False
        self._capacity = self._chance.choice((1, 2, 3))
        self._inbox: asyncio.Queue[Recorded] = asyncio.Queue()
        self._ended: set[str] = set()
        self._proposals = 0
        centre.hear(f"agent:{self.id}", self._inbox.put_nowait)

    @property
    def busy(self) -> bool:
        """Whether he still has something in hand."""
        return bool(self._tasks)

    async def work(self) -> None:
        """Sign on and take what comes, until cancelled."""
        await self.pause(0.1, 10)
        await self._be(Presence.AVAILABLE)
        while True:
            match (await self._inbox.get()).event:
                case VisitOffered() as offered:
                    self.begin(self._consider(offered))
                case AgentJoined() as joined:
                    self.begin(self._handle(joined.interaction))
                case PresenceSet(presence=Presence.NOT_RESPONDING):
                    self.begin(self._come_back())

    async def _be(self, presence: Presence) -> None:
        wanted = SetPresence(agent=self.id, presence=presence, queues=SERVES, capacity=self._capacity)
        await self.do(wanted, "presence")

    async def _come_back(self) -> None:
        await self.pause(2, 40)
        await self._be(Presence.AVAILABLE)

    async def _consider(self, offered: VisitOffered) -> None:
        how = "accept" if self.diligent else self._chance.choice(("accept",) * 8 + ("reject", "ignore", "late"))
        await self.pause(0.5, 12) if how != "late" else await self.pause(28, 33)
        match how:
            case "accept" | "late":
                await self.do(AcceptOffer(visit=offered.visit, offer=offered.offer, agent=self.id), "accept")
            case "reject":
                reject = RejectOffer(visit=offered.visit, offer=offered.offer, agent=self.id, reason="I am at lunch")
                await self.do(reject, "reject")

    async def _handle(self, interaction: InteractionId) -> None:
        self._centre.hear(f"interaction:{interaction}", partial(self._on_fact, interaction))
        for _ in range(self._chance.randint(0, 5)):
            await self.pause(1, 25)
            if interaction in self._ended:
                break
            await self._serve(interaction)
        back = False
        if interaction not in self._ended and self._chance.random() < 0.25:
            back = await self.do(HandBack(interaction=interaction, agent=self.id), "hand-back")
        if not back and self._chance.random() < 0.4:
            await self.do(StartWrapUp(interaction=interaction, agent=self.id), "wrap-up")
        await self.pause(0.5, 20)
        await self._wrap_up(interaction)
        if not self.diligent and self._chance.random() < 0.15:
            await self._be(self._chance.choice((Presence.BREAK, Presence.OFFLINE, Presence.OTHER_WORK)))
            await self._come_back()

    def _on_fact(self, interaction: InteractionId, recorded: Recorded) -> None:
        if isinstance(recorded.event, InteractionEnded):
            self._ended.add(interaction)

    async def _serve(self, interaction: InteractionId) -> None:
        match self._chance.choice(("write", "write", "write", "verify", "propose", "propose", "wrong")):
            case "write":
                self._requests += 1
                message = PostMessage(
                    interaction=interaction,
                    message=MessageId(f"m_{self.id}_{self._requests}"),
                    author=Author("agent", self.id, "Agent"),
                    text="How can I help you?",
                )
                cause = f"desk/{self.id}/{interaction}/{self._requests}"
                await self._centre.try_to(partial(_execute, message, cause))
            case "verify":
                challenge = IssueChallenge(interaction=interaction, level=Level.ONE_FACTOR, asked_by=self.principal)
                cause = self.cause("verify")
                await self._centre.try_to(lambda app: app.issue_challenge(challenge, cause))
            case "propose":
                action, args = arguments(self._centre, self._chance, interaction)
                await self._propose(interaction, action, args)
            case "wrong":
                await self.do(WrapUp(interaction=interaction, agent=self.id, disposition="nonsense"), "disposition")

    async def _propose(self, interaction: InteractionId, action: str, args: dict[str, Any]) -> None:
        self._proposals += 1
        command = ProposeAction(
            proposal=ProposalId(f"pr_{self.id}_{self._proposals}"),
            interaction=interaction,
            principal=self.principal,
            action=action,
            args=args,
        )
        await self._centre.try_to(partial(_execute, command, self.cause("propose")))

    async def _wrap_up(self, interaction: InteractionId) -> None:
        disposition = self._chance.choice(DISPOSITIONS)
        command = WrapUp(interaction=interaction, agent=self.id, disposition=disposition, note="That was it.")
        await self.do(command, "disposition")


def arguments(centre: Centre, chance: Random, interaction: InteractionId) -> tuple[str, dict[str, Any]]:
    """An action and its arguments, as agents propose them: mostly fitting, sometimes anything."""
    orders = centre.shop.orders_of(_matched(centre, interaction))
    if not orders or chance.random() < 0.15:
        orders = list(centre.shop.orders.values())
    order = chance.choice(orders)
    item = chance.choice(order.items)
    amount: Any = item.left
    if chance.random() < 0.4:
        amount = chance.choice((min(item.left, 2500), min(item.left, 10000), item.left + 1, -item.left, 0, 10**9, "12"))
    refund = {"order_id": order.id, "item_id": item.id, "amount": {"amount": amount, "currency": "EUR"}}
    if chance.random() < 0.7:
        return chance.choice(("shop.refund_item", "shop.refund_item_plain")), refund
    return chance.choice(
        (
            ("shop.refund_item_plain", {**refund, "reason": "goodwill"}),
            ("shop.get_order", {"order_id": order.id}),
            ("shop.get_customer", {"customer_id": order.owner}),
            ("mail.send", {"reply_to": "me@example.com", "message": "hello"}),
            ("mail.send_code", {"to": "me@example.com", "code": "123456"}),
            ("shop.burn_down", {}),
        )
    )


def _matched(centre: Centre, interaction: InteractionId) -> str:
    """Whom the agent's screen shows as the customer."""
    customer = ""
    for index in centre.store.by_tag.get(f"interaction:{interaction}", ()):
        event = centre.store.events[index].event
        if isinstance(event, CustomerMatched):
            customer = event.customer
    return customer


class Supervisor(_Person):
    """Somebody who approves, rejects and finds out, late and sometimes twice, by what a node's screen shows."""

    def __init__(self, centre: Centre, number: int) -> None:
        super().__init__(centre, f"u_supervisor{number}", ("supervisor",))
        self.diligent = False
        self._later: set[str] = set()

    async def work(self) -> None:
        """Look at the screen now and then, until cancelled."""
        while True:
            await self.pause(4, 50)
            lives = self._centre.lives
            if not lives:
                continue
            app = self._chance.choice(lives).app
            # All that waits at once: the limits have to hold also where two are let through in the same moment.
            waiting = [self._decide(ProposalId(one.proposal), one.args_hash) for one in app.approvals.waiting.values()]
            await asyncio.gather(*waiting)
            for proposal in list(app.approvals.unknown):
                await self._find_out(ProposalId(proposal))
            if not self.diligent and self._chance.random() < 0.03:
                await self._switch()

    async def _decide(self, proposal: ProposalId, args_hash: str) -> None:
        chance = self._chance
        if proposal in self._later:
            return
        approve = Approve(proposal=proposal, by=self.principal, args_hash=args_hash)
        reject = Reject(
            proposal=proposal, by=self.principal, customer_reason="Not this time.", file_reason="Too often."
        )
        match chance.choice(("approve",) * 6 + ("reject", "reject", "twice", "both", "altered", "later")):
            case "approve":
                await self.do(approve, "approve")
            case "reject":
                await self.do(reject, "reject")
            case "twice":
                await asyncio.gather(self.do(approve, "approve"), self.do(approve, "approve"))
            case "both":
                await asyncio.gather(self.do(approve, "approve"), self.do(reject, "reject"))
            case "altered":
                await self.do(Approve(proposal=proposal, by=self.principal, args_hash="0" * 64), "approve")
            case "later":
                # It is left until its time is over.
                self._later.add(proposal)

    async def _find_out(self, proposal: ProposalId) -> None:
        await self.pause(15, 60)
        happened = bool(self._centre.shop.made_for(proposal)) or any(
            mail.reference == proposal for mail in self._centre.shop.mails
        )
        found = ResolveUnknown(proposal=proposal, by=self.principal, happened=happened, note="I looked it up.")
        await self.do(found, "resolve")

    async def _switch(self) -> None:
        queue = self._chance.choice(SERVES)
        await self.do(CloseQueue(queue=queue, message="We are at lunch.", by=self.id), "close")
        await self.pause(5, 60)
        await self.do(OpenQueue(queue=queue, by=self.id), "open")


async def _execute(command: Command, cause: str, app: App) -> None:
    await app.execute(command, cause)
