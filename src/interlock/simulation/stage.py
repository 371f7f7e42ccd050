"""How is a scenario's turn taken in a centre: by the customer, an approver, an agent, or by time; and what was expected?"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from functools import reduce
from typing import Any, Final

from interlock.control.actions import all_args
from interlock.journeys import Conversation, evolve
from interlock.journeys.scenario_checks import Scenario
from interlock.journeys.scenarios import (
    AgentTurn,
    AskedTurn,
    CodeTurn,
    ConfirmsTurn,
    CustomerTurn,
    Decision,
    DeclinesTurn,
    Expectation,
    HandedOverTurn,
    HandsBackTurn,
    JoinsTurn,
    LeavesTurn,
    PressesTurn,
    ReceivesTurn,
    SaidTurn,
    TurnWritten,
    WaitsTurn,
)
from interlock.kernel.errors import Refused
from interlock.kernel.events import Command, Event
from interlock.runtime.app import App
from interlock.simulation.centre import Centre
from interlock.simulation.decisions import awaited, command_of, lines
from interlock.simulation.given import SESSION, agent_of, given_commands, told_of
from interlock.simulation.systems import Systems, plain
from interlock.vocabulary.channels import Author, Card
from interlock.vocabulary.ids import (
    InteractionId,
    MessageId,
    ProposalId,
)
from interlock.vocabulary.interactions import (
    AgentJoined,
    HandBack,
    HandOverFailed,
    InteractionStarted,
    Leave,
    MessagePosted,
    PostMessage,
    ReceiveMessage,
)
from interlock.vocabulary.people import AnswerChallenge, ChallengeIssued
from interlock.vocabulary.proposals import ActionProposed, AnswerConfirmation
from interlock.vocabulary.routing import (
    AcceptOffer,
    VisitEnded,
    VisitEntered,
    VisitOffered,
)

A_MOMENT: Final = timedelta(seconds=5)
"""What a turn takes at most, beside what is waited for in it."""


class Missed(Exception):
    """Something expected did not come about."""

    def __init__(self, expected: str, really: str) -> None:
        super().__init__(f"expected {expected}; really {really}")
        self.expected = expected
        self.really = really


class Stage:
    """A centre in which one scenario is played, step by step; whatever follows from a step is over before the next."""

    def __init__(self, centre: Centre, scenario: Scenario, systems: Systems) -> None:
        self.centre = centre
        self.scenario = scenario
        self.systems = systems
        self._sent = 0
        self._mark = self._since = 0
        self._answered: set[str] = set()

    async def open(self) -> None:
        """Bring about what is given."""
        await self.centre.open()
        for given in given_commands(self.scenario.given):
            if isinstance(given, Command):
                await self._send(given)
            else:
                await self._was(given)
        await self.centre.rest()

    async def _was(self, fact: Event) -> None:
        await self.centre.insist(lambda app: app.engine.append([fact], cause=f"given/{type(fact).__name__}"))

    async def take(self, turn: TurnWritten) -> None:
        """Take a turn. Raises Missed where something is not as it is expected."""
        self._since = self._mark
        if not isinstance(turn, Expectation):
            self._mark = len(self.centre.store.events)
        match turn:
            case SaidTurn():
                self._said(turn.said)
            case AskedTurn():
                self._asked(turn.asked)
            case HandedOverTurn():
                self._handed_over(turn.handed_over)
            case WaitsTurn(waits=time):
                await self._wait(time)
            case _:
                await (self._decide(turn) if isinstance(turn, Decision) else self._act(turn))
                await self.centre.rest()
                await self._let_go_out()

    async def _let_go_out(self) -> None:
        """In a channel in which what is said is sent, wait until it is."""
        channel = self.scenario.given.channel
        sending = self.centre.definitions.tenant.sending(channel) if channel is not None else None
        if sending is not None:
            await self.centre.pass_time(sending.collect + A_MOMENT)

    async def _act(self, turn: TurnWritten) -> None:
        match turn:
            case CustomerTurn(customer=text):
                await self._write(text)
            case ReceivesTurn(receives=kind, data=data):
                await self._send(told_of(kind, plain(data), self._sent))
            case PressesTurn(presses=choice):
                await self._write(self._button(choice))
            case ConfirmsTurn(confirms=part):
                await self._answer_card(part, yes=True)
            case DeclinesTurn(declines=part):
                await self._answer_card(part, yes=False)
            case CodeTurn(code=how):
                await self._enter_code(right=how == "right")
            case LeavesTurn():
                await self._try("that the customer leaves", Leave(session=SESSION))
            case JoinsTurn(joins=queue):
                await self._join(queue)
            case AgentTurn(agent=text):
                await self._agent_writes(text)
            case HandsBackTurn(hands_back=queue):
                back = HandBack(interaction=self._interaction(), agent=agent_of(queue))
                await self._try(f"that the agent of {queue} hands the conversation back", back)

    # What is expected.

    def facts(self) -> Iterator[Event]:
        """The facts of the customer's last interaction, in order."""
        for index in self.centre.store.by_tag.get(f"interaction:{self._interaction()}", ()):
            yield self.centre.store.events[index].event

    def lately(self) -> list[Event]:
        """The facts since the turn before."""
        return [each.event for each in self.centre.store.events[self._since :]]

    def waiting(self) -> str:
        """What the conversation waits for now, in words."""
        state = self._conversation()
        run = state.foreground
        if state.holder != "virtual_agent":
            return f"the {state.holder} has the conversation"
        if run is None:
            later = ", ".join(f"{each.journey} waits for its {each.waits_for}" for each in state.runs)
            return later or "no journey runs"
        if run.waits_for in ("slot", "choice"):
            return f"{run.journey} asks for '{run.ref}'"
        if run.needs:
            return f"{run.journey} waits for the customer's answer to a card ({run.needs})"
        return f"{run.journey} waits for its {run.waits_for.replace('_', '-')}"

    def _said(self, part: str) -> None:
        heard = [str(each.text) for each in self._posted(self._mark) if each.author.kind != "customer"]
        cards = [_words(each) for each in self._posted(self._mark) if each.author.kind != "customer"]
        if not any(part in each for each in cards):
            raise Missed(f"'{part}' to be said", " | ".join(f"'{each}'" for each in heard) or "nothing was said")

    def _asked(self, slot: str) -> None:
        run = self._conversation().foreground
        if run is None or run.waits_for not in ("slot", "choice") or run.ref != slot:
            raise Missed(f"to be asked for '{slot}'", self.waiting())

    def _handed_over(self, queue: str) -> None:
        where, failed = "", ""
        for event in self.facts():
            match event:
                case VisitEntered():
                    where, failed = event.queue, ""
                case VisitEnded():
                    where = ""
                case HandOverFailed():
                    failed = f"nobody of '{event.queue}' could take it ({event.why})"
        if where != queue:
            really = f"she waits in '{where}'" if where else failed or self.waiting()
            raise Missed(f"the customer to wait in '{queue}'", really)

    # What is done.

    async def _write(self, text: str) -> None:
        message = MessageId(f"m_scenario_{self._sent}")
        await self._try("that she writes", ReceiveMessage(session=SESSION, message=message, text=text))

    def _button(self, choice: str) -> str:
        cards = [each.card for each in self._posted() if isinstance(each.card, Card) and each.card.kind == "choices"]
        choices = cards[-1].choices if cards else ()
        for each in choices:
            if choice == each.value or choice in each.label:
                return each.label
        offered = ", ".join(f"'{each.label}'" for each in choices)
        raise Missed(f"a button '{choice}'", f"there are {offered}" if offered else f"there is none; {self.waiting()}")

    async def _answer_card(self, part: str, *, yes: bool) -> None:
        what = f"a card to {'confirm' if yes else 'decline'} that says '{part}'"
        open_cards = [
            each
            for each in self._posted()
            if isinstance(each.card, Card) and each.card.kind == "confirm" and each.message not in self._answered
        ]
        if not open_cards:
            raise Missed(what, f"there is none; {self.waiting()}")
        posted = open_cards[-1]
        if part not in _words(posted):
            raise Missed(what, f"the card says '{_words(posted)}'")
        self._answered.add(posted.message)
        card = posted.card
        assert isinstance(card, Card)
        proposal = ProposalId(card.proposal)
        await self._try(what, AnswerConfirmation(proposal=proposal, session=SESSION, args_hash=card.args_hash, yes=yes))

    async def _enter_code(self, *, right: bool) -> None:
        issued = [event for event in self.facts() if isinstance(event, ChallengeIssued)]
        action = self.centre.definitions.tenant.code_action
        sent = [event for event in self.facts() if isinstance(event, ActionProposed) and event.action == action]
        if not issued or not sent:
            raise Missed("to be asked for a one-time code", self.waiting())
        code = str(all_args(sent[-1].args, sent[-1].private_args).get("code", ""))
        if right and not any(each.action == action and code in each.told.values() for each in self.systems.arrived):
            raise Missed("a one-time code to arrive", f"{action} was not carried out")
        entered = code if right else f"{(int(code or 0) + 1) % 10**6:06}"
        answer = AnswerChallenge(challenge=issued[-1].challenge, session=SESSION, code=entered)
        await self._try("that a code can be entered", answer)

    async def _decide(self, turn: Decision) -> None:
        found = lines(turn, self._app().approvals).values()
        line = next((each for each in found if each.interaction == self._interaction()), None)
        if line is None:
            raise Missed(awaited(turn), f"there is nothing; {self.waiting()}")
        args = {each.proposal: each.args for each in self.facts() if isinstance(each, ActionProposed)}
        amount = self.centre.definitions.bundle.action(line.action).amount(args[ProposalId(line.proposal)])
        await self._try(awaited(turn), command_of(turn, line, amount, self._sent))

    async def _join(self, queue: str) -> None:
        offers = [each for each in self.facts() if isinstance(each, VisitOffered) and each.queue == queue]
        if not offers:
            raise Missed(f"the conversation to be offered to the agent of '{queue}'", self.waiting())
        offer = offers[-1]
        accept = AcceptOffer(visit=offer.visit, offer=offer.offer, agent=offer.agent)
        await self._try(f"that the agent of '{queue}' takes the conversation", accept)

    async def _agent_writes(self, text: str) -> None:
        joined = [each for each in self.facts() if isinstance(each, AgentJoined)]
        if not joined:
            raise Missed("an agent to have the conversation", self.waiting())
        message = PostMessage(
            interaction=self._interaction(),
            message=MessageId(f"m_scenario_{self._sent}"),
            author=Author("agent", joined[-1].agent, "Agent"),
            text=text,
        )
        await self._try("that the agent writes", message)

    async def _wait(self, time: timedelta) -> None:
        until = self.centre.clock() + time
        await self.centre.pass_time(time)
        self.centre.clock.leap(until)
        await self.centre.rest()

    # The way to the centre.

    async def _try(self, what: str, command: Command) -> None:
        try:
            await self._send(command)
        except Refused as refusal:
            raise Missed(what, f"it is refused: {refusal.reason}") from None

    async def _send(self, command: Command) -> None:
        self._sent += 1
        cause = f"scenario/{self._sent}"

        async def work(app: App) -> None:
            await app.execute(command, cause)

        await self.centre.insist(work)

    def _app(self) -> App:
        return self.centre.lives[0].app

    def _interaction(self) -> InteractionId:
        started = self.centre.events(InteractionStarted)
        if not started:
            raise Missed("a conversation", "nobody has written yet")
        event: Any = started[-1].event
        return InteractionId(event.interaction)

    def _conversation(self) -> Conversation:
        store = self.centre.store
        found = (store.events[index] for index in store.by_tag.get(f"interaction:{self._interaction()}", ()))
        return reduce(evolve, found, Conversation())

    def _posted(self, since: int = 0) -> list[MessagePosted]:
        events = self.centre.store.events[since:]
        return [each.event for each in events if isinstance(each.event, MessagePosted)]


def _words(posted: MessagePosted) -> str:
    """Everything that a message and its card say."""
    card = posted.card
    if not isinstance(card, Card):
        return str(posted.text)
    lines = [*(f"{line.label}: {line.value}" for line in card.lines), *(each.label for each in card.choices)]
    return " | ".join([str(posted.text), card.title, *lines])
