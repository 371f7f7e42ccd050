"""The customer's chat: a session for a browser, and a socket that resumes from where it was."""

from __future__ import annotations

import hmac
import re
import secrets
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from hashlib import blake2b, sha256
from typing import Any, Final, Generic, Protocol, TypeVar

import msgspec
from litestar import Request, WebSocket, post, websocket
from litestar.datastructures import State

from interlock.api.chat_feed import ChatFeed
from interlock.api.frames import POLICY, TRY_AGAIN_LATER, Frame, Wire
from interlock.control.identity import device_digest
from interlock.control.lockouts import source_lock, source_of
from interlock.dialogue.card_numbers import redact_card_numbers
from interlock.interactions.receiving import CARRIED
from interlock.kernel.errors import Answered, Conflict, Refused, Unavailable
from interlock.kernel.events import START, Cursor
from interlock.kernel.log import Query
from interlock.runtime.app import App
from interlock.runtime.mailing_codes import mail_code, mailable
from interlock.vocabulary.channels import Channel, Principal
from interlock.vocabulary.ids import ChallengeId, InteractionId, MessageId, PersonId, ProposalId, SessionId
from interlock.vocabulary.interactions import Leave, OpenSession, ReceiveMessage, SessionOpened
from interlock.vocabulary.languages import wanted
from interlock.vocabulary.people import AnswerChallenge
from interlock.vocabulary.proactive import SessionClaimed
from interlock.vocabulary.proposals import AnswerConfirmation
from interlock.vocabulary.remedies import Withdraw
from interlock.vocabulary.settings import MAX_MESSAGE_CHARACTERS

MAX_ID: Final = 80
DEVICE_HEADER: Final = "Interlock-Device"
DEVICE: Final = re.compile(r"[A-Za-z0-9_-]{16,100}")


class Hello(msgspec.Struct, tag="hello", forbid_unknown_fields=True):
    """The first frame: who, and from where on."""

    token: str
    after: str | None = None


class Message(msgspec.Struct, tag="message", forbid_unknown_fields=True):
    """The customer wrote."""

    id: str
    text: str
    new: bool = False


class Confirm(msgspec.Struct, tag="confirm", forbid_unknown_fields=True):
    """The customer answered a confirmation card."""

    id: str
    proposal: str
    args_hash: str
    yes: bool


class Code(msgspec.Struct, tag="code", forbid_unknown_fields=True):
    """The customer entered a one-time code."""

    id: str
    challenge: str
    code: str


class WithdrawFrame(msgspec.Struct, tag="withdraw", forbid_unknown_fields=True):
    """The customer no longer wants what waits for its time."""

    id: str
    proposal: str
    interaction: str


class CarryCodeFrame(msgspec.Struct, tag="carry_code", forbid_unknown_fields=True):
    """The customer wants to go on elsewhere: she is shown a code, or has one mailed to her registered address."""

    id: str
    mail: bool = False


class CarryFrame(msgspec.Struct, tag="carry", forbid_unknown_fields=True):
    """The customer has such a code from elsewhere."""

    id: str
    code: str


class LeaveFrame(msgspec.Struct, tag="leave", forbid_unknown_fields=True):
    """The customer leaves the queue or the chat."""

    id: str


class Typing(msgspec.Struct, tag="typing", forbid_unknown_fields=True):
    """A signal, not a fact."""


class Ping(msgspec.Struct, tag="ping", forbid_unknown_fields=True):
    """Is anybody there?"""


Incoming = Hello | Message | Confirm | Code | WithdrawFrame | CarryCodeFrame | CarryFrame | LeaveFrame | Typing | Ping


@post("/v1/chat/sessions", status_code=201, opt={"public": True})
async def open_session(request: Request[Any, Any, Any], state: State) -> dict[str, str]:
    """Give a browser a session. The token stays in the browser; only its digest is kept here.

    The header ``Interlock-Device`` may carry an identifier that the browser keeps. It is recorded as a keyed hash, sealed
    under the visitor's key, and used for one thing: to tell whether a customer has proven herself on this device before.

    Customers are spoken to in the first language of the header ``Accept-Language`` that the tenant has texts in. Browsers
    send it by themselves.
    """
    return await new_session(request, state.app, Channel.CHAT)


