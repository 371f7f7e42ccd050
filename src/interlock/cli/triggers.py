"""``interlock trigger``: what waits for which event, what became of it, and what would an event bring about?"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer

from interlock.cli.running import fail, run, settings_from

app = typer.Typer(no_args_is_help=True, help="Triggers: events that begin journeys.")
Named = Annotated[str, typer.Argument(help="The trigger's name.")]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON object.")]
Data = Annotated[Path | None, typer.Option(help="Folder of the private PostgreSQL and the key file.")]


@app.command("list")
def list_triggers(json: AsJson = False, data: Data = None) -> None:
    """Print every trigger in force, and how often it fired, waits and did not fire within seven days."""
    settings = settings_from(data=data)

    async def work() -> dict[str, Any]:
        from interlock.cli import offline
        from interlock.runtime.trigger_pages import triggers_document

        async with offline.app(settings) as node:
            return await triggers_document(node)

    found = run(work)
    if json:
        _json(found)
        return
    for each in found["triggers"]:
        counts = "  ".join(f"{how} {number}" for how, number in each["counts"].items())
        print(f"{each['trigger']:28} on {each['on']:28} begins {each['journey']:28} {counts}")
    if not found["triggers"]:
        print("there is none; write one in triggers/")


@app.command("show")
def show_trigger(name: Named, json: AsJson = False, data: Data = None) -> None:
    """Print what a trigger waits for, and the latest that became of it, each with its reason."""
    settings = settings_from(data=data)

    async def work() -> dict[str, Any]:
        from interlock.cli import offline
        from interlock.runtime.trigger_pages import trigger_document

        async with offline.app(settings) as node:
            return await trigger_document(node, name)

    found = run(work)
    if json:
        _json(found)
        return
    for key in ("title", "on", "when", "journey", "consent", "quiet_hours", "once_per", "per_day", "mail"):
        print(f"{key.replace('_', ' '):14} {found[key] if found[key] != '' else '-'}")
    for line in found["latest"]:
        print(f"{line['at']}  {line['how']:8} {line['customer'] or '-':12} {_why(line)}".rstrip())


@app.command("test")
def test_trigger(
    name: Named,
    event: Annotated[Path, typer.Option(help="A file with the event: a CloudEvent in JSON, or the fields of a fact.")],
    json: AsJson = False,
    data: Data = None,
) -> None:
    """Tell exactly what would happen with an event now: every check, what the customer would read. Nothing is done."""
    settings = settings_from(data=data)
    try:
        read = msgspec.json.decode(event.read_bytes())
    except OSError as error:
        fail(f"{event} cannot be read: {error.strerror}")
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        fail(f"{event} is no JSON: {error}")
    if not isinstance(read, dict):
        fail(f"{event} holds no event: write one JSON object")

    async def work() -> dict[str, Any]:
        from interlock.cli import offline
        from interlock.runtime.trigger_pages import tested

        async with offline.app(settings) as node:
            node.connect()
            return await tested(node, name, read)

    found = run(work)
    if json:
        _json(found)
        return
    for check in found["checks"]:
        print(f"{'yes' if check['passed'] else 'no ':4} {check['what']}: {check['words']}")
    until = f" until {found['until']}" if found["until"] else ""
    print(f"the trigger {found['would'] if found['would'] == 'fires' else 'is ' + found['would']}{until}")
    for said in found["says"]:
        print(f"  she reads: {said}")
    if found["mail"]:
        mail = found["mail"]
        print(f"  mail to {mail.pop('to')} by {mail.pop('action')}: " + "; ".join(str(each) for each in mail.values()))


def _why(line: dict[str, Any]) -> str:
    if line["how"] == "fired":
        return f"{line['reach'].replace('_', ' ')} {line['interaction']}"
    until = f" until {line['until']}" if line["until"] else ""
    return f"{line['why'].replace('_', ' ')}{until} {line['detail']}".rstrip()


def _json(found: Any) -> None:
    print(msgspec.json.format(msgspec.json.encode(found), indent=2).decode())
