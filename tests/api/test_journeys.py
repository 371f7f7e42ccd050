"""Journeys over the network: drawn, counted at each step, and told whether they are ready."""

from __future__ import annotations

import asyncio

from interlock.kernel.events import START, Event
from interlock.kernel.log import Plan
from interlock.runtime.app import App
from interlock.runtime.definitions import Definitions, compiled
from interlock.runtime.stored_releases import store
from interlock.vocabulary.ids import InteractionId, PersonId, RunId
from interlock.vocabulary.journeys import JourneyEnded, JourneyStarted, StepReached
from interlock.vocabulary.releases import ReleasePublished
from tests.api.conftest import Client, sign_in

LIMIT_S, LIMIT = 20, 1_000


async def begun(app: App) -> set[str]:
    """The runs whose beginning can be read on."""
    found = [one.event for one in await app.log.after(START, LIMIT, (JourneyStarted,))]
    return {event.run.removeprefix("run_") for event in found if isinstance(event, JourneyStarted)}


async def walk(app: App, run: str, release: str, *paths: str, outcome: str = "") -> None:
    """A run of the demo's refund as it stands in the log; nothing follows from it here."""
    about = {"interaction": InteractionId(f"i_{run}"), "person": PersonId("p_1"), "run": RunId(f"run_{run}")}
    facts: list[Event] = [JourneyStarted(**about, journey="damaged_item", release=release)]
    facts += [StepReached(**about, path=path, waits_for="slot") for path in paths]
    if outcome:
        facts.append(JourneyEnded(**about, journey="damaged_item", outcome=outcome))
    await app.log.append(Plan(tuple(facts), cause=f"test/{run}"))
    # Whoever reads on sees it once no transaction of the whole server is older, also of the other tests.
    async with asyncio.timeout(LIMIT_S):
        while run not in await begun(app):  # noqa: ASYNC110  # nothing tells of it
            await asyncio.sleep(0.02)


async def other_release(app: App, file: str) -> Definitions:
    """A release that differs from the one in force in one file."""
    files = {**app.definitions.files, file: app.definitions.files[file] + "\n# changed\n"}
    other = compiled(files, app.definitions.model)
    await store(other, app.records)
    return other


async def test_a_journey_is_drawn_with_what_its_steps_saw(client: Client, app: App) -> None:
    await sign_in(client, "sofia")
    release = app.definitions.release
    await walk(app, "1", release, "0", "1")
    await walk(app, "2", release, "0", outcome="cancelled")
    found = (await client.get("/v1/journeys/damaged_item?within=24h")).json()
    assert found["steps"][found["first"][0]]["kind"] == "ask"
    assert found["traffic"]["live"] == 1 and found["traffic"]["outcomes"] == {"cancelled": 1}
    asked, verified = found["traffic"]["steps"]["0"], found["traffic"]["steps"]["1"]
    assert (asked["reached"], asked["left"], asked["waiting"]) == (2, 1, 0)
    assert (verified["reached"], verified["waiting"]) == (1, 1)
    await walk(app, "3", release, "0")
    again = (await client.get("/v1/journeys/damaged_item?within=30d")).json()
    assert again["traffic"]["steps"]["0"]["reached"] == 3, "read on from where it was"


async def test_every_block_that_is_named_in_the_picture_is_a_step_of_it(client: Client) -> None:
    await sign_in(client, "sofia")
    for line in (await client.get("/v1/journeys")).json()["journeys"]:
        found = (await client.get(f"/v1/journeys/{line['journey']}")).json()
        named = {path for step in found["steps"].values() for arm in step["arms"] for path in arm["steps"]}
        assert named | set(found["first"]) == set(found["steps"])


async def test_runs_of_other_versions_count_only_where_the_journey_was_the_same(client: Client, app: App) -> None:
    await sign_in(client, "sofia")
    same, changed = await other_release(app, "queues/care.yaml"), await other_release(app, "journeys/damaged_item.yaml")
    await walk(app, "same", same.release, "0")
    await walk(app, "changed", changed.release, "0")
    await walk(app, "gone", "r_0123456789ab", "0")
    found = (await client.get("/v1/journeys/damaged_item")).json()
    assert (found["traffic"]["live"], found["traffic"]["steps"]["0"]["waiting"]) == (1, 1)
    assert found["earlier"] == {"live": 2, "began": 2}
    (line,) = [one for one in (await client.get("/v1/journeys")).json()["journeys"] if one["journey"] == "damaged_item"]
    assert line["live"] == 3 and line["ended"]["24h"]["began"] == 3


async def test_readiness_is_the_same_in_the_list_and_by_itself(client: Client) -> None:
    await sign_in(client, "admin")
    for line in (await client.get("/v1/journeys")).json()["journeys"]:
        found = (await client.get(f"/v1/journeys/{line['journey']}/readiness")).json()
        assert (found["verdict"], found["signoffs"]) == (line["verdict"], line["signoffs"])
        assert all(branch.keys() >= {"name", "says", "ends"} for one in found["failures"] for branch in one["branches"])


async def test_what_is_not_there_is_told_with_what_may_be_meant(client: Client) -> None:
    await sign_in(client, "sofia")
    for path in ("/v1/journeys/damaged", "/v1/journeys/damaged/readiness"):
        answer = await client.get(path)
        assert (answer.status_code, answer.json()["code"]) == (404, "journey_unknown")
        assert "did you mean 'damaged_item'" in answer.json()["detail"]
    answer = await client.get("/v1/journeys/damaged_item?within=1y")
    assert (answer.status_code, answer.json()["code"]) == (422, "bad_within")


async def test_the_page_of_each_journey_is_served(client: Client) -> None:
    for path in ("/journeys", "/journeys/damaged_item"):
        answer = await client.get(path)
        assert answer.status_code == 200 and "journeys/main.js" in answer.text


async def test_a_journey_is_compared_with_what_it_was_in_an_earlier_version(client: Client, app: App) -> None:
    await sign_in(client, "sofia")
    assert (await client.get("/v1/journeys/damaged_item/versions")).json() == {"versions": []}
    other = await other_release(app, "journeys/damaged_item.yaml")
    found = (await client.get(f"/v1/journeys/damaged_item/changes?since={other.release}")).json()
    assert (found["since"], found["steps"]) == (other.release, []), "a comment is no difference"
    assert (await client.get("/v1/journeys/damaged_item/changes?since=r_0")).json()["code"] == "release_unknown"
    assert (await client.get("/v1/journeys/nothing/changes?since=r_0")).status_code == 404
    for release, note in ((other.release, "a comment"), (app.definitions.release, "without it")):
        published = ReleasePublished(release=release, by="cli", journeys=(), actions=(), rules=(), note=note)
        await app.log.append(Plan((published,), cause=f"test/{note}"))
    (earlier,) = (await client.get("/v1/journeys/damaged_item/versions")).json()["versions"]
    assert (earlier["release"], earlier["note"]) == (other.release, "a comment")
