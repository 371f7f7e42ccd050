"""Does the board say how the floor stands, by the field's measures, and is a rebuilt one the same?"""

from __future__ import annotations

import json
from datetime import timedelta
from zoneinfo import ZoneInfo

import msgspec
import pytest

from interlock.routing import document, from_snapshot, me, to_snapshot
from interlock.routing.measures import INTERVAL_S
from interlock.vocabulary.ids import InteractionId, PersonId, SessionId, VisitId
from interlock.vocabulary.interactions import InteractionEnded, WrappedUp
from interlock.vocabulary.routing import (
    AcceptOffer,
    CloseQueue,
    OfferVisit,
    Presence,
    SetPresence,
    VisitEnd,
    VisitEnded,
    VisitOffered,
)
from tests.routing.floor import AMARA, BEN, CARE, MONDAY, SPECS, Floor

NAMES = {AMARA: "Amara", BEN: "Ben"}


def _ends(floor: Floor, visit: VisitId, how: VisitEnd, seconds: float) -> None:
    floor.happens(
        VisitEnded(
            visit=visit,
            interaction=floor.board.visits[visit].interaction,
            queue=CARE,
            how=how,
            waited_ms=round(seconds * 1000),
        )
    )


def test_the_counts_follow_the_field_s_definitions() -> None:
    floor = Floor()
    for name, how, seconds in (
        ("a", "answered", 10),
        ("b", "answered", 60),  # within T: exactly T counts
        ("c", "answered", 61),
        ("d", "abandoned", 30),
        ("e", "short_abandoned", 2),
    ):
        _ends(floor, floor.waiting(name), how, seconds)  # type: ignore[arg-type]
    floor.waiting("f")
    queue = document(floor.board, NAMES, SPECS, floor.now)["queues"][0]
    assert queue["name"] == CARE
    assert (queue["entered"], queue["answered"], queue["abandoned"], queue["short_abandoned"]) == (6, 3, 1, 1)
    assert queue["service_level"] == pytest.approx(2 / (6 - 1))
    assert queue["asa_s"] == pytest.approx((10 + 60 + 61) / 3, abs=0.05)
    assert (queue["target"], queue["threshold_s"]) == (0.8, 60)
    (counts,) = floor.board.queues[CARE].intervals.counts.values()
    assert counts.mean_wait_ms == pytest.approx((10 + 60 + 61 + 30 + 2) * 1000 / 5)


def test_a_visit_is_counted_in_the_interval_in_which_it_was_entered() -> None:
    floor = Floor()
    visit = floor.waiting("ada")
    start = int(floor.now.timestamp())
    floor.wait(minutes=40)
    _ends(floor, visit, "answered", 2400)
    counts = floor.board.queues[CARE].intervals.counts
    assert list(counts) == [start - start % INTERVAL_S]
    assert next(iter(counts.values())).answered == 1


def test_no_more_than_a_day_of_counts_is_kept_and_a_visit_that_ends_later_harms_nothing() -> None:
    floor = Floor()
    old = floor.waiting("old")
    for number in range(30):
        floor.wait(hours=1)
        _ends(floor, floor.waiting(f"c{number}"), "answered", 1)
    intervals = floor.board.queues[CARE].intervals.counts
    assert len(intervals) == 26
    _ends(floor, old, "answered", 30 * 3600)
    assert len(intervals) == 26
    assert sum(counts.answered for counts in intervals.values()) == 26


def test_today_begins_at_the_tenant_s_midnight() -> None:
    floor = Floor()  # 09:00 UTC
    _ends(floor, floor.waiting("ada"), "answered", 1)
    tomorrow = MONDAY.replace(hour=23, minute=30)
    zone = ZoneInfo("Europe/Berlin")
    assert document(floor.board, NAMES, SPECS, tomorrow)["queues"][0]["entered"] == 1
    assert document(floor.board, NAMES, SPECS, tomorrow, zone=zone)["queues"][0]["entered"] == 0


def test_the_board_shows_queues_visits_agents_and_who_has_the_interactions() -> None:
    floor = Floor()
    floor.available(AMARA, capacity=2)
    first = floor.waiting("ada")
    floor.wait(seconds=5)
    second = floor.waiting("bob")
    floor.customer("cleo")
    (offered,) = floor.do(OfferVisit(visit=first, agent=AMARA))
    assert isinstance(offered, VisitOffered)
    shown = document(floor.board, NAMES, SPECS, floor.now, parked=2)
    care = shown["queues"][0]
    assert (care["waiting"], care["offered"], care["longest_since"]) == (1, 1, "2026-03-02T09:00:00Z")
    assert (care["open"], care["closed_message"], care["agents_available"]) == (True, None, 1)
    assert [(each["visit"], each["state"], each["agent"]) for each in shown["visits"]] == [
        (first, "offered", AMARA),
        (second, "waiting", None),
    ]
    amara, ben = shown["agents"]
    assert (amara["name"], amara["presence"], amara["load"], amara["capacity"]) == ("Amara", "available", 1, 2)
    since = "2026-03-02T09:00:05Z"
    assert amara["work"] == [
        {"interaction": "i_ada", "state": "offered", "since": since, "channel": "chat", "until": None}
    ]
    assert (ben["name"], ben["presence"], ben["since"]) == ("Ben", "offline", None)
    assert shown["interactions"] == {"open": 3, "with_virtual_agent": 1, "waiting": 2, "with_agents": 0}
    assert shown["parked"] == 2
    floor.do(AcceptOffer(visit=first, offer=offered.offer, agent=AMARA))
    floor.do(CloseQueue(queue=CARE, message="Fire drill.", by="s_sofia"))
    floor.do(SetPresence(agent=AMARA, presence=Presence.BREAK, reason="lunch"))
    shown = document(floor.board, NAMES, SPECS, floor.now)
    assert shown["interactions"] == {"open": 3, "with_virtual_agent": 1, "waiting": 1, "with_agents": 1}
    assert (shown["queues"][0]["open"], shown["queues"][0]["closed_message"]) == (False, "Fire drill.")
    assert shown["agents"][0]["pending"] == "break"
    assert shown["queues"][0]["agents_available"] == 0
    json.dumps(shown)


