"""Is every mistake in a journey file found, with its place and what to write instead?"""
# ruff: noqa: E501

from __future__ import annotations

from collections.abc import Callable

import pytest

from interlock.journeys.compile import compile_journeys
from interlock.journeys.triggers import begun_by, load_triggers
from interlock.kernel.documents import DefinitionError
from tests.journeys.harness import demo, demo_files, queue_names

GOOD = """\
journey: returning
title: Send something back
about: your return
examples: [I want to return it, take it back, send it back]
slots:
  order_no: { type: order_number, pattern: "A-####", ask: "Which order?" }
  item: { type: choice }
steps:
  - ask: order_no
  - look_up: shop.get_order
    with: { order_id: "{order_no}" }
    as: order
  - when: order.status == "delivered"
    then:
      - choose: item
        from: order.items
        ask: Which one?
        label: "{item.name}"
      - hand_over: care
    else:
      - say: Not yet, {order.order_id}.
  - end: told
"""


def problems(text: str, tenant_change: Callable[[str], str] = str) -> list[str]:
    files = demo_files()
    tenant, _, bundle = demo()
    journeys = {path: file for path, file in files.items() if path.startswith("journeys/")}
    try:
        compile_journeys(
            {**journeys, "journeys/returning.yaml": text},
            tenant,
            actions=bundle.actions,
            promises=bundle.promises,
            queues=queue_names(files),
            tenant_file=tenant_change(files["tenant.yaml"]),
            begun=begun_by(load_triggers(demo_files())),
        )
    except DefinitionError as error:
        return [str(problem) for problem in error.problems]
    return []


def test_what_no_rule_permits_to_the_virtual_agent_is_no_step_of_a_journey():
    tenant, _, bundle = demo()
    files = demo_files()
    journeys = {path: file for path, file in files.items() if path.startswith("journeys/")}
    permitted = bundle.permitted_to(("virtual_agent",)) - {"shop.get_order"}
    with pytest.raises(DefinitionError) as found:
        compile_journeys(
            {**journeys, "journeys/returning.yaml": GOOD},
            tenant,
            actions=bundle.actions,
            promises=bundle.promises,
            queues=queue_names(files),
            tenant_file=files["tenant.yaml"],
            begun=begun_by(load_triggers(demo_files())),
            permitted=permitted,
        )
    told = [str(problem) for problem in found.value.problems if problem.file == "journeys/returning.yaml"]
    assert told == [
        "journeys/returning.yaml:10:14: no rule permits 'shop.get_order' to the virtual agent, so it could only ever be denied; "
        "write a permit for the role virtual_agent in policies/, or take the step out"
    ]


def changed(old: str, new: str) -> list[str]:
    assert old in GOOD
    return problems(GOOD.replace(old, new))


@pytest.mark.parametrize(
    ("weeks", "fits"), [("8", False), ("{order.weeks} weeks", False), ("{order.weeks}", True)],
)  # fmt: skip
def test_a_number_is_taken_from_a_placeholder_alone_and_never_from_a_text(weeks: str, fits: bool):
    do = f'- do: shop.pause_subscription\n    with: {{ subscription_id: "{{order.id}}", weeks: "{weeks}" }}\n    as: paused\n'
    told = [each for each in changed("  - end: told\n", f"  {do}  - end: told\n") if "'weeks'" in each]
    mend = "take it from a slot or a result by a placeholder alone, such as '{weeks}': a whole number from 1 to 26"
    assert told == [] if fits else len(told) == 1 and told[0].endswith(f"can never be this text; {mend}")


