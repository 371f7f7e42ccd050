"""Is everything that a customer hears said in her language, and is a translation that fits no text told with its place?"""

# ruff: noqa: E501
from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Literal

import msgspec
import pytest

from interlock.control.card_texts import card_texts, in_languages
from interlock.journeys import JourneySet
from interlock.journeys.differences import differences
from interlock.journeys.language import SayStep
from interlock.journeys.translations import Translated, translated
from interlock.journeys.values import day_text, spoken
from interlock.kernel.documents import DefinitionError
from interlock.kernel.events import Erased
from interlock.runtime.default_journeys import with_defaults
from interlock.runtime.definitions import check
from interlock.vocabulary.card_words import card_words
from interlock.vocabulary.channels import VIRTUAL_AGENT, CardWords, Channel, Choice
from interlock.vocabulary.ids import NOBODY, ProposalId, StaffId, VisitId
from interlock.vocabulary.interactions import (
    AgentJoined,
    HandedBack,
    HandOverRequested,
    InteractionStarted,
    LanguageChanged,
)
from interlock.vocabulary.languages import wanted
from interlock.vocabulary.proposals import ProposalJudged
from tests.journeys.harness import Chat, I, P, S, demo, demo_files, slot, start

ASK = "Gladly. What is the order number? It is in your confirmation e-mail and looks like A-1042."
SENT = "Your order {order.order_id} is on its way to you."
PLAN = """\
journey: plan
title: Plan a visit
about: your visit
examples: [plan a visit, come to see you, visit the workshop]
slots:
  how:
    type: choice
    ask: How do you come?
    options:
      - { value: train, label: By train, aliases: [railway] }
      - { value: car, label: By car }
steps:
  - ask: how
    remind: { after: 1h, say: Are you still planning? }
  - when: how == "train"
    then: [{ say: The station is near. }, { end: planned }]
  - hand_over: care
    on: { hand_over_failed: [{ say: Nobody is there. }, { end: nobody }] }
"""
PLAN_DE = """\
journeys:
  plan:
    Plan a visit: Einen Besuch planen
    your visit: Ihrem Besuch
    How do you come?: Wie kommen Sie?
    By train: Mit der Bahn
    railway: Zug
    The station is near.: Der Bahnhof ist nah.
tenant:
  Talk to a person: Mit einem Menschen sprechen
"""


def said_in(texts: str, path: str = "texts/de.yaml", journeys: JourneySet | None = None) -> Translated:
    """The demo with these translations and no others."""
    tenant, own, bundle = demo()
    files = {"tenant.yaml": demo_files()["tenant.yaml"], path: texts}
    reasons = [rule.customer_reason for rule in bundle.rules]
    return translated(files, tenant, (journeys or own).journeys, reasons, card_texts(bundle))


class In(Chat):
    """A chat in a language, with these translations."""

    def __init__(self, language: str, texts: str, more: dict[str, str]) -> None:
        super().__init__(more=more)
        found = said_in(texts, journeys=self.journeys)
        self.journeys = JourneySet(found.journeys)
        self.use(found.tenant)
        self.log.clear()
        self.add(
            InteractionStarted(
                interaction=I, person=P, session=S, channel=Channel.CHAT, release="r_1", language=language
            )
        )


def test_a_journey_is_held_in_the_language_of_the_interaction_and_what_is_not_translated_as_it_is_written() -> None:
    chat = In("de", PLAN_DE, {"journeys/plan.yaml": PLAN})
    begun = chat.write("a visit", start("plan"))
    assert begun == [demo()[0].machine_notice, "Wie kommen Sie?"]
    (how,) = [each for each in chat.expects().slots if each.name == "how"]
    assert how.spec["options"][0] == {
        "id": "train",
        "label": "Mit der Bahn",
        "aliases": ["railway", "By train", "Zug"],
    }
    assert how.spec["options"][1] == {"id": "car", "label": "By car", "aliases": []}
    assert chat.write("train", slot("how", "train"))[0] == "Der Bahnhof ist nah."


@pytest.mark.parametrize("language", ["", "en", "fr"])
def test_a_language_without_texts_is_spoken_to_in_the_tenants_own(language: str) -> None:
    chat = In(language, PLAN_DE, {"journeys/plan.yaml": PLAN})
    assert chat.write("a visit", start("plan"))[-1] == "How do you come?"


def changed(language: str, how: Literal["written", "named"]) -> LanguageChanged:
    return LanguageChanged(interaction=I, person=P, session=S, language=language, how=how)


PLAN_TEXT = PLAN.replace("  how:\n", "  note: { type: text, ask: What for? }\n  how:\n").replace(
    "  - ask: how\n", "  - ask: note\n  - ask: how\n"
)


