"""What of an order, of what becomes of its items, and of whoever pays is not written anywhere? Pure functions.

``reads["variants"]`` are the new items as the shop has them, ``reads["buyer"]`` is the customer of this conversation, and
``reads["match"]`` is whom a search finds; each is None where there is no such thing.
"""

from collections import Counter


def found(nothing, args, reads):
    """The customer whom a search finds; empty where it finds nobody."""
    return (reads.get("match") or {}).get("customer_id", "")


def in_order(order, args):
    """Whether all items are in the order, as often as they are named."""
    return not Counter(args["item_ids"]) - Counter(each["item_id"] for each in order["items"])


def in_pairs(order, args):
    """Whether there is a new item for each old one."""
    return len(args["item_ids"]) == len(args["new_item_ids"])


def same_products(order, args, reads):
    """Whether each new item is a variant of the product of the old one in its place."""
    return all(old and new and old["product_id"] == new["product_id"] for old, new in _pairs(order, args, reads))


def other_variants(order, args):
    """Whether each new item is another one than the old one in its place."""
    return all(old != new for old, new in zip(args["item_ids"], args["new_item_ids"], strict=False))


def all_available(order, args, reads):
    """Whether every new item is in stock."""
    variants = _variants(reads)
    return all(each in variants and variants[each]["available"] for each in args["new_item_ids"])


def own_methods(order, args, reads):
    """The payment methods of the customer of this conversation."""
    return [each["payment_method_id"] for each in _methods(reads)]


def gift_cards(order, args, reads):
    """Those of them that are gift cards."""
    return [each["payment_method_id"] for each in _methods(reads) if each["kind"] == "gift_card"]


def missing_on_card(order, args, reads):
    """How much is missing on the gift card that is to pay; nothing where it is none or holds enough."""
    needed = _difference(order, args, reads) if "new_item_ids" in args else order["total"]["amount"]
    for each in _methods(reads):
        if each["payment_method_id"] == args["payment_method_id"] and each["kind"] == "gift_card":
            return _money(order, max(needed - each["balance"]["amount"], 0))
    return _money(order, 0)


def words(order, args, reads):
    """What is done, for the sentence that the customer agrees to."""
    lines = {each["item_id"]: each for each in order["items"]}
    if "new_item_ids" not in args:
        return {"items": ", ".join(_told(lines.get(each)) for each in args["item_ids"])}
    pairs = [f"{_told(old)} for {_told(new)}" for old, new in _pairs(order, args, reads)]
    difference = _difference(order, args, reads)
    settled = "You get back" if difference < 0 else "You pay"
    return {"items": ", ".join(pairs), "settled": settled, "amount": _money(order, abs(difference))}


def _pairs(order, args, reads):
    lines, variants = {each["item_id"]: each for each in order["items"]}, _variants(reads)
    return [
        (lines.get(old), variants.get(new)) for old, new in zip(args["item_ids"], args["new_item_ids"], strict=False)
    ]


def _difference(order, args, reads):
    """Minor units that are still to be paid; negative where they are given back."""
    pairs = _pairs(order, args, reads)
    return sum(new["price"]["amount"] - old["price"]["amount"] for old, new in pairs if old and new)


def _variants(reads):
    return (reads.get("variants") or {}).get("variants", {})


def _methods(reads):
    return (reads.get("buyer") or {}).get("payment_methods", [])


def _money(order, amount):
    return {"amount": amount, "currency": order["total"]["currency"]}


def _told(line):
    if not line:
        return "(an item that is not known)"
    return f"{line['name']} ({', '.join(line['options'].values())})" if line["options"] else line["name"]
