"""Why was a proposal judged so? Its facts from the log, the rules of the version that judged it, for whoever may see what."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from interlock.control.bundle import Bundle
from interlock.control.proposals import fold, proposal_query
from interlock.control.why import Judged, for_agent, for_auditor, for_customer
from interlock.kernel.documents import DefinitionError
from interlock.kernel.errors import Refused
from interlock.vocabulary.ids import ProposalId
from interlock.vocabulary.proposals import ProposalJudged

if TYPE_CHECKING:
    from interlock.runtime.app import App


async def explain(app: App, proposal: ProposalId, *, agent: bool, auditor: bool) -> dict[str, Any]:
    """Why a proposal stands as it does.

    Args:
        agent: whether the reader may see interactions: what the customer is told, and what is missing.
        auditor: whether the reader may read the log: every judgement with its whole derivation.

    Raises:
        Refused: there is no such proposal.
    """
    found = await app.log.read(proposal_query(proposal))
    state = fold(found.events)
    if state.proposed is None:
        raise Refused("proposal_unknown", "There is no such proposal.", status=404)
    answer: dict[str, Any] = {"proposal": proposal, "interaction": state.proposed.interaction}
    if agent:
        answer |= {"customer": for_customer(state), "agent": for_agent(state)}
    if auditor:
        judgements = [
            Judged(one.event, one.at, await _rules(app, one.event.policy))
            for one in found.events
            if isinstance(one.event, ProposalJudged)
        ]
        names = {str(staff): name for staff, name in app.staff.names.items()}
        answer["judgements"] = for_auditor(judgements, names)
    return answer


async def _rules(app: App, release: str) -> Bundle | None:
    """The rules of a version; None where they cannot be read any more."""
    try:
        return (await app.releases.load(release)).bundle
    except (LookupError, DefinitionError):
        return None
