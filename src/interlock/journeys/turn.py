"""How does a turn of the virtual agent gather its facts: what it says, fills in, asks for, and where its runs stand?"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, NamedTuple

from interlock.journeys.agent_work import ASKED
from interlock.journeys.choices import MAX_CHOICES
from interlock.journeys.heard import CONVERSATION, of_conversation, of_matter
from interlock.journeys.language import AgentStep, AskStep, ChooseStep, DoStep, VerifyStep
from interlock.journeys.matter_files import MATTER
from interlock.journeys.model import Journey, in_language
from interlock.journeys.profiles import held, offered
from interlock.journeys.reminders import Remind
from interlock.journeys.slots import TODAY, VALUE, Slot
from interlock.journeys.state import Conversation, Run, apply
from interlock.journeys.values import spoken
from interlock.kernel.cel import ExpressionError
from interlock.kernel.deciders import Moment
from interlock.kernel.events import Event
from interlock.kernel.template import Template
from interlock.vocabulary.channels import Author, Card, Choice, sent_through
from interlock.vocabulary.ids import MessageId, RunId
from interlock.vocabulary.interactions import MessagePosted
from interlock.vocabulary.journeys import JourneyEnded, JourneyStarted, SlotFilled, StepReached
from interlock.vocabulary.languages import asks_for, name_of
from interlock.vocabulary.matters import STOPPING
from interlock.vocabulary.settings import TenantSettings

Resolve = Callable[[str, str], Journey | None]
"""A journey by the version of the definitions and its name; None where that version has no such journey."""

Propose = Callable[[str, Mapping[str, Any]], tuple[dict[str, Any], Any, str]]
"""Types an action's arguments: (action, raw arguments) → (arguments, personal ones, their hash). Raises Refused."""

MovesMoney = Callable[[str], bool]
"""Whether an action moves money."""

ACTED: Final = "acted "
"""Before the name of a called journey: the source of what it gave, where it has also done something."""


@dataclass(frozen=True, slots=True)
class Kit:
    """What journeys are run with."""

    resolve: Resolve
    settings: TenantSettings
    propose: Propose
    moves_money: MovesMoney


class Returned(NamedTuple):
    """A run that ended: what it gave (None where it gives nothing back), why it may have failed, whether it did anything."""

    run: RunId
    journey: str
    outcome: str
    gives: Mapping[str, Any] | None
    reason: str
    acted: bool


