"""How do tests get an intent model without training it again: each set of examples is trained once, for whoever asks.

Training takes seconds of a core, and equal examples give equal bytes. The first who asks, in whichever process, trains as
the product does; the others wait for that and read it. A model is kept for the next run as well, under a name that
changes with anything that training reads.
"""

from __future__ import annotations

import asyncio
import fcntl
import hashlib
import json
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Final

from interlock.connectors import minilm
from interlock.runtime import definitions, fitting, training
from interlock.vocabulary.settings import Understanding

REPOSITORY: Final = Path(__file__).resolve().parents[1]
KEPT: Final = REPOSITORY / ".pytest_cache" / "d" / "models"
DIALOGUE: Final = REPOSITORY / "src" / "interlock" / "dialogue"
SOURCES: Final = (
    Path(training.__file__),
    Path(fitting.__file__),
    *sorted(DIALOGUE.iterdir()),
    *sorted(Path(minilm.__file__).parent.iterdir()),
)


def train_once() -> None:
    """From now on no definitions of this process, and of those forked from it, are trained that were trained before."""
    definitions.train_in_subprocess = trained  # type: ignore[assignment]  # without a time-out


async def trained(
    examples: Mapping[str, Sequence[str]], language: str, understanding: Understanding = "words"
) -> bytes:
    """The model of these examples."""
    training.checked(examples, language)
    digest = hashlib.sha256(json.dumps([trainer(), language, understanding, examples], sort_keys=True).encode())
    kept = KEPT / digest.hexdigest()[:24]
    if not kept.exists():
        await asyncio.to_thread(KEPT.mkdir, parents=True, exist_ok=True)
        with kept.with_suffix(".lock").open("w") as lock:
            await asyncio.to_thread(fcntl.flock, lock, fcntl.LOCK_EX)
            if not kept.exists():
                fresh = kept.with_suffix(".fresh")
                fresh.write_bytes(await training.train_in_subprocess(examples, language, understanding))
                fresh.replace(kept)
    return kept.read_bytes()


@cache
def trainer() -> str:
    """What trains, as a digest: the sources and the library."""
    digest = hashlib.sha256(version("scikit-learn").encode())
    for file in SOURCES:
        if file.is_file():
            digest.update(file.read_bytes())
    return digest.hexdigest()
