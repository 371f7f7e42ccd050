"""How is the shop started? ``python -m shop --port 8090 --data DIR``."""

from __future__ import annotations

import argparse
import asyncio
import logging
import os
import signal
import socket
import sqlite3
import sys
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from types import FrameType
from typing import Any
from urllib.parse import urlsplit

import uvicorn
from litestar import Litestar
from uvicorn.protocols.http.h11_impl import H11Protocol

from .app import DEFAULT_PORT, Settings, create_app, utc_now
from .carrier import carrier_app
from .contract import openapi_document
from .faults import DROP_CONNECTION
from .opening import open_doors
from .storage import FolderInUse, Store

HOST = "127.0.0.1"
CANNOT_START = 2
CARRIER_FILE = Path(__file__).parents[1] / "carrier.json"
EVENTS_KEY = Settings().events_key
OPENAPI_FILE = Path(__file__).parents[1] / "openapi.json"


class CuttableProtocol(H11Protocol):
    """uvicorn's HTTP protocol that lets the application cut its connection (see ``faults``)."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Hand the way to cut this connection to the application, in the state of the connection."""
        super().connection_made(transport)
        self.app_state = {**self.app_state, DROP_CONNECTION: transport.abort}


class CannotStart(Exception):
    """The shop cannot open; the message says why and how to mend it."""


def main(arguments: list[str] | None = None) -> int:
    """Run the shop until it is told to stop. Returns the exit code: 0, or 2 if it could not start."""
    options = _parser().parse_args(arguments)
    logging.basicConfig(level=logging.WARNING, format="shop: %(message)s")
    try:
        return _write_openapi() if options.write_openapi else _serve(options)
    except CannotStart as error:
        print(f"shop: {error}", file=sys.stderr)
        return CANNOT_START


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m shop", description="The demo shop Kettle & Crane.")
    parser.add_argument("--port", type=_port, default=DEFAULT_PORT, help="port on 127.0.0.1; 0 takes a free one")
    parser.add_argument("--data", type=Path, default=Path("shop-data"), help="folder for the shop's file")
    parser.add_argument("--interlock", type=_address, default="http://127.0.0.1:8080", help="Interlock's address")
    parser.add_argument("--today", type=_day, help="day that the seeded orders relate to, such as 2026-03-01")
    parser.add_argument("--api-key", default=os.environ.get("SHOP_API_KEY", "demo-key"), help="or SHOP_API_KEY")
    parser.add_argument("--admin-key", default=os.environ.get("SHOP_ADMIN_KEY", "demo-admin"), help="or SHOP_ADMIN_KEY")
    parser.add_argument("--carrier-key", default=os.environ.get("CARRIER_KEY", "demo-carrier"), help="or CARRIER_KEY")
    parser.add_argument(
        "--events-key", default=os.environ.get("SHOP_EVENTS_KEY", EVENTS_KEY), help="or SHOP_EVENTS_KEY"
    )
    parser.add_argument("--write-openapi", action="store_true", help="write openapi.json and carrier.json and end")
    return parser


def _serve(options: argparse.Namespace) -> int:
    listener = _listen(options.port)
    store = _open(options.data, options.today)
    settings = Settings(
        options.interlock, options.api_key, options.admin_key, options.carrier_key, options.today, options.events_key
    )
    server = _Server(_config(create_app(store, settings)))
    # uvicorn raises the signal again once it has shut down in order: that is the moment to leave quietly.
    signal.signal(signal.SIGTERM, _leave)
    signal.signal(signal.SIGINT, _leave)
    try:
        server.run(sockets=[listener])
    except SystemExit:
        pass
    finally:
        store.close()
        listener.close()
    return 0


class _Server(uvicorn.Server):
    """Says where the shop is as soon as it answers."""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        for listener in sockets or []:
            address = f"http://{HOST}:{listener.getsockname()[1]}"
            print(f"Kettle & Crane is open at {address} (mailbox: {address}/mailbox)", flush=True)


def _config(app: Litestar) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        http=CuttableProtocol,
        ws="none",
        lifespan="off",
        log_level="warning",
        access_log=False,
        timeout_graceful_shutdown=3,
    )


def _listen(port: int) -> socket.socket:
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((HOST, port))
        # Listening now makes a second shop fail here and not after it has opened its file.
        listener.listen(128)
    except OSError as error:
        listener.close()
        raise CannotStart(
            f"Port {port} on {HOST} cannot be used ({error.strerror}). "
            "Stop the program that uses it, or name another port with --port."
        ) from None
    return listener


def _open(folder: Path, today: date | None) -> Store:
    try:
        store = Store(folder)
        open_doors(store, today or utc_now().date())
    except FolderInUse as error:
        raise CannotStart(str(error)) from None
    except (OSError, sqlite3.Error) as error:
        raise CannotStart(f"The data folder {folder} cannot be used ({error}). Name another one with --data.") from None
    return store


def _write_openapi() -> int:
    with TemporaryDirectory() as folder:
        store = Store(Path(folder))
        app = create_app(store, Settings())
        OPENAPI_FILE.write_bytes(openapi_document(app))
        CARRIER_FILE.write_bytes(openapi_document(carrier_app(DEFAULT_PORT, app)))
        store.close()
    return 0


def _leave(number: int, frame: FrameType | None) -> Any:
    raise SystemExit(0)


def _port(text: str) -> int:
    if not text.isdecimal() or not 0 <= int(text) <= 65535:
        raise argparse.ArgumentTypeError(f"{text!r} is not a port; a port is a number from 0 to 65535")
    return int(text)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a day; write it like 2026-03-01") from None


def _address(text: str) -> str:
    try:
        parts = urlsplit(text)
        whole = parts.scheme in ("http", "https") and bool(parts.hostname) and not parts.query and not parts.fragment
    except ValueError:
        whole = False
    if not whole:
        raise argparse.ArgumentTypeError(f"{text!r} is not an address; write it like http://127.0.0.1:8080")
    return text.rstrip("/")


if __name__ == "__main__":
    sys.exit(main())
