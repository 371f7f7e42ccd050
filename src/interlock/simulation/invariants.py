"""What must hold of every log, whatever happened while it was written?"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Iterator
from datetime import datetime, timedelta
from typing import Final, TypeVar

import msgspec

from interlock.control.rules import TEMPORARY
from interlock.kernel.events import Event, Recorded
from interlock.routing.board import board, to_snapshot
from interlock.simulation.centre import Centre
from interlock.simulation.limits import REFUNDS, limits
from interlock.vocabulary.interactions import (
    AgentJoined,
    HandedBack,
    InteractionEnded,
    InteractionReopened,
    InteractionStarted,
    MessagePosted,
    WrappedUp,
)
from interlock.vocabulary.people import ChallengeFailed, ChallengeIssued, ChallengePassed, CustomerMatched
from interlock.vocabulary.proposals import (
    ActionProposed,
    EffectFailed,
    EffectStarted,
    EffectSucceeded,
    EffectUnknown,
    ProposalJudged,
    RemedyMet,
    RemedyRefused,
)
from interlock.vocabulary.routing import (
    OfferAccepted,
    OfferClosed,
    PresenceSet,
    VisitEnded,
    VisitEntered,
    VisitOffered,
)

CODE_OVER: Final = 2500
APPROVAL_OVER: Final = 20000
AGENTS_APPROVAL_OVER: Final = 10000
GRACE: Final = timedelta(minutes=1)
"""For what falls due while every node is dead."""


E = TypeVar("E", bound=Event)


def _of(centre: Centre, kind: type[E]) -> list[E]:
    return [one.event for one in centre.store.events if isinstance(one.event, kind)]


async def violations(centre: Centre) -> list[str]:
    """Everything that is wrong with a centre at rest, in words; empty where all holds."""
    found = [
        *_offers(centre),
        *_visits(centre),
        *_speakers(centre),
        *_messages(centre),
        *_matches(centre),
        *_proposals(centre),
        *_refunds(centre),
        *limits(centre),
        *_codes(centre),
        *_at_rest(centre),
    ]
    return found + [each async for each in _views(centre)]


def _offers(centre: Centre) -> Iterator[str]:
    """Nobody is offered two things at once, no visit to two people, and nobody has more than he takes."""
    agents: dict[str, str] = {}
    visits: dict[str, str] = {}
    hands: dict[str, set[str]] = defaultdict(set)
    capacity: dict[str, int] = {}
    until: dict[str, datetime] = {}
    for one in centre.store.events:
        match one.event:
            case VisitOffered() as event:
                until[event.visit] = event.expires_at
                if event.agent in agents:
                    yield f"{event.agent} is offered {event.visit} while {agents[event.agent]} is offered to him"
                if event.visit in visits:
                    yield f"{event.visit} is offered to {event.agent} while it is offered to {visits[event.visit]}"
                if len(hands[event.agent]) >= capacity.get(event.agent, 0):
                    yield f"{event.agent} is offered {event.visit} and has {len(hands[event.agent])} in hand already"
                agents[event.agent], visits[event.visit] = event.visit, event.agent
            case OfferAccepted() | OfferClosed() as event:
                if agents.pop(event.agent, "") != event.visit or visits.pop(event.visit, "") != event.agent:
                    yield f"an offer of {event.visit} to {event.agent} ended that was not open"
                if one.at > until[event.visit] + GRACE:
                    yield f"an offer of {event.visit} to {event.agent} was open long after its time"
            case AgentJoined() as event:
                hands[event.agent].add(event.interaction)
            case WrappedUp() as event:
                hands[event.agent].discard(event.interaction)
            case PresenceSet() as event:
                capacity[event.agent] = event.capacity
    yield from (f"{agent} still has {sorted(held)} in hand" for agent, held in hands.items() if held)


def _visits(centre: Centre) -> Iterator[str]:
    """No visit is lost: each ends once, and nobody waits in two."""
    waiting: dict[str, str] = {}
    ended: set[str] = set()
    for one in centre.store.events:
        match one.event:
            case VisitEntered() as event:
                if event.interaction in waiting:
                    yield f"{event.interaction} waits twice"
                waiting[event.interaction] = event.visit
            case VisitEnded() as event:
                if event.visit in ended or waiting.pop(event.interaction, "") != event.visit:
                    yield f"{event.visit} ended although it was over or never began"
                ended.add(event.visit)
    yield from (f"{visit} of {interaction} never ended" for interaction, visit in waiting.items())


def _speakers(centre: Centre) -> Iterator[str]:
    """The virtual agent does not speak while the queue or an agent has the interaction; agents only while they have it."""
    holder: dict[str, str] = {}
    ended: set[str] = set()
    for one in centre.store.events:
        match one.event:
            case InteractionStarted() | InteractionReopened() as event:
                holder[event.interaction] = "virtual_agent"
                ended.discard(event.interaction)
            case HandedBack() as event:
                holder[event.interaction] = "virtual_agent"
            case InteractionEnded() as event:
                # What still comes out (an approval, say) is told by the virtual agent: nobody else is there.
                holder[event.interaction] = "virtual_agent"
                ended.add(event.interaction)
            case VisitEntered() as event if event.interaction not in ended:
                holder[event.interaction] = "queue"
            case AgentJoined() as event if event.interaction not in ended:
                holder[event.interaction] = event.agent
            case VisitEnded() as event if holder.get(event.interaction) == "queue":
                holder[event.interaction] = "virtual_agent"
            case MessagePosted() as event:
                has = holder[event.interaction]
                if event.author.kind == "virtual_agent" and has != "virtual_agent":
                    yield f"the virtual agent speaks in {event.interaction} while {has} has it: {event.text!r} {one.cause}"
                if event.author.kind == "agent" and has != event.author.id:
                    yield f"{event.author.id} speaks in {event.interaction} while {has} has it"


def _messages(centre: Centre) -> Iterator[str]:
    """Every message that was acknowledged is in the log once, and none twice."""
    posted: Counter[tuple[str, str, str]] = Counter(
        (event.person, event.message, str(event.text))
        for one in centre.events(MessagePosted)
        if isinstance(event := one.event, MessagePosted) and event.author.kind == "customer"
    )
    yield from (
        f"message {message} of {person} is in the log {count} times"
        for (person, message, _), count in posted.items()
        if count > 1
    )
    for (person, message), text in centre.acknowledged.items():
        if not posted[person, message, text.strip()]:
            yield f"message {message} of {person} was acknowledged and is not in the log"


def _matches(centre: Centre) -> Iterator[str]:
    """An interaction begins with nobody but somebody who was matched in the same session before, or in one carried on."""
    matched: dict[str, set[str]] = defaultdict(set)
    sessions: dict[str, str] = {}
    for one in centre.store.events:
        match one.event:
            case CustomerMatched() as event:
                matched[event.session].add(event.customer)
            case InteractionStarted() as event:
                sessions[event.interaction] = event.session
                # Whoever comes back without a code comes with what the session had established itself.
                before = sessions[event.continues] if event.continues else event.session
                if event.customer and event.customer not in matched[before] | matched[event.session]:
                    yield f"{event.interaction} began with {event.customer}, who was never matched in {before}"
                matched[event.session].add(event.customer)


class _Story(msgspec.Struct):
    """A proposal's facts."""

    proposed: ActionProposed | None = None
    judged: list[ProposalJudged] = []
    met: list[RemedyMet] = []
    refused: list[RemedyRefused] = []
    started: int = 0
    outcomes: list[EffectSucceeded | EffectFailed] = []
    unknown: int = 0


