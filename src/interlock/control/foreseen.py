"""Which actions does a rule deny in a case now, whatever is asked for? They are not offered there."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, Final, NamedTuple

import msgspec

from interlock.control.actions import Action
from interlock.control.bundle import Bundle
from interlock.control.cedar_schema import CONNECTOR_ENTITY
from interlock.control.ledgers import Ledger
from interlock.control.past import Past
from interlock.control.policies import Request, RuleSet, firing
from interlock.control.rules import Rule
from interlock.control.timing import Times
from interlock.vocabulary.channels import Channel, Principal
from interlock.vocabulary.ids import CustomerId, InteractionId

KNOWN_BEFORE: Final = ("customer", "channel", "assurance", "session", "time")
"""The parts of a rule's context that are known before anything is proposed."""
KEPT_BY: Final = frozenset({"customer", "interaction", "agent", "tenant"})
"""What a ledger is kept by whose line is known before anything is proposed."""


class Standing(NamedTuple):
    """How a case stands before anything is proposed in it.

    Attributes:
        level: the assurance that holds for the customer; ``age_s`` since when, in seconds.
        past: what the lines come to that are known already (see ``lines_of``).
    """

    case: InteractionId
    principal: Principal
    customer: CustomerId
    channel: Channel
    level: int
    age_s: int
    failed_matches: int
    codes_sent: int
    time: Times
    past: Past


def lines_of(bundle: Bundle, case: InteractionId, principal: Principal, customer: CustomerId) -> dict[str, str]:
    """By ledger and step (with its prefix), whose line it is, where that is known before anything is proposed."""
    values = {"customer": customer, "interaction": case, "agent": principal.id, "tenant": "tenant"}
    found = {}
    for ledger in (*bundle.ledgers.values(), *bundle.steps.values()):
        if KEPT_BY.issuperset(ledger.by) and all(values[part] for part in ledger.by):
            found[ledger.name] = "|".join(values[part] for part in ledger.by)
    return found


def denied_whatever(bundle: Bundle, action: Action, standing: Standing) -> bool:
    """Whether a rule denies the action now and nothing cures it, by what is known before it is proposed.

    A rule that looks at anything else (an argument, the resource, what was met) decides nothing yet.
    """
    told = frozenset(
        {f"context.{part}" for part in KNOWN_BEFORE}
        | {f"context.ledger.{name}" for name in standing.past.sums}
        | {f"context.steps.{name}" for name in standing.past.steps}
    )
    rules = [rule for rule in bundle.policies[action.name].enforced.rules if _decided(rule, told)]
    return bool(rules) and bool(firing(_request(action, standing), RuleSet.of(rules)))


def _decided(rule: Rule, told: Collection[str]) -> bool:
    """Whether a forbid without a cure looks at nothing but what is told."""
    if rule.effect != "forbid" or rule.remedy is not None or rule.overridable:
        return False
    return all(path.startswith("principal") or any(_is_within(path, part) for part in told) for path in rule.uses)


def _is_within(path: str, part: str) -> bool:
    return path == part or path.startswith(f"{part}.")


def _request(action: Action, standing: Standing) -> Request:
    context: dict[str, Any] = {
        "customer": standing.customer,
        "channel": standing.channel.value,
        "assurance": {"level": standing.level, "age_s": standing.age_s},
        "session": {"failed_matches": standing.failed_matches, "codes_sent": standing.codes_sent},
        "time": standing.time.context(),
        "ledger": dict(standing.past.sums),
        "steps": {name: msgspec.structs.asdict(step) for name, step in standing.past.steps.items()},
    }
    entity = action.resource.entity if action.resource is not None else CONNECTOR_ENTITY
    return Request(
        {"type": "Principal", "id": standing.principal.id},
        {"type": "Action", "id": action.name},
        {"type": entity, "id": ""},
        context,
        {"kind": standing.principal.kind},
        {},
        standing.principal.roles,
    )


def known_ledgers(bundle: Bundle, lines: Mapping[str, str]) -> tuple[Ledger, ...]:
    """The ledgers and steps of those lines."""
    return tuple(each for each in (*bundle.ledgers.values(), *bundle.steps.values()) if each.name in lines)
