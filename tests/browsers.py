"""Which browser do the tests drive, and how is it started so that it does no more than they need?"""

from __future__ import annotations

import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Final

from playwright.async_api import Browser, Page, async_playwright, expect

NAMES: Final = (
    "chromium-headless-shell",
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
)
"""The first of these that is on PATH; the shell without windows takes half the time of the whole browser."""

ARGUMENTS: Final = ("--no-sandbox", "--disable-gpu")
SCREEN: Final[dict[str, Any]] = {"viewport": {"width": 1280, "height": 800}, "reduced_motion": "reduce"}
"""What somebody has who wants nothing to move: an animation is sixty pictures a second that no test looks at."""

PATIENCE_MS: Final = 15_000
"""No deadline of a page, only the end of waiting: the machine may be busy."""


def path() -> str | None:
    """Where the machine's Chromium is, for Playwright's `executable_path`; None if there is none."""
    return next(filter(None, (os.environ.get("CHROMIUM"), *map(shutil.which, NAMES))), None)


@asynccontextmanager
async def started(executable: str) -> AsyncIterator[Browser]:
    """A headless browser; it is closed at the end."""
    expect.set_options(timeout=PATIENCE_MS)
    async with async_playwright() as playwright:
        running = await playwright.chromium.launch(executable_path=executable, args=list(ARGUMENTS))
        yield running
        await running.close()


@dataclass(frozen=True)
class Tab:
    """A page that serves one test after another: what the browser fetched and compiled for one is there for the next.

    Attributes:
        page: for Playwright.
        blank: the address of a file on the same server that runs no code; the tab waits there between tests.
        faults: what no page may do, and one did: throw, or try what its content policy forbids.
    """

    page: Page
    blank: str
    faults: list[str] = field(default_factory=list)

    async def clear(self) -> list[str]:
        """Leave the page and forget whatever a visitor can have left behind, as a new profile would; gives the faults."""
        found = list(self.faults)
        context = self.page.context
        await context.set_offline(False)
        for other in context.pages:
            if other is not self.page:
                await other.close()
        await self.page.goto(self.blank)
        await self.page.evaluate("() => { localStorage.clear(); sessionStorage.clear(); }")
        await context.clear_cookies()
        await self.page.set_viewport_size(SCREEN["viewport"])
        self.faults.clear()
        return found


@asynccontextmanager
async def tab(browser: Browser, blank: str) -> AsyncIterator[Tab]:
    """A tab in a profile of its own; it is closed at the end."""
    context = await browser.new_context(locale="en-GB", **SCREEN)
    context.set_default_timeout(PATIENCE_MS)
    opened = Tab(await context.new_page(), blank)
    opened.page.on("pageerror", lambda error: opened.faults.append(str(error)))
    opened.page.on("console", lambda line: _note(line.text, opened.faults))
    await opened.clear()
    yield opened
    await context.close()


@asynccontextmanager
async def visit(opened: Tab) -> AsyncIterator[Page]:
    """The tab's page for one test; a fault in it fails the test."""
    yield opened.page
    assert await opened.clear() == []


def _note(line: str, faults: list[str]) -> None:
    if "Content Security Policy" in line:
        faults.append(line)
