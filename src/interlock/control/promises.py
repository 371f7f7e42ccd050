"""What was promised to a customer, by whom, and is it still to be kept?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final

from interlock.control.arguments import read_args
from interlock.control.bundle import Bundle
from interlock.control.facts import Promised
from interlock.control.promise_files import Promises, PromiseSpec
from interlock.control.proposing import HANDLING, Scene, evolve_scene
from interlock.kernel.deciders import Decider, Moment
from interlock.kernel.documents import closest
from interlock.kernel.errors import Refused
from interlock.kernel.events import Erased, Event, Recorded
from interlock.kernel.log import Query
from interlock.vocabulary.channels import VIRTUAL_AGENT
from interlock.vocabulary.ids import CustomerId, PromiseId, tag
from interlock.vocabulary.people import CustomerMatched
from interlock.vocabulary.promises import (
    BreakPromise,
    KeepPromises,
    MakePromise,
    PromiseBroken,
    PromiseKept,
    PromiseMade,
    PromiseRefused,
    PromiseWanted,
)
from interlock.vocabulary.proposals import ActionProposed, EffectSucceeded

MAX_ABOUT: Final = 64
"""Characters of what a promise is about."""

MAX_WORDS: Final = 1_000
"""Characters of what the customer was told."""

FACTS: Final = (PromiseMade, PromiseKept, PromiseBroken)


@dataclass(frozen=True, slots=True)
class Book:
    """A customer's promises by identifier; and what is needed to make or to keep one."""

    promises: Mapping[PromiseId, Promised] = field(default_factory=dict)
    scene: Scene = Scene()
    wanted: Mapping[PromiseId, PromiseWanted] = field(default_factory=dict)
    customer: CustomerId = CustomerId("")
    proposed: ActionProposed | None = None
    done: EffectSucceeded | None = None

    def open(self, now: datetime) -> list[Promised]:
        """Those that hold now, the oldest first."""
        return [each for each in self.promises.values() if each.state == "open" and each.made.valid_until > now]


def promise_query(customer: CustomerId) -> Query:
    """What to read for a customer's promises."""
    return Query(tag("customer", customer), FACTS)


def fold(book: Book, recorded: Recorded) -> Book:
    """One more fact of the customer's, of the interaction or of the proposal."""
    match recorded.event:
        case PromiseMade() as event:
            return replace(book, promises={**book.promises, event.promise: Promised(event, recorded.at)})
        case PromiseKept(promise=promise) | PromiseBroken(promise=promise) as event if promise in book.promises:
            state = "kept" if isinstance(event, PromiseKept) else "broken"
            return replace(book, promises={**book.promises, promise: book.promises[promise]._replace(state=state)})
        case PromiseWanted() as event:
            return replace(book, wanted={**book.wanted, event.promise: event})
        case ActionProposed() as event:
            return replace(book, proposed=event)
        case EffectSucceeded() as event:
            return replace(book, done=event)
    return replace(book, scene=evolve_scene(book.scene, recorded))


def make_promise(bundle: Bundle) -> Decider[MakePromise, Book]:
    """A promise is made within what its kind allows to whoever makes it; the same again changes nothing."""

    def decide(command: MakePromise, book: Book, moment: Moment) -> Sequence[Event]:
        try:
            return _made(command, book, moment, bundle)
        except Refused as refused:
            if command.by != VIRTUAL_AGENT or book.scene.started is None:
                raise
            person, reason = book.scene.started.person, refused.reason
            about = {"promise": command.promise, "interaction": command.interaction, "kind": command.kind}
            return (PromiseRefused(**about, person=person, reason=reason),)  # type: ignore[arg-type]  # three names

    return Decider(
        command=MakePromise,
        reads=lambda command: [
            Query(tag("interaction", command.interaction), (*HANDLING, CustomerMatched, PromiseWanted, *FACTS))
        ],
        initial=Book(),
        evolve=fold,
        decide=decide,
    )


