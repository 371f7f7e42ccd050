"""How sure is a figure of a simulation: its value and the interval that holds the true one with 95 %, from independent parts?"""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import NormalDist
from typing import Final

import msgspec

CONFIDENCE: Final = 0.95


class Estimate(msgspec.Struct, frozen=True):
    """A figure.

    Attributes:
        error: its standard error; None where one part tells nothing of it.
        low: the lower end of the confidence interval, as ``high`` is its upper end.
    """

    value: float
    error: float | None = None
    low: float | None = None
    high: float | None = None


def ratio(parts: Sequence[tuple[float, float]]) -> Estimate | None:
    """Sum of the first ÷ sum of the second, such as answered in time ÷ entered, of parts such as days.

    The standard error is that of a ratio estimator (Cochran, Sampling Techniques, 1977, 6.3):
    sqrt(sum (y - r x)² / (n (n - 1))) / mean x. None where the second comes to nothing.
    """
    count, above, below = len(parts), sum(part[0] for part in parts), sum(part[1] for part in parts)
    if not below:
        return None
    value = above / below
    if count < 2:
        return Estimate(value)
    squares = sum((y - value * x) ** 2 for y, x in parts)
    error = math.sqrt(squares / (count * (count - 1))) / (below / count)
    reach = student(count - 1) * error
    return Estimate(value, error, value - reach, value + reach)


def difference(parts: Sequence[tuple[float, float]], others: Sequence[tuple[float, float]]) -> Estimate | None:
    """The first ratio less the second, of the same parts under two configurations.

    What both have in common (the same customers on the same days) is no part of the error: it follows from how the
    differences of the parts' deviations vary.
    """
    one, two = ratio(parts), ratio(others)
    if one is None or two is None or len(parts) != len(others):
        return None
    value, count = one.value - two.value, len(parts)
    if one.error is None or two.error is None:
        return Estimate(value)
    size, other_size = (sum(part[1] for part in each) / count for each in (parts, others))
    squares = sum(
        ((y - one.value * x) / size - (v - two.value * u) / other_size) ** 2
        for (y, x), (v, u) in zip(parts, others, strict=True)
    )
    error = math.sqrt(squares / (count * (count - 1)))
    reach = student(count - 1) * error
    return Estimate(value, error, value - reach, value + reach)


def mean(parts: Sequence[float]) -> Estimate | None:
    """The mean of some parts; None where there is none."""
    return ratio([(part, 1.0) for part in parts])


def student(freedom: int, confidence: float = CONFIDENCE) -> float:
    """The quantile of Student's t for a two-sided interval (Abramowitz and Stegun 26.7.5; exact for 1 and 2)."""
    p = (1 + confidence) / 2
    if freedom == 1:
        return math.tan(math.pi * (p - 0.5))
    if freedom == 2:
        return (2 * p - 1) * math.sqrt(2 / (4 * p * (1 - p)))
    z = NormalDist().inv_cdf(p)
    terms = (
        (z**3 + z) / 4,
        (5 * z**5 + 16 * z**3 + 3 * z) / 96,
        (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384,
        (79 * z**9 + 776 * z**7 + 1482 * z**5 - 1920 * z**3 - 945 * z) / 92160,
    )
    return z + math.fsum(term / math.pow(freedom, power) for power, term in enumerate(terms, 1))
