"""What does an HTTP answer mean: done, declined, or nobody knows?"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, Final, NamedTuple

import msgspec

from interlock.connectors.contract import Declined
from interlock.kernel.errors import Unavailable

LONGEST_RETRY_S: Final = 3600.0
LONGEST_REASON: Final = 200
DEEPEST: Final = 50
"""Levels of a JSON answer; hostile ones are deeper than whatever handles them later."""

_NOT_DONE: Final = (401, 407, 425, 429)
"""The system turned the request away before it looked at it: wrong credential, or we come too soon or too often."""


class Reply(NamedTuple):
    """A whole answer."""

    status: int
    headers: Mapping[str, str]
    body: bytes


def declined(reply: Reply, *, keyed: bool) -> Declined | None:
    """The system's no, if that is what the answer is: a 4xx, with some exceptions.

    A 409 under an idempotency key may mean that the first call with the key is still running or was another one, and
    a 408 that the request got lost half-way: neither says that nothing was done.
    """
    unclear = reply.status == 408 or (reply.status == 409 and keyed)
    if not 400 <= reply.status < 500 or unclear or reply.status in _NOT_DONE:
        return None
    problem = _problem(reply)
    code = _text(problem.get("code")) or _text(problem.get("type")).rstrip("/").rpartition("/")[2].rpartition(":")[2]
    if code in ("", "blank"):
        code = f"http_{reply.status}"
    reason = _text(problem.get("title")) or f"It answered with status {reply.status}."
    return Declined(code.replace("-", "_"), reason, _text(problem.get("detail")))


def trouble(system: str, reply: Reply, *, accepted: bool) -> Unavailable | None:
    """Why an answer that is no refusal is no success either; None where it is one.

    Args:
        accepted: whether the operation's document names 202 as an answer.
    """
    status = reply.status
    if 200 <= status < 300 and (status != 202 or accepted):
        return None
    waits = retry_after_s(reply.headers)
    if status in _NOT_DONE or (status == 503 and waits is not None):
        reason = "does not take our credential" if status in (401, 407) else "takes no calls right now"
        return Unavailable(system, f"it {reason} (status {status})", retry_after_s=waits or 1.0, sent=False)
    reason = f"it answered with status {status}"
    if status == 202:
        reason = "it accepted the call and does not say what became of it (status 202)"
    elif 300 <= status < 400:
        reason = f"it answered with a redirect (status {status}), and connectors follow none"
    return Unavailable(system, reason, retry_after_s=waits or 1.0, sent=True)


def read_json(system: str, reply: Reply) -> Any:
    """The JSON of a successful answer; an empty object where there is no content.

    Raises:
        Unavailable: it is no JSON; the call was carried out all the same, perhaps.
    """
    if reply.status in (204, 205):
        return {}
    try:
        return _storable(msgspec.json.decode(reply.body), 0)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise Unavailable(system, "its answer is no JSON that can be kept", sent=True) from None


def _storable(value: Any, depth: int) -> Any:
    """The value as the log can keep it. Raises RecursionError where it is nested too deep."""
    if depth > DEEPEST:
        raise RecursionError
    if isinstance(value, str):
        # PostgreSQL's jsonb takes no NUL, and a call that was carried out has to get its outcome all the same.
        return value.replace("\x00", "\ufffd")
    if isinstance(value, dict):
        return {_storable(name, depth): _storable(each, depth + 1) for name, each in value.items()}
    if isinstance(value, list):
        return [_storable(each, depth + 1) for each in value]
    return value


def retry_after_s(headers: Mapping[str, str]) -> float | None:
    """In how many seconds the system wants to be called again, at most ``LONGEST_RETRY_S``; None if it does not say."""
    text = headers.get("retry-after", "").strip()
    if not text:
        return None
    if text.isascii() and text.isdigit():
        return min(float(text[:9]), LONGEST_RETRY_S)
    try:
        at = parsedate_to_datetime(text)
    except (ValueError, TypeError, OverflowError):
        return None
    if at.tzinfo is None:
        return None
    return min(max((at - datetime.now(UTC)).total_seconds(), 0.0), LONGEST_RETRY_S)


def _problem(reply: Reply) -> Mapping[str, Any]:
    try:
        found = msgspec.json.decode(reply.body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _text(value: object) -> str:
    """A text that can be shown: one line of printable characters."""
    if not isinstance(value, str):
        return ""
    return "".join(each if each.isprintable() else " " for each in value.strip())[:LONGEST_REASON]
