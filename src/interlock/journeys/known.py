"""What can a journey refer to outside its own file: actions, queues, remedies, promises?"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from interlock.journeys.calling import Callee
from interlock.vocabulary.settings import TenantSettings


class KnownArgument(Protocol):
    """An argument of an action."""

    @property
    def name(self) -> str: ...
    @property
    def optional(self) -> bool: ...


class KnownAction(Protocol):
    """An action of a connector, as far as a journey calls it."""

    @property
    def args(self) -> Sequence[KnownArgument]: ...
    @property
    def effect(self) -> str: ...
    @property
    def purposes(self) -> tuple[str, ...]: ...


Actions = Mapping[str, KnownAction]


@dataclass(frozen=True, slots=True)
class Known:
    """What a journey can refer to outside its own file.

    Attributes:
        permitted: the actions that some rule permits to the virtual agent; None where that is not checked.
    """

    tenant: TenantSettings
    actions: Actions | None
    queues: Collection[str] | None
    defaults: frozenset[str]
    remedies: Mapping[str, Collection[str]]
    promises: Collection[str] | None = None
    callees: Mapping[str, Callee] = field(default_factory=dict)
    permitted: Collection[str] | None = None
