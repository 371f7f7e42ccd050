"""A client for programs of other vendors: open a case, propose, see what is needed, wait for the outcome.

async with Client("https://centre.example.com", key) as client:
    case = await client.open_case(proof={"by": "order_and_email", "args": {"order_id": "A-1042", "email": "eva@example.com"}})
    refund = await client.propose("shop.refund_item", {"order_id": "A-1042", ...}, case=case)
    if refund.needs("confirm"):
        refund = await client.confirm(refund, yes=ask_the_customer(refund.says))
    refund = await client.wait(refund)
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Mapping
from types import TracebackType
from typing import Any, Final, Literal, TypeVar

import httpx
import msgspec

TRIES: Final = 5
"""How often a request is sent whose answer got lost; its idempotency key makes that harmless."""
PAUSE_S: Final = 0.5
"""The pause before the second try; it doubles with each further one."""
ASK_FOR_S: Final = 15.0
"""How long one request waits for an outcome."""

T = TypeVar("T", bound=msgspec.Struct)
Status = Literal["judging", "needs", "denied", "refused", "running", "unknown", "succeeded", "failed"]


class Refusal(Exception):
    """The server will not take the request as it is.

    Attributes:
        code: stable and machine-readable.
        status: the HTTP status.
    """

    def __init__(self, status: int, code: str, detail: str) -> None:
        super().__init__(f"{code}: {detail}")
        self.status = status
        self.code = code


class Case(msgspec.Struct, frozen=True):
    """A case: the customer who was matched (empty: nobody), and how sure that is."""

    case: str
    channel: str
    open: bool
    how: str
    customer: str
    assurance: int


class Ruling(msgspec.Struct, frozen=True):
    """A rule that decided."""

    rule: str
    reason: str
    customer_reason: str
    remedy: str | None


class Verdict(msgspec.Struct, frozen=True):
    """The gate's answer; ``reason`` is for agents, ``customer_reason`` for the customer."""

    verdict: Literal["allowed", "needs", "denied"]
    policy: str
    says: str
    rulings: tuple[Ruling, ...]
    needs: tuple[str, ...]
    reason: str
    customer_reason: str


class Need(msgspec.Struct, frozen=True, rename={"of": "from"}):
    """What is missing, whose part it is, and what to do."""

    remedy: str
    of: str
    what_to_do: str
    rules: tuple[str, ...]
    challenge: str | None = None


class Outcome(msgspec.Struct, frozen=True):
    """What came of it."""

    status: Literal["succeeded", "failed", "unknown"]
    result: Any = None
    moved: dict[str, Any] | None = None
    code: str = ""
    reason: str = ""


class Proposal(msgspec.Struct, frozen=True, rename={"missing": "needs"}):
    """A proposal as it stands.

    Attributes:
        missing: what is needed, first what is asked for now.
        customer_reason: what to tell the customer.
    """

    proposal: str
    case: str
    action: str
    args_hash: str
    status: Status
    verdict: Verdict | None
    missing: tuple[Need, ...]
    refused: str | None
    customer_reason: str
    outcome: Outcome | None

    @property
    def settled(self) -> bool:
        """Whether it is over: it succeeded, failed, was denied or refused, or a person has to look."""
        return self.status in ("denied", "refused", "unknown", "succeeded", "failed")

    @property
    def says(self) -> str:
        """What the action does, in the customer's words."""
        return self.verdict.says if self.verdict is not None else ""

    def needs(self, kind: str) -> Need | None:
        """What is asked for now, if it is of this kind: ``confirm``, ``step_up``, ``approve``, …"""
        first = self.missing[0] if self.missing else None
        return first if first is not None and first.remedy.partition(":")[0] == kind else None


class Tool(msgspec.Struct, frozen=True):
    """An action that may be proposed now, with a JSON Schema of its arguments."""

    name: str
    title: str
    description: str
    risk: str
    input_schema: dict[str, Any]
    read_only: bool
    destructive: bool


class Limit(msgspec.Struct, frozen=True):
    """What one rule lets a line come to, and what is ``left`` of that; ``remedy`` would cure its no beyond it."""

    rule: str
    most: int
    left: int
    actions: tuple[str, ...]
    remedy: str
    always: bool


class LedgerLine(msgspec.Struct, frozen=True):
    """How a line of a ledger stands: minor units of ``currency``, or counts where it is empty.

    Attributes:
        amount: what it comes to within its window, with what is on its way.
        in_flight: the proposals that are on their way.
        left: what is left before a rule says no that nothing cures; None where no rule always does.
    """

    ledger: str
    title: str
    by: tuple[str, ...]
    subject: str
    currency: str
    amount: int
    settled: int
    in_flight: tuple[str, ...]
    left: int | None
    limits: tuple[Limit, ...]


class _Tools(msgspec.Struct):
    tools: tuple[Tool, ...]