async def new_session(request: Request[Any, Any, Any], app: App, channel: Channel) -> dict[str, str]:
    """A session of a channel, and its token. Raises Refused ``bad_device``."""
    device = request.headers.get(DEVICE_HEADER, "")
    if device and not DEVICE.fullmatch(device):
        reason = f"The header {DEVICE_HEADER} carries 16 to 100 letters, digits, dashes or underscores, or is left out."
        raise Refused("bad_device", reason, status=422)
    session, secret = f"s_{secrets.token_hex(10)}", secrets.token_urlsafe(24)
    command = OpenSession(
        session=SessionId(session),
        person=PersonId(f"p_{secrets.token_hex(10)}"),
        channel=channel,
        secret_digest=_digest(secret),
        device=device_digest(app.control.secret, device),
        source=source_lock(app.control.secret, source_of(request.client.host if request.client else "")),
        language=wanted(request.headers.get("Accept-Language", ""), app.tenant.languages),
    )
    await app.engine.execute(command, cause=f"session/{session}")
    return {"session": session, "token": f"{session}.{secret}"}


class Feed(Protocol):
    """What a customer's connection is told."""

    session: SessionId

    async def open(self, after: Cursor) -> None: ...
    def close(self) -> None: ...
    def typing(self) -> None: ...
    def show(self, frame: Frame) -> None: ...


F = TypeVar("F", bound=Feed)


@dataclass(frozen=True, slots=True)
class Door(Generic[F]):
    """How the customers of a channel are served over a socket.

    Attributes:
        takes: the types of the frames that may come in; Hello is one of them.
        feed: what a connection of a session is told, in the session's language.
        carry_out: what becomes of a frame with an identifier; what it raises is the answer.
    """

    channel: Channel
    takes: Any
    feed: Callable[[App, Wire, SessionId, str], F]
    carry_out: Callable[[App, F, Any], Awaitable[None]]

    async def serve(self, app: App, socket: WebSocket[Any, Any, Any]) -> None:
        """One connection from its greeting to its end."""
        app.metrics.sockets.labels(self.channel.value).inc()
        try:
            async with Wire(socket) as wire:
                await self._serve(app, wire)
        finally:
            app.metrics.sockets.labels(self.channel.value).dec()

    async def _serve(self, app: App, wire: Wire) -> None:
        feed: F | None = None
        try:
            async for frame in wire.frames():
                incoming = self._decode(wire, frame)
                if incoming is None:
                    continue
                if feed is None:
                    if not isinstance(incoming, Hello):
                        wire.refuse(frame.get("id"), "hello_first", 'The first frame is {"type": "hello", "token": …}.')
                        continue
                    feed = await self._greet(app, wire, incoming)
                    if feed is None:
                        return
                else:
                    await self._answer(app, wire, feed, incoming)
        finally:
            if feed is not None:
                feed.close()

    def _decode(self, wire: Wire, frame: Frame) -> Any:
        try:
            incoming = msgspec.convert(frame, self.takes)
        except msgspec.ValidationError as error:
            kind = str(frame["type"])[:30]
            wire.refuse(frame.get("id"), "bad_frame", f"A frame of type {kind!r} does not fit: {error}")
            return None
        identifier = getattr(incoming, "id", "x")
        if not identifier or len(identifier) > MAX_ID:
            wire.refuse(None, "bad_id", f"A frame's id has 1 to {MAX_ID} characters.")
            return None
        return incoming

    async def _greet(self, app: App, wire: Wire, hello: Hello) -> F | None:
        try:
            after = Cursor.parse(hello.after) if hello.after else START
        except ValueError:
            wire.refuse(None, "bad_position", '"after" is a position that this server gave, or null.')
            return None
        feed: F | None = None
        try:
            opened = await session_of(app, hello.token)
            if opened is None or opened.channel is not self.channel:
                wire.refuse(None, "session_unknown", f"This {self.channel} is not known here; begin a new one.")
                await wire.close(POLICY, "unknown session")
                return None
            feed = self.feed(app, wire, opened.session, opened.language)
            await feed.open(after)
            return feed
        except (Conflict, Unavailable):
            if feed is not None:
                feed.close()
            wire.refuse(None, "try_again", f"The {self.channel} cannot be opened just now; connect again in a moment.")
            await wire.close(TRY_AGAIN_LATER, "try again")
            return None

    async def _answer(self, app: App, wire: Wire, feed: F, incoming: Any) -> None:
        match incoming:
            case Ping():
                wire.send({"type": "pong"})
                return
            case Typing():
                feed.typing()
                return
            case Hello():
                wire.refuse(None, "hello_again", "This connection has been greeted already.")
                return
        identifier = incoming.id
        try:
            await self.carry_out(app, feed, incoming)
        except Answered:
            pass  # sent again after a lost acknowledgement: it is in the log
        except Refused as refusal:
            wire.refuse(identifier, refusal.code, refusal.reason)
            return
        except (Conflict, Unavailable):
            wire.refuse(identifier, "try_again", "That could not be stored just now; it is sent again.")
            return
        wire.send({"type": "ack", "id": identifier})


