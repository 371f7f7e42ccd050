"""Who plays the runtime in these tests: a log in a list, suggestions given by hand, and outcomes of proposals at will."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from interlock.control.bundle import Bundle, load_bundle
from interlock.journeys import Conversation, Expected, JourneySet, evolve, expected, subject
from interlock.journeys.compile import compile_journeys
from interlock.journeys.triggers import begun_by, load_triggers
from interlock.kernel.deciders import Decider, Moment
from interlock.kernel.documents import load
from interlock.kernel.events import Cursor, Event, Recorded
from interlock.vocabulary.assurance import Assurance
from interlock.vocabulary.channels import Author, Channel, Principal
from interlock.vocabulary.ids import (
    InteractionId,
    MessageId,
    PersonId,
    ProposalId,
    QueueName,
    SessionId,
    StaffId,
    VisitId,
)
from interlock.vocabulary.interactions import (
    AgentJoined,
    HandedBack,
    HandOverFailed,
    InteractionEnded,
    InteractionReopened,
    InteractionStarted,
    MessagePosted,
)
from interlock.vocabulary.journeys import JourneyAdvance, JourneyEnded, StepReached, TurnContext
from interlock.vocabulary.proposals import ActionProposed, ProposalJudged, Remedy
from interlock.vocabulary.routing import VisitEntered
from interlock.vocabulary.settings import TenantSettings

DEMO = Path(__file__).parents[2] / "examples" / "demo"
NOW = datetime(2026, 11, 21, 9, tzinfo=UTC)
I = InteractionId("i_1")  # noqa: E741
P = PersonId("p_1")
S = SessionId("s_1")
NOTHING = Assurance()
NO_MORE: Mapping[str, str] = {}

ORDER: dict[str, Any] = {
    "order_id": "A-1042",
    "status": "delivered",
    "delivered_at": "2026-11-18T10:00:00Z",
    "expected_at": None,
    "carrier": None,
    "tracking": None,
    "items": [
        {
            "id": "i-1",
            "name": "Enamel stovetop kettle, 1 l",
            "price": {"amount": 1840, "currency": "EUR"},
            "refundable": {"amount": 1840, "currency": "EUR"},
        },
        {
            "id": "i-2",
            "name": "Linen tea towels",
            "price": {"amount": 3000, "currency": "EUR"},
            "refundable": {"amount": 0, "currency": "EUR"},
        },
        {
            "id": "i-3",
            "name": "Copper pan",
            "price": {"amount": 14000, "currency": "EUR"},
            "refundable": {"amount": 14000, "currency": "EUR"},
        },
    ],
}
REFUND = {"refund_id": "r-1", "amount": {"amount": 1840, "currency": "EUR"}, "destination": "Visa ending 4242"}


@cache
def demo_files() -> dict[str, str]:
    """The definitions of the demo tenant by path."""
    found = [path for path in DEMO.rglob("*") if path.suffix in (".yaml", ".json", ".cedar", ".py")]
    return {path.relative_to(DEMO).as_posix(): path.read_text() for path in found}


def queue_names(files: dict[str, str]) -> list[str]:
    """The queues of the demo, by the names of their files."""
    return [Path(path).stem for path in files if path.startswith("queues/")]


@cache
def demo() -> tuple[TenantSettings, JourneySet, Bundle]:
    """The demo tenant, compiled."""
    files = demo_files()
    tenant = load(files["tenant.yaml"], "tenant.yaml", TenantSettings)
    bundle = load_bundle(files, "r_1")
    return tenant, compiled(tenant, bundle), bundle


def compiled(tenant: TenantSettings, bundle: Bundle, more: Mapping[str, str] = NO_MORE) -> JourneySet:
    """The demo's journeys, and more of them by the paths of their files."""
    files = demo_files()
    journeys = {path: text for path, text in files.items() if path.startswith("journeys/")}
    return compile_journeys(
        {**journeys, **more},
        tenant,
        actions=bundle.actions,
        queues=queue_names(files),
        promises=bundle.promises,
        tenant_file=files["tenant.yaml"],
        begun=begun_by(load_triggers(files)),
    )


