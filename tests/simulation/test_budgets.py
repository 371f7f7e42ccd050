"""What happens in a running centre when a budget is used up: of models, of calls, of going back and forth?"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from interlock.connectors.builtin_model import Question, Suggested, Usage
from interlock.control.budget_files import read_budgets
from interlock.runtime.definitions import Definitions, compiled
from interlock.simulation.centre import Centre
from interlock.vocabulary.ids import MessageId
from interlock.vocabulary.interactions import HandBack, HandOverRequested, MessagePosted, ReceiveMessage
from interlock.vocabulary.journeys import JourneyEnded, SuggestionsMade
from interlock.vocabulary.models import ModelUsed
from interlock.vocabulary.proposals import ProposalJudged
from tests.simulation.play import AGENT, SESSION, do, go_home, hand_over_to_agent, interaction_of, play, write
from tests.simulation.test_halting import cheap, facts


class Costly:
    """A model that wants to see the order, and says what it took."""

    name = "gpt"

    def __init__(self) -> None:
        self.asked = 0

    async def suggest(self, question: Question) -> object:
        self.asked += 1
        usage = Usage(tokens_in=400, tokens_out=200, cost_micro=1_000_000)
        return Suggested([{"type": "start_journey", "journey": "order_status", "confidence": 0.9}], usage)


def limited(definitions: Definitions, text: str) -> Definitions:
    """The demo with these budgets."""
    return replace(definitions, budgets=read_budgets({"budgets.yaml": f"budgets:\n  {text}\n"}, "Europe/Berlin"))


async def write_more(centre: Centre, number: int) -> None:
    """The customer comes back in her session."""
    received = ReceiveMessage(session=SESSION, message=MessageId(f"m_{number}"), text="where is my order")
    assert await do(centre, received, f"chat/{number}")
    await centre.rest()


def models(centre: Centre) -> list[str]:
    return [each.model for each in facts(centre, SuggestionsMade)]


def test_what_a_model_took_is_recorded_with_the_turn_and_then_the_built_in_one_answers(
    definitions: Definitions,
) -> None:
    model = Costly()

    async def story(centre: Centre) -> None:
        for number in range(1, 5):
            await write(centre, number, "where is my order")
        assert model.asked == 2
        assert [each.tokens_in + each.tokens_out for each in facts(centre, ModelUsed)] == [600, 600]
        assert models(centre)[:2] == ["gpt", "gpt"]
        assert set(models(centre)[2:]) == {"builtin"}
        await go_home(centre)

    budget = "talk: { what: tokens, per: interaction, most: 1000, then: fallback }"
    assert play(limited(definitions, budget), story, model) == []


def test_the_money_of_a_day_is_shared_by_all_interactions_and_then_people_take_over(definitions: Definitions) -> None:
    model = Costly()

    async def story(centre: Centre) -> None:
        await write(centre, 1, "where is my order")
        await write(centre, 2, "where is my order")
        await go_home(centre)
        await write_more(centre, 3)  # another interaction of the same day
        assert (model.asked, models(centre)[-1]) == (2, "none")
        assert facts(centre, HandOverRequested) != []
        await go_home(centre)
        centre.clock.leap(centre.clock() + timedelta(days=1))
        await write_more(centre, 4)
        assert (model.asked, models(centre)[-1]) == (3, "gpt")
        await go_home(centre)

    budget = "money: { what: cost, per: day, most: 2.00, then: hand_over }"
    assert play(limited(definitions, budget), story, model) == []


def test_the_same_call_once_too_often_is_denied_by_name(definitions: Definitions) -> None:
    async def story(centre: Centre) -> None:
        order, _ = cheap(centre)
        await write(centre, 1, "where is my order")
        await write(centre, 2, order.id)
        await write(centre, 3, centre.shop.buyers[order.owner].email)
        for number in range(4, 10, 2):
            await write(centre, number, "where is my order")
            await write(centre, number + 1, order.id)
        same = [each for each in facts(centre, ProposalJudged) if each.action == "shop.get_order"]
        assert [each.verdict for each in same][:3] == ["allowed", "allowed", "denied"]
        assert [ruling.rule for ruling in same[2].rulings] == ["budget.again"]
        assert same[2].facts["stopped"] == {"budget.again": {"number": 3, "most": 2, "per": "interaction"}}
        await go_home(centre)

    budget = "again: { what: same_call, per: interaction, most: 2 }"
    assert play(limited(definitions, budget), story) == []


def test_nobody_hands_back_for_ever(definitions: Definitions) -> None:
    async def story(centre: Centre) -> None:
        for number in (1, 2):
            await hand_over_to_agent(centre, number)
            back = HandBack(interaction=interaction_of(centre), agent=AGENT)
            assert await do(centre, back, f"back {number}") is (number == 1)
            await centre.rest()
        await go_home(centre)

    budget = "ping_pong: { what: hand_backs, per: interaction, most: 1 }"
    assert play(limited(definitions, budget), story) == []


def test_hand_overs_count_in_every_direction_and_the_circle_ends_with_a_person(definitions: Definitions) -> None:
    async def story(centre: Centre) -> None:
        for number in (1, 2):
            await hand_over_to_agent(centre, number)
            back = HandBack(interaction=interaction_of(centre), agent=AGENT)
            assert await do(centre, back, f"back {number}") is (number == 1)
            await centre.rest()
        assert len(facts(centre, HandOverRequested)) == 2  # to a person one always comes
        await go_home(centre)

    budget = "ping_pong: { what: hand_overs, per: interaction, most: 3 }"
    assert play(limited(definitions, budget), story) == []


def test_whoever_has_used_up_the_calls_of_a_journey_comes_to_a_person_who_sees_why(definitions: Definitions) -> None:
    async def story(centre: Centre) -> None:
        order, _ = cheap(centre)
        await write(centre, 1, "where is my order")
        await write(centre, 2, order.id)
        await write(centre, 3, centre.shop.buyers[order.owner].email)
        await write(centre, 4, "where is my order")
        await write(centre, 5, order.id)
        assert facts(centre, ProposalJudged)[-1].verdict == "denied"
        (asked,) = facts(centre, HandOverRequested)
        assert asked.reason.startswith("The assistant has tried as often as it may while asking about ")
        said = [str(each.text) for each in facts(centre, MessagePosted)]
        assert any("A colleague can go on with you" in text for text in said)
        await go_home(centre)

    budget = "calls: { what: tool_calls, per: interaction, most: 2 }"
    assert play(limited(definitions, budget), story) == []


def test_without_a_branch_for_it_a_used_up_budget_is_a_denial(definitions: Definitions) -> None:
    files = {**definitions.files}
    tenant = files["tenant.yaml"]
    start, end = tenant.index("  over_budget:"), tenant.index("  verification_failed:")
    plain = compiled({**files, "tenant.yaml": tenant[:start] + tenant[end:]}, definitions.model)

    async def story(centre: Centre) -> None:
        order, _ = cheap(centre)
        for number, text in enumerate(("where is my order", order.id, centre.shop.buyers[order.owner].email), start=1):
            await write(centre, number, text)
        for number, text in enumerate(("where is my order", order.id), start=4):
            await write(centre, number, text)
        assert facts(centre, HandOverRequested) == []
        assert facts(centre, JourneyEnded)[-1].outcome == "not_found"
        await go_home(centre)

    budget = "calls: { what: tool_calls, per: interaction, most: 2 }"
    assert play(limited(plain, budget), story) == []
