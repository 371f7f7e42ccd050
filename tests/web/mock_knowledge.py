"""What the pages of the articles are shown without a real server: what the program itself makes of a few articles."""

from __future__ import annotations

import asyncio
from datetime import UTC, date, datetime
from types import SimpleNamespace
from typing import Any

import msgspec
from litestar import Response, get
from litestar.params import FromPath

from interlock.api import pages
from interlock.kernel.events import Event
from interlock.kernel.log import Plan
from interlock.runtime.knowledge import Knowledge
from interlock.runtime.knowledge_lines import article_lines, article_page
from interlock.store.memory import MemoryLog
from interlock.vocabulary.channels import Channel
from interlock.vocabulary.ids import InteractionId, MessageId, PersonId
from interlock.vocabulary.knowledge import AnsweredFromArticle, Article, ArticlePublished, ArticleWithdrawn
from interlock.vocabulary.settings import TenantSettings

from .mock_data import Json

NOW = datetime(2026, 11, 27, 10, 0, tzinfo=UTC)
RETURNS = Article(
    article="returns",
    title="Returning something",
    owner="Customer care",
    body="You have 30 days from delivery to send something back.\n\n## What it costs\n\nReturns from Germany are free.",
    questions=("how long do I have to return something",),
    review_by=date(2027, 3, 31),
    source="knowledge/returns.md",
)


def _like(name: str, title: str, body: str, **more: Any) -> Article:
    return msgspec.structs.replace(RETURNS, article=name, title=title, body=body, questions=(), **more)


def _published(article: Article, version: int = 1) -> Event:
    return ArticlePublished(article=article.article, article_version=version, content=article, by="u_sofia")


def _answered(number: int, passage: int, heading: str, model: str = "") -> Event:
    return AnsweredFromArticle(
        interaction=InteractionId(f"i_{number}"),
        person=PersonId("p_1"),
        message=MessageId(f"m_{number}"),
        article="returns",
        article_version=2,
        passage=passage,
        heading=heading,
        score=0.87,
        model=model,
    )


FACTS = (
    _published(msgspec.structs.replace(RETURNS, body="You have 20 days to send something back.")),
    _published(RETURNS, 2),
    _published(
        _like(
            "summer", "Returns in summer", "Send it back within 14 days from delivery.", valid_until=date(2026, 12, 3)
        )
    ),
    _published(_like("post", "Parcels by post", "They take two days.", valid_until=date(2026, 11, 20))),
    _published(_like("copper", "Cleaning copper", "Rub it with lemon.", channels=(Channel.CHAT,), audience=("agent",))),
    ArticleWithdrawn(article="copper", by="u_sofia", reason="It scratches."),
    _answered(8, 1, ""),
    _answered(9, 2, "What it costs", "main"),
)


def knowledge_routes() -> list[Any]:
    """What the page of the articles reads, and that of one of them."""
    log = MemoryLog(lambda: NOW)
    app: Any = SimpleNamespace(
        log=log,
        clock=lambda: NOW,
        tenant=TenantSettings(),
        follower=SimpleNamespace(views=[]),
        staff=SimpleNamespace(names={"u_sofia": "Sofia Marchetti"}),
    )
    app.knowledge = Knowledge(app, SimpleNamespace())  # type: ignore[arg-type]  # nothing is followed here
    filled = asyncio.Lock()

    async def ready() -> Any:
        async with filled:
            if not app.knowledge.library.articles:
                await log.append(Plan(FACTS, cause="mock"))
                await app.knowledge.load()
        return app

    @get("/v1/knowledge")
    async def articles() -> Json:
        return dict(msgspec.to_builtins(await article_lines(await ready())))

    @get("/v1/knowledge/{article:str}")
    async def article(article: FromPath[str]) -> Json:
        return dict(msgspec.to_builtins(await article_page(await ready(), article)))

    @get(["/knowledge", "/knowledge/{article:str}"], sync_to_thread=False)
    def page() -> Response[str]:
        return pages.shown("knowledge")

    return [articles, article, page]
