"""What is known of one interaction now: whose it is, who has it, how sure we are, what was said last?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final, Literal, NamedTuple

from interlock.kernel.events import Event, Recorded
from interlock.vocabulary.assurance import Assurance, Level
from interlock.vocabulary.channels import Author, Channel
from interlock.vocabulary.ids import (
    NOBODY,
    CustomerId,
    InteractionId,
    PersonId,
    QueueName,
    RunId,
    SessionId,
    StaffId,
    VisitId,
)
from interlock.vocabulary.interactions import (
    AgentJoined,
    EndReason,
    HandedBack,
    HandOverRequested,
    InteractionEnded,
    InteractionReopened,
    InteractionStarted,
    LanguageChanged,
    MessagePosted,
    SilenceWarned,
    WrappedUp,
    WrapUpStarted,
)
from interlock.vocabulary.journeys import HANDED_OVER, JourneyEnded, JourneyStarted
from interlock.vocabulary.matters import MatterRecognised, MatterRecorded
from interlock.vocabulary.outcomes import OutcomeRecorded
from interlock.vocabulary.people import ChallengePassed, CustomerMatched
from interlock.vocabulary.proposals import (
    EffectFailed,
    EffectSucceeded,
    EffectUnknown,
    ProposalJudged,
    RemedyRefused,
)
from interlock.vocabulary.routing import VisitEnded, VisitEntered

Holder = Literal["virtual_agent", "queue", "agent"]
Work = Literal["handling", "wrap_up", "done"]

LAST_MESSAGES: Final = 20
"""Messages that the state keeps; the whole transcript is the view's."""

WHO: Final = (
    InteractionStarted,
    InteractionReopened,
    InteractionEnded,
    VisitEntered,
    VisitEnded,
    AgentJoined,
    HandedBack,
    WrapUpStarted,
    WrappedUp,
    LanguageChanged,
)
"""The facts that say who has an interaction, in which language, and whether it is open."""

OUTCOME: Final = (*WHO, CustomerMatched, ChallengePassed, JourneyStarted, JourneyEnded, OutcomeRecorded)
"""The facts that an outcome is made of."""

QUIET: Final = (
    *OUTCOME,
    MessagePosted,
    SilenceWarned,
    ProposalJudged,
    RemedyRefused,
    EffectSucceeded,
    EffectFailed,
    EffectUnknown,
    MatterRecognised,
)
"""The facts that say what a silent customer is waiting for, or is waited for with."""


OF_OTHERS: Final = frozenset({"wait", "draft", "approve"})
"""Remedies for which the customer need not be there."""


class Said(NamedTuple):
    """One message, as context for whoever reads along."""

    author: Author
    text: str


@dataclass(frozen=True, slots=True)
class InteractionState:
    """One interaction as far as its facts were read.

    Attributes:
        agents: what each agent who ever had it does with it.
        warned: the customer was asked whether he is still there, and has not answered.
        approvals: proposals that wait for an approver, a sender or a time, and not for her.
        runs: the journeys that are not over, by run.
        settled: the last journey came to its own end and the customer has said nothing since; one that ends because
            an agent handed back settles nothing.
        outcome_recorded: how its last end came out is in the log.
        unanswered: a trigger began it, and the customer has said nothing yet.
        matters: what was recognised in it (a complaint, distress …), each kind of it once; ``records``: what of that is on
            record.
        reason: why a person was asked for last.
    """

    interaction: InteractionId = InteractionId("")
    person: PersonId = PersonId("")
    session: SessionId = SessionId("")
    channel: Channel = Channel.CHAT
    release: str = ""
    open: bool = False
    started_at: datetime | None = None
    ended_at: datetime | None = None
    end_reason: EndReason | None = None
    holder: Holder = "virtual_agent"
    agent: StaffId = StaffId("")
    queue: QueueName = QueueName("")
    visit: VisitId = VisitId("")
    agents: Mapping[StaffId, Work] = field(default_factory=dict)
    customer: CustomerId = NOBODY
    assurance: Assurance = Assurance()
    warned: bool = False
    last_messages: tuple[Said, ...] = ()
    approvals: frozenset[str] = frozenset()
    runs: Mapping[RunId, str] = field(default_factory=dict)
    last_journey: str = ""
    last_outcome: str = ""
    settled: bool = False
    outcome_recorded: bool = False
    unanswered: bool = False
    matters: tuple[MatterRecognised, ...] = ()
    records: tuple[MatterRecorded, ...] = ()
    reason: str = ""
    language: str = ""

    @property
    def vulnerable(self) -> bool:
        """Whether the customer may be in distress."""
        return any(each.matter == "vulnerable" for each in self.matters)

    @property
    def known(self) -> bool:
        """Whether there is such an interaction at all."""
        return bool(self.interaction)

    @property
    def handling(self) -> tuple[StaffId, ...]:
        """The agents who have it in hand or in wrap-up."""
        return tuple(agent for agent, work in self.agents.items() if work != "done")

    def works(self, agent: StaffId, work: Work) -> InteractionState:
        """The same with one agent's work state changed."""
        return replace(self, agents={**self.agents, agent: work})


