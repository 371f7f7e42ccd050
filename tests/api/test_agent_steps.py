"""Does what a model says reach the customer word by word, and is it taken back where the log does not hold it?"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path
from shutil import copytree, rmtree
from typing import Any

import pytest

from interlock.api.chat_feed import ChatFeed
from interlock.cli.demonstration import REPOSITORY
from interlock.kernel.events import START
from interlock.kernel.log import Query
from interlock.runtime.app import App
from interlock.runtime.demo import demo_systems
from interlock.runtime.opening import open_app
from interlock.runtime.settings import Settings
from interlock.vocabulary.channels import Channel
from interlock.vocabulary.ids import MessageId, PersonId, SessionId
from interlock.vocabulary.interactions import InteractionStarted, OpenSession, ReceiveMessage
from interlock.vocabulary.models import ModelUsed
from tests.connectors.openai_server import Server, serving, suggests, tool_call, words

MODELS = """\
models:
  main: {{ provider: openai, model: small, url: "{url}", retries: 2, price: {{ input: 1, output: 1 }} }}
agents: [main]
"""
STEPS = """\
steps:
  - agent: { goal: Answer the business customer., may: [how_many], exits: { answered: It is. } }
    otherwise:
      - say: A colleague will see to it.
  - end: told
"""
HOW_MANY = """\
journey: how_many
title: How many
about: how many it is to be
slots:
  number: { type: integer, minimum: "1", ask: How many is it to be? }
steps:
  - ask: number
  - end: told
    gives: { number: "{number}" }
