"""Who works in the demonstration: six people with a password that everybody knows."""

from __future__ import annotations

from typing import Final, NamedTuple

from interlock.governance.outside import EVENTS_ROLE
from interlock.kernel.errors import Refused
from interlock.runtime.outside_agents import OutsideAgents
from interlock.runtime.staff import Staff
from interlock.vocabulary.skills import Skill

DEMO_PASSWORD: Final = "demo"  # known to everybody on purpose; only ever set in demo mode
SHOP_ADMIN_KEY: Final = "demo-admin"  # likewise: of the demo shop, which holds nothing of anybody's


SHOP_EVENTS_KEY: Final = "ilk_x_demo_shop.demo-events"  # likewise: all that it can do is to tell of events


class DemoPerson(NamedTuple):
    """A member of the demonstration's staff."""

    login: str
    name: str
    roles: tuple[str, ...]
    queues: tuple[str, ...]
    skills: tuple[Skill, ...] = ()


DEMO_STAFF: Final = (
    DemoPerson("amara", "Amara Okafor", ("agent",), ("care", "returns"), (Skill("returns", 2), Skill("german", 4))),
    DemoPerson("ben", "Ben Castellanos", ("agent",), ("care", "returns"), (Skill("returns", 4),)),
    DemoPerson("sofia", "Sofia Lindqvist", ("supervisor",), ("care", "returns")),
    DemoPerson("maya", "Maya Brandt", ("manager",), ()),
    DemoPerson("omar", "Omar Haddad", ("supervisor",), ("care", "returns")),
    DemoPerson("admin", "Alex Admin", ("admin",), ()),
)


def demo_systems(url: str) -> dict[str, str]:
    """The environment in which the demonstration's connectors find their systems, which one process plays at one address."""
    return {
        "INTERLOCK_CONNECTOR_SHOP_URL": url,
        "INTERLOCK_CONNECTOR_MAIL_URL": url,
        "INTERLOCK_CONNECTOR_CARRIER_URL": url,
        "INTERLOCK_CREDENTIAL_SHOP_API_KEY": "demo-key",
        "INTERLOCK_CREDENTIAL_CARRIER_KEY": "demo-carrier",
    }


async def add_demo_staff(staff: Staff) -> None:
    """Add whoever is not there yet."""
    for person in DEMO_STAFF:
        try:
            await staff.add(
                person.login,
                person.name,
                DEMO_PASSWORD,
                person.roles,
                person.queues,
                person.skills,
                by="demo",
                any_password=True,
            )
        except Refused as refusal:
            if refusal.code != "login_taken":
                raise


async def add_demo_shop(outside: OutsideAgents) -> None:
    """Let the demo shop tell of events, unless it may already."""
    try:
        await outside.add("Kettle and Crane shop", [EVENTS_ROLE], "low", by="demo", known_key=SHOP_EVENTS_KEY)
    except Refused as refusal:
        if refusal.code != "name_taken":
            raise
