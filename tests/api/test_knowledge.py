"""Knowledge over the network: a node brings its own articles in at its start, and tells which answers each one gave."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from interlock.runtime.app import App
from interlock.runtime.knowledge_files import at_start
from interlock.vocabulary.channels import Channel
from interlock.vocabulary.ids import InteractionId, MessageId, PersonId
from interlock.vocabulary.knowledge import AnsweredFromArticle
from tests.api.conftest import Client, sign_in

LIMIT_S = 20


async def test_articles_of_the_folder_are_in_force_and_what_they_answered_is_listed(client: Client, app: App) -> None:
    await sign_in(client, "sofia")
    found = (await client.get("/v1/knowledge")).json()
    lines = {each["article"]: each for each in found["articles"]}
    assert lines["returns"]["version"] == lines["returns"]["in_force"] == 1
    assert lines["christmas_delivery_2025"]["in_force"] is None
    assert "expired" in lines["christmas_delivery_2025"]["marks"]
    assert found["contradictions"] == []
    answered = await app.knowledge.answer("How long do I have to send something back?", Channel.CHAT)
    assert answered is not None and (answered.article, answered.version) == ("returns", 1)
    fact = AnsweredFromArticle(
        interaction=InteractionId("i_1"),
        person=PersonId("p_1"),
        message=MessageId("m_1"),
        article="returns",
        article_version=1,
        passage=1,
        heading="",
        score=0.9,
    )
    await app.engine.append([fact], cause="test/answer")
    page = (await client.get("/v1/knowledge/returns")).json()
    assert page["answered"] == 1 and page["answers"][0]["interaction"] == "i_1"
    assert (await client.get("/v1/knowledge/nothing")).status_code == 404


async def test_a_change_is_followed_and_a_start_does_not_undo_it(client: Client, app: App) -> None:
    import msgspec

    before = app.knowledge.library.articles["returns"].latest.content
    changed = msgspec.structs.replace(before, body="You have 45 days to send something back.")
    await app.knowledge.publish([changed], "ann")
    async with asyncio.timeout(LIMIT_S):
        while app.knowledge.library.articles["returns"].latest.version != 2:  # noqa: ASYNC110  # nothing tells of it
            await asyncio.sleep(0.02)
    await at_start(app.knowledge, app.settings.definitions)
    await app.knowledge.load()
    assert app.knowledge.library.articles["returns"].latest.content.body == changed.body
    answered = await app.knowledge.answer("How long do I have to send something back?", Channel.VOICE)
    assert answered is not None and answered.short == "You have 45 days to send something back."


async def test_a_start_reads_the_articles_at_once_and_not_one_by_one(app: App, monkeypatch: pytest.MonkeyPatch) -> None:
    reads, read = [], app.log.read

    async def counted(*args: Any, **more: Any) -> Any:
        reads.append(args)
        return await read(*args, **more)

    monkeypatch.setattr(app.log, "read", counted)
    await at_start(app.knowledge, app.settings.definitions)
    assert len(app.knowledge.library.articles) > 10
    assert len(reads) <= 3, "what is in force, what became so until it was published, and what the follower told of"
