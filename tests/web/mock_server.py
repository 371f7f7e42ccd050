"""How do the pages look and behave without the real server? The HTTP and WebSocket contract with canned and evolving data.

Run ``python -m tests.web.mock_server --port 8123 --scene busy`` (``busy``, ``crowd``, ``inbox``, ``cards`` or ``morning``) and open ``/desk``.
``POST /mock/{what}`` makes things happen: ``offer``, ``say``, ``type``, ``drop`` (all sockets), ``down`` and ``up`` (refuse everything).
"""

# ruff: noqa: E501 (canned sentences are easier to read whole)

from __future__ import annotations

import argparse
import asyncio
from contextlib import suppress
from typing import Any

import uvicorn
from litestar import Litestar, Request, Response, WebSocket, get, post, websocket
from litestar.exceptions import HTTPException
from litestar.params import FromPath

from interlock.api import pages

from . import mock_data as data
from .mock_chat import ChatSession, chat_routes, first_of
from .mock_data import Json, iso
from .mock_knowledge import knowledge_routes
from .mock_matters import matter_routes
from .mock_phone import phone_routes
from .mock_policies import policy_routes
from .mock_promises import promise
from .mock_suggestions import REPLY
from .mock_triggers import journey_and_trigger_routes
from .mock_trying import trying_routes
from .mock_world import World, diff

