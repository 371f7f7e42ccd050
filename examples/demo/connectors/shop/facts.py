"""What of an order, or of a customer, is not written there? Pure functions of what was read now and of the arguments.

``reads["buyer"]`` is the customer's record; None where no customer is known.
"""

from datetime import datetime, timedelta

GUARANTEE = timedelta(days=730)
SETTLES = timedelta(weeks=12)
COOLING = timedelta(days=3)  # the same as address_cooling in tenant.yaml


def item(order, args):
    """The line of the order that the proposal is about."""
    for each in order["items"]:
        if each["id"] == args["item_id"]:
            return each
    raise LookupError(f"the order has no item {args['item_id']}")


def refundable_remainder(order, args):
    """What can still be refunded of this item."""
    return item(order, args)["refundable"]


def address_settled_s(resource, args, reads):
    """Until when a new e-mail address cools, in seconds since 1970; 0 where it was never changed."""
    buyer = reads.get("buyer") or {}
    if not buyer.get("email_before"):
        return 0
    return int((datetime.fromisoformat(buyer["email_registered_at"]) + COOLING).timestamp())


def guarantee_ends_s(order, args):
    """When the guarantee is over, in seconds since 1970; 0 for what has not arrived."""
    if not order.get("delivered_at"):
        return 0
    return int((datetime.fromisoformat(order["delivered_at"]) + GUARANTEE).timestamp())


def takes_back(customer, args):
    """Whether this is the address that the present one took the place of."""
    before = customer.get("email_before")
    return bool(before) and before.casefold() == args["email"].casefold()


def settled_s(subscription, args):
    """From when on a subscription is no new one any more, in seconds since 1970."""
    return int((datetime.fromisoformat(subscription["since"]) + SETTLES).timestamp())


def new_time(appointment, args, reads):
    """The time to which an appointment is moved."""
    if reads.get("time") is None:
        raise LookupError(f"the workshop has no time {args['time_id']}")
    return reads["time"]


def time_free(appointment, args, reads):
    """Whether nobody has the time to which an appointment is moved."""
    return new_time(appointment, args, reads)["free"]
