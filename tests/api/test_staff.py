"""Do changes of accounts hold at once, and is nobody's customer left behind?"""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from argon2 import extract_parameters
from argon2.exceptions import VerifyMismatchError

from interlock.kernel.log import Query
from interlock.runtime import health, staff
from interlock.runtime.app import App
from interlock.runtime.definitions import compiled
from interlock.vocabulary.channels import Channel
from interlock.vocabulary.ids import InteractionId, OfferId, PersonId, QueueName, StaffId, VisitId
from interlock.vocabulary.routing import OfferAccepted, Presence, PresenceSet, VisitEntered
from interlock.vocabulary.staff import StaffPasswordChanged, StaffRemoved, StaffRolesChanged, StaffSkillsChanged
from interlock.vocabulary.urgency import QueueAlertRaised
from tests.api.conftest import Client, sign_in
from tests.passwords import REAL


async def as_somebody_else(client: Client, login: str) -> dict[str, str]:
    """Sign in beside the one who is signed in; gives his cookie."""
    before = dict(client.cookies)
    await sign_in(client, login)
    cookie = dict(client.cookies)
    client.cookies.clear()
    client.cookies.update(before)
    return cookie


async def status_of(client: Client, cookie: dict[str, str]) -> int:
    before = dict(client.cookies)
    client.cookies.clear()
    client.cookies.update(cookie)
    answer = await client.get("/v1/me")
    client.cookies.clear()
    client.cookies.update(before)
    return answer.status_code


def amara(app: App) -> StaffId:
    return next(account.staff for account in app.staff.accounts.values() if account.login == "amara")


async def available(app: App) -> None:
    presence = PresenceSet(
        agent=amara(app), presence=Presence.AVAILABLE, reason="", queues=(QueueName("care"),), capacity=3
    )
    written = await app.engine.append([presence], cause="available")
    assert await app.follower.reach(written.recorded[-1].cursor)


async def put_in_force(app: App, file: str, text: str) -> None:
    """Have the node use a changed file; the release that it began with does not come after it."""
    await available(app)
    await app._take_release()
    app.use(compiled({**app.definitions.files, file: text}, app.definitions.model))


async def with_a_customer_in_hand(app: App) -> None:
    await available(app)
    accepted = OfferAccepted(
        visit=VisitId("v_1"), offer=OfferId("o_1"), interaction=InteractionId("i_1"), queue=QueueName("care"),
        agent=amara(app),
    )  # fmt: skip
    await app.engine.append([accepted], cause="accepted")


async def facts_of(app: App, staff: StaffId) -> list[object]:
    return [one.event for one in (await app.log.read(Query(f"staff:{staff}"))).events]


def test_passwords_are_hashed_by_argon2id_and_at_least_as_dear_as_its_authors_advise() -> None:
    digest = REAL.hash("a password")
    assert digest.startswith("$argon2id$v=19$m=65536,t=3,p=4$")


def test_a_login_that_nobody_has_takes_as_long_to_refuse_as_a_wrong_password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(staff, "_HASHER", REAL)
    assert extract_parameters(staff.nobodys()) == extract_parameters(REAL.hash("a password"))
    with pytest.raises(VerifyMismatchError):
        REAL.verify(staff.nobodys(), "a password")


async def test_who_is_removed_is_signed_out_at_once_cannot_sign_in_and_keeps_his_name(client: Client, app: App) -> None:
    staff = amara(app)
    await available(app)
    headers = await sign_in(client, "admin")
    her = await as_somebody_else(client, "amara")
    assert await status_of(client, her) == 200
    assert (await client.post("/v1/staff/amara/remove", headers=headers)).status_code == 204
    assert await status_of(client, her) == 401
    refused = await client.post("/v1/sign-in", json={"login": "amara", "password": "demo"})
    assert (refused.status_code, refused.json()["code"]) == (403, "wrong_login")
    assert [one.staff for one in await facts_of(app, staff) if isinstance(one, StaffRemoved)] == [staff]
    agent = [one.event for one in (await app.log.read(Query(f"agent:{staff}", (PresenceSet,)))).events]
    assert isinstance(agent[-1], PresenceSet) and agent[-1].presence is Presence.OFFLINE
    await app.staff.load()
    assert app.staff_name(staff) == "Amara Okafor" and staff not in app.staff.accounts
    listed = {one["login"]: one for one in (await client.get("/v1/staff")).json()["staff"]}
    assert listed["amara"]["removed_at"] and not listed["ben"]["removed_at"]
    again = await client.post("/v1/staff/amara/remove", headers=headers)
    assert (again.status_code, again.json()["code"]) == (404, "staff_unknown")
    taken = {"login": "amara", "name": "Another", "password": "long enough!", "roles": ["agent"]}
    assert (await client.post("/v1/staff", json=taken, headers=headers)).json()["code"] == "login_taken"


