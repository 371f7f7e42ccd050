"""Does who writes text messages or mails get a code to go on by phone, alone, once, and in no transcript?"""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from interlock.kernel.errors import Refused
from interlock.runtime.definitions import Definitions
from interlock.simulation.centre import Centre
from interlock.vocabulary.carrying import CarryCodeIssued
from interlock.vocabulary.interactions import InteractionStarted, MessagePosted
from tests.simulation.caller import Caller, of
from tests.simulation.play import play
from tests.simulation.writers import Mailer, Texter

MONTHS = timedelta(days=60)


@pytest.mark.parametrize("writer", [Texter, Mailer])
def test_what_was_written_goes_on_by_phone_with_a_code_that_comes_as_an_answer(
    definitions: Definitions, writer: type[Texter]
) -> None:
    async def story(centre: Centre) -> None:
        eva, caller = writer(centre), Caller(centre)
        await eva.say("the kettle arrived broken")
        await eva.say("Go on elsewhere.")
        await eva.say("Go on elsewhere.", again=True)
        found = re.search(r"is (\d{4} \d{4})\. On the phone", eva.last)
        assert found is not None and len(eva.got) == 2
        code = found[1].replace(" ", "")
        assert not [each for each in of(centre, MessagePosted) if found[1] in str(each.text) or code in str(each.text)]
        await caller.begin()
        await caller.press(f"#{code}")
        assert "Which order is it about?" in " ".join(caller.heard)
        begun = of(centre, InteractionStarted)
        assert (begun[-1].continues, begun[-1].channel) == (begun[0].interaction, "voice")
        with pytest.raises(Refused, match="not known"):
            await centre.lives[0].app.carrying.redeem(eva.session, code, "once more")
        await centre.pass_time(MONTHS)

    assert play(definitions, story) == []


def test_a_code_is_sent_to_nobody_but_whom_the_conversation_is_with_and_only_where_there_is_one(
    definitions: Definitions,
) -> None:
    async def story(centre: Centre) -> None:
        eva, other = Texter(centre), Texter(centre, "+4915100000000")
        await eva.say("the kettle arrived broken")
        await other.say("go on elsewhere")
        assert "code to go on" not in other.last
        assert of(centre, CarryCodeIssued) == []
        await centre.pass_time(MONTHS)

    assert play(definitions, story) == []
