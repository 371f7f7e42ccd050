"""How is what a model says shown while it is still coming? In small pieces, as a signal; only the whole of it is a fact."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Final

from interlock.runtime.signals import Signals

BATCH_S: Final = 0.05
"""So long are words collected before they go out; the first ones go at once."""

DRAFT: Final = "draft"
"""The signal that carries a piece, or takes all pieces back."""


class Draft:
    """One text of a model on its way to whoever watches the interaction."""

    def __init__(
        self,
        signals: Signals,
        interaction: str,
        name: str,
        refuses: Callable[[str], bool],
        ready: Callable[[], bool] = lambda: True,
    ) -> None:
        """
        Args:
            name: tells this text from the next one.
            refuses: whether a text may not be said; from then on nothing more of it is shown.
            ready: whether everything that was said before it is shown; until then it is kept back.
        """
        self._signals = signals
        self._of = f"interaction:{interaction}"
        self._name = name
        self._refuses = refuses
        self._ready = ready
        self._text = ""
        self._shown = ""
        self._refused = False
        self._timer: asyncio.TimerHandle | None = None

    def hear(self, text: str) -> None:
        """All that is said so far; less than before where the model begins anew."""
        if self._refused or text == self._text:
            return
        self._text = text
        if not text.startswith(self._shown):
            self.take_back()
            self._text = text
        if self._timer is None and text:
            self._show()

    def end(self) -> None:
        """Nothing more comes; what was shown stays until the message itself is there."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def take_back(self) -> None:
        """What was shown was not said."""
        self.end()
        if self._shown:
            self._signals.tell(
                self._of, {"signal": DRAFT, "author": "virtual_agent", "draft": self._name, "gone": True}
            )
        self._text = self._shown = ""

    def _show(self) -> None:
        self._timer = None
        if self._text == self._shown:
            return
        if not self._ready():
            self._timer = asyncio.get_running_loop().call_later(BATCH_S, self._show)
            return
        if self._refuses(self._text):
            self.take_back()
            self._refused = True
            return
        piece = {"draft": self._name, "at": len(self._shown), "text": self._text[len(self._shown) :]}
        self._signals.tell(self._of, {"signal": DRAFT, "author": "virtual_agent", **piece})
        self._shown = self._text
        self._timer = asyncio.get_running_loop().call_later(BATCH_S, self._show)
