"""What do the files of a release say about routing: queues, agreements about answers, and what agents take at once?"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from interlock.routing.capacities import Capacities, load_capacities
from interlock.routing.queues import Specs, load_queues
from interlock.routing.sla_policies import Policies, load_slas

FOLDER = "queues/"


def read_routing(
    files: Mapping[str, str], attempt: Callable[[Callable[[], Any]], Any]
) -> tuple[Specs | None, Policies | None, Capacities | None]:
    """Queues, service-level agreements and capacities.

    Args:
        files: the texts of a release by their path.
        attempt: calls what it is given, keeps the mistakes of a definition, and gives None then.
    """
    written = {path: text for path, text in files.items() if path.startswith(FOLDER)}
    queues: Specs | None = attempt(lambda: load_queues(written))
    slas: Policies | None = None if queues is None else attempt(lambda: load_slas(files, queues))
    return queues, slas, attempt(lambda: load_capacities(files))
