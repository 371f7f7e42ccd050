"""Which event begins which journey with whom, and why does it not?"""

from __future__ import annotations

from interlock.journeys.triggers.files import Triggers, TriggerSpec, begun_by, check_triggers, load_triggers
from interlock.journeys.triggers.subject import open_data, subject
from interlock.journeys.triggers.weighing import (
    Check,
    Happened,
    NotFired,
    Past,
    Seen,
    Verdict,
    Wanted,
    fold_past,
    mail_args,
    wanted,
    weigh,
)

__all__ = [
    "Check",
    "Happened",
    "NotFired",
    "Past",
    "Seen",
    "TriggerSpec",
    "Triggers",
    "Verdict",
    "Wanted",
    "begun_by",
    "check_triggers",
    "fold_past",
    "load_triggers",
    "mail_args",
    "open_data",
    "subject",
    "wanted",
    "weigh",
]
