"""What can a replay of the past not tell, and why?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Final

from interlock.kernel.documents import duration_text
from interlock.routing import Specs
from interlock.simulation.floor.recorded import RecordedFloor
from interlock.simulation.floor.survival import Patience
from interlock.vocabulary.ids import QueueName

UNKNOWN_SHARE: Final = 0.2
"""From which share of a queue's customers on it is told that their patience is not known."""


def doubts(recorded: RecordedFloor, patience: dict[QueueName, Patience], after: Specs) -> Iterator[str]:
    """Where the past cannot tell what a changed configuration would have made of it, one sentence each."""
    yield from _of_queues(recorded, after)
    yield from _of_agents(recorded, after)
    for queue in after:
        known = patience.get(queue)
        if known is not None and known.unknown >= UNKNOWN_SHARE:
            longest = f"longer than {duration_text(known.longest)}" if known.longest else "at all"
            yield (
                f"{queue}: nobody was seen to wait {longest} and then leave, so of {known.unknown:.0%} of its customers it is"
                " not known how long they would: they wait for ever here, and where waits grow too few leave"
            )


def _of_queues(recorded: RecordedFloor, after: Specs) -> Iterator[str]:
    came = Counter(each.queue for each in recorded.came)
    for queue in after:
        if not came[queue]:
            yield f"{queue}: nobody came to it in this time, so the past does not tell who would"
    for queue, count in came.items():
        if queue not in after:
            yield f"{queue}: its {count} customers are left out, for the changed configuration has no such queue"
    turned = sum(each.ended == "turned_away" for each in recorded.came)
    if turned:
        yield f"{turned} customers were not let in: how long they would have waited and been handled is drawn from the others"
    unknown = sum(each.handling is None and each.queue in after for each in recorded.came)
    if unknown > turned:
        yield (
            f"{unknown - turned} customers left or are still talked to: how long they would have been handled is drawn from"
            " the others of their queue"
        )


def _of_agents(recorded: RecordedFloor, after: Specs) -> Iterator[str]:
    serve = {queue for served in recorded.agents.values() for queue in served.last.queues}
    able = {skill.skill for served in recorded.agents.values() for skill in served.last.skills}
    asked: dict[str, list[str]] = {}
    for queue, spec in after.items():
        if not serve & {queue, *spec.circle.helpers}:
            yield f"{queue}: no agent who was there serves it, so nobody can be given its customers"
        for skills in (spec.circle.required, spec.circle.preferred, *(ring.skills for ring in spec.circle.rings)):
            for skill in skills:
                asked.setdefault(skill, []).append(queue)
    for skill, queues in asked.items():
        if skill not in able:
            names = ", ".join(dict.fromkeys(queues))
            yield f"{names}: no agent who was there is known to have the skill {skill}, so it is not known who would"
    changed = sum(served.changed for served in recorded.agents.values())
    if changed:
        yield f"{changed} agents got other queues, skills or capacity in this time: they have the latest throughout"
