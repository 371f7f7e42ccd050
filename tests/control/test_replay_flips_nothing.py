"""Whatever was judged comes out the same when it is judged again by the same rules."""

from __future__ import annotations

import random
from collections import Counter
from datetime import datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import msgspec

from interlock.control import Bundle, load_bundle
from interlock.control.replay import again, past_judgement
from interlock.control.risk import Risk
from interlock.control.timing import times
from interlock.vocabulary.calendars import DAYS, Calendar, Opening
from interlock.vocabulary.ids import ProposalId
from interlock.vocabulary.overrides import OverrideGranted
from interlock.vocabulary.proposals import ActionProposed, ProposalJudged, RemedyMet
from tests.control.bands import BANDS, MAYA, OMAR
from tests.control.given import (
    AMARA,
    BEN,
    NOW,
    SOFIA,
    VIRTUAL_AGENT,
    Entry,
    after,
    demo,
    demo_files,
    euros,
    judged,
    known,
    order,
    proposed,
    remedy_met,
)

JUDGEMENTS = 400
RULES = """
@id("zz.night") @remedy("wait:open") @reason("Large refunds are made while we are open.")
forbid (principal, action == Action::"shop.refund_item", resource)
when { context.args.amount > 10000 } unless { context.time.open };

@id("zz.cooling") @remedy("wait:10m") @reason("A second refund is made ten minutes later.")
forbid (principal, action == Action::"shop.refund_item", resource)
when { context.steps.refunded.done && context.steps.refunded.age_s < 600 };

@id("zz.thrice") @reason("Not three times.")
forbid (principal, action == Action::"shop.refund_item", resource)
when { context.steps.refunded.count >= 3 };

@id("zz.early") @reason("Not before six.")
forbid (principal in Role::"virtual_agent", action == Action::"shop.refund_item", resource)
when { context.time.hour < 6 };

@id("zz.goodwill") @remedy("approve:manager") @overridable("supervisor") @reason("A manager approves goodwill.")
forbid (principal, action == Action::"shop.refund_item", resource)
when { context.args has reason && context.args.reason == "goodwill" }
unless { context.met.approvals.contains("manager") };
"""
HOURS = Calendar("Europe/Berlin", {day: (Opening(time(8), time(20)),) for day in DAYS})
PEOPLE = (VIRTUAL_AGENT, VIRTUAL_AGENT, AMARA, BEN, SOFIA)
APPROVERS = {"approve:supervisor": OMAR, "approve:manager": MAYA}


@cache
def rules() -> Bundle:
    return load_bundle(demo_files() | {"approvals.yaml": BANDS, "policies/zz.cedar": RULES}, "r")


def refund(chance: random.Random, number: int) -> ActionProposed:
    """A refund of any amount on either side of every limit and band, by anybody, sometimes a counter-offer."""
    cents = chance.choice((900, 2_000, 2_600, 9_900, 10_100, 20_100, 44_900, 45_100, 55_100, 61_000))
    args = {"order_id": "A-1042", "item_id": "i-1", "amount": euros(cents)}
    if chance.random() < 0.3:
        args["reason"] = "goodwill"
    made = proposed(principal=chance.choice(PEOPLE), proposal=f"pr_{number}", args=args, bundle=rules())
    return msgspec.structs.replace(made, counters=ProposalId("pr_before")) if chance.random() < 0.2 else made


