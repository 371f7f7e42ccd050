"""Are the wishes that hold in any journey heard, and only these?"""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from interlock.dialogue.repair import is_courtesy, universal_intent

HEARD = {
    "human": [
        "agent", "Human!", "a human please", "agent please", "talk to a person", "I want to talk to a human",
        "can I speak to someone please?", "give me a real person", "connect me with an agent", "live agent",
        "I'd like to speak with a representative", "let me talk to somebody",
        "this is useless, I want to talk to a human",
        "customer service", "put me through to an employee", "get me a human being", "operator", "No, a human!",
        "I need to talk to someone about my order", "speak to a person now", "Can you connect me to a colleague?",
        "stop, I want to talk with a human being", "Mitarbeiter", "ich möchte mit einem Menschen sprechen",
        "kann ich bitte mit einem Mitarbeiter reden?",
    ],
    "cancel": ["cancel", "stop", "STOP!!", "Stop it!", "never mind", "nevermind", "forget it", "please stop",
    "abbrechen"],
    "repeat": ["repeat", "say that again", "can you repeat that please?", "what?", "what did you say", "pardon?",
               "again please", "wie bitte", "noch mal bitte", "I didn’t catch that"],
    "recap": ["what did you just do?", "What have you done so far", "can you tell me what you did", "what just happened?",
              "did you change anything?", "have you done something yet", "Was haben Sie gerade gemacht?"],
    "back": ["back", "go back", "can we go back?", "previous step", "one step back please", "zurück"],
}  # fmt: skip

NOT_HEARD = [
    "cancel my order", "I want to cancel my subscription", "stop sending me emails", "my real estate agent is away",
    "are you a human?", "am I talking to a person?", "I don't want to talk to a person", "no human please", "no agent",
    "I talked to an agent yesterday", "the agent was rude", "no need, I don't need to talk to someone",
    "is anybody there",
    "say", "someone", "service", "team", "manager", "my support case", "can you help me", "I want my money back",
    "send it back", "the parcel came back", "back pain pillow", "repeat my last order", "I ordered it again",
    "what did you do with my parcel", "what happened to my order", "what has been done about the damage", "what do you do",
    "what is the status", "no", "yes", "hello", "A-1042", "the second one", "", "   ", "!!!",
    "please stop " + "and tell me a very long story " * 20,
]  # fmt: skip


@pytest.mark.parametrize(("intent", "text"), [(intent, text) for intent, texts in HEARD.items() for text in texts])
def test_a_universal_wish_is_heard(intent: str, text: str) -> None:
    assert universal_intent(text) == intent


@pytest.mark.parametrize("text", NOT_HEARD)
def test_in_any_doubt_nothing_is_heard(text: str) -> None:
    assert universal_intent(text) is None


def test_courtesy_alone_is_told_from_a_message_that_says_something() -> None:
    assert all(map(is_courtesy, ("okay please", "ok", "Thank you!", "hi", "okay, thanks", "bitte, danke")))
    assert not any(map(is_courtesy, ("", "?", "agent please", "yes please", "thanks, where is my order", "ok " * 200)))


@settings(max_examples=200, deadline=None)
@given(text=st.text(max_size=400))
def test_no_text_breaks_the_detector(text: str) -> None:
    assert universal_intent(text) in ("human", "cancel", "repeat", "back", "recap", None)
