"""What comes of a complaint, abuse, a data-subject request, a legal matter, distress: also in the middle of something else?"""

from __future__ import annotations

from datetime import date
from typing import Any

import msgspec
import pytest

from interlock.journeys import Conversation
from interlock.journeys.heard import Heard
from interlock.journeys.leaving import reference_of
from interlock.kernel.documents import load
from interlock.runtime.default_journeys import default_texts, with_defaults
from interlock.runtime.definitions import check
from interlock.vocabulary.channels import Author
from interlock.vocabulary.ids import MessageId
from interlock.vocabulary.interactions import HandOverRequested, InteractionEnded, MessagePosted
from interlock.vocabulary.journeys import TurnContext
from interlock.vocabulary.matters import MatterRecognised, MatterRecorded, in_a_month
from interlock.vocabulary.settings import TenantSettings
from tests.journeys.harness import ORDER, Chat, I, P, demo_files, said

DEFAULTS = {f"journeys/defaults/{name}.yaml": text for name, text in default_texts().items()}
BROKEN = {"type": "start_journey", "journey": "damaged_item"}
ORDER_NO = {"type": "set_slot", "name": "order_no", "value": "A-1042"}


class Matters(Chat):
    """A chat in which the rules have recognised something."""

    def __init__(self) -> None:
        super().__init__(more=DEFAULTS)

    def hears(
        self,
        matter: str,
        kind: str = "",
        *suggestions: Any,
        model: bool = False,
        denies: bool = False,
        text: str = "words",
    ) -> list[str]:
        author, message = Author(kind="customer", id=P), MessageId(self._new_id("in"))
        self.add(MessagePosted(interaction=I, person=P, message=message, author=author, text=text))
        rule = {} if model else {"matter": matter, "kind": kind, "rule": kind or matter}
        turn = TurnContext(
            interaction=I, message=message, text=text, suggestions=suggestions, model="test", denies=denies, **rule
        )
        return said(self.do(turn))

    def facts(self, kind: type[Any]) -> list[Any]:
        return [each.event for each in self.log if isinstance(each.event, kind)]


def test_a_complaint_is_on_record_once_and_the_question_before_comes_again() -> None:
    chat = Matters()
    chat.write("it is broken", BROKEN)
    first = chat.hears("complaint")
    (recorded,) = chat.facts(MatterRecorded)
    assert (recorded.matter, recorded.due, recorded.level) == ("complaint", None, 0)
    assert recorded.reference in first[-2] and "talk to one of my colleagues" in first[-1]
    lines = chat.write("no", {"type": "set_slot", "name": "wants_person", "value": False})
    assert recorded.reference in lines[0] and lines[1] == "Back to your damaged item."
    assert "order" in lines[2]
    assert any(recorded.reference in line for line in chat.hears("complaint"))
    assert len(chat.facts(MatterRecorded)) == 1 and len(chat.facts(MatterRecognised)) == 2


def test_what_the_same_message_answers_is_not_lost() -> None:
    chat = Matters()
    chat.write("it is broken", BROKEN)
    chat.hears("complaint", "", ORDER_NO)
    lines = chat.write("no", {"type": "set_slot", "name": "wants_person", "value": False})
    assert lines[-2] == "Back to your damaged item." and "e-mail address" in lines[-1]


def test_who_complains_and_wants_a_person_is_not_asked_whether_she_wants_one() -> None:
    chat = Matters()
    chat.hears("complaint", "", {"type": "hand_over"})
    assert chat.facts(HandOverRequested)[0].queue == "care"


def test_a_data_subject_request_has_a_month_and_the_identity_that_exists() -> None:
    chat = Matters()
    chat.write("it is broken", BROKEN)
    chat.write("A-1042, eva@example.com", ORDER_NO, {"type": "set_slot", "name": "email", "value": "eva@example.com"})
    chat.matched()
    chat.settle("succeeded", ORDER)
    lines = chat.hears("data_request", "erasure")
    (recorded,) = chat.facts(MatterRecorded)
    assert (recorded.kind, recorded.customer, recorded.level, recorded.due) == (
        "erasure",
        "c-104",
        1,
        date(2026, 12, 21),
    )
    assert "Monday 21 December 2026" in lines[0]
    (wanted,) = chat.facts(HandOverRequested)
    assert wanted.reason.startswith("Data-subject request: erasure, on record as " + recorded.reference)
    failed = chat.hand_over_fails()
    assert "Nothing has been changed yet" in failed[0] and failed[1] == "Back to your damaged item."


@pytest.mark.parametrize(
    ("day", "due"),
    [
        (date(2026, 1, 31), date(2026, 2, 28)),
        (date(2028, 1, 31), date(2028, 2, 29)),
        (date(2026, 3, 31), date(2026, 4, 30)),
        (date(2026, 12, 15), date(2027, 1, 15)),
        (date(2026, 2, 28), date(2026, 3, 28)),
    ],
)
def test_a_month_ends_on_the_same_day_or_on_the_months_last(day: date, due: date) -> None:
    assert in_a_month(day) == due


@pytest.mark.parametrize("matter", ["legal", "vulnerable"])
def test_where_automation_steps_aside_nothing_before_goes_on(matter: str) -> None:
    chat = Matters()
    chat.write("it is broken", BROKEN)
    chat.hears(matter)
    assert chat.outcomes == ["set_aside"]
    assert [run.journey for run in chat.state.runs] == [matter]
    lines = chat.hand_over_fails()
    assert len(lines) == 1 and chat.state.runs == ()
    assert not any("Back to" in line or "anything else" in line for line in lines)


