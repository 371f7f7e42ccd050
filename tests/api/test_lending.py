"""Lent authority over the network: it opens the inbox while its lender has the role himself, and no longer."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from interlock.kernel.log import Query
from interlock.runtime.app import App
from interlock.runtime.lending import lenders_of
from interlock.vocabulary.approvals import AuthorityDelegated
from interlock.vocabulary.ids import StaffId
from tests.api.conftest import Client, sign_in


def staff(app: App, login: str) -> StaffId:
    return next(account.staff for account in app.staff.accounts.values() if account.login == login)


async def inbox(client: Client, login: str) -> int:
    """What somebody hears who opens the inbox."""
    await sign_in(client, login)
    return (await client.get("/v1/approvals")).status_code


async def test_it_opens_the_inbox_until_the_lender_loses_the_role(client: Client, app: App) -> None:
    assert await inbox(client, "amara") == 403
    headers = await sign_in(client, "sofia")
    until = (datetime.now(UTC) + timedelta(days=2)).isoformat()
    answer = await client.post("/v1/delegations", json={"to": staff(app, "amara"), "until": until}, headers=headers)
    assert answer.status_code == 201, answer.text
    (fact,) = (await app.log.read(Query(f"staff:{staff(app, 'amara')}", (AuthorityDelegated,)))).events
    assert await app.follower.reach(fact.cursor, 20)
    assert await inbox(client, "amara") == 200
    account = app.staff.accounts[staff(app, "amara")]
    assert [one["by"] for one in (await app.documents.me(account))["deciding_for"]] == ["Sofia Lindqvist"]
    (lender,) = await lenders_of(app, account.staff)
    assert (lender.staff, lender.roles) == (staff(app, "sofia"), ("supervisor",))

    headers = await sign_in(client, "admin")
    changed = await client.post("/v1/staff/sofia/roles", json={"roles": ["agent"], "queues": []}, headers=headers)
    assert changed.status_code == 200, changed.text
    (lender,) = await lenders_of(app, account.staff)
    assert lender.roles == ("agent",), "read anew each time, not remembered"
    assert await inbox(client, "amara") == 403
    assert (await app.documents.me(account))["deciding_for"] == []
