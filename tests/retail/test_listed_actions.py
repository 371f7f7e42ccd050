"""Does the gate let through what somebody does who does it right: all listed actions of all tasks?"""

from __future__ import annotations

from collections.abc import AsyncIterator

from tests.retail.bare import accepts
from tests.retail.conversation import FINDS, Answer, Conversation, definitions
from tests.retail.data import Call, Task, needs_data, shop, tasks

pytestmark = needs_data


async def replay(task: Task, conversation: Conversation) -> AsyncIterator[tuple[Call, Answer]]:
    """All calls of a task in order; a customer whom no listed search finds is found by his e-mail address first."""
    shop().reset()
    await conversation.begin()
    if task.customer and (not task.calls or task.calls[0].action not in FINDS):
        email = shop().customer(shop().user_row(task.customer)).email
        found = await conversation.do(Call("retail.find_by_email", {"email": email}))
        assert found.verdict == "allowed"
    for call in task.calls:
        yield call, await conversation.do(call)


async def test_no_listed_action_is_refused_unless_the_shop_refuses_it_too() -> None:
    done, refused, looked = 0, list[str](), 0
    for task in tasks():
        async for call, answer in replay(task, Conversation()):
            looked += 1
            if answer.verdict == "allowed" and not answer.declined:
                done += 1
                continue
            told = f"task {task.name}: {call.action}: {answer.declined or ', '.join(answer.rules)}"
            # Nothing was done, so the shop still stands where it stood.
            assert not accepts(definitions().bundle.action(call.action).operation, call), told
            refused.append(told)
    print(
        f"\n{looked} listed actions: {done} done, {len(refused)} refused by the shop alone, too\n" + "\n".join(refused)
    )
    assert (looked, done, len(refused)) == (550, 532, 18)
    assert len([each for each in refused if ".find_" in each or ".get_" in each]) == 16