def test_from_the_change_on_everything_is_said_in_the_other_language_and_that_is_said_once() -> None:
    chat = In("", PLAN_DE, {"journeys/plan.yaml": PLAN})
    assert chat.write("a visit", start("plan"))[-1] == "How do you come?"
    chat.add(changed("de", "written"))
    news = "We go on in Deutsch. If you want another language, just write: English, please"
    assert chat.write("der Zug", slot("how", "train"))[:2] == [news, "Der Bahnhof ist nah."]
    assert news not in chat.write("noch etwas", start("plan"))


def test_whoever_only_names_a_language_is_asked_again_in_it_and_her_words_are_no_answer() -> None:
    chat = In("", PLAN_DE, {"journeys/plan.yaml": PLAN_TEXT})
    assert chat.write("a visit", start("plan"))[-1] == "What for?"
    chat.add(changed("de", "named"))
    assert chat.write("Deutsch, bitte", slot("note", "Deutsch, bitte"))[1:] == ["What for?"]
    assert chat.write("einen Kurs", slot("note", "einen Kurs")) == ["Wie kommen Sie?"]
    assert chat.state.runs[0].values["note"] == "einen Kurs"


def test_a_language_named_before_anything_else_is_answered_with_what_can_be_done() -> None:
    chat = In("", PLAN_DE, {"journeys/plan.yaml": PLAN})
    chat.add(changed("de", "named"))
    assert chat.write("Deutsch, bitte")[2:] == [demo()[0].texts.go_on]


def test_who_names_a_language_without_texts_is_told_which_there_are_and_asked_again() -> None:
    chat = In("", PLAN_DE, {"journeys/plan.yaml": PLAN_TEXT})
    chat.write("a visit", start("plan"))
    chat.add(LanguageChanged(interaction=I, person=P, session=S, language="", how="not_spoken", wanted="tr"))
    said = chat.write("Türkçe, lütfen", slot("note", "Türkçe, lütfen"))
    assert said == ["I am sorry, here I can only write in English / Deutsch.", "What for?"]
    assert said[0] not in chat.write("a course", slot("note", "a course"))


def test_while_a_person_has_the_conversation_its_language_changes_in_silence() -> None:
    chat = In("", PLAN_DE, {"journeys/plan.yaml": PLAN})
    chat.write("a visit", start("plan"))
    chat.add(AgentJoined(interaction=I, person=P, agent=StaffId("nora"), visit=VisitId("v_1")), changed("de", "named"))
    assert chat.write("Deutsch, bitte") == []
    chat.add(HandedBack(interaction=I, person=P, agent=StaffId("nora")))
    assert chat.write("weiter")[0].startswith("We go on in Deutsch.")


@pytest.mark.parametrize(
    ("reason", "told"),
    [("", "Plan a visit"), ("    reason: Asked about {journey.about} by {how}.\n", "Asked about your visit by car.")],
)
def test_why_a_person_is_asked_for_is_told_agents_in_the_tenants_own_language(reason: str, told: str) -> None:
    plan = PLAN.replace("- hand_over: care\n", f"- hand_over: care\n{reason}")
    chat = In("de", PLAN_DE, {"journeys/plan.yaml": plan})
    chat.write("a visit", start("plan"))
    chat.write("car", slot("how", "car"))
    assert [each.event.reason for each in chat.log if isinstance(each.event, HandOverRequested)] == [told]


def test_the_buttons_of_the_menu_are_in_the_language_too() -> None:
    found = said_in("journeys: { order_status: { Where is my order?: Wo ist meine Bestellung? } }")
    human = found.journeys["talk_to_human"]
    assert human.said_in("de").menu["order_status"] == "Wo ist meine Bestellung?"
    assert (
        human.said_in("de").menu["damaged_item"] == human.menu["damaged_item"] == human.said_in("").menu["damaged_item"]
    )


def test_default_journeys_say_a_tenants_text_about_a_matter_in_the_language_with_what_is_filled_in() -> None:
    text = "None of my colleagues is there just now. Your complaint stays on record as {reference}."
    tenant, files = demo()[0], with_defaults(demo_files())
    journeys = check({path: each for path, each in files.items() if not path.startswith("texts/")}).journeys
    found = said_in(f'tenant: {{ "{text}": "Ihre Beschwerde bleibt als {{reference}} vermerkt." }}', journeys=journeys)
    said = [
        step.say.text for step in found.journeys["complaint"].said_in("de").steps.values() if isinstance(step, SayStep)
    ]
    assert tenant.matters.texts.complaint_nobody == text
    assert "Ihre Beschwerde bleibt als {matter.reference} vermerkt." in said


