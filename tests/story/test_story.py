"""Does the demonstration hold what it promises, from the first message to the log?"""

from __future__ import annotations

import json
import socket
import subprocess
import sys
from pathlib import Path

from interlock.cli.story.stage import QUEUE
from interlock.routing.queues import load_queue
from interlock.runtime.demo import DEMO_STAFF

REPOSITORY = Path(__file__).parents[2]


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


def test_the_whole_story_holds(tmp_path: Path) -> None:
    command = [
        sys.executable,
        "-m",
        "interlock.cli.main",
        "demo",
        "--check",
        "--json",
        "--data",
        str(tmp_path / "data"),
    ]
    ports = ["--port", str(free_port()), "--shop-port", str(free_port())]
    played = subprocess.run(
        [*command, *ports], cwd=REPOSITORY, capture_output=True, text=True, timeout=240, check=False
    )
    assert played.stdout, played.stderr[-3000:]
    report = json.loads(played.stdout.splitlines()[-1])
    wrong = [f"{step['name']}: {step['detail']}" for step in report["steps"] if not step["ok"]]
    assert not wrong, "\n".join(wrong)
    assert report["ok"]
    assert played.returncode == 0


def test_only_the_storys_own_agents_serve_its_queue_and_it_never_closes() -> None:
    file = REPOSITORY / "examples" / "demo" / "queues" / f"{QUEUE}.yaml"
    assert (
        load_queue(file.read_text(), file.name).hours
        == load_queue((file.parent / "care.yaml").read_text(), "care.yaml").hours
    )
    assert not [person.login for person in DEMO_STAFF if QUEUE in person.queues]
