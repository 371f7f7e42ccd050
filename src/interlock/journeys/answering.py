"""When does the virtual agent answer a question from an article, in the middle of whatever it asks itself?"""

from __future__ import annotations

from typing import Final

from interlock.journeys.state import Conversation, Run
from interlock.journeys.steps import ask_again
from interlock.journeys.turn import Turn
from interlock.journeys.understanding import Understood
from interlock.vocabulary.channels import Card, Channel
from interlock.vocabulary.ids import MessageId
from interlock.vocabulary.journeys import TurnContext
from interlock.vocabulary.knowledge import AnsweredFromArticle, Found

CERTAIN: Final = 0.95
"""From this confidence on a message begins its journey, and no article is looked for: none is ever that sure of a question."""


def may_answer(state: Conversation, understood: Understood) -> bool:
    """Whether an article could be said to a message that was understood so; looking for one is a good part of a turn."""
    if understood.human or understood.recap or understood.cancel or understood.confidence >= CERTAIN:
        return False
    run, given = state.foreground, {*understood.slots, *understood.corrections}
    if run is None:
        return not given & {"human", "more"}  # the answer to what was asked when no journey ran
    return run.waits_for not in ("slot", "choice") or run.ref not in given


def surest(turn: Turn, command: TurnContext, understood: Understood) -> Found | None:
    """The passage that answers a message: surely enough, and more surely than the message begins another journey.

    Where a model has chosen it, and takes the message for no journey, that is sure enough.
    """
    found = command.article
    if found is None or (command.chosen and not understood.intent):
        return found
    if found.score < turn.settings.knowledge.surer_than:
        return None
    return found if found.score > understood.confidence else None


def cite(turn: Turn, message: MessageId, found: Found, model: str = "") -> None:
    """Record that an article answers a message; ``model`` says it in its own words, where it is named."""
    turn.add(
        AnsweredFromArticle(
            interaction=turn.state.interaction,
            person=turn.state.person,
            message=message,
            article=found.article,
            article_version=found.version,
            passage=found.passage,
            heading=found.heading,
            score=found.score,
            model=model,
        )
    )


def answer_from(turn: Turn, message: MessageId, found: Found) -> None:
    """Say what the article says, and where that is from."""
    cite(turn, message, found)
    heard = turn.state.channel is Channel.VOICE
    texts = turn.settings.texts
    said = texts.answer.replace("{title}", found.title).replace("{answer}", found.short if heard else found.text)
    turn.say_with(said, Card(kind="source", title=texts.source.replace("{title}", found.title)))


def answer_within(turn: Turn, run: Run, command: TurnContext, found: Found) -> None:
    """The same while a journey runs, which then goes on with what it waits for."""
    answer_from(turn, command.message, found)
    texts = turn.settings.texts
    if run.waits_for in ("slot", "choice"):
        turn.say(turn.about(texts.back_to, run))
        ask_again(turn, run, not_understood=False)
    elif run.needs:
        turn.say(turn.about(texts.back_to, run))
        turn.say(texts.use_confirm_card if run.needs == "confirm" else texts.use_code_card)
