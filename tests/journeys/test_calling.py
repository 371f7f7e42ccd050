"""Does a journey call another as a part of itself, and go on with what that one gives back?"""
# ruff: noqa: E501

from __future__ import annotations

import pytest

from interlock.kernel.documents import DefinitionError
from interlock.vocabulary.journeys import JourneyStarted
from tests.journeys.harness import CANCEL, HUMAN, ORDER, Chat, compiled, demo, slot, start

FIND = """\
journey: find_order
title: Find an order
about: your order
slots:
  order_no: { type: order_number, pattern: "A-####", ask: "Which order?" }
  email: { type: email, ask: "Which e-mail address?" }
  note: { type: text, ask: "Anything to add?" }
steps:
  - ask: order_no
  - verify: { level: 1, by: order_and_email }
  - look_up: shop.get_order
    with: { order_id: "{order_no}" }
    as: order
    on:
      denied:
        - say: I cannot find it.
        - end: not_found
  - when: order.status == "cancelled"
    then:
      - say: It was cancelled.
      - end: gone
  - end: found
    gives: { no: "{order_no}", order: "{order}" }
"""
ASK = """\
journey: gift
title: Wrap an order as a gift
about: your gift
examples: [wrap it as a gift, gift wrapping please, it is a present]
slots:
  order_no: { type: order_number, pattern: "A-####", ask: "Which order is the gift?" }
  words: { type: name, ask: "What shall the card say?" }
steps:
  - ask: order_no
  - call: find_order
    with: { order_no: "{order_no}" }
    as: found
    on:
      gone:
        - say: So there is nothing to wrap.
        - end: nothing_to_wrap
  - ask: words
  - say: "{found.no} says {words}, {found.outcome}."
  - end: wrapped
"""
FILES = {"journeys/find_order.yaml": FIND, "journeys/gift.yaml": ASK}


def begun() -> Chat:
    """A chat that stands at the called journey's question for the e-mail address."""
    chat = Chat(more=FILES)
    assert chat.write("a gift", start("gift"))[-1] == "Which order is the gift?"
    assert chat.write("A-1042", slot("order_no", "A-1042")) == ["Which e-mail address?"]
    return chat


def found(chat: Chat, status: str = "delivered") -> list[str]:
    """On to the look-up and what comes of it."""
    chat.write("eva@example.com", slot("email", "eva@example.com"))
    chat.matched()
    return chat.settle("succeeded", {**ORDER, "status": status})


def problems(find: str = FIND, ask: str = ASK) -> list[str]:
    tenant, _, bundle = demo()
    try:
        compiled(tenant, bundle, {"journeys/find_order.yaml": find, "journeys/gift.yaml": ask})
    except DefinitionError as error:
        return [str(problem) for problem in error.problems]
    return []


def test_the_called_journey_asks_only_for_what_it_was_not_given_and_its_result_comes_back():
    chat = begun()
    assert found(chat) == ["What shall the card say?"]
    said = chat.write("Happy birthday", slot("words", "Happy birthday"))
    assert said[0] == "A-1042 says Happy birthday, found."
    assert chat.outcomes == ["found", "wrapped"]


def test_it_belongs_to_the_run_that_called_it():
    chat = begun()
    outer, inner = [one.event for one in chat.log if isinstance(one.event, JourneyStarted)]
    assert (inner.parent, inner.journey, inner.release) == (outer.run, "find_order", outer.release)


def test_an_outcome_that_gives_nothing_back_takes_the_branch_of_its_name():
    chat = begun()
    assert found(chat, "cancelled") == [
        "It was cancelled.",
        "So there is nothing to wrap.",
        "Is there anything else that I can do for you?",
    ]
    assert chat.outcomes == ["gone", "nothing_to_wrap"]


def test_without_a_branch_the_caller_ends_as_the_called_one_did():
    chat = begun()
    chat.write("eva@example.com", slot("email", "eva@example.com"))
    chat.matched()
    said = chat.settle("denied", reason="That order belongs to somebody else.")
    assert said == ["I cannot find it.", "Is there anything else that I can do for you?"]
    assert chat.outcomes == ["not_found", "not_found"]


def test_who_stops_it_stops_the_whole():
    chat = begun()
    assert chat.write("forget it", CANCEL)[0] == "All right, I have left that. Nothing was changed."
    assert chat.outcomes == ["cancelled", "cancelled"] and chat.state.runs == ()


def test_another_subject_comes_on_top_and_the_called_one_goes_on_afterwards():
    chat = begun()
    chat.write("where is my other order", start("order_status"))
    assert chat.write("forget it", CANCEL) == [
        "All right, I have left that. Nothing was changed.",
        "Back to your order.",
        "Which e-mail address?",
    ]


def test_to_name_the_subject_of_the_caller_again_is_no_other_subject():
    chat = begun()
    said = chat.write("it is a gift", start("gift"))
    assert said == ["I could not find that in what you wrote. Which e-mail address?"]


def test_back_to_the_caller_from_a_subject_on_top_is_back_to_where_its_call_stands():
    chat = begun()
    chat.write("where is my other order", start("order_status"))
    assert chat.write("no, the gift", start("gift"))[-2:] == ["Back to your order.", "Which e-mail address?"]
    assert chat.outcomes == ["changed_subject"]


