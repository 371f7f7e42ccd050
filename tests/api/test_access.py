"""Who may call what: every route and every role, as a table that people read; sign-in, cookies, forged requests."""

from __future__ import annotations

from pathlib import Path

import pytest
from litestar.routes import HTTPRoute

from interlock.runtime.app import App
from tests.api.conftest import Client, sign_in
from tests.apis import built

GOLDEN = Path(__file__).parent / "golden" / "access.txt"
LOGINS = {
    "nobody": None,
    "agent": "amara",
    "supervisor": "sofia",
    "manager": "maya",
    "admin": "admin",
    "outside": None,
}
BODIES: dict[str, object] = {
    "/v1/matters": {"interaction": "i_x", "matter": "complaint", "mark": "taken"},
    "/v1/sign-in": {"login": "x", "password": "y"},
    "/v1/presence": {"presence": "available"},
    "/v1/agents/{agent:str}/presence": {"presence": "available"},
    "/v1/visits/{visit:str}/offers/{offer:str}/reject": {"reason": "busy"},
    "/v1/interactions/{interaction:str}/messages": {"id": "1", "text": "hello"},
    "/v1/interactions/{interaction:str}/verify": {"level": 2},
    "/v1/interactions/{interaction:str}/proposals": {"action": "shop.get_order", "args": {"order_id": "A-1042"}},
    "/v1/interactions/{interaction:str}/disposition": {"disposition": "solved"},
    "/v1/approvals/{proposal:str}/approve": {"args_hash": "h"},
    "/v1/approvals/{proposal:str}/reject": {"customer_reason": "no", "file_reason": "no"},
    "/v1/approvals/{proposal:str}/counter": {
        "args_hash": "h",
        "amount": {"amount": 1, "currency": "EUR"},
        "customer_reason": "less",
        "file_reason": "less",
    },
    "/v1/approvals/{proposal:str}/ask": {"text": "why"},
    "/v1/approvals/{proposal:str}/answer": {"question": "q_1", "text": "because"},
    "/v1/approvals/{proposal:str}/escalate": {"role": "supervisor", "remedy": "approve:supervisor"},
    "/v1/approvals/{proposal:str}/override": {"args_hash": "h", "reason": "why"},
    "/v1/overrides/{override:str}/grant": {"proposal": "pr_1", "args_hash": "h"},
    "/v1/overrides/{override:str}/refuse": {"proposal": "pr_1"},
    "/v1/delegations": {"to": "u_x", "until": "2026-03-02T18:00:00Z"},
    "/v1/proposals/{proposal:str}/send": {"args_hash": "h"},
    "/v1/proposals/{proposal:str}/discard": {"customer_reason": "no", "file_reason": "no"},
    "/v1/proposals/{proposal:str}/resolve": {"happened": True, "note": "seen"},
    "/v1/queues/{queue:str}/close": {"message": "back soon"},
    "/v1/replays": {"since": "30d"},
    "/v1/releases": {"note": "nothing"},
    "/v1/canary": {"files": {}, "share": 10},
    "/v1/canary/share": {"share": 10},
    "/v1/canary/end": {"note": ""},
    "/v1/canary/adopt": {"note": ""},
    "/v1/releases/{release:str}/reject": {"reason": "no"},
    "/v1/releases/{release:str}/roll-back": {"note": ""},
    "/v1/staff": {"login": "zoe", "name": "Zoe", "password": "long enough", "roles": ["agent"]},
    "/v1/staff/{login:str}/password": {"password": "long enough"},
    "/v1/staff/{login:str}/roles": {"roles": ["agent"]},
    "/v1/staff/{login:str}/capacity": {"profile": ""},
    "/v1/staff/{login:str}/skills": {"skills": []},
    "/v1/due/retry": {"ids": ["x_unknown"]},
    "/v1/interactions/{interaction}/promises": {
        "promise": "late_refund",
        "about": "x",
        "value": {"amount": 1, "currency": "EUR"},
    },
    "/v1/interactions/{interaction}/suggestions/{suggestion}": {"how": "taken"},
    "/v1/lockouts/{lock}/release": {"reason": "y"},
    "/v1/breakers/open": {"guarded": "connector", "name": "x", "reason": "y"},
    "/v1/breakers/close": {"guarded": "connector", "name": "x"},
    "/v1/sessions/{session:str}/signals": {"signal": "synthetic_voice"},
    "/v1/triggers/{trigger:str}/test": {"event": {}},
    "/v1/customers/{customer:str}/consents": {"purpose": "x", "given": True},
    "/v1/chat/sessions/claim": {"link": "x"},
    "/v1/switches/halt": {"scope": "action", "name": "x", "reason": "y"},
    "/v1/switches/release": {"scope": "action", "name": "x"},
    "/v1/cases": {"proof": {"by": "nobody_knows", "args": {}}, "idempotency_key": "k"},
    "/v1/cases/{case:str}/codes": {"idempotency_key": "k"},
    "/v1/cases/{case:str}/codes/{challenge:str}": {"code": "123456"},
    "/v1/proposals": {"case": "i_1", "action": "shop.get_order", "args": {}, "idempotency_key": "k"},
    "/v1/proposals/{proposal:str}/confirmation": {"args_hash": "h", "yes": True},
    "/v1/timers/bring-forward": {"of": "i_1", "command": "WarnSilence"},
}


