"""Does the story go on when the node is killed, at whatever step of a refund, and is the refund made exactly once?"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple
from uuid import uuid4

from interlock.cli.story.shop import Order, Shop
from tests.system.customers import RECOVERS_WITHIN_S, Customer, Frame, transcript, whole
from tests.system.processes import Child, Place, wait_until_ready


async def test_scratch(place, shop):
    order, email = await buyer(shop)
    trace=place.folder/"trace"
    n,u=place.serve(dies={"moment":"","when":"","trace":str(trace)})
    c=await Customer(u).begin()
    t=time.time()
    await c.say("The kettle arrived broken")
    await c.hears("Which order")
    await c.say(order.id)
    await c.hears("e-mail")
    await c.say(email)
    await c.hears("Which item")
    await c.say(c.card["choices"][0]["label"])
    card=await c.gets_card("confirm")
    await c.confirm(card)
    await c.hears("Done")
    print(time.time()-t)
    for x in transcript(c.messages): print(x)
    assert len(await shop.refunds(order))==1
    print(trace.read_text())
    await c.close()

async def buyer(shop):
    email=f"eva-{uuid4().hex[:8]}@example.com"
    b=await shop.add_customer("Eva", email)
    return await shop.add_order(b, ("Enamel kettle", 1840)), email
