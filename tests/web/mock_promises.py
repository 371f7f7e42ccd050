"""What was promised in the mocked centre, what may be promised there, and what is refused?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from litestar import Response

from .mock_data import Json, eur, ident, iso

if TYPE_CHECKING:
    from .mock_world import World

DAY_S = 86_400
PROMISE: Json = {
    "promise": "pm_1",
    "kind": "late_refund",
    "title": "A refund after the guarantee is over",
    "state": "open",
    "about": "A-1042",
    "value": eur(1840),
    "source": "agent",
    "by": "Amara Okafor",
    "made_at": iso(90_000),
    "valid_until": iso(-10 * DAY_S),
    "words": "We refund the kettle nevertheless.",
    "interaction": "i_1",
}
CAN_PROMISE: list[Json] = [
    {
        "promise": "late_refund",
        "title": "A refund after the guarantee is over",
        "about": "order_id",
        "most": {"amount": 5000, "currency": "EUR"},
        "days": 30,
    },
    {
        "promise": "way_back",
        "title": "The postage of what is sent back",
        "about": "parcel_id",
        "most": {"amount": 1500, "currency": "EUR"},
        "days": 14,
    },
]


def told(world: World) -> Json:
    """What ``GET`` of the promises gives."""
    return {"promises": world.promises, "can_promise": world.can_promise}


def promise(world: World, interaction: str, body: Json) -> Response[Json] | Json:
    """Somebody promises something; what a test has told the world to refuse is refused once."""
    if world.refuses:
        return world.refuses.pop()
    kind = next(each for each in world.can_promise if each["promise"] == body["promise"])
    made = {
        **PROMISE,
        "promise": ident("pm"),
        "kind": body["promise"],
        "title": kind["title"],
        "about": body["about"],
        "value": body["value"],
        "made_at": iso(),
        "valid_until": iso(-DAY_S * body.get("days", kind["days"])),
        "words": body.get("words", ""),
        "interaction": interaction,
    }
    world.promises = [made, *world.promises]
    return Response({"promise": made["promise"]}, status_code=201)
