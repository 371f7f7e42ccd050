"""What do a ledger's postings come to: its lines, and what those of a window add up to?"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import NamedTuple

from interlock.kernel.log import Posting, Total, Window


class Line(NamedTuple):
    """One line: what one entry reserves of a subject's ledger, or what really moved. ``ref`` is what an undo names."""

    ledger: str
    subject: str
    entry: str
    amount: int
    at: datetime
    settled: bool
    ref: str = ""


class Lines:
    """The lines of all ledgers, as a fold of postings: what a database keeps as rows, and what rows are rebuilt from."""

    def __init__(self) -> None:
        self._lines: dict[tuple[str, str], dict[str, Line]] = defaultdict(dict)
        self._named: dict[tuple[str, str], set[tuple[str, str]]] = defaultdict(set)

    def __iter__(self) -> Iterator[Line]:
        for lines in self._lines.values():
            yield from lines.values()

    def post(self, posting: Posting, now: datetime) -> None:
        """Take one posting in, at its own time or ``now``."""
        if posting.kind == "reverse":
            self._reverse(posting)
            return
        lines = self._lines[posting.ledger, posting.subject]
        lines.pop(posting.entry, None)
        if posting.kind != "release":
            kind, ledger, subject, entry, amount, at, ref = posting
            lines[entry] = Line(ledger, subject, entry, amount, at or now, kind == "settle", ref)
            if ref:
                self._named[ledger, ref].add((subject, entry))

    def _reverse(self, posting: Posting) -> None:
        for subject, entry in self._named.get((posting.ledger, posting.ref), ()):
            lines = self._lines[posting.ledger, subject]
            line = lines[entry]
            lines[entry] = line._replace(amount=max(0, line.amount - posting.amount))

    def total(self, window: Window) -> Total:
        """What a window comes to."""
        lines = self._lines.get((window.ledger, window.subject), {}).values()
        return total(
            each for each in lines if each.entry != window.aside and (each.at > window.since or not each.settled)
        )


def total(lines: Iterable[Line]) -> Total:
    """What lines come to."""
    found = list(lines)
    settled = [each.at for each in found if each.settled and each.amount > 0]
    in_flight = sorted(each.entry for each in found if not each.settled)
    return Total(sum(each.amount for each in found), len(settled), max(settled, default=None), tuple(in_flight))
