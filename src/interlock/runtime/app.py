"""The composition: one tenant's centre on one node, by value; nothing registers itself."""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from typing import Any

import structlog

from interlock.connectors.builtin_model import Model
from interlock.connectors.contract import Connection
from interlock.connectors.key_sets import KeySets
from interlock.control.approvals import Approvals
from interlock.control.ledgers import postings
from interlock.control.settings import ControlSettings, EffectSettings
from interlock.governance.erasing import people_of, people_query
from interlock.kernel.documents import DefinitionError
from interlock.kernel.errors import Refused, Unavailable
from interlock.kernel.events import START, Command, Cursor, Recorded
from interlock.kernel.log import Appended, Due, Log, Records
from interlock.routing.board import Board
from interlock.routing.queues import Specs
from interlock.runtime.alerts import Alerts
from interlock.runtime.breaking import Breaking
from interlock.runtime.carrying import Carrying
from interlock.runtime.cases import Cases
from interlock.runtime.challenges import Challenges
from interlock.runtime.chores import Chores
from interlock.runtime.clock import Clock
from interlock.runtime.correspondence import Correspondence
from interlock.runtime.definitions import Definitions
from interlock.runtime.documents import Documents
from interlock.runtime.effects import Effects
from interlock.runtime.engine import Engine
from interlock.runtime.follower import Follower
from interlock.runtime.foreseeing import Foreseeing
from interlock.runtime.functions import Functions, FunctionWorkers
from interlock.runtime.gate import Gate, begins
from interlock.runtime.in_force import InForce, close_all
from interlock.runtime.journey_pages import JourneyPages
from interlock.runtime.knowledge import Knowledge
from interlock.runtime.lockouts import Lockouts
from interlock.runtime.matters import Matters
from interlock.runtime.node import Node
from interlock.runtime.open_views import OpenViews
from interlock.runtime.outside_agents import OutsideAgents
from interlock.runtime.past import recent_traffic, recent_use
from interlock.runtime.queueing import Queueing
from interlock.runtime.replays import Replays
from interlock.runtime.settings import Settings
from interlock.runtime.signals import Signals
from interlock.runtime.spending import Spending
from interlock.runtime.staff import CHANGES_ACCOUNTS, Staff
from interlock.runtime.staff_changes import StaffChanges
from interlock.runtime.stops import Stops
from interlock.runtime.stored_releases import Releases
from interlock.runtime.suggesting import Suggestions
from interlock.runtime.switchboard import Switchboard
from interlock.runtime.telemetry import Metrics
from interlock.runtime.tokens import Tokens
from interlock.runtime.triggers import Triggers
from interlock.runtime.turns import Turns
from interlock.runtime.warm_views import WarmViews
from interlock.vocabulary.carrying import TakeUp
from interlock.vocabulary.correspondence import SendMessages
from interlock.vocabulary.foresights import Foresee
from interlock.vocabulary.ids import CustomerId, PersonId, StaffId
from interlock.vocabulary.interactions import HandBack
from interlock.vocabulary.journeys import AdvanceJourney, AskAgent, TakeTurn
from interlock.vocabulary.lockouts import CountGuess
from interlock.vocabulary.people import IssueChallenge, PersonErased
from interlock.vocabulary.proposals import EffectFailed, EffectSucceeded, JudgeProposal, PerformEffect, ProposeAction
from interlock.vocabulary.releases import ReleasePublished
from interlock.vocabulary.settings import TenantSettings
from interlock.vocabulary.triggers import WeighTrigger

logger = structlog.get_logger(__name__)


