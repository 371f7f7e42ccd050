"""How are remedies met that are neither the customer's nor an approver's: done first, waited for, sent by a person?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Final

from interlock.control.meeting import (
    about_proposal,
    again,
    answered,
    met_fact,
    refusal,
    refuse_bad_reasons,
    refuse_if_late,
    refuse_unless_asked,
)
from interlock.control.proposals import FACTS, ProposalState, evolve, proposal_query
from interlock.control.proposing import HANDLING, Scene, evolve_scene
from interlock.control.settings import ControlSettings
from interlock.kernel.deciders import Decider, Moment
from interlock.kernel.errors import Refused
from interlock.kernel.events import Event, Recorded
from interlock.kernel.log import Query
from interlock.vocabulary.channels import SYSTEM, Principal
from interlock.vocabulary.ids import InteractionId, ProposalId, tag
from interlock.vocabulary.proposals import ActionProposed, EffectSucceeded, Remedy
from interlock.vocabulary.remedies import DiscardDraft, EndWait, NoteDone, SendDraft, Withdraw

DRAFT: Final = Remedy("draft")
CONFIRM: Final = Remedy("confirm")

Proposals = Mapping[ProposalId, ProposalState]


def note_done(settings: ControlSettings) -> Decider[NoteDone, Proposals]:
    """Every proposal of the interaction that waits for just this action, for the same customer, goes on."""

    def decide(command: NoteDone, states: Proposals, moment: Moment) -> Sequence[Event]:
        done = states.get(command.done)
        if done is None or done.proposed is None or not isinstance(done.outcome, EffectSucceeded):
            raise Refused("not_done", "This has not been done.", status=409)
        remedy = Remedy("do", command.action)
        return [
            met_fact(state, state.proposed, remedy, done.proposed.principal, settings, moment.now)
            for state in states.values()
            if state.proposed is not None
            and remedy in state.needs
            and state.judged is not None
            and state.judged.customer == done.outcome.customer != ""
        ]

    return Decider(
        command=NoteDone,
        reads=lambda command: [Query(tag("interaction", command.interaction), FACTS)],
        initial=MappingProxyType({}),
        evolve=_evolve_all,
        decide=decide,
    )


def end_wait(settings: ControlSettings) -> Decider[EndWait, ProposalState]:
    """The time has come: judged again; nothing, if it waits for something else by now."""

    def decide(command: EndWait, state: ProposalState, proposed: ActionProposed, moment: Moment) -> Sequence[Event]:
        if not state.needs or state.needs[0] != command.remedy:
            return []
        return [met_fact(state, proposed, command.remedy, SYSTEM, settings, moment.now)]

    return about_proposal(EndWait, decide)


@dataclass(frozen=True, slots=True)
class AtHand:
    """A proposal, and who has its interaction."""

    proposal: ProposalState = ProposalState()
    scene: Scene = Scene()


def send_draft(settings: ControlSettings) -> Decider[SendDraft, AtHand]:
    """Whoever has the interaction, or has the role, sends exactly what was prepared."""

    def decide(command: SendDraft, at_hand: AtHand, moment: Moment) -> Sequence[Event]:
        state, proposed = _drafted(at_hand, command.interaction, command.by, settings)
        if command.args_hash != proposed.args_hash:
            raise Refused("args_changed", "This is not what was prepared; look at the draft again.")
        if answered(state, DRAFT):
            sender = next((each.event.by.id for each in state.met if each.event.remedy == DRAFT), "")
            return again(state, state.refused is None and sender == command.by.id)
        refuse_unless_asked(state, DRAFT)
        refuse_if_late(state, DRAFT, settings, moment.now)
        return [met_fact(state, proposed, DRAFT, command.by, settings, moment.now)]

    return Decider(command=SendDraft, reads=_reads, initial=AtHand(), evolve=_evolve_at_hand, decide=decide)


def discard_draft(settings: ControlSettings) -> Decider[DiscardDraft, AtHand]:
    """The same people do not send it, with words for the customer and words for the file."""

    def decide(command: DiscardDraft, at_hand: AtHand, moment: Moment) -> Sequence[Event]:
        state, proposed = _drafted(at_hand, command.interaction, command.by, settings)
        refuse_bad_reasons(command.customer_reason, command.file_reason)
        if answered(state, DRAFT):
            return again(state, state.refused is not None and state.refused.by.id == command.by.id)
        refuse_unless_asked(state, DRAFT)
        return [refusal(proposed, DRAFT, command.by, "discarded", command.customer_reason, command.file_reason)]

    return Decider(command=DiscardDraft, reads=_reads, initial=AtHand(), evolve=_evolve_at_hand, decide=decide)


def withdraw() -> Decider[Withdraw, AtHand]:
    """The proposer, the customer in her session, or the agent who has the interaction no longer wants it."""

    def decide(command: Withdraw, at_hand: AtHand, moment: Moment) -> Sequence[Event]:
        state, by = at_hand.proposal, command.by
        proposed = state.proposed
        hers = proposed is not None and by.kind == "customer" and command.session == proposed.session
        if proposed is None or proposed.interaction != command.interaction or (by.kind == "customer" and not hers):
            raise Refused("proposal_unknown", "There is no such proposal.", status=404)
        if not hers and by.id not in (proposed.principal.id, at_hand.scene.handler):
            raise Refused(
                "not_yours", "Only who proposed it, or has the interaction, withdraws a proposal.", status=403
            )
        if state.refused is not None and state.refused.how == "withdrawn":
            return []
        if not state.judgeable:
            raise Refused("too_late", "This is decided already; there is nothing left to withdraw.")
        who = Principal(kind="customer", id=proposed.person, roles=("customer",)) if hers else by
        return [refusal(proposed, state.needs[0] if state.needs else CONFIRM, who, "withdrawn")]

    return Decider(command=Withdraw, reads=_reads, initial=AtHand(), evolve=_evolve_at_hand, decide=decide)


def _drafted(
    at_hand: AtHand, interaction: InteractionId, by: Principal, settings: ControlSettings
) -> tuple[ProposalState, ActionProposed]:
    state, proposed = at_hand.proposal, at_hand.proposal.proposed
    if proposed is None or proposed.interaction != interaction:
        raise Refused("proposal_unknown", "There is no such proposal.", status=404)
    if by.kind != "agent":
        raise Refused("not_a_person", "A draft is sent by a person.", status=403)
    if by.id != at_hand.scene.handler and not set(settings.draft_roles) & set(by.roles):
        roles = " or ".join(settings.draft_roles)
        raise Refused("not_handling", f"Who has the interaction sends this, or a {roles}.", status=403)
    return state, proposed


def _reads(command: SendDraft | DiscardDraft | Withdraw) -> list[Query]:
    return [proposal_query(command.proposal), Query(tag("interaction", command.interaction), HANDLING)]


def _evolve_at_hand(at_hand: AtHand, recorded: Recorded) -> AtHand:
    if isinstance(recorded.event, HANDLING):
        return replace(at_hand, scene=evolve_scene(at_hand.scene, recorded))
    return replace(at_hand, proposal=evolve(at_hand.proposal, recorded))


def _evolve_all(states: Proposals, recorded: Recorded) -> Proposals:
    proposal: ProposalId = recorded.event.proposal  # type: ignore[attr-defined]  # every fact of FACTS has one
    return {**states, proposal: evolve(states.get(proposal, ProposalState()), recorded)}
