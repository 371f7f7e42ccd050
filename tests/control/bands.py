"""What do the tests of approvals start from: bands, a rule that wants a second approval, and refunds that wait?"""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import cache
from typing import Any

from interlock.control import Bundle, load_bundle
from interlock.control.approving import approval_asked, approve, counter_offer, escalate_approval, reject
from interlock.control.proposals import fold
from interlock.kernel.events import Event
from interlock.vocabulary.approvals import (
    ApprovalAsked,
    AuthorityDelegated,
    CounterOffer,
)
from interlock.vocabulary.channels import Lender, Principal
from interlock.vocabulary.ids import ProposalId, StaffId
from interlock.vocabulary.money import Money
from interlock.vocabulary.proposals import (
    ActionProposed,
    Approve,
    Remedy,
    RemedyMet,
)
from tests.control.given import (
    NOW,
    SETTINGS,
    after,
    demo_files,
    judged,
    proposed,
    recorded,
    remedy_met,
)

BANDS = """
approvers:
  supervisor:
    up_to: { EUR: 450.00 }
    answer_within: 30m
    escalates_to: manager
    on_duty:
      timezone: UTC
      weekly: { monday: ["08:00-20:00"] }
    out_of_hours: manager
  manager:
    up_to: { EUR: 550.00 }
    answer_within: 4h
"""

SECOND = """
@id("zz.second") @remedy("approve:manager") @reason("Refunds of two kinds are approved twice.")
forbid (principal, action == Action::"shop.refund_item", resource)
when { context.args has reason && context.args.reason == "goodwill" }
unless { context.met.approvals.contains("manager") };
"""
OMAR = Principal(kind="agent", id="omar", roles=("supervisor",))
MAYA = Principal(kind="agent", id="maya", roles=("manager",))
BOTH = Principal(kind="agent", id="both", roles=("supervisor", "manager"))
BY_SUPERVISOR = Remedy("approve", "supervisor")
NIGHT = NOW + timedelta(hours=12)

Given = list[Event | tuple[Event, datetime]]


@cache
def banded() -> Bundle:
    return load_bundle(demo_files() | {"approvals.yaml": BANDS, "policies/zz.cedar": SECOND}, "r3")


def refund(cents: int = 42_000, **more: Any) -> ActionProposed:
    return proposed(cents, bundle=banded(), **more)


def waits(of: ActionProposed, *met: RemedyMet, now: datetime = NOW) -> Given:
    """The customer has done her part, and the approvers are asked."""
    codes = (remedy_met(of, "step_up:2", until=after(hours=90)), remedy_met(of, "confirm", until=after(hours=90)))
    asked = judged(of, *codes, *met, bundle=banded(), now=now)
    before = fold(recorded(of, *codes, *met))
    return [of, *codes, *met, (asked, now), *((each, now) for each in approval_asked(asked, before, banded(), now))]


HOLDS = (Lender("omar", ("supervisor",)), Lender("both", ("supervisor", "manager")))
"""Whoever lends authority here has it himself."""


def yes(by: Principal, of: ActionProposed, lenders: tuple[Lender, ...] = HOLDS) -> Approve:
    return Approve(proposal=of.proposal, by=by, args_hash=of.args_hash, lenders=lenders)


def counter(by: Principal, of: ActionProposed, cents: int = 30_000) -> CounterOffer:
    return CounterOffer(
        proposal=of.proposal,
        counter=ProposalId("pr_2"),
        by=by,
        args_hash=of.args_hash,
        amount=Money(cents, "EUR"),
        customer_reason="We can meet you halfway.",
        file_reason="The item was used.",
    )


def lent(to: str, by: str = "omar", until: datetime | None = None) -> AuthorityDelegated:
    return AuthorityDelegated(
        delegation="dg_1", by=StaffId(by), to=StaffId(to), roles=("supervisor",), until=until or after(days=2)
    )


APPROVE, REJECT = approve(banded(), SETTINGS), reject(banded(), SETTINGS)
COUNTER, ESCALATE = counter_offer(banded(), SETTINGS), escalate_approval(banded())


def asked(given: Given) -> list[ApprovalAsked]:
    return [each[0] for each in given if isinstance(each, tuple) and isinstance(each[0], ApprovalAsked)]
