"""What is suggested to the agent in the mocked centre?"""

from __future__ import annotations

from .mock_data import Json, iso

ARTICLE: Json = {
    "suggestion": "sg_article",
    "kind": "article",
    "title": "What the guarantee covers",
    "text": "Cast iron is guaranteed for two years. A crack in the base is always covered.",
    "source": "Guarantee, version 3",
    "at": iso(9 * 86_400),
    "confidence": 0.82,
    "reply": "Cast iron is guaranteed for two years. A crack in the base is always covered.",
    "action": None,
}
INTERNAL: Json = {
    **ARTICLE,
    "suggestion": "sg_internal",
    "title": "Damaged casseroles",
    "text": "Ask for a photograph first.",
    "source": "Desk notes, version 1",
    "confidence": 0.61,
    "reply": "",
}
ACTION: Json = {
    "suggestion": "sg_action",
    "kind": "action",
    "title": "Refund an item",
    "text": "",
    "source": "Journey “Something arrived damaged”, under way",
    "at": None,
    "confidence": 0.74,
    "reply": "",
    "action": {
        "action": "shop.refund_item",
        "lines": [
            {"label": "Order number", "value": "A-1043"},
            {"label": "Item", "value": "i-2"},
            {"label": "Amount", "value": "€60.00"},
            {"label": "Reason", "value": "damaged"},
        ],
        "values": {
            "order_id": "A-1043",
            "item_id": "i-2",
            "amount": {"amount": 6000, "currency": "EUR"},
            "reason": "damaged",
        },
        "verdict": "needs",
        "needs": ["confirm", "approve:supervisor"],
        "reasons": ["Refunds over 50.00 are approved by a supervisor."],
        "missing": [],
    },
}
STEP: Json = {
    **INTERNAL,
    "suggestion": "sg_step",
    "kind": "step",
    "title": "Let the customer choose: item",
    "text": "Which item is it? Cast-iron casserole, €140.00; Pour-over coffee set, €60.00",
    "source": "Journey “Something arrived damaged”, under way",
    "at": None,
    "confidence": 0.7,
    "reply": "Which item is it? Cast-iron casserole, €140.00; Pour-over coffee set, €60.00",
}
TIP: Json = {
    **INTERNAL,
    "suggestion": "sg_tip",
    "kind": "tip",
    "title": "The customer is not verified yet: send a code before you speak of details.",
    "text": "",
    "source": "Rule of the centre",
    "at": None,
    "confidence": 0.71,
}
REPLY: Json = {
    **ARTICLE,
    "suggestion": "sg_reply",
    "kind": "reply",
    "title": "Draft of a reply",
    "text": "The casserole is covered: a crack in the base always is.",
    "reply": "The casserole is covered: a crack in the base always is.",
    "source": "Written by the language model main from Guarantee, version 3",
    "at": None,
    "confidence": 0.5,
}
