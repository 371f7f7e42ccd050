"""Who has lent somebody his authority, and which roles does each of them have at this moment?"""

from __future__ import annotations

from functools import reduce
from typing import TYPE_CHECKING

from interlock.control.delegating import Lent, evolve_lent, lent_query
from interlock.kernel.errors import Refused
from interlock.vocabulary.approvals import AuthorityDelegated
from interlock.vocabulary.channels import Lender
from interlock.vocabulary.ids import StaffId

if TYPE_CHECKING:
    from interlock.runtime.app import App


async def roles_now(app: App, staff: StaffId) -> tuple[str, ...]:
    """The roles of somebody's account as it is stored now; none where he does not work here any more."""
    known = app.staff.accounts.get(staff)
    try:
        return () if known is None else (await app.staff.account(known.login)).roles
    except Refused:  # removed on another node, just now
        return ()


async def lenders_of(app: App, person: StaffId) -> tuple[Lender, ...]:
    """Those who lent this person their authority, with the roles that they have now."""
    lenders = dict.fromkeys(each.by for each in (await _lent_to(app, person)))
    return tuple([Lender(staff=by, roles=await roles_now(app, by)) for by in lenders])


async def deciding_for(app: App, person: StaffId) -> list[AuthorityDelegated]:
    """What somebody was lent and still counts: its time is not over, and whoever lent it has the role himself."""
    if all(each.to != person for each in app.approvals.delegations.values()):
        return []
    held = {each.staff: set(each.roles) for each in await lenders_of(app, person)}
    now = app.clock()
    return [each for each in await _lent_to(app, person) if each.until >= now and held[each.by] & set(each.roles)]


async def _lent_to(app: App, person: StaffId) -> list[AuthorityDelegated]:
    seen = await app.log.read(lent_query(person))
    lent: Lent = reduce(evolve_lent, seen.events, Lent())
    return [each for each in lent.open.values() if each.to == person]
