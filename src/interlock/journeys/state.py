"""Where do the journeys of one interaction stand, as its facts tell?"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final, Literal, NamedTuple

import msgspec
from msgspec.structs import replace

from interlock.journeys.agent_work import OUTCOME, AgentWork, worked
from interlock.journeys.claims import Told, told_by
from interlock.journeys.heard import RECORDS_KEPT, Heard, heard_again
from interlock.kernel.events import Event, Recorded
from interlock.vocabulary.card_words import card_words
from interlock.vocabulary.channels import Channel
from interlock.vocabulary.ids import NOBODY, CustomerId, InteractionId, PersonId, RunId, SessionId
from interlock.vocabulary.interactions import (
    AgentJoined,
    HandedBack,
    HandOverFailed,
    InteractionEnded,
    InteractionReopened,
    InteractionStarted,
    LanguageChanged,
    MessagePosted,
)
from interlock.vocabulary.journeys import (
    AgentAnswerRefused,
    CustomerReminded,
    JourneyEnded,
    JourneyStarted,
    SlotFilled,
    StepReached,
)
from interlock.vocabulary.matters import MatterRecognised, MatterRecorded
from interlock.vocabulary.models import ModelUsed
from interlock.vocabulary.people import ChallengePassed, CustomerMatched, MatchFailed
from interlock.vocabulary.proposals import ProposalJudged, RemedyRefused
from interlock.vocabulary.routing import VisitEnded, VisitEntered
from interlock.vocabulary.tone import Tone

READ: Final = (
    InteractionStarted,
    InteractionReopened,
    InteractionEnded,
    VisitEntered,
    VisitEnded,
    AgentJoined,
    HandedBack,
    HandOverFailed,
    MessagePosted,
    JourneyStarted,
    SlotFilled,
    StepReached,
    CustomerReminded,
    JourneyEnded,
    AgentAnswerRefused,
    ModelUsed,
    CustomerMatched,
    ChallengePassed,
    MatchFailed,
    ProposalJudged,
    RemedyRefused,
    MatterRecognised,
    MatterRecorded,
    LanguageChanged,
)
"""The facts that a turn depends on."""

BEGUN: Final = ("interaction", "person", "session", "channel", "release", "language", "customer", "continues")
"""What a conversation has from its start as it is."""

FROM_CUSTOMER: Final = "message"
"""The source of a slot's value that the customer gave."""

Holder = Literal["virtual_agent", "queue", "agent"]


class Standing(NamedTuple):
    """What the conversation itself waits for while no journey runs: a subject. ``about`` says what was asked last."""

    about: str
    tries: int


class Run(msgspec.Struct, frozen=True):
    """One run of a journey that is not over.

    Attributes:
        values: slots and results by name.
        sources: where values came from; the name of an action stands for its success.
        waits_for: ``slot`` and ``choice`` (``ref`` names the slot), ``proposal`` and ``approval`` (``ref`` is the
            proposal), ``hand_over``, ``call`` (``ref`` is the called run), ``time``, ``agent`` (its model is asked, in the
            round ``ref``), ``reply`` (the customer answers that model), or ``floor``: it goes on in branch ``ref`` once
            nobody else has the interaction.
        needs: the kind of remedy that its proposal waits for first, and ``needed`` its argument.
        pending: the step and its proposal that wait while something else is done first.
        reason: what the customer may be told about the last outcome that was no success.
        answered: the slots that she filled, in that order.
        says: what its proposal does, in words; empty where that only reads.
        work: what the model of its latest agent step has done.
        remind: when the customer is reminded of what it waits for; ``reminded`` is how often she was.
    """

    run: RunId
    journey: str
    release: str
    values: Mapping[str, Any] = msgspec.field(default_factory=dict)
    sources: frozenset[str] = frozenset()
    path: str = ""
    waits_for: str = ""
    ref: str = ""
    tries: int = 0
    needs: str = ""
    needed: str = ""
    pending: tuple[str, str] = ("", "")
    reason: str = ""
    why_not: str = ""
    message: str = ""
    match_failures: int = 0
    answered: tuple[str, ...] = ()
    says: str = ""
    work: AgentWork | None = None
    remind: datetime | None = None
    reminded: int = 0

    @property
    def waits_for_customer(self) -> bool:
        """Whether it is in the foreground: everything but a wait for an approver, a time, another run or the floor."""
        return self.waits_for not in ("approval", "floor", "call", "time")


