"""Does the demonstration's agent step do its one job with a model, in every channel, and hand over as ever without one?"""

from __future__ import annotations

from dataclasses import replace

import pytest

from interlock.connectors import language_model
from interlock.journeys.scenario_checks import read_scenarios
from interlock.runtime.definitions import Definitions
from interlock.simulation.scenarios import play, surroundings
from interlock.vocabulary.channels import Channel
from tests.simulation.working import Working, done, propose, say

SCENARIO = """
scenario: a restaurant wants mugs, and its knives sharpened
journey: business
given:
  on_shift: [business]
  systems:
    shop.findTimes:
      answers: { times: [ { time_id: t-1, starts_at: "2026-11-30T08:00:00+00:00", label: Monday at 09:00, free: true } ] }
turns:
  - customer: we need sixty mugs for our hotel
  - said: By when do you need them, and is there anything else?
  - customer: by March, and can I get an invoice with VAT?
  - said: The invoice comes with the parcel as a PDF.
  - customer: good, and our kitchen has knives to sharpen
  - said: From which day on would it suit you?
  - customer: 30 November
  - said: Monday 30 November 2026 at 09:00
  - presses: at 09:00
  - said: Sixty mugs by March, and the knives on Monday at nine. My colleagues make the offer.
  - handed_over: business
then: { calls: {} }
"""

SCRIPT = (
    [say("By when do you need them, and is there anything else?")],
    [{**say("The invoice comes with the parcel as a PDF."), "sources": ["invoices"]}],
    [propose("shop.refund_item", order_id="A-1042", item_id="i-1", reason="damaged")],
    [propose("pick_time")],
    [say("Sixty mugs by March, and the knives on Monday at nine. My colleagues make the offer."), done("ready")],
)
"""What a model answers; the third is nothing that it may do, so it is asked again."""


@pytest.mark.parametrize("channel", [Channel.CHAT, Channel.MESSAGE, Channel.EMAIL, Channel.VOICE])
def test_a_model_answers_from_articles_runs_a_journey_as_a_tool_and_comes_to_its_end(
    definitions: Definitions, channel: Channel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(language_model, "PAUSE_S", 0.0)
    (scenario,) = read_scenarios({"scenarios/it.yaml": SCENARIO}, surroundings(definitions))
    model = Working(definitions, *SCRIPT)
    played = play(scenario._replace(given=scenario.given.into(channel)), definitions, model)
    assert [str(each) for each in played] == []
    told = "\n".join(model.heard)
    assert "Action pick_time: Pick a time at the workshop" in told and "stays under" in told
    assert "<result of=pick_time outcome=succeeded>" in told and '"time_id": "t-1"' in told
    assert "shop.refund_item" in told, "it is told what it may not do"


def test_without_a_model_the_scripted_branch_hands_over_as_ever(definitions: Definitions) -> None:
    text = definitions.files["scenarios/business.yaml"]
    (scenario,) = read_scenarios({"scenarios/business.yaml": text}, surroundings(definitions))
    for model in (None, Working(definitions, "this is no answer")):
        assert [str(each) for each in play(scenario, replace(definitions), model)] == []
