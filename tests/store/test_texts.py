"""Does full text search find the same in memory and in PostgreSQL, and nobody else's?"""

from __future__ import annotations

import csv
from pathlib import Path

import psycopg

from interlock.dialogue.articles import passages
from interlock.dialogue.finding import Live, fused
from interlock.dialogue.index import index
from interlock.kernel.texts import Piece
from interlock.runtime.knowledge_files import of_tenant
from interlock.store.database import Database
from interlock.store.memory_texts import MemoryTexts
from interlock.store.texts import PostgresTexts

DEMO = Path(__file__).parents[2] / "examples" / "demo"


async def test_both_lead_to_the_same_passage_and_a_tenant_finds_only_its_own(database_url: str) -> None:
    live = tuple(Live(one, 1) for one in of_tenant(DEMO) if one.valid_until is None)
    among = [one.key for one in live]
    pieces = [
        Piece(one.key, part.number, "en", part.heading or one.article.title, " ".join(one.article.questions), part.text)
        for one in live
        for part in passages(one.article)
    ]
    with (DEMO / "knowledge" / "questions.csv").open(encoding="utf-8", newline="") as file:
        questions = [each["question"] for each in csv.DictReader(file)][::2]
    memory = MemoryTexts()
    database = Database(database_url, size=2)
    await database.open()
    try:
        stored, foreign = PostgresTexts(database, "test"), PostgresTexts(database, "other")
        for texts in (memory, stored):
            await texts.keep(pieces)
            await texts.keep(pieces)  # what is there stays as it is
        found = index("en", live)
        differ = []
        for question in questions:
            near = found.near(question, lambda one: True)
            firsts = []
            for texts in (memory, stored):
                hits = await texts.search(question, "en", among, 20)
                first = fused(near, [(hit.of, hit.number) for hit in hits])[0]
                firsts.append((first.live.article.article, first.passage.number) if first.score >= 0.6 else None)
            if firsts[0] != firsts[1]:
                differ.append((question, firsts))
        assert differ == []
        assert await stored.search("copper pan", "en", among, 5) != []
        assert await stored.search("copper pan", "en", ["returns@1"], 5) == []
        assert await stored.search("the of and", "en", among, 5) == []
        assert await stored.search("'; drop table | & ! (copper", "en", among, 5) != []
        assert await foreign.search("copper pan", "en", among, 5) == []
    finally:
        await database.close()
    with psycopg.connect(database_url) as owner:
        owner.execute("set role interlock_app")
        assert owner.execute("select count(*) from interlock.passage").fetchone() == (0,), "no tenant, no rows"


async def test_what_is_kept_already_is_not_read_again(database_url: str) -> None:
    too_long = " ".join(f"w{number}x" for number in range(200_000))  # PostgreSQL reads no text of so many words
    database = Database(database_url, size=1)
    await database.open()
    try:
        texts = PostgresTexts(database, "again")
        await texts.keep([Piece("a@1", 1, "en", "Copper", "", "A pan.")])
        pieces = [Piece("a@1", 1, "en", "Copper", "", too_long), Piece("b@1", 1, "en", "Kettle", "", "Of copper.")]
        await texts.keep(pieces)
        hits = await texts.search("copper", "en", ["a@1", "b@1"], 5)
        assert {(hit.of, hit.number) for hit in hits} == {("a@1", 1), ("b@1", 1)}
    finally:
        await database.close()
