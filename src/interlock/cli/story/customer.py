"""What does a customer see and do in the chat window?"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, Final, TypeVar

import httpx

from interlock.cli.story.wire import PATIENCE_S, Frame, Line, Unmet, hold, short
from interlock.connectors.http import local_client

_Found = TypeVar("_Found")
BOT: Final = "virtual_agent"


class Customer:
    """A browser with the chat: one session, and a socket that is opened as often as the page is.

    What is awaited is looked for in what came since the customer's last own act.

    Attributes:
        frames: everything that came, over all connections, in order.
        state: how things stand, as the last ``welcome`` or ``state`` said.
        title, greeting: what the window shows on top.
    """

    def __init__(self, base_url: str, name: str) -> None:
        self.name = name
        self.frames: list[Frame] = []
        self.state: dict[str, Any] = {}
        self.title = self.greeting = ""
        self._base_url = base_url
        self._socket_url = "ws" + base_url.removeprefix("http") + "/v1/chat/socket"
        self._token = ""
        self._cursor: str | None = None
        self._line: Line | None = None
        self._sent = 0
        self._mark = 0
        self._twice = ""

    async def come(self) -> None:
        """Open the page for the first time: a session, and its socket."""
        async with local_client(self._base_url, timeout_s=10) as http:
            try:
                answer = await http.post("/v1/chat/sessions")
            except httpx.HTTPError as error:
                raise Unmet(f"{self.name}: the chat at {self._base_url} does not answer: {error!r}") from error
        hold(answer.status_code == 201, f"{self.name}: no session was given: {answer.status_code} {answer.text[:300]}")
        self._token = answer.json()["token"]
        await self.connect()

    async def connect(self) -> None:
        """Connect from where one was; what was missed has come when this returns."""
        self._line = await self._greeted(self._cursor, self._take)
        welcome = self._line.frames[0]
        self.title, self.greeting = welcome["title"], welcome["greeting"]
        self._cursor = _newest(self._cursor, welcome["cursor"])

    async def hang_up(self) -> None:
        """Close the page, or lose the network."""
        if self._line is not None:
            await self._line.close()
        self._line = None

    @property
    def connected(self) -> bool:
        """Whether the page is open."""
        return self._line is not None

    async def nothing_lost(self) -> None:
        """A second window that reads everything from the start sees exactly what this one saw, in the same order."""
        await self._answered("pong", {"type": "ping"})
        seen: list[Frame] = []
        other = await self._greeted(None, seen.append)
        await other.close()
        mine, all_ = _ids(self.frames), _ids(seen)
        hold(not self._twice, f"{self.name} was shown a message twice: {self._twice}")
        lost, odd = [id for id in all_ if id not in mine], [id for id in mine if id not in all_]
        hold(not lost, f"{self.name} never got the messages {', '.join(lost)}{self._last()}")
        hold(
            not odd, f"{self.name} was shown messages that a fresh window does not show: {', '.join(odd)}{self._last()}"
        )
        hold(
            mine == all_, f"{self.name} was shown the messages in another order than a fresh window: {mine} and {all_}"
        )

    async def say(self, text: str, *, new: bool = False) -> str:
        """Send a message, have it acknowledged, and see it in the transcript; gives the frame's identifier."""
        id = await self._act({"type": "message", "text": text, **({"new": True} if new else {})})
        echo = await self.sees(f"its own message {text!r}", lambda frame: frame if said(frame, "customer") else None)
        # What was still on its way from before is no answer to this.
        self._mark = self.frames.index(echo, self._mark) + 1
        where = echo["interaction"]
        await self.stands(f"in {where}, where the message is", lambda state: state["interaction"] == where)
        return id

    async def say_again(self, id: str, text: str) -> None:
        """Send the same message again, as a browser does that missed the acknowledgement."""
        await self._answered("ack", {"type": "message", "id": id, "text": text}, id)

    async def confirm(self, card: dict[str, Any], yes: bool = True) -> None:
        """Press a button of a confirmation card, and see that it was taken."""
        await self._act({"type": "confirm", "proposal": card["proposal"], "args_hash": card["args_hash"], "yes": yes})
        how = "confirmed" if yes else "declined"
        await self.sees(f"the card to be {how}", lambda frame: _answers(frame, "proposal", card["proposal"], how))

    async def enter_code(self, card: dict[str, Any], code: str) -> None:
        """Type a one-time code into its card."""
        await self._act({"type": "code", "challenge": card["challenge"], "code": code})

    async def passes(self, card: dict[str, Any], code: str) -> None:
        """Type the right code, and see that it was taken."""
        await self.enter_code(card, code)
        await self.sees("the code to pass", lambda frame: _answers(frame, "challenge", card["challenge"], "passed"))

    async def leave(self) -> None:
        """Leave the chat, and see that it is over."""
        await self._act({"type": "leave"})
        await self.stands("over", lambda state: state["ended"])

    async def refused(self, frame: Frame) -> str:
        """Send a frame that should be refused; gives the code of the refusal."""
        answer = await self._answered("error", {"id": self._new_id(), **frame})
        return str(answer["code"])

    def listen(self) -> None:
        """Look only at what comes from now on, as if the customer had done something."""
        self._mark = len(self.frames)

    async def sees(self, what: str, test: Callable[[Frame], _Found | None], patience_s: float = PATIENCE_S) -> _Found:
        """Wait for a frame since the last own act; gives what ``test`` gives."""

        def look() -> _Found | None:
            return next((found for frame in self.frames[self._mark :] if (found := test(frame))), None)

        return await self._connected().wait(what, look, patience_s)

    async def hears(self, what: str, *parts: str, author: str = BOT) -> str:
        """Wait for an author's message with one of these parts in it (any message without parts); gives its text."""

        def look(frame: Frame) -> str | None:
            text = said(frame, author)
            fits = text is not None and (not parts or any(part.casefold() in text.casefold() for part in parts))
            return text if fits else None

        among = f" (with {' or '.join(map(repr, parts))})" if parts else ""
        return await self.sees(f"{what}{among} from the {author.replace('_', ' ')}", look)

    async def gets_card(self, kind: str) -> dict[str, Any]:
        """Wait for a card of a kind; gives it."""
        return await self.sees(f"a {kind} card", lambda frame: card_of(frame, kind))

    async def picks(self, label: str) -> None:
        """Wait for a choice, and press the button with this in its label."""

        def look(frame: Frame) -> str | None:
            card = card_of(frame, "choices")
            choices = card["choices"] if card else []
            return next((choice["label"] for choice in choices if label.casefold() in choice["label"].casefold()), None)

        await self.say(await self.sees(f"a choice with {label!r}", look))

    async def stands(self, what: str, test: Callable[[dict[str, Any]], _Found | None]) -> _Found:
        """Wait until the state shows something; gives what ``test`` gives."""
        try:
            return await self._connected().wait(f"the chat to be {what}", lambda: test(self.state))
        except Unmet as unmet:
            raise Unmet(f"{unmet}\n      and the state is {short(self.state)}") from None

    async def is_left_alone(self, for_s: float = 0.6) -> None:
        """Wait until nothing has come for a while."""
        count = -1
        while count != len(self.frames):
            count = len(self.frames)
            await asyncio.sleep(for_s)

    def texts(self, author: str = BOT) -> list[str]:
        """What an author said since the customer's last own act."""
        return [text for frame in self.frames[self._mark :] if (text := said(frame, author))]

    @property
    def interaction(self) -> str:
        """The interaction as the state names it. Raises Unmet when there is none."""
        found = self.state.get("interaction")
        hold(found, f"{self.name} has no interaction{self._last()}")
        return str(found)

    async def _greeted(self, after: str | None, take: Callable[[Frame], None]) -> Line:
        line = Line(self.name, self._socket_url)
        line.on_frame = take
        await line.open()
        await line.send({"type": "hello", "token": self._token, "after": after})
        # Frames are answered in turn, so a pong says that everything missed has come.
        await line.send({"type": "ping"})
        await line.wait("its welcome and what was missed", lambda: any(one["type"] == "pong" for one in line.frames))
        first = line.frames[0]
        hold(first["type"] == "welcome", f"{self.name} was greeted with {short(first)} instead of a welcome")
        return line

    def _take(self, frame: Frame) -> None:
        self.frames.append(frame)
        match frame["type"]:
            case "welcome" | "state":
                self.state = frame["state"]
            case "message":
                id = frame["message"]["id"]
                if id in _ids(self.frames[:-1]):
                    self._twice = self._twice or short(frame)
        if frame["type"] != "welcome":
            # A welcome tells where the server is, not what has arrived here yet.
            self._cursor = _newest(self._cursor, frame.get("cursor"))

    async def _act(self, frame: Frame) -> str:
        id = self._new_id()
        self._mark = len(self.frames)
        await self._answered("ack", {**frame, "id": id}, id)
        return id

    async def _answered(self, kind: str, frame: Frame, id: str | None = None) -> Frame:
        start = len(self.frames)
        line = self._connected()
        await line.send(frame)

        def look() -> Frame | None:
            new = self.frames[start:]
            if kind != "error" and (wrong := next((one for one in new if one["type"] == "error"), None)):
                raise Unmet(f"{self.name} sent {short(frame)} and it was refused: {wrong['code']}: {wrong['reason']}")
            return next((one for one in new if one["type"] == kind and (id is None or one.get("id") == id)), None)

        return await line.wait(f"{kind} for {short(frame)}", look)

    def _new_id(self) -> str:
        self._sent += 1
        return f"check-{self._sent}"

    def _connected(self) -> Line:
        if self._line is None:
            raise Unmet(f"{self.name} has closed the page")
        return self._line

    def _last(self) -> str:
        return self._line.last() if self._line is not None else ""


def said(frame: Frame, author: str = BOT) -> str | None:
    """What a frame has an author say, with the title of its card; None when it is no message of that author's."""
    if frame["type"] != "message" or frame["message"]["author"]["kind"] != author:
        return None
    message = frame["message"]
    card = message.get("card") or {}
    return " ".join(filter(None, (message["text"], card.get("title")))) or " "


def card_of(frame: Frame, kind: str) -> dict[str, Any] | None:
    """The card of a message, when it is of this kind."""
    card = frame["message"].get("card") if frame["type"] == "message" else None
    return card if card and card["kind"] == kind else None


def _answers(frame: Frame, what: str, id: str, how: str) -> bool:
    return frame["type"] == "answered" and frame.get(what) == id and frame["how"] == how


def _ids(frames: list[Frame]) -> list[str]:
    return [frame["message"]["id"] for frame in frames if frame["type"] == "message"]


def _newest(one: str | None, other: str | None) -> str | None:
    """The later of two positions, as the server writes them: ``transaction-position``."""
    return max(one, other, key=_parts) if one and other else one or other


def _parts(cursor: str) -> tuple[int, ...]:
    return tuple(int(part) for part in cursor.split("-"))
