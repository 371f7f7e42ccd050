"""Are words found in other forms, also while an index is built in another thread?"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
import snowballstemmer

from interlock.dialogue.stems import stems


@pytest.fixture
def hasty() -> Iterator[None]:
    """Threads that are interrupted all the time."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


def test_forms_of_a_word_have_one_stem_and_words_of_every_sentence_none() -> None:
    assert (
        stems("How do I return the deliveries?", "en") == stems("returning a delivery", "en") == ["return", "deliveri"]
    )
    assert stems("die Häuser", "de")[1] == stems("Haus", "de")[0]


@pytest.mark.usefixtures("hasty")
def test_threads_do_not_meet_in_each_other_s_words() -> None:
    def read(text: str) -> list[str]:
        return stems(text, "en")

    letters = "abcdefgh"
    texts = [" ".join(f"{one}{two}{three}lations" for two in letters for three in letters) for one in letters]
    with ThreadPoolExecutor(8) as threads:
        together = list(threads.map(read, texts))
    assert together == [snowballstemmer.stemmer("english").stemWords(text.split()) for text in texts]
