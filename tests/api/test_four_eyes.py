"""Does a change of policies come into force only when a second person agrees, and an old version when it is wanted back?"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from interlock.cli.demonstration import REPOSITORY
from interlock.kernel.errors import Refused
from interlock.kernel.log import Query
from interlock.runtime import publishing
from interlock.runtime.app import App
from interlock.runtime.stored_releases import Releases
from interlock.vocabulary.proposals import ProposalJudged
from interlock.vocabulary.releases import ReleasePublished
from tests.api.conftest import Client, sign_in
from tests.control.given import STARTED, proposed, remedy_met

SCENARIOS = [f"scenarios/{path.name}" for path in (REPOSITORY / "examples/demo/scenarios").glob("*.yaml")]
LOWER = {
    "files": dict.fromkeys(("cases/refund.yaml", *SCENARIOS)),  # what is played first is another test's matter
    "constants": [{"rule": "refund.supervisor", "was": 20_000, "now": 10_000}],
    "note": "less risk",
}


async def until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not holds():  # noqa: ASYNC110  # the follower sets no event for a test
            await asyncio.sleep(0.01)


async def with_approvals(app: App, approvals: int = 1, role: str = "admin") -> str:
    """The demo where that many others have to approve; gives the version."""
    files = dict(app.definitions.files)
    files["tenant.yaml"] += f"\npublish: {{ approvals: {approvals}, role: {role} }}\n"
    submitted = await publishing.submit(files, app.log, app.records, by="cli")
    assert submitted.in_force
    app.follower.wake()
    await until(lambda: app.tenant.publish.approvals == approvals)
    return submitted.release


def without_cases(app: App) -> dict[str, str]:
    """The texts in force without the cases, which would have to change with the rules."""
    return {path: text for path, text in app.definitions.files.items() if not path.startswith("cases/")}


async def another_admin(app: App, login: str = "zoe") -> None:
    await app.staff.add(login, login.title(), "demo", ["admin"], [], by="test", any_password=True)


def limit(app: App) -> int:
    """What the supervisor's rule in force looks at."""
    rule = next(rule for rule in app.definitions.bundle.rules if rule.id == "refund.supervisor")
    return 10_000 if "10000" in rule.statement.text else 20_000


async def test_without_the_setting_a_change_is_in_force_at_once(client: Client, app: App) -> None:
    headers = await sign_in(client, "admin")
    answer = await client.post("/v1/releases", json=LOWER, headers=headers)
    assert answer.status_code == 202 and answer.json()["in_force"] is True, answer.text
    await until(lambda: limit(app) == 10_000)
    (latest, first) = (await client.get("/v1/releases")).json()["versions"]
    assert (
        latest["changes"][:2] == ["rule refund.supervisor changed: 20000 → 10000", "cases refund removed"]
        and latest["note"] == "less risk"
    )
    assert latest["in_force"] and not first["in_force"] and latest["by"]["name"] and first["by"]["id"] == "start"


async def test_a_change_of_rules_waits_for_somebody_else(client: Client, app: App) -> None:
    base = await with_approvals(app)
    await another_admin(app)
    headers = await sign_in(client, "admin")
    wanted = (await client.post("/v1/releases", json=LOWER, headers=headers)).json()
    assert (wanted["in_force"], wanted["approvals"]) == (False, 1)
    (waits,) = (await client.get("/v1/releases")).json()["waiting"]
    assert (waits["base"], waits["stale"], waits["guarded"]) == (base, False, ["policies/refund.cedar"])
    shown = (await client.get(f"/v1/releases/{wanted['release']}")).json()
    assert "+when { context.args.amount > 10000 }" in shown["difference"]
    own = await client.post(f"/v1/releases/{wanted['release']}/approve", headers=headers)
    assert (own.status_code, own.json()["code"]) == (403, "own_release")
    headers = await sign_in(client, "sofia")
    other_role = await client.post(f"/v1/releases/{wanted['release']}/approve", headers=headers)
    assert (other_role.status_code, other_role.json()["code"]) == (403, "not_permitted")
    assert limit(app) == 20_000 and await Releases.in_force(app.log) == base
    headers = await sign_in(client, "zoe")
    approved = await client.post(f"/v1/releases/{wanted['release']}/approve", headers=headers)
    assert (approved.status_code, approved.json()["in_force"]) == (200, True), approved.text
    await until(lambda: limit(app) == 10_000)
    lines = (await client.get("/v1/releases")).json()
    assert lines["waiting"] == []
    assert [each["name"] for each in lines["versions"][0]["approved_by"]] == ["Zoe"]
    again = await client.post(f"/v1/releases/{wanted['release']}/approve", headers=headers)
    assert (again.status_code, again.json()["code"]) == (404, "release_not_waiting")


