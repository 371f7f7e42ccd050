"""What can be written of the job that a language model has in an agent step?"""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from interlock.journeys.slots import Name, Words
from interlock.kernel.cel import Expression
from interlock.kernel.template import Template

ActionName = Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*\Z", examples=["shop.get_order"])]

ArticleScope = Annotated[str, Meta(pattern=r"^(?:[a-z][a-z0-9_-]{0,63}\*?|\*)\Z", examples=["returns", "care_*"])]
"""The name of an article, or how names begin: ``care_*``; ``*`` stands for all."""

Ability = Annotated[
    str, Meta(pattern=r"^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)?\Z", examples=["shop.get_order", "pick_variant"])
]


class AgentBudget(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How much an agent step may use before its scripted branch is taken.

    Attributes:
        turns: messages of the customer that the model answers.
        actions: proposals that it makes, and journeys that it runs; a further one is refused to it.
        tokens: of all that it is asked and answers.
    """

    turns: Annotated[int, Meta(ge=1, le=50)] = 8
    actions: Annotated[int, Meta(ge=0, le=50)] = 8
    tokens: Annotated[int, Meta(ge=100, le=2_000_000)] = 40_000


class AgentJob(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The one job of a model, and what it may use for it.

    Attributes:
        goal: what it is to reach, in words for the model.
        may: the only actions that it may propose, each judged like that of a ``do``; and the journeys that it may run as a
            part of this one, each as with a ``call``.
        sets: the slots that it may fill, by the customer's words.
        sees: the slots and results that it is told; a personal slot is never told, only that it is known.
        knowledge: the articles whose passages it is told where they answer the customer, by name or by how names begin
            (``care_*``); without any it is told none.
        say: whether it may speak to the customer; without it, it has to come to an end by itself.
        until: the step is over once this holds of what is known; a name without a value does not hold.
        exits: the ends that it may choose, and when, in words for the model; without any it is just done.
    """

    goal: Template
    may: tuple[Ability, ...] = ()
    sets: tuple[Name, ...] = ()
    sees: tuple[Name, ...] = ()
    knowledge: tuple[ArticleScope, ...] = ()
    say: bool = True
    budget: AgentBudget = AgentBudget()
    until: Expression | None = None
    exits: dict[Name, Words] = {}

    @property
    def actions(self) -> tuple[str, ...]:
        """What it may propose to the gate."""
        return tuple(name for name in self.may if "." in name)

    @property
    def calls(self) -> tuple[str, ...]:
        """The journeys that it may run."""
        return tuple(name for name in self.may if "." not in name)
