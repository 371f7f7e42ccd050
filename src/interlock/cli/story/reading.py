"""Step 9: can everything be read back: the facts in order, and every judgement with what it was judged on?"""

from __future__ import annotations

import asyncio
import json
import os
import re
import sys
from collections import Counter
from typing import Any, Final

from interlock.cli.story.asking import remedy
from interlock.cli.story.stage import ACTION, Stage, Where
from interlock.cli.story.wire import Unmet, hold, short

COMMAND_S: Final = 30.0
SEND_CODE: Final = "mail.send_code"
CODE: Final = "mail.send_code"
STORY: Final = (
    "InteractionStarted",
    "MessagePosted",
    "JourneyStarted",
    "ActionProposed",
    "ProposalJudged",
    "EffectStarted",
    "EffectSucceeded",
    "CustomerMatched",
    "RemedyMet",
    "ChallengeIssued",
    "ChallengePassed",
    "InteractionEnded",
)
"""The first fact of each of these types stands behind the first of the type before."""


async def read_log(stage: Stage) -> str:
    """9. The log has the facts in order, and every judgement with policy version, facts and deciding rules."""
    interaction = stage.notes["first"]
    facts = await stage.supervisor.facts(interaction)
    check_order(facts)
    check_judgements(facts)
    printed = await _command(stage.where, interaction, facts)
    for secret in (stage.buyers["eva"].email, stage.buyers["eva"].phone):
        clear = [short(fact["data"], 500) for fact in facts if secret in json.dumps(fact, ensure_ascii=False)]
        hold(not clear, f"the log as staff read it shows {secret!r} in the clear, as in {'; '.join(clear[:2])}")
    sent = [
        fact["data"] for fact in facts if fact["data"].get("action") == SEND_CODE and fact["type"] == "ActionProposed"
    ]
    codes = [one for one in sent if re.search(r"\b\d{6}\b", json.dumps(one.get("private_args")))]
    hold(sent and not codes, f"the log as staff read it shows the one-time code: {short(codes[:1], 700)}")
    return f"{len(facts)} facts of {interaction}, {printed}"


def check_order(facts: list[dict[str, Any]]) -> None:
    """Positions and times only grow, and the story's types come in its order. Raises Unmet otherwise."""
    positions = [tuple(int(part) for part in fact["cursor"].split("-")) for fact in facts]
    hold(positions == sorted(set(positions)), f"the facts do not stand in the order of their positions: {positions}")
    kinds = [fact["type"] for fact in facts]
    missing = [kind for kind in STORY if kind not in kinds]
    hold(not missing, f"the log lacks {', '.join(missing)}; it has {', '.join(dict.fromkeys(kinds))}")
    firsts = [kinds.index(kind) for kind in STORY]
    hold(firsts == sorted(firsts), f"the facts come in another order: {', '.join(dict.fromkeys(kinds))}")


def check_judgements(facts: list[dict[str, Any]]) -> None:
    """Every judgement names its policy version, its facts, the rules that decided, and their remedies."""
    judged = [fact["data"] for fact in facts if fact["type"] == "ProposalJudged"]
    for one in judged:
        what = f"{one['action']} judged {one['verdict']}"
        hold(one["policy"], f"{what} without a policy version: {short(one, 600)}")
        hold(one["facts"], f"{what} without facts: {short(one, 600)}")
        hold(one["rulings"], f"{what} without a rule that decided: {short(one, 600)}")
        if one["verdict"] == "needs":
            cures = {remedy(ruling["remedy"]) for ruling in one["rulings"] if ruling.get("remedy")}
            needs = {remedy(need) for need in one["needs"]}
            hold(needs <= cures, f"{what} needs {needs} and its rules name {cures}")
    refunds = [one["verdict"] for one in judged if one["action"] == ACTION]
    hold(refunds.count("allowed") == 3, f"three refunds ran here, and the judgements of refunds were {refunds}")


def _digits(codes: list[Any]) -> bool:
    return re.search(r"\d{6}", json.dumps(codes)) is not None


async def _command(where: Where, interaction: str, facts: list[dict[str, Any]]) -> str:
    """``interlock log show`` prints the same facts, where this machine has the database."""
    if not _is_here(where):
        return "read over HTTP (the database is not on this machine)"
    command = [sys.executable, "-m", "interlock.cli.main", "log", "show", "--interaction", interaction]
    command += ["--data", str(where.data)] if where.data is not None else []
    text = await _run(command)
    for kind, count in Counter(fact["type"] for fact in facts).items():
        printed = len(re.findall(rf"\b{kind}\b", text))
        hold(printed >= count, f"interlock log show prints {printed} of {count} facts {kind}")
    for part in ("ProposalJudged", "refund.confirm", "refund.code", "refund.supervisor", "policy", "facts"):
        hold(part in text, f"interlock log show does not say {part!r}:\n{text[:1500]}")
    return "also by interlock log show"


def _is_here(where: Where) -> bool:
    named = any(os.environ.get(name) for name in ("DATABASE_URL", "INTERLOCK_DATABASE_URL"))
    return named or (where.data is not None and (where.data / "postgres" / "postgres" / "postmaster.pid").exists())


async def _run(command: list[str]) -> str:
    process = await asyncio.create_subprocess_exec(
        *command, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    try:
        async with asyncio.timeout(COMMAND_S):
            out, err = await process.communicate()
    except TimeoutError:
        process.kill()
        raise Unmet(f"{' '.join(command[2:])} did not end within {COMMAND_S:g} s") from None
    said = (err or out).decode(errors="replace")[-800:]
    hold(process.returncode == 0, f"{' '.join(command[2:])} ended with {process.returncode}: {said}")
    return out.decode(errors="replace")
