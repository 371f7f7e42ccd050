"""What does a believable shop look like on its first day? Two hundred customers and a thousand orders from one seed."""

from __future__ import annotations

import unicodedata
from datetime import date, timedelta
from random import Random

from .goods import GOODS
from .people import COUNTRIES, NAMES, NOTABLE, Country
from .records import Dataset, ItemRecord, OrderRecord, euros
from .story import at, story_customers, story_orders
from .wire import Address, Customer, Payment, Refund, Status

SEED = 1042
CUSTOMERS = 200
ORDERS = 1000
FIRST_CUSTOMER = 101
FIRST_ORDER = 1001
FIRST_REFUND = 5001
HISTORY_DAYS = 200
MAIL_DOMAINS = ("example.com", "example.org", "example.net")
CARRIERS = ("DHL", "PostNord", "DPD", "An Post", "La Poste", "Royal Mail")


def generate(today: date, seed: int = SEED) -> Dataset:
    """The same shop for the same day and seed, always.

    Order numbers are spread over time and not counted up: a number gives no hint of how much the shop sells.

    Args:
        today: the day to which all times relate.
        seed: any integer.
    """
    chance = Random(seed)
    customers = _customers(chance, today)
    fixed = {order.order_id: order for order in story_orders(today)}
    # The story's two have exactly the orders that the README names.
    owners = [
        customer.customer_id for customer in customers if customer.email.partition("@")[0] not in ("eva", "tomas")
    ]
    orders = []
    for number in range(FIRST_ORDER, FIRST_ORDER + ORDERS):
        order_id = f"A-{number}"
        orders.append(fixed.get(order_id) or _order(chance, today, order_id, chance.choice(owners)))
    refunds: list[Refund] = []
    for order in sorted(orders, key=lambda order: order.placed_at):
        refunds.extend(_refunds_of(order, FIRST_REFUND + len(refunds)))
    return Dataset(customers=tuple(customers), orders=tuple(orders), refunds=tuple(refunds))


def _customers(chance: Random, today: date) -> list[Customer]:
    fixed = {customer.customer_id: customer for customer in story_customers(today)}
    taken = {customer.email for customer in fixed.values()}
    names = _names(chance, CUSTOMERS - len(fixed))
    customers = []
    for number in range(FIRST_CUSTOMER, FIRST_CUSTOMER + CUSTOMERS):
        customer_id = f"c-{number}"
        if customer_id in fixed:
            customers.append(fixed[customer_id])
            continue
        name, handle = names.pop()
        email = _free_address(chance, handle, taken)
        taken.add(email)
        country = chance.choice(COUNTRIES)
        customers.append(
            Customer(
                customer_id=customer_id,
                name=name,
                email=email,
                phone=_digits(chance, country.phone),
                address=_address(chance, country),
                email_registered_at=at(today, -chance.randint(240, 2600), chance.randint(6, 21), chance.randint(0, 59)),
            )
        )
    return customers


def _names(chance: Random, count: int) -> list[tuple[str, str]]:
    pairs = [(given, family) for givens, families in NAMES for given in givens for family in families]
    drawn = [(f"{given} {family}", _handle(given, family)) for given, family in chance.sample(pairs, count)]
    drawn[: len(NOTABLE)] = NOTABLE
    chance.shuffle(drawn)
    return drawn


def _handle(given: str, family: str) -> str:
    handle = f"{given.partition(' ')[0]}.{family.rpartition(' ')[2]}".lower().replace("đ", "d")
    plain = unicodedata.normalize("NFKD", handle)
    plain = plain.replace("ß", "ss").replace("ı", "i").replace("ł", "l")
    return "".join(letter for letter in plain if letter.isascii() and (letter.isalnum() or letter in ".-"))


def _free_address(chance: Random, handle: str, taken: set[str]) -> str:
    domain = chance.choice(MAIL_DOMAINS)
    email, number = f"{handle}@{domain}", 1
    while email in taken:
        number += 1
        email = f"{handle}{number}@{domain}"
    return email


