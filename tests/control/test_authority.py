"""What is said to an author whose authority bands have a mistake, and where?"""

from __future__ import annotations

import pytest

from interlock.control import load_bundle
from interlock.kernel.documents import DefinitionError
from tests.control.bands import BANDS
from tests.control.given import demo_files


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("  supervisor:", "  supervizor:", "there is no role 'supervizor'; did you mean 'supervisor'?"),
        ("escalates_to: manager", "escalates_to: manger", "there is no role 'manger'; did you mean 'manager'?"),
        ("    answer_within: 4h", "    escalates_to: supervisor", "leads back to itself"),
        ("up_to: { EUR: 550.00 }", "up_to: { EUR: 550.005 }", "more than the 2 digits"),
        ("up_to: { EUR: 550.00 }", "up_to: { EUR: -1 }", "less than nothing"),
        ("answer_within: 4h", "answer_within: 4", "write its unit"),
        ("answer_within: 4h", "answer_in: 4h", "did you mean 'answer_within'?"),
        ("answer_within: 4h", "actions: { shop.refund_itm: { EUR: 1 } }", "did you mean 'shop.refund_item'?"),
        ("    escalates_to: manager\n", "", ""),
        ("    escalates_to: manager\n    on_duty:", "    on_duty:", ""),
    ],
)
def test_a_mistake_in_the_bands_is_told_with_its_place_and_its_mend(old: str, new: str, says: str) -> None:
    files = demo_files() | {"approvals.yaml": BANDS.replace(old, new, 1)}
    if not says:
        load_bundle(files, "r4")
        return
    with pytest.raises(DefinitionError) as found:
        load_bundle(files, "r4")
    assert any(says in str(each) and str(each).startswith("approvals.yaml:") for each in found.value.problems), [
        str(each) for each in found.value.problems
    ]
