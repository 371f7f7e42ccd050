"""The gate itself, with everything but the outside: its deciders, its judgement, its ledgers and its timers, in memory."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime
from itertools import count
from typing import Any

from interlock.control import (
    ControlSettings,
    Known,
    ResourceRead,
    assemble,
    compute,
    judge,
    met,
    resource_request,
    subject,
)
from interlock.control.effects import failed, start, succeeded, unknown
from interlock.control.ledgers import postings
from interlock.control.past import past_of, windows_of
from interlock.control.proposals import ProposalState, evolve
from interlock.control.settings import EffectSettings
from interlock.kernel.deciders import Moment, SetTimer
from interlock.kernel.errors import Refused
from interlock.kernel.events import Command, Cursor, Event, Recorded
from interlock.kernel.lines import Lines
from interlock.vocabulary.ids import ProposalId, tag
from interlock.vocabulary.proposals import (
    ActionProposed,
    JudgeProposal,
    PerformEffect,
    ProposalJudged,
    ResolveUnknown,
)
from tests.reference.bank import bank

SETTINGS = ControlSettings(secret=b"of the bank")
EFFECTS = EffectSettings()


class RealGate:
    """Takes proposals and commands one after another; reactions and timers are carried out at once, on a time that is given.

    Attributes:
        accounts: what the bank says of each account when it is read.
        running: the proposals that were let through and have no outcome.
    """

    def __init__(self) -> None:
        self.bundle = bank()
        self.now = datetime.min
        self.lines = Lines()
        self.running: dict[ProposalId, None] = {}
        self._subject = subject(self.bundle, SETTINGS)
        self._deciders = {each.command: each for each in self._subject.deciders}
        self._facts: dict[str, list[Recorded]] = defaultdict(list)
        self._timers: dict[str, tuple[datetime, Command]] = {}
        self._numbers = count(1)
        self._states: dict[ProposalId, tuple[int, ProposalState]] = {}
        self.accounts: Mapping[str, Any] = {}
        self._known: dict[str, Known] = {}

    def state(self, proposal: ProposalId) -> ProposalState:
        """Where a proposal stands."""
        facts, (seen, state) = self._facts[tag("proposal", proposal)], self._states.get(proposal, (0, ProposalState()))
        if seen < len(facts):
            for recorded in facts[seen:]:
                state = evolve(state, recorded)
            self._states[proposal] = (len(facts), state)
        return state

    def at(self, now: datetime) -> None:
        """Let time pass: what falls due until then is carried out at its time."""
        while due := sorted((at, key) for key, (at, _) in self._timers.items() if at <= now):
            at, key = due[0]
            self.now = max(self.now, at)
            self.carry_out(self._timers.pop(key)[1])
        self.now = now

    def propose(self, proposed: ActionProposed, known: Known) -> None:
        """Freeze a proposal and judge it."""
        self._known[proposed.proposal] = known
        self._record([proposed])

    def carry_out(self, command: Command) -> bool:
        """Decide a command; False where it is refused."""
        decider = self._deciders[type(command)]
        queries = decider.reads(command)
        seen = [each for query in queries for each in self._facts[query.tag] if query.matches(each.event)]
        try:
            facts = decider.decide(command, decider.fold(seen), Moment(self.now, lambda prefix: f"{prefix}_x"))
        except Refused:
            return False
        self._record(facts)
        return True

    def settle(self, proposal: ProposalId, how: str, moved: int, by: ResolveUnknown | None = None) -> None:
        """What became of an effect that is running: ``done``, ``failed``, or ``unknown`` until ``by`` says it."""
        state = self.state(proposal)
        assert state.proposed is not None
        action = self.bundle.actions[state.proposed.action]
        if state.started is None:
            self._record([start(state, self.now, EFFECTS)])
            state = self.state(proposal)
        if how == "unknown":
            if state.unknown is None:
                self._record([unknown(state, "nobody knows")])
            if by is None:
                return
            assert self.carry_out(by)
        elif how == "done":
            answer = {"payment_id": f"pay-{proposal}", "amount": {"amount": moved, "currency": "EUR"}}
            self._record([succeeded(state, action, answer)])
        else:
            self._record([failed(state, "no", "it said no")])
        del self.running[proposal]

    def _record(self, events: Any) -> None:
        for event in events:
            number = next(self._numbers)
            recorded = Recorded(Cursor(1, number), f"e{number}", self.now, event, "test")
            for each in event.tags():
                self._facts[each].append(recorded)
            for posting in postings(event, self.now):
                self.lines.post(posting, self.now)
            for timers in self._subject.timers:
                for change in timers(event, self.now):
                    self._timers.pop(change.key, None)
                    if isinstance(change, SetTimer):
                        self._timers[change.key] = (change.at, change.command)
            self._react(event)

    def _react(self, event: Event) -> None:
        for reaction in self._subject.reactions:
            for command in reaction(event):
                if isinstance(command, JudgeProposal):
                    self._judge(command.proposal)
                elif isinstance(command, PerformEffect):
                    self.running[command.proposal] = None

    def _judge(self, proposal: ProposalId) -> None:
        state = self.state(proposal)
        if state.proposed is not None and state.judgeable:
            self._record([self._judged(state, state.proposed)])

    def _judged(self, state: ProposalState, proposed: ActionProposed) -> ProposalJudged:
        action = self.bundle.actions[proposed.action]
        asked = resource_request(action, proposed)
        read = None if asked is None else ResourceRead(at=self.now, record=self.accounts.get(asked[1]["account_id"]))
        record = (read.record if read is not None else None) or {}
        computed = compute(action, record, proposed.args, {})
        facts = assemble(action, proposed, self._known[proposed.proposal], read, self.now, computed=computed)
        ledgers = self.bundle.ledgers_of(proposed.action)
        subjects = self.bundle.subjects(proposed, facts, SETTINGS.secret)
        windows = windows_of(ledgers, subjects, proposed.proposal, self.now)
        totals = {(each.ledger, each.subject): self.lines.total(each) for each in windows}
        past = past_of(ledgers, subjects, totals, self.now)
        return judge(self.bundle, proposed, facts, met(proposed, state.met, self.now), past, self.now)