def answer(chance: random.Random, of: ActionProposed) -> tuple[ProposalJudged, datetime]:
    """A judgement on facts of every kind, and when it was recorded."""
    now = NOW + timedelta(seconds=chance.choice((0, 300, 599, 600, 601, 6 * 3600, 50_000, 68_000)) + chance.random())
    wanted = ["step_up:2", "confirm", "approve:supervisor", "approve:manager"]
    met: list[RemedyMet] = [
        remedy_met(of, each, APPROVERS.get(each), until=after(hours=48)) for each in wanted if chance.random() < 0.6
    ]
    granted = [
        OverrideGranted(
            override="ov_1",
            proposal=of.proposal,
            interaction=of.interaction,
            rules=("refund.daily-limit", "zz.goodwill"),
            first=SOFIA,
            by=OMAR,
            args_hash=of.args_hash,
            valid_until=after(hours=48),
        )
    ]
    done = [Entry(f"pr_r{each}", 1, now - timedelta(seconds=chance.choice((1, 550, 900))), True) for each in range(4)]
    given = judged(
        of,
        *met,
        record=order(status=chance.choice(("delivered",) * 5 + ("shipped",)), left=chance.choice((2_500, 70_000))),
        missing=chance.random() < 0.04,
        failure="no answer" if chance.random() < 0.04 else "",
        who=known(chance.choice((0, 1, 1, 1, 1)))._replace(
            risk=Risk(chance.choice((0, 0, 0, 30, 60)), chance.choice(((), ("synthetic_voice",))))
        ),
        entries=[Entry("pr_e", chance.choice((100, 40_000)), NOW, True)],
        ran=done[: chance.choice((0, 0, 0, 1, 2, 3))],
        now=now,
        bundle=rules(),
        when=times(now, zone=ZoneInfo("Europe/Berlin"), hours=HOURS, proposed_at=NOW + timedelta(milliseconds=700)),
        granted=granted if chance.random() < 0.4 else (),
    )
    return given, now + timedelta(milliseconds=chance.choice((1, 40)))


def test_replayed_by_the_same_rules_nothing_flips_whatever_was_judged() -> None:
    chance = random.Random(7)
    seen: Counter[str] = Counter()
    for number in range(JUDGEMENTS):
        given, at = answer(chance, refund(chance, number))
        back = msgspec.json.decode(msgspec.json.encode(given), type=ProposalJudged)
        one = again(rules(), past_judgement(back, at))
        assert (one.flip, one.unknown) == (None, ""), (number, given.verdict, [each.rule for each in given.rulings])
        seen.update(
            [given.verdict, *{each.rule for each in given.rulings}, *(["overridden"] if given.overridden else [])]
        )
        seen.update(["waits"] if given.waits else [])
    wanted = {"allowed", "needs", "denied", "beyond-authority", "overridden", "waits"}
    wanted |= {"risk.code", "risk.look", "risk.voice", "refund.exists", "resource-unavailable"}
    wanted |= {"zz.night", "zz.cooling", "zz.thrice", "zz.early", "zz.goodwill"}
    assert not wanted - seen.keys(), "the histories must contain every kind"


def test_a_narrower_band_flips_what_was_to_be_approved_by_nobody_who_may_now() -> None:
    of = proposed(44_900, bundle=rules())
    was = judged(of, remedy_met(of, "step_up:2"), remedy_met(of, "confirm"), bundle=rules())
    assert was.verdict == "needs"
    narrower = BANDS.replace("450.00", "300.00").replace("550.00", "400.00")
    less = load_bundle(demo_files() | {"approvals.yaml": narrower, "policies/zz.cedar": RULES}, "r2")
    flip = again(less, past_judgement(was, NOW)).flip
    assert flip is not None
    assert (flip.was, flip.now, flip.rules) == ("needs", "denied", ("beyond-authority",))


def test_a_counter_offer_still_needs_the_yes_where_the_rules_would_not_ask_for_one() -> None:
    of = msgspec.structs.replace(proposed(900), counters=ProposalId("pr_before"))
    was = judged(of)
    assert [str(each) for each in was.needs] == ["confirm"]
    files = demo_files()
    asked = files["policies/refund.cedar"].replace("unless { context.met.confirm }", "when { false }")
    without = load_bundle(files | {"policies/refund.cedar": asked}, "r2")
    assert again(without, past_judgement(was, NOW)) == again(demo(), past_judgement(was, NOW))