"""
LIMIT_S = 20
S, P = SessionId("s_1"), PersonId("p_1")


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    async with serving() as running:
        yield running


@pytest.fixture
async def app(database_url: str, tmp_path: Path, server: Server, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[App]:
    authority = server.url.removeprefix("http://").removesuffix("/v1")
    for name, value in demo_systems(f"http://{authority}").items():  # nobody calls them here
        monkeypatch.setenv(name, value)
    folder = copytree(REPOSITORY / "examples" / "demo", tmp_path / "definitions")
    rmtree(folder / "scenarios")
    (folder / "models.yaml").write_text(MODELS.format(url=server.url), "utf-8")
    status = folder / "journeys" / "order_status.yaml"
    status.write_text(status.read_text("utf-8").replace("steps:\n", "models: [main]\nsteps:\n", 1), "utf-8")
    journey = folder / "journeys" / "business.yaml"
    journey.write_text(journey.read_text("utf-8").partition("steps:\n")[0] + STEPS, "utf-8")
    (journey.parent / "how_many.yaml").write_text(HOW_MANY, "utf-8")
    async with open_app(
        Settings(data=tmp_path, definitions=folder, demo=True, allow=authority, pool=6), database_url
    ) as app:
        yield app


class Heard:
    """What a browser is told."""

    def __init__(self) -> None:
        self.frames: list[dict[str, Any]] = []

    def send(self, frame: dict[str, Any]) -> None:
        self.frames.append(frame)

    def of(self, kind: str) -> list[dict[str, Any]]:
        return [frame for frame in self.frames if frame["type"] == kind]

    async def pieces(self, number: int) -> None:
        """Wait until so many pieces of what a model says were shown."""
        while len(self.of("draft")) < number:  # noqa: ASYNC110  # frames come by a call
            await asyncio.sleep(0.005)

    def last_said(self) -> dict[str, Any]:
        said: dict[str, Any] = self.of("message")[-1]["message"]
        return said


async def write(app: App, text: str, until: str, number: int = 1, heard: Heard | None = None) -> Heard:
    """The customer writes; what her browser is told until a message says ``until``."""
    heard = heard or Heard()
    if number == 1:
        await app.execute(OpenSession(session=S, person=P, channel=Channel.CHAT, secret_digest="-"), "session")
    feed = ChatFeed(app, heard, S)
    await feed.open(START)
    await app.execute(ReceiveMessage(session=S, message=MessageId(f"m_{number}"), text=text), f"chat/{number}")
    async with asyncio.timeout(LIMIT_S):
        while not any(until in each["message"]["text"] for each in heard.of("message")):  # noqa: ASYNC110  # frames come by a call
            await asyncio.sleep(0.01)
    feed.close()
    return heard


async def test_what_a_model_says_is_shown_while_it_comes_and_is_a_fact_once_it_is_whole(
    app: App, server: Server
) -> None:
    text = "Sixty mugs take about two weeks, and from fifty on there is a discount of ten percent."
    server.says(suggests({"type": "say", "text": text}))
    heard = Heard()
    server.before_last = partial(heard.pieces, 2)
    await write(app, "I am a business customer", text, heard=heard)
    pieces = heard.of("draft")
    assert len(pieces) > 1
    assert text.startswith("".join(each["text"] for each in pieces))  # the message itself may overtake the last ones
    assert [each["at"] for each in pieces] == [sum(len(one["text"]) for one in pieces[:n]) for n in range(len(pieces))]
    said = heard.last_said()
    assert said["text"] == text and said["author"] == {"kind": "virtual_agent", "name": "Pip", "model": "main"}
    order = [frame["type"] for frame in heard.frames if frame["type"] in ("draft", "message")]
    assert order[1] == "message" and order[2] == "draft" and order[-1] == "message"  # that it is a machine came before
    interaction = heard.of("message")[-1]["interaction"]
    used = [each.event for each in (await app.log.read(Query(f"interaction:{interaction}", (ModelUsed,)))).events]
    assert [(each.purpose, each.step, each.tokens_in) for each in used if isinstance(each, ModelUsed)] == [
        ("agent", "0", 400)
    ]


async def test_what_the_log_does_not_hold_is_taken_back_before_the_eyes_of_the_customer(
    app: App, server: Server
) -> None:
    untrue = "Good news, and many thanks for your patience with us today! I have refunded 20 EUR to you already."
    server.says(
        suggests({"type": "say", "text": untrue}), suggests({"type": "say", "text": "A colleague has to do that."})
    )
    heard = Heard()
    server.before_last = partial(heard.pieces, 1)
    await write(app, "I am a business customer", "A colleague has to do that.", heard=heard)
    pieces = heard.of("draft")
    gone = next(index for index, each in enumerate(pieces) if each.get("gone"))
    assert gone > 0 and not any("refunded 20" in each.get("text", "") for each in pieces)
    assert heard.last_said()["text"] == "A colleague has to do that."
    assert not any("refunded" in each["message"]["text"] for each in heard.of("message"))


async def test_an_answer_that_breaks_off_or_is_none_leaves_nothing_behind(app: App, server: Server) -> None:
    begun = tool_call('{"suggestions": [{"type": "say", "text": "Sixty mugs take about')
    another = tool_call('{"order_id": "A-1042", "amount": 500}', "shop.refund_item")
    server.says(begun, words("I am sorry, but I cannot help with that."), another)
    heard = Heard()
    server.before_last = partial(heard.pieces, 1)
    await write(app, "I am a business customer", "A colleague will see to it.", heard=heard)
    assert len(server.asked) == 3 and len(heard.of("draft")) > 1 and heard.of("draft")[-1].get("gone")
    assert not any("Sixty mugs" in each["message"]["text"] for each in heard.of("message"))


async def test_a_model_runs_a_journey_and_is_told_what_came_of_it(app: App, server: Server) -> None:
    server.says(suggests({"type": "propose_action", "action": "how_many", "args": {}}))
    await write(app, "I am a business customer", "How many is it to be?")
    server.says(suggests({"type": "say", "text": "Sixty take two weeks."}))
    await write(app, "60", "Sixty take two weeks.", 2)
    told = server.asked[1]["messages"][-1]["content"]
    assert len(server.asked) == 2 and "<customer>60</customer>" in told
    assert '<result of=how_many outcome=succeeded>{"number": 60, "outcome": "told"}</result>' in told
    described = '"number": {"type": "integer", "minimum": 1, "description": "How many is it to be?"}'
    assert described in server.asked[0]["messages"][-1]["content"]


async def test_what_a_turn_has_read_is_not_read_once_more_for_its_budgets(
    app: App, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[Any] = []
    original = app.log.read

    async def reads(*queries: Query, since: str = "") -> Any:
        read.extend(queries)
        return await original(*queries, since=since)

    monkeypatch.setattr(app.log, "read", reads)
    server.says(suggests({"type": "say", "text": "Two weeks."}))
    assert app.definitions.budgets.of_models
    await write(app, "I am a business customer", "Two weeks.")
    used = [each.types for each in read if ModelUsed in each.types]
    assert used and all(InteractionStarted in types for types in used)  # with all else that a turn depends on


async def test_a_journey_chooses_which_model_reads_its_answers(app: App, server: Server) -> None:
    server.says(suggests({"type": "set_slot", "name": "order_no", "value": "A-1042"}))
    await write(app, "where is my order", "order number")
    assert server.asked == []  # no journey ran, and the tenant asks the built-in model alone
    await write(app, "it says A-1042 on it", "e-mail address", 2)
    assert len(server.asked) == 1
    found = await app.log.read(Query("person:p_1", (InteractionStarted,)))
    started = found.events[0].event
    assert isinstance(started, InteractionStarted)
    interaction = started.interaction
    used = [each.event for each in (await app.log.read(Query(f"interaction:{interaction}", (ModelUsed,)))).events]
    assert [(each.model, each.step) for each in used if isinstance(each, ModelUsed) and each.model == "main"] == [
        ("main", "0")
    ]
