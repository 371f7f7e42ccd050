"""Kill switches: what a person has stopped at once, everywhere, and let go on again."""

from __future__ import annotations

from typing import Final, Literal

from interlock.kernel.events import Command, Event
from interlock.vocabulary.channels import Principal

Scope = Literal["action", "connector", "model", "tenant"]
"""What a switch stops: one action, every call of a connector, a model's suggestions, or everything that is proposed."""

SWITCHES_TAG: Final = "switches:all"
"""Every fact about switches carries it: there are few, and they are read together."""


class SwitchThrown(Event, frozen=True, kw_only=True):
    """A person stopped something; ``by`` is who, ``reason`` why, for colleagues and auditors."""

    scope: Scope
    name: str
    by: str
    reason: str

    def tags(self) -> tuple[str, ...]:
        return (SWITCHES_TAG,)


class SwitchReleased(Event, frozen=True, kw_only=True):
    """A person let it go on again."""

    scope: Scope
    name: str
    by: str
    reason: str = ""

    def tags(self) -> tuple[str, ...]:
        return (SWITCHES_TAG,)


class ThrowSwitch(Command, frozen=True, kw_only=True):
    """Stop something at once, on every node."""

    scope: Scope
    name: str
    by: Principal
    reason: str

    def lane(self) -> str:
        return SWITCHES_TAG


class ReleaseSwitch(Command, frozen=True, kw_only=True):
    """Let it go on; what was refused meanwhile stays refused."""

    scope: Scope
    name: str
    by: Principal
    reason: str = ""

    def lane(self) -> str:
        return SWITCHES_TAG