CSP = "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
PAGES = {
    **{f"/{n}": n for n in ("desk", "supervisor", "policies", "journeys", "triggers", "matters", "phone", "sign-in")},
    "/": "index",
    "/journeys/{journey:str}": "journeys",
    "/interactions/{interaction:str}": "record",
}
CSRF = "csrf-1"
DEMO_STAFF = [
    {"login": "amara", "name": "Amara Okafor", "role": "agent"},
    {"login": "ben", "name": "Ben Castellanos", "role": "agent"},
    {"login": "sofia", "name": "Sofia Marchetti", "role": "supervisor"},
    {"login": "admin", "name": "Administrator", "role": "admin"},
]
# A host page with styles that would spoil the chat if they reached into it.
HOST_PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Shop</title>
<meta name="viewport" content="width=device-width, initial-scale=1"><link rel="icon" href="data:,">
<style>body{font:18px Georgia;margin:40px;background:#f6efe6;color:#333}
button{background:red;border-radius:0;font:30px cursive}p{color:green;letter-spacing:3px}</style></head>
<body><h1>Kettle &amp; Crane</h1><p>A host page with styles of its own.</p><button>Its own button</button>
<script src="/chat.js" data-interlock defer></script></body></html>"""


def problem(status: int, title: str, detail: str, code: str) -> Response[Json]:
    """RFC 9457."""
    return Response(
        {"type": "about:blank", "title": title, "status": status, "detail": detail, "code": code},
        status_code=status,
        media_type="application/problem+json",
    )


def build(scene: str, *, demo: bool = True) -> Litestar:
    """The mocked centre as an application: its world is ``app.state.world``; ``app.state.begin(scene)`` begins another day."""
    world = World(scene)
    chats: dict[str, ChatSession] = {}
    session = {"in": True}
    routes = [*page_routes(demo), *sign_in_routes(world, session), *staff_routes(world), *policy_routes(world)]
    routes += [*journey_and_trigger_routes(), mock_route(world, chats), live_route(world, session), *chat_routes(chats)]
    routes += [*phone_routes(world), *knowledge_routes(), *matter_routes(world), *trying_routes(world)]
    app = Litestar(routes, openapi_config=None)

    def begin(scene: str) -> None:
        world.begin(scene)
        chats.clear()
        session["in"] = True

    app.state.world, app.state.begin = world, begin
    return app


def page_routes(demo: bool) -> list[Any]:
    """The pages, the script tag's file, and what the demo tells about itself."""

    def page(name: str) -> Any:
        async def show() -> Response[str]:
            return Response(pages.html(name), media_type="text/html", headers={"Content-Security-Policy": CSP})

        return show

    @get("/host")
    async def host() -> Response[str]:
        return Response(HOST_PAGE, media_type="text/html")

    @get("/v1/demo")
    async def show_demo() -> Any:
        links = {"shop": "/host", "mailbox": "/host"}
        answer = {"demo": True, "staff": DEMO_STAFF, "password": "demo", "links": links}
        return answer if demo else problem(404, "Not found", "Not a demo.", "not_found")

    return [
        *(get(path, name=f"page-{path}")(page(name)) for path, name in PAGES.items()),
        host,
        pages.chat_code,
        pages.code,
        show_demo,
    ]


def sign_in_routes(world: World, session: dict[str, bool]) -> list[Any]:
    """Who is signed in."""

    def who() -> Json:
        return {"staff": world.me["staff"], "csrf": CSRF}

    @get("/v1/switches")
    async def show_switches() -> Json:
        actions = {"shop.refund_item": "Refund an item", "shop.get_order": "Look up an order"}
        can_be = {
            "action": actions,
            "connector": {"shop": "shop"},
            "model": {"builtin": "builtin"},
            "tenant": {"kontor": "Kontor"},
        }
        return {"thrown": world.board["switches"], "can_be_halted": can_be}

    @get("/v1/lockouts")
    async def show_lockouts() -> Json:
        return {"lockouts": world.lockouts}

    @get("/v1/due")
    async def show_due() -> Json:
        return {"due": world.due}

    @get("/v1/breakers")
    async def show_breakers() -> Json:
        names = (("connector", "shop", "the shop's people"), ("journey", "damaged_item", "operations"))
        closed = [{"guarded": kind, "name": name, "owner": owner, "state": "closed"} for kind, name, owner in names]
        return {"breakers": closed}

    @get("/v1/me")
    async def me() -> Any:
        return who() if session["in"] else problem(401, "Signed out", "Sign in first.", "signed_out")

    @post("/v1/sign-in")
    async def sign_in(request: Request[Any, Any, Any]) -> Any:
        if (await request.json()).get("password") != "demo":
            return problem(401, "Not signed in", "The name or the password is not right. Try again.", "wrong_password")
        session["in"] = True
        return who()

    @post("/v1/sign-out")
    async def sign_out() -> Json:
        session["in"] = False
        return {}

    return [show_switches, show_lockouts, show_due, show_breakers, me, sign_in, sign_out]


def staff_routes(world: World) -> list[Any]:
    """Everything that staff can do."""

    @post("/v1/presence")
    async def presence(request: Request[Any, Any, Any]) -> Json:
        asked = await request.json()
        if world.me["load"] and asked["presence"] not in ("available", world.me["presence"]):
            world.me["pending"] = asked["presence"]
        else:
            change = {"presence": asked["presence"], "presence_since": iso(), "reason": asked.get("reason", "")}
            world.me |= {**change, "pending": None}
        await world.publish()
        return {}

    @post("/v1/{path:path}")
    async def act(path: FromPath[str], request: Request[Any, Any, Any]) -> Any:
        if request.headers.get("X-CSRF-Token") != CSRF:
            return problem(403, "Refused", "The page is too old. Reload it.", "csrf")
        body = await request.json()
        if path.endswith("/suggestions"):
            return {"suggestions": world.suggestions, "drafts": world.drafts}
        world.calls.append((path, body))
        if path.endswith("/draft"):
            return REPLY
        parts = path.strip("/").split("/")
        answer = promise(world, parts[1], body) if parts[-1] == "promises" else carry_out(world, parts, body)
        await world.publish()
        return answer

    return [presence, act]


def mock_route(world: World, chats: dict[str, ChatSession]) -> Any:
    """Make something happen, for a look or a test."""

    @post("/mock/{what:str}")
    async def mock(what: FromPath[str], request: Request[Any, Any, Any]) -> Json:
        body = await request.json() if await request.body() else {}
        if what == "offer":
            offer = world.offer(body.get("seconds", 20))
            loop = asyncio.get_running_loop()
            loop.call_later(body.get("seconds", 20), lambda: world.withdraw(offer["offer"]))
        elif what == "say":
            said = data.message(0, "customer", data.PEOPLE[0], body.get("text", "hello?"))
            world.entry(body.get("interaction", "i_1"), said)
        elif what == "drop":
            world.drop += 1
            for chat in chats.values():
                chat.send({"type": "mock-drop"})
        elif what == "chat":
            for chat in chats.values():
                chat.turn(**body)
        await world.publish()
        return {"calls": world.calls, "chats": [chat.received for chat in chats.values()]}

    return mock


def live_route(world: World, session: dict[str, bool]) -> Any:
    """Snapshots and patches of what is watched."""

    @websocket("/v1/live")
    async def live(socket: WebSocket[Any, Any, Any]) -> None:
        await socket.accept()
        if not session["in"]:
            await socket.close(code=4401)
            return
        watched: dict[str, Any] = {}
        drop = world.drop

        async def read() -> None:
            while True:
                frame = await socket.receive_json()
                of = frame.get("of", "")
                if frame["type"] == "ping":
                    await socket.send_json({"type": "pong"})
                elif frame["type"] == "unwatch":
                    watched.pop(of, None)
                elif (value := world.document(of)) is None:
                    reason = "There is no such interaction, or you may not see it."
                    await socket.send_json({"type": "error", "of": of, "code": "not_found", "reason": reason})
                else:
                    watched[of] = value
                    await socket.send_json({"type": "snapshot", "of": of, "cursor": world.cursor, "value": value})

        async def write() -> None:
            while world.drop == drop:
                async with world.changed:
                    await world.changed.wait()
                for of, old in list(watched.items()):
                    new = world.document(of)
                    if ops := diff(old, new):
                        watched[of] = new
                        await socket.send_json({"type": "patch", "of": of, "cursor": world.cursor, "ops": ops})

        await first_of(read(), write())
        with suppress(Exception):
            await socket.close()

    return live


def decide(world: World, proposal: str, how: str, body: Json) -> None:
    """An approval is given or refused."""
    item = next(one for one in world.approvals["waiting"] if one["proposal"] == proposal)
    world.approvals["waiting"] = [one for one in world.approvals["waiting"] if one is not item]
    decided = {
        "proposal": proposal,
        "says": item["says"],
        "how": "approved" if how == "approve" else "rejected",
        "by": "Sofia Marchetti",
        "at": iso(),
        "customer_reason": body.get("customer_reason", ""),
        "file_reason": body.get("file_reason", ""),
    }
    world.approvals["decided"] = [decided, *world.approvals["decided"]]


def carry_out(world: World, path: list[str], body: Json) -> Any:
    """One POST of the contract."""
    match path:
        case ["visits", _, "offers", offer, "accept"]:
            world.accept(offer)
        case ["visits", _, "offers", offer, "reject"]:
            world.me["offers"] = [one for one in world.me["offers"] if one["offer"] != offer]
        case ["interactions", id_, "messages"]:
            if body["text"] == "fail":
                return problem(409, "Conflict", "The customer has left; nothing was sent.", "ended")
            if body["id"] not in world.seen_messages:
                world.seen_messages.append(body["id"])
                world.entry(
                    id_, data.message(0, "agent", "Amara Okafor", body["text"]) | {"id": f"m_s_amara_{body['id']}"}
                )
        case ["interactions", id_, "verify"]:
            world.entry(id_, data.event(0, "code_sent", "One-time code sent to e••@ex•••••.com, asked by Amara Okafor"))
        case ["interactions", id_, "proposals"]:
            if body["action"] == "shop.refund_item" and body["args"].get("amount", {}).get("amount", 0) > 500_000:
                return problem(422, "Not accepted", "The amount is more than 5,000.00.", "bad_args")
            return Response({"proposal": world.propose(id_, body["action"], body["args"])}, status_code=202)
        case ["interactions", id_, "wrap-up"] | ["interactions", id_, "hand-back"]:
            world.wrap(id_)
        case ["interactions", id_, "disposition"]:
            world.finish(id_)
        case ["proposals" | "approvals", _, "send" | "withdraw" | "answer" | "override"]:
            pass
        case ["overrides" | "delegations", *_]:
            pass
        case ["approvals", proposal, how]:
            decide(world, proposal, how, body)
        case ["proposals", proposal, "resolve"]:
            world.approvals["unknown"] = [one for one in world.approvals["unknown"] if one["proposal"] != proposal]
        case ["queues", name, how]:
            queue = next(one for one in world.board["queues"] if one["name"] == name)
            queue |= {"open": how == "open", "closed_message": body.get("message", "")}
        case ["due", "retry"]:
            world.due = [
                one for one in world.due if not body.get("all_parked") and one["id"] not in body.get("ids", ())
            ]
            world.board["parked"] = len(world.due)
        case ["lockouts", lock, "release"]:
            world.lockouts = [each for each in world.lockouts if each["lock"] != lock]
        case ["breakers", "open"]:
            world.open_breaker(body)
        case ["breakers", "close"]:
            world.board["breakers"] = [each for each in world.board["breakers"] if each["name"] != body["name"]]
        case ["switches", how]:
            one = {"scope": body["scope"], "name": body["name"]}
            thrown = [each for each in world.board["switches"] if one.items() - each.items()]
            if how == "halt":
                thrown.append({**one, "by": "Sofia Marchetti", "since": iso(), "reason": body["reason"]})
            world.board["switches"] = thrown
        case ["agents", id_, "presence"]:
            agent = next(one for one in world.board["agents"] if one["id"] == id_)
            agent |= {"presence": body["presence"], "since": iso(), "reason": ""}
        case _:
            raise HTTPException(status_code=404)
    return {}


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, default=8123)
    parser.add_argument("--scene", default="busy", choices=("busy", "crowd", "inbox", "cards", "morning"))
    options = parser.parse_args()
    uvicorn.run(build(options.scene), host="127.0.0.1", port=options.port, log_level="warning", ws="websockets-sansio")
