"""How does somebody come into a conversation that Interlock began: by a link that works once?"""

from __future__ import annotations

import secrets
from hashlib import sha256
from typing import Annotated, Any, Final

import msgspec
from litestar import Request, post
from litestar.datastructures import State
from litestar.params import JSONBody
from msgspec import Meta

from interlock.api.chat import DEVICE, DEVICE_HEADER
from interlock.control.identity import device_digest
from interlock.control.lockouts import source_lock, source_of
from interlock.runtime.app import App
from interlock.vocabulary.ids import SessionId
from interlock.vocabulary.proactive import ClaimSession

MAX_LINK: Final = 200
"""Characters of the secret part of a link to a conversation."""


class UsedLink(msgspec.Struct, forbid_unknown_fields=True):
    """The secret part of a link to a conversation, as the mail has it."""

    link: Annotated[str, Meta(min_length=1, max_length=MAX_LINK)]


@post("/v1/chat/sessions/claim", status_code=201, opt={"public": True})
async def claim_session(request: Request[Any, Any, Any], data: JSONBody[UsedLink], state: State) -> dict[str, str]:
    """Come into a conversation that Interlock began, by the one-time link to it.

    The link gives the browser that uses it first a token of its own. It proves nothing about who uses it.
    """
    app: App = state.app
    session, _, secret = data.link.partition(".")
    token = secrets.token_urlsafe(24)
    device = request.headers.get(DEVICE_HEADER, "")
    command = ClaimSession(
        session=SessionId(session),
        link_digest=sha256(secret.encode()).hexdigest(),
        secret_digest=sha256(token.encode()).hexdigest(),
        device=device_digest(app.control.secret, device) if DEVICE.fullmatch(device) else "",
        source=source_lock(app.control.secret, source_of(request.client.host if request.client else "")),
    )
    await app.engine.execute(command, cause=f"claim/{secrets.token_hex(10)}")
    return {"session": session, "token": f"{session}.{token}"}


HANDLERS: Final = (claim_session,)
