"""What does a document say, whatever it was written with: Markdown from HTML, PDF and DOCX?"""

from __future__ import annotations

import codecs
import io
import re
import zipfile
from collections.abc import Iterator
from typing import Any, Final

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
_BLOCK: Final = re.compile(
    r"address|article|blockquote|body|caption|center|dd|details|dialog|div|dl|dt|fieldset|figcaption|figure|"
    r"h[1-6]|hgroup|hr|legend|li|main|menu|ol|option|p|pre|search|section|summary|table|tbody|td|tfoot|th|thead|tr|ul"
)
"""Elements that begin and end a line of their own, as browsers show them; what stands in others is part of a sentence."""

CHARSET_WITHIN: Final = 4_096
"""Bytes in which a page has to name its charset; the HTML standard wants it in the first 1,024."""

_COMMENT: Final = re.compile(rb"<!--.*?-->", re.DOTALL)
_CHARSET: Final = re.compile(
    rb"""<(?:meta\b[^>]*?\bcharset|\?xml\b[^>]*?\bencoding)\s*=\s*["']?\s*([A-Za-z0-9][\w.:-]*)""", re.IGNORECASE
)
_MARKS: Final = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_WESTERN: Final = ("ascii", "iso8859-1")
_SIGNS: Final = re.compile(r"([\\`*_\[\]<>])")
_BEGINS: Final = re.compile(r"^(#|[-+](?=\s)|\d+[.)](?=\s)|=+$|-+$)")


def to_markdown(source: str, kind: str, raw: bytes, charset: str = "") -> str:
    """A document's text as Markdown: its headings, paragraphs, items and the rows of its tables.

    Args:
        source: the file or address, for messages.
        kind: ``markdown``, ``html``, ``pdf`` or ``docx``.
        charset: of Markdown and HTML, where a server named it.

    Raises:
        DefinitionError: it is too large, damaged, locked, or has no text.
    """
    if len(raw) > LARGEST:
        raise _cannot(source, f"it has more than {LARGEST // 1024 // 1024} MB", "make several documents of it")
    try:
        if kind in ("markdown", "html"):
            read = _decoded(raw, charset or (_named(raw) if kind == "html" else ""))
            text = _html(read) if kind == "html" else read
        else:
            text = {"pdf": _pdf, "docx": _docx}[kind](raw)
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


def _decoded(raw: bytes, charset: str) -> str:
    """Text by its byte order mark, by the charset that was named, or else as UTF-8 (WHATWG Encoding, "decode")."""
    for mark, of_mark in _MARKS:
        if raw.startswith(mark):
            raw, charset = raw[len(mark) :], of_mark
    try:
        name = codecs.lookup(charset or "utf-8").name
    except LookupError:
        mend = "save it as UTF-8, and let it say so"
        raise _Unreadable(f"it says that its charset is '{charset[:40]}', which nobody knows", mend) from None
    try:
        # Who writes Latin-1 means Windows-1252: the standard reads every page so.
        return raw.decode("cp1252" if name in _WESTERN else name)
    except UnicodeDecodeError as error:
        what = f"it is not {charset or 'UTF-8'} text ({error.reason} at byte {error.start})"
        raise _Unreadable(what, "save it as UTF-8" if not charset else "save it as UTF-8, and let it say so") from None


def _named(raw: bytes) -> str:
    """The charset that a page names itself; one in which its name could not be read is UTF-8."""
    found = _CHARSET.search(_COMMENT.sub(b"", raw[:CHARSET_WITHIN]))
    charset = found[1].decode("ascii").lower() if found else ""
    return "utf-8" if charset.startswith("utf-16") else charset


def _html(text: str) -> str:
    from selectolax.lexbor import LexborHTMLParser

    page = LexborHTMLParser(text)
    for each in page.css(_SKIPPED):
        each.decompose()
    articles = page.css("article")
    whole = page.css_first("main") or (articles[0] if len(articles) == 1 else page.body)
    return "" if whole is None else _joined(_blocks(whole))


def _blocks(element: Any) -> Iterator[str]:
    """The blocks of an element in their order; text beside them is a block of its own."""
    line: list[str] = []
    for each in (*_parts(element), None):
        if isinstance(each, str):
            line.append(each)
            continue
        if words := _words("".join(line)):
            yield words
        line = []
        if each is None:
            return
        if each.tag == "tr":
            yield _row([_inside(cell) for cell in each.iter() if cell.tag in ("th", "td")])
        elif level := re.fullmatch(r"h([1-6])", each.tag):
            yield f"{'#' * int(level[1])} {_words(_inside(each))}"
        else:
            for at, block in enumerate(_blocks(each)):
                yield f"- {block}" if each.tag == "li" and not at else block


def _parts(element: Any) -> Iterator[Any]:
    """The text in an element, and the blocks in it, in their order; what is neither is looked into."""
    for each in element.iter(include_text=True):
        if each.tag == "-text":
            yield each.text_content
        elif each.tag == "br":
            yield " "
        elif _BLOCK.fullmatch(each.tag):
            yield each
        elif not each.tag.startswith("-"):
            yield from _parts(each)


def _inside(element: Any) -> str:
    """All text of an element in one line."""
    return "".join(each if isinstance(each, str) else f" {_inside(each)} " for each in _parts(element))


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
