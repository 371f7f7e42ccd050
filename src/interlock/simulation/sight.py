"""What does the log say about one customer, in whatever places she talks: which interactions, and where each of them stands?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from interlock.journeys import Conversation, evolve
from interlock.store.memory import MemoryStore
from interlock.vocabulary.ids import InteractionId, SessionId
from interlock.vocabulary.interactions import InteractionStarted


class Sight:
    """Reads on from where it read last: a walk asks after every step, and what was read stays as it is."""

    def __init__(self, store: MemoryStore) -> None:
        self._store = store
        self._read: dict[str, tuple[int, Conversation]] = {}

    def interactions(self, *sessions: SessionId) -> list[InteractionId]:
        """The interactions of some sessions, by session and in order."""
        return [
            fact.interaction
            for session in sessions
            for fact in self._of(f"session:{session}")
            if isinstance(fact, InteractionStarted) and fact.session == session
        ]

    def facts(self, *sessions: SessionId) -> Iterator[Any]:
        """All facts about the interactions of some sessions, by interaction and in order."""
        for interaction in self.interactions(*sessions):
            yield from self._of(f"interaction:{interaction}")

    def state(self, interaction: str) -> Conversation:
        """Where an interaction stands; as before the first message where there is none of that name."""
        written: Sequence[int] = self._store.by_tag.get(f"interaction:{interaction}", ())
        read, state = self._read.get(interaction, (0, Conversation()))
        for index in written[read:]:
            state = evolve(state, self._store.events[index])
        self._read[interaction] = (len(written), state)
        return state

    def _of(self, tag: str) -> Iterator[Any]:
        return (self._store.events[index].event for index in self._store.by_tag.get(tag, ()))
