"""How is a whole demonstration started on free ports, and stopped again?"""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.system.nursing import REPOSITORY, Child, nursery
from tests.system.processes import wait_until_ready


@dataclass(frozen=True)
class Demonstration:
    """A running demonstration.

    Attributes:
        url: the server.
        shop: the demo shop.
    """

    url: str
    shop: str


@contextmanager
def demonstration(folder: Path) -> Iterator[Demonstration]:
    """Start one with its data in a folder; everything that it started is stopped at the end."""
    port, shop_port = _free_ports(2)
    running = Demonstration(f"http://127.0.0.1:{port}", f"http://127.0.0.1:{shop_port}")
    demo = begun(folder, "--port", str(port), "--shop-port", str(shop_port), "--no-history")
    try:
        wait_until_ready(demo, running.url)
        yield running
    finally:
        demo.stop()


def begun(folder: Path, *options: str) -> Child:
    """``interlock demo`` with its data in a folder."""
    environment = {"PYTHONPATH": str(REPOSITORY / "src")}  # for what it starts itself
    return nursery().start(["demo", "--data", str(folder / "data"), *options], environment, folder, name="demo")


def _free_ports(count: int) -> list[int]:
    sockets = [socket.socket() for _ in range(count)]
    try:
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]
    finally:
        for one in sockets:
            one.close()
