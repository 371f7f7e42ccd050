"""How likely is it that somebody is not who she says: a score from signals, each a small pure function with a weight?"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Annotated, Any, Final, Literal, NamedTuple

import msgspec
from msgspec import Meta

from interlock.control.manifest import Name
from interlock.kernel.deciders import Decider, Moment
from interlock.kernel.documents import DefinitionError, Duration, Located, Problem, closest, load_located, problem
from interlock.kernel.errors import Refused
from interlock.kernel.events import Event, Recorded
from interlock.kernel.log import Query
from interlock.vocabulary.channels import Channel
from interlock.vocabulary.ids import CustomerId, tag
from interlock.vocabulary.interactions import InteractionStarted, SessionOpened
from interlock.vocabulary.people import ChallengeFailed, ChallengeIssued, ChallengePassed, CustomerMatched, MatchFailed
from interlock.vocabulary.proactive import SessionClaimed, browser_of
from interlock.vocabulary.signals import ReportSignal, SignalReported

HIGHEST_SCORE: Final = 100
"""The highest risk score; weights that add up to more say no more."""

REPORTER: Final = "detector"
"""The role that reports signals."""

SEEN: Final = (
    SessionOpened,
    SessionClaimed,
    MatchFailed,
    ChallengeFailed,
    ChallengeIssued,
    ChallengePassed,
    CustomerMatched,
    SignalReported,
)
"""The facts of a session that signals are found in."""


class SignalDefinition(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A file of ``signals/``.

    Attributes:
        signal: what rules call it.
        title: what people call it.
        when: ``reported`` by a detector account under this name; what is seen in the session itself:
            ``failed_matches``, ``wrong_codes``, ``codes_sent``, ``customers_matched`` (different ones); or what stands
            out for this customer: ``new_device`` (she has proven herself on others, and never on this one), ``step_done``
            (a step of hers, such as a change of address), ``amount_above_usual``.
        at_least: of what is seen, from how many on: of other devices, or of amounts that make a pattern.
        within: how far back.
        weight: what it adds to the score.
        of: the step of ``step_done``, or the ledger of ``amount_above_usual``, whose own window says how far back that looks.
        times: an amount is above what is usual if it is more than so many times the mean of hers.
    """

    signal: Name
    title: Annotated[str, Meta(min_length=1, max_length=120)]
    when: Literal[
        "reported",
        "failed_matches",
        "wrong_codes",
        "codes_sent",
        "customers_matched",
        "new_device",
        "step_done",
        "amount_above_usual",
    ]
    weight: Annotated[int, Meta(ge=1, le=HIGHEST_SCORE)]
    at_least: Annotated[int, Meta(ge=1, le=1000)] = 1
    within: Duration = Duration(timedelta(hours=24))
    of: Name | None = None
    times: Annotated[int, Meta(ge=2, le=100)] = 3


class Risk(NamedTuple):
    """The score, 0 to 100, and the signals that it comes from."""

    score: int = 0
    signals: tuple[str, ...] = ()

    def context(self) -> dict[str, Any]:
        """As rules see it, and as it is recorded."""
        return {"score": self.score, "signals": list(self.signals)}


Signals = Mapping[str, SignalDefinition]
Written = Sequence[Located[SignalDefinition]]
OF_THE_PAST: Final = frozenset({"step_done", "amount_above_usual"})
"""What is found in ledgers and steps, under their locks, and not in the session's facts."""

NO_RISK: Final = Risk()

Seen = Sequence[Recorded]
"""The facts of the session within the signal's time."""


def _failed_matches(signal: SignalDefinition, seen: Seen) -> int:
    return sum(isinstance(each.event, MatchFailed) for each in seen)


def _wrong_codes(signal: SignalDefinition, seen: Seen) -> int:
    return sum(isinstance(each.event, ChallengeFailed) and each.event.why in ("wrong", "locked") for each in seen)


def _codes_sent(signal: SignalDefinition, seen: Seen) -> int:
    return sum(isinstance(each.event, ChallengeIssued) for each in seen)


def _customers_matched(signal: SignalDefinition, seen: Seen) -> int:
    return len({each.event.customer for each in seen if isinstance(each.event, CustomerMatched)})


def _reported(signal: SignalDefinition, seen: Seen) -> int:
    return sum(isinstance(each.event, SignalReported) and each.event.signal == signal.signal for each in seen)


def _new_device(signal: SignalDefinition, seen: Seen) -> int:
    """How many other devices the customer has proven herself on; none where this is one of them."""
    opened = next((each.event for each in seen if isinstance(each.event, SessionOpened)), None)
    if opened is None or opened.channel is not Channel.CHAT:
        return 0  # only a browser keeps something that tells it from others
    customer = next((e.event.customer for e in reversed(seen) if isinstance(e.event, CustomerMatched)), "")
    passed = (each.event for each in seen if isinstance(each.event, ChallengePassed))
    hers = {event.device for event in passed if event.customer == customer and isinstance(event.device, str)} - {""}
    browser = browser_of(seen)
    return 0 if browser is not None and browser.device in hers else len(hers)


