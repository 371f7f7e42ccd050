"""Which role may do what on the screens and in the API? (Actions on customers' matters are the gate's business.)"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, Literal

Permission = Literal[
    "take_interactions",
    "see_interactions",
    "propose_actions",
    "send_drafts",
    "see_board",
    "set_others_presence",
    "switch_queues",
    "approve",
    "resolve_unknown",
    "read_log",
    "see_policies",
    "publish",
    "manage_staff",
    "retry_due",
    "erase_people",
    "move_timers",
    "see_switches",
    "throw_switches",
    "report_signals",
    "see_triggers",
    "record_consents",
    "see_matters",
    "settle_matters",
]

GRANTS: Final[dict[str, frozenset[Permission]]] = {
    "detector": frozenset({"report_signals"}),
    "agent": frozenset({"take_interactions", "see_interactions", "propose_actions", "send_drafts", "record_consents"}),
    "supervisor": frozenset(
        {
            "see_interactions",
            "see_board",
            "set_others_presence",
            "switch_queues",
            "approve",
            "send_drafts",
            "resolve_unknown",
            "read_log",
            "see_policies",
            "see_switches",
            "throw_switches",
            "retry_due",
            "see_triggers",
            "record_consents",
            "see_matters",
            "settle_matters",
        }
    ),
    "manager": frozenset(
        {"see_interactions", "see_board", "approve", "send_drafts", "resolve_unknown", "read_log", "see_matters"}
    ),
    "admin": frozenset(
        {
            "see_board",
            "switch_queues",
            "manage_staff",
            "retry_due",
            "erase_people",
            "read_log",
            "see_policies",
            "publish",
            "move_timers",
            "see_switches",
            "throw_switches",
            "see_triggers",
        }
    ),
}
"""What each role is granted; a person with several roles has all of theirs. Nobody has anything by default."""


def may(roles: Iterable[str], permission: Permission) -> bool:
    """Whether any of the roles grants it."""
    return any(permission in GRANTS.get(role, ()) for role in roles)
