"""How well do the articles answer questions of which it is known what should answer them?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from interlock.runtime.knowledge import Knowledge

NONE: Final = "none"
"""What stands in the place of an article where no article answers."""


async def measured(
    knowledge: Knowledge, rows: Sequence[tuple[str, str]], surer_than: float
) -> tuple[Mapping[str, float], list[dict[str, Any]]]:
    """Ask every question; gives the figures, and what went wrong.

    ``answered_right`` is the share of the questions with an answer that the right article answers; ``answered_wrong`` of all
    questions that get an answer which is not theirs; ``refused_right`` of those without one that get none.

    Args:
        rows: question and the name of its article.
    """
    right = wrong = refused = 0
    missed = []
    for question, wanted in rows:
        ranked = await knowledge.search(question)
        best = ranked[0] if ranked and ranked[0].score >= surer_than else None
        got = best.live.article.article if best is not None else NONE
        if got != wanted:
            score = ranked[0].score if ranked else 0.0
            missed.append({"question": question, "wanted": wanted, "got": got, "score": score})
        right += got == wanted != NONE
        wrong += got not in (wanted, NONE)
        refused += got == wanted == NONE
    without = sum(wanted == NONE for _, wanted in rows)
    return {
        "questions": len(rows),
        "answered_right": _share(right, len(rows) - without),
        "answered_wrong": _share(wrong, len(rows)),
        "refused_right": _share(refused, without),
    }, missed


def _share(part: int, of: int) -> float:
    return round(part / of, 4) if of else 1.0
