"""Where does a customer's message go, and what does leaving leave behind?"""

from __future__ import annotations

from datetime import timedelta

import msgspec
import pytest

from interlock.connectors import tones
from interlock.interactions import subject
from interlock.interactions.receiving import receive_message
from interlock.kernel.deciders import Moment
from interlock.kernel.errors import Refused
from interlock.kernel.events import Cursor, Event, Recorded
from interlock.vocabulary.assurance import Assurance, Level
from interlock.vocabulary.carrying import CarryOn
from interlock.vocabulary.channels import Channel
from interlock.vocabulary.ids import (
    NOBODY,
    ChallengeId,
    CustomerId,
    InteractionId,
    MessageId,
    PersonId,
    ProposalId,
    SessionId,
)
from interlock.vocabulary.interactions import (
    InteractionEnded,
    InteractionReopened,
    InteractionStarted,
    LanguageChanged,
    Leave,
    MessagePosted,
    OpenSession,
    ReceiveMessage,
    SessionOpened,
)
from interlock.vocabulary.languages import Preferred
from interlock.vocabulary.people import ChallengePassed, CustomerMatched
from interlock.vocabulary.settings import InLanguages, TenantSettings
from tests.interactions.given import LEFT, NOW, OPENED, PUBLISHED, STARTED, I, P, S, when


def receive(text: str = "where is it?", new: bool = False) -> ReceiveMessage:
    return ReceiveMessage(session=S, message=MessageId("m_1"), text=text, new=new)


def kinds(facts: list[object]) -> list[type]:
    return [type(fact) for fact in facts]


def test_a_session_is_opened_once():
    command = OpenSession(session=S, person=P, channel=Channel.CHAT, secret_digest="d")
    assert kinds(when([], command)) == [SessionOpened]
    assert when([OPENED], command) == []
    with pytest.raises(Refused, match="session_taken"):
        other = OpenSession(session=S, person=PersonId("p_2"), channel=Channel.CHAT, secret_digest="d")
        when([OPENED], other)


def test_the_first_message_begins_an_interaction_on_the_release_in_force():
    started, posted = when([PUBLISHED, OPENED], receive("  where is it?  "))
    assert isinstance(started, InteractionStarted) and started.release == "r_1" and started.channel == Channel.CHAT
    assert isinstance(posted, MessagePosted) and posted.text == "where is it?" and posted.author.kind == "customer"
    assert posted.interaction == started.interaction


def test_a_message_goes_to_the_open_interaction():
    (posted,) = when([OPENED, STARTED], receive())
    assert isinstance(posted, MessagePosted) and posted.interaction == I


def test_a_message_soon_after_the_end_reopens_and_a_late_one_begins_anew():
    assert kinds(when([OPENED, STARTED, (LEFT, timedelta(hours=24))], receive())) == [
        InteractionReopened,
        MessagePosted,
    ]
    late = when([OPENED, STARTED, (LEFT, timedelta(hours=24, seconds=1))], receive())
    assert kinds(late) == [InteractionStarted, MessagePosted]


def test_a_new_interaction_ends_the_open_one():
    facts = when([OPENED, STARTED], receive(new=True))
    assert kinds(facts) == [InteractionEnded, InteractionStarted, MessagePosted]
    assert isinstance(facts[0], InteractionEnded) and facts[0].interaction == I


@pytest.mark.parametrize(("text", "code"), [("   \n", "message_empty"), ("x" * 4001, "message_too_long")])
def test_a_message_has_some_text_and_not_too_much(text: str, code: str):
    with pytest.raises(Refused) as refused:
        when([OPENED], receive(text))
    assert (refused.value.code, refused.value.status) == (code, 422)


def test_a_message_in_a_session_that_nobody_opened_is_refused():
    with pytest.raises(Refused) as refused:
        when([OPENED], ReceiveMessage(session=SessionId("s_2"), message=MessageId("m_1"), text="hi"))
    assert (refused.value.code, refused.value.status) == ("session_unknown", 404)


def test_an_interaction_is_held_in_the_language_of_its_session_and_carried_on_in_that_language():
    (opened,) = when([], OpenSession(session=S, person=P, channel=Channel.CHAT, secret_digest="d", language="de"))
    assert isinstance(opened, SessionOpened) and opened.language == "de"
    started = when([opened, PUBLISHED], receive())[0]
    assert isinstance(started, InteractionStarted) and started.language == "de"
    phone = SessionId("s_2")
    called = SessionOpened(session=phone, person=PersonId("p_2"), channel=Channel.VOICE, secret_digest="d")
    carry = CarryOn(session=phone, digest="", interaction=started.interaction)
    carried = next(each for each in when([opened, started, called], carry) if isinstance(each, InteractionStarted))
    assert (carried.session, carried.language) == (phone, "de")
    left = InteractionEnded(interaction=carried.interaction, person=P, session=phone, reason="customer_left")
    later = ReceiveMessage(session=phone, message=MessageId("m_2"), text="hi", new=True)
    assert when([called, carried, left], later)[0].language == "de"


