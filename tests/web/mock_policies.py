"""What the policies page is shown without a real server: documents made by the real code from a few recorded refunds."""

from __future__ import annotations

from datetime import timedelta
from functools import cache
from typing import Any

import msgspec
from litestar import Request, get, post
from litestar.params import FromPath

from interlock.control.bundle import load_bundle
from interlock.control.changes import Constant, changed_files
from interlock.control.history import History
from interlock.control.policies_document import policies_document, replay_document
from interlock.control.proposals import fold
from interlock.control.replay import past_judgement, replayed
from interlock.control.why import Judged, for_agent, for_auditor, for_customer
from interlock.vocabulary.ids import CustomerId, InteractionId
from interlock.vocabulary.proposals import ProposalJudged
from tests.control.given import NOW, SOFIA, demo, demo_files, judged, known, order, proposed, recorded, remedy_met
from tests.control.test_proving import SHADOW, with_rules

from .mock_data import Json, eur
from .mock_promises import told
from .mock_world import World

WAITING = {
    "release": "r_b7c2d9e10f33",
    "base": "r_4cb344f60787",
    "stale": False,
    "at": "2026-03-02T09:40:00+00:00",
    "by": {"id": "u_admin", "name": "Alexandra Wetherington-Papadopoulos"},
    "approved_by": [],
    "undoes": "",
    "note": "The finance team wants a second look from 100.00 on.",
    "changes": ["rule refund.supervisor changed: 20000 → 10000"],
    "guarded": ["policies/refund.cedar"],
}
VERSION = {**WAITING, "release": "r_4cb344f60787", "changes": ["the first version"], "in_force": True, "note": ""}
DIFFERENCE = ["--- policies/refund.cedar", "+++ policies/refund.cedar", "@@ -1,1 +1,1 @@", "-20000", "+10000"]


@cache
def refunds() -> tuple[ProposalJudged, ...]:
    """Refunds of several customers, each asked for and then allowed."""
    bundle, found = with_rules(SHADOW), []
    for number, cents in enumerate((900, 1840, 12_000, 18_000, 42_000)):
        customer = CustomerId(f"c-{100 + number % 3}")
        of = proposed(cents, proposal=f"pr_{number}")
        of = msgspec.structs.replace(of, customer=customer, interaction=InteractionId(f"i_{number}f3a9c2"))
        read: dict[str, Any] = {"record": order(owner=customer), "who": known(customer=customer), "bundle": bundle}
        asked = judged(of, **read)
        met = [remedy_met(of, str(need), SOFIA if need.kind == "approve" else None) for need in asked.needs]
        found += [asked, judged(of, *met, **read)]
    return tuple(found)


@cache
def rules() -> Json:
    """The rules in force and in shadow, with what they did to the refunds."""
    history = History()
    for one in recorded(*((event, NOW) for event in refunds())):
        history.fold(one)
    return policies_document(with_rules(SHADOW), history, NOW - timedelta(days=30), NOW)


@cache
def replay_job() -> Json:
    """A replay under a lower limit that is done."""
    lower = changed_files(demo_files(), {}, [Constant(rule="refund.supervisor", was=20_000, now=10_000)])
    report = replayed(load_bundle(lower, "r2"), [past_judgement(event, NOW) for event in refunds()])
    return {
        "id": "rp_1",
        "by": {"id": "u_1", "name": "Sofia Marchetti"},
        "at": NOW.isoformat(),
        "since": None,
        "release": "",
        "files": [],
        "constants": [{"rule": "refund.supervisor", "was": 20_000, "now": 10_000}],
        "state": "done",
        "judgements": report.judgements,
        "error": "",
        "report": msgspec.to_builtins(replay_document(report)),
    }


@cache
def explained() -> Json:
    """Why a large refund waits."""
    refund = proposed(42_000)
    asked = judged(refund)
    state = fold(recorded(refund, asked))
    return {
        "customer": for_customer(state),
        "agent": for_agent(state),
        "judgements": for_auditor([Judged(asked, NOW, demo())], {}),
    }


def policy_routes(world: World) -> list[Any]:
    """What the policies page reads; what it sends is recorded like everything else."""

    @get("/v1/policies")
    async def policies() -> Json:
        return rules()

    @get("/v1/releases")
    async def releases() -> Json:
        return {
            "in_force": VERSION["release"],
            "versions": [VERSION],
            "waiting": [WAITING],
            "approvals": 1,
            "role": "supervisor",
        }

    @get("/v1/releases/{release:str}")
    async def release(release: FromPath[str]) -> Json:
        return {"release": release, "base": "", "changes": WAITING["changes"], "difference": DIFFERENCE, "cut": False}

    @get("/v1/replays")
    async def replays() -> Json:
        return {"replays": [{**replay_job(), "report": None}] if world.calls else []}

    @get("/v1/replays/{replay:str}")
    async def replay(replay: FromPath[str]) -> Json:
        return replay_job()

    @get("/v1/{path:path}")  # as the route of what is posted: a narrower one would stand in its way
    async def why_or_record(path: FromPath[str]) -> Json:
        if path.endswith("/why"):
            return explained()
        if path.endswith("/promises"):
            return told(world)
        interaction = path.removesuffix("/record").rpartition("/")[2]
        shown = world.interactions["i_1"] | {"id": interaction}
        actions = [one for one in shown["entries"] if one["kind"] == "action"]
        done = [{"at": NOW.isoformat(), "what": "started", "attempt": 1}]
        done += [{"at": NOW.isoformat(), "what": "succeeded", "moved": eur(1840), "found_by": "lookup"}]
        own = [
            explained() | {"proposal": one["id"], "effects": done if one["state"] == "succeeded" else []}
            for one in actions
        ]
        return {"interaction": shown, "proposals": own}

    @post("/v1/replays")
    async def start(request: Request[Any, Any, Any]) -> Json:
        world.calls.append(("/replays", await request.json()))
        return {**replay_job(), "state": "running", "report": None}

    @post("/v1/releases/{release:str}/{what:str}")
    async def answer(release: FromPath[str], what: FromPath[str], request: Request[Any, Any, Any]) -> Json:
        world.calls.append((f"/releases/{release}/{what}", await request.json()))
        return {"release": release, "in_force": True, "approvals": 0}

    return [policies, releases, release, replays, replay, why_or_record, start, answer]
