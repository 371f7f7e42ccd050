"""What does a replay, or the rules in shadow, look like on a terminal?"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from interlock.cli.running import fail
from interlock.control.bundle import load_bundle
from interlock.control.changes import Constant, changed_files
from interlock.control.flips import FlipReport
from interlock.control.history import KEPT, ShadowRule
from interlock.control.replay import ReplayReport
from interlock.kernel.documents import Misread, duration
from interlock.kernel.errors import Refused
from interlock.runtime.clock import WallClock
from interlock.runtime.definitions import read_folder, release_id
from interlock.runtime.settings import Settings
from interlock.runtime.stored_releases import Releases
from interlock.vocabulary.money import Money

PROCESSES: Final = 2
LISTED: Final = 20
"""Flips that are printed one by one; ``--json`` has more."""


async def replay(settings: Settings, folder: Path | None, constants: Sequence[Constant], since: str) -> ReplayReport:
    """Judge the past again by a folder's rules, or by those in force with some numbers changed."""
    from interlock.cli import offline
    from interlock.runtime.replaying import replay as judge_again

    at = moment(since)
    async with offline.store(settings) as (log, records):
        if folder is not None:
            files = read_folder(folder)
        else:
            running = await Releases.running(log, records)
            if running is None:
                raise Refused("nothing_in_force", "Nothing is in force here yet; publish something first.", status=404)
            files = changed_files(running.files, {}, constants)
        bundle = load_bundle(files, release_id(files))
        return await judge_again(log, bundle, files, at, processes=PROCESSES, progress=lambda _: None)


async def shadow(settings: Settings, since: str) -> list[ShadowRule]:
    """What the rules in shadow of the release in force would have changed."""
    from interlock.cli import offline
    from interlock.runtime.past import read_history

    at = moment(since) or WallClock()() - KEPT
    async with offline.store(settings) as (log, records):
        running = await Releases.running(log, records)
        if running is None:
            raise Refused("nothing_in_force", "Nothing is in force here yet; publish something first.", status=404)
        return (await read_history(log, at)).shadow(running.bundle.rules, at)


def constant_of(text: str) -> Constant:
    """Read RULE:OLD:NEW, or end the program."""
    rule, _, numbers = text.partition(":")
    was, _, now = numbers.partition(":")
    try:
        return Constant(rule=rule, was=int(was), now=int(now))
    except ValueError:
        fail(f"'{text}' is no change of a number; write RULE:OLD:NEW, such as refund.supervisor:20000:10000.")


def moment(since: str) -> datetime | None:
    """The moment that a length of time ago was; None for everything. Raises Refused."""
    if since == "all":
        return None
    try:
        return WallClock()() - duration(since)
    except Misread as error:
        raise Refused("bad_since", f"--since: {error}; or 'all'.", status=422) from error


def show(console: Console, report: ReplayReport) -> None:
    """Print a replay."""
    console.print(
        f"{report.proposals} proposals ({report.judgements} judgements) judged again under {report.policies}:"
        f" {report.same} the same, [bold]{report.flipped.proposals} flipped[/bold],"
        f" {sum(one.proposals for one in report.not_replayable)} not replayable"
    )
    _flips(console, report.flipped)
    for one in report.not_replayable:
        console.print(
            f"[yellow]not replayable[/yellow]  {one.proposals}: {escape(one.reason)} ({', '.join(one.examples)})"
        )


def show_shadow(console: Console, found: Sequence[ShadowRule]) -> None:
    """Print what rules in shadow would have changed."""
    if not found:
        console.print("No rule is in shadow.")
    for one in found:
        console.print(
            f"[bold]{escape(one.rule)}[/bold] fired on {one.fired} proposals and would have flipped {one.report.proposals}"
        )
        _flips(console, one.report)
        for why, count in one.errors.items():
            console.print(f"[yellow]could not be evaluated[/yellow]  {count} times: {escape(why)}")


def _flips(console: Console, report: FlipReport) -> None:
    if not report.proposals:
        return
    changes = ", ".join(f"{count} {change}" for change, count in report.changes.items())
    console.print(f"{changes}; {_money(report.money)}; {report.customers} customers")
    table = Table(box=None, pad_edge=False)
    for head in ("rule", "proposals", "money", "customers"):
        table.add_column(head, justify="left" if head == "rule" else "right")
    for rule in report.rules:
        table.add_row(escape(rule.rule), str(rule.proposals), _money(rule.money), str(rule.customers))
    console.print(table)
    for flip in report.flips[:LISTED]:
        what = f"{flip.amount} " if flip.amount else ""
        console.print(
            f"  {flip.at:%Y-%m-%d %H:%M}  {flip.change}  {what}{escape(flip.action)}  {flip.customer or 'nobody known'}"
            f"  {flip.interaction}  {flip.proposal}  [dim]{escape(', '.join(flip.rules))}[/dim]"
        )
    if len(report.flips) > LISTED:
        console.print(f"  … and {report.proposals - LISTED} more; --json lists up to {len(report.flips)}")


def _money(money: Sequence[Money]) -> str:
    return " + ".join(map(str, money)) or "no money"
