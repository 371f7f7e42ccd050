"""Is a journey ready to go live: what it calls, what happens when that fails, what is missing, and who has signed it off?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Final, Literal

import msgspec

from interlock.control.automation import Automation, automation
from interlock.control.back_ends import Finding, System, missing_in_action, missing_in_system, systems
from interlock.governance.signoffs import ROLES, For, Standing, standing, version_of
from interlock.journeys.calling import calls_of
from interlock.journeys.courses import Course, courses, kind_of, level_at, place_of, text_of, verified
from interlock.journeys.language import AgentStep, CallStep, DoStep, EndStep, JourneyFile, LookUpStep, Step, VerifyStep
from interlock.journeys.model import DEFAULT, Journey
from interlock.kernel.documents import DefinitionError, did_you_mean, load_located
from interlock.kernel.errors import Refused
from interlock.runtime.definitions import Checked

Verdict = Literal["ready", "ready with gaps", "not ready"]

ASKING: Final = frozenset({"ask", "choose", "when"})
"""Steps that call nothing: their branches are about what the customer says."""

_BLOCKED: Final = ("unsafe", "always denied", "not permitted")
_BUSINESS: Final[dict[For, str]] = {"business": "the business", "it": "IT"}


class Established(msgspec.Struct, frozen=True, kw_only=True):
    """Where somebody is established: the step, and by what."""

    path: str
    by: str


class Call(msgspec.Struct, frozen=True, kw_only=True):
    """A step that calls an action.

    Attributes:
        default: whether it stands in one of the tenant's default branches.
        level: the assurance level that is established on every way to it; ``verified`` says where.
        demanded: the highest level that rules demand of it, in some cases at least.
    """

    path: str
    step: str
    default: bool
    level: int
    demanded: int
    verified: tuple[Established, ...]
    action: Automation


class Failure(msgspec.Struct, frozen=True, kw_only=True):
    """What happens when a step does not succeed, branch by branch."""

    path: str
    step: str
    text: str
    default: bool
    branches: tuple[Course, ...]


class Signed(msgspec.Struct, frozen=True, kw_only=True):
    """How the sign-off for business or IT stands; ``version`` is what was signed."""

    role: For
    standing: Standing
    who: str
    date: str
    version: str


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """A journey that is run as a part of this one."""

    journey: str
    verdict: Verdict


class Readiness(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that somebody wants to know who lets a journey go live.

    Attributes:
        version: of the journey's file, as a sign-off names it.
        called: every action that is called: by its steps, by Interlock for their sake, by the journeys that it runs.
        missing: blockers first, then gaps, then what is only worth knowing.
    """

    journey: str
    title: str
    version: str
    verdict: Verdict
    called: tuple[str, ...]
    systems: tuple[System, ...]
    calls: tuple[Call, ...]
    failures: tuple[Failure, ...]
    missing: tuple[Finding, ...]
    signoffs: tuple[Signed, ...]
    parts: tuple[Part, ...]


def readiness(found: Checked, files: Mapping[str, str], name: str, now: datetime) -> Readiness:
    """How ready a journey is, by the definitions alone.

    Args:
        files: the texts that ``found`` was read from.
        now: says which grants have ended.

    Raises:
        Refused: ``journey_unknown`` (404), naming the one that may be meant.
    """
    return _readiness(found, versions(files), journey_named(found.journeys.journeys, name), now, frozenset({name}))


def journey_named(journeys: Mapping[str, Journey], name: str) -> Journey:
    """The journey of that name. Raises Refused ``journey_unknown`` (404), naming the one that may be meant."""
    if name not in journeys:
        mend = did_you_mean(name[:80], sorted(journeys))
        raise Refused("journey_unknown", f"There is no journey '{name[:80]}'; {mend}", status=404)
    return journeys[name]


def versions(files: Mapping[str, str]) -> dict[str, str]:
    """The version of each journey in some texts, by its name; one that this program cannot read any more is left out."""
    return {name: version_of(files[path]) for path, name in named_in(files)}


