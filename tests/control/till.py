"""What do the tests of ledgers and steps start from: a till that charges, voids and prints, and definitions around it?"""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from interlock.control import Bundle, assemble, judge, load_bundle
from interlock.control.facts import Facts
from interlock.control.met import Met
from interlock.control.past import past_of, windows_of
from interlock.kernel.lines import Lines
from interlock.vocabulary.proposals import ActionProposed, ProposalJudged
from tests.control.given import NOW, SETTINGS, known, proposed

OPERATIONS = ("charge", "void", "printReceipt", "getTab")
MANIFEST = """
connector: till
title: Till
openapi: openapi.json
resources:
  tab:
    read: getTab
    key: tab_id
    facts: { owner: customer_id, card: { path: card, instrument: true } }
actions:
  charge:
    title: Charge
    operation: charge
    effect: execute
    risk: low
    args:
      order_id: identifier
      card: { type: identifier, instrument: true, personal: true }
      amount: { money: EUR, minimum: 0.01, maximum: 5000.00 }
      tip: { money: EUR, minimum: 0.01, maximum: 50.00, optional: true }
    moves: amount
    fields: [charge_id, amount]
    says: "Charge {amount}"
    undo: void
  void:
    title: Void a charge
    operation: void
    effect: execute
    risk: low
    args: { charge_id: identifier, why: { type: text, optional: true } }
    moves: amount
    says: "Void {charge_id}"
  settle_tab:
    title: Settle a tab
    operation: charge
    effect: execute
    risk: low
    resource: tab
    args: { tab_id: identifier, amount: { money: EUR, minimum: 0.01, maximum: 100.00 } }
    says: "Settle {amount}"
  receipt: { title: Print, operation: printReceipt, effect: execute, risk: low, args: { order_id: identifier }, says: Print }
"""
PERMIT = '@id("till.who")\npermit (principal, action, resource);\n'


def files(**more: str) -> dict[str, str]:
    """The till's definitions, with further files by their paths (``ledgers__x`` is ``ledgers/x.yaml``)."""
    paths = {name: {"get": {"operationId": name}} for name in OPERATIONS}
    found = {
        "connectors/till/manifest.yaml": MANIFEST,
        "connectors/till/openapi.json": json.dumps({"openapi": "3.1.0", "paths": paths}),
        "policies/till.cedar": PERMIT + more.pop("rules", ""),
    }
    return found | {f"{name.replace('__', '/')}.yaml": text for name, text in more.items()}


def till(zone: str = "UTC", **more: str) -> Bundle:
    return load_bundle(files(**more), "r_till", zone=zone)


def ledger(text: str) -> Bundle:
    """The till with one ledger, called ``it``."""
    return till(ledgers__it=f"ledger: it\n{text}")


def charge(bundle: Bundle, cents: int = 1000, *, proposal: str = "pr_1", **args: Any) -> ActionProposed:
    raw = {"order_id": "A-1", "card": "4242", "amount": {"amount": cents, "currency": "EUR"}} | args
    return proposed(action="till.charge", args=raw, bundle=bundle, proposal=proposal)


def void(bundle: Bundle, charge_id: str, *, proposal: str = "pr_void") -> ActionProposed:
    return proposed(action="till.void", args={"charge_id": charge_id}, bundle=bundle, proposal=proposal)


def facts_of(bundle: Bundle, of: ActionProposed, **more: Any) -> Facts:
    return assemble(bundle.action(of.action), of, known(), more.get("read"), more.get("now", NOW))


def judged_on(bundle: Bundle, of: ActionProposed, lines: Lines, now: datetime = NOW) -> ProposalJudged:
    """The gate's answer to a proposal on what stands in the ledgers."""
    facts = facts_of(bundle, of, now=now)
    ledgers, subjects = bundle.ledgers_of(of.action), bundle.subjects(of, facts, SETTINGS.secret)
    windows = windows_of(ledgers, subjects, of.proposal, now)
    totals = {(one.ledger, one.subject): lines.total(one) for one in windows}
    return judge(bundle, of, facts, Met(), past_of(ledgers, subjects, totals, now), now)
