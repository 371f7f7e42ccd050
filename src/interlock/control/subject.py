"""What does control decide, what follows from its facts elsewhere, and what does it let happen later?"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final, cast

from interlock.control.approving import approve, counter_offer, escalate_approval, reject
from interlock.control.breaker_files import NO_BREAKERS, BreakerSpecs
from interlock.control.breakers import close_breaker, trip_breaker
from interlock.control.bundle import Bundle
from interlock.control.challenges import fail_challenge
from interlock.control.delegating import delegate_authority, end_delegation
from interlock.control.effects import resolve_unknown
from interlock.control.identity import answer_challenge
from interlock.control.lockouts import count_guess, count_wrong_code, release_lock
from interlock.control.overriding import grant_override, refuse_override, request_override
from interlock.control.preparing import discard_draft, end_wait, note_done, send_draft, withdraw
from interlock.control.promises import break_promise, keep_promises, make_promise
from interlock.control.proposals import ProposalState
from interlock.control.proposing import propose_action
from interlock.control.questions import answer_back, ask_back
from interlock.control.remedies import answer_confirmation, expire_remedy, meet_step_up, refuse_step_up
from interlock.control.risk import report_signal
from interlock.control.rules import TEMPORARY
from interlock.control.settings import ControlSettings
from interlock.control.switches import release_switch, throw_switch
from interlock.kernel.deciders import ClearTimer, Decider, Reaction, SetTimer, Subject
from interlock.kernel.events import Command, Event
from interlock.vocabulary.approvals import ApprovalAsked, EscalateApproval
from interlock.vocabulary.assurance import Level
from interlock.vocabulary.channels import SYSTEM, VIRTUAL_AGENT, Principal
from interlock.vocabulary.foresights import Foresee, Foreseen, ForesightWanted
from interlock.vocabulary.interactions import AskCustomer
from interlock.vocabulary.journeys import AdvanceJourney
from interlock.vocabulary.lockouts import CountGuess, CountWrongCode
from interlock.vocabulary.overrides import OverrideGranted, OverrideRefused, OverrideRequested, RefuseOverride
from interlock.vocabulary.people import (
    ChallengeFailed,
    ChallengeIssued,
    ChallengePassed,
    FailChallenge,
    IssueChallenge,
    MatchFailed,
)
from interlock.vocabulary.promises import (
    BreakPromise,
    KeepPromises,
    MakePromise,
    PromiseKept,
    PromiseMade,
    PromiseRefused,
    PromiseWanted,
)
from interlock.vocabulary.proposals import (
    ActionProposed,
    EffectFailed,
    EffectSucceeded,
    EffectUnknown,
    ExpireRemedy,
    JudgeProposal,
    MeetStepUp,
    PerformEffect,
    ProposalJudged,
    RefuseStepUp,
    Remedy,
    RemedyMet,
    RemedyRefused,
)
from interlock.vocabulary.remedies import EndWait, NoteDone

BRANCHES: Final = {
    ("step_up", "failed"): "verification_failed",
    ("step_up", "expired"): "verification_failed",
    ("confirm", "declined"): "declined",
    ("confirm", "expired"): "declined",
    ("do", "expired"): "not_in_time",
    ("draft", "discarded"): "draft_discarded",
    ("draft", "expired"): "not_in_time",
    ("approve", "rejected"): "approval_rejected",
    ("approve", "expired"): "approval_expired",
}
"""The branch of a journey for each way in which a remedy is refused; what is withdrawn is declined."""

PENDING: Final = {"do": "do_first", "wait": "waiting", "draft": "draft_pending", "approve": "approval_pending"}
"""The branch of a journey for each remedy that others meet."""


def subject(bundle: Bundle, settings: ControlSettings, breakers: BreakerSpecs = NO_BREAKERS) -> Subject:
    """Control with one release's definitions and one tenant's settings."""
    deciders: tuple[Decider[Any, Any], ...] = (
        propose_action(bundle, settings),
        answer_confirmation(settings),
        approve(bundle, settings),
        reject(bundle, settings),
        counter_offer(bundle, settings),
        escalate_approval(bundle),
        request_override(bundle, settings),
        grant_override(settings),
        refuse_override(),
        ask_back(),
        answer_back(),
        delegate_authority(),
        end_delegation(),
        meet_step_up(settings),
        refuse_step_up(),
        expire_remedy(),
        note_done(settings),
        end_wait(settings),
        send_draft(settings),
        discard_draft(settings),
        withdraw(),
        resolve_unknown(bundle),
        answer_challenge(settings),
        fail_challenge(settings),
        throw_switch(bundle, settings.models, settings.tenant),
        release_switch(),
        trip_breaker(breakers),
        close_breaker(),
        report_signal(bundle.signals),
        make_promise(bundle),
        keep_promises(bundle.promises),
        break_promise(),
        count_guess(settings),
        count_wrong_code(settings),
        release_lock(),
    )

    def timers(event: Event, at: datetime) -> Sequence[SetTimer | ClearTimer]:
        return _timers(event, at, settings)

    return Subject(
        name="control",
        deciders=cast(tuple[Decider[Command, object], ...], deciders),
        reactions=(react, lambda event: code_not_sent(event, settings), _after_effects(bundle), _promises(bundle)),
        timers=(timers,),
    )


def _after_effects(bundle: Bundle) -> Reaction:
    """What is done may be what another proposal of the interaction waits for, if any rule ever asks for it."""
    asked_for = frozenset(name for policies in bundle.policies.values() for name in policies.prerequisites)

    def after_effects(event: Event) -> Sequence[Command]:
        if isinstance(event, EffectSucceeded) and event.action in asked_for:
            return [NoteDone(interaction=event.interaction, action=event.action, done=event.proposal)]
        return []

    return after_effects


def _promises(bundle: Bundle) -> Reaction:
    """What is done may have been promised; and a journey hears whether it could promise something, or propose it."""
    keeping = frozenset(each.ledger.name for each in bundle.promises.values())

    def promises(event: Event) -> Sequence[Command]:
        match event:
            case EffectSucceeded() if any(each.ledger in keeping for each in event.reservations):
                return [KeepPromises(customer=event.customer, proposal=event.proposal)]
            case PromiseWanted():
                wish = MakePromise(
                    promise=event.promise,
                    kind=event.kind,
                    interaction=event.interaction,
                    by=VIRTUAL_AGENT,
                    about=event.about,
                    value=event.value,
                    days=event.days,
                )
                return [wish]  # without its words: a due command holds nothing personal
            case ForesightWanted():
                return [Foresee(foresight=event.foresight, interaction=event.interaction)]
            case Foreseen():
                return [AdvanceJourney(interaction=event.interaction, what="succeeded", ref=event.foresight)]
            case PromiseMade(source="journey"):
                return [AdvanceJourney(interaction=event.interaction, what="succeeded", ref=event.promise)]
            case PromiseRefused():
                return [AdvanceJourney(interaction=event.interaction, what="denied", ref=event.promise)]
        return []

    return promises


def react(event: Event) -> Sequence[Command]:
    """What follows from a fact of the gate."""
    match event:
        case ActionProposed() | RemedyMet():
            # What carries over to a counter-offer is there before it is judged for the first time.
            carried = isinstance(event, RemedyMet) and event.carried_from
            return [] if carried else [JudgeProposal(proposal=event.proposal)]
        case ProposalJudged():
            return _after_judgement(event)
        case OverrideGranted():
            return [JudgeProposal(proposal=event.proposal)]
        case RemedyRefused(how="countered"):
            return []  # its journey waits for the counter-offer from here on
        case RemedyRefused():
            return [AdvanceJourney(interaction=event.interaction, what=_branch(event), ref=event.proposal)]
        case MatchFailed() if event.proposal:
            return [CountGuess(session=event.session, proposal=event.proposal)]
        case ChallengePassed() if event.proposal:
            by = Principal(kind="customer", id=event.person, roles=("customer",))
            return [MeetStepUp(proposal=event.proposal, level=int(event.level), by=by)]
        case ChallengeFailed():
            return _after_failed_code(event)
        case EffectSucceeded():
            return [AdvanceJourney(interaction=event.interaction, what="succeeded", ref=event.proposal)]
        case EffectFailed():
            what = "unavailable" if event.unavailable else "failed"
            return [AdvanceJourney(interaction=event.interaction, what=what, ref=event.proposal)]
        case EffectUnknown():
            return [AdvanceJourney(interaction=event.interaction, what="outcome_unknown", ref=event.proposal)]
        case _:
            return []


def _after_failed_code(event: ChallengeFailed) -> Sequence[Command]:
    guessed = event.customer and event.why in ("wrong", "locked")
    counted: list[Command] = [CountWrongCode(customer=event.customer)] if guessed else []
    if not event.proposal or event.why == "wrong":
        return counted
    not_sent = event.why == "not_sent"
    refuse = RefuseStepUp(proposal=event.proposal, by=SYSTEM, not_sent=not_sent, unavailable=event.unavailable)
    return [*counted, refuse]


def code_not_sent(event: Event, settings: ControlSettings) -> Sequence[Command]:
    """A one-time code that is not sent is waited for by nobody. Whether it was sent is not known: then it may arrive."""
    match event:
        case EffectFailed(action=settings.send_code):
            return [FailChallenge(interaction=event.interaction, sending=event.proposal, unavailable=event.unavailable)]
        case ProposalJudged(action=settings.send_code, verdict="denied", principal=principal) if principal == SYSTEM:
            return [
                FailChallenge(interaction=event.interaction, sending=event.proposal, unavailable=_behind_is_down(event))
            ]
        case _:
            return []


def _behind_is_down(event: ProposalJudged) -> bool:
    """Whether nobody said no: the system behind was down when the gate looked, or it was stopped."""
    return any(each.rule in TEMPORARY for each in event.rulings)


def standing(state: ProposalState) -> str:
    """What a journey is told that looks how its proposal stands; empty where there is no news."""
    if isinstance(state.outcome, EffectSucceeded):
        return "succeeded"
    if state.outcome is not None:
        return "unavailable" if state.outcome.unavailable else "failed"
    if state.refused is not None:
        return _branch(state.refused)
    if state.unknown is not None:
        return "outcome_unknown"
    if state.judged is not None and state.judged.verdict == "denied":
        return _denied(state.judged)
    return PENDING.get(state.needs[0].kind, "") if state.needs else ""


def _branch(refused: RemedyRefused) -> str:
    if refused.unavailable:
        return "unavailable"
    withdrawn = "declined" if refused.how == "withdrawn" else "denied"
    return BRANCHES.get((refused.remedy.kind, refused.how), withdrawn)


def _denied(judged: ProposalJudged) -> str:
    return "unavailable" if _behind_is_down(judged) else "denied"


def _after_judgement(event: ProposalJudged) -> Sequence[Command]:
    for_journey = event.principal.kind == "virtual_agent"
    if event.verdict == "allowed":
        return [PerformEffect(proposal=event.proposal)]
    if event.verdict == "denied":
        what = _denied(event)
    else:
        first = event.needs[0]
        if first.kind == "step_up":
            level = Level(int(first.argument))
            return [
                IssueChallenge(
                    interaction=event.interaction, level=level, proposal=event.proposal, asked_by=event.principal
                )
            ]
        if first.kind == "confirm":
            return [AskCustomer(interaction=event.interaction, proposal=event.proposal)]
        what = PENDING[first.kind]
        if first.kind == "wait" and for_journey:
            told = AdvanceJourney(interaction=event.interaction, what=what, ref=event.proposal)
            return [AskCustomer(interaction=event.interaction, proposal=event.proposal), told]
    return [AdvanceJourney(interaction=event.interaction, what=what, ref=event.proposal)] if for_journey else []


def _timers(event: Event, at: datetime, settings: ControlSettings) -> Sequence[SetTimer | ClearTimer]:
    """One timer for each proposal that waits: for the remedy that is asked for now."""
    match event:
        case ProposalJudged(verdict="needs"):
            first = event.needs[0]
            if first.kind == "wait":
                end = EndWait(proposal=event.proposal, remedy=first)
                return [SetTimer(_key(event.proposal), event.waits[str(first)], end)]
            expire = ExpireRemedy(proposal=event.proposal, remedy=first)
            return [SetTimer(_key(event.proposal), at + settings.on(event.sent).wait(first), expire)]
        case RemedyMet() | RemedyRefused() if event.remedy.kind == "approve":
            return [ClearTimer(_key(event.proposal)), ClearTimer(_sla(event.proposal, event.remedy))]
        case ProposalJudged() | RemedyMet() | RemedyRefused():
            return [ClearTimer(_key(event.proposal))]
        case PromiseMade():
            over_too = BreakPromise(customer=event.customer, promise=event.promise)
            return [SetTimer(f"promise:{event.promise}", event.valid_until, over_too)]
        case PromiseKept():
            return [ClearTimer(f"promise:{event.promise}")]
        case OverrideRequested():
            over = RefuseOverride(override=event.override, proposal=event.proposal, by=SYSTEM)
            return [SetTimer(f"override:{event.override}", event.expires_at, over)]
        case OverrideGranted() | OverrideRefused():
            return [ClearTimer(f"override:{event.override}")]
        case ApprovalAsked() if event.answer_by is not None:
            late = EscalateApproval(proposal=event.proposal, remedy=event.remedy, role=event.role)
            return [SetTimer(_sla(event.proposal, event.remedy), event.answer_by, late)]
        case ChallengeIssued() if event.proposal:
            # From here on the code's own life is what is waited for.
            remedy = Remedy("step_up", str(int(event.level)))
            expire = ExpireRemedy(proposal=event.proposal, remedy=remedy)
            return [SetTimer(_key(event.proposal), event.expires_at, expire)]
        case _:
            return []


def _sla(proposal: str, remedy: Remedy) -> str:
    return f"sla:{proposal}:{remedy}"


def _key(proposal: str) -> str:
    return f"remedy:{proposal}"
