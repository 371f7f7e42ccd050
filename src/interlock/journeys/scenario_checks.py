"""Do the scenario files of a release fit it, and what are they once read: whole, each turn with its line?"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from interlock.journeys.calling import ALWAYS_POSSIBLE
from interlock.journeys.language import CallStep, DoStep, EndStep, ForeseeStep, LookUpStep
from interlock.journeys.model import Journey
from interlock.journeys.scenarios import (
    ApprovesTurn,
    AskedTurn,
    CountersTurn,
    CustomerTurn,
    DiscardsTurn,
    FurtherScenario,
    Given,
    HandedOverTurn,
    HandsBackTurn,
    JoinsTurn,
    ReceivesTurn,
    RejectsTurn,
    Reply,
    ScenarioFile,
    ScenariosFile,
    SendsTurn,
    Then,
    TurnWritten,
    WaitsTurn,
)
from interlock.kernel.documents import DefinitionError, Located, Misread, Problem, did_you_mean, load_located, problem

FOLDER: Final = "scenarios/"
OUTCOMES: Final = ALWAYS_POSSIBLE | {"changed_subject"}
"""Outcomes that no ``end`` names."""

Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a scenario can refer to outside its own file.

    Attributes:
        operations: the parameters of every operation by its full name, such as ``shop.getOrder``.
        events: the types of events from outside that triggers wait for.
        purposes: what customers can agree to be written to about.
        languages: what customers can be spoken to in.
        actions: the operation of every action, and its arguments, by its full name, such as ``shop.get_order``.
    """

    journeys: Mapping[str, Journey]
    queues: Collection[str]
    operations: Mapping[str, Collection[str]]
    actions: Mapping[str, tuple[str, Collection[str]]]
    roles: Collection[str]
    events: Collection[str] = ()
    purposes: Collection[str] = ()
    languages: Collection[str] = ()

    def operation(self, name: str) -> str:
        """The operation that is meant by an operation's or an action's name."""
        return self.actions[name][0] if name in self.actions else name

    def names(self, name: str) -> frozenset[str]:
        """The names under which something can be told of a call: parameters, and an action's arguments."""
        own = self.actions[name][1] if name in self.actions else ()
        return frozenset({*own, *self.operations.get(self.operation(name), ())})


class Line(NamedTuple):
    """One turn and the line in which it stands."""

    line: int
    turn: TurnWritten


class Scenario(NamedTuple):
    """A scenario that can be played.

    Attributes:
        replies: what each operation answers, by its full name, in the order in which they are looked at.
    """

    title: str
    journey: str
    file: str
    line: int
    given: Given
    replies: Mapping[str, tuple[Reply, ...]]
    turns: tuple[Line, ...]
    then: Then
    then_line: int


def read_scenarios(files: Mapping[str, str], surroundings: Surroundings) -> list[Scenario]:
    """The scenarios of all ``scenarios/*.yaml``, in the order of the files. Raises DefinitionError for what fits nothing."""
    scenarios: list[Scenario] = []
    problems: list[Problem] = []
    for path in sorted(each for each in files if each.startswith(FOLDER) and each.endswith((".yaml", ".yml"))):
        try:
            located = load_located(files[path], path, ScenarioFile | ScenariosFile)  # type: ignore[arg-type]  # a union of types reads like a type
        except DefinitionError as error:
            problems += error.problems
            continue
        checker = _Checker(located, surroundings)
        scenarios += checker.scenarios()
        problems += checker.problems
    if problems:
        raise DefinitionError(problems)
    return scenarios


