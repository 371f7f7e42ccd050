"""Do signals and the budgets of the day work over the real API and on a real database?"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from interlock.api.chat_feed import ChatFeed
from interlock.connectors.builtin_model import Usage
from interlock.control.budget_files import read_budgets
from interlock.control.identity import device_digest, session_query
from interlock.kernel.events import START
from interlock.runtime.app import App
from interlock.runtime.spending import AskedFor
from interlock.vocabulary.ids import InteractionId, MessageId, RunId, SessionId
from interlock.vocabulary.interactions import SessionOpened
from interlock.vocabulary.lockouts import LockedOut
from interlock.vocabulary.signals import SignalReported
from tests.api.conftest import Client, sign_in


async def test_a_detector_account_reports_signals_and_can_do_nothing_else(client: Client, app: App) -> None:
    await app.staff.add("ears", "Voice detector", "demo", ["detector"], [], by="test", any_password=True)
    opened = (await client.post("/v1/chat/sessions", json={})).json()
    headers = await sign_in(client, "ears")
    path = f"/v1/sessions/{opened['session']}/signals"
    answer = await client.post(path, json={"signal": "synthetic_voice"}, headers=headers)
    assert answer.status_code == 204, answer.text
    seen = await app.log.read(session_query(SessionId(opened["session"])))
    assert [each.event.signal for each in seen.events if isinstance(each.event, SignalReported)] == ["synthetic_voice"]
    unknown = await client.post(path, json={"signal": "many_tries"}, headers=headers)
    assert (unknown.status_code, unknown.json()["code"]) == (422, "signal_unknown")
    nowhere = await client.post("/v1/sessions/s_nobody/signals", json={"signal": "synthetic_voice"}, headers=headers)
    assert (nowhere.status_code, nowhere.json()["code"]) == (404, "session_unknown")
    for path in ("/v1/board", "/v1/switches", "/v1/approvals"):
        assert (await client.get(path, headers=headers)).status_code == 403


async def test_the_money_of_a_day_is_counted_in_the_database_and_seen_by_everybody(app: App) -> None:
    text = "budgets:\n  money: { what: cost, per: day, most: 2.00, then: hand_over }\n"
    budgets = read_budgets({"budgets.yaml": text}, "Europe/Berlin")
    app._in_force.definitions = replace(app.definitions, budgets=budgets)
    interaction, run = InteractionId("i_1"), RunId("")
    for number in (1, 2):
        assert await app.spending.over_model("gpt", interaction, run) is None
        usage = Usage(tokens_in=10, cost_micro=1_000_000)
        used = app.spending.used(AskedFor(interaction, MessageId(f"m_{number}"), run), "gpt", "understand", usage)
        await app.engine.append([used], cause=f"turn {number}")
        app.spending._days.clear()  # as a node that has not looked lately
    over = await app.spending.over_model("gpt", InteractionId("i_2"), run)
    assert over is not None and over.rule == "budget.money"


async def test_a_browser_s_identifier_is_kept_sealed_and_as_a_keyed_hash_or_refused(client: Client, app: App) -> None:
    sent = "0123456789abcdef0123456789abcdef"
    opened = (await client.post("/v1/chat/sessions", headers={"Interlock-Device": sent})).json()
    seen = await app.log.read(session_query(SessionId(opened["session"])))
    (event,) = (each.event for each in seen.events)
    assert isinstance(event, SessionOpened) and event.device == device_digest(app.control.secret, sent)
    bad = await client.post("/v1/chat/sessions", headers={"Interlock-Device": "me@example.com"})
    assert (bad.status_code, bad.json()["code"]) == (422, "bad_device")
    assert "or is left out" in bad.json()["detail"]


async def test_a_lock_out_is_listed_and_released_by_a_supervisor_with_a_reason_and_nobody_else(
    client: Client, app: App
) -> None:
    lock, until = "source_" + "0" * 32, app.clock() + timedelta(hours=5)
    locked = LockedOut(lock=lock, kind="source", failures=30, until=until)
    await app.engine.append([locked], cause="guessing")
    path = f"/v1/lockouts/{lock}/release"
    agent = await sign_in(client, "amara")
    assert (await client.get("/v1/lockouts", headers=agent)).status_code == 403
    assert (await client.post(path, json={"reason": "x"}, headers=agent)).status_code == 403
    headers = await sign_in(client, "sofia")
    (shown,) = (await client.get("/v1/lockouts", headers=headers)).json()["lockouts"]
    assert (shown["lock"], shown["kind"], shown["failures"]) == (lock, "source", 30)
    assert (await client.post(path, json={}, headers=headers)).status_code in (400, 422)
    assert (await client.post(path, json={"reason": "A library"}, headers=headers)).status_code == 204
    assert (await client.get("/v1/lockouts", headers=headers)).json() == {"lockouts": []}
    gone = await client.post(path, json={"reason": "again"}, headers=headers)
    assert (gone.status_code, gone.json()["code"]) == (404, "lock_unknown")


async def test_a_session_has_the_first_language_of_the_browser_that_the_tenant_has_texts_in(
    client: Client, app: App
) -> None:
    for asked, language in (("fr-FR,de-AT;q=0.8,en;q=0.5", "de"), ("en-GB,de;q=0.5", ""), ("fr", "")):
        opened = (await client.post("/v1/chat/sessions", headers={"Accept-Language": asked})).json()
        (seen,) = (await app.log.read(session_query(SessionId(opened["session"])))).events
        assert isinstance(seen.event, SessionOpened) and seen.event.language == language
        frames: list[dict[str, object]] = []
        feed = ChatFeed(app, Sent(frames), seen.event.session, seen.event.language)
        await feed.open(START)
        assert ("Guten Tag" in str(frames[0]["greeting"])) == (language == "de")
        feed.close()


class Sent:
    """What a page is told."""

    def __init__(self, frames: list[dict[str, object]]) -> None:
        self._frames = frames

    def send(self, frame: dict[str, object]) -> None:
        self._frames.append(frame)
