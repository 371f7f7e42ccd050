"""What comes of a matter that was recognised: its journey begins, and what was asked before waits or is set aside?"""

from __future__ import annotations

from typing import Final

from interlock.journeys.agent_work import ASKED, REPLY
from interlock.journeys.choices import item_choices
from interlock.journeys.filling import take_slots
from interlock.journeys.language import ChooseStep
from interlock.journeys.model import Journey
from interlock.journeys.stack import begin, go_on_below
from interlock.journeys.turn import Turn, wanted_slot
from interlock.journeys.understanding import Understood
from interlock.vocabulary.journeys import TurnContext
from interlock.vocabulary.matters import STOPPING, MatterRecognised, known

SET_ASIDE: Final = "set_aside"
"""The outcome of a run that waited for an answer when automation stepped aside."""

SURE: Final = 0.9
"""How sure a model has to be of a matter: measured with the demo's journeys, ordinary sentences stay below it."""

PERSON: Final = "wants_person"
"""The slot of a journey for a matter that asks whether a person is wanted; who has just asked for one is not asked again."""

KEEPS_FREE_TEXT: Final = frozenset({"complaint", "abuse"})
"""Matters that do not take a message away that was asked for in the customer's own words: people read it."""


def recognise(turn: Turn, command: TurnContext, found: Understood) -> Journey | None:
    """Record what was recognised in a message, whoever has the interaction; the journey for it, if it is to begin now.

    A rule counts in any message. What a model suggests is taken as any other subject, and never for abuse.
    """
    if _pressed(turn, command.text):
        return None
    matter = command.matter or _suggested(turn, command, found)
    journey = _journey_for(turn, matter)
    if journey is None or (matter == "abuse" and "vulnerable" in turn.state.matters):
        return None
    if not command.matter and not _may_interrupt(turn, found):
        return None
    by_rule = bool(command.matter)
    turn.add(
        MatterRecognised(
            interaction=turn.state.interaction,
            person=turn.state.person,
            message=command.message,
            matter=known(matter),
            kind=command.kind if by_rule else "",
            rule=command.rule if by_rule else "",
            model="" if by_rule else command.model,
        )
    )
    if turn.state.holder != "virtual_agent" or _under_way(turn, journey):
        return None
    return None if matter in KEEPS_FREE_TEXT and _in_free_text(turn) else journey


def begin_matter(turn: Turn, journey: Journey, found: Understood, text: str) -> None:
    """Begin the journey for a matter on top of what runs, or in its place where automation steps aside."""
    below = turn.state.foreground
    if below is not None and below.waits_for == "slot" and not _in_free_text(turn):
        take_slots(turn, below, found, text)
    if journey.matter in STOPPING:
        for each in turn.state.runs:
            if each.waits_for in ("slot", "choice", ASKED, REPLY):
                turn.end(each, SET_ASIDE)
    begin(turn, journey, {PERSON: True} if found.human and PERSON in journey.slots else {})
    go_on_below(turn)


def _suggested(turn: Turn, command: TurnContext, found: Understood) -> str:
    """What a model is sure of, or what was chosen from a menu; words that deny something only resemble a wish."""
    chosen = turn.offered(found.slots.get("intent"))
    if chosen is not None and chosen.matter:
        return chosen.matter
    journey = turn.offered(found.intent)
    matter = journey.matter if journey is not None and found.confidence >= SURE else ""
    return "" if matter == "abuse" or (command.denies and matter != "vulnerable") else matter


def _journey_for(turn: Turn, matter: str) -> Journey | None:
    human = turn.offered(turn.settings.human_journey)
    return turn.offered(human.matters.get(matter)) if human is not None and matter else None


def _may_interrupt(turn: Turn, found: Understood) -> bool:
    """A model's suggestion is another subject: what answers the question that stands is none."""
    run = turn.state.foreground
    if run is None:
        return True
    if run.waits_for not in ("slot", "choice"):
        return bool(run.needs)
    return not _in_free_text(turn) and run.ref not in found.slots


def _pressed(turn: Turn, text: str) -> bool:
    """Whether the message is what stands on a button: these are the tenant's words, and an answer."""
    run = turn.state.foreground
    journey = turn.journey(run) if run is not None else None
    if run is None or journey is None or turn.state.holder != "virtual_agent":
        return False
    step = journey.steps.get(run.path)
    if isinstance(step, ChooseStep):
        labels = [each.label for each in item_choices(step, turn.values(run), turn.settings)]
    else:
        wanted = wanted_slot(run, journey)
        labels = [option.label for option in wanted[1].options] if wanted is not None else []
    return text.strip().casefold() in {label.casefold() for label in labels}


def _in_free_text(turn: Turn) -> bool:
    run = turn.state.foreground
    wanted = wanted_slot(run, turn.journey(run)) if run is not None else None
    return wanted is not None and wanted[1].type == "text"


def _under_way(turn: Turn, journey: Journey) -> bool:
    """Its journey has begun and is not over: what is said about it belongs to that."""
    return any(run.journey == journey.name for run in turn.state.runs)
