"""A connector that uses everything that a manifest can say: lists, records, units, reads, facts of the customer."""

from __future__ import annotations

import json
from typing import Any

import yaml

from interlock.control import Bundle, load_bundle

MANIFEST = """\
connector: depot
title: A depot
openapi: openapi.json
types:
  item_id: { pattern: "[0-9]{4}", label: Item, example: "1234" }
resources:
  order:
    read: getOrder
    key: order_id
    facts: { owner: customer_id, labels: { path: labels, type: texts } }
customer_facts:
  plan: { read: getCustomer, with: { customer_id: "{customer}" }, path: contract.plan, fresh: 5m }
  credit: { read: getCustomer, with: { customer_id: "{customer}" }, path: contract.credit, type: money, fresh: 5m }
actions:
  swap:
    title: Swap items
    operation: swap
    effect: execute
    risk: low
    resource: order
    purpose: service
    draft: true
    args:
      order_id: identifier
      old_items: { list: item_id, most: 3 }
      new_items: { list: item_id, least: 1, most: 3 }
      address: { record: { street: text, zip: { type: identifier }, door: { type: identifier, optional: true } }, optional: true }
      days: { type: integer, minimum: 1, maximum: 30, unit: days, optional: true }
    reads:
      variants: { operation: getVariants, with: { ids: "{new_items}", who: "{customer}" } }
    facts: { all_available: boolean, prices: texts, count: integer }
    request:
      order_id: "{order_id}"
      old_items: "{old_items}"
      new_items: "{new_items}"
      zip: "{address.zip}"
      door: "{address.door}"
      days: "{days}"
    says: "Swap {count} items"
  look:
    title: Look an order up
    operation: getOrder
    effect: read
    risk: low
    resource: order
    purpose: service
    args: { order_id: identifier }
    fields:
      service: { virtual_agent: [status], agent: [status, buyer.name] }
      billing: [status, total]
"""

FACTS = '''\
"""What the depot does not write down itself."""


def all_available(order, args, reads):
    """Whether every new item is there."""
    found = reads["variants"]["variants"]
    return all(found[each]["available"] for each in args["new_items"])


def prices(order, args, reads):
    """What the new items cost."""
    return {reads["variants"]["variants"][each]["price"] for each in args["new_items"]}


def count(order, args):
    """How many."""
    return len(args["old_items"])
'''

RULES = """\
@id("swap.who")
permit (principal in Role::"virtual_agent", action == Action::"depot.swap", resource);

@id("look.who")
permit (principal in Role::"virtual_agent", action == Action::"depot.look", resource);

@id("swap.available") @reason("An item is not there.")
forbid (principal, action == Action::"depot.swap", resource) unless { context.facts.all_available };

@id("swap.banned") @reason("Item 9999 is not swapped.")
forbid (principal, action == Action::"depot.swap", resource) when { context.args.new_items.contains("9999") };

@id("swap.near") @reason("Not to that zip.")
forbid (principal, action == Action::"depot.swap", resource)
when { context.args has address && context.args.address.zip == "00000" };

@id("swap.plan") @reason("Only with a gold plan.")
forbid (principal, action == Action::"depot.swap", resource) unless { context.facts.plan == "gold" };

@id("swap.dear") @reason("One of them is too dear, or the order is held.")
forbid (principal, action == Action::"depot.swap", resource)
when { context.facts.prices.contains("dear") || resource.labels.contains("held") };
"""

_STRING = {"schema": {"type": "string"}}
DOCUMENT: dict[str, Any] = {
    "openapi": "3.1.0",
    "info": {"title": "Depot", "version": "1"},
    "servers": [{"url": "https://depot.example"}],
    "paths": {
        "/orders/{order_id}": {
            "parameters": [{"name": "order_id", "in": "path", "required": True, **_STRING}],
            "get": {"operationId": "getOrder", "responses": {}},
            "post": {"operationId": "swap", "requestBody": {"content": {"application/json": {"schema": {}}}}},
        },
        "/variants": {
            "get": {
                "operationId": "getVariants",
                "parameters": [{"name": "ids", "in": "query", **_STRING}, {"name": "who", "in": "query", **_STRING}],
                "responses": {},
            }
        },
        "/customers/{customer_id}": {"get": {"operationId": "getCustomer", "responses": {}}},
    },
}


def depot_files() -> dict[str, str]:
    """The texts by path."""
    return {
        "connectors/depot/manifest.yaml": MANIFEST,
        "connectors/depot/facts.py": FACTS,
        "connectors/depot/openapi.json": json.dumps(DOCUMENT, indent=1),
        "policies/depot.cedar": RULES,
    }


def depot(**more: Any) -> Bundle:
    """The depot's definitions; ``more`` replaces keys of the action ``swap``."""
    files = depot_files()
    if more:
        manifest = yaml.safe_load(MANIFEST)
        manifest["actions"]["swap"].update(more)
        files["connectors/depot/manifest.yaml"] = yaml.safe_dump(manifest, sort_keys=False)
    return load_bundle(files, "r1")