def _address(chance: Random, country: Country) -> Address:
    postal_code, city = chance.choice(country.cities)
    street = chance.choice(country.streets).format(n=chance.randint(1, 148))
    return Address(street=street, postal_code=_digits(chance, postal_code), city=city, country=country.name)


def _digits(chance: Random, pattern: str) -> str:
    while "{d}" in pattern:
        pattern = pattern.replace("{d}", str(chance.randint(0, 9)), 1)
    return pattern


def _order(chance: Random, today: date, order_id: str, owner: str) -> OrderRecord:
    age = min(int(chance.expovariate(1 / 45)), HISTORY_DAYS)
    status = _status(chance, age)
    placed_at = at(today, -age - 1, chance.randint(6, 22), chance.randint(0, 59))
    travel = timedelta(days=chance.randint(2, 5))
    sent = status in ("shipped", "delivered")
    delivered_at = None
    if status == "delivered":
        arrival = placed_at.date() + travel
        delivered_at = at(min(arrival, today - timedelta(days=1)), 0, chance.randint(8, 18), chance.randint(0, 59))
        delivered_at = max(delivered_at, placed_at + timedelta(hours=1))
    items = []
    for n in range(1, chance.choice((1, 1, 1, 2, 2, 3, 4)) + 1):
        good = chance.choice(GOODS)
        refunded = good.price if status == "cancelled" else 0
        if status == "delivered" and chance.random() < 0.03:
            refunded = good.price // chance.choice((1, 2, 5))
        items.append(ItemRecord(id=f"i-{n}", name=good.name, price=good.price, refunded=refunded))
    return OrderRecord(
        order_id=order_id,
        customer_id=owner,
        status=status,
        placed_at=placed_at,
        expected_at=None if status == "cancelled" else at((placed_at + travel).date(), 0, 17),
        delivered_at=delivered_at,
        carrier=chance.choice(CARRIERS) if sent else None,
        tracking=f"KC{order_id[2:]}{chance.randint(1000000, 9999999)}" if sent else None,
        payment=_payment(chance),
        items=tuple(items),
    )


def _status(chance: Random, age: int) -> Status:
    if chance.random() < 0.06:
        return "cancelled"
    if age < 2:
        return "processing" if chance.random() < 0.8 else "shipped"
    if age < 6:
        return "shipped" if chance.random() < 0.6 else "delivered"
    return "delivered"


def _payment(chance: Random) -> Payment:
    kind = chance.choice(("Visa", "Visa", "Mastercard", "PayPal", "SEPA", "Invoice"))
    if kind == "PayPal":
        return Payment(method="paypal", label="PayPal account")
    if kind == "Invoice":
        return Payment(method="invoice", label="Invoice, by bank transfer")
    ending = f"{chance.randint(0, 9999):04}"
    if kind == "SEPA":
        return Payment(method="sepa", label=f"Bank account ending {ending}")
    return Payment(method="card", label=f"{kind} ending {ending}")


def _refunds_of(order: OrderRecord, number: int) -> list[Refund]:
    """The ledger's lines behind what the items say was refunded: one line per item."""
    cancelled = order.status == "cancelled"
    base = order.placed_at if cancelled else order.delivered_at
    refunds: list[Refund] = []
    for item in order.items:
        if not item.refunded or base is None:
            continue
        created_at = base + timedelta(hours=3, minutes=7)
        refunds.append(
            Refund(
                refund_id=f"r-{number + len(refunds)}",
                order_id=order.order_id,
                customer_id=order.customer_id,
                item_id=item.id,
                item_name=item.name,
                amount=euros(item.refunded),
                destination=order.payment.label,
                reason="Cancelled before dispatch" if cancelled else "Goodwill",
                reference=None,
                created_at=created_at,
            )
        )
    return refunds
