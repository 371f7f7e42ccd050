"""Which hints does the agent get who has an interaction, by the tenant's own rules?"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from interlock.interactions.assisting import wrap_up_values
from interlock.interactions.context import InteractionState
from interlock.kernel.cel import ExpressionError
from interlock.kernel.events import Recorded
from interlock.vocabulary.ids import InteractionId
from interlock.vocabulary.suggestions import Tip

WEEK: Final = timedelta(days=7)
"""How far back it counts how often a customer came."""


def tip_values(
    state: InteractionState, document: Mapping[str, Any], executing: Collection[str], *, promises: int, contacts: int
) -> dict[str, Any]:
    """What a tip's condition can look at (`suggestions.AT_TIP`).

    Args:
        document: as the agent sees it (`InteractionView.document`).
        executing: the actions that change something.
        promises: how many are still to be kept; ``contacts``: interactions within `WEEK`, this one included.
    """
    values = wrap_up_values(document, executing)
    return {
        **{name: values[name] for name in ("done", "not_done", "waits", "ended")},
        "matters": [each.matter for each in state.matters],
        "matched": bool(state.customer),
        "level": int(state.assurance.level),
        "channel": state.channel.value,
        "promises": promises,
        "contacts": contacts,
    }


def fitting(tips: Sequence[Tip], values: Mapping[str, Any]) -> list[Tip]:
    """The tips whose condition holds; one that cannot be told gives none."""
    return [each for each in tips if _holds(each, values)]


def contacts_within_week(matched: Iterable[Recorded], here: InteractionId, now: datetime) -> int:
    """In how many interactions a customer was within the last week, this one included.

    Args:
        matched: the facts that name the customer.
    """
    lately = {getattr(one.event, "interaction", "") for one in matched if one.at > now - WEEK}
    return len({*lately, here} - {""})


def _holds(tip: Tip, values: Mapping[str, Any]) -> bool:
    try:
        return tip.when.holds(values)
    except ExpressionError:
        return False
