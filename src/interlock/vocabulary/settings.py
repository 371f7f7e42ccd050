"""What has a tenant decided about itself: names, times, limits, words, and how customers are matched?"""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Any, Final, Literal
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Meta

from interlock.kernel.cel import Expression
from interlock.kernel.documents import Duration
from interlock.vocabulary.channels import Channel
from interlock.vocabulary.hours import Hours, QuietHours
from interlock.vocabulary.matters import MatterSettings
from interlock.vocabulary.outcomes import Resolution
from interlock.vocabulary.suggestions import AssistSettings
from interlock.vocabulary.texts import ActionName, Email, Messaging, Texts, Voice, Words

Name = Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_]{0,63}$", examples=["talk_to_human"])]

Understanding = Literal["words", "minilm"]
MAX_MESSAGE_CHARACTERS: Final = 4000
"""Characters of one message, from whomever."""


def _of(**parts: int) -> Duration:
    return Duration(timedelta(**parts))


class Silence(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """After how long without a word a customer is asked whether she is still there, and how long she has to answer."""

    warn_after: Duration = _of(minutes=3)
    end_after: Duration = _of(minutes=2)


AT_WRAP_UP: Final = ("done", "not_done", "waits", "ended", "unanswered")
"""What a disposition's condition can look at: the actions that were done, not done, or wait; the outcomes of journeys; whether
the last word was an agent's."""


class Disposition(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One of the answers to *how did it go* that an agent picks at wrap-up, and what it says about the matter.

    Attributes:
        when: a CEL condition; the first disposition whose condition holds is suggested. It can look at `AT_WRAP_UP`.
    """

    value: Name
    label: Words
    resolution: Resolution = "unknown"
    when: Expression | None = None

    def __post_init__(self) -> None:
        """Refuses a condition on something else. Raises ValueError."""
        for reference in self.when.references if self.when is not None else ():
            if reference.path not in AT_WRAP_UP:
                raise ValueError(f"'{reference.path}' is not known at wrap-up; known are {', '.join(AT_WRAP_UP)}")


class Verification(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A way to match a customer by something known: an action, the slots that its arguments come from, what it answers.

    Attributes:
        args: the slot that each argument of the action is filled with.
        customer: the field of the answer that holds the customer's identifier.
        name: the field of the answer that holds the name, if there is one.
    """

    action: ActionName
    args: dict[str, Name]
    customer: str = "customer_id"
    name: str = "name"


class Publishing(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How many others approve a version that changes more than journeys, queues, cases and scenarios, and with which role."""

    approvals: Annotated[int, Meta(ge=0, le=3)] = 0
    role: Literal["agent", "supervisor", "admin"] = "admin"


class Answering(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """When the virtual agent answers from an article.

    Attributes:
        surer_than: how sure it has to be at least that a passage answers, from 0 to 1; at 1 it never does.
    """

    surer_than: Annotated[float, Meta(ge=0, le=1)] = 0.6


class TenantSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Everything that ``tenant.yaml`` says.

    Attributes:
        understanding: what the built-in model looks at in a sentence: its ``words``, or its meaning as well, which needs the
            extra ``interlock[minilm]`` on every node.
        hours: the business hours, for rules (``context.time.open``) and the remedy ``wait:open``; always open without any.
        quiet_hours: when nobody is written to unasked, by a trigger or a reminder, in the time zone of ``timezone`` or of the
            customer; at no time without any.
        consent_purposes: what customers can agree to be written to about, by name and in words.
        unanswered_after: how long a conversation that a trigger began waits for the customer before it ends.
        reopen_within: how long after its end a message reopens an interaction instead of beginning a new one.
        offer_timeout: how long an agent may take to answer an offer before the next one is asked.
        short_abandon: who leaves a queue within this time did not really wait.
        confirm_ttl: how long a confirmation card can be answered, and how long the yes counts.
        challenge_ttl: how long a one-time code can be given.
        challenge_attempts: wrong codes after which a challenge is locked.
        step_up_ttl: how long a code that was given counts.
        approval_ttl: how long an approver has.
        address_cooling: for how long after a change of address codes still go to the one before.
        max_code_failures: wrong codes for one customer within a day, in whatever sessions, after which none is sent.
        max_source_failures: failed matches within a day from one network address, in whatever sessions, after which none is
            tried from there.
        max_details_failures: the same for one order number, e-mail address or whatever else is matched by.
        max_match_failures: failed matches after which a session cannot match any more.
        match_tries: failed matches after which a journey gives up asking.
        slot_tries: answers without what was asked for after which the branch ``no_match`` is taken.
        effect_lease: how long a node may take for one call before another one looks what happened.
        human_journey: the journey that begins when a customer asks for a person.
        defaults: the branches that all journeys share, and their ``slots``; journeys read and check them.
        menu: the journeys that are offered as buttons, in this order; all of them where none is named.
        code_action: the action that sends a one-time code.
        carry_action: the action that mails a code and a link to go on elsewhere with, to the registered address alone: it
            takes ``to``, ``code`` and ``link``. Without it that is not offered.
        matters: complaints, abuse, data-subject requests, legal matters, vulnerable customers: who gets them, what is said.
        publish: who else has to approve a new version; ``approvals: 0`` asks nobody.
        knowledge: when the virtual agent answers from an article.
        assist: what is suggested to agents.
        messaging: what sends text messages, and what is written there.
        email: the same for e-mail.
    """

    tenant: Name = "tenant"
    title: Words = "Interlock"
    timezone: str = "UTC"
    currency: Annotated[str, Meta(pattern=r"^[A-Z]{3}$", examples=["EUR"])] = "EUR"
    language: Literal["en"] = "en"
    understanding: Understanding = "words"
    assistant: Words = "Assistant"
    greeting: Words = "Hello! How can we help?"
    machine_notice: Words = (
        "You are talking to an automatic assistant, a machine. You can ask for a person at any time."
    )
    hours: Hours | None = None
    quiet_hours: QuietHours | None = None
    consent_purposes: dict[Name, Words] = {}
    unanswered_after: Duration = _of(days=3)
    silence: Silence = Silence()
    reopen_within: Duration = _of(hours=24)
    offer_timeout: Duration = _of(seconds=30)
    short_abandon: Duration = _of(seconds=5)
    confirm_ttl: Duration = _of(minutes=30)
    challenge_ttl: Duration = _of(minutes=10)
    challenge_attempts: Annotated[int, Meta(ge=1, le=10)] = 3
    step_up_ttl: Duration = _of(minutes=15)
    approval_ttl: Duration = _of(days=3)
    address_cooling: Duration = _of(days=3)
    max_code_failures: Annotated[int, Meta(ge=1, le=100)] = 10
    max_source_failures: Annotated[int, Meta(ge=1, le=1000)] = 30
    max_details_failures: Annotated[int, Meta(ge=1, le=1000)] = 10
    max_match_failures: Annotated[int, Meta(ge=1, le=50)] = 5
    match_tries: Annotated[int, Meta(ge=1, le=10)] = 3
    slot_tries: Annotated[int, Meta(ge=1, le=10)] = 3
    effect_lease: Duration = _of(seconds=30)
    human_journey: Name = "talk_to_human"
    menu: tuple[Name, ...] = ()
    code_action: ActionName = "mail.send_code"
    carry_action: ActionName | None = None
    publish: Publishing = Publishing()
    knowledge: Answering = Answering()
    assist: AssistSettings = AssistSettings()
    verification: dict[Name, Verification] = {}
    dispositions: tuple[Disposition, ...] = ()
    texts: Texts = Texts()
    voice: Voice = Voice()
    messaging: Messaging = Messaging()
    email: Email = Email()
    matters: MatterSettings = MatterSettings()
    defaults: dict[str, Any] = {}
    slots: dict[str, Any] = {}

    def __post_init__(self) -> None:
        """Refuses a time zone that nobody knows. Raises ValueError."""
        try:
            ZoneInfo(self.timezone)
        except (KeyError, ValueError, OSError):
            raise ValueError(f"'{self.timezone}' is no time zone; write for example Europe/Berlin") from None

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages that customers can be spoken to in (ISO 639-1), the tenant's own first."""
        return (self.language,)

    def said_in(self, language: str) -> TenantSettings:
        """These settings with the texts of a language; with the tenant's own where there are none in it."""
        return self

    def told(self, reason: str) -> str:
        """What a rule tells customers, in the language of these settings."""
        return reason

    def on(self, channel: Channel) -> TenantSettings:
        """These settings with the texts of a channel."""
        own = self.voice if channel is Channel.VOICE else self.sending(channel)
        if own is None:
            return self
        fields = own.__struct_fields__
        texts = msgspec.structs.replace(
            self.texts, **{name: getattr(own, name) for name in fields if name in Texts.__struct_fields__}
        )
        whole = ("greeting", "machine_notice", "reopen_within")
        return msgspec.structs.replace(
            self, texts=texts, **{name: getattr(own, name) for name in whole if name in fields}
        )

    def sending(self, channel: Channel) -> Messaging | None:
        """How it is sent in a channel; None where nothing is."""
        return {Channel.MESSAGE: self.messaging, Channel.EMAIL: self.email}.get(channel)

    @property
    def own_actions(self) -> frozenset[str]:
        """The actions that carry the conversation itself: they send a code, a link, a text message, a mail."""
        named = (self.code_action, self.carry_action, self.messaging.action, self.email.action)
        return frozenset(each for each in named if each is not None)

    @property
    def zone(self) -> ZoneInfo:
        """The tenant's own time zone."""
        return ZoneInfo(self.timezone)


class InLanguages(TenantSettings, frozen=True, forbid_unknown_fields=True):
    """The same settings, and what they say in other languages; no file is read as this.

    Attributes:
        others: the whole settings with translated texts, by language (ISO 639-1).
        reasons: what rules tell customers, translated.
    """

    others: dict[str, TenantSettings] = {}
    reasons: dict[str, str] = {}

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages that customers can be spoken to in (ISO 639-1), the tenant's own first."""
        return (self.language, *self.others)

    def said_in(self, language: str) -> TenantSettings:
        """These settings with the texts of a language; with the tenant's own where there are none in it."""
        return self.others.get(language, self)

    def told(self, reason: str) -> str:
        """What a rule tells customers, in the language of these settings."""
        return self.reasons.get(reason, reason)
