"""The definitions that the gate and its naive model are compared on: a bank with one rule of every kind."""

from __future__ import annotations

import json
from functools import cache

from interlock.control import Bundle, load_bundle

ZONE = "Europe/Berlin"
MANIFEST = """
connector: bank
title: Bank
openapi: openapi.json
resources:
  account:
    read: getAccount
    key: account_id
    facts: { owner: customer_id, status: status }
actions:
  verify:
    title: Verify the caller
    operation: verify
    effect: execute
    risk: low
    args: { caller: identifier }
    says: "Verify {caller}"
  pay_out:
    title: Pay out
    operation: payOut
    effect: execute
    risk: medium
    resource: account
    args: { account_id: identifier, amount: { money: EUR, minimum: 0.01, maximum: 5000.00 } }
    facts: { available: money }
    idempotency: Idempotency-Key
    moves: amount
    fields: [payment_id, amount]
    undo: call_back
    says: "Pay out {amount} of {account_id}"
  call_back:
    title: Call a payment back
    operation: callBack
    effect: execute
    risk: low
    args: { payment_id: identifier }
    moves: amount
    says: "Call {payment_id} back"
  close:
    title: Close an account
    operation: close
    effect: execute
    risk: high
    resource: account
    args: { account_id: identifier }
    says: "Close {account_id}"
"""
FACTS = "def available(account, args):\n    return account['balance'] - account['held']\n"
RULES = """
@id("verify.who")
permit (principal, action == Action::"bank.verify", resource);

@id("pay.who")
permit (principal, action == Action::"bank.pay_out", resource)
when { principal in Role::"virtual_agent" || principal in Role::"agent" };

@id("back.who")
permit (principal in Role::"agent", action == Action::"bank.call_back", resource);

@id("close.who")
permit (principal in Role::"agent", action == Action::"bank.close", resource);

@id("verify.tries") @reason("Too many failed matches.")
forbid (principal, action == Action::"bank.verify", resource)
when { context.session.failed_matches >= 3 };

@id("account.own") @severity("high") @reason("Somebody else's account.")
forbid (principal, action in [Action::"bank.pay_out", Action::"bank.close"], resource)
unless { resource.owner == context.customer };

@id("account.open") @reason("The account is not open.")
forbid (principal, action in [Action::"bank.pay_out", Action::"bank.close"], resource)
unless { resource.status == "open" };

@id("pay.available") @reason("More than is available.")
forbid (principal, action == Action::"bank.pay_out", resource)
when { context.args.amount > context.facts.available };

@id("pay.day") @reason("At most 1,000.00 a day.")
forbid (principal, action == Action::"bank.pay_out", resource)
when { context.ledger.paid_today + context.args.amount > 100000 };

@id("pay.agent-hour") @reason("At most two tries an hour by one agent.")
forbid (principal in Role::"agent", action == Action::"bank.pay_out", resource)
when { context.ledger.tries_of_agent >= 2 };

@id("pay.verified") @reason("The caller is not verified.")
forbid (principal, action == Action::"bank.pay_out", resource)
unless { context.steps.verified.done && context.steps.verified.age_s <= 1800 };

@id("pay.after-close") @reason("The customer has closed an account lately.")
forbid (principal, action in [Action::"bank.pay_out", Action::"bank.close"], resource)
when { context.steps.closed.done || context.steps.closed.running };

@id("pay.voice") @reason("Large amounts are not paid out by telephone.")
forbid (principal, action == Action::"bank.pay_out", resource)
when { context.channel == "voice" && context.args.amount > 30000 };

@id("pay.code") @remedy("step_up:2") @reason("Over 200.00 a code is needed.")
forbid (principal, action == Action::"bank.pay_out", resource)
when { context.args.amount > 20000 } unless { context.met.step_up >= 2 };

@id("pay.confirm") @remedy("confirm") @reason("The customer confirms.")
forbid (principal, action == Action::"bank.pay_out", resource)
unless { context.met.confirm };

@id("pay.supervisor") @remedy("approve:supervisor") @reason("Over 500.00 a supervisor approves.")
forbid (principal, action == Action::"bank.pay_out", resource)
when { context.args.amount > 50000 } unless { context.met.approvals.contains("supervisor") };

@id("pay.agent-supervisor") @remedy("approve:supervisor") @reason("Over 300.00 by an agent a supervisor approves.")
forbid (principal in Role::"agent", action == Action::"bank.pay_out", resource)
when { context.args.amount > 30000 } unless { context.met.approvals.contains("supervisor") };
"""


@cache
def bank() -> Bundle:
    """The bank's definitions, read and checked."""
    operations = ("verify", "payOut", "callBack", "close", "getAccount")
    paths = {f"/{name}": {"get": {"operationId": name}} for name in operations}
    return load_bundle(
        {
            "connectors/bank/manifest.yaml": MANIFEST,
            "connectors/bank/openapi.json": json.dumps({"openapi": "3.1.0", "paths": paths}),
            "connectors/bank/facts.py": FACTS,
            "policies/bank.cedar": RULES,
            "ledgers/paid_today.yaml": "ledger: paid_today\nactions: [bank.pay_out]\nsum: outcome.amount\n"
            "by: customer\nwindow: { calendar: day }\n",
            "ledgers/tries_of_agent.yaml": "ledger: tries_of_agent\nactions: [bank.pay_out]\ncount: proposals\n"
            "by: agent\nwindow: { rolling: 1h }\n",
            "steps/verified.yaml": "step: verified\nactions: [bank.verify]\nin: interaction\n",
            "steps/closed.yaml": "step: closed\nactions: [bank.close]\nin: customer\nwithin: 24h\n",
        },
        "r_bank",
        zone=ZONE,
    )
