"""What does a running centre do about signs that somebody is not who she says?"""

from __future__ import annotations

from interlock.runtime.definitions import Definitions
from interlock.simulation.centre import Centre
from interlock.vocabulary.channels import Channel, Principal
from interlock.vocabulary.ids import MessageId, PersonId, SessionId
from interlock.vocabulary.interactions import OpenSession, ReceiveMessage
from interlock.vocabulary.lockouts import LockedOut, ReleaseLock
from interlock.vocabulary.people import ChallengeFailed, ChallengeIssued, CustomerMatched
from interlock.vocabulary.proposals import EffectSucceeded, ProposalJudged, RemedyRefused
from interlock.vocabulary.signals import ReportSignal
from tests.simulation.play import SESSION, SUPERVISOR, do, go_home, oblige, play, write
from tests.simulation.test_halting import REFUND, cheap, facts, up_to_the_card, verdicts

DETECTOR = Principal(kind="agent", id="u_voice", roles=("detector",))


def test_many_tries_want_a_code_for_what_a_yes_would_do_and_then_the_same_proposal_runs_once(
    definitions: Definitions,
) -> None:
    async def story(centre: Centre) -> None:
        order, item = cheap(centre)
        await write(centre, 1, "the kettle arrived broken")
        for number, email in enumerate(("a@example.com", "b@example.com"), 1):
            await write(centre, 10 * number, order.id)
            await write(centre, 10 * number + 1, email)
        await write(centre, 30, "cancel")
        await write(centre, 31, "the kettle arrived broken")
        await write(centre, 32, order.id)
        await write(centre, 33, "c@example.com")
        await write(centre, 34, order.id)
        await write(centre, 35, centre.shop.buyers[order.owner].email)
        await write(centre, 36, item.name)
        first = next(each for each in facts(centre, ProposalJudged) if each.action == REFUND)
        assert first.facts["risk"] == {"score": 30, "signals": ["many_tries"], "weights": {"many_tries": 30}}
        assert [str(each) for each in first.needs] == ["step_up:2", "confirm"]
        await oblige(centre)
        done = [each.proposal for each in facts(centre, EffectSucceeded) if each.action == REFUND]
        assert done == [first.proposal]
        await go_home(centre)

    assert play(definitions, story) == []


def test_a_reported_voice_gets_nothing_from_the_virtual_agent(definitions: Definitions) -> None:
    async def story(centre: Centre) -> None:
        await up_to_the_card(centre)
        report = ReportSignal(session=SESSION, signal="synthetic_voice", by=DETECTOR)
        assert await do(centre, report, "report")
        await oblige(centre)
        assert verdicts(centre, REFUND)[-1][0] == "denied"
        assert "risk.voice" in verdicts(centre, REFUND)[-1][1]
        await go_home(centre)

    assert play(definitions, story) == []


def test_nobody_guesses_codes_from_session_to_session(definitions: Definitions) -> None:
    async def story(centre: Centre) -> None:
        most = definitions.tenant.max_code_failures
        wrong = [
            ChallengeFailed(
                challenge=f"ch_{number}",  # type: ignore[arg-type]
                interaction=f"i_{number}",  # type: ignore[arg-type]
                person=f"p_{number}",  # type: ignore[arg-type]
                session=f"s_{number}",  # type: ignore[arg-type]
                proposal="",  # type: ignore[arg-type]
                why="wrong",
                attempts_left=1,
                customer=cheap(centre)[0].owner,  # type: ignore[arg-type]
            )
            for number in range(most)
        ]
        await centre.lives[0].app.engine.append(wrong, cause="elsewhere")
        await do(centre, ReportSignal(session=SESSION, signal="synthetic_voice", by=DETECTOR), "nobody is there yet")
        await write(centre, 1, "the kettle arrived broken")
        order, item = cheap(centre)
        await do(centre, ReportSignal(session=SESSION, signal="caller_not_attested", by=DETECTOR), "one")
        await do(centre, ReportSignal(session=SESSION, signal="forwarded_number", by=DETECTOR), "two")
        await write(centre, 2, order.id)
        await write(centre, 3, centre.shop.buyers[order.owner].email)
        await write(centre, 4, item.name)
        assert facts(centre, ChallengeIssued) == []
        (refused,) = facts(centre, RemedyRefused)
        assert refused.remedy.kind == "step_up"
        await go_home(centre)

    assert play(definitions, story) == []


def test_nobody_guesses_who_somebody_is_from_session_to_session_and_a_person_lets_it_go_on(
    definitions: Definitions,
) -> None:
    async def story(centre: Centre) -> None:
        order, _ = cheap(centre)
        hers, most = centre.shop.buyers[order.owner].email, definitions.tenant.max_details_failures

        async def tries(session: int, email: str, number: int) -> None:
            of = SessionId(f"s_guess{session}")
            if number == 0:
                opened = OpenSession(
                    session=of, person=PersonId(f"p_guess{session}"), channel=Channel.CHAT, secret_digest="-"
                )
                await do(centre, opened, f"open/{of}")
            for place, text in enumerate(("the kettle arrived broken", order.id, email)[1 if number else 0 :]):
                said = ReceiveMessage(session=of, message=MessageId(f"m_{of}_{number}_{place}"), text=text)
                await do(centre, said, f"chat/{of}/{number}/{place}")
                await centre.rest()

        for guess in range(most):
            await tries(guess // 2, f"guess{guess}@example.com", guess % 2)
        (locked,) = facts(centre, LockedOut)
        assert (locked.kind, locked.failures) == ("details", most)
        await write(centre, 1, "the kettle arrived broken")
        await write(centre, 2, order.id)
        await write(centre, 3, hers)
        denied = [each for each in facts(centre, ProposalJudged) if each.verdict == "denied"]
        assert [each.rule for each in denied[-1].rulings] == ["locked-out"]
        assert facts(centre, CustomerMatched) == [], "not even who gives the right address"
        release = ReleaseLock(lock=locked.lock, by=SUPERVISOR, reason="She called")
        assert await do(centre, release, "let in")
        again = ReceiveMessage(session=SESSION, message=MessageId("m_new"), text="the kettle arrived broken", new=True)
        await do(centre, again, "chat/new")
        await centre.rest()
        await write(centre, 5, order.id)
        await write(centre, 6, hers)
        assert [each.customer for each in facts(centre, CustomerMatched)] == [order.owner]
        await go_home(centre)

    assert play(definitions, story) == []
