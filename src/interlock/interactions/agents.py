"""What may an agent do with an interaction that he has: write, hand it back, wrap it up?"""

from __future__ import annotations

from interlock.interactions.context import OUTCOME, WHO, InteractionState, evolve
from interlock.interactions.endings import ended, outcome
from interlock.interactions.receiving import checked_text, message
from interlock.kernel.deciders import Decider, Moment
from interlock.kernel.errors import Refused
from interlock.kernel.events import Event
from interlock.kernel.log import Query
from interlock.vocabulary.channels import sent_through
from interlock.vocabulary.ids import InteractionId, StaffId, tag
from interlock.vocabulary.interactions import (
    HandBack,
    HandedBack,
    PostMessage,
    StartWrapUp,
    WrappedUp,
    WrapUp,
    WrapUpStarted,
)
from interlock.vocabulary.settings import Disposition, TenantSettings


def post_message() -> Decider[PostMessage, InteractionState]:
    """An agent writes while he has the interaction; the system may always write."""

    def decide(command: PostMessage, state: InteractionState, moment: Moment) -> list[Event]:
        _exists(state)
        text = checked_text(command.text)
        if command.author.kind == "agent":
            _holds(state, StaffId(command.author.id))
            _is_open(state)
        elif command.author.kind != "system":
            reason = "Customers write through their session, and the virtual agent through its journeys."
            raise Refused("not_for_this_author", reason, status=403)
        send = sent_through(state.channel)
        return [message(state.interaction, state.person, command.message, command.author, text, send)]

    return Decider(
        command=PostMessage,
        reads=lambda command: [_who(command.interaction)],
        initial=InteractionState(),
        evolve=evolve,
        decide=decide,
    )


def hand_back() -> Decider[HandBack, InteractionState]:
    """The agent gives the interaction back; his own part goes on in wrap-up."""

    def decide(command: HandBack, state: InteractionState, moment: Moment) -> list[Event]:
        _exists(state)
        _is_open(state)
        _holds(state, command.agent)
        return [HandedBack(interaction=state.interaction, person=state.person, agent=command.agent)]

    return Decider(
        command=HandBack,
        reads=lambda command: [_who(command.interaction)],
        initial=InteractionState(),
        evolve=evolve,
        decide=decide,
    )


def start_wrap_up() -> Decider[StartWrapUp, InteractionState]:
    """The conversation is over and the agent's after-call work begins."""

    def decide(command: StartWrapUp, state: InteractionState, moment: Moment) -> list[Event]:
        _exists(state)
        if _works_on(state, command.agent) == "wrap_up":
            return []
        return [WrapUpStarted(interaction=state.interaction, person=state.person, agent=command.agent)]

    return Decider(
        command=StartWrapUp,
        reads=lambda command: [_who(command.interaction)],
        initial=InteractionState(),
        evolve=evolve,
        decide=decide,
    )


def wrap_up(settings: TenantSettings) -> Decider[WrapUp, InteractionState]:
    """The agent says how it went; that ends the interaction if it is still his."""

    def decide(command: WrapUp, state: InteractionState, moment: Moment) -> list[Event]:
        _exists(state)
        disposition = _disposition(settings, command.disposition)
        if command.suggested:
            _disposition(settings, command.suggested)
        if state.agents.get(command.agent) == "done":
            return []
        work = _works_on(state, command.agent)
        facts: list[Event] = []
        if work == "handling":
            facts.append(WrapUpStarted(interaction=state.interaction, person=state.person, agent=command.agent))
        facts.append(
            WrappedUp(
                interaction=state.interaction,
                person=state.person,
                agent=command.agent,
                disposition=disposition.value,
                note=command.note.strip(),
                suggested=command.suggested,
            )
        )
        ends = state.open and state.holder == "agent" and state.agent == command.agent
        if ends:
            facts.append(ended(state, "wrapped_up"))
        last = not [agent for agent in state.handling if agent != command.agent]
        if last and (ends or not state.open) and not state.outcome_recorded:
            facts.append(outcome(state, disposition.resolution, disposition.value))
        return facts

    return Decider(
        command=WrapUp,
        reads=lambda command: [Query(tag("interaction", command.interaction), OUTCOME)],
        initial=InteractionState(),
        evolve=evolve,
        decide=decide,
        guards=lambda command: [_who(command.interaction)],
    )


def _who(interaction: InteractionId) -> Query:
    return Query(tag("interaction", interaction), WHO)


def _exists(state: InteractionState) -> None:
    if not state.known:
        raise Refused("interaction_unknown", "There is no such interaction.", status=404)


def _is_open(state: InteractionState) -> None:
    if not state.open:
        raise Refused(
            "interaction_ended", "The interaction is over, so the customer would not see this now.", status=409
        )


def _holds(state: InteractionState, agent: StaffId) -> None:
    if state.holder != "agent" or state.agent != agent:
        reason = "You do not have this interaction. Accept its offer first."
        raise Refused("not_your_interaction", reason, status=403)


def _works_on(state: InteractionState, agent: StaffId) -> str:
    work = state.agents.get(agent)
    if work is None or work == "done":
        raise Refused("not_your_interaction", "You do not have this interaction in hand or in wrap-up.", status=403)
    return work


def _disposition(settings: TenantSettings, value: str) -> Disposition:
    for each in settings.dispositions:
        if each.value == value:
            return each
    known = ", ".join(each.value for each in settings.dispositions) or "none is defined in tenant.yaml"
    raise Refused("disposition_unknown", f"There is no disposition of that name. Pick one of: {known}.", status=422)
