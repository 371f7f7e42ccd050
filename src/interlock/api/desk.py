"""What an agent does: presence, offers, messages, proposals, verification, hand-back, wrap-up."""

from __future__ import annotations

import secrets
from typing import Annotated, Any, Final

import msgspec
from litestar import get, post
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from msgspec import Meta

from interlock.api.signing import require
from interlock.dialogue.card_numbers import redact_card_numbers
from interlock.governance.permissions import may
from interlock.kernel.errors import Answered, Refused
from interlock.runtime.app import App
from interlock.runtime.staff import Person
from interlock.vocabulary.assurance import Level
from interlock.vocabulary.channels import Author, Principal
from interlock.vocabulary.ids import InteractionId, MessageId, OfferId, ProposalId, VisitId
from interlock.vocabulary.interactions import HandBack, PostMessage, StartWrapUp, WrapUp
from interlock.vocabulary.people import IssueChallenge
from interlock.vocabulary.proposals import ProposeAction
from interlock.vocabulary.routing import AcceptOffer, Presence, RejectOffer
from interlock.vocabulary.settings import MAX_MESSAGE_CHARACTERS

ShortText = Annotated[str, Meta(max_length=500)]
Identifier = Annotated[str, Meta(min_length=1, max_length=80)]
LongestArguments: Final = 20_000


class WantedPresence(msgspec.Struct, forbid_unknown_fields=True):
    """The presence that somebody wants, with a reason for a break or other work."""

    presence: Presence
    reason: ShortText = ""


class Rejection(msgspec.Struct, forbid_unknown_fields=True):
    """Why an offer is not taken."""

    reason: ShortText


class OutgoingMessage(msgspec.Struct, forbid_unknown_fields=True):
    """A message to the customer; ``id`` makes sending it again harmless."""

    id: Identifier
    text: Annotated[str, Meta(min_length=1, max_length=MAX_MESSAGE_CHARACTERS)]


class WantedVerification(msgspec.Struct, forbid_unknown_fields=True):
    """The assurance level that a one-time code is to reach."""

    level: Level = Level.ONE_FACTOR


class Proposal(msgspec.Struct, forbid_unknown_fields=True):
    """An action by name with its arguments; money is ``{"amount": minor units, "currency": code}``."""

    action: Identifier
    args: dict[str, Any]


class Disposition(msgspec.Struct, forbid_unknown_fields=True):
    """How it went."""

    disposition: Identifier
    note: Annotated[str, Meta(max_length=4000)] = ""
    suggested: Annotated[str, Meta(max_length=64)] = ""
    """The disposition that was suggested on the screen, whether it was taken or not."""


def principal(person: Person) -> Principal:
    """The person as the gate knows him."""
    return Principal(kind="agent", id=person.id, roles=person.account.roles)


def fresh(what: str) -> str:
    """A cause for a request that carries no identifier of its own."""
    return f"api/{what}/{secrets.token_hex(10)}"


@post("/v1/presence", status_code=204)
async def set_presence(data: JSONBody[WantedPresence], person: NamedDependency[Person], state: State) -> None:
    """Say what one is doing; while interactions are in hand it is kept as pending."""
    require(person, "take_interactions")
    app: App = state.app
    await app.execute(app.staff_changes.sets(person.account, data.presence, data.reason), fresh("presence"))


@post("/v1/visits/{visit:str}/offers/{offer:str}/accept", status_code=204)
async def accept_offer(
    visit: FromPath[str], offer: FromPath[str], person: NamedDependency[Person], state: State
) -> None:
    """Take the offered interaction."""
    require(person, "take_interactions")
    app: App = state.app
    await app.execute(AcceptOffer(visit=VisitId(visit), offer=OfferId(offer), agent=person.id), fresh("accept"))


@post("/v1/visits/{visit:str}/offers/{offer:str}/reject", status_code=204)
async def reject_offer(
    visit: FromPath[str], offer: FromPath[str], data: JSONBody[Rejection], person: NamedDependency[Person], state: State
) -> None:
    """Do not take it, with a reason."""
    require(person, "take_interactions")
    app: App = state.app
    command = RejectOffer(visit=VisitId(visit), offer=OfferId(offer), agent=person.id, reason=data.reason)
    await app.execute(command, fresh("reject"))


