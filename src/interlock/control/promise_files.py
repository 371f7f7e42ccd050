"""What do the files promises/*.yaml say, and does it fit the actions that keep them?"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import timedelta
from typing import Annotated, Any, Final

import msgspec
from msgspec import Meta

from interlock.control.actions import Action
from interlock.control.ledger_files import PROMISE_PREFIX
from interlock.control.ledgers import Ledger
from interlock.control.manifest import Name, Words
from interlock.control.windows import Reach
from interlock.kernel.documents import (
    DefinitionError,
    Duration,
    Located,
    Misread,
    Problem,
    closest,
    load_located,
    money_minor,
    problem,
)
from interlock.vocabulary.channels import Principal
from interlock.vocabulary.money import Money

LONGEST: Final = timedelta(days=730)
"""For so long a promise may hold at most."""


class PromiseDefinition(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A file of ``promises/``.

    Attributes:
        promise: what rules call it, as ``context.promises.<name>``.
        title: what people call it.
        actions: any of them keeps it.
        about: the argument of those actions that says what it is about, such as an order's number.
        currency: of its amounts.
        makers: the roles that may make it, and up to which amount each.
        valid: for how long it holds at most, and where nobody says how long.
    """

    promise: Name
    title: Words
    actions: Annotated[tuple[str, ...], Meta(min_length=1)]
    about: Name
    currency: Annotated[str, Meta(pattern=r"^[A-Z]{3}$", examples=["EUR"])]
    makers: Annotated[dict[Name, Any], Meta(min_length=1)]
    valid: Duration


class PromiseSpec(msgspec.Struct, frozen=True, kw_only=True):
    """A kind of promise; ``makers`` are in minor units, and ``ledger`` is what it is honoured in, once."""

    name: str
    title: str
    actions: tuple[str, ...]
    about: str
    currency: str
    makers: Mapping[str, int]
    valid: timedelta
    ledger: Ledger

    def most(self, by: Principal) -> Money | None:
        """Up to which amount somebody may promise it; None where he may not."""
        amounts = [self.makers[role] for role in by.roles if role in self.makers]
        return Money(max(amounts), self.currency) if amounts else None


Promises = Mapping[str, PromiseSpec]


def read_promises(
    files: Mapping[str, str], actions: Mapping[str, Action], roles: Collection[str]
) -> dict[str, PromiseSpec]:
    """Read every file of ``promises/``. Raises DefinitionError with every mistake, its line, and how to mend it."""
    found: dict[str, PromiseSpec] = {}
    problems: list[Problem] = []
    for path in sorted(each for each in files if each.startswith("promises/") and each.endswith((".yaml", ".yml"))):
        try:
            located = load_located(files[path], path, PromiseDefinition)
        except DefinitionError as error:
            problems.extend(error.problems)
            continue
        if located.value.promise in found:
            what = f"two promises are called '{located.value.promise}'"
            problems.append(problem(located, ("promise",), what, "rename one"))
        found[located.value.promise] = _spec(located, actions, roles, problems)
    if problems:
        raise DefinitionError(problems)
    return found


def _spec(
    located: Located[PromiseDefinition], actions: Mapping[str, Action], roles: Collection[str], problems: list[Problem]
) -> PromiseSpec:
    written = located.value

    def unknown(path: tuple[str | int, ...], what: str, name: str, known: Collection[str]) -> None:
        near = closest(name, known)
        mend = f"did you mean '{near}'?" if near else f"known: {', '.join(sorted(known)) or 'none'}"
        problems.append(problem(located, path, what, mend))

    for index, name in enumerate(written.actions):
        action = actions.get(name)
        if action is None:
            unknown(("actions", index), f"there is no action '{name}'", name, actions)
            continue
        named = [spec.name for spec in action.args if not spec.personal and not spec.optional]
        if written.about not in named:
            unknown(("about",), f"{name} has no argument '{written.about}' that is always given", written.about, named)
    makers: dict[str, int] = {}
    for role, amount in written.makers.items():
        if role not in roles:
            unknown(("makers", role), f"there is no role '{role}'", role, roles)
        try:
            makers[role] = money_minor(amount, written.currency)
        except Misread as error:
            problems.append(problem(located, ("makers", role), error.what, error.mend))
    if not timedelta(0) < written.valid <= LONGEST:
        mend = f"write a duration of at most {LONGEST.days}d"
        problems.append(problem(located, ("valid",), "a promise does not hold so long", mend))
    ledger = Ledger(
        name=f"{PROMISE_PREFIX}{written.promise}",
        title=written.title,
        actions=written.actions,
        by=("customer", f"args.{written.about}"),
        reach=Reach(),
    )
    return PromiseSpec(
        name=written.promise,
        title=written.title,
        actions=written.actions,
        about=written.about,
        currency=written.currency,
        makers=makers,
        valid=written.valid,
        ledger=ledger,
    )