class Conversation(msgspec.Struct, frozen=True):
    """One interaction as its journeys see it.

    Attributes:
        runs: those that are not over, in the order in which they began; the last one is on top of the stack.
        given: the slots that the customer filled in any journey.
        spoke: the virtual agent has said something, and therefore also that it is a machine.
        closing_said: the customer has been asked whether there is anything else.
        done: what the virtual agent has done in it, in words; ``did`` are the actions.
        told: what language models have told the customer, sentence by sentence.
        continues: the interaction that it carries on; ``level``: how sure we are who it is.
        matters: what was recognised in it, by name; ``records``: what of that is on record.
        tone: the language that the customer writes, and how she sounds by now.
        changed: how its language was changed (see ``LanguageChanged``), where the virtual agent has not said so yet.
    """

    interaction: InteractionId = InteractionId("")
    person: PersonId = PersonId("")
    session: SessionId = SessionId("")
    channel: Channel = Channel.CHAT
    release: str = ""
    language: str = ""
    open: bool = False
    holder: Holder = "virtual_agent"
    customer: CustomerId = NOBODY
    runs: tuple[Run, ...] = ()
    given: Mapping[str, Any] = msgspec.field(default_factory=dict)
    standing: Standing | None = None
    spoke: bool = False
    closing_said: bool = False
    match_failures: int = 0
    done: tuple[str, ...] = ()
    did: frozenset[str] = frozenset()
    told: tuple[Told, ...] = ()
    continues: InteractionId = InteractionId("")
    level: int = 0
    matters: Mapping[str, Heard] = msgspec.field(default_factory=dict)
    records: tuple[MatterRecorded, ...] = ()
    tone: Tone = Tone()
    changed: str = ""

    @property
    def taken_up(self) -> bool:
        """Whether what it carries on has been gone on with: that is the first thing that is said in it."""
        return not self.continues or self.spoke or self.holder != "virtual_agent"

    @property
    def foreground(self) -> Run | None:
        """The run that the customer talks to now."""
        return next((run for run in reversed(self.runs) if run.waits_for_customer), None)

    @property
    def may_speak(self) -> bool:
        """Whether the virtual agent has the floor: nobody else has the interaction, or it is over."""
        return self.holder == "virtual_agent" or not self.open

    def run(self, run: str) -> Run | None:
        """The run of that identifier, if it is not over."""
        return next((each for each in self.runs if each.run == run), None)

    def waiting_for(self, ref: str) -> Run | None:
        """The run that waits for a proposal, or at a hand-over or for a time (then ``ref`` is the run itself)."""
        kinds = ("proposal", "approval", "hand_over", "time")
        return next((run for run in self.runs if run.ref == ref and run.waits_for in kinds), None)

    def caller_of(self, run: str) -> Run | None:
        """The run that waits for that one to come back."""
        return next((each for each in self.runs if each.waits_for == "call" and each.ref == run), None)

    def callers_of(self, run: Run) -> tuple[Run, ...]:
        """The runs that wait for one to come back, the nearest first."""
        found: list[Run] = []
        while (caller := self.caller_of(run.run)) is not None:
            found.append(caller)
            run = caller
        return tuple(found)

    def front_of(self, run: Run) -> Run:
        """The run that a customer talks to when she talks about a run: itself, or the one that it called."""
        while run.waits_for == "call" and (called := self.run(run.ref)) is not None:
            run = called
        return run


def evolve(state: Conversation, recorded: Recorded) -> Conversation:
    """Fold one recorded fact in."""
    return apply(state, recorded.event)


def apply(state: Conversation, event: Event) -> Conversation:
    """Fold one fact in; a turn applies its own facts before they are recorded."""
    match event:
        case InteractionStarted():
            level = int(event.assurance.level) if event.customer else 0
            return replace(state, open=True, level=level, **{name: getattr(event, name) for name in BEGUN})
        case InteractionReopened():
            # Nobody waits in a queue any more: a run that stood at its hand-over has nothing left to wait for.
            return replace(state, open=True, holder="virtual_agent", runs=_without_hand_over(state))
        case InteractionEnded():
            return replace(state, open=False)
        case VisitEntered():
            return replace(state, holder="queue")
        case VisitEnded(how="abandoned" | "short_abandoned" | "closed") if state.holder == "queue":
            return replace(state, holder="virtual_agent")
        case AgentJoined():
            return replace(state, holder="agent")
        case HandedBack():
            return replace(state, holder="virtual_agent")
        case CustomerMatched():
            return replace(state, customer=event.customer, level=max(state.level, 1))
        case ChallengePassed():
            return replace(state, level=int(event.level))
        case MessagePosted(author=author) if author.kind == "virtual_agent":
            return replace(
                state, spoke=True, changed="", told=told_by(state.told, event) if author.model else state.told
            )
        case MessagePosted():
            return replace(state, tone=state.tone.then(event.tone))
        case LanguageChanged():
            return replace(state, language=event.language, changed=event.how)
        case MatterRecognised():
            return replace(state, matters=heard_again(state.matters, event))
        case MatterRecorded():
            return replace(state, records=(*state.records, event)[-RECORDS_KEPT:])
    return _in_runs(state, event)


