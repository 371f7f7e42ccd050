"""How long does one judgement take in process: 500 rules over 40 actions, facts at hand, the record built?"""

from __future__ import annotations

import json
import time
from typing import Any, Final

from cedarpy import is_authorized

from interlock.cli.bench.result import percentile
from interlock.control import Known, Met, ResourceRead, assemble, compute, judge, load_bundle
from interlock.control.bundle import Bundle
from interlock.control.judgement import circumstances, request_of
from interlock.control.past import past_of
from interlock.control.policies import Request
from interlock.control.proposals import MetAt
from interlock.control.timing import times
from interlock.runtime.clock import WallClock
from interlock.vocabulary.assurance import Assurance, Level
from interlock.vocabulary.channels import VIRTUAL_AGENT, Channel, Principal
from interlock.vocabulary.ids import CustomerId, InteractionId, PersonId, ProposalId, SessionId
from interlock.vocabulary.proposals import ActionProposed, Remedy, RemedyMet

CONNECTORS: Final = 4
ACTIONS_EACH: Final = 10
RULES: Final = 500
ROUNDS: Final = 4_000
WARM_UP: Final = 400
CUSTOMER: Final = CustomerId("c-104")

_ACTION: Final = """\
  change_{number}:
    title: Change number {number}
    operation: change
    effect: execute
    risk: medium
    purpose: service
    resource: {resource}
    args:
      order_id: {{ type: identifier, label: Order }}
      item_id: {{ type: identifier, label: Item }}
      amount: {{ money: EUR, minimum: 0.01, maximum: 5000.00, label: Amount }}
    facts: {{ remainder: money }}
    idempotency: Idempotency-Key
    says: "Change {{item_id}} of {{order_id}} by {{amount}}"
"""
_CONNECTOR: Final = """\
connector: system_{name}
title: System {name}
openapi: openapi.json
resources:
  {resource}:
    read: read
    key: order_id
    facts: {{ owner: customer_id, status: status }}
actions:
"""
_FACTS: Final = "def remainder(record, args):\n    return record['remainder']\n"
_LEDGER: Final = "ledger: moved\nactions: [{actions}]\nsum: amount\nby: customer\nwindow: {{ rolling: 24h }}\n"
_CONDITIONS: Final = (
    "unless {{ resource.owner == context.customer }}",
    'unless {{ resource.status == "delivered" }}',
    "when {{ context.args.amount > context.facts.remainder }}",
    "when {{ context.ledger.moved + context.args.amount > {limit} }}",
    "unless {{ context.assurance.level >= 1 }}",
    "when {{ context.session.failed_matches > {limit} }}",
    'when {{ context.channel == "voice" && context.args.amount > {limit} }}',
    "when {{ context.args.amount > {limit} }}",
    'when {{ context.purpose == "marketing" }}',
    "when {{ context.session.codes_sent > {limit} }}",
    'when {{ principal in Role::"agent" && context.args.amount > {limit} }}',
)


def definitions() -> dict[str, str]:
    """The texts of 40 actions of 4 systems and of 500 rules: a permit each, forbids for the rest."""
    files: dict[str, str] = {}
    names: list[str] = []
    operations = {
        "openapi": "3.1.0",
        "paths": {
            "/orders/{order_id}": {
                "get": {"operationId": "read", "parameters": [_parameter("order_id", "path")]},
                "post": {
                    "operationId": "change",
                    "parameters": [_parameter(name, "query") for name in ("item_id", "amount")]
                    + [_parameter("order_id", "path"), _parameter("Idempotency-Key", "header")],
                },
            }
        },
    }
    for connector in range(CONNECTORS):
        resource = f"thing_{connector}"
        numbers = range(connector * ACTIONS_EACH, (connector + 1) * ACTIONS_EACH)
        names += [f"system_{connector}.change_{number}" for number in numbers]
        folder = f"connectors/system_{connector}"
        actions = "".join(_ACTION.format(number=number, resource=resource) for number in numbers)
        files[f"{folder}/manifest.yaml"] = _CONNECTOR.format(name=connector, resource=resource) + actions
        files[f"{folder}/openapi.json"] = json.dumps(operations)
        files[f"{folder}/facts.py"] = _FACTS
    files["ledgers/moved.yaml"] = _LEDGER.format(actions=", ".join(names))
    files["policies/all.cedar"] = "\n".join(_rule(number, names[number % len(names)]) for number in range(RULES))
    return files


def _parameter(name: str, place: str) -> dict[str, Any]:
    return {"name": name, "in": place, "required": place == "path", "schema": {"type": "string"}}


