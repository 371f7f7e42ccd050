"""What do cases prove about rules, and what is odd about them, on a terminal?"""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from pathlib import Path

from rich.console import Console
from rich.markup import escape

from interlock.control.bundle import Bundle, load_bundle
from interlock.control.cases import ReadyCase, read_cases
from interlock.control.proving import Proof, prove, verdict_table
from interlock.control.soundness import Finding, findings
from interlock.runtime.clock import WallClock
from interlock.runtime.definitions import read_folder, release_id
from interlock.runtime.settings import Settings


async def proof(settings: Settings) -> tuple[Proof, str]:
    """What the cases of the definitions prove, and the verdict table."""
    bundle, cases = _definitions(read_folder(settings.definitions))
    return prove(cases, bundle), verdict_table(cases, bundle)


async def odd(settings: Settings, *, recorded: bool) -> list[Finding]:
    """What is odd about the rules of the definitions; ``recorded`` says whether what is recorded counts as well."""
    bundle, cases = _definitions(read_folder(settings.definitions))
    idle = frozenset(prove(cases, bundle).undecided)
    history = None
    if recorded:
        from interlock.cli import offline
        from interlock.runtime.past import read_history

        async with offline.store(settings) as (log, _):
            history = await read_history(log, None)
    return findings(bundle, WallClock()(), idle, history)


def _definitions(files: Mapping[str, str]) -> tuple[Bundle, list[ReadyCase]]:
    bundle = load_bundle(files, release_id(files))
    return bundle, read_cases(files, bundle)


def differences(agreed: str, drawn: str, file: Path) -> list[str]:
    """The lines in which a table differs from the agreed one."""
    return list(difflib.unified_diff(agreed.splitlines(), drawn.splitlines(), str(file), "now", lineterm="", n=1))


def show_proof(console: Console, proof: Proof, differences: Sequence[str]) -> None:
    """Print what the cases prove."""
    for failure in proof.failures:
        console.print(f"[red]fails[/red]  {escape(str(failure))}")
    for rule in proof.unneeded:
        console.print(f"[yellow]idle[/yellow]   no case needs '{escape(rule)}': every case holds without it")
    for line in differences:
        console.print(escape(line), style={"+": "green", "-": "red"}.get(line[:1], ""))
    held = proof.cases - len(proof.failures)
    score = f"mutation score {proof.score_percent:.1f} %"
    console.print(f"{held} of {_count(proof.cases, 'case')} hold; {_count(proof.enforced, 'rule')}, {score}")


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


def show_odd(console: Console, found: Sequence[Finding]) -> None:
    """Print what is odd, warnings first."""
    for each in sorted(found, key=lambda each: each.level, reverse=True):
        colour = "yellow" if each.level == "warning" else "dim"
        console.print(f"[{colour}]{each.level}[/{colour}]  {escape(str(each))}")
    warnings = sum(each.level == "warning" for each in found)
    console.print(f"the rules are valid; {_count(warnings, 'warning')}, {_count(len(found) - warnings, 'note')}")