def test_the_example_and_the_demo_have_no_problem():
    assert problems(GOOD) == []


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("look_up: shop.get_order", "look_up: shop.get_ordr", "10:14: there is no action 'shop.get_ordr'; did you mean 'shop.get_order'?"),
        ("look_up: shop.get_order", "look_up: shop.refund_item", "changes something, and 'look_up' only reads"),
        ("    as: order\n", "    as: order\n    purpose: trackin\n", "13:14: 'shop.get_order' is not proposed for 'trackin'; did you mean 'tracking'?"),
        ("order_id: \"{order_no}\"", "order: \"{order_no}\"", "11:13: 'shop.get_order' has no argument 'order'; did you mean 'order_id'?"),
        ("order_id: \"{order_no}\"", "", "'shop.get_order' also needs 'order_id'"),
        ("order_id: \"{order_no}\"", "order_id: \"A 1042\"", "'order_id' of 'shop.get_order' can never be this text; write it like A-1042"),
        ("- ask: order_no", "- ask: order_number", "9:10: there is no slot 'order_number'; did you mean 'order_no'?"),
        ("{order.order_id}", "{ordr.order_id}", "21:23: 'ordr' is not known here; did you mean 'order'?"),
        ("order.status ==", "ordre.status ==", "13:11: 'ordre' is not known here; did you mean 'order'?"),
        ("  - ask: order_no\n", "", "'order_no' may have no value here yet; ask for it before"),
        ("hand_over: care", "hand_over: car", "19:20: there is no queue 'car'; did you mean 'care'?"),
        ("  - end: told\n", "", "the journey runs out behind this step; add '- end: …'"),
        ("- say: Not yet", "- end: early\n      - say: Not yet", "this step is never reached"),
        ("item: { type: choice }", "item: { type: text }", "'item' cannot be chosen from a list"),
        (', ask: "Which order?"', "", "the slot 'order_no' has no question"),
        ("    as: order\n", "    as: order\n    on: { declined: [{ end: x }] }\n", "this step has no branch 'declined'"),
        ("    as: order\n", "    as: order\n    on: { denied: [{ say: Oh. }] }\n", "the branch 'denied' runs out behind this step"),
        ("    as: order\n", "    as: order\n    on: { denied: [{ say: \"{order.status}\" }, { end: x }] }\n", "'order.status' has no value here, because the step did not succeed; write order.customer_reason"),
        ("journey: returning", "journey: order_status", "the journey 'order_status' exists already, in journeys/order_status.yaml"),
        ("examples: [I want to return it, take it back, send it back]", "examples: []", "examples"),
        ("- ask: order_no", "- verify: { level: 2, by: order_and_email }\n  - ask: order_no", "a journey establishes level 1 only, and not 2"),
        ("- ask: order_no", "- verify: { level: 1, by: passport }\n  - ask: order_no", "there is no way to verify called 'passport'"),
        ("type: order_number, pattern", "type: email, pattern", "'pattern' means nothing for a slot of type email"),
        ("  - end: told\n", "  - wait_for: 3d\n", "wait_for"),
    ],
)  # fmt: skip
def test_a_mistake_is_told_with_its_place_and_its_mend(old: str, new: str, says: str):
    found = changed(old, new)
    assert any(says in problem for problem in found), found
    assert all(problem.startswith("journeys/returning.yaml:") for problem in found)


def test_a_branch_that_neither_the_step_nor_the_tenant_has_is_missed():
    found = problems(GOOD, lambda tenant: tenant.replace("  unavailable:\n", "  empty_shelf:\n"))
    assert any("tenant.yaml" in each and "there is no branch 'empty_shelf'" in each for each in found)
    assert any("returning.yaml:10:5: nothing says what happens in 'unavailable'" in each for each in found)


def test_while_an_approval_is_awaited_a_branch_only_speaks():
    found = problems(
        GOOD, lambda tenant: tenant.replace("  approval_pending:\n", "  approval_pending:\n    - end: x\n")
    )
    assert any("the step goes on waiting, so the branch can only say something" in each for each in found)


def test_all_problems_of_a_file_are_told_at_once():
    found = problems(GOOD.replace("shop.get_order", "shop.get_ordr").replace("hand_over: care", "hand_over: car"))
    assert len(found) == 2


def test_steps_are_addressed_as_in_the_file_and_know_what_follows():
    _, journeys, _ = demo()
    damaged = journeys.journeys["damaged_item"]
    assert damaged.order[:4] == ("0", "1", "2", "2.on.denied.0")
    assert damaged.follows["3.then.0"] == "3.then.1"
    assert damaged.follows["2.on.denied.1"] == ""
    assert damaged.enters("3.else", "3") == "4"
    assert damaged.branch("5", "denied") == "5.on.denied.0"
    assert damaged.branch("5", "unavailable") == "default.unavailable.0"


def test_a_customer_has_a_number_only_behind_the_step_that_matched_her():
    told = changed("Not yet, {order.order_id}.", "Not yet, {customer.id}.")
    assert len(told) == 1 and "nobody is known here yet" in told[0] and "write a 'verify' step before it" in told[0]
    matched = "  - verify: { level: 1, by: order_and_email }\n  - look_up"
    slots = 'slots:\n  email: { type: email, ask: "Which?" }'
    good = GOOD.replace("  - look_up", matched, 1).replace("slots:", slots).replace("{order.order_id}", "{customer.id}")
    assert problems(good) == []


def test_a_promise_that_there_is_not_and_a_value_that_is_not_there_are_told():
    promise = '  - promise: late_refund\n    about: "{order_no}"\n    value: "{order.total}"\n'
    step = promise + "    on:\n      denied:\n        - end: denied\n  - end: told"
    assert changed("  - end: told", step) == []
    assert "there is no promise 'late_refnd'" in changed("  - end: told", step.replace("late_refund", "late_refnd"))[0]
    assert "'item' may have no value here yet" in changed("  - end: told", step.replace("order.total", "item.price"))[0]


@pytest.mark.parametrize(
    ("action", "what"),
    [
        ("mail.anwser", "there is no action 'mail.anwser'; did you mean mail.answer?"),
        ("mail.text", "'mail.text' does not take 'message_id'; add it to its 'args:'"),
        ("mail.send_news", "'mail.send_news' needs 'link', which nothing gives it"),
    ],
)
def test_what_is_to_send_mails_is_an_action_that_takes_a_mail(action: str, what: str) -> None:
    found = problems(GOOD, lambda tenant: tenant.replace("action: mail.answer", f"action: {action}"))
    assert any("tenant.yaml:" in each and what.partition(";")[0] in each for each in found), found
    assert not problems(GOOD)
