"""What waits in the mocked centre's inbox beside plain approvals: bands, clocks, questions, drafts, overrides, lent authority?"""

from __future__ import annotations

from typing import Any

from .mock_data import Json, action, approval, eur, ident, iso, message

BANDS = [{"role": "supervisor", "up_to": "€450.00"}, {"role": "manager", "up_to": "€2,000.00"}]
SOFIA: Json = {"kind": "agent", "id": "s_9", "name": "Sofia Marchetti"}
OMAR: Json = {"kind": "agent", "id": "s_8", "name": "Omar Haddad"}


SAID = "Dear Eva, the second pan goes out on Monday, free of charge. I am sorry for the trouble.\n\nKettle & Crane"
MAIL = [
    {"label": "E-mail address for the answer", "value": "eva@example.com"},
    {"label": "Message", "value": SAID},
]


def asked(role: str, why: str, late_s: float, **more: Any) -> Json:
    """Who is asked, until when, and whose band it is within."""
    return {
        "remedy": "approve:supervisor",
        "role": role,
        "why": why,
        "asked_since": iso(900),
        "answer_by": iso(late_s),
        "passed": [],
        "next": "manager" if role == "supervisor" else None,
        "may": ["supervisor", "manager"],
        "bands": BANDS,
        "questions": [],
        "open_question": "",
        **more,
    }


def fill(approvals: Json) -> None:
    """Give the inbox one of each."""
    question = {
        "question": "q_1",
        "by": "Sofia Marchetti",
        "text": "Is the bottom of the pan bent as well, or only the rim? Please look at the third photo.",
        "answer": "Both. She sent two more photos, they are in the chat.",
        "answered_by": "Ben Castellanos",
    }
    first, second, third = approvals["waiting"]
    first |= asked("supervisor", "first", -1080)
    second |= asked("supervisor", "first", -300, questions=[question], may=["supervisor", "manager"])
    third |= asked("manager", "overdue", 540, passed=["supervisor"], amount=eur(82000), may=["manager"])
    third["says"] = "Refund €820.00 for Copper stock pot with lid, twenty-four litres to Visa ending 4242"
    counter = {"counters": ident("pr"), "was": "€420.00", "amount": eur(30000)}
    approvals["waiting"].append(approval(3, says="Refund €300.00 for Copper pan set to Visa ending 4242", **counter))
    approvals["waiting"][-1] |= asked("supervisor", "first", -1700)
    draft = approval(
        4, says="Send a message to Marek Novotný about his returned lamp", amount=None, title="Write to a customer"
    )
    draft["rulings"] = [{"rule": "mail.goodwill", "reason": "A person sends what promises something."}]
    approvals["drafts"] = [{**draft, "remedy": "draft", "sends": MAIL}]
    limit = {"rule": "refund.daily-limit", "reason": "At most 600.00 within 24 hours are refunded to one customer."}
    denied = approval(
        5, says="Refund €30.00 for Linen tea towels to Visa ending 4242", amount=eur(3000), rulings=[limit]
    )
    reason = "Both parcels of the wedding list came broken, and the carrier has admitted it."
    override = {"override": "ov_1", "rules": [limit["rule"]], "roles": ["supervisor"], "first": OMAR, "second": None}
    approvals["overrides"] = [{**denied, **override, "how": "", "asked_at": iso(300), "reason": reason}]
    approvals["overridden"] = [
        {
            **denied,
            **override,
            "override": "ov_0",
            "how": "granted",
            "second": SOFIA,
            "asked_at": iso(90_000),
            "reason": reason,
        }
    ]
    approvals["overridable"] = [{**approval(6, amount=eur(4500), rulings=[limit]), "role": "supervisor"}]
    staff = [{"id": "s_1", "name": "Ben Castellanos", "roles": ["agent"]}, {**OMAR, "roles": ["supervisor"]}]
    approvals["staff"] = staff
    lent = {"delegation": "dg_1", "by": OMAR, "to": {"id": "s_0", "name": "Amara Okafor"}}
    approvals["delegations"] = [{**lent, "roles": ["supervisor"], "until": iso(-160_000)}]


def cards(name: str) -> list[Json]:
    """What a desk shows of proposals that wait for something else than a yes: time, a sender, an answer, a lower amount."""
    copper, towels = "Copper pan set, three pieces", "Linen tea towels, set of four"
    asked = {
        "id": "q_1",
        "by": "Sofia Marchetti",
        "text": "Is the bottom bent as well, or only the rim?",
        "at": iso(500),
    }
    by_agent = {"kind": "agent", "name": "Amara Okafor"}
    old, new = ident("pr"), ident("pr")
    rule = {"rule": "refund.supervisor", "reason": "Refunds over 200.00 are approved by a supervisor."}
    yes = {"remedy": "confirm", "at": iso(700), "by": {"kind": "customer", "name": name}}
    refund = ("shop.refund_item", "Refund an item")
    return [
        message(1500, "customer", name, "Both pans are bent, and the tea towels never came."),
        action(
            *(1200, "mail.send", "Write to a customer", "needs"),
            says=f"Send a message to {name}: Your copper pan",
            sends=MAIL,
            args_hash="11aa",
            needs=[{"remedy": "draft", "from": "agent", "since": iso(1200)}],
            rulings=[{"rule": "mail.goodwill", "reason": "A person sends what promises something."}],
        ),
        action(
            *(1100, *refund, "needs"),
            says=f"Refund €18.40 for {towels} to Visa ending 4242",
            amount=eur(1840),
            needs=[{"remedy": "wait:2d", "from": "time", "since": iso(1100), "until": iso(-93_600)}],
            rulings=[{"rule": "refund.cooling", "reason": "The address was changed: a refund waits two days."}],
        ),
        action(
            *(1000, *refund, "needs"),
            says=f"Refund €820.00 for {copper} to Visa ending 4242",
            amount=eur(82000),
            by=by_agent,
            question=asked,
            met=[yes],
            rulings=[rule],
            needs=[{"remedy": "approve:supervisor", "from": "supervisor", "since": iso(700), "answer_by": iso(-900)}],
        ),
        action(
            *(900, *refund, "countered"),
            id=old,
            says=f"Refund €420.00 for {copper} to Visa ending 4242",
            amount=eur(42000),
            met=[yes],
            reason="The rim can be hammered straight, so we pay a part.",
            file_reason="Third claim for the same set.",
        ),
        action(
            *(300, *refund, "needs"),
            id=new,
            counters=old,
            was="€420.00",
            says=f"Refund €300.00 for {copper} to Visa ending 4242",
            amount=eur(30000),
            needs=[{"remedy": "confirm", "from": "customer", "since": iso(290)}],
            met=[{"remedy": "approve:supervisor", "at": iso(300), "by": {"kind": "agent", "name": "Sofia Marchetti"}}],
        ),
    ]
