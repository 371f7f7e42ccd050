"""Does what we mount speak the protocol as its own conformance suite wants it?"""

from __future__ import annotations

import asyncio
import json
import shutil
import subprocess
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, Final

import pytest
import uvicorn

from tests.system.nursing import REPOSITORY
from tests.system.processes import free_port

APPLICABLE: Final = (
    "server-initialize",
    "ping",
    "tools-list",
    "tools-call-simple-text",
    "tools-call-image",
    "tools-call-audio",
    "tools-call-embedded-resource",
    "tools-call-mixed-content",
    "tools-call-error",
    "tools-call-with-progress",
    "tools-call-elicitation",
    "json-schema-2020-12",
    "elicitation-sep1034-defaults",
    "elicitation-sep1330-enums",
    "server-sse-multiple-streams",
    "dns-rebinding-protection",
)
NOT_APPLICABLE: Final = {
    "logging-set-level": "the gateway offers no logging; its facts are in the log, and the protocol has given logging up",
    "tools-call-with-logging": "likewise",
    "tools-call-sampling": "the gateway asks no model of a client for anything",
    "completion-complete": "tools only: there are no prompts and no resource templates whose arguments could be completed",
    "server-sse-polling": "a call is answered within its own wait, and asked for again by its key; no stream is kept",
    **dict.fromkeys(
        ("resources-list", "resources-read-text", "resources-read-binary", "resources-templates-read"),
        "tools only: what may be read is an action, and judged like one",
    ),
    **dict.fromkeys(("resources-subscribe", "resources-unsubscribe"), "likewise"),
    **dict.fromkeys(
        (
            "prompts-list",
            "prompts-get-simple",
            "prompts-get-with-args",
            "prompts-get-embedded-resource",
            "prompts-get-with-image",
        ),
        "tools only: nobody outside is told how to speak",
    ),
}
"""Scenarios that are about what the gateway does not offer, each with why it does not."""

needs_node = pytest.mark.skipif(shutil.which("node") is None, reason="there is no Node.js")


@pytest.fixture(scope="session")
def suite() -> Path:
    """The suite's program, installed if it is not."""
    subprocess.run([REPOSITORY / "scripts" / "conformance.sh"], check=True)
    where = subprocess.run(
        [REPOSITORY / "scripts" / "conformance.sh", "--where"], check=True, capture_output=True, text=True
    )
    return Path(where.stdout.strip()) / "node_modules" / "@modelcontextprotocol" / "conformance" / "dist" / "index.js"


@pytest.fixture
async def url() -> AsyncIterator[str]:
    """The address of the fixture's endpoint."""
    from tests.outside.conformance_server import conformance_app  # loads the protocol's SDK, so only where it runs

    port = free_port()
    server = uvicorn.Server(
        uvicorn.Config(conformance_app(), port=port, loop="none", log_config=None, timeout_graceful_shutdown=1)
    )
    serving = asyncio.create_task(server._serve())
    while not server.started:  # noqa: ASYNC110  # it has no event to wait for
        await asyncio.sleep(0.01)
    yield f"http://127.0.0.1:{port}/mcp"
    server.should_exit = True
    await serving


@needs_node
async def test_the_suite_is_content_with_every_scenario_that_applies(suite: Path, url: str, tmp_path: Path) -> None:
    expected = tmp_path / "expected.yaml"
    expected.write_text("server:\n" + "".join(f"  - {scenario}\n" for scenario in NOT_APPLICABLE))
    process = await asyncio.create_subprocess_exec(
        *("node", str(suite), "server", "--url", url, "--suite", "all"),
        *("--expected-failures", str(expected), "--output-dir", str(tmp_path / "results")),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said, _ = await process.communicate()
    assert process.returncode == 0, said.decode()
    checks = results(tmp_path / "results")
    assert sorted(checks) == sorted([*APPLICABLE, *NOT_APPLICABLE]), "a scenario is listed neither here nor there"
    for scenario in APPLICABLE:
        assert checks[scenario], f"{scenario}: nothing was checked"
        assert [each for each in checks[scenario] if each["status"] == "FAILURE"] == [], said.decode()


def results(folder: Path) -> dict[str, list[dict[str, Any]]]:
    """What the suite has written about each scenario; its folders are named after the scenario and the time."""
    return {
        file.parent.name.removeprefix("server-")[: -len("-2026-03-02T09-30-00-000Z")]: json.loads(file.read_text())
        for file in folder.rglob("checks.json")
    }
