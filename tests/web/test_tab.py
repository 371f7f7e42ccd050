"""Is a tab that has served a test as good as a new one for the next?"""

from __future__ import annotations

import pytest

from .conftest import Mocked

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

REMEMBER = """() => {
  localStorage.setItem('a', '1'); sessionStorage.setItem('b', '2'); document.cookie = 'c=3'; history.replaceState({}, '', '#d');
}"""
REMEMBERED = "() => [localStorage.length, sessionStorage.length, document.cookie, location.hash]"


async def test_nothing_of_the_visitor_before_is_left_and_his_page_has_ended(mocked: Mocked) -> None:
    mocked.app.state.begin("busy")
    page, url = mocked.tab.page, f"{mocked.url}/supervisor"
    await page.goto(url)
    await page.evaluate(REMEMBER)
    await page.evaluate("window.still = true")
    assert await page.evaluate(REMEMBERED) == [1, 1, "c=3", "#d"]
    await page.context.new_page()
    await page.set_viewport_size({"width": 360, "height": 740})
    await page.context.set_offline(True)
    assert await mocked.tab.clear() == []
    assert page.context.pages == [page]
    assert page.url == mocked.tab.blank
    await page.goto(url)
    assert await page.evaluate(REMEMBERED) == [0, 0, "", ""]
    assert await page.evaluate("[window.still ?? null, innerWidth, navigator.onLine]") == [None, 1280, True]
    assert await mocked.tab.clear() == []


async def test_a_fault_of_a_page_is_told_once(mocked: Mocked) -> None:
    page = mocked.tab.page
    async with page.expect_event("pageerror"):
        await page.evaluate("() => void setTimeout(() => { throw new Error('by a test'); })")
    assert await mocked.tab.clear() == ["by a test"]
    assert await mocked.tab.clear() == []
