"""How does the log look on a terminal: facts in order, judgements with everything that decided."""

from __future__ import annotations

from typing import Any

import msgspec
from rich.console import Console
from rich.markup import escape

from interlock.kernel.log import Log, Query
from interlock.runtime.documents import fact

QUIET = frozenset({"interaction", "person", "session", "proposal", "args_hash", "channel"})
SHORT = 160


async def show(log: Log, interaction: str, *, as_json: bool) -> int:
    """Print the facts of an interaction; gives how many there were."""
    found = await log.read(Query(f"interaction:{interaction}"))
    console = Console(highlight=False, soft_wrap=True)
    for recorded in found.events:
        shown = fact(recorded)
        if as_json:
            print(msgspec.json.encode(shown).decode())
        else:
            _line(console, shown)
    return len(found.events)


def _line(console: Console, shown: dict[str, Any]) -> None:
    data: dict[str, Any] = shown["data"]
    head = f"[dim]{shown['cursor']:>12}  {shown['at'][:23]}[/dim]  [bold]{shown['type']}[/bold]"
    if shown["type"] == "ProposalJudged":
        console.print(f"{head}  {_verdict(data['verdict'])}  {escape(data['action'])}  policy {escape(data['policy'])}")
        for ruling in data["rulings"]:
            remedy = ruling.get("remedy")
            cure = f"  → {remedy['kind']} {remedy.get('argument', '')}".rstrip() if remedy else ""
            console.print(
                f"{'':28}rule [cyan]{escape(ruling['rule'])}[/cyan]{cure}  {escape(ruling.get('reason', ''))}"
            )
        console.print(f"{'':28}facts {escape(msgspec.json.encode(data['facts']).decode())}")
        return
    fields = " ".join(f"{name}={_value(value)}" for name, value in data.items() if name not in QUIET)
    console.print(f"{head}  {escape(fields)}")


def _verdict(verdict: str) -> str:
    colour = {"allowed": "green", "needs": "yellow", "denied": "red"}[verdict]
    return f"[{colour}]{verdict}[/{colour}]"


def _value(value: object) -> str:
    text = value if isinstance(value, str) else msgspec.json.encode(value).decode()
    return text if len(text) <= SHORT else text[: SHORT - 1] + "…"
