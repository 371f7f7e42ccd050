"""What would real-looking days look like? Canned documents for looking at the pages: a busy day, an angry paragraph, an empty morning."""

# ruff: noqa: E501 (canned sentences are easier to read whole)

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta
from typing import Any

Json = dict[str, Any]

POLICY = "release-2026-11-20-a41c"
ANGRY = (
    "This is now the FOURTH time I write about the same thing and every time somebody else answers and asks me for the order number again. "
    "The casserole arrived with a crack right through the bottom, I sent photographs on Monday, I was promised a call on Tuesday, nobody called. "
    "I have guests on Saturday, fourteen people, and nothing to cook in. I do not want a voucher and I do not want to be told that you understand my "
    "frustration. I want my 140.00 back today, and I want to know who decided that it takes nine working days to look at a photograph."
)
PEOPLE = (
    "Eva Lindqvist",
    "Tomás Iturralde-Echeverría de la Fuente",
    "Nguyễn Thị Phương Thảo",
    "Oluwaseun Adébáyò-Fágbénlé",
    "Margarethe von Hohenstein-Schwarzenfels",
    "مريم عبد الرحمن",
    "Jo Li",
    "Aleksandra Wiśniewska",
)
AGENTS = (
    ("Amara Okafor", "available", "", 2),
    ("Ben Castellanos", "available", "", 3),
    ("Priyanka Venkataraghavan", "break", "Lunch", 0),
    ("Lars-Erik Johansson", "not_responding", "", 0),
    ("Chloé Dubois", "other_work", "", 1),
    ("Mateusz Zieliński", "available", "", 0),
    ("Yuki Tanaka", "offline", "", 0),
)


def now() -> datetime:
    """The moment, in UTC."""
    return datetime.now(UTC)


def iso(ago_s: float = 0) -> str:
    """The time so many seconds ago (in the future, if negative)."""
    return (now() - timedelta(seconds=ago_s)).isoformat().replace("+00:00", "Z")


def eur(amount: int) -> Json:
    """Minor units of euros with the server's text."""
    return {"amount": amount, "currency": "EUR", "text": f"€{amount / 100:,.2f}"}


ORDER = {
    "order_id": "A-1043",
    "status": "delivered",
    "placed_at": "2026-11-09T10:12:00Z",
    "delivered_at": "2026-11-13T14:40:00Z",
    "carrier": "Norrpost",
    "tracking": "NP 4471 2093 1",
    "items": [
        {
            "id": "i-1",
            "name": "Cast-iron casserole, 5 litres, deep blue",
            "price": eur(14000),
            "refunded": eur(0),
            "refundable": eur(14000),
        },
        {
            "id": "i-2",
            "name": "Linen tea towels, set of four",
            "price": eur(1840),
            "refunded": eur(1840),
            "refundable": eur(0),
        },
    ],
    "total": eur(15840),
    "payment": {"label": "Visa ending 4242"},
}
ACTIONS = [
    {
        "action": "shop.get_order",
        "title": "Look an order up",
        "effect": "read",
        "args": [{"name": "order_id", "type": "order_number", "label": "Order number", "required": True}],
    },
    {
        "action": "shop.refund_item",
        "title": "Refund an item",
        "effect": "execute",
        "args": [
            {"name": "order_id", "type": "order_number", "label": "Order number", "required": True},
            {"name": "item_id", "type": "identifier", "label": "Item", "required": True},
            {"name": "amount", "type": "money", "currency": "EUR", "label": "Amount", "required": True},
            {
                "name": "reason",
                "type": "choice",
                "label": "Reason",
                "required": False,
                "options": [{"value": "damaged", "label": "Damaged"}, {"value": "goodwill", "label": "Goodwill"}],
            },
        ],
    },
    {
        "action": "mail.send",
        "title": "Send an e-mail to the customer service",
        "effect": "execute",
        "args": [{"name": "message", "type": "text", "label": "Message", "required": True}],
    },
    {
        "action": "shop.exchange_items",
        "title": "Exchange items",
        "effect": "execute",
        "args": [
            {
                "name": "items",
                "type": "list",
                "of": "pattern",
                "least": 1,
                "most": 3,
                "label": "Items",
                "required": True,
            },
            {
                "name": "address",
                "type": "record",
                "label": "Address",
                "required": True,
                "parts": [
                    {"name": "street", "type": "text", "label": "Street", "required": True},
                    {"name": "door", "type": "identifier", "label": "Door", "required": False},
                ],
            },
            {"name": "days", "type": "integer", "unit": "days", "label": "Within", "required": False},
        ],
    },
]
FAILING_FACT = (
    "The fact refundable_remainder of the connector shop fails: its function took more than 250 ms of computing."
)
DISPOSITIONS = [
    {"value": value, "label": label}
    for value, label in (
        ("resolved", "Resolved"),
        ("refunded", "Refunded"),
        ("follow_up", "Needs a follow-up"),
        ("not_entitled", "Not entitled"),
        ("wrong_queue", "Wrong queue, handed over"),
        ("no_answer", "Customer fell silent"),
    )
]
_ids = itertools.count(1)


