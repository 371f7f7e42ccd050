"""What is said to an author whose rules, manifests, ledgers or cases have a mistake, and where?"""

from __future__ import annotations

import pytest

from interlock.control import load_bundle
from interlock.control.cases import read_cases
from interlock.control.functions import read_functions
from interlock.kernel.documents import DefinitionError
from tests.control.given import demo, demo_files

HEAD = 'forbid (principal, action == Action::"shop.refund_item", resource)'
NAMED = '@id("zz.rule") @reason("Because.")'


def problems_of(path: str, text: str) -> list[str]:
    with pytest.raises(DefinitionError) as found:
        load_bundle(demo_files() | {path: text}, "r2")
    return [str(each) for each in found.value.problems]


def rule(text: str) -> list[str]:
    return problems_of("policies/zz.cedar", text)


@pytest.mark.parametrize(
    ("text", "place", "what", "mend"),
    [
        (f'{NAMED}\n{HEAD}\nwhen {{ principal inn Role::"agent" }};', "3:18", "'inn'", "did you mean 'in'?"),
        (f"{NAMED}\n{HEAD}\nwhen {{ context.args.amount > 25.00 }};", "3:33", "decimal point", "2500 for 25.00"),
        (f'{NAMED}\n{HEAD}\nwhen {{ context.channel == "chat }};', "3:27", "quotes does not end", 'write "'),
        (f"{NAMED}\n{HEAD}\nwhen {{ context.met.confirm and true }};", "3:28", "'and'", "write '&&'"),
        (f"{NAMED}\n{HEAD}", "2:66", "does not end", "write ';'"),
        (
            f"{NAMED}\n{HEAD}\nwhen {{ true }}\n{NAMED}\n{HEAD};",
            "4:1",
            "'@'",
            "write ';' at the end of the rule before",
        ),
        (f"{NAMED}\nforbid (princpal, action, resource);", "2:9", "princpal", "did you mean 'principal'?"),
        (f'// a note\n@reason("Because.")\n{HEAD};', "2:1", "has no name", "@id("),
        (f'@id("zz.rule")\n{HEAD};', "2:1", "has no reason", "@reason("),
        (f'{NAMED} @remedy("confrim")\n{HEAD};', "1:37", "'confrim' is no remedy", '"confirm"'),
        (f'{NAMED} @remedy("step_up:3")\n{HEAD};', "1:37", "step_up:3", '"step_up:2"'),
        (f'{NAMED} @remedy("approve:supervizor")\n{HEAD};', "1:37", "supervizor", "did you mean 'approve:supervisor'?"),
        (f'{NAMED} @remdy("confirm")\n{HEAD};', "1:37", "'@remdy'", "did you mean '@remedy'?"),
        (f'{NAMED} @mode("shadwo")\n{HEAD};', "1:37", "shadwo", "enforce, shadow"),
        (f'@id("No permit") @reason("x")\n{HEAD};', "1:2", "'No permit'", "small letters"),
        (f'@id("no-permit") @reason("x")\n{HEAD};', "1:2", "'no-permit'", "such as"),
        (f'@id("refund.confirm") @reason("x")\n{HEAD};', "1:6", "two rules are called 'refund.confirm'", "rename"),
        (
            f'{NAMED}\nforbid (principal, action == Action::"shop.refund_itm", resource);',
            "2:39",
            "shop.refund_itm",
            "shop.refund_item",
        ),
        (f'{NAMED}\n{HEAD}\nwhen {{ principal in Role::"agnt" }};', "3:28", "role 'agnt'", "did you mean 'agent'?"),
        (f'{NAMED}\n{HEAD}\nwhen {{ principal in Rle::"agent" }};', "3:21", "'Rle'", "did you mean 'Role'?"),
        (f"{NAMED}\n{HEAD}\nwhen {{ context.args.amont > 2500 }};", "3:21", "args.amont", "did you mean 'amount'?"),
        (f'{NAMED}\n{HEAD}\nwhen {{ resource.ownr == "x" }};', "3:17", "ownr", "did you mean 'owner'?"),
        (f'{NAMED}\n{HEAD}\nwhen {{ context.args.amount > "2500" }};', "1:1", "does not fit", "minor units"),
        (
            f"{NAMED}\n{HEAD}\nwhen {{ context.ledger.refunds_per_custmer > 1 }};",
            "3:23",
            "refunds_per_custmer",
            "refunds_per_customer",
        ),
        (f"{NAMED}\nforbid (principal == ?principal, action, resource);", "1:1", "no slots", "leave them open"),
        (
            '@id("zz.who") @remedy("confirm")\npermit (principal, action, resource);',
            "1:16",
            "permit has no @remedy",
            "forbid",
        ),
        (f'{NAMED} @expires("2027-01-31")\n{HEAD};', "1:37", "forbid has no @expires", "permit"),
        ('@id("zz.who") @expires("31.1.2027")\npermit (principal, action, resource);', "1:16", "no day", "2027-01-31"),
        ('@id("zz.who") @expires("2027-02-30")\npermit (principal, action, resource);', "1:16", "no day", "2027-01-31"),
        (f'{NAMED} @overridable("supervizor")\n{HEAD};', "1:50", "role 'supervizor'", "did you mean 'supervisor'?"),
        (f'{NAMED} @reason("Twice.")\n{HEAD};', "1:37", "'@reason' stands twice", "keep one"),
        (f'{NAMED}\nforbid (principal, action == Role::"agent", resource);', "2:30", "this is a Role", "Action::"),
        (
            f'{NAMED}\n{HEAD}\nwhen {{ context.met.approvals.containz("x") }};',
            "3:30",
            "no method 'containz'",
            "did you mean 'contains'?",
        ),
        (f"{NAMED}\n{HEAD}\nwhen {{ amount(context) }};", "3:8", "no function 'amount'", "methods: contains"),
        (f"{NAMED}\n{HEAD}\nwhen {{ context.args.amount > 99999999999999999999 }};", "3:30", "too large", "19 digits"),
        (
            f'{NAMED}\n{HEAD}\nwhen {{ context.args.reason == "x" }};',
            "3:21",
            "'reason', which need not be there",
            "context.args has reason &&",
        ),
        (f'{NAMED} @severity("urgent")\n{HEAD};', "1:37", "'urgent' is no severity", "high, medium, low"),
    ],
)
def test_a_rule_with_a_mistake_is_told_by_file_line_and_what_to_write(
    text: str, place: str, what: str, mend: str
) -> None:
    found = rule(text)
    assert found[0].startswith(f"policies/zz.cedar:{place}: "), found
    assert what in found[0], found
    assert mend in found[0], found


