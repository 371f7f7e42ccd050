"""What does a document say, whatever it was written with: Markdown from HTML, PDF and DOCX?"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from typing import Final

from interlock.kernel.documents import DefinitionError, Problem

LARGEST: Final = 10 * 1024 * 1024
"""Bytes of a document."""

LARGEST_UNPACKED: Final = 100 * 1024 * 1024
"""Bytes that a DOCX may have once it is unpacked: a small file can be made to fill a machine."""

MOST_PAGES: Final = 300
"""Pages of a PDF that are read."""

KINDS: Final = {
    ".md": "markdown",
    ".markdown": "markdown",
    ".html": "html",
    ".htm": "html",
    ".pdf": "pdf",
    ".docx": "docx",
}
"""What a document is, by the end of its name."""

MEDIA: Final = {
    "text/markdown": "markdown",
    "text/html": "html",
    "application/xhtml+xml": "html",
    "application/pdf": "pdf",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "docx",
}
"""The same by the media type that a server names."""

_SKIPPED: Final = "script, style, noscript, template, nav, header, footer, aside, form, svg, iframe, [hidden]"
_BLOCKS: Final = "h1, h2, h3, h4, h5, h6, p, li, tr, pre, dt, dd, blockquote"
_SIGNS: Final = re.compile(r"([\\`*_\[\]<>])")
_BEGINS: Final = re.compile(r"^(#|[-+](?=\s)|\d+[.)](?=\s)|=+$|-+$)")


def to_markdown(source: str, kind: str, raw: bytes) -> str:
    """A document's text as Markdown: its headings, paragraphs, items and the rows of its tables.

    Args:
        source: the file or address, for messages.
        kind: ``markdown``, ``html``, ``pdf`` or ``docx``.

    Raises:
        DefinitionError: it is too large, damaged, locked, or has no text.
    """
    if len(raw) > LARGEST:
        raise _cannot(source, f"it has more than {LARGEST // 1024 // 1024} MB", "make several documents of it")
    try:
        text = {"markdown": _text, "html": _html, "pdf": _pdf, "docx": _docx}[kind](raw)
    except _Unreadable as error:
        raise _cannot(source, error.what, error.mend) from None
    except Exception as error:  # whatever a library trips over in a document from outside is the document's fault
        raise _cannot(source, f"it is no {kind} that can be read ({type(error).__name__})", "save it anew") from error
    text = text.replace("\x00", "").strip()
    if not text:
        raise _cannot(source, "there is no text in it", "a scanned page has to be turned into text first")
    return text


class _Unreadable(Exception):
    def __init__(self, what: str, mend: str) -> None:
        super().__init__(what)
        self.what, self.mend = what, mend


def _cannot(source: str, what: str, mend: str) -> DefinitionError:
    return DefinitionError([Problem(source, 1, 1, what, mend)])


def _text(raw: bytes) -> str:
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _Unreadable(f"it is not UTF-8 text ({error.reason} at byte {error.start})", "save it as UTF-8") from None


def _html(raw: bytes) -> str:
    from selectolax.lexbor import LexborHTMLParser

    page = LexborHTMLParser(raw)
    for each in page.css(_SKIPPED):
        each.decompose()
    for each in page.css("br"):
        each.replace_with(" ")
    whole = page.css_first("main") or page.css_first("article") or page.body
    blocks: list[str] = []
    if whole is None:
        return ""
    for each in whole.css(_BLOCKS):
        if len(each.css(_BLOCKS)) > 1 and each.tag not in ("tr", "p"):  # itself, and others
            continue  # what is in it comes by itself
        if each.tag == "tr":
            blocks.append(_row([cell.text() for cell in each.css("th, td")]))
        elif level := re.fullmatch(r"h([1-6])", each.tag or ""):
            blocks.append(f"{'#' * int(level[1])} {_words(each.text())}")
        else:
            blocks.append(("- " if each.tag == "li" else "") + _words(each.text()))
    return _joined(iter(blocks)) or _words(whole.text())


def _pdf(raw: bytes) -> str:
    from pypdf import PdfReader

    reader = PdfReader(io.BytesIO(raw))
    if reader.is_encrypted and not reader.decrypt(""):
        raise _Unreadable("it is locked with a password", "save it without one")
    if len(reader.pages) > MOST_PAGES:
        raise _Unreadable(f"it has more than {MOST_PAGES} pages", "make several documents of it")
    text = "\n\n".join(page.extract_text() for page in reader.pages)
    text = re.sub(r"(?<=[a-z])-\n(?=[a-z])", "", text)
    paragraphs = re.split(r"\n\s*\n", text)
    return _joined(_words(each) for each in paragraphs)


def _docx(raw: bytes) -> str:
    from docx import Document
    from docx.table import Table

    with zipfile.ZipFile(io.BytesIO(raw)) as packed:
        if sum(each.file_size for each in packed.infolist()) > LARGEST_UNPACKED:
            raise _Unreadable("it is larger than it looks", "save it without its pictures")
    blocks: list[str] = []
    for each in Document(io.BytesIO(raw)).iter_inner_content():
        if isinstance(each, Table):
            blocks.extend(_row([cell.text for cell in row.cells]) for row in each.rows)
            continue
        style = (each.style.name if each.style is not None else None) or ""
        level = re.fullmatch(r"Heading (\d)", style)
        sign = (
            f"{'#' * int(level[1])} "
            if level
            else "# "
            if style == "Title"
            else "- "
            if style.startswith("List")
            else ""
        )
        if each.text.strip():
            blocks.append(sign + _words(each.text))
    return _joined(iter(blocks))


def _row(cells: list[str]) -> str:
    """A row of a table as a sentence: its first cell names what the others say."""
    words = [_words(cell) for cell in cells if cell.strip()]
    return ": ".join(words[:2]) + "".join(f", {each}" for each in words[2:])


def _words(text: str) -> str:
    """Text that means nothing in Markdown."""
    line = _SIGNS.sub(r"\\\1", " ".join(text.split()))
    return _BEGINS.sub(
        lambda found: f"\\{found[0]}" if not found[0][0].isdigit() else found[0][:-1] + "\\" + found[0][-1], line
    )


def _joined(blocks: Iterator[str]) -> str:
    return "\n\n".join(block for block in blocks if block.strip(" #-"))
