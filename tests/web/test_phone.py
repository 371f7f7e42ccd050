"""Can a call be made in the browser by keys, by words and by ear, and does every answer name the question that was heard?"""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from .conftest import Centre

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

VOICE = """() => {
  let now = null;
  const over = (how) => { const last = now; now = null; last?.[how]?.({}); };
  window.SpeechSynthesisUtterance = class { constructor(text) { this.text = text; } };
  Object.defineProperty(window, 'speechSynthesis', { value: {
    speak: (said) => { if (!said.voice.localService) throw new Error('said elsewhere'); now = said; said.onstart?.({}); },
    cancel: () => over('onerror'),
    getVoices: () => [{ lang: 'en-GB', localService: false }, { lang: 'en-GB', localService: true }],
  } });
  window.finish = () => over('onend');
}"""
"""A voice that says one line after the other, each until the test lets it finish."""


async def test_a_whole_call_with_keys_and_words_and_no_voice(centre: Centre) -> None:
    page = centre.page
    await page.add_init_script("delete window.speechSynthesis; delete Window.prototype.speechSynthesis")
    await page.goto(f"{centre.url}/phone")
    captions, status = page.get_by_role("log", name="Captions"), page.locator(".status")
    await page.get_by_role("button", name="Call", exact=True).last.click()
    await expect(captions).to_contain_text("You are speaking with a machine.")
    await expect(captions).to_contain_text("For where is my order, press 1.")
    await expect(status).to_contain_text("In a call")
    await page.keyboard.press("2")
    await expect(captions).to_contain_text("Pressed 2: Something arrived damaged")
    await expect(captions).to_contain_text("and then the hash key")
    await page.keyboard.type("1043")
    await page.keyboard.press("Backspace")
    await page.get_by_role("button", name="2", exact=True).click()
    await expect(page.locator(".entry")).to_contain_text("1 0 4 2")
    await page.keyboard.press("Enter")
    await expect(captions).to_contain_text("refund 18 euros 40")
    await page.get_by_label("What you would say").fill("yes please")
    await page.get_by_label("What you would say").press("Enter")
    await expect(captions).to_contain_text("Done. 18 euros 40 goes back to you.")
    await expect(status).to_contain_text("Call ended")
    sent = [(frame["on"], frame.get("keys") or frame.get("text")) for frame in centre.called("/v1/voice/frames")]
    assert sent == [("a-1", "2"), ("a-2", "1042"), ("a-3", "yes please")]


async def test_what_is_to_be_confirmed_is_not_answered_before_it_is_read_out(centre: Centre) -> None:
    page = centre.page
    await page.add_init_script(f"({VOICE})()")
    await page.goto(f"{centre.url}/phone")
    captions = page.get_by_role("log", name="Captions")
    await page.locator(".key").first.wait_for()
    await page.keyboard.press("Enter")
    await expect(captions).to_contain_text("You are speaking with a machine.")
    await expect(captions).not_to_contain_text("press 1")  # a line is shown when it is said
    await page.evaluate("finish()")
    await expect(captions).to_contain_text("press 1")
    await page.keyboard.press("2")
    await expect(captions).to_contain_text("Which order is it?")
    await expect(page.locator(".entry")).to_contain_text("Digits, then #")
    await page.keyboard.type("1042#")  # nobody has to hear a question about digits out
    await expect(captions).to_contain_text("Please listen.")
    await page.keyboard.press("1")  # before the read-back has begun
    await expect(captions).to_contain_text("refund 18 euros 40")
    await page.keyboard.press("1")
    await expect(captions.get_by_text("Pressed 1: yes")).to_have_count(2)
    await page.get_by_role("button", name="Hang up").click()
    await expect(page.locator(".status")).to_contain_text("Call ended")
    sent = [(frame.get("on"), frame.get("keys")) for frame in centre.called("/v1/voice/frames")]
    assert sent == [("a-1", "2"), ("a-2", "1042"), ("a-2", "1"), ("a-3", "1"), (None, None)]


async def test_a_code_from_elsewhere_is_entered_whole_whatever_is_asked_meanwhile(centre: Centre) -> None:
    page = centre.page
    await page.add_init_script("delete window.speechSynthesis; delete Window.prototype.speechSynthesis")
    await page.goto(f"{centre.url}/phone")
    captions = page.get_by_role("log", name="Captions")
    await page.get_by_role("button", name="Call", exact=True).last.click()
    await expect(captions).to_contain_text("For where is my order, press 1.")
    await page.keyboard.type("#1234")
    await page.get_by_label("What you would say").fill("hello?")
    await page.get_by_label("What you would say").press("Enter")
    await expect(captions).to_contain_text("Let us see.")
    await page.locator(".handset").focus()
    await page.keyboard.type("5678")
    await expect(captions).to_contain_text("Entered a code to go on with")
    sent = [frame.get("keys") for frame in centre.called("/v1/voice/frames")]
    assert sent == [None, "#12345678"]
