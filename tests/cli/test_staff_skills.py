"""Are skills read as they are written on the command line, and told how to be written where they are not?"""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from interlock.cli.staff import _skill
from interlock.kernel.errors import Refused
from interlock.vocabulary.skills import Skill

BERLIN = ZoneInfo("Europe/Berlin")


def test_a_skill_has_a_level_and_perhaps_a_day_on_which_its_certificate_runs_out() -> None:
    assert _skill("german=3", BERLIN) == Skill("german", 3)
    assert _skill("insurance=5:2027-01-01", BERLIN) == Skill("insurance", 5, datetime(2026, 12, 31, 23, tzinfo=UTC))


@pytest.mark.parametrize(
    "written", ["german", "german=", "german=6", "german=0", "German=3", "german=3:soon", "=3", ""]
)
def test_what_is_no_skill_is_told_with_how_to_write_one(written: str) -> None:
    with pytest.raises(Refused, match="write NAME=LEVEL with small letters and a level from 1 to 5"):
        _skill(written, BERLIN)
