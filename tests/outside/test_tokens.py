"""Which access tokens are accepted, and what does a client learn from a refusal?"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from typing import Any

import httpx
import pytest

from interlock.connectors.key_sets import KEYS_AGAIN_S, KeySets
from interlock.kernel.errors import Refused, Unavailable
from interlock.runtime.app import App
from tests.outside.agents import Agent, Issuer, other_key
from tests.system.refunds import Purchase


@pytest.fixture
async def known(app: App, issuer: Issuer) -> App:
    """A node that knows the agent whom the issuer's tokens name."""
    await app.outside.add("Acme", ["external_agent"], "high", by="test", issuer=issuer.name, subject="acme-agent")
    return app


async def ask(http: httpx.AsyncClient, token: str, path: str = "/v1/tools") -> httpx.Response:
    return await http.get(path, headers={"Authorization": f"Bearer {token}"})


async def test_a_token_of_a_trusted_issuer_lets_its_agent_in_within_its_scopes(
    known: App, issuer: Issuer, http: httpx.AsyncClient, bought: Purchase
) -> None:
    url = known.settings.url
    agent = Agent(http, {"Authorization": f"Bearer {issuer.token(url)}"})
    case = await agent.case(bought)
    read = await agent.propose(case, "shop.get_order", {"order_id": bought.order.id})
    assert (read["status"], read["outcome"]["result"]["order_id"]) == ("succeeded", bought.order.id)
    low = await ask(http, issuer.token([url], scope="interlock.low"))
    assert "shop.refund_item" not in [each["name"] for each in low.json()["tools"]]
    none = await ask(http, issuer.token(url, scope="openid"))
    assert (none.status_code, none.json()["code"]) == (403, "insufficient_scope")


async def test_the_account_is_the_ceiling_of_what_a_token_says(
    app: App, issuer: Issuer, http: httpx.AsyncClient
) -> None:
    await app.outside.add("Low", ["external_agent"], "low", by="test", issuer=issuer.name, subject="low")
    answer = await ask(http, issuer.token(app.settings.url, subject="low", scope="interlock.high"))
    assert {each["risk"] for each in answer.json()["tools"]} == {"low"}


def forged(token: str, **claims: Any) -> str:
    """The same token with other claims, and the signature of before."""
    head, body, signature = token.split(".")
    said = json.loads(base64.urlsafe_b64decode(body + "=="))
    changed = base64.urlsafe_b64encode(json.dumps({**said, **claims}).encode()).decode().rstrip("=")
    return f"{head}.{changed}.{signature}"


def unsigned(token: str) -> str:
    """The same token that says it needs no signature."""
    head = base64.urlsafe_b64encode(b'{"alg":"none","typ":"at+jwt","kid":"k1"}').decode().rstrip("=")
    return f"{head}.{token.split('.')[1]}."


def symmetric(token: str, secret: str) -> str:
    """The same token, signed with what everybody knows."""
    head = base64.urlsafe_b64encode(b'{"alg":"HS256","typ":"at+jwt","kid":"k1"}').decode().rstrip("=")
    signed = f"{head}.{token.split('.')[1]}"
    digest = hmac.new(secret.encode(), signed.encode(), hashlib.sha256).digest()
    return f"{signed}.{base64.urlsafe_b64encode(digest).decode().rstrip('=')}"


async def test_every_other_token_is_refused_with_where_to_get_one(
    known: App, issuer: Issuer, http: httpx.AsyncClient
) -> None:
    url = known.settings.url
    public = issuer.file.read_text()
    tokens = {
        "of somebody else's server": issuer.token("https://other.example.com"),
        "for the gateway only": issuer.token(f"{url}/mcp"),
        "expired": issuer.token(url, expires_in=-60),
        "not yet": issuer.token(url, nbf=int(time.time()) + 600),
        "without an end": issuer.token(url, exp=None),
        "of an issuer that nobody knows": issuer.token(url, iss="https://evil.example.com"),
        "of an agent that nobody knows": issuer.token(url, subject="somebody"),
        "an identity token": issuer.token(url, typ="id+jwt"),
        "signed by another key": issuer.token(url, key=other_key(), algorithm="RS256"),
        "signed with the public key as a secret": symmetric(issuer.token(url), public),
        "unsigned": unsigned(issuer.token(url)),
        "changed": forged(issuer.token(url, subject="somebody"), client_id="acme-agent"),
        "of an unknown key": issuer.token(url, key_id="k9"),
        "no token": "abc",
        "too long": "a" * 9_000,
        "a key that is none": "ilk_x_000.abc",
    }
    answers = {what: await ask(http, token) for what, token in tokens.items()}
    assert {what: (each.status_code, each.json()["code"]) for what, each in answers.items()} == dict.fromkeys(
        tokens, (401, "bad_token")
    )
    told = answers["expired"].headers["www-authenticate"]
    assert told == f'Bearer resource_metadata="{url}/.well-known/oauth-protected-resource", error="invalid_token"'
    nothing = await http.get("/v1/tools")
    assert (nothing.status_code, nothing.json()["code"]) == (401, "no_token")
    assert "error=" not in nothing.headers["www-authenticate"]