class _Checker:
    """Finds the problems of one file, and puts its scenarios together."""

    def __init__(self, located: Located[Any], surroundings: Surroundings) -> None:
        self.located = located
        self.known = surroundings
        self.problems: list[Problem] = []

    def scenarios(self) -> list[Scenario]:
        """The scenarios of the file."""
        file: ScenarioFile | ScenariosFile = self.located.value
        self._known("journey", file.journey, self.known.journeys, ("journey",))
        if isinstance(file, ScenarioFile):
            return [self._scenario(file, file.journey, (), Given())]
        self._given(file.given, ("given",))
        return [
            self._scenario(each, file.journey, ("scenarios", index), file.given)
            for index, each in enumerate(file.scenarios)
        ]

    def _scenario(self, one: ScenarioFile | FurtherScenario, journey: str, at: Path, shared: Given) -> Scenario:
        self._given(one.given, (*at, "given"))
        given = one.given.before(shared)
        for index, turn in enumerate(one.turns):
            self._turn(turn, index, (*at, "turns", index), given)
        if journey in self.known.journeys:
            self._then(one.then, self.known.journeys[journey], (*at, "then"))
        replies: dict[str, tuple[Reply, ...]] = {}
        for systems in (one.given.systems, shared.systems):
            for name, written in systems.items():
                operation = self.known.operation(name)
                replies[operation] = (*replies.get(operation, ()), *_listed(written))
        turns = tuple(Line(self.located.at((*at, "turns", index)).line, turn) for index, turn in enumerate(one.turns))
        line, then_line = self.located.at((*at, "scenario")).line, self.located.at_key((*at, "then")).line
        return Scenario(one.scenario, journey, self.located.file, line, given, replies, turns, one.then, then_line)

    def _given(self, given: Given, at: Path) -> None:
        try:
            given.moment()
        except Misread as error:
            self._say((*at, "at"), error.what, error.mend)
        if given.language is not None:
            self._known("text in the language", given.language, self.known.languages, (*at, "language"))
        for index, queue in enumerate(given.on_shift or ()):
            self._known("queue", queue, self.known.queues, (*at, "on_shift", index))
        for index, purpose in enumerate(given.consents or ()):
            self._known("purpose", purpose, self.known.purposes, (*at, "consents", index))
        for queue in given.closed or ():
            self._known("queue", queue, self.known.queues, (*at, "closed", queue), key=True)
        for name, written in given.systems.items():
            path = (*at, "systems", name)
            if not self._operation(name, path):
                continue
            parameters = self.known.operations[self.known.operation(name)]
            listed = isinstance(written, tuple)
            for index, reply in enumerate(_listed(written)):
                for parameter in reply.given:
                    where = (*path, *((index,) if listed else ()), "for", parameter)
                    self._known(f"parameter of {self.known.operation(name)}", parameter, parameters, where, key=True)

    def _turn(self, turn: TurnWritten, index: int, at: Path, given: Given) -> None:
        if index == 0 and not isinstance(turn, CustomerTurn | WaitsTurn | ReceivesTurn):
            self._say(at, "nobody has written yet", "begin with '- customer: …'")
        match turn:
            case ReceivesTurn(receives=kind):
                self._known("trigger that waits for the event", kind, self.known.events, (*at, "receives"))
            case AskedTurn(asked=slot):
                slots = dict.fromkeys(name for each in self.known.journeys.values() for name in each.slots)
                self._known("slot", slot, slots, (*at, "asked"))
            case HandedOverTurn(handed_over=queue):
                self._known("queue", queue, self.known.queues, (*at, "handed_over"))
            case JoinsTurn(joins=queue) | HandsBackTurn(hands_back=queue):
                path = (*at, "joins" if isinstance(turn, JoinsTurn) else "hands_back")
                if self._known("queue", queue, self.known.queues, path) and queue not in (given.on_shift or ()):
                    mend = f"write 'on_shift: [{queue}]' under 'given'"
                    self._say(path, f"nobody is on shift for the queue '{queue}' here", mend)
            case ApprovesTurn() | RejectsTurn() | CountersTurn() | SendsTurn() | DiscardsTurn():
                verb = turn.__struct_fields__[0]
                self._known("role", getattr(turn, verb), self.known.roles, (*at, verb))

    def _then(self, then: Then, journey: Journey, at: Path) -> None:
        steps = journey.steps.values()
        if then.ended is not None:
            outcomes = dict.fromkeys(each.end for each in steps if isinstance(each, EndStep))
            self._known("outcome of this journey", then.ended, {*outcomes, *OUTCOMES}, (*at, "ended"))
        results = {
            each.result or "result" for each in steps if isinstance(each, DoStep | LookUpStep | ForeseeStep | CallStep)
        }
        for name in then.slots:
            self._known("slot or result", name, {*journey.slots, *results}, (*at, "slots", name), key=True)
        for name, calls in (then.calls or {}).items():
            path = (*at, "calls", name)
            if self._operation(name, path):
                for index, wanted in enumerate(calls):
                    for argument in wanted:
                        where = (*path, index, argument)
                        self._known(f"argument of {name}", argument, self.known.names(name), where, key=True)

    def _operation(self, name: str, path: Path) -> bool:
        known = {**self.known.operations, **self.known.actions}
        return self._known("operation or action", name, known, path, key=True)

    def _known(self, noun: str, name: str, known: Iterable[str], path: Path, *, key: bool = False) -> bool:
        names = sorted(known)
        if name in names:
            return True
        self._say(path, f"there is no {noun} '{name}'", did_you_mean(name, names), at_key=key)
        return False

    def _say(self, path: Path, what: str, mend: str, *, at_key: bool = False) -> None:
        self.problems.append(problem(self.located, path, what, mend, at_key=at_key))


def _listed(written: Reply | tuple[Reply, ...]) -> tuple[Reply, ...]:
    return written if isinstance(written, tuple) else (written,)
