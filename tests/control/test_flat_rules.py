"""Rules in their flat form say what they say as written."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from interlock.control.flat_rules import flat_rules
from interlock.control.policies import ActionPolicies, Answer, Request, RuleSet, policies_for
from interlock.control.rules import read_rules

ACTION = "shop.refund"
PERMIT = '@id("permitted") permit (principal in Role::"bot", action == Action::"shop.refund", resource);'
CONDITIONS = (
    "when { context.args.amount > context.facts.left }",
    "unless { resource.owner == context.customer }",
    'when { context.args has note && context.args.note like "*now*" }',
    "when { context.facts has plan && context.facts.plan.level > 2 }",
    "when { context.facts has plan && context.facts.plan has ends && context.facts.plan.ends < 10 }",
    "when { context has steps.weighed && context.steps.weighed.done }",
    "when { context.steps.weighed has age_s && context.steps.weighed.age_s > 60 }",
    'when { context.args.items.contains("x") || context.args.items == ["y"] }',
    "when { resource has closed && resource.closed }",
    'when { {".": context.args.amount, "has": 1, "Var": 2}["."] == 7 }',
    'when { principal.kind == "bot" && context.args.amount + 9223372036854775800 > 0 }',
    'when { (if resource.owner == "c-1" then context.facts else context.args).left == 7 }',
    'when { resource is Order && action == Action::"shop.refund" && context.args.items == [] }',
)


def _policies(*conditions: str) -> ActionPolicies:
    forbids = [
        f'@id("no-{number}") @reason("No.") forbid (principal, action == Action::"{ACTION}", resource) {condition};'
        for number, condition in enumerate(conditions)
    ]
    rules, problems = read_rules({"rules.cedar": "\n".join([PERMIT, *forbids])}, [ACTION], ["bot"])
    assert not problems
    return policies_for(ACTION, rules)


def _as_written(policies: ActionPolicies) -> ActionPolicies:
    def plain(rules: RuleSet) -> RuleSet:
        return replace(rules, flat=None)

    return replace(
        policies, enforced=plain(policies.enforced), granting=plain(policies.granting), shadow=plain(policies.shadow)
    )


def _request(context: dict[str, Any], resource: dict[str, Any]) -> Request:
    return Request(
        {"type": "Principal", "id": "vera"},
        {"type": "Action", "id": ACTION},
        {"type": "Order", "id": "o-1"},
        context,
        {"kind": "bot"},
        resource,
        ("bot",),
    )


def _requests() -> Iterator[Request]:
    args = [
        {"amount": 7, "items": ["x"]},
        {"amount": 8, "items": ["y"], "note": "do it now"},
        {"amount": 9, "items": "x", "note": 3, "left": 7},
        {"items": []},
    ]
    facts: list[Any] = [
        {"left": 7},
        {"left": 8, "plan": {"level": 3}},
        {"left": 8, "plan": {"level": 1, "ends": 5}},
        {"plan": "gold"},
        "nothing",
    ]
    steps: list[Any] = [{}, {"weighed": {"done": True, "age_s": 61}}, {"weighed": {"done": False}}, None]
    resources: list[dict[str, Any]] = [{"owner": "c-1"}, {"owner": "c-2", "closed": True}, {"closed": "no"}]
    for one, fact, step, resource in itertools.product(args, facts, steps, resources):
        context = {"customer": "c-1", "args": one, "facts": fact}
        yield _request(context if step is None else {**context, "steps": step}, resource)


def _told(answer: Answer) -> tuple[Any, ...]:
    ids = [tuple(rule.id for rule in rules) for rules in (answer.permits, answer.forbids, answer.shadow)]
    return (*ids, sorted(answer.errors), answer.shadow_errors)


@pytest.mark.parametrize("condition", CONDITIONS)
def test_a_rule_says_the_same_flat_and_as_written_also_where_it_fails(condition: str) -> None:
    policies = _policies(condition)
    written = _as_written(policies)
    told = [_told(policies.ask(request)) for request in _requests()]
    assert told == [_told(written.ask(request)) for request in _requests()]
    assert len(set(map(str, told))) > 1, "it says the same whatever it is asked"


def test_rules_that_are_asked_together_say_the_same_flat_and_as_written() -> None:
    policies = _policies(*CONDITIONS[:10])
    assert policies.enforced.flat is not None
    written = _as_written(policies)
    for request in _requests():
        assert _told(policies.ask(request)) == _told(written.ask(request))


def test_flat_rules_are_given_each_path_as_one_name_and_nothing_that_no_rule_looks_at() -> None:
    flat = _policies(*CONDITIONS[:4]).enforced.flat
    assert flat is not None
    context = {
        "customer": "c-1",
        "channel": "chat",
        "args": {"amount": 7, "note": "a", "other": 1},
        "facts": {"left": 8},
    }
    given = flat.context(context, {"owner": "c-2", "status": "open"})
    assert given == {"customer": "c-1", "args.amount": 7, "args.note": "a", "facts.left": 8, ".owner": "c-2"}


@pytest.mark.parametrize("taken", ["context == {a: 1}", 'resource == Order::"o-1"', 'context["a.b"] == 1'])
def test_a_rule_that_takes_the_whole_or_whose_names_have_dots_is_asked_as_written(taken: str) -> None:
    assert flat_rules(f"permit (principal, action, resource) when {{ {taken} }};") is None
