"""Which refunds were really made, and may this one be made? The shop's ledger."""

from __future__ import annotations

import sqlite3
from datetime import datetime

from .accounts import find_order, order_number
from .answers import recall, remember
from .problems import Problem
from .records import euros
from .storage import Store, moment, stamp
from .wire import PlainRefundRequest, Refund, RefundRequest

MOST_REFUNDS_SHOWN = 500


def create_refund(store: Store, request: RefundRequest, key: str | None, now: datetime) -> tuple[Refund, bool]:
    """Make a refund, once per key.

    Args:
        key: the idempotency key; without one every call makes a refund.

    Returns:
        The refund, and whether it had been made before under this key.

    Raises:
        Problem: 404 for an unknown order or item, 409 for a key with another body, 422 for more than can be refunded.
    """
    with store.transaction():
        if key is not None:
            before = recall(store, "createRefund", key, request, Refund)
            if before is not None:
                return before, True
        refund = make_refund(store, request, key, now)
        if key is not None:
            remember(store, "createRefund", key, request, refund)
    return refund, False


def create_refund_plain(store: Store, request: PlainRefundRequest, now: datetime) -> Refund:
    """Make a refund, again at every call: a back end that has never heard of idempotency keys.

    Raises:
        Problem: 404 for an unknown order or item, 422 for more than can be refunded.
    """
    with store.transaction():
        return make_refund(store, request, request.reference, now)


def find_refunds(
    store: Store, *, reference: str | None = None, order_id: str | None = None, customer_id: str | None = None
) -> list[Refund]:
    """The refunds that fit everything that is named, newest first, at most ``MOST_REFUNDS_SHOWN``."""
    wanted = {"reference": reference, "order_id": order_id and order_number(order_id), "customer_id": customer_id}
    named = {column: value for column, value in wanted.items() if value is not None}
    where = " AND ".join(f"{column} = ?" for column in named) or "1"
    # Only the three column names above can get into the text; the values are bound.
    sql = f"SELECT * FROM refund WHERE {where} ORDER BY created_at DESC, number DESC LIMIT {MOST_REFUNDS_SHOWN}"  # noqa: S608
    rows = store.rows(sql, *named.values())
    return [_refund(row) for row in rows]


def insert_refund(store: Store, refund: Refund) -> None:
    """Write a line of the ledger; call inside a transaction."""
    store.write(
        "INSERT INTO refund VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        int(refund.refund_id.removeprefix("r-")),
        refund.order_id,
        refund.customer_id,
        refund.item_id,
        refund.item_name,
        refund.amount.amount,
        refund.destination,
        refund.reason,
        refund.reference,
        stamp(refund.created_at),
    )


def make_refund(
    store: Store, request: RefundRequest | PlainRefundRequest, reference: str | None, now: datetime
) -> Refund:
    """Enter a refund into the books; call inside a transaction.

    Raises:
        Problem: 404 for an unknown order or item, 422 for more than can be refunded.
    """
    order = find_order(store, request.order_id)
    item = next((item for item in order.items if item.id == request.item_id), None)
    if item is None:
        raise Problem(
            404,
            "no-such-item",
            "This order has no such item.",
            where="body.item_id",
            mend="Read the order for its items.",
        )
    amount = request.amount.amount
    left = item.price - item.refunded
    if amount > left:
        raise Problem(
            422,
            "more-than-is-left",
            f"{_written(amount)} is more than can still be refunded for this item ({_written(left)}).",
            where="body.amount",
            mend=f"Ask for at most {left} minor units." if left else "Nothing is left to refund for this item.",
        )
    refund = Refund(
        refund_id=f"r-{store.next_number('refund')}",
        order_id=order.order_id,
        customer_id=order.customer_id,
        item_id=item.id,
        item_name=item.name,
        amount=euros(amount),
        destination=order.payment.label,
        reason=request.reason,
        reference=reference,
        created_at=now,
    )
    insert_refund(store, refund)
    store.write(
        "UPDATE item SET refunded = refunded + ? WHERE order_id = ? AND item_id = ?", amount, order.order_id, item.id
    )
    return refund


def _written(cents: int) -> str:
    return f"EUR {cents // 100}.{cents % 100:02}"


def _refund(row: sqlite3.Row) -> Refund:
    return Refund(
        refund_id=f"r-{row['number']}",
        order_id=row["order_id"],
        customer_id=row["customer_id"],
        item_id=row["item_id"],
        item_name=row["item_name"],
        amount=euros(row["amount"]),
        destination=row["destination"],
        reason=row["reason"],
        reference=row["reference"],
        created_at=moment(row["created_at"]),
    )
