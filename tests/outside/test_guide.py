"""Do the examples of the guide work, as they stand there?"""

from __future__ import annotations

import asyncio
import json
import os
import re
from pathlib import Path
from typing import Any

from interlock.cli.story.shop import Shop
from interlock.runtime.app import App
from tests.outside.agents import Agent
from tests.system.refunds import Purchase

GUIDE = Path(__file__).resolve().parents[2] / "docs" / "guides" / "agents-of-other-vendors.md"


def examples() -> list[str]:
    """The guide's calls of curl, in order."""
    blocks = re.findall(r"(?:^    .*\n)+", GUIDE.read_text(encoding="utf-8"), re.MULTILINE)
    return [block for block in blocks if block.startswith("    curl ")]


async def run(example: str, environment: dict[str, str]) -> Any:
    """What an example prints."""
    process = await asyncio.create_subprocess_exec(
        "bash", "-c", example, env={**os.environ, **environment, "NO_PROXY": "*"}, stdout=asyncio.subprocess.PIPE
    )
    output, _ = await process.communicate()
    assert process.returncode == 0, example
    return json.loads(output)


async def test_the_examples_of_the_guide_refund_an_item(app: App, agent: Agent, bought: Purchase, shop: Shop) -> None:
    opening, proposing, confirming, reading = examples()
    known = {"URL": app.settings.url, "KEY": agent.key, "ORDER": bought.order.id, "EMAIL": bought.buyer.email}
    known |= {"ITEM": bought.item}
    case = await run(opening, known)
    assert (case["how"], case["customer"], case["assurance"]) == ("opened", bought.buyer.id, 1)
    known["CASE"] = case["case"]
    asked = await run(proposing, known)
    assert (asked["status"], asked["needs"][0]["remedy"]) == ("needs", "confirm")
    known |= {"PROPOSAL": asked["proposal"], "ARGS_HASH": asked["args_hash"]}
    await run(confirming, known)
    assert (await agent.get(f"/v1/proposals/{asked['proposal']}", wait_s=20)).json()["status"] == "succeeded"
    assert len(await shop.refunds(bought.order)) == 1
    read = await run(reading, known)
    assert read["result"]["structuredContent"]["outcome"]["result"]["order_id"] == bought.order.id
