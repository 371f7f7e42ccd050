"""How is a model not trained again on a machine that trained it before? Equal examples train equal bytes, so it is kept.

Training takes seconds of a core; whoever checks or plays journeys again and again changes steps and words far more often
than examples. The first who asks trains, in whichever process; others wait for that and read it.
"""

from __future__ import annotations

import asyncio
import fcntl
import hashlib
import os
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Final

import msgspec
import structlog

from interlock import dialogue, runtime
from interlock.connectors import minilm
from interlock.runtime.training import checked, train_in_subprocess
from interlock.vocabulary.settings import Understanding

KEPT: Final = 40
"""Models on a machine: some tenants' with a few states of their examples; each has some hundred kilobytes."""
ASKED_AGAIN_S: Final = 0.05
"""Between two attempts to be the one who trains."""
DIGEST_BYTES: Final = 32
"""What a file begins with: the SHA-256 of the rest, so that a damaged one is trained anew."""
TRAINERS: Final = (
    (Path(dialogue.__file__).parent, "*"),
    (Path(minilm.__file__).parent, "*"),
    (Path(runtime.__file__).parent, "training.py"),
    (Path(runtime.__file__).parent, "fitting.py"),
)
"""The sources that decide what comes of examples: a change in any of them is another model."""

logger = structlog.get_logger(__name__)


async def model_of(examples: Mapping[str, Sequence[str]], language: str, understanding: Understanding) -> bytes:
    """The model of these examples, trained unless this machine has it: `training.train_in_subprocess` with a memory.

    Where nothing can be kept (no home, a full disk), it is trained each time.

    Raises:
        BadExamples: see `training.checked`.
        TrainingFailed: the process crashed or ran out of time.
    """
    reader = "" if understanding == "words" else minilm.reader()
    learned = [trainer(), reader, language, understanding, checked(examples, language, understanding)]
    name = hashlib.sha256(msgspec.json.encode(learned)).hexdigest()
    try:
        folder = await asyncio.to_thread(_opened)
    except (OSError, RuntimeError) as error:  # RuntimeError: nobody knows where home is
        logger.info("models are not kept here", error=str(error))
        return await train_in_subprocess(examples, language, understanding)
    file = folder / name
    if (found := await asyncio.to_thread(_read, file)) is not None:
        return found
    async with _alone(file):
        if (found := await asyncio.to_thread(_read, file)) is not None:
            return found
        model = await train_in_subprocess(examples, language, understanding)
        await asyncio.to_thread(_keep, file, model)
        return model


@cache
def trainer() -> str:
    """What trains, as a digest: the sources and the library."""
    digest = hashlib.sha256(version("scikit-learn").encode())
    for folder, pattern in TRAINERS:
        for file in sorted(folder.glob(pattern)):
            if file.is_file():
                digest.update(file.read_bytes())
    return digest.hexdigest()


def _opened() -> Path:
    """The folder, by the XDG Base Directory Specification. Raises OSError; RuntimeError."""
    named = os.environ.get("XDG_CACHE_HOME", "")
    folder = (Path(named) if named.startswith("/") else Path.home() / ".cache") / "interlock" / "models"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not os.access(folder, os.W_OK):
        raise PermissionError(f"{folder} cannot be written")
    return folder


def _read(file: Path) -> bytes | None:
    with suppress(OSError):
        content = file.read_bytes()
        if hashlib.sha256(content[DIGEST_BYTES:]).digest() == content[:DIGEST_BYTES]:
            file.touch()  # the longest unused goes first
            return content[DIGEST_BYTES:]
    return None


@asynccontextmanager
async def _alone(file: Path) -> AsyncIterator[None]:
    """Nobody else on this machine trains this model meanwhile, where files can be locked; a lock ends with its process.

    Whoever waits asks again and again: a thread that waited for the lock would be one that its holder may need.
    """
    taken = None
    try:
        try:
            taken = os.open(file.with_suffix(".lock"), os.O_RDWR | os.O_CREAT, 0o600)
            while not _locked(taken):  # noqa: ASYNC110  # another process has it
                await asyncio.sleep(ASKED_AGAIN_S)
        except OSError as error:
            logger.info("nothing is locked here", error=str(error))
        yield
    finally:
        if taken is not None:
            os.close(taken)


def _locked(taken: int) -> bool:
    try:
        fcntl.flock(taken, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _keep(file: Path, model: bytes) -> None:
    fresh = file.with_suffix(f".{os.getpid()}")
    try:
        fresh.write_bytes(hashlib.sha256(model).digest() + model)
        fresh.replace(file)
        kept = sorted(
            (each for each in file.parent.iterdir() if not each.suffix), key=lambda each: each.stat().st_mtime
        )
        for each in kept[:-KEPT]:
            each.with_suffix(".lock").unlink(missing_ok=True)
            each.unlink(missing_ok=True)
    except OSError as error:
        fresh.unlink(missing_ok=True)
        logger.info("a model could not be kept", error=str(error))
