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
