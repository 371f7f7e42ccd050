"""Do the demo's rules hold what its story promises, and is each of them needed?"""

from __future__ import annotations

from pathlib import Path

from interlock.control.cases import failures, read_cases
from interlock.control.proving import knock_out, verdict_table
from tests.control.given import DEMO, demo, demo_files

GOLDEN = Path(__file__).parent / "golden" / "verdicts.txt"


def test_every_case_of_the_demo_holds() -> None:
    assert [str(each) for each in failures(read_cases(demo_files(), demo()), demo())] == []


def test_every_rule_of_the_demo_is_needed_by_a_case() -> None:
    assert knock_out(read_cases(demo_files(), demo()), demo()) == []


def test_a_rule_that_no_case_needs_is_named() -> None:
    cases = [each for each in read_cases(demo_files(), demo()) if "25.01" not in each.name]
    small = [
        each for each in cases if "amount" not in each.proposed.args or each.proposed.args["amount"]["amount"] < 2500
    ]
    assert "refund.code" in knock_out(small, demo())


def test_the_verdict_table_is_the_one_that_was_agreed() -> None:
    table = verdict_table(read_cases(demo_files(), demo()), demo())
    assert table == GOLDEN.read_text("utf-8"), "see what changed; if it is meant, write the new table to " + str(GOLDEN)


def test_the_connectors_speak_of_the_document_that_the_shop_serves() -> None:
    served = (DEMO.parent / "shop" / "openapi.json").read_text("utf-8")
    for name in ("shop", "mail"):
        assert (DEMO / "connectors" / name / "openapi.json").read_text("utf-8") == served
    carrier = (DEMO.parent / "shop" / "carrier.json").read_text("utf-8")
    assert (DEMO / "connectors" / "carrier" / "openapi.json").read_text("utf-8") == carrier


def test_a_stranger_s_order_and_one_that_does_not_exist_sound_the_same_in_every_rule_about_them() -> None:
    said = {
        rule.customer_reason
        for rule in demo().rules
        if rule.looks_at("resource.owner") or rule.looks_at("resource.exists")
        if rule.applies_to("shop.refund_item") or rule.applies_to("shop.get_order")
    }
    assert said == {"I cannot find that order under your name."}
