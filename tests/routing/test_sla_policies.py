"""Which agreement holds where, and is one that cannot be meant told with its place and mend?"""

from __future__ import annotations

import pytest

from interlock.kernel.documents import DefinitionError
from interlock.routing import load_slas
from interlock.vocabulary.channels import Channel
from interlock.vocabulary.sla import CheckSla, EndSlaTime, SlaBreached, SlaClockStarted
from tests.routing.floor import RETURNS, Floor
from tests.routing.test_slas import SPECS, asks, due, floor, minutes, says


def test_a_timer_of_before_does_nothing_and_one_that_is_brought_forward_counts() -> None:
    of = floor()
    ada = asks(of)
    (started, _) = of.facts(SlaClockStarted)
    assert isinstance(started, SlaClockStarted)
    old = EndSlaTime(interaction=ada, clock="first_response", due=started.due - minutes(1), stage="breach")
    assert of.do(old) == ()
    forward = EndSlaTime(interaction=ada, clock="first_response", due=started.due, stage="breach")
    assert [type(fact) for fact in of.do(forward)] == [SlaBreached]
    assert of.do(forward) == ()


def test_without_policies_nobody_looks_at_clocks() -> None:
    of = Floor(SPECS)
    says(of, asks(of), "customer")
    assert of.board.clocks == {} and not any(key.startswith("sla:") for key in of.timers)
    assert not any(isinstance(one, CheckSla) for one in of.due)


def test_a_policy_for_a_channel_holds_in_that_channel_only() -> None:
    of = floor("slas:\n  written: { channels: [email], first_response: 4h, around_the_clock: true }")
    assert due(of, asks(of, "ada")) == {}
    assert due(of, asks(of, "bob", RETURNS, Channel.EMAIL)) == {"first_response": "2026-03-02T13:00:00Z"}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("first_response: 0s", "3:21: a time is more than 0s and at most 60d; write for example 8h"),
        ("resolution: 61d", "3:17: a time is more than 0s and at most 60d"),
        ("queues: [retruns]\n    first_response: 1h", "3:14: there is no queue 'retruns'; did you mean 'returns'"),
        ("channels: [chat]", "nothing is timed; write one of first_response, next_response, resolution"),
        ("first_response: 1h\n    warn: { before: 1h }", "4:21: the warning comes before first_response begins"),
        ("first_response: 1h\n    warn: { before: 0s }", "4:21: a warning comes before the end; write for example 30m"),
        ("first_response: 1h\n    breach: { reroute: cares }", "4:24: there is no queue 'cares'; did you mean 'care'"),
        ("first_response: 1h\n    hours: { timezone: Mars/Base, weekly: {} }", "'Mars/Base' is no known time zone"),
        ("first_response: soon", "3:21: "),
        ("first_respons: 1h", "did you mean 'first_response'"),
        (
            "first_response: 1h\n    around_the_clock: true\n    hours: { timezone: UTC, weekly: {} }",
            "hours are given, so not every hour counts; leave one of them out",
        ),
        (
            "queues: [care]\n    first_response: 1h\n    breach: { reroute: returns }\n"
            "  b: { queues: [returns], first_response: 1h, warn: { before: 5m, reroute: care } }",
            "a visit of 'care' would come back to it; let the last queue reroute nowhere",
        ),
    ],
)
def test_a_policy_that_cannot_be_meant_is_told_with_its_mend(text: str, told: str) -> None:
    with pytest.raises(DefinitionError) as wrong:
        load_slas({"slas.yaml": f"slas:\n  a:\n    {text}"}, SPECS)
    assert told in str(wrong.value)
