"""The pages and the browser code: static files with strict headers."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from functools import lru_cache
from hashlib import sha256
from importlib import resources
from pathlib import Path
from string import Template
from typing import Any, Final, NamedTuple

from litestar import Response, get
from litestar.datastructures import State
from litestar.exceptions import NotFoundException
from litestar.params import FromPath

from interlock.runtime.app import App
from interlock.runtime.demo import DEMO_PASSWORD, DEMO_STAFF

WEB: Final = Path(str(resources.files("interlock"))) / "web"
TYPES: Final = {
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
    ".md": "text/markdown; charset=utf-8",
    ".json": "application/json",
}
SECURITY: Final = {
    "Content-Security-Policy": (
        "default-src 'self'; connect-src 'self' ws: wss:; img-src 'self' data:; object-src 'none';"
        " base-uri 'none'; frame-ancestors 'none'; form-action 'self'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
}
ASK_AGAIN: Final = "no-cache"
FOREVER: Final = "public, max-age=31536000, immutable"
VERSION: Final = re.compile(r"[0-9a-f]{12}")
PUBLIC_CODE: Final = {"Access-Control-Allow-Origin": "*", "Cross-Origin-Resource-Policy": "cross-origin"}


class Page(NamedTuple):
    """What a page is made of beside what all have in common: its title, its styles and its script."""

    title: str
    styles: tuple[str, ...]
    script: str


PAGES: Final = {
    "index": Page("Interlock", ("start/start.css",), "start/index.js"),
    "sign-in": Page("Sign in · Interlock", ("start/start.css",), "start/sign-in.js"),
    "desk": Page("Desk · Interlock", ("transcript/transcript.css", "desk/desk.css"), "desk/main.js"),
    "supervisor": Page(
        "Supervisor · Interlock", ("transcript/transcript.css", "supervisor/supervisor.css"), "supervisor/main.js"
    ),
    "policies": Page("Policies · Interlock", ("policies/policies.css",), "policies/main.js"),
    "journeys": Page("Journeys · Interlock", ("journeys/journeys.css",), "journeys/main.js"),
    "knowledge": Page("Knowledge · Interlock", ("knowledge/knowledge.css",), "knowledge/main.js"),
    "triggers": Page("Triggers · Interlock", ("triggers/triggers.css",), "triggers/main.js"),
    "matters": Page("Matters · Interlock", ("matters/matters.css",), "matters/main.js"),
    "record": Page("Record · Interlock", ("transcript/transcript.css", "record/record.css"), "record/main.js"),
    "phone": Page("Phone · Interlock", ("phone/phone.css",), "phone/main.js"),
    "stage": Page("The stage · Interlock", ("transcript/transcript.css", "stage/stage.css"), "stage/main.js"),
}
"""The pages by name; all of them are one and the same HTML around their script."""


def version() -> str:
    """A name for exactly the files that are there now; looked at anew each time, so that a changed file needs no restart."""
    return _named(tuple(sorted(_files(str(WEB)))))


def _files(folder: str) -> Iterator[tuple[str, int, int]]:
    for entry in os.scandir(folder):
        if entry.is_dir():
            yield from _files(entry.path)
        elif os.path.splitext(entry.name)[1] in TYPES:
            about = entry.stat()
            yield entry.path, about.st_mtime_ns, about.st_size


@lru_cache(maxsize=1)
def _named(files: tuple[tuple[str, int, int], ...]) -> str:
    """From what is in them and not from when they were written: the same on every node."""
    whole = sha256()
    for path, _, _ in files:
        content = Path(path).read_bytes()
        whole.update(f"{Path(path).relative_to(WEB).as_posix()} {len(content)}\n".encode() + content)
    return whole.hexdigest()[:12]


def html(name: str) -> str:
    """A page's HTML."""
    page, web = PAGES[name], f"/web/{version()}"
    styles = "\n  ".join(f'<link rel="stylesheet" href="{web}/{style}">' for style in page.styles)
    whole = Template((WEB / "page.html").read_text(encoding="utf-8"))
    return whole.substitute(title=page.title, styles=styles, script=page.script, web=web)


def shown(name: str) -> Response[str]:
    """A page as it is answered."""
    headers = {"Cache-Control": ASK_AGAIN, **SECURITY}
    return Response(html(name), media_type="text/html; charset=utf-8", headers=headers)


