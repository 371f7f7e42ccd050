"""What is the whole history of one interaction, as the document that a desk follows?"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

import msgspec

from interlock.interactions.action_cards import Cards
from interlock.interactions.context import InteractionState, evolve
from interlock.interactions.happenings import happening
from interlock.interactions.masking import masked_details, masked_text, masked_value
from interlock.interactions.matters import matters
from interlock.kernel.events import Event, Recorded
from interlock.vocabulary.assurance import Level
from interlock.vocabulary.channels import Card
from interlock.vocabulary.ids import InteractionId, StaffId
from interlock.vocabulary.interactions import InteractionStarted, MessagePosted
from interlock.vocabulary.journeys import JourneyEnded, JourneyStarted, SlotFilled, StepReached
from interlock.vocabulary.people import CustomerMatched
from interlock.vocabulary.proposals import EffectSucceeded
from interlock.vocabulary.tone import Tone

LEVELS: Final = {
    Level.UNKNOWN: "Not identified",
    Level.MATCHED: "Matched by something known",
    Level.ONE_FACTOR: "Verified with one factor",
    Level.TWO_FACTORS: "Verified with two factors",
}

GIVEN: Final = frozenset({"message", "earlier", "kept"})
"""Where the value of a slot came from, if it came from the customer."""

COURSE: Final = 12
"""Messages of the customer by which the course of the sentiment is shown, the newest last."""

NO_STAFF: Final = StaffId("")


class InteractionView:
    """One interaction's history; fed with every fact of its tag, in order.

    Attributes:
        state: who has it, how sure we are, and so on.
        continues: the interaction that it carries on.
    """

    def __init__(self) -> None:
        self.state = InteractionState()
        self._entries: list[dict[str, Any]] = []
        self._cards = Cards(self._entries)
        self._journeys: dict[str, dict[str, Any]] = {}
        self._name = ""
        self._contact: dict[str, str] = {}
        self._held_since: datetime | None = None
        self._earlier: list[dict[str, Any]] = []
        self._tone, self._course = Tone(), list[float]()
        self.continues = InteractionId("")

    def begin_with(self, earlier: InteractionView) -> None:
        """Show the history of the interaction that this one carries on before its own, as far as it has gone by now."""
        self._earlier = [*earlier._earlier, *earlier._entries]

    def fold(self, recorded: Recorded) -> None:
        """Take one more fact in."""
        before = self.state
        self.state = evolve(before, recorded)
        if (self.state.holder, self.state.agent) != (before.holder, before.agent) or self._held_since is None:
            self._held_since = recorded.at
        event = recorded.event
        self._note(event)
        if isinstance(event, MessagePosted):
            self._entries.append(_message(event, recorded.at))
            self._hear(event)
        elif not self._cards.fold(recorded):
            happened = happening(event, before)
            if happened is not None:
                code, text, who = happened
                entry = {"kind": "event", "id": recorded.id, "at": _iso(recorded.at), "code": code, "text": text}
                self._entries.append({**entry, "staff": who})

    def _hear(self, event: MessagePosted) -> None:
        self._tone = self._tone.then(event.tone)
        if event.tone is not None and event.tone.sentiment is not None:
            self._course = [*self._course, event.tone.sentiment][-COURSE:]

    def _note(self, event: Event) -> None:
        match event:
            case CustomerMatched() | InteractionStarted():
                self._name = str(event.name)
                self.continues = event.continues if isinstance(event, InteractionStarted) else self.continues
            case EffectSucceeded() if isinstance(event.result, Mapping):
                # A back end's record of this very customer: what it says counts more than what was typed.
                if self.state.customer and event.result.get("customer_id") == self.state.customer:
                    told = {name: event.result.get(name) for name in ("name", "email", "phone")}
                    self._contact.update((name, str(value)) for name, value in told.items() if value)
            case JourneyStarted():
                about: dict[str, Any] = {"run": event.run, "journey": event.journey}
                self._journeys[event.run] = {**about, "outcome": None, "waits_for": None, "slots": {}}
            case SlotFilled() if event.run in self._journeys:
                self._fill(self._journeys[event.run]["slots"], event)
            case StepReached() if event.run in self._journeys:
                self._journeys[event.run]["waits_for"] = event.waits_for
            case JourneyEnded() if event.run in self._journeys:
                self._journeys[event.run].update(outcome=event.outcome, waits_for=None)

    @staticmethod
    def _fill(slots: dict[str, str], event: SlotFilled) -> None:
        """What the customer said; results of actions have cards of their own, and what was taken back is gone."""
        if event.value is None:
            slots.pop(event.name, None)
        elif event.source in GIVEN:
            slots[event.name] = _shown(event.value)

    def document(
        self,
        *,
        viewer: StaffId = NO_STAFF,
        masked: bool = False,
        names: Mapping[StaffId, str],
        journey_titles: Mapping[str, str],
        action_titles: Mapping[str, str],
        queue_titles: Mapping[str, str],
        actions: list[dict[str, Any]],
    ) -> dict[str, Any]:
        """The document, with personal details masked until the customer is verified.

        Args:
            viewer: who looks; decides ``my_state``.
            masked: whether they stay masked after that, for a reader whose business they are not.
            names: of staff, by identifier.
            journey_titles: by name; likewise those of actions and queues.
            actions: what the viewer may propose here.
        """
        state = self.state
        masked = masked or state.assurance.level < Level.ONE_FACTOR
        details = {"name": self._name, "email": "", "phone": "", **self._contact}
        return {
            "id": state.interaction,
            "channel": state.channel.value,
            "open": state.open,
            "started_at": _iso(state.started_at),
            "ended_at": _iso(state.ended_at),
            "end_reason": state.end_reason,
            "release": state.release,
            "holder": {
                "kind": state.holder,
                "agent": state.agent or None,
                "agent_name": names.get(state.agent) if state.agent else None,
                "queue": queue_titles.get(state.queue, state.queue) if state.queue else None,
                "since": _iso(self._held_since),
            },
            "customer": {
                "matched": bool(state.customer),
                "id": state.customer or None,
                "masked": masked,
                **(masked_details(details) if masked else details),
            },
            "assurance": {
                "level": int(state.assurance.level),
                "label": LEVELS[Level(state.assurance.level)],
                "at": _iso(state.assurance.at),
                "by": state.assurance.by or None,
                "valid": state.assurance.level > Level.UNKNOWN,
            },
            "journeys": [_journey(run, journey_titles, masked) for run in self._journeys.values()],
            "entries": [
                self._entry(entry, names, action_titles, queue_titles, masked)
                for entry in (*self._earlier, *self._entries)
            ],
            "matters": matters(state),
            "tone": {"language": self._tone.language, "sentiment": self._tone.sentiment, "course": self._course},
            "facts": _facts(state, journey_titles),
            "my_state": state.agents.get(viewer, "none").replace("done", "none"),
            "actions": actions,
        }

    def _entry(
        self,
        entry: dict[str, Any],
        names: Mapping[StaffId, str],
        action_titles: Mapping[str, str],
        queue_titles: Mapping[str, str],
        masked: bool,
    ) -> dict[str, Any]:
        if entry["kind"] == "message":
            return {**entry, "text": masked_text(entry["text"])} if masked else entry
        if entry["kind"] == "event":
            staff = entry["staff"]
            text = entry["text"].replace("{who}", names.get(staff, "An agent") if staff else "")
            text = text.replace("{queue}", queue_titles.get(entry["staff"], entry["staff"]))
            shown = {key: value for key, value in entry.items() if key != "staff"}
            return {**shown, "text": text}
        by = {**entry["by"], "name": names.get(entry["by"]["id"], entry["by"]["name"])}
        shown = {**entry, "by": by, "title": action_titles.get(entry["action"], entry["action"])}
        if entry["question"]:
            asker = StaffId(entry["question"]["by"])
            shown["question"] = {**entry["question"], "by": names.get(asker, asker)}
        if masked:
            hidden = ("says", "args", "private_args", "facts", "result")
            shown |= {name: masked_value(entry[name]) for name in hidden}
        private = shown.pop("private_args")
        # Who sends a draft answers for every word of it; elsewhere what is personal stays with the proposal.
        drafted = any(need["remedy"] == "draft" for need in entry["needs"])
        return {**shown, "sends": {**shown["args"], **private} if drafted else {}}

    def summary(self) -> dict[str, Any]:
        """The line that lists show: its channel, whose it is, what was said last and when."""
        last = next((each for each in reversed(self._entries) if each["kind"] == "message"), None)
        masked = self.state.assurance.level < Level.ONE_FACTOR
        name = masked_details({"name": self._name})["name"] if masked and self._name else self._name
        unread = 0
        for entry in reversed(self._entries):
            if entry["kind"] == "message" and entry["author"]["kind"] == "agent":
                break
            unread += entry["kind"] == "message" and entry["author"]["kind"] == "customer"
        return {
            "channel": self.state.channel.value,
            "customer_label": name or ("Customer " + self.state.customer if self.state.customer else "Visitor"),
            "last_text": masked_text(last["text"])[:140] if last else "",
            "last_at": last["at"] if last else None,
            "unread": unread,
            # A virtual agent's word stands last when it handed over and nobody has written to the customer since.
            "waiting_for": "you" if last and last["author"]["kind"] in ("customer", "virtual_agent") else "customer",
        }

    def about(self, journey_titles: Mapping[str, str]) -> str:
        """What it is about, in one line."""
        titles = [journey_titles.get(run["journey"], run["journey"]) for run in self._journeys.values()]
        said = [entry["text"] for entry in self._entries if entry["kind"] == "message" and _by_customer(entry)]
        words = [masked_text(text)[:140] for text in (*said[:1], *said[1:][-1:])]  # what it began with, and the newest
        known = [each["title"] for each in matters(self.state)]
        return " · ".join(dict.fromkeys((*known, *titles[-2:], *words)))


def _by_customer(entry: dict[str, Any]) -> bool:
    return bool(entry["author"]["kind"] == "customer")


def _message(event: MessagePosted, at: datetime) -> dict[str, Any]:
    return {
        "kind": "message",
        "id": event.message,
        "at": _iso(at),
        "author": {"kind": event.author.kind, "name": event.author.name, "model": event.author.model},
        "text": str(event.text),
        "card": msgspec.to_builtins(event.card) if isinstance(event.card, Card) else None,
    }


def _journey(run: dict[str, Any], titles: Mapping[str, str], masked: bool) -> dict[str, Any]:
    slots = [{"name": name, "value": masked_text(value) if masked else value} for name, value in run["slots"].items()]
    return {**run, "title": titles.get(run["journey"], run["journey"]), "slots": slots}


def _facts(state: InteractionState, journey_titles: Mapping[str, str]) -> list[dict[str, str]]:
    facts = [{"label": "Release", "value": state.release, "note": "the version of the definitions that it began on"}]
    if state.last_journey:
        title = journey_titles.get(state.last_journey, state.last_journey)
        facts.insert(0, {"label": "About", "value": title, "note": state.last_outcome.replace("_", " ")})
    if state.reason:
        facts.append({"label": "Handed over because", "value": state.reason, "note": ""})
    if state.approvals:
        waiting = f"{len(state.approvals)} proposal" + ("s" if len(state.approvals) > 1 else "")
        facts.append({"label": "Waiting for approval", "value": waiting, "note": ""})
    return facts


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Mapping):
        return str(value.get("text") or value.get("label") or value.get("name") or value.get("value") or dict(value))
    return str(value)


def _iso(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat()