def test_somebody_in_distress_comes_first_and_no_money_is_moved_by_the_machine() -> None:
    chat = Matters()
    lines = chat.hears("vulnerable", "self_harm")
    assert "112" in lines[2]
    (wanted,) = chat.facts(HandOverRequested)
    assert wanted.priority == 60 and wanted.reason.startswith("Vulnerable customer: self harm.")
    chat.hand_over_fails()
    chat.write("it is broken", BROKEN)
    chat.write("A-1042, eva@example.com", ORDER_NO, {"type": "set_slot", "name": "email", "value": "eva@example.com"})
    chat.matched()
    before = len(chat.proposals)
    chat.settle("succeeded", ORDER)
    lines = chat.write("the kettle", {"type": "set_slot", "name": "item", "value": "i-1"})
    assert lines[0] == chat.tenant.matters.texts.vulnerable_money and len(chat.proposals) == before
    assert chat.outcomes[-1] == "denied"


def test_without_distress_the_same_refund_is_proposed() -> None:
    chat = Matters()
    chat.write("it is broken", BROKEN)
    chat.write("A-1042, eva@example.com", ORDER_NO, {"type": "set_slot", "name": "email", "value": "eva@example.com"})
    chat.matched()
    chat.settle("succeeded", ORDER)
    chat.write("the kettle", {"type": "set_slot", "name": "item", "value": "i-1"})
    assert chat.proposals[-1].action == "shop.refund_item"


def test_bereavement_is_not_answered_with_the_number_for_emergencies() -> None:
    assert not any("112" in line for line in Matters().hears("vulnerable", "bereavement"))


def test_abuse_is_warned_about_once_and_then_the_conversation_ends() -> None:
    chat = Matters()
    chat.write("it is broken", BROKEN)
    lines = chat.hears("abuse", "insult")
    assert "stay polite" in lines[0] and lines[1] == "Back to your damaged item."
    assert "end our conversation" in chat.hears("abuse", "insult")[0]
    assert not chat.state.open and len(chat.facts(InteractionEnded)) == 1


def test_abuse_gets_a_person_where_the_tenant_wants_that() -> None:
    chat = Matters()
    matters = msgspec.structs.replace(chat.tenant.matters, after_warning="hand_over")
    chat.use(msgspec.structs.replace(chat.tenant, matters=matters))
    chat.hears("abuse", "insult")
    chat.hears("abuse", "threat")
    assert chat.facts(HandOverRequested)[0].reason == "Abuse: threat. The customer was warned once and went on."
    chat.hand_over_fails()
    assert not chat.state.open


def test_somebody_in_distress_is_never_warned() -> None:
    chat = Matters()
    chat.hears("vulnerable", "distress")
    chat.hand_over_fails()
    chat.hears("abuse", "insult")
    assert [each.matter for each in chat.facts(MatterRecognised)] == ["vulnerable"]
    assert chat.state.open


def test_what_is_said_to_a_person_is_recorded_and_not_answered() -> None:
    chat = Matters()
    chat.queued()
    assert chat.hears("vulnerable", "self_harm") == []
    chat.joined()
    assert chat.hears("legal", "court") == []
    assert chat.state.matters == {"vulnerable": Heard(1, "self_harm"), "legal": Heard(1, "court")}


def test_a_model_has_to_be_sure_and_answers_come_first() -> None:
    sure = {"type": "start_journey", "journey": "complaint", "confidence": 0.95}
    assert Matters().hears("", "", sure, model=True)[1].startswith("I am sorry that we let you down.")
    for unsure in ({**sure, "confidence": 0.8}, {**sure, "journey": "abuse"}):
        chat = Matters()
        chat.hears("", "", unsure, model=True)
        assert chat.facts(MatterRecognised) == []
    chat = Matters()
    chat.hears("", "", sure, model=True, denies=True)
    assert chat.facts(MatterRecognised) == []
    chat.write("it is broken", BROKEN)
    chat.hears("", "", sure, ORDER_NO, model=True)
    assert chat.facts(MatterRecognised) == []


def test_what_was_asked_in_her_own_words_is_kept_unless_it_must_not_wait() -> None:
    for matter, kept in (("complaint", True), ("vulnerable", False), ("data_request", False)):
        chat = Matters()
        chat.write("agent", {"type": "hand_over"})
        chat.hand_over_fails()
        chat.write("yes", {"type": "set_slot", "name": "wants_mail", "value": True})
        chat.hears(matter)
        assert len(chat.facts(MatterRecognised)) == 1
        assert (chat.state.given.get("mail_text") == "words") is kept


def test_what_stands_on_a_button_is_an_answer_whatever_it_says() -> None:
    chat = Matters()
    chat.hears("data_request")
    right = {"type": "set_slot", "name": "right", "value": "erasure"}
    chat.hears("legal", "court", right, text="delete my data ")
    assert [each.matter for each in chat.facts(MatterRecognised)] == ["data_request"]
    assert chat.facts(MatterRecorded)[0].kind == "erasure"


def test_references_are_not_mistaken_and_depend_on_the_record_alone() -> None:
    found = {reference_of(f"record_{number}") for number in range(2000)}
    assert len(found) == 2000 and reference_of("record_1") in found
    assert not any(set("ILOU") & set(each) for each in found) and all(len(each) == 9 for each in found)


def test_a_matter_that_is_switched_off_is_not_recognised() -> None:
    files = demo_files()
    off = {**files, "tenant.yaml": files["tenant.yaml"] + "matters: { off: [abuse] }\n"}
    assert "journeys/defaults/abuse.yaml" not in with_defaults(off)
    chat = Matters()
    journeys = check(with_defaults(off)).journeys
    chat.journeys = journeys
    chat.hears("abuse", "insult")
    assert chat.facts(MatterRecognised) == []


def test_the_settings_have_defaults_for_everything() -> None:
    assert load("tenant: t\n", "tenant.yaml", TenantSettings).matters.off == ()
    assert Conversation().matters == {}
