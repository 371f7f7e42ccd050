"""Does every rule earn its place: which does no case need, which never fired, and what does the verdict table say?"""

from __future__ import annotations

from collections.abc import Sequence

from interlock.control.bundle import Bundle
from interlock.control.cases import ReadyCase, deciding, failures, run_case


def knock_out(cases: Sequence[ReadyCase], bundle: Bundle) -> list[str]:
    """The enforced rules that no case needs: every case holds without them as well."""
    unneeded = []
    for rule in bundle.rules:
        if rule.shadow:
            continue
        without = bundle.without(rule.id)
        touched = [case for case in cases if rule.applies_to(case.proposed.action)]
        if not failures(touched, without):
            unneeded.append(rule.id)
    return unneeded


def verdict_table(cases: Sequence[ReadyCase], bundle: Bundle) -> str:
    """The cases as a table for people: role, action, case, verdict, why, and what would cure it."""
    rows = [("ACTION", "BY", "CASE", "VERDICT", "BECAUSE", "NEEDS")]
    for case in cases:
        judged = run_case(case, bundle)
        because = ", ".join(deciding(judged))
        needs = ", ".join(str(each) for each in judged.needs)
        rows.append((judged.action, case.proposed.principal.roles[0], case.name, judged.verdict, because, needs))
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    return "\n".join(lines) + "\n"
