"""In which pieces does what a model says go out, and when is it taken back?"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from interlock.kernel.errors import Conflict
from interlock.kernel.log import Appended
from interlock.runtime.agent_steps import Worked
from interlock.runtime.drafts import BATCH_S, Draft
from interlock.runtime.signals import Signals
from interlock.runtime.turns import settled
from interlock.vocabulary.ids import RunId
from interlock.vocabulary.journeys import AgentAnswer


def a_draft(refuses: Callable[[str], bool] = lambda text: False) -> tuple[Draft, list[dict[str, Any]]]:
    signals, heard = Signals(), list[dict[str, Any]]()
    signals.listen("interaction:i_1", heard.append)
    return Draft(signals, "i_1", "d_1", refuses), heard


async def test_the_first_words_go_out_at_once_and_the_next_ones_together() -> None:
    draft, heard = a_draft()
    for words in ("Sixty", "Sixty mugs", "Sixty mugs take two weeks"):
        draft.hear(words)
    assert [each["text"] for each in heard] == ["Sixty"]
    draft.end()


async def test_nothing_is_shown_before_what_was_said_before_it() -> None:
    signals, heard, shown = Signals(), list[dict[str, Any]](), list[str]()
    signals.listen("interaction:i_1", heard.append)
    draft = Draft(signals, "i_1", "d_1", lambda text: False, lambda: bool(shown))
    draft.hear("Sixty mugs")
    await asyncio.sleep(2 * BATCH_S)
    assert heard == []
    shown.append("I am a machine.")
    while not heard:  # noqa: ASYNC110  # signals come by a call
        await asyncio.sleep(0.001)
    assert [each["text"] for each in heard] == ["Sixty mugs"]
    draft.end()


async def test_what_begins_anew_or_may_not_be_said_is_taken_back() -> None:
    draft, heard = a_draft(lambda text: "refunded" in text)
    draft.hear("Good news")
    draft.hear("I see")
    assert [each.get("text", "gone") for each in heard] == ["Good news", "gone", "I see"]
    draft.take_back()
    draft.hear("I have refunded it")
    draft.hear("I have refunded it, and more")
    assert [each.get("text", "gone") for each in heard] == ["Good news", "gone", "I see", "gone"]


async def test_what_was_shown_is_taken_back_where_it_could_not_be_recorded() -> None:
    draft, heard = a_draft()
    draft.hear("Good news")

    async def fails() -> Appended:
        raise Conflict("somebody was faster")

    with pytest.raises(Conflict):
        await settled(Worked(AgentAnswer(run=RunId("run_1"), round=""), draft), fails())
    assert [each.get("text", "gone") for each in heard] == ["Good news", "gone"]