def named_in(files: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """The journeys in some texts: the path of each and its name; those that this program cannot read are left out."""
    for path, text in files.items():
        if not path.startswith("journeys/"):
            continue
        try:
            yield path, load_located(text, path, JourneyFile).value.journey
        except DefinitionError:
            continue


def _readiness(
    found: Checked, known: Mapping[str, str], journey: Journey, now: datetime, above: frozenset[str]
) -> Readiness:
    remedies = found.bundle.remedies
    passed = verified(journey, remedies)
    calls = tuple(_calls(found, journey, passed, now))
    called = dict.fromkeys(each.action.action for each in calls)
    if any(each.remedy.startswith("step_up") for call in calls for each in call.action.demands):
        # Interlock itself sends the code that a rule asks for.
        called |= dict.fromkeys([found.tenant.code_action] if found.tenant.code_action in found.bundle.actions else [])
    parts = list(_parts(found, known, journey, passed, now, above))
    called |= dict.fromkeys(action for part in parts for action in part.called)
    behind = tuple(systems(found.bundle, found.breakers, called))
    failures = tuple(
        Failure(
            path=path,
            step=kind_of(journey.steps[path]),
            text=text_of(journey.steps[path]),
            default=_is_default(path),
            branches=tuple(told),
        )
        for path in journey.order
        if path in passed and kind_of(journey.steps[path]) not in ASKING and (told := _told(found, journey, path))
    )
    signed = _signed(found, known, journey.name)
    missing = sorted(_missing(found, calls, behind, signed, parts), key=lambda each: _ORDER.index(each.level))
    levels = {each.level for each in missing}
    return Readiness(
        journey=journey.name,
        title=journey.title,
        version=known[journey.name],
        verdict="not ready" if "blocker" in levels else "ready with gaps" if "gap" in levels else "ready",
        called=tuple(called),
        systems=behind,
        calls=calls,
        failures=failures,
        missing=tuple(missing),
        signoffs=signed,
        parts=tuple(Part(journey=part.journey, verdict=part.verdict) for part in parts),
    )


_ORDER: Final = ("blocker", "gap", "note")


def _is_default(path: str) -> bool:
    return path.startswith(f"{DEFAULT}.")


def _told(found: Checked, journey: Journey, path: str) -> list[Course]:
    """How each branch of a step goes on; of one that calls a journey, also the ends of that one that are its own end, too."""
    told, step = courses(journey, path, found.bundle.remedies), journey.steps[path]
    if not isinstance(step, CallStep):
        return told
    called = found.journeys.journeys[step.call]
    written = {each.name for each in told}
    ends = [called.steps[each] for each in verified(called, found.bundle.remedies)]
    others = dict.fromkeys(each.end for each in ends if isinstance(each, EndStep) and each.gives is None)
    return [
        *told,
        *(
            Course(name, "", False, (f"({step.call} has told it)",), (f"end: {name}",))
            for name in others
            if name not in written
        ),
    ]


def _calls(found: Checked, journey: Journey, passed: Mapping[str, frozenset[str]], now: datetime) -> Iterator[Call]:
    for path in journey.order:
        if path not in passed:
            continue
        level = level_at(journey, passed[path], found.journeys.journeys, found.bundle.remedies)
        for action in _actions(journey.steps[path], found):
            if action not in found.bundle.actions:
                continue
            judged = automation(found.bundle, action, level, now)
            yield Call(
                path=path,
                step=kind_of(journey.steps[path]),
                default=_is_default(path),
                level=level,
                demanded=max((each.level for each in judged.demands), default=0),
                verified=tuple(
                    Established(path=each, by=_by(journey.steps[each]))
                    for each in journey.order
                    if each in passed[path]
                ),
                action=judged,
            )


def _actions(step: Step, found: Checked) -> tuple[str, ...]:
    """The actions that a step calls, or that its model may propose."""
    match step:
        case LookUpStep(look_up=action) | DoStep(do=action):
            return (action,)
        case VerifyStep(verify=verify):
            return (found.tenant.verification[verify.by].action,)
        case AgentStep(agent=job):
            return job.actions
    return ()


def _by(step: Step) -> str:
    return step.verify.by if isinstance(step, VerifyStep) else text_of(step)


def _parts(
    found: Checked,
    known: Mapping[str, str],
    journey: Journey,
    passed: Mapping[str, frozenset[str]],
    now: datetime,
    above: frozenset[str],
) -> Iterator[Readiness]:
    steps = (journey.steps[path] for path in journey.order if path in passed)
    for name in dict.fromkeys(called for step in steps for called in calls_of(step)):
        if name in found.journeys.journeys and name not in above:
            yield _readiness(found, known, found.journeys.journeys[name], now, above | {name})


def _signed(found: Checked, known: Mapping[str, str], name: str) -> tuple[Signed, ...]:
    by_role = {each.role: each for each in found.signoffs if each.journey == name}
    signed = []
    for role in ROLES:
        one = by_role.get(role)
        who, date, version = (one.who, one.date.date.isoformat(), one.version) if one is not None else ("", "", "")
        signed.append(Signed(role=role, standing=standing(one, known[name]), who=who, date=date, version=version))
    return tuple(signed)


def _missing(
    found: Checked,
    calls: Iterable[Call],
    behind: Iterable[System],
    signed: Iterable[Signed],
    parts: Iterable[Readiness],
) -> Iterator[Finding]:
    for call in calls:
        if call.action.verdict in _BLOCKED:
            yield Finding(
                level="blocker",
                kind=call.action.verdict.replace(" ", "_"),
                about=call.action.action,
                text=f"Step {place_of(call.path)}, {call.action.action}: {' '.join(call.action.why)}",
                mend=_MENDS[call.action.verdict],
            )
    for action in dict.fromkeys(call.action.action for call in calls):
        yield from missing_in_action(found.bundle.actions[action])
    for system in behind:
        yield from missing_in_system(system)
    for one in signed:
        if one.standing != "signed":
            yield Finding(
                level="gap",
                kind=f"signoff_{one.standing}",
                about=one.role,
                text=_unsigned(one),
                mend="look at it, and write the line under 'Signed off' into signoffs.yaml",
            )
    for part in parts:
        if part.verdict != "ready":
            yield Finding(
                level="blocker" if part.verdict == "not ready" else "gap",
                kind="part",
                about=part.journey,
                text=f"It runs the journey {part.journey}, which is {part.verdict}.",
                mend=f"see interlock readiness {part.journey}",
            )


_MENDS: Final = {
    "unsafe": "have the endpoint honour a key, or name a look-up at the action",
    "always denied": "write a 'verify' step before it, or take the rule's demand away",
    "not permitted": 'write a permit for Role::"virtual_agent", or take the step out',
}


def _unsigned(one: Signed) -> str:
    if one.standing == "missing":
        return f"Nobody has signed it off for {_BUSINESS[one.role]}."
    return f"{one.who} signed it off for {_BUSINESS[one.role]} on {one.date}, and it was changed since."