async def session_of(app: App, token: str) -> SessionOpened | None:
    """The session that a customer's token belongs to; None where it belongs to none."""
    session, _, secret = token.partition(".")
    try:
        found = await app.log.read(Query(f"session:{session}", (SessionOpened, SessionClaimed)))
    except Refused:
        return None  # there are characters in it that no session has
    opened = found.events[0].event if found.events else None
    held = found.events[-1].event if found.events else None
    if not isinstance(opened, SessionOpened) or not isinstance(held, SessionOpened | SessionClaimed):
        return None
    return opened if hmac.compare_digest(held.secret_digest, _digest(secret)) else None


Frames = Message | Confirm | Code | WithdrawFrame | CarryCodeFrame | CarryFrame | LeaveFrame


async def carry_out(app: App, feed: Feed, incoming: Frames) -> None:
    """Do what a frame says. Raises Refused, Answered, Conflict, Unavailable."""
    session = feed.session
    cause = f"chat/{session}/{incoming.id}"
    match incoming:
        case Message():
            text = incoming.text.strip()
            if not text:
                raise Refused("message_empty", "The message is empty.", status=422)
            if len(text) > MAX_MESSAGE_CHARACTERS:
                raise Refused(
                    "message_too_long", f"A message has at most {MAX_MESSAGE_CHARACTERS} characters.", status=422
                )
            message = MessageId("m_" + blake2b(cause.encode(), digest_size=10).hexdigest())
            command = ReceiveMessage(session=session, message=message, text=redact_card_numbers(text), new=incoming.new)
            try:
                await app.engine.execute(command, cause=cause)
            except Refused as refusal:
                if refusal.code != CARRIED:
                    raise
                with suppress(Answered):  # brought back, and then the connection broke
                    await app.carrying.come_back(session, f"{cause}/back")
                await app.engine.execute(command, cause=cause)
        case CarryCodeFrame(mail=True):
            feed.show({"type": "carry_sent", "to": await mail_code(app, session, cause)})
        case CarryCodeFrame():
            given = await app.carrying.code(session, cause)
            shown = {"code": given.code, "expires_at": given.expires_at.isoformat()}
            feed.show({"type": "carry_code", **shown, "mailable": await mailable(app, session)})
        case CarryFrame():
            await app.carrying.redeem(session, incoming.code, cause)
        case Confirm():
            answer = AnswerConfirmation(
                proposal=ProposalId(incoming.proposal), session=session, args_hash=incoming.args_hash, yes=incoming.yes
            )
            await app.engine.execute(answer, cause=cause)
        case Code():
            answered = AnswerChallenge(challenge=ChallengeId(incoming.challenge), session=session, code=incoming.code)
            await app.engine.execute(answered, cause=cause)
        case WithdrawFrame():
            withdraw = Withdraw(
                proposal=ProposalId(incoming.proposal),
                interaction=InteractionId(incoming.interaction),
                by=Principal(kind="customer", id=feed.session, roles=("customer",)),
                session=session,
            )
            await app.engine.execute(withdraw, cause=cause)
        case LeaveFrame():
            await app.engine.execute(Leave(session=session), cause=cause)


CHAT: Final = Door(Channel.CHAT, Incoming, ChatFeed, carry_out)


@websocket("/v1/chat/socket", opt={"public": True})
async def chat_socket(socket: WebSocket[Any, Any, Any], state: State) -> None:
    """The customer's live connection."""
    await CHAT.serve(state.app, socket)


def _digest(secret: str) -> str:
    return sha256(secret.encode()).hexdigest()
