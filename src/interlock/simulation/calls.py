"""How does a node reach the shop: a call that can be slow, never arrive, fail, or be done although its answer is lost?"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from random import Random
from typing import Any, Final

from interlock.connectors.contract import Answer, Authorised, Declined, Done
from interlock.control.actions import Action, lookup_request, request_of
from interlock.control.arguments import hash_args
from interlock.kernel.errors import Refused, Unavailable
from interlock.simulation.services import Problem
from interlock.simulation.shop import Shop
from interlock.simulation.weather import Weather
from interlock.store.memory import MemoryStore
from interlock.vocabulary.proposals import EffectStarted, ProposalJudged

TIME_LIMIT_S: Final = 4.0
"""As for the connectors of a real node."""


class CallCheck:
    """Whether a call may be made: it has to be authorised, and has to stand in the log as allowed and begun."""

    def __init__(self, store: MemoryStore, secret: bytes, wrong: Callable[[str], None]) -> None:
        self._store = store
        self._secret = secret
        self._wrong = wrong

    def allowed(self, authorised: Authorised, action: Action, args: Mapping[str, Any], key: str) -> None:
        """Tell of everything that was not allowed. Raises Refused where the call is another one than was allowed."""
        if not authorised.covers(action.name, args, key):
            self._wrong(f"{action.name} for {key} was called without being authorised")
            raise Refused("not_authorised", "This was not allowed.", status=403)
        facts = [self._store.events[index].event for index in self._store.by_tag.get(f"proposal:{key}", ())]
        expected = hash_args(action.name, args, self._secret)
        allowed = [
            fact
            for fact in facts
            if isinstance(fact, ProposalJudged) and fact.verdict == "allowed" and fact.args_hash == expected
        ]
        if not allowed:
            self._wrong(f"{action.name} for {key} was called, and the log has no allowed judgement of these arguments")
        if not any(isinstance(fact, EffectStarted) for fact in facts):
            self._wrong(f"{action.name} for {key} was called before EffectStarted was in the log")


class Calls:
    """``interlock.connectors.contract.Connection`` of one node to one system, which believes nobody."""

    def __init__(
        self,
        name: str,
        shop: Shop,
        check: CallCheck,
        chance: Random,
        weather: Callable[[], Weather],
    ) -> None:
        self.name = name
        self._shop = shop
        self._check = check
        self._chance = chance
        self._weather = weather

    async def aclose(self) -> None:
        """There is nothing to close."""

    async def read(self, operation: str, parameters: Mapping[str, Any]) -> dict[str, Any] | None:
        """Read a resource."""
        try:
            found: dict[str, Any] = await self._exchange(operation, parameters, "")
        except Problem:
            return None
        return found

    async def perform(self, authorised: Authorised, action: Action, args: Mapping[str, Any], key: str) -> Answer:
        """Carry out what was allowed, and tell of everything that was not."""
        self._check.allowed(authorised, action, args, key)
        request = request_of(action, args, key)
        try:
            return Done(await self._exchange(action.operation, request, key if action.idempotency else ""))
        except Problem as problem:
            return Declined(problem.code, problem.reason)

    async def look_up(self, action: Action, args: Mapping[str, Any], key: str) -> Any:
        """Ask what became of a call."""
        assert action.lookup is not None
        return await self._exchange(action.lookup.operation, lookup_request(action, args, key), "")

    async def _exchange(self, operation: str, given: Mapping[str, Any], key: str) -> Any:
        weather, chance = self._weather(), self._chance
        await asyncio.sleep(chance.uniform(0.001, 0.03))
        if chance.random() < weather.shop_unreached:
            raise Unavailable(self.name, "it was not reached", sent=False)
        delay = chance.uniform(0.001, 0.05)
        if chance.random() < weather.shop_slow:
            delay = chance.uniform(0.5, 2 * TIME_LIMIT_S)
        fails, loses = chance.random() < weather.shop_fails, chance.random() < weather.shop_loses
        answer: asyncio.Future[Any] = asyncio.get_running_loop().create_future()

        def arrive() -> None:
            # The request is on its way: it arrives although the node that sent it may be dead by now.
            if fails:
                _settle(answer, Unavailable(self.name, "it answered with status 500"))
                return
            try:
                found = self._shop.do(operation, given, key)
            except Problem as problem:
                _settle(answer, problem)
                return
            if loses:
                _settle(answer, Unavailable(self.name, "its answer got lost"))
            elif not answer.done():
                answer.set_result(found)

        asyncio.get_running_loop().call_later(delay, arrive)
        try:
            async with asyncio.timeout(TIME_LIMIT_S):
                return await answer
        except TimeoutError:
            raise Unavailable(self.name, f"it did not answer within {TIME_LIMIT_S:g} s") from None


def _settle(answer: asyncio.Future[Any], error: Exception) -> None:
    if not answer.done():
        answer.set_exception(error)
        # Nobody may be there any more to hear it.
        answer.exception()
