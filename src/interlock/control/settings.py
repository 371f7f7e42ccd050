"""How long do codes, confirmations and approvals count, and how often may somebody try?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Final
from zoneinfo import ZoneInfo

import msgspec

from interlock.vocabulary.calendars import ALWAYS, Calendar
from interlock.vocabulary.channels import Channel
from interlock.vocabulary.proposals import Remedy
from interlock.vocabulary.texts import Messaging, Texts

BY_OTHERS: Final = ("do", "wait", "draft", "approve")
"""Remedies that others meet after the customer has done his part."""


class ControlSettings(msgspec.Struct, frozen=True, kw_only=True):
    """A tenant's settings of the gate.

    Attributes:
        secret: keys the digests of one-time codes and the hashes of arguments; never in the log.
        step_up_wait: how long the customer may take to give a code, from being asked; likewise for the others.
        step_up_valid: how long a code that was given counts for its proposal; likewise for the others. Where an
            approval is asked for afterwards, a customer's remedy counts until that approval can no longer be given.
        code_lasts: how long a one-time code can be given.
        code_tries: wrong codes after which a challenge is locked.
        codes_wrong_at_most: wrong codes for one customer within a day, over all sessions, after which none is sent.
        codes_per_hour: challenges in one session within an hour; and for one customer over all sessions of other vendors' agents.
        source_failures: failed matches from one network address within a day after which none is tried from there.
        details_failures: the same for one detail that is matched by.
        matches: the actions by which a customer is matched.
        address_cooling: for how long after a change of address codes still go to the one before.
        verified_for: how long assurance 2 counts in its session and channel; afterwards it is 1 again.
        send_code: the action that sends a one-time code; it takes ``to`` and ``code``.
        notice: the name in which a customer is told what went wrong.
        code_not_sent: what a customer hears whose code could not be sent.
        override_wait: how long a second person has to agree to an override, and ``override_valid`` how long it counts.
        draft_roles: who may send what was prepared, beside the agent who has the interaction.
        zone: the tenant's time zone, and ``hours`` its business hours.
        tenant: the tenant's name, which its kill switch goes by.
        models: the names of the models that may be asked.
        patience: the channels in which a customer answers when she likes, with how long she has there.
    """

    secret: bytes
    step_up_wait: timedelta = timedelta(minutes=15)
    confirm_wait: timedelta = timedelta(minutes=15)
    do_wait: timedelta = timedelta(hours=24)
    draft_wait: timedelta = timedelta(hours=72)
    approval_wait: timedelta = timedelta(hours=72)
    step_up_valid: timedelta = timedelta(minutes=15)
    confirm_valid: timedelta = timedelta(minutes=15)
    do_valid: timedelta = timedelta(hours=24)
    wait_valid: timedelta = timedelta(minutes=15)
    draft_valid: timedelta = timedelta(minutes=15)
    approval_valid: timedelta = timedelta(minutes=15)
    code_lasts: timedelta = timedelta(minutes=10)
    code_tries: int = 3
    codes_per_hour: int = 5
    codes_wrong_at_most: int = 10
    source_failures: int = 30
    details_failures: int = 10
    matches: frozenset[str] = frozenset()
    address_cooling: timedelta = timedelta(days=3)
    verified_for: timedelta = timedelta(minutes=30)
    send_code: str = "mail.send_code"
    notice: str = "Interlock"
    code_not_sent: str = Texts().code_not_sent
    override_wait: timedelta = timedelta(hours=24)
    override_valid: timedelta = timedelta(hours=2)
    draft_roles: tuple[str, ...] = ("supervisor",)
    zone: ZoneInfo | None = None
    hours: Calendar = ALWAYS
    tenant: str = "tenant"
    models: tuple[str, ...] = ("builtin",)
    patience: Mapping[Channel, Messaging] = msgspec.field(default_factory=dict)

    def on(self, channel: Channel | None) -> ControlSettings:
        """The same with the times of a channel in which a customer is written to; None for any other."""
        longer = self.patience.get(channel) if channel is not None else None
        if longer is None:
            return self
        return msgspec.structs.replace(
            self,
            step_up_wait=longer.challenge_ttl,
            code_lasts=longer.challenge_ttl,
            confirm_wait=longer.confirm_ttl,
            confirm_valid=longer.confirm_ttl,
            step_up_valid=longer.confirm_ttl,
        )

    def wait(self, remedy: Remedy) -> timedelta:
        """How long a remedy may be waited for; for ``wait:…`` see ``ProposalJudged.waits``."""
        return {
            "step_up": self.step_up_wait,
            "do": self.do_wait,
            "draft": self.draft_wait,
            "approve": self.approval_wait,
        }.get(remedy.kind, self.confirm_wait)

    def validity(self, remedy: Remedy, later: Iterable[timedelta] = ()) -> timedelta:
        """How long a remedy counts from when it is met.

        Args:
            later: how long each remedy may take that others have still to meet afterwards. A code is fresh when it is
                given, not when a supervisor gets round to it, so the remedy then outlasts all that may be waited for.
        """
        own = {
            "step_up": self.step_up_valid,
            "do": self.do_valid,
            "wait": self.wait_valid,
            "draft": self.draft_valid,
            "approve": self.approval_valid,
        }.get(remedy.kind, self.confirm_valid)
        waits = tuple(later)
        if not waits:
            return own
        return own + self.step_up_wait + self.confirm_wait + sum(waits, self.approval_valid)


class EffectSettings(msgspec.Struct, frozen=True, kw_only=True):
    """How effects are carried out.

    Attributes:
        lease: for how long a node has the right to call, from EffectStarted; longer than all its calls together take.
        attempts: how many nodes (or starts of one) may take a repeatable effect over from one another.
        calls: calls within one attempt.
        pause: before the second call of an attempt; doubled before each further one.
        lookup_grace: how long after the lease a look-up that finds nothing is asked again before a person has to look.
    """

    lease: timedelta = timedelta(seconds=10)
    attempts: int = 5
    calls: int = 4
    pause: timedelta = timedelta(milliseconds=250)
    lookup_grace: timedelta = timedelta(seconds=10)