def test_leaving_ends_the_interaction_once():
    (ended,) = when([OPENED, STARTED], Leave(session=S))
    assert isinstance(ended, InteractionEnded) and ended.reason == "customer_left"
    assert when([OPENED, STARTED, LEFT], Leave(session=S)) == []
    assert when([OPENED], Leave(session=S)) == []


def test_the_end_of_an_older_interaction_does_not_close_the_newer_one():
    newer = InteractionStarted(
        interaction=InteractionId("i_2"), person=P, session=S, channel=Channel.CHAT, release="r_1"
    )
    (posted,) = when([OPENED, STARTED, newer, LEFT], receive())
    assert isinstance(posted, MessagePosted) and posted.interaction == "i_2"


def matched(customer: str = "c-1", *, session: SessionId = S, channel: Channel = Channel.CHAT) -> CustomerMatched:
    return CustomerMatched(
        interaction=I,
        person=P,
        session=session,
        channel=channel,
        customer=CustomerId(customer),
        by="order_and_email",
        name="Eva Lind",
    )


PASSED = ChallengePassed(
    challenge=ChallengeId("ch_1"),
    interaction=I,
    person=P,
    session=S,
    channel=Channel.CHAT,
    customer=CustomerId("c-1"),
    level=Level.ONE_FACTOR,
    proposal=ProposalId("pr_1"),
)


def begun(*given: object) -> InteractionStarted:
    (started,) = [fact for fact in when([*given], receive(new=True)) if isinstance(fact, InteractionStarted)]
    return started


def test_a_new_interaction_begins_with_who_was_matched_earlier_in_its_session():
    started = begun(OPENED, STARTED, (matched(), timedelta(minutes=5)), (LEFT, timedelta(minutes=4)))
    assert started.customer == "c-1" and started.name == "Eva Lind"
    at = NOW - timedelta(minutes=5)
    assert started.assurance == Assurance(Level.MATCHED, CustomerId("c-1"), at, S, Channel.CHAT, "order_and_email")
    assert "customer:c-1" in started.tags()


def test_the_first_interaction_of_a_session_knows_nobody():
    started = begun(OPENED)
    assert started.customer == NOBODY and started.assurance == Assurance()
    assert [tag for tag in started.tags() if tag.startswith("customer:")] == []


def test_the_last_one_who_was_matched_counts_and_matching_again_makes_nobody_fresher():
    started = begun(OPENED, STARTED, (matched("c-1"), timedelta(minutes=9)), (matched("c-2"), timedelta(minutes=5)))
    assert started.customer == "c-2"
    again = begun(OPENED, STARTED, (matched(), timedelta(minutes=9)), (matched(), timedelta(minutes=1)))
    assert again.assurance.at == NOW - timedelta(minutes=9)


def test_a_code_that_was_given_before_proves_nothing_about_who_is_there_now():
    started = begun(OPENED, STARTED, (matched(), timedelta(minutes=5)), (PASSED, timedelta(minutes=4)))
    assert started.assurance.level == Level.MATCHED


def test_a_match_does_not_follow_into_another_session_or_channel():
    assert begun(OPENED, STARTED, matched(session=SessionId("s_2"))).customer == NOBODY
    assert begun(OPENED, STARTED, matched(channel=Channel.EMAIL)).customer == NOBODY


def test_what_holds_for_another_session_or_channel_is_nothing_here():
    elsewhere = Assurance(Level.MATCHED, CustomerId("c-1"), NOW, SessionId("s_2"), Channel.CHAT, "order_and_email")
    assert msgspec.structs.replace(STARTED, assurance=elsewhere).customer == NOBODY
    by_mail = Assurance(Level.MATCHED, CustomerId("c-1"), NOW, S, Channel.EMAIL, "order_and_email")
    assert msgspec.structs.replace(STARTED, assurance=by_mail).customer == NOBODY


def test_the_tone_of_what_a_customer_writes_is_recorded_with_it():
    settings = TenantSettings()
    decider = next(each for each in subject(settings, tones.tone_of).deciders if each.command is ReceiveMessage)
    log = [Recorded(Cursor(at, at), f"e_{at}", NOW, fact, "c") for at, fact in enumerate((PUBLISHED, OPENED), 1)]
    moment = Moment(NOW, lambda prefix: f"{prefix}_1")
    for text, language in (("das ist eine Frechheit, ich bin sauer", "de"), ("A-1042", None)):
        *_, posted = decider.decide(receive(text), decider.fold(log), moment)
        assert isinstance(posted, MessagePosted)
        assert (posted.tone.language if posted.tone is not None else None) == language


