"""Is a sign-off read with its mistakes told, and does it count only for what was signed?"""

from __future__ import annotations

import pytest

from interlock.governance.signoffs import read_signoffs, standing, version_of
from interlock.kernel.documents import DefinitionError

JOURNEYS = ("order_status", "refund")
LINE = "  - { journey: refund, role: business, who: Sofia Lindqvist, date: 2026-11-20, version: j_3f9a1c0b7e52 }\n"
GOOD = "signoffs:\n" + LINE


def problems(text: str) -> list[str]:
    try:
        read_signoffs({"signoffs.yaml": text}, JOURNEYS)
    except DefinitionError as error:
        return [str(each) for each in error.problems]
    return []


def test_without_a_file_nobody_has_signed_anything() -> None:
    assert read_signoffs({}, JOURNEYS) == ()


def test_a_sign_off_says_who_signed_what_when_and_for_whom() -> None:
    (one,) = read_signoffs({"signoffs.yaml": GOOD}, JOURNEYS)
    assert (one.journey, one.role, one.who, one.date.date.isoformat()) == (
        "refund",
        "business",
        "Sofia Lindqvist",
        "2026-11-20",
    )


def test_it_counts_for_the_text_that_was_signed_and_for_no_other() -> None:
    text = "journey: refund\n"
    (one,) = read_signoffs({"signoffs.yaml": GOOD.replace("j_3f9a1c0b7e52", version_of(text))}, JOURNEYS)
    assert standing(one, version_of(text)) == "signed"
    assert standing(one, version_of(text + "# a word more\n")) == "outdated"
    assert standing(None, version_of(text)) == "missing"


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        (
            "journey: refund",
            "journey: refunt",
            "signoffs.yaml:2:16: there is no journey 'refunt'; did you mean 'refund'?",
        ),
        ("role: business", "role: sales", "signoffs.yaml:2:30: "),
        ("date: 2026-11-20", "date: 20.11.2026", "'20.11.2026' is no day; write year, month and day, such as"),
        ("version: j_3f9a1c0b7e52", "version: r_1", "signoffs.yaml:2:"),
        (", date: 2026-11-20", "", "date"),
        (LINE, LINE + LINE, "signoffs.yaml:3:5: 'refund' is signed off for business twice; keep the later one"),
    ],
)
def test_a_mistake_is_told_with_its_place_and_what_to_write(old: str, new: str, told: str) -> None:
    assert old in GOOD
    (found,) = problems(GOOD.replace(old, new))
    assert told in found
