"""What is an agent told of an interaction that he takes over, and does it count whether he agrees?"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from interlock.interactions.assisting import CONFIDENT, Taken, confidence, likely, summary
from interlock.kernel.cel import compile as compiled
from interlock.kernel.documents import DefinitionError
from interlock.kernel.events import START, Recorded
from interlock.runtime.definitions import Definitions, check
from interlock.simulation.centre import Centre
from interlock.vocabulary.ids import InteractionId, PersonId, QueueName, StaffId
from interlock.vocabulary.interactions import WrappedUp, WrapUp
from interlock.vocabulary.routing import AcceptOffer, Presence, SetPresence, VisitOffered
from interlock.vocabulary.settings import Disposition
from tests.simulation.caller import Chatter, of, until_the_card
from tests.simulation.play import AGENT, do, interaction_of, play

NOW = datetime(2026, 11, 27, 9, tzinfo=UTC)


async def taken_over(chatter: Chatter) -> dict[str, Any]:
    """What the agent sees of the interaction, once he has it."""
    centre = chatter.centre
    wanted = SetPresence(agent=AGENT, presence=Presence.AVAILABLE, queues=(QueueName("care"),), capacity=1)
    await do(centre, wanted, "presence")
    await chatter.say("I want to talk to a human")
    (offered,) = of(centre, VisitOffered)
    await do(centre, AcceptOffer(visit=offered.visit, offer=offered.offer, agent=AGENT), "accept")
    await centre.rest()
    return (await centre.lives[0].app.documents.interaction(interaction_of(centre), AGENT)).value


def test_he_reads_what_was_wanted_done_and_said_last_word_for_word_with_its_source(definitions: Definitions) -> None:
    async def story(centre: Centre) -> None:
        chatter = Chatter(centre)
        await chatter.begin()
        await until_the_card(chatter)
        await chatter.answer(True)
        value = await taken_over(chatter)
        lines = value["assist"]["summary"]
        assert [(line["label"], line["text"]) for line in lines] == [
            ("Wanted", "the kettle arrived broken"),
            ("Done", next(each["says"] for each in value["entries"] if each.get("action") == "shop.refund_item")),
            ("Said last", "I want to talk to a human"),
        ]
        ids = {entry["id"] for entry in value["entries"]}
        assert {line["of"] for line in lines} <= ids
        suggested = value["assist"]["disposition"]
        assert (suggested["value"], suggested["shown"]) == ("refunded", 0) and suggested["why"].startswith("Done: ")
        wrap_up = WrapUp(
            interaction=interaction_of(centre), agent=AGENT, disposition="solved", suggested=suggested["value"]
        )
        assert await do(centre, wrap_up, "wrap-up")
        assert [(each.disposition, each.suggested) for each in of(centre, WrappedUp)] == [("solved", "refunded")]
        await centre.pass_time(timedelta(days=30))

    assert play(definitions, story) == []


def wrapped_up(disposition: str, suggested: str, at: datetime = NOW) -> Recorded:
    fact = WrappedUp(
        interaction=InteractionId("i_1"),
        person=PersonId("p_1"),
        agent=StaffId("u_1"),
        disposition=disposition,
        suggested=suggested,
    )
    return Recorded(START, "", at, fact, "")


def document(*states: str, journeys: tuple[str, ...] = (), last: str = "customer") -> dict[str, Any]:
    by = {"kind": "virtual_agent"}
    actions = [
        {"kind": "action", "id": f"pr_{n}", "at": "t", "by": by, "action": "shop.pay", "title": "Pay", "says": "Pay €5",
         "state": state, "reason": "No."} for n, state in enumerate(states)
    ]  # fmt: skip
    said = {"kind": "message", "id": "m_1", "at": "t", "author": {"kind": last}, "text": "x" * 200}
    return {"entries": [*actions, said], "journeys": [{"outcome": outcome} for outcome in journeys]}


PAID = msgspec.convert({"value": "paid", "label": "Paid"}, Disposition)


def of_conditions(**conditions: str) -> list[Disposition]:
    return [msgspec.structs.replace(PAID, value=value, when=compiled(text)) for value, text in conditions.items()]


@pytest.mark.parametrize(
    ("seen", "expected"),
    [
        (document("succeeded"), ("paid", "Done: Pay")),
        (document("denied", "needs"), ("waits", "Still waits: Pay")),
        (document("declined"), ("refused", "Not done: Pay")),
        (document("withdrawn", last="agent"), ("silent", "The customer has not answered")),
        (document(journeys=("told",)), ("told", "From what was talked about")),
        (document(), None),
    ],
)
def test_the_first_disposition_whose_condition_holds_is_suggested(
    seen: dict[str, Any], expected: tuple[str, str] | None
) -> None:
    wanted = of_conditions(
        paid="'shop.pay' in done",
        waits="size(waits) > 0",
        refused="size(not_done) > 0",
        silent="unanswered",
        told="'told' in ended",
    )
    found = likely(seen, {"shop.pay"}, wanted, Taken())
    assert (found and (found["value"], found["why"])) == expected


def test_what_agents_seldom_take_is_not_suggested_any_more() -> None:
    taken, wanted = Taken(), of_conditions(paid="'shop.pay' in done")
    taken.fold(wrapped_up("paid", "paid"))
    taken.fold(wrapped_up("other", ""))  # nothing was suggested to him
    found = likely(document("succeeded"), {"shop.pay"}, wanted, taken)
    assert found is not None and (found["taken"], found["shown"], found["confidence"]) == (1, 1, 0.67)
    for _ in range(2):
        taken.fold(wrapped_up("other", "paid"))
    assert confidence(1, 3) < CONFIDENT and likely(document("succeeded"), {"shop.pay"}, wanted, taken) is None
    taken.forget(NOW + timedelta(seconds=1))
    assert likely(document("succeeded"), {"shop.pay"}, wanted, taken) is not None


def test_a_long_line_is_cut_and_a_look_up_is_no_line() -> None:
    (line,) = summary(document("succeeded"), set())
    assert line["label"] == "Wanted" and len(line["text"]) == 140 and line["text"].endswith("…")


def test_a_condition_on_what_is_not_known_at_wrap_up_is_refused_with_its_line(definitions: Definitions) -> None:
    text = definitions.files["tenant.yaml"].replace("when: unanswered", "when: silent")
    with pytest.raises(DefinitionError) as refused:
        check({**definitions.files, "tenant.yaml": text})
    (problem,) = refused.value.problems
    line = 1 + text[: text.index("when: silent")].count("\n")
    assert (problem.file, problem.line) == ("tenant.yaml", line)
    assert "'silent' is not known at wrap-up; known are done, not_done, waits, ended, unanswered" in problem.what
