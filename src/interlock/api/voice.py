"""A customer's call: a session of its own, and a socket that takes keys and words and tells what is said and asked."""

from __future__ import annotations

import re
from typing import Any, Final

import msgspec
from litestar import Request, WebSocket, post, websocket
from litestar.datastructures import State

from interlock.api import chat
from interlock.api.chat import (
    CarryFrame,
    Code,
    Confirm,
    Door,
    Hello,
    LeaveFrame,
    Message,
    Ping,
    WithdrawFrame,
    new_session,
)
from interlock.api.voice_feed import VoiceFeed
from interlock.dialogue.hearing import Answers, GivesCode, Heard, Says, WantsAgain, Withdraws, keyed, said
from interlock.runtime.app import App
from interlock.vocabulary.channels import Channel

_KEYED: Final = re.compile(r"#([0-9]{8})")
_SAID: Final = re.compile(r"\W*(?:my |the )?code(?: is)?[\s:,]*((?:[0-9][\s-]?){8})\W*", re.IGNORECASE)


class Keys(msgspec.Struct, tag="keys", forbid_unknown_fields=True):
    """The caller pressed a key, or entered digits; ``on`` is the question that was heard last."""

    id: str
    on: str
    keys: str


class Words(msgspec.Struct, tag="words", forbid_unknown_fields=True):
    """The caller said something."""

    id: str
    on: str
    text: str


Incoming = Hello | Keys | Words | LeaveFrame | Ping


async def carry_out(app: App, feed: VoiceFeed, incoming: Keys | Words | LeaveFrame) -> None:
    """Do what the caller means. What answers another question than the one that stands is not taken: it is asked again."""
    if isinstance(incoming, LeaveFrame):
        await chat.carry_out(app, feed, incoming)
        return
    if (code := _carried(incoming)) is not None:
        await chat.carry_out(app, feed, CarryFrame(id=incoming.id, code=code))
        return
    ask = feed.standing(incoming.on)
    if ask is None:
        feed.again(None)
        return
    heard = keyed(ask, incoming.keys, app.tenant.voice) if isinstance(incoming, Keys) else said(ask, incoming.text)
    if isinstance(heard, WantsAgain):
        feed.again(heard)
        return
    await chat.carry_out(app, feed, _frame(incoming.id, heard, feed))


def _carried(incoming: Keys | Words) -> str | None:
    """A code to go on with from elsewhere: after the hash key, or said as one. It is taken at any question."""
    found = _KEYED.fullmatch(incoming.keys) if isinstance(incoming, Keys) else _SAID.fullmatch(incoming.text)
    return found[1] if found else None


def _frame(identifier: str, heard: Heard, feed: VoiceFeed) -> chat.Frames:
    """The same as a customer's browser would send it."""
    match heard:
        case Answers(card, yes):
            return Confirm(id=identifier, proposal=card.proposal, args_hash=card.args_hash, yes=yes)
        case GivesCode(card, code):
            return Code(id=identifier, challenge=card.challenge, code=code)
        case Withdraws(card):
            return WithdrawFrame(id=identifier, proposal=card.proposal, interaction=feed.interaction or "")
        case Says(text):
            return Message(id=identifier, text=text)
    raise TypeError(f"{type(heard).__name__} is asked again")


VOICE: Final = Door(Channel.VOICE, Incoming, VoiceFeed, carry_out)


@post("/v1/voice/sessions", status_code=201, opt={"public": True})
async def open_call(request: Request[Any, Any, Any], state: State) -> dict[str, str]:
    """Give a call its session. Who was matched in a chat is not matched here, and the other way round."""
    return await new_session(request, state.app, Channel.VOICE)


@websocket("/v1/voice/socket", opt={"public": True})
async def voice_socket(socket: WebSocket[Any, Any, Any], state: State) -> None:
    """The call itself."""
    await VOICE.serve(state.app, socket)


HANDLERS: Final = (open_call, voice_socket)
