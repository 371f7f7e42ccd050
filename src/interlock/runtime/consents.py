"""What do people see of a customer's consents?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from interlock.governance.consents import consents_query, fold
from interlock.vocabulary.ids import CustomerId

if TYPE_CHECKING:
    from interlock.runtime.app import App


async def consents_document(app: App, customer: str) -> dict[str, Any]:
    """A customer's consents as people see them."""
    found = fold((await app.log.read(consents_query(CustomerId(customer)))).events)
    lines = []
    for purpose, words in app.tenant.consent_purposes.items():
        consent = found.get(purpose)
        lines.append(
            {
                "purpose": purpose,
                "title": words,
                "given": consent is not None and consent.given,
                "since": consent.at if consent is not None else None,
                "how": consent.how if consent is not None else "",
            }
        )
    return dict(msgspec.to_builtins({"customer": customer, "consents": lines}))
