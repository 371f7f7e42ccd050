"""How is an allowed proposal carried out: once, whatever dies on the way. Takes nothing but an allowed judgement from the log."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from interlock.connectors.contract import Authorised, Declined, Done, authorise
from interlock.control.actions import Action, all_args
from interlock.control.effects import Step, after_error, after_lookup, next_step, start, succeeded, withdrawn
from interlock.control.proposals import ProposalState, evolve, proposal_query
from interlock.control.subject import react
from interlock.control.templates import Unknown
from interlock.kernel.errors import Refused, Unavailable
from interlock.kernel.events import Command, Event
from interlock.kernel.log import Due, Plan, Query
from interlock.vocabulary.channels import Channel
from interlock.vocabulary.ids import tag
from interlock.vocabulary.interactions import AskCustomer
from interlock.vocabulary.journeys import AdvanceJourney
from interlock.vocabulary.proposals import ActionProposed, EffectFailed, EffectSucceeded, EffectUnknown, PerformEffect

if TYPE_CHECKING:
    from interlock.runtime.app import App

OUTCOMES = (EffectSucceeded, EffectFailed, EffectUnknown)


class Effects:
    """Carries out ``PerformEffect``."""

    def __init__(self, app: App) -> None:
        self._app = app

    async def perform(self, due: Due, command: PerformEffect) -> None:
        """Find out what has to be done about the effect, whoever had it before, and do it."""
        app = self._app
        query = proposal_query(command.proposal)
        state, snapshot = await app.engine.state((query,), ProposalState(), evolve, unseen=True)
        if not state.allowed or state.started is not None:
            state, snapshot = await app.engine.state((query,), ProposalState(), evolve)
        if state.proposed is None or state.judged is None:
            raise Refused("proposal_unknown", "There is no such proposal.", status=404)
        action = app.definitions.bundle.actions.get(state.proposed.action)
        if action is None:
            raise Unavailable(state.proposed.action, "no connector declares this action any more", retry_after_s=30)
        step = next_step(state, action, app.clock(), app.effect_settings)
        read = self._app.gate.read.pop(command.proposal, None)
        if isinstance(step, Step) and step.kind == "call":
            step = await self._stopped(state, action, maybe_sent=state.started is not None) or step
        if isinstance(step, Step) and step.kind == "call" and read is not None:
            step = succeeded(state, action, read)
        if isinstance(step, Step) and step.kind == "call":
            authorised = authorise(state.judged, state.proposed, app.control.secret)
            started = start(state, app.clock(), app.effect_settings)
            written = await app.engine.append(
                [started],
                cause=f"{due.id}/start/{started.attempt}",
                guard=(query,),
                snapshot=snapshot,
            )
            state = evolve(state, written.recorded[0])
            step = await self._call(state, action, authorised)
        await self._settle(due, state, action, step, snapshot)

    async def _settle(self, due: Due, state: ProposalState, action: Action, step: Step | Event, snapshot: str) -> None:
        app = self._app
        if isinstance(step, Step) and step.kind == "look_up":
            step = after_lookup(state, action, await self._look_up(state, action), app.clock(), app.effect_settings)
        if isinstance(step, Event):
            assert state.proposed is not None
            outcome = Query(tag("proposal", state.proposed.proposal), OUTCOMES)
            cause = f"{due.id}/{type(step).__name__}/{state.started.attempt if state.started else 0}"
            told = _told_to_nobody(state.proposed, step)
            await app.engine.append([step], cause=cause, guard=(outcome,), snapshot=snapshot, answers=due.id, done=told)
        elif step.kind == "wait":
            await app.node.postpone(due, step.at or app.clock())
        else:
            await app.log.append(Plan(answers=due.id, cause=due.id))

    async def _call(self, state: ProposalState, action: Action, authorised: Authorised) -> Step | Event:
        app = self._app
        assert state.proposed is not None and state.started is not None
        args = all_args(state.proposed.args, state.proposed.private_args)
        calls, maybe_sent = 0, False
        while True:
            calls += 1
            problem: Refused | Unavailable
            try:
                answer = await app.connector(action.connector).perform(
                    authorised, action, args, state.proposed.proposal
                )
                if isinstance(answer, Done):
                    return succeeded(state, action, answer.result)
                assert isinstance(answer, Declined)
                problem = Refused(answer.code, answer.reason)
            except Unavailable as error:
                problem = error
            except Unknown as gap:
                problem = Refused("argument_gone", f"'{gap.path}' is not known any more")
            step = after_error(
                state, action, problem, app.clock(), app.effect_settings, calls=calls, maybe_sent=maybe_sent
            )
            maybe_sent = maybe_sent or (isinstance(problem, Unavailable) and problem.sent)
            if isinstance(step, Event) or step.kind != "again":
                return step
            await self._until(step.at)
            stopped = await self._stopped(state, action, maybe_sent=maybe_sent or state.started.attempt > 1)
            if stopped is not None:
                return stopped

    async def _stopped(self, state: ProposalState, action: Action, *, maybe_sent: bool) -> Step | Event | None:
        """What becomes of the effect where something stops it before it is called; None where nothing does."""
        assert state.proposed is not None
        stop = await self._app.stops.of(state.proposed, again=True)
        if stop is None:
            return None
        ruling = stop.rulings[0]
        return withdrawn(state, action, ruling.rule, ruling.customer_reason, maybe_sent=maybe_sent)

    async def _until(self, at: datetime | None) -> None:
        now = self._app.clock()
        if at is not None and at > now:
            await self._app.clock.sleep((at - now).total_seconds())

    async def _look_up(self, state: ProposalState, action: Action) -> object:
        assert state.proposed is not None
        args = all_args(state.proposed.args, state.proposed.private_args)
        try:
            return await self._app.connector(action.connector).look_up(action, args, state.proposed.proposal)
        except (Unavailable, Unknown):
            return None


def _told_to_nobody(proposed: ActionProposed, outcome: Event) -> list[Command]:
    """What would tell an outcome where nobody waits for it: no journey what a person or a program proposed, no card to an API."""
    told: list[Command] = []
    if not proposed.run:
        told += [each for each in react(outcome) if isinstance(each, AdvanceJourney)]
    if proposed.channel is Channel.API:
        told.append(AskCustomer(interaction=proposed.interaction, proposal=proposed.proposal))
    return told
