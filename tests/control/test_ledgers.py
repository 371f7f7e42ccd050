"""Does a ledger hold what was and will be moved, never less, whatever order things finish in?"""

from __future__ import annotations

from datetime import timedelta

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from interlock.control import ResourceRead, assemble, effects
from interlock.control.facts import Facts
from interlock.control.ledgers import postings
from interlock.control.proposals import fold
from interlock.kernel.log import Posting
from interlock.vocabulary.ids import NOBODY, CustomerId
from interlock.vocabulary.money import Money
from interlock.vocabulary.proposals import ActionProposed, EffectUnknown
from tests.control.given import (
    EVA,
    NOW,
    PR,
    SETTINGS,
    Entry,
    I,
    after,
    demo,
    judged,
    known,
    order,
    proposed,
    recorded,
    remedy_met,
)

REFUND = proposed()
ALLOWED = judged(REFUND, remedy_met(REFUND, "confirm"))
STATE = fold(recorded(REFUND, ALLOWED))


def answer(cents: int, currency: str = "EUR") -> dict[str, object]:
    return {"amount": {"amount": cents, "currency": currency}}


def facts_of(refund: ActionProposed, customer: CustomerId) -> Facts:
    refund = msgspec.structs.replace(refund, customer=customer)
    read = ResourceRead(at=NOW, record=order())
    return assemble(demo().action(refund.action), refund, known(customer=customer), read, NOW)


def test_an_allowance_reserves_and_nothing_else_does() -> None:
    assert postings(ALLOWED, NOW) == (
        Posting("reserve", "refunds_per_customer", EVA, PR, 1840, NOW),
        Posting("reserve", "refunds_this_month", EVA, PR, 1840, NOW),
        Posting("reserve", "refunds_this_year", EVA, PR, 1840, NOW),
        Posting("reserve", "step.refunded", I, PR, 1, NOW),
    )
    assert postings(judged(REFUND), NOW) == ()
    assert postings(judged(REFUND, missing=True), NOW) == ()
    assert postings(REFUND, NOW) == ()


def test_a_success_settles_what_really_moved_and_a_failure_releases() -> None:
    action = demo().action("shop.refund_item")
    settled = postings(effects.succeeded(STATE, action, answer(1000)), after(minutes=1))
    assert settled[0] == Posting("settle", "refunds_per_customer", EVA, PR, 1000, after(minutes=1))
    assert {each.ledger: each.amount for each in settled[1:]} == {
        "refunds_this_month": 1000,
        "refunds_this_year": 1000,
        "step.refunded": 1,
    }
    released = postings(effects.failed(STATE, "x", "y"), NOW)
    assert [(each.kind, each.entry) for each in released] == [("release", PR)] * 4


def test_what_the_answer_does_not_say_in_the_ledger_s_currency_is_settled_as_reserved() -> None:
    action = demo().action("shop.refund_item")
    for told in ({}, answer(5, "USD"), "nonsense"):
        settled = postings(effects.succeeded(STATE, action, told), NOW)
        assert [each.amount for each in settled] == [1840, 1840, 1840, 1]


def test_an_unknown_outcome_keeps_its_reservation() -> None:
    fact = EffectUnknown(proposal=PR, interaction=I, person=REFUND.person, attempt=1, reason="?")
    assert postings(fact, NOW) == ()


def test_a_count_settles_as_one_and_is_kept_by_interaction() -> None:
    message = proposed(action="mail.send", args={"reply_to": "eva@example.com", "message": "Call me."})
    allowed = judged(message)
    (held,) = postings(allowed, NOW)
    assert (held.ledger, held.subject, held.amount) == ("mails_per_interaction", I, 1)
    sent = effects.succeeded(fold(recorded(message, allowed)), demo().action("mail.send"), {"mail_id": "m-1"})
    (settled,) = postings(msgspec.structs.replace(sent, moved=Money(9, "EUR")), NOW)
    assert settled.amount == 1


def test_a_judgement_locks_the_ledgers_that_it_reads_or_writes_and_no_others() -> None:
    def subjects(refund: ActionProposed, customer: CustomerId) -> dict[str, str]:
        return demo().subjects(refund, facts_of(refund, customer), SETTINGS.secret)

    def kept_for(customer: str) -> dict[str, str]:
        ledgers = ("refunds_per_customer", "refunds_this_month", "refunds_this_year", "step.address_changed")
        promised = f"{customer}|A-1042" if customer else ""
        return {**dict.fromkeys(ledgers, customer), "step.refunded": I, "promise.late_refund": promised}

    assert subjects(REFUND, EVA) == kept_for(EVA)
    assert subjects(REFUND, NOBODY) == kept_for("")
    assert subjects(proposed(action="shop.get_order", args={"order_id": "A-1042"}), EVA) == {}
    assert subjects(msgspec.structs.replace(REFUND, customer=NOBODY), CustomerId("c-117")) == kept_for("c-117")


STEPS = st.lists(
    st.tuples(st.integers(1, 5), st.sampled_from(["judge", "succeed", "fail", "unknown"]), st.integers(1, 300)),
    min_size=1,
    max_size=40,
)


@settings(max_examples=150, deadline=None)
@given(STEPS, st.lists(st.integers(100, 40_000), min_size=5, max_size=5))
def test_the_limit_is_never_passed_whatever_order_refunds_are_judged_and_finish_in(
    steps: list[tuple[int, str, int]], amounts: list[int]
) -> None:
    entries: dict[str, Entry] = {}
    moved: list[tuple[object, int]] = []
    now = NOW
    for number, what, minutes in steps:
        now += timedelta(minutes=minutes)
        refund = proposed(amounts[number - 1], proposal=f"pr_{number}")
        until = now + timedelta(days=1)
        cures = [remedy_met(refund, each, until=until) for each in ("step_up:2", "confirm", "approve:supervisor")]
        if what == "judge" and refund.proposal not in entries:
            verdict = judged(refund, *cures, entries=list(entries.values()), now=now)
            posted = postings(verdict, now)
        elif refund.proposal in entries and not entries[refund.proposal].settled and what != "judge":
            state = fold(recorded(refund, judged(refund, *cures, now=now)))
            action = demo().action("shop.refund_item")
            fact = {
                "succeed": lambda: effects.succeeded(state, action, answer(amounts[number - 1])),  # noqa: B023
                "fail": lambda: effects.failed(state, "x", "y"),  # noqa: B023
                "unknown": lambda: effects.unknown(state, "?"),  # noqa: B023
            }[what]()
            posted = postings(fact, now)
        else:
            continue
        for each in (one for one in posted if one.ledger == "refunds_per_customer"):
            if each.kind == "release":
                del entries[each.entry]
            else:
                entries[each.entry] = Entry(each.entry, each.amount, each.at, each.kind == "settle")
            if each.kind == "settle":
                moved.append((now, each.amount))
        window = now - timedelta(hours=24)
        assert sum(amount for at, amount in moved if at > window) <= 60_000  # type: ignore[operator]
