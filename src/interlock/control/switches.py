"""What has a person stopped (an action, a connector, a model, everything), and who may stop it and let it go on?"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

import msgspec

from interlock.control.bundle import Bundle
from interlock.control.rules import HALTED
from interlock.kernel.deciders import Decider, Moment
from interlock.kernel.documents import closest
from interlock.kernel.errors import Refused
from interlock.kernel.events import Event, Recorded
from interlock.kernel.log import Query
from interlock.vocabulary.channels import Principal
from interlock.vocabulary.ids import StaffId
from interlock.vocabulary.proposals import Ruling
from interlock.vocabulary.switches import (
    SWITCHES_TAG,
    ReleaseSwitch,
    Scope,
    SwitchReleased,
    SwitchThrown,
    ThrowSwitch,
)

SWITCHES: Final = Query(SWITCHES_TAG, (SwitchThrown, SwitchReleased))
"""What to read for how the switches stand."""

LONGEST_WHY: Final = 500
"""Characters of the reason for which a switch is thrown or released."""

OPERATORS: Final = ("supervisor", "admin")
"""The roles that throw and release switches."""

NOT_NOW: Final = "That is not possible at the moment. Please try again later, or ask for a person."
"""What a customer hears where a switch is thrown or a breaker is open."""

Key = tuple[Scope, str]


class Halt(msgspec.Struct, frozen=True, kw_only=True):
    """A switch that is thrown: who threw it, when and why."""

    scope: Scope
    name: str
    by: str
    reason: str
    since: datetime

    @property
    def ruling(self) -> Ruling:
        """The gate's own no."""
        what = "Everything" if self.scope == "tenant" else f"The {self.scope} '{self.name}'"
        return Ruling(
            HALTED, f"{what} is halted by {self.by} since {self.since:%Y-%m-%d %H:%M} UTC: {self.reason}", NOT_NOW
        )


@dataclass(frozen=True, slots=True)
class Switches:
    """How the switches stand.

    Attributes:
        lines: by switch, the position of its latest fact and the halt, None where it is released. Facts may be folded in
            any order and more than once: the latest of each switch counts.
    """

    lines: Mapping[Key, tuple[int, Halt | None]] = field(default_factory=dict)

    @property
    def thrown(self) -> tuple[Halt, ...]:
        """Every switch that is thrown, the longest first."""
        halts = (halt for _, halt in self.lines.values() if halt is not None)
        return tuple(sorted(halts, key=lambda halt: (halt.since, halt.scope, halt.name)))

    def on_tenant(self) -> Halt | None:
        """The switch that stops everything, if it is thrown."""
        return next((halt for halt in self.thrown if halt.scope == "tenant"), None)

    def on_connector(self, connector: str) -> Halt | None:
        """What stops calls of a connector."""
        return self._one("connector", connector)

    def on_action(self, action: str) -> Halt | None:
        """What stops an action: the tenant's switch, its connector's or its own."""
        return self.on_tenant() or self.on_connector(action.partition(".")[0]) or self._one("action", action)

    def on_model(self, model: str) -> Halt | None:
        """What stops a model from being asked."""
        return self.on_tenant() or self._one("model", model)

    def _one(self, scope: Scope, name: str) -> Halt | None:
        return self.lines.get((scope, name), (0, None))[1]


def fold(switches: Switches, recorded: Recorded) -> Switches:
    """How the switches stand after one more fact."""
    event = recorded.event
    if not isinstance(event, SwitchThrown | SwitchReleased):
        return switches
    key, position = (event.scope, event.name), recorded.cursor.position
    if switches.lines.get(key, (-1, None))[0] >= position:
        return switches
    halt = None
    if isinstance(event, SwitchThrown):
        halt = Halt(scope=event.scope, name=event.name, by=event.by, reason=event.reason, since=recorded.at)
    return Switches({**switches.lines, key: (position, halt)})


def throw_switch(bundle: Bundle, models: Collection[str], tenant: str) -> Decider[ThrowSwitch, Switches]:
    """To stop something. Throwing it again changes nothing: who did it first stays."""
    known: Mapping[Scope, Collection[str]] = {
        "action": bundle.actions,
        "connector": bundle.connectors,
        "model": models,
        "tenant": (tenant,),
    }

    def decide(command: ThrowSwitch, switches: Switches, moment: Moment) -> Sequence[Event]:
        check_operator(command.by)
        _refuse_unknown(command.name, command.scope, known[command.scope])
        reason = command.reason.strip()
        if not 0 < len(reason) <= LONGEST_WHY:
            raise Refused("reason_missing", f"Say in at most {LONGEST_WHY} characters why it is halted.", status=422)
        if switches.lines.get((command.scope, command.name), (0, None))[1] is not None:
            return ()
        return (SwitchThrown(scope=command.scope, name=command.name, by=command.by.id, reason=reason),)

    return Decider(ThrowSwitch, lambda command: (SWITCHES,), Switches(), fold, decide)


def release_switch() -> Decider[ReleaseSwitch, Switches]:
    """To let it go on, also something that no definition knows any more."""

    def decide(command: ReleaseSwitch, switches: Switches, moment: Moment) -> Sequence[Event]:
        check_operator(command.by)
        if len(command.reason) > LONGEST_WHY:
            raise Refused("reason_missing", f"A reason has at most {LONGEST_WHY} characters.", status=422)
        if (command.scope, command.name) not in switches.lines:
            what = f"Nothing called '{command.name[:80]}' was ever halted as {command.scope}."
            raise Refused("not_halted", what, status=404)
        if switches.lines[command.scope, command.name][1] is None:
            return ()
        return (
            SwitchReleased(scope=command.scope, name=command.name, by=command.by.id, reason=command.reason.strip()),
        )

    return Decider(ReleaseSwitch, lambda command: (SWITCHES,), Switches(), fold, decide)


def switches_document(switches: Switches, names: Mapping[StaffId, str]) -> list[dict[str, Any]]:
    """The switches that are thrown, for screens and programs.

    Args:
        names: what people call members of staff, by identifier.
    """
    return [
        {
            "scope": halt.scope,
            "name": halt.name,
            "by": names.get(StaffId(halt.by), halt.by),
            "since": halt.since.isoformat().replace("+00:00", "Z"),
            "reason": halt.reason,
        }
        for halt in switches.thrown
    ]


def check_operator(by: Principal) -> None:
    """Raises Refused ``role_missing`` for whoever may neither throw nor release switches."""
    if not set(OPERATORS) & set(by.roles):
        raise Refused("role_missing", "A supervisor or an administrator does this.", status=403)


def _refuse_unknown(name: str, scope: Scope, known: Collection[str]) -> None:
    if name not in known:
        near = closest(name[:80], known)
        mend = f"did you mean '{near}'?" if near else f"known: {', '.join(sorted(known))}."
        shown = name[:80].encode("ascii", "backslashreplace").decode()
        raise Refused("nothing_to_halt", f"There is no {scope} '{shown}'; {mend}", status=404)
