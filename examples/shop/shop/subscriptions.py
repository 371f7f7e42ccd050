"""Which goods does a customer get again and again, how does that change, and what was she credited?"""

from __future__ import annotations

import sqlite3
from datetime import datetime, timedelta

from .answers import once
from .problems import Problem
from .records import euros
from .storage import Store, moment, stamp
from .wire import Credit, CreditRequest, Subscription, SubscriptionChange, SubscriptionStatus


def find_subscription(store: Store, subscription_id: str) -> Subscription:
    """The subscription as it is now; upper or lower case does not matter.

    Raises:
        Problem: 404, there is no such subscription.
    """
    row = store.row("SELECT * FROM subscription WHERE subscription_id = ?", subscription_id.strip().upper())
    if row is None:
        raise Problem(
            404,
            "no-such-subscription",
            "There is no such subscription.",
            where="subscription_id",
            mend="They look like S-2001.",
        )
    return _subscription(row)


def subscriptions_of(store: Store, customer_id: str) -> list[Subscription]:
    """A customer's subscriptions, the oldest first; none for a customer whom nobody knows."""
    rows = store.rows("SELECT * FROM subscription WHERE customer_id = ? ORDER BY since, subscription_id", customer_id)
    return [_subscription(row) for row in rows]


def change_subscription(
    store: Store, subscription_id: str, request: SubscriptionChange, key: str | None, now: datetime
) -> tuple[Subscription, bool]:
    """Pause a subscription, change how often it comes, or end it; once per key.

    Raises:
        Problem: 404 for an unknown subscription, 422 for one that has ended or without weeks, 409 for a key with another body.
    """

    def change() -> Subscription:
        found = find_subscription(store, subscription_id)
        if found.status == "cancelled":
            raise Problem(422, "has-ended", "This subscription has ended.", mend="Begin a new one.")
        if request.change != "cancel" and request.weeks is None:
            raise Problem(422, "no-weeks", "It is not said for how many weeks.", where="body.weeks", mend="Name them.")
        weeks, due = request.weeks or 0, found.next_delivery_at or now
        status: SubscriptionStatus = found.status
        every, following = found.every_weeks, found.next_delivery_at
        match request.change:
            case "pause":
                status, following = "paused", due + timedelta(weeks=weeks)
            case "interval":
                every, following = weeks, due + timedelta(weeks=weeks - found.every_weeks)
            case "cancel":
                status, following = "cancelled", None
        if following is not None and following < now:
            following = now + timedelta(days=2)
        store.write(
            "UPDATE subscription SET status = ?, every_weeks = ?, next_delivery_at = ? WHERE subscription_id = ?",
            status,
            every,
            stamp(following),
            found.subscription_id,
        )
        return find_subscription(store, found.subscription_id)

    return once(store, f"changeSubscription {subscription_id}", key, request, Subscription, change)


def give_credit(store: Store, request: CreditRequest, key: str | None, now: datetime) -> tuple[Credit, bool]:
    """Credit an amount to the next delivery; once per key.

    Raises:
        Problem: 404 for an unknown subscription, 422 for one that has ended, 409 for a key with another body.
    """

    def give() -> Credit:
        found = find_subscription(store, request.subscription_id)
        if found.status == "cancelled":
            raise Problem(422, "has-ended", "This subscription has ended.", mend="Credit another one.")
        credit = Credit(
            credit_id=f"g-{store.next_number('credit')}",
            subscription_id=found.subscription_id,
            customer_id=found.customer_id,
            amount=euros(request.amount.amount),
            reason=request.reason,
            reference=key,
            created_at=now,
        )
        store.write(
            "INSERT INTO credit VALUES (?, ?, ?, ?, ?, ?, ?)",
            int(credit.credit_id.removeprefix("g-")),
            credit.subscription_id,
            credit.customer_id,
            credit.amount.amount,
            credit.reason,
            credit.reference,
            stamp(now),
        )
        return credit

    return once(store, "createCredit", key, request, Credit, give)


def find_credits(store: Store, reference: str) -> list[Credit]:
    """The credits that were given under a key."""
    return [
        Credit(
            credit_id=f"g-{row['number']}",
            subscription_id=row["subscription_id"],
            customer_id=row["customer_id"],
            amount=euros(row["amount"]),
            reason=row["reason"],
            reference=row["reference"],
            created_at=moment(row["created_at"]),
        )
        for row in store.rows("SELECT * FROM credit WHERE reference = ? ORDER BY number DESC", reference)
    ]


def insert_subscription(store: Store, subscription: Subscription) -> None:
    """Write a subscription; call inside a transaction."""
    store.write(
        "INSERT INTO subscription VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        subscription.subscription_id,
        subscription.customer_id,
        subscription.goods,
        subscription.status,
        subscription.every_weeks,
        subscription.price.amount,
        subscription.stay_credit.amount,
        stamp(subscription.since),
        stamp(subscription.next_delivery_at),
    )


def _subscription(row: sqlite3.Row) -> Subscription:
    return Subscription(
        subscription_id=row["subscription_id"],
        customer_id=row["customer_id"],
        goods=row["goods"],
        status=row["status"],
        every_weeks=row["every_weeks"],
        price=euros(row["price"]),
        stay_credit=euros(row["stay_credit"]),
        since=moment(row["since"]),
        next_delivery_at=moment(row["next_delivery_at"]) if row["next_delivery_at"] else None,
    )