async def test_a_change_cannot_excuse_itself_from_approval_and_nobody_publishes_without_a_name(app: App) -> None:
    base = await with_approvals(app)
    for path, old, new in (
        ("tenant.yaml", "approvals: 1", "approvals: 0"),
        ("policies/refund.cedar", "20000", "30000"),
        ("ledgers/refunds_per_customer.yaml", "24h", "12h"),
        ("connectors/shop/manifest.yaml", "risk: medium", "risk: low"),
    ):
        files = without_cases(app)
        assert old in files[path]
        files[path] = files[path].replace(old, new)
        for by in ("cli", "start"):
            with pytest.raises(Refused) as refused:
                await publishing.submit(files, app.log, app.records, by=by)
            assert refused.value.code == "who_publishes" and path in refused.value.reason
        submitted = await publishing.submit(files, app.log, app.records, by="u_ann")
        assert not submitted.in_force
    assert await Releases.in_force(app.log) == base


async def test_journeys_queues_and_cases_need_nobody_else(app: App) -> None:
    await with_approvals(app)
    files = dict(app.definitions.files)
    files["cases/orders.yaml"] += "\n# another thought\n"
    assert (await publishing.submit(files, app.log, app.records, by="cli")).in_force


async def test_two_approvals_are_two_people(client: Client, app: App) -> None:
    await with_approvals(app, approvals=2, role="supervisor")
    headers = await sign_in(client, "admin")
    release = (await client.post("/v1/releases", json=LOWER, headers=headers)).json()["release"]
    await app.staff.add("tom", "Tom", "demo", ["supervisor"], [], by="test", any_password=True)
    headers = await sign_in(client, "sofia")
    first = (await client.post(f"/v1/releases/{release}/approve", headers=headers)).json()
    assert (first["in_force"], first["approvals"]) == (False, 1)
    assert (await client.post(f"/v1/releases/{release}/approve", headers=headers)).json()["code"] == "own_release"
    headers = await sign_in(client, "tom")
    assert (await client.post(f"/v1/releases/{release}/approve", headers=headers)).json()["in_force"] is True


async def test_two_who_approve_at_once_put_it_into_force_once(app: App) -> None:
    await with_approvals(app)
    files = without_cases(app)
    files["policies/refund.cedar"] = files["policies/refund.cedar"].replace("20000", "10000")
    release = (await publishing.submit(files, app.log, app.records, by="u_ann")).release
    answers: list[Any] = await asyncio.gather(
        *(publishing.approve(release, app.log, app.records, by=by, roles=("admin",)) for by in ("u_bob", "u_cem")),
        return_exceptions=True,
    )
    assert sum(isinstance(each, publishing.Submitted) for each in answers) == 1
    assert [each.code for each in answers if isinstance(each, Refused)] == ["release_not_waiting"]
    state = await publishing.releases(app.log)
    assert [one.release for one in state.published].count(release) == 1


async def test_what_was_made_for_another_version_is_stale_and_can_be_taken_back(client: Client, app: App) -> None:
    await with_approvals(app)
    await another_admin(app)
    headers = await sign_in(client, "admin")
    release = (await client.post("/v1/releases", json=LOWER, headers=headers)).json()["release"]
    files = dict(app.definitions.files)
    files["cases/orders.yaml"] += "\n# another thought\n"
    await publishing.submit(files, app.log, app.records, by="cli")
    other = await sign_in(client, "zoe")
    refused = await client.post(f"/v1/releases/{release}/approve", headers=other)
    assert (refused.status_code, refused.json()["code"]) == (409, "release_stale")
    headers = await sign_in(client, "admin")
    back = await client.post(f"/v1/releases/{release}/reject", json={"reason": "I propose it anew"}, headers=headers)
    assert back.status_code == 204
    assert (await client.get("/v1/releases")).json()["waiting"] == []


