"""How do hundreds of customers of one kind fare with the journeys: who reaches her goal, who ends with a person, who gives up?"""

from __future__ import annotations

import asyncio
import traceback
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Final, Literal

import msgspec

from interlock.kernel.errors import Refused
from interlock.runtime.definitions import Definitions
from interlock.simulation.answering import NONSENSE, Answers, Stuck
from interlock.simulation.centre import Centre
from interlock.simulation.clock import VirtualLoop, chance_of
from interlock.simulation.colleagues import Colleagues
from interlock.simulation.personas import Persona
from interlock.simulation.places import Places
from interlock.simulation.run import listening
from interlock.simulation.shop import Order
from interlock.simulation.sight import Sight
from interlock.simulation.trail import Trail
from interlock.simulation.weather import Weather
from interlock.vocabulary.channels import Channel
from interlock.vocabulary.interactions import Leave, MessagePosted
from interlock.vocabulary.journeys import JourneyEnded
from interlock.vocabulary.routing import VisitEntered

SYSTEMS: Final = frozenset({"shop", "mail", "carrier"})
"""The systems that are simulated: those of the demonstration."""

SETTLES_S: Final = 0.6
"""Just longer than a node sleeps that nobody wakes."""

LONGEST_WORDS: Final = 600
"""Characters of a message that a language model writes in her place; the rest is cut."""

ENOUGH_SAID: Final = 3
"""How often she finds that nothing is under way any more before she leaves; before that she says anew what she wants."""

CALM: Final = Weather(name="rehearsal", wire_slow=0.0, twice=0.0)
WANTS_PERSON: Final = "I want to talk to a human"

Fate = Literal["reached", "handed over", "ended otherwise", "gave up", "stuck"]


class Told(msgspec.Struct, frozen=True):
    """What somebody is told who writes in a customer's place.

    Attributes:
        persona: what she is like, and her goal in words.
        knows: what she has at hand: her order, her address, and so on.
        said: the conversation so far, by who spoke (``you`` is the customer).
        choices: the labels of the buttons under the last message.
    """

    persona: str
    goal: str
    knows: str
    said: Sequence[tuple[str, str]]
    choices: Sequence[str]


Writer = Callable[[Told], str]
"""Writes the customer's next message. Raises RuntimeError where it has none; then the rules write it."""


class Played(msgspec.Struct, frozen=True):
    """How one variation went.

    Attributes:
        ended: how her journeys ended, in order.
        turns: messages, presses and codes of hers.
        by_rule: messages that the rules wrote although a model was asked.
        wrong: what must not be, whatever she does; empty where all held.
    """

    number: int
    fate: Fate
    ended: tuple[str, ...]
    turns: int
    by_rule: int
    said: tuple[tuple[str, str], ...]
    wrong: tuple[str, ...]


def check_systems(definitions: Definitions) -> None:
    """Refuse definitions whose systems nobody plays here. Raises Refused."""
    others = sorted(set(definitions.bundle.connectors) - SYSTEMS)
    if others:
        what = f"Nobody plays the systems {', '.join(others)} here"
        mend = "personas meet those of the demonstration: shop, mail, carrier. Name its folder with --definitions."
        raise Refused("systems_unknown", f"{what}; {mend}", status=422)


def rehearse(
    persona: Persona, definitions: Definitions, number: int, seed: int, writer: Writer | None = None
) -> Played:
    """One variation, in a centre of her own; the same seed and number play the same, where no model writes."""
    loop = VirtualLoop()
    with asyncio.Runner(loop_factory=lambda: loop) as runner, listening() as trouble:
        centre = Centre(seed + number, CALM, definitions, loop)
        centre.settles_s = SETTLES_S
        visitor = Visitor(centre, persona, number, seed, writer)
        try:
            fate: Fate = runner.run(visitor.visit())
        except Exception as error:
            fate = "stuck"
            trouble.append(f"it broke: {error!r}\n{traceback.format_exc()}")
    wrong = tuple(dict.fromkeys((*centre.wrong, *trouble)))
    return Played(number, fate, visitor.ended(), visitor.turns, visitor.by_rule, visitor.said(), wrong)


