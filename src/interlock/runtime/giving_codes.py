"""How does who writes text messages or mails get a code to go on elsewhere: in an answer that is no part of what was said?"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import TYPE_CHECKING, Any

from interlock.control.actions import Action
from interlock.dialogue.reading import plain
from interlock.kernel.deciders import Moment
from interlock.kernel.events import Command, Erased, Event
from interlock.kernel.log import Query
from interlock.runtime.engine import Extend
from interlock.runtime.mailing import Inbound, mail_of
from interlock.vocabulary.carrying import CarryCodeIssued
from interlock.vocabulary.channels import SYSTEM, Author, Channel
from interlock.vocabulary.correspondence import AddressGiven, MailTaken
from interlock.vocabulary.ids import CustomerId, ProposalId, SessionId, tag
from interlock.vocabulary.interactions import InteractionStarted
from interlock.vocabulary.people import CustomerMatched
from interlock.vocabulary.proposals import ActionProposed
from interlock.vocabulary.settings import TenantSettings

if TYPE_CHECKING:
    from interlock.runtime.app import App


def wants_code(text: str, words: Collection[str]) -> bool:
    """Whether a message is the words for a code, in whichever language, and nothing else."""
    return plain(text).strip(" \t\r\n.!\"'") in map(plain, words)


async def give_code(app: App, session: SessionId, inbound: Inbound, tenant: TenantSettings, cause: str) -> None:
    """Answer with a code for what is talked about in a session.

    Args:
        tenant: the settings in the language of the conversation.

    It goes to the address that the session is with, whoever asked: who forges a sender gets nothing. It stands in the sending
    alone, sealed as what is personal, and not in what was said, which everybody sees who works on the conversation.

    Raises:
        Refused: ``nothing_to_carry``.
        Answered: it was told before.
    """
    seen = await app.log.read(
        Query(tag("session", session), (AddressGiven, MailTaken, InteractionStarted, CustomerMatched))
    )
    events = [one.event for one in seen.events]
    known = [
        each.customer if isinstance(each, CustomerMatched) else each.assurance.customer
        for each in events
        if isinstance(each, CustomerMatched | InteractionStarted)
    ]
    given = next((each for each in events if isinstance(each, AddressGiven)), None)
    sending = tenant.sending(inbound.channel)
    action = app.definitions.bundle.actions.get(sending.action or "") if sending is not None else None
    if given is None or action is None or sending is None or isinstance(given.address, Erased):
        return
    mails = inbound.channel is Channel.EMAIL
    taken = (MailTaken(session=session, person=given.person, mail=inbound.id),) if mails else ()

    def answer(code: str, expires_at: datetime, proposal: ProposalId) -> dict[str, Any]:
        until = f"{expires_at.astimezone(app.tenant.zone):%H:%M}"
        body = sending.carry_code.replace("{code}", f"{code[:4]} {code[4:]}").replace("{until}", until)
        args: dict[str, Any] = {"to": given.address, "account": given.account, "text": body}
        if mails:
            author = Author("system", "interlock", tenant.title)
            args |= mail_of(tenant, given, proposal, author, body, [*events, *taken])
        return args

    def sends(code: str) -> Extend:
        async def extend(
            facts: tuple[Event, ...], state: Any, moment: Moment
        ) -> tuple[tuple[Event, ...], tuple[Command, ...]]:
            issued = next(each for each in facts if isinstance(each, CarryCodeIssued))
            proposal = ProposalId(moment.new_id("pr"))
            args = answer(code, issued.expires_at, proposal)
            return (
                *facts,
                *taken,
                proposed_sending(app, issued, inbound.channel, action, args, proposal, known[-1]),
            ), ()

        return extend

    await app.carrying.code(session, cause, sends)


def proposed_sending(
    app: App,
    about: CarryCodeIssued | InteractionStarted,
    channel: Channel,
    action: Action,
    args: dict[str, Any],
    proposal: ProposalId,
    customer: CustomerId,
) -> ActionProposed:
    """The proposal, by nobody but the system, to send something to whom an interaction is with."""
    wanted = {spec.name for spec in action.args}
    checked = action.check({name: value for name, value in args.items() if name in wanted}, app.control.secret)
    return ActionProposed(
        proposal=proposal,
        interaction=about.interaction,
        person=about.person,
        session=about.session,
        channel=channel,
        customer=customer,
        principal=SYSTEM,
        action=action.name,
        args=checked.args,
        private_args=checked.private_args,
        args_hash=checked.args_hash,
        purpose=action.purpose,
    )
