"""What would a language model reply to the customer, for the agent to read, change and send? Asked only when the agent asks."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Final

import structlog

from interlock.connectors.drafting_model import DraftBrief, Drafter
from interlock.kernel.errors import Refused, Unavailable
from interlock.runtime.knowledge import CHOSEN_FROM
from interlock.runtime.offers import Offer
from interlock.runtime.spending import AskedFor
from interlock.runtime.turns import Standing, so_far
from interlock.vocabulary.ids import MessageId, RunId
from interlock.vocabulary.knowledge import Found
from interlock.vocabulary.models import ModelUsed

if TYPE_CHECKING:
    from interlock.runtime.app import App

DRAFT: Final = "draft"
"""What a model is asked for: a reply that an agent may send."""
WRITTEN: Final = 0.5
"""How sure it is that a draft helps, before anybody has answered: a model does not say how sure it is."""
REMEMBERED: Final = 20
"""Messages that a model is told."""

logger = structlog.get_logger(__name__)


async def draft(app: App, standing: Standing, message: MessageId, text: str) -> Offer:
    """A draft by the first model of ``drafts`` that answers, within what switches and budgets allow.

    Args:
        message: what the customer wrote and nobody has answered, with its ``text``.

    Raises:
        Refused: there is nothing to answer; no model may be asked, or none answered with a draft.
    """
    if not text:
        raise Refused("nothing_to_answer", "The customer has written nothing that is not answered yet.")
    state, names = standing.conversation, app.definitions.models.drafts
    chain = [model for model in app.asked(names) if isinstance(model, Drafter)] if names else []
    asked_for = AskedFor(state.interaction, message, RunId(""))
    passages = await _passages(app, standing, text)
    brief = DraftBrief(so_far(standing)[-REMEMBERED:], passages, app.tenant.language)
    used: list[ModelUsed] = []
    try:
        while (model := (await app.turns.asking.allowed(asked_for, chain)).model) is not None:
            assert isinstance(model, Drafter)
            found, usage = await app.turns.asking.answered(model.name, model.draft(brief))
            used.append(app.spending.used(asked_for, model.name, DRAFT, usage))
            if found and (said := str(found[0].get("text", "")).strip()):
                return _offer(model.name, said, found[0].get("articles", ()), passages, message)
            chain = chain[chain.index(model) + 1 :]
    finally:
        if used:
            await app.engine.append(used, cause=f"draft/{secrets.token_hex(8)}")
    raise Refused("no_draft", "No language model wrote a draft just now; write the reply yourself.", status=503)


async def _passages(app: App, standing: Standing, text: str) -> tuple[Found, ...]:
    """What articles say to it. That none can be searched is no error."""
    try:
        return await app.knowledge.passages(text, standing.conversation.channel, surer_than=CHOSEN_FROM)
    except Unavailable as error:
        logger.warning("no article could be searched", error=error.reason)
        return ()


def _offer(model: str, said: str, named: object, passages: tuple[Found, ...], message: MessageId) -> Offer:
    """The draft, with the articles that it names and that the model was really told."""
    rests_on = [each for each in passages if isinstance(named, list) and each.article in named]
    titles = dict.fromkeys(f"{each.title}, version {each.version}" for each in rests_on)
    source = f"Written by the language model {model}"
    return Offer(
        kind="reply",
        of=model,
        score=WRITTEN,
        title="Draft of a reply",
        text=said,
        source=f"{source} from {'; '.join(titles)}" if titles else f"{source}, from no article: check every word",
        about=message,
        reply=said,
    )