class App:
    """One tenant's centre on one node."""

    def __init__(
        self,
        settings: Settings,
        log: Log,
        records: Records,
        clock: Clock,
        secret: bytes,
        definitions: Definitions,
        *,
        node: str,
        connectors: Mapping[str, Connection] | None = None,
        functions: Functions | None = None,
        tell: Callable[[], None] = lambda: None,
        cursor: Cursor = START,
    ) -> None:
        self.settings = settings
        self.log = log
        self.records = records
        self.clock = clock
        self.metrics = Metrics()
        self.signals = Signals()
        self.alerts = Alerts(clock)
        self.functions: Functions = functions if functions is not None else FunctionWorkers(self._on_failed_fact)
        self._tell = tell
        self._chores = Chores(clock)
        self._taking = asyncio.Lock()
        self._in_force = InForce(settings, records, secret, definitions, connectors, self._on_call)
        self.engine = Engine(log, clock, self._in_force.subjects(), postings, begins)
        self.engine.appended = self._on_appended
        self.node = Node(node, log, clock, self._carry_out)
        self.follower = Follower(log, clock, cursor)
        self.follower.views.append(self._fold)
        self.node.on_parked = self.follower.look_again
        self._warm = WarmViews(records, self.queues, self.control)
        self.views = OpenViews(log, self.follower)
        self.staff = Staff(records, self.engine, clock)
        self.staff_changes = StaffChanges(self)
        self.after_release: list[Callable[[], Coroutine[Any, Any, None]]] = [self.staff_changes.serve_anew]
        self.documents, self.knowledge = Documents(self), Knowledge(self, self._chores)
        self.switchboard = Switchboard(log, clock)
        self.stops, self.breaking = Stops(self), Breaking(self)
        self.spending, self.lockouts, self.matters = Spending(self), Lockouts(self), Matters(self)
        self.gate, self.foreseeing, self._effects = Gate(self), Foreseeing(self), Effects(self)
        self.recent_use, self.recent_traffic = recent_use(log, clock), recent_traffic(log, clock)
        self.journey_pages, self.replays = JourneyPages(self), Replays(self)
        key_sets = KeySets(settings.issuers, allowed=frozenset(settings.allowed_hosts))
        self.outside = OutsideAgents(records, self.engine, Tokens(key_sets, clock), settings.url)
        self.cases, self.triggers = Cases(self), Triggers(self)
        self.carrying = Carrying(self)
        self._challenges, self._queueing, self.turns = Challenges(self), Queueing(self, self._warm), Turns(self)
        self.correspondence, self.suggestions = Correspondence(self), Suggestions(self)
        self._by_hand = self._carriers()

    # What the definitions in force say.

    @property
    def definitions(self) -> Definitions:
        """The release in force."""
        return self._in_force.definitions

    @property
    def releases(self) -> Releases:
        """The release in force, and those that interactions still run on."""
        return self._in_force.releases

    @property
    def tenant(self) -> TenantSettings:
        """The tenant's settings."""
        return self.definitions.tenant

    @property
    def queues(self) -> Specs:
        """The queues by name."""
        return self.definitions.queues

    @property
    def control(self) -> ControlSettings:
        """The gate's settings."""
        return self._in_force.control

    @property
    def effect_settings(self) -> EffectSettings:
        """How effects are carried out."""
        return self._in_force.effect_settings

    def connector(self, name: str) -> Connection:
        """The connector of that name. Raises Unavailable where none is connected, or calls of it are halted."""
        self.switchboard.check(name)
        return self._in_force.connector(name)

    def staff_name(self, staff: StaffId) -> str:
        """What people call a member of staff."""
        return self.staff.names.get(staff, "Agent")

    # Doing things.

    async def execute(self, command: Command, cause: str) -> Appended:
        """Decide a command that came from outside. Raises Refused where the rules say no."""
        if isinstance(command, ProposeAction):
            await self.stops.refuse_if_tenant_halted()
        if isinstance(command, HandBack):
            await self.spending.refuse_hand_back(command.interaction)
        return await self.engine.execute(command, cause=cause)

    async def issue_challenge(self, command: IssueChallenge, cause: str) -> None:
        """Send a one-time code because a person asked for it."""
        await self._challenges.issue(command, cause=cause)

    def _carriers(self) -> dict[type[Command], Callable[[Due, Any], Awaitable[None]]]:
        """What carries out the due commands that need more than a decision."""
        return {
            TakeTurn: self.turns.take,
            AdvanceJourney: self.turns.advance,
            TakeUp: self.turns.take_up,
            AskAgent: self.turns.ask_agent,
            JudgeProposal: self.gate.judge,
            Foresee: self.foreseeing.foresee,
            PerformEffect: self._effects.perform,
            IssueChallenge: self._challenges.carry_out,
            CountGuess: self.lockouts.count,
            WeighTrigger: self.triggers.carry_out,
            **self._queueing.carriers(),
            SendMessages: self.correspondence.send,
        }

    async def _carry_out(self, due: Due) -> None:
        command, started = due.command, time.perf_counter()
        carry_out = self._by_hand.get(type(command))
        try:
            if carry_out is not None:
                await carry_out(due, command)
            else:
                await self.engine.execute(command, cause=due.cause, answers=due.id)
        finally:
            self.metrics.commands.labels(type(command).__name__).observe(time.perf_counter() - started)

    def _on_appended(self, recorded: Sequence[Recorded], granted: Sequence[Due]) -> None:
        for one in recorded:
            self.metrics.facts.labels(type(one.event).__name__).inc()
            self.switchboard.fold(one)
        self.node.accept(granted)
        if recorded:
            self.follower.wake(recorded[-1].cursor)
            self._tell()

    # Views.

    @property
    def board(self) -> Board:
        """The queues, the visits and the agents now."""
        return self._warm.board

    @property
    def approvals(self) -> Approvals:
        """What waits for an approver, and what nobody knows."""
        return self._warm.approvals

    def _fold(self, recorded: Recorded) -> None:
        self.switchboard.fold(recorded)
        for command, cause in self.breaking.fold(recorded):
            self._chores.once(self.breaking.carry_out(command, cause))
        snapshot = self._warm.fold(recorded)
        if snapshot is not None:
            self._chores.once(self._warm.store(snapshot))
        match recorded.event:
            case ReleasePublished():
                self._chores.until_done(self._take_release)
            case event if isinstance(event, CHANGES_ACCOUNTS):
                self._chores.until_done(self.staff.load)
            case PersonErased():
                self._forget_opened()
            case EffectSucceeded() | EffectFailed() as event if waiting := self.gate.waiting.pop(event.proposal, None):
                self._chores.once(self.gate.wake(waiting))
            case _:
                pass

    async def load_views(self) -> None:
        """Begin from the stored views, if they can be read; otherwise from the beginning of the log."""
        self.follower.cursor = await self._warm.load() or self.follower.cursor
        await self.switchboard.now()

    async def _take_release(self) -> None:
        """Use what the log says is in force. One at a time, so that the one that begins last also ends last."""
        async with self._taking:
            release = await self.releases.in_force(self.log)
            if release == self.definitions.release:
                return
            try:
                self.use(await self.releases.load(release))
            except (LookupError, DefinitionError) as error:
                logger.error("a release cannot be used here; the one before stays", release=release, error=str(error))
            else:
                logger.info("a release came into force", release=release)

    def use(self, definitions: Definitions) -> None:
        """Put definitions into force on this node; nothing has changed if that raises DefinitionError."""
        before = self._in_force.use(definitions)
        self.engine.use(self._in_force.subjects())
        self._warm.use(self.queues, self.control)
        self._chores.once(close_all(before))
        self._chores.once(self.functions.keep(definitions.bundle.connectors))
        for call in self.after_release:
            self._chores.once(call())

    def asked(self, chosen: Sequence[str]) -> tuple[Model, ...]:
        """The models that are asked before the built-in one, in this order, by a step or journey that chooses these."""
        return self._in_force.chosen(chosen, [name for name, _ in self.definitions.models.asked])

    def agents(self, chosen: Sequence[str]) -> tuple[Model, ...]:
        """The models that may work in an agent step that chooses these."""
        return self._in_force.chosen(chosen, self.definitions.models.agents)

    def use_model(self, model: Model | None) -> None:
        """Ask this model in place of those that the definitions name; None is the built-in one alone."""
        self._in_force.asked, self._in_force.instead = () if model is None else (model,), True
        self.engine.use(self._in_force.subjects())

    def connect(self) -> None:
        """Open the connectors of the definitions in force."""
        self._in_force.connect()
        self.engine.use(self._in_force.subjects())  # the models that can be halted are known by now

    def _on_call(self, connector: str, duration_s: float, outcome: str) -> None:
        self.metrics.calls.labels(connector, outcome).observe(duration_s)

    def _on_failed_fact(self, connector: str, function: str, how: str) -> None:
        self.metrics.failed_facts.labels(connector, function).inc()
        self.alerts.tell(f"The fact {function} of the connector {connector} fails: {how}.")
        logger.error("a fact function failed", connector=connector, function=function, how=how)

    # Erasure.

    async def erase(self, customer: CustomerId, *, by: str) -> int:
        """Destroy the keys of everybody who was matched to a customer; gives how many people those were."""
        people = people_of((await self.log.read(people_query(customer))).events)
        if not people:
            raise Refused("customer_unknown", "Nobody was ever matched to this customer here.", status=404)
        for person in people:
            await self.log.destroy_keys(person)
        facts = [PersonErased(person=PersonId(person), customer=customer, by=by) for person in people]
        await self.engine.append(facts, cause=f"erase/{customer}/{secrets.token_hex(6)}")
        self._forget_opened()
        return len(people)

    def _forget_opened(self) -> None:
        """Drop whatever is kept in memory in the clear; it is read again, without what was erased."""
        self.views.forget_all()
        self.documents.forget()
        self.engine.forget()
        self.gate.forget()

    async def close(self) -> None:
        """Drain: finish what is being carried out, give the rest back, store the views."""
        await self.node.drain()
        await self._chores.end()
        await self.replays.close()
        try:
            await self._warm.store(self._warm.snapshot(self.follower.cursor))
        except Unavailable as error:
            logger.warning("the views could not be stored; the next start reads more of the log", error=str(error))
        await self._in_force.aclose()
        await self.functions.keep({})
