"""What is said where an interaction began on a version that cannot be loaded any more, and the one in force has no such step?"""

from __future__ import annotations

from dataclasses import replace

import pytest

from interlock.runtime.definitions import Definitions
from interlock.runtime.node import place_of
from interlock.runtime.stored_releases import ReleaseGone
from interlock.simulation.centre import Centre
from tests.simulation.caller import Chatter
from tests.simulation.play import interaction_of, play


def test_whoever_looks_after_what_is_parked_is_told_the_version_the_journey_and_the_step(
    definitions: Definitions,
) -> None:
    told: list[str] = []

    async def story(centre: Centre) -> None:
        eva = Chatter(centre)
        await eva.begin()
        await eva.say("where is my order")
        app = centre.lives[0].app
        kept, latest = dict(app.releases._kept), app.releases._latest
        await app.turns.standing(interaction_of(centre))
        journeys = {name: each for name, each in definitions.journeys.items() if name != "order_status"}
        app.releases._kept.clear()
        app.releases._latest = replace(definitions, journeys=journeys)
        with pytest.raises(ReleaseGone) as gone:
            await app.turns.standing(interaction_of(centre))
        told.append(place_of(gone.value))
        app.releases._kept, app.releases._latest = kept, latest

    play(definitions, story)  # she is left in the middle
    assert told[0].startswith(
        f"the version {definitions.release} cannot be loaded here, and the one in force has no step"
    )
    assert "of the journey 'order_status': publish the folder" in told[0]
