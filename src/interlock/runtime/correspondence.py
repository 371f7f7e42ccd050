"""How does a text message or a mail become an answer to what was asked, and what was said one that is sent, once?"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Sequence
from contextlib import suppress
from functools import reduce
from typing import TYPE_CHECKING, Any, Final

from interlock.control.lockouts import source_lock
from interlock.dialogue.card_numbers import redact_card_numbers
from interlock.dialogue.hearing import Answers, GivesCode, Heard, Withdraws
from interlock.dialogue.writing import asked, meant, paragraphs
from interlock.interactions.receiving import CARRIED, SESSION, SessionState, evolve_session, message
from interlock.journeys import Conversation
from interlock.kernel.deciders import Moment
from interlock.kernel.errors import Answered, Conflict, Refused
from interlock.kernel.events import Command, Erased, Event, Recorded
from interlock.kernel.log import Due, Query
from interlock.runtime.engine import ATTEMPTS, id_maker
from interlock.runtime.giving_codes import give_code, proposed_sending, wants_code
from interlock.runtime.mailing import Inbound, mail_of
from interlock.runtime.standing import Question, Standing
from interlock.vocabulary.channels import Author, Card, Channel, Principal, sent_through
from interlock.vocabulary.correspondence import AddressGiven, MailTaken, MessagesSent, SendMessages
from interlock.vocabulary.ids import ChallengeId, InteractionId, MessageId, PersonId, ProposalId, SessionId, tag
from interlock.vocabulary.interactions import InteractionStarted, MessagePosted, OpenSession, ReceiveMessage
from interlock.vocabulary.people import AnswerChallenge, ChallengeFailed, PersonErased
from interlock.vocabulary.proposals import AnswerConfirmation
from interlock.vocabulary.remedies import Withdraw
from interlock.vocabulary.settings import MAX_MESSAGE_CHARACTERS
from interlock.vocabulary.texts import Messaging

if TYPE_CHECKING:
    from interlock.runtime.app import App

LONGEST_BODY: Final = 8_000
"""Characters of what is said in one message; what is longer than anybody reads is cut, and what is asked stands behind it."""

_CARRY_CODE: Final = re.compile(r"\W*(?:my |the )?code(?: is)?[\s:,]*((?:[0-9][\s-]?){8})\W*", re.IGNORECASE)
_SESSION: Final = (AddressGiven, MailTaken, MessagesSent, InteractionStarted)


class Correspondence:
    """Takes what comes, and carries out ``SendMessages``."""

    def __init__(self, app: App) -> None:
        self._app = app

    # What comes.

    async def receive(self, inbound: Inbound) -> SessionId:
        """Take a message; the session that it belongs to.

        Raises:
            Refused: ``channel_closed`` where nothing is sent in that channel; ``message_empty``.
            Answered: it was told before.
        """
        sending = self._app.tenant.sending(inbound.channel)
        if sending is None or sending.action is None:
            reason = (
                f"Nothing is answered in the channel {inbound.channel}: tenant.yaml names no action that sends there."
            )
            raise Refused("channel_closed", reason)
        text = redact_card_numbers(inbound.text.strip()[:MAX_MESSAGE_CHARACTERS])
        if not text:
            raise Refused("message_empty", "The message has no text.", status=422)
        session = await self._session(inbound)
        cause = f"{inbound.channel}/{self._digest(self._correspondent(inbound), inbound.id)}"
        if (code := _CARRY_CODE.fullmatch(text[:80])) is not None:
            await self._app.carrying.redeem(session, code[1], cause)
            return session
        question, to_this, language = await self._asked(session, inbound)
        tenant, every = self._app.tenant.said_in(language), self._in_all_languages(inbound.channel)
        if wants_code(text, [each.carry_word for each in every]):
            with suppress(Refused):  # where there is nothing to go on with, it is a message like any other
                await give_code(self._app, session, inbound, tenant, cause)
                return session
        withdraw_words = [each.withdraw_word for each in every]
        heard = meant(text, question.card, question.choices, withdraw_words, to_this=to_this)
        try:
            await self._carry_out(heard, session, inbound, tenant.sending(inbound.channel) or sending, cause)
        except Refused:
            if isinstance(heard, Answers | GivesCode | Withdraws):
                await self._say(text, session, inbound, cause)  # its time is over: then it is a message like any other
                return session
            raise
        return session

    def _in_all_languages(self, channel: Channel) -> list[Messaging]:
        tenant = self._app.tenant
        return [each for code in tenant.languages if (each := tenant.said_in(code).sending(channel)) is not None]

    async def _session(self, inbound: Inbound) -> SessionId:
        """The session of a thread or a sender, as long as that goes on; a new one, in which nobody is known, otherwise."""
        app, correspondent = self._app, self._correspondent(inbound)
        seen = await app.log.read(Query(tag("correspondent", correspondent), (AddressGiven,)))
        before = [one.event for one in seen.events if isinstance(one.event, AddressGiven)]
        # A thread is with one address: whoever answers in it from another one does not take the conversation along.
        mails = inbound.channel is Channel.EMAIL
        found = [each for each in before if each.session == inbound.thread] if mails else before[-1:]
        if found and await self._goes_on(found[-1]):
            return found[-1].session
        seed = inbound.id if mails else str(len(before))
        digest = self._digest(correspondent, seed)
        session, person = SessionId(f"s_{digest}"), PersonId(f"p_{digest}")
        opened = OpenSession(
            session=session,
            person=person,
            channel=inbound.channel,
            secret_digest="",  # nothing has this digest: nobody comes into it over a socket
            source=source_lock(app.control.secret, f"{inbound.channel}:{inbound.sender.casefold()}"),
        )
        given = AddressGiven(
            session=session,
            person=person,
            channel=inbound.channel,
            address=inbound.sender,
            account=inbound.account,
            subject=inbound.subject,
            correspondent=correspondent,
        )
        with suppress(Answered):
            await app.engine.execute(opened, cause=f"session/{session}", extend=_also(given))
        return session

    async def _goes_on(self, given: AddressGiven) -> bool:
        """Whether a conversation is open, or so lately over that an answer reopens it; never after an erasure.

        A number may be somebody else's by then, so who was matched in it is not known in the next one.
        """
        app = self._app
        if (await app.log.read(Query(tag("person", given.person), (PersonErased,)))).events:
            return False
        seen = await app.log.read(Query(tag("session", given.session), SESSION))
        state = reduce(evolve_session, seen.events, SessionState())
        if state.open or state.ended_at is None:
            return True
        return app.clock() - state.ended_at <= app.tenant.on(given.channel).reopen_within

    def _correspondent(self, inbound: Inbound) -> str:
        account = "" if inbound.channel is Channel.EMAIL else inbound.account  # a mail may have several receivers
        return self._digest(inbound.channel, account.casefold(), inbound.sender.casefold())

    async def _asked(self, session: SessionId, inbound: Inbound) -> tuple[Question, bool | None, str]:
        """What stands in a session, whether the message answers just that (None where nobody can tell), and the language."""
        app = self._app
        seen = await app.log.read(Query(tag("session", session), _SESSION))
        sent = [one.event for one in seen.events if isinstance(one.event, MessagesSent)]
        begun = [one.event for one in seen.events if isinstance(one.event, InteractionStarted)]
        if not begun:
            return Question(), None, ""
        standing = await self._standing(begun[-1].interaction)
        question, language = standing.question(), standing.conversation.language
        if not sent or sent[-1].asks != question.name:
            return question, False, language
        if not inbound.answers and inbound.channel is Channel.MESSAGE:
            return question, None, language
        return question, inbound.answers == sent[-1].proposal, language

    async def _standing(self, interaction: InteractionId, events: Sequence[Recorded] | None = None) -> Standing:
        app = self._app
        if events is None:
            events = (await app.log.read(Query(tag("interaction", interaction)))).events
        channel = next(one.event.channel for one in events if isinstance(one.event, InteractionStarted))
        standing = Standing(app.releases.journey, app.tenant.on(channel), Conversation())
        for recorded in events:
            standing.fold(recorded)
        await app.releases.ensure(standing.conversation.release)
        return standing

    async def _carry_out(
        self, heard: Heard, session: SessionId, inbound: Inbound, sending: Messaging, cause: str
    ) -> None:
        engine, taken = self._app.engine, self._taken(session, inbound)
        match heard:
            case Answers(card, yes):
                answer = AnswerConfirmation(
                    proposal=ProposalId(card.proposal), session=session, args_hash=card.args_hash, yes=yes
                )
                await engine.execute(answer, cause=cause, extend=_also(*taken))
            case GivesCode(card, code):
                given = AnswerChallenge(challenge=ChallengeId(card.challenge), session=session, code=code)
                await engine.execute(given, cause=cause, extend=self._told_wrong(sending, inbound.channel, taken))
            case Withdraws(card):
                by = Principal(kind="customer", id=session, roles=("customer",))
                interaction = await self._latest(session)
                withdraw = Withdraw(proposal=ProposalId(card.proposal), interaction=interaction, by=by, session=session)
                await engine.execute(withdraw, cause=cause, extend=_also(*taken))
            case _:
                await self._say(getattr(heard, "text", inbound.text), session, inbound, cause)

    async def _say(self, text: str, session: SessionId, inbound: Inbound, cause: str) -> None:
        posted = MessageId("m_" + hashlib.blake2b(cause.encode(), digest_size=10).hexdigest())
        command = ReceiveMessage(session=session, message=posted, text=text)
        taken = _also(*self._taken(session, inbound))
        try:
            await self._app.engine.execute(command, cause=cause, extend=taken)
        except Refused as refusal:
            if refusal.code != CARRIED:
                raise
            with suppress(Answered):
                await self._app.carrying.come_back(session, f"{cause}/back")
            await self._app.engine.execute(command, cause=cause, extend=taken)

    async def _latest(self, session: SessionId) -> InteractionId:
        seen = await self._app.log.read(Query(tag("session", session), (InteractionStarted,)))
        return next(one.event.interaction for one in reversed(seen.events) if isinstance(one.event, InteractionStarted))

    def _taken(self, session: SessionId, inbound: Inbound) -> tuple[Event, ...]:
        if inbound.channel is not Channel.EMAIL:
            return ()
        return (MailTaken(session=session, person=_person_of(session), mail=inbound.id),)

    def _told_wrong(self, sending: Messaging, channel: Channel, taken: tuple[Event, ...]) -> Any:
        """A wrong code is answered: there is no card that could show it."""
        tenant = self._app.tenant

        async def extend(
            facts: tuple[Event, ...], state: Any, moment: Moment
        ) -> tuple[tuple[Event, ...], tuple[Command, ...]]:
            wrong = next((each for each in facts if isinstance(each, ChallengeFailed) and each.why == "wrong"), None)
            if wrong is None:
                return (*facts, *taken), ()
            said = sending.wrong_code.replace("{left}", str(wrong.attempts_left))
            author = Author("system", "interlock", tenant.title)
            posted = message(wrong.interaction, wrong.person, moment.new_id("m"), author, said, sent_through(channel))
            return (*facts, posted, *taken), ()

        return extend

    def _digest(self, *parts: str) -> str:
        text = "|".join(f"{len(part)}:{part}" for part in parts)
        return hmac.new(self._app.control.secret, f"correspondence|{text}".encode(), hashlib.sha256).hexdigest()[:20]

    # What goes.

    async def send(self, due: Due, command: SendMessages) -> None:
        """Put what was said and not sent into one message, and propose its sending."""
        app, mine = self._app, Query(tag("interaction", command.interaction))
        for _ in range(ATTEMPTS):
            seen = await app.log.read(mine)
            facts = await self._sending(seen.events, due)
            guard = (Query(mine.tag, (MessagePosted, MessagesSent)),) if facts else ()
            try:
                await app.engine.append(
                    facts, cause=due.cause, guard=guard, snapshot=seen.snapshot if guard else "", answers=due.id
                )
            except Conflict:
                continue
            return
        raise Conflict("more was said again and again while it was sent")

    async def _sending(self, events: Sequence[Recorded], due: Due) -> tuple[Event, ...]:
        app = self._app
        started = next((one.event for one in events if isinstance(one.event, InteractionStarted)), None)
        if started is None:
            return ()
        sending = app.tenant.sending(started.channel)
        action = app.definitions.bundle.actions.get(sending.action or "") if sending is not None else None
        gone = {each for one in events if isinstance(one.event, MessagesSent) for each in one.event.messages}
        posted = [one.event for one in events if isinstance(one.event, MessagePosted)]
        fresh = [each for each in posted if each.send is not None and each.message not in gone]
        session = await app.log.read(Query(tag("session", started.session), _SESSION))
        given = next((one.event for one in session.events if isinstance(one.event, AddressGiven)), None)
        if not fresh or sending is None or action is None or given is None or isinstance(given.address, Erased):
            return ()
        standing = await self._standing(started.interaction, events)
        tenant = app.tenant.said_in(standing.conversation.language)
        sending = tenant.sending(started.channel) or sending
        proposal = ProposalId(id_maker(due.cause)("pr"))
        question = standing.question()
        told = [part for each in fresh for part in paragraphs(str(each.text), _card(each))]
        ask = asked(question.card, question.choices, sending, tenant.zone, tenant.language)
        body = _within("\n\n".join(told), LONGEST_BODY - len(ask)) + (f"\n\n{ask}" if ask else "")
        args: dict[str, Any] = {"to": given.address, "account": given.account, "text": body}
        if started.channel is Channel.EMAIL:
            args |= mail_of(tenant, given, proposal, fresh[-1].author, body, [one.event for one in session.events])
        sent = MessagesSent(
            interaction=started.interaction,
            person=started.person,
            session=started.session,
            channel=started.channel,
            messages=tuple(each.message for each in fresh),
            asks=question.name,
            proposal=proposal,
        )
        customer = standing.conversation.customer
        return (sent, proposed_sending(self._app, started, started.channel, action, args, proposal, customer))


def _also(*more: Event) -> Any:
    """Adds facts where there are any, so that they stand or fall together."""

    async def extend(
        facts: tuple[Event, ...], state: Any, moment: Moment
    ) -> tuple[tuple[Event, ...], tuple[Command, ...]]:
        return ((*facts, *more) if facts else facts), ()

    return extend


def _within(text: str, longest: int) -> str:
    return text if len(text) <= longest else f"{text[:longest]} […]"


def _card(posted: MessagePosted) -> Card | None:
    return posted.card if isinstance(posted.card, Card) else None


def _person_of(session: SessionId) -> PersonId:
    """The person who was made together with a session of a sender."""
    return PersonId("p_" + session.removeprefix("s_"))
