"""Does every effect happen at most once, whatever stops in between?"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from interlock.control import EffectSettings, effects
from interlock.control.actions import Action
from interlock.control.effects import DONE, Step
from interlock.control.proposals import ProposalState, fold
from interlock.kernel.errors import Refused, Unavailable
from interlock.kernel.events import Event
from interlock.vocabulary.money import Money
from interlock.vocabulary.proposals import (
    EffectFailed,
    EffectStarted,
    EffectSucceeded,
    EffectUnknown,
    ResolveUnknown,
)
from tests.control.given import (
    AMARA,
    HELD,
    NOW,
    PR,
    SOFIA,
    I,
    after,
    decide,
    demo,
    judged,
    proposed,
    recorded,
    remedy_met,
)

SETTINGS = EffectSettings()
KEYED = demo().action("shop.refund_item")
PLAIN = demo().action("shop.refund_item_plain")
BLIND = replace(PLAIN, lookup=None)
READ = demo().action("shop.get_order")

REFUND = proposed()
ALLOWED = [REFUND, judged(REFUND), remedy_met(REFUND, "confirm"), judged(REFUND, remedy_met(REFUND, "confirm"))]
ANSWER = {
    "refund_id": "r-5001",
    "order_id": "A-1042",
    "customer_id": "c-104",
    "item_id": "i-1",
    "item_name": "Copper kettle",
    "amount": {"amount": 1840, "currency": "EUR"},
    "destination": "Visa ending 4242",
    "reason": "",
    "reference": "pr_1",
}
PAST = after(seconds=11)
"""After the first attempt's lease."""


def started(attempt: int = 1) -> EffectStarted:
    return EffectStarted(proposal=PR, interaction=I, attempt=attempt, lease_until=after(seconds=10))


def state(*events: Event) -> ProposalState:
    return fold(recorded(*ALLOWED, *events))


def down(sent: bool) -> Unavailable:
    return Unavailable("shop", "no answer", sent=sent)


def error(action: Action, failure: Refused | Unavailable, attempt: int = 1, **how: Any) -> Step | Event:
    return effects.after_error(state(started(attempt)), action, failure, NOW, SETTINGS, **{"calls": 1, **how})


def test_an_allowed_proposal_is_started_before_it_is_called() -> None:
    assert effects.next_step(state(), KEYED, NOW, SETTINGS) == Step("call")
    fact = effects.start(state(), NOW, SETTINGS)
    assert (fact.attempt, fact.lease_until) == (1, NOW + SETTINGS.lease)


@pytest.mark.parametrize(
    "events",
    [[], [REFUND], [REFUND, judged(REFUND)], [REFUND, judged(REFUND, missing=True)]],
    ids=["nothing", "proposed", "needs", "denied"],
)
def test_nothing_is_carried_out_without_an_allowance(events: list[Event]) -> None:
    without = fold(recorded(*events))
    for attempt in (
        lambda: effects.next_step(without, KEYED, NOW, SETTINGS),
        lambda: effects.start(without, NOW, SETTINGS),
        lambda: effects.succeeded(without, KEYED, ANSWER),
    ):
        with pytest.raises(Refused, match="not_allowed"):
            attempt()


def test_no_second_node_calls_while_the_first_has_the_lease() -> None:
    assert effects.next_step(state(started()), KEYED, after(seconds=5), SETTINGS) == Step("wait", after(seconds=10))
    with pytest.raises(Refused, match="effect_running"):
        effects.start(state(started()), after(seconds=5), SETTINGS)


def test_after_a_crash_an_endpoint_that_honours_the_key_is_called_again_and_a_read_too() -> None:
    assert effects.next_step(state(started()), KEYED, PAST, SETTINGS) == Step("call")
    assert effects.next_step(state(started()), READ, PAST, SETTINGS) == Step("call")
    assert effects.start(state(started()), PAST, SETTINGS).attempt == 2


def test_after_a_crash_an_endpoint_without_a_key_is_looked_up_and_never_called_again() -> None:
    assert effects.next_step(state(started()), PLAIN, PAST, SETTINGS) == Step("look_up")


def test_after_a_crash_an_endpoint_with_neither_is_shown_to_a_person() -> None:
    fact = effects.next_step(state(started()), BLIND, PAST, SETTINGS)
    assert isinstance(fact, EffectUnknown)
    assert effects.next_step(state(started(), fact), BLIND, after(hours=1), SETTINGS) == DONE
    with pytest.raises(Refused, match="effect_over"):
        effects.start(state(started(), fact), after(hours=1), SETTINGS)


def test_taking_over_ends_somewhere() -> None:
    last = started(SETTINGS.attempts)
    assert effects.next_step(state(last), KEYED, PAST, SETTINGS) == Step("look_up")
    gone = effects.next_step(state(last), READ, PAST, SETTINGS)
    assert isinstance(gone, EffectFailed)
    assert gone.unavailable


def test_what_has_its_outcome_is_not_touched_again() -> None:
    for outcome in (effects.succeeded(state(), KEYED, ANSWER), effects.failed(state(), "x", "y")):
        over = state(started(), outcome)
        assert effects.next_step(over, KEYED, PAST, SETTINGS) == DONE
        with pytest.raises(Refused, match="effect_over"):
            effects.start(over, PAST, SETTINGS)


