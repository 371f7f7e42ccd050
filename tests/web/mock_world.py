"""What does the mocked centre do when somebody acts? One small world, and the differences of its documents as patches."""

# ruff: noqa: E501 (canned sentences are easier to read whole)

from __future__ import annotations

import asyncio
import copy
from typing import Any

from . import mock_data as data
from . import mock_inbox
from .mock_data import Json, eur, ident, iso
from .mock_promises import CAN_PROMISE


def diff(old: Any, new: Any, path: tuple[str | int, ...] = ()) -> list[Json]:
    """The operations that make ``new`` of ``old``."""
    if old == new:
        return []
    if isinstance(old, dict) and isinstance(new, dict) and old:
        ops: list[Json] = [{"op": "remove", "path": [*path, key]} for key in old if key not in new]
        for key, value in new.items():
            ops += (
                diff(old[key], value, (*path, key))
                if key in old
                else [{"op": "set", "path": [*path, key], "value": value}]
            )
        return ops
    if isinstance(old, list) and isinstance(new, list) and len(new) >= len(old) > 0:
        ops = [op for i, value in enumerate(old) for op in diff(value, new[i], (*path, i))]
        return [*ops, {"op": "append", "path": list(path), "values": new[len(old) :]}] if len(new) > len(old) else ops
    return [{"op": "set", "path": list(path), "value": new}]


