"""What if a connector's own function raises, hangs, takes all memory or ends its process? Its fact is missing, and it is told."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import AsyncIterator
from typing import Any

import psutil
import pytest

from interlock.control.bundle import ROLES
from interlock.control.connectors import Connector, read_connector
from interlock.control.readings import Computed, ResourceRead, compute
from interlock.kernel.documents import DefinitionError
from interlock.runtime.functions import FACT_CPU_S, FACT_REST_S, FACT_WALL_S, FunctionWorkers
from tests.control.given import NOW
from tests.control.warehouse import FACTS, MANIFEST, depot_files

TOO_LONG = (f"took more than {round(FACT_CPU_S * 1000)} ms of computing", f"did not answer within {FACT_WALL_S:g} s")
"""How one that hangs is told: on a machine that is very busy, the clock is faster than the computing."""

ARGS = {"order_id": "o-1", "old_items": ["1111"], "new_items": ["2222"], "zip": "11826"}
READS = {"variants": ResourceRead(at=NOW, record={"variants": {"2222": {"available": True, "price": "12"}}})}


def connector(**bodies: str) -> Connector:
    """The depot with other bodies of its functions."""
    source = FACTS
    for name, body in bodies.items():
        head = next(line for line in source.splitlines() if line.startswith(f"def {name}("))
        before, _, after = source.partition(head)
        rest = after[after.index("\ndef ") :] if "\ndef " in after else "\n"
        source = f"{before}{head}\n    {body}\n\n{rest}"
    path = "connectors/depot/manifest.yaml"
    return read_connector(depot_files() | {"connectors/depot/facts.py": source}, path, ROLES)


class Asked:
    """Workers, and what they told of failures."""

    def __init__(self) -> None:
        self.failures: list[tuple[str, str, str]] = []
        self.workers = FunctionWorkers(lambda *told: self.failures.append(told))

    async def of(self, of: Connector, args: dict[str, Any] = ARGS) -> Computed:
        action = next(each for each in of.actions if each.name == "depot.swap")
        return await self.workers.compute(of, action, {"customer_id": "c-1"}, args, READS)


@pytest.fixture
async def asked() -> AsyncIterator[Asked]:
    found = Asked()
    yield found
    await found.workers.keep({})


async def test_they_say_the_same_as_here(asked: Asked) -> None:
    there = await asked.of(connector())
    here = compute(connector().actions[0], {"customer_id": "c-1"}, ARGS, READS)
    assert there.failed == here.failed == {}
    assert there.values == here.values | {"prices": ["12"]}
    assert asked.failures == []


@pytest.mark.parametrize(
    ("body", "how"),
    [
        ("while True: pass", TOO_LONG),
        ("import re; return re.match('(a+)+$', 'a' * 60 + 'b') is None", TOO_LONG),
        ("return len([0] * 10**10)", ("raised MemoryError (facts.py, line ",)),
        ("return args['zip' + args['zip']]", ("raised KeyError (facts.py, line ",)),
        ("return count(order, args)", ("raised RecursionError (facts.py, line ",)),
        ("raise SystemExit(3)", ("raised SystemExit (facts.py, line ",)),
        ("return 10**5000", ("raised ValueError",)),
        ("return object()", ("raised TypeError",)),
    ],
)
async def test_one_that_does_not_answer_is_missing_and_told_and_the_next_is_asked_anew(
    asked: Asked, body: str, how: tuple[str, ...]
) -> None:
    found = await asked.of(connector(count=body))
    assert found.values == {"all_available": True, "prices": ["12"]}
    assert any(each in found.failed["count"] for each in how)
    assert ARGS["zip"] not in found.failed["count"]
    assert asked.failures == [("depot", "count", found.failed["count"])]
    assert (await asked.of(connector())).failed == {}


async def test_what_comes_after_one_that_hangs_is_not_blamed(asked: Asked) -> None:
    found = await asked.of(connector(prices="while True: pass"))
    assert found.values == {"all_available": True}
    assert any(f"because 'prices' {how}" in found.failed["count"] for how in TOO_LONG)
    assert [name for _, name, _ in asked.failures] == ["prices"]


async def test_what_is_not_there_is_missing_in_the_author_s_words_and_nobody_is_called(asked: Asked) -> None:
    found = await asked.of(connector(count="raise LookupError('the order has no item 1111')"))
    assert found.failed == {"count": "the order has no item 1111"}
    assert asked.failures == []


async def test_one_that_hangs_holds_up_its_own_connector_only(asked: Asked) -> None:
    path = "connectors/other/manifest.yaml"
    files = {each.replace("depot", "other"): text for each, text in depot_files().items()}
    other = read_connector(files | {path: MANIFEST.replace("connector: depot", "connector: other")}, path, ROLES)
    await asyncio.gather(asked.of(connector()), asked.workers.compute(other, other.actions[0], {}, ARGS, READS))
    hanging = asyncio.create_task(asked.of(connector(count="while True: pass")))
    found = await asked.workers.compute(other, other.actions[0], {}, ARGS, READS)
    assert found.failed == {}
    assert not hanging.done()
    await hanging


def processes() -> set[int]:
    """The workers' processes."""
    running = (each for each in psutil.Process().children() if each.status() != psutil.STATUS_ZOMBIE)
    return {each.pid for each in running if "fact_worker.py" in " ".join(each.cmdline())}


