"""How does an agent of another vendor come to a case, propose in it, and learn what came of it?"""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

import msgspec

from interlock.control.actions import Action
from interlock.control.identity import known, session_query
from interlock.control.proposals import ProposalState, fold, proposal_query
from interlock.control.tools import Tool, permitted, tools
from interlock.control.verdict_document import ProposalShown
from interlock.governance.outside import SCOPE_OF, within
from interlock.interactions.cases import CaseState, case_query, evolve, no_such_case
from interlock.kernel.errors import Answered, Refused, Unavailable
from interlock.kernel.log import Query
from interlock.runtime.engine import id_maker
from interlock.runtime.offering import standing_of
from interlock.runtime.outcomes import Hearing, look_at, wait_for
from interlock.runtime.outside_agents import Caller
from interlock.vocabulary.assurance import Level
from interlock.vocabulary.ids import (
    ChallengeId,
    CustomerId,
    InteractionId,
    PersonId,
    ProposalId,
    SessionId,
    tag,
)
from interlock.vocabulary.outside import CaseOpened, CloseCase, JoinCase, OpenCase, SettleMatch
from interlock.vocabulary.people import AnswerChallenge, ChallengeFailed, ChallengeIssued, IssueChallenge
from interlock.vocabulary.proposals import AnswerConfirmation, EffectFailed, EffectSucceeded, ProposeAction

if TYPE_CHECKING:
    from interlock.runtime.app import App

MATCH_WITHIN_S: Final = 10.0
"""How long opening a case waits for the look-up of whom the proof belongs to."""
LARGEST_ARGUMENTS: Final = 20_000
"""Bytes of a proposal's arguments as JSON."""
_KEY: Final = re.compile(r"[A-Za-z0-9._:-]{1,100}")


class Proof(msgspec.Struct, forbid_unknown_fields=True):
    """Something known about the customer: a verification of the tenant's settings, and its action's arguments."""

    by: str
    args: dict[str, Any]


class CaseShown(msgspec.Struct, frozen=True):
    """A case as the agent that works on it sees it.

    Attributes:
        how: ``opened`` by the agent, so it passes on what the customer says; ``joined``: she answers in her own session.
        customer: who was matched; empty while nobody is.
        assurance: how sure that is, and ``assurance_age_s`` since when.
    """

    case: str
    channel: str
    open: bool
    how: str
    customer: str
    assurance: int
    assurance_age_s: int | None


class CodeSent(msgspec.Struct, frozen=True):
    """A one-time code is on its way to the customer's registered address."""

    challenge: str
    sent_to: str
    expires_at: datetime


class CodeAnswered(msgspec.Struct, frozen=True):
    """What came of a code: ``passed``, ``wrong``, ``expired`` or ``locked``."""

    how: str
    attempts_left: int | None = None


