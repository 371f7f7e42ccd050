"""What does an @remedy say, and can it ever be met?"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import TYPE_CHECKING, Final

from interlock.control.timing import FACT_PATHS, check_wait
from interlock.kernel.documents import Problem, closest
from interlock.vocabulary.proposals import Remedy

if TYPE_CHECKING:
    from interlock.control.actions import Action
    from interlock.control.rules import Rule

STEP_UP_LEVEL: Final = 2
"""The assurance level that a one-time code gives; no remedy can ask for more."""

KINDS: Final = ("confirm", "step_up", "do", "wait", "draft", "approve")
_FORMS: Final = (
    f'"confirm", "step_up:{STEP_UP_LEVEL}", "do:" and an action, '
    '"wait:" and until when, "draft" or "approve:" and a role'
)

_LOOKS: Final = {"do": ("context.met.done", "context.steps"), "draft": ("context.met.draft",)}
"""What a rule has to look at to see that its remedy is met."""


def parse_remedy(text: str, roles: Collection[str], actions: Collection[str] | None = None) -> Remedy:
    """Read a remedy. Raises ValueError with what to write instead.

    Args:
        actions: full names of the actions that exist; None leaves the check out.
    """
    kind, colon, argument = text.partition(":")
    if kind in ("confirm", "draft") and not colon:
        return Remedy("confirm" if kind == "confirm" else "draft")
    if kind == "step_up" and argument == str(STEP_UP_LEVEL):
        return Remedy("step_up", argument)
    if kind == "approve" and argument:
        return Remedy("approve", _among(argument, roles, "approve", "roles"))
    if kind == "do" and argument:
        return Remedy("do", argument if actions is None else _among(argument, actions, "do", "actions"))
    if kind == "wait" and argument:
        check_wait(argument)
        return Remedy("wait", argument)
    if kind in ("confirm", "draft"):
        raise ValueError(f'write "{kind}" alone')
    if kind in ("approve", "do", "wait"):
        example = {"approve": "supervisor", "do": "shop.check_stock", "wait": "24h"}[kind]
        raise ValueError(f'say what: "{kind}:{example}" for example')
    near = closest(kind, KINDS) if kind not in KINDS else None
    raise ValueError(f"did you mean '{near}'? Write {_FORMS}" if near else f"write {_FORMS}")


def misplaced(rules: Iterable[Rule], actions: Mapping[str, Action]) -> list[Problem]:
    """Remedies that could never cure their rule: of the action itself, of a fact that is none, never looked at."""
    found = []
    for rule in rules:
        told = _never_met(rule, actions) if rule.remedy is not None else None
        if told is not None:
            what, mend = told
            found.append(rule.statement.problem(what, mend, offset=rule.statement.find("remedy")))
    return found


def _never_met(rule: Rule, actions: Mapping[str, Action]) -> tuple[str, str] | None:
    remedy = rule.remedy
    if remedy is None:
        return None
    spoken_of = [action for name, action in actions.items() if rule.applies_to(name)]
    looks = _LOOKS.get(remedy.kind)
    if looks is not None and not any(rule.looks_at(path) for path in looks):
        seen = f'context.met.done.contains("{remedy.argument}")' if remedy.kind == "do" else looks[0]
        return (
            f"'{rule.id}' never looks whether '{remedy}' is met, so it would stand for ever",
            f"add unless {{ {seen} }}",
        )
    if remedy.kind == "do" and any(action.name == remedy.argument for action in spoken_of):
        return f"'{remedy.argument}' would have to be done before itself", "name the action that comes first"
    if remedy.kind == "wait" and remedy.argument.startswith(FACT_PATHS):
        name = remedy.argument.rpartition(".")[2]
        for action in spoken_of:
            of_resource = action.resource.facts if action.resource is not None else ()
            specs = action.facts if remedy.argument.startswith(FACT_PATHS[0]) else of_resource
            whole = [spec.name for spec in specs if spec.type == "integer"]
            if name not in whole:
                near = closest(name, whole)
                mend = (
                    f"did you mean '{near}'?"
                    if near
                    else "declare it in the manifest as an integer: seconds since 1970"
                )
                return f"'{action.name}' has no fact '{name}' that is a whole number", mend
    return None


def _among(argument: str, known: Collection[str], kind: str, noun: str) -> str:
    if argument in known:
        return argument
    near = closest(argument, known)
    raise ValueError(f"did you mean '{kind}:{near}'?" if near else f"{noun}: {', '.join(known)}")
