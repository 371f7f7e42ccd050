"""How does a case stand before anything is proposed in it, for an agent that asks what it may propose?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from interlock.control.facts import NEVER_S
from interlock.control.foreseen import Standing, known_ledgers, lines_of
from interlock.control.identity import known, session_query
from interlock.control.past import past_of, windows_of
from interlock.control.timing import times
from interlock.interactions.cases import CaseState
from interlock.vocabulary.channels import Principal
from interlock.vocabulary.ids import ProposalId

if TYPE_CHECKING:
    from interlock.runtime.app import App


async def standing_of(app: App, case: CaseState, principal: Principal) -> Standing:
    """What is known of a case now: who the customer is and how sure that is, what was done, what time it is."""
    now, bundle, settings = app.clock(), app.definitions.bundle, app.control
    session = await app.log.read(session_query(case.session))
    found = known(session.events, case.session, case.channel, now, settings)
    customer = case.customer or found.assurance.customer
    holds = found.assurance.holds_for(case.session, case.channel) and found.assurance.customer == customer
    age = found.assurance.age(now) if holds else None
    lines = lines_of(bundle, case.interaction, principal, customer)
    ledgers = known_ledgers(bundle, lines)
    past = past_of(ledgers, lines, await app.log.totals(windows_of(ledgers, lines, ProposalId(""), now)), now)
    return Standing(
        case=case.interaction,
        principal=principal,
        customer=customer,
        channel=case.channel,
        level=int(found.assurance.level) if holds else 0,
        age_s=NEVER_S if age is None else max(int(age.total_seconds()), 0),
        failed_matches=found.failed_matches,
        codes_sent=found.codes_sent,
        time=times(now, zone=settings.zone, hours=settings.hours),
        past=past,
    )
