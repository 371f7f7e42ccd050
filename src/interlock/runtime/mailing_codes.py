"""How does a customer in the chat have the code and the link to go on elsewhere mailed to herself, and to nobody else?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from msgspec.structs import replace

from interlock.control.challenges import masked_email
from interlock.kernel.deciders import Moment
from interlock.kernel.errors import Refused, Unavailable
from interlock.kernel.events import Command, Event
from interlock.runtime.engine import Extend
from interlock.runtime.giving_codes import proposed_sending
from interlock.runtime.reaching import registered
from interlock.vocabulary.carrying import CarryCodeIssued
from interlock.vocabulary.channels import Channel
from interlock.vocabulary.ids import ProposalId, SessionId

if TYPE_CHECKING:
    from interlock.runtime.app import App

MARK: Final = "interlock-carry="
"""What stands before the secret in a link: behind the ``#``, so that no server on the way sees it."""


async def mailable(app: App, session: SessionId) -> bool:
    """Whether a code can be mailed: an action does that, and it is known whose address it is."""
    return bool(app.tenant.carry_action) and bool(await app.carrying.known_in(session))


async def mail_code(app: App, session: SessionId, cause: str) -> str:
    """Mail a code and a link for what is talked about in a session to the address that the system behind has of its customer;
    gives that as its owner recognises it.

    Whoever sits there does not say where it goes. After a change of the address it goes to the one before, as codes do. Code
    and link carry over what holds in the session, as a code that is shown does, each once and for ten minutes; with the
    first of them that is used the other one is used up.

    Raises:
        Refused: ``not_known_here``, ``no_address``, ``nothing_to_carry``, or sending is halted.
    """
    action = app.definitions.bundle.actions.get(app.tenant.carry_action or "")
    customer = await app.carrying.known_in(session)
    if action is None or not customer:
        raise Refused(
            "not_known_here", "We can mail it only to somebody whom we know here. Use the code as it is shown."
        )
    if (halted := await app.stops.refusal_of(action.name)) is not None:
        raise halted
    try:
        destination = await registered(app, customer)
    except Unavailable:
        destination = None
    if destination is None:
        raise Refused("no_address", "We have no address of yours to send it to. Use the code as it is shown.")
    secret, digest = app.carrying.link()

    def sends(code: str) -> Extend:
        async def extend(
            facts: tuple[Event, ...], state: Any, moment: Moment
        ) -> tuple[tuple[Event, ...], tuple[Command, ...]]:
            issued = next(each for each in facts if isinstance(each, CarryCodeIssued))
            link = f"{app.settings.chat_link}#{MARK}{secret}"
            args = {"to": destination.email, "code": f"{code[:4]} {code[4:]}", "link": link}
            proposal = ProposalId(moment.new_id("pr"))
            mail = proposed_sending(app, issued, Channel.CHAT, action, args, proposal, customer)
            return (*facts, replace(issued, digest=digest), mail), ()

        return extend

    await app.carrying.code(session, cause, sends)
    return masked_email(destination.email)
