"""Knowledge: articles with their versions, and which of them answered which question."""

from __future__ import annotations

from datetime import date
from typing import Final, Literal

import msgspec

from interlock.kernel.events import Event
from interlock.vocabulary.channels import Channel
from interlock.vocabulary.ids import InteractionId, MessageId, PersonId, tags

Audience = Literal["customer", "agent"]

KNOWLEDGE: Final = "knowledge:all"
"""The tag of everything that happens to articles."""


class Article(msgspec.Struct, frozen=True, omit_defaults=True):
    """What one version of an article says, and of whom, to whom, where and when it may be said.

    Attributes:
        article: its name; all its versions have the same.
        audience: who may be told; ``customer`` stands for whatever the virtual agent says.
        channels: where it may be said; everywhere where none is named.
        valid_from: the first day on which it may be said, where the tenant is.
        valid_until: the last such day.
        review_by: the day by which its owner has to look at it again.
        questions: ways to ask for it, in customers' words.
        body: Markdown.
        source: the file or the address that it was read from.
    """

    article: str
    title: str
    owner: str
    body: str
    language: str = "en"
    audience: tuple[Audience, ...] = ("customer",)
    channels: tuple[Channel, ...] = ()
    valid_from: date | None = None
    valid_until: date | None = None
    review_by: date | None = None
    questions: tuple[str, ...] = ()
    source: str = ""


class ArticlePublished(Event, frozen=True, kw_only=True):
    """A version of an article came into force; ``article_version`` counts from 1."""

    article: str
    article_version: int
    content: Article
    by: str

    def tags(self) -> tuple[str, ...]:
        return tags(article=self.article, knowledge="all")


class ArticleWithdrawn(Event, frozen=True, kw_only=True):
    """No version of an article that there is may be said any more."""

    article: str
    by: str
    reason: str

    def tags(self) -> tuple[str, ...]:
        return tags(article=self.article, knowledge="all")


class AnsweredFromArticle(Event, frozen=True, kw_only=True):
    """The virtual agent answered a message with a passage of an article: word for word, or in the words of a ``model``.

    ``passage`` counts the article's passages from 1; ``score`` (0 to 1) is how sure it was that this answers the question.
    """

    interaction: InteractionId
    person: PersonId
    message: MessageId
    article: str
    article_version: int
    passage: int
    heading: str
    score: float
    model: str = ""

    def tags(self) -> tuple[str, ...]:
        return tags(interaction=self.interaction, article=self.article)


class Found(msgspec.Struct, frozen=True):
    """A passage that answers a question.

    Attributes:
        text: its sentences that answer, as they stand in the article.
        short: fewer of them, to be heard and not read.
        score: how sure it is that they answer, from 0 to 1.
    """

    article: str
    version: int
    title: str
    passage: int
    heading: str
    text: str
    short: str
    score: float
