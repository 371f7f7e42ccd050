"""What was promised to the customer of an interaction, as people see it?"""

from __future__ import annotations

from functools import reduce
from typing import TYPE_CHECKING, Any

import msgspec

from interlock.control.promises import Book, fold, promise_query
from interlock.interactions.context import OUTCOME, InteractionState, evolve
from interlock.kernel.errors import Refused
from interlock.kernel.log import Query
from interlock.vocabulary.channels import Principal
from interlock.vocabulary.ids import InteractionId, StaffId, tag

if TYPE_CHECKING:
    from interlock.runtime.app import App


async def promises_document(app: App, interaction: InteractionId, by: Principal) -> dict[str, Any]:
    """The customer's promises over all interactions, and what somebody may promise her.

    Raises:
        Refused: there is no such interaction.
    """
    seen = await app.log.read(Query(tag("interaction", interaction), OUTCOME))
    if not seen.events:
        raise Refused("interaction_unknown", "There is no such interaction.", status=404)
    customer = reduce(evolve, seen.events, InteractionState()).customer
    specs = app.definitions.bundle.promises
    may = {name: most for name, spec in specs.items() if (most := spec.most(by)) is not None}
    can = [
        {
            "promise": name,
            "title": specs[name].title,
            "about": specs[name].about,
            "most": most,
            "days": specs[name].valid.days,
        }
        for name, most in may.items()
    ]
    if not customer:
        return {"promises": [], "can_promise": []}
    book = reduce(fold, (await app.log.read(promise_query(customer))).events, Book())
    shown = [
        {
            "promise": each.made.promise,
            "kind": each.made.kind,
            "title": specs[each.made.kind].title if each.made.kind in specs else each.made.kind,
            "state": each.state,
            "about": each.made.about,
            "value": each.made.value,
            "source": each.made.source,
            "by": app.staff.names.get(StaffId(each.made.by.id), each.made.by.id),
            "made_at": each.at,
            "valid_until": each.made.valid_until,
            "words": str(each.made.words),
            "interaction": each.made.interaction,
        }
        for each in reversed(list(book.promises.values()))
    ]
    return dict(msgspec.to_builtins({"promises": shown, "can_promise": can}))
