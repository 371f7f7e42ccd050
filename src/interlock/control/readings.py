"""What does a judgement read outside, beside the log, and what do the connector's own functions make of it?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, Final, NamedTuple

import msgspec

from interlock.control.actions import CUSTOMER, PROPOSAL, Action, CustomerFact, FactFunction, all_args
from interlock.control.templates import Unknown
from interlock.vocabulary.ids import CustomerId
from interlock.vocabulary.proposals import ActionProposed


class ResourceRead(msgspec.Struct, frozen=True, kw_only=True):
    """What the gate's own read of the resource gave, or one of the action's further reads, at ``at``.

    Attributes:
        record: what the system told; None where there is no such thing.
        failure: why it could not be read, in one sentence; empty where it could.
    """

    at: datetime
    record: Mapping[str, Any] | None = None
    failure: str = ""


class KnownFact(msgspec.Struct, frozen=True, kw_only=True):
    """What a connector knows of the customer: the value read at ``at``, or why there is none.

    A value that is older than its fact allows comes with the failure to read it again.
    """

    fact: CustomerFact
    at: datetime
    value: Any = None
    failure: str = ""


class Computed(NamedTuple):
    """What the functions of facts.py said: the values by name, and of those that failed, how."""

    values: Mapping[str, Any]
    failed: Mapping[str, str]


NOTHING_COMPUTED: Final = Computed({}, {})


def resource_request(action: Action, proposed: ActionProposed) -> tuple[str, dict[str, Any]] | None:
    """The operation and its parameters by which the gate reads the resource of a proposal; None if it touches none."""
    key = proposed.args.get(action.resource.key) if action.resource is not None else None
    if action.resource is None or not isinstance(key, str):
        return None
    return action.resource.operation, {action.resource.key: key}


class ReadRequest(NamedTuple):
    """One further read: its operation and parameters, or why it cannot be asked."""

    operation: str
    parameters: dict[str, Any]
    failure: str = ""


def read_requests(
    action: Action, proposed: ActionProposed, customer: CustomerId, record: Mapping[str, Any] | None = None
) -> dict[str, ReadRequest]:
    """The further reads of a proposal, by name; without those that need an unknown customer.

    Args:
        record: the resource as just read: gives those reads that name something of it. None gives those that do not, which
            need not wait for it.
    """
    values = {**all_args(proposed.args, proposed.private_args), PROPOSAL: proposed.proposal}
    if customer:
        values[CUSTOMER] = customer
    if record is not None and action.resource is not None:
        values[action.resource.name] = record
    found = {}
    for read in action.reads:
        if read.after_resource != (record is not None):
            continue
        try:
            parameters = {name: each.value(values) for name, each in read.parameters.items()}
        except Unknown as gap:
            # The customer, or a personal argument that was erased: there is nothing to be read.
            if record is not None and action.resource is not None and gap.path.startswith(f"{action.resource.name}."):
                found[read.name] = ReadRequest(read.operation, {}, f"there is no '{gap.path}' in what was read")
            continue
        found[read.name] = ReadRequest(read.operation, parameters)
    return found


def customer_request(fact: CustomerFact, customer: CustomerId) -> dict[str, Any]:
    """The parameters of the operation that tells a fact of the customer."""
    return {name: each.value({CUSTOMER: customer}) for name, each in fact.parameters.items()}


def compute(
    action: Action, record: Mapping[str, Any], args: Mapping[str, Any], reads: Mapping[str, ResourceRead]
) -> Computed:
    """Ask the action's functions, here and without a limit of time: for tests, replays and simulations.

    Args:
        record: the resource as read.
        args: all arguments.
        reads: what the further reads gave; a function that takes them fails where one of them did.
    """
    values: dict[str, Any] = {}
    failed: dict[str, str] = {}
    records = records_of(action, reads)
    for fact, function, failure in functions_of(action, reads):
        if failure:
            failed[fact] = failure
            continue
        try:
            values[fact] = function.call(record, args, records) if function.takes_reads else function.call(record, args)
        except Exception as error:
            # Whatever a connector's own function trips over is a fact that is missing, and with it a denial. What a
            # LookupError says are the author's own words; any other message may repeat something personal.
            failed[fact] = (
                str(error)[:200] if type(error) is LookupError else f"its function raised {type(error).__name__}"
            )
    return Computed(values, failed)


def records_of(action: Action, reads: Mapping[str, ResourceRead]) -> dict[str, Mapping[str, Any] | None]:
    """What the functions get of the further reads: each by its name, None where it found nothing or was not asked."""
    return {each.name: reads[each.name].record if each.name in reads else None for each in action.reads}


def functions_of(action: Action, reads: Mapping[str, ResourceRead]) -> Iterator[tuple[str, FactFunction, str]]:
    """The action's facts with their functions, and why one cannot be asked: what it takes could not be read."""
    unread = "; ".join(f"'{name}' was not read: {each.failure}" for name, each in reads.items() if each.failure)
    for fact in action.facts:
        function = action.functions[fact.name]
        yield fact.name, function, unread if function.takes_reads else ""
