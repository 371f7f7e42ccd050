"""Who is locked out after too many failures, from where or about whom, and who lets it go on?"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest

from interlock.control import lockouts
from interlock.control.lockouts import WINDOW, Board, count_guess, count_wrong_code, release_lock, source_of
from interlock.control.subject import react
from interlock.kernel.errors import Refused
from interlock.kernel.events import Event
from interlock.vocabulary.ids import SessionId
from interlock.vocabulary.lockouts import CountGuess, CountWrongCode, GuessCounted, LockedOut, LockReleased, ReleaseLock
from interlock.vocabulary.people import MatchFailed
from tests.control.given import AMARA, EVA, NOW, PR, SETTINGS, SOFIA, I, P, S, after, decide, recorded
from tests.control.test_risk import wrong

SECRET = SETTINGS.secret
HOME = lockouts.source_lock(SECRET, "93.184.216.34")
TRIED = {"order_id": "A-1042", "email": "eva@example.com"}
MOST = SETTINGS.details_failures


def guess(*locks: str, minutes: float = 0) -> tuple[Event, datetime]:
    return GuessCounted(session=SessionId("s_x"), proposal=PR, locks=locks), after(minutes=minutes)


def count(locks: tuple[str, ...], *before: tuple[Event, datetime], now: datetime = NOW) -> Sequence[Event]:
    return decide(count_guess(SETTINGS), CountGuess(session=S, proposal=PR, locks=locks), before, now)


@pytest.mark.parametrize(
    ("host", "source"),
    [
        ("93.184.216.34", "93.184.216.34"),
        ("::ffff:93.184.216.34", "93.184.216.34"),
        ("2606:2800:220:1:248:1893:25c8:1946", "2606:2800:220:1::"),
        ("127.0.0.1", ""),
        ("10.0.0.7", ""),
        ("testclient", ""),
        ("", ""),
    ],
)
def test_a_source_is_a_public_address_or_the_site_of_one(host: str, source: str) -> None:
    assert source_of(host) == source


def test_locks_are_keyed_hashes_the_same_however_it_is_written_and_apart_for_each_detail() -> None:
    locks = lockouts.locks_of(SECRET, HOME, TRIED)
    assert locks == lockouts.locks_of(SECRET, HOME, {"email": " EVA@example.com ", "order_id": "a-1042"})
    assert len(set(locks)) == 3 and locks[0] == HOME
    assert "eva" not in str(locks) and "93.184" not in str(locks)
    assert not set(locks) & set(lockouts.locks_of(b"another", lockouts.source_lock(b"another", "93.184.216.34"), TRIED))
    assert lockouts.source_lock(SECRET, "") == ""


def test_the_failure_that_makes_it_too_many_locks_what_it_was_about_in_whatever_sessions() -> None:
    mail, order = lockouts.locks_of(SECRET, "", TRIED)
    before = [guess(mail, minutes=number) for number in range(MOST - 1)]
    counted, locked = count((mail, order), *before, now=after(minutes=30))
    assert counted == GuessCounted(session=S, proposal=PR, locks=(mail, order))
    assert locked == LockedOut(lock=mail, kind="details", failures=MOST, until=NOW + WINDOW)
    standing = lockouts.fold({}, recorded(before[0])[0])
    assert not lockouts.any_holds((mail,), standing, SETTINGS, NOW)
    for fact in recorded(*before, (counted, after(minutes=30))):
        standing = lockouts.fold(standing, fact)
    assert lockouts.any_holds((order, mail), standing, SETTINGS, after(minutes=31))
    assert not lockouts.any_holds((order,), standing, SETTINGS, after(minutes=31))
    assert not lockouts.any_holds((mail,), standing, SETTINGS, NOW + WINDOW + timedelta(minutes=1))


def test_a_source_stands_for_more_people_and_is_locked_later_and_said_so_once() -> None:
    before = [guess(HOME, minutes=number) for number in range(SETTINGS.source_failures - 1)]
    assert len(count((HOME,), *before[1:], now=after(hours=1))) == 1
    _, locked = count((HOME,), *before, now=after(hours=1))
    assert isinstance(locked, LockedOut) and locked.kind == "source"
    assert len(count((HOME,), *before, (locked, after(hours=1)), now=after(hours=2))) == 1
    assert count(()) == (), "what has no lock is not counted"


def test_of_a_lock_no_more_is_kept_than_a_setting_can_ask_for() -> None:
    standing: lockouts.Locks = {}
    for fact in recorded(*[guess(HOME)] * (lockouts.MOST_FAILURES + 5)):
        standing = lockouts.fold(standing, fact)
    assert len(standing[HOME].failures) == lockouts.MOST_FAILURES


def test_a_person_with_the_role_and_a_reason_lets_it_go_on_and_what_was_before_counts_no_more() -> None:
    before = [guess(HOME)] * SETTINGS.source_failures
    locked = LockedOut(lock=HOME, kind="source", failures=30, until=NOW + WINDOW)

    def release(by: object = SOFIA, reason: str = "A library", now: datetime = NOW) -> Sequence[Event]:
        command = ReleaseLock(lock=HOME, by=by, reason=reason)  # type: ignore[arg-type]  # one of two people
        return decide(release_lock(), command, [*before, (locked, NOW)], now)

    (released,) = release()
    assert released == LockReleased(lock=HOME, by="sofia", reason="A library")
    assert len(count((HOME,), *before, (locked, NOW), (released, NOW))) == 1
    for given, code in (
        ({"by": AMARA}, "role_missing"),
        ({"reason": " "}, "bad_reason"),
        ({"now": NOW + WINDOW}, "lock_unknown"),
    ):
        with pytest.raises(Refused, match=code):
            release(**given)  # type: ignore[arg-type]
    with pytest.raises(Refused, match="lock_unknown"):
        decide(release_lock(), ReleaseLock(lock=HOME, by=SOFIA, reason="x"), [])


def test_wrong_codes_lock_a_customer_out_over_all_sessions_until_released() -> None:
    most = SETTINGS.codes_wrong_at_most
    command = CountWrongCode(customer=EVA)
    assert react(wrong()) == [command]
    assert decide(count_wrong_code(SETTINGS), command, [wrong()] * (most - 1)) == []
    (locked,) = decide(count_wrong_code(SETTINGS), command, [wrong()] * most)
    assert locked == LockedOut(lock="codes_c-104", kind="codes", failures=most, until=NOW + WINDOW, customer=EVA)
    released = LockReleased(lock="codes_c-104", by="sofia", reason="She called")
    assert decide(count_wrong_code(SETTINGS), command, [*[wrong()] * most, locked, released, wrong()]) == []


def test_a_failed_match_is_counted_by_its_look_up() -> None:
    failed = MatchFailed(interaction=I, person=P, session=S, by="order_and_email", proposal=PR)
    assert react(failed) == [CountGuess(session=S, proposal=PR)]


def test_the_list_has_what_holds_and_no_more_than_fits() -> None:
    board = Board()
    facts = [
        (LockedOut(lock=f"source_{number}", kind="source", failures=30, until=NOW + WINDOW), NOW)
        for number in range(lockouts.KEPT + 2)
    ]
    for fact in recorded(*facts, LockReleased(lock="source_5", by="sofia", reason="x")):
        board.fold(fact)
    shown = [each.lock for each in board.now(NOW)]
    assert len(shown) == lockouts.KEPT - 1 and shown[0] == f"source_{lockouts.KEPT + 1}"
    assert not {"source_0", "source_1", "source_5"} & set(shown)
    assert board.now(NOW + WINDOW) == []