def ident(prefix: str) -> str:
    """A new identifier."""
    return f"{prefix}_{next(_ids):05d}k3x"


def message(ago_s: float, kind: str, name: str, text: str, card: Json | None = None) -> Json:
    """A message entry."""
    return {
        "kind": "message",
        "id": ident("m"),
        "at": iso(ago_s),
        "author": {"kind": kind, "name": name},
        "text": text,
        "card": card,
    }


def action(ago_s: float, name: str, title: str, state: str, **more: Any) -> Json:
    """An action entry with its defaults."""
    return {
        "kind": "action", "id": ident("pr"), "at": iso(ago_s), "by": {"kind": "virtual_agent", "name": ""}, "action": name, "title": title, "says": "",
        "amount": None, "state": state, "needs": [], "met": [], "rulings": [], "facts": {}, "policy": POLICY, "result": None, "reason": "",
    } | more  # fmt: skip


def event(ago_s: float, code: str, text: str) -> Json:
    """An event entry."""
    return {"kind": "event", "id": ident("e"), "at": iso(ago_s), "code": code, "text": text}


BOT = ("virtual_agent", "Virtual assistant")


def long_story(name: str) -> list[Json]:
    """An interaction with everything in it."""
    choice = {
        "kind": "choices",
        "title": "Which item is damaged?",
        "choices": [{"value": i["id"], "label": i["name"]} for i in ORDER["items"]],
    }  # type: ignore[index]
    return [
        message(1500, "customer", name, "hi, my casserole is broken"),
        message(1498, *BOT, "I am the virtual assistant of Kettle & Crane. I am sorry to hear that. Which order is it about? The number is in your confirmation mail."),
        message(1430, "customer", name, "A-1043, eva@example.com"),
        action(1429, "shop.match_customer", "Find a customer by order number and e-mail address", "succeeded", facts={"tries": 1}, result={"customer_id": "c-104", "name": name}),
        event(1428, "matched", f"{name} matched by order number and e-mail (level 1)"),
        action(1427, "shop.get_order", "Look an order up", "succeeded", facts={"owner": "c-104", "status": "delivered"}, result=ORDER, args={"order_id": "A-1043"}),
        message(1426, *BOT, "Which item is damaged?", choice),
        message(1390, "customer", name, "Cast-iron casserole, 5 litres, deep blue"),
        action(
            1389, "shop.refund_item", "Refund an item", "needs", says="Refund €420.00 for Copper pan set, three pieces to Visa ending 4242", amount=eur(42000),
            needs=[{"remedy": "approve:supervisor", "from": "supervisor", "since": iso(1200)}],
            met=[{"remedy": "step_up:2", "at": iso(1320), "by": {"kind": "customer", "name": name}}, {"remedy": "confirm", "at": iso(1280), "by": {"kind": "customer", "name": name}}],
            rulings=[{"rule": "refund.supervisor", "reason": "Refunds over 200.00 are approved by a supervisor."}],
            facts={"owner": "c-104", "status": "delivered", "refundable_remainder": eur(42000), "refunds_per_customer": eur(15840)},
        ),
        action(
            1000, "shop.refund_item", "Refund an item", "denied", says="Refund €60.00 for Pour-over coffee set", amount=eur(6000), by={"kind": "virtual_agent", "name": ""},
            rulings=[{"rule": "refund.own-order", "reason": "The order belongs to somebody else."}, {"rule": "refund.remainder", "reason": "More than can still be refunded for this item."}],
            facts={"owner": "c-117", "customer": "c-104", "refundable_remainder": eur(5400)}, reason="The order belongs to somebody else.",
        ),
        message(900, "customer", name, ANGRY),
        message(899, *BOT, "I hand you over to a colleague."),
        event(898, "queued", "Waiting in Returns"),
        event(610, "joined", "Amara Okafor took the interaction after 4 min 48 s"),
        message(580, "agent", "Amara Okafor", "Good afternoon. I have read everything above, you need not repeat anything."),
        message(575, "agent", "Amara Okafor", "The photographs are here: the crack is plain to see."),
        action(
            400, "shop.refund_item", "Refund an item", "succeeded", says="Refund €18.40 for Linen tea towels, set of four to Visa ending 4242", amount=eur(1840), by={"kind": "agent", "name": "Amara Okafor"},
            met=[{"remedy": "confirm", "at": iso(390), "by": {"kind": "customer", "name": name}}], facts={"refundable_remainder": eur(1840)},
            result={"refund_id": "r-5001", "amount": eur(1840), "destination": "Visa ending 4242"},
        ),
        action(300, "shop.refund_item", "Refund an item", "unknown", says="Refund €9.00 for Dish brush", amount=eur(900), reason="The shop did it or not: its answer got lost."),
        message(60, "customer", name, "Thank you. And the casserole?"),
    ]  # fmt: skip