def _rule(number: int, action: str) -> str:
    place = number // (CONNECTORS * ACTIONS_EACH)
    if place == 0:
        return (
            f'@id("bench.{number}")\npermit (principal, action == Action::"{action}", resource)\n'
            'when { principal in Role::"virtual_agent" };'
        )
    condition = _CONDITIONS[(place - 1) % len(_CONDITIONS)].format(limit=400_000 + number)
    return (
        f'@id("bench.{number}")\n@reason("Rule {number}.")\nforbid (principal, action == Action::"{action}", resource)\n'
        f"{condition};"
    )


def _proposed(bundle: Bundle, number: int, action: str) -> ActionProposed:
    money = {"amount": 1_000 + number, "currency": "EUR"}
    checked = bundle.action(action).check({"order_id": f"o-{number}", "item_id": "i-1", "amount": money})
    return ActionProposed(
        proposal=ProposalId(f"pr_{number}"),
        interaction=InteractionId(f"i_{number}"),
        person=PersonId("p_1"),
        session=SessionId("s_1"),
        channel=Channel.CHAT,
        customer=CUSTOMER,
        principal=VIRTUAL_AGENT,
        action=action,
        args=checked.args,
        args_hash=checked.args_hash,
        purpose="service",
    )


def measure(rounds: int = ROUNDS) -> dict[str, float]:
    """``judge_p50_us`` and ``judge_p99_us`` of allowances, ``deny_p50_us`` of denials.

    ``cedar_p50_us`` is what Cedar alone takes for the same questions with the same rules, parsed before, asked as its
    library's documentation says; ``judge_ratio`` is the whole judgement to that, for allowances: less is better.
    """
    bundle = load_bundle(definitions(), "bench")
    names = sorted(bundle.actions)
    now = WallClock()()
    known = Known(Assurance(Level.MATCHED, CUSTOMER, now, SessionId("s_1"), Channel.CHAT, "order_and_email"), 0, 0)
    measured: dict[str, list[float]] = {"allowed": [], "denied": [], "cedar": []}
    for number in range(rounds):
        proposed = _proposed(bundle, number, names[number % len(names)])
        customer = Principal(kind="customer", id="p_1", roles=("customer",))
        met = RemedyMet(
            proposal=proposed.proposal,
            interaction=proposed.interaction,
            person=proposed.person,
            remedy=Remedy("confirm"),
            by=customer,
            args_hash=proposed.args_hash,
            valid_until=now,
        )
        denied = number % 4 == 0
        order = {"customer_id": "c-2" if denied else CUSTOMER, "status": "delivered", "remainder": 100_000}
        action = bundle.actions[proposed.action]
        computed = compute(action, order, proposed.args, {})
        facts = assemble(action, proposed, known, ResourceRead(at=now, record=order), now, computed=computed)
        facts = facts._replace(time=times(now))
        past = past_of(bundle.ledgers_of(action.name), bundle.subjects(proposed, facts, b"bench"), {}, now)
        began = time.perf_counter()
        judged = judge(bundle, proposed, facts, Met((MetAt(met, now),)), past, now)
        took = (time.perf_counter() - began) * 1e6
        if judged.verdict != ("denied" if denied else "allowed"):
            raise AssertionError(f"{judged.verdict}: {judged.rulings}")
        about = circumstances(bundle, action, proposed, facts, past, now)
        alone = _cedar_alone(bundle, request_of(action, proposed, facts, Met((MetAt(met, now),)), past, about))
        if number >= min(WARM_UP, rounds // 10):
            measured[judged.verdict].append(took)
            if not denied:
                measured["cedar"].append(alone)
    judge_p50, cedar_p50 = percentile(measured["allowed"], 0.5), percentile(measured["cedar"], 0.5)
    return {
        "cedar_p50_us": round(cedar_p50, 1),
        "judge_ratio": round(judge_p50 / cedar_p50, 2),
        "judge_p50_us": round(judge_p50, 1),
        "judge_p99_us": round(percentile(measured["allowed"], 0.99), 1),
        "deny_p50_us": round(percentile(measured["denied"], 0.5), 1),
    }


def _cedar_alone(bundle: Bundle, request: Request) -> float:
    """Microseconds that Cedar takes for an allowance, asked through its library."""
    parents = [{"type": "Role", "id": role} for role in request.roles]
    entities: list[dict[str, Any]] = [
        {"uid": request.principal, "attrs": request.principal_attributes, "parents": parents},
        {"uid": request.resource, "attrs": request.resource_attributes, "parents": []},
    ]
    asked = {
        "principal": request.principal,
        "action": request.action,
        "resource": request.resource,
        "context": request.context,
    }
    rules = bundle.policies[request.action["id"]].enforced.parsed
    began = time.perf_counter()
    is_authorized(asked, rules, entities)
    return (time.perf_counter() - began) * 1e6
