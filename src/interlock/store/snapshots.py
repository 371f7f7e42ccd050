"""What does a writer know to be visible, once it has written?"""

from __future__ import annotations

from typing import Final

MOST_IN_PROGRESS: Final = 100
"""Transactions in progress that a snapshot is worth writing down for."""


def with_own(snapshot: str, xid: int) -> str:
    """The snapshot in which an append began, with that append itself visible; empty where that would be a long list.

    An append that passed its guard holds the locks of the guard's tags until it is committed. So whatever its guard's
    queries find in the snapshot that it began in had been seen by the decision, and who comes after it has a number that
    is not visible there: those that are not known to be finished are in the list of what is in progress.

    Args:
        snapshot: as PostgreSQL writes it, ``xmin:xmax:in,progress``.
        xid: the append's transaction.
    """
    oldest, following, rest = snapshot.split(":")
    in_progress = {int(each) for each in rest.split(",") if each}
    in_progress.discard(xid)
    end = int(following)
    if xid >= end:
        if xid - end > MOST_IN_PROGRESS:
            return ""
        in_progress.update(range(end, xid))
        end = xid + 1
    if not in_progress:
        return f"{end}:{end}:"
    first = min(in_progress)
    assert first >= int(oldest), "nothing older is in progress"
    return f"{first}:{end}:{','.join(map(str, sorted(in_progress)))}"