class Turn:
    """One decision in the making. ``state`` always includes the facts gathered so far.

    ``resumed`` tells that an interrupted run was come back to already, ``once_more`` that a question is put again
    although it was understood, ``steps_aside`` that automation goes on with nothing else; ``called`` are the runs that
    ended and that another had called, ``returned`` those of them whose callers have not gone on yet.
    """

    def __init__(self, state: Conversation, moment: Moment, kit: Kit) -> None:
        self.state = state
        self.moment = moment
        self.languages = kit.settings.languages
        self.settings = kit.settings.said_in(state.language).on(state.channel)
        self.propose, self.moves_money = kit.propose, kit.moves_money
        self.resolve = in_language(kit.resolve, state.language)
        self.facts: list[Event] = []
        self.resumed = self.once_more = self.steps_aside = False
        self.returned: list[Returned] = []
        self.called: set[RunId] = set()

    def add(self, fact: Event) -> None:
        """Gather a fact."""
        self.facts.append(fact)
        self.state = apply(self.state, fact)

    def current(self, run: Run) -> Run:
        """The run as it is now. The run must not be over."""
        now = self.state.run(run.run)
        if now is None:
            raise LookupError(f"run {run.run} is over")
        return now

    def journey(self, run: Run) -> Journey:
        """The journey of a run, in the version that it began on."""
        return journey_of(run, self.resolve)

    def offered(self, name: object) -> Journey | None:
        """The journey of that name, if it can be begun in this interaction."""
        return self.resolve(self.state.release, name) if isinstance(name, str) and name else None

    def menu(self) -> Mapping[str, str]:
        """The journeys that are offered as buttons in this interaction: titles by name."""
        return menu_of(self.state, self.resolve, self.settings)

    def introduce(self) -> None:
        """Before anything else the virtual agent says that it is a machine, and once in which language it goes on."""
        changed = self.state.changed
        if not self.state.spoke:
            self._post(self.settings.machine_notice, None)
        if changed:
            tell = not_speaking if changed == "not_spoken" else now_speaking
            self._post(tell(self.settings, self.languages), None)

    def say(self, text: str, choices: tuple[Choice, ...] = (), model: str = "") -> None:
        """Post a message of the virtual agent, in the words of a journey or of a ``model``."""
        self.introduce()
        card = Card(kind="choices", title="", choices=choices[:MAX_CHOICES]) if choices else None
        self._post(text, card, model)

    def say_with(self, text: str, card: Card) -> None:
        """The same with a card that asks nothing."""
        self.introduce()
        self._post(text, card)

    @property
    def last_message(self) -> MessageId:
        """The message that was posted last in this turn; empty where none was."""
        posted = [fact.message for fact in self.facts if isinstance(fact, MessagePosted)]
        return posted[-1] if posted else MessageId("")

    def _post(self, text: str, card: Card | None, model: str = "") -> None:
        self.add(
            MessagePosted(
                interaction=self.state.interaction,
                person=self.state.person,
                message=MessageId(self.moment.new_id("m")),
                author=Author(kind="virtual_agent", id="virtual_agent", name=self.settings.assistant, model=model),
                text=text,
                card=card,
                send=sent_through(self.state.channel),
            )
        )

    def start(self, journey: Journey, caller: Run | None = None) -> Run:
        """Begin a journey on top of the stack, or for one that calls it."""
        below = caller or self.state.foreground
        run = RunId(self.moment.new_id("run"))
        self.add(
            JourneyStarted(
                interaction=self.state.interaction,
                person=self.state.person,
                run=run,
                journey=journey.name,
                release=caller.release if caller else self.state.release,
                parent=below.run if below else "",
            )
        )
        return self.state.runs[-1]

    def end(self, run: Run, outcome: str, gives: Mapping[str, Any] | None = None) -> None:
        """A run is over; ``gives`` is what its caller gets, if one goes on behind it."""
        self.steps_aside = self.steps_aside or self.journey(run).matter in STOPPING
        if self.state.caller_of(run.run) is not None:
            now = self.current(run)
            self.called.add(run.run)
            self.returned.append(Returned(run.run, run.journey, outcome, gives, now.reason, self.acted(now)))
        self.add(
            JourneyEnded(
                interaction=self.state.interaction,
                person=self.state.person,
                run=run.run,
                journey=run.journey,
                outcome=outcome,
            )
        )

    def fill(self, run: Run, name: str, value: Any, source: str) -> None:
        """Give a slot or a result its value; None takes it away."""
        self.add(
            SlotFilled(
                interaction=self.state.interaction,
                person=self.state.person,
                run=run.run,
                name=name,
                value=value,
                source=source,
            )
        )

    def wait(
        self,
        run: Run,
        path: str,
        waits_for: str,
        ref: str,
        tries: int = 0,
        *,
        again: bool = False,
        until: datetime | None = None,
    ) -> None:
        """The run stands at a step and waits; ``again`` for what it had left there, ``until`` for a moment."""
        self.add(
            StepReached(
                interaction=self.state.interaction,
                person=self.state.person,
                run=run.run,
                path=path,
                waits_for=waits_for,
                ref=ref,
                tries=tries,
                again=again,
                until=until,
                remind=self.reminder_at(run, path),
            )
        )

    def ask_model(self, run: Run, path: str, tries: int = 0) -> None:
        """Have the model of an agent step asked how to go on; ``tries`` answers in a row could not be taken."""
        self.wait(run, path, ASKED, self.moment.new_id("round"), tries)

    def reminder_at(self, run: Run, path: str, reminded: int = 0) -> datetime | None:
        """When the customer is reminded (once more) of what a step waits for: not at night; None for never."""
        remind: Remind | None = getattr(self.journey(run).steps.get(path), "remind", None)
        if remind is None or reminded >= remind.times:
            return None
        at, quiet = self.moment.now + remind.after, self.settings.quiet_hours
        return (quiet.until(at, self.settings.timezone) if quiet is not None else None) or at

    def stand(self, about: str, tries: int) -> None:
        """No journey runs: the conversation waits for a subject."""
        self.add(
            StepReached(
                interaction=self.state.interaction,
                person=self.state.person,
                run=RunId(""),
                path=about,
                waits_for="intent",
                tries=tries,
            )
        )

    def values(self, run: Run) -> dict[str, Any]:
        """What templates and conditions of a run can refer to, in plain data."""
        now = self.current(run)
        journey = self.journey(now)
        known = known_values(now, journey, self.settings, self.state)
        if journey.matter:
            known[MATTER] = of_matter(self.state.matters, self.state.records, journey.matter, self.settings)
        return known

    def valid(self, run: Run, slot: Slot, value: object) -> bool:
        """Whether an answer that a slot can hold is offered to this customer, and meets its condition, too."""
        options = offered(slot, self.profiles(run)).options if slot.options else ()
        if options and all(option.value != value for option in options):
            return False
        try:
            return slot.valid is None or slot.valid.holds({**self.values(run), VALUE: value, TODAY: self._today})
        except ExpressionError:
            return False

    @property
    def _today(self) -> str:
        return self.moment.now.astimezone(self.settings.zone).date().isoformat()

    def profiles(self, run: Run) -> tuple[str, ...]:
        """The profiles that the customer has, as far as the journey of a run can tell by now."""
        journey = self.journey(run)
        return held(journey, {**self.values(run), TODAY: self._today}) if journey.profiles else ()

    def render(self, template: Template, run: Run, extra: Mapping[str, Any] | None = None) -> str:
        """A text for the customer. Raises TemplateError where a name has no value."""
        values = {**self.values(run), **(extra or {})}
        return template.render(spoken(values, self.settings.zone, self.settings.language))

    def acted(self, run: Run) -> bool:
        """Whether a run has done something outside, or a journey that it called has."""
        steps = self.journey(run).steps.values()
        actions = {step.do for step in steps if isinstance(step, DoStep)}
        actions |= {
            action for step in steps if isinstance(step, AgentStep) for action in step.agent.may
        } & self.state.did
        return bool(actions & run.sources) or any(source.startswith(ACTED) for source in run.sources)

    def keeps_off(self, action: str = "") -> bool:
        """Whether the virtual agent leaves an action to people, or without one a promise: what moves money, in distress."""
        return "vulnerable" in self.state.matters and (not action or self.moves_money(action))

    def about(self, text: str, run: Run) -> str:
        """One of the tenant's own texts that speaks of a journey."""
        return text.replace("{about}", self.journey(run).about)


