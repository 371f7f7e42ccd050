"""What does the file of an article say: of whom, to whom, until when; and which passages does it have?"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from functools import lru_cache
from textwrap import wrap
from typing import Annotated, Final, NamedTuple

import msgspec
from markdown_it import MarkdownIt
from markdown_it.token import Token
from msgspec import Meta

from interlock.dialogue.stems import ALGORITHMS
from interlock.kernel.documents import DefinitionError, Problem, did_you_mean, load_located, problem
from interlock.kernel.sentences import sentences
from interlock.vocabulary.channels import Channel
from interlock.vocabulary.hours import Day
from interlock.vocabulary.knowledge import Article, Audience

LONGEST_BODY: Final = 200_000
"""Characters of an article; what is longer is a book, and wants to be several articles."""

LONGEST_PASSAGE: Final = 1_200
"""Characters of a passage; a longer section becomes several."""

MOST_PASSAGES: Final = 300
"""Passages of one article."""

ARTICLES_KEPT: Final = 2_000
"""Articles whose passages are at hand."""

LANGUAGES: Final = tuple(ALGORITHMS)
"""The languages whose words PostgreSQL's full text search knows the forms of (ISO 639-1)."""

NAME: Final = r"^[a-z][a-z0-9_-]{0,63}\Z"
_FENCE: Final = "---"
_MARKDOWN: Final = MarkdownIt("commonmark", {"html": False}).enable("table")

Line = Annotated[str, Meta(min_length=1, max_length=300)]


