"""Which sentences may contradict each other, and does finding them take a time that people can wait?"""

from __future__ import annotations

from itertools import combinations
from math import log
from random import Random
from typing import Any

import pytest

from interlock.dialogue import contradicting
from interlock.dialogue.contradicting import contradictions
from interlock.dialogue.finding import Live
from interlock.dialogue.stems import stems
from interlock.vocabulary.knowledge import Article

WORDS = stems(
    "order parcel return refund kettle copper pan clean deliver store invoice voucher repair warranty card lid handle gift"
    " knife oven label colour change reply photo stamp tap sink glass spoon fork plate",
    "en",
)


def live(name: str, body: str, **more: Any) -> Live:
    return Live(Article(article=name, title=more.pop("title", name), owner="Care", body=body, **more), 1)


def pairs(*articles: Live) -> list[tuple[str, str]]:
    return [(one.first.article, one.second.article) for one in contradictions(articles)]


def test_other_numbers_about_the_same_matter_may_contradict_each_other() -> None:
    days, fewer = (
        live("returns", "Send it back within 30 days of delivery."),
        live("old", "Send it back in 14 days of delivery."),
    )
    (found,) = contradictions((days, fewer, live("hours", "The workshop opens for 8 hours.")))
    assert (found.first.sentence, found.second.sentence) == (
        "Send it back within 30 days of delivery.",
        "Send it back in 14 days of delivery.",
    )
    assert pairs(days, live("same", "Send it back in 720 hours of delivery.")) == []
    assert pairs(days, live("price", "Send it back for 14 euros of delivery.")) == []


def test_articles_that_nobody_is_told_both_of_do_not_contradict_each_other() -> None:
    days, body = live("returns", "Send it back within 30 days of delivery."), "Send it back within 14 days of delivery."
    assert pairs(days, live("inside", body, audience=("agent",))) == []
    assert pairs(days, live("both", body, audience=("agent", "customer"))) == [("returns", "both")]
    assert pairs(days, live("fremd", body, language="de")) == []


def test_no_pair_is_missed_by_looking_only_at_sentences_that_share_rare_words() -> None:
    chance = Random(7)
    articles = tuple(
        live(f"a{number:02}", f"{' '.join(chance.sample(WORDS, chance.randint(2, 6)))} {number + 1} days.", title="x")
        for number in range(60)
    )
    words = {one.article.article: frozenset(stems(f"x {one.article.body}", "en")) for one in articles}
    words = {
        name: frozenset(word for word in each if not word.isdigit() and word != "day") for name, each in words.items()
    }
    count = {word: sum(word in each for each in words.values()) for each in words.values() for word in each}

    def weight(some: frozenset[str]) -> float:
        return sum(log((1 + len(articles)) / count[word]) for word in sorted(some))

    expected = {
        (first, second)
        for (first, one), (second, other) in combinations(sorted(words.items()), 2)
        if len(one & other) > 1 and weight(one & other) / min(weight(one), weight(other)) >= 0.55
    }
    assert 20 < len(expected) <= 100
    assert set(pairs(*articles)) == expected


def test_of_a_thousand_sentences_only_those_that_share_words_are_compared(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    articles = tuple(
        live(f"a{number:04}", f"The part p{number // 2}a of the q{number // 2}b costs {number} euros.", title="Parts")
        for number in range(1_000)
    )
    compared: list[Any] = []
    whole = contradicting._compared

    def counted(*one: Any) -> Any:
        compared.append(one)
        return whole(*one)

    monkeypatch.setattr(contradicting, "_compared", counted)
    found = contradictions(articles)
    assert len(found) == 100 and len(compared) < 2_000
    assert contradictions(articles) is found, "the same articles are not compared again"
