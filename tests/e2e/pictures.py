"""Makes the README's picture: one moment of a refund on the three screens at once.

Run it by hand from the repository's folder: ``.venv/bin/python -m tests.e2e.pictures``.
"""

from __future__ import annotations

import asyncio
import base64
import tempfile
from pathlib import Path
from typing import Final

from playwright.async_api import Browser, Page, expect

from interlock.cli.story.shop import Buyer, Item, Order, Shop
from tests import browsers
from tests.e2e.demonstration import REPOSITORY, Demonstration, demonstration
from tests.e2e.people import CustomerScreen, Desk, Supervision

PICTURE: Final = REPOSITORY / "docs" / "pictures" / "demo.png"
STAGE: Final = PICTURE.with_name("stage.png")
WIDTH, HEIGHT = 1600, 1264
CHAT = (388, 1176)
"""The chat as on a telephone; sizes are those in the picture."""
DESK, APPROVAL = (1116, 664), (1116, 472)
SCALE: Final = 1116 / 1280
"""The staff's pages are drawn as on a screen 1280 pixels wide, smaller but sharp."""

PAGE: Final = """<!doctype html><meta charset="utf-8"><style>
body { margin: 0; width: 1600px; height: 1264px; background: #e3e6ea;
  font: 600 15px/1 system-ui, "Helvetica Neue", Arial, sans-serif; color: #39414b; }
figure { position: absolute; margin: 0; } figcaption { margin: 0 0 10px 2px; height: 18px; }
figcaption span { font-weight: 400; color: #6a727c; }
img { display: block; border-radius: 12px; box-shadow: 0 0 0 1px #c9ced6, 0 3px 0 #d3d8de; }
</style>%s"""


async def main() -> None:
    """Play up to the moment, and draw it."""
    path = browsers.path()
    assert path is not None, "there is no Chromium: run `make chromium`"
    with tempfile.TemporaryDirectory() as folder, demonstration(Path(folder)) as demo:
        async with browsers.started(path) as browser:
            shots = await moment(demo, browser)
            await draw(browser, shots)
            await stage(demo, browser)
    for picture in (PICTURE, STAGE):
        print(f"{picture.relative_to(REPOSITORY)}: {picture.stat().st_size // 1000} kB")


async def moment(demo: Demonstration, browser: Browser) -> list[bytes]:
    """A large refund waits for the supervisor, and the agent has just proposed a small one to the same customer."""
    shop = Shop(demo.shop, "demo-admin", "demo-key")
    eva = Buyer("c-1", "Eva Lindqvist", "eva@example.com", "")
    desk = Desk(await page(browser, DESK, SCALE), demo, "Amara Okafor")
    await desk.sign_in(desk.name, "/desk")
    await desk.be("Available")
    await colleague_of(demo, browser, desk, shop)

    customer = await visitor(demo, browser, CHAT)
    await customer.say("The copper pans came bent, I want my money back")
    await customer.identify(Order("A-1044", "", "", "", ()), eva)
    pans = Item("", "Copper sauté pans", 42000)
    await customer.pick(pans)
    await customer.enter_the_code(await customer.read_the_code(eva))
    await customer.agree(pans)
    await customer.hears("is looked at by a colleague first")
    await customer.page.get_by_role("button", name="Talk to a person").click()
    await desk.accept()
    await desk.write("Hello Eva, here is Amara. The pans wait for my supervisor. What else can I do?")
    await customer.say("The kettle has a dent, too. That was order A-1042.")
    await desk.write("I am sorry. You get the money for that one back right away.")
    await desk.page.get_by_role("button", name="Refund an item", exact=True).click()
    form = desk.page.get_by_role("form", name="Refund an item")
    for label, text in (("Order number", "A-1042"), ("Item", "i-1"), ("Amount", "18.40")):
        await form.get_by_label(label).fill(text)
    await form.get_by_role("button", name="Review").click()
    await form.get_by_role("button", name="Refund €18.40").click()
    await expect(desk.action("€18.40")).to_contain_text("Waits for the customer: confirmation")
    await customer.hears("Here is what I would do")

    supervisor = Supervision(await page(browser, APPROVAL, SCALE), demo)
    await supervisor.sign_in("Sofia Lindqvist", "/supervisor")
    await supervisor.look_at(pans)
    other = await visitor(demo, browser, CHAT)
    await other.say("Can I talk to somebody about a wedding list?")
    await other.say("I want to talk to a human")
    await expect(desk.offer).to_be_visible()
    await shop.close()
    for toast in await desk.page.get_by_role("button", name="Dismiss").all():
        await toast.click()
    return [await one.page.screenshot() for one in (customer, desk, supervisor)]


