"""The smallest centre that a journey can be looked at in: one system, one action that reads and one that pays."""

from __future__ import annotations

import json

TENANT = """\
tenant: small
title: Small
human_journey: person
code_action: till.send_code
verification:
  number:
    action: till.match
    args: { number: number }
defaults:
  denied: [{ say: "{customer_reason}" }, { end: denied }]
  declined: [{ end: declined }]
  verification_failed: [{ say: I do not know you. }, { hand_over: care }]
  approval_pending: [{ say: A colleague looks at it. }]
  approval_rejected: [{ end: rejected }]
  approval_expired: [{ end: expired }]
  unavailable: [{ say: The till is down. }, { end: unavailable }]
  failed: [{ end: failed }]
  outcome_unknown: [{ hand_over: care }]
  no_match: [{ hand_over: care }]
  hand_over_failed: [{ end: nobody }]
"""

PERSON = """\
journey: person
title: Talk to a person
about: a person
examples: [a person, a human please, somebody who helps]
steps:
  - hand_over: care
"""

PAY = """\
journey: pay
title: Pay something back
about: your money
examples: [pay me back, I want my money, give it back]
slots:
  number: { type: order_number, pattern: "A-####", ask: "Which number?" }
steps:
  - verify: { level: 1, by: number }
  - ask: number
  - look_up: till.receipt
    with: { number: "{number}" }
    as: receipt
  - do: till.pay
    with: { number: "{number}", amount: "{receipt.total}" }
    on:
      failed: [{ say: That did not work. }, { hand_over: care }]
  - end: paid
"""

MANIFEST = """\
connector: till
title: The till
openapi: openapi.json
credential: key
types:
  number: { pattern: "A-[0-9]{4}", label: Number, example: A-1042 }
actions:
  match:
    title: Find somebody
    operation: find
    effect: read
    risk: low
    args: { number: number }
    fields: [customer_id]
  receipt:
    title: Read a receipt
    operation: read
    effect: read
    risk: low
    args: { number: number }
    fields: [total]
  send_code:
    title: Send a code
    operation: send
    effect: execute
    risk: low
    args: { to: email }
    idempotency: Key
    says: "Send a code to {to}"
  pay:
    title: Pay back
    operation: pay
    effect: execute
    risk: medium
    args: { number: number, amount: { money: EUR, minimum: 0.01, maximum: 500.00 } }
    idempotency: Key
    lookup: { operation: look, with: { reference: "{proposal}" }, answer: payments.0 }
    undo: take_back
    says: "Pay back {amount}"
  take_back:
    title: Take a payment back
    operation: take
    effect: execute
    risk: medium
    args: { number: number }
    idempotency: Key
    says: "Take it back"
"""

RULES = """\
@id("match.who")
permit (principal in Role::"virtual_agent", action == Action::"till.match", resource);

@id("receipt.who")
permit (principal in Role::"virtual_agent", action == Action::"till.receipt", resource);

@id("receipt.matched") @reason("It is not established who it is.")
forbid (principal, action == Action::"till.receipt", resource)
unless { context.assurance.level >= 1 };

@id("pay.who")
permit (principal in Role::"virtual_agent", action == Action::"till.pay", resource);

@id("pay.agent") @reason("Agents ask.") @remedy("approve:supervisor")
forbid (principal in Role::"agent", action == Action::"till.pay", resource)
unless { context.met.approvals.contains("supervisor") };

@id("pay.limit") @reason("At most 100.00 a day.")
forbid (principal, action == Action::"till.pay", resource)
when { context.ledger.paid + context.args.amount > 10000 };
"""

LEDGER = """\
ledger: paid
title: Paid back to one customer within a day
actions: [till.pay]
sum: amount
by: customer
window: { rolling: 24h }
reverses: [{ action: till.take_back, argument: number, outcome: number }]
"""

BREAKERS = "connectors:\n  till: { owner: the cashiers }\n"


def _document() -> str:
    paths = {f"/{name}/{{number}}": {"get": {"operationId": name}} for name in ("find", "read", "look")}
    paths |= {f"/{name}": {"post": {"operationId": name}} for name in ("pay", "take", "send")}  # type: ignore[dict-item]
    return json.dumps({"openapi": "3.1.0", "paths": paths | {"/health": {"get": {"operationId": "health"}}}})


def small_centre() -> dict[str, str]:
    """The texts of its definitions by path; nothing is missing in the journey ``pay`` but sign-offs."""
    return {
        "tenant.yaml": TENANT,
        "journeys/pay.yaml": PAY,
        "journeys/person.yaml": PERSON,
        "connectors/till/manifest.yaml": MANIFEST,
        "connectors/till/openapi.json": _document(),
        "policies/till.cedar": RULES,
        "ledgers/paid.yaml": LEDGER,
        "queues/care.yaml": "queue: care\ntitle: Care\nchannels:\n  chat: { answered_within: 60s, target: 80% }\n",
        "breakers.yaml": BREAKERS,
    }