@pytest.mark.parametrize(
    "condition",
    [
        "(" * 5_000 + "true" + ")" * 5_000,
        "[" * 5_000 + "]" * 5_000 + " == []",
        " && ".join(["context.met.confirm"] * 5_000),
        "if true then " * 5_000 + "true" + " else false" * 5_000,
        "context" + ".a" * 5_000,
        " && ".join(["true"] * 400),
        "(" * 59 + "true" + ")" * 59 + " && " * 300,
    ],
    ids=["brackets", "sets", "chain", "ifs", "attributes", "long", "both"],
)
def test_a_rule_that_is_too_long_or_too_deep_is_refused_before_the_parser_meets_it(condition: str) -> None:
    (found,) = rule(f"{NAMED}\n{HEAD}\nwhen {{ {condition} }};")
    assert found.startswith("policies/zz.cedar:"), found


def test_semicolons_and_comments_within_texts_do_not_end_a_rule() -> None:
    head = '// one; two\n@id("zz.rule") @reason("First; then // second.")'
    text = f'{head}\n{HEAD} // why; not\nwhen {{ context.channel == "a;b" }};'
    bundle = load_bundle(demo_files() | {"policies/zz.cedar": text}, "r2")
    (found,) = [each for each in bundle.rules if each.id == "zz.rule"]
    assert (found.reason, found.statement.line) == ("First; then // second.", 2)


def test_every_mistake_of_every_file_is_told_at_once() -> None:
    with pytest.raises(DefinitionError) as found:
        load_bundle(demo_files() | {"policies/y.cedar": f"{HEAD};", "policies/z.cedar": "permit"}, "r2")
    assert {each.file for each in found.value.problems} == {"policies/y.cedar", "policies/z.cedar"}
    assert len(found.value.problems) == 3


def shop(old: str, new: str) -> list[str]:
    path = "connectors/shop/manifest.yaml"
    text = demo_files()[path]
    assert old in text
    return problems_of(path, text.replace(old, new, 1))