async def test_an_old_version_is_rolled_back_to_and_a_start_does_not_undo_that(client: Client, app: App) -> None:
    first = app.definitions.release
    headers = await sign_in(client, "admin")
    bad = (await client.post("/v1/releases", json=LOWER, headers=headers)).json()["release"]
    await until(lambda: limit(app) == 10_000)
    unknown = await client.post("/v1/releases/r_nothing/roll-back", json={}, headers=headers)
    assert (unknown.status_code, unknown.json()["code"]) == (404, "release_unknown")
    answer = await client.post(f"/v1/releases/{first}/roll-back", json={"note": "too strict"}, headers=headers)
    assert answer.json() == {"release": first, "in_force": True, "approvals": 0}
    await until(lambda: limit(app) == 20_000)
    latest = (await client.get("/v1/releases")).json()["versions"][0]
    assert (latest["release"], latest["undoes"], latest["note"]) == (first, bad, "too strict")
    assert latest["changes"][:2] == ["rule refund.supervisor changed: 10000 → 20000", "cases refund added"]


async def test_a_folder_that_was_rolled_back_stays_so_at_the_next_start(
    app: App, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "definitions"
    files = without_cases(app)
    first = app.definitions.release
    files["policies/refund.cedar"] = files["policies/refund.cedar"].replace("20000", "10000")
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, "utf-8")
    assert (await publishing.at_start(app.log, app.records, folder)).release != first
    await publishing.roll_back(first, app.log, app.records, by="cli")
    assert (await publishing.at_start(app.log, app.records, folder)).release == first
    last = (await app.log.read(publishing.RELEASES)).events[-1].event
    assert isinstance(last, ReleasePublished) and last.by == "cli"
    (folder / "policies" / "mail.cedar").write_text(files["policies/mail.cedar"] + "\n// mended\n", "utf-8")
    assert (await publishing.at_start(app.log, app.records, folder)).release != first, "a new version is a new matter"


CONFIRM = (
    '@id("zz.yes") @remedy("confirm") @reason("It is confirmed.")\n'
    'forbid (principal, action == Action::"mail.send", resource) unless { context.met.confirm };\n'
)
NEVER = '@id("zz.never") @reason("Not today.")\nforbid (principal, action == Action::"mail.send", resource);\n'


async def test_the_policy_in_force_when_it_is_judged_applies_also_to_what_began_before(app: App) -> None:
    files = {**without_cases(app), "policies/zz.cedar": CONFIRM}
    first = (await publishing.submit(files, app.log, app.records, by="cli")).release
    app.follower.wake()
    await until(lambda: app.definitions.release == first)
    mail = proposed(action="mail.send", args={"reply_to": "eva@example.com", "message": "Hello"})

    async def judged() -> list[ProposalJudged]:
        found = (await app.log.read(Query(f"proposal:{mail.proposal}", (ProposalJudged,)))).events
        return [one.event for one in found if isinstance(one.event, ProposalJudged)]

    async def judgements(count: int) -> list[ProposalJudged]:
        async with asyncio.timeout(20):
            while len(found := await judged()) < count:  # noqa: ASYNC110  # as above
                await asyncio.sleep(0.01)
        return found

    await app.engine.append([STARTED, mail], cause="test/mail")
    (asked,) = await judgements(1)
    assert (asked.verdict, asked.policy, [str(need) for need in asked.needs]) == ("needs", first, ["confirm"])
    files["policies/zz.cedar"] += NEVER
    second = (await publishing.submit(files, app.log, app.records, by="cli")).release
    app.follower.wake()
    await until(lambda: app.definitions.release == second)
    yes = remedy_met(mail, "confirm", until=app.clock() + timedelta(minutes=5))
    await app.engine.append([yes], cause="test/yes")
    (_, answer) = await judgements(2)
    assert (answer.verdict, answer.policy) == ("denied", second)
    assert [each.rule for each in answer.rulings] == ["zz.never"]
