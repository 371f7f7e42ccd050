"""What do the demonstration's branching journeys say in the chat and on the phone, word for word, and does the same come of it?

WRITE_GOLDENS=1 makes the test write what was said into ``golden/`` instead; look at the difference before you commit it.
"""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from interlock.runtime.definitions import Definitions
from interlock.simulation.centre import Centre
from interlock.vocabulary.channels import Card
from interlock.vocabulary.interactions import MessagePosted
from tests.simulation import tales
from tests.simulation.caller import Caller, Chatter, of
from tests.simulation.play import play
from tests.simulation.test_same_by_phone import came_of

GOLDEN = Path(__file__).parent / "golden"


class Told:
    """A customer of either channel, whose words and keys are written down with what comes back."""

    def __init__(self, customer: Chatter | Caller) -> None:
        self.centre = customer.centre
        self.lines: list[str] = []
        self._customer = customer
        self._seen = 0

    async def begin(self) -> None:
        await self._customer.begin()
        self._hear()

    async def say(self, text: str) -> None:
        await self._does(f"> {text}", self._customer.say(text))

    async def number(self, order: str) -> None:
        await self._does(f"> {order}", self._customer.number(order))

    async def pick(self, label: str) -> None:
        await self._does(f"> [{label}]", self._customer.pick(label))

    async def answer(self, yes: bool) -> None:
        await self._does(f"> [{'Confirm' if yes else 'Decline'}]", self._customer.answer(yes))

    async def code(self) -> None:
        await self._does("> (the code from the mail)", self._customer.code())

    async def _does(self, what: str, work: Any) -> None:
        self.lines.append(what)
        await work
        self._hear()

    def _hear(self) -> None:
        if isinstance(self._customer, Caller):
            frames = self._customer.frames[self._seen :]
            self._seen += len(frames)
            for frame in frames:
                self.lines += [each for each in (*frame.get("before", ()), frame.get("says", "")) if each]
            return
        posted = of(self.centre, MessagePosted)[self._seen :]
        self._seen += len(posted)
        for each in posted:
            if each.author.kind != "customer":
                self.lines += [str(each.text)] if each.text else []
                self.lines += _shown(each.card) if isinstance(each.card, Card) else []


def _shown(card: Card) -> list[str]:
    """A card, as it is seen."""
    lines = [f"  {card.kind}: {card.title}"] if card.title else []
    lines += [f"    {line.label}: {line.value}" for line in card.lines]
    return [*lines, *(f"  [{each.label}]" for each in card.choices)]


TALES = {
    "address_changed": (tales.address_changed, ("change_email", "changed")),
    "subscription_kept": (tales.subscription_kept, ("subscription", "stayed")),
    "subscription_ended": (tales.subscription_ended, ("subscription", "ended")),
    "subscription_thought_about": (tales.subscription_thought_about, ("subscription", "undecided")),
    "subscription_paused": (tales.subscription_paused, ("subscription", "paused")),
    "appointment_after_a_conflict": (tales.appointment_after_a_conflict, ("workshop", "booked")),
    "appointment_moved": (tales.appointment_moved, ("workshop", "moved")),
    "parcel_waits": (tales.parcel_waits, ("order_status", "told")),
    "parcel_is_late": (tales.parcel_is_late, ("order_status", "told")),
    "parcel_is_lost": (tales.parcel_is_lost, ("order_status", "no_mail")),
}


@pytest.mark.parametrize("name", TALES)
def test_a_journey_is_told_word_for_word_and_ends_the_same_in_the_chat_and_on_the_phone(
    definitions: Definitions, name: str
) -> None:
    tale, outcome = TALES[name]
    found: dict[str, Any] = {}
    for channel, kind in (("chat", Chatter), ("phone", Caller)):

        async def story(centre: Centre, channel: str = channel, kind: type[Chatter] | type[Caller] = kind) -> None:
            customer = Told(kind(centre))
            await customer.begin()
            await tale(customer)
            found[channel] = came_of(centre)
            services = centre.shop.services
            found[channel]["credits"] = [(each.subscription, each.amount) for each in services.credits]
            found[channel]["times"] = [(each.starts_at, each.status) for each in services.appointments]
            _compare(GOLDEN / f"{name}.{channel}.txt", "\n".join(customer.lines) + "\n")
            await centre.pass_time(timedelta(days=30))

        assert play(definitions, story) == []
    assert found["phone"] == found["chat"]
    assert outcome in found["chat"]["ended"]


def _compare(golden: Path, said: str) -> None:
    if os.environ.get("WRITE_GOLDENS"):
        golden.parent.mkdir(exist_ok=True)
        golden.write_text(said, "utf-8")
    assert said == golden.read_text("utf-8"), (
        f"if it is meant, run this test with WRITE_GOLDENS=1, which writes {golden}"
    )
