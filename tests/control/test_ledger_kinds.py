"""What can a ledger count or sum, by what, how far back, and what takes back what it holds?"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from interlock.control import Bundle, ResourceRead, effects, load_bundle
from interlock.control.ledgers import postings
from interlock.control.proposals import fold
from interlock.control.windows import CalendarWindow, reach_of
from interlock.kernel.documents import DefinitionError, Misread
from interlock.kernel.events import Event
from interlock.kernel.lines import Lines
from interlock.kernel.log import Window
from interlock.vocabulary.proposals import ActionProposed, ProposalJudged
from tests.control.given import EVA, NOW, SETTINGS, after, proposed, recorded
from tests.control.till import charge, facts_of, files, judged_on, ledger, till, void

HEAD = "actions: [till.charge]"
ROLLING = "window: { rolling: 24h }"
MOVED = f"{HEAD}\nsum: outcome.amount\nreserve: amount\nby: customer\n{ROLLING}"


def subject(bundle: Bundle, of: ActionProposed, **more: Any) -> str:
    (found,) = bundle.subjects(of, facts_of(bundle, of, **more), SETTINGS.secret).values()
    return found


def post(lines: Lines, *events: Event, at: datetime = NOW) -> None:
    for event in events:
        for posting in postings(event, at):
            lines.post(posting, at)


def state(of: ActionProposed, judged: ProposalJudged) -> Any:
    return fold(recorded(of, judged))


def amount(lines: Lines, name: str = "it", whose: str = EVA, now: datetime = NOW) -> int:
    return lines.total(Window(name, whose, now - timedelta(hours=24))).amount


@pytest.mark.parametrize(
    ("by", "whose"),
    [
        ("customer", EVA),
        ("agent", "virtual_agent"),
        ("tenant", "tenant"),
        ("journey", "run_1"),
        ("interaction", "i_1"),
        ("args.order_id", "A-1"),
        ("[customer, args.order_id]", f"{EVA}|A-1"),
    ],
)
def test_a_ledger_is_kept_by_whatever_a_proposal_says(by: str, whose: str) -> None:
    bundle = ledger(f"{HEAD}\ncount: outcomes\nby: {by}\n{ROLLING}")
    assert subject(bundle, charge(bundle)) == whose


def test_a_card_is_kept_as_a_hash_of_the_tenant_s_own_and_the_same_card_is_the_same_everywhere() -> None:
    text = "actions: [till.charge, till.settle_tab]\ncount: outcomes\nby: instrument\n" + ROLLING
    bundle = ledger(text)
    paid = subject(bundle, charge(bundle, card="4242"))
    tab = proposed(
        action="till.settle_tab", args={"tab_id": "t-1", "amount": {"amount": 1, "currency": "EUR"}}, bundle=bundle
    )
    on_tab = ResourceRead(at=NOW, record={"customer_id": EVA, "card": "4242"})
    assert paid == subject(bundle, tab, read=on_tab)
    assert paid.startswith("h_") and "4242" not in paid
    assert paid != subject(bundle, charge(bundle, card="4243"))
    facts = facts_of(bundle, charge(bundle))
    assert {"it": paid} != bundle.subjects(charge(bundle), facts, b"another tenant's secret")


def test_a_personal_argument_and_one_that_is_no_plain_identifier_are_hashed() -> None:
    bundle = ledger(f"{HEAD}\ncount: outcomes\nby: args.card\n{ROLLING}")
    assert subject(bundle, charge(bundle, card="4242")).startswith("h_")
    plain = ledger(f"{HEAD}\ncount: outcomes\nby: args.amount\n{ROLLING}")
    assert subject(plain, charge(plain, 1840)).startswith("h_")


def test_where_it_is_not_known_whose_line_it_is_nothing_is_allowed() -> None:
    bundle = ledger(f"{HEAD}\ncount: outcomes\nby: journey\n{ROLLING}")
    outside = msgspec.structs.replace(charge(bundle), run="")
    judged = judged_on(bundle, outside, Lines())
    assert judged.verdict == "denied"
    assert "kept by journey" in judged.rulings[0].reason


def test_a_sum_of_an_argument_stays_what_was_asked_for_and_one_of_the_outcome_becomes_what_moved() -> None:
    told = {"amount": {"amount": 700, "currency": "EUR"}, "charge_id": "ch_1"}
    for text, settled in ((f"{HEAD}\nsum: amount\nby: customer\n{ROLLING}", 1000), (MOVED, 700)):
        bundle, lines = ledger(text), Lines()
        judged = judged_on(bundle, charge(bundle), lines)
        post(lines, judged)
        assert amount(lines) == 1000
        post(lines, effects.succeeded(state(charge(bundle), judged), bundle.action("till.charge"), told))
        assert amount(lines) == settled


def test_outcomes_are_counted_when_they_succeed_and_proposals_whatever_becomes_of_them() -> None:
    for what, left in (("outcomes", 0), ("proposals", 1)):
        bundle, lines = ledger(f"{HEAD}\ncount: {what}\nby: customer\n{ROLLING}"), Lines()
        judged = judged_on(bundle, charge(bundle), lines)
        post(lines, judged)
        assert amount(lines) == 1
        post(lines, effects.failed(state(charge(bundle), judged), "declined", "The card was declined."))
        assert amount(lines) == left
        assert lines.total(Window("it", EVA, NOW - timedelta(days=1))).in_flight == ()


def test_a_reversal_takes_off_what_moved_back_of_the_charge_that_it_names_once() -> None:
    bundle, lines = ledger(MOVED), Lines()
    for number, cents in ((1, 1000), (2, 500)):
        of = charge(bundle, cents, proposal=f"pr_{number}")
        judged = judged_on(bundle, of, lines)
        done = {"charge_id": f"ch_{number}", "amount": {"amount": cents, "currency": "EUR"}}
        post(lines, judged, effects.succeeded(state(of, judged), bundle.action(of.action), done))
    assert amount(lines) == 1500

    def undo(charge_id: str, answer: dict[str, Any], proposal: str) -> None:
        of = void(bundle, charge_id, proposal=proposal)
        judged = judged_on(bundle, of, lines)
        post(lines, judged)
        before = amount(lines)
        post(lines, effects.failed(state(of, judged), "x", "Too late."))
        assert amount(lines) == before, "what was not reversed is not taken off"
        post(lines, effects.succeeded(state(of, judged), bundle.action(of.action), answer))

    undo("ch_1", {"amount": {"amount": 300, "currency": "EUR"}}, "pr_a")
    assert amount(lines) == 1200
    undo("ch_1", {}, "pr_b")
    assert amount(lines) == 500, "the answer does not say how much: all of it"
    undo("ch_1", {}, "pr_c")
    undo("ch_9", {}, "pr_d")
    assert amount(lines) == 500, "a second time, and of something else, nothing is left to take off"


def test_what_is_reversed_leaves_the_window_with_the_charge_and_makes_no_room_beside_it() -> None:
    bundle, lines = ledger(MOVED), Lines()
    of = charge(bundle)
    judged = judged_on(bundle, of, lines)
    done = effects.succeeded(state(of, judged), bundle.action(of.action), {"charge_id": "ch_1"})
    post(lines, judged, done, at=after(days=-3))
    undo = void(bundle, "ch_1")
    voided = judged_on(bundle, undo, lines)
    post(lines, voided, effects.succeeded(state(undo, voided), bundle.action(undo.action), {}))
    assert amount(lines) == 0, "three days later there is nothing of it in the window, and nothing less than that"


BERLIN = CalendarWindow(calendar="day", timezone="Europe/Berlin")


@pytest.mark.parametrize(
    ("unit", "now", "begins"),
    [
        ("day", "2026-03-02T00:30+01:00", "2026-03-02T00:00+01:00"),
        ("day", "2026-03-29T12:00+02:00", "2026-03-29T00:00+01:00"),  # the clocks were put forward in the night
        ("day", "2026-10-25T23:00+01:00", "2026-10-25T00:00+02:00"),
        ("week", "2026-03-01T23:59+01:00", "2026-02-23T00:00+01:00"),  # a Sunday
        ("week", "2026-03-02T00:00+01:00", "2026-03-02T00:00+01:00"),
        ("month", "2026-03-31T23:59+02:00", "2026-03-01T00:00+01:00"),
        ("month", "2026-02-28T23:30Z", "2026-03-01T00:00+01:00"),  # in Berlin it is March already
    ],
)
def test_a_calendar_window_begins_where_the_tenant_is(unit: Any, now: str, begins: str) -> None:
    reach = reach_of(msgspec.structs.replace(BERLIN, calendar=unit), "UTC")
    first = datetime.fromisoformat(begins)
    since = reach.since(datetime.fromisoformat(now).astimezone(UTC))
    assert since < first <= since + timedelta(microseconds=1)


def test_the_tenant_s_zone_is_meant_where_a_window_names_none() -> None:
    late = datetime(2026, 3, 1, 23, 30, tzinfo=UTC)
    text = f"ledger: it\n{HEAD}\ncount: outcomes\nby: customer\nwindow: {{ calendar: day }}"
    for zone, day in (("UTC", 1), ("Europe/Berlin", 2)):
        since = till(zone, ledgers__it=text).ledgers["it"].reach.since(late) + timedelta(microseconds=1)
        assert since == datetime(2026, 3, day, tzinfo=UTC) - timedelta(hours=day - 1)


def test_a_zone_that_there_is_not_is_told_with_one_that_may_be_meant() -> None:
    with pytest.raises(Misread, match="no time zone") as found:
        reach_of(CalendarWindow(calendar="day", timezone="Europe/Berln"), "UTC")
    assert "Europe/Berlin" in found.value.mend


COUNT = f"count: outcomes\nby: customer\n{ROLLING}"


@pytest.mark.parametrize(
    ("text", "place", "what", "mend"),
    [
        (f"actions: [till.chrge]\n{COUNT}", "2:11", "no action 'till.chrge'", "did you mean 'till.charge'?"),
        (f"{HEAD}\nby: customer\n{ROLLING}", "1:1", "either sums money or counts", "count: outcomes"),
        (f"{HEAD}\nsum: amont\nby: customer\n{ROLLING}", "3:6", "no argument 'amont' of money", "amount, tip"),
        (f"{HEAD}\nsum: outcome.amount\nby: customer\n{ROLLING}", "2:11", "has 2 arguments of money", "'reserve'"),
        (f"{HEAD}\nsum: outcome.amount\nreserve: order_id\nby: customer\n{ROLLING}", "4:10", "no argument", "amount"),
        (
            f"{HEAD}\nsum: amount\nreserve: amount\nby: customer\n{ROLLING}",
            "4:10",
            "itself is summed",
            "outcome.amount",
        ),
        (f"{HEAD}\nsum: amount\ncurrency: USD\nby: customer\n{ROLLING}", "4:11", "move EUR", "currency: EUR"),
        (
            f"actions: [till.void]\nsum: outcome.amount\nby: customer\n{ROLLING}",
            "2:11",
            "no arguments of money",
            "none",
        ),
        (
            f"actions: [till.settle_tab]\nsum: outcome.amount\nby: customer\n{ROLLING}",
            "2:11",
            "what it moved",
            "'moves'",
        ),
        (f"{HEAD}\ncount: outcomes\nby: custmer\n{ROLLING}", "4:5", "by 'custmer'", "did you mean 'customer'?"),
        (f"{HEAD}\ncount: outcomes\nby: args.order\n{ROLLING}", "4:5", "no argument 'order'", "args.order_id"),
        (f"{HEAD}\ncount: outcomes\nby: [agent, agent]\n{ROLLING}", "4:13", "named twice", "once"),
        (
            f"actions: [till.receipt]\ncount: outcomes\nby: instrument\n{ROLLING}",
            "4:5",
            "which payment instrument",
            "instrument: true",
        ),
        (f"{HEAD}\ncount: outcomes\nby: customer\nwindow: {{ calendar: year }}", "5:21", "year", "day"),
        (
            f"{HEAD}\ncount: outcomes\nby: customer\nwindow: {{ calendar: day, timezone: Mars }}",
            "5:36",
            "no time zone",
            "IANA",
        ),
        (
            f"{HEAD}\n{COUNT}\nreverses: [{{ action: till.void, argument: why }}]",
            "6:43",
            "no identifier 'why'",
            "charge_id",
        ),
        (
            f"{HEAD}\n{COUNT}\nreverses: [{{ action: till.void, argument: charge_id, outcome: id }}]",
            "6:43",
            "does not enter the log",
            "charge_id, amount",
        ),
        (
            f"{HEAD}\ncount: proposals\nby: customer\n{ROLLING}\nreverses: [{{ action: till.void, argument: charge_id }}]",
            "6:11",
            "nothing takes them back",
            "count: outcomes",
        ),
    ],
)
def test_a_ledger_with_a_mistake_is_told_by_file_line_and_what_to_write(
    text: str, place: str, what: str, mend: str
) -> None:
    with pytest.raises(DefinitionError) as found:
        ledger(text)
    (told,) = [str(each) for each in found.value.problems]
    assert told.startswith(f"ledgers/it.yaml:{place}:") and what in told and mend in told, told


def test_an_undo_that_does_not_say_which_one_it_undoes_is_told() -> None:
    written = files(ledgers__it=f"ledger: it\n{MOVED}")
    path = "connectors/till/manifest.yaml"
    other = written[path].replace("{ charge_id: identifier, why", "{ number: identifier, why")
    with pytest.raises(DefinitionError, match=r"till\.void undoes till\.charge, and nothing says which one"):
        load_bundle(written | {path: other.replace("{charge_id}", "{number}")}, "r")


def test_a_rule_that_looks_at_a_ledger_for_an_action_that_never_says_whose_line_it_is_is_told() -> None:
    text = f"ledger: it\n{HEAD}\ncount: outcomes\nby: args.card\n{ROLLING}"
    head = 'forbid (principal, action == Action::"till.receipt", resource)'
    rule = f'@id("x.y") @reason("x")\n{head}\nwhen {{ context.ledger.it > 1 }};'
    with pytest.raises(DefinitionError) as found:
        till(ledgers__it=text, rules=rule)
    assert "'x.y' looks at ledger 'it' for till.receipt, which does not say its 'args.card'" in str(found.value)