def now_speaking(settings: TenantSettings, languages: Sequence[str]) -> str:
    """That it is gone on in the language of these settings, and how one asks for another one."""
    others = " / ".join(asks_for(each) for each in languages if each != settings.language)
    said = settings.texts.language_changed
    return said.replace("{language}", name_of(settings.language)).replace("{others}", others)


def not_speaking(settings: TenantSettings, languages: Sequence[str]) -> str:
    """That the language which she named is none of those that there are texts in."""
    return settings.texts.language_not_spoken.replace("{languages}", " / ".join(map(name_of, languages)))


def journey_of(run: Run, resolve: Resolve) -> Journey:
    """The journey of a run, in the version that it began on. Raises LookupError where that is gone."""
    journey = resolve(run.release, run.journey)
    if journey is None:
        raise LookupError(f"release {run.release!r} has no journey called {run.journey!r}")
    return journey


def menu_of(state: Conversation, resolve: Resolve, settings: TenantSettings) -> Mapping[str, str]:
    """The journeys that an interaction's release offers as buttons: titles by name."""
    human = resolve(state.release, settings.human_journey)
    return human.said_in(settings.language).menu if human is not None else {}


def known_values(run: Run, journey: Journey, settings: TenantSettings, state: Conversation) -> dict[str, Any]:
    """Slots and results of a run, and what every journey knows."""
    return {
        **run.values,
        "customer_reason": run.reason or settings.texts.no_reason,
        "hand_over": {"why": run.why_not, "message": run.message},
        "customer": {"id": state.customer},
        CONVERSATION: of_conversation(state.tone),
        "tenant": {"title": settings.title},
        "needed": run.needed,
        "journey": {"title": journey.title, "about": journey.about},
    }


def wanted_slot(run: Run, journey: Journey) -> tuple[str, Slot] | None:
    """The slot that a run waits for, with its definition."""
    step = journey.steps.get(run.path)
    if run.waits_for not in ("slot", "choice") or not isinstance(step, AskStep | ChooseStep | VerifyStep):
        return None
    slot = journey.slots.get(run.ref)
    return (run.ref, slot) if slot is not None else None
