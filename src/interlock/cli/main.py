"""``interlock``: run a node, the demonstration, and what operators and authors need."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated, Any

import typer

from interlock.cli import (
    agents,
    canary,
    consents,
    due,
    journey,
    knowledge,
    ledger,
    lockouts,
    matters,
    model,
    policy,
    readiness,
    routing,
    simulating,
    staff,
    suggestions,
    switches,
    triggers,
)
from interlock.cli.running import PerhapsAs, errors, fail, password_of, run, settings_from
from interlock.runtime.telemetry import configure_logs

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help=__doc__)
log = typer.Typer(no_args_is_help=True, help="Read the log.")
app.add_typer(log, name="log")
app.add_typer(staff.app, name="staff")
app.add_typer(policy.app, name="policy")
app.add_typer(due.app, name="due")
app.add_typer(ledger.app, name="ledger")
app.add_typer(lockouts.app, name="lockout")
app.add_typer(model.app, name="model")
app.add_typer(journey.app, name="journey")
app.add_typer(canary.app, name="canary")
app.add_typer(triggers.app, name="trigger")
app.add_typer(consents.app, name="consent")
app.add_typer(knowledge.app, name="knowledge")
app.add_typer(routing.app, name="routing")
switches.register(app)
app.add_typer(agents.app, name="agent")
app.command()(readiness.readiness)
app.command()(suggestions.suggestions)
app.command()(simulating.simulate)
app.add_typer(matters.app, name="matters")
Data = Annotated[Path | None, typer.Option(help="Folder of the private PostgreSQL and the key file.")]
Port = Annotated[int | None, typer.Option(help="Port to listen on.", min=0, max=65535)]
Host = Annotated[str | None, typer.Option(help="Address to listen on.")]
Note = Annotated[str, typer.Option(help="Why; shown with the version.")]
Folder = Annotated[Path | None, typer.Option("--definitions", help="Folder with tenant.yaml, journeys, policies.")]


@app.command()
def serve(port: Port = None, host: Host = None, data: Data = None, definitions: Folder = None) -> None:
    """Run a node until a signal comes. DATABASE_URL names the PostgreSQL; without it a private one is started."""
    settings = settings_from(port=port, host=host, data=data, definitions=definitions)

    async def work() -> None:
        from interlock.cli import server

        taken = server.bind(settings.host, settings.port)
        await server.serve(settings, taken)

    run(work)


@app.command()
def demo(
    port: Port = None,
    shop_port: Annotated[int, typer.Option(help="Port of the demo shop.")] = 8090,
    data: Data = None,
    fresh: Annotated[bool, typer.Option("--fresh", help="Start anew: forget the demo's data.")] = False,
    history: Annotated[bool, typer.Option(help="Give a new demonstration a month of history.")] = True,
    check: Annotated[bool, typer.Option("--check", help="Play the story through the public interfaces.")] = False,
    json: Annotated[bool, typer.Option("--json", help="With --check: one JSON object.")] = False,
) -> None:
    """The demonstration: server, shop, mailbox, desk and supervisor's page on this machine, without an API key."""
    settings = settings_from(
        port=port,
        data=data,
        demo=True,
        shop_url=f"http://127.0.0.1:{shop_port}",
        log_level=None if not check else "warning",
    )

    async def work() -> int:
        from interlock.cli import demonstration

        if check:
            return await demonstration.check(settings, shop_port, as_json=json, fresh=fresh)
        await demonstration.show(settings, shop_port, fresh=fresh, history=history)
        return 0

    code = run(work)
    if code:
        raise typer.Exit(code)


@app.command()
def migrate() -> None:
    """Bring the database that DATABASE_URL (or INTERLOCK_OWNER_URL) names to this version."""
    settings = settings_from()
    url = settings.owner_url or settings.database_url
    if not url:
        fail("Name the database: DATABASE_URL, or INTERLOCK_OWNER_URL for the owner's address.")

    async def work() -> list[str]:
        from interlock.store.migrate import migrate as bring_up

        return await asyncio.to_thread(bring_up, url)

    applied = run(work)
    print("\n".join(f"applied {name}" for name in applied) or "nothing to do")


