"""Which intent does a customer's sentence express, and is it one that we know at all?"""

from __future__ import annotations

import struct
from array import array
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from math import exp, log, sqrt
from operator import itemgetter, mul
from typing import Final

import msgspec

from interlock.dialogue.meanings import Meanings, Read, StoredMeanings, meanings
from interlock.dialogue.spelling import Spelling
from interlock.dialogue.wording import MAX_CHARACTERS, weighted_traits

FORMAT: Final = 3
UNKNOWN_SHARE: Final = 0.5
"""A trait that no example has counts as rare, at half weight: the stranger a text, the weaker its evidence."""
MINIMUM_KNOWN: Final = 0.08
"""A text of which less than this share (of its squared weight) was ever seen in an example is rejected unread."""
TINIEST: Final = 1e-300
"""So that no evidence at all has a logarithm."""
HIGHEST_POWER: Final = 700.0
"""Of e, before a number is too large."""
AMBIGUOUS_RATIO: Final = 0.6
"""Two intents are ambiguous if the second is at least this likely, compared with the first."""


class Recognised(msgspec.Struct, frozen=True, tag="recognised"):
    """One intent, with a probability (0 to 1) that takes "none of them" into account."""

    intent: str
    probability: float


class Ambiguous(msgspec.Struct, frozen=True, tag="ambiguous"):
    """It is one of these two, the likelier first; the customer has to say which."""

    first: Recognised
    second: Recognised


class UnusableModel(ValueError):
    """These bytes are no intent model of this version; train it again from the examples."""


class _Stored(msgspec.Struct, forbid_unknown_fields=True):
    format: int
    language: str
    intents: list[str]
    threshold: float
    sharpness: float
    evidence: tuple[float, float]
    intercepts: list[float]
    synonyms: dict[str, str]
    unknown_rarity: float
    traits: list[str]
    rarity: bytes
    columns: list[bytes]
    meanings: StoredMeanings | None


