"""What do the gate's tests start from: the demo's definitions, an interaction, and proposals in it?"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any, NamedTuple

from interlock.control import Bundle, ControlSettings, Known, ResourceRead, assemble, compute, judge, load_bundle, met
from interlock.control.actions import all_args
from interlock.control.met import Done
from interlock.control.past import past_of, windows_of
from interlock.control.proposals import fold
from interlock.control.timing import Times, times
from interlock.kernel.deciders import Decider, Moment
from interlock.kernel.events import Command, Cursor, Event, Recorded
from interlock.kernel.lines import Line, total
from interlock.vocabulary.assurance import Assurance, Level
from interlock.vocabulary.channels import VIRTUAL_AGENT, Channel, Principal
from interlock.vocabulary.ids import CustomerId, InteractionId, PersonId, ProposalId, SessionId
from interlock.vocabulary.interactions import InteractionStarted
from interlock.vocabulary.overrides import OverrideGranted
from interlock.vocabulary.people import CustomerMatched
from interlock.vocabulary.proposals import ActionProposed, ProposalJudged, Remedy, RemedyMet, Reservation

DEMO = Path(__file__).parents[2] / "examples" / "demo"
NOW = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
HELD = (
    Reservation("refunds_per_customer", "c-104", 1840, currency="EUR"),
    Reservation("refunds_this_month", "c-104", 1840, currency="EUR"),
    Reservation("refunds_this_year", "c-104", 1840, currency="EUR"),
    Reservation("step.refunded", "i_1", 1),
)
"""What an allowed refund of 18.40 holds."""

SETTINGS = ControlSettings(secret=b"the tenant's secret")

I = InteractionId("i_1")  # noqa: E741  interactions are called so everywhere
P = PersonId("p_eva")
S = SessionId("s_1")
EVA = CustomerId("c-104")
PR = ProposalId("pr_1")

AMARA = Principal(kind="agent", id="amara", roles=("agent",))
BEN = Principal(kind="agent", id="ben", roles=("agent",))
SOFIA = Principal(kind="agent", id="sofia", roles=("agent", "supervisor"))

STARTED = InteractionStarted(interaction=I, person=P, session=S, channel=Channel.CHAT, release="r1")
MATCHED = CustomerMatched(
    interaction=I, person=P, session=S, channel=Channel.CHAT, customer=EVA, by="order_and_email", name="Eva Lindqvist"
)


class Entry(NamedTuple):
    """One line of the ledger of a customer's refunds within 24 hours."""

    entry: str
    amount: int
    at: datetime
    settled: bool


def demo_files() -> dict[str, str]:
    """The texts of the demo's definitions that the gate reads, by path."""
    kinds = (".yaml", ".cedar", ".py", ".json")
    folders = ("connectors", "policies", "ledgers", "steps", "cases", "signals", "promises")
    paths = [path for folder in folders for path in sorted((DEMO / folder).rglob("*")) if path.suffix in kinds]
    return {path.relative_to(DEMO).as_posix(): path.read_text("utf-8") for path in paths}


@cache
def demo() -> Bundle:
    return load_bundle(demo_files(), "r1")


def after(**time: float) -> datetime:
    """A moment after NOW."""
    return NOW + timedelta(**time)


def recorded(*events: Event | tuple[Event, datetime]) -> list[Recorded]:
    """Events as the log hands them back; those without a time happened at NOW."""
    pairs = [each if isinstance(each, tuple) else (each, NOW) for each in events]
    return [Recorded(Cursor(1, n), f"e{n}", at, event, "test") for n, (event, at) in enumerate(pairs)]


def moment(now: datetime = NOW) -> Moment:
    numbers = count(1)
    return Moment(now, lambda prefix: f"{prefix}_{next(numbers)}")


def decide(
    decider: Decider[Any, Any], command: Command, given: Iterable[Event | tuple[Event, datetime]], now: datetime = NOW
) -> Sequence[Event]:
    """Given facts, when a command comes, then these facts follow (or Refused is raised)."""
    wanted = [each for each in recorded(*given) if any(query.matches(each.event) for query in decider.reads(command))]
    return decider.decide(command, decider.fold(wanted), moment(now))


