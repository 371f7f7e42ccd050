"""Does a version come into force over the network only when its scenarios hold, and a canary begin, widen and end there?"""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from interlock.governance.releases import RELEASES, fold
from interlock.runtime.app import App
from interlock.runtime.publishing import submit
from interlock.runtime.stored_releases import Releases
from interlock.simulation import trials
from interlock.simulation.trials import Trial, Trials
from interlock.vocabulary.ids import StaffId
from tests.api.conftest import Client, sign_in

OLD, NEW = "Gladly. What is the order number?", "Let me look. What is the order number?"
KEPT = "scenarios/abuse.yaml"


def reworded(app: App, path: str = "journeys/order_status.yaml") -> str:
    text = app.definitions.files[path]
    assert OLD in text
    return text.replace(OLD, NEW)


def with_one_scenario(app: App) -> dict[str, str | None]:
    """A change that keeps the shortest scenarios alone, and another first question."""
    others = [path for path in app.definitions.files if path.startswith("scenarios/") and path != KEPT]
    worded = {path: reworded(app, path) for path in ("journeys/order_status.yaml", "texts/de.yaml")}
    return {**dict.fromkeys(others), **worded}


async def over(client: Client, begun: dict[str, Any]) -> dict[str, Any]:
    """A trial once it is no longer running."""
    async with asyncio.timeout(40):
        while True:
            found: dict[str, Any] = (await client.get(f"/v1/trials/{begun['id']}")).json()
            if found["state"] != "running":
                return found
            await asyncio.sleep(0.05)


async def test_a_version_whose_scenarios_do_not_hold_does_not_come_into_force(client: Client, app: App) -> None:
    headers = await sign_in(client, "admin")
    before = await Releases.in_force(app.log)
    text = app.definitions.files[KEPT]
    files = {**with_one_scenario(app), KEPT: text.replace("ended: warned", "ended: declined")}
    assert files[KEPT] != text
    answer = await client.post("/v1/releases", json={"files": files, "note": "softer"}, headers=headers)
    assert answer.status_code == 202, answer.text
    assert (answer.json()["in_force"], answer.json()["trial"]["state"]) == (False, "running")
    busy = await client.post("/v1/releases", json={"files": files}, headers=headers)
    assert (busy.status_code, busy.json()["code"]) == (409, "trial_running")
    told = await over(client, answer.json()["trial"])
    assert (told["state"], told["played"], told["failed"] >= 1) == ("failed", told["of"], True)
    unheld = told["failures"][0]
    assert unheld["file"] == KEPT and unheld["line"] > 1 and "declined" in unheld["expected"]
    assert told["by"]["name"] and told["note"] == "softer"
    assert await Releases.in_force(app.log) == before
    assert [one["id"] for one in (await client.get("/v1/trials")).json()["trials"]] == [told["id"]]


async def test_a_canary_is_begun_widened_and_given_to_everybody_over_the_network(
    client: Client, app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def all_hold(_: Trials, trial: Trial, __: Any) -> Trial:
        return trial

    monkeypatch.setattr(Trials, "_played", all_hold)  # the test before plays
    headers = await sign_in(client, "admin")
    body = {"files": with_one_scenario(app), "share": 10, "segment": 'channel == "chat"', "note": "warmer"}
    refused = await client.post("/v1/canary", json={**body, "share": 100}, headers=headers)
    assert (refused.status_code, refused.json()["code"]) == (422, "bad_share")
    told = await over(client, (await client.post("/v1/canary", json=body, headers=headers)).json())
    assert (told["state"], told["error"], told["failures"]) == ("done", "", [])
    shown = (await client.get("/v1/canary")).json()
    assert (shown["canary"]["release"], shown["canary"]["share"], shown["canary"]["note"]) == (
        told["release"], 10, "warmer",
    )  # fmt: skip
    assert shown["journeys"] == {} and any("order_status" in each for each in shown["canary"]["changes"])
    wider = await client.post("/v1/canary/share", json={"share": 60}, headers=headers)
    assert wider.json() == {"release": told["release"], "share": 60, "segment": 'channel == "chat"'}
    canary = fold((await app.log.read(RELEASES)).events).canary
    assert canary is not None and canary.at.isoformat() == shown["canary"]["at"].replace("Z", "+00:00")
    kept = (await client.post("/v1/canary/adopt", json={}, headers=headers)).json()
    assert kept == {"release": told["release"], "in_force": True, "approvals": 0}
    assert await Releases.in_force(app.log) == told["release"]
    assert (await client.get("/v1/canary")).json() == {"canary": None, "journeys": {}}
    over_already = await client.post("/v1/canary/end", json={}, headers=headers)
    assert (over_already.status_code, over_already.json()["code"]) == (404, "no_canary")


async def played(app: App, files: dict[str, str], how: Any, monkeypatch: pytest.MonkeyPatch) -> Trial:
    """What becomes of a version when its scenarios are played in another way."""
    tried = Trials(app)
    monkeypatch.setattr(tried, "_played", how)
    begun = await tried.publish(files, by=StaffId("u_ann"))
    assert isinstance(begun, Trial)
    await asyncio.gather(*tried._running.values())
    return await tried.get(begun.id)


async def test_what_came_into_force_while_the_scenarios_were_played_is_not_undone(
    app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = dict(app.definitions.files)
    mine = {**files, "cases/orders.yaml": files["cases/orders.yaml"] + "\n# mine\n"}
    theirs = {**files, "cases/orders.yaml": files["cases/orders.yaml"] + "\n# theirs\n"}

    async def meanwhile(trial: Trial, *_: Any) -> Trial:
        await submit(theirs, app.log, app.records, by="somebody else")
        return trial

    told = await played(app, mine, meanwhile, monkeypatch)
    assert told.state == "failed" and "came into force meanwhile" in told.error
    running = await Releases.running(app.log, app.records)
    assert running is not None and "# theirs" in running.files["cases/orders.yaml"]


async def test_scenarios_that_never_end_are_cut_off(app: App, monkeypatch: pytest.MonkeyPatch) -> None:
    before = await Releases.in_force(app.log)
    monkeypatch.setattr(trials, "LONGEST_S", 0.01)
    files = {**app.definitions.files, "cases/orders.yaml": app.definitions.files["cases/orders.yaml"] + "\n# mine\n"}
    tried = Trials(app)
    begun = await tried.publish(files, by=StaffId("u_ann"))
    assert isinstance(begun, Trial)
    await asyncio.gather(*tried._running.values())
    told = await tried.get(begun.id)
    assert told.state == "failed" and "take longer than" in told.error
    assert await Releases.in_force(app.log) == before
