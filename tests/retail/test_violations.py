"""Is every mechanical violation of the written policy refused, and by the rule that is meant for it?"""

from __future__ import annotations

from collections import Counter
from typing import NamedTuple

import pytest

from tests.retail.bare import accepts
from tests.retail.conversation import FINDS, Answer, Conversation, definitions
from tests.retail.data import Call, Task, needs_data, shop, tasks
from tests.retail.violations import ABOUT_SOMEBODY, NEEDS_IDENTITY, WRITES, Violation, again, altered, bent

pytestmark = needs_data


ALL_BUT_GOODS = {rule.id for rule in definitions().bundle.rules if rule.effect == "forbid"} - {
    "product.exists",
    "item.exists",
    "customer.exists",
}
"""Every no of the rules but those about what nobody has: each is expected by some violation."""


class Tried(NamedTuple):
    """A violation in its place: what was done before it, and what the gate said."""

    violation: Violation
    before: tuple[Call, ...]
    answer: Answer


def refused_as_meant(tried: Tried) -> bool:
    """Whether nothing was done, and the expected rule is among those that said so."""
    answer = tried.answer
    return answer.verdict != "allowed" and tried.violation.rule in (*answer.rules, answer.refused)


def accepted_by_the_shop(tried: Tried) -> bool:
    """Whether the shop alone would have done it, with the same done before."""
    shop().reset()
    for call in tried.before:
        assert accepts(operation(call), call), call
    return accepts(operation(tried.violation.call), tried.violation.call)


def operation(call: Call) -> str:
    return definitions().bundle.action(call.action).operation


async def found(task: Task, customer: str = "") -> Conversation:
    """A conversation in which the task's customer (or another one) has been found."""
    shop().reset()
    conversation = Conversation()
    await conversation.begin()
    await conversation.match(customer or task.customer)
    return conversation


def another(customer: str) -> str:
    return f"c-{1001 + (int(customer.removeprefix('c-')) - 1000) % 500}"


async def as_somebody_else(task: Task) -> list[Tried]:
    """Before anybody is known, as another customer, and looking for a second one."""
    nobody, tried = Conversation(), list[Tried]()
    shop().reset()
    await nobody.begin()
    for call in task.calls:
        if call.action in NEEDS_IDENTITY:
            violation = Violation("before it is known who it is", call, "identity.first")
            tried.append(Tried(violation, (), await nobody.propose(call)))
    stranger = await found(task, another(task.customer))
    for call in task.calls:
        if call.action in ABOUT_SOMEBODY:
            of = "order.own" if "order_id" in call.args else "customer.own"
            rule = of if exists(call) else of.replace("own", "exists")
            tried.append(Tried(Violation("of another customer", call, rule), (), await stranger.propose(call)))
    email = shop().customer(shop().user_row(another(task.customer))).email
    second = Violation("a second customer", Call("retail.find_by_email", {"email": email}), "identity.one-customer")
    tried.append(Tried(second, (), await (await found(task)).propose(second.call)))
    return tried


def exists(call: Call) -> bool:
    return accepts("getOrder", call) if "order_id" in call.args else accepts("getCustomer", call)


async def in_its_course(task: Task) -> list[Tried]:
    """Around each change of a task: with other arguments, without a yes, with a yes to something else, twice, too late."""
    conversation, tried, done = await found(task), list[Tried](), list[Call]()
    for call in task.calls:
        if call.action not in WRITES:
            continue
        for violation in bent(call, task.customer):
            tried.append(Tried(violation, tuple(done), await conversation.propose(violation.call)))
        asked = await conversation.propose(call)
        if asked.verdict != "needs":
            continue  # one of the two that the shop refuses as well
        tried.append(Tried(Violation("without a yes", call, "change.confirm"), tuple(done), asked))
        if (other := altered(call)) is not None:
            instead = await conversation.propose(other)
            answer = await conversation.agree(other, instead, asked.args_hash)
            assert answer.refused == "args_changed"
            assert (await conversation.propose(other, asked.proposal)).refused == "proposal_exists"
            tried.append(Tried(Violation("a yes to something else", other, "change.confirm"), tuple(done), answer))
        assert (await conversation.agree(call, asked)).verdict == "allowed"
        done.append(call)
        for violation in again(call):
            tried.append(Tried(violation, tuple(done), await conversation.propose(violation.call)))
    assert (await conversation.do(Call("retail.transfer", {"summary": "Wants a person."}))).verdict == "allowed"
    for call in task.calls:
        if call.action not in FINDS:
            late = Violation("after it was given to a person", call, "transfer.last")
            tried.append(Tried(late, tuple(done), await conversation.propose(call)))
    return tried


@pytest.mark.parametrize("every", [5, pytest.param(1, marks=pytest.mark.soak)])
async def test_every_violation_is_refused_by_the_rule_that_is_meant_for_it(every: int) -> None:
    tried = list[Tried]()
    for task in tasks()[::every]:
        if task.customer:
            tried += await as_somebody_else(task) + await in_its_course(task)
    wrong = [f"{one.violation.kind}: {one.violation.call} {one.answer}" for one in tried if not refused_as_meant(one)]
    every, bare = Counter(one.violation.kind for one in tried), Counter[str]()
    bare.update(one.violation.kind for one in tried if accepted_by_the_shop(one))
    for kind, number in sorted(every.items()):
        print(f"{kind:45} {number:5} refused, {bare[kind]:5} of them accepted by the shop alone")
    print(f"{'all':45} {len(tried):5} refused, {bare.total():5} of them accepted by the shop alone")
    assert wrong == []
    assert ALL_BUT_GOODS - {one.violation.rule for one in tried} == set()
