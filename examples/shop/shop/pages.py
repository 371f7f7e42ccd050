"""What do people see: the shop's page, the mailbox and the ledger?"""

from __future__ import annotations

from html import escape
from pathlib import Path
from string import Template
from typing import Annotated

import msgspec
from litestar import MediaType, Response, Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody, QueryParameter

from .api import Clock
from .correspondence import HandOver, TextMessage, TextPage, Written, WrittenText, list_texts, write_mail, write_text
from .goods import SHOWN, Good
from .mails import BoxedMail, list_mails, mark_read
from .problems import Problem
from .refunds import find_refunds
from .storage import Store
from .story import CASSEROLE_ORDER, COPPER_ORDER, KETTLE_ORDER, SHIPPED_ORDER, STRANGERS_ORDER
from .wire import Mail, Refund

STATIC = Path(__file__).parent / "static"
FILES = {
    "shop.css": "text/css",
    "shop.js": "text/javascript",
    "mailbox.js": "text/javascript",
    "messages.js": "text/javascript",
    "ledger.js": "text/javascript",
    "icon.svg": "image/svg+xml",
}
# These pages show what others wrote: nothing in it may run or fetch anything.
OWN_ONLY = {"Content-Security-Policy": "default-src 'self'; frame-ancestors 'none'; base-uri 'none'"}
ALWAYS = {"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer"}


class MailPage(msgspec.Struct, frozen=True):
    """What the mailbox page reads again and again."""

    mails: list[BoxedMail]


class LedgerPage(msgspec.Struct, frozen=True):
    """What the ledger page reads again and again."""

    refunds: list[Refund]


def pages_router(interlock: str) -> Router:
    """The pages for people; they need no key and are not in the OpenAPI document.

    Args:
        interlock: the address from which the shop's page loads the chat, without a final slash.
    """
    home = _home_page(interlock)

    @get("/", media_type=MediaType.HTML)
    async def shop_page() -> Response[str]:
        return Response(home, media_type=MediaType.HTML, headers=ALWAYS)

    return Router(
        path="/",
        include_in_schema=False,
        route_handlers=[
            shop_page,
            mailbox_page,
            mailbox_mails,
            read_mail,
            write,
            messages_page,
            messages_texts,
            write_message,
            ledger_page,
            ledger_refunds,
            static_file,
        ],
    )


@get("/mailbox", media_type=MediaType.HTML)
async def mailbox_page() -> Response[str]:
    """Where the mails of the demo arrive."""
    return _tool_page("mailbox.html")


@get("/mailbox/mails")
async def mailbox_mails(
    store: NamedDependency[Store], to: Annotated[str | None, QueryParameter(max_length=254, required=False)] = None
) -> MailPage:
    """The mails of the page."""
    return MailPage(list_mails(store, to))


@post("/mailbox/mails/{mail_id:str}/read", status_code=204)
async def read_mail(store: NamedDependency[Store], mail_id: FromPath[str]) -> None:
    """Somebody has opened this mail."""
    mark_read(store, mail_id)


@post("/mailbox/mails", status_code=201)
async def write(
    store: NamedDependency[Store],
    clock: NamedDependency[Clock],
    hand_over: NamedDependency[HandOver],
    data: JSONBody[Written],
) -> Mail:
    """A customer writes a mail, or answers one."""
    return await write_mail(store, data, clock(), hand_over)


@get("/messages", media_type=MediaType.HTML)
async def messages_page() -> Response[str]:
    """A phone on which a customer writes text messages."""
    return _tool_page("messages.html")


@get("/messages/texts")
async def messages_texts(
    store: NamedDependency[Store], number: Annotated[str, QueryParameter(max_length=40)]
) -> TextPage:
    """The text messages to and from a number."""
    return TextPage(list_texts(store, number))


@post("/messages/texts", status_code=201)
async def write_message(
    store: NamedDependency[Store],
    clock: NamedDependency[Clock],
    hand_over: NamedDependency[HandOver],
    data: JSONBody[WrittenText],
) -> TextMessage:
    """A customer writes a text message."""
    return await write_text(store, data, clock(), hand_over)


@get("/ledger", media_type=MediaType.HTML)
async def ledger_page() -> Response[str]:
    """The refunds that were made."""
    return _tool_page("ledger.html")


@get("/ledger/refunds")
async def ledger_refunds(store: NamedDependency[Store]) -> LedgerPage:
    """The refunds of the page."""
    return LedgerPage(find_refunds(store))


@get("/static/{name:str}")
async def static_file(name: FromPath[str]) -> Response[bytes]:
    """A style sheet, a script, the icon."""
    if name not in FILES:
        raise Problem(404, "no-such-file", "There is no such file.")
    return Response((STATIC / name).read_bytes(), media_type=FILES[name], headers=ALWAYS)


def _read(name: str) -> str:
    return (STATIC / name).read_text("utf-8").strip()


def _tool_page(name: str) -> Response[str]:
    page = Template(_read(name)).substitute(crane=_read("crane.svg"))
    return Response(page, media_type=MediaType.HTML, headers={**ALWAYS, **OWN_ONLY})


def _home_page(interlock: str) -> str:
    page = Template(_read("index.html"))
    return page.substitute(
        interlock=escape(interlock, quote=True),
        goods="\n".join(_card(good) for good in SHOWN),
        crane=_read("crane.svg"),
        kettle_order=KETTLE_ORDER,
        casserole_order=CASSEROLE_ORDER,
        copper_order=COPPER_ORDER,
        shipped_order=SHIPPED_ORDER,
        strangers_order=STRANGERS_ORDER,
        kettle_art=_art("kettle"),
        casserole_art=_art("casserole"),
        pans_art=_art("pans"),
    )


def _card(good: Good) -> str:
    return (
        f'<li class="good"><div class="art">{_art(good.art)}</div>'
        f"<h3>{escape(good.name)}</h3><p>{escape(good.blurb)}</p>"
        f'<p class="price">€{good.price // 100}.{good.price % 100:02}</p></li>'
    )


def _art(name: str) -> str:
    return _read(f"art/{name}.svg")
