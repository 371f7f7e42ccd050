"""On which definitions does a run work: as given, with the endpoint that knows no idempotency key, or a next version?"""

from __future__ import annotations

from typing import Final

from interlock.runtime.definitions import Definitions, compiled

KEYED: Final = "do: shop.refund_item\n"
STEPS: Final = "\nsteps:\n"
MOMENT: Final = f"{STEPS}  - say: One moment, please.\n"
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


def edited(definitions: Definitions) -> Definitions:
    """A next version, in which every journey says something first: each step stands one further on than it did.

    Raises:
        DefinitionError: a journey is written in such a way that nothing can be put in front of its steps.
    """
    files = {
        path: text.replace(STEPS, MOMENT, 1) if path.startswith("journeys/") else text
        for path, text in definitions.files.items()
    }
    return compiled(files, definitions.model)
