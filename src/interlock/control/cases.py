"""Do the rules say what their authors meant: cases, the verdict table, and the rules that no case needs?"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Final, Literal, NamedTuple

import msgspec
from msgspec import Meta

from interlock.control.actions import Action, all_args
from interlock.control.arguments import ArgSpec
from interlock.control.bundle import ROLES, Bundle
from interlock.control.facts import NEVER_S, Facts, Met
from interlock.control.judgement import judge
from interlock.control.ledgers import ledger_subject
from interlock.control.manifest import Words
from interlock.control.proposals import MetAt
from interlock.control.rules import parse_remedy
from interlock.kernel.documents import (
    DefinitionError,
    Located,
    Misread,
    Problem,
    closest,
    load_located,
    money_minor,
    problem,
)
from interlock.kernel.errors import Refused
from interlock.kernel.log import Entry
from interlock.vocabulary.channels import SYSTEM, VIRTUAL_AGENT, Channel, Principal
from interlock.vocabulary.ids import CustomerId, InteractionId, PersonId, ProposalId, SessionId
from interlock.vocabulary.proposals import ActionProposed, ProposalJudged, Remedy, RemedyMet

NOW: Final = datetime(2026, 1, 15, 12, 0, tzinfo=UTC)
"""When every case is judged; rules see no clock, only ages."""

By = Literal["virtual_agent", "agent", "supervisor", "admin", "system", "customer", "external_agent"]


class CaseFacts(msgspec.Struct, frozen=True, kw_only=True):
    """What is true in a case. What is not named takes the file's ``given``, and then these defaults.

    Attributes:
        resource: facts of the resource by name; ``missing: true`` among them says that it does not exist.
        facts: the action's computed facts; amounts in major units.
        ledgers: what is in them already; sums in major units.
        met: the remedies that are met, as in @remedy.
        unknown: facts that cannot be established.
    """

    customer: str | None = None
    assurance: Annotated[int, Meta(ge=0, le=3)] | None = None
    assurance_age_s: int | None = None
    failed_matches: int | None = None
    codes_sent: int | None = None
    channel: Channel | None = None
    resource: dict[str, Any] = {}
    facts: dict[str, Any] = {}
    ledgers: dict[str, Any] = {}
    met: tuple[str, ...] | None = None
    unknown: tuple[str, ...] | None = None


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
    entries: dict[str, list[Entry]]
    verdict: str
    because: tuple[str, ...] | None
    needs: tuple[str, ...]


class Failure(NamedTuple):
    """A case that does not hold: ``str()`` says where, what was meant and what the gate says."""

    case: ReadyCase
    judged: ProposalJudged

    def __str__(self) -> str:
        got = f"{self.judged.verdict} {_ids(self.judged)} {[str(each) for each in self.judged.needs] or ''}".strip()
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
    return judge(bundle, case.proposed, case.facts, case.met, case.entries, NOW)


def failures(cases: Sequence[ReadyCase], bundle: Bundle) -> list[Failure]:
    """The cases that do not hold."""
    return [Failure(case, judged) for case in cases if not _holds(case, judged := run_case(case, bundle))]


def knock_out(cases: Sequence[ReadyCase], bundle: Bundle) -> list[str]:
    """The enforced rules that no case needs: every case holds without them as well."""
    unneeded = []
    for rule in bundle.rules:
        if rule.shadow:
            continue
        without = bundle.without(rule.id)
        touched = [case for case in cases if rule.applies_to(case.proposed.action)]
        if not failures(touched, without):
            unneeded.append(rule.id)
    return unneeded


def verdict_table(cases: Sequence[ReadyCase], bundle: Bundle) -> str:
    """The cases as a table for people: role, action, case, verdict, why, and what would cure it."""
    rows = [("ACTION", "BY", "CASE", "VERDICT", "BECAUSE", "NEEDS")]
    for case in cases:
        judged = run_case(case, bundle)
        because = ", ".join(_ids(judged))
        needs = ", ".join(str(each) for each in judged.needs)
        rows.append((judged.action, case.proposed.principal.roles[0], case.name, judged.verdict, because, needs))
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    return "\n".join(lines) + "\n"


def _holds(case: ReadyCase, judged: ProposalJudged) -> bool:
    because = case.because is None or sorted(case.because) == _ids(judged)
    return judged.verdict == case.verdict and because and case.needs == tuple(str(each) for each in judged.needs)


def _ids(judged: ProposalJudged) -> list[str]:
    return sorted({each.rule for each in judged.rulings})


def _ready(located: Located[CaseFile], case: Case, index: int, bundle: Bundle) -> ReadyCase:
    file = located.value
    action = bundle.actions.get(case.action or file.action)
    if action is None:
        raise _unknown("action", case.action or file.action, bundle.actions)
    _known("rule", case.because or (), {*(rule.id for rule in bundle.rules), "fact-missing", "no-permit"})
    raw = {name: value for name, value in (file.args | case.args).items() if value is not None}
    try:
        checked = action.check({name: _argument(action, name, value) for name, value in raw.items()})
    except Refused as refused:
        raise Misread(refused.reason) from None
    given = _merged(file.given, case.given)
    proposed = ActionProposed(
        proposal=ProposalId("pr_case"),
        interaction=InteractionId("i_case"),
        person=PersonId("p_case"),
        session=SessionId("s_case"),
        channel=given.channel or Channel.CHAT,
        customer=CustomerId(given.customer or ""),
        principal=_principal(case.by or file.by),
        action=action.name,
        args=checked.args,
        private_args=checked.private_args,
        args_hash=checked.args_hash,
        purpose=action.purpose,
    )
    return ReadyCase(
        name=case.case,
        file=located.file,
        line=located.at(("cases", index)).line,
        proposed=proposed,
        facts=_facts(action, given, proposed),
        met=_met(given.met or (), proposed),
        entries=_entries(given.ledgers, proposed, bundle),
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


def _facts(action: Action, given: CaseFacts, proposed: ActionProposed) -> Facts:
    written = dict(given.resource)
    exists = not written.pop("missing", False)
    specs = {fact.name: fact for fact in (action.resource.facts if action.resource is not None else ())}
    _known("fact of the resource", written, specs)
    computed = {fact.name: fact for fact in action.facts if fact.type != "record"}
    _known("fact", given.facts, computed)
    currency = next((spec.currency for spec in action.args if spec.kind == "money"), "EUR")

    def value(name: str, kind: str, values: Mapping[str, Any]) -> Any:
        if not exists or name not in values:
            return {"text": "", "boolean": False}.get(kind, 0)
        return money_minor(values[name], currency) if kind == "money" else values[name]

    resource: dict[str, Any] = {}
    if action.resource is not None:
        resource = {"exists": exists, "id": proposed.args[action.resource.key]}
        resource |= {name: value(name, spec.type, written) for name, spec in specs.items()}
    level = given.assurance if given.assurance is not None else 1 if given.customer else 0
    return Facts(
        customer=CustomerId(given.customer or ""),
        level=level,
        assurance_age_s=given.assurance_age_s if given.assurance_age_s is not None else 60 if level else NEVER_S,
        failed_matches=given.failed_matches or 0,
        codes_sent=given.codes_sent or 0,
        exists=exists or action.resource is None,
        resource=resource,
        facts={name: value(name, spec.type, given.facts) for name, spec in computed.items()},
        missing=dict.fromkeys(given.unknown or (), "the case says so"),
        words=_words(action, all_args(proposed.args, proposed.private_args)),
        read_at=NOW if action.resource is not None else None,
    )


def _words(action: Action, args: Mapping[str, Any]) -> dict[str, Any]:
    """Cases are about verdicts, so whatever else the action's sentence names stands for itself."""
    words: dict[str, Any] = dict(args)
    for template in (action.says, *(line for _, line in action.shows)):
        for reference in template.references:
            first, *steps = reference.path.split(".")
            if first not in args:
                place, name = words, first
                for step in steps:
                    place, name = place.setdefault(name, {}), step
                place[name] = reference.path
    return words


