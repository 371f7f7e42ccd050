"""Does bad input get a clear answer, and does nothing else suffer from it: frames, bodies, floods?"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed

from interlock.connectors.http import local_client
from tests.system.customers import Customer, whole
from tests.system.desks import staff
from tests.system.processes import Place
from tests.system.sockets import line, token

MB = 1_000_000
HELLO: dict[str, Any] = {"type": "hello", "after": None}
DEEP = "[" * 30_000
"""Nested deeper than a parser that calls itself can follow."""

BAD_FRAMES: list[tuple[str | bytes | Any, str]] = [
    ("", "not_json"),
    ("no JSON at all", "not_json"),
    ('{"type": "message", ', "not_json"),
    (DEEP, "not_json"),
    ('{"type": "message", "id": "x", "text": "\\ud800"}', "not_json"),
    (b"\x00\xff\xfe", "not_json"),
    ([], "no_type"),
    (7, "no_type"),
    (None, "no_type"),
    ({}, "no_type"),
    ({"type": None}, "no_type"),
    ({"type": ["message"]}, "no_type"),
    ({"type": "refund_everything"}, "bad_frame"),
    ({"type": "message"}, "bad_frame"),
    ({"type": "message", "id": "x", "text": 5}, "bad_frame"),
    ({"type": "message", "id": 5, "text": "x"}, "bad_frame"),
    ({"type": "message", "id": "x", "text": "x", "new": "yes"}, "bad_frame"),
    ({"type": "message", "id": "x", "text": "x", "author": "agent"}, "bad_frame"),
    ({"type": "message", "id": "", "text": "x"}, "bad_id"),
    ({"type": "message", "id": "x" * 81, "text": "x"}, "bad_id"),
    ({"type": "message", "id": "x", "text": "  \n "}, "message_empty"),
    ({"type": "message", "id": "x", "text": "x" * 20_000}, "message_too_long"),
    ({"type": "message", "id": "x", "text": "x" * MB}, "too_large"),
    ("x" * MB, "too_large"),
    ({"type": "confirm", "id": "x", "proposal": "pr_none", "args_hash": "", "yes": "sure"}, "bad_frame"),
    ({"type": "hello", "token": "x"}, "hello_again"),
]
REFUSED_FRAMES: list[Any] = [
    {"type": "confirm", "id": "x", "proposal": "pr_none", "args_hash": "h", "yes": True},
    {"type": "confirm", "id": "x", "proposal": "' or 1=1; --", "args_hash": "h", "yes": True},
    {"type": "code", "id": "x", "challenge": "ch_none", "code": "000000"},
    {"type": "code", "id": "x", "challenge": "\x00", "code": "\x00"},
]


@pytest.fixture(scope="module")
def url(module_place: Place) -> Iterator[str]:
    """A node that all tests of this module torment; it has to be the same one at the end, and without a complaint."""
    node, url = module_place.serve()
    yield url
    assert node.stop() == 0, node.said
    complaints = [line for line in node.said.splitlines() if '"level":"error"' in line.replace(" ", "")]
    assert not complaints, complaints
    assert "Traceback" not in node.said, node.said


async def test_a_frame_that_is_no_good_is_answered_with_what_is_wrong_and_the_chat_goes_on(url: str) -> None:
    async with line(url, "/v1/chat/socket") as chat:
        await chat.put({**HELLO, "token": await token(url)})
        await chat.next("welcome")
        for frame, code in BAD_FRAMES:
            await chat.put(frame)
            answer = await chat.next("error", "ack")
            assert answer.get("code") == code, (str(frame)[:80], answer)
            assert answer["reason"], answer
        for frame in REFUSED_FRAMES:
            await chat.put(frame)
            answer = await chat.next("error", "ack")
            assert answer["type"] == "error" and answer["id"] == "x" and answer["reason"], (frame, answer)
        await chat.put({"type": "message", "id": "good", "text": "Where is my order?"})
        assert (await chat.next("ack", "error")) == {"type": "ack", "id": "good"}


async def test_a_frame_that_no_connection_can_take_ends_that_connection_only(url: str) -> None:
    customer = await Customer(url).begin()
    async with line(url, "/v1/chat/socket") as chat:
        with pytest.raises(ConnectionClosed) as closed:
            await chat.put("x" * 5 * MB)
            await chat.next("error")
    assert closed.value.rcvd is None or closed.value.rcvd.code == 1009
    await customer.say("Where is my order?")
    await customer.close()


async def test_whoever_does_not_say_hello_first_or_properly_is_told_so(url: str) -> None:
    good = await token(url)
    async with line(url, "/v1/chat/socket") as chat:
        for frame, code in (
            ({"type": "message", "id": "x", "text": "x"}, "hello_first"),
            ({"type": "hello"}, "bad_frame"),
            ({"type": "hello", "token": 5}, "bad_frame"),
            ({"type": "hello", "token": good, "after": 5}, "bad_frame"),
        ):
            await chat.put(frame)
            assert (await chat.next("error"))["code"] == code, frame
        await chat.put({**HELLO, "token": good})
        await chat.next("welcome")
    for frame, code in (
        ({**HELLO, "token": ""}, "session_unknown"),
        ({**HELLO, "token": "s_none.x"}, "session_unknown"),
        ({**HELLO, "token": good[:-1]}, "session_unknown"),
        ({**HELLO, "token": "\x00.é"}, "session_unknown"),
        ({"type": "hello", "token": good, "after": "yesterday"}, "bad_position"),
        ({"type": "hello", "token": good, "after": "9" * 40 + ".1"}, "bad_position"),
        ({"type": "hello", "token": good, "after": "-1.-1"}, "bad_position"),
    ):
        async with line(url, "/v1/chat/socket") as chat:
            await chat.put(frame)
            assert (await chat.next("error", "welcome")).get("code") == code, frame


async def test_a_chat_is_not_known_on_the_phone_nor_a_call_in_the_chat(url: str) -> None:
    for channel, other in (("chat", "voice"), ("voice", "chat")):
        hello = {**HELLO, "token": await token(url, channel)}
        async with line(url, f"/v1/{other}/socket") as wrong:
            await wrong.put(hello)
            assert (await wrong.next("error", "welcome")).get("code") == "session_unknown"
        async with line(url, f"/v1/{channel}/socket") as right:
            await right.put(hello)
            assert (await right.next("error", "welcome"))["type"] == "welcome"


async def test_a_call_takes_no_frame_of_a_chat_and_asks_again_what_was_not_heard(url: str) -> None:
    async with line(url, "/v1/voice/socket") as call:
        await call.put({**HELLO, "token": await token(url, "voice")})
        asked = await call.next("ask")
        assert [each["key"] for each in asked["keys"]] == ["1", "2", "3", "4"]
        for frame in (
            {"type": "message", "id": "x", "text": "hello"},
            {"type": "confirm", "id": "x", "proposal": "pr_none", "args_hash": "h", "yes": True},
            {"type": "keys", "id": "x", "keys": "1"},
            {"type": "keys", "id": "x", "on": "x", "keys": 1},
        ):
            await call.put(frame)
            assert (await call.next("error"))["code"] == "bad_frame"
        for frame in (
            {"type": "keys", "id": "k1", "on": "", "keys": "1"},
            {"type": "words", "id": "w1", "on": "another", "text": "yes"},
            {"type": "keys", "id": "k2", "on": asked["id"], "keys": "\x00"},
        ):
            await call.put(frame)
            again = await call.next("ask")
            assert again["before"] and again["id"] == asked["id"]
        await call.put({"type": "words", "id": "w2", "on": asked["id"], "text": " "})
        assert (await call.next("error"))["code"] == "message_empty"


async def test_a_frame_that_is_refused_unread_is_answered_by_the_identifier_at_its_head(url: str) -> None:
    async with line(url, "/v1/chat/socket") as chat:
        await chat.put({**HELLO, "token": await token(url)})
        for frame, id in (
            ({"type": "message", "id": "large", "text": "x" * MB}, "large"),
            ({"type": "message", "text": '"id": "not this"' + "x" * MB, "id": "at the end"}, None),
        ):
            await chat.put(frame)
            error = await chat.next("error")
            assert (error["code"], error["id"]) == ("too_large", id)


async def test_of_a_thousand_quick_messages_those_that_were_acknowledged_are_kept_and_no_others(url: str) -> None:
    page = Customer(url)
    page.token = await token(url)
    acknowledged: set[str] = set()
    errors: list[dict[str, Any]] = []
    async with line(url, "/v1/chat/socket") as chat:
        await chat.put({**HELLO, "token": page.token})
        for number in range(1000):
            await chat.put({"type": "message", "id": f"q{number}", "text": f"quick {number}"})
        while len(acknowledged) + len(errors) < 1000:
            frame = await chat.next("ack", "error")
            acknowledged.add(frame["id"]) if frame["type"] == "ack" else errors.append(frame)
    assert acknowledged
    assert {error["code"] for error in errors} == {"too_fast"}
    assert {error["id"] for error in errors} | acknowledged == {f"q{number}" for number in range(1000)}
    assert all(0 < error["retry_after_ms"] <= 10_000 for error in errors)
    kept = {text for text in await _texts(page, len(acknowledged)) if text.startswith("quick")}
    assert kept == {f"quick {id[1:]}" for id in acknowledged}


async def _texts(page: Customer, at_least: int) -> list[str]:
    await page.connect()

    def all_there() -> bool:
        return len([one for one in page.messages if one["author"]["kind"] == "customer"]) >= at_least

    await page.until("what was acknowledged", all_there)
    texts = [one["text"] for one in await whole(page)]
    await page.close()
    return texts


BAD_BODIES: list[tuple[str, Any, int]] = [
    ("/v1/sign-in", b"", 400),
    ("/v1/sign-in", b"{", 400),
    ("/v1/sign-in", b"\xff\xfe", 400),
    ("/v1/sign-in", DEEP.encode(), 400),
    ("/v1/sign-in", [], 400),
    ("/v1/sign-in", {}, 400),
    ("/v1/sign-in", {"login": "amara"}, 400),
    ("/v1/sign-in", {"login": "amara", "password": 5}, 400),
    ("/v1/sign-in", {"login": "amara", "password": "demo", "role": "admin"}, 400),
    ("/v1/sign-in", {"login": "amara", "password": "x" * 300}, 400),
    ("/v1/sign-in", {"login": "amara", "password": "x" * MB}, 413),
    ("/v1/sign-in", {"login": "\x00", "password": "\x00"}, 422),
    ("/v1/presence", {"presence": "everywhere"}, 400),
    ("/v1/presence", {"presence": "available", "x": 1}, 400),
    ("/v1/interactions/i_none/messages", {"id": "x", "text": ""}, 400),
    ("/v1/interactions/i_none/messages", {"id": "x", "text": "x"}, 404),
    ("/v1/interactions/i_none/messages", {"id": "x", "text": "x" * 20_000}, 400),
    ("/v1/interactions/i_none/messages", {"id": "x", "text": "x" * MB}, 413),
    ("/v1/interactions/%00/messages", {"id": "x", "text": "x"}, 422),
    ("/v1/presence", {"presence": "break", "reason": "\x00"}, 422),
    ("/v1/interactions/i_none/proposals", {"action": "shop.refund_item", "args": []}, 400),
    ("/v1/interactions/i_none/proposals", {"action": "shop.refund_item", "args": {}}, 404),
    ("/v1/interactions/i_none/proposals", {"action": 7, "args": {}}, 400),
    ("/v1/interactions/i_none/proposals", {"action": "x", "args": {"a": "x" * 50_000}}, 422),
    ("/v1/visits/v_none/offers/o_none/accept", None, 404),
    ("/v1/approvals/pr_none/approve", {"args_hash": "x"}, 403),
]


@pytest.mark.parametrize(("path", "body", "status"), BAD_BODIES, ids=lambda value: str(value)[:60])
async def test_a_body_that_is_no_good_is_answered_with_a_problem_that_says_what_is_wrong(
    url: str, path: str, body: Any, status: int
) -> None:
    async with staff(url, "amara") as amara:
        content = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        answer = await amara._http.post(path, content=content, headers={"Content-Type": "application/json"})
    assert answer.status_code == status, answer.text
    problem = answer.json()
    assert answer.headers["content-type"].startswith("application/problem+json")
    assert problem["status"] == status and problem["code"] and problem["detail"], problem


async def test_unknown_paths_and_methods_are_problems_too(url: str) -> None:
    async with local_client(url) as client:
        for method, path, status in (("GET", "/v1/nothing", 404), ("GET", "/v1/sign-in", 405), ("GET", "/v1/me", 401)):
            answer = await client.request(method, path)
            assert answer.status_code == status
            assert answer.headers["content-type"].startswith("application/problem+json"), (path, answer.text)


async def test_a_staff_page_that_sends_nonsense_is_told_so_and_goes_on(url: str) -> None:
    async with staff(url, "amara") as amara:
        cookie = f"interlock_session={amara._http.cookies['interlock_session']}"
        async with line(url, "/v1/live", Cookie=cookie) as live:
            for frame, code in (
                ("no JSON", "not_json"),
                (DEEP, "not_json"),
                ([], "no_type"),
                ("x" * MB, "too_large"),
                ({"type": "watch"}, "bad_frame"),
                ({"type": "watch", "of": 5}, "bad_frame"),
                ({"type": "delete", "of": "me"}, "bad_frame"),
                ({"type": "watch", "of": "everything"}, "document_unknown"),
                ({"type": "watch", "of": "interaction:"}, "document_unknown"),
                ({"type": "watch", "of": "interaction:i_none"}, "interaction_unknown"),
                ({"type": "watch", "of": "interaction:\x00"}, "bad_characters"),
                ({"type": "watch", "of": "approvals"}, "not_permitted"),
            ):
                await live.put(frame)
                assert (await live.next("error", "snapshot")).get("code") == code, str(frame)[:80]
            await live.put({"type": "watch", "of": "me"})
            assert (await live.next("snapshot", "error"))["type"] == "snapshot"