def test_a_person_can_be_had_and_hands_back_to_it():
    chat = begun()
    chat.write("a human", HUMAN)
    chat.queued()
    chat.joined()
    assert chat.handed_back()[-1] == "Which e-mail address?"


def test_when_nobody_took_the_hand_over_in_it_neither_it_nor_its_caller_is_left_over():
    find, ask = FIND.replace("- end: gone", "- hand_over: care"), ASK.replace("      gone:", "      handed_over:")
    chat = Chat(more={"journeys/find_order.yaml": find, "journeys/gift.yaml": ask})
    chat.write("a gift", start("gift"))
    chat.write("A-1042", slot("order_no", "A-1042"))
    found(chat, "cancelled")
    assert {run.waits_for for run in chat.state.runs} == {"call", "hand_over"}
    chat.reopened()
    assert chat.state.runs == ()


def test_a_correction_of_what_was_passed_on_is_one_for_the_caller_too():
    chat = begun()
    said = chat.write("no, A-1043", slot("order_no", "A-1043"))
    assert said == ["Thank you, I have put that right.", "Which e-mail address?"]
    assert chat.outcomes == ["corrected"]
    outer, inner = chat.state.runs
    assert outer.values["order_no"] == inner.values["order_no"] == "A-1043"
    assert found(chat) == ["What shall the card say?"]
    assert chat.write("Hello", slot("words", "Hello"))[0] == "A-1043 says Hello, found."


def test_a_correction_after_the_call_makes_the_call_again():
    chat = begun()
    found(chat)
    said = chat.write("no, A-1043", slot("order_no", "A-1043"))
    assert said == ["Thank you, I have put that right."]  # known by now, so that the order is looked up at once
    assert chat.proposal.args["order_id"] == "A-1043"


def test_a_correction_comes_too_late_when_the_called_journey_has_done_something():
    mail = """\
  - do: mail.send
    with: { reply_to: "{email}", message: "{note}" }
"""
    find = FIND.replace("  - end: found\n", f"  - ask: note\n  - ask: email\n{mail}  - end: found\n")
    chat = Chat(more={**FILES, "journeys/find_order.yaml": find})
    chat.write("a gift", start("gift"))
    chat.write("A-1042", slot("order_no", "A-1042"))
    assert found(chat)[-1] == "Anything to add?"
    chat.write("Thanks")
    assert chat.proposal.action == "mail.send"
    assert chat.settle("succeeded", {"mail_id": "m-1"}) == ["What shall the card say?"]
    said = chat.write("no, A-1043", slot("order_no", "A-1043"))
    assert said == ["That has been carried out already, so I can no longer change it.", "What shall the card say?"]


def test_it_is_neither_offered_nor_learned_from():
    chat = Chat(more=FILES)
    assert "find_order" not in chat.journeys.examples()
    assert all("find_order" not in journey.menu for journey in chat.journeys.journeys.values())


@pytest.mark.parametrize(
    ("find", "ask", "says"),
    [
        (FIND, ASK.replace("call: find_order", "call: find_ordr"), "gift.yaml:10:11: there is no journey 'find_ordr'; did you mean 'find_order'?"),
        (FIND, ASK.replace("with: { order_no:", "with: { number:"), "gift.yaml:11:13: 'find_order' has no slot 'number'"),
        (FIND, ASK.replace('with: { order_no: "{order_no}"', 'with: { email: "{order_no}"'), "'email' of 'find_order' is of type email, and {order_no} of type order_number; give both slots the same type"),
        (FIND, ASK.replace("      gone:", "      lost:"), "this step has no branch 'lost'"),
        (FIND, ASK.replace("{found.no}", "{found.number}"), "'found' comes from a call that gives no 'number' at each of its ends"),
        (FIND, ASK.replace("say: So there", 'say: "{found.no}" #'), "'found.no' has no value here, because the step did not succeed"),
        (FIND.replace('    gives: { no: "{order_no}", order: "{order}" }\n', ""), ASK.replace("{found.no}", "It"), "'find_order' gives nothing back, so nothing behind this step is ever reached; write 'gives: {}'"),
        (FIND.replace('no: "{order_no}"', 'no: "{ordr_no}"'), ASK, "find_order.yaml:23:19: 'ordr_no' is not known here; did you mean 'order_no'?"),
        (FIND, ASK.replace("call: find_order", "call: order_status"), "'order_status' gives nothing back"),
        (FIND, "journey: gift\ntitle: x\nabout: x\nexamples: [one]\nsteps: [{ end: x }]\n", "1 examples are too few: write 3 or more"),
        (FIND, "journey: gift\ntitle: x\nabout: x\nsteps: [{ end: x }]\n", "'gift' has no examples, and no journey calls it and no trigger either, so nothing begins it; write 'examples:', call it, or write a trigger"),
        (FIND.replace("  - end: found\n", "  - call: find_order\n  - end: found\n"), ASK, "it calls itself, by find_order > find_order"),
        (FIND.replace("  - end: found\n", "  - call: gift\n  - end: found\n"), ASK.replace("- end: wrapped", "- end: wrapped\n    gives: {}"), "it calls itself, by gift > find_order > gift"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_call_is_told_with_its_place_and_its_mend(find: str, ask: str, says: str):
    told = problems(find, ask)
    assert any(says in problem for problem in told), told


def test_the_example_has_no_problem():
    assert problems() == []
