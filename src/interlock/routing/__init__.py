"""Who takes which waiting interaction, why, and how healthy is each queue?"""

from __future__ import annotations

from interlock.routing.board import Board, board, from_snapshot, to_snapshot
from interlock.routing.capacities import Capacities, capacity_of, load_capacities
from interlock.routing.choose import Place, choose, place
from interlock.routing.entry import enter, entering
from interlock.routing.matching import Matching
from interlock.routing.queues import QueueSpec, Specs, load_queue, load_queues
from interlock.routing.screens import document, me
from interlock.routing.sla_policies import Policies, load_slas
from interlock.routing.subject import subject
from interlock.routing.why import why_waiting

__all__ = [
    "Board",
    "Capacities",
    "Matching",
    "Place",
    "Policies",
    "QueueSpec",
    "Specs",
    "board",
    "capacity_of",
    "choose",
    "document",
    "enter",
    "entering",
    "from_snapshot",
    "load_capacities",
    "load_queue",
    "load_queues",
    "load_slas",
    "me",
    "place",
    "subject",
    "to_snapshot",
    "why_waiting",
]