class Client:
    """Talks to one centre; every proposal goes through its gate. To be used with ``async with``, or closed."""

    def __init__(self, url: str, token: str, *, http: httpx.AsyncClient | None = None) -> None:
        """
        Args:
            url: the centre's address.
            token: an API key or an access token.
            http: a client to use instead of an own one, which then stays open.
        """
        self._url = url.rstrip("/")
        self._headers = {"Authorization": f"Bearer {token}"}
        self._own = http is None
        self._http = http or httpx.AsyncClient(timeout=ASK_FOR_S + 15)

    async def __aenter__(self) -> Client:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Let the connections go."""
        if self._own:
            await self._http.aclose()

    async def open_case(self, *, proof: Mapping[str, Any] | None = None, session: str = "", key: str = "") -> Case:
        """Open a case with a proof of who the customer is, or join her own session."""
        body: dict[str, Any] = {"session": session} if session else {"idempotency_key": key or _key()}
        if proof is not None:
            body["proof"] = dict(proof)
        return await self._post("/v1/cases", body, Case)

    async def tools(self, case: Case | str = "") -> tuple[Tool, ...]:
        """The actions that may be proposed now."""
        answer = await self._send("GET", "/v1/tools", params={"case": _id(case)})
        return msgspec.json.decode(answer, type=_Tools).tools

    async def ledger(self, name: str, *, case: Case | str) -> LedgerLine:
        """How the case, or the customer who was matched in it, stands in a ledger."""
        answer = await self._send("GET", f"/v1/ledgers/{name}", params={"case": _id(case)})
        return msgspec.json.decode(answer, type=LedgerLine)

    async def propose(
        self, action: str, args: Mapping[str, Any], *, case: Case | str, key: str = "", wait_s: float = ASK_FOR_S
    ) -> Proposal:
        """Propose an action. A lost answer is asked for again: with one key it happens once.

        Args:
            key: the idempotency key; a fresh one unless it is given.
            wait_s: how long to wait for the outcome.
        """
        body = {"case": _id(case), "action": action, "args": dict(args), "idempotency_key": key or _key()}
        return await self._post("/v1/proposals", {**body, "wait_s": wait_s}, Proposal)

    async def confirm(self, proposal: Proposal, *, yes: bool) -> Proposal:
        """Pass on the customer's answer to exactly what the proposal says."""
        body = {"args_hash": proposal.args_hash, "yes": yes, "wait_s": ASK_FOR_S}
        return await self._post(f"/v1/proposals/{proposal.proposal}/confirmation", body, Proposal)

    async def give_code(self, proposal: Proposal, code: str) -> Proposal:
        """Pass on the one-time code that the customer was sent for a proposal. Raises ValueError where none was."""
        need = proposal.needs("step_up")
        if need is None or need.challenge is None:
            raise ValueError("no code is asked for")
        await self._send("POST", f"/v1/cases/{proposal.case}/codes/{need.challenge}", json={"code": code}, once=True)
        return await self.show(proposal, wait_s=ASK_FOR_S)

    async def show(self, proposal: Proposal | str, *, wait_s: float = 0.0) -> Proposal:
        """How a proposal stands."""
        name = proposal if isinstance(proposal, str) else proposal.proposal
        answer = await self._send("GET", f"/v1/proposals/{name}", params={"wait_s": wait_s})
        return msgspec.json.decode(answer, type=Proposal)

    async def wait(self, proposal: Proposal, *, within_s: float = 60.0) -> Proposal:
        """How a proposal stands once it is over; what it needs has to come from somebody else meanwhile.

        Raises:
            TimeoutError: it is not over within that time. It still stands; wait again.
        """
        async with asyncio.timeout(within_s):
            while not proposal.settled:
                proposal = await self.show(proposal, wait_s=ASK_FOR_S)
                if proposal.missing:
                    await asyncio.sleep(PAUSE_S)
        return proposal

    async def _post(self, path: str, body: dict[str, Any], answer: type[T]) -> T:
        return msgspec.json.decode(await self._send("POST", path, json=body), type=answer)

    async def _send(self, method: str, path: str, *, once: bool = False, **what: Any) -> bytes:
        """Send; what got lost, and what a node could not answer, is sent again."""
        tries = 1 if once else TRIES
        for number in range(tries):
            try:
                answer = await self._http.request(method, f"{self._url}{path}", headers=self._headers, **what)
            except httpx.TransportError:
                if number + 1 == tries:
                    raise
            else:
                if answer.status_code not in (429, 502, 503) or number + 1 == tries:
                    return _body(answer)
            await asyncio.sleep(PAUSE_S * 2**number)
        raise AssertionError("unreachable")


def _body(answer: httpx.Response) -> bytes:
    if answer.is_success:
        return answer.content
    try:
        told = answer.json()
        code, detail = str(told["code"]), str(told["detail"])
    except (ValueError, KeyError, TypeError):
        code, detail = "error", answer.text[:200]
    raise Refusal(answer.status_code, code, detail)


def _id(case: Case | str) -> str:
    return case if isinstance(case, str) else case.case


def _key() -> str:
    return secrets.token_hex(16)
