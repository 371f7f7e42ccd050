"""How is the past judged again: recorded judgements read in batches, judged by other rules in processes of their own."""

from __future__ import annotations

import asyncio
import multiprocessing
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from datetime import datetime
from typing import Final

import msgspec

from interlock.control.bundle import Bundle, load_bundle
from interlock.control.replay import (
    Again,
    PastJudgement,
    Replay,
    ReplayReport,
    again,
    looks_at_personal,
    past_judgement,
)
from interlock.kernel.events import Recorded
from interlock.kernel.log import Log, Query
from interlock.runtime.past import past, since
from interlock.vocabulary.ids import ProposalId, tag
from interlock.vocabulary.proposals import ActionProposed, ProposalJudged

MAX_JUDGEMENTS: Final = 5_000_000
"""Judgements that one replay judges again; it ends there and says so by its count."""

WAITING_BATCHES: Final = 2
"""Batches for each process that may wait for it, so that reading does not run away from judging."""

_encoder: Final = msgspec.msgpack.Encoder()
_pasts: Final = msgspec.msgpack.Decoder(list[PastJudgement])
_agains: Final = msgspec.msgpack.Decoder(list[Again])
_loaded: Final[list[Bundle]] = []
"""In a process that judges: the rules that it judges by."""

Progress = Callable[[int], None]
"""Hears how many judgements were judged again so far."""


async def replay(
    log: Log, bundle: Bundle, files: Mapping[str, str], at: datetime | None, *, processes: int, progress: Progress
) -> ReplayReport:
    """Judge what was recorded since a moment again.

    Args:
        bundle: the rules to judge by; ``files`` are its texts.
        processes: how many processes judge; 0 judges in this one.
    """
    total = Replay(bundle.release, at)
    personal = looks_at_personal(bundle)
    pool = _pool(processes, files, bundle.release)
    loop = asyncio.get_running_loop()
    waiting: deque[asyncio.Future[bytes]] = deque()

    async def take() -> None:
        for one in _agains.decode(await waiting.popleft()):
            total.add(one)
        progress(total.judgements)

    try:
        read = 0
        async for batch in past(log, (ProposalJudged,), await since(log, at)):
            read += len(batch)
            pasts = await _pasts_of(log, batch, personal)
            if pool is None:
                for one in pasts:
                    total.add(again(bundle, one))
                progress(total.judgements)
                await asyncio.sleep(0)
            else:
                waiting.append(loop.run_in_executor(pool, _judge, _encoder.encode(pasts)))
                if len(waiting) >= processes * WAITING_BATCHES:
                    await take()
            if read >= MAX_JUDGEMENTS:
                break
        while waiting:
            await take()
    finally:
        if pool is not None:
            pool.shutdown(wait=False, cancel_futures=True)
    return total.report()


async def _pasts_of(log: Log, batch: Sequence[Recorded], personal: frozenset[str]) -> list[PastJudgement]:
    """The judgements of a batch; personal arguments are opened only for actions whose rules look at them."""
    private: dict[ProposalId, object] = {}
    wanted = {
        one.event.proposal for one in batch if isinstance(one.event, ProposalJudged) and one.event.action in personal
    }
    if wanted:
        queries = [Query(tag("proposal", proposal), (ActionProposed,)) for proposal in wanted]
        for one in (await log.read(*queries)).events:
            if isinstance(one.event, ActionProposed):
                private[one.event.proposal] = one.event.private_args
    return [
        past_judgement(one.event, one.at, private.get(one.event.proposal))
        for one in batch
        if isinstance(one.event, ProposalJudged)
    ]


def _pool(processes: int, files: Mapping[str, str], release: str) -> ProcessPoolExecutor | None:
    if not processes:
        return None
    context = multiprocessing.get_context("spawn")
    # Only what rules are made of goes over: the rest of a release is nothing to a judgement.
    needed = {
        path: text
        for path, text in files.items()
        if not path.startswith(
            ("journeys/", "texts/", "cases/", "queues/", "capacities.yaml", "slas.yaml", "scenarios/")
        )
    }
    return ProcessPoolExecutor(processes, mp_context=context, initializer=_load, initargs=(needed, release))


def _load(files: Mapping[str, str], release: str) -> None:
    _loaded.append(load_bundle(files, release))


def _judge(batch: bytes) -> bytes:
    return _encoder.encode([again(_loaded[0], one) for one in _pasts.decode(batch)])
