"""What is this interaction, who is on it, what is its whole history and context, in any channel?"""

from __future__ import annotations

from interlock.interactions.context import InteractionState
from interlock.interactions.subject import subject

__all__ = ["InteractionState", "subject"]
