"""What does a definition file (YAML) say as a typed value, and where exactly is it wrong?

class SayStep(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    say: Template

Step = SayStep | AskStep | DoStep        # told apart by the first field of each: its verb

journey = load(text, "journeys/damaged_item.yaml", Journey)          # or DefinitionError with every problem found
located = load_located(text, "journeys/damaged_item.yaml", Journey)  # the same, and positions for later checks
"""

from __future__ import annotations

from interlock.kernel.documents.errors import DefinitionError, Misread, Problem, Reference, closest, did_you_mean
from interlock.kernel.documents.load import Located, load, load_located, problem
from interlock.kernel.documents.scalars import Duration, Percent, duration, duration_text, money_minor, percent
from interlock.kernel.documents.schema import json_schema

__all__ = [
    "DefinitionError",
    "Duration",
    "Located",
    "Misread",
    "Percent",
    "Problem",
    "Reference",
    "closest",
    "did_you_mean",
    "duration",
    "duration_text",
    "json_schema",
    "load",
    "load_located",
    "money_minor",
    "percent",
    "problem",
]