@post("/v1/interactions/{interaction:str}/messages", status_code=204)
async def write(
    interaction: FromPath[str], data: JSONBody[OutgoingMessage], person: NamedDependency[Person], state: State
) -> None:
    """Write to the customer."""
    require(person, "take_interactions")
    app: App = state.app
    command = PostMessage(
        interaction=InteractionId(interaction),
        message=MessageId(f"m_{person.id}_{data.id}"),
        author=Author("agent", person.id, person.account.name),
        text=redact_card_numbers(data.text.strip()),
    )
    try:
        await app.execute(command, f"desk/{person.id}/{interaction}/{data.id}")
    except Answered:
        return  # sent again


@post("/v1/interactions/{interaction:str}/typing", status_code=204)
async def typing(interaction: FromPath[str], person: NamedDependency[Person], state: State) -> None:
    """A signal to the customer, not a fact."""
    require(person, "take_interactions")
    app: App = state.app
    app.signals.tell(f"interaction:{interaction}", {"signal": "typing", "author": "agent"})


@post("/v1/interactions/{interaction:str}/verify", status_code=202)
async def verify(
    interaction: FromPath[str], data: JSONBody[WantedVerification], person: NamedDependency[Person], state: State
) -> dict[str, str]:
    """Send the customer a one-time code."""
    require(person, "propose_actions")
    app: App = state.app
    command = IssueChallenge(interaction=InteractionId(interaction), level=data.level, asked_by=principal(person))
    await app.issue_challenge(command, fresh("verify"))
    return {"sent": "yes"}


@post("/v1/interactions/{interaction:str}/proposals", status_code=202)
async def propose(
    interaction: FromPath[str], data: JSONBody[Proposal], person: NamedDependency[Person], state: State
) -> dict[str, str]:
    """Propose an action for the customer; the gate decides."""
    require(person, "propose_actions")
    app: App = state.app
    if len(msgspec.json.encode(data.args)) > LongestArguments:
        raise Refused("bad_arguments", "The arguments are too large.", status=422)
    proposal = ProposalId(f"pr_{secrets.token_hex(10)}")
    command = ProposeAction(
        proposal=proposal,
        interaction=InteractionId(interaction),
        principal=principal(person),
        action=data.action,
        args=data.args,
    )
    await app.execute(command, f"propose/{proposal}")
    return {"proposal": proposal}


@post("/v1/interactions/{interaction:str}/hand-back", status_code=204)
async def hand_back(interaction: FromPath[str], person: NamedDependency[Person], state: State) -> None:
    """Give the interaction back to the virtual agent."""
    require(person, "take_interactions")
    app: App = state.app
    await app.execute(HandBack(interaction=InteractionId(interaction), agent=person.id), fresh("hand-back"))


@post("/v1/interactions/{interaction:str}/wrap-up", status_code=204)
async def start_wrap_up(interaction: FromPath[str], person: NamedDependency[Person], state: State) -> None:
    """End the conversation; after-call work begins."""
    require(person, "take_interactions")
    app: App = state.app
    await app.execute(StartWrapUp(interaction=InteractionId(interaction), agent=person.id), fresh("wrap-up"))


@post("/v1/interactions/{interaction:str}/disposition", status_code=204)
async def wrap_up(
    interaction: FromPath[str], data: JSONBody[Disposition], person: NamedDependency[Person], state: State
) -> None:
    """Record how it went; the interaction is over."""
    require(person, "take_interactions")
    app: App = state.app
    command = WrapUp(
        interaction=InteractionId(interaction),
        agent=person.id,
        disposition=data.disposition,
        note=data.note,
        suggested=data.suggested,
    )
    await app.execute(command, fresh("disposition"))


@get("/v1/interactions/{interaction:str}")
async def show_interaction(interaction: FromPath[str], person: NamedDependency[Person], state: State) -> dict[str, Any]:
    """The whole context of an interaction, as its live document."""
    require(person, "see_interactions")
    app: App = state.app
    watched = await app.documents.interaction(InteractionId(interaction), person.id)
    return {"cursor": str(watched.cursor), "value": watched.value}


@get("/v1/interactions/{interaction:str}/log")
async def show_log(interaction: FromPath[str], person: NamedDependency[Person], state: State) -> dict[str, Any]:
    """The facts of an interaction, in order."""
    if not may(person.account.roles, "read_log"):
        require(person, "see_interactions")
    app: App = state.app
    return {"events": await app.documents.facts(InteractionId(interaction))}


HANDLERS = (
    set_presence,
    accept_offer,
    reject_offer,
    write,
    typing,
    verify,
    propose,
    hand_back,
    start_wrap_up,
    wrap_up,
    show_interaction,
    show_log,
)
