"""What does the desk see of an interaction: its story in order, how each action stands, and who it is only when verified?"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import msgspec

from interlock.interactions.masking import masked_text
from interlock.interactions.view import InteractionView
from interlock.kernel.events import ERASED, Cursor, Event, Recorded
from interlock.vocabulary.approvals import QuestionAsked
from interlock.vocabulary.assurance import Level
from interlock.vocabulary.channels import Channel, Principal
from interlock.vocabulary.ids import ChallengeId, CustomerId, MessageId, ProposalId, QueueName, RunId, StaffId
from interlock.vocabulary.interactions import HandOverRequested, MessagePosted
from interlock.vocabulary.journeys import JourneyStarted, SlotFilled
from interlock.vocabulary.matters import MatterMarked, MatterRecognised, MatterRecorded
from interlock.vocabulary.people import ChallengePassed, CustomerMatched
from interlock.vocabulary.proposals import EffectStarted, Remedy, RemedyMet, RemedyRefused
from interlock.vocabulary.tone import Tone
from tests.interactions.given import AMARA, BOT, CUSTOMER, JOINED, LEFT, NOW, QUEUED, STARTED, I, P, S, message
from tests.interactions.test_agents_and_endings import CONFIRMED, SUCCEEDED, judged, proposed

MATCHED = CustomerMatched(
    interaction=I,
    person=P,
    session=S,
    channel=Channel.CHAT,
    customer=CustomerId("c-1"),
    by="order_and_email",
    name="Eva Lind",
)
VERIFIED = ChallengePassed(
    challenge=ChallengeId("ch_1"),
    interaction=I,
    person=P,
    session=S,
    channel=Channel.CHAT,
    customer=CustomerId("c-1"),
    level=Level.ONE_FACTOR,
    proposal=ProposalId(""),
)
RUN = RunId("run_1")
BEGUN = JourneyStarted(interaction=I, person=P, run=RUN, journey="damaged_item", release="r_1")


def viewed(facts: Sequence[Event]) -> InteractionView:
    view = InteractionView()
    for number, fact in enumerate(facts, start=1):
        view.fold(Recorded(Cursor(number, number), f"e_{number}", NOW + timedelta(seconds=number), fact, "c"))
    return view


def document(*facts: Event, viewer: Any = AMARA) -> dict[str, Any]:
    value = viewed(facts).document(
        viewer=viewer,
        names={AMARA: "Amara"},
        journey_titles={"damaged_item": "Something arrived damaged"},
        action_titles={"shop.refund_item": "Refund an item"},
        queue_titles={"care": "Customer care"},
        actions=[],
    )
    return msgspec.json.decode(msgspec.json.encode(value))


def filled(name: str, value: Any, source: str = "message") -> SlotFilled:
    return SlotFilled(interaction=I, person=P, run=RUN, name=name, value=value, source=source)


def card(*facts: Event) -> dict[str, Any]:
    entries = document(STARTED, proposed("run_1"), *facts)["entries"]
    (found,) = [entry for entry in entries if entry["kind"] == "action"]
    return found


def test_the_story_is_in_order_and_names_people_and_queues():
    entries = document(STARTED, message(CUSTOMER), message(BOT), QUEUED, JOINED, LEFT)["entries"]
    assert [entry.get("text") for entry in entries] == [
        "Interaction began in chat",
        "hello",
        "hello",
        "Waiting in Customer care",
        "Amara has the interaction",
        "The customer left",
    ]


def test_an_action_is_one_card_from_proposal_to_outcome():
    assert card()["state"] == "judging"
    waiting = card(judged("needs", Remedy("confirm"), Remedy("approve", "supervisor")))
    assert waiting["state"] == "needs"
    assert [(need["remedy"], need["from"]) for need in waiting["needs"]] == [
        ("confirm", "customer"),
        ("approve:supervisor", "supervisor"),
    ]
    met = card(judged("needs", Remedy("confirm"), Remedy("approve", "supervisor")), CONFIRMED)
    assert [each["remedy"] for each in met["met"]] == ["confirm"]
    assert [each["remedy"] for each in met["needs"]] == ["approve:supervisor"]
    started = EffectStarted(proposal=ProposalId("pr_1"), interaction=I, attempt=1, lease_until=NOW)
    assert card(judged("allowed"), started)["state"] == "running"
    assert card(judged("allowed"), started, SUCCEEDED)["state"] == "succeeded"
    assert card(judged("denied"))["state"] == "denied"


def test_a_refused_remedy_tells_how_and_in_whose_words():
    refused = RemedyRefused(
        proposal=ProposalId("pr_1"),
        interaction=I,
        person=P,
        remedy=Remedy("approve", "supervisor"),
        by=Principal(kind="agent", id="sofia"),
        how="rejected",
        customer_reason="It was used for a year.",
    )
    shown = card(judged("needs", Remedy("approve", "supervisor")), refused)
    assert (shown["state"], shown["needs"], shown["reason"]) == ("rejected", [], "It was used for a year.")


def test_what_is_personal_is_masked_until_a_factor_was_given():
    told = message(CUSTOMER, "I am eva.lind@example.com, call 0421 123456, order A-1042")
    before = document(STARTED, told, BEGUN, filled("email", "eva.lind@example.com"), MATCHED)
    everything = msgspec.json.encode(before).decode()
    assert before["customer"]["masked"] is True and before["customer"]["id"] == "c-1"
    assert "eva.lind" not in everything and "Lind" not in everything and "123456" not in everything
    assert "A-1042" in everything
    after = document(STARTED, told, BEGUN, filled("email", "eva.lind@example.com"), MATCHED, VERIFIED)
    assert after["customer"]["masked"] is False and after["customer"]["name"] == "Eva Lind"
    assert after["entries"][1]["text"] == told.text
    assert after["assurance"]["level"] == 2


def test_another_match_after_a_code_does_not_make_the_code_fresher_or_weaker():
    once = document(STARTED, MATCHED, VERIFIED)["assurance"]
    assert document(STARTED, MATCHED, VERIFIED, MATCHED)["assurance"] == once


def test_slots_show_what_the_customer_said_and_not_what_systems_answered():
    (run,) = document(
        STARTED,
        BEGUN,
        filled("order_no", "A-1042"),
        filled("email", "x"),
        filled("email", None, "not_matched"),
        filled("order", {"order_id": "A-1042", "items": []}, "shop.get_order"),
        filled("wants_mail", False),
    )["journeys"]
    assert run["title"] == "Something arrived damaged"
    assert run["slots"] == [{"name": "order_no", "value": "A-1042"}, {"name": "wants_mail", "value": "no"}]


def test_erased_words_are_shown_as_erased():
    gone = MessagePosted(
        interaction=I, person=P, message=message(BOT).message, author=CUSTOMER, text=ERASED, card=ERASED
    )
    erased = msgspec.structs.replace(MATCHED, name=ERASED)
    shown = document(STARTED, gone, erased, proposed("run_1"), msgspec.structs.replace(judged("denied"), says=ERASED))
    assert (shown["entries"][1]["text"], shown["entries"][1]["card"]) == ("(erased)", None)
    assert shown["entries"][-1]["says"] == "(erased)"


def test_fed_fact_by_fact_it_equals_one_that_is_built_at_once():
    facts = [
        STARTED,
        message(CUSTOMER),
        BEGUN,
        proposed("run_1"),
        judged("needs", Remedy("confirm")),
        CONFIRMED,
        JOINED,
    ]
    live = InteractionView()
    for number, fact in enumerate(facts, start=1):
        live.fold(Recorded(Cursor(number, number), f"e_{number}", NOW + timedelta(seconds=number), fact, "c"))
        live.summary()
    args: dict[str, Any] = {"names": {}, "journey_titles": {}, "action_titles": {}, "queue_titles": {}, "actions": []}
    assert live.document(**args) == viewed(facts).document(**args)


def test_a_remedy_of_a_proposal_that_is_not_shown_changes_nothing():
    stray = msgspec.structs.replace(CONFIRMED, proposal=ProposalId("pr_other"))
    assert isinstance(stray, RemedyMet)
    assert document(STARTED, stray)["entries"] == document(STARTED)["entries"]


def test_numbers_that_are_no_telephone_numbers_stay():
    assert masked_text("order A-1042 for €18.40, 2 pieces") == "order A-1042 for €18.40, 2 pieces"
    assert masked_text("write to eva@example.com or call +49 421 123456") == (
        "write to e•••@e•••.com or call +•• ••• ••••56"
    )


def test_whoever_sends_a_draft_reads_every_word_of_it_and_nobody_else_reads_what_is_personal() -> None:
    said = {"message": "The second pan is free."}
    prepared = msgspec.structs.replace(proposed("run_1"), args={"about": "i-1"}, private_args=said)
    waits = msgspec.structs.replace(judged("needs"), needs=(Remedy("draft"),))
    (draft,) = [one for one in document(STARTED, prepared, waits)["entries"] if one["kind"] == "action"]
    assert draft["sends"] == {"about": "i-1", **said}
    (other,) = [one for one in document(STARTED, prepared, judged("allowed"))["entries"] if one["kind"] == "action"]
    assert other["sends"] == {}
    assert "The second pan" not in str(other)


def test_a_question_names_who_asks_it_and_a_counter_offer_what_it_stands_instead_of() -> None:
    asked = QuestionAsked(
        proposal=proposed("").proposal,
        interaction=I,
        person=P,
        question="q_1",
        by=Principal(kind="agent", id=AMARA),
        text="Which one?",
    )
    shown = card(judged("needs"), asked)
    assert (shown["question"]["by"], shown["question"]["text"]) == ("Amara", "Which one?")
    offer = msgspec.structs.replace(proposed("run_1"), counters=ProposalId("pr_0"), counter_was="€420.00")
    (entry,) = [one for one in document(STARTED, offer)["entries"] if one["kind"] == "action"]
    assert (entry["counters"], entry["was"]) == ("pr_0", "€420.00")


def test_an_agents_list_says_by_which_channel_somebody_is_there():
    called = msgspec.structs.replace(STARTED, channel=Channel.VOICE)
    assert [viewed([one]).summary()["channel"] for one in (STARTED, called)] == ["chat", "voice"]


def test_what_was_recognised_and_why_a_person_was_asked_for_is_shown():
    distress = MatterRecognised(
        interaction=I, person=P, message=MessageId("m_1"), matter="vulnerable", kind="self_harm", rule="self_harm"
    )
    complaint = MatterRecognised(interaction=I, person=P, message=MessageId("m_1"), matter="complaint", model="builtin")
    recorded = MatterRecorded(
        interaction=I,
        person=P,
        customer=CustomerId("c-1"),
        level=1,
        matter="data_request",
        kind="erasure",
        reference="ABCD-1234",
        due=date(2026, 12, 3),
    )
    wanted = HandOverRequested(interaction=I, person=P, queue=QueueName("care"), reason="Vulnerable customer.")
    settled = MatterMarked(
        interaction=I,
        person=P,
        customer=CustomerId("c-1"),
        matter="data_request",
        kind="erasure",
        mark="settled",
        by=StaffId("u_1"),
        note="Done.",
    )
    facts = (STARTED, complaint, distress, distress, recorded, wanted, settled)
    shown = document(*facts)
    assert [each["title"] for each in shown["matters"]] == ["Vulnerable customer", "Data-subject request", "Complaint"]
    assert shown["matters"][0]["kinds"] == ["self harm"] and shown["matters"][2]["by"] == ["builtin"]
    assert shown["matters"][1]["records"] == [
        {"reference": "ABCD-1234", "about": "Data-subject request: erasure", "due": "2026-12-03", "level": 1}
    ]
    lines = [each["text"] for each in shown["entries"]]
    assert lines[1:3] == [
        "Recognised: Complaint, by the model builtin",
        "Recognised: Vulnerable customer: self harm, by the rule self harm",
    ]
    assert lines[4:] == [
        "On record as ABCD-1234: Data-subject request: erasure, to be answered by 3 December 2026",
        "A person is asked for: Vulnerable customer.",
        "An agent settled this: Data-subject request: erasure",
    ]
    assert {"label": "Handed over because", "value": "Vulnerable customer.", "note": ""} in shown["facts"]
    assert viewed(facts).about({}).startswith("Vulnerable customer")


def test_the_language_and_the_course_of_the_sentiment_are_shown_and_nothing_where_nothing_was_told():
    assert document(STARTED, message(CUSTOMER), message(BOT))["tone"] == {
        "language": "",
        "sentiment": None,
        "course": [],
    }
    told = [
        msgspec.structs.replace(message(CUSTOMER), tone=tone) for tone in (Tone("de", 0.6), Tone("de"), Tone("", -0.8))
    ]
    assert document(STARTED, *told)["tone"] == {"language": "de", "sentiment": -0.1, "course": [0.6, -0.8]}
