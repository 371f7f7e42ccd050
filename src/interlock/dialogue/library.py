"""Which versions of which articles are there, and which of them may be said on a day?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Final, NamedTuple

import msgspec
from msgspec.structs import replace

from interlock.dialogue.finding import Live
from interlock.kernel.events import Recorded
from interlock.kernel.log import Query
from interlock.vocabulary.knowledge import KNOWLEDGE, Article, ArticlePublished, ArticleWithdrawn, Audience

EVERY: Final = "*"
"""The scope of every article."""

ARTICLES = Query(KNOWLEDGE, (ArticlePublished, ArticleWithdrawn))


class Version(NamedTuple):
    """One version of an article, and who published it when."""

    version: int
    content: Article
    by: str
    at: datetime


class Withdrawal(NamedTuple):
    """Who withdrew an article, when and why."""

    by: str
    reason: str
    at: datetime


class Kept(msgspec.Struct, frozen=True):
    """An article with all its versions, the latest last; withdrawn where somebody took it back and nobody published it anew."""

    versions: tuple[Version, ...]
    withdrawn: Withdrawal | None = None
    since: int = 1
    """The first version that counts: those before it were withdrawn."""

    @property
    def latest(self) -> Version:
        """The version that was published last."""
        return self.versions[-1]

    def on(self, day: date) -> Version | None:
        """The version that may be said on a day: the latest of those that are valid then."""
        if self.withdrawn is not None:
            return None
        counts = (one for one in reversed(self.versions) if one.version >= self.since)
        return next((one for one in counts if valid(one.content, day)), None)


class Library(msgspec.Struct, frozen=True):
    """All articles by name."""

    articles: Mapping[str, Kept] = {}

    def live(self, day: date, audience: Audience | None = None, language: str = "") -> tuple[Live, ...]:
        """What may be said on a day, by name: to an audience in a language, or to whomever in any where none is named."""
        found = ((name, kept.on(day)) for name, kept in sorted(self.articles.items()))
        return tuple(
            Live(one.content, one.version)
            for _, one in found
            if one is not None
            and (audience is None or audience in one.content.audience)
            and language in ("", one.content.language)
        )


def within(scope: Iterable[str], article: str) -> bool:
    """Whether an article is one of those that are named, or whose names begin so: ``care_*``."""
    return any(article.startswith(one[:-1]) if one.endswith(EVERY) else article == one for one in scope)


def same(one: Article, other: Article) -> bool:
    """Whether two versions say the same; where they were read from makes no difference."""
    return replace(one, source="") == replace(other, source="")


def valid(article: Article, day: date) -> bool:
    """Whether a version may be said on a day."""
    since, until = article.valid_from, article.valid_until
    return (since is None or since <= day) and (until is None or day <= until)


def evolve(library: Library, recorded: Recorded) -> Library:
    """Fold one more fact in."""
    event = recorded.event
    match event:
        case ArticlePublished():
            one = Version(event.article_version, event.content, event.by, recorded.at)
            before = library.articles.get(event.article)
            if before is None:
                kept = Kept((one,))
            else:
                since = event.article_version if before.withdrawn is not None else before.since
                kept = Kept((*before.versions, one), since=since)
            return Library({**library.articles, event.article: kept})
        case ArticleWithdrawn() if (known := library.articles.get(event.article)) is not None:
            gone = Withdrawal(event.by, event.reason, recorded.at)
            return Library({**library.articles, event.article: replace(known, withdrawn=gone)})
    return library
