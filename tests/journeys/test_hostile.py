"""A fuzzer in the model's place: whatever it suggests, a journey proposes nothing but its own step's action."""

from __future__ import annotations

from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from interlock.journeys.language import DoStep, LookUpStep, VerifyStep
from interlock.vocabulary.channels import VIRTUAL_AGENT
from interlock.vocabulary.interactions import MessagePosted
from interlock.vocabulary.journeys import SlotFilled, StepReached
from interlock.vocabulary.proposals import ActionProposed
from tests.journeys.harness import ORDER, REFUND, Chat, slot, start

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=40),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=8,
)
NAMES = st.sampled_from(
    ["order_no", "email", "item", "order", "refund", "customer_reason", "wants_mail", "mail_text", "intent", "human"]
)
JOURNEYS = st.sampled_from(["order_status", "damaged_item", "talk_to_human", "business", "shop.refund_item", ""])
VALUES = JSON | st.sampled_from(["A-1042", "A-9999", "eva@example.com", "i-1", "i-3", "i-2", True, False, -1, ORDER])
SUGGESTION = st.one_of(
    JSON,
    st.builds(start, JOURNEYS | JSON),
    st.builds(slot, NAMES | JSON, VALUES),
    st.builds(lambda name, value: {"type": "correct_slot", "name": name, "value": value}, NAMES, VALUES),
    st.builds(lambda kind: {"type": kind}, st.sampled_from(["cancel", "hand_over", "repeat", "clarify"])),
    st.builds(lambda args: {"type": "propose_action", "action": "shop.refund_item", "args": args}, JSON),
    st.builds(lambda options: {"type": "clarify", "journeys": options}, JSON),
    st.just(object()),
)
TEXT = st.text(max_size=60) | st.sampled_from(["yes", "A-1042", "kettle"])
FORWARD = st.tuples(st.just("forward"), st.none(), st.none())
MOVE = st.one_of(
    FORWARD,
    FORWARD,
    FORWARD,
    st.tuples(st.just("write"), TEXT, st.lists(SUGGESTION, max_size=4)),
    st.tuples(st.just("write"), TEXT, st.builds(lambda each: [each], st.builds(start, JOURNEYS))),
    st.tuples(
        st.just("write"),
        TEXT,
        st.just([slot("order_no", "A-1042"), slot("email", "eva@example.com"), slot("item", "i-1")]),
    ),
    st.tuples(st.just("settle"), st.just("succeeded"), st.sampled_from([ORDER, REFUND, {"customer_id": "c-1"}]) | JSON),
    st.tuples(
        st.just("settle"),
        st.sampled_from(["denied", "declined", "failed", "unavailable", "approval_pending"]),
        st.none(),
    ),
    st.tuples(st.just("needs"), st.sampled_from(["confirm", "step_up", "approve"]), st.none()),
)


def actions_of(chat: Chat, index: int) -> set[str]:
    """The actions that the step may propose at which the proposal's run stands directly behind it."""
    reached = chat.log[index + 1].event
    assert isinstance(reached, StepReached) and reached.waits_for == "proposal"
    proposed = chat.log[index].event
    assert isinstance(proposed, ActionProposed) and proposed.run == reached.run and reached.ref == proposed.proposal
    return {
        step.do if isinstance(step, DoStep) else step.look_up if isinstance(step, LookUpStep) else "shop.match_customer"
        for journey in chat.journeys.journeys.values()
        if isinstance(step := journey.steps.get(reached.path), DoStep | LookUpStep | VerifyStep)
    }


def check(chat: Chat) -> None:
    """What holds of every log, whatever the model said."""
    for index, recorded in enumerate(chat.log):
        event = recorded.event
        if isinstance(event, ActionProposed):
            assert event.action in actions_of(chat, index)
            assert event.principal == VIRTUAL_AGENT
            chat.bundle.action(event.action).check({**event.args, **(event.private_args or {})}, b"secret")
        if isinstance(event, SlotFilled) and event.source == "message":
            assert event.name not in ("order", "refund", "result", "customer_reason")
    spoken = [each.event for each in chat.log if isinstance(each.event, MessagePosted)]
    ours = [message for message in spoken if message.author.kind == "virtual_agent"]
    assert not ours or "machine" in str(ours[0].text)


def forward(chat: Chat) -> None:
    """What a well-meaning customer and a healthy back end would do next."""
    run = chat.state.foreground
    if run is None:
        chat.write("broken", start("damaged_item"))
    elif run.waits_for in ("slot", "choice"):
        good = {"order_no": "A-1042", "email": "eva@example.com", "item": "i-1", "wants_mail": True}
        chat.write("Please call me.", slot(run.ref, good.get(run.ref)))
    elif run.waits_for == "proposal":
        results = {"shop.match_customer": {"customer_id": "c-104"}, "shop.get_order": ORDER}
        chat.settle("succeeded", results.get(chat.proposal.action, REFUND), ref=run.ref)
    elif run.waits_for == "hand_over":
        chat.hand_over_fails()


def play(chat: Chat, moves: list[tuple[Any, ...]]) -> None:
    for kind, first, second in moves:
        if kind == "forward":
            forward(chat)
        elif kind == "write":
            chat.expects()
            chat.write(first, *second)
        elif chat.proposals and kind == "settle":
            chat.settle(first, second, "Because.")
        elif chat.proposals:
            chat.needs(first)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(st.integers(0, 7), st.lists(MOVE, max_size=14))
def test_no_suggestion_whatever_crashes_a_turn_or_has_anything_proposed_but_the_steps_own_action(steps, moves):
    chat = Chat()
    for _ in range(steps):
        forward(chat)
    play(chat, moves)
    check(chat)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(SUGGESTION, max_size=6), st.integers(0, 3))
def test_at_an_open_choice_only_an_item_of_the_list_can_be_refunded(suggestions, which):
    chat = Chat()
    chat.write("broken", start("damaged_item"))
    chat.write("x", slot("order_no", "A-1042"), slot("email", "eva@example.com"))
    chat.settle("succeeded", {"customer_id": "c-104"})
    chat.settle("succeeded", ORDER)
    chat.write("that one", *suggestions, slot("item", f"i-{which}"))
    for proposed in chat.proposals:
        if proposed.action == "shop.refund_item":
            assert (proposed.args["item_id"], proposed.args["amount"]["amount"]) in {("i-1", 1840), ("i-3", 14000)}
    check(chat)


def test_a_value_that_contains_itself_is_no_suggestion():
    chat = Chat()
    endless: dict[str, Any] = {"type": "set_slot", "name": "order_no"}
    endless["value"] = endless
    deep: Any = []
    for _ in range(5000):
        deep = [deep]
    assert chat.write("hm", endless, deep, {"type": "set_slot", "name": "x", "value": "\ud800"}, 10**400)
