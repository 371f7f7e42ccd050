"""What is said where no journey has words of its own: in the chat, on the phone, in a text message, in a mail?"""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, ClassVar, Final

import msgspec
from msgspec import Meta

from interlock.kernel.documents import Duration
from interlock.vocabulary.channels import Channel

Words = Annotated[str, Meta(min_length=1, max_length=1000)]
ActionName = Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*$", examples=["shop.match_customer"])]


def _of(**parts: int) -> Duration:
    return Duration(timedelta(**parts))


class Texts(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the virtual agent says where no journey has words of its own. ``{about}`` is the journey spoken of.

    ``{done}`` in ``recap`` is what was done in the interaction; ``{where}`` in ``carried_away`` and ``carried_on`` is
    ``in_chat``, ``by_phone``, ``by_message`` or ``by_email``; ``{answer}`` is what an article says, ``{title}`` its title;
    ``{language}`` in ``language_changed`` is the language that is gone on in, ``{others}`` how one asks for another one;
    ``{languages}`` in ``language_not_spoken`` are those that there are texts in.
    """

    clarify: Words = "I am not sure that I understood. What is it about?"
    offer_human: Words = "I still cannot tell what you need. Shall I put you through to a person?"
    goodbye: Words = "Thank you for writing. Take care."
    anything_else: Words = "Is there anything else I can do for you?"
    go_on: Words = "What can I do for you?"
    back_to: Words = "Back to {about}."
    handed_back: Words = "I am here again, the automatic assistant."
    cancelled: Words = "All right, I have stopped that. Nothing was changed."
    nothing_to_cancel: Words = "There is nothing running that I would have to stop."
    not_understood: Words = "I did not find that in your message."
    corrected: Words = "Thank you, I have noted the change."
    too_late: Words = "That has been carried out already, so I cannot change it any more."
    recap: Words = "This has been done: {done}."
    recap_nothing: Words = "I have not changed anything so far."
    gone_back: Words = "All right, back to the question before."
    nothing_before: Words = "There is no question before this one that I could go back to."
    one_moment: Words = "One moment please, I am still on it."
    use_confirm_card: Words = (
        "To go ahead, please press the button on the card. If something is wrong on it, press Decline."
    )
    use_decline_button: Words = (
        "Nothing has happened yet. Please press Decline on the card, and I will leave it at that."
    )
    use_code_card: Words = "Please enter the six digits from our mail in the card, or just send them here."
    code_not_sent: Words = "I am sorry, our code could not be sent to you, so please do not wait for it."
    match_failed: Words = (
        "I could not find an order with that number and that e-mail address together. Please check both."
    )
    no_reason: Words = "I cannot do that here."
    done_without_details: Words = "That has been done. I cannot show you the details just now."
    still_there: Words = "Are you still there?"
    go_on_elsewhere: Words = (
        "If you would rather go on by phone, or in another browser, choose 'Go on elsewhere' below: I keep what we have"
        " so far."
    )
    ended_for_silence: Words = "I have closed this chat for now. Just write when you need us again."
    confirm_ask: Words = "Please check this, and confirm if it is right."
    confirm_yes: Words = "Confirm"
    confirm_no: Words = "Decline"
    confirm_title: Words = "Please confirm"
    receipt_title: Words = "Done"
    counter_ask: Words = "A colleague has looked at it and offers you this instead. Please confirm it if you agree."
    wait_ask: Words = (
        "This cannot be done yet. I will see to it by myself when its time has come; you need not wait here."
    )
    wait_withdraw: Words = "Withdraw"
    language_changed: Words = "We go on in {language}. If you want another language, just write: {others}"
    language_not_spoken: Words = "I am sorry, here I can only write in {languages}."
    carried_away: Words = "We go on {where} now."
    carried_on: Words = "I have what we talked about {where}, so we go on from there."
    still_decided: Words = "What waits to be decided goes its way; you need not ask for it again."
    in_chat: Words = "in the chat"
    by_phone: Words = "by phone"
    by_message: Words = "by text message"
    by_email: Words = "by e-mail"
    answer: Words = "{answer}"
    source: Words = "From our article “{title}”"
    human_label: Words = "Talk to a person"
    yes: Words = "Yes"
    no: Words = "No"

    def where(self, channel: Channel) -> str:
        """What a channel is called to a customer, as the place where a conversation goes on."""
        called = {Channel.VOICE: self.by_phone, Channel.MESSAGE: self.by_message, Channel.EMAIL: self.by_email}
        return called.get(channel, self.in_chat)


SPOKEN_ABOUT: Final = {
    "press": ("{label}", "{key}"),
    "read_back": ("{what}",),
    "instead_of": ("{what}",),
    "wrong_code": ("{left}",),
    "waits_until": ("{what}", "{until}"),
    "joined": ("{name}",),
    "answer": ("{answer}",),
}
"""What has to stand in a text for the phone: without it, nobody would hear what it is about."""


class Voice(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is said on the phone: in the place of a text of the same name, since nothing is written or pressed on a card
    there; and what only a phone says. What stands in braces is filled in.
    """

    greeting: Words = "Hello."
    machine_notice: Words = "You are speaking with an automatic assistant, a machine."
    goodbye: Words = "Thank you for calling. Goodbye."
    go_on: Words = "What can I do for you?"
    not_understood: Words = "I did not catch that."
    use_confirm_card: Words = "Nothing has happened yet. I need a clear yes or no to what I read to you."
    use_decline_button: Words = "Nothing has happened yet. If you want to leave it, say no."
    use_code_card: Words = "I am still waiting for the six digits from our mail."
    ended_for_silence: Words = "I do not hear you any more, so I end this call. Please call again when you need us."
    confirm_ask: Words = "Please listen to what I would do."
    counter_ask: Words = "A colleague has looked at it and offers you this instead."
    wait_ask: Words = "This cannot be done yet. I will see to it by myself when its time has come."
    answer: Words = "{answer} That is from our article {title}."
    keys: Words = "At any time, press 0 for a person, or star to hear something again."
    press: Words = "For {label}, press {key}."
    more: Words = "more choices"
    read_back: Words = "I would do this: {what}."
    instead_of: Words = "It stands in place of this: {what}."
    confirm: Words = "To confirm, press 1 or say yes. To leave it, press 2 or say no."
    code: Words = "Please enter the six digits on the keypad."
    wrong_code: Words = "That is not the code that we sent. Tries left: {left}."
    digits: Words = "You can say it, or enter the digits on the keypad and then the hash key."
    waits_until: Words = "Until {until}, this waits: {what}."
    withdraw: Words = "To withdraw it, press 1."
    not_heard: Words = "I am not sure that I heard you right."
    unknown_key: Words = "That key means nothing here."
    person: Words = "I would like to talk to a person."
    hold: Words = "Please stay on the line. I am looking for a colleague."
    joined: Words = (
        "{name} has your call now and writes to you. I read out what {name} writes, and pass on what you say."
    )

    def __post_init__(self) -> None:
        """Refuses a text that leaves out what it is about. Raises ValueError."""
        for name, parts in SPOKEN_ABOUT.items():
            for part in parts:
                if part not in getattr(self, name):
                    raise ValueError(f"'{name}' does not say {part}; write it where it belongs in the sentence")


WRITTEN_ABOUT: Final = {
    "press": ("{label}", "{number}"),
    "read_back": ("{what}",),
    "instead_of": ("{what}",),
    "confirm": ("{number}",),
    "wrong_code": ("{left}",),
    "waits_until": ("{what}", "{until}"),
    "carry_code": ("{code}", "{until}"),
}
"""What has to stand in a text of a channel that is sent: without it, nobody could answer."""


class Messaging(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Text messages (SMS, WhatsApp and the like): what sends them, how long is waited, and what is written there in the
    place of a text of the same name, since there are no buttons. What stands in braces is filled in.

    Attributes:
        action: the action that sends one: it takes ``to``, ``account`` and ``text``. Without it the channel is closed.
        collect: for how long what is said is collected, so that one turn is one message.
        quiet_for: how long a customer may say nothing until the interaction ends, without a word.
        reopen_within: how long after its end an answer reopens it.
        confirm_ttl: how long a confirmation can be given, and how long it and a code that was given count for it.
        challenge_ttl: how long a one-time code can be given.
    """

    gives: ClassVar[tuple[str, ...]] = ("to", "account", "text")
    """What the action is given."""

    action: ActionName | None = None
    collect: Duration = _of(seconds=2)
    quiet_for: Duration = _of(hours=24)
    reopen_within: Duration = _of(hours=24)
    confirm_ttl: Duration = _of(hours=24)
    challenge_ttl: Duration = _of(hours=1)
    not_understood: Words = "I did not find that in your message."
    use_confirm_card: Words = "Nothing has happened yet. I need the word with its number, so that nothing is mistaken."
    use_decline_button: Words = "Nothing has happened yet. If you want to leave it, answer NO."
    use_code_card: Words = "I am still waiting for the six digits from our mail."
    confirm_ask: Words = "This is what I would do."
    counter_ask: Words = "A colleague has looked at it and offers you this instead."
    wait_ask: Words = "This cannot be done yet. I will see to it by myself when its time has come."
    press: Words = "{number}: {label}"
    choose: Words = "Answer with the number, or in your own words."
    read_back: Words = "{what}"
    instead_of: Words = "It stands in place of this: {what}"
    confirm: Words = "Answer YES {number} to confirm, or NO to leave it."
    code: Words = "Answer with the six digits."
    wrong_code: Words = "That is not the code that we sent. Tries left: {left}."
    waits_until: Words = "Until {until}, this waits: {what}"
    withdraw: Words = "Answer WITHDRAW if you no longer want it."
    withdraw_word: Words = "withdraw"
    carry_word: Words = "go on elsewhere"
    carry_code: Words = (
        "Your code to go on by phone or in the chat is {code}. On the phone, press # and then these digits; in the chat, choose"
        " 'I have a code'. It is good once, until {until}. Nobody of us will ever ask you to tell it."
    )

    def __post_init__(self) -> None:
        """Refuses a text that leaves out what it is about. Raises ValueError."""
        for name, parts in WRITTEN_ABOUT.items():
            for part in parts:
                if part not in getattr(self, name):
                    raise ValueError(f"'{name}' does not say {part}; write it where it belongs in the sentence")


class Email(Messaging, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """E-mail: the same, and what only a mail has.

    Attributes:
        action: the action that sends one: it takes ``to``, ``account``, ``subject``, ``text``, ``message_id``,
            ``in_reply_to`` and ``references``. Without it the channel is closed.
        above: the line above which an answer is written; what stands below it in an answer is not read.
        subject: of a mail that answers one without a subject.
    """

    gives: ClassVar[tuple[str, ...]] = (
        *Messaging.gives,
        "subject",
        "message_id",
        "in_reply_to",
        "references",
    )

    collect: Duration = _of(seconds=10)
    quiet_for: Duration = _of(days=14)
    reopen_within: Duration = _of(days=30)
    confirm_ttl: Duration = _of(days=3)
    challenge_ttl: Duration = _of(hours=24)
    opening: Words = "Hello,"
    closing: Words = "Kind regards"
    signed: Words = "{name}, {title}"
    signed_by_machine: Words = "{name}, the automatic assistant of {title}"
    above: Words = "--- Please write your answer above this line ---"
    subject: Words = "Your message"