@pytest.mark.parametrize(("path", "body"), [("remove", None), ("roles", {"roles": ["supervisor"]})])
async def test_who_has_a_customer_in_hand_is_not_taken_away_from_him(
    client: Client, app: App, path: str, body: dict[str, object] | None
) -> None:
    await with_a_customer_in_hand(app)
    headers = await sign_in(client, "admin")
    her = await as_somebody_else(client, "amara")
    answer = await client.post(f"/v1/staff/amara/{path}", json=body, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (409, "open_work")
    assert await status_of(client, her) == 200
    assert (await app.staff.account("amara")).roles == ("agent",)
    assert not [one for one in await facts_of(app, amara(app)) if isinstance(one, StaffRemoved | StaffRolesChanged)]


async def test_another_password_ends_the_sign_ins_of_before_and_is_the_one_that_counts(
    client: Client, app: App
) -> None:
    headers = await sign_in(client, "admin")
    her = await as_somebody_else(client, "amara")
    weak = await client.post("/v1/staff/amara/password", json={"password": "short"}, headers=headers)
    assert weak.json()["code"] == "weak_password" and await status_of(client, her) == 200
    new = {"password": "a much longer one"}
    assert (await client.post("/v1/staff/amara/password", json=new, headers=headers)).status_code == 204
    assert await status_of(client, her) == 401
    for password, status in (("demo", 403), ("a much longer one", 200)):
        answer = await client.post("/v1/sign-in", json={"login": "amara", "password": password})
        assert answer.status_code == status
    assert [one for one in await facts_of(app, amara(app)) if isinstance(one, StaffPasswordChanged)]


async def test_other_roles_hold_from_the_next_request_on_and_other_queues_at_once(client: Client, app: App) -> None:
    await available(app)
    headers = await sign_in(client, "admin")
    her = await as_somebody_else(client, "amara")
    wanted = {"roles": ["agent", "supervisor"], "queues": ["returns"]}
    answer = await client.post("/v1/staff/amara/roles", json=wanted, headers=headers)
    assert (answer.status_code, answer.json()["queues"]) == (200, ["returns"])
    client.cookies.clear()
    client.cookies.update(her)
    assert (await client.get("/v1/approvals")).status_code == 200
    served = [one.event for one in (await app.log.read(Query(f"agent:{amara(app)}", (PresenceSet,)))).events]
    assert isinstance(served[-1], PresenceSet)
    assert (served[-1].presence, served[-1].queues) == (Presence.AVAILABLE, ("returns",))


async def test_skills_hold_at_once_and_are_shown_to_supervisors(client: Client, app: App) -> None:
    await available(app)
    headers = await sign_in(client, "admin")
    wanted = [{"skill": "german", "level": 5}, {"skill": "insurance", "level": 1, "until": "2030-01-01T00:00:00Z"}]
    answer = await client.post("/v1/staff/amara/skills", json={"skills": wanted}, headers=headers)
    assert answer.status_code == 200
    assert [(one["skill"], one["level"]) for one in answer.json()["skills"]] == [("german", 5), ("insurance", 1)]
    facts = (await app.log.read(Query(f"agent:{amara(app)}", (PresenceSet,)))).events
    served = [one.event for one in facts]
    assert isinstance(served[-1], PresenceSet)
    assert [(one.skill, one.level) for one in served[-1].skills] == [("german", 5), ("insurance", 1)]
    assert [one for one in await facts_of(app, amara(app)) if isinstance(one, StaffSkillsChanged)]
    await sign_in(client, "sofia")
    assert await app.follower.reach(facts[-1].cursor)
    (shown,) = [one for one in (await client.get("/v1/board")).json()["value"]["agents"] if one["id"] == amara(app)]
    assert [one["skill"] for one in shown["skills"]] == ["german", "insurance"]


CAPACITIES = """
capacities:
  default: { units: 3, channels: { chat: {} } }
  mixed: { units: 6, channels: { chat: { weight: 2 }, voice: { weight: 6 } } }
"""


async def capacity_of(app: App) -> list[tuple[int, list[str]]]:
    facts = (await app.log.read(Query(f"agent:{amara(app)}", (PresenceSet,)))).events
    served = [one.event for one in facts if isinstance(one.event, PresenceSet)]
    assert await app.follower.reach(facts[-1].cursor)
    return [(one.capacity, [share.channel.value for share in one.shares]) for one in served]


async def test_a_profile_of_capacity_holds_at_once_and_again_when_a_release_changes_it(
    client: Client, app: App
) -> None:
    headers = await sign_in(client, "admin")
    unknown = await client.post("/v1/staff/amara/capacity", json={"profile": "mixed"}, headers=headers)
    assert (unknown.status_code, unknown.json()["code"]) == (422, "capacity_unknown")
    await put_in_force(app, "capacities.yaml", CAPACITIES)
    answer = await client.post("/v1/staff/amara/capacity", json={"profile": "mixed"}, headers=headers)
    assert (answer.status_code, answer.json()["capacity"]) == (200, "mixed")
    assert (await capacity_of(app))[-1] == (6, ["chat", "voice"])
    wider = CAPACITIES.replace("units: 6", "units: 8")
    app.use(compiled({**app.definitions.files, "capacities.yaml": wider}, app.definitions.model))
    await app.staff_changes.serve_anew()
    assert (await capacity_of(app))[-1] == (8, ["chat", "voice"])
    (shown,) = [one for one in (await client.get("/v1/board")).json()["value"]["agents"] if one["id"] == amara(app)]
    assert (shown["capacity"], shown["takes"][0]) == (8, {"channel": "chat", "most": 4})
    usual = await client.post("/v1/staff/amara/capacity", json={"profile": ""}, headers=headers)
    assert (usual.json()["capacity"], (await capacity_of(app))[-1]) == ("", (3, ["chat"]))


async def test_a_supervisor_is_told_why_somebody_still_waits(client: Client, app: App) -> None:
    await sign_in(client, "sofia")
    gone = await client.get("/v1/visits/v_nobody/why")
    assert (gone.status_code, gone.json()["code"]) == (404, "visit_unknown")
    await available(app)
    entered = VisitEntered(
        visit=VisitId("v_9"), interaction=InteractionId("i_9"), person=PersonId("p_9"), queue=QueueName("returns"),
        channel=Channel.CHAT, priority=0, since=app.clock(),
    )  # fmt: skip
    written = await app.engine.append([entered], cause="entered")
    assert await app.follower.reach(written.recorded[-1].cursor)
    why = (await client.get("/v1/visits/v_9/why")).json()
    assert (why["place"], why["ring"], why["rings"], why["asks_for"]) == (1, 1, 2, {})
    assert why["opens_at"] is not None
    assert [(one["name"], one["reason"]) for one in why["candidates"]] == [("Amara Okafor", "other_queue")]


async def test_an_agents_timeline_is_for_supervisors_and_its_window_is_bounded(client: Client, app: App) -> None:
    await available(app)
    await sign_in(client, "sofia")
    told = (await client.get(f"/v1/agents/{amara(app)}/timeline?hours=1")).json()
    assert (told["name"], [one["what"] for one in told["spans"]]) == ("Amara Okafor", ["available"])
    assert set(told["presences"]) == {"available"} and told["occupancy"] == 0.0
    codes = [
        (await client.get(f"/v1/agents/{path}")).json()["code"] for path in ("s_x/timeline", "s_x/timeline?hours=0")
    ]
    assert codes == ["agent_unknown", "bad_hours"]


CROWDED = """
queue: business
title: Business
channels: { email: { answered_within: 8h, target: 90% } }
alerts: { crowded: { at: { waiting: 2 }, until: { waiting: 0 }, priority: 4 } }
"""


async def test_a_crowded_queue_is_seen_recorded_once_and_done_something_about(client: Client, app: App) -> None:
    headers = await sign_in(client, "sofia")
    await put_in_force(app, "queues/business.yaml", CROWDED)
    for name in ("a", "b"):
        entered = VisitEntered(
            visit=VisitId(f"v_{name}"), interaction=InteractionId(f"i_{name}"), person=PersonId(f"p_{name}"),
            queue=QueueName("business"), channel=Channel.EMAIL, priority=0, since=app.clock(),
        )  # fmt: skip
        written = await app.engine.append([entered], cause=f"entered/{name}")
    assert await app.follower.reach(written.recorded[-1].cursor)
    await asyncio.gather(health.look(app), health.look(app))
    async with asyncio.timeout(10):
        while {visit.priority for visit in app.board.visits.values()} != {4}:  # noqa: ASYNC110  # the board tells nobody
            await asyncio.sleep(0.02)
    raised = (await app.log.read(Query("queue:business", (QueueAlertRaised,)))).events
    assert len(raised) == 1, "however many nodes see it"
    shown = {one["name"]: one for one in (await client.get("/v1/queues", headers=headers)).json()["queues"]}
    assert (shown["business"]["waiting"], shown["care"]["waiting"]) == (2, 0)
    assert [(one["alert"], one["value"]) for one in shown["business"]["alerts"]] == [("crowded", 2.0)]
    board = {one["name"]: one for one in (await client.get("/v1/board")).json()["value"]["queues"]}
    assert board["business"]["alerts"] == shown["business"]["alerts"]


SLAS = "slas:\n  all: { first_response: 1h, around_the_clock: true, breach: { priority: 7 } }"


async def test_an_answer_that_is_owed_is_shown_comes_due_by_a_stored_timer_and_does_what_is_said(
    client: Client, app: App
) -> None:
    await sign_in(client, "sofia")
    await put_in_force(app, "slas.yaml", SLAS)
    entered = VisitEntered(
        visit=VisitId("v_8"), interaction=InteractionId("i_8"), person=PersonId("p_8"), queue=QueueName("returns"),
        channel=Channel.EMAIL, priority=0, since=app.clock(),
    )  # fmt: skip
    await app.engine.append([entered], cause="entered")

    async def seen(state: str) -> dict[str, object]:
        async with asyncio.timeout(10):
            while True:
                found: list[dict[str, object]] = (await client.get("/v1/slas")).json()["clocks"]
                if found and found[0]["state"] == state:
                    return found[0]
                await asyncio.sleep(0.02)

    running = await seen("running")
    assert (running["clock"], running["queue"], running["agent"]) == ("first_response", "returns", None)
    assert running["due"] == (entered.since + timedelta(hours=1)).isoformat().replace("+00:00", "Z")
    assert await app.log.bring_forward("i_8", "EndSlaTime", app.clock()) == 1
    await seen("breached")
    async with asyncio.timeout(10):
        while app.board.visits[VisitId("v_8")].priority != 7:  # noqa: ASYNC110  # the board tells nobody
            await asyncio.sleep(0.02)
    returns = next(one for one in (await client.get("/v1/board")).json()["value"]["queues"] if one["name"] == "returns")
    assert returns["slas_overdue"] == 1


@pytest.mark.parametrize(
    ("path", "body", "code"),
    [
        ("admin/remove", None, "last_admin"),
        ("admin/roles", {"roles": ["supervisor"]}, "last_admin"),
        ("amara/roles", {"roles": ["boss"]}, "role_unknown"),
        ("amara/roles", {"roles": []}, "role_unknown"),
        ("amara/roles", {"roles": ["agent"], "queues": ["cellar"]}, "queue_unknown"),
        ("amara/skills", {"skills": [{"skill": "a", "level": 1}, {"skill": "a", "level": 2}]}, "skill_twice"),
        ("amara/capacity", {"profile": "all_at_once"}, "capacity_unknown"),
        ("nobody/capacity", {"profile": ""}, "staff_unknown"),
        ("nobody/skills", {"skills": []}, "staff_unknown"),
        ("nobody/roles", {"roles": ["agent"]}, "staff_unknown"),
        ("nobody/password", {"password": "long enough!"}, "staff_unknown"),
    ],
)
async def test_what_cannot_be_is_refused_and_changes_nothing(
    client: Client, app: App, path: str, body: dict[str, object] | None, code: str
) -> None:
    headers = await sign_in(client, "admin")
    before = await app.staff_changes.all()
    answer = await client.post(f"/v1/staff/{path}", json=body, headers=headers)
    assert answer.json()["code"] == code, answer.text
    assert await app.staff_changes.all() == before


async def test_a_wrong_password_meanwhile_does_not_undo_a_removal(app: App) -> None:
    removal = app.staff_changes.remove("amara", by="test")
    attempts = [app.staff.sign_in("amara", "wrong") for _ in range(3)]
    await asyncio.gather(removal, *attempts, return_exceptions=True)
    assert {one.login for one in await app.staff_changes.all() if one.removed_at} == {"amara"}
