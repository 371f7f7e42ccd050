"""Which versions were there, which waits for whom, and what does a change of them say in words?"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from interlock.control.changes import Constant, amounts, changed_files, changed_words, numbers
from interlock.governance.releases import ReleasesState, approvable, fold, guarded, waiting
from interlock.kernel.errors import Refused
from interlock.kernel.events import Cursor, Event, Recorded
from interlock.vocabulary.ids import ReleaseId
from interlock.vocabulary.releases import ReleaseApproved, ReleaseProposed, ReleasePublished, ReleaseRejected

NOW = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
FIRST, SECOND, THIRD = ReleaseId("r_1"), ReleaseId("r_2"), ReleaseId("r_3")


def state(*events: Event) -> ReleasesState:
    return fold(
        Recorded(Cursor(1, n), f"e{n}", NOW + timedelta(minutes=n), one, "test") for n, one in enumerate(events)
    )


def published(release: ReleaseId, **more: object) -> ReleasePublished:
    given = {"by": "cli", "journeys": (), "actions": (), "rules": (), **more}
    return ReleasePublished(release=release, **given)  # type: ignore[arg-type]


def proposed(release: ReleaseId, base: ReleaseId = FIRST, by: str = "u_ann") -> ReleaseProposed:
    return ReleaseProposed(release=release, base=base, by=by, note="lower limits")


def test_a_proposed_version_waits_until_it_is_published_or_rejected() -> None:
    assert [*state(published(FIRST), proposed(SECOND)).waiting] == [SECOND]
    assert not state(published(FIRST), proposed(SECOND), published(SECOND)).waiting
    assert not state(
        published(FIRST), proposed(SECOND), ReleaseRejected(release=SECOND, by="u_bob", reason="no")
    ).waiting
    again = state(published(FIRST), proposed(SECOND), ReleaseApproved(release=SECOND, by="u_bob"), proposed(SECOND))
    assert waiting(again, SECOND).approved_by == (), "what was approved before is approved anew"


@pytest.mark.parametrize(
    ("by", "roles", "code"),
    [
        ("u_ann", ("admin",), "own_release"),
        ("u_bob", ("supervisor",), "not_permitted"),
        ("u_cem", ("admin",), "own_release"),
    ],
)
def test_a_version_is_approved_by_somebody_else_with_the_role_and_once_by_each(
    by: str, roles: tuple[str, ...], code: str
) -> None:
    now = state(published(FIRST), proposed(SECOND), ReleaseApproved(release=SECOND, by="u_cem"))
    with pytest.raises(Refused) as refused:
        approvable(now, SECOND, by, roles, "admin")
    assert refused.value.code == code
    assert approvable(now, SECOND, "u_bob", ("agent", "admin"), "admin").release == SECOND


def test_what_was_made_for_another_version_than_the_one_in_force_is_proposed_anew() -> None:
    now = state(published(FIRST), proposed(SECOND), published(THIRD))
    with pytest.raises(Refused, match="propose it again"):
        approvable(now, SECOND, "u_bob", ("admin",), "admin")


def test_the_version_that_was_rolled_back_is_known_until_something_else_is_published() -> None:
    back = state(published(FIRST), published(SECOND), published(FIRST, undoes=SECOND))
    assert (back.in_force, back.rolled_back) == (FIRST, SECOND)
    assert state(published(FIRST), published(FIRST, undoes=SECOND), published(THIRD)).rolled_back == ""


def test_all_but_journeys_queues_cases_and_scenarios_needs_a_second_person() -> None:
    before = {
        "tenant.yaml": "a",
        "policies/x.cedar": "a",
        "journeys/x.yaml": "a",
        "cases/x.yaml": "a",
        "scenarios/x.yaml": "a",
        "steps/x.yaml": "a",
    }
    after = dict.fromkeys(before, "b") | {"queues/x.yaml": "b", "connectors/shop/facts.py": "b"}
    assert guarded(before, after) == ["connectors/shop/facts.py", "policies/x.cedar", "steps/x.yaml", "tenant.yaml"]
    assert guarded(before, before) == []


RULES = (
    '@id("a.limit") @reason("At most 200.00.")\nforbid (principal, action, resource) when { context.args.amount > 20000 };\n'
    '@id("b.old") @reason("x")\nforbid (principal, action, resource);\n'
    '@id("c.new") @mode("shadow") @reason("x")\nforbid (principal, action, resource);\n'
)


def test_changes_are_told_by_rule_and_by_what_a_file_holds() -> None:
    before = {
        "policies/x.cedar": RULES,
        "tenant.yaml": "a",
        "connectors/shop/manifest.yaml": "a",
        "journeys/j.yaml": "a",
    }
    rules = RULES.replace("20000", "10000").replace('@id("b.old")', '@id("b.other")').replace('@mode("shadow") ', "")
    after = {"policies/x.cedar": rules, "tenant.yaml": "b", "connectors/shop/manifest.yaml": "b", "ledgers/l.yaml": "b"}
    assert changed_words(before, after) == [
        "rule a.limit changed: 20000 → 10000",
        "rule b.old removed",
        "rule b.other added",
        "rule c.new changed: now enforced",
        "connector shop changed",
        "journey j removed",
        "ledger l added",
        "settings changed",
    ]
    assert changed_words(before, before) == []


def test_a_rule_that_only_moves_to_another_file_is_no_change() -> None:
    assert changed_words({"policies/x.cedar": RULES}, {"policies/y.cedar": "// moved\n" + RULES}) == []


def test_a_number_in_a_rule_is_changed_where_it_is_meant_and_nowhere_else() -> None:
    text = (
        '// 20000 here\n@id("a.limit") @reason("Over 20000.") // 20000\nforbid (principal, action, resource)\n'
        "when { context.args.amount > 20000 || context.args.amount == 200001 };\n" + RULES.replace("a.limit", "z.limit")
    )
    changed = changed_files({"policies/x.cedar": text}, {}, [Constant(rule="a.limit", was=20000, now=500)])
    assert changed["policies/x.cedar"] == text.replace("> 20000 ||", "> 500 ||")
    assert numbers('@reason("7") when { 1 > 2 && "3" == x4 && 2 > 1 } // 9') == [1, 2]


def test_a_file_can_be_replaced_added_and_taken_away() -> None:
    files = {"policies/x.cedar": "a", "policies/y.cedar": "b"}
    assert changed_files(files, {"policies/x.cedar": None, "policies/z.cedar": "c"}) == {
        "policies/y.cedar": "b",
        "policies/z.cedar": "c",
    }


def test_a_number_is_an_amount_where_it_stands_beside_money_and_nowhere_else() -> None:
    text = (
        '@id("x") @reason("Over 99 context.args.amount")\nforbid (principal, action, resource)\n'
        "when { context.ledger.paid + context.args.amount > 60000 && context.assurance.level >= 2 }\n"
        "unless { context.args.amount * 3 < 900 || context.args.amount_of_items > 7 };"
    )
    money = {"context.args.amount": "EUR", "context.ledger.paid": "EUR"}
    assert amounts(text, money) == {60000: "EUR", 900: "EUR"}
