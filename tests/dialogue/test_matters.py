"""Is what must not be missed recognised, and are ordinary answers left alone?"""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from interlock.dialogue.matters import recognised

RECOGNISED = {
    "vulnerable/self_harm": [
        "I want to kill myself", "i'm going to kill myself", "I wanna die", "I just want to die.", "I don't want to live anymore",
        "I do not want to be here any more", "I feel like hurting myself", "I have been thinking about suicide", "I am suicidal",
        "everyone would be better off without me", "I want to end my life", "there is no reason to live", "I wish I was dead",
        "what does it matter, I will hang myself", "A-1042, and I am thinking of ending it all", "I’M GOING TO KILL MYSELF!!",
        "I keep cutting myself", "I took an overdose", "I want to end it all", "no, I want to harm myself",
    ],
    "vulnerable/danger": ["my husband hits me", "this is about domestic violence", "I am not safe", "my boyfriend threatens me"],
    "vulnerable/distress": ["I am having a panic attack", "I can't go on like this", "I can't cope anymore", "I have lung cancer",
                            "I am dying", "I feel hopeless"],
    "vulnerable/bereavement": [
        "my mother died last week", "My husband has just passed away", "I lost my wife", "the account holder has died",
        "my dad recently passed away and I need to close his account", "my father in law died", "the death of my son",
        "I am a widow",
    ],
    "vulnerable/hardship": ["I can't afford food", "I lost my job", "I can not pay my rent", "we are in financial difficulties",
                            "I am in serious debt", "I have been made redundant", "I was evicted"],
    "legal/lawyer": [
        "my lawyer will contact you", "You will hear from my lawyer", "I am going to call my solicitor",
        "I'll hand this over to my attorney", "if this is not solved today my lawyer will write to you",
        "I am writing as the solicitor of Ms Ray", "on behalf of our client",
    ],
    "legal/court": ["I will sue you", "I'll take you to court", "I am considering legal action", "see you in court",
                    "this is a subpoena", "we are suing", "I will file a lawsuit"],
    "legal/regulator": ["I will report you to the ombudsman", "I have reported this to trading standards",
                        "this is inspector Lund from the police", "I will complain to the data protection authority"],
    "legal/press": ["I am a journalist", "I will go to the press", "I'll take this to the media", "this is a press inquiry",
                    "I work as a reporter, I mean, I am a reporter"],
    "data_request/erasure": [
        "delete all my data", "please delete my account", "I want you to erase my personal data",
        "remove all of my personal information", "I want my data deleted", "delete everything you have about me",
        "I want to use my right to be forgotten", "delete all the data you have", "Article 17 please",
        "erase me from your systems",
    ],
    "data_request/access": [
        "what data do you have about me", "send me a copy of my data", "I want a copy of all my personal data",
        "what do you know about me", "this is a subject access request", "which information do you store about me?",
        "show me all my data",
    ],
    "data_request/correction": ["please correct my data", "my data is wrong", "the data you have about me is incorrect"],
    "data_request/portability": ["I want to use my right to data portability"],
    "data_request/objection": ["stop using my data", "do not sell my personal data", "I withdraw my consent"],
    "data_request/": ["I have a GDPR request", "under the GDPR I ask you to act"],
    "complaint/": [
        "I want to make a complaint", "I'd like to file a formal complaint", "this is a complaint", "I want to complain",
        "I want to complain about your service", "I want to complain about the way I was treated",
        "I need to complain about one of your drivers", "I have a complaint", "I want to raise a complaint about a broken kettle",
    ],
    "abuse/insult": ["you idiot", "You are a fucking moron!", "fuck you", "idiots!", "you are all stupid bastards", "go to hell",
                     "piss off", "kys", "you useless piece of scum"],
    "abuse/threat": ["I will kill you", "I know where you live", "I'm going to hurt you"],
}  # fmt: skip

LEFT_ALONE = [
    # self-harm and grief in ordinary words
    "the kettle killed my appetite", "this heat is killing me", "I cut myself on the broken glass you sent",
    "I burned myself with the kettle", "these mugs are to die for", "I'm dying to get my parcel", "my kettle died",
    "the battery is dead", "my phone is about to die", "I would kill for a good coffee", "my son said it died after a day",
    "I lost my mother's order number", "I lost my wife's receipt", "my son passed his exam and I want a gift", "a dead pixel",
    "the plant died", "I can't go on to the next page", "suicide squad mug", "my dad's kettle died", "I live in Bremen",
    "End it all the same",
    "I can not pay with my card", "I lost my parcel", "the present is for my late birthday", "it hurts that it is broken",
    # lawyers, courts and the press as things
    "the french press is broken", "I ordered it for my lawyer", "I am a lawyer", "my name is Sue",
    "Sue, you asked for the number",
    "deliver it to Court Road 5", "the pressure regulator leaks", "I pressed the button", "a tennis court towel",
    "please send it to my lawyer's office", "I reported the stolen parcel to the police", "the newspaper stand is scratched",
    "what happened to the press I ordered", "you were right to tell me", "it is legal in my country", "I do not want to sue you",
    # data as goods and settings
    "change my e-mail address", "delete the second item from my order", "remove the lamp please", "delete that",
    "the data cable is broken", "what information do you need from me", "please do not delete my account",
    "I don't want you to delete my data", "where do I find my account", "I forgot my account password",
    "can you give me information about my order", "what do you have in blue", "what do you know about kettles",
    # complaints about goods are journeys of their own
    "I want to complain about a broken product", "I can't complain, it is lovely",
    "I don't want to complain but where is my order",
    "the kettle arrived broken", "I do not want to make a complaint", "no complaints",
    # rude about things, quoting, or about oneself
    "the bloody kettle is broken again", "this is shit", "what a stupid kettle", "the driver called me an idiot",
    "your colleague said fuck you to me", "I am an idiot, I typed it wrong", "that sucks", "it is a piece of junk", "damn",
    "the pig shaped mug", "I will beat the eggs", "screw you up top is loose", "you sent me a bitch of a parcel",
    # answers to questions
    "A-1042", "eva@example.com", "yes", "no", "the second one", "on Monday", "1042", "Tuesday 24 November", "talk to a person",
    "", "   ", "???", "hello", "Article 12", "size 17", "kettle 15",
]  # fmt: skip


@pytest.mark.parametrize(("what", "text"), [(what, text) for what, texts in RECOGNISED.items() for text in texts])
def test_what_must_not_be_missed_is_recognised(what: str, text: str) -> None:
    found = recognised(text)
    assert found is not None and f"{found.matter}/{found.kind}" == what


@pytest.mark.parametrize("text", LEFT_ALONE)
def test_ordinary_words_are_left_alone(text: str) -> None:
    assert recognised(text) is None


def test_what_counts_more_is_heard_first() -> None:
    """A customer in distress is never answered as somebody who threatens or insults."""
    assert _matter("I will sue you, you idiots, and then I will kill myself") == "vulnerable"
    assert _matter("delete my data or my lawyer will contact you") == "legal"
    assert _matter("you idiots, I want to make a complaint") == "complaint"


@settings(max_examples=100, deadline=None)
@given(text=st.text(max_size=400))
def test_no_text_breaks_the_rules(text: str) -> None:
    assert _matter(text) in ("vulnerable", "legal", "data_request", "complaint", "abuse", "")


def _matter(text: str) -> str:
    found = recognised(text)
    return found.matter if found is not None else ""
