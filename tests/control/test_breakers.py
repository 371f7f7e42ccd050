"""When does a breaker trip, what lets it close again, and whose word counts?"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from interlock.control.breaker_counts import Counts
from interlock.control.breaker_files import BreakerSpec, BreakerSpecs, read_breakers
from interlock.control.breakers import BREAKERS, Breakers, breakers_document, close_breaker, fold, trip_breaker
from interlock.control.stopping import stopped
from interlock.kernel.documents import DefinitionError
from interlock.kernel.errors import Refused
from interlock.kernel.events import Cursor, Event, Recorded
from interlock.vocabulary.breakers import BreakerClosed, BreakerTripped, CloseBreaker, TripBreaker
from interlock.vocabulary.channels import SYSTEM
from interlock.vocabulary.ids import InteractionId, ProposalId, RunId
from interlock.vocabulary.journeys import JourneyStarted
from interlock.vocabulary.proposals import EffectFailed, EffectSucceeded, EffectUnknown, Ruling
from tests.control.given import AMARA, EVA, NOW, SOFIA, P, after, decide, demo, judged, proposed

SPEC = BreakerSpec(least=4, trials=2)
SPECS = BreakerSpecs((("connector", "shop"), ("connector", "mail"), ("journey", "damaged_item")), SPEC)
TRIP, CLOSE = trip_breaker(SPECS), close_breaker()
TRIPPED = BreakerTripped(guarded="connector", name="shop", why="errors", by="interlock", calls=4, bad=2)
CLOSED = BreakerClosed(guarded="connector", name="shop", by="interlock")


class Log:
    """Facts one after another, counted as a node counts them; what it concludes is recorded at once."""

    def __init__(self) -> None:
        self.counts = Counts()
        self.said: list[TripBreaker | CloseBreaker] = []
        self.position = 0

    def add(self, event: Event, at: datetime = NOW) -> None:
        self.position += 1
        for command in self.counts.fold(Recorded(Cursor(1, self.position), f"e{self.position}", at, event, ""), SPECS):
            self.said.append(command)
            key: dict[str, Any] = {"guarded": command.guarded, "name": command.name, "by": "interlock"}
            if isinstance(command, TripBreaker):
                self.add(BreakerTripped(**key, why=command.why, calls=command.calls, bad=command.bad), at)
            else:
                self.add(BreakerClosed(**key), at)

    def refund(self, number: int, outcome: str, at: datetime = NOW) -> None:
        """A refund of an interaction of its own, in a run of the journey, and what came of it."""
        given = proposed(proposal=f"pr_{number}")
        who = {"interaction": InteractionId(f"i_{number}")}
        about = {"proposal": ProposalId(f"pr_{number}"), "person": P, **who}
        run = RunId(given.run)
        self.add(JourneyStarted(**who, person=P, run=run, journey="damaged_item", release="r1"), at)
        fact = type(given)(**{name: getattr(given, name) for name in given.__struct_fields__} | who)
        self.add(fact, at)
        more: dict[str, Any] = {**about, "customer": given.customer, "action": given.action}
        match outcome:
            case "well":
                self.add(EffectSucceeded(**more, result=None), at)
            case "failed":
                self.add(EffectFailed(**more, code="unavailable", reason="down", unavailable=True), at)
            case "refused":
                self.add(EffectFailed(**more, code="nothing_left", reason="no"), at)
            case "unknown":
                self.add(EffectUnknown(**about, attempt=1, reason="?"), at)
            case "stopped":
                self.add(EffectFailed(**more, code="breaker-open", reason="no", unavailable=True), at)

    def all(self, *outcomes: str, at: datetime = NOW, start: int = 1) -> list[tuple[str, str, str]]:
        """What was said about the connector and the journey after these outcomes."""
        before = len(self.said)
        for number, outcome in enumerate(outcomes, start):
            self.refund(number, outcome, at)
        return [
            (type(each).__name__, each.name, each.why if isinstance(each, TripBreaker) else "")
            for each in self.said[before:]
        ]


BOTH = [("TripBreaker", "shop", "errors"), ("TripBreaker", "damaged_item", "errors")]


def test_look_ups_that_find_nothing_close_a_system_to_nobody() -> None:
    def failed(number: int) -> EffectFailed:
        return EffectFailed(
            proposal=ProposalId(f"pr_{number}"), interaction=InteractionId(f"i_{number}"), person=P, customer=EVA,
            action="shop.match_customer", code="no-match", reason="no",
        )  # fmt: skip

    for specs, trips in ((SPECS, True), (replace(SPECS, reads=frozenset({"shop.match_customer"})), False)):
        counts = Counts()
        found = [counts.fold(Recorded(Cursor(1, n), f"e{n}", NOW, failed(n), ""), specs) for n in range(1, 10)]
        assert any(found) is trips


def test_it_trips_when_the_share_of_errors_is_reached_and_not_before_there_are_enough_calls() -> None:
    assert Log().all("failed", "failed", "failed") == []
    assert Log().all("well", "well", "well", "failed") == []
    assert Log().all("well", "failed", "well", "failed") == BOTH
    assert Log().all("well", "unknown", "well", "unknown") == BOTH


def test_what_lies_outside_the_window_does_not_count() -> None:
    log = Log()
    assert log.all("failed", "failed", "failed") == []
    assert log.all("well", "well", "well", "failed", at=NOW + SPEC.window, start=11) == []


def test_a_reading_that_failed_is_an_error_and_one_that_went_well_is_not() -> None:
    log = Log()
    for number in range(4):
        refund = proposed(proposal=f"pr_{number}")
        log.add(refund)
        log.add(judged(refund, failure="shop did not answer") if number % 2 else judged(refund))
    assert [(each.name, each.calls, each.bad) for each in log.said if isinstance(each, TripBreaker)] == [("shop", 4, 2)]


def test_what_the_breaker_or_a_switch_stopped_is_no_evidence() -> None:
    assert Log().all("stopped", "stopped", "stopped", "stopped", "stopped") == []
    log = Log()
    for number in range(6):
        refund = proposed(proposal=f"pr_{number}")
        log.add(refund)
        log.add(stopped(demo(), refund, (Ruling("halted"),), {}))
    assert log.said == []


def test_refusals_count_once_for_each_interaction_so_that_one_customer_cannot_trip_it() -> None:
    assert Log().all("refused", "refused", "refused", "refused") == [
        ("TripBreaker", "shop", "refusals"),
        ("TripBreaker", "damaged_item", "refusals"),
    ]
    log = Log()
    for _ in range(20):
        log.refund(1, "refused")
    assert log.said == []


def test_while_it_is_open_nothing_counts_then_a_few_trials_close_it_or_one_opens_it_again() -> None:
    log = Log()
    assert log.all("failed", "failed", "failed", "failed") == BOTH
    assert log.all("well", "well", "failed", at=after(seconds=10), start=11) == []
    again = log.all("well", "failed", at=after(seconds=31), start=21)
    assert again == BOTH  # one trial went well, the second did not
    assert log.all("well", "well", at=after(seconds=62), start=31) == [
        ("CloseBreaker", "shop", ""),
        ("CloseBreaker", "damaged_item", ""),
    ]
    assert log.all("failed", "failed", "failed", at=after(seconds=62), start=41) == []  # it begins to count anew


def test_the_first_node_to_say_so_is_enough() -> None:
    trip = TripBreaker(guarded="connector", name="shop", why="errors", by=SYSTEM, calls=4, bad=2)
    assert decide(TRIP, trip, []) == (TRIPPED,)
    assert decide(TRIP, trip, [TRIPPED], after(seconds=29)) == ()
    assert decide(TRIP, trip, [TRIPPED], after(seconds=31)) == (TRIPPED,)  # a trial went wrong
    close = CloseBreaker(guarded="connector", name="shop", by=SYSTEM)
    assert decide(CLOSE, close, [TRIPPED]) == (CLOSED,)
    assert decide(CLOSE, close, [TRIPPED, CLOSED]) == ()


def test_what_a_person_opened_only_a_person_closes() -> None:
    by_hand = TripBreaker(guarded="connector", name="shop", why="by_hand", by=SOFIA, reason="They deploy.")
    (opened,) = decide(TRIP, by_hand, [TRIPPED])
    assert isinstance(opened, BreakerTripped) and (opened.by, opened.why) == ("sofia", "by_hand")
    assert decide(CLOSE, CloseBreaker(guarded="connector", name="shop", by=SYSTEM), [opened]) == ()
    (closed,) = decide(CLOSE, CloseBreaker(guarded="connector", name="shop", by=SOFIA), [opened], after(hours=9))
    assert isinstance(closed, BreakerClosed) and closed.by == "sofia"
    for command, decider in (
        (TripBreaker(guarded="connector", name="shop", why="by_hand", by=AMARA, reason="No."), TRIP),
        (CloseBreaker(guarded="connector", name="shop", by=AMARA), CLOSE),
    ):
        with pytest.raises(Refused, match="role_missing"):
            decide(decider, command, [opened])
    with pytest.raises(Refused, match="reason_missing"):
        decide(TRIP, TripBreaker(guarded="connector", name="shop", why="by_hand", by=SOFIA), [])
    with pytest.raises(Refused, match="breaker_unknown"):
        decide(TRIP, TripBreaker(guarded="connector", name="shp", why="by_hand", by=SOFIA, reason="x"), [])


def standing(*events: Event) -> Breakers:
    breakers = Breakers()
    for position, event in enumerate(events):
        breakers = fold(breakers, Recorded(Cursor(1, position), "", NOW, event, ""))
    return breakers


def test_it_is_seen_how_it_stands_since_when_why_and_whose_it_is() -> None:
    breakers = standing(TRIPPED)
    first, *others = breakers_document(breakers, SPECS, after(seconds=5), {})
    assert first == {
        "guarded": "connector",
        "name": "shop",
        "state": "open",
        "owner": "operations",
        "since": "2026-03-02T10:00:00Z",
        "why": "2 of 4 calls failed",
        "by": "interlock",
        "tried_again_at": "2026-03-02T10:00:30Z",
    }
    assert [each["state"] for each in others] == ["closed", "closed"]
    assert breakers_document(breakers, SPECS, after(seconds=31), {})[0]["state"] == "half_open"
    assert breakers_document(standing(TRIPPED, CLOSED), SPECS, NOW, {})[0]["state"] == "closed"
    assert BREAKERS.matches(TRIPPED) and BREAKERS.matches(CLOSED)


def test_the_file_says_what_differs_and_mistakes_are_told_with_their_line() -> None:
    text = "defaults: { errors: 40%, owner: night shift }\nconnectors:\n  shop: { least: 20, cool_down: 2m }\n"
    specs = read_breakers({"breakers.yaml": text}, ["shop", "mail"], ["damaged_item"])
    shop = specs.of("connector", "shop")
    assert (shop.errors, shop.least, shop.cool_down, shop.owner) == (0.4, 20, timedelta(minutes=2), "night shift")
    assert (specs.of("connector", "mail").least, specs.of("journey", "damaged_item").owner) == (10, "night shift")
    assert read_breakers({}, ["shop"], []).of("connector", "shop") == BreakerSpec()
    for wrong, line, says in (
        ("connectors:\n  shp: { least: 20 }\n", 2, "did you mean 'shop'"),
        ("defaults:\n  errors: 2\n", 2, "percent"),
        ("journeys: { damaged_itm: {} }\n", 1, "did you mean 'damaged_item'"),
        ("defaults: { least: 0 }\n", 1, "least"),
    ):
        with pytest.raises(DefinitionError) as found:
            read_breakers({"breakers.yaml": wrong}, ["shop", "mail"], ["damaged_item"])
        (problem,) = found.value.problems
        assert (problem.file, problem.line) == ("breakers.yaml", line)
        assert says in f"{problem.what} {problem.mend}"


def test_a_denial_by_the_breaker_is_an_answer_for_the_journey_and_gives_no_owner_away_to_the_customer() -> None:
    tripped = standing(TRIPPED).of("connector", "shop")
    assert tripped is not None
    ruling = tripped.ruling(SPEC)
    assert (ruling.rule, "operations" in ruling.reason, "operations" in ruling.customer_reason) == (
        "breaker-open",
        True,
        False,
    )