def test_a_refusal_by_the_system_is_a_failure_in_which_nothing_happened() -> None:
    fact = error(PLAIN, Refused("more_than_is_left", "More than is left.", status=422))
    assert isinstance(fact, EffectFailed)
    assert (fact.code, fact.unavailable, fact.reservations) == ("more_than_is_left", False, HELD)


def test_a_call_that_may_have_arrived_is_repeated_only_where_that_cannot_do_it_twice() -> None:
    again = error(KEYED, down(sent=True))
    assert isinstance(again, Step)
    assert again.kind == "again"
    assert error(PLAIN, down(sent=True)) == Step("look_up")
    assert isinstance(error(BLIND, down(sent=True)), EffectUnknown)


def test_a_call_that_certainly_never_arrived_is_repeated_and_then_failed() -> None:
    again = error(BLIND, down(sent=False))
    assert isinstance(again, Step)
    assert again.kind == "again"
    fact = error(BLIND, down(sent=False), calls=SETTINGS.calls)
    assert isinstance(fact, EffectFailed)
    assert fact.unavailable


def test_once_a_call_may_have_arrived_a_later_one_that_did_not_proves_nothing() -> None:
    assert error(PLAIN, down(sent=False), calls=2, maybe_sent=True) == Step("look_up")
    assert isinstance(error(BLIND, down(sent=False), calls=2, maybe_sent=True), EffectUnknown)
    assert error(KEYED, down(sent=False), calls=SETTINGS.calls, attempt=2) == Step("wait", after(seconds=10))


def test_calls_are_not_repeated_beyond_the_lease() -> None:
    late = effects.after_error(state(started()), KEYED, down(True), after(seconds=9.9), SETTINGS, calls=1)
    assert late == Step("wait", after(seconds=10))


def test_a_look_up_that_finds_it_tells_what_happened_as_the_answer_would_have() -> None:
    fact = effects.after_lookup(state(started()), PLAIN, {"refunds": [ANSWER]}, PAST, SETTINGS)
    assert isinstance(fact, EffectSucceeded)
    assert (fact.found_by, fact.moved, fact.reservations) == ("lookup", Money(1840, "EUR"), HELD)


@pytest.mark.parametrize("found", [{"refunds": []}, None, {}, []])
def test_a_look_up_that_finds_nothing_is_asked_again_and_then_a_person_has_to_look(found: object) -> None:
    soon = effects.after_lookup(state(started()), PLAIN, found, PAST, SETTINGS)
    assert isinstance(soon, Step)
    assert soon.kind == "wait"
    assert isinstance(effects.after_lookup(state(started()), PLAIN, found, after(seconds=21), SETTINGS), EffectUnknown)


def test_an_outcome_holds_only_what_may_be_seen_and_what_really_moved() -> None:
    less = ANSWER | {"amount": {"amount": 1000, "currency": "EUR"}}
    fact = effects.succeeded(state(started()), KEYED, less)
    assert fact.moved == Money(1000, "EUR")
    assert "customer_id" not in fact.result
    assert fact.result["destination"] == "Visa ending 4242"
    assert effects.succeeded(state(started()), KEYED, "nonsense").moved is None


def resolve(happened: bool = True, **changes: Any) -> ResolveUnknown:
    given = {"proposal": PR, "by": SOFIA, "happened": happened, "note": "Seen in the shop.", **changes}
    return ResolveUnknown(**given)


RESOLVE = effects.resolve_unknown(demo())
UNKNOWN = [*ALLOWED, started(), EffectUnknown(proposal=PR, interaction=I, person=REFUND.person, attempt=1, reason="?")]


def test_a_supervisor_who_looked_says_whether_it_happened() -> None:
    (happened,) = decide(RESOLVE, resolve(), UNKNOWN)
    assert isinstance(happened, EffectSucceeded)
    assert (happened.found_by, happened.moved, happened.reservations) == ("person", Money(1840, "EUR"), HELD)
    (did_not,) = decide(RESOLVE, resolve(False), UNKNOWN)
    assert isinstance(did_not, EffectFailed)
    assert (did_not.found_by, did_not.note, did_not.reservations) == ("person", "Seen in the shop.", HELD)


def test_an_unknown_outcome_is_resolved_once() -> None:
    (happened,) = decide(RESOLVE, resolve(), UNKNOWN)
    assert decide(RESOLVE, resolve(), [*UNKNOWN, happened]) == []
    with pytest.raises(Refused, match="already_resolved"):
        decide(RESOLVE, resolve(False), [*UNKNOWN, happened])


@pytest.mark.parametrize(
    ("command", "given", "code"),
    [
        (resolve(by=AMARA), UNKNOWN, "role_missing"),
        (resolve(note=" "), UNKNOWN, "bad_note"),
        (resolve(), [*ALLOWED, started()], "not_unknown"),
        (resolve(), [], "proposal_unknown"),
    ],
)
def test_a_resolution_that_does_not_fit_is_refused(command: ResolveUnknown, given: list[Event], code: str) -> None:
    with pytest.raises(Refused, match=code):
        decide(RESOLVE, command, given)
