"""Where does the shop keep what it knows? One SQLite file in its data folder, used by one process at a time."""

from __future__ import annotations

import fcntl
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

LOCK_FILE = "shop.lock"
DATABASE_FILE = "shop.sqlite3"
SCHEMA_VERSION = 4

SERVICES = """
CREATE TABLE subscription (
    subscription_id TEXT PRIMARY KEY, customer_id TEXT NOT NULL, goods TEXT NOT NULL, status TEXT NOT NULL,
    every_weeks INTEGER NOT NULL, price INTEGER NOT NULL, stay_credit INTEGER NOT NULL, since TEXT NOT NULL,
    next_delivery_at TEXT) STRICT;
CREATE INDEX subscription_customer ON subscription (customer_id);
CREATE TABLE credit (
    number INTEGER PRIMARY KEY, subscription_id TEXT NOT NULL, customer_id TEXT NOT NULL, amount INTEGER NOT NULL,
    reason TEXT NOT NULL, reference TEXT, created_at TEXT NOT NULL) STRICT;
CREATE TABLE appointment (
    number INTEGER PRIMARY KEY, customer_id TEXT NOT NULL, service TEXT NOT NULL, starts_at TEXT NOT NULL,
    status TEXT NOT NULL, reference TEXT) STRICT;
CREATE UNIQUE INDEX appointment_time ON appointment (starts_at) WHERE status = 'booked';
CREATE TABLE parcel (tracking TEXT PRIMARY KEY, state TEXT NOT NULL) STRICT;
"""
"""Subscriptions with their credits, appointments at the workshop, and what the carrier knows of single parcels."""

CORRESPONDENCE = """
ALTER TABLE mail ADD COLUMN sender TEXT NOT NULL DEFAULT '';
ALTER TABLE mail ADD COLUMN message_id TEXT NOT NULL DEFAULT '';
ALTER TABLE mail ADD COLUMN in_reply_to TEXT NOT NULL DEFAULT '';
ALTER TABLE mail ADD COLUMN refs TEXT NOT NULL DEFAULT '';
CREATE TABLE text_message (
    number INTEGER PRIMARY KEY, sender TEXT NOT NULL, recipient TEXT NOT NULL, text TEXT NOT NULL, reference TEXT,
    sent_at TEXT NOT NULL) STRICT;
"""
"""Which mail answers which, and text messages."""

SCHEMA = (
    """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
CREATE TABLE customer (
    customer_id TEXT PRIMARY KEY, name TEXT NOT NULL, email TEXT NOT NULL, email_key TEXT NOT NULL UNIQUE,
    phone TEXT NOT NULL, street TEXT NOT NULL, postal_code TEXT NOT NULL, city TEXT NOT NULL, country TEXT NOT NULL,
    email_registered_at TEXT NOT NULL, email_before TEXT, email_before_registered_at TEXT) STRICT;
CREATE TABLE orders (
    order_id TEXT PRIMARY KEY, customer_id TEXT NOT NULL REFERENCES customer, status TEXT NOT NULL,
    placed_at TEXT NOT NULL, expected_at TEXT, delivered_at TEXT, carrier TEXT, tracking TEXT,
    payment_method TEXT NOT NULL, payment_label TEXT NOT NULL) STRICT;
CREATE INDEX orders_customer ON orders (customer_id);
CREATE TABLE item (
    order_id TEXT NOT NULL REFERENCES orders, place INTEGER NOT NULL, item_id TEXT NOT NULL, name TEXT NOT NULL,
    price INTEGER NOT NULL, refunded INTEGER NOT NULL CHECK (refunded BETWEEN 0 AND price),
    PRIMARY KEY (order_id, item_id)) STRICT;
CREATE TABLE refund (
    number INTEGER PRIMARY KEY, order_id TEXT NOT NULL, customer_id TEXT NOT NULL, item_id TEXT NOT NULL,
    item_name TEXT NOT NULL, amount INTEGER NOT NULL, destination TEXT NOT NULL, reason TEXT NOT NULL,
    reference TEXT, created_at TEXT NOT NULL) STRICT;
CREATE INDEX refund_reference ON refund (reference);
CREATE INDEX refund_customer ON refund (customer_id);
CREATE INDEX refund_order ON refund (order_id);
CREATE TABLE mail (
    number INTEGER PRIMARY KEY, recipient TEXT NOT NULL, recipient_key TEXT NOT NULL, subject TEXT NOT NULL,
    text TEXT NOT NULL, reference TEXT, sent_at TEXT NOT NULL, is_read INTEGER NOT NULL DEFAULT 0) STRICT;
CREATE TABLE answer (
    operation TEXT NOT NULL, key TEXT NOT NULL, request TEXT NOT NULL, answer BLOB NOT NULL,
    PRIMARY KEY (operation, key)) STRICT;
"""
    + SERVICES.lstrip()
    + CORRESPONDENCE.lstrip()
)
OLDER = {
    1: """
ALTER TABLE customer ADD COLUMN email_before TEXT;
ALTER TABLE customer ADD COLUMN email_before_registered_at TEXT;
""",
    2: SERVICES  # noqa: S608  # both are constants
    + "INSERT INTO meta VALUES ('last_credit', '0'), ('last_appointment', '0');\n",
    3: CORRESPONDENCE + "INSERT INTO meta VALUES ('last_text', '0');\n",  # noqa: S608  # as above
}
"""What brings a file of an older version to the next one."""

