"""How do the journeys of one interaction go on in another that carries it on: at the same step, with the same answers?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import msgspec

from interlock.journeys.agent_work import ASKED, REPLY
from interlock.journeys.language import DoStep, LookUpStep
from interlock.journeys.stack import go_on
from interlock.journeys.state import FROM_CUSTOMER, READ, Conversation, Run
from interlock.journeys.state import evolve as evolve_conversation
from interlock.journeys.steps import proceed
from interlock.journeys.turn import Kit, Turn
from interlock.kernel.deciders import Decider, Moment
from interlock.kernel.events import Event, Recorded
from interlock.kernel.log import Query
from interlock.vocabulary.carrying import CARRIED_ON, TakeUp
from interlock.vocabulary.channels import Choice, Principal
from interlock.vocabulary.ids import InteractionId, MessageId, ProposalId, RunId, tag
from interlock.vocabulary.journeys import JourneyEnded, JourneyStarted
from interlock.vocabulary.matters import CARRIED, MatterRecognised, known
from interlock.vocabulary.proposals import Remedy, RemedyRefused

EARLIER: Final = CARRIED
"""The source of a value that was there before it was carried on, where nothing more is known of it."""
ASKED_OF_HER: Final = frozenset({"confirm", "step_up"})
"""What a customer is asked for by a card: the card stays where it is, so it is put again where she goes on."""


class Two(msgspec.Struct, frozen=True):
    """The interaction that is carried on, and the one that carries it on."""

    conversations: Mapping[InteractionId, Conversation] = msgspec.field(default_factory=dict)

    def of(self, interaction: InteractionId) -> Conversation:
        """One of them."""
        return self.conversations.get(interaction, Conversation())


def evolve(state: Two, recorded: Recorded) -> Two:
    """Fold one recorded fact in, into the interaction that it is about."""
    interaction = InteractionId(getattr(recorded.event, "interaction", ""))
    now = evolve_conversation(state.of(interaction), recorded)
    return Two({**state.conversations, interaction: now})


def take_up(kit: Kit) -> Decider[TakeUp, Two]:
    """The runs that wait for the customer go on in the new interaction; what waits for others stays where it is.

    A proposal belongs to the session that it was made in, and so does its card: it is withdrawn and made anew, to be judged
    on what is known now.
    """

    def decide(command: TakeUp, state: Two, moment: Moment) -> Sequence[Event]:
        before, turn = state.of(command.of), Turn(state.of(command.interaction), moment, kit)
        if not turn.state.interaction or turn.state.taken_up:
            return []
        taken = {run.run: RunId(moment.new_id("run")) for run in before.runs if _goes_along(before, run)}
        runs = [run for run in before.runs if run.run in taken]
        for run in runs:
            _copy(turn, run, taken)
        _recognised_before(turn, before)
        _welcome(turn, before)
        _go_on(turn, runs, taken)
        left = [fact for run in runs for fact in _left_behind(before, run)]
        return [*turn.facts, *left]

    return Decider(
        command=TakeUp,
        reads=lambda command: [Query(tag("interaction", each), READ) for each in (command.interaction, command.of)],
        initial=Two(),
        evolve=evolve,
        decide=decide,
    )


def _goes_along(before: Conversation, run: Run) -> bool:
    """Whether a run waits for the customer alone: for an answer, a card that she has not answered, or a person."""
    front = before.front_of(run)
    if front.waits_for == "proposal":
        return front.needs in ASKED_OF_HER
    return front.waits_for in ("slot", "choice", "hand_over", ASKED, REPLY)


def _copy(turn: Turn, run: Run, taken: Mapping[RunId, RunId]) -> None:
    """The run as it stands, under its new identifier."""
    turn.add(
        JourneyStarted(
            interaction=turn.state.interaction,
            person=turn.state.person,
            run=taken[run.run],
            journey=run.journey,
            release=run.release,
        )
    )
    now = turn.state.runs[-1]
    by = {
        step.result or "result": step.do if isinstance(step, DoStep) else step.look_up
        for step in turn.journey(now).steps.values()
        if isinstance(step, DoStep | LookUpStep)
    }
    for name, value in run.values.items():
        done = by.get(name, "")
        known = done if done in run.sources else EARLIER
        turn.fill(now, name, value, FROM_CUSTOMER if name in run.answered else known)
    waits_for, ref = run.waits_for, run.ref
    if waits_for == "call":
        ref = taken[RunId(ref)]
    turn.wait(now, run.path, waits_for, ref)


def _recognised_before(turn: Turn, before: Conversation) -> None:
    """What was recognised counts here as well: who is in distress in the chat is so on the phone."""
    for matter, heard in before.matters.items():
        turn.add(
            MatterRecognised(
                interaction=turn.state.interaction,
                person=turn.state.person,
                message=MessageId(""),
                matter=known(matter),
                kind=heard.kind,
                rule=EARLIER,
            )
        )


def _welcome(turn: Turn, before: Conversation) -> None:
    texts = turn.settings.texts
    where = texts.where(before.channel)
    turn.say(texts.carried_on.replace("{where}", where))
    if any(run.waits_for in ("approval", "time") for run in before.runs):
        turn.say(texts.still_decided)


def _go_on(turn: Turn, runs: Sequence[Run], taken: Mapping[RunId, RunId]) -> None:
    """What a card or a hand-over was waited with is asked for anew; the question on top is put again."""
    fronts = [run for run in runs if run.waits_for in ("proposal", "hand_over")]
    for run in fronts:
        now = turn.state.run(taken[run.run])
        if now is not None:
            proceed(turn, now, now.path)
    top = turn.state.foreground
    if top is not None and top.waits_for in ("slot", "choice", ASKED, REPLY):
        go_on(turn, top)
    elif not runs:
        choices = tuple(Choice(value=name, label=title) for name, title in turn.menu().items())
        turn.say(turn.settings.texts.go_on, choices)
        turn.stand("intent", 0)


def _left_behind(before: Conversation, run: Run) -> list[Event]:
    """In the old interaction the run is over, and its card cannot be answered any more."""
    facts: list[Event] = [
        JourneyEnded(
            interaction=before.interaction, person=before.person, run=run.run, journey=run.journey, outcome=CARRIED_ON
        )
    ]
    if run.waits_for == "proposal":
        facts.append(
            RemedyRefused(
                proposal=ProposalId(run.ref),
                interaction=before.interaction,
                person=before.person,
                remedy=Remedy(run.needs, run.needed),  # type: ignore[arg-type]  # one of ASKED_OF_HER
                by=Principal(kind="customer", id=before.person, roles=("customer",)),
                how="withdrawn",
            )
        )
    return facts
