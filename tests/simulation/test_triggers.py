"""On the virtual clock: who hears of an event, when, and once; and why somebody does not."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from interlock.kernel.errors import Refused
from interlock.runtime.app import App
from interlock.runtime.definitions import Definitions, compiled
from interlock.runtime.trigger_pages import foreseen, triggers_document
from interlock.simulation.centre import Centre
from interlock.simulation.weather import Weather
from interlock.vocabulary.ids import CustomerId, EventId, FiringId, PersonId
from interlock.vocabulary.interactions import (
    InteractionEnded,
    InteractionStarted,
    MessagePosted,
)
from interlock.vocabulary.triggers import EventReceived, ReceiveEvent, TriggerFired, TriggerHeld, TriggerRefused
from tests.simulation.news import (
    BERLIN,
    DYING,
    EVA,
    TWO_NODES,
    agree,
    identified,
    late,
    of,
    played,
    says,
    tell,
    why,
    without,
)
from tests.simulation.play import write


def test_nobody_is_written_to_who_did_not_agree_and_the_log_says_why(definitions: Definitions) -> None:
    async def story(centre: Centre) -> None:
        await tell(centre, late(1))
        assert why(centre) == ["consent"] and not of(centre, TriggerFired, MessagePosted)
        await agree(centre)
        await agree(centre, given=False)
        await tell(centre, late(2))
        assert why(centre) == ["consent", "consent"]
        assert not centre.shop.mails

    assert played(definitions, story) == []


@pytest.mark.parametrize("weather", [TWO_NODES, DYING], ids=lambda weather: weather.name)
def test_it_fires_once_however_often_it_is_told_and_whoever_dies(definitions: Definitions, weather: Weather) -> None:
    async def story(centre: Centre) -> None:
        people = [CustomerId(f"c-{100 + number}") for number in (1, 2, 3, 4)]
        for one in people:
            await agree(centre, one)
        for _ in range(2):
            for number, one in enumerate(people):
                await tell(centre, late(number, one), late(100 + number, one, days_late=4))
        await centre.calm_down()
        await centre.pass_time(timedelta(minutes=5))  # what a node held that died is carried out when its lease is over
        assert sorted(each.customer for each in of(centre, TriggerFired)) == people
        assert len(of(centre, EventReceived)) == 8 and why(centre) == ["duplicate"] * 4
        assert len(of(centre, InteractionStarted)) == 4 == says(centre, "There is news about your order")
        assert sorted(mail.to for mail in centre.shop.mails) == [centre.shop.buyers[one].email for one in people]

    assert played(definitions, story, weather=weather) == []


def test_at_night_it_waits_for_the_morning_and_is_weighed_anew(definitions: Definitions) -> None:
    async def story(centre: Centre) -> None:
        await agree(centre)
        await agree(centre, "c-102")
        centre.clock.leap(datetime(2026, 11, 24, 22, 10, tzinfo=BERLIN))
        await tell(centre, late(1), late(2, "c-102"))
        await tell(centre, late(3))
        held = of(centre, TriggerHeld)
        hers = next(each.firing for each in held if each.customer == EVA)
        assert [each.until.astimezone(BERLIN).hour for each in held] == [8, 8]
        assert why(centre) == ["duplicate"], "what waits is repeated by nothing"
        await agree(centre, "c-102", given=False)
        await centre.pass_time(timedelta(hours=10))
        assert [each.firing for each in of(centre, TriggerFired)] == [hers]
        assert centre.events(TriggerFired)[0].at.astimezone(BERLIN).hour == 8
        assert why(centre) == ["duplicate", "consent"]

    assert played(definitions, story) == []


def test_the_night_is_the_customers_where_the_event_says_where_she_lives(definitions: Definitions) -> None:
    away = without(
        definitions,
        'consent: -> zone: "{data.zone}"\nconsent:',
        "days_late: integer -> days_late: integer\n  zone: text?",
    )

    async def story(centre: Centre) -> None:
        await agree(centre)
        await agree(centre, "c-102")
        await tell(centre, late(1, zone="America/Los_Angeles"), late(2, "c-102", zone="Nowhere/Land"))
        [held] = of(centre, TriggerHeld)
        assert held.customer == EVA and held.until.astimezone(ZoneInfo("America/Los_Angeles")).hour == 8
        assert [each.customer for each in of(centre, TriggerFired)] == ["c-102"]

    assert played(away, story) == []


def test_a_customer_hears_of_it_so_often_a_day_and_the_next_day_again(definitions: Definitions) -> None:
    async def story(centre: Centre) -> None:
        await agree(centre)
        await tell(centre, *(late(number, order=f"A-10{number:02}") for number in range(4)))
        assert len(of(centre, TriggerFired)) == 2 and why(centre) == ["limit", "limit"]
        await centre.pass_time(timedelta(days=1))
        centre.clock.leap(centre.clock() + timedelta(days=1))
        await tell(centre, late(9, order="A-1099"))
        assert len(of(centre, TriggerFired)) == 3

    assert played(definitions, story) == []


@pytest.mark.parametrize(
    ("data", "because"),
    [
        ({"days_late": 1}, "condition"),
        ({"days_late": "many"}, "bad_data"),
        ({"expected_at": None}, "bad_data"),
        ({"expected_at": "soon"}, "bad_data"),
        ({"order_id": "no order at all"}, "bad_data"),
        ({"customer_id": " "}, "nobody"),
        ({"customer_id": "c-1 or c-2"}, "nobody"),
    ],
)
def test_what_does_not_fit_is_refused_with_the_reason(
    definitions: Definitions, data: dict[str, Any], because: str
) -> None:
    async def story(centre: Centre) -> None:
        await agree(centre)
        await tell(centre, late(1, **data))
        assert why(centre) == [because] and not of(centre, TriggerFired)

    assert played(definitions, story) == []


OF_A_FACT = """
trigger: gone
title: A customer left without an answer
fact: InteractionEnded
when: data.reason == "inactivity"
journey: shipment_delayed
with: { order_no: A-1000, expected_on: "2026-12-24" }
quiet_hours: none
"""


def test_a_fact_of_the_log_fires_as_well_and_one_that_does_not_fit_leaves_no_trace(definitions: Definitions) -> None:
    own = compiled({**definitions.files, "triggers/gone.yaml": OF_A_FACT}, definitions.model)

    async def story(centre: Centre) -> None:
        await identified(centre)
        await write(centre, 3, "no")  # nothing else is wanted: the journey ends it
        assert of(centre, InteractionEnded)[-1].reason == "journey_ended"
        assert not of(centre, TriggerFired, TriggerRefused)
        await write(centre, 4, "where is my order?")
        await centre.pass_time(timedelta(minutes=30))
        [fired] = of(centre, TriggerFired)
        assert fired.reach == "last_chat" and fired.interaction != of(centre, InteractionStarted)[0].interaction

    assert played(own, story) == []


def test_a_condition_on_the_time_of_a_fact_is_weighed_with_its_time(definitions: Definitions) -> None:
    timed = OF_A_FACT.replace('"inactivity"', '"inactivity" && event.time > timestamp("2026-01-01T00:00:00Z")')
    own = compiled({**definitions.files, "triggers/gone.yaml": timed}, definitions.model)

    async def story(centre: Centre) -> None:
        await identified(centre)
        await write(centre, 3, "no")
        await write(centre, 4, "where is my order?")
        await centre.pass_time(timedelta(minutes=30))
        assert len(of(centre, TriggerFired)) == 1

    assert played(own, story) == []


def test_what_is_held_ends_when_its_trigger_is_removed(definitions: Definitions) -> None:
    async def story(centre: Centre) -> None:
        held = TriggerHeld(
            firing=FiringId("tf_1"),
            trigger="removed_since",
            event=EventId("evt_1"),
            origin=PersonId("p_1"),
            customer=EVA,
            address="",
            key="k_1",
            until=centre.clock() + timedelta(hours=1),
            why="quiet_hours",
            since=centre.clock(),
        )

        async def hold(app: App) -> None:
            await app.engine.append([held], cause="a test")

        await centre.ask(hold)
        await centre.pass_time(timedelta(hours=2))
        [ended] = of(centre, TriggerRefused)
        assert (ended.firing, ended.why, ended.key, ended.customer) == ("tf_1", "not_in_force", "k_1", EVA)

    assert played(definitions, story) == []


def test_a_circle_of_facts_ends_with_the_days_limit(definitions: Definitions) -> None:
    circle = OF_A_FACT.replace("InteractionEnded", "JourneyStarted").replace('data.reason == "inactivity"', "true")
    own = compiled({**definitions.files, "triggers/gone.yaml": circle}, definitions.model)

    async def story(centre: Centre) -> None:
        await write(centre, 1, "where is my order?")
        assert len(of(centre, TriggerFired)) == 1 and why(centre) == ["limit"]

    assert played(own, story) == []


def test_a_test_tells_what_would_happen_and_changes_nothing(definitions: Definitions) -> None:
    async def story(centre: Centre) -> None:
        customer = await identified(centre)
        before = len(centre.store.events)
        event = {"type": "shipment.delayed", "source": "/shop", "id": "1"}
        data = late(1, customer).data

        async def work(app: App) -> dict[str, Any]:
            return await foreseen(app, "shipment_delayed", event, data)

        found = await centre.ask(work)
        await centre.rest()
        assert len(centre.store.events) == before and not centre.shop.mails
        assert (found["would"], found["reach"]) == ("fires", "open_chat")
        assert all(check["passed"] for check in found["checks"])
        await tell(centre, late(1, customer))
        said = [str(each.text) for each in of(centre, MessagePosted)][-len(found["says"]) :]
        assert said == found["says"] and "There is news about your order" in said[0]
        again = await centre.ask(work)
        assert (again["would"], again["why"]) == ("refused", "duplicate")
        shown = await centre.ask(triggers_document)
        assert shown["triggers"][0]["counts"] == {"fired": 1, "held": 0, "refused": 0}
        assert shown["latest"][0]["how"] == "fired"

    assert played(definitions, story) == []


def test_who_was_erased_has_agreed_to_nothing_and_her_events_cannot_be_read(definitions: Definitions) -> None:
    async def story(centre: Centre) -> None:
        await agree(centre)
        centre.clock.leap(datetime(2026, 11, 24, 22, 10, tzinfo=BERLIN))
        await tell(centre, late(1))
        assert len(of(centre, TriggerHeld)) == 1

        async def erase(app: App) -> int:
            return await app.erase(EVA, by="test")

        assert await centre.ask(erase) == 1
        await centre.pass_time(timedelta(hours=12))
        assert why(centre) == ["erased"] and not of(centre, TriggerFired)
        await tell(centre, late(2))
        assert why(centre) == ["erased", "consent"]

    assert played(definitions, story) == []


def test_another_event_under_the_same_identifier_is_refused(definitions: Definitions) -> None:
    async def story(centre: Centre) -> None:
        await tell(centre, late(1))
        other = ReceiveEvent(**{**{name: getattr(late(1), name) for name in late(1).__struct_fields__}, "digest": "x"})
        with pytest.raises(Refused, match="Another event"):
            await centre.ask(lambda app: app.execute(other, "other"))
        assert len(of(centre, EventReceived)) == 1

    assert played(definitions, story) == []
