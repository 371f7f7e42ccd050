"""Matters with a way of their own at any point of a conversation: complaint, abuse, data-subject request, legal, distress."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Final, Literal, get_args

import msgspec
from msgspec import Meta

from interlock.kernel.documents import Misread, did_you_mean
from interlock.kernel.events import Command, Event, PersonalText
from interlock.kernel.template import Template
from interlock.vocabulary.ids import CustomerId, InteractionId, MessageId, PersonId, RunId, StaffId, tags

Matter = Literal["vulnerable", "legal", "data_request", "complaint", "abuse"]
MATTERS: Final[tuple[Matter, ...]] = get_args(Matter)
"""In the order in which they count where a message has several of them."""

TITLES: Final[dict[str, str]] = {
    "vulnerable": "Vulnerable customer",
    "legal": "Legal matter",
    "data_request": "Data-subject request",
    "complaint": "Complaint",
    "abuse": "Abuse",
}
"""What people read."""

Mark = Literal["taken", "settled", "reopened"]
"""What a person does with a matter."""

CARRIED: Final = "carried"
"""The rule of a matter that was recognised before, in the interaction that this one carries on."""

STOPPING: Final = frozenset({"vulnerable", "legal"})
"""Matters at which automation steps aside: what it was asking before, it does not come back to."""

QueueRef = Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_]{0,63}\Z", examples=["care"])]
Words = Annotated[str, Meta(min_length=1, max_length=1000)]

FILLED: Final = ("reference", "due")
"""What can stand in braces in a text for these matters."""


class MatterRecognised(Event, frozen=True, kw_only=True):
    """A customer's message was recognised as such a matter, by a rule or by a model; who has the interaction does not count."""

    interaction: InteractionId
    person: PersonId
    message: MessageId
    matter: Matter
    kind: str = ""
    """What of it: ``erasure``, ``self_harm``, ``court`` … Empty where that is not known."""
    rule: str = ""
    """The rule that recognised it; empty where a model suggested it, which ``model`` names."""
    model: str = ""

    def tags(self) -> tuple[str, ...]:
        return tags(interaction=self.interaction, matters="all")


class MatterRecorded(Event, frozen=True, kw_only=True):
    """A matter was put on record, so that somebody can be held to it.

    The time of a data-subject request is one month from its receipt: GDPR Art. 12(3). It is counted as Regulation (EEC,
    Euratom) 1182/71 Art. 3 has it, without its extension over weekends and holidays.
    """

    interaction: InteractionId
    person: PersonId
    customer: CustomerId
    level: int
    """How sure we were who it is (see Assurance), when it was recorded."""
    matter: Matter
    kind: str
    reference: str
    """What the customer was told to name it by."""
    due: date | None = None
    """The last day on which it has to be answered; None where no law sets one."""
    run: RunId = RunId("")

    def tags(self) -> tuple[str, ...]:
        return tags(interaction=self.interaction, customer=self.customer, matters="all")


class MatterMarked(Event, frozen=True, kw_only=True):
    """A person took a matter on, settled it, or opened it again."""

    interaction: InteractionId
    person: PersonId
    customer: CustomerId
    matter: Matter
    kind: str
    mark: Mark
    by: StaffId
    note: PersonalText = ""

    def tags(self) -> tuple[str, ...]:
        return tags(interaction=self.interaction, customer=self.customer, staff=self.by, matters="all")


class MarkMatter(Command, frozen=True, kw_only=True):
    """Take a matter of an interaction on, settle it, or open it again; ``kind`` as it is on record."""

    interaction: InteractionId
    matter: str
    kind: str
    mark: Mark
    by: StaffId
    note: str = ""

    def lane(self) -> str:
        return self.interaction


def in_a_month(day: date) -> date:
    """The last day of a period of one month that a day sets going: the same date, or the month's last day if it has none.

    Source: Regulation (EEC, Euratom) 1182/71, Art. 3(2)(c).
    """
    year, month = (day.year + 1, 1) if day.month == 12 else (day.year, day.month + 1)
    for number in (day.day, 30, 29):
        try:
            return date(year, month, number)
        except ValueError:
            continue
    return date(year, month, 28)


