"""Identifiers: opaque strings with a prefix that tells their kind; they hold nothing personal."""

from __future__ import annotations

from typing import NewType

InteractionId = NewType("InteractionId", str)
PersonId = NewType("PersonId", str)
CustomerId = NewType("CustomerId", str)
SessionId = NewType("SessionId", str)
MessageId = NewType("MessageId", str)
StaffId = NewType("StaffId", str)
QueueName = NewType("QueueName", str)
VisitId = NewType("VisitId", str)
OfferId = NewType("OfferId", str)
RunId = NewType("RunId", str)
ProposalId = NewType("ProposalId", str)
ChallengeId = NewType("ChallengeId", str)
PromiseId = NewType("PromiseId", str)
ForesightId = NewType("ForesightId", str)
ReleaseId = NewType("ReleaseId", str)
ExternalAgentId = NewType("ExternalAgentId", str)
EventId = NewType("EventId", str)
FiringId = NewType("FiringId", str)

NOBODY = CustomerId("")
"""The customer of an interaction in which nobody has been matched yet."""


def tag(kind: str, identifier: str) -> str:
    """The tag of an entity, such as ``interaction:i_1``."""
    return f"{kind}:{identifier}"


def tags(**entities: str) -> tuple[str, ...]:
    """The tags of the entities that are named; empty identifiers are left out."""
    return tuple(f"{kind}:{identifier}" for kind, identifier in entities.items() if identifier)
