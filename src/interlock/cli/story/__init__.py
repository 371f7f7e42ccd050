"""Does everything that the demonstration promises hold? The whole story, played through the public interfaces."""

from __future__ import annotations

from interlock.cli.story.run import Played, Report, check, play
from interlock.cli.story.stage import Where

__all__ = ["Played", "Report", "Where", "check", "play"]
