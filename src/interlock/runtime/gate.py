"""How is a proposal judged: read the resource now, lock the ledgers, ask the rules, record; the last three in one transaction."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from interlock.control.actions import Action, all_args
from interlock.control.approving import approval_asked
from interlock.control.effects import succeeded
from interlock.control.facts import Facts, Known, Promised, assemble, matters_of, matters_query
from interlock.control.identity import known, session_query
from interlock.control.judgement import judge
from interlock.control.met import Done, Met, met
from interlock.control.past import STEP_WAIT, Past, past_of, waits_for, windows_of
from interlock.control.promises import Book, promise_query
from interlock.control.promises import fold as fold_promises
from interlock.control.proposals import ProposalState, evolve, proposal_query
from interlock.control.readings import NOTHING_COMPUTED, Computed, KnownFact, ResourceRead
from interlock.control.risk import proofs_query, risk_of
from interlock.control.stopping import stopped
from interlock.control.timing import Times, times
from interlock.kernel.errors import Conflict
from interlock.kernel.events import Event, Recorded
from interlock.kernel.log import Due, Judging, Plan, Query, Total
from interlock.runtime.engine import ATTEMPTS, Beginning
from interlock.runtime.outside import Outside
from interlock.vocabulary.ids import CustomerId, ProposalId, tag
from interlock.vocabulary.proposals import ActionProposed, EffectSucceeded, JudgeProposal, ProposalJudged

if TYPE_CHECKING:
    from interlock.runtime.app import App

READS_KEPT: Final = 1_000
STEP_LOOK: Final = timedelta(seconds=1)
"""How soon a proposal that waits for a running step is looked at again, should nobody have heard of the outcome."""
WAITED_FOR: Final = 1_000
"""Running steps of which a node remembers who waits for them; who waits for an older one is looked at every second."""


def begins(event: Event) -> Beginning | None:
    """A proposal begins with the fact that it was made: no fact about it can be older."""
    if not isinstance(event, ActionProposed):
        return None
    return Beginning((proposal_query(event.proposal),), ProposalState(), evolve)


class Gate:
    """Carries out ``JudgeProposal``."""

    def __init__(self, app: App) -> None:
        self._app = app
        self._outside = Outside(app)
        self.read: OrderedDict[ProposalId, dict[str, Any]] = OrderedDict()
        """What was read for proposals that ask for nothing else; taken by whoever carries them out here."""
        self.waiting: OrderedDict[ProposalId, set[ProposalId]] = OrderedDict()
        """By a proposal that is being carried out, those that wait for its outcome."""

    async def judge(self, due: Due, command: JudgeProposal) -> None:
        """Judge a frozen proposal on what is true now."""
        query, unseen = proposal_query(command.proposal), True
        for _ in range(ATTEMPTS):
            state, snapshot = await self._app.engine.state((query,), ProposalState(), evolve, unseen=unseen)
            if state.proposed is None or state.changed_at is None or not state.judgeable:
                if unseen:
                    unseen = False
                    continue
                await self._app.log.append(Plan(answers=due.id, cause=due.id))
                return
            unseen = False
            try:
                await self._judge(due, state, query, snapshot, state.changed_at + STEP_WAIT)
            except Conflict:
                continue
            return
        raise Conflict("a proposal kept changing while it was judged")

    async def _judge(self, due: Due, state: ProposalState, query: Query, snapshot: str, patience: datetime) -> None:
        """One attempt. A step that is running is waited for until ``patience`` ends, if its outcome may change the answer."""
        app, bundle, proposed = self._app, self._app.definitions.bundle, state.proposed
        assert proposed is not None
        halted = await self._stopped(proposed)
        if halted is None:
            facts = await self._facts(proposed)
            halted = await self._stopped(proposed, again=True)  # reading may have taken its time
        if halted is not None:
            await self._record(due, halted, state, (query,), snapshot, None)
            return
        now = app.clock()
        facts = facts._replace(time=self._time(state.proposed_at))
        guard, done = await self._done(proposed, query)
        remedies = met(
            proposed,
            state.met,
            now,
            customer=facts.customer,
            done=done,
            done_valid=app.control.do_valid,
            granted=state.granted,
        )
        ledgers = bundle.ledgers_of(proposed.action)
        subjects = bundle.subjects(proposed, facts, app.control.secret)
        windows = windows_of(ledgers, subjects, proposed.proposal, now)
        if not windows:
            judged = judge(bundle, proposed, facts, remedies, past_of(ledgers, subjects, {}, now), now)
            await self._record(due, judged, state, guard, snapshot, None)
            return
        async with app.log.judging(windows) as judging:
            past = past_of(ledgers, subjects, judging.totals, now)
            again = partial(judge, bundle, proposed, facts, remedies, now=now)
            judged = again(past)
            running = waits_for(judged, past, again) if now < patience else ()
            if not running:
                await self._record(due, judged, state, guard, snapshot, judging)
        if running:
            await self._wait(due, proposed.proposal, running, min(now + STEP_LOOK, patience))

    async def _wait(self, due: Due, proposal: ProposalId, running: Iterable[str], at: datetime) -> None:
        """Give the command back: it is judged when an outcome is heard of, and looked at again at a time in any case."""
        for each in running:
            self.waiting.setdefault(ProposalId(each), set()).add(proposal)
        while len(self.waiting) > WAITED_FOR:
            self.waiting.popitem(last=False)
        await self._app.node.postpone(due, at)

    async def wake(self, proposals: Iterable[ProposalId]) -> None:
        """Judge proposals now that have waited for an outcome."""
        for each in sorted(proposals):
            await self._app.log.bring_forward(each, JudgeProposal.__name__, self._app.clock())
        await self._app.node.look()

    async def foresee(self, proposed: ActionProposed) -> ProposalJudged:
        """What would be said if this were proposed now: read and judged like any other, but nothing is recorded or reserved."""
        halted = await self._stopped(proposed)
        if halted is not None:
            return halted
        app, bundle = self._app, self._app.definitions.bundle
        facts = (await self._facts(proposed))._replace(time=self._time(None))
        self.read.pop(proposed.proposal, None)  # no look-up comes after it that could be given what was read
        now, ledgers = app.clock(), bundle.ledgers_of(proposed.action)
        subjects = bundle.subjects(proposed, facts, app.control.secret)
        totals: Mapping[tuple[str, str], Total] = {}
        if windows := windows_of(ledgers, subjects, proposed.proposal, now):
            async with app.log.judging(windows) as judging:
                totals = judging.totals
        return judge(bundle, proposed, facts, Met(), past_of(ledgers, subjects, totals, now), now)

    async def look_up(
        self, proposed: ActionProposed, pending: Sequence[Recorded]
    ) -> tuple[ProposalJudged, EffectSucceeded | None] | None:
        """Judge a look-up of just what the gate reads anyway, and answer it with what was read.

        Nothing outside changes by it, so it needs no turn of its own: the caller records both with the proposal.

        Args:
            pending: the facts that are to be recorded before the judgement; they count like those that are.

        Returns:
            The judgement and, where it allows, the outcome; None where this is no such look-up.
        """
        bundle = self._app.definitions.bundle
        action = bundle.actions.get(proposed.action)
        if action is None or action.effect != "read" or action.resource is None:
            return None
        if action.operation != action.resource.operation or bundle.ledgers_of(proposed.action):
            return None
        halted = await self._stopped(proposed, pending)
        if halted is not None:
            self._app.metrics.judgements.labels(halted.action, halted.verdict).inc()
            return halted, None
        facts = (await self._facts(proposed, pending))._replace(time=self._time(None))
        judged = judge(bundle, proposed, facts, Met(), Past(), self._app.clock())
        if judged.verdict == "needs":
            return None
        self._app.metrics.judgements.labels(judged.action, judged.verdict).inc()
        record = self.read.pop(proposed.proposal, None)
        if judged.verdict != "allowed" or record is None:
            return judged, None
        return judged, succeeded(ProposalState(proposed=proposed, judged=judged), action, record)

    async def _stopped(
        self, proposed: ActionProposed, pending: Sequence[Recorded] = (), *, again: bool = False
    ) -> ProposalJudged | None:
        """The denial where a switch, a breaker or a budget stops it before anything is read; None where nothing does."""
        stop = await self._app.stops.of(proposed, pending, again=again)
        return None if stop is None else stopped(self._app.definitions.bundle, proposed, stop.rulings, stop.why)

    async def _record(
        self,
        due: Due,
        judged: ProposalJudged,
        state: ProposalState,
        guard: tuple[Query, ...],
        snapshot: str,
        into: Judging | None,
    ) -> None:
        app = self._app
        app.metrics.judgements.labels(judged.action, judged.verdict).inc()
        for rule in judged.overridden:
            app.metrics.overrides.labels(rule).inc()
        facts = [judged, *approval_asked(judged, state, app.definitions.bundle, app.clock())]
        await app.engine.append(facts, cause=due.id, guard=guard, snapshot=snapshot, answers=due.id, into=into)

    def _time(self, proposed_at: datetime | None) -> Times:
        settings = self._app.control
        return times(self._app.clock(), zone=settings.zone, hours=settings.hours, proposed_at=proposed_at)

    async def _done(self, proposed: ActionProposed, query: Query) -> tuple[tuple[Query, ...], tuple[Done, ...]]:
        """What must not change while it is judged; and what was done in its interaction, where a rule asks for that."""
        policies = self._app.definitions.bundle.policies.get(proposed.action)
        if policies is None or not policies.prerequisites:
            return (query,), ()
        effects = Query(tag("interaction", proposed.interaction), (EffectSucceeded,))
        proposals = Query(tag("interaction", proposed.interaction), (ActionProposed,))
        seen = await self._app.log.read(effects, proposals)
        principals = {
            one.event.proposal: one.event.principal for one in seen.events if isinstance(one.event, ActionProposed)
        }
        done = tuple(
            Done(one.event.action, one.event.customer, one.at, principals[one.event.proposal])
            for one in seen.events
            if isinstance(one.event, EffectSucceeded) and one.event.action in policies.prerequisites
        )
        # What succeeds meanwhile finds nobody waiting yet, so this judgement has to see it.
        return (query, effects), done

    def forget(self) -> None:
        """Drop what is kept of customers: somebody was erased."""
        self.read.clear()
        self._outside.forget()

    async def _facts(self, proposed: ActionProposed, pending: Sequence[Recorded] = ()) -> Facts:
        """What is true of the proposal: the session and everything outside are read side by side."""
        app = self._app
        bundle = app.definitions.bundle
        action = bundle.actions.get(proposed.action)
        session = self._known(proposed, pending)
        if action is None:
            in_session = await session
            customer = proposed.customer or in_session.assurance.customer
            return Facts(customer, 0, 0, 0, 0, False, {}, {}, {"action": "it is not declared"}, {}, None)
        of_customer = bundle.customer_facts_of(action.name) or bundle.may_keep_promises(action.name)
        if proposed.customer or not (action.reads or of_customer):
            in_session, outside = await asyncio.gather(session, self._outside_of(action, proposed, proposed.customer))
        else:
            # Who the customer is was found out since it was proposed.
            in_session = await session
            outside = await self._outside_of(action, proposed, in_session.assurance.customer)
        read, reads, facts, promises = outside
        computed = await self._computed(action, proposed, read, reads)
        now = app.clock()
        found = assemble(action, proposed, in_session, read, now, computed=computed, reads=reads, of_customer=facts)
        return found._replace(promises=promises)

    async def _promises(self, action: Action, customer: CustomerId) -> tuple[Promised, ...]:
        """What was promised to the customer that this action could keep."""
        if not customer or not self._app.definitions.bundle.may_keep_promises(action.name):
            return ()
        book, _ = await self._app.engine.state((promise_query(customer),), Book(), fold_promises)
        return tuple(book.open(self._app.clock()))

    async def _outside_of(
        self, action: Action, proposed: ActionProposed, customer: CustomerId
    ) -> tuple[ResourceRead | None, dict[str, ResourceRead], list[KnownFact], tuple[Promised, ...]]:
        """Everything besides the session: the resource, further reads, what is known of the customer and promised her."""
        resource = asyncio.ensure_future(self._resource(action, proposed))
        return await asyncio.gather(
            resource,
            self._outside.reads(action, proposed, customer, resource),
            self._outside.of_customer(self._app.definitions.bundle.customer_facts_of(action.name), customer),
            self._promises(action, customer),
        )

    async def _known(self, proposed: ActionProposed, pending: Sequence[Recorded]) -> Known:
        """What is established in the session, and what speaks against it."""
        app, query, bundle = self._app, session_query(proposed.session), self._app.definitions.bundle
        nothing: tuple[Recorded, ...] = ()
        (events, _), (recognised, _), proofs = await asyncio.gather(
            app.engine.state((query,), nothing, _collected),
            app.engine.state((matters_query(proposed.interaction),), nothing, _collected),
            self._proofs(proposed.customer),
        )
        told = (*events, *(one for one in pending if query.matches(one.event)))
        found = known(told, proposed.session, proposed.channel, app.clock(), app.control)
        if found.assurance.customer != proposed.customer:
            proofs = await self._proofs(found.assurance.customer)
        risk = risk_of(bundle.signals, told, app.clock(), proofs)
        return found._replace(risk=risk, matters=matters_of((*recognised, *pending)))

    async def _proofs(self, customer: CustomerId) -> tuple[Recorded, ...]:
        """How the customer proved before who she is, where a signal looks at that."""
        nothing: tuple[Recorded, ...] = ()
        if not customer or not self._app.definitions.bundle.looks_at_devices:
            return nothing
        proofs, _ = await self._app.engine.state((proofs_query(customer),), nothing, _collected)
        return proofs

    async def _resource(self, action: Action, proposed: ActionProposed) -> ResourceRead | None:
        read = await self._outside.resource(action, proposed)
        if read is None or action.resource is None or read.record is None:
            return read
        if action.effect == "read" and action.operation == action.resource.operation:
            # The look-up asks for what was just read: it is given what was judged, and not asked for twice.
            self.read[proposed.proposal] = dict(read.record)
            while len(self.read) > READS_KEPT:
                self.read.popitem(last=False)
        return read

    async def _computed(
        self, action: Action, proposed: ActionProposed, read: ResourceRead | None, reads: dict[str, ResourceRead]
    ) -> Computed:
        """What the connector's own functions say; nothing where what they are about is not there."""
        if not action.facts or (action.resource is not None and (read is None or read.record is None)):
            return NOTHING_COMPUTED
        connector = self._app.definitions.bundle.connectors[action.connector]
        record = read.record if read is not None and read.record is not None else {}
        args = all_args(proposed.args, proposed.private_args)
        return await self._app.functions.compute(connector, action, record, args, reads)


def _collected(events: tuple[Recorded, ...], recorded: Recorded) -> tuple[Recorded, ...]:
    """The session's few facts themselves: what they say depends on the time."""
    return (*events, recorded)
