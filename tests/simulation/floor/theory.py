"""What does queueing theory say, exactly: Erlang C, Erlang A, and an N-shaped overflow of two queues as a Markov chain?

All rates are per second. Of a tagged customer who waits, the chain until she is answered or gone is absorbing; her chances of
being answered within T follow from its transient distribution.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from scipy.sparse import csc_matrix, lil_matrix
from scipy.sparse.linalg import expm_multiply, spsolve


class Exact(NamedTuple):
    """What is expected of a queue: times in seconds, shares from 0 to 1."""

    service_level: float
    mean_wait: float
    asa: float
    abandoned: float
    occupancy: float = math.nan


def erlang_c(arrivals: float, service: float, agents: int, threshold: float) -> Exact:
    """M/M/n: the probability of waiting by the recursion of Erlang B; C = B / (1 - rho (1 - B))."""
    load = arrivals / service
    blocked = 1.0
    for n in range(1, agents + 1):
        blocked = load * blocked / (n + load * blocked)
    waits = blocked / (1 - load / agents * (1 - blocked))
    pace = agents * service - arrivals
    return Exact(1 - waits * math.exp(-pace * threshold), waits / pace, waits / pace, 0.0, load / agents)


def erlang_a(arrivals: float, service: float, leaving: float, agents: int, threshold: float, room: int = 400) -> Exact:
    """M/M/n+M: the birth-death chain up to ``room`` who wait."""
    weights = [1.0]
    for n in range(1, agents + room + 1):
        weights.append(weights[-1] * arrivals / (min(n, agents) * service + max(0, n - agents) * leaving))
    chances = np.array(weights) / sum(weights)
    length = float(sum((n - agents) * chance for n, chance in enumerate(chances) if n > agents))
    busy = float(sum(min(n, agents) * chance for n, chance in enumerate(chances)))
    ahead = chances[agents : agents + room]  # how many an arrival finds before her who waits
    pace = agents * service
    chance, part, answered, waited = 1.0, 0.0, 0.0, 0.0
    for number, probability in enumerate(ahead):
        rate = pace + (number + 1) * leaving
        forward = (pace + number * leaving) / rate
        chance, part = forward * chance, forward * part
        part += chance / rate
        answered += probability * chance
        waited += probability * part
    at_once = float(chances[:agents].sum())
    in_time = at_once + _in_time_in_line(ahead, pace, leaving, threshold)
    total = at_once + answered
    return Exact(in_time, length / arrivals, waited / total, leaving * length / arrivals, busy / agents)


def _in_time_in_line(ahead: np.ndarray, pace: float, leaving: float, threshold: float) -> float:
    """The chance that an arrival who finds ``ahead`` before her is answered in time, where nobody overtakes her."""
    size = len(ahead)
    rates = lil_matrix((size + 1, size + 1))
    for number in range(size):
        rates[number, number] = -(pace + (number + 1) * leaving)
        rates[number, number - 1 if number else size] = pace + number * leaving
    begins = np.append(ahead, 0.0)
    return float(expm_multiply(csc_matrix(rates.T) * threshold, begins)[size])


class NModel(NamedTuple):
    """Queue a may be served by both teams, its own first; queue b by the second alone, which serves b before a."""

    arrivals: tuple[float, float]
    service: float
    leaving: tuple[float, float]
    agents: tuple[int, int]
    threshold: float
    room: int = 40


State = tuple[int, int, int, int]
"""Busy in the first team and in the second, and who waits for a and for b."""


def n_model(model: NModel) -> tuple[Exact, Exact]:
    """What is expected of a and of b."""
    first, second = model.agents
    chances = _stationary(model)
    lengths = [sum(state[2 + queue] * chance for state, chance in chances.items()) for queue in (0, 1)]
    # An arrival finds the chain as it is in the mean (PASTA).
    at_once = (
        sum(chance for (i, j, _, _), chance in chances.items() if i < first or j < second),
        sum(chance for (_, j, _, _), chance in chances.items() if j < second),
    )
    behind_b = np.zeros(model.room)
    full = np.zeros((model.room + 1, model.room + 1))
    for (i, j, a, b), chance in chances.items():
        if j == second and b < model.room:
            behind_b[b] += chance
        if i == first and j == second:
            full[a, b] += chance
    in_time = (
        at_once[0] + _overtaken(model, full),
        at_once[1] + _in_time_in_line(behind_b, second * model.service, model.leaving[1], model.threshold),
    )
    exact = []
    for queue in (0, 1):
        wait = lengths[queue] / model.arrivals[queue]
        exact.append(Exact(in_time[queue], wait, math.nan, model.leaving[queue] * wait))
    return exact[0], exact[1]


def _steps(model: NModel, state: State) -> Iterator[tuple[float, State]]:
    """What can happen next in a state, with its rate."""
    i, j, a, b = state
    first, second = model.agents
    (to_a, to_b), mu, (from_a, from_b) = model.arrivals, model.service, model.leaving
    if i < first:
        yield to_a, (i + 1, j, a, b)
    elif j < second:
        yield to_a, (i, j + 1, a, b)
    elif a < model.room:
        yield to_a, (i, j, a + 1, b)
    if j < second:
        yield to_b, (i, j + 1, a, b)
    elif b < model.room:
        yield to_b, (i, j, a, b + 1)
    if i:
        yield i * mu, (i, j, a - 1, b) if a else (i - 1, j, a, b)
    if j:
        yield j * mu, (i, j, a, b - 1) if b else (i, j, a - 1, b) if a else (i, j - 1, a, b)
    if a:
        yield a * from_a, (i, j, a - 1, b)
    if b:
        yield b * from_b, (i, j, a, b - 1)


def _stationary(model: NModel) -> dict[State, float]:
    """How often the chain is in each state that can be reached from the empty floor."""
    known: dict[State, int] = {(0, 0, 0, 0): 0}
    found = list(known)
    flows: list[tuple[int, int, float]] = []
    for state in found:
        for rate, to in _steps(model, state):
            if to not in known:
                known[to] = len(found)
                found.append(to)
            flows += [(known[to], known[state], rate), (known[state], known[state], -rate)]
    rows, columns, rates = zip(*flows, strict=True)
    balance = lil_matrix(csc_matrix((rates, (rows, columns)), shape=(len(found), len(found))))
    balance[0, :] = 1.0  # one equation follows from the others; the chances come to 1 instead
    right = np.zeros(len(found))
    right[0] = 1.0
    return dict(zip(found, map(float, spsolve(csc_matrix(balance), right)), strict=True))


def _overtaken(model: NModel, full: np.ndarray) -> float:
    """The chance that an arrival at a who finds everybody busy is answered in time: those of b are served before her."""
    room, (first, second) = model.room, model.agents
    answered = (room + 1) * (room + 1)
    entries: list[tuple[int, int, float]] = []
    for a in range(room + 1):
        for b in range(room + 1):
            here = a * (room + 1) + b
            ahead, fewer = ((a - 1) * (room + 1) + b if a else answered), a * (room + 1) + b - 1
            moves = [(ahead, first * model.service + a * model.leaving[0])]
            moves += [(fewer if b else ahead, second * model.service)]
            moves += [(fewer, b * model.leaving[1])] if b else []
            moves += [(here + 1, model.arrivals[1])] if b < room else []
            entries += [(to, here, rate) for to, rate in moves]
            entries.append((here, here, -sum(rate for _, rate in moves) - model.leaving[0]))
    rows, columns, rates = zip(*entries, strict=True)
    chain = csc_matrix((rates, (rows, columns)), shape=(answered + 1, answered + 1))
    return float(expm_multiply(chain * model.threshold, np.append(full.ravel(), 0.0))[answered])
