"""What is odd about rules that are valid: never decided, nobody permitted, granted and not used, granted for ever?"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final, Literal

import msgspec

from interlock.control.bundle import Bundle
from interlock.control.history import History
from interlock.control.rules import Rule

UNUSED_AFTER: Final = timedelta(days=30)
"""A grant that nobody used for this long is one too many."""

OUTSIDE_ROLES: Final = frozenset({"external_agent", "admin"})
"""Roles whose grants should end by themselves: other vendors' agents, and people with every right."""

Kind = Literal["never-decided", "nobody-permitted", "unused-grant", "endless-grant", "ended-grant", "shadow-error"]


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """Something that its author should look at; ``str()`` says where, what, and what to do.

    Attributes:
        level: ``warning``, or ``note`` for what is usual and only worth knowing.
        rule: the rule, or the action that no rule permits.
    """

    kind: Kind
    level: Literal["warning", "note"]
    rule: str
    file: str
    line: int
    text: str
    mend: str

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}: " if self.file else ""
        return f"{place}{self.text}; {self.mend}"


def findings(bundle: Bundle, now: datetime, undecided: frozenset[str], history: History | None = None) -> list[Finding]:
    """Everything odd about valid rules.

    Args:
        undecided: the rules that decided in no case.
        history: what was recorded; None where only the definitions are at hand.
    """
    found = [
        *_never_decided(bundle, undecided, history),
        *_nobody_permitted(bundle, now),
        *_grants(bundle, now),
    ]
    if history is not None:
        found += [*_unused(bundle, history, now), *_shadow_errors(bundle, history, now)]
    return found


def _finding(kind: Kind, rule: Rule, text: str, mend: str, *, note: bool = False) -> Finding:
    place = rule.statement
    return Finding(
        kind=kind,
        level="note" if note else "warning",
        rule=rule.id,
        file=place.file,
        line=place.line,
        text=text,
        mend=mend,
    )


def _never_decided(bundle: Bundle, undecided: frozenset[str], history: History | None) -> Iterator[Finding]:
    for rule in bundle.rules:
        if rule.id not in undecided or (history is not None and rule.id in history.last):
            continue
        where = "in any case" if history is None else "in any case, nor in anything that is recorded"
        yield _finding("never-decided", rule, f"'{rule.id}' never decided {where}", "write a case for it, or remove it")


def _nobody_permitted(bundle: Bundle, now: datetime) -> Iterator[Finding]:
    for name, action in bundle.actions.items():
        permits = bundle.policies[name].permits
        if any(not rule.expired(now) for rule in permits):
            continue
        ended = [f"'{rule.id}' ended on {rule.expires}" for rule in permits]
        yield Finding(
            kind="nobody-permitted",
            level="warning",
            rule=name,
            file=f"connectors/{action.connector}/manifest.yaml",
            line=1,
            text=f"no rule permits '{name}' to anybody" + (f" any more ({', '.join(ended)})" if ended else ""),
            mend="write a permit, or remove the action",
        )


def _grants(bundle: Bundle, now: datetime) -> Iterator[Finding]:
    for rule in bundle.rules:
        if rule.effect != "permit":
            continue
        if rule.expired(now):
            text = f"'{rule.id}' grants nothing any more: its last day was {rule.expires}"
            yield _finding("ended-grant", rule, text, "remove it, or write a later day")
        elif rule.expires is None:
            risky = sorted(name for name, one in bundle.actions.items() if one.risk == "high" and rule.applies_to(name))
            outside = sorted(rule.roles & OUTSIDE_ROLES)
            whom = f"to {', '.join(outside)}" if outside else "to everybody" if not rule.roles else ""
            why = whom or (f"the high risk of {', '.join(risky)}" if risky else "")
            yield _finding(
                "endless-grant",
                rule,
                f"'{rule.id}' grants {why or 'to ' + ', '.join(sorted(rule.roles))} without an end",
                'give it a last day with @expires("2027-01-31"), or leave it if it is meant for good',
                note=not why,
            )


def _unused(bundle: Bundle, history: History, now: datetime) -> Iterator[Finding]:
    since = now - UNUSED_AFTER
    used = history.granted(since)
    if history.first is None or history.first.date() > since.date():
        # Too little is recorded to call anything unused.
        return
    for rule in bundle.rules:
        known = history.known_since.get(rule.id)
        if rule.effect != "permit" or rule.expired(now) or known is None or known.date() > since.date():
            continue
        for action in (name for name in bundle.actions if rule.applies_to(name)):
            if not rule.roles:
                idle = [] if any(used[key] for key in used if key[:2] == (rule.id, action)) else ["anybody"]
            else:
                idle = sorted(role for role in rule.roles if not used[rule.id, action, role])
            if idle:
                text = f"'{rule.id}' grants '{action}' to {', '.join(idle)}, and nobody used that for 30 days"
                yield _finding("unused-grant", rule, text, "take the grant back")


def _shadow_errors(bundle: Bundle, history: History, now: datetime) -> Iterator[Finding]:
    for one in history.shadow(bundle.rules, now - UNUSED_AFTER):
        rule = next(each for each in bundle.rules if each.id == one.rule)
        for why, count in one.errors.items():
            text = f"'{rule.id}' is in shadow and could not be evaluated {count} times: {why}"
            yield _finding("shadow-error", rule, text, "enforced, it would have denied each time: mend it first")
