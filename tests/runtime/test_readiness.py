"""Does readiness say what a journey calls, what happens when that fails, and what is missing, from the definitions alone?"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from interlock.governance.signoffs import version_of
from interlock.journeys.courses import kind_of, text_of
from interlock.kernel.documents import DefinitionError
from interlock.kernel.errors import Refused
from interlock.runtime.definitions import check, read_folder
from interlock.runtime.readiness import Call, Readiness, readiness
from tests.runtime.small_centre import small_centre

NOW = datetime(2026, 11, 27, 9, tzinfo=UTC)
DEMO = Path(__file__).parents[2] / "examples" / "demo"
MANIFEST, RULES, JOURNEY = "connectors/till/manifest.yaml", "policies/till.cedar", "journeys/pay.yaml"

LIMIT = '@id("pay.limit")'
CODE = """\
@id("pay.code") @reason("A code first.") @remedy("step_up:2")
forbid (principal, action == Action::"till.pay", resource)
unless { context.met.step_up >= 2 };

"""


def signed(files: dict[str, str]) -> dict[str, str]:
    """The same with a sign-off of the journey as it is, for both."""
    lines = [
        f"  - {{ journey: pay, role: {role}, who: Sofia, date: 2026-11-20, version: {version_of(files[JOURNEY])} }}"
        for role in ("business", "it")
    ]
    return {**files, "signoffs.yaml": "\n".join(["signoffs:", *lines, ""])}


def changed(*changes: tuple[str, str, str], sign: bool = True) -> Readiness:
    """The readiness of ``pay`` after some texts were replaced: (file, old, new)."""
    files = small_centre()
    for file, old, new in changes:
        assert files[file].count(old) >= 1, f"{file} has no {old!r}"
        files[file] = files[file].replace(old, new)
    files = signed(files) if sign else files
    return readiness(check(files), files, "pay", NOW)


def missing(found: Readiness) -> set[tuple[str, str, str]]:
    return {(each.level, each.kind, each.about) for each in found.missing}


def call(found: Readiness, action: str) -> Call:
    return next(each for each in found.calls if each.action.action == action)


def test_a_journey_with_nothing_missing_is_ready() -> None:
    found = changed()
    assert (found.verdict, missing(found)) == ("ready", set())
    assert [(each.path, each.action.action, each.action.verdict) for each in found.calls] == [
        ("0", "till.match", "safe"),
        ("2", "till.receipt", "safe"),
        ("3", "till.pay", "safe"),
    ]


@pytest.mark.parametrize(
    ("change", "finding", "verdict"),
    [
        ((MANIFEST, "    undo: take_back\n", ""), ("gap", "no_undo", "till.pay"), "ready with gaps"),
        (
            (MANIFEST, "    lookup: { operation: look, with: { reference: \"{proposal}\" }, answer: payments.0 }\n", ""),
            ("note", "no_lookup", "till.pay"),
            "ready",
        ),
        (
            (MANIFEST, "    idempotency: Key\n    lookup", "    lookup"),
            ("gap", "no_idempotency", "till.pay"),
            "ready with gaps",
        ),
        (("connectors/till/openapi.json", "/health", "/about"), ("gap", "no_health_check", "till"), "ready with gaps"),
        (("breakers.yaml", "connectors:\n  till:", "journeys:\n  pay:"), ("note", "no_own_breaker", "till"), "ready"),
        (
            (RULES, '@id("pay.who")', '@id("pay.who") @expires("2026-11-26")'),
            ("blocker", "not_permitted", "till.pay"),
            "not ready",
        ),
        (
            (JOURNEY, "  - verify: { level: 1, by: number }\n", ""),
            ("blocker", "always_denied", "till.receipt"),
            "not ready",
        ),
    ],
)  # fmt: skip
def test_what_is_taken_away_is_found_missing(
    change: tuple[str, str, str], finding: tuple[str, str, str], verdict: str
) -> None:
    found = changed(change)
    assert missing(found) == {finding}
    assert found.verdict == verdict


def test_an_endpoint_with_neither_key_nor_look_up_is_unsafe() -> None:
    whole = (
        '    idempotency: Key\n    lookup: { operation: look, with: { reference: "{proposal}" }, answer: payments.0 }\n'
    )
    found = changed((MANIFEST, whole, ""))
    assert ("blocker", "unsafe", "till.pay") in missing(found)
    assert (call(found, "till.pay").action.verdict, found.verdict) == ("unsafe", "not ready")


def test_what_rules_ask_for_is_told_as_always_or_in_some_cases_and_never_for_other_roles() -> None:
    found = changed((RULES, LIMIT, CODE.replace("unless", "when { context.args.amount > 2500 } unless") + LIMIT))
    demands = {each.rule: each for each in call(found, "till.pay").action.demands}
    assert demands.keys() == {"pay.code", "default.till.pay.confirm"}, "the agent's approval is not the program's"
    assert (demands["pay.code"].always, demands["pay.code"].level) == (False, 2)
    assert demands["default.till.pay.confirm"].always


def test_an_action_that_a_person_always_decides_says_so() -> None:
    found = changed((RULES, 'forbid (principal in Role::"agent", action', "forbid (principal, action"))
    assert call(found, "till.pay").action.verdict == "with a person"
    assert call(changed(), "till.pay").action.verdict == "safe"


def test_limits_are_told_with_the_rules_that_hold_them() -> None:
    (limit,) = call(changed(), "till.pay").action.limits
    assert (limit.ledger, limit.window, limit.rules) == ("paid", "within 1d", ("pay.limit",))


def test_where_identity_is_established_is_told_for_each_action() -> None:
    found = changed()
    assert (call(found, "till.match").level, call(found, "till.match").verified) == (0, ())
    receipt = call(found, "till.receipt")
    assert (receipt.level, receipt.demanded) == (1, 1)
    assert [(each.path, each.by) for each in receipt.verified] == [("0", "number")]


def test_a_check_that_only_one_way_passes_establishes_nothing() -> None:
    inside = '  - ask: number\n  - when: number == "A-1042"\n    then:\n      - verify: { level: 1, by: number }\n'
    found = changed((JOURNEY, "  - verify: { level: 1, by: number }\n  - ask: number\n", inside))
    assert call(found, "till.receipt").level == 0
    assert ("blocker", "always_denied", "till.receipt") in missing(found)


KNOWN = """\
journey: known
title: Find out who it is
about: who you are
slots:
  number: { type: order_number, pattern: "A-####", ask: "Which number?" }
