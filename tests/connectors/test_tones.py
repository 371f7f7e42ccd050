"""In which language is a message written, and does what tells nothing say nothing?"""

from __future__ import annotations

import pytest

from interlock.connectors.tones import MAX_CHARACTERS, language_of, preferred_in, tone_of
from interlock.dialogue.articles import LANGUAGES
from interlock.vocabulary.languages import CALLED, Preferred

ASKED = {
    "da": ("kan jeg ændre leveringsadressen?", "ingen har ringet tilbage til mig"),
    "de": ("wo bleibt mein Paket", "der Wasserkocher ist kaputt angekommen"),
    "en": ("where is my order", "the kettle arrived broken"),
    "es": ("dónde está mi pedido", "¿puedo cambiar la dirección de entrega?"),
    "fi": ("haluan rahani takaisin", "pakettini ei koskaan saapunut"),
    "fr": ("je veux être remboursé", "mon colis n'est jamais arrivé"),
    "hu": ("senki sem hívott vissza", "mennyi ideig tart a szállítás"),
    "it": ("nessuno mi ha richiamato", "posso cambiare l'indirizzo di consegna?"),
    "nl": ("waar is mijn bestelling", "graag mijn abonnement opzeggen"),
    "no": ("vannkokeren kom ødelagt", "jeg ønsker å si opp abonnementet"),
    "pt": ("onde está a minha encomenda", "quanto tempo demora o envio"),
    "ro": ("cât durează livrarea", "vreau să anulez abonamentul"),
    "ru": ("где мой заказ", "мне никто не перезвонил"),
    "sv": ("var är min beställning", "jag vill ha pengarna tillbaka"),
    "tr": ("paramı geri istiyorum", "kimse beni geri aramadı"),
}


def test_short_messages_in_every_language_that_articles_can_have_are_told_apart() -> None:
    assert set(ASKED) == set(LANGUAGES)
    found = {language: [(language_of(text) or ("",))[0] for text in texts] for language, texts in ASKED.items()}
    assert found == {language: [language, language] for language in ASKED}


@pytest.mark.parametrize(
    "text",
    ["ok", "A-1042", "yes", "ja", "eva@example.com", "18,40", "03.05.2026", "👍", "?", "DHL", "[card ••••1111]", ""],
)
def test_what_could_stand_in_any_language_tells_none(text: str) -> None:
    assert language_of(text) is None


def test_sentiment_is_told_only_in_a_language_that_it_was_learned_in() -> None:
    german = tone_of("das ist eine Frechheit, ich bin stinksauer")
    assert german is not None and german.language == "de" and german.sentiment is not None and german.sentiment < -0.5
    spanish = tone_of("dónde está mi pedido")
    assert spanish is not None and (spanish.language, spanish.sentiment) == ("es", None)
    assert tone_of("A-1042") is None and tone_of("eva@example.com") is None


def test_only_the_beginning_of_a_long_message_is_looked_at_so_that_none_takes_long() -> None:
    beginning = ("the kettle is broken and I am angry " * 20)[:MAX_CHARACTERS]
    assert tone_of(beginning) == tone_of(beginning + "vielen Dank, das ist wunderbar und perfekt " * 80)


@pytest.mark.parametrize("language", LANGUAGES)
def test_whoever_writes_what_is_proposed_to_her_has_named_that_language(language: str) -> None:
    assert preferred_in(CALLED[language]) == Preferred(language, True)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("English please", "en"), ("in English!", "en"), ("Deutsch", "de"), ("auf Deutsch bitte", "de"),
        ("können wir bitte Deutsch sprechen?", "de"), ("Can you speak German?", "de"), ("Sprechen Sie Englisch?", "en"),
    ],
)  # fmt: skip
def test_a_language_can_be_named_in_her_words(text: str, language: str) -> None:
    assert preferred_in(text) == Preferred(language, True)


@pytest.mark.parametrize(
    "text",
    ["is the kettle German", "the German one", "English or German", "Müllerstraße 12, 10115 Berlin",
     "Schneiderweg Hinterhaus bei Familie Obermüller", "nein danke", "hello", "A-1042", ""],
)  # fmt: skip
def test_an_answer_an_address_and_a_few_words_change_no_language(text: str) -> None:
    assert preferred_in(text) is None


def test_a_sentence_speaks_for_the_language_that_it_is_surely_written_in() -> None:
    assert preferred_in("Wo ist meine Bestellung?") == Preferred("de", False)
    assert preferred_in("I would like to know where my order is") == Preferred("en", False)
    assert preferred_in("mon colis n'est jamais arrivé") == Preferred("fr", False)
