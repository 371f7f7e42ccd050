"""What helps the person who has an interaction: what it has come to so far, and how it probably came out? Suggestions only.

Everything is taken from the transcript as it is shown to that person, word for word and with its source; nothing is written anew.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from interlock.kernel.cel import ExpressionError
from interlock.kernel.events import Recorded
from interlock.vocabulary.interactions import WrappedUp
from interlock.vocabulary.settings import Disposition

KEPT: Final = timedelta(days=90)
"""How far back it counts whether agents took what was suggested."""
CONFIDENT: Final = 0.5
"""Below this share of agents who take it, a suggestion is no help: nothing is suggested."""
LONGEST: Final = 140
"""Characters of a line of a summary."""
STANDS: Final = {
    "succeeded": "Done",
    **dict.fromkeys(("denied", "declined", "rejected", "failed", "expired", "discarded"), "Not done"),
    **dict.fromkeys(("judging", "needs", "running", "unknown"), "Waits"),
}
"""What a proposal's state comes to for whoever takes over; what was withdrawn or replaced is left out."""


class Taken:
    """How often agents took the disposition that was suggested to them, by disposition."""

    def __init__(self) -> None:
        self._seen: list[tuple[datetime, str, bool]] = []

    def fold(self, recorded: Recorded) -> None:
        """Take a fact in."""
        event = recorded.event
        if isinstance(event, WrappedUp) and event.suggested:
            self._seen.append((recorded.at, event.suggested, event.suggested == event.disposition))

    def forget(self, before: datetime) -> None:
        """Drop what is older."""
        self._seen = [each for each in self._seen if each[0] >= before]

    def of(self, disposition: str) -> tuple[int, int]:
        """How often it was taken, of how often it was suggested."""
        answers = [taken for _, suggested, taken in self._seen if suggested == disposition]
        return sum(answers), len(answers)


def confidence(taken: int, shown: int) -> float:
    """How likely the next agent takes it: Laplace's rule of succession, so one half before anybody has answered."""
    return (taken + 1) / (shown + 2)


def summary(document: Mapping[str, Any], executing: Collection[str]) -> list[dict[str, Any]]:
    """What an interaction has come to, in a few lines of ``{"label", "text", "of", "at"}``; ``of`` names the entry.

    Args:
        document: as the reader sees it (`InteractionView.document`), masked where it is masked for him.
        executing: the actions that change something; look-ups are left out.
    """
    entries: Sequence[Mapping[str, Any]] = document["entries"]
    said = [each for each in entries if each["kind"] == "message" and each["author"]["kind"] == "customer"]
    lines = [_line("Wanted", said[0]["text"], said[0])] if said else []
    for each in entries:
        label = STANDS.get(each["state"], "") if each["kind"] == "action" and each["action"] in executing else ""
        if label and each["by"]["kind"] != "system":
            reason = f" ({each['reason']})" if each["reason"] and label == "Not done" else ""
            lines.append(_line(label, f"{each['says'] or each['title']}{reason}", each))
    if len(said) > 1:
        lines.append(_line("Said last", said[-1]["text"], said[-1]))
    return lines


def likely(
    document: Mapping[str, Any], executing: Collection[str], dispositions: Sequence[Disposition], taken: Taken
) -> dict[str, Any] | None:
    """The first disposition whose condition holds, with why and how sure that is; None where none does, or it is seldom taken."""
    values = wrap_up_values(document, executing)
    for each in dispositions:
        if each.when is None or not _holds(each, values):
            continue
        was_taken, shown = taken.of(each.value)
        sure = confidence(was_taken, shown)
        if sure < CONFIDENT:
            return None
        why = _why(document, values)
        return {"value": each.value, "why": why, "confidence": round(sure, 2), "taken": was_taken, "shown": shown}
    return None


def wrap_up_values(document: Mapping[str, Any], executing: Collection[str]) -> dict[str, Any]:
    """What a condition of a disposition can look at (`settings.AT_WRAP_UP`)."""
    entries = document["entries"]
    actions = [each for each in entries if each["kind"] == "action" and each["action"] in executing]
    by = {
        label: [each["action"] for each in actions if STANDS.get(each["state"]) == label] for label in STANDS.values()
    }
    messages = [each for each in entries if each["kind"] == "message"]
    return {
        "done": by["Done"],
        "not_done": by["Not done"],
        "waits": by["Waits"],
        "ended": [run["outcome"] for run in document["journeys"] if run["outcome"]],
        "unanswered": bool(messages) and messages[-1]["author"]["kind"] == "agent",
    }


def _holds(disposition: Disposition, values: Mapping[str, Any]) -> bool:
    assert disposition.when is not None
    try:
        return disposition.when.holds(values)
    except ExpressionError:
        return False


def _why(document: Mapping[str, Any], values: Mapping[str, Any]) -> str:
    titles = {each["action"]: each["title"] for each in document["entries"] if each["kind"] == "action"}
    for name, words in (("done", "Done"), ("waits", "Still waits"), ("not_done", "Not done")):
        if values[name]:
            return f"{words}: {', '.join(dict.fromkeys(titles[action] for action in values[name]))}"
    return "The customer has not answered" if values["unanswered"] else "From what was talked about"


def _line(label: str, text: str, entry: Mapping[str, Any]) -> dict[str, Any]:
    cut = text if len(text) <= LONGEST else f"{text[: LONGEST - 1].rstrip()}…"
    return {"label": label, "text": cut, "of": entry["id"], "at": entry["at"]}
