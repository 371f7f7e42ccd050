"""Which articles are in a folder, a file, or behind an address?"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path, PurePosixPath
from typing import Final
from urllib.parse import unquote, urlsplit

import structlog

from interlock.connectors.fetching import fetch
from interlock.connectors.reading import KINDS, LARGEST, MEDIA, to_markdown
from interlock.dialogue.articles import only_once, read_article, with_head
from interlock.kernel.documents import DefinitionError, Problem
from interlock.kernel.errors import Conflict, Refused, Unavailable
from interlock.runtime.definitions import ASIDE
from interlock.runtime.knowledge import Knowledge
from interlock.vocabulary.knowledge import Article

MOST_FILES: Final = 5_000
"""Articles of one folder."""

HEAD: Final = ".yaml"
"""The end of the name of a file that says whose article a document is: ``returns.pdf.yaml`` beside ``returns.pdf``."""

logger = structlog.get_logger(__name__)


def of_tenant(definitions: Path, *, readable: bool = False) -> tuple[Article, ...]:
    """The articles that lie in ``knowledge/`` beside a tenant's definitions; none where there is no such folder.

    Args:
        readable: leave out those with mistakes.

    Raises:
        DefinitionError: with every mistake of every file.
    """
    folder = definitions / ASIDE
    if not folder.is_dir():
        return ()
    return read_articles(folder, named=lambda path: path.relative_to(definitions).as_posix(), readable=readable)


def read_articles(folder: Path, *, named: Callable[[Path], str] = str, readable: bool = False) -> tuple[Article, ...]:
    """The articles of a folder and the folders in it, by name.

    Args:
        named: what a file is called in messages, and as an article's source.
        readable: leave out files with mistakes.

    Raises:
        DefinitionError: with every mistake of every file.
    """
    problems: list[Problem] = []
    found: list[Article] = []
    paths = [path for path in sorted(folder.rglob("*")) if path.suffix.lower() in KINDS and path.is_file()]
    paths = [path for path in paths if not any(part[0] in "._" for part in path.relative_to(folder).parts)]
    if len(paths) > MOST_FILES:
        raise Refused("too_large", f"{folder} has more than {MOST_FILES} articles.", status=422)
    for path in paths:
        try:
            found.append(read_file(path, named=named))
        except DefinitionError as error:
            problems.extend(error.problems)
    if problems and not readable:
        raise DefinitionError(problems)
    return tuple(one for _, one in sorted(only_once(found).items()))


def read_file(path: Path, head: Path | None = None, *, named: Callable[[Path], str] = str) -> Article:
    """The article in a file; what is no Markdown has its head in a file beside it.

    Raises:
        DefinitionError: with every mistake.
    """
    kind, name = KINDS.get(path.suffix.lower()), named(path)
    if kind is None:
        raise DefinitionError([Problem(name, 1, 1, "no article can be read from it", f"known: {', '.join(KINDS)}")])
    try:
        if path.stat().st_size > LARGEST:
            raise DefinitionError([Problem(name, 1, 1, f"it has more than {LARGEST:,} bytes", "make several of it")])
        raw = path.read_bytes()
    except OSError as error:
        raise DefinitionError([Problem(name, 1, 1, f"it cannot be read ({error.strerror})", "")]) from error
    text = to_markdown(name, kind, raw)
    if kind == "markdown" and head is None:
        return read_article(name, text, _name(path.stem))
    beside = head if head is not None else path.with_name(path.name + HEAD)
    return with_head(named(beside), _head(beside, name), text, _name(path.stem), source=name)


async def read_address(url: str, head: Path, allowed: frozenset[str]) -> Article:
    """The article behind an address.

    Raises:
        DefinitionError: with every mistake.
        Refused: the address may not be called.
        Unavailable: it does not answer.
    """
    got = await fetch(url, allowed=allowed)
    path = PurePosixPath(unquote(urlsplit(url).path))
    kind = MEDIA.get(got.media) or KINDS.get(path.suffix.lower())
    if kind is None:
        raise Refused(
            "no_document",
            f"{url} is {got.media or 'of no known kind'}, and no HTML, Markdown, PDF or DOCX.",
            status=422,
        )
    text = to_markdown(url, kind, got.body, got.charset)
    return with_head(str(head), _head(head, url), text, _name(path.stem), source=url)


async def at_start(knowledge: Knowledge, definitions: Path) -> None:
    """Know what is in force, and publish what is new in the folder beside the definitions.

    With mistakes in the folder nothing of it is published, and they are told. Raises Unavailable.
    """
    await knowledge.load()
    try:
        published = await knowledge.publish(of_tenant(definitions), "start", anew=False)
    except (DefinitionError, Refused, Conflict, Unavailable) as error:
        logger.error("the articles are not published; those in force stay", error=str(error))
        return
    if new := [one.article for one in published if one.new]:
        logger.info("articles came into force", articles=len(new))
        await knowledge.load()


def _head(path: Path, of: str) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        mend = f"write {path.name} with title:, owner: and review_by:"
        raise DefinitionError([Problem(of, 1, 1, "nothing says whose article this is", mend)]) from None


def _name(stem: str) -> str:
    """A file's name as the name of an article."""
    return re.sub(r"[^a-z0-9_-]+", "_", stem.lower()).strip("_-")[:64]
