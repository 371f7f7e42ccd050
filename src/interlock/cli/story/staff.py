"""What do an agent, a supervisor and an administrator see and do, through the API that their pages use?"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, TypeVar

import httpx

from interlock.api.patches import apply
from interlock.cli.story.wire import PATIENCE_S, Frame, Line, Unmet, eventually, hold, short
from interlock.connectors.http import local_client

COOKIE: Final = "interlock_session"
_Found = TypeVar("_Found")


class Staff:
    """A signed-in member of staff: requests with the token against forgery, and live documents kept by their patches.

    Attributes:
        id: the identifier that facts name.
        documents: the watched documents as the patches have made them.
    """

    def __init__(self, base_url: str, login: str) -> None:
        self.login = login
        self.id = self.name = ""
        self.documents: dict[str, Any] = {}
        self._snapshots: dict[str, int] = {}
        self._http = local_client(base_url, timeout_s=15)
        self._live: Line | None = None
        self._errors: dict[str, str] = {}

    async def sign_in(self, password: str) -> None:
        """Sign in. Raises Unmet when that is refused."""
        about = await self.ask("POST", "/v1/sign-in", {"login": self.login, "password": password})
        self.id, self.name = about["staff"]["id"], about["staff"]["name"]
        self._http.headers["X-CSRF-Token"] = about["csrf"]
        hold(COOKIE in self._http.cookies, f"signing in as {self.login} set no cookie {COOKIE}")

    async def close(self) -> None:
        """Let all connections go."""
        if self._live is not None:
            await self._live.close()
        await self._http.aclose()

    async def ask(self, method: str, path: str, body: Any = None) -> Any:
        """A request that is expected to succeed; gives what it answers. Raises Unmet with the problem otherwise."""
        answer = await self._request(method, path, body)
        if answer.is_error:
            raise Unmet(f"{self.login}: {method} {path} {_body(body)}was answered with {_problem(answer)}")
        return answer.json() if answer.content else None

    async def refused(self, method: str, path: str, body: Any = None) -> str:
        """A request that is expected to be refused; gives the code of the refusal. Raises Unmet when it succeeds."""
        answer = await self._request(method, path, body)
        if not answer.is_error or answer.status_code >= 500:
            raise Unmet(
                f"{self.login}: {method} {path} {_body(body)}should be refused and was answered with {_problem(answer)}"
            )
        return str(answer.json().get("code", ""))

    async def watch(self, of: str) -> Any:
        """Watch a live document; gives its first state."""
        if self._live is None:
            base = self._http.base_url
            url = f"{'wss' if base.scheme == 'https' else 'ws'}://{base.netloc.decode()}/v1/live"
            cookie = f"{COOKIE}={self._http.cookies[COOKIE]}"
            self._live = Line(f"{self.login} (live)", url, {"Cookie": cookie})
            self._live.on_frame = self._take
            await self._live.open()
        before = self._snapshots.get(of, 0)
        self._errors.pop(of, None)
        await self._live.send({"type": "watch", "of": of})
        arrived = lambda: self._snapshots.get(of, 0) > before or self._errors.get(of)  # noqa: E731
        await self._live.wait(f"the document {of}", arrived)
        hold(of not in self._errors, f"{self.login} may not watch {of}: {self._errors.get(of)}")
        return self.documents[of]

    async def see(
        self, of: str, what: str, test: Callable[[Any], _Found | None], patience_s: float = PATIENCE_S
    ) -> _Found:
        """Wait until a document, watched from now on if it is not yet, shows something; gives what ``test`` gives.

        Raises:
            Unmet: it did not; with the document as it is.
        """
        if of not in self.documents:
            await self.watch(of)
        assert self._live is not None
        try:
            return await self._live.wait(f"{what} in {of}", lambda: test(self.documents[of]), patience_s)
        except Unmet as unmet:
            raise Unmet(f"{unmet}\n      and {of} is: {short(self.documents.get(of), 1500)}") from None

    async def check_fresh(self, of: str) -> None:
        """A stale document plus its patches equals a fresh snapshot. Raises Unmet with where they differ."""

        async def look() -> bool:
            patched = self.documents[of]
            return bool(await self.watch(of) == patched)

        # A change between the last patch and the snapshot is no fault; a difference that stays is.
        await eventually(f"{of} with its patches to equal a fresh snapshot of it", look, patience_s=3)

    async def facts(self, interaction: str) -> list[dict[str, Any]]:
        """The log of an interaction."""
        answered = await self.ask("GET", f"/v1/interactions/{interaction}/log")
        events: list[dict[str, Any]] = answered["events"]
        return events

    async def fact(self, interaction: str, kind: str, **fields: Any) -> dict[str, Any]:
        """Wait until the log of an interaction has a fact of this type with these fields; gives the data of the last.

        Raises:
            Unmet: it has not; with the facts of that type, or the types that there are.
        """
        seen: list[dict[str, Any]] = []

        async def look() -> dict[str, Any] | None:
            seen[:] = await self.facts(interaction)
            fitting = [
                event["data"]
                for event in seen
                if event["type"] == kind and all(event["data"].get(name) == value for name, value in fields.items())
            ]
            return fitting[-1] if fitting else None

        wanted = ", ".join(f"{name}={value!r}" for name, value in fields.items())
        try:
            found: dict[str, Any] = await eventually(f"the fact {kind}({wanted})", look)
        except Unmet:
            same = [event["data"] for event in seen if event["type"] == kind]
            there = short(same, 900) if same else "none of that type, but " + ", ".join(event["type"] for event in seen)
            raise Unmet(f"the log of {interaction} has no {kind}({wanted}) after {PATIENCE_S:g} s: {there}") from None
        return found

    def _take(self, frame: Frame) -> None:
        of = frame.get("of")
        match frame["type"]:
            case "snapshot" if isinstance(of, str):
                self.documents[of] = frame["value"]
                self._snapshots[of] = self._snapshots.get(of, 0) + 1
            case "patch" if of in self.documents:
                self.documents[of] = apply(self.documents[of], frame["ops"])
            case "error" if isinstance(of, str):
                self._errors[of] = f"{frame.get('code')}: {frame.get('reason')}"

    async def _request(self, method: str, path: str, body: Any) -> httpx.Response:
        try:
            return await self._http.request(method, path, json=body)
        except httpx.HTTPError as error:
            raise Unmet(f"{self.login}: {method} {path} was not answered: {error!r}") from error


class Agent(Staff):
    """An agent at the desk."""

    async def be(self, presence: str, reason: str = "") -> None:
        """Set the own presence."""
        await self.ask("POST", "/v1/presence", {"presence": presence, "reason": reason})

    async def offer(self, interaction: str) -> dict[str, Any]:
        """Wait until the interaction is offered on the desk; gives the offer. What else is offered is not taken."""
        passed: list[str] = []
        while True:
            offer = await self.see("me", f"an offer of {interaction}", lambda me: _offer(me, passed))
            if offer["interaction"] == interaction:
                return offer
            # Somebody whom an earlier run left behind, or a visitor of the demonstration.
            passed.append(offer["offer"])
            path = f"/v1/visits/{offer['visit']}/offers/{offer['offer']}/reject"
            await self._request("POST", path, {"reason": "Waiting for somebody else"})

    async def accept(self, offer: dict[str, Any]) -> None:
        """Take an offer, and see the interaction among the own work."""
        await self.ask("POST", f"/v1/visits/{offer['visit']}/offers/{offer['offer']}/accept")
        interaction = offer["interaction"]
        await self.see("me", f"{interaction} in hand", lambda me: working_on(me, interaction) == "handling")

    async def write(self, interaction: str, id: str, text: str) -> None:
        """Write to the customer."""
        await self.ask("POST", f"/v1/interactions/{interaction}/messages", {"id": id, "text": text})

    async def propose(self, interaction: str, action: str, **args: Any) -> str:
        """Propose an action; gives the proposal's identifier."""
        body = {"action": action, "args": args}
        return str((await self.ask("POST", f"/v1/interactions/{interaction}/proposals", body))["proposal"])

    async def action(self, interaction: str, proposal: str, *states: str) -> dict[str, Any]:
        """Wait until the transcript shows a proposal in one of these states; gives its entry."""

        def look(document: dict[str, Any]) -> dict[str, Any] | None:
            entries = (entry for entry in document["entries"] if entry["kind"] == "action" and entry["id"] == proposal)
            return next((entry for entry in entries if entry["state"] in states), None)

        return await self.see(f"interaction:{interaction}", f"{proposal} {' or '.join(states)}", look)

    async def wrap_up(self, interaction: str, disposition: str = "", note: str = "") -> None:
        """Record how it went (the first disposition unless one is named) and see it leave the own work."""
        me = await self.see("me", "the dispositions", lambda me: me if me["dispositions"] else None)
        disposition = disposition or me["dispositions"][0]["value"]
        body = {"disposition": disposition, "note": note}
        await self.ask("POST", f"/v1/interactions/{interaction}/disposition", body)
        await self.see("me", f"{interaction} off the desk", lambda me: not working_on(me, interaction))

    async def go_home(self) -> None:
        """Finish whatever is in hand and go offline; for the end of a run, so that nobody waits for this agent."""
        me = await self.watch("me")
        for offer in me["offers"]:
            path = f"/v1/visits/{offer['visit']}/offers/{offer['offer']}/reject"
            await self._request("POST", path, {"reason": "End of the check"})
        for work in me["work"]:
            body = {"disposition": me["dispositions"][0]["value"], "note": "End of the check"}
            await self._request("POST", f"/v1/interactions/{work['interaction']}/disposition", body)
        await self.be("offline")


def _offer(me: dict[str, Any], passed: list[str]) -> dict[str, Any] | None:
    return next((offer for offer in me["offers"] if offer["offer"] not in passed), None)


def working_on(me: dict[str, Any], interaction: str) -> str:
    """The state of an interaction among an agent's work; empty when he does not have it."""
    return next((str(work["state"]) for work in me["work"] if work["interaction"] == interaction), "")


def _body(body: Any) -> str:
    if isinstance(body, dict):
        body = {name: "…" if name == "password" else value for name, value in body.items()}
    return f"with {short(body)} " if body is not None else ""


def _problem(answer: httpx.Response) -> str:
    try:
        problem = answer.json()
        return f"{answer.status_code} {problem['code']}: {problem['detail']}"
    except (ValueError, KeyError, TypeError):
        return f"{answer.status_code} {answer.text[:300]}"