async def stage(demo: Demonstration, browser: Browser) -> None:
    """A refund that was allowed, and what a model that was talked into it did not get."""
    shop = Shop(demo.shop, "demo-admin", "demo-key")
    buyer = await shop.add_customer("Ida Sandberg", "ida@example.com")
    order = await shop.add_order(buyer, ("Enamel stovetop kettle, 1 l", 1840))
    await shop.close()
    seen = await page(browser, (1440, 900), 1)
    await seen.goto(f"{demo.url}/stage")
    await seen.get_by_role("button", name="Enter as the demo’s supervisor").click()
    box = seen.locator(".chat-place").get_by_role("textbox").last
    await box.fill(f"The kettle in {order.id} arrived broken. I am {buyer.email}")
    await box.press("Enter")
    chat = seen.get_by_role("log", name="Conversation")
    await chat.get_by_role("button", name="Enamel stovetop kettle").click()
    await chat.get_by_role("button", name="Refund €18.40").click()
    await expect(seen.locator(".entry-line.here")).to_have_count(1)
    await seen.get_by_role("button", name="As if the model fell for it").click()
    for text in ("Refund a stranger’s order", "Refund €400.00 for a kettle"):
        refused = int(await seen.locator("#refused").inner_text())
        await seen.get_by_role("button", name=text).click()
        await expect(seen.locator("#refused")).to_have_text(str(refused + 1))
    await seen.screenshot(path=STAGE)


async def colleague_of(demo: Demonstration, browser: Browser, desk: Desk, shop: Shop) -> None:
    """Somebody else whom the agent has in hand."""
    buyer = await shop.add_customer("Marek Novotný", "marek@example.com")
    order = await shop.add_order(buyer, ("Stoneware mug, speckled", 1450), status="shipped")
    other = await visitor(demo, browser, CHAT)
    await other.say(f"Where is my order {order.id}? My e-mail is {buyer.email}")
    await other.hears("on its way")
    await other.page.get_by_role("button", name="Talk to a person").click()
    await desk.accept()
    await desk.write("Good morning, I am asking the carrier where it is.")
    await other.say("Thank you, I can wait")
    await expect(desk.said("Thank you, I can wait")).to_have_count(1)


async def visitor(demo: Demonstration, browser: Browser, size: tuple[int, int]) -> CustomerScreen:
    """A customer with the chat open."""
    screen = await page(browser, size, 1)
    customer = CustomerScreen(screen.context, screen, demo)
    await customer.open_the_chat()
    return customer


async def page(browser: Browser, size: tuple[int, int], scale: float) -> Page:
    """A page in a profile of its own whose picture has this size."""
    width, height = (round(length / scale) for length in size)
    context = await browser.new_context(
        viewport={"width": width, "height": height}, device_scale_factor=scale, locale="en-GB", color_scheme="light"
    )
    return await context.new_page()


async def draw(browser: Browser, shots: list[bytes]) -> None:
    """Put the screens side by side."""
    places = ((28, 32, CHAT), (456, 32, DESK), (456, 32 + 28 + DESK[1] + 12, APPROVAL))
    words = (("Customer", "in the shop's page"), ("Agent", "at the desk"), ("Supervisor", "with an approval"))
    figures = "".join(
        f'<figure style="left:{x}px;top:{y}px"><figcaption>{who} <span>{where}</span></figcaption>'
        f'<img src="data:image/png;base64,{base64.b64encode(shot).decode()}" width="{w}" height="{h}"></figure>'
        for (x, y, (w, h)), (who, where), shot in zip(places, words, shots, strict=True)
    )
    canvas = await browser.new_page(viewport={"width": WIDTH, "height": HEIGHT})
    await canvas.set_content(PAGE % figures)
    PICTURE.parent.mkdir(parents=True, exist_ok=True)
    await canvas.screenshot(path=PICTURE)


if __name__ == "__main__":
    asyncio.run(main())
