"""When is a silent customer asked, when does an interaction end, and what did it come to?"""

from __future__ import annotations

from interlock.interactions.context import OUTCOME, QUIET, InteractionState, evolve
from interlock.kernel.deciders import Decider, Moment
from interlock.kernel.events import Event
from interlock.kernel.log import Query
from interlock.vocabulary.channels import SENT, Author, Channel, sent_through
from interlock.vocabulary.ids import InteractionId, MessageId, tag
from interlock.vocabulary.interactions import (
    CloseInteraction,
    EndForSilence,
    EndReason,
    InteractionEnded,
    MessagePosted,
    SilenceWarned,
    WarnSilence,
    WrapUpStarted,
)
from interlock.vocabulary.outcomes import OutcomeRecorded, Resolution
from interlock.vocabulary.proactive import EndUnanswered
from interlock.vocabulary.settings import TenantSettings


def warn_silence(settings: TenantSettings) -> Decider[WarnSilence, InteractionState]:
    """A customer of whom an answer is awaited is asked; where nothing is awaited, the interaction ends quietly."""
    notice = Author(kind="system", id="interlock", name=settings.title)

    def decide(command: WarnSilence, state: InteractionState, moment: Moment) -> list[Event]:
        if not state.open or state.warned or state.unanswered or _customer_waits(state):
            return []
        if state.channel in SENT:
            return _no_answer(state)
        if state.vulnerable:
            # Somebody in distress is not asked, and no person who may come is taken away from her.
            if state.holder != "virtual_agent":
                return []
            return [SilenceWarned(interaction=state.interaction, person=state.person, quiet=True)]
        if state.holder == "virtual_agent":
            if state.settled:
                return [ended(state, "journey_ended")]
            if state.approvals:
                # What she waits for takes hours, and its answer reaches her also after the end.
                return [ended(state, "inactivity")]
        texts = settings.said_in(state.language).texts
        said = [_says(state, moment, notice, texts.still_there)]
        if state.channel is Channel.CHAT and state.holder == "virtual_agent" and state.runs:
            # She is in the middle of a matter: perhaps she has no time now, or would rather talk.
            said.append(_says(state, moment, notice, texts.go_on_elsewhere))
        return [*said, SilenceWarned(interaction=state.interaction, person=state.person)]

    return Decider(
        command=WarnSilence,
        reads=lambda command: [_quiet(command.interaction)],
        initial=InteractionState(),
        evolve=evolve,
        decide=decide,
    )


def _no_answer(state: InteractionState) -> list[Event]:
    """Whoever is written to answers when she likes: she is not asked, and after days it ends without a word."""
    if state.holder == "queue" or (state.last_messages and state.last_messages[-1].author.kind == "customer"):
        return []  # she waits for us
    return [ended(state, "journey_ended" if state.settled else "inactivity")]


def end_for_silence(settings: TenantSettings) -> Decider[EndForSilence, InteractionState]:
    """The customer did not answer the warning."""
    notice = Author(kind="system", id="interlock", name=settings.title)

    def decide(command: EndForSilence, state: InteractionState, moment: Moment) -> list[Event]:
        if not state.open or not state.warned:
            return []
        if state.vulnerable:
            return [ended(state, "inactivity")] if state.holder == "virtual_agent" else []
        said = settings.said_in(state.language).on(state.channel).texts.ended_for_silence
        return [_says(state, moment, notice, said), ended(state, "inactivity")]

    return Decider(
        command=EndForSilence,
        reads=lambda command: [_quiet(command.interaction)],
        initial=InteractionState(),
        evolve=evolve,
        decide=decide,
    )


def end_unanswered() -> Decider[EndUnanswered, InteractionState]:
    """A conversation that a trigger began waits for the customer for days, and then ends without a word."""

    def decide(command: EndUnanswered, state: InteractionState, moment: Moment) -> list[Event]:
        return [ended(state, "unanswered")] if state.open and state.unanswered else []

    return Decider(
        command=EndUnanswered,
        reads=lambda command: [_quiet(command.interaction)],
        initial=InteractionState(),
        evolve=evolve,
        decide=decide,
    )


def close_interaction() -> Decider[CloseInteraction, InteractionState]:
    """What an end brings with it: the wrap-up of the agent who had it, and how it came out once nobody works on it."""

    def decide(command: CloseInteraction, state: InteractionState, moment: Moment) -> list[Event]:
        if state.open or not state.known:
            return []
        handling = [agent for agent, work in state.agents.items() if work == "handling"]
        facts: list[Event] = [
            WrapUpStarted(interaction=state.interaction, person=state.person, agent=agent) for agent in handling
        ]
        if not state.handling and not state.outcome_recorded:
            facts.append(outcome(state, "unknown", state.last_outcome))
        return facts

    return Decider(
        command=CloseInteraction,
        reads=lambda command: [Query(tag("interaction", command.interaction), OUTCOME)],
        initial=InteractionState(),
        evolve=evolve,
        decide=decide,
    )


def ended(state: InteractionState, reason: EndReason) -> InteractionEnded:
    """The fact that the interaction is over."""
    return InteractionEnded(interaction=state.interaction, person=state.person, session=state.session, reason=reason)


def outcome(state: InteractionState, resolution: Resolution, detail: str) -> OutcomeRecorded:
    """How the interaction came out; contained where no agent ever joined."""
    return OutcomeRecorded(
        interaction=state.interaction,
        customer=state.customer,
        contained=not state.agents,
        resolution=resolution,
        journey=state.last_journey,
        detail=detail,
    )


def _quiet(interaction: InteractionId) -> Query:
    return Query(tag("interaction", interaction), QUIET)


def _customer_waits(state: InteractionState) -> bool:
    """Whether an agent owes the customer an answer: then it is our silence and not hers.

    What the virtual agent had to say it has said long ago, and in a queue nobody answers.
    """
    if state.holder != "agent":
        return False
    return bool(state.last_messages) and state.last_messages[-1].author.kind == "customer"


def _says(state: InteractionState, moment: Moment, author: Author, text: str) -> MessagePosted:
    return MessagePosted(
        interaction=state.interaction,
        person=state.person,
        message=MessageId(moment.new_id("m")),
        author=author,
        text=text,
        send=sent_through(state.channel),
    )