def file(path: str, kept: str) -> Response[bytes]:
    """A file of the browser code, kept by browsers so. Raises NotFoundException where there is none."""
    found = (WEB / path).resolve()
    if not found.is_relative_to(WEB) or not found.is_file() or found.suffix not in TYPES:
        raise NotFoundException("There is no such file.")
    headers = {"Cache-Control": kept, "X-Content-Type-Options": "nosniff", **PUBLIC_CODE}
    return Response(found.read_bytes(), media_type=TYPES[found.suffix], headers=headers)


@get("/", opt={"public": True}, sync_to_thread=False)
def index() -> Response[str]:
    """The way to the pages."""
    return shown("index")


@get("/sign-in", opt={"public": True}, sync_to_thread=False)
def sign_in_page() -> Response[str]:
    """Where staff sign in."""
    return shown("sign-in")


@get("/desk", opt={"public": True}, sync_to_thread=False)
def desk_page() -> Response[str]:
    """The agent desk; its data need a signed-in agent."""
    return shown("desk")


@get("/supervisor", opt={"public": True}, sync_to_thread=False)
def supervisor_page() -> Response[str]:
    """The supervisor's page; its data need a signed-in supervisor."""
    return shown("supervisor")


@get("/policies", opt={"public": True}, sync_to_thread=False)
def policies_page() -> Response[str]:
    """The policies page; its data need a signed-in supervisor or administrator."""
    return shown("policies")


@get(["/journeys", "/journeys/{journey:str}"], opt={"public": True}, sync_to_thread=False)
def journeys_page() -> Response[str]:
    """The journeys, and one of them drawn; its data need a signed-in supervisor or administrator."""
    return shown("journeys")


@get(["/knowledge", "/knowledge/{article:str}"], opt={"public": True}, sync_to_thread=False)
def knowledge_page() -> Response[str]:
    """The articles, and one of them with its versions; its data need a signed-in supervisor or administrator."""
    return shown("knowledge")


@get("/matters", opt={"public": True}, sync_to_thread=False)
def matters_page() -> Response[str]:
    """The matters that wait for a person; their data need a signed-in supervisor or manager."""
    return shown("matters")


@get("/triggers", opt={"public": True}, sync_to_thread=False)
def triggers_page() -> Response[str]:
    """The triggers; its data need a signed-in supervisor or administrator."""
    return shown("triggers")


@get("/interactions/{interaction:str}", opt={"public": True}, sync_to_thread=False)
def record_page(interaction: FromPath[str]) -> Response[str]:
    """The record of one interaction, for auditors and supervisors; its data need somebody who may read the log."""
    return shown("record")


@get("/chat.js", opt={"public": True}, sync_to_thread=False)
def chat_code() -> Response[bytes]:
    """The one script that puts the chat into any page."""
    answer = file("chat.js", ASK_AGAIN)
    answer.content = answer.content.replace(b"/web/", f"/web/{version()}/".encode())
    return answer


@get("/web/{path:path}", opt={"public": True}, sync_to_thread=False)
def code(path: FromPath[Path]) -> Response[bytes]:
    """Modules, styles and pictures: under the name of their version for good, else as they are today."""
    name = str(path).lstrip("/")
    first, _, rest = name.partition("/")
    if not VERSION.fullmatch(first):
        return file(name, ASK_AGAIN)
    # A page of before an update goes on with what there is.
    return file(rest, FOREVER if first == version() else ASK_AGAIN)


@get("/v1/demo", opt={"public": True}, sync_to_thread=False)
def demo(state: State) -> dict[str, Any]:
    """What a demonstration may tell everybody; absent otherwise."""
    app: App = state.app
    if not app.settings.demo:
        raise NotFoundException("This is not a demonstration.")
    staff = [{"login": one.login, "name": one.name, "role": one.roles[0]} for one in DEMO_STAFF]
    shop = app.settings.shop_url
    links = {"shop": shop, "mailbox": f"{shop}/mailbox", "ledger": f"{shop}/ledger"} if shop else {}
    return {"demo": True, "staff": staff, "password": DEMO_PASSWORD, "links": links}


HANDLERS = (
    index,
    sign_in_page,
    desk_page,
    supervisor_page,
    policies_page,
    journeys_page,
    knowledge_page,
    matters_page,
    triggers_page,
    record_page,
    chat_code,
    code,
    demo,
)
