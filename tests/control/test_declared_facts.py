"""What is a judgement made on: lists and records, further reads, facts of the customer, and how old they are?"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import msgspec
import pytest

from interlock.connectors.operations import read_api
from interlock.control import Bundle, Met, Past, ResourceRead, assemble, compute, judge, load_bundle
from interlock.control.actions import all_args, request_of, visible_fields
from interlock.control.approvals_document import facts_shown
from interlock.control.facts import NEVER_S
from interlock.control.proposing import propose_action
from interlock.control.readings import KnownFact, read_requests, records_of
from interlock.kernel.documents import DefinitionError
from interlock.kernel.errors import Refused
from interlock.vocabulary.channels import Principal
from interlock.vocabulary.ids import CustomerId
from interlock.vocabulary.proposals import ActionProposed, ProposalJudged, ProposeAction
from tests.control.given import EVA, MATCHED, NOW, PR, SETTINGS, STARTED, I, decide, known, proposed
from tests.control.warehouse import FACTS, MANIFEST, depot, depot_files

DEPOT = depot()
SWAP = DEPOT.action("depot.swap")
ARGS: dict[str, Any] = {"order_id": "o-1", "old_items": ["1111"], "new_items": ["2222"]}
ORDER = {"customer_id": EVA, "labels": ["gift"]}
VARIANTS = {"variants": {"2222": {"available": True, "price": "12"}, "3333": {"available": False, "price": "dear"}}}


def swap(**args: Any) -> ActionProposed:
    return proposed(action="depot.swap", args=ARGS | args, bundle=DEPOT)


def plan(value: Any = "gold", *, age_s: float = 0, failure: str = "") -> KnownFact:
    return KnownFact(fact=DEPOT.customer_facts["plan"], at=NOW - timedelta(seconds=age_s), value=value, failure=failure)


def judged(
    of: ActionProposed,
    *facts: KnownFact,
    variants: dict[str, Any] | None = None,
    failure: str = "",
    customer: CustomerId = EVA,
    order: dict[str, Any] = ORDER,
    bundle: Bundle = DEPOT,
) -> ProposalJudged:
    action = bundle.action(of.action)
    reads = {"variants": ResourceRead(at=NOW, record=None if failure else variants or VARIANTS, failure=failure)}
    computed = compute(action, order, all_args(of.args, of.private_args), reads)
    read = ResourceRead(at=NOW, record=order)
    who = known(customer=customer)
    given = assemble(action, of, who, read, NOW, computed=computed, reads=reads, of_customer=facts or (plan(),))
    return judge(bundle, of, given, Met(), Past(), NOW)


def because(judgement: ProposalJudged) -> list[str]:
    return [each.rule for each in judgement.rulings]


def test_a_list_is_frozen_in_its_order_and_is_a_set_to_a_rule() -> None:
    two = swap(new_items=["2222", "9999"])
    assert two.args["new_items"] == ["2222", "9999"]
    assert two.args_hash != swap(new_items=["9999", "2222"]).args_hash
    variants = {"variants": {name: {"available": True, "price": "1"} for name in ("2222", "9999")}}
    assert because(judged(two, variants=variants)) == ["swap.banned"]


def test_a_record_is_one_argument_personal_as_a_whole_and_rules_look_into_it() -> None:
    moved = swap(address={"street": "Storgatan 1", "zip": "00000"})
    assert "address" not in moved.args
    assert moved.private_args == {"address": {"street": "Storgatan 1", "zip": "00000"}}
    answer = judged(moved)
    assert because(answer) == ["swap.near"]
    assert "Storgatan" not in str(answer.facts)


def test_a_request_leaves_out_what_is_not_given_of_a_record() -> None:
    of = swap(address={"street": "Storgatan 1", "zip": "11826"})
    sent = request_of(SWAP, all_args(of.args, of.private_args), PR)
    assert sent == ARGS | {"zip": "11826"}
    assert request_of(SWAP, ARGS, PR) == ARGS


@pytest.mark.parametrize(
    ("args", "mend"),
    [
        ({"old_items": []}, "'old_items' has 0 items; write a list of 1 to 3 items, each of them it like 1234"),
        ({"old_items": ["1111"] * 4}, "'old_items' has 4 items"),
        ({"old_items": "1111"}, "'old_items' does not fit; write a list"),
        ({"old_items": ["1111", 7]}, "'old_items[]' does not fit; write it like 1234"),
        ({"old_items": [["1111"]]}, "'old_items[]' does not fit"),
        ({"address": "Storgatan 1"}, "'address' does not fit; write a mapping of street, zip, door"),
        ({"address": {"street": "x"}}, "'address.zip' is missing; write an identifier"),
        ({"address": {"street": "x", "zip": "1", "zpi": "2"}}, "'address' has no argument 'zpi'; did you mean 'zip'?"),
        ({"days": 0}, "'days' is out of bounds; write a whole number of days from 1 to 30"),
        ({"days": -5}, "a whole number of days"),
    ],
)
def test_what_does_not_fit_a_list_a_record_or_a_unit_is_told_with_its_place(args: dict[str, Any], mend: str) -> None:
    with pytest.raises(Refused) as refused:
        SWAP.check(ARGS | args)
    assert mend in refused.value.reason


def test_further_reads_are_asked_by_the_arguments_and_the_customer() -> None:
    assert read_requests(SWAP, swap(), EVA) == {"variants": ("getVariants", {"ids": ["2222"], "who": EVA}, "")}
    assert read_requests(SWAP, swap(), CustomerId("")) == {}


def depot_with(who: str) -> Bundle:
    """The depot with another template for one parameter of its further read."""
    text = MANIFEST.replace('who: "{customer}" }', f'who: "{who}" }}')
    return load_bundle(depot_files() | {"connectors/depot/manifest.yaml": text}, "r2")


def test_a_read_that_names_something_of_the_resource_waits_for_it() -> None:
    action, record = depot_with("{order.buyer.id}").action("depot.swap"), {"buyer": {"id": "b-7"}}
    assert read_requests(action, swap(), EVA) == {}
    assert read_requests(action, swap(), EVA, record) == {
        "variants": ("getVariants", {"ids": ["2222"], "who": "b-7"}, "")
    }
    assert read_requests(action, swap(), EVA, {"buyer": {}})["variants"].failure == (
        "there is no 'order.buyer.id' in what was read"
    )


def test_a_read_names_no_resource_that_the_action_does_not_touch() -> None:
    with pytest.raises(DefinitionError, match=r"'parcel.id' is not known here"):
        depot_with("{parcel.id}")


def test_a_function_gets_none_for_a_read_that_was_not_asked() -> None:
    assert records_of(SWAP, {}) == {"variants": None}


def test_functions_see_what_was_read_and_it_is_recorded_with_its_source_and_age() -> None:
    answer = judged(swap())
    assert answer.verdict == "allowed"
    assert answer.says == "Swap 1 items"
    assert answer.facts["facts"] == {"all_available": True, "prices": ["12"], "count": 1, "plan": "gold"}
    assert answer.facts["sources"]["variants"] == {
        "operation": "depot.getVariants",
        "at": "2026-03-02T10:00:00Z",
        "age_s": 0,
    }
    assert because(judged(swap(new_items=["3333"]))) == ["swap.available", "swap.dear"]
    assert because(judged(swap(), order=ORDER | {"labels": ["held"]})) == ["swap.dear"]


def test_a_read_that_fails_is_a_denial_that_names_the_facts_which_need_it() -> None:
    answer = judged(swap(), failure="depot did not answer: it was not reached")
    assert answer.verdict == "denied"
    told = {each.reason for each in answer.rulings if each.rule == "fact-missing"}
    why = "could not be established: 'variants' was not read: depot did not answer: it was not reached."
    assert told == {f"'all_available' {why}", f"'prices' {why}"}


def test_a_function_that_raises_is_a_denial_without_its_message() -> None:
    answer = judged(swap(), variants={"variants": {"secret": 1}})
    reasons = [each.reason for each in answer.rulings if each.rule == "fact-missing"]
    assert reasons[0] == "'all_available' could not be established: its function raised KeyError."
    assert "2222" not in str(reasons)


def test_a_fact_that_was_not_computed_is_missing() -> None:
    facts = assemble(SWAP, swap(), known(), ResourceRead(at=NOW, record=ORDER), NOW, of_customer=(plan(),))
    assert facts.missing["count"] == "it was not computed"


def test_only_the_facts_of_the_customer_that_the_rules_look_at_are_needed() -> None:
    assert [each.spec.name for each in DEPOT.customer_facts_of("depot.swap")] == ["plan"]
    assert DEPOT.customer_facts_of("depot.look") == ()
    assert because(judged(swap(), plan("basic"))) == ["swap.plan"]


@pytest.mark.parametrize(
    ("fact", "why"),
    [
        (
            plan(age_s=420, failure="depot did not answer: no"),
            "it is stale: read 420 s ago, and depot did not answer: no",
        ),
        (plan(None, failure="there is no 'contract.plan' in depot"), "there is no 'contract.plan' in depot"),
        (plan(7), "it is int and should be text"),
    ],
)
def test_a_fact_of_the_customer_that_is_stale_missing_or_wrong_is_a_denial_that_says_so(
    fact: KnownFact, why: str
) -> None:
    answer = judged(swap(), fact)
    assert answer.verdict == "denied"
    assert f"'plan' could not be established: {why}." in [each.reason for each in answer.rulings]


def test_without_a_customer_nothing_is_known_of_him() -> None:
    nobody = msgspec.structs.replace(swap(), customer=CustomerId(""))
    answer = judged(nobody, customer=CustomerId(""))
    assert "'plan' could not be established: no customer is known." in [each.reason for each in answer.rulings]


def test_the_age_of_what_is_known_of_the_customer_is_shown_to_whoever_approves() -> None:
    answer = judged(swap(), plan(age_s=42))
    lines = {line["name"]: line for line in facts_shown(answer.facts, SWAP, {})}
    assert lines["plan"] == {"name": "plan", "value": "gold", "age_s": 42}


def test_what_was_done_before_is_shown_to_whoever_approves_and_when_sums_were_taken() -> None:
    step = {"done": True, "count": 2, "age_s": 90, "running": True}
    never = {"done": False, "count": 0, "age_s": NEVER_S, "running": False}
    facts = {"ledger": {"swaps": 3}, "steps": {"sent_back": step, "told": never}}
    assert facts_shown(facts, SWAP, {}) == [
        {"name": "swaps", "value": 3, "age_s": 0},
        {"name": "sent_back", "value": "done 2 times, and under way now", "step": True, "age_s": 90},
        {"name": "told", "value": "not done", "step": True, "age_s": None},
    ]


def test_an_answer_is_seen_by_purpose_and_role() -> None:
    look = DEPOT.action("depot.look")
    answer = {"status": "sent", "buyer": {"name": "Eva", "email": "eva@example.com"}, "total": 7}
    assert look.purposes == ("service", "billing")
    assert visible_fields(look, answer, "", ("virtual_agent",)) == {"status": "sent"}
    assert visible_fields(look, answer, "service", ("agent",)) == {"status": "sent", "buyer": {"name": "Eva"}}
    assert visible_fields(look, answer, "billing", ("customer",)) == {"status": "sent", "total": 7}
    assert visible_fields(look, answer, "service", ("customer",)) == {}
    assert visible_fields(look, answer, "curiosity", ("agent",)) == {}


def test_a_proposal_names_one_of_the_action_s_purposes() -> None:
    def propose(purpose: str) -> ActionProposed:
        who = Principal("system", "interlock", ("system",))
        command = ProposeAction(
            proposal=PR, interaction=I, principal=who, action="depot.look", args={"order_id": "o-1"}, purpose=purpose
        )
        (event,) = decide(propose_action(DEPOT, SETTINGS), command, [STARTED, MATCHED])
        assert isinstance(event, ActionProposed)
        return event

    assert propose("").purpose == "service"
    assert propose("billing").purpose == "billing"
    with pytest.raises(Refused, match="service, billing"):
        propose("marketing")


def test_only_an_action_that_says_so_is_prepared_for_a_person() -> None:
    def with_rule(action: str) -> Bundle:
        head = f'forbid (principal, action == Action::"{action}", resource)'
        rule = f'@id("zz.sent") @remedy("draft") @reason("A person sends it.")\n{head} unless {{ context.met.draft }};'
        return load_bundle(depot_files() | {"policies/zz.cedar": rule}, "r2")

    assert with_rule("depot.swap").action("depot.swap").draft
    with pytest.raises(DefinitionError, match=r"zz\.cedar:1:\d+: 'zz\.sent' has depot\.look prepared .* 'draft: true'"):
        with_rule("depot.look")


@pytest.mark.parametrize(
    ("old", "new", "what", "mend"),
    [
        ("list: item_id, most: 3", "list: item_idd, most: 3", "no type 'item_idd'", "did you mean 'item_id'?"),
        ("list: item_id, most: 3", "list: boolean, most: 3", "a list of 'boolean'", "a list of identifiers"),
        ("least: 1, most: 3", "least: 3, most: 1", "smaller than 'least'", "exchange"),
        ("least: 1, most: 3", "least: 1", "missing key 'most'", "most"),
        ("minimum: 1, maximum: 30, unit: days", "maximum: 30", "'days' has no minimum", "minimum: 1"),
        ("minimum: 1, maximum: 30", "minimum: 31, maximum: 30", "smaller than the minimum", "exchange"),
        ("zip: { type: identifier }", "zip: { type: identifer }", "no type 'identifer'", "'identifier'"),
        ("ids: \"{new_items}\"", "ids: \"{new_itms}\"", "'new_itms' is not known here", "did you mean 'new_items'?"),
        ("operation: getVariants", "operation: getVariant", "no operation 'getVariant'", "getVariants"),
        ("prices: texts", "prices: text_s", "text_s", "texts"),
        ("service: { virtual_agent", "service: { virtual_agnt", "no role 'virtual_agnt'", "virtual_agent"),
        ("[status, buyer.name]", "[buyer, buyer.name]", "named as a whole and in parts", "keep one"),
        ("      service: {", "      sales: {", "none for the purpose of this action", "sales, billing"),
        ('{ customer_id: "{customer}" }, path', '{ customer_id: "{order_id}" }, path', "'order_id' is not known", "customer"),
        ('{ customer_id: "{customer}" }, path', '{ customer_id: "c-1" }, path', "nothing of the customer's", "{customer}"),
        ("plan: { read: getCustomer", "plan: { read: getCustomr", "no operation 'getCustomr'", "getCustomer"),
        ("path: contract.plan, fresh: 5m", "path: contract.plan, fresh: 5", "no duration", "5m"),
        ("  credit:", "  count:", "an action has a fact 'count', too", "rename"),
    ],
)  # fmt: skip
def test_a_manifest_with_a_mistake_is_told_by_file_line_and_what_to_write(
    old: str, new: str, what: str, mend: str
) -> None:
    line = 1 + MANIFEST[: MANIFEST.index(old)].count("\n")
    with pytest.raises(DefinitionError) as found:
        load_bundle(depot_files() | {"connectors/depot/manifest.yaml": MANIFEST.replace(old, new, 1)}, "r2")
    told = [str(each) for each in found.value.problems if what in str(each)]
    assert told, str(found.value)
    assert told[0].startswith(f"connectors/depot/manifest.yaml:{line}:"), told
    assert mend in told[0], told


def test_a_read_has_to_name_the_fields_that_may_be_seen() -> None:
    text = MANIFEST[: MANIFEST.index("    fields:\n")]
    with pytest.raises(DefinitionError, match="a read names the fields that may be seen"):
        load_bundle(depot_files() | {"connectors/depot/manifest.yaml": text}, "r2")


def test_what_nobody_uses_or_could_send_is_told() -> None:
    with pytest.raises(DefinitionError, match="nothing makes use of these reads"):
        depot(facts={"count": "integer"}, says="Swap")
    drafted = MANIFEST.replace("    effect: read\n", "    effect: read\n    draft: true\n")
    with pytest.raises(DefinitionError, match="a read is never prepared"):
        load_bundle(depot_files() | {"connectors/depot/manifest.yaml": drafted}, "r2")


def test_a_fact_of_the_customer_has_a_name_of_its_own_in_all_connectors() -> None:
    files = depot_files()
    other = {
        "connectors/crm/manifest.yaml": MANIFEST.replace("connector: depot", "connector: crm")
        .replace("  order:\n    read", "  crm_order:\n    read")
        .replace("resource: order", "resource: crm_order"),
        "connectors/crm/facts.py": FACTS,
        "connectors/crm/openapi.json": files["connectors/depot/openapi.json"],
    }
    with pytest.raises(DefinitionError, match="'plan' here, and one of the customer in the connector"):
        load_bundle(files | other, "r2")


def test_functions_take_two_or_three_parameters() -> None:
    broken = FACTS.replace("def count(order, args):", "def count(order):")
    with pytest.raises(DefinitionError, match=r"facts.py:\d+:1: 'count' takes other parameters"):
        load_bundle(depot_files() | {"connectors/depot/facts.py": broken}, "r2")


def test_the_operations_of_reads_and_facts_are_checked_against_the_document() -> None:
    connector = DEPOT.connectors["depot"]
    read_api(connector)
    lacking = MANIFEST.replace('who: "{customer}"', 'whom: "{customer}"')
    bundle = load_bundle(depot_files() | {"connectors/depot/manifest.yaml": lacking}, "r2")
    with pytest.raises(DefinitionError, match=r"the read variants of depot\.swap gives 'whom'"):
        read_api(bundle.connectors["depot"])