class Visitor:
    """One variation of a persona.

    Attributes:
        turns: what she wrote, pressed and entered.
        by_rule: what the rules wrote although a model was asked.
    """

    def __init__(self, centre: Centre, persona: Persona, number: int, seed: int, writer: Writer | None) -> None:
        self._centre, self._persona, self._writer = centre, persona, writer
        self._chance = chance = chance_of(seed, persona.persona, number)
        self._order = self._one_of(centre, persona)
        self._trail, self._sight = Trail(centre, number), Sight(centre.store)
        self._places = Places(centre, self._trail, number, chance)
        self._answers = Answers(centre, self._trail, self._places, self._sight, number, self._order, chance)
        self._colleagues = Colleagues(centre, self._trail, self._places, self._sight, number, chance)
        self.turns = self.by_rule = 0

    def _one_of(self, centre: Centre, persona: Persona) -> Order:
        orders = [one for one in centre.shop.orders.values() if persona.order in ("any", one.status)]
        return self._chance.choice(orders)

    async def visit(self) -> Fate:
        """Come, say what it is about, answer, and leave; gives how it went."""
        await self._centre.open()
        await self._places.come(Channel.CHAT)
        await self._colleagues.sign_on()
        try:
            await self._talk()
        except Stuck:
            return "stuck"
        finally:
            self._centre.close()
            await asyncio.sleep(0)
        return self._fate()

    async def _talk(self) -> None:
        await self._write(self._opening())
        idle = 0
        while self.turns < self._persona.patience and idle < ENOUGH_SAID and not self._reached():
            await self._colleagues.see_to(approves=True)
            state = self._answers.state()
            if not state.open or state.holder != "virtual_agent" or self._handed_over():
                break
            idle += state.foreground is None
            await self._answer()
        await self._trail.do(Leave(session=self._places.session), "leaves")

    async def _answer(self) -> None:
        chance, persona = self._chance, self._persona
        run = self._answers.state().foreground
        on_card = run is not None and bool(run.needs)
        wavers, errs = chance.random() < persona.wavers, chance.random() < persona.errs
        if chance.random() < persona.wants_person:
            await self._write(WANTS_PERSON)
        elif on_card or (run is not None and run.waits_for == "proposal"):
            self.turns += 1
            await self._answers.answer(right=not (wavers if run is not None and run.needs == "confirm" else errs))
        elif run is None:
            await self._write(self._opening())
        else:
            await self._write(chance.choice(NONSENSE) if errs else await self._answers.likely())

    def _opening(self) -> str:
        journey = self._centre.definitions.journeys[self._persona.goal.journey]
        return self._chance.choice(self._persona.says or journey.examples).replace("{order}", self._order.id)

    async def _write(self, by_rule: str) -> None:
        self.turns += 1
        await self._places.write(self._asked() or by_rule)

    def _asked(self) -> str:
        """What the model writes in her place; empty where none is asked, or it has nothing to say."""
        if self._writer is None:
            return ""
        buyer, goal = self._centre.shop.buyers[self._order.owner], self._persona.goal
        items = "; ".join(f"{one.name} for {one.price / 100:.2f}" for one in self._order.items)
        told = Told(
            persona=self._persona.about or self._persona.persona,
            goal=f"the journey '{self._centre.definitions.journeys[goal.journey].title}' ends as {' or '.join(goal.outcomes)}",
            knows=f"Name: {buyer.name}. E-mail: {buyer.email}. Order number: {self._order.id}. In it: {items}.",
            said=self.said(),
            choices=[one.label for one in self._answers.choices()],
        )
        try:
            words = self._writer(told).strip()[:LONGEST_WORDS]
        except RuntimeError:
            words = ""
        self.by_rule += not words
        return words

    # How it went.

    def ended(self) -> tuple[str, ...]:
        """How her journeys ended, in order."""
        return tuple(f"{one.journey}: {one.outcome}" for one in self._answers.facts() if isinstance(one, JourneyEnded))

    def said(self) -> tuple[tuple[str, str], ...]:
        """The conversation, by who spoke."""
        posted = [one for one in self._answers.facts() if isinstance(one, MessagePosted)]
        return tuple(("you" if one.author.kind == "customer" else "they", str(one.text)) for one in posted)

    def _reached(self) -> bool:
        goal = self._persona.goal
        return any(f"{goal.journey}: {each}" in self.ended() for each in goal.outcomes)

    def _handed_over(self) -> bool:
        return any(isinstance(one, VisitEntered) for one in self._answers.facts())

    def _fate(self) -> Fate:
        if self._reached():
            return "reached"
        if self._handed_over():
            return "handed over"
        return "gave up" if self.turns >= self._persona.patience or not self.ended() else "ended otherwise"


class Report(msgspec.Struct, frozen=True):
    """What came of all variations of a persona.

    Attributes:
        fates: how many reached the goal, were handed over, and so on.
        ended: how often each journey ended with which outcome.
        turns: of those who reached the goal: the median, and the most.
        by_rule: messages that the rules wrote although a model was asked.
        wrong: what must not be, with the numbers of the variations.
    """

    persona: str
    goal: str
    times: int
    seed: int
    model: str
    fates: dict[str, int]
    ended: dict[str, int]
    turns: tuple[int, int]
    by_rule: int
    wrong: tuple[str, ...]

    @property
    def reached_percent(self) -> float:
        """Of all variations those that reached the goal."""
        return 100 * self.fates["reached"] / self.times if self.times else 0.0


def report(persona: Persona, played: Sequence[Played], seed: int, model: str = "") -> Report:
    """Add the variations up."""
    fates = Counter(one.fate for one in played)
    turns = sorted(one.turns for one in played if one.fate == "reached")
    return Report(
        persona=persona.persona,
        goal=f"{persona.goal.journey}: {' or '.join(persona.goal.outcomes)}",
        times=len(played),
        seed=seed,
        model=model,
        fates={each: fates[each] for each in Fate.__args__},  # type: ignore[attr-defined]  # a Literal has its values
        ended=dict(Counter(each for one in played for each in one.ended).most_common()),
        turns=(turns[len(turns) // 2], turns[-1]) if turns else (0, 0),
        by_rule=sum(one.by_rule for one in played),
        wrong=tuple(f"number {one.number}: {each}" for one in played for each in one.wrong),
    )