SPEAKS = {
    "wo bleibt sie": ("de", False),
    "where is it": ("en", False),
    "English": ("en", True),
    "où est-elle": ("fr", False),
}
"""What some messages speak for: the language, and whether they name it."""


def languages(*texts: str, channel: Channel = Channel.CHAT, begins: str = "", own_only: bool = False) -> list[str]:
    """The language after each of these messages, one after the other in one session; a text may end in ``+`` to begin anew."""
    settings = TenantSettings() if own_only else InLanguages(others={"de": TenantSettings(language="de")})

    def preferred(text: str) -> Preferred | None:
        return Preferred(*SPEAKS[text]) if text in SPEAKS else None

    deciders = subject(settings, preferred=preferred).deciders
    decider = next(each for each in deciders if each.command is ReceiveMessage)
    opened = msgspec.structs.replace(OPENED, channel=channel, language=begins)
    state, ids = decider.initial, iter(range(1000))
    facts: list[Event] = [PUBLISHED, opened]
    found = []
    for text in texts:
        state = decider.fold([Recorded(Cursor(at, at), f"e_{at}", NOW, fact, "c") for at, fact in enumerate(facts, 1)])
        command = receive(text.rstrip("+"), new=text.endswith("+"))
        facts += decider.decide(command, state, Moment(NOW, lambda prefix: f"{prefix}_{next(ids)}"))
        changes = [fact for fact in facts if isinstance(fact, LanguageChanged)]
        found.append(changes[-1].language if changes else begins)
    return found


def test_an_interaction_goes_on_in_the_language_that_she_writes_in_once_and_in_the_one_that_she_names_always():
    assert languages("hello", "wo bleibt sie", "where is it", "wo bleibt sie") == ["", "de", "de", "de"]
    assert languages("wo bleibt sie", "English", "wo bleibt sie", "English") == ["de", "", "", ""]
    assert languages("English", "wo bleibt sie") == ["", ""]  # she has what she asked for
    assert languages("wo bleibt sie", "where is it+", "wo bleibt sie") == ["de", "", ""]  # a new interaction, once more
    assert languages("where is it", "wo bleibt sie", begins="en") == ["en", "de"]
    assert languages("where is it", begins="de") == [""]


@pytest.mark.parametrize("channel", [Channel.MESSAGE, Channel.EMAIL])
def test_the_language_changes_wherever_somebody_writes_and_not_on_the_phone(channel: Channel):
    assert languages("wo bleibt sie", channel=channel) == ["de"]
    assert languages("wo bleibt sie", "English", channel=Channel.VOICE) == ["", ""]


def test_a_language_that_the_tenant_has_no_texts_in_changes_nothing():
    assert languages("où est-elle", "wo bleibt sie") == ["", "de"]
    assert languages("wo bleibt sie", "English", own_only=True) == ["", ""]


@pytest.mark.parametrize("others", [{}, {"de": TenantSettings(language="de")}])
def test_a_language_without_texts_that_is_named_is_told_and_written_in_it_changes_nothing(
    others: dict[str, TenantSettings],
):
    settings = InLanguages(others=others)
    decider = receive_message(settings, lambda text: None, lambda text: Preferred("tr", text == "Türkçe"))
    for text, wanted in (("Türkçe", ["tr"]), ("paketim nerede", [])):
        state = decider.fold(
            [Recorded(Cursor(1, 1), "e_1", NOW, PUBLISHED, "c"), Recorded(Cursor(2, 2), "e_2", NOW, OPENED, "c")]
        )
        facts = decider.decide(receive(text), state, Moment(NOW, lambda prefix: f"{prefix}_1"))
        told = [fact for fact in facts if isinstance(fact, LanguageChanged)]
        assert [fact.wanted for fact in told] == wanted
        assert all((fact.how, fact.language) == ("not_spoken", OPENED.language) for fact in told)


def test_a_change_of_language_is_one_fact_and_asking_for_what_one_has_is_kept_once():
    settings = InLanguages(others={"de": TenantSettings(language="de")})
    decider = receive_message(settings, lambda text: None, lambda text: Preferred("de", text == "Deutsch"))
    log: list[Event] = [PUBLISHED, OPENED]
    for text, expected in (("wo", ["written"]), ("Deutsch", ["written", "named"]), ("Deutsch", ["written", "named"])):
        state = decider.fold([Recorded(Cursor(at, at), f"e_{at}", NOW, fact, "c") for at, fact in enumerate(log, 1)])
        log += decider.decide(receive(text), state, Moment(NOW, lambda prefix: f"{prefix}_1"))
        assert [fact.how for fact in log if isinstance(fact, LanguageChanged)] == expected
        assert isinstance(log[-1], MessagePosted)  # it is answered in the new language
