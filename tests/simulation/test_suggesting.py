"""What is suggested to an agent who has an interaction: what fits, with where it comes from, and only above the threshold?"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from interlock.cli.bench import assisted
from interlock.kernel.documents import DefinitionError
from interlock.runtime.definitions import Definitions, check
from interlock.runtime.knowledge_files import of_tenant
from interlock.simulation.centre import Centre
from interlock.vocabulary.channels import Principal
from interlock.vocabulary.ids import QueueName
from interlock.vocabulary.interactions import WrapUp
from interlock.vocabulary.proposals import ActionProposed
from interlock.vocabulary.routing import AcceptOffer, Presence, SetPresence, VisitOffered
from interlock.vocabulary.suggestions import AnswerSuggestion, SuggestionAnswered, SuggestionsShown
from tests.simulation.caller import Chatter, identify, of, order_of
from tests.simulation.play import AGENT, AGENT_PRINCIPAL, do, hand_over_to_agent, interaction_of, play, write
from tests.simulation.test_knowledge import ASK, RETURNS, changed, publish


async def suggested(centre: Centre, by: Principal = AGENT_PRINCIPAL) -> list[dict[str, Any]]:
    """What the desk of an agent shows."""
    return await centre.lives[0].app.suggestions.show(interaction_of(centre), by)


def of_kind(found: list[dict[str, Any]], kind: str) -> list[dict[str, Any]]:
    return [each for each in found if each["kind"] == kind]


async def accepted(chatter: Chatter) -> None:
    """The customer asks for a person, and the agent takes her."""
    centre = chatter.centre
    wanted = SetPresence(agent=AGENT, presence=Presence.AVAILABLE, queues=(QueueName("care"),), capacity=1)
    await do(centre, wanted, "presence")
    await chatter.say("I want to talk to a human")
    (offered,) = of(centre, VisitOffered)
    assert await do(centre, AcceptOffer(visit=offered.visit, offer=offered.offer, agent=AGENT), "accept")
    await centre.rest()


async def go_home(centre: Centre) -> None:
    wrap_up = WrapUp(interaction=interaction_of(centre), agent=AGENT, disposition="solved")
    assert await do(centre, wrap_up, "wrap-up")
    await centre.pass_time(timedelta(days=30))


def test_an_article_that_answers_the_customer_is_suggested_with_its_source_until_it_is_answered(
    definitions: Definitions,
) -> None:
    async def story(centre: Centre) -> None:
        internal = changed(article="desk", title="Desk", audience=("agent",), body="Ask whether it was opened.")
        await publish(centre, RETURNS, internal)
        await write(centre, 1, "hello there")
        await hand_over_to_agent(centre, 2)
        assert of_kind(await suggested(centre), "article") == [], "nothing was asked that an article answers"
        await write(centre, 3, ASK)
        found = of_kind(await suggested(centre), "article")
        reply = next(each for each in found if each["text"] == RETURNS.body)
        assert (reply["reply"], reply["source"]) == (RETURNS.body, "Returns, version 2")
        assert reply["confidence"] >= 0.5 and reply["at"] is not None
        inside = [each for each in found if each["text"] == "Ask whether it was opened."]
        assert [each["reply"] for each in inside] == [""], "what is for agents alone is never put into a reply"
        stranger = Principal("agent", "u_other", ("agent",))
        assert await suggested(centre, stranger) == []
        again = of_kind(await suggested(centre), "article")
        assert [each["suggestion"] for each in again] == [each["suggestion"] for each in found]
        recorded = [one for each in of(centre, SuggestionsShown) for one in each.suggestions if one.kind == "article"]
        assert sorted(one.suggestion for one in recorded) == sorted(each["suggestion"] for each in found)
        assert RETURNS.body not in str(of(centre, SuggestionsShown)), "the log names it and repeats nothing"
        take = AnswerSuggestion(
            interaction=interaction_of(centre), agent=AGENT, suggestion=reply["suggestion"], how="edited"
        )
        assert await do(centre, take, "take")
        (answer,) = of(centre, SuggestionAnswered)
        assert answer.how == "edited" and answer.after_ms > 0
        assert reply["suggestion"] not in [each["suggestion"] for each in await suggested(centre)]
        await go_home(centre)
        told = await centre.lives[0].app.suggestions.document()
        (articles,) = of_kind(told["kinds"], "article")
        assert (articles["edited"], articles["ignored"]) == (1, len(found) - 1)

    assert play(definitions, story) == []


def test_below_the_threshold_of_the_tenant_nothing_is_suggested_or_recorded(definitions: Definitions) -> None:
    text = definitions.files["tenant.yaml"] + "\nassist: { surer_than: 1 }\n"
    silent = replace(definitions, tenant=check({**definitions.files, "tenant.yaml": text}).tenant)

    async def story(centre: Centre) -> None:
        await publish(centre, RETURNS)
        await write(centre, 1, "hello there")
        await hand_over_to_agent(centre, 2)
        await write(centre, 3, ASK)
        assert await suggested(centre) == [] and of(centre, SuggestionsShown) == []
        await go_home(centre)

    assert play(silent, story) == []


def test_the_next_step_of_the_journey_and_its_action_are_suggested_with_what_the_gate_would_say(
    definitions: Definitions,
) -> None:
    async def story(centre: Centre) -> None:
        chatter = Chatter(centre)
        await chatter.begin()
        order = order_of(centre, 1840)
        await chatter.say("the kettle arrived broken")
        await identify(chatter, order)
        await accepted(chatter)
        before = len(centre.events(ActionProposed))
        found = await suggested(centre)
        (step,) = of_kind(found, "step")
        assert step["title"] == "Let the customer choose: item" and order.items[0].name in step["reply"]
        assert step["source"] == "Journey “Something arrived damaged”, under way"
        (action,) = (each["action"] for each in of_kind(found, "action"))
        assert (action["action"], action["verdict"]) == ("shop.refund_item", "open")
        assert action["values"] == {"order_id": order.id, "reason": "damaged"}
        assert {"Item", "Amount"} <= set(action["missing"])
        (tip,) = of_kind(found, "tip")
        assert tip["title"].startswith("The customer is not verified yet") and tip["reply"] == ""
        assert len(centre.events(ActionProposed)) == before, "looking ahead proposes nothing"
        await go_home(centre)

    assert play(definitions, story) == []


def test_the_gate_is_asked_ahead_for_a_journey_that_fits_what_the_customer_wrote(definitions: Definitions) -> None:
    async def story(centre: Centre) -> None:
        chatter = Chatter(centre)
        await chatter.begin()
        order, other = order_of(centre, 1840), None
        await chatter.say("where is my order?")
        await identify(chatter, order)
        await accepted(chatter)
        other = next(each for each in centre.shop.orders.values() if each.owner != order.owner)
        seen = {}
        for asked in (order, other):
            await chatter.say(f"can you check the order {asked.id} for me?")
            (action,) = (each["action"] for each in of_kind(await suggested(centre), "action"))
            assert action["values"] == {"order_id": asked.id}
            seen[asked.id] = (action["verdict"], action["reasons"])
        assert seen[order.id] == ("allowed", [])
        verdict, reasons = seen[other.id]
        assert verdict == "denied" and reasons, "somebody else's order is denied, with why"
        await go_home(centre)

    assert play(definitions, story) == []


def test_a_tenant_writes_tips_of_its_own_and_a_mistake_in_one_is_told_with_its_line(definitions: Definitions) -> None:
    own = "\nassist:\n  tips:\n    - { tip: first_words, when: contacts == 1, text: Say who you are. }\n"
    text = definitions.files["tenant.yaml"] + own
    (tip,) = check({**definitions.files, "tenant.yaml": text}).tenant.assist.hints
    assert (tip.tip, tip.text) == ("first_words", "Say who you are.")
    wrong = text.replace("when: contacts == 1", "when: contact == 1")
    with pytest.raises(DefinitionError) as refused:
        check({**definitions.files, "tenant.yaml": wrong})
    (problem,) = refused.value.problems
    assert (problem.file, problem.line) == ("tenant.yaml", wrong.count("\n", 0, wrong.index("when: contact ==")) + 1)
    assert "'contact' is nothing that a tip can look at; did you mean 'contacts'?" in problem.what


def test_something_is_suggested_of_everything_that_the_benchmark_writes(definitions: Definitions) -> None:
    async def story(centre: Centre) -> None:
        await write(centre, 1, "hello there")
        await hand_over_to_agent(centre, 2)
        found = {}
        for number, text in enumerate(assisted.MATTERS, start=3):
            await write(centre, number, text)
            found[text] = await suggested(centre)
        assert [text for text, each in found.items() if not each] == []
        await go_home(centre)

    assert play(replace(definitions, articles=of_tenant(assisted.DEMO)), story) == []
