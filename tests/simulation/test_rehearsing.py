"""Do simulated customers with a goal fare as their personas say, with words by the rules or by a model, and is it told?"""

from __future__ import annotations

import asyncio
import json
import re
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from interlock.connectors.language_model import LanguageModel
from interlock.dialogue.model_files import ModelSpec
from interlock.kernel.documents import DefinitionError, Duration
from interlock.kernel.errors import Refused
from interlock.runtime.definitions import Definitions
from interlock.simulation.personas import Goal, Persona, read_persona
from interlock.simulation.rehearsal import Played, rehearse, report
from interlock.simulation.written import Written
from tests.connectors.openai_server import fails, serving, words

EXAMPLES = Path(__file__).parents[2] / "examples" / "personas"
SURE = Persona(
    persona="Sure",
    about="You are brief.",
    goal=Goal(journey="order_status", outcomes=("told",)),
    order="delivered",
    says=("where is my order",),
    errs=Decimal(0),
    wavers=Decimal(0),
    wants_person=Decimal(0),
)


def played(persona: Persona, definitions: Definitions, times: int = 3) -> list[Played]:
    return [rehearse(persona, definitions, number, 1) for number in range(times)]


def test_who_answers_rightly_reaches_her_goal_and_the_same_seed_plays_the_same(definitions: Definitions) -> None:
    found = played(SURE, definitions)
    assert [(one.fate, one.ended, one.turns, one.wrong) for one in found] == [
        ("reached", ("order_status: told",), 3, ())
    ] * 3
    assert len({one.said for one in found}) > 1, "each has an order of her own"
    assert found == played(SURE, definitions)
    told = report(SURE, found, 1)
    assert (told.fates["reached"], told.ended, told.turns) == (3, {"order_status: told": 3}, (3, 3))
    assert told.reached_percent == 100.0


def test_the_examples_reach_their_goals_mostly_and_err_on_the_way(definitions: Definitions) -> None:
    for file in sorted(EXAMPLES.glob("*.yaml")):
        persona = read_persona(file, definitions)
        told = report(persona, played(persona, definitions, 12), 1)
        assert told.wrong == () and told.fates["stuck"] == 0
        assert 50 <= told.reached_percent < 100, told


@pytest.mark.parametrize(
    ("other", "fate"),
    [
        (replace(SURE, patience=1), "gave up"),
        (replace(SURE, wants_person=Decimal(1)), "handed over"),
        (replace(SURE, errs=Decimal(1)), "handed over"),
        (replace(SURE, goal=Goal(journey="order_status", outcomes=("not_found",))), "ended otherwise"),
    ],
)
def test_who_has_no_patience_or_wants_somebody_or_something_else_does_not(
    definitions: Definitions, other: Persona, fate: str
) -> None:
    assert rehearse(other, definitions, 0, 1).fate == fate


def as_a_customer_would(body: dict[str, Any]) -> tuple[int, Any]:
    """What a model writes that plays her: what it is asked for, out of what she knows."""
    prompt = json.dumps(body["messages"], ensure_ascii=False)
    knows = {
        "order number": re.search(r"Order number: (A-\d+)", prompt),
        "e-mail address": re.search(r"E-mail: (\S+?@\S+?)\. ", prompt),
    }
    last = prompt.rpartition("<they>")[2]
    found = next((value[1] for asked, value in knows.items() if asked in last and value), None)
    return words(found or "Good morning, I wonder where my parcel might be. Where is my order?")(body)


async def test_a_model_writes_in_her_place_and_where_it_has_nothing_to_say_the_rules_do(
    definitions: Definitions,
) -> None:
    async with serving() as server:
        spec = ModelSpec(
            provider="openai", model="small", url=server.url, answer_within=Duration(timedelta(seconds=20))
        )
        model = LanguageModel("main", spec, "", {})
        writer = Written(model, asyncio.get_running_loop())
        server.says(as_a_customer_would)
        one = await asyncio.to_thread(rehearse, SURE, definitions, 0, 1, writer)
        assert (one.fate, one.by_rule) == ("reached", 0)
        assert one.said[0] == ("you", "Good morning, I wonder where my parcel might be. Where is my order?")
        assert "You are brief." in server.prompt(0) and "<they>" in server.prompt() and "<you>" in server.prompt()
        server.says(fails(500))
        one = await asyncio.to_thread(rehearse, SURE, definitions, 0, 1, writer)
        assert (one.fate, one.by_rule) == ("reached", 3)
        await model.aclose()


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("damaged_item", "damaged_itm", "there is no journey 'damaged_itm'"),
        ("[refunded]", "[refundet]", "has no outcome 'refundet'"),
        ("patience", "patients", "did you mean 'patience'?"),
        ("errs: 0.08", "errs: 8", "errs"),
    ],
)
def test_a_mistake_in_a_persona_is_told_with_its_place(
    definitions: Definitions, tmp_path: Path, old: str, new: str, told: str
) -> None:
    text = (EXAMPLES / "in_a_hurry.yaml").read_text("utf-8")
    file = tmp_path / "persona.yaml"
    file.write_text(text.replace(old, new), "utf-8")
    with pytest.raises(DefinitionError, match=re.escape(told)):
        read_persona(file, definitions)
    with pytest.raises(Refused, match="cannot be read"):
        read_persona(tmp_path / "none.yaml", definitions)
