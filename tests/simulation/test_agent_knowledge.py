"""What does a model in an agent step know of the articles, and is what it answers with them recorded?"""

from __future__ import annotations

import asyncio
import shutil
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from interlock.kernel.documents import DefinitionError
from interlock.kernel.log import Plan
from interlock.runtime.definitions import Definitions, build, compiled
from interlock.runtime.publishing import at_start, submit
from interlock.runtime.stored_releases import Releases
from interlock.store.memory import MemoryLog
from interlock.store.records import MemoryRecords
from interlock.vocabulary.interactions import MessagePosted
from interlock.vocabulary.journeys import AgentAnswerRefused
from interlock.vocabulary.knowledge import AnsweredFromArticle, Article, ArticlePublished, ArticleWithdrawn
from tests.simulation.test_agent_steps import STEPS, Played
from tests.simulation.working import done, say

DEMO = Path(__file__).parents[2] / "examples" / "demo"
RETURNS = Article(
    article="returns",
    title="Returns <now>",
    owner="Customer care",
    body="You have 30 days from delivery to send something back.",
    questions=("how long do I have to return something",),
)
KNOWN = """\
      - said: What is it about?
      - customer: How long do I have to return something?
"""


def knowing(definitions: Definitions, scope: str, *articles: Article) -> Definitions:
    """The demo with articles, and an agent step that may know some of them."""
    files = {path: text for path, text in definitions.files.items() if "scenarios/" not in path}
    head, _, _ = files["journeys/business.yaml"].partition("steps:\n")
    steps = STEPS.replace("      sets: [lasting]\n", f"      knowledge: {scope}\n")
    files["journeys/business.yaml"] = head + steps
    return asyncio.run(build(files, definitions, articles))


def replace_title(definitions: Definitions) -> Definitions:
    """The same under another title: another version."""
    text = definitions.files["tenant.yaml"].replace(f"title: {definitions.tenant.title}", "title: Another")
    return compiled({**definitions.files, "tenant.yaml": text}, definitions.model)


@pytest.mark.parametrize(
    ("scope", "article", "told"),
    [
        ("['ret*']", RETURNS, True),
        ("['re*']", replace(RETURNS, valid_until=date(2026, 11, 20)), False),
        ("['*']", replace(RETURNS, audience=("agent",)), False),
        ("[return, 'returns_*']", RETURNS, False),
    ],
)
def test_a_model_is_told_what_the_articles_of_its_step_say_now_and_nothing_else(
    definitions: Definitions, scope: str, article: Article, told: bool
) -> None:
    played = Played(
        knowing(definitions, scope, article), KNOWN, [say("What is it about?")], [say("I see.")], [done("settled")]
    )
    passage = (
        "<article name=returns version=1 passage=1>Returns \u2039now\u203a: You have 30 days from delivery to send something"
        " back.</article>"
    )
    assert [passage in heard for heard in played.model.heard] == [False, told]
    assert ("<article" in "".join(played.model.heard)) is told
    assert played.of(AnsweredFromArticle) == []


def test_an_answer_by_article_says_its_own_words_and_one_in_the_models_words_names_its_source(
    definitions: Definitions,
) -> None:
    turns = (
        KNOWN
        + """\
      - said: You have 30 days from delivery to send something back.
      - customer: How long do I have to return something, again?
      - said: About a month.
"""
    )
    word_for_word = {"type": "answer", "article": "returns", "passage": 1}
    played = Played(
        knowing(definitions, "[returns]", RETURNS),
        turns,
        [say("What is it about?")],
        [word_for_word],
        [{**say("About a month."), "sources": ["returns"]}],
    )
    assert played.failures == []
    first, second = played.of(AnsweredFromArticle)
    assert (first.article, first.article_version, first.passage, first.model) == ("returns", 1, 1, "")
    assert (second.article, second.model) == ("returns", "scripted")
    cards = [each.card for each in played.of(MessagePosted) if each.card is not None and each.card.kind == "source"]
    assert len(cards) == 1
    asked = [each.message for each in played.of(MessagePosted) if each.author.kind == "customer"]
    assert [first.message, second.message] == asked[-2:]


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        ({"type": "answer", "article": "returns", "passage": 2}, "you were told no passage 2 of an article 'returns'"),
        ({**say("A month."), "sources": ["gone"]}, "you were told nothing of an article 'gone'"),
    ],
)
def test_what_a_model_was_not_told_it_cannot_cite(definitions: Definitions, answer: dict[str, Any], why: str) -> None:
    played = Played(
        knowing(definitions, "[returns]", RETURNS), KNOWN, [say("What is it about?")], [answer], [say("Well.")]
    )
    (refused,) = played.of(AgentAnswerRefused)
    assert why in refused.why
    assert played.of(AnsweredFromArticle) == []


async def test_a_version_is_not_published_whose_agent_step_names_articles_that_there_are_not(
    definitions: Definitions,
) -> None:
    now = datetime(2026, 11, 23, tzinfo=UTC)
    log, records = MemoryLog(lambda: now), MemoryRecords(lambda: now)
    wanted = await asyncio.to_thread(knowing, definitions, "[returns, 'care_*']")
    with pytest.raises(DefinitionError) as refused:
        await submit(wanted.files, log, records, by="ann", tried=wanted)
    assert [each.what for each in refused.value.problems] == [
        "there is no article 'returns'",
        "there is no article 'care_*'",
    ]
    lines = wanted.files["journeys/business.yaml"].splitlines()
    assert all("knowledge:" in lines[each.line - 1] for each in refused.value.problems)
    assert await Releases.in_force(log) == ""
    facts = [
        ArticlePublished(article=name, article_version=1, content=replace(RETURNS, article=name), by="ann")
        for name in ("returns", "care_of_copper")
    ]
    await log.append(Plan(tuple(facts), cause="test"))
    assert (await submit(wanted.files, log, records, by="ann", tried=wanted)).in_force
    await log.append(Plan((ArticleWithdrawn(article="returns", by="ann", reason="wrong"),), cause="test/2"))
    again = replace_title(wanted)
    with pytest.raises(DefinitionError, match="there is no article 'returns'"):
        await submit(again.files, log, records, by="ann", tried=again)


async def test_a_first_start_names_the_articles_that_lie_beside_its_definitions(
    definitions: Definitions, tmp_path: Path
) -> None:
    now = datetime(2026, 11, 23, tzinfo=UTC)
    folder = tmp_path / "demo"
    shutil.copytree(DEMO, folder, ignore=shutil.ignore_patterns("scenarios"))
    wanted = await asyncio.to_thread(knowing, definitions, "[returns]")
    (folder / "journeys" / "business.yaml").write_text(wanted.files["journeys/business.yaml"], encoding="utf-8")
    log = MemoryLog(lambda: now)
    begun = await at_start(log, MemoryRecords(lambda: now), folder)
    assert begun.release == await Releases.in_force(log)
    (folder / "knowledge" / "returns.md").unlink()
    with pytest.raises(DefinitionError, match="there is no article 'returns'"):
        await at_start(MemoryLog(lambda: now), MemoryRecords(lambda: now), folder)
