"""Can a journey go another way for how the customer sounds, and for the language that she writes?"""

from __future__ import annotations

from interlock.vocabulary.channels import Author
from interlock.vocabulary.ids import MessageId
from interlock.vocabulary.interactions import MessagePosted
from interlock.vocabulary.tone import Tone
from tests.journeys.harness import Chat, I, P, start
from tests.journeys.test_compile import problems

LEAK = """\
journey: leak
title: Something leaks
about: the leak
examples: [it leaks, water comes out of it, there is a leak]
steps:
  - when: conversation.sentiment < -0.5
    then:
      - say: I am sorry about the trouble.
  - when: conversation.language == "de"
    then:
      - say: A colleague who speaks German will call.
  - end: noted
"""


def answers(*tones: Tone | None) -> list[str]:
    chat = Chat(more={"journeys/leak.yaml": LEAK})
    for number, tone in enumerate(tones):
        message = MessageId(f"before_{number}")
        author = Author(kind="customer", id=P)
        chat.add(MessagePosted(interaction=I, person=P, message=message, author=author, text="…", tone=tone))
    said = chat.write("it leaks", start("leak"))
    return [line for line in said if line.startswith(("I am sorry", "A colleague who"))]


def test_a_condition_sees_the_sentiment_of_the_conversation_and_its_language() -> None:
    assert answers(Tone("de", -0.8)) == ["I am sorry about the trouble.", "A colleague who speaks German will call."]
    assert answers(Tone("en", -0.2)) == []
    assert answers(None) == answers() == []


def test_the_newest_message_counts_half_and_what_tells_nothing_changes_nothing() -> None:
    assert answers(Tone("en", 0.6), Tone("en", -0.8)) == []
    assert answers(Tone("en", -0.8), None, Tone(), Tone("en", None)) == ["I am sorry about the trouble."]
    tone = Tone("de", 0.6).then(Tone("", -0.8)).then(None)
    assert tone == Tone("de", -0.1)


def test_a_slip_in_its_name_is_told_before_it_is_published() -> None:
    (found,) = problems(LEAK.replace("conversation.sentiment", "conversation.sentimnt"))
    assert "'conversation' has no 'sentimnt'" in found and "sentiment" in found.split("sentimnt'")[1]
