"""May this person propose this action in this interaction, and what exactly is frozen when he does?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from interlock.control.bundle import Bundle
from interlock.control.settings import ControlSettings
from interlock.kernel.deciders import Decider, Moment
from interlock.kernel.errors import Refused
from interlock.kernel.events import Event, Recorded
from interlock.kernel.log import Query
from interlock.vocabulary.ids import NOBODY, CustomerId, StaffId, tag
from interlock.vocabulary.interactions import (
    AgentJoined,
    HandedBack,
    InteractionEnded,
    InteractionReopened,
    InteractionStarted,
    WrappedUp,
)
from interlock.vocabulary.outside import CaseOpened
from interlock.vocabulary.people import CustomerMatched
from interlock.vocabulary.proposals import ActionProposed, ProposeAction


@dataclass(frozen=True, slots=True)
class Scene:
    """The interaction that a proposal is made in.

    Attributes:
        handler: the agent who has the interaction; empty while nobody does.
        outside: the agents of other vendors that it is open to.
        proposed: what has been proposed under the command's identifier already, as (action, args_hash).
    """

    started: InteractionStarted | None = None
    ended: bool = False
    customer: CustomerId = NOBODY
    handler: StaffId = StaffId("")
    outside: frozenset[str] = frozenset()
    proposed: tuple[tuple[str, str, str], ...] = ()


def evolve_scene(scene: Scene, recorded: Recorded) -> Scene:
    """Fold one fact of the interaction in."""
    match recorded.event:
        case InteractionStarted() as event:
            return replace(scene, started=event, customer=event.customer)
        case InteractionEnded():
            return replace(scene, ended=True)
        case InteractionReopened():
            return replace(scene, ended=False)
        case CustomerMatched() as event:
            return replace(scene, customer=event.customer)
        case AgentJoined() as event:
            return replace(scene, handler=event.agent)
        case HandedBack() | WrappedUp() as event:
            return replace(scene, handler=StaffId("")) if scene.handler == event.agent else scene
        case CaseOpened() as event:
            return replace(scene, outside=scene.outside | {event.agent})
        case ActionProposed() as event:
            return replace(scene, proposed=(*scene.proposed, (event.proposal, event.action, event.args_hash)))
        case _:
            return scene


HANDLING = (InteractionStarted, InteractionEnded, InteractionReopened, AgentJoined, HandedBack, WrappedUp)
"""The facts that say who has an interaction."""

_READ = (*HANDLING, CustomerMatched, CaseOpened, ActionProposed)


def propose_action(bundle: Bundle, settings: ControlSettings) -> Decider[ProposeAction, Scene]:
    """Freeze a proposal of an agent, a supervisor or another program; journeys freeze theirs themselves.

    An agent proposes only where he has the interaction, until he has wrapped it up; one of another vendor where it has a
    case. Proposing the same again under the
    same identifier changes nothing.
    """

    def decide(command: ProposeAction, scene: Scene, moment: Moment) -> Sequence[Event]:
        if scene.started is None:
            raise Refused("interaction_unknown", "There is no such interaction.", status=404)
        if command.principal.kind == "external_agent" and command.principal.id not in scene.outside:
            raise Refused("case_unknown", "You have no such case; open one first.", status=404)
        action = bundle.action(command.action)
        checked = action.check(command.args, settings.secret)
        purpose = command.purpose or action.purpose
        if command.purpose and command.purpose not in action.purposes:
            known = ", ".join(action.purposes) or "none"
            raise Refused("bad_purpose", f"{action.name} is not proposed for this purpose; known: {known}.", status=422)
        for proposal, name, args_hash in scene.proposed:
            if proposal == command.proposal:
                if (name, args_hash) == (command.action, checked.args_hash):
                    return []
                raise Refused("proposal_exists", "Something else was proposed under this identifier; take a new one.")
        if command.principal.kind == "agent":
            _refuse_unless_handling(command, scene)
        elif scene.ended:
            raise Refused("interaction_ended", "This interaction has ended.")
        return [
            ActionProposed(
                proposal=command.proposal,
                interaction=command.interaction,
                person=scene.started.person,
                session=scene.started.session,
                channel=scene.started.channel,
                customer=scene.customer,
                principal=command.principal,
                action=action.name,
                args=checked.args,
                private_args=checked.private_args,
                args_hash=checked.args_hash,
                purpose=purpose,
            )
        ]

    return Decider(
        command=ProposeAction,
        reads=lambda command: [Query(tag("interaction", command.interaction), _READ)],
        initial=Scene(),
        evolve=evolve_scene,
        decide=decide,
    )


def _refuse_unless_handling(command: ProposeAction, scene: Scene) -> None:
    if not scene.handler:
        raise Refused("not_handling", "You do not have this interaction; take it from its queue first.", status=403)
    if scene.handler != command.principal.id:
        raise Refused("not_handling", "A colleague has this interaction.", status=403)
