"""Is the text of a document read whatever it was written with, and are those from outside kept in their bounds?"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from docx import Document

from interlock.connectors import reading
from interlock.connectors.fetching import fetch
from interlock.connectors.reading import to_markdown
from interlock.dialogue.articles import passages
from interlock.kernel.documents import DefinitionError
from interlock.kernel.errors import Refused, Unavailable
from interlock.runtime.knowledge_files import read_address, read_articles, read_file

HEAD = "title: Returning something\nowner: Customer care\nreview_by: 2027-03-31\n"
HTML = (
    "<html><head><title>x</title><script>alert(1)</script></head><body><nav>Home Shop</nav><main><h1>Returning</h1>"
    "<p>You have <b>30 days</b>.</p><h2>Costs</h2><ul><li>Free from Austria</li></ul><table><tr><th>Other</th>"
    "<td>you pay</td></tr></table></main><footer>Imprint</footer></body></html>"
)


def docx() -> bytes:
    document = Document()
    document.add_heading("Returning", 1)
    document.add_paragraph("You have 30 days.")
    document.add_heading("Costs", 2)
    document.add_paragraph("Free from Austria", style="List Bullet")
    table = document.add_table(rows=1, cols=2)
    table.rows[0].cells[0].text, table.rows[0].cells[1].text = "Other", "you pay"
    written = io.BytesIO()
    document.save(written)
    return written.getvalue()


def pdf(*lines: str) -> bytes:
    """A PDF of one page, as a typewriter would write it."""
    page = "BT /F1 12 Tf 72 720 Td 14 TL " + " ".join(f"({line}) Tj T*" for line in lines) + " ET"
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        "<< /Type /Page /Parent 2 0 R /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> /MediaBox [0 0 612 792] >>",
        f"<< /Length {len(page)} >>\nstream\n{page}\nendstream",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    written, places = "%PDF-1.4\n", []
    for number, one in enumerate(objects, 1):
        places.append(len(written))
        written += f"{number} 0 obj\n{one}\nendobj\n"
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    end = f"trailer << /Size 6 /Root 1 0 R >>\nstartxref\n{len(written)}\n%%EOF"
    return f"{written}xref\n0 6\n0000000000 65535 f \n{table}{end}".encode()


def test_html_pdf_and_docx_become_articles_with_a_head_beside_them(tmp_path: Path) -> None:
    for name, raw in (
        ("a.html", HTML.encode()),
        ("b.docx", docx()),
        ("c.pdf", pdf("You have 30 days.", "Free of charge.")),
    ):
        (tmp_path / name).write_bytes(raw)
        (tmp_path / f"{name}.yaml").write_text(HEAD)
    html, word, paper = read_articles(tmp_path)
    for one in (html, word):
        assert [(part.heading, part.text) for part in passages(one)] == [
            ("Returning", "You have 30 days."),
            ("Costs", "Free from Austria.\nOther: you pay."),
        ]
    assert passages(paper)[0].text == "You have 30 days. Free of charge."
    assert [one.article for one in (html, word, paper)] == ["a", "b", "c"]


def html(body: str) -> list[str]:
    return to_markdown("x.html", "html", f"<body>{body}</body>".encode()).split("\n\n")


def test_text_beside_the_blocks_of_a_page_is_read_and_none_of_it_twice() -> None:
    assert html("<div>Send it back <b>within 30 days</b>.<p>It is free.</p>Ask us first.</div>") == [
        "Send it back within 30 days.",
        "It is free.",
        "Ask us first.",
    ]
    assert html("<p>Menu</p><article>Send it back.</article>") == ["Send it back."]
    assert html("<article>Send it back.</article><article>It is free.</article>") == ["Send it back.", "It is free."]
    assert html("Call us.<br>Or <span>write</span>.") == ["Call us. Or write."]
    assert html("<table><tr><td><p>Other</p></td><td><p>you</p><p>pay</p></td></tr></table>") == ["Other: you pay"]
    assert html("<ul><li>Open<ul><li>the box</li></ul></li><li><p>Close it</p></li></ul>") == [
        "- Open",
        "- the box",
        "- Close it",
    ]
    assert html("<blockquote>Nobody <em>was</em> hurt.</blockquote><dl><dt>Days<dd>30</dl>") == [
        "Nobody was hurt.",
        "Days",
        "30",
    ]


@pytest.mark.parametrize(
    ("raw", "charset"),
    [
        ("<meta charset='iso-8859-1'><p>Für 5 €</p>".encode("cp1252"), ""),
        (
            "<meta http-equiv=Content-Type content='text/html; charset=windows-1252'><p>Für 5 €</p>".encode("cp1252"),
            "",
        ),
        ("<!-- <meta charset=big5> --><meta charset=utf-8><p>Für 5 €</p>".encode(), ""),
        ("<meta charset=utf-8><p>Für 5 €</p>".encode("iso8859-15"), "ISO-8859-15"),
        ("<meta charset=big5><p>Für 5 €</p>".encode("utf-8-sig"), "big5"),
        ("<p>Für 5 €</p>".encode("utf-16"), ""),
        ("<?xml version='1.0' encoding='iso-8859-15'?><p>Für 5 €</p>".encode("iso8859-15"), ""),
    ],
)
def test_a_page_is_read_in_the_charset_that_its_server_or_it_names(raw: bytes, charset: str) -> None:
    assert to_markdown("x.html", "html", raw, charset) == "Für 5 €"


@pytest.mark.parametrize(
    ("raw", "charset", "part"),
    [
        ("<p>Für</p>".encode("latin-1"), "", "it is not UTF-8 text .*; save it as UTF-8"),
        (b"<p>5</p>", "klingon", "its charset is 'klingon', which nobody knows; save it as UTF-8, and let it say so"),
    ],
)
def test_a_page_in_a_charset_that_cannot_be_told_is_not_guessed_at(raw: bytes, charset: str, part: str) -> None:
    with pytest.raises(DefinitionError, match=part):
        to_markdown("x.html", "html", raw, charset)


def test_what_looks_like_markdown_in_a_document_is_plain_text() -> None:
    text = to_markdown("x.html", "html", b"<p># not a heading</p><p>1) first *not* bold [no](link)</p>")
    assert "\\#" in text
    assert "\\*not\\*" in text


@pytest.mark.parametrize(
    ("name", "raw", "part"),
    [
        ("a.pdf", b"%PDF-1.4 nothing", "it is no pdf that can be read"),
        ("a.docx", b"PK nothing", "it is no docx that can be read"),
        ("a.html", b"<html><body><script>1</script></body></html>", "there is no text in it"),
        ("a.md", b"\xff\x00", "it is not UTF-8 text"),
        ("a.html", b"\xff\xfe\x00", "it is not utf-16-le text"),
        ("a.rtf", b"x", "no article can be read from it; known: .md"),
    ],
)
def test_a_document_that_cannot_be_read_says_why(tmp_path: Path, name: str, raw: bytes, part: str) -> None:
    (tmp_path / name).write_bytes(raw)
    (tmp_path / f"{name}.yaml").write_text(HEAD)
    with pytest.raises(DefinitionError, match=part):
        read_file(tmp_path / name)


def test_a_document_without_a_head_says_what_to_write(tmp_path: Path) -> None:
    (tmp_path / "a.html").write_text(HTML)
    with pytest.raises(DefinitionError, match=r"nothing says whose article this is; write a\.html\.yaml with title:"):
        read_file(tmp_path / "a.html")


def test_a_small_docx_that_unpacks_to_a_large_one_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "LARGEST_UNPACKED", 1_000_000)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("word/document.xml", bytes(1_100_000))
    with pytest.raises(DefinitionError, match="it is larger than it looks"):
        to_markdown("a.docx", "docx", packed.getvalue())


def test_two_articles_of_one_name_are_told(tmp_path: Path) -> None:
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "returns.md").write_text(f"---\n{HEAD}---\nYou have 30 days.\n")
    with pytest.raises(DefinitionError, match="is called 'returns', too; give one of them another name"):
        read_articles(tmp_path)


class _Pages(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        if self.path == "/moved":
            self.send_response(302)
            self.send_header("Location", "http://127.0.0.1/secret")
        elif self.path == "/returns.html":
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
        elif self.path == "/endless":
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
        elif self.path in ("/shop%3Fhelp/a.html?id=7&lang=de", "/?id=7"):
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=iso-8859-15")
        else:
            self.send_response(404)
        self.end_headers()
        if self.path == "/returns.html":
            self.wfile.write(HTML.encode())
        if "id=7" in self.path:
            self.wfile.write(f"<p>{self.path.partition('?')[0]} für 5 €</p>".encode("iso8859-15"))
        if self.path == "/endless":
            for _ in range(11):
                self.wfile.write(b"0" * 1024 * 1024)

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def site() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Pages)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield f"127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


async def test_an_address_is_read_where_it_is_public_or_allowed_by_name(site: str, tmp_path: Path) -> None:
    (tmp_path / "head.yaml").write_text(HEAD)
    allowed = frozenset({site})
    article = await read_address(f"http://{site}/returns.html", tmp_path / "head.yaml", allowed)
    assert (article.article, article.source) == ("returns", f"http://{site}/returns.html")
    with pytest.raises(Refused, match="not on the public internet"):
        await fetch(f"http://{site}/returns.html")
    with pytest.raises(Refused, match=r"leads on to http://127\.0\.0\.1/secret"):
        await fetch(f"http://{site}/moved", allowed=allowed)
    with pytest.raises(Unavailable, match="404"):
        await fetch(f"http://{site}/none", allowed=allowed)
    with pytest.raises(Unavailable, match="bytes"):
        await fetch(f"http://{site}/endless", allowed=allowed)


async def test_an_address_may_have_a_query_and_is_asked_for_as_it_was_written(site: str, tmp_path: Path) -> None:
    (tmp_path / "head.yaml").write_text(HEAD)
    url, allowed = f"http://{site}/shop%3Fhelp/a.html?id=7&lang=de", frozenset({site})
    article = await read_address(f"{url}#costs", tmp_path / "head.yaml", allowed)
    assert (article.article, article.body) == ("a", "/shop%3Fhelp/a.html für 5 €")
    assert (await fetch(f"http://{site}?id=7", allowed=allowed)).charset == "iso-8859-15"
