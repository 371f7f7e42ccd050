"""Where does this customer's journey stand and what comes next, the same in every channel?"""

from __future__ import annotations

from interlock.journeys.ahead import Ahead, beginning, under_way
from interlock.journeys.expected import Expected, ExpectedSlot, expected, offered_outside, slots_of
from interlock.journeys.model import Journey, JourneySet
from interlock.journeys.state import Conversation, evolve
from interlock.journeys.subject import reads, subject
from interlock.journeys.turn import Kit, menu_of

__all__ = [
    "Ahead",
    "Conversation",
    "Expected",
    "ExpectedSlot",
    "Journey",
    "JourneySet",
    "Kit",
    "beginning",
    "evolve",
    "expected",
    "menu_of",
    "offered_outside",
    "reads",
    "slots_of",
    "subject",
    "under_way",
]
