"""Does every rule earn its place: which does no case need, which never decided, and what does the verdict table say?"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from interlock.control.bundle import Bundle
from interlock.control.cases import Failure, ReadyCase, deciding, failures, holds, run_case


class Proof(msgspec.Struct, frozen=True, kw_only=True):
    """What the cases prove.

    Attributes:
        failures: the cases that do not hold.
        enforced: how many rules are enforced, generated ones included.
        unneeded: the enforced rules without which every case holds as well.
        undecided: the rules, in shadow or not, that decided in no case.
    """

    cases: int
    failures: tuple[Failure, ...]
    enforced: int
    unneeded: tuple[str, ...]
    undecided: tuple[str, ...]

    @property
    def score_percent(self) -> float:
        """The mutation score: of the enforced rules, the share whose absence some case notices."""
        return 100.0 if not self.enforced else 100.0 * (self.enforced - len(self.unneeded)) / self.enforced

    @property
    def holds(self) -> bool:
        """Whether every case holds and every rule is needed."""
        return not self.failures and not self.unneeded


def prove(cases: Sequence[ReadyCase], bundle: Bundle) -> Proof:
    """Run the cases, then knock out one rule after another."""
    return Proof(
        cases=len(cases),
        failures=tuple(failures(cases, bundle)),
        enforced=sum(not rule.shadow for rule in bundle.rules),
        unneeded=tuple(knock_out(cases, bundle)),
        undecided=tuple(undecided(cases, bundle)),
    )


def knock_out(cases: Sequence[ReadyCase], bundle: Bundle) -> list[str]:
    """The enforced rules that no case needs: every case that holds does so without them as well."""
    sound = [case for case in cases if holds(case, run_case(case, bundle))]
    unneeded = []
    for rule in bundle.rules:
        if rule.shadow:
            continue
        without = bundle.without(rule.id)
        touched = (case for case in sound if rule.applies_to(case.proposed.action))
        if all(holds(case, run_case(case, without)) for case in touched):
            unneeded.append(rule.id)
    return unneeded


def undecided(cases: Sequence[ReadyCase], bundle: Bundle) -> list[str]:
    """The rules that neither granted nor stood in the way in any case; for one in shadow, that never would have."""
    decided: set[str] = set()
    for case in cases:
        judged = run_case(case, bundle)
        decided.update(deciding(judged), judged.shadow)
    return [rule.id for rule in bundle.rules if rule.id not in decided]


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