def test_a_customer_who_leaves_his_agent_leaves_him_in_wrap_up_until_he_has_written_it_up() -> None:
    floor = Floor()
    floor.available(AMARA)
    visit = floor.waiting("ada")
    (offered,) = floor.do(OfferVisit(visit=visit, agent=AMARA))
    assert isinstance(offered, VisitOffered)
    floor.do(AcceptOffer(visit=visit, offer=offered.offer, agent=AMARA))
    interaction, person = InteractionId("i_ada"), PersonId("p_ada")
    floor.happens(
        InteractionEnded(interaction=interaction, person=person, session=SessionId("se_ada"), reason="customer_left")
    )
    shown = document(floor.board, NAMES, SPECS, floor.now)
    assert shown["agents"][0]["work"][0]["state"] == "wrap_up"
    assert shown["interactions"]["open"] == 0
    floor.happens(WrappedUp(interaction=interaction, person=person, agent=AMARA, disposition="solved"))
    assert document(floor.board, NAMES, SPECS, floor.now)["agents"][0]["work"] == []


def test_an_agent_sees_his_offer_and_his_work() -> None:
    floor = Floor()
    floor.available(AMARA)
    first, second = floor.waiting("ada"), floor.waiting("bob")
    (offered,) = floor.do(OfferVisit(visit=first, agent=AMARA))
    assert isinstance(offered, VisitOffered)
    floor.do(AcceptOffer(visit=first, offer=offered.offer, agent=AMARA))
    floor.do(OfferVisit(visit=second, agent=AMARA))
    mine = me(
        floor.board,
        {"id": AMARA, "name": "Amara", "roles": ["agent"]},
        SPECS,
        summaries={InteractionId("i_bob"): "Returns: kettle"},
        details={InteractionId("i_ada"): {"customer_label": "E. M.", "unread": 2}},
        dispositions=[{"value": "solved", "label": "Solved"}],
    )
    (offer,) = mine["offers"]
    assert (offer["interaction"], offer["queue_title"], offer["summary"]) == ("i_bob", "Care", "Returns: kettle")
    assert offer["expires_at"] == "2026-03-02T09:00:30Z"
    (work,) = mine["work"]
    assert (work["interaction"], work["state"], work["customer_label"], work["unread"]) == (
        "i_ada",
        "handling",
        "E. M.",
        2,
    )
    assert work["last_text"] == ""
    assert (mine["load"], mine["presence"]) == (2, "available")
    nobody = me(floor.board, {"id": BEN, "name": "Ben", "roles": []}, SPECS, summaries={}, details={}, dispositions=[])
    assert (nobody["presence"], nobody["offers"], nobody["work"]) == ("offline", [], [])


def test_the_lists_keep_their_order_when_something_changes() -> None:
    floor = Floor()
    floor.available(BEN, AMARA)
    before = document(floor.board, NAMES, SPECS, floor.now)
    floor.do(SetPresence(agent=BEN, presence=Presence.BREAK))
    after = document(floor.board, NAMES, SPECS, floor.now)
    for part, key in (("queues", "name"), ("agents", "id")):
        assert [each[key] for each in before[part]] == [each[key] for each in after[part]]


def test_a_snapshot_is_the_board_again_and_holds_no_person() -> None:
    floor = Floor()
    floor.available(AMARA)
    visit = floor.waiting("ada")
    floor.settle()
    _ends(floor, floor.waiting("bob"), "abandoned", 30)
    data = to_snapshot(floor.board)
    restored = from_snapshot(data)
    assert restored == floor.board
    assert restored.cursor == floor.log[-1].cursor
    assert restored.visits[visit].offer is not None
    assert b"p_ada" not in data
    floor.board.visits.clear()
    assert visit in restored.visits


@pytest.mark.parametrize(
    "data",
    [b"", b"\xff", b"{}", b'{"format": 2, "board": {}}', b'{"format": 1, "board": {"visits": 3}}', b'{"format": 1}'],
)
def test_a_snapshot_that_cannot_be_used_says_so(data: bytes) -> None:
    with pytest.raises(ValueError, match=r"snapshot|board"):
        from_snapshot(data)


def test_a_board_stays_small_however_much_happens() -> None:
    floor = Floor()
    floor.available(AMARA)

    def one_after_another(count: int, prefix: str) -> None:
        for number in range(count):
            name = f"{prefix}{number}"
            visit = floor.waiting(name)
            (offered,) = floor.do(OfferVisit(visit=visit, agent=AMARA))
            assert isinstance(offered, VisitOffered)
            floor.do(AcceptOffer(visit=visit, offer=offered.offer, agent=AMARA))
            interaction, person = InteractionId(f"i_{name}"), PersonId(f"p_{name}")
            floor.happens(
                WrappedUp(interaction=interaction, person=person, agent=AMARA, disposition="solved"),
                InteractionEnded(interaction=interaction, person=person, session=SessionId("se"), reason="wrapped_up"),
            )
            floor.now += timedelta(minutes=20)

    one_after_another(80, "a")
    before = len(msgspec.json.encode(floor.board))
    one_after_another(80, "b")
    assert abs(len(msgspec.json.encode(floor.board)) - before) < 50