@dataclass(frozen=True)
class IntentModel:
    """A trained classifier: linear over rarity-weighted traits, with a class for "none of them".

    Attributes:
        language: ISO 639-1 code that the sentences are normalised for.
        intents: in the order of `columns` after the first.
        threshold: the least probability at which an intent is recognised; learned, between 0 and 1.
        sharpness: factor on the scores that makes probabilities honest; learned.
        evidence: how much evidence for all intents together counts half, and how much more nearly doubles that; learned.
        intercepts: one for "none of them", then one an intent.
        synonyms: word → group.
        traits: known traits, sorted.
        rarity: inverse document frequency of each trait.
        columns: for "none of them" and then for each intent, one weight a trait (rarity multiplied in).
        meanings: what was learned from the meanings of sentences; None if words are all that is looked at.
    """

    language: str
    intents: tuple[str, ...]
    threshold: float
    sharpness: float
    evidence: tuple[float, float]
    intercepts: tuple[float, ...]
    synonyms: Mapping[str, str] = field(repr=False)
    unknown_rarity: float
    traits: tuple[str, ...] = field(repr=False)
    rarity: array[float] = field(repr=False)
    columns: tuple[array[float], ...] = field(repr=False)
    meanings: Meanings | None = None

    @cached_property
    def _index(self) -> dict[str, int]:
        return {trait: index for index, trait in enumerate(self.traits)}

    @cached_property
    def _spelling(self) -> Spelling:
        words = {trait[2:] for trait in self.traits if trait.startswith("w ")}
        return Spelling(words.union(self.synonyms))

    def rank(self, text: str) -> list[tuple[str, float]]:
        """Every intent with its probability, the likeliest first; together at most 1, the rest is "none of them"."""
        indices: list[int] = []
        weights: list[float] = []
        known = unknown = 0.0
        index, rarity = self._index, self.rarity
        for trait, weight in weighted_traits(text, self.language, self.synonyms, self._spelling).items():
            at = index.get(trait)
            if at is None:
                unknown += (weight * self.unknown_rarity) ** 2
            else:
                known += (weight * rarity[at]) ** 2
                indices.append(at)
                weights.append(weight)
        if known + unknown == 0 or (known <= MINIMUM_KNOWN * (known + unknown) and self.meanings is None):
            return [(intent, 0.0) for intent in self.intents]
        scores = [self.sharpness * intercept for intercept in self.intercepts]
        if indices:
            factor = self.sharpness / sqrt(known + unknown)
            pick = itemgetter(*indices, indices[0])  # of several it makes a tuple; the repeated one meets no weight
            scores = [
                score + factor * sum(map(mul, weights, pick(column)))
                for score, column in zip(scores, self.columns, strict=True)
            ]
        near = 1.0
        if self.meanings is not None:
            meant, near = self.meanings.of(text[:MAX_CHARACTERS])
            scores = [score + self.sharpness * more for score, more in zip(scores, meant, strict=True)]
        highest = max(scores)
        odds = [exp(score - highest) for score in scores]
        share = near * self._strength(highest + log(sum(odds[1:]) + TINIEST)) / sum(odds)
        ranked = [(intent, chance * share) for intent, chance in zip(self.intents, odds[1:], strict=True)]
        return sorted(ranked, key=lambda pair: (-pair[1], pair[0]))

    def _strength(self, evidence: float) -> float:
        """From 0 to 1: a stranger may look more like one intent than like the others, and yet not much like any."""
        half, width = self.evidence
        return 1 / (1 + exp(min((half - evidence) / width, HIGHEST_POWER)))

    def understand(self, text: str) -> Recognised | Ambiguous | None:
        """The intent of a text, the two that it may be, or None if it is none of them (rejected)."""
        ranked = self.rank(text)
        intent, probability = ranked[0]
        if len(ranked) > 1 and probability > 0:
            second, next_probability = ranked[1]
            if next_probability >= AMBIGUOUS_RATIO * probability:
                if probability + next_probability < self.threshold or probability + next_probability < 0.5:
                    return None
                return Ambiguous(Recognised(intent, probability), Recognised(second, next_probability))
        return Recognised(intent, probability) if probability >= self.threshold else None

    def to_bytes(self) -> bytes:
        """The model as bytes; the same model always gives the same bytes."""
        stored = _Stored(
            format=FORMAT,
            language=self.language,
            intents=list(self.intents),
            threshold=self.threshold,
            sharpness=self.sharpness,
            evidence=self.evidence,
            intercepts=list(self.intercepts),
            synonyms=dict(sorted(self.synonyms.items())),
            unknown_rarity=self.unknown_rarity,
            traits=list(self.traits),
            rarity=_packed(self.rarity),
            columns=[_packed(column) for column in self.columns],
            meanings=None if self.meanings is None else self.meanings.stored(),
        )
        return msgspec.msgpack.encode(stored)

    @classmethod
    def from_bytes(cls, raw: bytes, reader: str | None = None, opened: Callable[[], Read] | None = None) -> IntentModel:
        """Read what `to_bytes` wrote.

        Args:
            reader: what reads meanings here, if anything does.
            opened: gives it, if this model needs it.

        Raises:
            UnusableModel: the bytes are damaged or of another version, or meanings are read otherwise here, or not at all.
        """
        try:
            stored = msgspec.msgpack.decode(raw, type=_Stored)
        except (msgspec.MsgspecError, UnicodeDecodeError) as error:
            raise UnusableModel(f"not an intent model ({error}); train it again from the journeys' examples") from error
        if stored.format != FORMAT:
            raise UnusableModel(f"intent model of format {stored.format}, this version reads {FORMAT}; train it again")
        size, classes = len(stored.traits), len(stored.intents) + 1
        whole = len(stored.columns) == len(stored.intercepts) == classes > 1
        if not whole or any(len(part) != 4 * size for part in (stored.rarity, *stored.columns)):
            raise UnusableModel("an intent model with parts missing; train it again from the journeys' examples")
        return cls(
            language=stored.language,
            intents=tuple(stored.intents),
            threshold=stored.threshold,
            sharpness=stored.sharpness,
            evidence=stored.evidence,
            intercepts=tuple(stored.intercepts),
            synonyms=stored.synonyms,
            unknown_rarity=stored.unknown_rarity,
            traits=tuple(stored.traits),
            rarity=_unpacked(stored.rarity),
            columns=tuple(_unpacked(column) for column in stored.columns),
            meanings=_meanings(stored, reader, opened),
        )


def _meanings(stored: _Stored, reader: str | None, opened: Callable[[], Read] | None) -> Meanings | None:
    if stored.meanings is None:
        return None
    if opened is None or reader != stored.meanings.reader:
        raise UnusableModel(
            f"an intent model that reads meanings with {stored.meanings.reader}, and here is {reader or 'none'}; "
            "install interlock[minilm] on every node, or train it again"
        )
    try:
        return meanings(stored.meanings, opened(), len(stored.intents) + 1)
    except ValueError as error:
        raise UnusableModel("an intent model with parts missing; train it again from the journeys' examples") from error


def _packed(values: array[float]) -> bytes:
    return struct.pack(f"<{len(values)}f", *values)


def _unpacked(raw: bytes) -> array[float]:
    return array("f", struct.unpack(f"<{len(raw) // 4}f", raw))
