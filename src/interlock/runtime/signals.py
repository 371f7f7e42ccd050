"""What is worth telling at this moment and no longer: live signals such as typing, which nobody logs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from typing import Any

Signal = dict[str, Any]
Relay = Callable[[str, Signal], None]
"""Carries a signal about something to the other nodes."""


class Signals:
    """Hands signals to whoever watches what they are about, on this node and on the others, and forgets them."""

    def __init__(self) -> None:
        self._listeners: dict[str, set[Callable[[Signal], None]]] = defaultdict(set)
        self.relay: Relay | None = None

    def tell(self, of: str, signal: Signal) -> None:
        """Tell whoever watches, wherever; nothing is logged."""
        self.hear(of, signal)
        if self.relay is not None:
            self.relay(of, signal)

    def hear(self, of: str, signal: Signal) -> None:
        """Tell whoever watches on this node."""
        for listener in tuple(self._listeners.get(of, ())):
            listener(signal)

    def listen(self, of: str, listener: Callable[[Signal], None]) -> Callable[[], None]:
        """Listen for signals; gives the function that ends it."""
        self._listeners[of].add(listener)

        def end() -> None:
            self._listeners[of].discard(listener)
            if not self._listeners[of]:
                del self._listeners[of]

        return end
