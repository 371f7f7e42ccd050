"""How does a tenant put a journey of its own in the place of a default one, and what is it told where that is wrong?"""

# ruff: noqa: E501
from __future__ import annotations

from collections.abc import Callable

import pytest

from interlock.kernel.documents import DefinitionError
from interlock.runtime.default_journeys import learned_examples, with_defaults
from interlock.runtime.definitions import check
from interlock.vocabulary.interactions import HandOverRequested
from interlock.vocabulary.matters import MATTERS
from tests.journeys.harness import demo_files
from tests.journeys.test_matters import Matters

OWN = """\
journey: our_complaints
matter: complaint
title: Complaints with us
about: your complaint
steps:
  - record: complaint
    as: noted
  - say: "Noted as {noted.reference}, for the {matter.times}. time. {words.complaint_done}"
  - hand_over: responsible
    on:
      hand_over_failed: [{ say: Nobody is there. }, { end: noted }]
"""


def _problems(journey: str, tenant: str = "") -> list[str]:
    files = demo_files()
    changed = {**files, "journeys/own.yaml": journey, "tenant.yaml": files["tenant.yaml"] + tenant}
    try:
        check(with_defaults(changed))
    except DefinitionError as error:
        return [str(each) for each in error.problems]
    return []


def test_a_journey_of_the_tenants_own_stands_in_the_place_of_the_default() -> None:
    files = demo_files()
    mine = with_defaults({**files, "journeys/own.yaml": OWN})
    assert "journeys/defaults/complaint.yaml" not in mine and "journeys/defaults/legal.yaml" in mine
    chat = Matters()
    chat.journeys = check(
        {**mine, "tenant.yaml": files["tenant.yaml"] + "matters: { queues: { complaint: returns } }\n"}
    ).journeys
    lines = chat.hears("complaint")
    assert lines[1].startswith("Noted as ") and "for the 1. time." in lines[1] and "As you like." in lines[1]
    assert chat.facts(HandOverRequested)[0].queue == "returns"


@pytest.mark.parametrize(
    ("change", "tenant", "told"),
    [
        (lambda text: text.replace("matter: complaint\n", "").replace("our_complaints", "complaint"), "",
         "journeys/own.yaml:1:10: a journey called 'complaint' stands in the place of the default journey for that matter; write 'matter: complaint' if that is what it is for, or give it another name"),
        (lambda text: text.replace("  - record: complaint\n    as: noted\n", "").replace("{noted.reference}", "x"), "",
         "journeys/own.yaml:2:9: 'complaint' has to be on record, and this journey records none; add '- record: complaint'"),
        (lambda text: text.replace("matter: complaint", "matter: legal").split("  - hand_over")[0] + "  - end: noted\n", "",
         "journeys/own.yaml:2:9: a person has to hear of 'legal', and this journey hands over to nobody; add '- hand_over: responsible'"),
        (str, "matters: { off: [complaint] }\n",
         "journeys/own.yaml:2:9: 'complaint' is switched off in tenant.yaml, so nothing begins this journey; take 'complaint' out of 'off:' under 'matters:', or remove 'matter:'"),
        (lambda text: text.replace("complaint_done", "complaint_don"), "",
         "journeys/own.yaml:8:69: there is no text 'complaint_don' for these matters; did you mean 'complaint_done'?"),
        (lambda text: text.replace("matter.times", "matter.tines"), "",
         "journeys/own.yaml:8:47: 'matter' has no 'tines'; did you mean 'times'?"),
        (lambda text: text.replace("matter: complaint", "matter: complaints"), "", "did you mean 'complaint'?"),
    ],
)  # fmt: skip
def test_who_overrides_wrongly_is_told_where_and_what_to_write(
    change: Callable[[str], str], tenant: str, told: str
) -> None:
    found = _problems(change(OWN), tenant)
    assert any(told in each for each in found), found


def test_settings_that_name_what_there_is_not_are_told() -> None:
    (queue,) = _problems(OWN, "matters: { queue: cere }\n")
    assert "tenant.yaml:" in queue and queue.endswith("there is no queue 'cere'; did you mean 'care'?")
    (filled,) = _problems(OWN, 'matters: { texts: { complaint: "It is {referense}." } }\n')
    assert "did you mean 'reference'?" in filled and "tenant.yaml:" in filled
    (brace,) = _problems(OWN, 'matters: { texts: { complaint: "It is {reference." } }\n')
    assert "tenant.yaml:" in brace and brace.endswith(
        "'complaint': the '{' here is without its '}'; write '{{' for the brace itself"
    )
    assert _problems(OWN, 'matters: { texts: { complaint: "{{reference}} is {reference}" } }\n') == []
    files = demo_files()
    with pytest.raises(DefinitionError, match="is for this matter already"):
        check(with_defaults({**files, "journeys/a.yaml": OWN, "journeys/b.yaml": OWN.replace("our_", "more_")}))


def test_default_journeys_need_nothing_of_a_tenant_and_are_no_buttons() -> None:
    files = {
        path: text for path, text in demo_files().items() if path.startswith(("queues/", "journeys/talk_to_human"))
    }
    bare = with_defaults({**files, "tenant.yaml": "tenant: bare\ndefaults: { hand_over_failed: [{ end: nobody }] }\n"})
    journeys = check(bare).journeys
    assert set(journeys.journeys) == {"talk_to_human", *MATTERS}
    assert set(journeys.journeys["talk_to_human"].menu) == {"talk_to_human"}


def test_an_example_that_a_tenant_claims_is_not_a_default_journeys_as_well() -> None:
    files = demo_files()
    mine = OWN.replace("matter: complaint\n", "").replace(
        "title:", "examples: [this is a formal complaint, b c, d e]\ntitle:", 1
    )
    mine = mine.replace(" for the {matter.times}. time. {words.complaint_done}", "").replace("responsible", "care")
    journeys = check(with_defaults({**files, "journeys/own.yaml": mine})).journeys
    learned = learned_examples(journeys, "en")
    assert "this is a formal complaint" in learned["our_complaints"]
    assert "this is a formal complaint" not in learned["complaint"] and len(learned["complaint"]) > 5