class World:
    """Documents by name; ``changed`` is set whenever something happened."""

    def __init__(self, scene: str) -> None:
        self.begin(scene)

    def begin(self, scene: str) -> None:
        """A new day: whatever happened is forgotten."""
        self.scene = scene
        self.cursor = 1
        self.changed = asyncio.Condition()
        self.drop = 0
        self.due: list[Json] = []
        self.lockouts: list[Json] = []
        self.matters: list[Json] = []
        self.canary: Json = {}
        self.wanted: Json = {}
        self.promises: list[Json] = []
        self.can_promise: list[Json] = copy.deepcopy(CAN_PROMISE)
        self.suggestions: list[Json] = []
        self.drafts = False
        self.refuses: list[Any] = []
        self.seen_messages: list[str] = []
        self.calls: list[tuple[str, Any]] = []
        self.interactions: dict[str, Json] = {}
        self.me: Json = {
            "staff": {"id": "s_amara", "name": "Amara Okafor", "roles": ["agent", "supervisor"]}, "presence": "offline", "presence_since": iso(30), "reason": "", "pending": None,
            "capacity": 3, "load": 0, "offers": [], "work": [], "dispositions": data.DISPOSITIONS, "presences": ["available", "break", "other_work", "offline"],
        }  # fmt: skip
        self.approvals: Json = {"waiting": [], "unknown": [], "decided": []}
        self.board: Json = {
            "now": iso(), "queues": [data.queue("returns", "Returns"), data.queue("care", "Customer care")], "visits": [], "agents": [],
            "interactions": {"open": 0, "with_virtual_agent": 0, "waiting": 0, "with_agents": 0}, "parked": 0, "switches": [], "breakers": [],
        }  # fmt: skip
        if scene != "morning":
            self._busy(40 if scene == "crowd" else 4)
        if scene == "cards":
            self.interactions["i_1"]["entries"] = mock_inbox.cards(data.PEOPLE[0])

    def open_breaker(self, body: Json) -> None:
        """Somebody opens a breaker by hand."""
        by_hand = {"owner": "the shop's people", "by": "Sofia Marchetti", "since": iso(), "tried_again_at": None}
        one = {"guarded": body["guarded"], "name": body["name"], "state": "open", "why": body["reason"]}
        self.board["breakers"] = [*self.board["breakers"], one | by_hand]

    def _busy(self, how_many: int) -> None:
        self.me |= {
            "presence": "available",
            "presence_since": iso(5400),
            "load": how_many,
            "capacity": max(3, how_many),
            "notices": [{"queue": "returns", "title": "Returns", "message": "Returns is crowded: please come back from breaks.", "since": iso(190)}],
        }  # fmt: skip
        lasts = (
            "Thank you. And the casserole?",
            "ok but when exactly, I have to be home for it",
            "Danke, das hat geholfen!",
            "شكرا، متى تصل الطلبية؟",
        )
        for i in range(how_many):
            name, id_ = data.PEOPLE[i % len(data.PEOPLE)], f"i_{i + 1}"
            state = "wrap_up" if i == 2 else "handling"
            entries = None if i == 0 else data.short_story(name, lasts[i % 4])
            self.interactions[id_] = data.interaction(id_, name, mine=state, level=(1, 2, 1, 0)[i % 4], entries=entries)
            self.me["work"].append({
                "interaction": id_, "state": state, "since": iso(610 - i * 9), "clocks": [{"clock": "next_response", "state": ("breached", "running")[i], "due": iso((240, -1500)[i])}] if i < 2 else [], "customer_label": name if i % 4 != 3 else "Unknown customer", "last_text": lasts[i % 4], "last_at": iso(60 + 95 * i),
                "unread": 2 if i == 1 else 0, "waiting_for": "agent" if i < 2 else "customer",
            })  # fmt: skip
        self.board["queues"] = [
            data.queue("returns", "Returns", waiting=7, offered=1, longest_since=iso(312), entered=184, answered=160, abandoned=17, service_level=0.71, service_level_now=0.58, alerts=[{"alert": "crowded", "measure": "waiting", "value": 7.0, "threshold": 6.0, "since": iso(190), "priority": 5, "overflow": "care", "message": "Returns is crowded."}], slas_kept=0.86, slas_late=4, slas_overdue=1, asa_s=48, agents_available=1),
            data.queue("care", "Customer care", waiting=1, longest_since=iso(14), entered=402, answered=396, abandoned=5, service_level=0.93, asa_s=9, agents_available=2),
            data.queue("business", "Business customers and wholesale", open=False, closed_message="We are moving our warehouse. Please write to us again tomorrow from eight.", agents_available=0),
        ]  # fmt: skip
        self.board["visits"] = [
            {
                "visit": f"v_{i}",
                "interaction": f"i_{i % 4 + 1}",
                "queue": "returns" if i < 7 else "care",
                "since": iso(312 - 40 * i),
                "state": "offered" if i == 0 else "waiting",
                "agent": "s_1" if i == 0 else "",
            }
            for i in range(8)
        ]
        self.board["agents"] = [
            {"id": f"s_{i}", "name": name, "presence": presence, "since": iso(200 + 1700 * i), "reason": reason, "pending": "break" if i == 1 else None, "queues": ["returns", "care"] if i % 2 else ["returns"], "capacity": 3,
             "load": load, "takes": [{"channel": "chat", "most": 3}, {"channel": "voice", "most": 1}, {"channel": "email", "most": 2}] if i == 0 else [],
             "work": [{"interaction": f"i_{j + 1}", "channel": "email" if j == 1 else "chat", "state": ["handling", "parked", "wrap_up"][j], "since": iso(300 + 200 * j)} for j in range(load)]}
            for i, (name, presence, reason, load) in enumerate(data.AGENTS)
        ]  # fmt: skip
        self.board["interactions"] = {"open": 38, "with_virtual_agent": 24, "waiting": 8, "with_agents": 6}
        self.board["clocks"] = [
            {"interaction": f"i_{i + 1}", "agent": "s_1" if i == 1 else None, "clock": clock, "policy": "written", "queue": "returns", "state": state, "due": iso(late), "left_s": None}
            for i, (clock, state, late) in enumerate((("first_response", "breached", 260), ("next_response", "soon", -420), ("resolution", "running", -9000)))
        ]  # fmt: skip
        self.board["parked"] = 1
        self.board["alerts"] = [
            {"what": data.FAILING_FACT, "count": 3, "last": iso(90)},
        ]
        self.approvals["waiting"] = [
            data.approval(i, **more)
            for i, more in enumerate(
                (
                    {},
                    {
                        "amount": eur(28000),
                        "says": "Refund €280.00 for Oak chopping board, end grain, extra large to PayPal tomas@•••••",
                        "by": {"kind": "agent", "name": "Ben Castellanos"},
                    },
                    {"expires_at": iso(-400)},
                )
            )
        ]
        self.approvals["unknown"] = [
            {
                "proposal": ident("pr"),
                "interaction": "i_1",
                "since": iso(300),
                "action": "shop.refund_item",
                "title": "Refund an item",
                "says": "Refund €9.00 for Dish brush to Visa ending 4242",
                "reason": "The connection broke after the request was sent; the shop's look-up does not know the reference yet.",
            }
        ]
        self.approvals["decided"] = [
            {
                "proposal": ident("pr"),
                "says": "Refund €310.00 for Copper kettle",
                "how": how,
                "by": "Sofia Marchetti",
                "at": iso(5000 * (i + 1)),
                "customer_reason": "" if how == "approved" else "The item was returned after the thirty days.",
                "file_reason": "" if how == "approved" else "Third return this quarter; see the note of 3 November.",
            }
            for i, how in enumerate(("approved", "rejected", "approved"))
        ]

        if self.scene == "inbox":
            mock_inbox.fill(self.approvals)

    def document(self, of: str) -> Any:
        """The value of a document now, or None."""
        kind, _, id_ = of.partition(":")
        if kind == "interaction":
            return copy.deepcopy(self.interactions.get(id_))
        return copy.deepcopy({"me": self.me, "board": self.board, "approvals": self.approvals}.get(kind))

    async def publish(self) -> None:
        """Something happened: every socket sends what changed."""
        self.cursor += 1
        async with self.changed:
            self.changed.notify_all()

    def entry(self, id_: str, entry: Json) -> None:
        """Add to a transcript, and to the last line of my work."""
        self.interactions[id_]["entries"].append(entry)
        for work in self.me["work"]:
            if work["interaction"] == id_ and entry["kind"] == "message":
                work |= {
                    "last_text": entry["text"],
                    "last_at": entry["at"],
                    "waiting_for": "agent" if entry["author"]["kind"] == "customer" else "customer",
                }

    def offer(self, seconds: float = 20) -> Json:
        """Offer me something new."""
        id_ = f"i_{len(self.interactions) + 50}"
        self.interactions[id_] = data.interaction(
            id_, data.PEOPLE[4], mine="none", entries=data.short_story(data.PEOPLE[4], "is somebody there?")
        )
        offer = {"offer": ident("o"), "visit": ident("v"), "interaction": id_, "queue": "returns", "queue_title": "Returns", "channel": "chat", "waiting_since": iso(47), "expires_at": iso(-seconds), "summary": "Something arrived damaged · order A-1044 · refund of €420.00 waits for approval · asked for a person twice"}  # fmt: skip
        self.me["offers"] = [*self.me["offers"], offer]
        return offer

    def withdraw(self, offer_id: str) -> None:
        """The offer is over."""
        self.me["offers"] = [one for one in self.me["offers"] if one["offer"] != offer_id]

    def accept(self, offer_id: str) -> None:
        """I took it."""
        offer = next(one for one in self.me["offers"] if one["offer"] == offer_id)
        self.me["offers"] = [one for one in self.me["offers"] if one is not offer]
        document = self.interactions[offer["interaction"]]
        document |= {"my_state": "handling", "actions": data.ACTIONS}
        self.me["work"] = [
            *self.me["work"],
            {
                "interaction": document["id"],
                "state": "handling",
                "since": iso(),
                "customer_label": document["customer"]["name"],
                "last_text": "is somebody there?",
                "last_at": iso(35),
                "unread": 1,
                "waiting_for": "agent",
            },
        ]
        self.me["load"] += 1

    def propose(self, id_: str, action: str, args: Json) -> str:
        """An agent's proposal: reads succeed, refunds wait for the customer."""
        title = next(one["title"] for one in data.ACTIONS if one["action"] == action)
        by = {"kind": "agent", "name": "Amara Okafor"}
        if action == "shop.get_order":
            entry = data.action(
                0,
                action,
                title,
                "succeeded",
                by=by,
                result=data.ORDER | {"order_id": args["order_id"]},
                args=args,
                facts={"owner": "c-104"},
            )
        else:
            entry = data.action(0, action, title, "needs", by=by, says=f"Refund {args.get('item_id', '')} to Visa ending 4242", amount=args.get("amount"), args=args,
                                needs=[{"remedy": "confirm", "from": "customer", "since": iso()}], rulings=[{"rule": "refund.confirm", "reason": "The customer has to agree to exactly this refund."}])  # fmt: skip
        self.entry(id_, entry)
        return str(entry["id"])

    def finish(self, id_: str) -> None:
        """Wrapped up: gone from my work."""
        self.me["work"] = [one for one in self.me["work"] if one["interaction"] != id_]
        self.me["load"] -= 1
        self.interactions[id_]["my_state"] = "none"

    def wrap(self, id_: str) -> None:
        """The conversation is over; after-call work begins."""
        self.interactions[id_] |= {"my_state": "wrap_up", "actions": []}
        for work in self.me["work"]:
            if work["interaction"] == id_:
                work["state"] = "wrap_up"
