"""What is wrong with a journey that could be read: unknown names, dead ends, steps never reached, branches left out?"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any, Final

from interlock.journeys.agent_checks import never_goes_on, wrong_agent
from interlock.journeys.branches import possible, required
from interlock.journeys.calling import wrong_call
from interlock.journeys.heard import CONVERSATION, TOLD
from interlock.journeys.known import Known, Path, Wrong
from interlock.journeys.language import (
    BRANCHES,
    DO_FIRST,
    WAITING,
    AgentStep,
    AskStep,
    CallStep,
    ChooseStep,
    DoStep,
    EndStep,
    ForeseeStep,
    HandOverStep,
    JourneyFile,
    LookUpStep,
    PromiseStep,
    RecordStep,
    SayStep,
    Step,
    TenantFile,
    VerifyStep,
    WaitStep,
    WhenStep,
)
from interlock.journeys.matter_files import FIELDS, MATTER, no_such
from interlock.journeys.model import blocks, branches, called, result_of
from interlock.journeys.profiles import conditions, wrong_profiles
from interlock.journeys.slots import TODAY, VALUE, Slot
from interlock.kernel.cel import Expression
from interlock.kernel.documents import Located, Problem, did_you_mean, problem
from interlock.kernel.template import Template

ALWAYS: Final = frozenset({"customer_reason", "hand_over", "tenant", "journey", "needed", CONVERSATION})
"""Names that have a value in every step."""

CUSTOMER: Final = "customer"
"""Has a value behind a step that matched somebody: ``customer.id``."""


class Checker:
    """Finds the problems of one file. ``slots`` are those that its steps may use."""

    def __init__(self, located: Located[Any], slots: Mapping[str, Slot], known: Known) -> None:
        self.located = located
        self.slots = slots
        self.known = known
        self.problems: list[Problem] = []
        self.results: set[str] = set()
        self.given: dict[str, Collection[str]] = {CONVERSATION: TOLD}
        self.always = ALWAYS

    def journey(self, filled: frozenset[str] = frozenset()) -> list[Problem]:
        """The problems of a journey file; ``filled`` are slots that have a value whenever it begins."""
        file: JourneyFile = self.located.value
        if file.matter is not None:
            self.always, self.given = ALWAYS | {MATTER}, {**self.given, MATTER: FIELDS}
        self._results_of(file.steps)
        self._slots(file.slots)
        self._wrong(wrong_profiles({("steps",): file.steps}, file.slots, file.profiles))
        self._wrong(self.known.wrong_models(file.models, ("models",)))
        ends, _ = self._block(file.steps, ("steps",), self.always | filled, frozenset())
        if not ends:
            self._dead_end(("steps", len(file.steps) - 1), "the journey")
        return self.problems

    def defaults(self) -> list[Problem]:
        """The problems of the default branches in ``tenant.yaml``."""
        file: TenantFile = self.located.value
        self._wrong(self.known.wrong_sending(file))
        for name, method in file.verification.items():
            self._action(method.action, ("verification", name, "action"))
            self._wrong(self.known.wrong_arguments(method.action, method.args, ("verification", name, "args")))
        self._slots(file.slots)
        self._wrong(wrong_profiles({("defaults", name): each for name, each in file.defaults.items()}, file.slots, {}))
        for name, steps in file.defaults.items():
            if name not in BRANCHES:
                self._say(("defaults", name), f"there is no branch '{name}'", did_you_mean(name, BRANCHES), at_key=True)
            self._results_of(steps)
            self._branch(name, steps, ("defaults", name), ALWAYS, frozenset())
        return self.problems

    # The flow: what has a value where, and whether a block ends.

    def _block(
        self, steps: tuple[Step, ...], at: Path, known: frozenset[str], failed: frozenset[str]
    ) -> tuple[bool, frozenset[str]]:
        """Whether a block never runs on behind its last step, and what has a value there.

        Args:
            failed: results of which only ``customer_reason`` has a value, because their step did not succeed.
        """
        for index, step in enumerate(steps):
            path = (*at, index)
            self._step(step, path, known, failed)
            known, ends = self._after(step, path, known, failed)
            last = index + 1 == len(steps)
            if ends and not last:
                self._say((*at, index + 1), "this step is never reached", "remove it, or what ends before it")
            if ends or (last and isinstance(step, HandOverStep)):
                return True, known
        return False, known

    def _after(
        self, step: Step, path: Path, known: frozenset[str], failed: frozenset[str]
    ) -> tuple[frozenset[str], bool]:
        """What has a value behind a step, and whether anything comes behind it at all."""
        if isinstance(step, WhenStep):
            then_ends, then = self._block(step.then, (*path, "then"), known, failed)
            else_ends, otherwise = self._block(step.otherwise, (*path, "else"), known, failed)
            if then_ends and else_ends and step.otherwise:
                return known, True
            return (otherwise if then_ends else then if else_ends else then & otherwise), False
        if isinstance(step, AgentStep):
            ends, _ = self._block(step.otherwise, (*path, "otherwise"), known, failed)
            for name, steps in branches(step).items():
                self._branch(name, steps, (*path, "on", name), known, failed)
            return known, ends and never_goes_on(step)
        result = result_of(step)
        inside = failed | {result} if result else failed
        for name, steps in branches(step).items():
            self._branch(name, steps, (*path, "on", name), known, inside)
        if isinstance(step, AskStep):
            return known | {step.ask}, False
        if isinstance(step, ChooseStep):
            return known | {step.choose}, False
        if isinstance(step, VerifyStep):
            return known | {CUSTOMER}, False
        return (known | {result} if result else known), isinstance(step, EndStep)

    def _branch(
        self, name: str, steps: tuple[Step, ...], path: Path, known: frozenset[str], failed: frozenset[str]
    ) -> None:
        if name in WAITING:
            for index, step in enumerate(steps):
                if not isinstance(step, SayStep):
                    what = f"in '{name}' the step goes on waiting, so the branch can only say something"
                    self._say((*path, index), what, "keep the 'say' steps only")
        ends, _ = self._block(steps, path, known, failed)
        if not ends and name not in WAITING and name != DO_FIRST:
            self._dead_end((*path, len(steps) - 1) if steps else path, f"the branch '{name}'")

    def _dead_end(self, path: Path, what: str) -> None:
        self._say(path, f"{what} runs out behind this step", "add '- end: …' or '- hand_over: …'")

    # Single steps.

    def _step(self, step: Step, path: Path, known: frozenset[str], failed: frozenset[str]) -> None:
        names = (known, failed)
        if remind := getattr(step, "remind", None):
            self._text(remind.say, (*path, "remind", "say"), *names)
        match step:
            case SayStep(say=text):
                self._text(text, (*path, "say"), *names)
                self._to(step.to, path, *names)
            case AskStep(ask=slot):
                self._asked(slot, (*path, "ask"))
                self._outside(step.outside, path)
            case ChooseStep():
                self._choice(step, path, *names)
                self._outside(step.outside, path)
            case VerifyStep():
                self._verify(step, path)
            case LookUpStep() | DoStep() | ForeseeStep():
                verb, action, args = called(step)
                self._action(action, (*path, verb), reads=isinstance(step, LookUpStep))
                self._wrong(self.known.wrong_arguments(action, args, (*path, "with")))
                self._wrong(self.known.wrong_purpose(action, step.purpose, path))
                for name, text in args.items():
                    self._text(text, (*path, "with", name), *names)
            case PromiseStep():
                if self.known.promises is not None and step.promise not in self.known.promises:
                    mend = did_you_mean(step.promise, self.known.promises)
                    self._say((*path, "promise"), f"there is no promise '{step.promise}'", mend)
                for name in ("about", "value", "words"):
                    if (text := getattr(step, name)) is not None:
                        self._text(text, (*path, name), *names)
            case CallStep():
                self._call(step, path)
                for name, text in step.args.items():
                    self._text(text, (*path, "with", name), *names)
            case RecordStep(kind=Template() as kind):
                self._text(kind, (*path, "kind"), *names)
            case WaitStep(until=Template() as until):
                self._text(until, (*path, "until"), *names)
            case EndStep(gives=dict() as gives):
                for name, text in gives.items():
                    self._text(text, (*path, "gives", name), *names)
            case WhenStep(when=condition):
                self._text(condition, (*path, "when"), *names)
            case HandOverStep(hand_over=queue, reason=reason):
                self._queue(queue, (*path, "hand_over"))
                self._outside(step.outside, path)
                if reason is not None:
                    self._text(reason, (*path, "reason"), *names)
            case AgentStep():
                self._agent(step, path, *names)
        self._wrong(self.known.wrong_models(getattr(step, "models", ()), (*path, "models")))
        self._branches(step, path)

    def _branches(self, step: Step, path: Path) -> None:
        """Branches that the step cannot have, and those that it lacks."""
        wanted = required(step, self.known.remedies)
        known = {*wanted, *possible(step), *self._outcomes(step)}
        for name, _ in branches(step).items():
            if name not in known:
                self._say(
                    (*path, "on", name), f"this step has no branch '{name}'", did_you_mean(name, known), at_key=True
                )
        written = {name for name, _ in branches(step).items()}
        missing = [name for name in wanted if name not in written and name not in self.known.defaults]
        if missing:
            what = f"nothing says what happens in {', '.join(repr(name) for name in missing)}"
            self._say(path, what, "add it to 'on:' of this step, or to 'defaults:' in tenant.yaml")

    def _choice(self, step: ChooseStep, path: Path, known: frozenset[str], failed: frozenset[str]) -> None:
        slot = self._slot(step.choose, (*path, "choose"))
        if slot is not None and (slot.type != "choice" or slot.options):
            mend = f"write '{step.choose}: {{ type: choice }}' under 'slots:'"
            self._say((*path, "choose"), f"'{step.choose}' cannot be chosen from a list", mend)
        self._text(step.source, (*path, "from"), known, failed)
        self._text(step.ask, (*path, "ask"), known, failed)
        self._text(step.label, (*path, "label"), known | {step.choose}, failed)

    def _verify(self, step: VerifyStep, path: Path) -> None:
        self._wrong(self.known.wrong_verify(step.verify.level, step.verify.by, (*path, "verify")))
        method = self.known.tenant.verification.get(step.verify.by)
        for slot in method.args.values() if method is not None else ():
            self._asked(slot, (*path, "verify", "by"))

    def _asked(self, name: str, path: Path) -> None:
        """A slot that a step asks for has to bring its question, and a choice its answers."""
        slot = self._slot(name, path)
        if slot is not None and slot.ask is None:
            self._say(path, f"the slot '{name}' has no question", f"add 'ask:' to '{name}' under 'slots:'")
        if slot is not None and slot.type == "choice" and not slot.options:
            self._say(path, f"the slot '{name}' has no options", "add 'options:', or use a 'choose' step with a list")

    def _slot(self, name: str, path: Path) -> Slot | None:
        slot = self.slots.get(name)
        if slot is None:
            self._say(path, f"there is no slot '{name}'", did_you_mean(name, self.slots) or "add it under 'slots:'")
        return slot

    def _slots(self, own: Mapping[str, Slot]) -> None:
        """Questions refer only to names that exist; a result is not called as a slot is."""
        everywhere = self.always | frozenset(self.slots) | self.results
        for name, condition in conditions(self.located.value).items():
            self._text(condition, ("profiles", name), everywhere | {TODAY, CUSTOMER}, frozenset())
        for name, slot in own.items():
            self._to(slot.to, ("slots", name), everywhere, frozenset())
            for setting in ("ask", "again", "wrong", "valid"):
                text = getattr(slot, setting)
                if text is not None:
                    also = {VALUE, TODAY} if setting == "valid" else set()
                    self._text(text, ("slots", name, setting), everywhere | also, frozenset())
            if name in self.results or name in self.always or name == CUSTOMER:
                self._say(("slots", name), f"'{name}' is the name of something else here", "rename one", at_key=True)

    def _action(self, name: str, path: Path, *, reads: bool = False, proposed: bool = True) -> None:
        if self.known.actions is None:
            return
        action = self.known.actions.get(name)
        if action is None:
            self._say(path, f"there is no action '{name}'", did_you_mean(name, self.known.actions))
        elif reads and action.effect != "read":
            self._say(path, f"'{name}' changes something, and 'look_up' only reads", f"write 'do: {name}'")
        elif proposed and self.known.permitted is not None and name not in self.known.permitted:
            mend = "write a permit for the role virtual_agent in policies/, or take the step out"
            self._say(path, f"no rule permits '{name}' to the virtual agent, so it could only ever be denied", mend)

    def _outside(self, named: Collection[str] | None, path: Path) -> None:
        for index, name in enumerate(named or ()):
            self._action(name, (*path, "outside", index), proposed=False)

    def _outcomes(self, step: Step) -> Collection[str]:
        """The outcomes of a called journey and the exits of an agent, which can each have a branch."""
        if isinstance(step, AgentStep):
            return step.agent.exits
        callee = self.known.callees.get(step.call) if isinstance(step, CallStep) else None
        return callee.outcomes if callee is not None else ()

    def _call(self, step: CallStep, path: Path) -> None:
        for at, what, mend in wrong_call(step, self.known.callees, self.slots):
            self._say((*path, *at), what, mend, at_key=at[0] == "with")

    def _agent(self, step: AgentStep, path: Path, known: frozenset[str], failed: frozenset[str]) -> None:
        inside = (*path, "agent")
        self._text(step.agent.goal, (*inside, "goal"), known, failed)
        for action in step.agent.actions:
            self._action(action, (*inside, "may", step.agent.may.index(action)))
        if step.agent.until is not None:
            self._text(step.agent.until, (*inside, "until"), known | frozenset(step.agent.sets), failed)
        self._wrong(wrong_agent(step, path, known | frozenset(self.slots), self.slots, self.known.callees))

    def _wrong(self, found: Iterable[Wrong]) -> None:
        for at, what, mend, at_key in found:
            self._say(at, what, mend, at_key=at_key)

    def _queue(self, name: str, path: Path) -> None:
        if self.known.queues is not None and name not in self.known.queues:
            self._say(path, f"there is no queue '{name}'", did_you_mean(name, self.known.queues))

    def _text(self, text: Template | Expression, path: Path, known: frozenset[str], failed: frozenset[str]) -> None:
        """Every name in a text or a condition has a value when the step is reached."""
        for reference in text.references:
            root, _, rest = reference.path.partition(".")
            if root in failed:
                if rest != "customer_reason":
                    what = f"'{reference.path}' has no value here, because the step did not succeed"
                    self._say(path, what, f"write {root}.customer_reason, or leave it out", offset=reference.offset)
            elif root in known:
                if (given := self.given.get(root)) is not None and (name := rest.split(".")[0]) and name not in given:
                    self._say(path, no_such(root, name), did_you_mean(name, given), offset=reference.offset)
            elif root == CUSTOMER:
                what = f"nobody is known here yet, so '{root}' has no value"
                self._say(path, what, "write a 'verify' step before it")
            elif root in self.slots or root in self.results:
                mend = "ask for it before" if root in self.slots else "look it up before"
                self._say(path, f"'{root}' may have no value here yet", mend, offset=reference.offset)
            else:
                names = known | frozenset(self.slots) | self.results
                self._say(path, f"'{root}' is not known here", did_you_mean(root, names), offset=reference.offset)

    def _to(self, to: Mapping[str, Template], path: Path, known: frozenset[str], failed: frozenset[str]) -> None:
        for profile, text in to.items():
            self._text(text, (*path, "to", profile), known, failed)

    def _results_of(self, steps: tuple[Step, ...]) -> None:
        for step in steps:
            if result := result_of(step):
                self.results.add(result)
            if result and isinstance(step, CallStep) and (callee := self.known.callees.get(step.call)):
                self.given[result] = {"outcome", *(callee.gives or ())}
            for _, inner in blocks(step):
                self._results_of(inner)

    def _say(self, path: Path, what: str, mend: str, *, offset: int = 0, at_key: bool = False) -> None:
        self.problems.append(problem(self.located, path, what, mend, offset=offset, at_key=at_key))
