"""On which definitions does a run work: those that were given, or the same with the endpoint that knows no idempotency key?"""

from __future__ import annotations

from typing import Final

from interlock.runtime.definitions import Definitions, compiled

KEYED: Final = "do: shop.refund_item\n"
PLAIN: Final = "do: shop.refund_item_plain\n"


def variants(definitions: Definitions) -> tuple[Definitions, ...]:
    """The definitions, and where their journeys refund by the endpoint with a key, the same without. Raises DefinitionError."""
    files = {
        path: text.replace(KEYED, PLAIN) if path.startswith("journeys/") else text
        for path, text in definitions.files.items()
    }
    if files == definitions.files:
        return (definitions,)
    return (definitions, compiled(files, definitions.model))