class Chat:
    """One interaction; ``log`` holds its facts, ``lines`` what was said, in order."""

    def __init__(self, established: Assurance = NOTHING, more: Mapping[str, str] = NO_MORE) -> None:
        """A chat.

        Args:
            established: what was established in its session before it began.
            more: journeys besides those of the demo, by the paths of their files.
        """
        self.tenant, self.journeys, self.bundle = demo()
        if more:
            self.journeys = compiled(self.tenant, self.bundle, more)
        self.log: list[Recorded] = []
        self._ids = 0
        self.use(self.tenant)
        self.add(
            InteractionStarted(
                interaction=I, person=P, session=S, channel=Channel.CHAT, release="r_1", assurance=established
            )
        )

    def use(self, tenant: TenantSettings) -> None:
        """Go on with other settings of the tenant."""
        self.tenant = tenant
        talk = subject(self.resolve, tenant, self._propose, lambda action: action == "shop.refund_item")
        self._deciders: dict[Any, Decider[Any, Any]] = {each.command: each for each in talk.deciders}

    def resolve(self, release: str, name: str) -> Any:
        return self.journeys.journeys.get(name)

    def _propose(self, action: str, raw: Any) -> tuple[dict[str, Any], Any, str]:
        checked = self.bundle.action(action).check(raw, b"secret")
        return checked.args, checked.private_args, checked.args_hash

    def _new_id(self, prefix: str) -> str:
        self._ids += 1
        return f"{prefix}_{self._ids}"

    def add(self, *facts: Event) -> list[Event]:
        for fact in facts:
            number = len(self.log) + 1
            self.log.append(Recorded(Cursor(number, number), f"e_{number}", NOW + timedelta(seconds=number), fact, "c"))
        return list(facts)

    @property
    def state(self) -> Conversation:
        state = Conversation()
        for recorded in self.log:
            state = evolve(state, recorded)
        return state

    def expects(self) -> Expected:
        return expected(self.state, self.resolve, self.tenant)

    def do(self, command: Any) -> list[Event]:
        decider = self._deciders[type(command)]
        queries = decider.reads(command)
        read = [each for each in self.log if any(query.matches(each.event) for query in queries)]
        return self.add(*decider.decide(command, decider.fold(read), Moment(NOW, self._new_id)))

    def write(self, text: str, *suggestions: Any) -> list[str]:
        """The customer writes; gives what the virtual agent says to it."""
        author = Author(kind="customer", id=P)
        message = MessageId(self._new_id("in"))
        self.add(MessagePosted(interaction=I, person=P, message=message, author=author, text=text))
        facts = self.do(TurnContext(interaction=I, message=message, text=text, suggestions=suggestions, model="test"))
        return said(facts)

    def settle(self, what: str, result: Any = None, reason: str = "", ref: str = "") -> list[str]:
        """What the last proposal came to; gives what the virtual agent says to it."""
        about = ref or self.proposal.proposal
        return said(self.do(JourneyAdvance(interaction=I, what=what, ref=about, result=result, customer_reason=reason)))

    def needs(self, kind: Any, argument: str = "", says: str = "") -> None:
        """The gate wants a remedy for the last proposal first; it tells in words what that would do."""
        proposed = self.proposal
        self.add(
            ProposalJudged(
                proposal=proposed.proposal,
                interaction=I,
                person=P,
                customer=proposed.customer,
                principal=proposed.principal,
                action=proposed.action,
                args_hash=proposed.args_hash,
                verdict="needs",
                policy="r_1",
                rulings=(),
                needs=(Remedy(kind, argument),),
                facts={},
                says=says,
            )
        )

    @property
    def proposal(self) -> ActionProposed:
        return [each.event for each in self.log if isinstance(each.event, ActionProposed)][-1]

    @property
    def proposals(self) -> list[ActionProposed]:
        return [each.event for each in self.log if isinstance(each.event, ActionProposed)]

    @property
    def outcomes(self) -> list[str]:
        return [each.event.outcome for each in self.log if isinstance(each.event, JourneyEnded)]

    @property
    def card(self) -> Any:
        return [each.event for each in self.log if isinstance(each.event, MessagePosted)][-1].card

    def queued(self) -> None:
        visit, queue = VisitId("v_1"), QueueName("care")
        self.add(
            VisitEntered(visit=visit, interaction=I, person=P, queue=queue, channel=Channel.CHAT, priority=0, since=NOW)
        )

    def joined(self) -> None:
        self.add(AgentJoined(interaction=I, person=P, agent=StaffId("amara"), visit=VisitId("v_1")))

    def handed_back(self) -> list[str]:
        self.add(HandedBack(interaction=I, person=P, agent=StaffId("amara")))
        return said(self.do(JourneyAdvance(interaction=I, what="handed_back", ref=I)))

    def hand_over_fails(self, why: Any = "unstaffed") -> list[str]:
        reached = [each.event for each in self.log if isinstance(each.event, StepReached)]
        run = next(each.run for each in reversed(reached) if each.waits_for == "hand_over")
        self.add(HandOverFailed(interaction=I, person=P, queue=QueueName("care"), why=why, run=run))
        return self.settle("hand_over_failed", ref=run)

    def reopened(self) -> None:
        self.add(InteractionReopened(interaction=I, person=P, session=S))

    def ended(self) -> None:
        self.add(InteractionEnded(interaction=I, person=P, session=S, reason="inactivity"))

    def matched(self) -> None:
        """As far as a look-up of A-1042 for its own customer, in the journey that was begun last."""
        self.settle("succeeded", {"customer_id": "c-104", "name": "Eva Lind"})


def said(facts: list[Event]) -> list[str]:
    return [str(fact.text) for fact in facts if isinstance(fact, MessagePosted) and fact.author.kind == "virtual_agent"]


def start(journey: str) -> dict[str, Any]:
    return {"type": "start_journey", "journey": journey, "confidence": 0.9}


def slot(name: str, value: Any) -> dict[str, Any]:
    return {"type": "set_slot", "name": name, "value": value, "confidence": 1.0}


HUMAN = {"type": "hand_over", "reason": "asked"}
CANCEL = {"type": "cancel"}
AGENT = Principal(kind="agent", id="amara", roles=("agent",))
PROPOSAL = ProposalId("pr_x")
