"""What can be said about an order that is not written in it? Pure functions of the order as read now and of the arguments."""


def item(order, args):
    """The line of the order that the proposal is about."""
    for each in order["items"]:
        if each["id"] == args["item_id"]:
            return each
    raise LookupError(f"the order has no item {args['item_id']}")


def refundable_remainder(order, args):
    """What can still be refunded of this item."""
    return item(order, args)["refundable"]
