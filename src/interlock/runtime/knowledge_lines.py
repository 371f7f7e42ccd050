"""What do people see of the articles: the list with what should be looked at, one with its versions, and what it answered?"""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from interlock.dialogue.articles import passages
from interlock.dialogue.contradicting import Contradiction, contradictions, marks
from interlock.dialogue.library import Kept, Version, valid
from interlock.kernel.log import Query
from interlock.runtime.knowledge import unknown
from interlock.runtime.past import past, since
from interlock.vocabulary.ids import StaffId, tag
from interlock.vocabulary.knowledge import AnsweredFromArticle

if TYPE_CHECKING:
    from interlock.runtime.app import App

LATELY: Final = timedelta(days=30)
"""For how long back answers are counted."""

ANSWERS: Final = 200
"""Answers of one article that are listed, the latest first."""


async def article_lines(app: App) -> dict[str, Any]:
    """Every article with its latest version, how often it answered lately, and why somebody should look at it."""
    day = app.knowledge.today
    used: Counter[str] = Counter()
    async for batch in past(app.log, (AnsweredFromArticle,), await since(app.log, app.clock() - LATELY)):
        used.update(one.event.article for one in batch if isinstance(one.event, AnsweredFromArticle))
    against = await contradicting(app)
    articles = []
    for name, kept in sorted(app.knowledge.library.articles.items()):
        others = sorted({_other(one, name) for one in against if name in (one.first.article, one.second.article)})
        articles.append({**_line(kept, app), "used": used[name], "marks": marks(kept, day), "contradicts": others})
    return {
        "today": day,
        "days": LATELY.days,
        "surer_than": app.tenant.knowledge.surer_than,
        "articles": articles,
        "contradictions": [_contradiction(one) for one in against],
    }


async def article_page(app: App, article: str) -> dict[str, Any]:
    """One article with all its versions and the latest answers that it gave.

    Raises:
        Refused: ``article_unknown`` (404).
    """
    kept = app.knowledge.library.articles.get(article)
    if kept is None:
        raise unknown(article)
    against = [one for one in await contradicting(app) if article in (one.first.article, one.second.article)]
    return {
        **_line(kept, app),
        "marks": marks(kept, app.knowledge.today),
        "contradicts": sorted({_other(one, article) for one in against}),
        "questions": kept.latest.content.questions,
        "passages": [part._asdict() for part in passages(kept.latest.content)],
        "versions": [_version(one, app) for one in reversed(kept.versions)],
        "contradictions": [_contradiction(one) for one in against],
        **await used_lines(app, article),
    }


async def used_lines(app: App, article: str) -> dict[str, Any]:
    """The answers that an article gave, the latest first: in which interaction, when, from which version and passage."""
    seen = await app.log.read(Query(tag("article", article), (AnsweredFromArticle,)))
    answers = [
        {
            "at": one.at,
            "interaction": one.event.interaction,
            "version": one.event.article_version,
            "passage": one.event.passage,
            "heading": one.event.heading,
            "score": one.event.score,
            "model": one.event.model,
        }
        for one in reversed(seen.events)
        if isinstance(one.event, AnsweredFromArticle)
    ]
    return {"answered": len(answers), "answers": answers[:ANSWERS]}


async def contradicting(app: App) -> tuple[Contradiction, ...]:
    """What may contradict each other of what may be said today, to whomever, in each language."""
    live = app.knowledge.library.live(app.knowledge.today)
    found: tuple[Contradiction, ...] = await app.knowledge.aside(lambda: contradictions(live))
    return found


def _other(one: Contradiction, name: str) -> str:
    return one.second.article if one.first.article == name else one.first.article


def _contradiction(one: Contradiction) -> dict[str, Any]:
    return {"first": one.first._asdict(), "second": one.second._asdict(), "alike": one.alike}


def _line(kept: Kept, app: App) -> dict[str, Any]:
    latest, now = kept.latest, kept.on(app.knowledge.today)
    content, gone = latest.content, kept.withdrawn
    return {
        "article": content.article,
        "title": content.title,
        "owner": content.owner,
        "version": latest.version,
        "in_force": now.version if now is not None else None,
        "language": content.language,
        "audience": content.audience,
        "channels": content.channels,
        "valid_from": content.valid_from,
        "valid_until": content.valid_until,
        "review_by": content.review_by,
        "source": content.source,
        "at": latest.at,
        "withdrawn": None if gone is None else {"by": _who(app, gone.by), "reason": gone.reason, "at": gone.at},
    }


def _version(one: Version, app: App) -> dict[str, Any]:
    content = one.content
    return {
        "version": one.version,
        "title": content.title,
        "by": _who(app, one.by),
        "at": one.at,
        "valid_from": content.valid_from,
        "valid_until": content.valid_until,
        "valid_today": valid(content, app.knowledge.today),
        "body": content.body,
    }


def _who(app: App, by: str) -> str:
    machines = {"start": "the start of a node", "simulation": "the simulation"}
    return app.staff.names.get(StaffId(by), machines.get(by, by))
