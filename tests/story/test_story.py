"""Does the demonstration hold what it promises, from the first message to the log?"""

from __future__ import annotations

import json
from pathlib import Path

from interlock.cli.story.stage import QUEUE
from interlock.routing.queues import load_queue
from interlock.runtime.demo import DEMO_STAFF
from tests.e2e.demonstration import begun
from tests.system.processes import free_port

REPOSITORY = Path(__file__).parents[2]


ENDS_WITHIN_S = 240
"""No promise, only an end to waiting."""


def test_the_whole_story_holds(tmp_path: Path) -> None:
    ports = ["--port", str(free_port()), "--shop-port", str(free_port())]
    played = begun(tmp_path, "--check", "--json", *ports)
    code = played.wait(ENDS_WITHIN_S)
    told = played.words[0].read_text()
    assert told, played.said[-3000:]
    report = json.loads(told.splitlines()[-1])
    wrong = [f"{step['name']}: {step['detail']}" for step in report["steps"] if not step["ok"]]
    assert not wrong, "\n".join(wrong)
    assert report["ok"]
    assert code == 0


def test_only_the_storys_own_agents_serve_its_queue_and_it_never_closes() -> None:
    file = REPOSITORY / "examples" / "demo" / "queues" / f"{QUEUE}.yaml"
    assert (
        load_queue(file.read_text(), file.name).hours
        == load_queue((file.parent / "care.yaml").read_text(), "care.yaml").hours
    )
    assert not [person.login for person in DEMO_STAFF if QUEUE in person.queues]
