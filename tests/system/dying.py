"""When does a node die in a test: by its own hand, with SIGKILL, at exactly one moment of one conversation.

Nothing in the product knows of this. Before the node starts, the doors through which it acts on the world are wrapped:
the append to the log, and the call of a connector.
"""

from __future__ import annotations

import functools
import os
import signal
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any, TypedDict

from interlock.connectors.http import HttpConnector
from interlock.kernel.events import Event
from interlock.kernel.log import Plan
from interlock.store import postgres
from interlock.store.postgres import PostgresLog
from interlock.vocabulary.interactions import InteractionStarted, SessionOpened


class Death(TypedDict):
    """What a node that is watched shall do.

    ``moment``: the types of an append's facts (joined by ``+``), or ``call`` and the action, and the how-many-eth that it
    is in the conversation; empty for a node that only writes its trace. ``when``: ``before``, ``after``, or ``within``
    (appended, and not committed). ``trace``: the file that gets every moment as it is reached.
    """

    moment: str
    when: str
    trace: str


class _Conversation:
    """What has happened so far in the one conversation that this node serves: that of the session opened on it."""

    def __init__(self, death: Death) -> None:
        self._death = death
        self._tags: set[str] = set()
        self._count: Counter[str] = Counter()

    def moment(self, plan: Plan) -> str:
        """The moment that an append is; empty where it belongs to something else."""
        for fact in plan.facts:
            if isinstance(fact, SessionOpened):
                self._tags.add(f"session:{fact.session}")
            if isinstance(fact, InteractionStarted) and f"session:{fact.session}" in self._tags:
                self._tags.add(f"interaction:{fact.interaction}")
        if not any(self._tags.intersection(fact.tags()) for fact in plan.facts):
            return ""
        return self.reach("+".join(type(fact).__name__ for fact in plan.facts))

    def knows(self, interaction: str) -> bool:
        """Whether that interaction belongs to the conversation."""
        return f"interaction:{interaction}" in self._tags

    def reach(self, name: str) -> str:
        """Something of this name begins; gives its moment, and notes it."""
        self._count[name] += 1
        moment = f"{name} {self._count[name]}"
        with open(self._death["trace"], "a", encoding="utf-8") as file:
            file.write(f"{moment}\n")
        return moment

    def at(self, moment: str, when: str) -> None:
        """Die if it is time to."""
        if moment and (moment, when) == (self._death["moment"], self._death["when"]):
            os.kill(os.getpid(), signal.SIGKILL)


def arrange(death: Death | None) -> None:
    """Wrap the doors; the node then dies at the moment, if it comes."""
    if death is None:
        return
    conversation = _Conversation(death)
    PostgresLog.append = _appending(conversation, PostgresLog.append)  # type: ignore[method-assign]
    postgres._Judging.append = _judging(conversation, postgres._Judging.append)  # type: ignore[method-assign]
    HttpConnector.perform = _performing(conversation, HttpConnector.perform)  # type: ignore[method-assign]
    if death["moment"]:
        # A doomed node takes nobody's work over: it would take it along.
        PostgresLog.claim = _nothing  # type: ignore[method-assign, assignment]


def _appending(conversation: _Conversation, append: Callable[..., Any]) -> Any:
    @functools.wraps(append)
    async def appending(log: PostgresLog, plan: Plan) -> Any:
        moment = conversation.moment(plan)
        conversation.at(moment, "before")
        written = await append(log, plan)
        conversation.at(moment, "after")
        return written

    return appending


def _judging(conversation: _Conversation, append: Callable[..., Any]) -> Any:
    @functools.wraps(append)
    async def appending(judging: Any, plan: Plan) -> Any:
        moment = conversation.moment(plan)
        conversation.at(moment, "before")
        execute = judging._connection.execute

        async def executing(query: Any, *rest: Any) -> Any:
            if query == "commit":
                conversation.at(moment, "within")
            return await execute(query, *rest)

        judging._connection.execute = executing
        try:
            written = await append(judging, plan)
        finally:
            del judging._connection.execute
        conversation.at(moment, "after")
        return written

    return appending


def _performing(conversation: _Conversation, perform: Callable[..., Any]) -> Any:
    @functools.wraps(perform)
    async def performing(connector: HttpConnector, authorised: Any, action: Any, *rest: Any) -> Any:
        known = conversation.knows(authorised.proposed.interaction)
        moment = conversation.reach(f"call {action.name}") if known else ""
        conversation.at(moment, "before")
        answer = await perform(connector, authorised, action, *rest)
        conversation.at(moment, "after")
        return answer

    return performing


async def _nothing(*_: Any) -> Sequence[Event]:
    return ()