@app.command("check")
def check_definitions(folder: Annotated[Path, typer.Argument(help="Folder with tenant.yaml.")]) -> None:
    """Check definitions without publishing them: every file, case and scenario, and whether a case needs each rule."""
    settings_from()

    async def work() -> tuple[str, list[str], list[str]]:
        from interlock.control.cases import read_cases
        from interlock.control.proving import knock_out
        from interlock.runtime.definitions import proved, read_folder, release_id
        from interlock.runtime.knowledge_files import of_tenant
        from interlock.simulation.trying import held

        files = read_folder(folder)
        read = proved(files)
        bundle, notes = read.bundle, [str(each) for each in read.notes]
        await held(files, articles=of_tenant(folder))
        return release_id(files), knock_out(read_cases(files, bundle), bundle), notes

    release, unneeded, notes = run(work)
    for note in notes:
        errors.print(note, style="yellow", markup=False)
    for rule in unneeded:
        errors.print(f"no case needs '{rule}': every case holds without it; write one that does not", style="yellow")
    print(f"{folder} is fine; it would be {release}")


@app.command()
def publish(
    folder: Annotated[Path, typer.Argument(help="Folder with tenant.yaml.")],
    login: PerhapsAs = None,
    note: Note = "",
    data: Data = None,
) -> None:
    """Check definitions and put them into force on every node, or propose them where a second person has to approve."""
    from interlock.cli import releasing

    settings = settings_from(data=data)
    password = password_of(login)
    became, notes = run(lambda: releasing.publish(settings, folder, login, password, note))
    for each in notes:
        errors.print(str(each), style="yellow", markup=False)
    print(became)


@app.command()
def rollback(
    release: Annotated[str, typer.Argument(help="A version that was in force, r_…")],
    login: PerhapsAs = None,
    note: Note = "",
    data: Data = None,
) -> None:
    """Put an old version into force again, as a new publication; it is approved like any other change."""
    from interlock.cli import releasing

    settings = settings_from(data=data)
    password = password_of(login)
    print(run(lambda: releasing.roll_back(settings, release, login, password, note)))


@log.command("show")
def show_log(
    interaction: Annotated[str, typer.Option(help="The interaction's identifier, i_…")],
    json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
    data: Data = None,
) -> None:
    """Print the facts of an interaction in order; every judgement with its policy version, facts and rules."""
    settings = settings_from(data=data)

    async def work() -> int:
        from interlock.cli import offline, printing

        async with offline.store(settings) as (log_of_tenant, _):
            return await printing.show(log_of_tenant, interaction, as_json=json)

    if not run(work):
        fail(f"There is no interaction {interaction} in the log of tenant {settings.tenant!r}.", 1)


@app.command()
def erase(
    customer: Annotated[str, typer.Option(help="The customer's identifier, such as c-104.")], data: Data = None
) -> None:
    """Make everything personal about a customer unreadable, for good: log, views and search."""
    settings = settings_from(data=data)

    async def work() -> int:
        from interlock.cli import offline

        return await offline.erase(settings, customer)

    print(f"erased: {run(work)} person(s) of customer {customer}")


@app.command()
def bench(
    name: Annotated[str, typer.Argument(help="log, turn, gate, idle, dialogue or routing.")],
    json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """Measure: figures, beside those of a peer in the same run.

    The gate's: a judgement in process (judge, deny), one with ledgers (ledger), replays (replay), and refunds over the
    wire, 50 a second from proposal to outcome, by POST /v1/proposals (rest) and by a call at /mcp (mcp), while the
    processors were as busy as busy_percent says.
    """
    from interlock.cli import bench as benches

    configure_logs("error", "console")
    code: Any = benches.run(name, as_json=json)
    if code:
        raise typer.Exit(code)


if __name__ == "__main__":
    app()
