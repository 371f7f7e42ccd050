"""What is a caller told, and what is he asked now? The same messages as in a chat, as they are said on the phone."""

from __future__ import annotations

from typing import Any

import msgspec

from interlock.api.chat_feed import ChatFeed
from interlock.api.frames import Frame, Wire
from interlock.dialogue.hearing import WantsAgain
from interlock.dialogue.prompting import Ask, asked, entry, menu, told
from interlock.dialogue.speaking import spoken
from interlock.journeys import Conversation
from interlock.kernel.events import START, Cursor, Recorded
from interlock.runtime.app import App
from interlock.runtime.standing import Question, Standing
from interlock.vocabulary.channels import Card, Channel
from interlock.vocabulary.ids import InteractionId, SessionId
from interlock.vocabulary.interactions import AgentJoined, MessagePosted
from interlock.vocabulary.people import ChallengeFailed, ChallengePassed
from interlock.vocabulary.proposals import EffectFailed, EffectSucceeded, RemedyMet, RemedyRefused
from interlock.vocabulary.routing import VisitEntered


class VoiceFeed:
    """Feeds one call: every message as it is said, and after it what is asked and by which keys it is answered.

    A question has an identifier that changes with every message: whoever answers says which one was heard, and the answer
    to any other is not taken.
    """

    def __init__(self, app: App, wire: Wire, session: SessionId, language: str = "") -> None:
        self.session = session
        self._app = app
        self._wire = wire
        self._settings = app.tenant.said_in(language).on(Channel.VOICE)
        self._chat = ChatFeed(app, self, session, language, self._fold)
        self._after = START
        before = Conversation(release=app.definitions.release)
        self._standing = Standing(app.releases.journey, self._settings, before)
        self._said: list[str] = []
        """What was said since the caller's last word, to be said again."""
        self._notices: list[Frame] = []
        self._page = 0
        self._asked: Frame | None = None

    async def open(self, after: Cursor) -> None:
        """Welcome, what was missed since ``after``, the question that stands, and from then on everything live."""
        self._after = after
        # All of it is folded again, so that the same question stands behind the same message.
        await self._chat.open(START)
        await self._app.releases.ensure(self._standing.conversation.release)
        self._end = self._app.follower.after_each_batch(self._ask)
        self._ask()

    def close(self) -> None:
        """Stop feeding."""
        self._chat.close()
        if self._asked is not None:
            self._end()

    def typing(self) -> None:
        """A caller does not type."""

    def show(self, frame: Frame) -> None:
        """Tell this caller something that is kept nowhere."""
        self._wire.send(frame)

    @property
    def interaction(self) -> InteractionId | None:
        """The call's interaction; None before the caller's first word."""
        return self._chat.interaction

    # What is said.

    def send(self, frame: Frame) -> None:
        """Pass a frame of the chat on, with what is said of it; not again what the page has had."""
        match frame["type"]:
            case "welcome":
                settings = self._settings
                opening = spoken(" ".join((settings.greeting, settings.machine_notice, settings.voice.keys)))
                self._said = self._said or [opening]
                self._wire.send({**frame, "greeting": settings.greeting, "says": opening})
            case "message":
                self._tell()
                self._pass_on({**frame, "says": self._says(frame["message"])})
            case "typing":
                pass
            case _:
                self._tell()
                self._pass_on(frame)

    def _says(self, message: dict[str, Any]) -> str:
        if message["author"]["kind"] == "customer":
            return ""
        card = message["card"]
        return self._told(message["text"], None if card is None else msgspec.convert({"type": "card", **card}, Card))

    def _told(self, text: str, card: Card | None) -> str:
        # That it is a machine has been the first sentence of the call.
        return "" if text == self._settings.machine_notice else told(text, card)

    def _pass_on(self, frame: Frame) -> None:
        if "cursor" not in frame or Cursor.parse(frame["cursor"]) > self._after:
            self._wire.send(frame)

    def _tell(self) -> None:
        notices, self._notices = self._notices, []
        for notice in notices:
            self._pass_on(notice)

    def _notice(self, recorded: Recorded, text: str) -> None:
        self._said.append(spoken(text))
        self._notices.append({"type": "notice", "cursor": str(recorded.cursor), "says": spoken(text)})

    # What stands.

    def _fold(self, recorded: Recorded) -> None:
        event, voice = recorded.event, self._settings.voice
        if not self._standing.fold(recorded):
            return
        match event:
            case MessagePosted(author=author) if author.kind == "customer":
                self._said = []
            case MessagePosted(card=card):
                self._said.append(self._told(str(event.text), card if isinstance(card, Card) else None))
            case VisitEntered():
                self._notice(recorded, voice.hold)
            case AgentJoined():
                self._notice(recorded, voice.joined.replace("{name}", self._app.staff_name(event.agent)))
            case ChallengeFailed(why="wrong"):
                self._notice(recorded, voice.wrong_code.replace("{left}", str(event.attempts_left)))
            case RemedyMet(remedy=remedy) if remedy.kind not in ("confirm", "wait"):
                pass
            case ChallengePassed() | ChallengeFailed() | RemedyMet() | RemedyRefused():
                self._said = []
            case EffectSucceeded() | EffectFailed():
                self._said = []
            case _:
                pass

    def _now(self) -> tuple[Question, Ask]:
        """What the caller can answer now, and how that is put."""
        question, settings = self._standing.question(), self._settings
        if question.card is not None:
            return question, asked(question.card, settings.voice, settings.zone, settings.language)
        if question.choices or not self._standing.conversation.interaction:
            return question, menu(question.choices, settings.voice, self._page)
        if not self._standing.conversation.open:
            return question, Ask()
        return question, entry(question.kind, settings.voice)

    def _ask(self) -> None:
        """Ask what stands now, if that has changed or anything was said since it was asked last."""
        self._tell()
        frame = self._frame()
        if self._asked is not None and frame["id"] != self._asked["id"]:
            self._page = 0
            frame = self._frame()
        if frame != self._asked:
            self._asked = frame
            self._wire.send(frame)

    def _frame(self) -> Frame:
        question, ask = self._now()
        keys = [{"key": key, "label": choice.label} for key, choice in ask.keys]
        kind = "question" if ask.card is None else ask.card.kind
        identifier = f"{question.name}/{ask.page}"
        return {"type": "ask", "id": identifier, "kind": kind, "says": ask.says, "keys": keys, "digits": ask.digits}

    def standing(self, on: str) -> Ask | None:
        """What is asked now, if that is what the caller heard; None where it is not."""
        return self._now()[1] if self._asked is not None and on == self._asked["id"] == self._frame()["id"] else None

    def again(self, heard: WantsAgain | None) -> None:
        """Ask once more; None where an answer came to something that is not asked any more."""
        voice, ask = self._settings.voice, self._now()[1]
        before: list[str] = []
        if heard is None:
            before = [voice.not_heard]
        elif heard.why == "unknown_key":
            before = [voice.unknown_key]
        elif heard.why == "wanted":
            before = self._said
        else:
            self._page = (ask.page + 1) % ask.pages
        self._asked = self._frame()
        self._wire.send({**self._asked, "before": [each for each in before if each]})
