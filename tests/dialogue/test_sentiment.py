"""Does a message sound displeased, matter-of-fact or pleased, on sentences that nothing was learned from?"""

from __future__ import annotations

from pathlib import Path

import pytest

from interlock.connectors.tones import built_in_sentences
from interlock.dialogue.sentiment import CLASSES, LANGUAGES, learned, word_for

LEARNED = learned(each[1:] for each in built_in_sentences())
HELD_OUT = [
    (*section.split("]")[0].split(), line)
    for section in Path(__file__).with_name("sentiment.txt").read_text(encoding="utf-8").split("\n[")[1:]
    for line in section.splitlines()[1:]
    if line
]


def heard(text: str) -> str:
    return word_for(LEARNED.of(text) or 0.0)


@pytest.mark.parametrize("language", LANGUAGES)
def test_four_of_five_unseen_sentences_are_heard_rightly_and_hardly_one_as_its_opposite(language: str) -> None:
    pairs = [(name, heard(text)) for of, name, text in HELD_OUT if of == language]
    assert len(pairs) == 60
    assert sum(wanted == found for wanted, found in pairs) >= 48
    assert sum({*pair} == {"negative", "positive"} for pair in pairs) <= 3


def test_each_class_has_its_sentences_in_each_language_and_none_of_them_is_held_out() -> None:
    sentences = list(built_in_sentences())
    for language in LANGUAGES:
        for name in CLASSES:
            assert len({text for of, named, text in sentences if (of, named) == (language, name)}) >= 150
    assert not {text for *_, text in sentences} & {text for *_, text in HELD_OUT}


def test_a_negation_turns_what_stands_behind_it() -> None:
    happy, unhappy = LEARNED.of("I am happy with this"), LEARNED.of("I am not happy with this")
    assert happy is not None and unhappy is not None
    assert happy > 0.2 and unhappy < -0.5


def test_words_that_nobody_ever_learned_say_nothing_and_case_makes_no_difference() -> None:
    assert LEARNED.of("qwertz uiop") is None and LEARNED.of("") is None and LEARNED.of("?!…") is None
    assert LEARNED.of("THIS IS RIDICULOUS") == LEARNED.of("this is ridiculous")
