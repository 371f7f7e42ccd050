"""Does a customer go on by phone where she was in the chat, and back: with her answers, with nobody else's, and never twice?"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest

from interlock.interactions.carrying import BY, TRIES
from interlock.kernel.errors import Refused
from interlock.runtime.definitions import Definitions, build
from interlock.simulation.centre import Centre
from interlock.vocabulary.assurance import Level
from interlock.vocabulary.carrying import CARRIED_ON, CarriedOn, CarryFailed
from interlock.vocabulary.interactions import (
    InteractionEnded,
    InteractionReopened,
    InteractionStarted,
    MessagePosted,
)
from interlock.vocabulary.journeys import JourneyEnded
from interlock.vocabulary.money import Money
from interlock.vocabulary.people import ChallengePassed
from interlock.vocabulary.proposals import RemedyRefused
from tests.simulation.caller import Caller, Chatter, confirmations, identify, of, order_of, until_the_card
from tests.simulation.play import go_home, hand_over_to_agent, play
from tests.simulation.working import Working, say

Tale = Callable[[Chatter, Caller], Awaitable[None]]


def both(definitions: Definitions, tale: Tale) -> None:
    """Play what happens to a customer who has a browser and a phone."""

    async def story(centre: Centre) -> None:
        chatter, caller = Chatter(centre), Caller(centre)
        await chatter.begin()
        await caller.begin()
        await tale(chatter, caller)
        assert len(open_interactions(centre)) <= 1
        await centre.pass_time(timedelta(days=30))

    assert play(definitions, story) == []


def open_interactions(centre: Centre) -> set[str]:
    """The interactions that are not over."""
    found: set[str] = set()
    for each in of(centre, InteractionStarted, InteractionReopened, InteractionEnded):
        (found.discard if isinstance(each, InteractionEnded) else found.add)(each.interaction)
    return found


async def later(centre: Centre, time: timedelta) -> None:
    """So much later, with all that has happened until then."""
    at = centre.clock() + time
    await centre.pass_time(time)
    centre.clock.leap(max(at, centre.clock()))


async def code_of(customer: Chatter | Caller) -> str:
    """A code for what the customer is talking about."""
    given = await customer.centre.lives[0].app.carrying.code(customer.session, f"code/{customer.centre.clock()}")
    return given.code


async def half_way(customer: Chatter | Caller, price: int = 1840) -> str:
    """The customer is asked which item it is; gives its label."""
    order = order_of(customer.centre, price)
    await customer.say("the kettle arrived broken")
    await identify(customer, order)
    return f"{order.items[0].name}, {Money(price, 'EUR')}"


def said(centre: Centre) -> list[str]:
    """What the latest interaction has heard from the virtual agent."""
    latest = of(centre, InteractionStarted)[-1].interaction
    posted = (each for each in of(centre, MessagePosted) if each.interaction == latest)
    return [str(each.text) for each in posted if each.author.kind == "virtual_agent"]


def test_she_goes_on_by_phone_at_the_same_question_and_is_asked_nothing_again(definitions: Definitions) -> None:
    async def tale(chatter: Chatter, caller: Caller) -> None:
        label = await half_way(chatter)
        await caller.press(f"#{await code_of(chatter)}")
        assert "I have what we talked about in the chat, so we go on from there." in caller.heard
        assert label in {each["label"] for each in caller.ask["keys"]}
        await caller.pick(label)
        await caller.answer(True)
        assert len(caller.centre.shop.refunds) == 1
        begun, carried = of(caller.centre, InteractionStarted)
        assert (carried.continues, carried.person, carried.channel) == (begun.interaction, begun.person, "voice")
        assert carried.customer == caller.centre.shop.refunds[0].customer
        view = await caller.centre.lives[0].app.views.get(carried.interaction)
        nothing: dict[Any, Any] = {}
        shown = view.document(
            names=nothing, journey_titles=nothing, action_titles=nothing, queue_titles=nothing, actions=[]
        )
        texts = [entry["text"] for entry in shown["entries"] if "text" in entry]
        assert texts.index("the kettle arrived broken") < texts.index(f"Carried on in voice from {begun.interaction}")
        assert [(run["journey"], run["outcome"]) for run in shown["journeys"]] == [("damaged_item", "refunded")]
        assert {slot["name"] for slot in shown["journeys"][0]["slots"]} == {"order_no", "email", "item"}

    both(definitions, tale)


def test_a_card_that_was_not_answered_is_put_anew_and_cannot_be_answered_where_it_was(definitions: Definitions) -> None:
    async def tale(chatter: Chatter, caller: Caller) -> None:
        await until_the_card(chatter)
        card = chatter.card()
        await caller.press(f"#{await code_of(chatter)}")
        assert caller.ask["kind"] == "confirm"
        chatter.card = lambda: card  # type: ignore[method-assign]  # she looks at the browser again
        with pytest.raises(AssertionError):
            await chatter.answer(True)
        assert caller.centre.shop.refunds == []
        await caller.answer(True)
        assert len(caller.centre.shop.refunds) == len(confirmations(caller.centre)) == 1
        assert [each.how for each in of(caller.centre, RemedyRefused)] == ["withdrawn"]

    both(definitions, tale)


def test_how_sure_we_are_goes_along_with_the_code_and_is_not_made_fresher_by_it(definitions: Definitions) -> None:
    async def tale(chatter: Chatter, caller: Caller) -> None:
        await until_the_card(chatter, 14_000)
        await chatter.code()
        (passed,) = chatter.centre.events(ChallengePassed)
        await chatter.centre.pass_time(timedelta(minutes=1))
        await caller.say("code " + await code_of(chatter))
        held = of(caller.centre, InteractionStarted)[-1].assurance
        assert (held.level, held.at, held.session, held.by) == (Level.ONE_FACTOR, passed.at, caller.session, BY)
        await caller.code()  # each refund of this size has a code of its own, as it has in one place
        await caller.answer(True)
        assert len(caller.centre.shop.refunds) == 1

    both(definitions, tale)


def test_an_old_proof_is_carried_as_no_more_than_it_is_by_now(definitions: Definitions) -> None:
    async def tale(chatter: Chatter, caller: Caller) -> None:
        await until_the_card(chatter, 14_000)
        await chatter.code()
        await chatter.answer(False)
        await later(chatter.centre, chatter.centre.lives[0].app.control.verified_for)
        await chatter.say("where is my order")
        await caller.press(f"#{await code_of(chatter)}")
        assert of(caller.centre, InteractionStarted)[-1].assurance.level is Level.MATCHED

    both(definitions, tale)


def test_whoever_has_no_code_has_nothing_of_it(definitions: Definitions) -> None:
    async def tale(chatter: Chatter, caller: Caller) -> None:
        await half_way(chatter)
        await caller.say("where is my order")
        assert "Which item" not in " ".join(caller.heard)
        assert of(caller.centre, InteractionStarted)[-1].customer == ""
        await caller.hang_up()

    both(definitions, tale)


def test_a_wrong_code_tells_nothing_and_five_of_them_are_enough(definitions: Definitions) -> None:
    async def tale(chatter: Chatter, caller: Caller) -> None:
        await half_way(chatter)
        right = await code_of(chatter)
        wrong = f"{(int(right) + 1) % 10**8:08}"
        for _ in range(TRIES):
            await caller.press(f"#{wrong}")
            assert caller.frames[-1]["code"] == "carry_code_wrong"
        await caller.press(f"#{right}")
        assert caller.frames[-1]["code"] == "too_many_codes"
        assert len(of(caller.centre, CarryFailed)) == TRIES and of(caller.centre, CarriedOn) == []

    both(definitions, tale)


def test_a_code_is_good_once_and_for_ten_minutes(definitions: Definitions) -> None:
    async def tale(chatter: Chatter, caller: Caller) -> None:
        await half_way(chatter)
        late = await code_of(chatter)
        await later(chatter.centre, timedelta(minutes=2))
        good = await code_of(chatter)
        await later(chatter.centre, timedelta(minutes=8, seconds=1))
        await caller.press(f"#{late}")
        assert caller.frames[-1]["code"] == "carry_code_wrong"
        await caller.press(f"#{good}")
        assert len(of(caller.centre, CarriedOn)) == 1
        other = Caller(caller.centre, "s_other")
        await other.begin()
        await other.press(f"#{good}")
        assert other.frames[-1]["code"] == "carry_code_wrong"

    both(definitions, tale)


def test_writing_in_the_chat_again_brings_it_back_there_and_does_not_begin_a_second_one(
    definitions: Definitions,
) -> None:
    async def tale(chatter: Chatter, caller: Caller) -> None:
        label = await half_way(chatter)
        await caller.press(f"#{await code_of(chatter)}")
        app = chatter.centre.lives[0].app
        with pytest.raises(AssertionError):
            await chatter.say(label)  # refused until it is brought back, which the API does
        await app.carrying.come_back(chatter.session, "back")
        await chatter.centre.rest()
        assert "I have what we talked about by phone, so we go on from there." in said(chatter.centre)
        await chatter.say(label)
        await chatter.answer(True)
        assert len(chatter.centre.shop.refunds) == 1
        outcomes = [each.outcome for each in of(chatter.centre, JourneyEnded)]
        assert outcomes == [CARRIED_ON, CARRIED_ON, "refunded"]

    both(definitions, tale)


def test_she_goes_there_and_back_again_by_code(definitions: Definitions) -> None:
    async def tale(chatter: Chatter, caller: Caller) -> None:
        label = await half_way(chatter)
        await caller.press(f"#{await code_of(chatter)}")
        await chatter.centre.lives[0].app.carrying.redeem(chatter.session, await code_of(caller), "redeemed")
        await chatter.centre.rest()
        await chatter.say(label)
        await chatter.answer(True)
        assert len(chatter.centre.shop.refunds) == 1 and of(chatter.centre, CarryFailed) == []

    both(definitions, tale)


def test_what_was_established_elsewhere_meanwhile_does_not_come_back_without_a_code(definitions: Definitions) -> None:
    async def tale(chatter: Chatter, caller: Caller) -> None:
        label = await half_way(chatter, 14_000)
        await caller.press(f"#{await code_of(chatter)}")
        await caller.pick(label)
        await caller.code()
        assert len(of(caller.centre, ChallengePassed)) == 1
        await chatter.centre.lives[0].app.carrying.come_back(chatter.session, "back")
        assert of(caller.centre, InteractionStarted)[-1].assurance.level is Level.MATCHED

    both(definitions, tale)


def test_a_conversation_about_somebody_who_is_not_known_here_does_not_come_back_without_a_code(
    definitions: Definitions,
) -> None:
    async def tale(chatter: Chatter, caller: Caller) -> None:
        await chatter.say("the kettle arrived broken")  # whoever writes here is nobody yet
        await caller.press(f"#{await code_of(chatter)}")
        await identify(caller, order_of(caller.centre, 1840))
        app = chatter.centre.lives[0].app
        with pytest.raises(Refused, match="carried_away"):
            await app.carrying.come_back(chatter.session, "back")
        assert len(of(chatter.centre, CarriedOn)) == 1
        await app.carrying.redeem(chatter.session, await code_of(caller), "redeemed")
        await chatter.centre.rest()
        assert of(chatter.centre, InteractionStarted)[-1].customer != ""

    both(definitions, tale)


def test_what_waits_for_an_approver_stays_where_it_is_and_she_is_told_so(definitions: Definitions) -> None:
    async def tale(chatter: Chatter, caller: Caller) -> None:
        await until_the_card(chatter, 42_000)
        await chatter.code()
        await chatter.answer(True)
        await caller.press(f"#{await code_of(chatter)}")
        assert "What waits to be decided goes its way; you need not ask for it again." in caller.heard
        assert of(caller.centre, RemedyRefused) == []
        assert caller.ask["kind"] != "confirm"

    both(definitions, tale)


def test_nobody_is_carried_away_from_a_colleague(definitions: Definitions) -> None:
    async def story(centre: Centre) -> None:
        await hand_over_to_agent(centre, 1)
        app, session = centre.lives[0].app, of(centre, InteractionStarted)[-1].session
        given = await app.carrying.code(session, "code")
        caller = Caller(centre)
        await caller.begin()
        await caller.press(f"#{given.code}")
        assert caller.frames[-1]["code"] == "with_a_person"
        await go_home(centre)

    assert play(definitions, story) == []


def test_before_anything_was_said_there_is_nothing_to_carry(definitions: Definitions) -> None:
    async def story(centre: Centre) -> None:
        chatter = Chatter(centre)
        await chatter.begin()
        with pytest.raises(Refused, match="nothing_to_carry"):
            await code_of(chatter)

    assert play(definitions, story) == []


def test_a_model_that_she_talked_to_in_the_chat_goes_on_by_phone(definitions: Definitions) -> None:
    files = {path: text for path, text in definitions.files.items() if "scenarios/" not in path}
    head, _, _ = files["journeys/business.yaml"].partition("steps:\n")
    files["journeys/business.yaml"] = head + (
        "steps:\n  - agent: { goal: Advise her. }\n    otherwise:\n      - say: Nobody could be asked.\n  - end: told\n"
    )
    bounded = asyncio.run(build(files, definitions))
    model = Working(bounded, [say("Sixty mugs take two weeks.")], [say("We spoke of sixty mugs.")])

    async def story(centre: Centre) -> None:
        chatter, caller = Chatter(centre), Caller(centre)
        await chatter.begin()
        await caller.begin()
        await chatter.say("I am a business customer")
        await caller.press(f"#{await code_of(chatter)}")
        assert said(centre)[-1] == "We spoke of sixty mugs."
        assert "We spoke of sixty mugs." in caller.heard
        await centre.pass_time(timedelta(days=30))

    assert play(bounded, story, model) == []
    assert len(model.heard) == 2
