"""Does the real routing wait, answer and lose as queueing theory says it must, within 2 % or three standard errors?"""

from __future__ import annotations

import math
from collections.abc import Callable

import pytest

from interlock.simulation.floor.estimates import Estimate
from interlock.vocabulary.skills import Skill
from tests.simulation.floor.floors import A, B, Measured, Stream, agents, floor, measured, queue, queues
from tests.simulation.floor.theory import Exact, NModel, erlang_a, erlang_c, n_model

Model = Callable[[int, int, int], float]
"""Plays so many calls by a seed, in so many parts; gives how far the farthest figure is off: more than 1 is wrong."""

TOLERANCE = 0.02
ERRORS = 3.0

C_ARRIVALS, C_SERVICE, C_AGENTS, C_WITHIN = 200 / 3600, 1 / 180, 14, 20.0
A_ARRIVALS, A_SERVICE, A_LEAVING, A_AGENTS, A_WITHIN = 48 / 60, 1 / 60, 0.5 / 60, 50, 5.0
N = NModel((3.5 / 60, 2.8 / 60), 1 / 60, (0.5 / 60, 0.5 / 60), (3, 4), 20.0)


def off(found: Estimate, exact: float) -> float:
    """How far a figure is from what it must be, in what is allowed: more than 1 is wrong."""
    assert found.error is not None
    return abs(found.value - exact) / max(TOLERANCE * abs(exact), ERRORS * found.error)


def worst(found: Measured, exact: Exact) -> float:
    """How far the figure is that is the farthest."""
    pairs = zip(found[:4], exact[:4], strict=True)
    return max(off(one, must) for one, must in pairs if not math.isnan(must) and must)


def test_the_oracles_give_the_values_that_tables_have() -> None:
    calls = erlang_c(C_ARRIVALS, C_SERVICE, C_AGENTS, C_WITHIN)
    assert (round(calls.service_level, 5), round(calls.asa, 2), round(calls.occupancy, 4)) == (0.88835, 7.84, 0.7143)
    more = erlang_c(400 / 3600, 1 / 300, 39, 20.0)
    assert (round(more.service_level, 4), round(more.asa, 2)) == (0.8259, 13.45)
    losing = erlang_a(A_ARRIVALS, A_SERVICE, A_LEAVING, A_AGENTS, A_WITHIN)
    assert (round(losing.abandoned, 4), round(losing.mean_wait, 2), round(losing.asa, 2)) == (0.0309, 3.71, 3.62)
    assert round(losing.occupancy, 3) == 0.930


def test_the_n_model_without_overflow_between_its_teams_is_two_floors_of_erlang_a() -> None:
    """With nobody at a, what is left of the chain is b on its own team; and the other way round a has both teams."""
    _, alone = n_model(N._replace(arrivals=(1e-9, N.arrivals[1])))
    exact = erlang_a(N.arrivals[1], N.service, N.leaving[1], N.agents[1], N.threshold)
    assert alone[:2] == pytest.approx(exact[:2], rel=1e-6)
    both, _ = n_model(N._replace(arrivals=(N.arrivals[0], 1e-9)))
    exact = erlang_a(N.arrivals[0], N.service, N.leaving[0], sum(N.agents), N.threshold)
    assert both[:2] == pytest.approx(exact[:2], rel=1e-6)


def m_m_n(calls: int, seed: int, parts: int) -> float:
    setting = floor(queues(queue("a", "20s")), agents("t", C_AGENTS, [A]), [Stream(A, C_ARRIVALS, C_SERVICE)], calls)
    found, busy = measured(setting, seed, parts)
    exact = erlang_c(C_ARRIVALS, C_SERVICE, C_AGENTS, C_WITHIN)
    assert found[A].calls > 0.9 * calls
    assert found[A].abandoned.value == 0
    fewer = erlang_c(C_ARRIVALS, C_SERVICE, C_AGENTS - 1, C_WITHIN)
    assert worst(found[A], fewer) > 1, "with one agent less it would be told apart"
    return max(worst(found[A], exact), off(busy, exact.occupancy))


def m_m_n_m(calls: int, seed: int, parts: int) -> float:
    stream = Stream(A, A_ARRIVALS, A_SERVICE, A_LEAVING)
    setting = floor(queues(queue("a", "5s")), agents("t", A_AGENTS, [A]), [stream], calls)
    found, busy = measured(setting, seed, parts)
    exact = erlang_a(A_ARRIVALS, A_SERVICE, A_LEAVING, A_AGENTS, A_WITHIN)
    assert found[A].calls > 0.8 * calls
    more = erlang_a(A_ARRIVALS, A_SERVICE, A_LEAVING, A_AGENTS + 3, A_WITHIN)
    assert worst(found[A], more) > 1, "with three agents more it would be told apart"
    return max(worst(found[A], exact), off(busy, exact.occupancy))


def n_shaped(calls: int, seed: int, parts: int) -> float:
    specs = queues(
        queue("a", "20s", "skills: { preferred: { own: 1 } }\nrings: [{ overflow: b }]"),
        queue("b", "20s", "priority: 100"),  # more minutes of head start than anybody waits
    )
    people = [*agents("first", N.agents[0], [A], [Skill("own", 1)]), *agents("second", N.agents[1], [B])]
    streams = [Stream(name, N.arrivals[at], N.service, N.leaving[at]) for at, name in enumerate((A, B))]
    found, _ = measured(floor(specs, people, streams, calls), seed, parts)
    assert found[A].calls + found[B].calls > 0.9 * calls
    of_a, of_b = n_model(N)
    apart_a, apart_b = (erlang_a(N.arrivals[at], N.service, N.leaving[at], N.agents[at], N.threshold) for at in (0, 1))
    assert max(worst(found[A], apart_a), worst(found[B], apart_b)) > 1, "without the overflow it would be told apart"
    return max(worst(found[A], of_a), worst(found[B], of_b))


@pytest.mark.parametrize(("model", "calls"), [(m_m_n, 3_000), (m_m_n_m, 3_500), (n_shaped, 3_000)])
def test_the_routing_waits_and_loses_as_theory_says(model: Model, calls: int) -> None:
    assert model(calls, 1, 12) <= 1


@pytest.mark.soak
@pytest.mark.parametrize("model", [m_m_n, m_m_n_m, n_shaped])
def test_more_than_five_million_calls_wait_and_get_lost_as_theory_says(model: Model) -> None:
    """1.75 million calls of each of the three."""
    assert model(1_750_000, 7, 100) <= 1
