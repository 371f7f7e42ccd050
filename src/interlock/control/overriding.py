"""Who may override a rule, with whom, and until when?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from interlock.control.bundle import Bundle
from interlock.control.meeting import about_proposal
from interlock.control.proposals import ProposalState
from interlock.control.settings import ControlSettings
from interlock.kernel.deciders import Decider, Moment
from interlock.kernel.errors import Refused
from interlock.kernel.events import Event
from interlock.vocabulary.channels import Principal
from interlock.vocabulary.overrides import (
    GrantOverride,
    OverrideGranted,
    OverrideRefused,
    OverrideRequested,
    RefuseOverride,
    RequestOverride,
)
from interlock.vocabulary.proposals import ActionProposed, ProposalJudged

LONGEST_OVERRIDE_REASON: Final = 1000
"""Characters of the reason for an override."""


def request_override(bundle: Bundle, settings: ControlSettings) -> Decider[RequestOverride, ProposalState]:
    """Only for what a person proposed, only where every rule in the way allows it, only by the role that they name."""

    def decide(
        command: RequestOverride, state: ProposalState, proposed: ActionProposed, moment: Moment
    ) -> Sequence[Event]:
        if not command.reason.strip() or len(command.reason) > LONGEST_OVERRIDE_REASON:
            raise Refused("bad_reason", f"Say why, in at most {LONGEST_OVERRIDE_REASON} characters.", status=422)
        if command.override in state.overrides or command.override in state.overrides_over:
            return []
        _refuse_altered(command.args_hash, proposed)
        if proposed.principal.kind != "agent":
            raise Refused("not_for_machines", "Rules are never overridden for what a machine proposed.", status=403)
        judged = state.judged
        if judged is None or state.refused is not None or judged.verdict == "allowed":
            raise Refused("nothing_in_the_way", "No rule stands in the way of this now.")
        rules, roles = _overridable(bundle, judged)
        if not rules:
            raise Refused("not_overridable", "A rule in the way of this can never be overridden.", status=403)
        _refuse_without(roles, command.by)
        if state.overrides:
            raise Refused("override_open", "An override is asked for already; a second person decides on it.")
        return [
            OverrideRequested(
                override=command.override,
                proposal=proposed.proposal,
                interaction=proposed.interaction,
                person=proposed.person,
                rules=rules,
                roles=roles,
                by=command.by,
                args_hash=proposed.args_hash,
                reason=command.reason.strip(),
                expires_at=moment.now + settings.override_wait,
            )
        ]

    return about_proposal(RequestOverride, decide)


def grant_override(settings: ControlSettings) -> Decider[GrantOverride, ProposalState]:
    """A second person with the role agrees: neither the first one nor the proposer."""

    def decide(
        command: GrantOverride, state: ProposalState, proposed: ActionProposed, moment: Moment
    ) -> Sequence[Event]:
        granted = next((each for each in state.granted if each.override == command.override), None)
        if granted is not None and granted.by.id == command.by.id:
            return []
        asked = _asked(state, command.override)
        _refuse_altered(command.args_hash, proposed)
        if command.by.id in (asked.by.id, proposed.principal.id):
            raise Refused(
                "four_eyes", "A second person agrees: neither who asked for it nor who proposed it.", status=403
            )
        _refuse_without(asked.roles, command.by)
        if moment.now > asked.expires_at:
            raise Refused("expired", "The time for this answer is over; nothing was done.", status=410)
        return [
            OverrideGranted(
                override=asked.override,
                proposal=proposed.proposal,
                interaction=proposed.interaction,
                rules=asked.rules,
                first=asked.by,
                by=command.by,
                args_hash=asked.args_hash,
                valid_until=moment.now + settings.override_valid,
            )
        ]

    return about_proposal(GrantOverride, decide)


def refuse_override() -> Decider[RefuseOverride, ProposalState]:
    """Somebody with the role does not agree, the first one takes it back, or time is over."""

    def decide(
        command: RefuseOverride, state: ProposalState, proposed: ActionProposed, moment: Moment
    ) -> Sequence[Event]:
        by_clock = command.by.kind == "system"
        if command.override in state.overrides_over:
            return []
        if by_clock and command.override not in state.overrides:
            return []
        asked = _asked(state, command.override)
        mine = command.by.id == asked.by.id
        if not by_clock and not mine:
            _refuse_without(asked.roles, command.by)
        return [
            OverrideRefused(
                override=asked.override,
                proposal=proposed.proposal,
                interaction=proposed.interaction,
                by=command.by,
                how="expired" if by_clock else "withdrawn" if mine else "refused",
            )
        ]

    return about_proposal(RefuseOverride, decide)


def _overridable(bundle: Bundle, judged: ProposalJudged) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The rules that can be overridden, and every role that they name; nothing where one in the way cannot be."""
    known = {rule.id: rule for rule in bundle.rules}
    found = [known[each.rule] for each in judged.rulings if each.rule in known and known[each.rule].overridable]
    if judged.verdict == "denied" and not judged.overridable:
        return (), ()
    return tuple(rule.id for rule in found), tuple(sorted({rule.overridable for rule in found}))


def _asked(state: ProposalState, override: str) -> OverrideRequested:
    found = state.overrides.get(override)
    if found is None:
        raise Refused("override_unknown", "No such override is asked for now.", status=404)
    return found


def _refuse_altered(args_hash: str, proposed: ActionProposed) -> None:
    if args_hash != proposed.args_hash:
        raise Refused("args_changed", "This is not what was proposed; look at the proposal again.")


def _refuse_without(roles: Sequence[str], by: Principal) -> None:
    lacking = [role for role in roles if role not in by.roles]
    if by.kind != "agent" or lacking:
        raise Refused("role_missing", f"This rule is overridden by the role {' and '.join(roles)}.", status=403)
