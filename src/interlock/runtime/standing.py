"""What does the customer of one interaction see before her, and can answer now: a card, choices, a question?"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from interlock.journeys import Conversation, Expected, Journey, evolve, expected, menu_of
from interlock.kernel.events import Event, Recorded
from interlock.vocabulary.channels import Card, Choice
from interlock.vocabulary.interactions import InteractionStarted, MessagePosted
from interlock.vocabulary.people import ChallengeFailed, ChallengePassed
from interlock.vocabulary.proposals import EffectFailed, EffectSucceeded, RemedyMet, RemedyRefused
from interlock.vocabulary.settings import TenantSettings

Resolve = Callable[[str, str], Journey | None]


@dataclass(frozen=True, slots=True)
class Question:
    """What can be answered now.

    Attributes:
        card: a confirmation, a code, what waits; None for choices and questions.
        choices: what can be picked.
        kind: the type of the slot that is asked for, if one is.
        name: changes with every message, so that an answer can say what it answers.
    """

    card: Card | None = None
    choices: tuple[Choice, ...] = ()
    kind: str = ""
    name: str = ""


class Standing:
    """Folds the facts of one interaction at a time into what stands in it.

    Attributes:
        conversation: the interaction as its journeys see it.
    """

    def __init__(self, resolve: Resolve, settings: TenantSettings, conversation: Conversation) -> None:
        self.conversation = conversation
        self._resolve = resolve
        self._settings = settings
        self._cards: dict[str, Card] = {}
        self._menu: tuple[Choice, ...] = ()
        self._last = ""
        """The last message, which the question stands behind."""

    def fold(self, recorded: Recorded) -> bool:
        """Fold one fact in; whether it belongs to the interaction that is looked at."""
        event = recorded.event
        if isinstance(event, InteractionStarted):
            self.conversation, self._cards, self._menu = Conversation(), {}, ()
        elif getattr(event, "interaction", "") != self.conversation.interaction:
            return False
        self.conversation = evolve(self.conversation, recorded)
        match event:
            case MessagePosted() if event.author.kind != "customer":
                self._see(event)
            case ChallengeFailed(why="wrong"):
                self._last = f"{event.challenge}.{event.attempts_left}"
            case _:
                self._settle(event)
        return True

    def _see(self, event: MessagePosted) -> None:
        self._last, self._menu = event.message, ()
        card = event.card if isinstance(event.card, Card) else None
        if card is not None and card.kind == "choices":
            self._menu = card.choices
        elif card is not None and card.kind != "receipt":
            self._cards[card.challenge or card.proposal] = card

    def _settle(self, event: Event) -> None:
        match event:
            case ChallengePassed() | ChallengeFailed():
                self._cards.pop(event.challenge, None)
            case RemedyMet(remedy=remedy) if remedy.kind not in ("confirm", "wait"):
                pass
            case RemedyMet() | RemedyRefused() | EffectSucceeded() | EffectFailed():
                self._cards.pop(event.proposal, None)
            case _:
                pass

    def question(self) -> Question:
        """What the customer can answer now."""
        conversation, settings = self.conversation, self._settings
        if not conversation.interaction:
            titles = menu_of(conversation, self._resolve, settings)
            return self._named(choices=tuple(Choice(name, title) for name, title in titles.items()))
        if not conversation.open:
            return self._named()
        waits = expected(conversation, self._resolve, settings)
        card = self._card_for(waits)
        if card is not None:
            return self._named(card)
        if self._menu:
            return self._named(choices=self._menu)
        wanted = next((slot.spec["type"] for slot in waits.slots if slot.wanted), "")
        if wanted == "yes_no":
            texts = settings.said_in(conversation.language).on(conversation.channel).texts
            return self._named(choices=(Choice("yes", texts.yes), Choice("no", texts.no)), kind=wanted)
        return self._named(kind=wanted)

    def _named(self, card: Card | None = None, choices: tuple[Choice, ...] = (), kind: str = "") -> Question:
        about = "" if card is None else card.challenge or card.proposal
        return Question(card, choices, kind, f"{self._last}/{about}")

    def _card_for(self, waits: Expected) -> Card | None:
        """The card that stands behind the last message; an older one waits where something else is asked meanwhile."""
        if waits.silent:
            return self._open_card("confirm", "code")
        if waits.needs == "confirm":
            return self._open_card("confirm")
        if waits.needs == "step_up":
            return self._open_card("code")
        if waits.waits_for in ("slot", "choice") or self._menu:
            return None
        return self._open_card("waiting")

    def _open_card(self, *kinds: str) -> Card | None:
        return next((card for card in reversed(self._cards.values()) if card.kind in kinds), None)
