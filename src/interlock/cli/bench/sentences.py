"""Which sentences do the benchmarks of understanding learn from, and which are they measured on?"""

from __future__ import annotations

import random
from functools import cache
from importlib.resources import files
from typing import Any, Final, Literal

from ruamel.yaml import YAML

SEED: Final = 77
SLIPS: Final = 0.1
"""The share of sentences with a slip of the finger."""

Half = Literal["learned", "measured"]


@cache
def _parts() -> Any:
    return YAML(typ="safe").load((files(__package__) / "sentences.yaml").read_text(encoding="utf-8"))


def composed(half: Half, each: int) -> dict[str, list[str]]:
    """Different sentences, ``each`` for every intent, the same in every run; no wording is in both halves."""
    parts = _parts()
    chance = random.Random(f"{SEED} {half}")  # noqa: S311 - sentences, no secrets
    made: dict[str, list[str]] = {}
    for topic, nouns in parts["topics"].items():
        for matter, wordings in parts["matters"].items():
            found: dict[str, None] = {}
            while len(found) < each:
                pattern = "".join(
                    chance.choice(choices)
                    for choices in (parts["openings"][half], wordings[half], parts["endings"][half])
                )
                sentence = pattern.format(
                    noun=chance.choice(nouns),
                    day=chance.choice(parts["days"]),
                    number=chance.randrange(2, 90),
                    person=chance.choice(parts["people"]),
                    place=chance.choice(parts["places"]),
                    occasion=chance.choice(parts["occasions"]),
                )
                found[_slipped(sentence, chance) if chance.random() < SLIPS else sentence] = None
            made[f"{topic}_{matter}"] = list(found)
    return made


def _slipped(text: str, chance: random.Random) -> str:
    """Two neighbouring letters swapped, or one left out."""
    at = chance.randrange(1, len(text) - 1)
    if chance.random() < 0.5:
        return text[:at] + text[at + 1] + text[at] + text[at + 2 :]
    return text[:at] + text[at + 1 :]
