"""What does the mocked centre do when a journey is changed on its page: scenarios that are played, and a version on trial?"""

from __future__ import annotations

from typing import Any

from litestar import Request, get, post
from litestar.params import FromPath

from .mock_data import Json, iso
from .mock_journeys import definitions
from .mock_world import World

OF = 119
UNHELD = {
    "scenario": "a cracked mug is paid back",
    "file": "scenarios/damaged_item.yaml",
    "line": 14,
    "expected": "the virtual agent to say 'Which item is it?'",
    "really": "it said: What is broken?",
}
RUNS = {
    "in_force": {"begun": 212, "outcomes": {"refunded": 120, "handed_over": 31, "cancelled": 8}},
    "canary": {"begun": 24, "outcomes": {"refunded": 18, "handed_over": 2}},
}


def told_of(wanted: Json, begun: bool) -> Json:
    """A version on trial, begun or over."""
    broken = any("What is broken?" in (text or "") for text in wanted["files"].values())
    share = wanted.get("share", 0)
    done = {"state": "failed" if broken else "done", "played": OF, "in_force": not share and not broken}
    done |= {
        "failed": int(broken),
        "failures": [UNHELD] if broken else [],
        "error": "it does not hold" if broken else "",
    }
    shown = {
        "id": "tr_1",
        "by": {"id": "u_1", "name": "Administrator"},
        "at": iso(),
        "release": "r_2",
        "base": "r_1",
    }
    shown |= {
        "note": wanted["note"],
        "share": share,
        "segment": wanted.get("segment", ""),
        "of": OF,
        "approvals": 0,
    }
    return shown | ({"state": "running", "played": 40, "failed": 0, "failures": [], "error": ""} if begun else done)


def trying_routes(world: World) -> list[Any]:
    """What the page reads and sends to change a journey. A text that asks ``What is broken?`` does not hold."""

    @get("/v1/journeys/{journey:str}/files")
    async def files(journey: FromPath[str]) -> Json:
        _, texts = definitions()
        own = f"journeys/{journey}.yaml"
        paths = (own, f"scenarios/{journey}.yaml", "texts/de.yaml")
        return {"release": "r_1", "own": own, "files": {path: texts[path] for path in paths}}

    @get("/v1/canary")
    async def canary() -> Json:
        return {"canary": world.canary or None, "journeys": {"damaged_item": RUNS} if world.canary else {}}

    @get("/v1/trials")
    async def trials() -> Json:
        return {"trials": []}

    @get("/v1/trials/{trial:str}")
    async def one_trial(trial: FromPath[str]) -> Json:
        told = told_of(world.wanted, begun=False) | {"id": trial}
        if told["state"] == "done" and told["share"]:
            world.canary = {**told, "changes": ["journey damaged_item changed"]}
        return told

    @post("/v1/canary")
    async def begin(request: Request[Any, Any, Any]) -> Json:
        world.wanted = await request.json()
        world.calls.append(("/canary", world.wanted))
        return told_of(world.wanted, begun=True)

    @post("/v1/canary/{what:str}")
    async def change(what: FromPath[str], request: Request[Any, Any, Any]) -> Json:
        body = await request.json()
        world.calls.append((f"/canary/{what}", body))
        world.canary = {**world.canary, "share": body["share"]} if what == "share" else {}
        return {"release": "r_2"}

    @post("/v1/releases")
    async def publish(request: Request[Any, Any, Any]) -> Json:
        world.wanted = await request.json()
        world.calls.append(("/releases", world.wanted))
        return {"release": "r_2", "in_force": False, "approvals": 0, "trial": told_of(world.wanted, begun=True)}

    return [files, canary, trials, one_trial, begin, change, publish]
