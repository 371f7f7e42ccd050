"""Does the inbox decide only by a second act, say whose band it is, and send exactly what was decided?"""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from .conftest import Centre

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


OPENS = {
    "a": "Approve refund?",
    "x": "Reject this?",
    "c": "Offer a lower amount?",
    "q": "Ask back before deciding?",
    "e": "Pass it on to the manager?",
}


@pytest.fixture
def scene() -> str:
    return "inbox"


async def inbox(centre: Centre) -> None:
    await centre.page.goto(f"{centre.url}/supervisor#approvals")
    await expect(centre.page.get_by_role("heading", name="Waiting for approval")).to_be_visible()


async def pick(centre: Centre, words: str) -> None:
    await centre.page.locator(".work-row", has_text=words).click()
    await expect(centre.page.locator(".detail-says")).to_contain_text(words)


async def test_what_is_late_stands_first_and_says_who_is_asked_and_why(centre: Centre) -> None:
    await inbox(centre)
    first = centre.page.locator(".work-row").first
    await expect(first).to_contain_text("€820.00")
    await expect(first).to_contain_text("late")
    await expect(centre.page.locator(".route")).to_contain_text(
        "Manager is asked (the role before did not answer in time)"
    )
    await expect(centre.page.locator(".decide")).to_contain_text("This is beyond your band. Manager decides")


async def test_no_key_decides_by_itself_and_none_opens_what_cannot_be_done(centre: Centre) -> None:
    await inbox(centre)
    for key in ("a", "e"):  # beyond one's band; nobody is above the manager
        await centre.page.keyboard.press(key)
        await expect(centre.page.get_by_role("dialog")).to_have_count(0)
    await centre.page.keyboard.press("j")
    await expect(centre.page.locator(".detail-says")).to_contain_text("€280.00")
    await expect(centre.page.get_by_role("dialog")).to_have_count(0)
    for key, title in OPENS.items():
        await centre.page.keyboard.press(key)
        await expect(centre.page.get_by_role("dialog", name=title)).to_be_visible()
        await centre.page.keyboard.press("Enter")
        await centre.page.keyboard.press("Escape")
        await expect(centre.page.get_by_role("dialog")).to_have_count(0)
    assert not [path for path, _ in centre.world.calls if "/approvals/" in path]


async def test_a_counter_offer_is_less_than_what_was_asked_for(centre: Centre) -> None:
    await inbox(centre)
    await pick(centre, "€280.00")
    await centre.page.keyboard.press("c")
    dialog = centre.page.get_by_role("dialog")
    await dialog.get_by_label("Amount instead of €280.00").fill("280")
    await expect(dialog).to_contain_text("Less than €280.00")
    await dialog.get_by_label("Amount instead of €280.00").fill("150.50")
    await dialog.get_by_label("Reason for the customer").fill("It was used.")
    await dialog.get_by_label("Reason for the file").fill("Photo shows scratches.")
    await dialog.get_by_role("button", name="Offer €150.50").click()
    await expect(dialog).to_have_count(0)
    (body,) = centre.called("/counter")
    assert body["amount"] == {"amount": 15050, "currency": "EUR"}
    assert (body["customer_reason"], body["file_reason"]) == ("It was used.", "Photo shows scratches.")


async def test_authority_is_lent_to_a_colleague_for_a_while(centre: Centre) -> None:
    await inbox(centre)
    await centre.page.keyboard.press("d")
    dialog = centre.page.get_by_role("dialog", name="Lend your authority to a colleague?")
    await dialog.get_by_label("To").select_option(label="Ben Castellanos · agent")
    await dialog.get_by_role("button", name="Lend it").click()
    await expect(dialog).to_have_count(0)
    (body,) = centre.called("/delegations")
    assert body["to"] == "s_1"


async def test_a_draft_an_override_and_a_denial_have_their_own_words(centre: Centre) -> None:
    await inbox(centre)
    await pick(centre, "Send a message to Marek")
    await expect(centre.page.get_by_role("button", name="Send…", exact=True)).to_be_visible()
    await pick(centre, "Linen tea towels")
    await expect(centre.page.locator(".detail")).to_contain_text("Omar Haddad wants 1 rule overridden for exactly this")
    await centre.page.keyboard.press("a")
    await centre.page.get_by_role("button", name="Agree", exact=True).click()
    await expect(centre.page.get_by_role("dialog")).to_have_count(0)
    assert centre.called("/grant")
    await centre.page.locator(".work-row", has_text="€45.00").click()
    await centre.page.get_by_label("Why an exception").fill("She waited for three weeks.")
    await centre.page.get_by_role("button", name="Ask for the override").click()
    await expect(centre.page.get_by_text("A second person has to agree")).to_be_visible()
    assert [body["reason"] for body in centre.called("/override")] == ["She waited for three weeks."]


async def test_a_telephone_shows_the_whole_inbox(centre: Centre) -> None:
    await centre.page.set_viewport_size({"width": 360, "height": 780})
    await inbox(centre)
    assert await centre.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


async def test_an_agent_who_decides_for_somebody_finds_the_approvals_from_her_desk_and_nothing_else(
    centre: Centre,
) -> None:
    page = centre.page
    staff = {"id": "s_0", "name": "Amara Okafor", "roles": ["agent"]}
    centre.world.me["staff"] |= staff
    centre.world.me["deciding_for"] = [{"by": "Omar Haddad", "until": "2027-01-01T00:00:00Z"}]
    await page.goto(f"{centre.url}/desk")
    await page.get_by_role("link", name="Approvals").click()
    await expect(page.locator(".lent")).to_contain_text("You decide for Omar Haddad")
    views = page.get_by_role("navigation", name="Views").get_by_role("link")
    await expect(views).to_have_count(1)
    await expect(page.locator(".detail")).to_be_visible()


async def test_the_approver_sees_how_old_each_fact_is_and_what_was_done_before(centre: Centre) -> None:
    await inbox(centre)
    detail = centre.page.locator(".detail")
    await expect(detail.locator(".pairs div", has_text="Refundable remainder")).to_contain_text("read 2 s before")
    await expect(detail.locator(".pairs div", has_text="Refunds per customer")).to_contain_text("as it was judged")
    await expect(detail.get_by_role("heading", name="Done before")).to_be_visible()
    done = detail.locator(".pairs div", has_text="Refunded").last
    await expect(done).to_contain_text("done 2 times")
    await expect(done).to_contain_text("last 1 h 30 min before")
