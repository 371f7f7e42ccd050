"""What stands out for a customer: a browser that is not hers, a changed address, an amount out of her pattern?"""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from interlock.control import load_bundle
from interlock.control.facts import NEVER_S
from interlock.control.identity import device_digest, known
from interlock.control.judgement import judge
from interlock.control.met import Met
from interlock.control.past import Past, StepDone
from interlock.control.pattern import with_past
from interlock.control.replay import again, past_judgement
from interlock.control.risk import NO_RISK, Risk, risk_of
from interlock.control.why import Judged, for_auditor
from interlock.kernel.documents import DefinitionError
from interlock.kernel.events import Event
from interlock.vocabulary.assurance import Level
from interlock.vocabulary.channels import Channel
from interlock.vocabulary.ids import ChallengeId, CustomerId, SessionId
from interlock.vocabulary.interactions import SessionOpened
from interlock.vocabulary.money import Money
from interlock.vocabulary.people import ChallengePassed
from interlock.vocabulary.proactive import SessionClaimed
from tests.control.given import EVA, MATCHED, NOW, PR, SETTINGS, I, P, S, after, demo, demo_files, proposed, recorded
from tests.control.test_ledgers import facts_of

SIGNALS = demo().signals
HERS, OTHER = device_digest(SETTINGS.secret, "a" * 32), device_digest(SETTINGS.secret, "b" * 32)


def opened(device: str, channel: Channel = Channel.CHAT) -> SessionOpened:
    return SessionOpened(session=S, person=P, channel=channel, secret_digest="-", device=device)


def proof(device: str, customer: str = EVA) -> ChallengePassed:
    """A code that a customer gave on a device, in another session."""
    return ChallengePassed(
        challenge=ChallengeId("ch_1"),
        interaction=I,
        person=P,
        session=SessionId("s_before"),
        channel=Channel.CHAT,
        customer=CustomerId(customer),
        level=Level.ONE_FACTOR,
        proposal=PR,
        device=device,
    )


def risk(device: str, *proofs: Event, channel: Channel = Channel.CHAT, days: float = 0) -> Risk:
    return risk_of(SIGNALS, recorded(opened(device, channel), MATCHED), after(days=days), recorded(*proofs))


def test_a_browser_is_new_for_whoever_has_proven_herself_on_others_and_not_on_it() -> None:
    assert risk(OTHER, proof(HERS)) == Risk(20, ("new_device",))
    assert risk("", proof(HERS)) == Risk(20, ("new_device",)), "none is no way round it"
    assert risk(HERS, proof(HERS)) == risk(OTHER, proof(HERS), proof(OTHER)) == NO_RISK
    assert risk(OTHER) == NO_RISK, "without a device of hers nothing stands out"
    assert risk(OTHER, proof(HERS, "c-117")) == NO_RISK, "what others use says nothing about her"
    assert risk(OTHER, proof(HERS), channel=Channel.API) == NO_RISK, "only a browser keeps something"
    assert risk(OTHER, proof(HERS), days=366) == NO_RISK
    by_link = SessionClaimed(session=S, person=P, secret_digest="-", device=HERS)
    seen = recorded(opened(""), by_link, MATCHED)
    assert risk_of(SIGNALS, seen, after(), recorded(proof(HERS))) == NO_RISK, (
        "the browser is the one that used the link"
    )


def test_a_device_is_known_by_a_keyed_hash_and_by_nothing_else() -> None:
    assert HERS != OTHER != device_digest(b"another tenant", "b" * 32)
    assert "a" * 8 not in HERS and device_digest(SETTINGS.secret, "") == ""
    told = known(recorded(opened(HERS)), S, Channel.CHAT, NOW, SETTINGS)
    assert told.device == HERS


def changed(age_s: int) -> Past:
    return Past(steps={"address_changed": StepDone(age_s < NEVER_S, int(age_s < NEVER_S), age_s)})


def test_a_change_of_address_counts_within_its_time() -> None:
    month = 30 * 24 * 3600
    assert with_past(SIGNALS, NO_RISK, Money(1840, "EUR"), changed(month)) == Risk(20, ("changed_address",))
    assert with_past(SIGNALS, NO_RISK, Money(1840, "EUR"), changed(month + 1)) == NO_RISK
    assert with_past(SIGNALS, NO_RISK, Money(1840, "EUR"), changed(NEVER_S)) == NO_RISK


@pytest.mark.parametrize(
    ("amount", "count", "total", "stands_out"),
    [(6001, 3, 6000, True), (6000, 3, 6000, False), (90_000, 2, 2000, False), (1, 0, 0, False), (0, 3, 0, False)],
)
def test_an_amount_stands_out_against_the_mean_of_enough_refunds_of_hers(
    amount: int, count: int, total: int, stands_out: bool
) -> None:
    past = Past(sums={"refunds_this_year": total}, counts={"refunds_this_year": count})
    assert with_past(SIGNALS, NO_RISK, Money(amount, "EUR"), past).signals == (
        ("unusual_amount",) if stands_out else ()
    )


def test_signals_of_session_and_past_add_up_in_the_judgement_its_derivation_and_its_replay() -> None:
    refund = proposed(1840)
    facts = facts_of(refund, EVA)._replace(risk=Risk(20, ("new_device",)))
    ledgers = ("refunds_per_customer", "refunds_this_month", "refunds_this_year")
    past = Past(
        subjects={**dict.fromkeys((*ledgers, "step.address_changed"), EVA), "step.refunded": I},
        sums=dict.fromkeys(ledgers, 0),
        steps={"refunded": StepDone(), "address_changed": StepDone(True, 1, 60)},
    )
    computed = facts._replace(facts={"refundable_remainder": 50_000, "address_settled_s": 0}, missing={})
    words = {**computed.words, "item": {"name": "Kettle"}}
    answer = judge(demo(), refund, computed._replace(words=words), Met(), past, NOW)
    weights = {"changed_address": 20, "new_device": 20}
    assert answer.facts["risk"] == {"score": 40, "signals": ["changed_address", "new_device"], "weights": weights}
    assert "risk.code" in [each.rule for each in answer.rulings]
    (derived,) = for_auditor([Judged(answer, NOW, demo())], {})
    assert derived["risk"] == {
        "score": 40,
        "signals": [{"signal": name, "title": SIGNALS[name].title, "weight": 20} for name in weights],
    }
    back = msgspec.json.decode(msgspec.json.encode(answer), type=type(answer))
    assert again(demo(), past_judgement(back, NOW)).flip is None


def mistakes(text: str) -> str:
    with pytest.raises(DefinitionError) as raised:
        load_bundle(demo_files() | {"signals/new.yaml": text}, "r2")
    return str(raised.value)


@pytest.mark.parametrize(
    ("lines", "says"),
    [
        ("when: step_done\nof: adress_changed", "did you mean 'address_changed'?"),
        ("when: step_done", "there is no step ''"),
        ("when: amount_above_usual\nof: mails_per_interaction", "there is no ledger that sums money"),
        ("when: new_device\nof: refunded", "'of' means nothing for new_device"),
    ],
)
def test_a_signal_of_nothing_is_told_with_its_place_and_its_mend(lines: str, says: str) -> None:
    told: Any = mistakes(f"signal: new\ntitle: New\nweight: 5\n{lines}\n")
    assert "signals/new.yaml:" in told and says in told