def _met(remedies: Collection[str], proposed: ActionProposed) -> Met:
    found = []
    for text in remedies:
        try:
            remedy: Remedy = parse_remedy(text, ROLES)
        except ValueError as error:
            raise Misread(f"'{text}' is no remedy", str(error)) from None
        event = RemedyMet(
            proposal=proposed.proposal,
            interaction=proposed.interaction,
            person=proposed.person,
            remedy=remedy,
            by=Principal(kind="customer", id="case"),
            args_hash=proposed.args_hash,
            valid_until=NOW + timedelta(minutes=1),
        )
        found.append(MetAt(event, NOW - timedelta(minutes=1)))
    return Met(tuple(found))


def _entries(written: Mapping[str, Any], proposed: ActionProposed, bundle: Bundle) -> dict[str, list[Entry]]:
    _known("ledger", written, bundle.ledgers)
    entries: dict[str, list[Entry]] = {}
    for ledger in bundle.ledgers_of(proposed.action):
        if ledger_subject(ledger, proposed, proposed.customer):
            found = written.get(ledger.name, 0)
            amount = money_minor(found, ledger.currency) if ledger.sums else int(found)
            entries[ledger.name] = [Entry("pr_before", amount, NOW - timedelta(minutes=1), True)]
    return entries


def _argument(action: Action, name: str, value: Any) -> Any:
    """An argument as a program would propose it: authors write 18.40, programs minor units and a currency."""
    spec: ArgSpec | None = next((each for each in action.args if each.name == name), None)
    if spec is not None and spec.kind == "money":
        return {"amount": money_minor(value, spec.currency), "currency": spec.currency}
    return value


def _principal(by: By) -> Principal:
    if by == "virtual_agent":
        return VIRTUAL_AGENT
    if by == "system":
        return SYSTEM
    kind: Any = "agent" if by in ("supervisor", "admin") else by
    return Principal(kind=kind, id=f"{by}-1", roles=(by,))


def _known(noun: str, names: Collection[str], known: Collection[str]) -> None:
    for name in names:
        if name not in known:
            raise _unknown(noun, name, known)


def _unknown(noun: str, name: str, known: Collection[str]) -> Misread:
    near = closest(name, known)
    return Misread(
        f"there is no {noun} '{name}'", f"did you mean '{near}'?" if near else f"known: {', '.join(sorted(known))}"
    )
