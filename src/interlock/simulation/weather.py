"""How bad is a simulated day: how often do wires break, calls go astray and nodes die?"""

from __future__ import annotations

from random import Random
from typing import Final

import msgspec


class Weather(msgspec.Struct, frozen=True, kw_only=True):
    """The chances of a day, each of one event of its kind.

    Attributes:
        nodes: how many nodes share the work.
        wire_slow: that an operation on the log takes noticeable time; where none ever does, it takes none at all.
        wire_before: that the connection breaks before an operation reached the log; ``wire_after`` before its answer came.
        deaths: that a node dies at an operation on the log, before or after it.
        deploys: that a node is stopped and started in good order, asked every ten seconds.
        shop_slow: that a call takes seconds, and may run into its time limit.
        shop_unreached: that a call certainly never arrives.
        shop_fails: that the system answers with an error and has done nothing.
        shop_loses: that the system does it and the answer gets lost.
        wake_lost: that another node is not told of new facts and has to look for itself.
        twice: that a client sends something twice, at the same time or later.
    """

    name: str = "calm"
    nodes: int = 1
    wire_slow: float = 0.2
    wire_before: float = 0.0
    wire_after: float = 0.0
    deaths: float = 0.0
    deploys: float = 0.0
    shop_slow: float = 0.0
    shop_unreached: float = 0.0
    shop_fails: float = 0.0
    shop_loses: float = 0.0
    wake_lost: float = 0.0
    twice: float = 0.1


CALM: Final = Weather()

KINDS: Final = (
    CALM,
    Weather(name="two nodes", nodes=2, wake_lost=0.1, deploys=0.1),
    Weather(name="flaky shop", nodes=2, shop_slow=0.08, shop_unreached=0.06, shop_fails=0.06, shop_loses=0.15),
    Weather(name="bad wires", nodes=2, wire_slow=0.4, wire_before=0.005, wire_after=0.005, wake_lost=0.3),
    Weather(name="deaths, one node", nodes=1, deaths=0.0006, shop_loses=0.05, shop_slow=0.05),
    Weather(name="deaths", nodes=2, deploys=0.03, deaths=0.0006, shop_slow=0.05, shop_loses=0.08, wake_lost=0.2),
    Weather(
        name="storm",
        nodes=2,
        wire_slow=0.4,
        wire_before=0.004,
        wire_after=0.004,
        deaths=0.0005,
        shop_slow=0.08,
        shop_unreached=0.05,
        shop_fails=0.05,
        shop_loses=0.12,
        wake_lost=0.3,
        twice=0.25,
    ),
)


def weather_of(chance: Random) -> Weather:
    """The weather of one run."""
    return chance.choice(KINDS)
