"""Do the rules say what their authors meant: given facts and a proposal, the verdict and the rules that decide?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any, Literal, NamedTuple

import msgspec
from msgspec import Meta

from interlock.control.bundle import Bundle
from interlock.control.case_facts import (
    By,
    CaseFacts,
    argument_of,
    facts_of,
    met_of,
    moment_of,
    past_of_case,
    principal_of,
    require_known,
    unknown,
)
from interlock.control.facts import Facts
from interlock.control.judgement import judge
from interlock.control.manifest import Words
from interlock.control.met import Met
from interlock.control.past import Past
from interlock.kernel.documents import DefinitionError, Located, Misread, Problem, load_located, problem
from interlock.kernel.errors import Refused
from interlock.vocabulary.channels import Channel
from interlock.vocabulary.ids import CustomerId, InteractionId, PersonId, ProposalId, SessionId
from interlock.vocabulary.proposals import ActionProposed, ProposalJudged


class Case(msgspec.Struct, frozen=True, kw_only=True):
    """One case: what is proposed by whom, what is true, and what the gate has to say.

    ``because`` names exactly the rules that decide, in any order; ``needs`` the remedies in the order in which they are
    asked for.
    """

    case: Words
    action: str = ""
    by: By | None = None
    args: dict[str, Any] = {}
    given: CaseFacts = CaseFacts()
    verdict: Literal["allowed", "needs", "denied"]
    because: tuple[str, ...] | None = None
    needs: tuple[str, ...] = ()


class CaseFile(msgspec.Struct, frozen=True, kw_only=True):
    """A file of cases about one action, with what holds in each unless it says otherwise."""

    action: str
    by: By = "virtual_agent"
    args: dict[str, Any] = {}
    given: CaseFacts = CaseFacts()
    cases: Annotated[tuple[Case, ...], Meta(min_length=1)]


class ReadyCase(NamedTuple):
    """A case that can be judged."""

    name: str
    file: str
    line: int
    proposed: ActionProposed
    facts: Facts
    met: Met
    past: Past
    now: datetime
    verdict: str
    because: tuple[str, ...] | None
    needs: tuple[str, ...]


class Failure(NamedTuple):
    """A case that does not hold: ``str()`` says where, what was meant and what the gate says."""

    case: ReadyCase
    judged: ProposalJudged

    @property
    def problem(self) -> Problem:
        """What an author is told who publishes rules that do something else than the case says."""
        got = f"the gate says {self.judged.verdict} because of {', '.join(deciding(self.judged)) or 'nothing'}"
        what = f"the case '{self.case.name}' does not hold: {got}"
        return Problem(self.case.file, self.case.line, 1, what, "mend the rule, or the case if it means something else")

    def __str__(self) -> str:
        got = f"{self.judged.verdict} {deciding(self.judged)} {[str(each) for each in self.judged.needs] or ''}".strip()
        meant = f"{self.case.verdict} {sorted(self.case.because or ())} {list(self.case.needs) or ''}".strip()
        return f"{self.case.file}:{self.case.line}: {self.case.name}: meant {meant}, and the gate says {got}"


def read_cases(files: Mapping[str, str], bundle: Bundle) -> list[ReadyCase]:
    """The cases of all ``cases/*.yaml``, in the order of the files. Raises DefinitionError for what fits nothing."""
    ready: list[ReadyCase] = []
    problems: list[Problem] = []
    for path in sorted(each for each in files if each.startswith("cases/") and each.endswith((".yaml", ".yml"))):
        try:
            located = load_located(files[path], path, CaseFile)
        except DefinitionError as error:
            problems += error.problems
            continue
        for index, case in enumerate(located.value.cases):
            try:
                ready.append(_ready(located, case, index, bundle))
            except Misread as error:
                problems.append(problem(located, ("cases", index), f"'{case.case}': {error.what}", error.mend))
    if problems:
        raise DefinitionError(problems)
    return ready


def run_case(case: ReadyCase, bundle: Bundle) -> ProposalJudged:
    """What the gate says to a case."""
    return judge(bundle, case.proposed, case.facts, case.met, case.past, case.now)


def failures(cases: Sequence[ReadyCase], bundle: Bundle) -> list[Failure]:
    """The cases that do not hold."""
    return [Failure(case, judged) for case in cases if not holds(case, judged := run_case(case, bundle))]


def holds(case: ReadyCase, judged: ProposalJudged) -> bool:
    """Whether the gate said what the case means."""
    because = case.because is None or sorted(case.because) == deciding(judged)
    return judged.verdict == case.verdict and because and case.needs == tuple(str(each) for each in judged.needs)


def deciding(judged: ProposalJudged) -> list[str]:
    """The names of the rules that decided, sorted."""
    return sorted({each.rule for each in judged.rulings})


def _ready(located: Located[CaseFile], case: Case, index: int, bundle: Bundle) -> ReadyCase:
    file = located.value
    action = bundle.actions.get(case.action or file.action)
    if action is None:
        raise unknown("action", case.action or file.action, bundle.actions)
    require_known("rule", case.because or (), {*(rule.id for rule in bundle.rules), "fact-missing", "no-permit"})
    raw = {name: value for name, value in (file.args | case.args).items() if value is not None}
    try:
        checked = action.check({name: argument_of(action, name, value) for name, value in raw.items()})
    except Refused as refused:
        raise Misread(refused.reason) from None
    given = _merged(file.given, case.given)
    require_known("rule", given.overridden or (), {rule.id for rule in bundle.rules})
    now = moment_of(given)
    proposed = ActionProposed(
        proposal=ProposalId("pr_case"),
        interaction=InteractionId("i_case"),
        person=PersonId("p_case"),
        session=SessionId("s_case"),
        channel=given.channel or Channel.CHAT,
        customer=CustomerId(given.customer or ""),
        principal=principal_of(case.by or file.by),
        action=action.name,
        args=checked.args,
        private_args=checked.private_args,
        args_hash=checked.args_hash,
        purpose=action.purpose,
    )
    facts = facts_of(bundle, action, given, proposed, now)
    return ReadyCase(
        name=case.case,
        file=located.file,
        line=located.at(("cases", index)).line,
        proposed=proposed,
        facts=facts,
        met=met_of(given.met or (), proposed, now)._replace(overridden=frozenset(given.overridden or ())),
        past=past_of_case(given, proposed, facts, bundle, now),
        now=now,
        verdict=case.verdict,
        because=case.because,
        needs=case.needs,
    )


def _merged(first: CaseFacts, then: CaseFacts) -> CaseFacts:
    changes: dict[str, Any] = {}
    for name in CaseFacts.__struct_fields__:
        earlier, later = getattr(first, name), getattr(then, name)
        changes[name] = earlier | later if isinstance(earlier, dict) else earlier if later is None else later
    return CaseFacts(**changes)
