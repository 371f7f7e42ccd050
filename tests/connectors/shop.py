"""The demo shop's connector folder, and proposals that its connector may be shown."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx
import msgspec

from interlock.connectors.contract import Authorised, authorise
from interlock.connectors.http import HttpConnector, http_client
from interlock.control.actions import Action
from interlock.control.arguments import hash_args
from interlock.control.bundle import ROLES
from interlock.control.connectors import Connector, read_connector
from interlock.vocabulary.channels import VIRTUAL_AGENT, Channel
from interlock.vocabulary.ids import CustomerId, InteractionId, PersonId, ProposalId, SessionId
from interlock.vocabulary.proposals import ActionProposed, ProposalJudged

FOLDER = Path(__file__).parents[2] / "examples" / "demo" / "connectors"
SECRET = b"a secret of the tenant"
REFUND = {"order_id": "A-1042", "item_id": "i-1", "amount": {"amount": 1840, "currency": "EUR"}}
BASE = "http://127.0.0.1:8090"
ALLOWED = frozenset({"127.0.0.1:8090"})


def connector(name: str = "shop", change: tuple[str, str] = ("", ""), in_file: str = "manifest.yaml") -> Connector:
    """A connector of the demo; ``change`` replaces a text in one of its files."""
    folder = FOLDER / name
    files = {f"connectors/{name}/{path.name}": path.read_text() for path in folder.iterdir() if path.is_file()}
    if change[0]:
        path = f"connectors/{name}/{in_file}"
        assert change[0] in files[path]
        files[path] = files[path].replace(*change)
    return read_connector(files, f"connectors/{name}/manifest.yaml", ROLES)


SHOP = connector()


def action(name: str, of: Connector = SHOP) -> Action:
    return next(each for each in of.actions if each.name == name)


def proposed(name: str = "shop.refund_item", args: dict[str, Any] = REFUND, **changes: Any) -> ActionProposed:
    event = ActionProposed(
        proposal=ProposalId("pr_1"),
        interaction=InteractionId("i_1"),
        person=PersonId("p_1"),
        session=SessionId("s_1"),
        channel=Channel.CHAT,
        customer=CustomerId("c-1"),
        principal=VIRTUAL_AGENT,
        action=name,
        args=args,
        args_hash=hash_args(name, args, SECRET),
    )
    return msgspec.structs.replace(event, **changes)


def judged(of: ActionProposed, **changes: Any) -> ProposalJudged:
    event = ProposalJudged(
        proposal=of.proposal,
        interaction=of.interaction,
        person=of.person,
        customer=of.customer,
        principal=of.principal,
        action=of.action,
        args_hash=of.args_hash,
        verdict="allowed",
        policy="r_1",
        rulings=(),
        needs=(),
        facts={},
    )
    return msgspec.structs.replace(event, **changes)


def allowed(name: str = "shop.refund_item", args: dict[str, Any] = REFUND) -> Authorised:
    event = proposed(name, args)
    return authorise(judged(event), event, SECRET)


def mocked(handler: Any, of: Connector = SHOP, **settings: Any) -> HttpConnector:
    """A connector whose system is a function of the request."""
    settings = {"base_url": BASE, "secret": "key-1", "allowed": ALLOWED, **settings}
    return HttpConnector(of, client=lambda: httpx.AsyncClient(transport=httpx.MockTransport(handler)), **settings)


def real(port: int, **settings: Any) -> HttpConnector:
    """A connector of a server on this machine."""
    timeout_s = settings.pop("timeout_s", 5.0)
    return HttpConnector(
        SHOP,
        f"http://127.0.0.1:{port}",
        "key-1",
        allowed=frozenset({f"127.0.0.1:{port}"}),
        timeout_s=timeout_s,
        **{"client": lambda: http_client(timeout_s, 4), **settings},
    )
