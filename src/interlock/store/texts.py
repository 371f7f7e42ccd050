"""Full text search in PostgreSQL: pieces of text with the forms of their language's words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from interlock.dialogue.stems import ALGORITHMS, telling
from interlock.kernel.texts import Hit, Piece
from interlock.store.database import Database

FORMAT: Final = "2/"
"""What the names of pieces begin with in the table: a version that cuts or weighs them otherwise writes its own beside them."""

_KEPT: Final = """
select source, number from interlock.passage where tenant = %(tenant)s and source = any (%(sources)s::text[])
"""
_KEEP: Final = """
insert into interlock.passage (tenant, source, number, words)
select %(tenant)s, p.source, p.number,
       setweight(to_tsvector(p.language::regconfig, p.title), 'A')
       || setweight(to_tsvector(p.language::regconfig, p.asked), 'B')
       || setweight(to_tsvector(p.language::regconfig, p.text), 'D')
  from unnest(%(sources)s::text[], %(numbers)s::int[], %(languages)s::text[], %(titles)s::text[], %(asked)s::text[],
              %(texts)s::text[]) as p (source, number, language, title, asked, text)
on conflict do nothing
"""
_SEARCH: Final = """
with asked as (
    select string_agg(quote_literal(lexeme), ' | ')::tsquery as query
      from unnest(to_tsvector(%(language)s::regconfig, %(question)s))
)
select p.source, p.number, ts_rank(p.words, asked.query, 1) as rank
  from asked, interlock.passage p
 where p.tenant = %(tenant)s and p.source = any (%(among)s::text[]) and p.words @@ asked.query
 order by rank desc, p.source collate "C", p.number
 limit %(limit)s
"""


class PostgresTexts:
    """``interlock.kernel.texts.Texts`` of one tenant in PostgreSQL."""

    def __init__(self, database: Database, tenant: str) -> None:
        self._database = database
        self._tenant = tenant

    async def keep(self, pieces: Sequence[Piece]) -> None:
        async with self._database.connection(self._tenant) as connection:
            sources = list({f"{FORMAT}{piece.of}" for piece in pieces})
            rows = await connection.execute(_KEPT, {"tenant": self._tenant, "sources": sources})
            kept = {(str(of).removeprefix(FORMAT), int(number)) for of, number in await rows.fetchall()}
            pieces = [piece for piece in pieces if (piece.of, piece.number) not in kept]
            if not pieces:
                return
            await connection.execute(
                _KEEP,
                {
                    "tenant": self._tenant,
                    "sources": [f"{FORMAT}{piece.of}" for piece in pieces],
                    "numbers": [piece.number for piece in pieces],
                    "languages": [_configuration(piece.language) for piece in pieces],
                    "titles": [piece.title for piece in pieces],
                    "asked": [piece.asked for piece in pieces],
                    "texts": [piece.text for piece in pieces],
                },
            )

    async def search(self, question: str, language: str, among: Sequence[str], limit: int) -> Sequence[Hit]:
        asked = {
            "tenant": self._tenant,
            "language": _configuration(language),
            "question": " ".join(telling(question, language)),
            "among": [f"{FORMAT}{of}" for of in among],
            "limit": limit,
        }
        async with self._database.connection(self._tenant) as connection:
            rows = await (await connection.execute(_SEARCH, asked)).fetchall()
        return [Hit(str(of).removeprefix(FORMAT), int(number), float(rank)) for of, number, rank in rows]


def _configuration(language: str) -> str:
    """The text search configuration of a language; ``simple`` takes words as they are."""
    return ALGORITHMS.get(language, "simple")
