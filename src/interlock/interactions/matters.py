"""What does a person see of the matters that were recognised in an interaction: what, why, and what is on record?"""

from __future__ import annotations

from typing import Any

from interlock.interactions.context import InteractionState
from interlock.vocabulary.matters import MATTERS, TITLES, words_of


def matters(state: InteractionState) -> list[dict[str, Any]]:
    """Each matter once, what counts most first: in words, by which rule or model, and the records of it."""
    shown = []
    for matter in MATTERS:
        heard = [each for each in state.matters if each.matter == matter]
        records = [each for each in state.records if each.matter == matter]
        if not heard and not records:
            continue
        shown.append(
            {
                "matter": matter,
                "title": TITLES[matter],
                "kinds": list(dict.fromkeys(each.kind.replace("_", " ") for each in heard if each.kind)),
                "by": list(dict.fromkeys(each.rule or each.model for each in heard)),
                "records": [
                    {
                        "reference": each.reference,
                        "about": words_of(each.matter, each.kind),
                        "due": each.due.isoformat() if each.due is not None else None,
                        "level": each.level,
                    }
                    for each in records
                ],
            }
        )
    return shown
