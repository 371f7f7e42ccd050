"""What the page of the matters is shown without a real server: one of each, as they come on a bad day."""

from __future__ import annotations

from typing import Any

from litestar import Request, get, post

from .mock_data import ANGRY, Json, iso
from .mock_world import World

TITLES = {
    "vulnerable": "Vulnerable customer",
    "legal": "Legal matter",
    "data_request": "Data-subject request",
    "complaint": "Complaint",
    "abuse": "Abuse",
}


def line(matter: str, number: int, **more: Any) -> Json:
    """A matter as the server tells of it."""
    kind = more.get("kind", "")
    told: Json = {
        "interaction": f"i_{number}",
        "matter": matter,
        "kind": kind,
        "title": TITLES[matter],
        "about": f"{TITLES[matter]}: {kind}" if kind else TITLES[matter],
        "said": "",
        "reference": "",
        "since": iso(600 * number),
        "due": None,
        "days_left": None,
        "customer": f"c-{100 + number}",
        "level": 1,
        "agent": "",
        "state": "open",
        "by": "",
        "at": None,
        "note": "",
    }
    return told | more


def matters() -> list[Json]:
    """The matters of a busy day."""
    return [
        line(
            "vulnerable",
            1,
            said="I do not know how to go on, everything is too much for me since he died.",
            agent="Amara Okafor",
        ),
        line(
            "data_request",
            2,
            kind="erasure",
            said="Delete everything you have about me.",
            reference="7TQ0-2R4K",
            due="2026-11-20",
            days_left=-4,
            level=2,
        ),
        line(
            "data_request",
            3,
            kind="access",
            said="Send me a copy of my data to m•••@•••.example.",
            reference="9AB1-3C5D",
            due="2026-11-28",
            days_left=4,
            state="taken",
            by="Sofia Marchetti",
            at=iso(300),
        ),
        line("complaint", 4, said=ANGRY, reference="K2M8-QW0X", agent="Priyanka Venkataraghavan"),
        line("legal", 5, kind="lawyer", said="You will hear from my lawyer.", customer=None, level=0),
        line("abuse", 6, said="erased"),
    ]


def matter_routes(world: World) -> list[Any]:
    """The list, and what is done with a matter."""

    @get("/v1/matters")
    async def listed(request: Request[Any, Any, Any]) -> Json:
        settled = request.query_params.get("settled") == "true"
        found = [one for one in world.matters if (one["state"] == "settled") == settled]
        return {"matters": found, "count": len(found)}

    @post("/v1/matters", status_code=204)
    async def mark(request: Request[Any, Any, Any]) -> None:
        asked = await request.json()
        world.calls.append(("/v1/matters", asked))
        state = "open" if asked["mark"] == "reopened" else asked["mark"]
        for one in world.matters:
            if all(one[name] == asked[name] for name in ("interaction", "matter", "kind")):
                one |= {"state": state, "by": world.me["staff"]["name"], "at": iso(), "note": asked["note"]}

    return [listed, mark]