async def test_its_process_is_ready_before_anybody_asks(asked: Asked) -> None:
    before = processes()
    await asked.workers.keep({"depot": connector()})
    (started,) = processes() - before
    assert (await asked.of(connector())).failed == {}
    assert processes() - before == {started}


async def test_one_that_hangs_again_and_again_rests_and_is_asked_again_later(
    asked: Asked, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("interlock.runtime.functions.FACT_DEATHS", 2)
    hangs = connector(count="return len(order['customer_id']) if order['customer_id'] != 'c-1' else sum(iter(int, 1))")
    for _ in range(2):
        found = await asked.of(hangs)
        assert any(how in found.failed["count"] for how in TOO_LONG)
    before = processes()
    assert "its process was ended 2 times in a row" in (await asked.of(hangs)).failed["all_available"]
    assert processes() == before
    monkeypatch.setattr(asyncio.get_running_loop(), "time", lambda: time.monotonic() + FACT_REST_S)
    found = await asked.workers.compute(hangs, hangs.actions[0], {"customer_id": "c-22"}, ARGS, READS)
    assert (found.values["count"], found.failed) == (4, {})


async def test_many_ask_at_once_and_each_gets_its_own_answer(asked: Asked) -> None:
    wanted = [{**ARGS, "old_items": ["1111"] * number} for number in range(1, 40)]
    found = await asyncio.gather(*(asked.of(connector(), args) for args in wanted))
    assert [each.values["count"] for each in found] == list(range(1, 40))


async def test_an_answer_that_nobody_waits_for_any_more_is_not_taken_for_the_next_one(asked: Asked) -> None:
    await asked.of(connector())
    gone = asyncio.create_task(asked.of(connector(), {**ARGS, "old_items": ["1111"] * 7}))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    gone.cancel()
    assert (await asked.of(connector())).values["count"] == 1


async def test_the_process_sees_no_secret_and_is_gone_when_it_is_not_needed(
    asked: Asked, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("INTERLOCK_CREDENTIAL_SHOP_API_KEY", "top secret")
    before = {child.pid for child in psutil.Process().children()}
    await asked.of(connector())
    (worker,) = [child for child in psutil.Process().children() if child.pid not in before]
    assert "INTERLOCK_CREDENTIAL_SHOP_API_KEY" not in worker.environ()
    await asked.workers.keep({"depot": connector()})
    assert worker.is_running()
    await asked.workers.keep({"depot": connector(count="return 7")})
    assert not psutil.pid_exists(worker.pid)
    assert os.getpid() != worker.pid


def test_a_file_that_is_broken_never_gets_that_far() -> None:
    with pytest.raises(DefinitionError, match="'os' cannot be imported"):
        connector(count="import os; os._exit(1)")