FUNCTIONS: Final[Mapping[str, Callable[[SignalDefinition, Seen], int]]] = {
    "failed_matches": _failed_matches,
    "wrong_codes": _wrong_codes,
    "codes_sent": _codes_sent,
    "customers_matched": _customers_matched,
    "reported": _reported,
    "new_device": _new_device,
}
"""How often each kind of signal was seen; from ``at_least`` on it is there."""


def risk_of(signals: Signals, events: Iterable[Recorded], now: datetime, proofs: Iterable[Recorded] = ()) -> Risk:
    """The risk of a session now, from its facts (see ``SEEN``).

    Args:
        proofs: the codes that its customer gave, in whatever sessions (see ``proofs_query``).
    """
    told = [each for each in (*proofs, *events) if isinstance(each.event, SEEN)]
    found = []
    for name, signal in signals.items():
        if signal.when in OF_THE_PAST:
            continue
        lasting = (SessionOpened, SessionClaimed, CustomerMatched) if signal.when == "new_device" else ()
        seen = [each for each in told if each.at > now - signal.within or isinstance(each.event, lasting)]
        if FUNCTIONS[signal.when](signal, seen) >= signal.at_least:
            found.append(name)
    return scored(signals, found)


def scored(signals: Signals, found: Iterable[str]) -> Risk:
    """What the signals that are there add up to."""
    names = tuple(sorted(set(found)))
    return Risk(min(sum(signals[name].weight for name in names), HIGHEST_SCORE), names)


def proofs_query(customer: CustomerId) -> Query:
    """What to read for the devices that a customer has proven herself on."""
    return Query(tag("customer", customer), (ChallengePassed,))


def unanchored(signals: Written, sums: Collection[str], steps: Collection[str]) -> list[Problem]:
    """Signals of a step or a ledger that there is not."""
    found = []
    for located in signals:
        signal = located.value
        if signal.when not in OF_THE_PAST:
            if signal.of is not None:
                found.append(problem(located, ("of",), f"'of' means nothing for {signal.when}", "remove it"))
            continue
        known, noun = (steps, "step") if signal.when == "step_done" else (sums, "ledger that sums money")
        if signal.of not in known:
            near = closest(signal.of or "", known)
            mend = f"did you mean '{near}'?" if near else f"known: {', '.join(sorted(known)) or 'none'}"
            path = ("of",) if signal.of is not None else ("when",)
            found.append(problem(located, path, f"there is no {noun} '{signal.of or ''}' to look at", mend))
    return found


def read_signals(
    files: Mapping[str, str], sums: Collection[str] = (), steps: Collection[str] = ()
) -> dict[str, SignalDefinition]:
    """Read every file of ``signals/``.

    Args:
        sums: the ledgers of money that a signal can look at, by name; ``steps`` likewise.

    Raises:
        DefinitionError: with every mistake, its line, and how to mend it.
    """
    found: dict[str, SignalDefinition] = {}
    written: list[Located[SignalDefinition]] = []
    problems: list[Problem] = []
    for path in sorted(each for each in files if each.startswith("signals/") and each.endswith((".yaml", ".yml"))):
        try:
            located = load_located(files[path], path, SignalDefinition)
        except DefinitionError as error:
            problems.extend(error.problems)
            continue
        signal = located.value
        if signal.signal in found:
            problems.append(problem(located, ("signal",), f"two signals are called '{signal.signal}'", "rename one"))
        if signal.when == "reported" and signal.at_least > 1:
            what = "a signal is reported once in a session"
            problems.append(problem(located, ("at_least",), what, "leave 'at_least' out"))
        found[signal.signal] = signal
        written.append(located)
    problems += unanchored(written, sums, steps)
    if problems:
        raise DefinitionError(problems)
    return found


class _Reports(NamedTuple):
    exists: bool = False
    signals: frozenset[str] = frozenset()


def report_signal(signals: Signals) -> Decider[ReportSignal, _Reports]:
    """A detector says what it saw. The same again changes nothing."""

    def decide(command: ReportSignal, state: _Reports, moment: Moment) -> Sequence[Event]:
        if REPORTER not in command.by.roles:
            raise Refused("role_missing", "A detector account reports signals.", status=403)
        known = [name for name, signal in signals.items() if signal.when == "reported"]
        if command.signal not in known:
            near = closest(command.signal[:80], known)
            mend = f"did you mean '{near}'?" if near else f"known: {', '.join(known) or 'none'}."
            raise Refused("signal_unknown", f"There is no such signal to report; {mend}", status=422)
        if not state.exists:
            raise Refused("session_unknown", "There is no such session.", status=404)
        if command.signal in state.signals:
            return ()
        return (SignalReported(session=command.session, signal=command.signal, by=command.by.id),)

    def evolve(state: _Reports, recorded: Recorded) -> _Reports:
        event = recorded.event
        if isinstance(event, SignalReported):
            return state._replace(signals=state.signals | {event.signal})
        return state._replace(exists=True)

    def reads(command: ReportSignal) -> Sequence[Query]:
        return (Query(tag("session", command.session), (SessionOpened, InteractionStarted, SignalReported)),)

    return Decider(ReportSignal, reads, _Reports(), evolve, decide)
