"""When is a place free at the workshop in Bremen, who comes when, and what if two want the same time?"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from .answers import once
from .problems import Problem
from .storage import Store, moment, stamp
from .wire import Appointment, AppointmentMove, AppointmentRequest, WorkshopTime

BREMEN = ZoneInfo("Europe/Berlin")
BEGINS = (time(9, 0), time(10, 30), time(13, 0), time(14, 30))
"""When appointments begin, from Monday to Friday, on the clock of Bremen."""

DAYS_AHEAD = 60
SHOWN = 5
TIME_ID = re.compile(r"t-(\d{12})\Z")


def find_times(store: Store, now: datetime, from_day: date | None = None) -> list[WorkshopTime]:
    """The next free times from a day on, tomorrow at the earliest."""
    first = now.astimezone(BREMEN).date() + timedelta(days=1)
    last = first + timedelta(days=DAYS_AHEAD)
    taken = {row["starts_at"] for row in store.rows("SELECT starts_at FROM appointment WHERE status = 'booked'")}
    found: list[WorkshopTime] = []
    for starts_at in _times(max(first, from_day or first), last):
        if stamp(starts_at) not in taken:
            found.append(_shown(starts_at, free=True))
        if len(found) == SHOWN:
            break
    return found


def find_time(store: Store, time_id: str, now: datetime) -> WorkshopTime:
    """One time, and whether it is still free.

    Raises:
        Problem: 404, the workshop has no such time.
    """
    starts_at = _read(time_id)
    row = store.row("SELECT 1 FROM appointment WHERE starts_at = ? AND status = 'booked'", stamp(starts_at))
    return _shown(starts_at, free=row is None and starts_at > now)


def book(store: Store, request: AppointmentRequest, key: str | None, now: datetime) -> tuple[Appointment, bool]:
    """Give somebody a time; once per key.

    Raises:
        Problem: 404 for no such time, 422 for one that somebody else has, 409 for a key with another body.
    """

    def give() -> Appointment:
        wanted = _free(store, request.time_id, now)
        number = store.next_number("appointment")
        store.write(
            "INSERT INTO appointment VALUES (?, ?, ?, ?, 'booked', ?)",
            number,
            request.customer_id,
            request.service,
            stamp(wanted.starts_at),
            key,
        )
        return find_appointment(store, f"w-{number}")

    return once(store, "bookAppointment", key, request, Appointment, give)


def move(
    store: Store, appointment_id: str, request: AppointmentMove, key: str | None, now: datetime
) -> tuple[Appointment, bool]:
    """Give an appointment another time; once per key.

    Raises:
        Problem: 404 for no such appointment or time, 422 for a time that somebody else has, 409 for a key with another body.
    """

    def change() -> Appointment:
        found, wanted = _booked(store, appointment_id), _free(store, request.time_id, now)
        number = int(found.appointment_id.removeprefix("w-"))
        store.write("UPDATE appointment SET starts_at = ? WHERE number = ?", stamp(wanted.starts_at), number)
        return find_appointment(store, appointment_id)

    return once(store, f"moveAppointment {appointment_id}", key, request, Appointment, change)


def cancel(store: Store, appointment_id: str) -> Appointment:
    """Give a time back; the same again changes nothing.

    Raises:
        Problem: 404 for no such appointment.
    """
    with store.transaction():
        found = find_appointment(store, appointment_id)
        number = int(found.appointment_id.removeprefix("w-"))
        store.write("UPDATE appointment SET status = 'cancelled' WHERE number = ?", number)
        return find_appointment(store, appointment_id)


def find_appointment(store: Store, appointment_id: str) -> Appointment:
    """An appointment as it is now.

    Raises:
        Problem: 404, there is no such appointment.
    """
    number = appointment_id.strip().lower().removeprefix("w-")
    row = store.row("SELECT * FROM appointment WHERE number = ?", int(number)) if number.isdecimal() else None
    if row is None:
        raise Problem(404, "no-such-appointment", "There is no such appointment.", mend="They look like w-1.")
    return _appointment(row)


def appointments_of(store: Store, customer_id: str, now: datetime) -> list[Appointment]:
    """What a customer has booked and what is still to come, the earliest first."""
    rows = store.rows(
        "SELECT * FROM appointment WHERE customer_id = ? AND status = 'booked' AND starts_at > ? ORDER BY starts_at",
        customer_id,
        stamp(now),
    )
    return [_appointment(row) for row in rows]


def find_by_reference(store: Store, reference: str) -> list[Appointment]:
    """What was booked under a key."""
    return [_appointment(row) for row in store.rows("SELECT * FROM appointment WHERE reference = ?", reference)]


def _booked(store: Store, appointment_id: str) -> Appointment:
    found = find_appointment(store, appointment_id)
    if found.status != "booked":
        raise Problem(422, "was-cancelled", "This appointment was cancelled.", mend="Book a new one.")
    return found


def _free(store: Store, time_id: str, now: datetime) -> WorkshopTime:
    wanted = find_time(store, time_id, now)
    if not wanted.free:
        raise Problem(
            422,
            "time-taken",
            "Somebody else has just taken this time.",
            where="body.time_id",
            mend="Ask for the free times again.",
        )
    return wanted


def _times(first: date, last: date) -> Iterator[datetime]:
    day = first
    while day <= last:
        if day.weekday() < 5:
            for begin in BEGINS:
                yield datetime.combine(day, begin, BREMEN).astimezone(UTC)
        day += timedelta(days=1)


def _read(time_id: str) -> datetime:
    match = TIME_ID.match(time_id.strip())
    try:
        starts_at = datetime.strptime(match[1], "%Y%m%d%H%M").replace(tzinfo=UTC) if match else None
    except ValueError:
        starts_at = None
    here = starts_at.astimezone(BREMEN) if starts_at is not None else None
    if starts_at is None or here is None or here.weekday() > 4 or here.time() not in BEGINS:
        raise Problem(404, "no-such-time", "The workshop has no such time.", mend="Ask for the free times.")
    return starts_at


def _shown(starts_at: datetime, *, free: bool) -> WorkshopTime:
    return WorkshopTime(
        time_id=f"t-{starts_at.astimezone(UTC):%Y%m%d%H%M}", starts_at=starts_at, label=_label(starts_at), free=free
    )


def _label(starts_at: datetime) -> str:
    here = starts_at.astimezone(BREMEN)
    return f"{here:%A} {here.day} {here:%B %Y} at {here:%H:%M}"


def _appointment(row: sqlite3.Row) -> Appointment:
    starts_at = moment(row["starts_at"])
    return Appointment(
        appointment_id=f"w-{row['number']}",
        customer_id=row["customer_id"],
        service=row["service"],
        starts_at=starts_at,
        label=_label(starts_at),
        status=row["status"],
        reference=row["reference"],
    )
