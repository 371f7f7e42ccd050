"""Staff: the people who work with Interlock, their roles, and when they signed in."""

from __future__ import annotations

from typing import Literal

from interlock.kernel.events import Event
from interlock.vocabulary.channels import Principal
from interlock.vocabulary.ids import CustomerId, InteractionId, QueueName, StaffId, tags
from interlock.vocabulary.skills import Skill

Role = Literal["agent", "supervisor", "manager", "admin"]


class StaffAdded(Event, frozen=True, kw_only=True):
    """A local user was added. Name, login and password digest are in the account table, not in the log."""

    staff: StaffId
    roles: tuple[str, ...]
    queues: tuple[QueueName, ...]
    skills: tuple[Skill, ...] = ()
    by: str

    def tags(self) -> tuple[str, ...]:
        return tags(staff=self.staff)


class StaffRolesChanged(Event, frozen=True, kw_only=True):
    """What somebody may do, and which queues he serves, from now on."""

    staff: StaffId
    roles: tuple[str, ...]
    queues: tuple[QueueName, ...]
    by: str

    def tags(self) -> tuple[str, ...]:
        return tags(staff=self.staff)


class StaffSkillsChanged(Event, frozen=True, kw_only=True):
    """What somebody can do, how well, and until when that is certified, from now on."""

    staff: StaffId
    skills: tuple[Skill, ...]
    by: str

    def tags(self) -> tuple[str, ...]:
        return tags(staff=self.staff)


class StaffCapacityChanged(Event, frozen=True, kw_only=True):
    """How much somebody takes at once, and of which channels: the profile of that name; the usual one where it is empty."""

    staff: StaffId
    profile: str
    by: str

    def tags(self) -> tuple[str, ...]:
        return tags(staff=self.staff)


class StaffPasswordChanged(Event, frozen=True, kw_only=True):
    """Somebody has another password; his sign-ins have ended."""

    staff: StaffId
    by: str

    def tags(self) -> tuple[str, ...]:
        return tags(staff=self.staff)


class StaffRemoved(Event, frozen=True, kw_only=True):
    """Somebody does not work here any more; his sign-ins have ended. His name stays for what he did."""

    staff: StaffId
    by: str

    def tags(self) -> tuple[str, ...]:
        return tags(staff=self.staff)


class StaffSignedIn(Event, frozen=True, kw_only=True):
    """Somebody proved who he is."""

    staff: StaffId
    method: Literal["password"] = "password"

    def tags(self) -> tuple[str, ...]:
        return tags(staff=self.staff)


class StaffSignInFailed(Event, frozen=True, kw_only=True):
    """A wrong password for a known user, or a locked account."""

    staff: StaffId
    why: Literal["wrong_password", "locked"]

    def tags(self) -> tuple[str, ...]:
        return tags(staff=self.staff)


class StaffSignedOut(Event, frozen=True, kw_only=True):
    """The session was ended by the person."""

    staff: StaffId

    def tags(self) -> tuple[str, ...]:
        return tags(staff=self.staff)


class InteractionRead(Event, frozen=True, kw_only=True):
    """Somebody opened the whole record of an interaction: transcript, proposals, judgements, effects."""

    interaction: InteractionId
    staff: StaffId

    def tags(self) -> tuple[str, ...]:
        return tags(interaction=self.interaction, staff=self.staff)


class LedgerRead(Event, frozen=True, kw_only=True):
    """Somebody looked up how a line of a ledger stands.

    Attributes:
        subject: whose line it is; where that is personal, a hash.
        customer: the same where the ledger is kept by customer.
    """

    ledger: str
    subject: str
    customer: CustomerId
    by: Principal

    def tags(self) -> tuple[str, ...]:
        return tags(customer=self.customer, staff=self.by.id if self.by.kind == "agent" else "")
