"""What happened between the messages, in one line each: queued, joined, verified, warned, ended."""

from __future__ import annotations

from typing import Final

from interlock.interactions.context import InteractionState
from interlock.kernel.events import Event
from interlock.vocabulary.carrying import CarriedOn, CarryCodeIssued
from interlock.vocabulary.interactions import (
    AgentJoined,
    HandedBack,
    HandOverFailed,
    HandOverRequested,
    InteractionEnded,
    InteractionReopened,
    InteractionStarted,
    LanguageChanged,
    SilenceWarned,
    WrappedUp,
    WrapUpStarted,
)
from interlock.vocabulary.journeys import (
    AgentAnswerRefused,
    AgentStepLeft,
    ClaimsContradicted,
    JourneyEnded,
    JourneyStarted,
    ProfileApplied,
)
from interlock.vocabulary.languages import name_of
from interlock.vocabulary.matters import MatterMarked, MatterRecognised, MatterRecorded, words_of
from interlock.vocabulary.people import ChallengeFailed, ChallengeIssued, ChallengePassed, CustomerMatched, MatchFailed
from interlock.vocabulary.routing import OfferClosed, VisitEnded, VisitEntered, VisitOffered

_ENDS: Final = {
    "wrapped_up": "Interaction ended after wrap-up",
    "journey_ended": "Interaction ended",
    "customer_left": "The customer left",
    "inactivity": "Ended: the customer did not answer",
    "unanswered": "Ended: the customer did not come to what was told",
    "merged": "Merged into another interaction",
}
_FAILED: Final = {
    "closed": "{queue} is closed",
    "unstaffed": "Nobody is on shift for {queue}",
    "full": "{queue} is full",
}
_MARKS: Final = {"taken": "took this on", "settled": "settled this", "reopened": "opened this again"}
_OFFERS: Final = {
    "rejected": "{who} did not take the offer",
    "timed_out": "{who} did not answer the offer",
    "withdrawn": "The offer to {who} was withdrawn",
}


def happening(event: Event, before: InteractionState) -> tuple[str, str, str] | None:
    """A code, a sentence, and the staff member or the queue that the sentence names as ``{who}`` or ``{queue}``.

    Args:
        before: the interaction as it was before the event.
    """
    match event:
        case InteractionStarted() if event.continues:
            return ("carried_on", f"Carried on in {event.channel.value} from {event.continues}", "")
        case InteractionStarted():
            known = f"; customer {event.customer} was matched earlier in this session" if event.customer else ""
            return ("started", f"Interaction began in {event.channel.value}{known}", "")
        case InteractionReopened():
            return ("reopened", "The customer came back", "")
        case LanguageChanged(how="not_spoken"):
            return ("language", f"The customer asks for {name_of(event.wanted)}, which there are no texts in", "")
        case LanguageChanged():
            why = "asks for it" if event.how == "named" else "writes in it"
            in_it = name_of(event.language) if event.language else "the tenant's own language"
            return ("language", f"Goes on in {in_it}: the customer {why}", "")
        case CarryCodeIssued():
            return ("carry_code", "Was given a code to go on elsewhere", "")
        case CarriedOn():
            return ("carried_on", f"Goes on as {event.into}", "")
        case InteractionEnded():
            return ("ended", _ENDS[event.reason], "")
        case SilenceWarned():
            asked = "Asked whether the customer is still there"
            return ("silence_warned", "The customer is silent, and is left in peace" if event.quiet else asked, "")
        case HandOverRequested():
            return ("hand_over", f"A person is asked for: {event.reason}", "")
        case VisitEntered():
            return ("queued", "Waiting in {queue}", event.queue)
        case VisitOffered():
            return ("offered", "Offered to {who}", event.agent)
        case OfferClosed():
            return ("offer_closed", _OFFERS[event.how], event.agent)
        case VisitEnded() if event.how != "answered":
            how = event.how.replace("_", " ")
            return ("visit_ended", f"Left the queue: {how} after {event.waited_ms / 1000:.0f} s", "")
        case HandOverFailed():
            return ("hand_over_failed", _FAILED[event.why], event.queue)
        case AgentJoined():
            return ("agent_joined", "{who} has the interaction", event.agent)
        case HandedBack():
            return ("handed_back", "{who} handed back to the virtual agent", event.agent)
        case WrapUpStarted():
            return ("wrap_up", "{who} began wrap-up", event.agent)
        case WrappedUp():
            return ("wrapped_up", f"{{who}} wrapped up: {event.disposition.replace('_', ' ')}", event.agent)
    return _about_identity(event) or _about_journeys(event) or _about_matters(event)


def _about_identity(event: Event) -> tuple[str, str, str] | None:
    match event:
        case CustomerMatched():
            return ("matched", f"Matched to customer {event.customer} by {event.by.replace('_', ' ')}", "")
        case MatchFailed():
            return ("match_failed", "What was given matched no customer", "")
        case ChallengeIssued():
            return ("code_sent", f"One-time code sent to {event.masked_destination}", "")
        case ChallengePassed():
            return ("verified", "Verified with a one-time code", "")
        case ChallengeFailed():
            words = {
                "wrong": "A wrong code was given",
                "expired": "The code came too late",
                "locked": "Too many wrong codes",
                "not_sent": "The code could not be sent",
            }
            return ("code_failed", words[event.why], "")
    return None


def _about_matters(event: Event) -> tuple[str, str, str] | None:
    match event:
        case MatterRecognised():
            by = f"by the rule {event.rule.replace('_', ' ')}" if event.rule else f"by the model {event.model}"
            return ("matter", f"Recognised: {words_of(event.matter, event.kind)}, {by}", "")
        case MatterRecorded():
            due = f", to be answered by {event.due:%d %B %Y}".replace(" 0", " ") if event.due is not None else ""
            return ("recorded", f"On record as {event.reference}: {words_of(event.matter, event.kind)}{due}", "")
        case MatterMarked():
            return ("matter_marked", f"{{who}} {_MARKS[event.mark]}: {words_of(event.matter, event.kind)}", event.by)
    return None


def _about_journeys(event: Event) -> tuple[str, str, str] | None:
    match event:
        case JourneyStarted():
            return ("journey_started", f"Journey: {event.journey.replace('_', ' ')}", "")
        case ProfileApplied():
            return ("profile", f"Said or offered to the profile {event.profile.replace('_', ' ')}", "")
        case JourneyEnded():
            return ("journey_ended", f"Journey ended: {event.outcome.replace('_', ' ')}", "")
        case AgentAnswerRefused():
            held = f". It would have said: “{event.text}”" if event.text else ""
            return ("answer_refused", f"An answer of the model {event.model} was held back: {event.why}{held}", "")
        case AgentStepLeft():
            why = f" ({event.why})" if event.why else ""
            took = f"{event.turns} turns, {event.actions} actions, {event.tokens} tokens"
            return ("agent_left", f"Agent step ended: {event.how.replace('_', ' ')}{why}; {took}", "")
        case ClaimsContradicted():
            what = f"“{event.said}” contradicts what was said before: “{event.before}”"
            return ("claims_contradicted", f"The assistant may have contradicted itself: {what}", "")
    return None