def _made(command: MakePromise, book: Book, moment: Moment, bundle: Bundle) -> Sequence[Event]:
    specs = bundle.promises
    if book.scene.started is None:
        raise Refused("interaction_unknown", "There is no such interaction.", status=404)
    if command.promise in book.promises:
        return ()
    spec = specs.get(command.kind)
    if spec is None:
        near = closest(command.kind[:80], specs)
        mend = f"did you mean '{near}'?" if near else f"known: {', '.join(sorted(specs)) or 'none'}."
        raise Refused("promise_unknown", f"There is no such promise; {mend}", status=422)
    if not book.scene.customer:
        raise Refused("nobody_matched", "Nobody has been matched here yet, so there is nobody to promise anything to.")
    if command.by.kind == "agent" and book.scene.handler != command.by.id:
        raise Refused("not_handling", "Whoever has the interaction promises something in it.", status=403)
    most = spec.most(command.by)
    if most is None:
        raise Refused("role_missing", f"This is promised by: {', '.join(spec.makers)}.", status=403)
    if command.value is None or command.value.currency != spec.currency or command.value.amount <= 0:
        raise Refused("bad_value", f"Say how much is promised, in {spec.currency}.", status=422)
    if command.value.amount > most.amount:
        raise Refused("beyond_authority", f"You may promise up to {most}.", status=403)
    about = _about(spec, command.about, bundle)
    if not 0 <= command.days <= spec.valid.days:
        raise Refused("bad_days", f"This is promised for at most {spec.valid.days} days.", status=422)
    wanted = book.wanted.get(command.promise)
    said = command.words if wanted is None else wanted.words
    words = "" if isinstance(said, Erased) else said
    if len(words) > MAX_WORDS:
        raise Refused("bad_words", f"What the customer was told has at most {MAX_WORDS} characters.", status=422)
    if any((each.made.kind, each.made.about) == (command.kind, about) for each in book.open(moment.now)):
        raise Refused("promised_already", "The same has been promised already, and is still to be kept.")
    return (
        PromiseMade(
            promise=command.promise,
            kind=command.kind,
            interaction=command.interaction,
            person=book.scene.started.person,
            customer=book.scene.customer,
            by=command.by,
            source={"agent": "agent", "virtual_agent": "journey"}.get(command.by.kind, "policy"),  # type: ignore[arg-type]  # one of three
            about=about,
            value=command.value,
            valid_until=moment.now + (timedelta(days=command.days) if command.days else spec.valid),
            words=words,
        ),
    )


def _about(spec: PromiseSpec, said: str, bundle: Bundle) -> str:
    """As the action that keeps it freezes the argument: what is written otherwise would never be found again."""
    if not 0 < len(said) <= MAX_ABOUT:
        raise Refused("bad_about", f"Say what it is about: the {spec.about} of it.", status=422)
    action = bundle.action(spec.actions[0])
    try:
        args, _ = read_args(action.name, [each for each in action.args if each.name == spec.about], {spec.about: said})
    except Refused as refused:
        raise Refused("bad_about", refused.reason, status=422) from None
    return str(args[spec.about])


def keep_promises(specs: Promises) -> Decider[KeepPromises, Book]:
    """What was done keeps every promise that it fits (the same may have been promised in two interactions)."""

    def decide(command: KeepPromises, book: Book, moment: Moment) -> Sequence[Event]:
        if book.proposed is None or book.done is None:
            return ()
        action, args, moved = book.proposed.action, book.proposed.args, book.done.moved
        fitting = (
            each.made
            for each in book.promises.values()
            if each.state == "open"
            and (spec := specs.get(each.made.kind)) is not None
            and action in spec.actions
            and args.get(spec.about) == each.made.about
        )
        return tuple(
            PromiseKept(
                promise=made.promise,
                interaction=made.interaction,
                customer=command.customer,
                proposal=command.proposal,
                moved=moved,
            )
            for made in fitting
        )

    return Decider(
        command=KeepPromises,
        reads=lambda command: [
            promise_query(command.customer),
            Query(tag("proposal", command.proposal), (ActionProposed, EffectSucceeded)),
        ],
        initial=Book(),
        evolve=fold,
        decide=decide,
    )


def break_promise() -> Decider[BreakPromise, Book]:
    """A promise whose time is over and that was not kept is broken."""

    def decide(command: BreakPromise, book: Book, moment: Moment) -> Sequence[Event]:
        found = book.promises.get(command.promise)
        if found is None or found.state != "open":
            return ()
        made = found.made
        return (PromiseBroken(promise=made.promise, interaction=made.interaction, customer=made.customer),)

    return Decider(
        command=BreakPromise,
        reads=lambda command: [promise_query(command.customer)],
        initial=Book(),
        evolve=fold,
        decide=decide,
    )
