"""Which card does a customer see about a proposal: the question whether it is right, or the receipt afterwards?"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

import msgspec

from interlock.interactions.context import WHO, InteractionState
from interlock.interactions.context import evolve as evolve_interaction
from interlock.kernel.deciders import Decider, Moment
from interlock.kernel.errors import Refused
from interlock.kernel.events import Event, Recorded
from interlock.kernel.log import Query
from interlock.vocabulary.card_words import card_words
from interlock.vocabulary.channels import Author, Card, CardWords, Channel, Choice, sent_through
from interlock.vocabulary.ids import MessageId, tag
from interlock.vocabulary.interactions import AskCustomer, MessagePosted
from interlock.vocabulary.proposals import (
    ActionProposed,
    EffectFailed,
    EffectSucceeded,
    EffectUnknown,
    ProposalJudged,
    RemedyMet,
    RemedyRefused,
)
from interlock.vocabulary.settings import TenantSettings

_PROPOSAL: Final = (
    ActionProposed,
    ProposalJudged,
    RemedyMet,
    RemedyRefused,
    EffectSucceeded,
    EffectFailed,
    EffectUnknown,
)


@dataclass(frozen=True, slots=True)
class Asking:
    """A proposal and the interaction that it belongs to, as far as a card depends on them."""

    interaction: InteractionState = InteractionState()
    proposed: ActionProposed | None = None
    judged: ProposalJudged | None = None
    confirmed: bool = False
    over: bool = False
    succeeded: bool = False


def _evolve(state: Asking, recorded: Recorded) -> Asking:
    match recorded.event:
        case ActionProposed() as event:
            return replace(state, proposed=event)
        case ProposalJudged() as event:
            return replace(state, judged=event)
        case RemedyMet(remedy=remedy):
            return replace(state, confirmed=state.confirmed or remedy.kind == "confirm")
        case EffectSucceeded():
            return replace(state, over=True, succeeded=True)
        case RemedyRefused() | EffectFailed():
            return replace(state, over=True)
    return replace(state, interaction=evolve_interaction(state.interaction, recorded))


def ask_customer(tenant: TenantSettings) -> Decider[AskCustomer, Asking]:
    """The card that a proposal needs now; none where it needs nothing from the customer."""

    def decide(command: AskCustomer, state: Asking, moment: Moment) -> list[Event]:
        if state.proposed is None or not state.interaction.known:
            raise Refused("proposal_unknown", "There is no such proposal in this interaction.", status=404)
        if state.judged is None or state.proposed.channel is Channel.API:
            return []  # nobody sees a card there: the verdict says what is needed
        settings = tenant.said_in(state.interaction.language).on(state.interaction.channel)
        words = card_words(state.judged, state.interaction.language)
        if state.succeeded:
            receipt = _receipt(state, state.proposed, words, settings)
            return [_post(state, moment, settings, "", receipt)] if receipt is not None else []
        first = state.judged.needs[0] if state.judged.verdict == "needs" and not state.over else None
        if first is not None and first.kind == "wait":
            card = _waiting(state.judged, words, state.judged.waits[str(first)], settings)
            said = "" if _told_by_journey(state, state.proposed) else settings.texts.wait_ask
            return [_post(state, moment, settings, said, card)]
        if first is None or first.kind != "confirm":
            return []
        card = _question(state.judged, words, settings)
        if not state.proposed.counters:
            return [_post(state, moment, settings, settings.texts.confirm_ask, card)]
        said = " ".join(filter(None, (state.proposed.counter_reason, settings.texts.counter_ask)))
        return [_post(state, moment, settings, said, msgspec.structs.replace(card, was=state.proposed.counter_was))]

    def reads(command: AskCustomer) -> list[Query]:
        return [
            Query(tag("proposal", command.proposal), _PROPOSAL),
            Query(tag("interaction", command.interaction), WHO),
        ]

    return Decider(
        command=AskCustomer,
        reads=reads,
        initial=Asking(),
        evolve=_evolve,
        decide=decide,
        guards=lambda command: reads(command)[:1],
    )


def _question(judged: ProposalJudged, words: CardWords, settings: TenantSettings) -> Card:
    texts = settings.texts
    return Card(
        kind="confirm",
        title=words.says or texts.confirm_title,
        lines=words.shows,
        choices=(Choice(value="yes", label=texts.confirm_yes), Choice(value="no", label=texts.confirm_no)),
        proposal=judged.proposal,
        args_hash=judged.args_hash,
    )


def _waiting(judged: ProposalJudged, words: CardWords, until: datetime, settings: TenantSettings) -> Card:
    return Card(
        kind="waiting",
        title=words.says or settings.texts.confirm_title,
        lines=words.shows,
        choices=(Choice(value="withdraw", label=settings.texts.wait_withdraw),),
        proposal=judged.proposal,
        args_hash=judged.args_hash,
        until=until.isoformat(),
    )


def _told_by_journey(state: Asking, proposed: ActionProposed) -> bool:
    """Whether a journey proposed it that says itself how it stands: an agent's proposals, and his customers, have none."""
    return bool(proposed.run) and state.interaction.holder == "virtual_agent"


def _receipt(state: Asking, proposed: ActionProposed, words: CardWords, settings: TenantSettings) -> Card | None:
    """For what she confirmed where no virtual agent can tell the outcome: an agent proposed it, or has her now."""
    if not state.confirmed or _told_by_journey(state, proposed):
        return None
    title = f"{settings.texts.receipt_title}: {words.says}" if words.says else settings.texts.receipt_title
    return Card(kind="receipt", title=title, lines=words.shows, proposal=proposed.proposal)


def _post(state: Asking, moment: Moment, settings: TenantSettings, text: str, card: Card) -> MessagePosted:
    """In the virtual agent's name only while it has the interaction: otherwise it is silent."""
    interaction = state.interaction
    if interaction.holder == "virtual_agent" and card.kind in ("confirm", "waiting"):
        author = Author(kind="virtual_agent", id="virtual_agent", name=settings.assistant)
    else:
        author = Author(kind="system", id="interlock", name=settings.title)
    return MessagePosted(
        interaction=interaction.interaction,
        person=interaction.person,
        message=MessageId(moment.new_id("m")),
        author=author,
        text=text,
        card=card,
        send=sent_through(interaction.channel),
    )