class Head(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What stands above an article between two lines ``---``, or in a file beside it.

    Attributes:
        title: what it is called when it is cited.
        owner: who answers for it: a person or a team.
        review_by: the day by which the owner has to look at it again.
        article: its name; the file's name without one.
        valid_from: the first day on which it may be said.
        valid_until: the last one.
        audience: who may be told.
        channels: where it may be said; everywhere where none is named.
        language: ISO 639-1.
        questions: ways to ask for it, in customers' words; they make it easier to find.
    """

    title: Line
    owner: Annotated[str, Meta(min_length=1, max_length=120)]
    review_by: Day
    article: Annotated[str, Meta(pattern=NAME, examples=["returns"])] = ""
    valid_from: Day | None = None
    valid_until: Day | None = None
    audience: tuple[Audience, ...] = ("customer",)
    channels: tuple[Channel, ...] = ()
    language: str = "en"
    questions: tuple[Line, ...] = ()


class Passage(NamedTuple):
    """A part of an article under one heading, as plain sentences; ``number`` counts from 1."""

    number: int
    heading: str
    text: str


def read_article(file: str, text: str, name: str) -> Article:
    """An article in Markdown with its head above it.

    Args:
        file: where it is, for messages and as its source.
        name: what it is called where its head gives no name.

    Raises:
        DefinitionError: with every mistake of the head, its line, and what to write instead.
    """
    lines = text.removeprefix("\ufeff").splitlines()
    end = next((at for at, line in enumerate(lines[1:], 1) if line.rstrip() == _FENCE), 0)
    if not lines or lines[0].rstrip() != _FENCE or not end:
        mend = "begin with a line '---', then title:, owner: and review_by:, then a line '---', then the article"
        raise DefinitionError([Problem(file, 1, 1, "there is no head that says whose article this is", mend)])
    # A comment in the place of the fence: every line keeps its number.
    return with_head(file, "\n".join(("#", *lines[1:end])), "\n".join(lines[end + 1 :]), name, first=end + 2)


def with_head(file: str, head: str, body: str, name: str, *, source: str = "", first: int = 1) -> Article:
    """An article whose head and body were read already. Raises DefinitionError.

    Args:
        file: where the head is.
        source: where the body is, if that is somewhere else.
        first: the line of the file on which the body begins.
    """
    located = load_located(head, file, Head)
    written, problems = located.value, list[Problem]()
    if written.language not in LANGUAGES:
        what = f"'{written.language}' is no language that articles can have"
        problems.append(problem(located, ("language",), what, did_you_mean(written.language, LANGUAGES)))
    if not written.audience:
        problems.append(problem(located, ("audience",), "nobody may be told this", "write customer, agent or both"))
    since, until = _day(written.valid_from), _day(written.valid_until)
    if since is not None and until is not None and until < since:
        what, mend = "it ends before it begins", f"write a day from {since} on, or leave it out"
        problems.append(problem(located, ("valid_until",), what, mend))
    called = written.article or name
    if not re.match(NAME, called):
        mend = "write article: with small letters, digits, - and _, beginning with a letter"
        problems.append(Problem(file, 1, 1, f"'{called[:60]}' cannot be the name of an article", mend))
    article = Article(
        article=called,
        title=written.title,
        owner=written.owner,
        body=body.strip(),
        language=written.language,
        audience=written.audience,
        channels=written.channels,
        valid_from=since,
        valid_until=until,
        review_by=written.review_by.date,
        questions=written.questions,
        source=source or file,
    )
    if len(body) > LONGEST_BODY:
        what = f"the article has more than {LONGEST_BODY:,} characters"
        problems.append(Problem(source or file, first, 1, what, "make several articles of it"))
    elif not (found := passages(article)):
        problems.append(Problem(source or file, first, 1, "the article says nothing", "write it below its head"))
    elif len(found) > MOST_PASSAGES:
        what = f"the article has more than {MOST_PASSAGES} passages"
        problems.append(Problem(source or file, first, 1, what, "make several articles of it"))
    if problems:
        raise DefinitionError(problems)
    return article


def only_once(articles: Sequence[Article]) -> Mapping[str, Article]:
    """The articles by name. Raises DefinitionError where two have the same."""
    found, problems = dict[str, Article](), list[Problem]()
    for article in articles:
        if (other := found.setdefault(article.article, article)) is not article:
            what = f"{other.source} is called '{article.article}', too"
            problems.append(Problem(article.source, 1, 1, what, "give one of them another name with article:"))
    if problems:
        raise DefinitionError(problems)
    return found


@lru_cache(maxsize=ARTICLES_KEPT)
def passages(article: Article) -> tuple[Passage, ...]:
    """An article's passages in order: what stands under one heading.

    Where that is long it is cut between paragraphs, and a long paragraph between its sentences.
    """
    sections: list[tuple[str, list[str]]] = [("", [])]
    tokens = _MARKDOWN.parse(article.body)
    at = 0
    while at < len(tokens):
        token = tokens[at]
        if token.type == "heading_open":
            sections.append((_plain(tokens[at + 1]), []))
            at += 3
            continue
        if token.type == "tr_open":
            cells = []
            while tokens[at].type != "tr_close":
                if tokens[at].type == "inline":
                    cells.append(_plain(tokens[at]))
                at += 1
            sections[-1][1].append(_sentence(": ".join(filter(None, cells[:2])) + "".join(f", {c}" for c in cells[2:])))
        elif token.type in ("inline", "code_block", "fence"):
            sections[-1][1].append(_sentence(_plain(token)))
        at += 1
    found: list[Passage] = []
    for heading, blocks in sections:
        for part in _parts([block for block in blocks if block]):
            found.append(Passage(len(found) + 1, heading, part))
    return tuple(found)


def _parts(blocks: Sequence[str]) -> list[str]:
    parts: list[str] = []
    for block in blocks:
        for piece in _cut(block) if len(block) > LONGEST_PASSAGE else (block,):
            if parts and len(parts[-1]) + len(piece) < LONGEST_PASSAGE:
                parts[-1] += "\n" + piece
            else:
                parts.append(piece)
    return parts


def _cut(block: str) -> Iterator[str]:
    """A long block in pieces of whole sentences; only a sentence that is too long by itself is cut within."""
    piece = ""
    for part in (part for sentence in sentences(block) for part in wrap(sentence, LONGEST_PASSAGE)):
        if piece and len(piece) + 1 + len(part) > LONGEST_PASSAGE:
            yield piece
            piece = part
        else:
            piece = f"{piece} {part}" if piece else part
    yield piece


def _plain(token: Token) -> str:
    """The words of a block, without the signs of Markdown."""
    if token.children is None:
        return " ".join(token.content.split())
    words = (" " if each.type in ("softbreak", "hardbreak") else each.content for each in token.children)
    return " ".join("".join(words).split())


def _sentence(text: str) -> str:
    """A block as a sentence: an item of a list often has no full stop, and is said like one."""
    return f"{text}." if text and text[-1].isalnum() else text


def _day(day: Day | None) -> date | None:
    return None if day is None else day.date
