"""Does a proposal stand out for this customer: something was done lately, or the amount is out of her pattern?"""

from __future__ import annotations

from interlock.control.past import Past
from interlock.control.risk import OF_THE_PAST, Risk, SignalDefinition, Signals, scored
from interlock.vocabulary.money import Money


def with_past(signals: Signals, risk: Risk, moved: Money | None, past: Past) -> Risk:
    """The risk with what ledgers and steps say: something was done lately, or the amount is out of her pattern.

    Args:
        moved: what the proposal would move; None where it moves nothing.
    """
    amount = 0 if moved is None else moved.amount
    found = [
        name for name, signal in signals.items() if signal.when in OF_THE_PAST and _stands_out(signal, amount, past)
    ]
    return scored(signals, (*risk.signals, *found)) if found else risk


def _stands_out(signal: SignalDefinition, amount: int, past: Past) -> bool:
    of = signal.of or ""
    if signal.when == "step_done":
        step = past.steps.get(of)
        return step is not None and step.count >= signal.at_least and step.age_s <= signal.within.total_seconds()
    count, total = past.counts.get(of, 0), past.sums.get(of, 0)
    return count >= signal.at_least and amount * count > signal.times * total
