"""What does a tip for an agent look at: the interaction, the customer's promises, and how often she came?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from interlock.control.promises import Book, fold, promise_query
from interlock.interactions.tips import contacts_within_week, fitting, tip_values
from interlock.interactions.view import InteractionView
from interlock.kernel.log import Query
from interlock.runtime.offers import Offer
from interlock.vocabulary.ids import CustomerId, InteractionId, tag
from interlock.vocabulary.interactions import InteractionStarted
from interlock.vocabulary.people import CustomerMatched

if TYPE_CHECKING:
    from interlock.runtime.app import App

BY_RULE: Final = 0.7
"""How sure it is that a tip helps whose condition holds, before anybody has answered."""


async def tips_for(app: App, view: InteractionView, document: dict[str, Any]) -> list[Offer]:
    """The tips that fit an interaction.

    Args:
        document: the interaction as the agent sees it.
    """
    state = view.state
    if not app.tenant.assist.hints:
        return []
    promises, contacts = await _of_customer(app, state.interaction, state.customer)
    executing = {name for name, action in app.definitions.bundle.actions.items() if action.effect == "execute"}
    values = tip_values(state, document, executing, promises=promises, contacts=contacts)
    return [
        Offer(kind="tip", of=each.tip, score=BY_RULE, title=each.text, text="", source="Rule of the centre")
        for each in fitting(app.tenant.assist.hints, values)
    ]


async def _of_customer(app: App, interaction: InteractionId, customer: CustomerId) -> tuple[int, int]:
    """Promises that are still to be kept, and interactions within a week."""
    if not customer:
        return 0, 1
    book, _ = await app.engine.state((promise_query(customer),), Book(), fold)
    seen = await app.log.read(Query(tag("customer", customer), (CustomerMatched, InteractionStarted)))
    return len(list(book.open(app.clock()))), contacts_within_week(seen.events, interaction, app.clock())
