"""How is what stays to the end of a long calculation kept from being gone through for garbage again and again?"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def left_alone() -> Iterator[None]:
    """Leave out of the collection what there is by now, until the end; what a process has frozen before stays so.

    ``gc.unfreeze`` knows no part: a server that has frozen what it imported would look through all of it from then on.
    """
    frozen = gc.get_freeze_count() > 0
    if not frozen:
        gc.collect()
        gc.freeze()
    try:
        yield
    finally:
        if not frozen:
            gc.unfreeze()
