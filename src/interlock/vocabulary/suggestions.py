"""Suggestions to the agent who has an interaction: which were shown, what became of each, and what a tenant wants of them."""

from __future__ import annotations

from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta

from interlock.kernel.cel import Expression
from interlock.kernel.cel import compile as compiled
from interlock.kernel.documents import did_you_mean
from interlock.kernel.events import Command, Event
from interlock.vocabulary.ids import InteractionId, MessageId, StaffId, tags
from interlock.vocabulary.texts import Words

Kind = Literal["article", "action", "step", "reply", "tip"]
"""A passage of an article, an action with what the gate would say, what a journey would do next, a draft, a private tip."""

Answer = Literal["taken", "edited", "dismissed"]
"""What an agent did with a suggestion; one with which he did nothing was ignored."""


class Shown(msgspec.Struct, frozen=True, omit_defaults=True):
    """One suggestion as it was shown; only names and numbers, nothing that anybody wrote.

    Attributes:
        of: the article, action, journey, tip or model that it comes from; ``version`` of an article.
        score: how sure its source was, from 0 to 1; ``confidence`` is the same after what agents did with such ones before.
        about: the message that it is about; empty where it is about the whole interaction.
        verdict: what the gate would say to an action: ``allowed``, ``needs``, ``denied``, or ``open`` where something is missing.
    """

    suggestion: str
    kind: Kind
    of: str
    score: float
    confidence: float
    about: MessageId = MessageId("")
    version: int = 0
    verdict: str = ""


class SuggestionsShown(Event, frozen=True, kw_only=True):
    """Suggestions stood on the desk of the agent who has the interaction, for the first time."""

    interaction: InteractionId
    agent: StaffId
    suggestions: tuple[Shown, ...]

    def tags(self) -> tuple[str, ...]:
        return tags(interaction=self.interaction)


class SuggestionAnswered(Event, frozen=True, kw_only=True):
    """The agent took a suggestion as it was, changed it first, or did not want it; ``after_ms`` since it was shown."""

    interaction: InteractionId
    agent: StaffId
    suggestion: str
    how: Answer
    after_ms: int

    def tags(self) -> tuple[str, ...]:
        return tags(interaction=self.interaction)


class ShowSuggestions(Command, frozen=True, kw_only=True):
    """Record which suggestions an agent sees."""

    interaction: InteractionId
    agent: StaffId
    suggestions: tuple[Shown, ...]

    def lane(self) -> str:
        return self.interaction


class AnswerSuggestion(Command, frozen=True, kw_only=True):
    """Record what an agent did with a suggestion."""

    interaction: InteractionId
    agent: StaffId
    suggestion: str
    how: Answer

    def lane(self) -> str:
        return self.interaction


AT_TIP: Final = ("matters", "matched", "level", "channel", "promises", "contacts", "done", "not_done", "waits", "ended")
"""What a tip's condition can look at: what was recognised; whether the customer is matched, and how sure that is; open promises;
interactions within a week, this one included; actions that were done, not done, or wait; outcomes of journeys."""


class Tip(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A hint that the agent alone sees.

    Attributes:
        tip: its name, by which is counted how often it helped.
        when: a CEL condition. It can look at `AT_TIP`.
    """

    tip: Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_]{0,63}$", examples=["verify_first"])]
    when: Expression
    text: Words

    def __post_init__(self) -> None:
        """Refuses a condition on something else. Raises ValueError."""
        for reference in self.when.references:
            if reference.path not in AT_TIP:
                mend = did_you_mean(reference.path, AT_TIP) or f"known are {', '.join(AT_TIP)}"
                raise ValueError(f"'{reference.path}' is nothing that a tip can look at; {mend}")


TIPS: Final = (
    Tip(
        "distress",
        compiled("'vulnerable' in matters"),
        "The customer may be in distress: say first what can be done, leave time for it, and promise nothing in a hurry.",
    ),
    Tip(
        "complaint",
        compiled("'complaint' in matters"),
        "This is a complaint: say what happens with it, and until when.",
    ),
    Tip(
        "verify_first",
        compiled("matched && level < 2"),
        "The customer is not verified yet: send a code before you speak of addresses, payments or other details.",
    ),
    Tip(
        "keep_promises",
        compiled("promises > 0"),
        "Something was promised to this customer and is still to be kept: look under Promises before you offer anything else.",
    ),
    Tip(
        "again",
        compiled("contacts > 2"),
        "The customer has come several times within a week: say that you have read what was before, and do not ask again.",
    ),
)
"""The tips of a tenant who has written none."""


class AssistSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is suggested to agents.

    Attributes:
        surer_than: the confidence from 0 to 1 below which nothing is suggested; at 1 nothing ever is.
        tips: hints for the agent alone; those of the product where none are written, none for an empty list.
    """

    surer_than: Annotated[float, Meta(ge=0, le=1)] = 0.5
    tips: tuple[Tip, ...] | None = None

    def __post_init__(self) -> None:
        """Refuses two tips of one name. Raises ValueError."""
        names = [each.tip for each in self.hints]
        if twice := next((name for name in names if names.count(name) > 1), ""):
            raise ValueError(f"two tips are called '{twice}'; give each a name of its own")

    @property
    def hints(self) -> tuple[Tip, ...]:
        """The tips that count: the tenant's own, or those of the product."""
        return TIPS if self.tips is None else self.tips
