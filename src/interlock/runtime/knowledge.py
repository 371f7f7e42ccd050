"""What do the articles say to a question, here and now; and how does a new version of one come into force?

Articles are facts. Every node folds them and follows them, so a new version is said everywhere as soon as its fact is read.
The full text index in the database is a view of them: whichever node reads a version first puts its passages there.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from datetime import date
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from interlock.connectors import minilm
from interlock.dialogue.articles import passages
from interlock.dialogue.finding import RANKED, Live, Place, Ranked, found, fused
from interlock.dialogue.index import Index, index
from interlock.dialogue.library import ARTICLES, EVERY, Library, evolve, same, within
from interlock.kernel.errors import Conflict, Refused
from interlock.kernel.events import Recorded
from interlock.kernel.log import Query
from interlock.kernel.texts import Piece, Texts
from interlock.runtime.chores import Chores
from interlock.runtime.engine import ATTEMPTS
from interlock.store.memory_texts import MemoryTexts
from interlock.vocabulary.channels import Channel
from interlock.vocabulary.ids import tag
from interlock.vocabulary.knowledge import Article, ArticlePublished, ArticleWithdrawn, Audience, Found

if TYPE_CHECKING:
    from interlock.runtime.app import App

PASSAGES: Final = 3
"""Passages that a model is told at once."""

CHOSEN_FROM: Final = 0.3
"""The score from which on a model may choose a passage as the answer: below it one of the right article is hardly ever found."""

FEWEST_WORDS: Final = 2
"""A single word is an answer, a name or a number; no question."""


class Published(NamedTuple):
    """What became of an article: its version, and whether that is a new one."""

    article: str
    version: int
    new: bool


class Knowledge:
    """The articles of a tenant on one node."""

    def __init__(self, app: App, chores: Chores) -> None:
        self._app, self._chores = app, chores
        self.texts: Texts = MemoryTexts()
        """The full text index; the database's takes its place before the first article is read."""
        app.follower.views.append(self._fold)
        self._library, self._seen = Library(), ""
        self._loading, self._behind = asyncio.Lock(), False
        self._indexes: dict[tuple[Audience, str], Index] = {}
        self.aside: Callable[[Callable[[], Any]], Awaitable[Any]] = asyncio.to_thread
        """Does what takes long beside the loop; a simulation has no threads, and does it at once."""

    @property
    def library(self) -> Library:
        """Every article, as this node knows them."""
        return self._library

    @property
    def today(self) -> date:
        """The day where the tenant is: validity counts by it."""
        return self._app.clock().astimezone(self._app.tenant.zone).date()

    def _fold(self, recorded: Recorded) -> None:
        if isinstance(recorded.event, ARTICLES.types) and not self._behind:
            self._behind = True
            self._chores.until_done(self._catch_up)

    async def _catch_up(self) -> None:
        """Read all that was told of since the last time, however many facts that are."""
        self._behind = False
        await self.load()

    async def load(self) -> None:
        """Read what is new in the log. Raises Unavailable."""
        async with self._loading:
            seen = await self._app.log.read(ARTICLES, since=self._seen)
            library = self._library
            pieces: list[Piece] = []
            for recorded in seen.events:
                library = evolve(library, recorded)
                if isinstance(event := recorded.event, ArticlePublished):
                    pieces += _pieces(Live(event.content, event.article_version))
            if pieces:
                await self.texts.keep(pieces)
            if seen.events:
                await self._index("customer", self._app.tenant.language, library)
            # Not before its passages can be found is a version said.
            self._library, self._seen = library, seen.snapshot

    async def answer(self, question: str, channel: Channel) -> Found | None:
        """The passage that answers a customer's question surely enough; None where there is none.

        Raises:
            Unavailable: full text cannot be searched.
        """
        best = await self.passages(question, channel, most=1)
        return best[0] if best else None

    async def passages(
        self,
        question: str,
        channel: Channel,
        scope: Sequence[str] = (EVERY,),
        most: int = PASSAGES,
        surer_than: float | None = None,
        audience: Audience = "customer",
    ) -> tuple[Found, ...]:
        """The passages that answer a customer's question surely enough, the best first.

        Args:
            surer_than: how sure that is; by default as the tenant says.
            audience: who is told.
            scope: the articles that are looked into, by their names or how these begin (``care_*``).

        Raises:
            Unavailable: full text cannot be searched.
        """
        if len(question.split()) < FEWEST_WORDS:
            return ()
        surer_than = self._app.tenant.knowledge.surer_than if surer_than is None else surer_than
        ranked = await self.search(question, audience, channel, surer_than=surer_than, scope=scope)
        return tuple(found(one, question) for one in ranked[:most] if one.score >= surer_than)

    async def named(self, place: tuple[str, int, int], question: str, channel: Channel) -> Found | None:
        """A passage that a model chose as the answer to a customer's question; None where it may not be said.

        Args:
            place: the article, its version, and the number of the passage.
        """
        article, version, passage = place
        found_in = await self._index("customer", self._app.tenant.language, self._library)

        def near() -> dict[Place, Ranked]:
            return found_in.near(question, lambda one: one.key == f"{article}@{version}" and _here(one, channel))

        ranked = (await self.aside(near)).get((f"{article}@{version}", passage))
        return found(ranked, question) if ranked is not None and ranked.score >= CHOSEN_FROM else None

    def may_still_be_said(self, passage: Found) -> bool:
        """Whether the version of a passage that was found is still the one that counts today, as far as this node knows."""
        kept = self._library.articles.get(passage.article)
        version = kept.on(self.today) if kept is not None else None
        return version is not None and version.version == passage.version

    async def search(
        self,
        question: str,
        audience: Audience = "customer",
        channel: Channel | None = None,
        language: str = "",
        surer_than: float = 0.0,
        scope: Sequence[str] = (EVERY,),
    ) -> list[Ranked]:
        """The passages that may answer a question, the best first, of articles that may be said now.

        Args:
            channel: where they have to be allowed; None asks for none.
            language: ISO 639-1; the tenant's own by default.
            surer_than: where no passage has this score, the database is not asked and there is none.
            scope: the articles that are looked into, by their names or how these begin.
        """
        language = language or self._app.tenant.language
        found_in = await self._index(audience, language, self._library)

        def allowed(live: Live) -> bool:
            return _here(live, channel) and within(scope, live.article.article)

        among = [one.live.key for one in found_in.kept if allowed(one.live)]
        if not among:
            return []

        def near() -> dict[Place, Ranked]:
            return found_in.near(question, allowed)

        # Reading a meaning takes long, and others wait for this loop.
        passages_near: dict[Place, Ranked] = near() if found_in.read is None else await self.aside(near)
        if max((one.score for one in passages_near.values()), default=0.0) < surer_than:
            return []
        hits = await self.texts.search(question, language, among, RANKED)
        return fused(passages_near, [(hit.of, hit.number) for hit in hits])

    async def _index(self, audience: Audience, language: str, library: Library) -> Index:
        """The index of what may be said now; built beside the loop where that has changed."""
        live = library.live(self.today, audience, language)
        by_meaning = self._app.tenant.understanding == "minilm"
        known = self._indexes.get((audience, language))
        if known is None or known.live != live or (known.read is not None) is not by_meaning:

            def built() -> Index:
                return index(language, live, minilm.opened() if by_meaning else None)

            known = self._indexes[audience, language] = await self.aside(built)
        return known

    async def publish(self, articles: Sequence[Article], by: str, *, anew: bool = True) -> list[Published]:
        """Put articles into force; one that says what its latest version says stays that version.

        Args:
            anew: whether what an earlier version said, or one that was withdrawn, may come back. A folder that is read at
                every start must not undo what came later.
        """
        await self.load()
        return [await self._publish(article, by, anew) for article in articles]

    async def _publish(self, article: Article, by: str, anew: bool) -> Published:
        query = Query(tag("article", article.article), ARTICLES.types)
        for _ in range(ATTEMPTS):
            kept = self._library.articles.get(article.article)
            if kept is not None and kept.withdrawn is None and same(kept.latest.content, article):
                return Published(article.article, kept.latest.version, False)
            if kept is not None and not anew and any(same(one.content, article) for one in kept.versions):
                return Published(article.article, kept.latest.version, False)
            version = kept.latest.version + 1 if kept is not None else 1
            fact = ArticlePublished(article=article.article, article_version=version, content=article, by=by)
            try:
                await self._append(fact, query, self._seen)
            except Conflict:
                await self.load()
            else:
                return Published(article.article, version, True)
        raise Conflict(f"the article {article.article} kept changing")

    async def withdraw(self, article: str, by: str, reason: str) -> None:
        """Have no version of an article said any more, from now on and everywhere.

        Raises:
            Refused: ``article_unknown`` (404); ``article_withdrawn`` already.
        """
        query = Query(tag("article", article), ARTICLES.types)
        for _ in range(ATTEMPTS):
            seen = await self._app.log.read(query)
            if not seen.events:
                raise unknown(article)
            if isinstance(seen.events[-1].event, ArticleWithdrawn):
                raise Refused("article_withdrawn", f"The article {article[:80]} is withdrawn already.")
            with suppress(Conflict):
                await self._append(ArticleWithdrawn(article=article, by=by, reason=reason), query, seen.snapshot)
                return
        raise Conflict(f"the article {article} kept changing")

    async def _append(self, fact: ArticlePublished | ArticleWithdrawn, query: Query, snapshot: str) -> None:
        cause = f"knowledge/{secrets.token_hex(8)}"
        await self._app.engine.append([fact], guard=(query,), snapshot=snapshot, cause=cause)


def unknown(article: str) -> Refused:
    """There is no article of that name."""
    return Refused("article_unknown", f"There is no article {article[:80]} here.", status=404)


def _here(live: Live, channel: Channel | None) -> bool:
    channels = live.article.channels
    return channel is None or not channels or channel in channels


def _pieces(live: Live) -> list[Piece]:
    article = live.article
    asked = " \n".join(article.questions)
    return [
        Piece(live.key, part.number, article.language, part.heading or article.title, asked, part.text)
        for part in passages(article)
    ]
