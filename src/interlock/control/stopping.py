"""How is a proposal denied that something stops before anything is read: a switch, a breaker, a budget?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from interlock.control.bundle import Bundle
from interlock.vocabulary.proposals import ActionProposed, ProposalJudged, Ruling


def stopped(
    bundle: Bundle, proposed: ActionProposed, rulings: Sequence[Ruling], why: Mapping[str, Any]
) -> ProposalJudged:
    """The denial of a proposal that is stopped before anything is read or any rule is asked.

    Args:
        rulings: the gate's own noes, by name.
        why: what they were judged on, for the record.
    """
    action = bundle.actions.get(proposed.action)
    recorded = dict(msgspec.to_builtins({"args": proposed.args, "stopped": why}))
    title = proposed.action if action is None else action.title
    return ProposalJudged(
        proposal=proposed.proposal,
        interaction=proposed.interaction,
        person=proposed.person,
        customer=proposed.customer,
        principal=proposed.principal,
        action=proposed.action,
        args_hash=proposed.args_hash,
        verdict="denied",
        policy=bundle.release,
        rulings=tuple(rulings),
        needs=(),
        facts=recorded,
        says=title,
    )
