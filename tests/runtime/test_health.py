"""Does a node go on when another one has recorded the very alert that it was about to record?"""

from __future__ import annotations

from typing import Any, cast

import pytest

from interlock.kernel.errors import Answered, Conflict, Refused
from interlock.routing import load_queues
from interlock.runtime.health import look
from tests.routing.floor import Floor

CARE = """
queue: care
title: Care
channels: { chat: { answered_within: 60s, target: 80% } }
alerts: { crowded: { at: { waiting: 1 } }, slow: { at: { longest_wait: 1s } } }
"""


class Another:
    """A node whose engine always comes too late."""

    def __init__(self, error: Exception) -> None:
        self.floor = Floor(load_queues({"care.yaml": CARE}))
        self.floor.waiting("ada")
        self.floor.wait(seconds=2)
        self.board, self.queues, self.engine, self.error = self.floor.board, self.floor.specs, self, error
        self.tried: list[str] = []

    def clock(self) -> Any:
        return self.floor.now

    async def execute(self, command: Any, *, cause: str) -> None:
        self.tried.append(command.alert)
        raise self.error


@pytest.mark.parametrize("error", [Answered("health"), Refused("gone", "It is gone.")])
async def test_what_another_node_has_recorded_ends_no_look(error: Exception) -> None:
    node = Another(error)
    await look(cast("Any", node))
    assert node.tried == ["crowded", "slow"]


async def test_a_look_that_is_disturbed_is_made_again() -> None:
    with pytest.raises(Conflict):
        await look(cast("Any", Another(Conflict())))
