"""One customer's conversation with another vendor's agent, whose every call goes through the real gate of a node."""

from __future__ import annotations

from array import array
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import count
from typing import Any, NamedTuple

from interlock.connectors.contract import Connection
from interlock.control.proposals import ProposalState, fold, proposal_query
from interlock.dialogue.intents import IntentModel
from interlock.kernel.errors import Refused
from interlock.runtime.app import App
from interlock.runtime.definitions import Definitions, check, read_folder, release_id
from interlock.runtime.functions import Functions, FunctionsHere
from interlock.runtime.settings import Settings
from interlock.store.memory import MemoryLog, MemoryStore
from interlock.store.records import MemoryRecords
from interlock.vocabulary.channels import Channel, Principal
from interlock.vocabulary.ids import CustomerId, ExternalAgentId, InteractionId, PersonId, ProposalId, SessionId
from interlock.vocabulary.interactions import InteractionStarted
from interlock.vocabulary.outside import CaseOpened
from interlock.vocabulary.people import CustomerMatched
from interlock.vocabulary.proposals import AnswerConfirmation, EffectFailed, EffectSucceeded, ProposeAction
from tests.retail.bare import Shop
from tests.retail.data import RETAIL, Call

AGENT = Principal(kind="external_agent", id="vendor-bot", roles=("external_agent",))
INTERACTION, PERSON, SESSION = InteractionId("i_retail"), PersonId("p_retail"), SessionId("s_retail")
SECRET = b"the secret of the retail tenant"
FINDS = ("retail.find_by_email", "retail.find_by_name")


@cache
def definitions() -> Definitions:
    """The example, without a trained model: nobody writes in these tests, an agent calls."""
    files = read_folder(RETAIL)
    read = check(files)
    nothing = IntentModel("en", (), 1.0, 1.0, (0.0, 1.0), (0.0,), {}, 1.0, (), array("f"), (array("f"),))
    return Definitions(
        release_id(files), files, read.tenant, read.queues, read.bundle, read.journeys.journeys, b"", nothing
    )


class Clock:
    """A second passes at every look."""

    def __init__(self) -> None:
        self._now = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        self._now += timedelta(milliseconds=1)
        return self._now

    async def sleep(self, seconds: float) -> None:
        """Nobody waits here."""
        raise AssertionError(seconds)


class Answer(NamedTuple):
    """What came of a call: the last verdict with its rules, whether a yes was asked for, and what the shop said.

    ``refused`` is the code with which the proposal itself was refused; ``declined`` the shop's own.
    """

    verdict: str
    rules: tuple[str, ...] = ()
    result: Any = None
    declined: str = ""
    refused: str = ""
    proposal: str = ""
    args_hash: str = ""


class Conversation:
    """A node with a log of its own; the shop is the one of this process."""

    def __init__(self, connector: Connection | None = None, functions: Functions | None = None) -> None:
        clock, self.store = Clock(), MemoryStore()
        self.shop = connector or Shop()
        self._numbers = count(1)
        self._app = App(
            Settings(),
            MemoryLog(clock, self.store, node="node"),
            MemoryRecords(clock),
            clock,
            SECRET,
            definitions(),
            node="node",
            connectors={"retail": self.shop},
            functions=functions or FunctionsHere(),
        )

    async def begin(self) -> None:
        """The customer is there, and the agent has the case; nobody knows who the customer is."""
        started = InteractionStarted(
            interaction=INTERACTION, person=PERSON, session=SESSION, channel=Channel.CHAT, release="r"
        )
        agent = ExternalAgentId(AGENT.id)
        case = CaseOpened(interaction=INTERACTION, person=PERSON, session=SESSION, agent=agent, how="joined")
        await self._app.engine.append([started, case], cause="begin")
        await self._app.node.idle()

    async def match(self, customer: str) -> None:
        """What a journey's ``verify`` records once a search has found somebody."""
        matched = CustomerMatched(
            interaction=INTERACTION,
            person=PERSON,
            session=SESSION,
            channel=Channel.CHAT,
            customer=CustomerId(customer),
            by="email",
            name="",
        )
        await self._app.engine.append([matched], cause=f"match/{next(self._numbers)}")
        await self._app.node.idle()

    async def propose(self, call: Call, name: str = "") -> Answer:
        """Propose an action; whoever is found by it is the customer from now on."""
        proposal = ProposalId(name or f"pr_{next(self._numbers)}")
        command = ProposeAction(
            proposal=proposal, interaction=INTERACTION, principal=AGENT, action=call.action, args=dict(call.args)
        )
        try:
            await self._app.execute(command, f"propose/{proposal}/{next(self._numbers)}")
        except Refused as refused:
            return Answer("refused", refused=refused.code, proposal=proposal)
        return await self._after(call, proposal)

    async def agree(self, call: Call, to: Answer, args_hash: str = "") -> Answer:
        """The customer says yes to a card: to exactly these arguments, or to those of another hash."""
        proposal = ProposalId(to.proposal)
        yes = AnswerConfirmation(proposal=proposal, session=SESSION, args_hash=args_hash or to.args_hash, yes=True)
        try:
            await self._app.execute(yes, f"yes/{proposal}/{next(self._numbers)}")
        except Refused as refused:
            return to._replace(refused=refused.code)
        return await self._after(call, proposal)

    async def do(self, call: Call) -> Answer:
        """Propose it, and agree where the customer is asked."""
        answer = await self.propose(call)
        return await self.agree(call, answer) if answer.verdict == "needs" else answer

    async def _after(self, call: Call, proposal: ProposalId) -> Answer:
        await self._app.node.idle()
        state = await self.state(proposal)
        assert state.judged is not None
        answer = Answer(
            state.judged.verdict,
            tuple(each.rule for each in state.judged.rulings),
            result=state.outcome.result if isinstance(state.outcome, EffectSucceeded) else None,
            declined=state.outcome.code if isinstance(state.outcome, EffectFailed) else "",
            proposal=proposal,
            args_hash=state.judged.args_hash,
        )
        assert state.outcome is not None or answer.verdict != "allowed", "an allowed call has an outcome"
        if call.action in FINDS and isinstance(answer.result, Mapping):
            await self.match(str(answer.result["customer_id"]))
        return answer

    async def state(self, proposal: ProposalId) -> ProposalState:
        """How a proposal stands, by the log."""
        return fold((await self._app.log.read(proposal_query(proposal))).events)

    async def close(self) -> None:
        """End what was started."""
        await self._app.functions.keep({})