@pytest.mark.parametrize(
    ("old", "new", "what", "mend"),
    [
        (
            "operation: createRefund",
            "operation: createRefnd",
            "no operation 'createRefnd'",
            "did you mean 'createRefund'?",
        ),
        ("read: getOrder", "read: readOrder", "no operation 'readOrder'", ""),
        ("order_id: order_number", "order_id: order_numbr", "no type 'order_numbr'", "did you mean 'order_number'?"),
        ("resource: order", "resource: ordr", "no resource 'ordr'", "did you mean 'order'?"),
        ("{item.name} to", "{itm.name} to", "'itm.name' is not known here", "did you mean 'item'?"),
        ("Refund {amount} for", "Refund {reason} for", "'reason' is not known here", ""),
        ("{item.name} to", "{item.name to", "no name", "{item.name}"),
        ("minimum: 0.01", "minimum: -0.01", "at least one minor unit", "0.01"),
        ("minimum: 0.01", "minimum: 0.001", "digits behind the point", "round"),
        ("maximum: 5000.00", "maximum: 0.00", "smaller than the minimum", "exchange"),
        (
            "refundable_remainder: money",
            "refundable_remaindr: money",
            "no function 'refundable_remaindr'",
            "refundable_remainder",
        ),
        ("risk: medium", "risk: middle", "'middle'", "medium"),
        ("moves: amount", "moved: amount", "unknown key 'moved'", "did you mean 'moves'?"),
        ("connector: shop", "connector: shopp", "the folder is called 'shop'", "same name"),
        ("openapi: openapi.json", "openapi: api.json", "no file connectors/shop/api.json", "OpenAPI"),
        ("owner: customer_id", "exists: customer_id", "'exists' is there by itself", "remove"),
        ('says: "Refund', 'syas: "Refund', "unknown key 'syas'", "says"),
    ],
)
def test_a_manifest_with_a_mistake_is_told_by_file_and_line(old: str, new: str, what: str, mend: str) -> None:
    found = [each for each in shop(old, new) if what in each]
    assert found, shop(old, new)
    assert found[0].startswith("connectors/shop/manifest.yaml:")
    assert mend in found[0]


@pytest.mark.parametrize(
    ("source", "what"),
    [
        ("def f(order, args:\n", "no Python"),
        ("import os\ndef f(order, args): return 1", "'os' cannot be imported"),
        ("from urllib.request import urlopen", "'urllib.request' cannot be imported"),
        ("def f(order, args):\n    return open('x').read()", "'open' is not pure"),
        ("def f(order): return 1", "takes other parameters"),
        ("x = 1 / 0", "running this file fails: ZeroDivisionError"),
    ],
)
def test_facts_that_are_not_pure_functions_are_refused(source: str, what: str) -> None:
    with pytest.raises(DefinitionError, match=what):
        read_functions(source, "connectors/shop/facts.py")


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        ("shop.refund_item,", "shop.refund_itm,", "did you mean 'shop.refund_item'?"),
        ("sum: outcome.amount", "sum: amuont", "its arguments of money: amount"),
        ("sum: outcome.amount", "count: amounts", "proposals"),
        ("by: customer", "by: client", "customer"),
        ("rolling: 24h", "rolling: 24", "24h"),
        ("rolling: 24h", "rolling: 0h", "a window of no time"),
        ("sum: outcome.amount", "title: x", "stands twice"),
    ],
)
def test_a_ledger_with_a_mistake_is_told_by_file_and_line(old: str, new: str, what: str) -> None:
    path = "ledgers/refunds_per_customer.yaml"
    found = problems_of(path, demo_files()[path].replace(old, new, 1))
    assert any(each.startswith(f"{path}:") and what in each for each in found), found


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        ("action: shop.refund_item\n", "action: shop.refund_itm\n", "did you mean 'shop.refund_item'?"),
        ("amount: 18.40", "amount: -1", "€0.01 to €5,000.00"),
        ("because: [refund.confirm]", "because: [refund.confrim]", "did you mean 'refund.confirm'?"),
        ("owner: c-104", "ownr: c-104", "did you mean 'owner'?"),
        ("met: [confirm]", "met: [yes]", "'yes' is no remedy"),
        ("refunds_per_customer: 558.40", "refunds: 558.40", "no ledger 'refunds'"),
        ("{ met: [confirm] }", "{ met: [confirm], at: tomorrow }", "'tomorrow' is no date"),
    ],
)
def test_a_case_with_a_mistake_is_told_by_file_and_line(old: str, new: str, what: str) -> None:
    path = "cases/refund.yaml"
    with pytest.raises(DefinitionError) as found:
        read_cases(demo_files() | {path: demo_files()[path].replace(old, new, 1)}, demo())
    assert any(each.file == path and what in str(each) for each in found.value.problems), str(found.value)


@pytest.mark.parametrize(
    ("text", "what"),
    [("", "no JSON"), ("[]", "it has no 'paths'"), ('{"paths": ', "no JSON"), ("[" * 100_000, "no JSON")],
    ids=["empty", "list", "cut", "deep"],
)
def test_a_document_of_a_system_that_cannot_be_read_is_told_by_file(text: str, what: str) -> None:
    found = problems_of("connectors/shop/openapi.json", text)
    assert any(each.startswith("connectors/shop/openapi.json:1:1: ") and what in each for each in found), found


def test_two_connectors_cannot_use_one_name_for_a_resource() -> None:
    files = demo_files()
    twin = files["connectors/shop/manifest.yaml"].replace("connector: shop", "connector: store", 1)
    more = {
        "connectors/store/manifest.yaml": twin,
        "connectors/store/facts.py": files["connectors/shop/facts.py"],
        "connectors/store/openapi.json": files["connectors/shop/openapi.json"],
    }
    with pytest.raises(DefinitionError, match="connector 'shop' has one, too"):
        load_bundle(files | more, "r2")
