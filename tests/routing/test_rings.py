"""Whom may a waiting visit be offered to by now: skills that are asked for, certificates that run out, and rings that open?"""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from interlock.kernel.documents import DefinitionError
from interlock.routing import Specs, choose, load_queue, load_queues
from interlock.vocabulary.ids import QueueName, StaffId
from interlock.vocabulary.routing import AcceptOffer, OfferVisit, Presence, SetPresence, VisitOffered
from interlock.vocabulary.skills import Skill
from tests.routing.floor import AMARA, BEN, CARE, MONDAY, RETURNS, Floor

CHANNELS = "channels: { chat: { answered_within: 60s, target: 80% } }"
CLEO = StaffId("s_cleo")


def floor(lines: str) -> Floor:
    """A floor whose customers of care wait under these lines of its file."""
    files = {
        "care.yaml": f"queue: care\ntitle: Care\n{CHANNELS}\n{lines}",
        "returns.yaml": f"queue: returns\ntitle: R\n{CHANNELS}",
    }
    return Floor(load_queues(files))


def skilled(of: Floor, name: StaffId, queue: QueueName = CARE, until: datetime | None = None, **levels: int) -> None:
    of.available(name, queues=(queue,), skills=[Skill(skill, level, until) for skill, level in levels.items()])


def chosen(of: Floor) -> list[StaffId]:
    return [agent for _, agent in choose(of.board, of.specs, of.now)]


def offered(of: Floor) -> list[StaffId]:
    return [one.event.agent for one in of.log if isinstance(one.event, VisitOffered)]


def test_only_who_is_good_enough_at_everything_required_is_offered_it() -> None:
    of = floor("skills: { required: { german: 2, returns: 3 } }")
    skilled(of, AMARA, german=5, returns=2)
    skilled(of, BEN, german=2, returns=3)
    visit = of.waiting("ada")
    assert chosen(of) == [BEN]
    assert of.refusal(OfferVisit(visit=visit, agent=AMARA)) == "agent_lacks_skill"
    of.do(OfferVisit(visit=visit, agent=BEN))


def test_a_skill_counts_until_its_certificate_runs_out() -> None:
    of = floor("skills: { required: { insurance: 1 } }")
    skilled(of, AMARA, insurance=4, until=MONDAY + timedelta(minutes=1))
    visit = of.waiting("ada")
    assert chosen(of) == [AMARA]
    of.now += timedelta(minutes=1)
    assert chosen(of) == []
    assert of.refusal(OfferVisit(visit=visit, agent=AMARA)) == "agent_lacks_skill"


def test_of_those_who_may_whoever_has_more_of_what_is_preferred_goes_first() -> None:
    of = floor("skills: { preferred: { returns: 3, french: 1 } }")
    skilled(of, AMARA, returns=5)
    skilled(of, BEN, returns=3, french=1)
    skilled(of, CLEO)
    for name in ("ada", "bob", "cem"):
        of.waiting(name)
    assert chosen(of) == [BEN, AMARA, CLEO]


@pytest.mark.parametrize(
    ("method", "first"), [("least_occupied", BEN), ("longest_idle", CLEO), ("best_skilled", AMARA)]
)
def test_the_queue_says_what_decides_between_equals(method: str, first: StaffId) -> None:
    of = floor(f"method: {method}\nskills: {{ required: {{ returns: 1 }} }}")
    skilled(of, CLEO, returns=1)
    busy = of.waiting("busy")
    (made,) = of.do(OfferVisit(visit=busy, agent=CLEO))
    assert isinstance(made, VisitOffered)
    of.do(AcceptOffer(visit=busy, offer=made.offer, agent=CLEO))
    for name, level in ((BEN, 1), (AMARA, 5)):
        of.now += timedelta(seconds=1)
        skilled(of, name, returns=level)
    of.waiting("ada")
    assert chosen(of) == [first]


