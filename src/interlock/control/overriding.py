"""Who may override a rule, with whom, and until when?"""

from __future__ import annotations

from collections.abc import Sequence, Set
from typing import Final

from interlock.control.bundle import Bundle
from interlock.control.deciding import Deciding, decision
from interlock.control.delegating import Authority
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


def request_override(bundle: Bundle, settings: ControlSettings) -> Decider[RequestOverride, Deciding]:
    """Only for what a person proposed, only where every rule in the way allows it, only by the role that they name."""

    def decide(
        command: RequestOverride,
        state: ProposalState,
        proposed: ActionProposed,
        acts: Sequence[Authority],
        moment: Moment,
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
        on_behalf = _on_behalf(roles, command.by, acts, not_of={proposed.principal.id})
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
                on_behalf=on_behalf,
            )
        ]

    return decision(RequestOverride, decide)


def grant_override(settings: ControlSettings) -> Decider[GrantOverride, Deciding]:
    """A second person with the role agrees: neither the first one nor the proposer."""

    def decide(
        command: GrantOverride,
        state: ProposalState,
        proposed: ActionProposed,
        acts: Sequence[Authority],
        moment: Moment,
    ) -> Sequence[Event]:
        granted = next((each for each in state.granted if each.override == command.override), None)
        if granted is not None and granted.by.id == command.by.id:
            return []
        asked = _asked(state, command.override)
        _refuse_altered(command.args_hash, proposed)
        first = {asked.by.id, asked.on_behalf, proposed.principal.id} - {""}
        if command.by.id in first:
            raise Refused(
                "four_eyes", "A second person agrees: neither who asked for it nor who proposed it.", status=403
            )
        on_behalf = _on_behalf(asked.roles, command.by, acts, not_of=first)
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
                on_behalf=on_behalf,
            )
        ]

    return decision(GrantOverride, decide)


def refuse_override() -> Decider[RefuseOverride, Deciding]:
    """Somebody with the role does not agree, the first one takes it back, or time is over."""

    def decide(
        command: RefuseOverride,
        state: ProposalState,
        proposed: ActionProposed,
        acts: Sequence[Authority],
        moment: Moment,
    ) -> Sequence[Event]:
        by_clock = command.by.kind == "system"
        if command.override in state.overrides_over:
            return []
        if by_clock and command.override not in state.overrides:
            return []
        asked = _asked(state, command.override)
        mine = command.by.id == asked.by.id
        if not by_clock and not mine:
            _on_behalf(asked.roles, command.by, acts, not_of=frozenset())
        return [
            OverrideRefused(
                override=asked.override,
                proposal=proposed.proposal,
                interaction=proposed.interaction,
                by=command.by,
                how="expired" if by_clock else "withdrawn" if mine else "refused",
            )
        ]

    return decision(RefuseOverride, decide)


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


def _on_behalf(roles: Sequence[str], by: Principal, acts: Sequence[Authority], *, not_of: Set[str]) -> str:
    """Whose authority somebody uses who needs all of these roles; empty where they are his own. Raises Refused.

    Args:
        not_of: people whose lent authority does not count here: one of the two who are needed has it already.
    """
    found = [
        next((each for each in acts if each.role == role and each.on_behalf not in not_of), None) for role in roles
    ]
    if by.kind != "agent" or None in found:
        raise Refused("role_missing", f"This rule is overridden by the role {' and '.join(roles)}.", status=403)
    return next((each.on_behalf for each in found if each is not None and each.on_behalf), "")