def test_a_channels_own_words_and_a_rules_reason_are_in_the_language() -> None:
    found = said_in(
        "tenant:\n  Thank you for calling, and enjoy your day.: Danke für Ihren Anruf.\n"
        "rules: { I cannot find that order under your name.: Unter Ihrem Namen finde ich sie nicht. }\n"
    ).tenant
    german = found.said_in("de")
    assert german.on(Channel.VOICE).texts.goodbye == "Danke für Ihren Anruf."
    assert german.on(Channel.CHAT).texts.goodbye == found.texts.goodbye
    assert german.told("I cannot find that order under your name.") == "Unter Ihrem Namen finde ich sie nicht."
    assert found.told("I cannot find that order under your name.") == "I cannot find that order under your name."
    assert found.languages == ("en", "de")


@pytest.mark.parametrize(
    ("path", "texts", "told"),
    [
        ("texts/de.yaml", "journeys:\n  order_status:\n    Gladly. What is your order number? It is in your confirmation e-mail.: Gerne.\n",
         f"(any more); write '{ASK}', and look whether the translation still fits"),
        ("texts/de.yaml", "tenant:\n  zzz: Gerne.\n",
         "texts/de.yaml:2:3: nothing in tenant.yaml reads 'zzz' (any more); remove it"),
        ("texts/de.yaml", "rules:\n  I cannot find that order under you name.: Nein.\n",
         "texts/de.yaml:2:3: no rule's @customer_reason reads 'I cannot find that order under you name.' (any more); write 'I cannot find that order under your name.', and look whether the translation still fits"),
        ("texts/de.yaml", "journeys:\n  order_stats: {}\n",
         "texts/de.yaml:2:3: there is no journey 'order_stats'; did you mean 'order_status'?"),
        ("texts/de.yaml", f'journeys:\n  order_status:\n    "{SENT}": Unterwegs.\n',
         "the translation leaves out {order.order_id}; write it where it belongs in the sentence"),
        ("texts/de.yaml", f'journeys:\n  order_status:\n    "{SENT}": "{{order.order_id}} {{order.total}}"\n',
         "the text that is translated has no {order.total}; use those of the text: {order.order_id}"),
        ("texts/de.yaml", "tenant:\n  Are you still there?: Sind Sie noch {da?\n", "without its '}'"),
        ("texts/de.yaml", 'tenant:\n  Are you still there?: ""\n', "the translation is empty"),
        ("texts/en.yaml", "tenant: {}\n",
         "texts/en.yaml:1:1: 'en' is the tenant's own language: its texts stand in the journeys and in tenant.yaml; change them there, and remove this file"),
        ("texts/german.yaml", "tenant: {}\n",
         "texts/german.yaml:1:1: 'german.yaml' is not named after a language; name it after an ISO 639-1 code, such as texts/de.yaml"),
        ("texts/de.yaml", "examples:\n  order_stats: [a, b, c]\n",
         "texts/de.yaml:2:3: there is no journey 'order_stats'; did you mean 'order_status'?"),
        ("texts/de.yaml", "examples:\n  order_status: [wo ist sie, wo bleibt sie]\n",
         "texts/de.yaml:2:3: 2 examples of 'order_status' are too few to learn from; write 3 or more, best fifteen, or none"),
        ("texts/de.yaml", "examples:\n  pick_time: [ein Termin, zum Termin, wann]\n",
         "texts/de.yaml:2:3: 'pick_time' has no examples in the tenant's own language, so no customer begins it by what she says; write some in the journey as well, or remove these"),
        ("texts/de.yaml", "connectors:\n  shop:\n    Paid bak to: Erstattung\n",
         "texts/de.yaml:3:5: nothing in the connector 'shop' reads 'Paid bak to' (any more); write 'Paid back to', and look whether the translation still fits"),
        ("texts/de.yaml", "connectors:\n  shopp: { Amount: Betrag }\n",
         "texts/de.yaml:2:3: there is no connector 'shopp'; did you mean 'shop'?"),
        ("texts/de.yaml", "connectors:\n  shop:\n    Pause {subscription.goods} for {weeks} weeks: Pause.\n",
         "the translation leaves out {subscription.goods}, {weeks}"),
        ("texts/de.yaml", "complete: true\n", "texts of tenant.yaml have no translation, and are said in 'en'"),
        ("texts/de.yaml", "journey: {}\n", "did you mean 'journeys'?"),
    ],
)  # fmt: skip
def test_a_translation_that_fits_nothing_is_told_with_its_place_and_what_to_write(
    path: str, texts: str, told: str
) -> None:
    with pytest.raises(DefinitionError) as refused:
        said_in(texts, path)
    assert any(told in str(each) for each in refused.value.problems), refused.value.problems