class MatterTexts(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the default journeys for these matters say.

    ``{reference}`` is what a recorded matter is named by, ``{due}`` the day on which it has to be answered.

    Attributes:
        help: where somebody in danger finds help at once, such as the number for emergencies; a tenant should set it.
    """

    help: Words = (
        "If you or somebody else is in danger, please call the emergency services now. In the EU that is 112, "
        "and in the US 911, or 988 for the suicide and crisis line."
    )
    vulnerable: Words = "Thank you for telling me. I am sorry that things are so hard for you now."
    vulnerable_person: Words = (
        "I am a machine, and you deserve a person. I am looking for one of my colleagues for you now."
    )
    vulnerable_nobody: Words = (
        "I am sorry, none of my colleagues is there just now. You can write or call at any time, and nothing will be "
        "asked of you here until then."
    )
    vulnerable_money: Words = "I leave that to my colleagues, who will look at it together with you."
    legal: Words = (
        "Thank you for telling me. I am an automatic assistant and cannot say anything about this. My colleagues can."
    )
    legal_nobody: Words = (
        "None of my colleagues is there just now. What you wrote is on record under the reference {reference}."
    )
    complaint: Words = (
        "I am sorry that we let you down. Your complaint is on record now, and its reference is {reference}."
    )
    complaint_person: Words = "Would you like to talk to one of my colleagues about it?"
    complaint_again: Words = "Shall I look for a colleague who talks to you about it? Yes or no is enough."
    complaint_hand_over: Words = "All right. Let me see whether one of my colleagues is free."
    complaint_nobody: Words = "None of my colleagues is there just now. Your complaint stays on record as {reference}."
    complaint_done: Words = (
        "As you like. You can come back to it at any time; please name the reference {reference} then."
    )
    data_request: Words = (
        "Your request about your personal data is on record now, and its reference is {reference}. By law it has to be "
        "answered by {due}."
    )
    data_request_kind: Words = (
        "What would you like: to see the data that we have about you, to have it corrected, or deleted?"
    )
    data_request_again: Words = "Please say one of these: see my data, correct my data, or delete my data."
    data_request_hand_over: Words = (
        "My colleagues deal with such requests, not I. Let me see whether one of them is free."
    )
    data_request_nobody: Words = (
        "None of my colleagues is there just now. Nothing has been changed yet, and the request stays on record as "
        "{reference}."
    )
    abuse_warning: Words = (
        "I want to help you, and I ask you to stay polite. If it goes on like this, I have to end here."
    )
    abuse_end: Words = (
        "I asked you to stay polite, so I end our conversation here. You are welcome to come back to us later."
    )
    abuse_hand_over: Words = "I asked you to stay polite. I pass this on to a colleague now."

    def __post_init__(self) -> None:
        """Refuses a brace without its other, and what is never filled in. Raises ValueError."""
        for name in self.__struct_fields__:
            try:
                found = Template.compile(getattr(self, name))
            except Misread as wrong:
                raise ValueError(f"'{name}': {wrong.what}; {wrong.mend}") from None
            for part in found.references:
                if part.path not in FILLED:
                    mend = did_you_mean(part.path, FILLED) or "write {reference} or {due}"
                    raise ValueError(f"'{name}' has {{{part.path}}}, which nothing fills in; {mend}")


class MatterSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a tenant has decided about these matters.

    Attributes:
        queue: where the default journeys hand them over to; the human journey's queue where none is named.
        queues: the queue of one of them, by its name.
        off: those that are not recognised.
        after_warning: what comes of abuse after one warning: the end of the conversation, or a person.
        texts: what the default journeys say.
    """

    queue: QueueRef | None = None
    queues: dict[Matter, QueueRef] = {}
    off: tuple[Matter, ...] = ()
    after_warning: Literal["end", "hand_over"] = "end"
    texts: MatterTexts = MatterTexts()


def words_of(matter: str, kind: str) -> str:
    """A matter in words, for people: *Data-subject request: erasure*."""
    title = TITLES.get(matter, matter)
    return f"{title}: {kind.replace('_', ' ')}" if kind else title


def known(name: str) -> Any:
    """The matter of that name; None where there is none."""
    return name if name in MATTERS else None