def _without_hand_over(state: Conversation) -> tuple[Run, ...]:
    """The runs without those that stand at a hand-over, and without those that called them."""
    gone = {run.run for run in state.runs if run.waits_for == "hand_over"}
    gone |= {caller.run for run in state.runs if run.run in gone for caller in state.callers_of(run)}
    return tuple(run for run in state.runs if run.run not in gone)


def _in_runs(state: Conversation, event: Event) -> Conversation:
    match event:
        case JourneyStarted():
            run = Run(run=event.run, journey=event.journey, release=event.release)
            return replace(state, runs=(*state.runs, run), standing=None)
        case JourneyEnded():
            return replace(state, runs=tuple(run for run in state.runs if run.run != event.run))
        case SlotFilled():
            return _filled(state, event)
        case StepReached() if not event.run:
            closing = state.closing_said or event.path == "closing"
            return replace(state, standing=Standing(event.path, event.tries), closing_said=closing)
        case StepReached():
            same = {"path": event.path, "waits_for": event.waits_for, "ref": event.ref, "tries": event.tries}
            reached = _with(state, event.run, needs="", remind=event.remind, reminded=0, **same)
            return _working(reached, event)
        case AgentAnswerRefused() | ModelUsed():
            return _working(state, event)
        case CustomerReminded():
            before = state.run(event.run)
            return _with(state, event.run, remind=event.next, reminded=before.reminded + 1) if before else state
        case HandOverFailed():
            return _with(state, event.run, why_not=event.why, message=event.message)
        case MatchFailed():
            runs = tuple(replace(run, match_failures=run.match_failures + 1) for run in state.runs)
            return replace(state, runs=runs, match_failures=state.match_failures + 1)
        case RemedyRefused() if event.counter:
            waiting = next((run for run in state.runs if run.ref == event.proposal), None)
            changes = {"ref": event.counter, "waits_for": "proposal", "needs": "", "reason": event.customer_reason}
            return _with(state, waiting.run, **changes) if waiting is not None else state
        case ProposalJudged():
            waiting = next((run for run in state.runs if run.ref == event.proposal), None)
            if waiting is None:
                return state
            first = event.needs[0] if event.verdict == "needs" and event.needs else None
            kind, argument = (first.kind, first.argument) if first is not None else ("", "")
            pending = (waiting.path, waiting.ref) if kind == "do" else ("", "")
            judged = {
                "needs": kind,
                "needed": argument,
                "pending": pending,
                "says": "" if event.reads else card_words(event, state.language).says,
            }
            work = replace(waiting.work, action=event.action) if waiting.work is not None else None
            return _with(state, waiting.run, work=work, **judged)
    return state


def _filled(state: Conversation, event: SlotFilled) -> Conversation:
    run = state.run(event.run)
    if run is None:
        return state
    if event.name == OUTCOME:
        state = _working(state, event)
        run = state.run(event.run) or run
    values = {**run.values, event.name: event.value} if event.name != OUTCOME else dict(run.values)
    reason = run.reason
    if isinstance(event.value, Mapping) and set(event.value) == {"customer_reason"}:
        reason = str(event.value["customer_reason"])
    given, done, did = dict(state.given), state.done, state.did
    answered = tuple(name for name in run.answered if name != event.name)
    if event.value is None:
        values.pop(event.name, None)
        given.pop(event.name, None)
    elif event.source == FROM_CUSTOMER:
        given[event.name] = event.value
        answered += (event.name,)
    elif "." in event.source and run.says:  # the name of an action stands for its success
        done += (run.says,)
        did |= {event.source}
    changes = {"values": values, "sources": run.sources | {event.source}, "reason": reason, "answered": answered}
    return replace(_with(state, event.run, **changes), given=given, done=done, did=did)


def _working(state: Conversation, event: StepReached | SlotFilled | AgentAnswerRefused | ModelUsed) -> Conversation:
    """What the model of an agent step has done, after one more fact of its run."""
    run = state.run(event.run)
    return state if run is None else _with(state, event.run, work=worked(run.work, event))


def _with(state: Conversation, run: str, **changes: Any) -> Conversation:
    return replace(state, runs=tuple(replace(each, **changes) if each.run == run else each for each in state.runs))
