"""What an administrator does: staff, erasure, due commands that were given up on."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
import structlog
from litestar import get, post
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from msgspec import Meta

from interlock.api.desk import Identifier
from interlock.api.signing import require
from interlock.kernel.errors import Refused
from interlock.runtime import waiting
from interlock.runtime.app import App
from interlock.runtime.staff import Person
from interlock.runtime.staff_changes import check_queues, described
from interlock.vocabulary.ids import CustomerId
from interlock.vocabulary.skills import Skill

logger = structlog.get_logger(__name__)


class NewStaff(msgspec.Struct, forbid_unknown_fields=True):
    """A local user to add."""

    login: Annotated[str, Meta(max_length=64)]
    name: Annotated[str, Meta(max_length=120)]
    password: Annotated[str, Meta(max_length=256)]
    roles: list[str]
    queues: list[str] = []


class NewPassword(msgspec.Struct, forbid_unknown_fields=True):
    """Another password for somebody."""

    password: Annotated[str, Meta(max_length=256)]


class NewRoles(msgspec.Struct, forbid_unknown_fields=True):
    """Other roles for somebody; his queues stay where none are named."""

    roles: list[str]
    queues: list[str] | None = None


class NewSkills(msgspec.Struct, forbid_unknown_fields=True):
    """What somebody can do from now on, and nothing else."""

    skills: Annotated[list[Skill], Meta(max_length=50)]


class NewCapacity(msgspec.Struct, forbid_unknown_fields=True):
    """The profile that says how much somebody takes at once; the usual one where the name is empty."""

    profile: Annotated[str, Meta(max_length=40)]


class Forward(msgspec.Struct, forbid_unknown_fields=True):
    """Which timers to make due now: those of this command in this lane's entity (an interaction or a visit)."""

    of: Identifier
    command: Identifier


class Retry(msgspec.Struct, forbid_unknown_fields=True):
    """Which parked commands are to be tried again: those named, or all."""

    ids: Annotated[list[Annotated[str, Meta(min_length=1, max_length=400)]], Meta(max_length=waiting.MOST_RETRIED)] = []
    all_parked: bool = False


@post("/v1/staff", status_code=201)
async def add_staff(data: JSONBody[NewStaff], person: NamedDependency[Person], state: State) -> dict[str, str]:
    """Add a local user."""
    require(person, "manage_staff")
    app: App = state.app
    check_queues(data.queues, app.queues)
    account = await app.staff.add(
        data.login.strip().lower(), data.name, data.password, data.roles, data.queues, by=person.id
    )
    return {"id": account.staff}


@get("/v1/staff")
async def list_staff(person: NamedDependency[Person], state: State) -> dict[str, Any]:
    """Who works here, and who did."""
    require(person, "manage_staff")
    app: App = state.app
    return {"staff": [described(account) for account in await app.staff_changes.all()]}


@post("/v1/staff/{login:str}/password", status_code=204)
async def change_password(
    login: FromPath[str], data: JSONBody[NewPassword], person: NamedDependency[Person], state: State
) -> None:
    """Give somebody another password; his sign-ins end."""
    require(person, "manage_staff")
    app: App = state.app
    await app.staff_changes.password(login, data.password, by=person.id)


@post("/v1/staff/{login:str}/roles", status_code=200)
async def change_roles(
    login: FromPath[str], data: JSONBody[NewRoles], person: NamedDependency[Person], state: State
) -> dict[str, Any]:
    """Give somebody other roles, and other queues."""
    require(person, "manage_staff")
    app: App = state.app
    return described(await app.staff_changes.roles(login, data.roles, data.queues, app.queues, by=person.id))


@post("/v1/staff/{login:str}/skills", status_code=200)
async def change_skills(
    login: FromPath[str], data: JSONBody[NewSkills], person: NamedDependency[Person], state: State
) -> dict[str, Any]:
    """Give somebody exactly these skills, each from 1 (begins) to 5 (expert), until a certificate runs out where it does."""
    require(person, "manage_staff")
    app: App = state.app
    return described(await app.staff_changes.skills(login, data.skills, by=person.id))


@post("/v1/staff/{login:str}/capacity", status_code=200)
async def change_capacity(
    login: FromPath[str], data: JSONBody[NewCapacity], person: NamedDependency[Person], state: State
) -> dict[str, Any]:
    """Say by a profile of ``capacities.yaml`` how much somebody takes at once, and of which channels."""
    require(person, "manage_staff")
    app: App = state.app
    return described(await app.staff_changes.capacity(login, data.profile, by=person.id))


@post("/v1/staff/{login:str}/remove", status_code=204)
async def remove_staff(login: FromPath[str], person: NamedDependency[Person], state: State) -> None:
    """Somebody does not work here any more; refused while he has customers in hand."""
    require(person, "manage_staff")
    app: App = state.app
    await app.staff_changes.remove(login, by=person.id)


@post("/v1/customers/{customer:str}/erase", status_code=200)
async def erase(customer: FromPath[str], person: NamedDependency[Person], state: State) -> dict[str, int]:
    """Make everything personal about a customer unreadable, for good."""
    require(person, "erase_people")
    app: App = state.app
    return {"persons": await app.erase(CustomerId(customer), by=person.id)}


@post("/v1/timers/bring-forward", status_code=200)
async def bring_forward(data: JSONBody[Forward], person: NamedDependency[Person], state: State) -> dict[str, int]:
    """Make timers due now: a demonstration need not wait three minutes for a silence. Only in demo mode."""
    require(person, "move_timers")
    app: App = state.app
    if not app.settings.demo:
        raise Refused("demo_only", "Timers can be moved in demo mode only.", status=403)
    return {"moved": await app.log.bring_forward(data.of, data.command, app.clock())}


@get("/v1/due")
async def show_due(person: NamedDependency[Person], state: State) -> dict[str, Any]:
    """The due commands: parked ones first, then what is overdue, then what waits for its time. Identifiers only."""
    require(person, "retry_due")
    app: App = state.app
    return {"due": await waiting.shown(app.log, app.clock())}


@post("/v1/due/retry", status_code=200)
async def retry_due(data: JSONBody[Retry], person: NamedDependency[Person], state: State) -> dict[str, Any]:
    """Have parked commands tried again, once what made them fail is mended."""
    require(person, "retry_due")
    app: App = state.app
    if bool(data.ids) == data.all_parked:
        raise Refused("bad_choice", 'Name parked commands in "ids", or say "all_parked": true.', status=422)
    retried = await waiting.retry(app.log, None if data.all_parked else data.ids, app.clock())
    await app.node.look_for_parked()
    logger.info("parked commands are tried again", by=person.id, due=list(retried))
    return {"retried": list(retried)}


HANDLERS = (
    add_staff,
    list_staff,
    change_password,
    change_roles,
    change_skills,
    change_capacity,
    remove_staff,
    erase,
    bring_forward,
    show_due,
    retry_due,
)
