"""What does a kill switch stop in a running centre, and what goes on?"""

from __future__ import annotations

from datetime import timedelta
from typing import TypeVar

from interlock.connectors.builtin_model import Model
from interlock.kernel.events import Event, Recorded
from interlock.runtime.definitions import Definitions
from interlock.simulation.centre import Centre
from interlock.simulation.shop import Item, Order
from interlock.vocabulary.ids import ProposalId
from interlock.vocabulary.interactions import HandOverRequested
from interlock.vocabulary.journeys import JourneyEnded, SuggestionsMade
from interlock.vocabulary.proposals import (
    ActionProposed,
    EffectFailed,
    EffectStarted,
    EffectSucceeded,
    ProposalJudged,
    ProposeAction,
)
from interlock.vocabulary.switches import ReleaseSwitch, Scope, SwitchThrown, ThrowSwitch
from tests.simulation.play import (
    AGENT_PRINCIPAL,
    SUPERVISOR,
    Story,
    do,
    go_home,
    hand_over_to_agent,
    interaction_of,
    oblige,
    play,
    write,
)

E = TypeVar("E", bound=Event)
REFUND = "shop.refund_item"


def facts(centre: Centre, kind: type[E]) -> list[E]:
    return [one.event for one in centre.events(kind) if isinstance(one.event, kind)]


async def halt(centre: Centre, scope: Scope, name: str) -> None:
    command = ThrowSwitch(scope=scope, name=name, by=SUPERVISOR, reason="It does harm.")
    assert await do(centre, command, f"halt {scope} {name} {len(facts(centre, SwitchThrown))}")
    await centre.rest()


async def release(centre: Centre, scope: Scope, name: str) -> None:
    command = ReleaseSwitch(scope=scope, name=name, by=SUPERVISOR)
    assert await do(centre, command, f"release {scope} {name} {len(facts(centre, SwitchThrown))}")
    await centre.rest()


def cheap(centre: Centre) -> tuple[Order, Item]:
    """Something delivered that costs little: its refund needs no code and no approval, and one could be sent."""
    return next(
        (order, item)
        for order in centre.shop.orders.values()
        for item in order.items
        if order.status == "delivered" and item.price <= 2500
        if centre.shop.buyers[order.owner].registered_at < centre.clock() - timedelta(days=1)
    )


async def up_to_the_card(centre: Centre) -> None:
    """The customer wants her money back for something that came broken."""
    order, item = cheap(centre)
    await write(centre, 1, "the kettle arrived broken")
    await write(centre, 2, order.id)
    await write(centre, 3, centre.shop.buyers[order.owner].email)
    await write(centre, 4, item.name)


def played(definitions: Definitions, story: Story, model: Model | None = None) -> list[str]:
    async def to_the_end(centre: Centre) -> None:
        await story(centre)
        await go_home(centre)

    return play(definitions, to_the_end, model)


def verdicts(centre: Centre, action: str) -> list[tuple[str, list[str]]]:
    return [
        (judged.verdict, [ruling.rule for ruling in judged.rulings])
        for judged in facts(centre, ProposalJudged)
        if judged.action == action
    ]


def test_a_halted_action_is_denied_by_name_and_done_again_when_it_is_released(definitions: Definitions) -> None:
    async def story(centre: Centre) -> None:
        await halt(centre, "action", REFUND)
        await up_to_the_card(centre)
        assert verdicts(centre, REFUND) == [("denied", ["halted"])]
        assert [each.outcome for each in facts(centre, JourneyEnded)] == ["unavailable"]
        await release(centre, "action", REFUND)
        await write(centre, 5, "the kettle arrived broken")
        await write(centre, 6, cheap(centre)[0].id)
        await write(centre, 7, cheap(centre)[1].name)
        await oblige(centre)
        assert verdicts(centre, REFUND)[-1][0] == "allowed"
        assert REFUND in [each.action for each in facts(centre, EffectSucceeded)]

    assert played(definitions, story) == []