def test_what_customers_say_in_every_language_is_learned_and_a_journey_without_it_keeps_its_own() -> None:
    german = ("wo ist sie", "wo bleibt sie", "wann kommt sie")
    found = said_in(f"examples: {{ order_status: {list(german)} }}")
    order, human = found.journeys["order_status"], found.journeys["talk_to_human"]
    learned = JourneySet(found.journeys).examples()
    assert learned["order_status"] == (*demo()[1].journeys["order_status"].examples, *german)
    assert learned["talk_to_human"] == human.said_in("de").examples == human.examples
    assert order.said_in("de").examples == german
    assert differences(demo()[1].journeys["order_status"], order).examples_added == german


def test_what_an_action_does_is_said_in_the_languages_that_have_it_and_elsewhere_as_it_is_written() -> None:
    bundle = in_languages(demo()[2], {"de": {"shop": {"Amount": "Betrag"}}, "fr": {}})
    says, lines = bundle.action("shop.refund_item").others["de"]
    assert (says.text, lines[0][0], lines[1][0]) == (bundle.action("shop.refund_item").says.text, "Betrag", "Item")
    assert "fr" not in bundle.action("shop.refund_item").others
    assert bundle.action("shop.pause_subscription").others == {}


def test_a_card_is_in_the_language_of_the_interaction_or_in_the_tenants_own() -> None:
    lines = (Choice("€18.40", "Amount"),)
    said = CardWords("de", "18,40 erstatten", (Choice("€18.40", "Betrag"),))
    judged = ProposalJudged(
        proposal=ProposalId("pr_1"), interaction=I, person=P, customer=NOBODY, principal=VIRTUAL_AGENT, action="shop.refund_item",
        args_hash="h", verdict="needs", policy="r_1", rulings=(), needs=(), facts={}, says="Refund €18.40", shows=lines, others=(said,),
    )  # fmt: skip
    assert card_words(judged, "de") == said
    assert (card_words(judged, "").says, card_words(judged, "fr").shows) == ("Refund €18.40", lines)
    erased = msgspec.structs.replace(judged, others=Erased(), shows=Erased())
    assert card_words(erased, "de").shows == ()


def test_texts_without_a_translation_are_counted_by_place_in_notes_and_refuse_nothing() -> None:
    all_of_them = [note.what for note in said_in("tenant: {}").notes]
    one_less = said_in("tenant: { Are you still there?: Sind Sie noch da? }").notes[0].what
    count = int(all_of_them[0].split()[0])
    assert int(one_less.split()[0]) == count - 1
    said = f"{count} of {count} texts of tenant.yaml have no translation, and are said in 'en': 'Hello and welcome"
    assert all_of_them[0].startswith(said)
    places = [what.partition(" texts of ")[2].partition(" have ")[0] for what in all_of_them[:-1]]
    assert places[:2] == ["tenant.yaml", "the rules"] and "the journey 'order_status'" in places


def test_a_journey_that_nobody_can_begin_in_words_of_a_language_is_told_in_a_note() -> None:
    *_, last = said_in("examples: { order_status: [wo ist sie, wo bleibt sie, wann kommt sie] }").notes
    assert last.what.startswith("nothing is learned in this language for business, change_email, damaged_item")
    assert "order_status" not in last.what and last.what.endswith("no words in it begin them, only buttons")


def test_a_day_is_said_as_in_the_language_and_by_its_number_where_that_is_not_known() -> None:
    day = date(2026, 11, 24)
    assert day_text(day) == "Tuesday 24 November 2026"
    assert day_text(day, "de") == "Dienstag, 24. November 2026"
    assert day_text(day, "fi") == "2026-11-24"
    assert spoken({"at": ["2026-11-24T09:30:00Z"]}, UTC, "de")["at"][0]["text"] == "Dienstag, 24. November 2026"
    assert spoken(datetime(2026, 3, 1, tzinfo=UTC), UTC, "de")["day"] == "Sonntag, 1. März 2026"


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("de", "de"), ("de-AT,de;q=0.9,en;q=0.8", "de"), ("DE-de", "de"), ("en-US,en;q=0.9,de;q=0.8", ""),
        ("fr;q=0.9, de;q=0.4, en;q=0.2", "de"), ("fr", ""), ("", ""), ("*", ""), ("de;q=0, fr", ""), ("de;q=x,it;q=0.1", "it"),
        ("en;q=0.3,it;q=0.5,de;q=0.5", "it"), (";;,,=", ""), ("x" * 5000 + ",de", ""),
    ],
)  # fmt: skip
def test_a_browsers_languages_are_held_against_those_that_the_tenant_has(header: str, language: str) -> None:
    assert wanted(header, ("en", "de", "it")) == language