def euros(cents: int) -> dict[str, Any]:
    return {"amount": cents, "currency": "EUR"}


def proposed(
    cents: int = 1840,
    *,
    principal: Principal = VIRTUAL_AGENT,
    action: str = "shop.refund_item",
    proposal: str = PR,
    args: dict[str, Any] | None = None,
    bundle: Bundle | None = None,
) -> ActionProposed:
    """A proposal of Eva's: a refund of her kettle unless it says otherwise."""
    raw = args if args is not None else {"order_id": "A-1042", "item_id": "i-1", "amount": euros(cents)}
    checked = (bundle or demo()).action(action).check(raw, SETTINGS.secret)
    return ActionProposed(
        proposal=ProposalId(proposal),
        interaction=I,
        person=P,
        session=S,
        channel=Channel.CHAT,
        customer=EVA,
        principal=principal,
        action=action,
        args=checked.args,
        private_args=checked.private_args,
        args_hash=checked.args_hash,
        run="run_1" if principal.kind == "virtual_agent" else "",
    )


def order(owner: str = EVA, status: str = "delivered", left: int = 50_000, **more: Any) -> dict[str, Any]:
    """An order as the shop tells it."""
    return {
        "order_id": "A-1042",
        "customer_id": owner,
        "status": status,
        "payment": {"method": "card", "label": "Visa ending 4242"},
        "items": [{"id": "i-1", "name": "Copper kettle", "price": euros(left), "refundable": euros(left)}],
        **more,
    }


def known(level: int = 1, customer: CustomerId = EVA, failed: int = 0, codes: int = 0) -> Known:
    return Known(Assurance(Level(level), customer, NOW, S, Channel.CHAT, "order_and_email"), failed, codes)


def remedy_met(
    of: ActionProposed, remedy: str, by: Principal | None = None, until: datetime | None = None
) -> RemedyMet:
    kind, _, argument = remedy.partition(":")
    return RemedyMet(
        proposal=of.proposal,
        interaction=of.interaction,
        person=of.person,
        remedy=Remedy(kind, argument),  # type: ignore[arg-type]
        by=by or Principal(kind="customer", id=of.person, roles=("customer",)),
        args_hash=of.args_hash,
        valid_until=until or after(minutes=15),
    )


def judged(
    of: ActionProposed,
    *remedies: RemedyMet,
    record: dict[str, Any] | None = None,
    missing: bool = False,
    failure: str = "",
    who: Known | None = None,
    entries: Sequence[Entry] = (),
    ran: Sequence[Entry] = (),
    now: datetime = NOW,
    bundle: Bundle | None = None,
    when: Times | None = None,
    done: Sequence[Done] = (),
    granted: Sequence[OverrideGranted] = (),
) -> ProposalJudged:
    """The gate's answer, with all its parts put together as the runtime does."""
    gate = bundle or demo()
    action = gate.action(of.action)
    read = None
    if action.resource is not None:
        read = ResourceRead(at=now, record=None if missing or failure else record or order(), failure=failure)
    found = {} if read is None or read.record is None else read.record
    computed = compute(action, found, all_args(of.args, of.private_args), {})
    facts = assemble(action, of, who or known(), read, now, computed=computed)
    facts = facts._replace(time=when or times(now, proposed_at=NOW))
    state = fold(recorded(of, *remedies))
    ledgers = gate.ledgers_of(of.action)
    subjects = gate.subjects(of, facts, SETTINGS.secret)
    totals = {}
    for one in windows_of(ledgers, subjects, of.proposal, now):
        told = entries if one.ledger == "refunds_per_customer" else ran if one.ledger == "step.refunded" else ()
        lines = [Line(one.ledger, one.subject, *entry) for entry in told if entry.entry != one.aside]
        totals[one.ledger, one.subject] = total(each for each in lines if each.at > one.since or not each.settled)
    cured = met(of, state.met, now, customer=facts.customer, done=done, done_valid=SETTINGS.do_valid, granted=granted)
    return judge(gate, of, facts, cured, past_of(ledgers, subjects, totals, now), now)