def test_rings_let_in_more_agents_with_the_time_that_was_waited() -> None:
    of = floor(
        "rings:\n  - { for: 30s, skills: { returns: 3 } }\n  - { for: 60s, skills: { returns: 1 } }\n  - { overflow: returns }"
    )
    of.available(AMARA, queues=(CARE,), skills=[Skill("returns", 2)])
    of.available(BEN, queues=(RETURNS,))
    of.enters(of.customer("ada"))
    of.settle()
    of.wait(seconds=29)
    assert offered(of) == []
    of.wait(seconds=1)
    assert offered(of) == [AMARA]
    of.do(SetPresence(agent=AMARA, presence=Presence.BREAK))
    of.settle()
    of.wait(seconds=59)
    assert offered(of) == [AMARA]
    of.wait(seconds=1)
    assert offered(of) == [AMARA, BEN]


def test_a_customer_waits_a_while_for_whoever_had_him_last_and_not_at_all_where_that_one_is_gone() -> None:
    lines = "rings:\n  - { for: 30s, agents: last_agent }\n  - {}"
    of = floor(lines)
    of.available(AMARA, queues=(CARE,), capacity=1)
    of.available(BEN, queues=(CARE,))
    visit = of.waiting("ada", last_agent=AMARA)
    assert chosen(of) == [AMARA]
    first = of.waiting("first", last_agent=StaffId("s_gone"))
    assert chosen(of) == [AMARA, BEN], "nobody waits for somebody who is not there"
    of.do(OfferVisit(visit=first, agent=AMARA))
    assert chosen(of) == [], "Amara is asked about another one, and Ada is kept for her"
    of.now += timedelta(seconds=30)
    assert choose(of.board, of.specs, of.now) == [(visit, BEN)]


def test_it_is_who_had_her_last_that_the_offer_is_guarded_for() -> None:
    of = floor("rings:\n  - { for: 30s, skills: { returns: 3 } }\n  - {}")
    of.available(BEN, queues=(CARE,))
    visit = of.waiting("ada")
    assert of.refusal(OfferVisit(visit=visit, agent=BEN)) == "agent_lacks_skill"
    of.now += timedelta(seconds=30)
    of.do(OfferVisit(visit=visit, agent=BEN))


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        ("rings: []", "4:8: "),
        ("rings: [{ for: 30s }]", "4:16: nothing comes after the last ring; leave `for` out, or add a ring"),
        ("rings: [{}, {}]", "4:9: no ring after it is ever reached: it has no end; add `for: 30s`"),
        ("rings: [{ for: 0s }, {}]", "4:16: a ring lasts more than 0s; write for example `for: 30s`"),
        ("rings: [{ agents: last_agent }]", "the last ring leaves out everybody but one; add a ring for the others"),
        (
            "skills: { required: { german: 3 } }\nrings: [{ for: 1s, skills: { german: 2 } }, {}]",
            "5:38: the queue requires german 3 anyway, so 2 here asks for nothing; ask for more in the ring",
        ),
        ("rings: [{ overflow: care }]", "4:21: a queue does not overflow to itself; name another queue"),
        ("rings: [{ agents: everybody }]", "did you mean"),
        ("skills: { required: { german: 6 } }", "4:31: "),
        ("skills: { required: { German: 1 } }", "4:31: 'German' is no name of a skill; write small letters"),
        ("method: best", "write one of: least_occupied, longest_idle, best_skilled"),
    ],
)
def test_rings_and_skills_that_cannot_be_meant_are_told_with_their_mend(lines: str, told: str) -> None:
    with pytest.raises(DefinitionError) as wrong:
        load_queue(f"queue: care\ntitle: Care\n{CHANNELS}\n{lines}", "care.yaml")
    assert told in str(wrong.value)


def test_a_queue_that_overflows_to_one_that_there_is_not_is_told() -> None:
    files = {"care.yaml": f"queue: care\ntitle: C\n{CHANNELS}\nrings: [{{ overflow: retruns }}]",
             "returns.yaml": f"queue: returns\ntitle: R\n{CHANNELS}"}  # fmt: skip
    with pytest.raises(DefinitionError, match=r"care\.yaml:4:21: there is no queue 'retruns'; did you mean 'returns'"):
        load_queues(files)


def test_what_is_offered_is_what_the_specs_of_now_say() -> None:
    of = floor("")
    specs: Specs = load_queues(
        {"care.yaml": f"queue: care\ntitle: C\n{CHANNELS}\nskills: {{ required: {{ german: 1 }} }}"}
    )
    of.available(AMARA)
    of.waiting("ada")
    assert choose(of.board, of.specs, of.now) != [] and choose(of.board, specs, of.now) == []