async def test_the_metadata_say_who_gives_tokens_for_what(app: App, issuer: Issuer, http: httpx.AsyncClient) -> None:
    url = app.settings.url
    for path in ("", "/mcp"):
        found = (await http.get(f"/.well-known/oauth-protected-resource{path}")).json()
        assert (found["resource"], found["authorization_servers"]) == (f"{url}{path}", [issuer.name])
        assert found["scopes_supported"] == ["interlock.low", "interlock.medium", "interlock.high"]


async def test_an_account_with_an_audience_of_its_own_takes_tokens_for_that_only(
    app: App, issuer: Issuer, http: httpx.AsyncClient
) -> None:
    await app.outside.add(
        "Own", ["external_agent"], "low", by="test", issuer=issuer.name, subject="own", audience="urn:centre"
    )
    assert (await ask(http, issuer.token("urn:centre", subject="own"))).status_code == 200
    assert (await ask(http, issuer.token(app.settings.url, subject="own"))).status_code == 401


async def test_a_revoked_agents_tokens_are_refused_and_its_identity_can_be_given_anew(
    known: App, issuer: Issuer, http: httpx.AsyncClient
) -> None:
    token = issuer.token(known.settings.url)
    assert (await ask(http, token)).status_code == 200
    await known.outside.revoke("Acme", by="test")
    assert (await ask(http, token)).status_code == 401
    await known.outside.add("Acme 2", ["external_agent"], "low", by="test", issuer=issuer.name, subject="acme-agent")
    assert (await ask(http, token)).status_code == 200


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"name": "!"}, "bad_name"),
        ({"roles": ["admin"]}, "role_unknown"),
        ({"scope": "all"}, "scope_unknown"),
        ({"issuer": "https://login.example.com"}, "bad_identity"),
        ({"issuer": "https://evil.example.com", "subject": "x"}, "issuer_unknown"),
        ({"audience": "urn:x"}, "bad_audience"),
    ],
)
async def test_an_account_that_cannot_be_is_refused(app: App, given: dict[str, Any], code: str) -> None:
    wanted: dict[str, Any] = {"name": "Acme", "roles": ["external_agent"], "scope": "low", **given}
    with pytest.raises(Refused) as refused:
        await app.outside.add(wanted.pop("name"), wanted.pop("roles"), wanted.pop("scope"), by="test", **wanted)
    assert refused.value.code == code


async def test_a_new_key_of_an_issuer_is_fetched_but_not_at_every_guess(issuer: Issuer) -> None:
    now = [1_000.0]
    keys = KeySets({issuer.name: str(issuer.file)}, clock=lambda: now[0])
    assert (await keys.keys(issuer.name, "k1"))["keys"][0]["kid"] == "k1"
    issuer.publish("k2")
    assert (await keys.keys(issuer.name, "k2"))["keys"][0]["kid"] == "k1"
    now[0] += KEYS_AGAIN_S
    assert (await keys.keys(issuer.name, "k2"))["keys"][0]["kid"] == "k2"


@pytest.mark.parametrize(
    "source",
    [
        "http://keys.example.com/jwks",
        "https://127.0.0.1/jwks",
        "https://0177.0.0.1/jwks",
        "https://inside.example.com/jwks",
        "/no/such/file",
    ],
)
async def test_keys_are_not_fetched_from_where_they_must_not(source: str) -> None:
    async def resolve(host: str, port: int) -> list[str]:
        return ["10.0.0.7"] if host == "inside.example.com" else [host]

    keys = KeySets({"https://a.example.com": source}, resolve=resolve)
    with pytest.raises(Unavailable):
        await keys.keys("https://a.example.com", "k1")


async def test_a_key_set_is_fetched_from_the_address_that_was_checked() -> None:
    seen: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(200, json={"keys": [{"kid": "k1"}]})

    async def resolve(host: str, port: int) -> list[str]:
        return ["93.184.216.34"]

    keys = KeySets(
        {"https://a.example.com": "https://keys.example.com/jwks?v=1"},
        resolve=resolve,
        client=lambda: httpx.AsyncClient(transport=httpx.MockTransport(answer)),
    )
    await keys.keys("https://a.example.com", "k1")
    (request,) = seen
    assert (str(request.url), request.headers["host"]) == ("https://93.184.216.34/jwks?v=1", "keys.example.com")
    assert request.extensions["sni_hostname"] == "keys.example.com"
