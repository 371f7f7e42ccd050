"""Which steps does the story have, in which order, and which of them builds on which?"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Final, NamedTuple

from interlock.cli.story import handling, reading, refunds, waiting
from interlock.cli.story.stage import Stage


class Step(NamedTuple):
    """One step: its name for people, how it is played (it gives a detail), and the steps that must have held before."""

    name: str
    play: Callable[[Stage], Awaitable[str]]
    needs: tuple[str, ...] = ()


SET_UP: Final = "Staff, customers and orders of this run"
STATUS: Final = "1 Order status, matched by number and e-mail"
SMALL: Final = "2 A refund of 18.40: confirmation only"
CODE: Final = "3 A refund of 140.00: code, confirmation"
APPROVED: Final = "4 A refund of 420.00: code, confirmation, approval"
REJECTED: Final = "4 The same, rejected by the supervisor"
FOREIGN: Final = "5 Somebody else's order"
LIMIT: Final = "6 Over 600.00 within 24 hours: denied"
CLOSED: Final = "7 The queue is closed"
UNSTAFFED: Final = "7 Nobody is on shift"
QUEUED: Final = "7 In the queue, with a place in line"
LEFT: Final = "7 Leaves while waiting, and comes back"
SILENT: Final = "7 Falls silent: warned, ended, comes back"
OFFER: Final = "7 An offer times out; the next agent takes it"
SCREEN: Final = "7 What the agent sees, masked"
VERIFIED: Final = "7 The agent has the customer verified"
QUIET: Final = "8 The virtual agent is silent beside the human"
AGENT: Final = "7 The agent refunds under the same gate"
WRAPPED: Final = "7 Wrap-up with a disposition"
BACK: Final = "8 Handed back, the virtual agent speaks again"
LIMIT_TOO: Final = "6 The agent is denied by the same rule"
LOG: Final = "9 The log, with every judgement"

STEPS: Final = (
    Step(SET_UP, Stage.set_up),
    Step(STATUS, refunds.order_status, (SET_UP,)),
    Step(SMALL, refunds.small_refund, (STATUS,)),
    Step(CODE, refunds.refund_with_code, (STATUS,)),
    Step(APPROVED, refunds.approved_refund, (STATUS,)),
    Step(REJECTED, refunds.rejected_refund, (SET_UP,)),
    Step(FOREIGN, refunds.foreign_order, (SET_UP,)),
    Step(LIMIT, refunds.daily_limit, (SMALL, CODE, APPROVED)),
    Step(CLOSED, waiting.closed_queue, (SET_UP,)),
    Step(UNSTAFFED, waiting.nobody_on_shift, (SET_UP,)),
    Step(QUEUED, waiting.place_in_line, (SET_UP,)),
    Step(LEFT, waiting.leaving, (QUEUED,)),
    Step(SILENT, waiting.falling_silent, (QUEUED,)),
    Step(OFFER, waiting.offer_times_out, (QUEUED,)),
    Step(SCREEN, handling.screen, (OFFER,)),
    Step(VERIFIED, handling.verification, (OFFER,)),
    Step(QUIET, handling.silent_bot, (OFFER,)),
    Step(AGENT, handling.agents_refund, (OFFER,)),
    Step(WRAPPED, handling.wrap_up, (OFFER,)),
    Step(BACK, handling.hand_back, (WRAPPED,)),
    Step(LIMIT_TOO, handling.agent_is_denied_too, (LIMIT,)),
    Step(LOG, reading.read_log, (SMALL, CODE, APPROVED)),
)
"""The order matters: nobody may be on shift before the queue is played, and the agents are free again at the end."""
