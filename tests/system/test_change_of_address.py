"""Does a customer change her address through the chat, proven at the old one and told there, and what waits then?"""

from __future__ import annotations

from interlock.cli.story.shop import Shop
from tests.system.customers import Customer
from tests.system.processes import Place
from tests.system.refunds import purchase


async def told(shop: Shop, address: str) -> list[str]:
    """What the shop wrote to an address about a change."""
    return [mail["text"] for mail in await shop._mails(address) if "changed" in mail["text"]]


async def test_a_customer_changes_her_address_with_a_code_to_the_old_one_and_a_dear_refund_then_waits(
    place: Place, shop: Shop
) -> None:
    _, url = place.serve()
    bought = await purchase(shop, 14000)
    old, new = bought.buyer.email, f"new.{bought.buyer.email}"
    customer = await Customer(url).begin()
    await customer.say("I want to change my email address")
    await customer.hears("Which order number do you have with us")
    await customer.say(bought.order.id)
    await customer.hears("which e-mail address do we have for it until now")
    await customer.say(old)
    await customer.hears("what is the new e-mail address")
    await customer.say(new)
    await customer.code(await customer.gets_card("code"), await shop.code(old))
    await customer.confirm(await customer.gets_card("confirm"))
    await customer.hears("for three days one-time codes still go there")
    assert len(await told(shop, old)) == 1, "the old address is told"

    await customer.close()
    later = await Customer(url).begin()
    await later.say("The kettle arrived broken")
    await later.hears("Which order is it about")
    await later.say(bought.order.id)
    await later.hears("which e-mail address did you order with")
    await later.say(new)
    await later.say((await later.hears("Which item is it"))["card"]["choices"][0]["label"])
    await later.code(await later.gets_card("code"), await shop.code(old))
    await later.confirm(await later.gets_card("confirm"))
    await later.hears("waits until that has settled")
    assert await shop.refunds(bought.order) == []
    await later.close()
