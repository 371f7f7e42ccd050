"""Which interaction may an agent from outside propose in, and whom is it about?"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final

from interlock.kernel.deciders import Decider, Moment
from interlock.kernel.errors import Refused
from interlock.kernel.events import Event, Recorded
from interlock.kernel.log import Query
from interlock.vocabulary.channels import Channel
from interlock.vocabulary.ids import (
    NOBODY,
    CustomerId,
    ExternalAgentId,
    InteractionId,
    PersonId,
    ReleaseId,
    SessionId,
    tag,
)
from interlock.vocabulary.interactions import (
    InteractionEnded,
    InteractionReopened,
    InteractionStarted,
    SessionOpened,
)
from interlock.vocabulary.outside import (
    CaseOpened,
    CloseCase,
    JoinCase,
    OpenCase,
    OutsideMatchFailed,
    SettleMatch,
)
from interlock.vocabulary.people import CustomerMatched, MatchFailed
from interlock.vocabulary.releases import ReleasePublished

FAILED_MATCHES_PER_HOUR: Final = 20
"""Proofs that matched nobody, over all cases of an agent from outside, after which it opens none for an hour."""

QUIET_CASE: Final = timedelta(hours=24)
"""How long after the last proposal a case that an agent from outside opened is ended."""

CASE_FACTS: Final = (
    InteractionStarted,
    InteractionEnded,
    InteractionReopened,
    CaseOpened,
    CustomerMatched,
    OutsideMatchFailed,
)
"""The facts that a case's state is folded from."""


@dataclass(frozen=True, slots=True)
class CaseState:
    """An interaction as far as agents from outside are concerned.

    Attributes:
        agents: those that may propose in it, each with how it came to that.
        settled: whether the proof that was given with it has been looked into.
    """

    interaction: InteractionId = InteractionId("")
    person: PersonId = PersonId("")
    session: SessionId = SessionId("")
    channel: Channel = Channel.API
    open: bool = False
    agents: dict[ExternalAgentId, str] = field(default_factory=dict)
    customer: CustomerId = NOBODY
    settled: bool = False
    release: ReleaseId = ReleaseId("")
    failures: tuple[datetime, ...] = ()


def evolve(state: CaseState, recorded: Recorded) -> CaseState:
    """Fold one more fact in."""
    match recorded.event:
        case InteractionStarted() as event:
            return replace(
                state,
                interaction=event.interaction,
                person=event.person,
                session=event.session,
                channel=event.channel,
                open=True,
                agents={},
                customer=event.customer,
            )
        case InteractionReopened(interaction=interaction):
            return replace(state, interaction=interaction, open=True)
        case InteractionEnded(interaction=interaction) if interaction == state.interaction:
            return replace(state, open=False)
        case CaseOpened() as event if event.interaction == state.interaction:
            return replace(state, agents={**state.agents, event.agent: event.how})
        case CustomerMatched() as event if event.interaction == state.interaction:
            return replace(state, customer=event.customer, settled=True)
        case OutsideMatchFailed() as event:
            settled = state.settled or event.interaction == state.interaction
            return replace(state, settled=settled, failures=(*state.failures, recorded.at))
        case ReleasePublished(release=release):
            return replace(state, release=release)
    return state


def case_query(interaction: InteractionId) -> Query:
    """What to read for a case's state."""
    return Query(tag("interaction", interaction), CASE_FACTS)


def open_case() -> Decider[OpenCase, CaseState]:
    """A case begins once; asking again for the same one changes nothing."""

    def decide(command: OpenCase, state: CaseState, moment: Moment) -> list[Event]:
        if state.interaction:
            return []
        lately = sum(at > moment.now - timedelta(hours=1) for at in state.failures)
        if lately >= FAILED_MATCHES_PER_HOUR:
            reason = f"{lately} proofs matched nobody within the last hour; try again later."
            raise Refused("too_many_failures", reason, status=429)
        session, person, interaction = command.session, command.person, command.interaction
        return [
            # Nobody has its secret: the session is the agent's, and it is reached by the case.
            SessionOpened(session=session, person=person, channel=Channel.API, secret_digest=""),
            InteractionStarted(
                interaction=interaction, person=person, session=session, channel=Channel.API, release=state.release
            ),
            CaseOpened(interaction=interaction, person=person, session=session, agent=command.agent, how="opened"),
        ]

    def guards(command: OpenCase) -> list[Query]:
        return [case_query(command.interaction)]

    return Decider(
        command=OpenCase,
        reads=lambda command: [
            *guards(command),
            Query(tag("external_agent", command.agent), (OutsideMatchFailed,)),
            Query("releases:all", (ReleasePublished,)),
        ],
        initial=CaseState(),
        evolve=evolve,
        decide=decide,
        guards=guards,
    )


def join_case() -> Decider[JoinCase, CaseState]:
    """The agent joins the conversation that is going on in the customer's own session."""

    def decide(command: JoinCase, state: CaseState, moment: Moment) -> list[Event]:
        if not state.open:
            raise Refused("nothing_open", "Nothing is going on in this session; the customer writes first.")
        if command.agent in state.agents:
            return []
        return [
            CaseOpened(
                interaction=state.interaction,
                person=state.person,
                session=command.session,
                agent=command.agent,
                how="joined",
            )
        ]

    types = (InteractionStarted, InteractionEnded, InteractionReopened, CaseOpened)
    return Decider(
        command=JoinCase,
        reads=lambda command: [Query(tag("session", command.session), types)],
        initial=CaseState(),
        evolve=evolve,
        decide=decide,
    )


def settle_match() -> Decider[SettleMatch, CaseState]:
    """Once for each case: something known matched a customer (assurance 1, never more), or nobody."""

    def decide(command: SettleMatch, state: CaseState, moment: Moment) -> list[Event]:
        if command.agent not in state.agents:
            raise no_such_case()
        if state.settled:
            return []
        if command.customer:
            return [
                CustomerMatched(
                    interaction=state.interaction,
                    person=state.person,
                    session=state.session,
                    channel=state.channel,
                    customer=command.customer,
                    by=command.by,
                    name=command.name,
                )
            ]
        return [
            MatchFailed(
                interaction=state.interaction,
                person=state.person,
                session=state.session,
                by=command.by,
                proposal=command.proposal,
            ),
            OutsideMatchFailed(interaction=state.interaction, agent=command.agent),
        ]

    return Decider(
        command=SettleMatch,
        reads=lambda command: [case_query(command.interaction)],
        initial=CaseState(),
        evolve=evolve,
        decide=decide,
    )


def close_case() -> Decider[CloseCase, CaseState]:
    """The agent that opened it ends it; what still waits (a proposal, an approval) outlives it."""

    def decide(command: CloseCase, state: CaseState, moment: Moment) -> list[Event]:
        how = state.agents.get(command.agent)
        if how is None:
            raise no_such_case()
        if how == "joined":
            raise Refused("not_yours", "This is the customer's own session; only she or your colleagues end it.")
        if not state.open:
            return []
        reason = "inactivity" if command.quiet else "customer_left"
        return [
            InteractionEnded(
                interaction=state.interaction,
                person=state.person,
                session=state.session,
                reason=reason,  # type: ignore[arg-type]  # one of two of them
            )
        ]

    return Decider(
        command=CloseCase,
        reads=lambda command: [case_query(command.interaction)],
        initial=CaseState(),
        evolve=evolve,
        decide=decide,
    )


def no_such_case() -> Refused:
    """One answer for a case that is not there and for one that is somebody else's."""
    return Refused("case_unknown", "You have no such case; open one first.", status=404)
