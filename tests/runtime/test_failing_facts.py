"""What does a whole node do while a connector's function hangs: deny, go on, and tell somebody?"""

from __future__ import annotations

import re
from array import array
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from structlog.testing import capture_logs

from interlock.control.proposals import fold, proposal_query
from interlock.dialogue.intents import IntentModel
from interlock.runtime.app import App
from interlock.runtime.definitions import Definitions, check, read_folder, release_id
from interlock.runtime.settings import Settings
from interlock.store.memory import MemoryLog
from interlock.store.records import MemoryRecords
from interlock.vocabulary.channels import VIRTUAL_AGENT
from interlock.vocabulary.proposals import ProposalJudged, ProposeAction
from tests.control.given import DEMO, MATCHED, PR, STARTED, I, euros, order

HANGING = '''

def refundable_remainder(order, args):
    """Never comes back."""
    while True:
        pass
'''


class Shop:
    """Knows one order, and does nothing."""

    async def read(self, operation: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
        """The order."""
        return order()

    async def perform(self, *given: object) -> None:
        """Nothing may be done here."""
        raise AssertionError("a denied proposal was carried out")

    async def look_up(self, *given: object) -> None:
        """Nothing was done here."""
        raise AssertionError("nothing was done")

    async def aclose(self) -> None:
        """There is nothing to close."""


class Clock:
    """It is always ten o'clock."""

    def __call__(self) -> datetime:
        return datetime(2026, 3, 2, 10, 0, tzinfo=UTC)

    async def sleep(self, seconds: float) -> None:
        """Nobody waits here."""
        raise AssertionError(seconds)


def _without(source: str, function: str) -> str:
    return re.sub(rf"def {function}\(.*?(?=\n\n\n)", "", source, flags=re.DOTALL)


def node() -> App:
    files = dict(read_folder(DEMO))
    files["connectors/shop/facts.py"] = _without(files["connectors/shop/facts.py"], "refundable_remainder") + HANGING
    read = check(files)
    nothing = IntentModel("en", (), 1.0, 1.0, (0.0, 1.0), (0.0,), {}, 1.0, (), array("f"), (array("f"),))
    definitions = Definitions(
        release_id(files), files, read.tenant, read.queues, read.bundle, read.journeys.journeys, b"", nothing
    )
    clock = Clock()
    log, records = MemoryLog(clock, node="node"), MemoryRecords(clock)
    connectors: Any = {"shop": Shop(), "mail": Shop()}
    return App(Settings(), log, records, clock, b"secret", definitions, node="node", connectors=connectors)


async def test_a_function_that_hangs_is_a_denial_an_alert_a_log_line_and_a_metric() -> None:
    app = node()
    args = {"order_id": "A-1042", "item_id": "i-1", "amount": euros(1840)}
    with capture_logs() as lines:
        await app.engine.append([STARTED, MATCHED], cause="begin")
        wanted = ProposeAction(
            proposal=PR, interaction=I, principal=VIRTUAL_AGENT, action="shop.refund_item", args=args
        )
        await app.execute(wanted, "propose")
        await app.node.idle()
    judged = fold((await app.log.read(proposal_query(PR))).events).judged
    await app.functions.keep({})
    assert isinstance(judged, ProposalJudged)
    assert judged.verdict == "denied"
    missing = [each.reason for each in judged.rulings if each.rule == "fact-missing"]
    assert missing[0].startswith("'refundable_remainder' could not be established: its function "), missing
    assert "'guarantee_ends_s' could not be established: it was not asked for" in missing[1], missing
    (alert,) = app.alerts.shown()
    assert alert["what"].startswith("The fact refundable_remainder of the connector shop fails: its function ")
    assert [line["function"] for line in lines if line["log_level"] == "error"] == ["refundable_remainder"]
    found = app.metrics.registry.get_sample_value(
        "interlock_failed_facts_total", {"connector": "shop", "function": "refundable_remainder"}
    )
    assert found == 1
