"""Was this very request answered before? The memory behind the Idempotency-Key header."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import TypeVar

import msgspec

from .problems import Problem
from .storage import Store

T = TypeVar("T")


def recall(store: Store, operation: str, key: str, request: msgspec.Struct, kind: type[T]) -> T | None:
    """The answer that was given under this key, or None if the key is new; call inside a transaction.

    Raises:
        Problem: 409, the key was used with another body.
    """
    row = store.row("SELECT request, answer FROM answer WHERE operation = ? AND key = ?", operation, key)
    if row is None:
        return None
    if row["request"] != _fingerprint(request):
        raise Problem(
            409,
            "key-used-before",
            "This idempotency key was used with another body.",
            where="header.Idempotency-Key",
            mend="Send the same body again, or a new key for a new request.",
        )
    return msgspec.json.decode(row["answer"], type=kind)


def remember(store: Store, operation: str, key: str, request: msgspec.Struct, answer: msgspec.Struct) -> None:
    """Keep the answer under this key; call inside the transaction that carries the request out."""
    body = msgspec.json.encode(answer)
    store.write("INSERT INTO answer VALUES (?, ?, ?, ?)", operation, key, _fingerprint(request), body)


def once(
    store: Store, operation: str, key: str | None, request: msgspec.Struct, kind: type[T], do: Callable[[], T]
) -> tuple[T, bool]:
    """Do something in one transaction, once for its key where there is one; and tell whether it had been done before.

    Raises:
        Problem: what ``do`` raises; 409, the key was used with another body.
    """
    with store.transaction():
        if key is not None:
            before = recall(store, operation, key, request, kind)
            if before is not None:
                return before, True
        answer = do()
        if key is not None and isinstance(answer, msgspec.Struct):
            remember(store, operation, key, request, answer)
    return answer, False


def _fingerprint(request: msgspec.Struct) -> str:
    return hashlib.sha256(msgspec.json.encode(request, order="sorted")).hexdigest()
