"""On the virtual clock: of what is a customer reminded, when, how often, and when not?"""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from interlock.runtime.definitions import Definitions, compiled
from interlock.simulation.centre import Centre
from interlock.vocabulary.journeys import CustomerReminded
from interlock.vocabulary.matters import MatterRecognised
from tests.simulation.news import TWO_NODES, of, played, says
from tests.simulation.play import go_home, hand_over_to_agent, write

BERLIN = ZoneInfo("Europe/Berlin")
ASKED = "Without your order number I can do nothing yet."
WAITS = "It still waits for a colleague of mine."


def reminding(definitions: Definitions, times: int = 2) -> Definitions:
    """The demo with reminders: of the question for the order number, and of a refund that waits for an approval."""
    files = {path: text for path, text in definitions.files.items() if not path.startswith("scenarios/")}
    of_order = f"  - ask: order_no\n    remind: {{ after: 2h, say: {ASKED}, times: {times} }}\n"
    files["journeys/order_status.yaml"] = files["journeys/order_status.yaml"].replace("  - ask: order_no\n", of_order)
    refund = "  - do: shop.refund_item\n"
    assert refund in files["journeys/damaged_item.yaml"]
    files["journeys/damaged_item.yaml"] = files["journeys/damaged_item.yaml"].replace(
        refund, f"{refund}    remind: {{ after: 1d, say: {WAITS} }}\n"
    )
    return compiled(files, definitions.model)


def test_who_does_not_answer_is_reminded_so_often_and_asked_again(definitions: Definitions) -> None:
    async def story(centre: Centre) -> None:
        await write(centre, 1, "where is my order?")
        await centre.pass_time(timedelta(hours=1))
        assert not of(centre, CustomerReminded)
        await centre.pass_time(timedelta(days=2))
        assert [each.next is None for each in of(centre, CustomerReminded)] == [False, True]
        assert says(centre, ASKED) == 2 and says(centre, "What is the order number?") == 3
        await write(centre, 2, "A-1000")  # the chat has ended long ago; she goes on where she was
        assert says(centre, "which e-mail address did you order with") == 1

    assert played(reminding(definitions), story) == []


def test_a_reminder_waits_for_the_morning(definitions: Definitions) -> None:
    async def story(centre: Centre) -> None:
        centre.clock.leap(datetime(2026, 11, 24, 19, 10, tzinfo=BERLIN))
        await write(centre, 1, "where is my order?")
        await centre.pass_time(timedelta(days=3))
        [reminded] = centre.events(CustomerReminded)
        assert reminded.at.astimezone(BERLIN).strftime("%a %H:%M") == "Wed 08:00"

    assert played(reminding(definitions, 1), story) == []


def test_who_has_answered_left_the_subject_or_talks_to_a_person_is_reminded_of_nothing(
    definitions: Definitions,
) -> None:
    async def story(centre: Centre) -> None:
        order = next(order for order in centre.shop.orders.values() if order.status == "shipped")
        await write(centre, 1, "where is my order?")
        await write(centre, 2, order.id)
        await centre.pass_time(timedelta(hours=5))
        assert not of(centre, CustomerReminded)
        await write(centre, 3, "never mind")
        await write(centre, 4, "where is my order?")
        await hand_over_to_agent(centre, 5)
        await centre.pass_time(timedelta(hours=1))
        assert not of(centre, CustomerReminded)
        await go_home(centre)

    assert played(reminding(definitions), story) == []


def test_two_nodes_remind_once(definitions: Definitions) -> None:
    async def story(centre: Centre) -> None:
        await write(centre, 1, "where is my order?")
        await centre.pass_time(timedelta(days=1))
        assert len(of(centre, CustomerReminded)) == 1 == says(centre, ASKED)

    assert played(reminding(definitions, 1), story, weather=TWO_NODES) == []


def test_a_journey_that_waits_for_a_time_twice_goes_on_twice(definitions: Definitions) -> None:
    files = {path: text for path, text in definitions.files.items() if not path.startswith("scenarios/")}
    files["journeys/order_status.yaml"] = files["journeys/order_status.yaml"].replace(
        "steps:\n", "steps:\n  - wait: 2h\n  - say: Once.\n  - wait: 2h\n  - say: Twice.\n"
    )

    async def story(centre: Centre) -> None:
        await write(centre, 1, "where is my order?")
        await centre.pass_time(timedelta(hours=5))
        assert (says(centre, "Once."), says(centre, "Twice.")) == (1, 1)

    assert played(compiled(files, definitions.model), story) == []


def test_whoever_is_in_distress_is_not_pressed(definitions: Definitions) -> None:
    async def story(centre: Centre) -> None:
        await write(centre, 1, "I want to kill myself")
        assert of(centre, MatterRecognised)
        await write(centre, 2, "where is my order?")
        assert says(centre, "What is the order number?") == 1
        await centre.pass_time(timedelta(days=2))
        assert not of(centre, CustomerReminded)

    assert played(reminding(definitions), story) == []
