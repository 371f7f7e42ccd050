"""Are the figures of a model what their names say?"""

from __future__ import annotations

import random

import pytest

from interlock.dialogue.measuring import Confusion, Guess, measure


def guess(truth: str, intent: str, score: float, *, accepted: bool = True) -> Guess:
    return Guess(truth, intent, score, accepted)


def test_where_every_sentence_has_an_intent_nothing_is_rejected() -> None:
    found = measure([guess("a", "a", 0.9), guess("a", "b", 0.8), guess("b", "b", 0.01, accepted=False)])
    assert (found.accuracy, found.in_scope_accuracy) == pytest.approx((2 / 3, 2 / 3))
    assert (found.oos_recall, found.oos_auroc, found.own_oos_recall) == (None, None, None)
    assert found.own_accuracy == pytest.approx(1 / 3), "what its own threshold rejects is a mistake there"
    assert found.confusions == (Confusion("a", "b", 1),)


def test_strangers_are_rejected_at_the_threshold_that_keeps_ninety_five_of_a_hundred() -> None:
    meant = [guess("a", "a", 0.5 + at / 1000) for at in range(100)]
    strangers = [guess("", "a", score) for score in (0.1, 0.5, 0.504, 0.505, 0.9)]
    found = measure([*meant, *strangers])
    assert found.in_scope_accuracy == 0.95
    assert found.oos_recall == 0.6
    assert found.accuracy == pytest.approx((95 + 3) / 105)
    assert found.confusions == (Confusion("a", "", 5), Confusion("", "a", 2))


def test_the_area_is_the_chance_that_a_sentence_with_an_intent_scores_higher() -> None:
    chance = random.Random(3)
    meant = [guess("a", "a", round(chance.random(), 1)) for _ in range(60)]
    strangers = [guess("", "a", round(chance.random() * 0.7, 1)) for _ in range(40)]
    wins = sum((m.score > s.score) + 0.5 * (m.score == s.score) for m in meant for s in strangers)
    assert measure([*meant, *strangers]).oos_auroc == pytest.approx(wins / 60 / 40)


def test_without_any_intent_there_is_nothing_to_measure() -> None:
    with pytest.raises(ValueError, match="no sentence with an intent"):
        measure([guess("", "a", 0.2)])