class Cases:
    """What agents of other vendors do; each of their effects is a proposal that the gate judges."""

    def __init__(self, app: App) -> None:
        self._app = app

    async def open(self, caller: Caller, key: str, proof: Proof | None) -> CaseShown:
        """Open a case; the same key opens the same one, and takes up what was left when a node died.

        Raises:
            Refused: the key, the proof or the verification does not fit, or too many proofs matched nobody.
            Unavailable: the proof cannot be looked into now; the same request may be sent again.
        """
        cause = f"outside/{caller.id}/case/{checked_key(key)}"
        new_id = id_maker(cause)
        case = InteractionId(new_id("i"))
        if proof is not None and proof.by not in self._app.tenant.verification:
            ways = ", ".join(sorted(self._app.tenant.verification)) or "none"
            raise Refused("verification_unknown", f"There is no such way to match; there are: {ways}.", status=422)
        command = OpenCase(
            interaction=case,
            person=PersonId(new_id("p")),
            session=SessionId(new_id("s")),
            agent=caller.id,
        )
        await self._once(command, cause)
        if proof is not None and not (await self._state(case)).settled:
            await self._match(caller, case, ProposalId(new_id("pr")), proof)
        return await self.show(caller, case)

    async def join(self, caller: Caller, session: SessionId) -> CaseShown:
        """Join the interaction of a customer's own session, which whoever calls has proved to hold."""
        await self._once(JoinCase(session=session, agent=caller.id), f"outside/{caller.id}/join/{secrets.token_hex(8)}")
        joined = await self._app.log.read(Query(tag("session", session), (CaseOpened,)))
        mine = [
            one.event for one in joined.events if isinstance(one.event, CaseOpened) and one.event.agent == caller.id
        ]
        return await self.show(caller, mine[-1].interaction)

    async def show(self, caller: Caller, case: InteractionId) -> CaseShown:
        """How a case stands. Raises Refused where the caller has no such case."""
        state, how = await self.mine(caller, case)
        app = self._app
        session = await app.log.read(session_query(state.session))
        assurance = known(session.events, state.session, state.channel, app.clock(), app.control).assurance
        age = assurance.age(app.clock())
        return CaseShown(
            case=case,
            channel=state.channel.value,
            open=state.open,
            how=how,
            customer=state.customer,
            assurance=int(assurance.level),
            assurance_age_s=None if age is None else int(age.total_seconds()),
        )

    async def close(self, caller: Caller, case: InteractionId) -> None:
        """End a case that the caller opened."""
        await self._once(
            CloseCase(interaction=case, agent=caller.id), f"outside/{caller.id}/close/{secrets.token_hex(8)}"
        )

    async def send_code(self, caller: Caller, case: InteractionId, key: str) -> CodeSent:
        """Send the customer a one-time code; the same key sends none twice."""
        await self.mine(caller, case)
        cause = f"outside/{caller.id}/{case}/code/{checked_key(key)}"
        command = IssueChallenge(interaction=case, level=Level.ONE_FACTOR, asked_by=caller.principal)
        with suppress(Answered):  # asked again
            await self._app.issue_challenge(command, cause)
        challenge = ChallengeId(id_maker(cause)("ch"))
        found = await self._app.log.read(Query(tag("challenge", challenge), (ChallengeIssued,)))
        issued = found.events[0].event if found.events else None
        assert isinstance(issued, ChallengeIssued), "it was just recorded"
        return CodeSent(challenge, str(issued.masked_destination), issued.expires_at)

    async def give_code(self, caller: Caller, case: InteractionId, challenge: str, code: str) -> CodeAnswered:
        """Pass on the code that the customer was sent."""
        state = await self._relayable(caller, case)
        answer = AnswerChallenge(challenge=ChallengeId(challenge), session=state.session, code=code)
        done = await self._app.execute(answer, f"outside/{caller.id}/answer/{secrets.token_hex(8)}")
        failed = next((one.event for one in done.recorded if isinstance(one.event, ChallengeFailed)), None)
        return CodeAnswered("passed") if failed is None else CodeAnswered(failed.why, failed.attempts_left)

    async def propose(
        self,
        caller: Caller,
        case: InteractionId,
        action: str,
        args: dict[str, Any],
        key: str,
        wait_s: float,
        purpose: str = "",
    ) -> ProposalShown:
        """Propose an action; the same key proposes it once, whatever becomes of connections and nodes.

        Args:
            purpose: one of the action's purposes, which says what may be seen of its answer; its own where it is empty.

        Raises:
            Refused: the caller has no such case, his scope does not cover the action, its arguments do not fit, or
                something else was proposed with this key.
        """
        cause = f"outside/{caller.id}/{case}/{checked_key(key)}"
        # Whoever came to a case came to it: what was known before tells that without looking.
        before = self._app.engine.last_known((case_query(case),), evolve)
        how = before.agents[caller.id] if before and caller.id in before.agents else (await self.mine(caller, case))[1]
        risk = self._app.definitions.bundle.action(action).risk
        if not within(risk, caller.scope):
            reason = f"{action} is of {risk} risk, which needs the scope {SCOPE_OF[risk]}."
            raise Refused("insufficient_scope", reason, status=403)
        if len(msgspec.json.encode(args)) > LARGEST_ARGUMENTS:
            raise Refused("bad_arguments", "The arguments are too large.", status=422)
        proposal = ProposalId(id_maker(cause)("pr"))
        if how == "joined":
            await self._at_this_step(case, action, proposal)
        command = ProposeAction(
            proposal=proposal, interaction=case, principal=caller.principal, action=action, args=args, purpose=purpose
        )
        with Hearing(self._app, case, proposal, whole=True) as hearing:
            if await self._once(command, cause) and wait_s > 0:
                return await hearing.rest(wait_s)
        return await self.wait(proposal, wait_s)

    async def _at_this_step(self, case: InteractionId, action: str, proposal: ProposalId) -> None:
        """Raises Refused where the journey waits at a step that is not open to the action; what was proposed is told."""
        offered = await self._app.turns.offered_outside(case)
        if offered is None or action in offered or (await look_at(self._app, proposal))[0].proposed is not None:
            return
        reason = f"{action} cannot be proposed at this step of the conversation; list the tools of the case again."
        raise Refused("tool_not_permitted", reason, status=403)

    async def proposal(self, caller: Caller, proposal: ProposalId, wait_s: float) -> ProposalShown:
        """How one of the caller's own proposals stands. Raises Refused where he made no such one."""
        await self._own(caller, proposal)
        return await self.wait(proposal, wait_s)

    async def confirm(
        self, caller: Caller, proposal: ProposalId, args_hash: str, yes: bool, wait_s: float
    ) -> ProposalShown:
        """Pass on the customer's yes or no to exactly these arguments; it is recorded as passed on by the caller."""
        state = await self._own(caller, proposal)
        assert state.proposed is not None
        case = await self._relayable(caller, state.proposed.interaction)
        answer = AnswerConfirmation(
            proposal=proposal, session=case.session, args_hash=args_hash, yes=yes, relayed_by=caller.principal
        )
        await self._once(answer, f"outside/{caller.id}/confirm/{secrets.token_hex(8)}")
        return await self.wait(proposal, wait_s)

    async def tools(self, caller: Caller, case: InteractionId) -> list[Tool]:
        """What the caller may propose now; in a case that is over, nothing. Raises Refused where he has no such case.

        For a case, what a rule denies in it whatever is asked for is left out: who the customer is not known to be, what
        has to come first, what was done often enough, what time it is. In a conversation that he joined, the step that a
        journey waits at may be open to some actions only.
        """
        app, standing, offered = self._app, None, None
        if case:
            state, how = await self.mine(caller, case)
            if not state.open:
                return []
            standing = await standing_of(app, state, caller.principal)
            offered = await app.turns.offered_outside(case) if how == "joined" else None
        found = tools(
            app.definitions.bundle,
            caller.principal.roles,
            lambda risk: within(risk, caller.scope),
            app.clock(),
            standing,
        )
        return found if offered is None else [each for each in found if each.name in offered]

    def may_propose(self, caller: Caller, action: Action) -> bool:
        """Whether the action is among the caller's tools now, whatever the case."""
        app = self._app
        mine = permitted(app.definitions.bundle, action.name, caller.principal.roles, app.clock())
        return mine and within(action.risk, caller.scope)

    async def wait(self, proposal: ProposalId, within_s: float) -> ProposalShown:
        """How a proposal stands once nothing more happens by itself (see ``outcomes.wait_for``)."""
        return await wait_for(self._app, proposal, within_s)

    async def mine(self, caller: Caller, case: InteractionId) -> tuple[CaseState, str]:
        """A case, and how the caller came to it. Raises Refused where he has no such case."""
        state = await self._state(case)
        return state, _how(state, caller)

    async def _state(self, case: InteractionId) -> CaseState:
        state, _ = await self._app.engine.state((case_query(case),), CaseState(), evolve)
        return state

    async def _relayable(self, caller: Caller, case: InteractionId) -> CaseState:
        state, how = await self.mine(caller, case)
        if how != "opened":
            raise Refused(
                "customer_answers", "The customer answers this in her own session; ask how it stands.", status=403
            )
        return state

    async def _own(self, caller: Caller, proposal: ProposalId) -> ProposalState:
        state = fold((await self._app.log.read(proposal_query(proposal))).events)
        if state.proposed is None or state.proposed.principal != caller.principal:
            raise Refused("proposal_unknown", "There is no such proposal.", status=404)
        return state

    async def _match(self, caller: Caller, case: InteractionId, proposal: ProposalId, proof: Proof) -> None:
        """Look into a proof: a read like every other one, proposed and judged, whose answer says whom it belongs to."""
        method = self._app.tenant.verification[proof.by]
        command = ProposeAction(
            proposal=proposal, interaction=case, principal=caller.principal, action=method.action, args=proof.args
        )
        await self._once(command, f"{case}/match/{proposal}")
        shown = await self.wait(proposal, MATCH_WITHIN_S)
        state, _ = await look_at(self._app, proposal)
        if isinstance(state.outcome, EffectFailed) and state.outcome.unavailable:
            raise Unavailable("verification", state.outcome.reason)
        if shown.status in ("denied", "needs", "refused"):
            verdict = shown.verdict
            raise Refused(
                "match_denied", (verdict.reason if verdict else "") or "This may not be looked up.", status=403
            )
        if shown.status not in ("succeeded", "failed"):
            raise Unavailable("verification", "its outcome is not known yet")
        result: Any = state.outcome.result if isinstance(state.outcome, EffectSucceeded) else None
        found = result if isinstance(result, Mapping) else {}
        customer, name = found.get(method.customer), found.get(method.name)
        settle = SettleMatch(
            interaction=case,
            agent=caller.id,
            by=proof.by,
            customer=CustomerId(customer if isinstance(customer, str) else ""),
            name=name if isinstance(name, str) else "",
            proposal=proposal,
        )
        await self._once(settle, f"{case}/settled/{proposal}")

    async def _once(self, command: Any, cause: str) -> bool:
        """Execute a command; False where it was sent again and is in the log."""
        with suppress(Answered):
            await self._app.execute(command, cause)
            return True
        return False


def _how(state: CaseState, caller: Caller) -> str:
    how = state.agents.get(caller.id)
    if how is None:
        raise no_such_case()
    return how


def checked_key(key: str) -> str:
    """An idempotency key. Raises Refused where there is none or it is odd."""
    if not _KEY.fullmatch(key):
        reason = "Send an idempotency key of 1 to 100 letters, digits or . _ : - that is new for each new wish."
        raise Refused("idempotency_key_missing" if not key else "bad_idempotency_key", reason, status=422)
    return key
