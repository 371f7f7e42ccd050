"""Does the demo shop's ledger hold a refund that the gate did not let through, and how many tries were refused?"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

import httpx
import msgspec

from interlock.connectors.http import local_client
from interlock.control.flips import amount_of
from interlock.kernel.errors import Unavailable
from interlock.kernel.events import START, Recorded
from interlock.kernel.log import Query
from interlock.runtime.past import past
from interlock.vocabulary.ids import CustomerId, InteractionId, tag
from interlock.vocabulary.money import Money
from interlock.vocabulary.people import MatchFailed
from interlock.vocabulary.proposals import ActionProposed, ProposalJudged

if TYPE_CHECKING:
    from interlock.runtime.app import App

REFUNDS: Final = frozenset({"shop.refund_item", "shop.refund_item_plain"})
CLOCKS_APART: Final = timedelta(seconds=2)
"""How far the shop's clock and this one may differ before an entry counts as older than its allowance."""

ANSWERS_WITHIN_S: Final = 3.0
"""How long the demo shop may take to show its books."""


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One refund as the shop's own books have it; ``reference`` is the key that it was asked for with."""

    refund_id: str
    order_id: str
    customer_id: CustomerId
    item_id: str
    item_name: str
    amount: Money
    destination: str
    created_at: datetime
    reference: str | None = None


class _Page(msgspec.Struct, frozen=True):
    refunds: list[Entry]


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """An entry of the books beside the log.

    Attributes:
        interaction: where it was proposed; empty where the log knows of no such proposal.
        before: made by the shop itself, before there was a log to compare it with.
        wrong: what is wrong with it; empty where nothing is.
    """

    entry: Entry
    interaction: InteractionId = InteractionId("")
    before: bool = False
    wrong: str = ""


def finding(entry: Entry, facts: Iterable[Recorded], *, again: bool) -> Finding:
    """Whether the log has an allowance for exactly this entry.

    Args:
        facts: what the log has under the entry's key.
        again: whether an older entry has the same key.
    """
    asked: ActionProposed | None = None
    allowed: datetime | None = None
    for recorded in facts:
        match recorded.event:
            case ActionProposed() as event:
                asked = event
            case ProposalJudged(verdict="allowed") if allowed is None:
                allowed = recorded.at
    return Finding(
        entry=entry,
        interaction=asked.interaction if asked is not None else InteractionId(""),
        wrong="A second entry under one key." if again else _wrong(entry, asked, allowed),
    )


def _wrong(entry: Entry, asked: ActionProposed | None, allowed: datetime | None) -> str:
    if asked is None or asked.action not in REFUNDS:
        return "The log knows of no such proposal."
    if allowed is None:
        return "It was never allowed."
    if allowed > entry.created_at + CLOCKS_APART:
        return "It was made before it was allowed."
    args = asked.args
    if (args.get("order_id"), args.get("item_id"), asked.customer) != (
        entry.order_id,
        entry.item_id,
        entry.customer_id,
    ):
        return "Something else was allowed under this key."
    if amount_of(args) != entry.amount:
        return f"Another amount was allowed: {amount_of(args)}."
    return ""


class Books:
    """The shop's books beside the log. What was found right stays right, so each entry is looked up once."""

    def __init__(self, app: App) -> None:
        self._app = app
        self._right: dict[str, Finding] = {}
        self._cursor = START
        self._began: datetime | None = None
        self._refused: dict[str, InteractionId] = {}

    async def compare(self) -> list[Finding]:
        """Every entry of the books, newest first, compared with the log. Raises Unavailable where the shop is down."""
        entries, began = await self._read(), await self._first()
        new = [one for one in entries if one.refund_id not in self._right]
        keys = sorted({one.reference for one in new if one.reference})
        facts = await self._facts(keys)
        seen: set[str] = set()
        found: list[Finding] = []
        for entry in reversed(entries):
            key = entry.reference or ""
            known = self._right.get(entry.refund_id)
            if known is None and not key and entry.created_at < began:
                known = Finding(entry=entry, before=True)
            elif known is None:
                known = finding(entry, facts.get(key, ()), again=bool(key) and key in seen)
                if not known.wrong:
                    self._right[entry.refund_id] = known
            seen.add(key)
            found.append(known)
        return found[::-1]

    async def refused(self, interaction: InteractionId) -> tuple[int, int]:
        """How many tries were refused, in all and in one interaction: proposals denied, and matches that failed."""
        async for batch in past(self._app.log, (ProposalJudged, MatchFailed), self._cursor):
            for recorded in batch:
                match recorded.event:
                    case ProposalJudged(verdict="denied") as event:
                        self._refused[event.proposal] = event.interaction
                    case MatchFailed() as event:
                        self._refused[recorded.id] = event.interaction
            self._cursor = batch[-1].cursor
        return len(self._refused), sum(one == interaction for one in self._refused.values())

    async def _first(self) -> datetime:
        """When the log began."""
        if self._began is None:
            first = await self._app.log.after(START, 1)
            self._began = first[0].at if first else self._app.clock()
        return self._began

    async def _read(self) -> list[Entry]:
        try:
            async with local_client(timeout_s=ANSWERS_WITHIN_S) as client:
                answer = await client.get(f"{self._app.settings.shop_url}/ledger/refunds")
                answer.raise_for_status()
                return msgspec.json.decode(answer.content, type=_Page).refunds
        except (httpx.HTTPError, httpx.InvalidURL, msgspec.DecodeError) as error:
            raise Unavailable("shop", f"the shop does not show its books: {type(error).__name__}") from error

    async def _facts(self, keys: Sequence[str]) -> dict[str, list[Recorded]]:
        facts: dict[str, list[Recorded]] = {}
        if keys:
            kinds = (ActionProposed, ProposalJudged)
            read = await self._app.log.read(*(Query(tag("proposal", key), kinds) for key in keys))
            for recorded in read.events:
                assert isinstance(recorded.event, ActionProposed | ProposalJudged)
                facts.setdefault(recorded.event.proposal, []).append(recorded)
        return facts
