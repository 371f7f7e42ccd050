"""A customer who writes text messages and one who writes mails: they read what was sent, and answer by number and word."""

from __future__ import annotations

import re
from datetime import timedelta
from email.message import EmailMessage
from email.policy import SMTP

from interlock.control.actions import all_args
from interlock.runtime.app import App
from interlock.runtime.incoming_mail import read_mail
from interlock.runtime.mailing import Inbound
from interlock.simulation.centre import Centre
from interlock.vocabulary.channels import Channel
from interlock.vocabulary.ids import SessionId
from interlock.vocabulary.proposals import ActionProposed, EffectSucceeded
from tests.simulation.caller import mailed_code

LONG_ENOUGH = timedelta(minutes=1)
"""Longer than what is said is collected for."""

NUMBER, SERVICE_NUMBER = "+4915112345678", "+4942100000"
ADDRESS, SERVICE = "eva@example.com", "service@kettle-crane.example"


class Texter:
    """The customer who writes text messages.

    Attributes:
        session: her session, once she has written.
    """

    action = "mail.text"

    def __init__(self, centre: Centre, sender: str = NUMBER) -> None:
        self.centre = centre
        self.sender = sender
        self.session = SessionId("")
        self._sent = 0

    async def begin(self) -> None:
        """There is nothing to open: the first message does."""

    @property
    def got(self) -> list[dict[str, str]]:
        """What was really sent to her, oldest first."""
        done = {one.event.proposal for one in self.centre.events(EffectSucceeded)}  # type: ignore[attr-defined]
        proposed = (one.event for one in self.centre.events(ActionProposed))
        sent = (each for each in proposed if isinstance(each, ActionProposed) and each.action == self.action)
        args = [
            {**all_args(each.args, each.private_args), "proposal": each.proposal}
            for each in sent
            if each.proposal in done
        ]
        return [each for each in args if each["to"] == self.sender]

    @property
    def last(self) -> str:
        """The text that she got last."""
        return self.got[-1]["text"]

    async def say(self, text: str, *, again: bool = False) -> None:
        """Write, and wait until the answer has come; ``again``: the provider tells of the last one once more."""
        self._sent += not again
        inbound = self._inbound(text)

        async def work(app: App) -> None:
            self.session = await app.correspondence.receive(inbound)

        await self.centre.insist(work)
        await self._answered()

    async def _answered(self) -> None:
        await self.centre.pass_time(LONG_ENOUGH)

    def _inbound(self, text: str) -> Inbound:
        return Inbound(Channel.MESSAGE, f"sms-{self._sent}", self.sender, SERVICE_NUMBER, text)

    async def number(self, order: str) -> None:
        """Write an order's number."""
        await self.say(order)

    async def pick(self, label: str) -> None:
        """Write the number of a choice; where none is offered yet, its words."""
        found = re.search(rf"^(\d+): {re.escape(label)}$", self.last, re.MULTILINE) if self.got else None
        await self.say(found[1] if found else label)

    async def answer(self, yes: bool) -> None:
        """Write the word, with its number where it is a yes."""
        number = re.search(r"YES (\d{3})", self.last)
        assert number is not None, self.last
        await self.say(f"Yes {number[1]}" if yes else "No.")

    async def code(self) -> None:
        """Type the code."""
        await self.say(mailed_code(self.centre))


class Mailer(Texter):
    """The customer who writes mails: each answers the last one that she got, which it quotes, and is signed."""

    action = "mail.answer"

    def __init__(self, centre: Centre, sender: str = ADDRESS) -> None:
        super().__init__(centre, sender)

    def mail(self, text: str, **headers: str) -> EmailMessage:
        """A mail of hers."""
        mail = EmailMessage(policy=SMTP)
        mail["From"], mail["To"] = f"Eva Lindqvist <{self.sender}>", SERVICE
        mail["Message-ID"] = f"<{self._sent}.{len(self.sender)}@mail.example>"
        quoted = ""
        if self.got:
            before = self.got[-1]
            mail["Subject"], mail["In-Reply-To"] = before["subject"], before["message_id"]
            mail["References"] = f"{before['references']} {before['message_id']}"
            quoted = "\n\nOn Mon, 2 Nov 2026 at 09:00, Kettle & Crane wrote:\n" + "\n".join(
                f"> {line}" for line in before["text"].splitlines()
            )
        else:
            mail["Subject"] = "A question"
        for name, value in headers.items():
            mail[name.replace("_", "-")] = value
        mail.set_content(f"{text}\n\nKind regards\nEva{quoted}")
        return mail

    def _inbound(self, text: str) -> Inbound:
        read = read_mail(self.mail(text).as_bytes())
        assert read.ignored is None
        return read.inbound
