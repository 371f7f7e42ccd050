"""Is a plan that is made while the tables are empty, and that lives as long as its connection, a good one later on?"""

from __future__ import annotations

import re
from itertools import count

import psycopg

from interlock.store.database import PLANNING
from interlock.store.reading import _READ


def test_facts_are_found_by_their_places_and_never_by_reading_all_of_a_tenant(database_url: str) -> None:
    number = count(1)
    statement = re.sub("%s", lambda _: f"${next(number)}", _READ)
    with psycopg.connect(database_url, autocommit=True) as connection:
        for setting in PLANNING:
            connection.execute(f"set {setting}")  # type: ignore[call-overload]  # a constant
        rows = connection.execute(f"explain (generic_plan) {statement}").fetchall()  # type: ignore[call-overload]
    plan = "\n".join(row[0] for row in rows)
    assert "Index Scan using event_tag_pkey" in plan and "Index Scan using event_pkey" in plan, plan
    assert "event_id" not in plan and "Seq Scan" not in plan, plan