def evolve(state: InteractionState, recorded: Recorded) -> InteractionState:
    """Fold one recorded fact in; facts that say nothing about it change nothing."""
    return _who(_matter(state, recorded.event, recorded.at), recorded.event, recorded.at)


def _who(state: InteractionState, event: Event, at: datetime) -> InteractionState:
    match event:
        case InteractionStarted():
            return replace(
                state,
                interaction=event.interaction,
                person=event.person,
                session=event.session,
                channel=event.channel,
                release=event.release,
                open=True,
                started_at=at,
                customer=event.customer,
                assurance=event.assurance,
                unanswered=bool(event.begun_by),
                language=event.language,
            )
        case InteractionReopened():
            fresh = replace(state, open=True, ended_at=None, end_reason=None, warned=False, outcome_recorded=False)
            return replace(fresh, holder="virtual_agent", agent=StaffId(""), queue=QueueName(""))
        case InteractionEnded():
            return replace(state, open=False, ended_at=at, end_reason=event.reason)
        case VisitEntered():
            return replace(state, holder="queue", queue=event.queue, visit=event.visit, agent=StaffId(""))
        case VisitEnded(how="abandoned" | "short_abandoned" | "closed") if state.holder == "queue":
            return replace(state, holder="virtual_agent", queue=QueueName(""))
        case AgentJoined():
            joined = replace(state, holder="agent", agent=event.agent, queue=QueueName(""))
            return joined.works(event.agent, "handling")
        case HandedBack():
            return replace(state, holder="virtual_agent", agent=StaffId("")).works(event.agent, "wrap_up")
        case WrapUpStarted():
            return state.works(event.agent, "wrap_up")
        case WrappedUp():
            return state.works(event.agent, "done")
        case LanguageChanged():
            return replace(state, language=event.language)
    return state


def _matter(state: InteractionState, event: Event, at: datetime) -> InteractionState:
    match event:
        case MessagePosted():
            said = (*state.last_messages, Said(event.author, str(event.text)))[-LAST_MESSAGES:]
            if event.author.kind == "customer":
                return replace(state, last_messages=said, warned=False, settled=False, unanswered=False)
            # A word of the virtual agent or of an agent begins a new silence, with a warning of its own.
            return replace(state, last_messages=said, warned=state.warned and event.author.kind == "system")
        case SilenceWarned():
            return replace(state, warned=True)
        case CustomerMatched():
            if state.assurance.customer == event.customer and state.assurance.level > Level.MATCHED:
                return state  # A match says less than the code that was given, and does not make it fresher.
            matched = Assurance(Level.MATCHED, event.customer, at, event.session, event.channel, event.by)
            return replace(state, customer=event.customer, assurance=matched)
        case ChallengePassed():
            passed = Assurance(event.level, event.customer, at, event.session, event.channel, "one_time_code")
            return replace(state, customer=event.customer or state.customer, assurance=passed)
        case JourneyStarted():
            runs = {**state.runs, event.run: event.journey}
            return replace(state, runs=runs, last_journey=event.journey, last_outcome="", settled=False)
        case JourneyEnded():
            runs = {run: journey for run, journey in state.runs.items() if run != event.run}
            settled = not runs and event.outcome != HANDED_OVER
            return replace(state, runs=runs, last_journey=event.journey, last_outcome=event.outcome, settled=settled)
        case ProposalJudged():
            waits = event.verdict == "needs" and all(remedy.kind in OF_OTHERS for remedy in event.needs)
            return replace(state, approvals=_with(state.approvals, event.proposal, waits))
        case RemedyRefused() | EffectSucceeded() | EffectFailed() | EffectUnknown():
            return replace(state, approvals=_with(state.approvals, event.proposal, False))
        case OutcomeRecorded():
            return replace(state, outcome_recorded=True)
        case MatterRecognised():
            again = any((each.matter, each.kind) == (event.matter, event.kind) for each in state.matters)
            return state if again else replace(state, matters=(*state.matters, event))
        case MatterRecorded():
            return replace(state, records=(*state.records, event))
        case HandOverRequested():
            return replace(state, reason=event.reason)
    return state


def _with(members: frozenset[str], member: str, present: bool) -> frozenset[str]:
    return members | {member} if present else members - {member}
