"""What would the gate say to what a journey is about to offer: asked of the gate itself, recorded, and told to the journey?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from interlock.journeys.requests import IMPOSSIBLE
from interlock.kernel.errors import Refused
from interlock.kernel.log import Due, Query
from interlock.vocabulary.channels import VIRTUAL_AGENT
from interlock.vocabulary.foresights import Foresee, Foreseen, ForesightWanted
from interlock.vocabulary.ids import ForesightId, ProposalId, tag
from interlock.vocabulary.proposals import ActionProposed

if TYPE_CHECKING:
    from interlock.runtime.app import App

CUSTOMERS: Final = ("confirm", "step_up")
"""The kinds of remedies for which nobody but the customer has to do anything."""


class Foreseeing:
    """Carries out ``Foresee``."""

    def __init__(self, app: App) -> None:
        self._app = app

    async def foresee(self, due: Due, command: Foresee) -> None:
        """Ask the gate and record what it says. Raises Refused where nobody wants to know."""
        app = self._app
        seen = await app.log.read(Query(tag("foresight", command.foresight), (ForesightWanted,)))
        wanted = next((one.event for one in seen.events if isinstance(one.event, ForesightWanted)), None)
        if wanted is None:
            raise Refused("foresight_unknown", "There is no such question.", status=404)
        judged = await app.gate.foresee(
            ActionProposed(
                proposal=ProposalId(wanted.foresight),
                interaction=wanted.interaction,
                person=wanted.person,
                session=wanted.session,
                channel=wanted.channel,
                customer=wanted.customer,
                principal=VIRTUAL_AGENT,
                action=wanted.action,
                args=wanted.args,
                private_args=wanted.private_args,
                args_hash=wanted.args_hash,
                purpose=wanted.purpose,
            )
        )
        said = Foreseen(
            foresight=wanted.foresight,
            interaction=wanted.interaction,
            person=wanted.person,
            action=wanted.action,
            args_hash=wanted.args_hash,
            verdict=judged.verdict,
            policy=judged.policy,
            rulings=judged.rulings,
            needs=judged.needs,
        )
        await app.engine.append([said], cause=due.id, answers=due.id)

    async def said(self, foresight: str) -> dict[str, Any]:
        """What a journey is told: whether it is ``possible``, ``by_customer`` alone, and what it ``needs``."""
        seen = await self._app.log.read(Query(tag("foresight", ForesightId(foresight)), (Foreseen,)))
        for one in seen.events:
            if isinstance(one.event, Foreseen):
                possible = one.event.verdict != "denied"
                theirs = all(each.kind in CUSTOMERS for each in one.event.needs)
                needs = [str(each) for each in one.event.needs]
                return {"possible": possible, "by_customer": possible and theirs, "needs": needs}
        return dict(IMPOSSIBLE)
