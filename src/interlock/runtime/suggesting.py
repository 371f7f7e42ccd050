"""What helps the agent who has an interaction, now? Worked out when his desk asks, and by nothing else."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

import structlog

from interlock.connectors.builtin_model import wish
from interlock.interactions.acceptance import Acceptance
from interlock.interactions.suggesting import Suggesting, evolve, suggested_in
from interlock.kernel.errors import Refused, Unavailable
from interlock.kernel.events import Erased
from interlock.runtime.offers import Offer
from interlock.runtime.past import recent_acceptance
from interlock.runtime.reply_drafts import draft
from interlock.runtime.steps_ahead import StepsAhead
from interlock.runtime.tips import tips_for
from interlock.runtime.turns import Standing
from interlock.vocabulary.channels import Principal
from interlock.vocabulary.ids import InteractionId, MessageId, StaffId
from interlock.vocabulary.knowledge import Audience, Found
from interlock.vocabulary.suggestions import Shown, ShowSuggestions

if TYPE_CHECKING:
    from interlock.runtime.app import App

ARTICLES: Final = 2
"""Passages that are suggested at once, for customers and for agents each."""
MEASURED_FOR: Final = timedelta(seconds=30)
"""For how long it is relied upon how suggestions came out."""

logger = structlog.get_logger(__name__)


class Suggestions:
    """Finds what helps in an interaction, and records what was shown of it."""

    def __init__(self, app: App) -> None:
        self._app = app
        self._ahead = StepsAhead(app)
        self._recent = recent_acceptance(app.log, app.clock)
        self._measured, self._measured_at = Acceptance(), datetime.min.replace(tzinfo=UTC)

    async def show(self, interaction: InteractionId, by: Principal) -> list[dict[str, Any]]:
        """What is suggested to somebody in an interaction, the surest first; nothing to whoever does not have it.

        Raises:
            Refused: there is no such interaction.
        """
        app, agent = self._app, StaffId(by.id)
        view = await app.views.get(interaction)
        if view.state.agents.get(agent) != "handling" or view.state.agent != agent:
            return []
        standing = await app.turns.standing(interaction)
        state, _ = await app.engine.state((suggested_in(interaction),), Suggesting(), evolve)
        measured = await self.measured()
        shown: list[tuple[Shown, Offer]] = []
        document = (await app.documents.interaction(interaction, agent)).value
        for offer in [*await self._found(standing, by), *await tips_for(app, view, document)]:
            sure = measured.confidence(offer.kind, offer.score)
            name = offer.name(interaction)
            if sure >= app.tenant.assist.surer_than and name not in state.answered:
                shown.append((_shown(name, offer, sure), offer))
        shown.sort(key=lambda each: -each[0].confidence)
        if any(each.suggestion not in state.shown for each, _ in shown):
            seen = tuple(each for each, _ in shown)
            command = ShowSuggestions(interaction=interaction, agent=agent, suggestions=seen)
            await app.engine.execute(command, cause=f"suggest/{secrets.token_hex(8)}")
        said = {each["id"]: each["at"] for each in document["entries"]}
        return [_document(each, offer, said) for each, offer in shown]

    async def draft(self, interaction: InteractionId, by: Principal) -> dict[str, Any]:
        """A reply that a language model drafts for whoever has the interaction.

        Raises:
            Refused: somebody else has it; there is nothing to answer, or no model that answers.
        """
        app, agent = self._app, StaffId(by.id)
        state, _ = await app.engine.state((suggested_in(interaction),), Suggesting(), evolve)
        if state.agent != agent:
            raise Refused("not_handling", "You do not have this interaction; take it from its queue first.", status=403)
        standing = await app.turns.standing(interaction)
        message, text = _to_answer(standing)
        offer = await draft(app, standing, message, text)
        sure = (await self.measured()).confidence(offer.kind, offer.score)
        shown = _shown(offer.name(interaction), offer, sure)
        command = ShowSuggestions(interaction=interaction, agent=agent, suggestions=(shown,))
        await app.engine.execute(command, cause=f"suggest/{secrets.token_hex(8)}")
        return _document(shown, offer, {})

    async def measured(self) -> Acceptance:
        """How suggestions came out lately, looked up no more often than it changes much."""
        now = self._app.clock()
        if now - self._measured_at > MEASURED_FOR:
            self._measured, self._measured_at = await self._recent.now(), now
        return self._measured

    async def document(self) -> dict[str, Any]:
        """How suggestions came out lately, as they stand now, with the threshold in force."""
        return {**(await self._recent.now()).document(), "surer_than": self._app.tenant.assist.surer_than}

    async def _found(self, standing: Standing, by: Principal) -> list[Offer]:
        """Everything that may help, whatever its score."""
        message, text = _to_answer(standing)
        articles = await self._articles(standing, message, text) if text else []
        return [*articles, *await self._ahead.offers(standing.conversation, message, text, by)]

    async def _articles(self, standing: Standing, message: MessageId, text: str) -> list[Offer]:
        """The passages that may answer what the customer wrote. That none can be searched is no error."""
        audiences: tuple[Audience, ...] = ("customer", "agent")
        offers: dict[tuple[str, int], Offer] = {}
        for audience in audiences:
            try:
                found = await self._app.knowledge.passages(
                    text, standing.conversation.channel, most=ARTICLES, surer_than=0.0, audience=audience
                )
            except Unavailable as error:
                logger.warning("no article could be searched", error=error.reason)
                break
            for passage in found:
                offers.setdefault((passage.article, passage.passage), self._article(passage, message, audience))
        return list(offers.values())

    def _article(self, passage: Found, message: MessageId, audience: Audience) -> Offer:
        kept = self._app.knowledge.library.articles[passage.article]
        at = next((each.at for each in kept.versions if each.version == passage.version), None)
        return Offer(
            kind="article",
            of=f"{passage.article}#{passage.passage}",
            version=passage.version,
            score=passage.score,
            title=passage.heading or passage.title,
            text=passage.text,
            source=f"{passage.title}, version {passage.version}",
            at=at,
            about=message,
            reply=passage.text if audience == "customer" else "",
        )


def _to_answer(standing: Standing) -> tuple[MessageId, str]:
    """What the customer wrote last and no agent has answered; that she wants a person is nothing that an article answers."""
    for (message, text), author in reversed(list(zip(standing.said, standing.authors, strict=True))):
        if author == "agent":
            break
        if author == "customer" and not isinstance(text, Erased) and wish(text) is None:
            return message, text
    return MessageId(""), ""


def _shown(name: str, offer: Offer, sure: float) -> Shown:
    verdict = offer.action["verdict"] if offer.action is not None else ""
    return Shown(name, offer.kind, offer.of, offer.score, sure, offer.about, offer.version, verdict)


def _document(shown: Shown, offer: Offer, said: Mapping[str, str]) -> dict[str, Any]:
    """A suggestion as a desk shows it; where its source has no age, that of the message that it is about is told."""
    return {
        "suggestion": shown.suggestion,
        "kind": shown.kind,
        "about": shown.about,
        "title": offer.title,
        "text": offer.text,
        "source": offer.source,
        "at": offer.at.isoformat() if offer.at is not None else said.get(offer.about),
        "confidence": round(shown.confidence, 2),
        "reply": offer.reply,
        "action": offer.action,
    }