steps:
  - verify: { level: 1, by: number }
  - end: known
    gives: {}
"""


def calling(known: str) -> Readiness:
    """The readiness of ``pay`` where another journey finds out who it is."""
    files = small_centre() | {"journeys/known.yaml": known}
    files[JOURNEY] = files[JOURNEY].replace("  - verify: { level: 1, by: number }\n", "  - call: known\n")
    files = signed(files)
    return readiness(check(files), files, "pay", NOW)


def test_a_journey_that_is_called_establishes_what_it_does_on_each_way_back() -> None:
    found = calling(KNOWN)
    receipt = call(found, "till.receipt")
    assert (receipt.level, [(each.path, each.by) for each in receipt.verified]) == (1, [("0", "known")])
    assert [(each.journey, each.verdict) for each in found.parts] == [("known", "ready with gaps")]
    assert missing(found) == {("gap", "part", "known")}, "nobody has signed the part off"
    assert found.called == ("till.receipt", "till.pay", "till.match"), "what the other one calls is called, too"
    assert "find" in {each.operation for each in found.systems[0].operations}
    (told,) = [each for each in found.failures if each.path == "0"]
    ends = {each.name: each.ends for each in told.branches}
    assert ends == {"unavailable": ("end: unavailable",), "nobody": ("end: nobody",)}, "its ends are this one's"
    around = KNOWN.replace(
        "  - verify:", '  - when: tenant.title == "Small"\n    then: [{ end: known, gives: {} }]\n  - verify:'
    )
    assert call(calling(around), "till.receipt").level == 0


def test_a_wait_is_told_with_what_it_waits_for() -> None:
    files = small_centre()
    files[JOURNEY] = files[JOURNEY].replace("  - ask: number\n", "  - wait: 2h\n    open: true\n  - ask: number\n")
    step = check(files).journeys.journeys["pay"].steps["1"]
    assert (kind_of(step), text_of(step)) == ("wait", "2h within business hours")


def test_systems_are_told_with_what_is_read_and_written_and_what_for() -> None:
    (till,) = changed().systems
    used = {each.operation: (each.effect, each.why) for each in till.operations}
    assert used == {
        "find": ("read", ("carries out till.match",)),
        "read": ("read", ("carries out till.receipt",)),
        "pay": ("write", ("carries out till.pay",)),
        "look": ("read", ("finds out what became of till.pay",)),
    }
    assert (till.health, till.owner, till.own_breaker) == ("/health", "the cashiers", True)


def test_a_rule_that_asks_for_a_code_brings_the_sending_of_codes_in() -> None:
    (till,) = changed((RULES, LIMIT, CODE + LIMIT)).systems
    assert ("send", "write") in {(each.operation, each.effect) for each in till.operations}


def test_each_way_to_fail_says_whose_branch_it_is_what_is_heard_and_how_it_ends() -> None:
    failures = {each.path: {one.name: one for one in each.branches} for each in changed().failures}
    assert failures.keys() >= {"0", "2", "3"} and "1" not in failures
    own, default = failures["3"]["failed"], failures["3"]["unavailable"]
    assert (own.default, own.says, own.ends) == (False, ("That did not work.",), ("hand over: care",))
    assert (default.default, default.says, default.ends) == (True, ("The till is down.",), ("end: unavailable",))
    assert failures["3"]["approval_pending"].ends == ("goes on waiting",)
    assert failures["0"]["verification_failed"].ends == ("hand over: care",)


def test_what_is_never_reached_is_not_told() -> None:
    reached = {each.path for each in changed().failures}
    assert "default.no_match.0" in reached, "a verify step asks"
    inside = "  - verify: { level: 1, by: number }\n  - ask: number\n"
    found = changed((JOURNEY, inside, "  - say: Hello.\n"), (JOURNEY, 'number: "{number}"', "number: A-1042"))
    assert "default.no_match.0" not in {each.path for each in found.failures}


def test_a_sign_off_is_missing_then_there_and_outdated_after_a_change() -> None:
    assert {each.standing for each in changed(sign=False).signoffs} == {"missing"}
    assert {each.standing for each in changed().signoffs} == {"signed"}
    files = signed(small_centre())
    files[JOURNEY] = files[JOURNEY].replace("That did not work.", "That has not worked.")
    found = readiness(check(files), files, "pay", NOW)
    assert {(each.standing, each.who) for each in found.signoffs} == {("outdated", "Sofia")}
    assert missing(found) == {("gap", "signoff_outdated", "business"), ("gap", "signoff_outdated", "it")}


def test_a_sign_off_of_a_journey_that_is_not_there_is_refused_like_every_mistake() -> None:
    files = signed(small_centre())
    files["signoffs.yaml"] = files["signoffs.yaml"].replace("journey: pay", "journey: pai")
    with pytest.raises(DefinitionError, match=r"signoffs.yaml:2:\d+: there is no journey 'pai'"):
        check(files)


def test_a_name_that_is_not_there_is_told_with_the_one_that_may_be_meant() -> None:
    files = small_centre()
    with pytest.raises(Refused, match="did you mean 'pay'"):
        readiness(check(files), files, "payy", NOW)


def test_every_journey_of_the_demo_can_be_told() -> None:
    files = read_folder(DEMO)
    read = check(files)
    found = {name: readiness(read, files, name, NOW) for name in read.journeys.journeys}
    assert not [each for one in found.values() for each in one.missing if each.level == "blocker"]
    refund = call(found["damaged_item"], "shop.refund_item")
    assert (refund.level, refund.demanded, refund.action.risk) == (1, 2, "medium")
    assert {each.remedy for each in refund.action.demands if each.always} == {"", "confirm"}