def _stories(centre: Centre) -> dict[str, _Story]:
    stories: dict[str, _Story] = defaultdict(_Story)
    for one in centre.store.events:
        match one.event:
            case ActionProposed() as event:
                stories[event.proposal].proposed = event
            case ProposalJudged() as event:
                stories[event.proposal].judged.append(event)
            case RemedyMet() as event:
                stories[event.proposal].met.append(event)
            case RemedyRefused() as event:
                stories[event.proposal].refused.append(event)
            case EffectStarted() as event:
                stories[event.proposal].started += 1
            case EffectSucceeded() | EffectFailed() as event:
                stories[event.proposal].outcomes.append(event)
            case EffectUnknown() as event:
                stories[event.proposal].unknown += 1
    return stories


def _proposals(centre: Centre) -> Iterator[str]:
    """No effect without an allowed judgement of these arguments; one outcome; nothing is left hanging."""
    for proposal, story in _stories(centre).items():
        proposed = story.proposed
        if proposed is None:
            yield f"{proposal} has facts and was never proposed"
            continue
        if any(judged.args_hash != proposed.args_hash for judged in story.judged):
            yield f"{proposal} was judged on other arguments"
        if any(met.args_hash != proposed.args_hash for met in story.met):
            yield f"a remedy of {proposal} was met for other arguments"
        allowed = sum(judged.verdict == "allowed" for judged in story.judged)
        last = story.judged[-1].verdict if story.judged else ""
        if allowed > 1 or (allowed and last != "allowed"):
            yield f"{proposal} was judged again after it had been allowed"
        if (story.started or story.outcomes) and not allowed:
            yield f"{proposal} had an effect and was never allowed"
        action = centre.definitions.bundle.actions[proposed.action]
        withdrawn = any(getattr(each, "code", "") in TEMPORARY for each in story.outcomes)  # stopped before the call
        if action.effect == "execute" and story.outcomes and not story.started and not withdrawn:
            yield f"{proposal} ({proposed.action}) has an outcome and was never begun"
        if story.refused and allowed:
            yield f"{proposal} was allowed although a remedy was refused"
        if len(story.outcomes) > 1:
            yield f"{proposal} has {len(story.outcomes)} outcomes"
        if not story.judged:
            yield f"{proposal} ({proposed.action}) was never judged"
        if last == "needs" and not story.refused:
            yield f"{proposal} waits for ever for {story.judged[-1].needs}"
        if allowed and not story.outcomes:
            yield f"{proposal} was allowed and has no outcome (unknown: {story.unknown})"


