"""How much can an agent have in hand at once, and how much of that does one interaction of a channel take?"""

from __future__ import annotations

from typing import Final

import msgspec

from interlock.vocabulary.channels import Channel


class Share(msgspec.Struct, frozen=True):
    """What one interaction of a channel takes of an agent's capacity.

    Attributes:
        channel: the medium that it is about.
        weight: how many units one interaction takes.
        most: how many of this channel at once, whatever else he has; None for as many as fit.
        put_aside_for: the channels for which an interaction of this one waits: it leaves its units to them meanwhile.
        wrap_up_ms: how long its wrap-up keeps the units, in milliseconds; None until it is wrapped up.
    """

    channel: Channel
    weight: int = 1
    most: int | None = None
    put_aside_for: tuple[Channel, ...] = ()
    wrap_up_ms: int | None = None


class Capacity(msgspec.Struct, frozen=True):
    """How many units an agent has, and the channels that he takes; all of them, with one unit each, where none is named."""

    units: int = 3
    shares: tuple[Share, ...] = ()


USUAL: Final = "default"
"""The profile of everybody for whom no other one is named."""
