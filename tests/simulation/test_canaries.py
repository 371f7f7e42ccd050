"""Do some people get other journeys, to the end of their interactions, while the rules stay those of everybody?"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from interlock.interactions.canaries import takes_part
from interlock.kernel.errors import Refused
from interlock.kernel.events import Recorded
from interlock.kernel.log import Plan
from interlock.runtime.canaries import CanaryRuns, adopt_canary, change_canary, end_canary, start_canary
from interlock.runtime.definitions import Definitions
from interlock.runtime.stored_releases import published, store
from interlock.simulation.centre import Centre
from interlock.vocabulary.channels import Channel
from interlock.vocabulary.ids import MessageId, PersonId, SessionId
from interlock.vocabulary.interactions import (
    InteractionStarted,
    Leave,
    MessagePosted,
    OpenSession,
    ReceiveMessage,
    SessionOpened,
)
from interlock.vocabulary.releases import CanaryStarted
from tests.simulation.play import Story, do, play

OLD, NEW = "Gladly. What is the order number?", "Let me look. Which order is it?"
OPENING = "where is my order"


def played(definitions: Definitions, story: Story) -> list[str]:
    """Play a story in a centre that keeps its release, as a published one is."""

    async def whole(centre: Centre) -> None:
        await store(definitions, centre.records)
        await story(centre)
        for one in centre.events(SessionOpened):
            await do(centre, Leave(session=one.event.session), f"leave/{one.event.session}")
        await centre.rest()

    return play(definitions, whole)


def tried(definitions: Definitions, **more: str) -> dict[str, str]:
    """The demo with another first question."""
    paths = ("journeys/order_status.yaml", "texts/de.yaml")
    assert all(OLD in definitions.files[path] for path in paths)
    return {**definitions.files, **{path: definitions.files[path].replace(OLD, NEW) for path in paths}, **more}


async def begin(centre: Centre, files: dict[str, str], share: int = 50) -> CanaryStarted:
    app = centre.lives[0].app
    await start_canary(files, app.log, app.records, by="ann", share=share)
    found = centre.events(CanaryStarted)[-1].event
    assert isinstance(found, CanaryStarted)
    return found


async def ask(centre: Centre, person: str, number: int, text: str = OPENING, tab: str = "") -> None:
    session = SessionId(f"s_{person}{tab}")
    opened = OpenSession(session=session, person=PersonId(person), channel=Channel.CHAT, secret_digest="-")
    await do(centre, opened, f"session/{person}{tab}")
    message = MessageId(f"m_{person}_{number}")
    new = number == 1 or bool(tab)
    await do(centre, ReceiveMessage(session=session, message=message, text=text, new=new), f"{person}/{number}")
    await centre.rest()


def heard(centre: Centre, person: str) -> list[str]:
    events = [one.event for one in centre.events(MessagePosted)]
    return [str(one.text) for one in events if one.person == person and one.author.kind == "virtual_agent"]


def sides(canary: CanaryStarted) -> tuple[str, str]:
    """Somebody who takes part, and somebody who does not."""
    people = [f"p_{number}" for number in range(1_000)]
    within = [takes_part(canary, person, "chat", matched=False) for person in people]
    return people[within.index(True)], people[within.index(False)]


def test_who_takes_part_begins_and_ends_on_it_and_nobody_else(definitions: Definitions) -> None:
    async def story(centre: Centre) -> None:
        canary = await begin(centre, tried(definitions))
        inside, outside = sides(canary)
        await ask(centre, inside, 1)
        await ask(centre, outside, 1)
        assert heard(centre, inside)[-1].startswith(NEW) and heard(centre, outside)[-1].startswith(OLD)
        app = centre.lives[0].app
        _, runs = await CanaryRuns(app.log).now()
        assert [runs[release]["order_status"].begun for release in (canary.base, canary.release)] == [1, 1]
        await end_canary(app.log, by="ann")
        await ask(centre, inside, 2, "A-what?")
        await ask(centre, f"{inside}_later", 1)
        assert heard(centre, f"{inside}_later")[-1].startswith(OLD)
        begun = {one.event.person: one.event.release for one in begun_in(centre)}
        assert begun[inside] == canary.release and begun[outside] == canary.base
        assert heard(centre, inside)[-1].startswith("An order number looks like")

    assert played(definitions, story) == []


def begun_in(centre: Centre) -> list[Any]:
    found: list[Recorded] = centre.events(InteractionStarted)
    return found


def test_more_people_get_it_when_it_is_widened_and_everybody_when_it_is_adopted(definitions: Definitions) -> None:
    async def story(centre: Centre) -> None:
        first = await begin(centre, tried(definitions), share=1)
        app = centre.lives[0].app
        people = [f"p_{number}" for number in range(1_000)]
        wider = CanaryStarted(release=first.release, base=first.base, share=60, by="ann")
        later = next(
            each for each in people
            if takes_part(wider, each, "chat", matched=False) and not takes_part(first, each, "chat", matched=False)
        )  # fmt: skip
        never = next(each for each in people if not takes_part(wider, each, "chat", matched=False))
        await ask(centre, later, 1)
        assert heard(centre, later)[-1].startswith(OLD)
        began = (await CanaryRuns(app.log).now())[0]
        await centre.pass_time(timedelta(hours=2))
        widened = await change_canary(app.log, by="bob", share=60)
        runs = CanaryRuns(app.log)
        seen = (await runs.now())[0]
        assert began is not None and seen is not None and (seen.at, seen.share, seen.by) == (began.at, 60, "bob")
        assert widened.share == 60 and widened.note == first.note
        await ask(centre, later, 2, tab="_other")
        assert heard(centre, later)[-1].startswith(NEW)
        found = (await runs.now())[1]
        assert [found[release]["order_status"].begun for release in (first.base, first.release)] == [1, 1]
        assert (await adopt_canary(app.log, app.records, by="ann")).release == first.release
        await ask(centre, never, 1)
        assert heard(centre, never)[-1].startswith(NEW)

    assert played(definitions, story) == []


def test_a_version_that_comes_into_force_ends_it(definitions: Definitions) -> None:
    async def story(centre: Centre) -> None:
        canary = await begin(centre, tried(definitions), share=50)
        inside, _ = sides(canary)
        app = centre.lives[0].app
        await app.log.append(Plan((published(definitions, "ann"),), cause="published again"))
        await ask(centre, inside, 1)
        assert heard(centre, inside)[-1].startswith(OLD)
        assert (await CanaryRuns(app.log).now())[0] is None

    assert played(definitions, story) == []


def test_what_cannot_be_tried_is_refused_and_changes_nothing(definitions: Definitions) -> None:
    told: list[str] = []

    async def story(centre: Centre) -> None:
        app = centre.lives[0].app
        rules = {
            "policies/more.cedar": '@id("more") @reason("x")\nforbid (principal, action, resource) when { false };'
        }
        for files, share, segment in (
            (tried(definitions), 0, ""),
            (tried(definitions), 10, "chanel == 'chat'"),
            (dict(definitions.files), 10, ""),
            (tried(definitions, **rules), 10, ""),
        ):
            with pytest.raises(Refused) as refused:
                await start_canary(files, app.log, app.records, by="ann", share=share, segment=segment)
            told.append(refused.value.code)
        with pytest.raises(Refused) as refused:
            await end_canary(app.log, by="ann")
        told.append(refused.value.code)
        await begin(centre, tried(definitions))
        with pytest.raises(Refused) as refused:
            await begin(centre, tried(definitions))
        told.append(refused.value.code)

    assert played(definitions, story) == []
    assert told == ["bad_share", "bad_segment", "release_in_force", "canary_changes_more", "no_canary", "canary_runs"]
