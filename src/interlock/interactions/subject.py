"""What do interactions decide, react to, and let happen later?"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final, cast

from interlock.interactions.agents import hand_back, post_message, start_wrap_up, wrap_up
from interlock.interactions.asking import ask_customer
from interlock.interactions.carrying import carry_on, issue_carry_code
from interlock.interactions.cases import QUIET_CASE, close_case, join_case, open_case, settle_match
from interlock.interactions.endings import close_interaction, end_for_silence, end_unanswered, warn_silence
from interlock.interactions.marking import mark_matter
from interlock.interactions.proactive import begin_interaction, claim_session
from interlock.interactions.receiving import ReadPreferred, ReadTone, leave, open_session, receive_message
from interlock.interactions.suggesting import answer_suggestion, show_suggestions
from interlock.kernel.deciders import ClearTimer, Decider, SetTimer, Subject, Timers
from interlock.kernel.events import Command, Event
from interlock.vocabulary.carrying import TakeUp
from interlock.vocabulary.channels import Channel
from interlock.vocabulary.correspondence import SendMessages
from interlock.vocabulary.ids import ExternalAgentId, InteractionId
from interlock.vocabulary.interactions import (
    AskCustomer,
    CloseInteraction,
    EndForSilence,
    InteractionEnded,
    InteractionStarted,
    MessagePosted,
    SilenceWarned,
    WarnSilence,
)
from interlock.vocabulary.journeys import TakeTurn
from interlock.vocabulary.outside import CaseOpened, CloseCase
from interlock.vocabulary.proactive import EndUnanswered
from interlock.vocabulary.proposals import ActionProposed, EffectSucceeded
from interlock.vocabulary.settings import TenantSettings

PATIENCE: Final = timedelta(hours=24)
"""How long an interaction stays open in which somebody in distress says nothing."""


def subject(
    settings: TenantSettings,
    tone_of: ReadTone = lambda text: None,
    preferred: ReadPreferred = lambda text: None,
) -> Subject:
    """Interactions with the words, times and dispositions of a tenant, and what tells the tone of a message and its language."""
    deciders: tuple[Decider[Any, Any], ...] = (
        open_session(),
        receive_message(settings, tone_of, preferred),
        leave(),
        issue_carry_code(),
        carry_on(settings),
        post_message(),
        hand_back(),
        start_wrap_up(),
        wrap_up(settings),
        warn_silence(settings),
        end_for_silence(settings),
        end_unanswered(),
        begin_interaction(),
        claim_session(),
        close_interaction(),
        ask_customer(settings),
        open_case(),
        join_case(),
        settle_match(),
        close_case(),
        mark_matter(),
        show_suggestions(),
        answer_suggestion(),
    )
    return Subject(
        "interactions",
        cast("tuple[Decider[Command, object], ...]", deciders),
        reactions=(react,),
        timers=(_timers(settings), _quiet_cases, _unanswered(settings.unanswered_after)),
    )


def react(event: Event) -> Sequence[Command]:
    """A message is answered, what carries on is taken up, an end has consequences, and what moved money may need a receipt."""
    match event:
        case InteractionStarted() if event.continues:
            return (TakeUp(interaction=event.interaction, of=event.continues),)
        case MessagePosted() if event.author.kind == "customer":
            return (TakeTurn(interaction=event.interaction, message=event.message),)
        case InteractionEnded():
            return (CloseInteraction(interaction=event.interaction),)
        case EffectSucceeded() if event.moved is not None:
            return (AskCustomer(interaction=event.interaction, proposal=event.proposal),)
    return ()


def _timers(settings: TenantSettings) -> Timers:
    silence = settings.silence

    def timers(event: Event, at: datetime) -> Sequence[SetTimer | ClearTimer]:
        """A silence is measured from the last word of either side; the system's own notices do not count."""
        match event:
            case MessagePosted(send=Channel() as channel) if (sending := settings.sending(channel)) is not None:
                send = SetTimer(
                    f"send:{event.interaction}", at + sending.collect, SendMessages(interaction=event.interaction)
                )
                if event.author.kind == "system":
                    return (send,)
                warn = WarnSilence(interaction=event.interaction)
                return (send, SetTimer(_key(event.interaction), at + sending.quiet_for, warn))
            case MessagePosted() if event.author.kind != "system":
                warn = WarnSilence(interaction=event.interaction)
                return (SetTimer(_key(event.interaction), at + silence.warn_after, warn),)
            case SilenceWarned():
                end = EndForSilence(interaction=event.interaction)
                return (SetTimer(_key(event.interaction), at + (PATIENCE if event.quiet else silence.end_after), end),)
            case InteractionEnded():
                return (ClearTimer(_key(event.interaction)),)
        return ()

    return timers


def _unanswered(after: timedelta) -> Timers:
    def timers(event: Event, at: datetime) -> Sequence[SetTimer | ClearTimer]:
        """What a trigger began waits for the customer's first word for so long."""
        match event:
            case InteractionStarted() if event.begun_by:
                end = EndUnanswered(interaction=event.interaction)
                return (SetTimer(f"unanswered:{event.interaction}", at + after, end),)
            case InteractionEnded():
                return (ClearTimer(f"unanswered:{event.interaction}"),)
        return ()

    return timers


def _quiet_cases(event: Event, at: datetime) -> Sequence[SetTimer | ClearTimer]:
    """A case that an agent from outside opened ends when nothing was proposed in it for long."""
    match event:
        case CaseOpened(how="opened"):
            return (_quiet(event.interaction, event.agent, at),)
        case ActionProposed(channel=Channel.API) if event.principal.kind == "external_agent":
            return (_quiet(event.interaction, event.principal.id, at),)
        case InteractionEnded():
            return (ClearTimer(f"case:{event.interaction}"),)
    return ()


def _quiet(interaction: InteractionId, agent: str, at: datetime) -> SetTimer:
    command = CloseCase(interaction=interaction, agent=ExternalAgentId(agent), quiet=True)
    return SetTimer(f"case:{interaction}", at + QUIET_CASE, command)


def _key(interaction: str) -> str:
    return f"silence:{interaction}"