def interaction(
    id_: str, name: str, *, mine: str = "handling", level: int = 1, entries: list[Json] | None = None
) -> Json:
    """The document of one interaction."""
    matched = level > 0
    return {
        "id": id_, "channel": "chat", "started_at": iso(1500), "ended_at": iso(20) if mine == "wrap_up" else None, "end_reason": "customer_left" if mine == "wrap_up" else None, "release": POLICY,
        "holder": {"kind": "agent", "agent": "s_amara", "agent_name": "Amara Okafor", "queue": "returns", "since": iso(610)},
        "customer": {
            "matched": matched, "id": "c-104" if matched else "", "name": name if matched else "", "email": "e••@ex•••••.com" if matched else "",
            "phone": "+46 ••• ••• •• 17" if matched else "", "masked": level < 2,
        },
        "assurance": {
            "level": level, "label": ("Not identified", "Matched, not verified", "Verified with a one-time code")[level], "at": iso(1428) if matched else None,
            "by": "order_and_email" if matched else "", "valid": True,
        },
        "tone": {"language": "de", "sentiment": -0.41, "course": [0.1, 0.45, -0.3, -0.72]},
        "journeys": [
            {"run": "r_1", "journey": "damaged_item", "title": "Something arrived damaged", "outcome": "", "waits_for": "approval", "slots": [{"name": "order_no", "value": "A-1043"}, {"name": "item", "value": "Cast-iron casserole, 5 litres, deep blue"}]},
            {"run": "r_0", "journey": "order_status", "title": "Where is my order", "outcome": "answered", "waits_for": "", "slots": [{"name": "order_no", "value": "A-1045"}]},
        ] if matched else [],
        "entries": long_story(name) if entries is None else entries,
        "facts": [{"label": "Last contact", "value": "2026-11-17T09:30:00Z", "note": "chat, same subject"}, {"label": "Entitlement", "value": "Two-year guarantee", "note": "from the shop"}] if matched else [],
        "my_state": mine, "actions": ACTIONS if mine == "handling" else [],
    }  # fmt: skip


def short_story(name: str, last: str) -> list[Json]:
    """A few lines."""
    return [
        message(500, "customer", name, "where is my parcel"),
        message(498, *BOT, "Which order is it about?"),
        event(400, "joined", "Amara Okafor took the interaction after 12 s"),
        message(35, "customer", name, last),
    ]


def queue(name: str, title: str, **more: Any) -> Json:
    """A queue on the board."""
    return {
        "name": name, "title": title, "open": True, "closed_message": "", "waiting": 0, "offered": 0, "longest_since": None, "entered": 0, "answered": 0, "abandoned": 0, "service_level": None,
        "target": 0.8, "threshold_s": 60, "asa_s": None, "slas_kept": None, "slas_late": 0, "slas_overdue": 0, "agents_available": 2,
    } | more  # fmt: skip


def approval(i: int, **more: Any) -> Json:
    """An approval that waits."""
    return {
        "proposal": ident("pr"), "interaction": "i_1", "since": iso(1200 + 340 * i), "expires_at": iso(-80_000), "action": "shop.refund_item", "title": "Refund an item",
        "says": "Refund €420.00 for Copper pan set, three pieces to Visa ending 4242", "amount": eur(42000), "args_hash": "9f2c41", "by": {"kind": "virtual_agent", "name": ""}, "role": "supervisor",
        "customer_label": PEOPLE[i % len(PEOPLE)], "rulings": [{"rule": "refund.supervisor", "reason": "Refunds over 200.00 are approved by a supervisor."}],
        "facts": [{"name": "owner", "value": "c-104", "age_s": 2}, {"name": "status", "value": "delivered", "age_s": 2}, {"name": "refundable_remainder", "value": eur(42000), "age_s": 2}, {"name": "refunds_per_customer", "value": eur(15840), "age_s": 0}, {"name": "refunded", "value": "done 2 times", "step": True, "age_s": 5400}, {"name": "sent_back", "value": "not done", "step": True, "age_s": None}],
        "met": [{"remedy": "step_up:2", "at": iso(1320), "by": {"kind": "customer", "name": PEOPLE[i % len(PEOPLE)]}}, {"remedy": "confirm", "at": iso(1280), "by": {"kind": "customer", "name": PEOPLE[i % len(PEOPLE)]}}],
    } | more  # fmt: skip
