"""May this proposed action happen, and if not yet, what would make it? The gate."""

from __future__ import annotations

from interlock.control.approvals import Approvals, approvals_view
from interlock.control.bundle import ROLES, Bundle, load_bundle
from interlock.control.facts import Known, assemble
from interlock.control.judgement import customer_reason, judge
from interlock.control.met import Met, met
from interlock.control.past import Past
from interlock.control.readings import ResourceRead, compute, resource_request
from interlock.control.settings import ControlSettings, EffectSettings
from interlock.control.subject import subject

__all__ = [
    "ROLES",
    "Approvals",
    "Bundle",
    "ControlSettings",
    "EffectSettings",
    "Known",
    "Met",
    "Past",
    "ResourceRead",
    "approvals_view",
    "assemble",
    "compute",
    "customer_reason",
    "judge",
    "load_bundle",
    "met",
    "resource_request",
    "subject",
]
