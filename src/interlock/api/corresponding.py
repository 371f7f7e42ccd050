"""How does a text message or a mail come in: by a webhook of the provider or the mail server, with the key of an account."""

from __future__ import annotations

from typing import Annotated, Any, Final

import msgspec
from litestar import Request, Response, post
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.params import JSONBody
from msgspec import Meta

from interlock.kernel.errors import Answered, Refused
from interlock.runtime.app import App
from interlock.runtime.incoming_mail import read_mail
from interlock.runtime.mailing import Inbound
from interlock.runtime.outside_agents import Caller
from interlock.vocabulary.channels import Channel
from interlock.vocabulary.settings import MAX_MESSAGE_CHARACTERS

MEDIA_TYPE: Final = "message/rfc822"


class InboundText(msgspec.Struct, forbid_unknown_fields=True):
    """A text message as a provider tells of it; ``answers`` is the ``reference`` of that which it quotes, where it does."""

    id: Annotated[str, Meta(min_length=1, max_length=200)]
    sender: Annotated[str, Meta(min_length=1, max_length=100)] = msgspec.field(name="from")
    to: Annotated[str, Meta(min_length=1, max_length=100)] = msgspec.field()
    text: Annotated[str, Meta(max_length=MAX_MESSAGE_CHARACTERS)] = msgspec.field()
    answers: Annotated[str, Meta(max_length=100)] = ""


class Taken(msgspec.Struct, frozen=True, omit_defaults=True):
    """What became of it: ``taken``, told before (``duplicate``), or not answered and why (``ignored``)."""

    status: str
    why: str = ""


@post("/v1/channels/message/inbound", status_code=202)
async def receive_text(
    data: JSONBody[InboundText], integration: NamedDependency[Caller], state: State
) -> Response[Taken]:
    """Take a text message of a customer from a system with the role ``integration``, once for each ``id``.

    It is answered through the action that ``messaging.action`` names. Who it says it is from is believed for the answer alone:
    nobody is known by a number.
    """
    inbound = Inbound(Channel.MESSAGE, data.id, data.sender.strip(), data.to.strip(), data.text, answers=data.answers)
    return await _taken(state.app, inbound)


@post("/v1/channels/email/inbound", status_code=202)
async def receive_mail(
    request: Request[Any, Any, Any], integration: NamedDependency[Caller], state: State
) -> Response[Taken]:
    """Take a mail of a customer from a system with the role ``integration``: the whole mail as it came, once for each Message-ID.

    What it quotes and its signature are left out. Automatic answers, bounces and mailing lists are not answered, so that no two
    machines write to each other for ever. Attachments are not read.
    """
    media = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media != MEDIA_TYPE:
        reason = f"Send the whole mail as it came, with the header Content-Type: {MEDIA_TYPE}."
        raise Refused("not_a_mail", reason, status=415)
    mail = read_mail(await request.body())
    if mail.ignored is not None:
        return Response(Taken("ignored", mail.ignored), status_code=200)
    if not mail.inbound.text:
        return Response(Taken("ignored", "empty"), status_code=200)
    return await _taken(state.app, mail.inbound)


async def _taken(app: App, inbound: Inbound) -> Response[Taken]:
    try:
        await app.correspondence.receive(inbound)
    except Answered:
        return Response(Taken("duplicate"), status_code=200)
    return Response(Taken("taken"), status_code=202)


HANDLERS: Final = (receive_text, receive_mail)
