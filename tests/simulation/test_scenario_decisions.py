"""What can people with authority do in a scenario: offer less, send and discard what was prepared, find out what nobody knew?"""

from __future__ import annotations

import pytest

from interlock.journeys.scenario_checks import read_scenarios
from interlock.runtime.definitions import Definitions
from interlock.simulation.scenarios import Failure, play, surroundings
from tests.simulation.test_pending import DRAFT, under
from tests.simulation.test_scenarios import APPROVING, GIVEN, REFUNDED, failures

MESSAGE = [
    "customer: agent please",
    "presses: 'yes'",
    "customer: Please call me.",
    "customer: eva@example.com",
    "said: A colleague sends it.",
]


@pytest.mark.parametrize(
    ("turns", "then"),
    [
        (
            ["confirms: €18.40", "said: Done."],
            "{ ended: refunded, calls: { shop.refund_item: [{ item_id: i-3, amount: 18.40 }] } }",
        ),
        (["declines: €18.40"], "{ ended: declined, calls: {} }"),
    ],
)
def test_less_can_be_offered_and_is_confirmed_or_declined(
    turns: list[str], then: str, definitions: Definitions
) -> None:
    offer = "counters: supervisor\n    amount: 18.40\n    reason: It was used for a year."
    assert failures(definitions, [*APPROVING, offer, *turns], then) == []


def test_more_than_was_asked_for_cannot_be_offered(definitions: Definitions) -> None:
    (found,) = failures(definitions, [*APPROVING, "counters: supervisor\n    amount: 420.01"])
    assert found.expected == "something for the role supervisor to offer less for"
    assert found.really.startswith("it is refused: ")


def test_a_draft_is_sent_or_discarded_by_a_person(definitions: Definitions) -> None:
    drafting = under(definitions, DRAFT)
    calls = "calls: { mail.send: [{ reply_to: eva@example.com }] }"
    sent = played(
        drafting, [*MESSAGE, "sends: supervisor", "said: the answer goes to"], f"{{ ended: mail_sent, {calls} }}"
    )
    assert sent == []
    assert played(drafting, [*MESSAGE, "discards: supervisor", "said: 'No.'"], "{ ended: discarded, calls: {} }") == []
    (found,) = played(drafting, [*MESSAGE, "sends: agent"], "{}")
    assert found.really.startswith("it is refused: Who has the interaction sends this")
    (found,) = played(drafting, ["customer: agent please", "discards: supervisor"], "{}")
    assert (found.expected, found.really[:16]) == ("a draft for the role supervisor to discard", "there is nothing")


def played(definitions: Definitions, turns: list[str], then: str) -> list[Failure]:
    """What does not hold where nobody is there and a message is left."""
    lines = "".join(f"  - {each}\n" for each in turns)
    given = (
        "scenario: a try\njourney: talk_to_human\ngiven: { systems: { mail.send: { answers: { mail_id: m-1 } } } }\n"
    )
    (one,) = read_scenarios({"scenarios/a.yaml": f"{given}turns:\n{lines}then: {then}\n"}, surroundings(definitions))
    return list(play(one, definitions))


@pytest.mark.parametrize("what", ["done", "not_done"])
def test_what_nobody_knows_is_found_out_once_by_a_person(what: str, definitions: Definitions) -> None:
    unknown = "    shop.createRefund: { fails: error }\n    shop.findRefund: { answers: { refunds: [] } }\n"
    turns = [*REFUNDED, "waits: 1m", "said: It is not tried again until a colleague has looked"]
    assert told_of(definitions, unknown, turns) == []
    assert told_of(definitions, unknown, [*turns, f"finds_out: {what}"]) == []
    (found,) = told_of(definitions, unknown, [*turns, f"finds_out: {what}", "finds_out: done"])
    assert (found.expected, found.really[:16]) == ("a call whose outcome nobody knows", "there is nothing")


def told_of(definitions: Definitions, systems: str, turns: list[str]) -> list[Failure]:
    """What does not hold where refunds are answered by these systems."""
    lines = "".join(f"  - {each}\n" for each in turns)
    text = f"{GIVEN.rpartition('    shop.refund_item')[0]}{systems}turns:\n{lines}then: {{ ended: outcome_unknown }}\n"
    (one,) = read_scenarios({"scenarios/a.yaml": text}, surroundings(definitions))
    return list(play(one, definitions))
