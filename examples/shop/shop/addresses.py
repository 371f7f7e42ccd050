"""How does a customer's e-mail address become another one, and who is told?"""

from __future__ import annotations

from datetime import datetime

from .accounts import find_customer
from .answers import recall, remember
from .mails import deliver
from .problems import Problem
from .storage import Store, stamp
from .wire import Customer, EmailChange, EmailChanged, MailRequest

CHANGED = """\
The e-mail address of your account at Kettle & Crane was changed to {new}.

If that was you, there is nothing to do. If it was not, write to us in the chat on our page within the next three days: until
then one-time codes still come to this address, and with one of them you can take the change back."""

TAKEN_BACK = """\
The e-mail address of your account at Kettle & Crane is {new} again. This address does not belong to it any more."""


def change_email(
    store: Store, customer_id: str, request: EmailChange, key: str | None, now: datetime
) -> tuple[EmailChanged, bool]:
    """Give a customer another address and tell the one before, both or neither; once per key.

    Whoever goes back to the address before takes the change back: it counts as known since it was first registered.

    Args:
        key: the idempotency key; without one every call is carried out.

    Returns:
        What holds now, and whether it had been done before under this key.

    Raises:
        Problem: 404 for an unknown customer, 409 for a key with another body or an address that somebody else has,
            422 for the address that she has already.
    """
    with store.transaction():
        if key is not None:
            before = recall(store, f"changeEmail {customer_id}", key, request, EmailChanged)
            if before is not None:
                return before, True
        customer = find_customer(store, customer_id)
        changed = _change(store, customer, request.email, now)
        if key is not None:
            remember(store, f"changeEmail {customer_id}", key, request, changed)
    return changed, False


def _change(store: Store, customer: Customer, email: str, now: datetime) -> EmailChanged:
    new, old = email.casefold(), customer.email.casefold()
    if new == old:
        raise Problem(
            422,
            "same-address",
            "This is the customer's address already.",
            where="body.email",
            mend="Name another address.",
        )
    if store.row("SELECT 1 FROM customer WHERE email_key = ?", new) is not None:
        raise Problem(
            409,
            "address-taken",
            "This address cannot be used.",
            where="body.email",
            mend="Name another address.",
        )
    back = customer.email_before is not None and new == customer.email_before.casefold()
    since = customer.email_before_registered_at if back else now
    assert since is not None  # Both are known of an address, or neither.
    store.write(
        "UPDATE customer SET email = ?, email_key = ?, email_registered_at = ?, email_before = ?,"
        " email_before_registered_at = ? WHERE customer_id = ?",
        email,
        new,
        stamp(since),
        None if back else customer.email,
        None if back else stamp(customer.email_registered_at),
        customer.customer_id,
    )
    text = (TAKEN_BACK if back else CHANGED).format(new=_masked(email))
    deliver(store, MailRequest(to=customer.email, subject="Your e-mail address was changed", text=text), now)
    return EmailChanged(customer_id=customer.customer_id, email=email, email_registered_at=since, told=customer.email)


def _masked(email: str) -> str:
    name, _, domain = email.rpartition("@")
    return f"{name[:1]}•••@{domain}"
