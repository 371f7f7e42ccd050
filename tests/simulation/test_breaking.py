"""What does a centre do while a system behind it is down: ask it again and again, or leave it alone and come back?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

from interlock.connectors.contract import Connection
from interlock.control.breaker_files import BreakerSpec, BreakerSpecs
from interlock.kernel.errors import Unavailable
from interlock.runtime.definitions import Definitions
from interlock.simulation.centre import Centre
from interlock.vocabulary.breakers import BreakerClosed, BreakerTripped, CloseBreaker, TripBreaker
from interlock.vocabulary.journeys import JourneyEnded
from interlock.vocabulary.proposals import EffectSucceeded, ProposalJudged
from tests.control.given import proposed
from tests.simulation.play import SUPERVISOR, do, go_home, oblige, play, write
from tests.simulation.test_halting import cheap, facts

SPEC = BreakerSpec(least=2, trials=3, owner="the shop's people")


class Shop:
    """The shop's connection: it can be down, and it counts."""

    def __init__(self, real: Connection) -> None:
        self.real = real
        self.down = False
        self.calls = 0

    def __getattr__(self, name: str) -> Any:
        async def call(*given: Any) -> Any:
            self.calls += 1
            if self.down:
                raise Unavailable("shop", "no route to it", sent=False)
            return await getattr(self.real, name)(*given)

        return call


def quick(definitions: Definitions) -> Definitions:
    """The demo with breakers that trip soon."""
    return replace(definitions, breakers=BreakerSpecs(definitions.breakers.keys, SPEC))


def shops(centre: Centre) -> list[Shop]:
    """Stand between every node and the shop."""
    found = []
    for life in centre.lives:
        connectors: Mapping[str, Connection] = life.app._in_force._connectors
        shop = Shop(connectors["shop"])
        life.app._in_force._connectors = {**connectors, "shop": shop}  # type: ignore[dict-item]
        found.append(shop)
    return found


async def wait(centre: Centre, for_: timedelta) -> None:
    """Time passes, and nothing happens."""
    centre.clock.leap(centre.clock() + for_)
    await centre.rest()


async def ask(centre: Centre, number: int) -> None:
    """The customer says what she wants, and who she is: that is looked up in the shop."""
    order, _ = cheap(centre)
    await write(centre, number, "the kettle arrived broken")
    await write(centre, number + 1, order.id)
    await write(centre, number + 2, centre.shop.buyers[order.owner].email)


def test_a_system_that_is_down_is_left_alone_and_asked_again_after_the_cool_down(definitions: Definitions) -> None:
    async def story(centre: Centre) -> None:
        all_shops = shops(centre)
        for shop in all_shops:
            shop.down = True
        await ask(centre, 1)
        assert facts(centre, BreakerTripped) == []
        await ask(centre, 11)
        tripped = facts(centre, BreakerTripped)
        assert {(each.name, each.why, each.calls, each.bad) for each in tripped} == {
            ("shop", "errors", 2, 2),
            ("damaged_item", "errors", 2, 2),
        }
        assert len(tripped) == 2  # once, however many nodes count
        called = sum(shop.calls for shop in all_shops)
        await ask(centre, 21)
        assert [each.rule for each in facts(centre, ProposalJudged)[-1].rulings] == ["breaker-open"]
        assert "the shop's people" in facts(centre, ProposalJudged)[-1].rulings[0].reason
        assert {each.outcome for each in facts(centre, JourneyEnded)} == {"unavailable"}
        assert sum(shop.calls for shop in all_shops) == called

        await wait(centre, SPEC.cool_down)
        await ask(centre, 31)  # a trial, and it goes wrong
        assert len(facts(centre, BreakerTripped)) == 4
        for shop in all_shops:
            shop.down = False
        await wait(centre, SPEC.cool_down)
        await ask(centre, 41)
        await write(centre, 44, cheap(centre)[1].name)
        await oblige(centre)
        assert {each.name for each in facts(centre, BreakerClosed)} == {"shop", "damaged_item"}
        assert facts(centre, EffectSucceeded)[-1].action == "shop.refund_item"
        await go_home(centre)

    assert play(quick(definitions), story) == []


def test_while_it_is_half_open_only_a_few_are_let_through(definitions: Definitions) -> None:
    async def story(centre: Centre) -> None:
        trip = TripBreaker(guarded="connector", name="shop", why="errors", by=SUPERVISOR, reason="trial")
        assert await do(centre, trip, "trip")
        await wait(centre, SPEC.cool_down + timedelta(seconds=1))
        app = centre.lives[0].app
        several = [proposed(proposal=f"pr_{number}") for number in range(5)]
        stopped = [await app.breaking.against(each, ()) is not None for each in several]
        assert stopped == [False] * SPEC.trials + [True, True]
        assert await app.breaking.against(several[0], ()) is None  # it is asked again before it is carried out
        await wait(centre, SPEC.cool_down + timedelta(seconds=1))
        assert await app.breaking.against(several[4], ()) is None  # the trials came to nothing: some more

    assert play(quick(definitions), story) == []


def test_what_a_person_cut_off_stays_so_until_a_person_lets_it_on(definitions: Definitions) -> None:
    async def story(centre: Centre) -> None:
        trip = TripBreaker(guarded="journey", name="damaged_item", why="by_hand", by=SUPERVISOR, reason="It is wrong.")
        assert await do(centre, trip, "trip")
        await wait(centre, timedelta(minutes=2))
        await ask(centre, 1)
        (denied,) = facts(centre, ProposalJudged)
        assert [each.rule for each in denied.rulings] == ["breaker-open"]
        assert "It is wrong." in denied.rulings[0].reason
        assert await do(centre, CloseBreaker(guarded="journey", name="damaged_item", by=SUPERVISOR), "close")
        await wait(centre, timedelta(seconds=1))
        await ask(centre, 11)
        assert facts(centre, ProposalJudged)[-1].verdict == "allowed"
        await go_home(centre)

    assert play(quick(definitions), story) == []
