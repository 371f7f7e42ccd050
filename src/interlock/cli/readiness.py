"""``interlock readiness``: everything that somebody wants to know who lets a journey go live, on one page."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final

import msgspec
import typer
from rich.console import Console
from rich.markup import escape
from rich.padding import Padding
from rich.table import Table

from interlock.cli.running import run, settings_from
from interlock.control.back_ends import System
from interlock.journeys.courses import Course, place_of
from interlock.runtime.clock import WallClock
from interlock.runtime.definitions import check, read_folder
from interlock.runtime.readiness import Call, Readiness, Signed
from interlock.runtime.readiness import readiness as analysed

TONES: Final = {
    "ready": "green",
    "safe": "green",
    "signed": "green",
    "ready with gaps": "yellow",
    "with a person": "yellow",
    "with care": "yellow",
    "outdated": "yellow",
    "missing": "yellow",
    "gap": "yellow",
    "note": "dim",
}
"""The colour of a verdict or a level; whatever is not here is red."""

REMEDIES: Final = {
    "step_up": "one-time code",
    "confirm": "confirmation",
    "approve": "approval",
    "do": "something else first",
    "wait": "a wait",
    "draft": "a person sends it",
}

SHOWN: Final = 140
"""Characters of what the customer hears that are printed; --json has all of it."""

Folder = Annotated[
    Path | None, typer.Option("--definitions", help="Folder with tenant.yaml; by default INTERLOCK_DEFINITIONS.")
]


def readiness(
    journey: Annotated[str, typer.Argument(help="The journey's name, such as damaged_item.")],
    definitions: Folder = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """Is a journey ready to go live? What it calls, whether that is safe to automate, what happens when it fails, who signed."""
    settings = settings_from(definitions=definitions)

    async def work() -> Readiness:
        files = read_folder(settings.definitions)
        return analysed(check(files), files, journey, WallClock()())

    found = run(work)
    if as_json:
        print(msgspec.json.encode(found).decode())
    else:
        show(Console(highlight=False), found)


def show(console: Console, found: Readiness) -> None:
    """Print the page: the verdict and what speaks against it first, then what it rests on."""
    console.print(
        f"[bold]{escape(found.title)}[/bold]  {found.journey}, version {found.version}: {_word(found.verdict)}"
    )
    _missing(console, found)
    _signoffs(console, found)
    _head(console, "Systems")
    for system in found.systems:
        _system(console, system)
    if not found.systems:
        console.print("  none")
    _head(console, "Actions")
    for call in found.calls:
        _call(console, call)
    for part in found.parts:
        console.print(f"  runs the journey [bold]{part.journey}[/bold]: {_word(part.verdict)}")
    _failures(console, found)


def _head(console: Console, text: str) -> None:
    console.print()
    console.print(f"[bold]{text}[/bold]")


def _word(word: str) -> str:
    return f"[{TONES.get(word, 'red')}]{word}[/]"


def _missing(console: Console, found: Readiness) -> None:
    _head(console, "Missing")
    table = _table()
    for each in found.missing:
        table.add_row(_word(each.level), f"{escape(each.text)}\n[dim]{escape(each.mend)}[/dim]")
    console.print(Padding(table, (0, 0, 0, 2)) if found.missing else "  nothing")


def _signoffs(console: Console, found: Readiness) -> None:
    _head(console, "Signed off")
    for one in found.signoffs:
        console.print(f"  {'for the business' if one.role == 'business' else 'for IT'}: {_signed(one)}")
        if one.standing != "signed":
            line = f"journey: {found.journey}, role: {one.role}, who: …, date: …, version: {found.version}"
            console.print(f"    [dim]- {{ {line} }}[/dim]", soft_wrap=True)


def _system(console: Console, system: System) -> None:
    health = f"health check {system.health}" if system.health else "[yellow]no health check[/yellow]"
    console.print(f"  [bold]{escape(system.title)}[/bold] ({system.connector}): {health}")
    table = _table()
    for each in system.operations:
        effect = "[yellow]writes[/yellow]" if each.effect == "write" else "reads"
        table.add_row(each.operation, effect, ", ".join(each.why))
    table.add_row("[dim]breaker[/dim]", "", f"[dim]{escape(system.breaker)}; {escape(system.owner)}[/dim]")
    console.print(Padding(table, (0, 0, 0, 4)))


def _call(console: Console, call: Call) -> None:
    action = call.action
    effect = "reads" if action.effect == "read" else "changes something"
    of = "  [dim]tenant default[/dim]" if call.default else ""
    console.print(f"  {place_of(call.path)}  [bold]{action.action}[/bold]: {_word(action.verdict)}{of}")
    table = _table()
    table.add_row("why", " ".join(action.why) + f" {action.risk.capitalize()} risk, {effect}.")
    table.add_row("identity", _identity(call))
    for each in action.demands:
        kind = REMEDIES.get(each.remedy.partition(":")[0], "")
        when = "always" if each.always else "may ask"
        table.add_row(when, f"{kind or f'level {each.level}'}: {escape(each.reason)} [dim]{each.rule}[/dim]")
    for limit in action.limits:
        held = ", ".join(limit.rules) or "counted only"
        table.add_row("limit", f"{escape(limit.title or limit.ledger)} [dim]{held}[/dim]")
    console.print(Padding(table, (0, 0, 0, 4)))


def _identity(call: Call) -> str:
    where = ", ".join(f"step {place_of(each.path)} ({each.by})" for each in call.verified)
    established = f"level {call.level}, established by {where}" if call.verified else "nobody is established on the way"
    return f"{established}; {f'rules look for level {call.demanded}' if call.demanded else 'no rule looks at it'}"


def _failures(console: Console, found: Readiness) -> None:
    """The branches of each step; what is the tenant's default is told once, beneath."""
    _head(console, "When a step does not succeed")
    defaults: dict[str, Course] = {}
    for failure in found.failures:
        of = "  [dim]tenant default[/dim]" if failure.default else ""
        console.print(f"  {place_of(failure.path)}  {failure.step} [bold]{escape(failure.text)}[/bold]{of}")
        table = _table()
        for each in failure.branches:
            if each.default:
                defaults[each.name] = each
            else:
                table.add_row(each.name, ", ".join(each.ends), _short(each))
        names = ", ".join(each.name for each in failure.branches if each.default)
        if table.row_count:
            console.print(Padding(table, (0, 0, 0, 4)))
        if names:
            console.print(Padding(f"[dim]as everywhere: {names}[/dim]", (0, 0, 0, 4)))
    console.print("  [bold]As everywhere[/bold] (tenant.yaml)")
    table = _table()
    for name, each in sorted(defaults.items()):
        table.add_row(name, ", ".join(each.ends), _short(each))
    console.print(Padding(table, (0, 0, 0, 4)))


def _short(course: Course) -> str:
    """The beginning of what the customer hears."""
    words = " ".join(course.says)
    return escape(words if len(words) <= SHOWN else words[: SHOWN - 1] + "…")


def _table() -> Table:
    table = Table(box=None, show_header=False, padding=(0, 2, 0, 0))
    table.add_column()
    return table


def _signed(one: Signed) -> str:
    if one.standing == "missing":
        return f"{_word('missing')}"
    by = f"{escape(one.who)}, {one.date}"
    return f"{_word('signed')} by {by}" if one.standing == "signed" else f"{_word('outdated')}: {by}, as {one.version}"