def _codes(centre: Centre) -> Iterator[str]:
    """Nobody waits for a code that was not sent: its challenge ended with the sending."""
    sendings = {event.sending: event.challenge for event in _of(centre, ChallengeIssued)}
    over = {event.challenge for event in _of(centre, ChallengePassed)}
    over |= {event.challenge for event in _of(centre, ChallengeFailed) if event.why != "wrong"}
    for event in _of(centre, EffectFailed):
        if sendings.get(event.proposal, "") not in (over | {""}):
            yield f"{sendings[event.proposal]} is still waited for although {event.proposal} did not send its code"


def _refunds(centre: Centre) -> Iterator[str]:
    """What the shop really did is what the log says, and every rule of the demo held: this knows them by heart."""
    stories = _stories(centre)
    made = Counter(refund.reference for refund in centre.shop.refunds)
    yield from (f"{proposal} was refunded {count} times" for proposal, count in made.items() if count > 1)
    for proposal, story in stories.items():
        if story.proposed is None or story.proposed.action not in REFUNDS or not story.outcomes:
            continue
        happened = isinstance(story.outcomes[-1], EffectSucceeded)
        if made[proposal] != int(happened):
            yield f"{proposal} came out as {story.outcomes[-1]} and the shop made {made[proposal]} refunds"
    for refund in centre.shop.refunds:
        found = stories.get(refund.reference)
        if found is None or found.proposed is None or not found.judged:
            yield f"the shop made a refund for {refund.reference!r}, of which the log knows nothing"
            continue
        proposed, judged = found.proposed, found.judged[-1]
        args = proposed.args
        said = (args["order_id"], args["item_id"], args["amount"]["amount"])
        if said != (refund.order, refund.item, refund.amount):
            yield f"{refund.reference} refunded {refund} instead of {said}"
        if judged.customer != refund.customer:
            yield f"{refund.reference} refunded an order of {refund.customer} in the affair of {judged.customer!r}"
        if centre.shop.orders[refund.order].status != "delivered":
            yield f"{refund.reference} refunded an order that was not delivered"
        yield from _remedies(proposed, found.met, refund.amount)


def _remedies(proposed: ActionProposed, met: list[RemedyMet], amount: int) -> Iterator[str]:
    kinds = {str(each.remedy) for each in met}
    wanted = {"confirm"}
    if amount > CODE_OVER:
        wanted.add("step_up:2")
    if amount > APPROVAL_OVER or ("agent" in proposed.principal.roles and amount > AGENTS_APPROVAL_OVER):
        wanted.add("approve:supervisor")
    if not wanted <= kinds:
        yield f"{proposed.proposal} was refunded without {sorted(wanted - kinds)}"
    for each in met:
        may = {"supervisor", "manager"} & set(each.by.roles)
        if each.remedy.kind == "approve" and (each.by.id == proposed.principal.id or not may):
            yield f"{proposed.proposal} was approved by {each.by}"
        if each.remedy.kind == "confirm" and each.by.id != proposed.person:
            yield f"{proposed.proposal} was confirmed by {each.by}"


def _at_rest(centre: Centre) -> Iterator[str]:
    """Nothing is overdue, nothing is parked, and every interaction has ended and has an outcome."""
    now = centre.clock()
    for waiting in centre.store.due.values():
        state = "parked" if waiting.parked else "overdue" if waiting.due.at <= now else "still to come"
        yield f"a command is {state} at rest: {waiting.due} {waiting.parked or ''}"
    open_ones: dict[str, Recorded] = {}
    for one in centre.store.events:
        match one.event:
            case InteractionStarted() | InteractionReopened() as event:
                open_ones[event.interaction] = one
            case InteractionEnded() as event:
                if event.interaction not in open_ones:
                    yield f"{event.interaction} ended twice"
                open_ones.pop(event.interaction, None)
    yield from (f"{interaction} never ended" for interaction in open_ones)


async def _views(centre: Centre) -> AsyncIterator[str]:
    """What every node sees is what the log says."""
    rebuilt = board(centre.definitions.queues)
    state = rebuilt.initial()
    for one in centre.store.events:
        state = rebuilt.fold(state, one)
    expected = to_snapshot(state)
    for life in centre.lives:
        await life.app.follower.catch_up()
        name = life.app.node.name
        if to_snapshot(life.app.board) != expected:
            yield f"the board of {name} differs from the one that is rebuilt from the log"
        if life.app.node.parked:
            yield f"{name} has parked {life.app.node.parked}"
        left = life.app.approvals
        if left.waiting or left.running or left.unknown:
            yield f"approvals are left on {name}: {left.waiting} {left.running} {left.unknown}"
        if left != centre.lives[0].app.approvals:
            yield f"the approvals of {name} differ from those of another node"
