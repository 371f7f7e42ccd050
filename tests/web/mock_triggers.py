"""What the page of the triggers is shown without a real server: the demo's trigger, and what became of it."""

from __future__ import annotations

from typing import Any

from litestar import get, post
from litestar.params import FromPath, JSONBody

from interlock.runtime.trigger_pages import about

from .mock_data import Json, iso
from .mock_journeys import definitions, journey_routes

FIRED = {"how": "fired", "interaction": "i_9", "reach": "last_chat", "mail": "pr_9"}
HELD = {"how": "held", "why": "quiet_hours", "until": "2026-11-28T07:00:00+00:00"}
REFUSED = {"how": "refused", "why": "consent", "detail": "delivery_news"}


def line(number: int, **more: Any) -> Json:
    """One firing."""
    told = {"why": "", "detail": "", "until": None, "interaction": "", "reach": "", "mail": ""}
    about_it = {
        "firing": f"tf_{number}",
        "trigger": "shipment_delayed",
        "customer": f"c-{100 + number}",
        "event": "evt_1",
    }
    return {**told, **about_it, "at": iso(-60 * number), **more}


def journey_and_trigger_routes() -> list[Any]:
    """What the pages of the journeys and of the triggers read, and a test of a trigger."""

    @get("/v1/triggers")
    async def triggers() -> Json:
        found, _ = definitions()
        lines = [line(1, **FIRED), line(2, **HELD), line(3, **REFUSED)]
        counts = {"fired": 118, "held": 12, "refused": 31}
        shown = [{**about(spec), "counts": counts} for spec in found.triggers.values()]
        return {"release": "r_1", "days": 7, "triggers": shown, "latest": lines}

    @post("/v1/triggers/{trigger:str}/test", status_code=200)
    async def test(trigger: FromPath[str], data: JSONBody[dict[str, Any]]) -> Json:
        agreed = data["event"]["data"]["customer_id"] == "c-104"
        consent = {
            "what": "consent to delivery_news",
            "passed": agreed,
            "words": "she agreed" if agreed else "she never agreed",
        }
        return {
            "trigger": trigger,
            "would": "fires" if agreed else "refused",
            "why": "" if agreed else "consent",
            "detail": "",
            "until": None,
            "checks": [{"what": "condition", "passed": True, "words": "data.days_late >= 2"}, consent],
            "journey": "shipment_delayed",
            "slots": {"order_no": "A-1045"},
            "reach": "open_chat" if agreed else "",
            "says": ["There is news about your order A-1045."] if agreed else [],
            "mail": None,
        }

    return [*journey_routes(), triggers, test]
