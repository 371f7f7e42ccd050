"""What is taken of a model's answer in an agent step? All of it or nothing: what may not be said or done here is a repair."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from interlock.journeys.agent_work import AgentWork
from interlock.journeys.choices import MAX_CHOICES, MAX_LABEL
from interlock.journeys.claims import unbacked
from interlock.journeys.language import AgentStep
from interlock.journeys.model import Journey
from interlock.journeys.state import Conversation, Run
from interlock.journeys.turn import Turn
from interlock.journeys.values import accepted
from interlock.kernel.errors import Refused
from interlock.vocabulary.journeys import AgentAnswer
from interlock.vocabulary.knowledge import Found

LONGEST: Final = 2_000
"""Characters that a model says at once."""

MOST: Final = 12
"""Suggestions of one answer."""

_REFERENCE: Final = re.compile(r"\{([a-z][a-z0-9_]*(?:\.[A-Za-z0-9_]+)*)\}")


class Unusable(ValueError):
    """An answer that is not taken; the message tells the model what was wrong with it."""

    def __init__(self, why: str, text: str = "") -> None:
        super().__init__(why)
        self.text = text


@dataclass(slots=True)
class Answer:
    """A model's answer, checked.

    Attributes:
        say: what it says; ``options`` are the buttons below it, ``sources`` the articles that it rests on.
        article: the passage that it wants said word for word.
        fills: values by slot; ``corrects`` tells that one of them had another value before.
        action: what it proposes, with its arguments as the gate takes them.
        exit: the end that it has come to; ``done`` where the step names none.
    """

    say: str = ""
    options: tuple[str, ...] = ()
    sources: tuple[Found, ...] = ()
    article: Found | None = None
    fills: dict[str, Any] = field(default_factory=dict)
    corrects: bool = False
    action: str = ""
    args: Mapping[str, Any] = field(default_factory=dict)
    exit: str = ""
    hand_over: bool = False
    journey: str = ""

    @property
    def moves(self) -> int:
        """How many ways it would take at once."""
        return sum((bool(self.action), bool(self.exit), self.hand_over, bool(self.journey)))

    @property
    def says(self) -> bool:
        """Whether the customer hears anything."""
        return bool(self.say) or self.article is not None


def read_answer(turn: Turn, run: Run, step: AgentStep, answer: AgentAnswer) -> Answer:
    """An answer as it may be taken here. Raises Unusable."""
    found, several = Answer(), answer.suggestions
    if not several or len(several) > MOST:
        raise Unusable(f"there have to be 1 to {MOST} suggestions")
    for one in several:
        if not isinstance(one, Mapping):
            raise Unusable("a suggestion is an object with a type")
        _take(turn, run, step, one, found)
        _take_articles(step, one, answer.passages, found)
    if found.moves > 1:
        raise Unusable("there may be one of propose_action, done, hand_over and start_journey at a time")
    goes_on = found.corrects or (step.agent.until is not None and found.fills)
    if not found.moves and not found.says and not goes_on:
        raise Unusable(
            "say something, propose an action, or be done" if step.agent.say else "propose an action, or be done"
        )
    if claim := untrue(turn.state, run, turn.journey(run), found.say):
        raise Unusable(f"you said '{claim[:200]}', and nothing of that has been done here", found.say)
    return found


def _take(turn: Turn, run: Run, step: AgentStep, one: Mapping[str, Any], found: Answer) -> None:
    job = step.agent
    match one.get("type"):
        case "say" | "clarify" as kind:
            text = one.get("text")
            if not job.say:
                raise Unusable("you may not speak to the customer here")
            if not isinstance(text, str) or not text.strip() or len(text) > LONGEST:
                raise Unusable(f"what is said has 1 to {LONGEST} characters")
            found.say = f"{found.say}\n\n{text.strip()}" if found.say else text.strip()
            if kind == "clarify":
                options = one.get("options")
                labels = (
                    [each.strip() for each in options if isinstance(each, str)] if isinstance(options, list) else []
                )
                if not 1 < len(labels) <= MAX_CHOICES or not all(0 < len(each) <= MAX_LABEL for each in labels):
                    raise Unusable(f"clarify has 2 to {MAX_CHOICES} short options")
                found.options = tuple(labels)
        case "set_slot" | "correct_slot":
            name = one.get("name")
            if not isinstance(name, str) or name not in job.sets:
                raise Unusable(f"there is no slot {str(name)[:40]!r} to set; there are {', '.join(job.sets) or 'none'}")
            slot = turn.journey(run).slots[name]
            value = accepted(slot, one.get("value"))
            if value is None or not turn.valid(run, slot, value):
                raise Unusable(f"that is no value of the slot '{name}'")
            found.fills[name] = value
            found.corrects = found.corrects or run.values.get(name, value) != value
        case "propose_action":
            found.action, found.args = _proposed(turn, run, step, one)
        case "done":
            found.exit = _exit(step, one.get("exit"))
        case "answer":
            pass
        case "hand_over":
            found.hand_over = True
        case "start_journey":
            journey = turn.offered(one.get("journey"))
            if journey is None or journey.name == run.journey or not journey.examples:
                raise Unusable("there is no such journey to begin")
            found.journey = journey.name
        case kind:
            raise Unusable(f"there is no suggestion of the type {str(kind)[:40]!r} here")


def _take_articles(step: AgentStep, one: Mapping[str, Any], told: Sequence[Found], found: Answer) -> None:
    """The passage that is to be said, and the articles that are named as sources: of those that the model was told."""
    if one.get("type") == "answer":
        if not step.agent.say:
            raise Unusable("you may not speak to the customer here")
        article, passage = one.get("article"), one.get("passage")
        found.article = next((each for each in told if (each.article, each.passage) == (article, passage)), None)
        if found.article is None:
            raise Unusable(f"you were told no passage {str(passage)[:10]} of an article {str(article)[:40]!r}")
    sources = one.get("sources", [])
    for name in sources if isinstance(sources, list) else [sources]:
        source = next((each for each in told if each.article == name), None)
        if source is None:
            raise Unusable(f"you were told nothing of an article {str(name)[:40]!r}")
        found.sources = (*found.sources, source)


def _exit(step: AgentStep, name: object) -> str:
    exits = step.agent.exits
    if not exits:
        return "done"
    if not isinstance(name, str) or name not in exits:
        raise Unusable(f"done names its exit: {', '.join(exits)}")
    return name


def _proposed(turn: Turn, run: Run, step: AgentStep, one: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    action, work = one.get("action"), run.work or AgentWork(run.path)
    if not isinstance(action, str) or action not in step.agent.may:
        allowed = ", ".join(step.agent.may) or "none"
        raise Unusable(f"{str(action)[:60]!r} is no action that you may propose; there are {allowed}")
    if work.actions >= step.agent.budget.actions:
        raise Unusable("you may propose no further action in this step")
    if any(note.about == action and note.how == "outcome_unknown" for note in work.notes):
        raise Unusable(f"nobody knows yet what became of {action}, so it is not proposed again")
    if turn.keeps_off(action):
        raise Unusable(f"the customer may be in distress, so {action} is left to people")
    args = one.get("args", {})
    if not isinstance(args, Mapping):
        raise Unusable("the arguments of an action are an object")
    values = turn.values(run)
    raw = {str(name): _resolved(value, values) for name, value in args.items()}
    if action in step.agent.calls:
        return action, _passed(turn, run, action, raw)
    try:
        turn.propose(action, raw)
    except Refused as refused:
        raise Unusable(f"the arguments of {action} do not fit: {refused.reason}") from refused
    return action, raw


def _passed(turn: Turn, run: Run, name: str, args: Mapping[str, Any]) -> dict[str, Any]:
    """What a journey that the model has run is given: values of its slots."""
    called = turn.resolve(run.release, name)
    if called is None:
        raise Unusable(f"there is no journey {name} any more")
    for slot, value in args.items():
        if slot not in called.slots:
            raise Unusable(f"{name} has no slot {slot[:40]!r}; it has {', '.join(called.slots) or 'none'}")
        if accepted(called.slots[slot], value) is None:
            raise Unusable(f"that is no value of the slot '{slot}' of {name}")
    return dict(args)


def _resolved(value: Any, values: Mapping[str, Any]) -> Any:
    """An argument; ``{email}`` stands for what is known under that name, so that it need not be told to a model."""
    found = _REFERENCE.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        return value
    known: Any = values
    for part in found[1].split("."):
        if not isinstance(known, Mapping) or part not in known:
            raise Unusable(f"nothing is known as {found[0]}")
        known = known[part]
    return known


def untrue(state: Conversation, run: Run, journey: Journey, text: str) -> str:
    """The first sentence that claims what neither an action of this interaction nor an answer of a system backs; else empty."""
    notes = run.work.notes if run.work is not None else ()
    answered = {name: value for name, value in run.values.items() if name not in journey.slots}
    succeeded = [note.value for note in notes if note.how == "succeeded"]
    return unbacked(text, state.did, state.done, {**answered, "notes": succeeded})
