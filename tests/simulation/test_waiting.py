"""Does what depends on something that is still running wait for it, and no longer than it may?"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import pytest

from interlock.connectors.contract import Answer, Authorised, Declined
from interlock.control.actions import Action
from interlock.control.past import STEP_WAIT
from interlock.runtime.definitions import Definitions
from interlock.runtime.gate import STEP_LOOK
from interlock.runtime.node import POLL_S
from interlock.simulation.calls import Calls
from interlock.simulation.centre import Centre
from interlock.simulation.weather import CALM, KINDS, Weather
from interlock.vocabulary.ids import ProposalId
from interlock.vocabulary.proposals import EffectFailed, EffectSucceeded, ProposalJudged, ProposeAction, RemedyMet
from tests.simulation.play import AGENT_PRINCIPAL, do, go_home, hand_over_to_agent, interaction_of, oblige, play, write

TWO_NODES = KINDS[1]
REFUND = "shop.refund_item"


class Slowly:
    """A way to the shop on which refunds take their time; ``seconds`` is for the first, the others are quick."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, seconds: float, *, declines: bool = False) -> None:
        self.seconds = seconds
        self.called = 0
        perform = Calls.perform

        async def slowly(
            calls: Calls, authorised: Authorised, action: Action, args: Mapping[str, Any], key: str
        ) -> Answer:
            if action.name == REFUND:
                self.called += 1
                first = self.called == 1
                await asyncio.sleep(self.seconds if first else 0)
                if first and declines:
                    return Declined("no", "The shop does not want to.")
            return await perform(calls, authorised, action, args, key)

        monkeypatch.setattr(Calls, "perform", slowly)


async def two_refunds(centre: Centre) -> None:
    """An agent proposes two refunds of one order; the customer agrees to the first and, right behind it, to the second."""
    buyer = next(iter(centre.shop.buyers.values()))
    order = next(each for each in centre.shop.orders_of(buyer.id) if each.status == "delivered")
    await write(centre, 1, f"where is my order {order.id}")
    await write(centre, 2, buyer.email)
    await hand_over_to_agent(centre, 3)
    for number in (1, 2):
        args = {"order_id": order.id, "item_id": "i-1", "amount": {"amount": 100, "currency": "EUR"}}
        command = ProposeAction(
            proposal=ProposalId(f"pr_{number}"),
            interaction=interaction_of(centre),
            principal=AGENT_PRINCIPAL,
            action=REFUND,
            args=args,
        )
        await do(centre, command, f"propose/{number}")
        await centre.rest()
    await oblige(centre)
    await centre.rest()


def when(centre: Centre, proposal: str, *kinds: Any) -> list[tuple[datetime, Any]]:
    return [(one.at, one.event) for one in centre.events(*kinds) if one.event.proposal == proposal]  # type: ignore[attr-defined]


def in_turn(centre: Centre) -> list[str]:
    """The two refunds: first the one that was let through first, whichever the customer's two answers reached sooner."""
    return sorted(("pr_1", "pr_2"), key=lambda proposal: when(centre, proposal, ProposalJudged)[-1][0])


@pytest.mark.parametrize("weather", [CALM, TWO_NODES], ids=lambda weather: weather.name)
def test_a_refund_that_comes_while_another_runs_is_judged_as_soon_as_that_is_done(
    weather: Weather, definitions: Definitions, monkeypatch: pytest.MonkeyPatch
) -> None:
    Slowly(monkeypatch, 3.0)

    async def story(centre: Centre) -> None:
        await two_refunds(centre)
        first, second = in_turn(centre)
        ((done, _),) = when(centre, first, EffectSucceeded)
        verdicts = when(centre, second, ProposalJudged)
        assert [judged.verdict for _, judged in verdicts] == ["needs", "allowed"], "it was never refused"
        waited = verdicts[-1][0] - done
        # A node that is not told of the outcome finds it when it looks by itself.
        soon = timedelta(seconds=POLL_S) + (STEP_LOOK if weather.wake_lost else timedelta())
        assert timedelta() <= waited <= soon, "and at once when the first was done"
        assert verdicts[-1][1].facts["steps"]["refunded"]["count"] == 1
        assert len(centre.shop.refunds) == 2
        await go_home(centre)

    assert play(definitions, story, weather=weather) == []


def test_where_the_first_fails_the_second_goes_on_as_if_there_had_been_none(
    definitions: Definitions, monkeypatch: pytest.MonkeyPatch
) -> None:
    Slowly(monkeypatch, 3.0, declines=True)

    async def story(centre: Centre) -> None:
        await two_refunds(centre)
        first, second = in_turn(centre)
        assert len(when(centre, first, EffectFailed)) == 1
        ((_, allowed),) = when(centre, second, ProposalJudged)[-1:]
        assert (allowed.verdict, allowed.facts["steps"]["refunded"]["done"]) == ("allowed", False)
        assert len(centre.shop.refunds) == 1
        await go_home(centre)

    assert play(definitions, story) == []


def test_nobody_waits_longer_than_he_may_and_is_then_judged_on_what_is_true(
    definitions: Definitions, monkeypatch: pytest.MonkeyPatch
) -> None:
    Slowly(monkeypatch, 120.0)

    async def story(centre: Centre) -> None:
        await two_refunds(centre)
        first, second = in_turn(centre)
        ((at, denied),) = when(centre, second, ProposalJudged)[-1:]
        assert [each.rule for each in denied.rulings] == ["refund.one-at-a-time"]
        ((agreed, _),) = when(centre, second, RemedyMet)
        assert STEP_WAIT <= at - agreed <= STEP_WAIT + timedelta(seconds=2)
        assert when(centre, first, EffectSucceeded)[0][0] > at
        await go_home(centre)

    assert play(definitions, story) == []