TABLES = (
    "parcel",
    "appointment",
    "credit",
    "subscription",
    "answer",
    "text_message",
    "mail",
    "refund",
    "item",
    "orders",
    "customer",
    "meta",
)


class FolderInUse(Exception):
    """Another process works on this data folder."""


class Store:
    """The shop's file. All use is from one thread at a time; every change is on the disk before it is answered.

    Raises:
        FolderInUse: another process holds the folder's lock.
    """

    def __init__(self, folder: Path) -> None:
        self._lock = _lock_folder(folder)
        # The event loop's thread does all the work; tests open the store in one thread and use it in another.
        self._db = sqlite3.connect(folder / DATABASE_FILE, isolation_level=None, check_same_thread=False)
        self._db.row_factory = sqlite3.Row
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = FULL")
        self._db.execute("PRAGMA foreign_keys = ON")
        self._bring_up_to_date()

    def close(self) -> None:
        """Close the file and give the folder free."""
        self._db.close()
        os.close(self._lock)

    def rows(self, sql: str, *values: Any) -> list[sqlite3.Row]:
        """Read."""
        return self._db.execute(sql, values).fetchall()

    def row(self, sql: str, *values: Any) -> sqlite3.Row | None:
        """Read the first row, or None."""
        row: sqlite3.Row | None = self._db.execute(sql, values).fetchone()
        return row

    def write(self, sql: str, *values: Any) -> None:
        """Write one statement; inside a transaction if one is open."""
        self._db.execute(sql, values)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All of it or nothing."""
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._db.execute("ROLLBACK")
            raise
        self._db.execute("COMMIT")

    def is_new(self) -> bool:
        """Whether nothing was ever put into this file."""
        return int(self._db.execute("PRAGMA user_version").fetchone()[0]) == 0

    def _bring_up_to_date(self) -> None:
        version = int(self._db.execute("PRAGMA user_version").fetchone()[0])
        while version in OLDER:
            with self.transaction():
                for statement in OLDER[version].strip().split(";\n"):
                    self._db.execute(statement)
                version += 1
                self._db.execute(f"PRAGMA user_version = {version}")

    def next_number(self, counter: str) -> int:
        """The next number of a series (``customer``, ``order``, ``refund``, ``mail``); call inside a transaction."""
        row = self.row("UPDATE meta SET value = value + 1 WHERE key = ? RETURNING value", f"last_{counter}")
        if row is None:
            raise LookupError(f"no series is called {counter!r}")
        return int(row["value"])

    def empty(self) -> None:
        """Drop everything and lay out the tables anew; call inside a transaction."""
        for table in TABLES:
            self._db.execute(f"DROP TABLE IF EXISTS {table}")
        for statement in SCHEMA.split(";\n"):
            self._db.execute(statement)
        self._db.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")


def stamp(moment: datetime | None) -> str | None:
    """A time as text that sorts by time: UTC, ISO 8601."""
    return None if moment is None else moment.astimezone(UTC).isoformat(timespec="microseconds")


def moment(text: str) -> datetime:
    """The time that ``stamp`` wrote."""
    return datetime.fromisoformat(text)


def _lock_folder(folder: Path) -> int:
    folder.mkdir(parents=True, exist_ok=True)
    lock = os.open(folder / LOCK_FILE, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        holder = os.read(lock, 20).decode("ascii", "replace").strip()
        os.close(lock)
        raise FolderInUse(
            f"The data folder {folder} is in use by another shop (process {holder or 'unknown'}). "
            "Stop that shop, or name another folder with --data."
        ) from None
    os.ftruncate(lock, 0)
    os.pwrite(lock, str(os.getpid()).encode("ascii"), 0)
    return lock
