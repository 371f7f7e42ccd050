"""What can be written in a scenario file: who comes, what systems answer, what is said and done, what came of it?"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, Final, Literal

import msgspec
from msgspec import Meta

from interlock.journeys.slots import Name, Words
from interlock.kernel.documents import Duration, Misread
from interlock.vocabulary.channels import Channel

FullName = Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_]*\.[A-Za-z_][A-Za-z0-9_.-]*\Z", examples=["shop.getOrder"])]
"""An operation (``shop.getOrder``) or an action (``shop.get_order``) of a connector."""

Fault = Literal["unreachable", "error", "timeout", "answer_lost"]

NOT_FOUND: Final = "not_found"
"""The refusal with which a system says that it has no such thing; a judgement then finds no resource."""


class Refusal(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How a system says no."""

    code: Name
    reason: Words = "The system refuses."


class AnswersReply(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The system answers with this.

    Attributes:
        given: only to calls with these parameters (``for`` in the file); to every call where none are named.
        times: so often and then no more; always where it is not said.
    """

    answers: dict[str, Any]
    given: dict[str, Any] = msgspec.field(name="for", default_factory=dict)
    times: Annotated[int, Meta(ge=1, le=1000)] | None = None


class RefusesReply(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The system says no and does nothing; ``refuses: not_found`` has no such thing."""

    refuses: Refusal | Name
    given: dict[str, Any] = msgspec.field(name="for", default_factory=dict)
    times: Annotated[int, Meta(ge=1, le=1000)] | None = None

    @property
    def refusal(self) -> Refusal:
        """The code and the reason."""
        return self.refuses if isinstance(self.refuses, Refusal) else Refusal(code=self.refuses)


class FailsReply(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The call comes to nothing.

    ``unreachable``: it never arrives. ``error``: it arrives, and the answer says neither yes nor no. ``timeout``: no
    answer comes in time. In both nothing is done. ``answer_lost``: it is done, with what the next reply that fits
    answers, and nobody hears of it.
    """

    fails: Fault
    given: dict[str, Any] = msgspec.field(name="for", default_factory=dict)
    times: Annotated[int, Meta(ge=1, le=1000)] | None = None


Reply = AnswersReply | RefusesReply | FailsReply


class Given(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is so before anybody says anything; what a scenario says itself goes before what its file says.

    Attributes:
        customer: the customer's identifier, where who it is was established earlier in this session.
        at: when it begins, as ``2026-11-23T09:00``, in the tenant's time zone; a Monday at 09:00 where it is not said.
        language: the language that the customer's browser asks for, where the tenant has texts in it; the tenant's own where
            it is not said.
        on_shift: the queues for which an agent is available.
        consents: the purposes that the customer has agreed to be written to about.
        closed: the queues that a supervisor has closed, and what customers are told about it.
        systems: what the systems behind the connectors answer, by operation or action: the first reply that fits, first of
            the scenario's own, then of its file's.
    """

    customer: Annotated[str, Meta(max_length=100, examples=["c-104"])] | None = None
    channel: Channel | None = None
    language: Annotated[str, Meta(pattern=r"^[a-z]{2}\Z", examples=["de"])] | None = None
    at: Annotated[str, Meta(examples=["2026-11-23T09:00"])] | None = None
    on_shift: tuple[Name, ...] | None = None
    consents: tuple[Name, ...] | None = None
    closed: dict[Name, Words] | None = None
    systems: dict[FullName, Reply | tuple[Reply, ...]] = {}

    def moment(self) -> datetime:
        """When it begins; without a time zone where ``at`` names none. Raises Misread."""
        text = self.at or "2026-11-23T09:00"
        try:
            return datetime.fromisoformat(text)
        except ValueError:
            raise Misread(f"'{text}' is no date", "write for example '2026-11-23T09:00'") from None

    def before(self, file: Given) -> Given:
        """This, and what only the file says; without the systems' replies."""
        names = ("customer", "channel", "language", "at", "on_shift", "consents", "closed")
        return Given(**{name: getattr(file if getattr(self, name) is None else self, name) for name in names})

    def into(self, channel: Channel) -> Given:
        """The same in another channel."""
        return msgspec.structs.replace(self, channel=channel)


class ReceivesTurn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A system outside tells of an event of this type; triggers that wait for it are weighed."""

    receives: Annotated[str, Meta(min_length=1, max_length=200, examples=["shipment.delayed"])]
    data: dict[str, Any] = {}


class CustomerTurn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The customer writes."""

    customer: Words


class AskedTurn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The customer was asked for this slot, and the journey waits for it."""

    asked: Name


class SaidTurn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Part of what the customer was told since somebody last did something."""

    said: Words


class ConfirmsTurn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The customer confirms the card that says this, among other things."""

    confirms: Words


class DeclinesTurn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The customer declines the card that says this, among other things."""

    declines: Words


class PressesTurn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The customer presses a button of the last card: its value, or part of what is written on it."""

    presses: Words


class CodeTurn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The customer enters the one-time code that was sent, or a wrong one."""

    code: Literal["right", "wrong"]


class LeavesTurn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The customer closes the window."""

    leaves: Literal["customer"]


class ApprovesTurn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Somebody with this role approves what waits for an approval."""

    approves: Name


class RejectsTurn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Somebody with this role rejects it; ``reason`` is what the customer is told."""

    rejects: Name
    reason: Words = "That is not possible."


class CountersTurn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Somebody with this role offers less instead, which the customer then confirms or declines."""

    counters: Name
    amount: Annotated[Decimal, Meta(gt=0)]
    reason: Words = "I can offer you less."


class SendsTurn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Somebody with this role sends what was prepared for a person."""

    sends: Name


class DiscardsTurn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Somebody with this role does not send it; ``reason`` is what the customer is told."""

    discards: Name
    reason: Words = "That is not possible."


class FindsOutTurn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A supervisor has looked whether a call was carried out whose outcome nobody knew."""

    finds_out: Literal["done", "not_done"]


class WaitsTurn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Nobody does anything for so long, and what is due falls due."""

    waits: Duration


class HandedOverTurn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The customer now waits in this queue for a person."""

    handed_over: Name


class JoinsTurn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The agent on shift for this queue takes the conversation."""

    joins: Name


class AgentTurn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The agent who has the conversation writes."""

    agent: Words


class HandsBackTurn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The agent of this queue gives the conversation back to the assistant."""

    hands_back: Name


TurnWritten = (
    CustomerTurn | AskedTurn | SaidTurn | ConfirmsTurn | DeclinesTurn | PressesTurn | CodeTurn | LeavesTurn | ApprovesTurn
    | RejectsTurn | CountersTurn | SendsTurn | DiscardsTurn | FindsOutTurn | WaitsTurn | HandedOverTurn | JoinsTurn
    | AgentTurn | HandsBackTurn | ReceivesTurn
)  # fmt: skip

Decision = ApprovesTurn | RejectsTurn | CountersTurn | SendsTurn | DiscardsTurn | FindsOutTurn
"""The turns of somebody with authority."""

Expectation = AskedTurn | SaidTurn | HandedOverTurn
"""The turns in which nobody does anything: they say what has to be so."""

Turns = Annotated[tuple[TurnWritten, ...], Meta(min_length=1)]


class Then(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What came of it.

    Attributes:
        ended: the outcome of the journey's last run, as its ``end`` names it.
        calls: every call that changed something and reached a system, in order, by action or operation; each with what
            has to be among its arguments. None but these may have arrived; one-time codes need not be named.
        slots: values that slots and results of the journey's last run have, or parts of them.
    """

    ended: Name | None = None
    calls: dict[FullName, tuple[dict[str, Any], ...]] | None = None
    slots: dict[Name, Any] = {}


class ScenarioFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One scenario."""

    scenario: Words
    journey: Name
    turns: Turns
    given: Given = Given()
    then: Then = Then()


class FurtherScenario(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One of several scenarios of a file."""

    scenario: Words
    turns: Turns
    given: Given = Given()
    then: Then = Then()


class ScenariosFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Several scenarios of one journey, and what is given in each of them."""

    scenarios: Annotated[tuple[FurtherScenario, ...], Meta(min_length=1)]
    journey: Name
    given: Given = Given()
