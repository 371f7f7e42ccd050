"""What else is outside: subscriptions and credits, the times of a workshop, and another company's parcels; in memory."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any, Final, NamedTuple
from zoneinfo import ZoneInfo

from interlock.simulation.clock import VirtualClock

STATES: Final = ("in_transit", "delayed", "out_for_delivery", "attempted", "at_parcel_shop", "delivered", "lost")
STAY_CREDITS: Final = (500, 500, 501)
"""What the shop would give for staying, in cents: up to what may be given without a supervisor, and just over it."""

BREMEN: Final = ZoneInfo("Europe/Berlin")
HOURS: Final = (8, 12)
"""When the workshop's appointments begin, in UTC."""

Operation = Callable[[Mapping[str, Any], str], Any]


class Problem(Exception):
    """The shop says no, and has done nothing."""

    def __init__(self, code: str, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


@dataclass(slots=True)
class Subscription:
    """One subscription; amounts in cents."""

    id: str
    owner: str
    weeks: int
    since: datetime
    next_at: datetime | None
    stay_credit: int
    status: str = "active"


class Credit(NamedTuple):
    """A credit that was really given, for a proposal."""

    reference: str
    subscription: str
    customer: str
    amount: int
    at: datetime


@dataclass(slots=True)
class Appointment:
    """One appointment; ``reference`` is the proposal that booked it."""

    id: str
    customer: str
    service: str
    starts_at: datetime
    reference: str
    status: str = "booked"


class Services:
    """Systems that know customers by identifier and parcels by number.

    Attributes:
        greedy: somebody else takes every time that was offered just before it is booked, while this is more than 0.
    """

    def __init__(self, clock: VirtualClock) -> None:
        self._clock = clock
        self.subscriptions: dict[str, Subscription] = {}
        self.credits: list[Credit] = []
        self.appointments: list[Appointment] = []
        self.greedy = 0
        self.operations: dict[str, Operation] = {
            "listSubscriptions": self._list_subscriptions,
            "getSubscription": lambda given, key: _shown_subscription(self._subscription(given)),
            "changeSubscription": self._change_subscription,
            "createCredit": self._credit,
            "findCredit": self._find_credit,
            "findTimes": self._find_times,
            "getTime": self._get_time,
            "upcomingAppointment": self._upcoming,
            "getAppointment": lambda given, key: _shown_appointment(self._appointment(given)),
            "bookAppointment": self._book,
            "findAppointment": self._find_appointment,
            "moveAppointment": self._move,
            "cancelAppointment": self._cancel,
            "trackParcel": self._track,
        }

    def open(self, chance: Random, customers: list[str]) -> None:
        """Give every second customer a subscription, now and then a new one."""
        now = self._clock()
        for number, customer in enumerate(customers):
            if number % 2 == 0:
                continue
            id = f"S-{2000 + number}"
            since = now - timedelta(days=10 if number % 6 == 5 else 300)
            due = now + timedelta(days=9)
            self.subscriptions[id] = Subscription(id, customer, 4, since, due, chance.choice(STAY_CREDITS))

    # Subscriptions.

    def _subscription(self, given: Mapping[str, Any]) -> Subscription:
        found = self.subscriptions.get(str(given["subscription_id"]).strip().upper())
        if found is None:
            raise Problem("no_such_subscription", "There is no such subscription.")
        return found

    def _list_subscriptions(self, given: Mapping[str, Any], key: str) -> Any:
        mine = (each for each in self.subscriptions.values() if each.owner == given["customer_id"])
        return {"subscriptions": [_shown_subscription(each) for each in mine]}

    def _change_subscription(self, given: Mapping[str, Any], key: str) -> Any:
        found = self._subscription(given)
        if found.status == "cancelled":
            raise Problem("has_ended", "This subscription has ended.")
        due, weeks = found.next_at or self._clock(), timedelta(weeks=given.get("weeks") or 0)
        match given["change"]:
            case "pause":
                found.status, found.next_at = "paused", due + weeks
            case "interval":
                found.next_at = due + weeks - timedelta(weeks=found.weeks)
                found.weeks = given["weeks"]
            case _:
                found.status, found.next_at = "cancelled", None
        return _shown_subscription(found)

    def _credit(self, given: Mapping[str, Any], key: str) -> Any:
        found = self._subscription(given)
        credit = Credit(key, found.id, found.owner, int(given["amount"]["amount"]), self._clock())
        self.credits.append(credit)
        return self._shown_credit(credit)

    def _find_credit(self, given: Mapping[str, Any], key: str) -> Any:
        return {"credits": [self._shown_credit(each) for each in self.credits if each.reference == given["reference"]]}

    def _shown_credit(self, credit: Credit) -> dict[str, Any]:
        return {
            "credit_id": f"g-{self.credits.index(credit) + 1}",
            "subscription_id": credit.subscription,
            "customer_id": credit.customer,
            "amount": {"amount": credit.amount, "currency": "EUR"},
            "reference": credit.reference,
            "created_at": credit.at.isoformat(),
        }

    # The workshop.

    def _find_times(self, given: Mapping[str, Any], key: str) -> Any:
        try:
            wanted = date.fromisoformat(given["from_day"])
        except ValueError:
            raise Problem("no_day", "That is no day.") from None
        day = max(wanted, self._clock().date() + timedelta(days=1))
        times = (
            datetime(each.year, each.month, each.day, hour, tzinfo=UTC)
            for each in (day + timedelta(days=ahead) for ahead in range(14))
            if each.weekday() < 5
            for hour in HOURS
        )
        return {"times": [self._shown_time(each) for each in times if self._is_free(each)][:5]}

    def _get_time(self, given: Mapping[str, Any], key: str) -> Any:
        starts_at = _time(given["time_id"])
        if self.greedy > 0 and self._is_free(starts_at):
            self.greedy -= 1
            self._take("c-else", "sharpening", starts_at, "")
        return self._shown_time(starts_at)

    def _book(self, given: Mapping[str, Any], key: str) -> Any:
        starts_at = _time(given["time_id"])
        self._refuse_unless_free(starts_at)
        return _shown_appointment(self._take(given["customer_id"], given["service"], starts_at, key))

    def _take(self, customer: str, service: str, starts_at: datetime, reference: str) -> Appointment:
        taken = Appointment(f"w-{len(self.appointments) + 1}", customer, service, starts_at, reference)
        self.appointments.append(taken)
        return taken

    def _find_appointment(self, given: Mapping[str, Any], key: str) -> Any:
        found = (each for each in self.appointments if each.reference == given["reference"])
        return {"appointments": [_shown_appointment(each) for each in found]}

    def _upcoming(self, given: Mapping[str, Any], key: str) -> Any:
        now = self._clock()
        mine = [each for each in self.appointments if each.customer == given["customer_id"] and each.status == "booked"]
        to_come = sorted((each for each in mine if each.starts_at > now), key=lambda each: each.starts_at)
        return {"appointment": _shown_appointment(to_come[0]) if to_come else None}

    def _move(self, given: Mapping[str, Any], key: str) -> Any:
        found, starts_at = self._appointment(given), _time(given["time_id"])
        if found.status != "booked":
            raise Problem("was_cancelled", "This appointment was cancelled.")
        self._refuse_unless_free(starts_at)
        found.starts_at = starts_at
        return _shown_appointment(found)

    def _cancel(self, given: Mapping[str, Any], key: str) -> Any:
        found = self._appointment(given)
        found.status = "cancelled"
        return _shown_appointment(found)

    def _appointment(self, given: Mapping[str, Any]) -> Appointment:
        for each in self.appointments:
            if each.id == given["appointment_id"]:
                return each
        raise Problem("no_such_appointment", "There is no such appointment.")

    def _refuse_unless_free(self, starts_at: datetime) -> None:
        if not self._is_free(starts_at):
            raise Problem("time_taken", "Somebody else has just taken this time.")

    def _is_free(self, starts_at: datetime) -> bool:
        taken = any(each.starts_at == starts_at and each.status == "booked" for each in self.appointments)
        return starts_at > self._clock() and not taken

    def _shown_time(self, starts_at: datetime) -> dict[str, Any]:
        free = self._is_free(starts_at)
        id = f"t-{starts_at:%Y%m%d%H%M}"
        return {"time_id": id, "starts_at": starts_at.isoformat(), "label": _label(starts_at), "free": free}

    # The carrier.

    def _track(self, given: Mapping[str, Any], key: str) -> Any:
        tracking = str(given["tracking"])
        number = int("".join(each for each in tracking if each.isdigit()) or 0)
        state = STATES[number % len(STATES)]
        waits = state == "at_parcel_shop"
        soon = (self._clock() + timedelta(days=2)).isoformat()
        shop = {"name": "Kiosk", "street": "Hornsgatan 3", "open_until": "20:00"}
        return {
            "tracking": tracking,
            "state": state,
            "expected_at": soon,
            "collect_by": soon if waits else None,
            "parcel_shop": shop if waits else None,
        }


def _time(id: object) -> datetime:
    try:
        found = datetime.strptime(str(id), "t-%Y%m%d%H%M").replace(tzinfo=UTC)
    except ValueError:
        found = None
    if found is None or found.weekday() > 4 or (found.hour, found.minute) not in ((hour, 0) for hour in HOURS):
        raise Problem("no_such_time", "The workshop has no such time.")
    return found


def _label(starts_at: datetime) -> str:
    here = starts_at.astimezone(BREMEN)
    return f"{here:%A} {here.day} {here:%B %Y at %H:%M}"


def _shown_subscription(found: Subscription) -> dict[str, Any]:
    return {
        "subscription_id": found.id,
        "customer_id": found.owner,
        "goods": "Coffee filters",
        "status": found.status,
        "every_weeks": found.weeks,
        "price": {"amount": 690, "currency": "EUR"},
        "stay_credit": {"amount": found.stay_credit, "currency": "EUR"},
        "since": found.since.isoformat(),
        "next_delivery_at": found.next_at.isoformat() if found.next_at else None,
    }


def _shown_appointment(found: Appointment) -> dict[str, Any]:
    return {
        "appointment_id": found.id,
        "customer_id": found.customer,
        "service": found.service,
        "starts_at": found.starts_at.isoformat(),
        "label": _label(found.starts_at),
        "status": found.status,
        "reference": found.reference,
    }
