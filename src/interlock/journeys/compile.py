"""Do the journeys of a release hold together, and what are they once compiled?"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Final, TypeVar

from interlock.journeys.calling import Callee, callee_of, circle
from interlock.journeys.checks import Checker
from interlock.journeys.known import Actions, Known
from interlock.journeys.language import DO_FIRST, JourneyFile, Step, TenantFile
from interlock.journeys.matter_files import DEFAULTS, ForMatters
from interlock.journeys.model import AGAIN, DEFAULT, Journey, JourneySet, blocks
from interlock.journeys.slots import Slot
from interlock.kernel.documents import DefinitionError, Located, Problem, did_you_mean, load_located, problem
from interlock.vocabulary.settings import TenantSettings

MAX_STEPS: Final = 300
"""Steps of one journey, its branches and the tenant's defaults included."""

NOT_BEGUN: Final[Mapping[str, frozenset[str]]] = {}

NO_REMEDIES: Final[Mapping[str, Collection[str]]] = {}

_File = TypeVar("_File", JourneyFile, TenantFile)


def compile_journeys(
    files: Mapping[str, str],
    tenant: TenantSettings,
    *,
    actions: Actions | None,
    queues: Collection[str] | None,
    tenant_file: str,
    remedies: Mapping[str, Collection[str]] = NO_REMEDIES,
    promises: Collection[str] | None = None,
    permitted: Collection[str] | None = None,
    models: Collection[str] | None = None,
    begun: Mapping[str, frozenset[str]] = NOT_BEGUN,
) -> JourneySet:
    """Read, check and compile the journeys of a release.

    Args:
        files: the texts of the journey files by name.
        actions: every action by its full name; None leaves out the checks that need them. Likewise ``queues``
            and ``promises``.
        permitted: the actions that some rule permits to the virtual agent; None leaves out the check for one.
        models: the names of the models that a journey can choose; None leaves out the check for them.
        begun: the journeys that triggers begin, each with the slots that have a value then.
        remedies: the kinds of remedies that rules have, by action: some need branches of their own.
        tenant_file: the text of ``tenant.yaml``, which holds the default branches and their slots.

    Raises:
        DefinitionError: with every problem that was found.
    """
    problems: list[Problem] = []
    defaults = _read(tenant_file, "tenant.yaml", TenantFile, problems)
    read = [_read(text, name, JourneyFile, problems) for name, text in sorted(files.items())]
    journeys = [each for each in read if each is not None]
    by_name: dict[str, Located[JourneyFile]] = {}
    for located in journeys:
        first = by_name.setdefault(located.value.journey, located)
        if first is not located:
            what = f"the journey '{located.value.journey}' exists already, in {first.file}"
            problems.append(problem(located, ("journey",), what, "give one of them another name"))
    if defaults is None or problems:
        raise DefinitionError(problems)
    if tenant.human_journey not in by_name:
        what = f"there is no journey '{tenant.human_journey}', which begins when a customer asks for a person"
        problems.append(problem(defaults, ("human_journey",), what, "write it, or name another one in human_journey"))
    for index, name in enumerate(tenant.menu):
        if name not in by_name:
            mend = did_you_mean(name, by_name)
            problems.append(problem(defaults, ("menu", index), f"there is no journey '{name}'", mend))
        elif not by_name[name].value.examples:
            what = f"'{name}' has no examples, so a customer cannot begin it"
            problems.append(problem(defaults, ("menu", index), what, "give it examples, or take it off the menu"))
    matters = ForMatters(by_name, tenant, defaults, queues)
    problems += matters.problems()
    by_name = {name: matters.filled_in(located, problems) for name, located in by_name.items()}
    ordinary = [name for name, located in by_name.items() if located.value.matter is None]
    offered = [name for name in tenant.menu or ordinary if name in by_name and by_name[name].value.examples]
    menu = {name: by_name[name].value.title for name in offered}
    compiled = {name: _compiled(each, defaults.value, menu, matters.journeys) for name, each in by_name.items()}
    callees = {name: callee_of(located.value, defaults.value) for name, located in by_name.items()}
    known = Known(
        tenant, actions, queues, frozenset(defaults.value.defaults), remedies, promises, callees, permitted, models
    )
    problems += Checker(defaults, defaults.value.slots, known).defaults()
    for name, located in by_name.items():
        by_others = bool(located.value.examples) or any(name in callee.calls for callee in callees.values())
        filled = frozenset() if by_others else begun.get(name, frozenset())
        problems += Checker(located, callees[name].slots, known).journey(filled)
        problems += _unreachable(located, tenant, callees, begun)
        if len(compiled[name].order) > MAX_STEPS:
            what = f"the journey has {len(compiled[name].order)} steps and may have {MAX_STEPS}"
            problems.append(problem(located, ("steps",), what, "split it"))
    if problems:
        raise DefinitionError(problems)
    return JourneySet(compiled)


def _read(text: str, name: str, into: type[_File], problems: list[Problem]) -> Located[_File] | None:
    try:
        return load_located(text, name, into)
    except DefinitionError as error:
        problems.extend(error.problems)
        return None


def _unreachable(
    located: Located[JourneyFile], tenant: TenantSettings, callees: Mapping[str, Callee], begun: Collection[str]
) -> Iterator[Problem]:
    """A journey without examples that nothing begins, and one that comes back to itself."""
    name = located.value.journey
    called = any(name in callee.calls for callee in callees.values())
    begins = located.value.matter is not None or name in begun or name == tenant.human_journey
    if not located.value.examples and not called and not begins:
        what = f"'{name}' has no examples, and no journey calls it and no trigger either, so nothing begins it"
        yield problem(located, ("journey",), what, "write 'examples:', call it, or write a trigger")
    if way := circle(name, callees):
        mend = "take one of these calls out"
        yield problem(located, ("journey",), f"it calls itself, by {' > '.join(way)}", mend)


def _compiled(
    located: Located[JourneyFile], defaults: TenantFile, menu: Mapping[str, str], matters: Mapping[str, str]
) -> Journey:
    file = located.value
    steps: dict[str, Step] = {}
    follows: dict[str, str] = {}
    _lay_out(file.steps, "", "", steps, follows)
    for name, branch in defaults.defaults.items():
        _lay_out(branch, f"{DEFAULT}.{name}.", AGAIN if name == DO_FIRST else "", steps, follows)
    slots: dict[str, Slot] = {**defaults.slots, **file.slots}
    return Journey(
        name=file.journey,
        title=file.title,
        about=file.about,
        examples=file.examples,
        slots=slots,
        steps=steps,
        follows=follows,
        order=tuple(steps),
        menu=menu,
        models=file.models,
        matter=file.matter or "",
        matters=matters,
        profiles=file.profiles,
        default=located.file.startswith(DEFAULTS),
    )


def _lay_out(block: tuple[Step, ...], prefix: str, after: str, steps: dict[str, Step], follows: dict[str, str]) -> None:
    """Give every step of a block its path, in the order of the file, and the path that follows it."""
    for index, step in enumerate(block):
        path = f"{prefix}{index}"
        steps[path] = step
        follows[path] = f"{prefix}{index + 1}" if index + 1 < len(block) else after
        for name, inner in blocks(step):
            # A branch never runs on into what follows its step (that is checked), and then and else do.
            behind = AGAIN if name == f"on.{DO_FIRST}" else "" if name.startswith("on.") else follows[path]
            _lay_out(inner, f"{path}.{name}.", behind, steps, follows)