def test_what_the_customer_agrees_to_after_the_switch_was_thrown_is_not_done(definitions: Definitions) -> None:
    async def story(centre: Centre) -> None:
        await up_to_the_card(centre)
        assert verdicts(centre, REFUND)[-1][0] == "needs"
        await halt(centre, "connector", "shop")
        started = len(facts(centre, EffectStarted))
        await oblige(centre)
        assert verdicts(centre, REFUND)[-1] == ("denied", ["halted"])
        assert len(facts(centre, EffectStarted)) == started
        assert cheap(centre)[1].refunded == 0

    assert played(definitions, story) == []


def test_a_halted_model_is_not_asked_and_a_person_takes_over(definitions: Definitions) -> None:
    async def story(centre: Centre) -> None:
        await halt(centre, "model", "builtin")
        await write(centre, 1, "where is my order")
        (suggested,) = facts(centre, SuggestionsMade)
        assert suggested.model == "none"
        assert [each["type"] for each in suggested.suggestions] == ["hand_over"]
        assert facts(centre, ActionProposed) == []

    assert played(definitions, story) == []


def test_another_model_that_is_halted_is_replaced_by_the_built_in_one(definitions: Definitions) -> None:
    class Other:
        name = "other"

        async def suggest(self, question: object) -> object:
            raise AssertionError("it was asked")

    async def story(centre: Centre) -> None:
        await halt(centre, "model", "other")
        await write(centre, 1, "where is my order")
        (suggested,) = facts(centre, SuggestionsMade)
        assert suggested.model == "builtin"
        assert next(each["type"] for each in suggested.suggestions) == "start_journey"

    assert played(definitions, story, Other()) == []


def test_in_a_halted_centre_nothing_is_proposed_and_the_chat_goes_on_with_a_person(definitions: Definitions) -> None:
    async def story(centre: Centre) -> None:
        tenant = definitions.tenant.tenant
        await hand_over_to_agent(centre, 1)
        await halt(centre, "tenant", tenant)
        propose = ProposeAction(
            proposal=ProposalId("pr_1"),
            interaction=interaction_of(centre),
            principal=AGENT_PRINCIPAL,
            action="shop.get_order",
            args={"order_id": cheap(centre)[0].id},
        )
        assert not await do(centre, propose, "propose")
        await write(centre, 2, "can you see this?")
        assert facts(centre, ActionProposed) == []
        await release(centre, "tenant", tenant)
        assert await do(centre, propose, "propose again")

    assert played(definitions, story) == []


def test_whoever_writes_to_a_halted_centre_is_handed_to_a_person(definitions: Definitions) -> None:
    async def story(centre: Centre) -> None:
        await halt(centre, "tenant", definitions.tenant.tenant)
        await write(centre, 1, "the kettle arrived broken")
        assert facts(centre, HandOverRequested) != []
        assert facts(centre, ActionProposed) == []

    assert played(definitions, story) == []


def test_what_is_allowed_and_not_yet_called_does_not_start_any_more(definitions: Definitions) -> None:
    async def story(centre: Centre) -> None:
        await up_to_the_card(centre)
        halted = SwitchThrown(scope="action", name=REFUND, by="sofia", reason="It does harm.")

        def at_once(recorded: Recorded) -> None:
            # Between the judgement and the call: every node has heard of the switch.
            if isinstance(recorded.event, ProposalJudged) and recorded.event.verdict == "allowed":
                for life in centre.lives:
                    life.app.switchboard.fold(recorded._replace(event=halted))

        centre.hear(f"interaction:{interaction_of(centre)}", at_once)
        await oblige(centre)
        assert verdicts(centre, REFUND)[-1][0] == "allowed"
        (failed,) = [each for each in facts(centre, EffectFailed) if each.action == REFUND]
        assert (failed.code, failed.unavailable, len(failed.reservations) > 0) == ("halted", True, True)
        assert [each for each in facts(centre, EffectStarted) if each.proposal == failed.proposal] == []
        assert cheap(centre)[1].refunded == 0

    assert played(definitions, story) == []
