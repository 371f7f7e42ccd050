"""Is a mistake in an agent step told where it is made, and does a claim that nothing backs not pass?"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from interlock.journeys.claims import contradicted, told_by, unbacked
from interlock.kernel.documents import DefinitionError
from interlock.runtime.definitions import check, read_folder
from interlock.runtime.readiness import readiness
from interlock.vocabulary.channels import Author
from interlock.vocabulary.ids import InteractionId, MessageId, PersonId
from interlock.vocabulary.interactions import MessagePosted

RETAIL = Path(__file__).parents[2] / "examples" / "retail"
ADVICE = "journeys/variant_advice.yaml"
NOW = datetime(2026, 11, 27, tzinfo=UTC)


@pytest.mark.parametrize(
    ("written", "instead", "told"),
    [
        ("may: [retail.get_item,", "may: [retail.get_items,", "there is no action 'retail.get_items'"),
        ("sets: [item_no]", "sets: [item_nr]", "there is no slot 'item_nr'; did you mean 'item_no'"),
        ("sets: [item_no]", "sees: [email]", "'email' is personal, so a model is never told it"),
        ("sets: [item_no]", "sees: [basket]", "'basket' is not known here"),
        ("chosen: She", "until: She", "'until' is the name of something else"),
        ("nothing: Nothing", "never: Nothing", "this step has no branch 'nothing'"),
        ("    otherwise:\n", "    models: [main]\n    otherwise:\n", "there is no model 'main'"),
        ("journey: variant_advice\n", "journey: variant_advice\nmodels: [main]\n", "there is no model 'main'"),
        ("sets: [item_no]", "say: false", "'say' is not allowed"),
        ("turns: 8", "turns: 0", "turns"),
    ],
)
def test_a_mistake_in_an_agent_step_is_told_with_its_line(written: str, instead: str, told: str) -> None:
    files = read_folder(RETAIL)
    assert written in files[ADVICE]
    changed = files[ADVICE].replace(written, instead, 1)
    if told.startswith("'say'"):
        changed, told = (
            changed.partition("      exits:")[0] + SILENT,
            "a model that may not speak has to come to an end",
        )
    with pytest.raises(DefinitionError) as refused:
        check({**files, ADVICE: changed})
    found = [str(each) for each in refused.value.problems if told in str(each)]
    assert found and all(each.startswith(f"{ADVICE}:") for each in found)


SILENT = """\
    otherwise:
      - say: Well.
  - end: advised
"""


def test_what_a_model_may_propose_is_among_what_a_journey_calls() -> None:
    files = read_folder(RETAIL)
    found = readiness(check(files), files, "variant_advice", NOW)
    proposed = {(call.step, call.action.action) for call in found.calls}
    assert {("agent", "retail.get_item"), ("agent", "retail.get_product")} <= proposed


@pytest.mark.parametrize(
    "claim",
    [
        "I have refunded 49.00 EUR to you.",
        "I’ve just cancelled your order.",
        "Your order has been cancelled.",
        "It is now booked for Tuesday.",
        "All done. Your refund is on its way!",
        "We already sent you a new one.",
    ],
)
def test_a_claim_that_nothing_was_done_for_is_found(claim: str) -> None:
    assert unbacked(f"Thank you for waiting. {claim}", (), (), {})


@pytest.mark.parametrize(
    "words",
    [
        "I have not refunded anything yet.",
        "Once it has been refunded, you get a mail.",
        "Has it been cancelled?",
        "I can have it cancelled for you.",
        "It is sent by parcel post.",
        "The kettle costs 49 EUR.",
        "If you want, I will refund it.",
    ],
)
def test_what_is_no_claim_may_be_said(words: str) -> None:
    assert unbacked(words, (), (), {}) == ""


def test_a_claim_rests_on_the_action_that_was_done_its_amount_or_a_status_that_a_system_answered() -> None:
    did, done = ("shop.refund_item",), ("Refund €49.00 for Kettle to Visa ending 4242",)
    assert unbacked("I have refunded €49.00 to you.", did, done, {}) == ""
    assert unbacked("I have refunded €59.00 to you.", did, done, {})
    assert unbacked("I have cancelled your order.", did, done, {})
    answered = {"order": {"status": "cancelled"}}
    assert unbacked("Your order was cancelled.", (), (), answered) == ""
    assert unbacked("I have cancelled your order.", (), (), answered)


def test_the_contrary_of_what_was_said_is_found_and_the_same_again_is_not() -> None:
    posted = MessagePosted(
        interaction=InteractionId("i_1"),
        person=PersonId("p_1"),
        message=MessageId("m_1"),
        author=Author("virtual_agent", model="main"),
        text="You can return the kettle within 30 days. The box has to be whole.",
    )
    told = told_by((), posted)
    assert contradicted("You can return the kettle within 30 days.", told) is None
    assert contradicted("You can return the pan within a month, too.", told) is None
    for contrary in ("You can return the kettle within 14 days.", "You cannot return the kettle within 30 days."):
        found = contradicted(contrary, told)
        assert found is not None and found[1].message == "m_1"
