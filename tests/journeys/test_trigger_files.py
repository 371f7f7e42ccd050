"""Is every mistake in a trigger file found, with its place and what to write instead?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from msgspec import structs

from interlock.control.actions import Action
from interlock.journeys.compile import compile_journeys
from interlock.journeys.triggers import begun_by, check_triggers, load_triggers
from interlock.kernel.documents import DefinitionError, Misread
from interlock.vocabulary.channels import SYSTEM
from interlock.vocabulary.hours import QuietHours
from tests.journeys.harness import demo, demo_files, queue_names

FILE = "triggers/shipment_delayed.yaml"


def problems(text: str, actions: Mapping[str, Action] | None = None) -> list[str]:
    tenant, journeys, bundle = demo()
    try:
        found = load_triggers({FILE: text})
        check_triggers(found, tenant, journeys.journeys, actions or bundle.actions, bundle.permitted_to(SYSTEM.roles))
    except DefinitionError as error:
        return [str(each) for each in error.problems]
    return []


def changed(*changes: tuple[str, str]) -> str:
    text = demo_files()[FILE]
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new, 1)
    return text


def test_the_demos_trigger_has_none() -> None:
    assert problems(demo_files()[FILE]) == []


@pytest.mark.parametrize(
    ("old", "new", "line", "says"),
    [
        ("event: shipment.delayed\n", "", 2, "write either 'event:'"),
        ("event: shipment.delayed", "event: shipment.delayed\nfact: InteractionEnded", 2, "write either 'event:'"),
        ("when: data.days_late >= 2", "when: data.days_lat >= 2", 10, "did you mean 'days_late'?"),
        ("when: data.days_late >= 2", "when: days_late >= 2", 10, "did you mean 'data.days_late'?"),
        ("when: data.days_late >= 2", "when: data.days_late >= and 2", 10, "'2' cannot stand here"),
        ("when: data.days_late >= 2", "when: event.kind == ''", 10, "'event' has no 'kind'"),
        ("consent: delivery_news", "consent: delivery_new", 12, "did you mean 'delivery_news'?"),
        ("journey: shipment_delayed", "journey: shipment_delay", 15, "did you mean 'shipment_delayed'?"),
        ("  order_no: ", "  order_nr: ", 17, "did you mean 'order_no'?"),
        ("days_late: integer", "days_late: whole", 9, "days_late"),
        ("{ customer: ", "{ custmer: ", 11, "did you mean 'customer'?"),
        ('{ customer: "{data.customer_id}" }', "{}", 11, "name exactly one of customer, email and interaction"),
        ('who: { customer: "{data.customer_id}" }\n', "", 4, "nothing says whom an event from outside concerns"),
        ("mail.send_news", "mail.send_new", 20, "did you mean 'mail.send_news'?"),
        ("mail.send_news", "mail.send", 20, "no rule permits 'mail.send' to Interlock itself"),
        ("    subject: ", "    subjekt: ", 22, "did you mean 'subject'?"),
        ("    subject: ", "    link: x\n    subject: ", 22, "'link' is filled in by itself"),
        ("within: 7d", "within: 700d", 13, "at most 366d"),
        ("per_day: 2", "per_day: 2\nquiet_hours: 20:00-20:00", 15, "20:00-08:00"),
        ("per_day: 2", "per_day: 2\nquiet_hours: nights", 15, "20:00-08:00"),
        ("per_day: 2", "per_day: 200", 14, "per_day"),
    ],
)
def test_a_mistake_is_told_with_its_line_and_a_mend(old: str, new: str, line: int, says: str) -> None:
    found = problems(changed((old, new)))
    assert any(each.startswith(f"{FILE}:{line}:") and says in each for each in found), found


@pytest.mark.parametrize("name", ["to", "link"])
def test_what_is_filled_into_a_mail_is_personal(name: str) -> None:
    actions = dict(demo()[2].actions)
    send = actions["mail.send_news"]
    args = tuple(structs.replace(each, personal=each.personal and each.name != name) for each in send.args)
    actions["mail.send_news"] = replace(send, args=args)
    (found,) = problems(demo_files()[FILE], actions)
    assert found.startswith(f"{FILE}:20:") and f"make '{name}' personal in the manifest" in found


def test_a_fact_is_one_of_the_log_and_its_sealed_fields_are_not_known() -> None:
    fact = "trigger: gone\ntitle: Gone\nfact: {}\nwhen: {}\njourney: talk_to_human\n"
    assert problems(fact.format("InteractionEnded", 'data.reason == "inactivity"')) == []
    assert "did you mean 'InteractionEnded'?" in problems(fact.format("InteractionEnd", "true"))[0]
    assert "'data' has no 'text'" in problems(fact.format("MessagePosted", 'data.text == "x"'))[0]
    assert "there is no fact 'TriggerFired'" in problems(fact.format("TriggerFired", "true"))[0]


def test_a_slot_has_a_value_from_the_start_only_where_every_trigger_fills_it() -> None:
    tenant, _, bundle = demo()
    files = demo_files()
    journeys = {path: text for path, text in files.items() if path.startswith("journeys/")}

    def compiled(*triggers: str) -> None:
        written = load_triggers({f"triggers/{number}.yaml": text for number, text in enumerate(triggers)})
        compile_journeys(
            journeys,
            tenant,
            actions=bundle.actions,
            queues=queue_names(files),
            tenant_file=files["tenant.yaml"],
            promises=bundle.promises,
            begun=begun_by(written),
        )

    compiled(files[FILE])
    for other in (
        changed(("trigger: shipment_delayed", "trigger: other"), ('  expected_on: "{data.expected_at}"\n', "")),
        changed(("trigger: shipment_delayed", "trigger: other"), ("expected_at: date", "expected_at: date?")),
    ):
        with pytest.raises(DefinitionError, match="'expected_on' may have no value here yet"):
            compiled(files[FILE], other)
    with pytest.raises(DefinitionError, match="so nothing begins it"):
        compiled()


@pytest.mark.parametrize(
    ("hours", "now", "until"),
    [
        ("20:00-08:00", "2026-11-24T19:30:00+01:00", None),
        ("20:00-08:00", "2026-11-24T20:00:00+01:00", "2026-11-25T08:00:00+01:00"),
        ("20:00-08:00", "2026-11-24T03:00:00+01:00", "2026-11-24T08:00:00+01:00"),
        ("00:00-08:00", "2026-11-24T23:59:00+01:00", None),
        ("00:00-08:00", "2026-11-24T00:00:00+01:00", "2026-11-24T08:00:00+01:00"),
        ("20:00-24:00", "2026-11-24T23:00:00+01:00", "2026-11-25T00:00:00+01:00"),
        ("12:00-14:00", "2026-11-24T13:00:00+01:00", "2026-11-24T14:00:00+01:00"),
        ("12:00-14:00", "2026-11-24T15:00:00+01:00", None),
        ("20:00-08:00", "2026-03-28T22:00:00+01:00", "2026-03-29T08:00:00+02:00"),  # summer time begins in between
        ("20:00-02:30", "2026-03-28T22:00:00+01:00", "2026-03-29T02:30:00+01:00"),  # a time that this night has not
    ],
)
def test_quiet_hours_end_when_the_clock_on_the_wall_says_so(hours: str, now: str, until: str | None) -> None:
    found = QuietHours.from_text(hours).until(datetime.fromisoformat(now), "Europe/Berlin")
    assert found == (None if until is None else datetime.fromisoformat(until).astimezone(UTC))


@pytest.mark.parametrize("text", ["20-8", "20:00", "25:00-08:00", "20:61-08:00", "08:00-08:00", "00:00-24:00"])
def test_what_are_no_quiet_hours_is_told(text: str) -> None:
    with pytest.raises(Misread):
        QuietHours.from_text(text)
