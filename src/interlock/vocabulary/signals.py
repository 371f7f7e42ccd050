"""Signals of fraud that somebody outside has seen: a detector, a telephone system, another program."""

from __future__ import annotations

from interlock.kernel.events import Command, Event
from interlock.vocabulary.channels import Principal
from interlock.vocabulary.ids import SessionId, tags


class SignalReported(Event, frozen=True, kw_only=True):
    """A detector saw a signal in a session, such as ``synthetic_voice``; it counts for that session from here on."""

    session: SessionId
    signal: str
    by: str

    def tags(self) -> tuple[str, ...]:
        return tags(session=self.session)


class ReportSignal(Command, frozen=True, kw_only=True):
    """Say that a signal was seen in a session."""

    session: SessionId
    signal: str
    by: Principal

    def lane(self) -> str:
        return self.session