def routes() -> list[tuple[str, str]]:
    """Every method and path of the API itself."""
    found = [
        (method, route.path_format)
        for route in built().routes
        if isinstance(route, HTTPRoute)
        for method in sorted(set(route.methods) - {"OPTIONS", "HEAD"})
    ]
    return sorted(
        {each for each in found if each[1].startswith("/v1/") and "openapi" not in each[1]}, key=lambda each: each[::-1]
    )


def typed(path: str, app: App) -> str:
    """The path as the body table names it."""
    return next((key for key in BODIES if key.replace(":str", "") == path), path)


async def test_every_role_reaches_exactly_what_the_table_says(client: Client, app: App) -> None:
    marks: dict[tuple[str, str], list[str]] = {each: [] for each in routes()}
    for role, login in LOGINS.items():
        headers = await sign_in(client, login) if login else {}
        if role == "outside":
            client.cookies.clear()
            _, key = await app.outside.add("Acme", ["external_agent"], "high", by="test")
            headers = {"Authorization": f"Bearer {key}"}
        for (method, path), row in marks.items():
            row.append(await reached(client, app, method, path, headers))
            if login and path == "/v1/sign-out":
                headers = await sign_in(client, login)
    lines = [f"{'':68}" + "".join(f"{role:>12}" for role in LOGINS)]
    lines += [f"{method:5}{path:63}" + "".join(f"{mark:>12}" for mark in row) for (method, path), row in marks.items()]
    table = "\n".join(lines) + "\n"
    assert table == GOLDEN.read_text(), (
        f"who may call what has changed; if that is meant, this is the new table:\n{table}"
    )


async def reached(client: Client, app: App, method: str, path: str, headers: dict[str, str]) -> str:
    """Whether a call got past the permissions; what it asks for need not exist."""
    target = path
    for name in (
        "interaction",
        "visit",
        "offer",
        "proposal",
        "queue",
        "agent",
        "customer",
        "login",
        "override",
        "delegation",
        "case",
        "challenge",
        "trigger",
    ):
        target = target.replace(f"{{{name}}}", "care" if name == "queue" else "x_unknown")
    answer = await client.request(method, target, json=BODIES.get(typed(path, app)), headers=headers)
    assert answer.status_code < 500, (method, path, answer.text)
    is_json = answer.headers.get("content-type", "").endswith("json") and answer.content
    code = answer.json().get("code") if is_json else ""
    return "–" if code in ("not_signed_in", "not_permitted", "demo_only", "no_token") else "yes"


async def test_a_request_that_changes_something_needs_the_token(client: Client) -> None:
    await sign_in(client, "amara")
    answer = await client.post("/v1/presence", json={"presence": "available"})
    assert (answer.status_code, answer.json()["code"]) == (403, "bad_csrf_token")


async def test_a_wrong_password_and_an_unknown_login_sound_the_same(client: Client) -> None:
    wrong = await client.post("/v1/sign-in", json={"login": "amara", "password": "nope"})
    unknown = await client.post("/v1/sign-in", json={"login": "nobody", "password": "nope"})
    assert wrong.status_code == unknown.status_code == 403
    assert wrong.json() == unknown.json()


async def test_an_account_is_locked_after_five_wrong_passwords_even_for_the_right_one(client: Client) -> None:
    for _ in range(5):
        await client.post("/v1/sign-in", json={"login": "ben", "password": "nope"})
    answer = await client.post("/v1/sign-in", json={"login": "ben", "password": "demo"})
    assert (answer.status_code, answer.json()["code"]) == (403, "locked")


async def test_the_session_cookie_is_out_of_reach_of_scripts_and_other_sites(client: Client) -> None:
    answer = await client.post("/v1/sign-in", json={"login": "amara", "password": "demo"})
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie and "samesite=strict" in cookie


async def test_signing_out_ends_the_session_everywhere(client: Client) -> None:
    headers = await sign_in(client, "amara")
    kept = dict(client.cookies)
    assert (await client.post("/v1/sign-out", headers=headers)).status_code == 204
    client.cookies.update(kept)
    assert (await client.get("/v1/me")).status_code == 401


@pytest.mark.parametrize(
    ("path", "body", "says"),
    [
        ("/v1/presence", {"presence": "asleep"}, "presence"),
        ("/v1/presence", {"presence": "available", "mood": "fine"}, "mood"),
        ("/v1/presence", [], "object"),
        ("/v1/interactions/i_1/proposals", {"action": "shop.refund_item", "args": []}, "args"),
        ("/v1/interactions/i_1/messages", {"id": "1", "text": ""}, "text"),
    ],
)
async def test_a_body_that_does_not_fit_is_refused_with_the_place(
    client: Client, path: str, body: object, says: str
) -> None:
    headers = await sign_in(client, "amara")
    answer = await client.post(path, json=body, headers=headers)
    assert answer.status_code == 400
    assert answer.headers["content-type"].startswith("application/problem+json")
    assert says in answer.json()["detail"]


async def test_what_is_no_json_and_what_is_too_large_get_a_problem_and_not_a_crash(client: Client) -> None:
    headers = await sign_in(client, "amara") | {"Content-Type": "application/json"}
    broken = await client.post("/v1/presence", content=b'{"presence": ', headers=headers)
    large = await client.post("/v1/presence", content=b'{"presence": "' + b"x" * 1_000_000 + b'"}', headers=headers)
    assert (broken.status_code, large.status_code) == (400, 413)
    assert broken.json()["status"] == 400 and large.json()["status"] == 413
