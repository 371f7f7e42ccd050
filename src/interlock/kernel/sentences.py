"""Where does a sentence of a text end: at its full stop, and at the end of its line?"""

from __future__ import annotations

import re
from typing import Final

_BETWEEN: Final = re.compile(r"(?<=[.!?])\s+|\n")


def sentences(text: str) -> list[str]:
    """The sentences of a text, in their order."""
    return [each.strip() for each in _BETWEEN.split(text) if each.strip()]
