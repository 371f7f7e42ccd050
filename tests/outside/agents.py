"""How does a test come in from outside: with a key or a token, to a case, with a proposal?"""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import jwt
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from interlock.runtime.app import App
from tests.system.refunds import Purchase


@dataclass
class Agent:
    """An agent of another vendor, as its HTTP client sees it."""

    http: httpx.AsyncClient
    headers: dict[str, str]
    id: str = ""

    @staticmethod
    async def add(app: App, http: httpx.AsyncClient, name: str, scope: str = "medium") -> Agent:
        """A new account with an API key."""
        account, key = await app.outside.add(name, ["external_agent"], scope, by="test")
        return Agent(http, {"Authorization": f"Bearer {key}"}, account.agent)

    @property
    def key(self) -> str:
        """Its API key or token."""
        return self.headers["Authorization"].removeprefix("Bearer ")

    async def get(self, path: str, **query: Any) -> httpx.Response:
        """GET."""
        return await self.http.get(path, headers=self.headers, params=query)

    async def post(self, path: str, body: Any = None, **headers: str) -> httpx.Response:
        """POST."""
        return await self.http.post(path, json=body if body is not None else {}, headers={**self.headers, **headers})

    async def case(self, bought: Purchase, key: str = "") -> str:
        """A case about the customer of an order."""
        answer = await self.post("/v1/cases", {"proof": proof(bought), "idempotency_key": key or uuid4().hex})
        assert answer.status_code == 201, answer.text
        found: str = answer.json()["case"]
        return found

    async def propose(self, case: str, action: str, args: dict[str, Any], key: str = "", **more: Any) -> Any:
        """Propose; gives the document."""
        body = {
            "case": case,
            "action": action,
            "args": args,
            "idempotency_key": key or uuid4().hex,
            "wait_s": 20,
            **more,
        }
        answer = await self.post("/v1/proposals", body)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def confirm(self, shown: Any, yes: bool = True) -> Any:
        """Pass on what the customer said."""
        body = {"args_hash": shown["args_hash"], "yes": yes, "wait_s": 20}
        answer = await self.post(f"/v1/proposals/{shown['proposal']}/confirmation", body)
        assert answer.status_code == 200, answer.text
        return answer.json()


def proof(bought: Purchase, email: str = "") -> dict[str, Any]:
    """What is known about a customer."""
    return {"by": "order_and_email", "args": {"order_id": bought.order.id, "email": email or bought.buyer.email}}


def refund(bought: Purchase, amount: int) -> dict[str, Any]:
    """The arguments of a refund, in cents."""
    money = {"amount": amount, "currency": "EUR"}
    return {"order_id": bought.order.id, "item_id": bought.item, "amount": money}


class Issuer:
    """Signs access tokens; its key set is a file."""

    name = "https://login.example.com"

    def __init__(self, file: Path) -> None:
        self.file = file
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.publish("k1")

    def publish(self, key_id: str) -> None:
        """Write the key set."""
        public = json.loads(jwt.algorithms.ECAlgorithm.to_jwk(self.key.public_key()))
        self.file.write_text(json.dumps({"keys": [{**public, "kid": key_id, "use": "sig", "alg": "ES256"}]}))

    def token(
        self,
        audience: str | list[str],
        *,
        scope: str = "interlock.low interlock.medium",
        subject: str = "acme-agent",
        expires_in: float = 300,
        key_id: str = "k1",
        key: Any = None,
        algorithm: str = "ES256",
        typ: str = "at+jwt",
        **claims: Any,
    ) -> str:
        """A token."""
        now = time.time()
        said = {"iss": self.name, "sub": "service", "client_id": subject, "aud": audience, "scope": scope}
        body = {**said, "iat": int(now), "exp": int(now + expires_in), **claims}
        return jwt.encode(body, key or self.key, algorithm=algorithm, headers={"kid": key_id, "typ": typ})


def other_key() -> rsa.RSAPrivateKey:
    """A key that no issuer has published."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)
