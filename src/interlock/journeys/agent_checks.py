"""What is wrong with an agent step: slots that are not there, exits that collide, something personal that it would see?"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from interlock.journeys.known import Path, Wrong
from interlock.journeys.language import BRANCHES, AgentStep
from interlock.journeys.slots import Slot
from interlock.kernel.documents import did_you_mean

TAKEN = frozenset({"otherwise", "until", "done"})
"""How an agent step is left besides by an exit, as its record says it."""


def wrong_agent(
    step: AgentStep, at: Path, known: Collection[str], slots: Mapping[str, Slot], journeys: Collection[str]
) -> Iterator[Wrong]:
    """Everything wrong with what an agent step names. ``known`` is what may have a value there."""
    job, inside = step.agent, (*at, "agent")
    for name in job.calls:
        if name not in journeys:
            mend = did_you_mean(name, journeys) or "an action is written with its connector, as in 'shop.get_order'"
            yield (*inside, "may", job.may.index(name)), f"there is no journey '{name}'", mend, False
    for index, name in enumerate(job.sets):
        slot = slots.get(name)
        if slot is None:
            mend = did_you_mean(name, slots) or "add it under 'slots:'"
            yield (*inside, "sets", index), f"there is no slot '{name}'", mend, False
        elif slot.type == "choice" and not slot.options:
            yield (*inside, "sets", index), f"the slot '{name}' has no options", "add 'options:' to it", False
    for index, name in enumerate(job.sees):
        if name not in known:
            yield (*inside, "sees", index), f"'{name}' is not known here", did_you_mean(name, known), False
        elif name in slots and slots[name].privacy == "personal":
            what = f"'{name}' is personal, so a model is never told it"
            mend = "take it out; the model can still hand it on to an action, as {" + name + "}"
            yield (*inside, "sees", index), what, mend, False
    for name in job.exits:
        if name in TAKEN or name in BRANCHES:
            yield (*inside, "exits", name), f"'{name}' is the name of something else", "rename the exit", True
    if not job.say and not job.exits and job.until is None:
        what = "a model that may not speak has to come to an end"
        yield (*inside, "say"), what, "add 'exits:' or 'until:', or let it speak", True


def never_goes_on(step: AgentStep) -> bool:
    """Whether no exit of a model leads behind the step."""
    job = step.agent
    return bool(job.exits) and job.until is None and all(name in step.on for name in job.exits)
