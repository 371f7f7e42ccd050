"""How does a test start Interlock and the demo shop as real processes, and get rid of them?"""

from __future__ import annotations

import asyncio
import base64
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Final

import httpx

from interlock.runtime.demo import demo_systems
from tests.system.dying import Death
from tests.system.nursing import REPOSITORY, Child, Nursery, wait_until

DEFINITIONS: Final = REPOSITORY / "examples" / "demo"
KEYS: Final = {"demo": base64.b64encode(bytes(range(32))).decode()}
"""All nodes of the tests have this key, so that a database can be prepared once and copied."""


class Place:
    """One database with everything around it: key file, definitions, folder, shop; here nodes are started."""

    def __init__(
        self, nursery: Nursery, database_url: str, shop_url: str, folder: Path, *, definitions: Path = DEFINITIONS
    ) -> None:
        self.nursery = nursery
        self.database_url = database_url
        self.shop_url = shop_url
        self.folder = folder
        self.definitions = definitions
        self.keys = folder / "keys.json"
        self.keys.write_text(json.dumps(KEYS))
        self._running: list[Child] = []

    def environment(self, **more: str) -> dict[str, str]:
        """What a node here is told; ``more`` are further settings or others."""
        return {
            "DATABASE_URL": self.database_url,
            "INTERLOCK_KEY_FILE": str(self.keys),
            "INTERLOCK_DATA": str(self.folder / "data"),
            "INTERLOCK_DEFINITIONS": str(self.definitions),
            "INTERLOCK_DEMO": "1",
            "INTERLOCK_POOL": "4",
            "INTERLOCK_LOG_FORMAT": "json",
            **demo_systems(self.shop_url),
            "INTERLOCK_ALLOW": self.shop_url.removeprefix("http://"),
            **more,
        }

    def run(self, *arguments: str, **settings: str) -> Child:
        """Start any ``interlock`` command here."""
        child = self.nursery.start(list(arguments), self.environment(**settings), self.folder, name=arguments[0])
        self._running.append(child)
        return child

    def begin(self, *, port: int = 0, dies: Death | None = None, **settings: str) -> tuple[Child, str]:
        """Start a node without waiting for it; gives the process and its address."""
        port = port or free_port()
        child = self.nursery.start(
            ["serve", "--port", str(port)], self.environment(**settings), self.folder, name="serve", dies=dies
        )
        self._running.append(child)
        return child, f"http://127.0.0.1:{port}"

    def serve(self, *, port: int = 0, dies: Death | None = None, **settings: str) -> tuple[Child, str]:
        """Start a node and wait until it is ready; gives the process and its address."""
        child, url = self.begin(port=port, dies=dies, **settings)
        wait_until_ready(child, url)
        return child, url

    def close(self) -> None:
        """Stop whatever still runs here."""
        for child in self._running:
            child.signal(signal.SIGCONT)
            child.signal(signal.SIGKILL)
        for child in self._running:
            child.wait()


class Doomed:
    """A node that serves one customer and dies at one moment of that (see ``dying``).

    Attributes:
        died_at: when it did, in seconds of the monotonic clock.
    """

    def __init__(self, place: Place, name: str, when: str, trace: str) -> None:
        self.moment = f"{when} {name}"
        self.trace = place.folder / f"trace-{trace}"
        self.died_at = 0.0
        death = Death(moment=name, when=when, trace=str(self.trace))
        self.node, self.url = place.begin(dies=death)

    async def dies(self) -> None:
        """Wait for the end; it has to be the one that was meant."""
        code = await asyncio.to_thread(self.node.wait)
        self.died_at = time.monotonic()
        assert code == -signal.SIGKILL, f"{self.moment}: ended with {code}:\n{self.node.said[-3000:]}"

    @property
    def reached(self) -> list[str]:
        """The moments that it came to."""
        return self.trace.read_text(encoding="utf-8").splitlines()


def free_port() -> int:
    """A port that nobody listens on just now."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


def wait_until_ready(child: Child, url: str) -> None:
    """Wait until a node says that it is ready."""

    def ready() -> bool:
        assert child.code is None, f"the node ended with {child.code}:\n{child.said[-3000:]}"
        return readiness(url)[0] == 200

    wait_until(f"{url} to be ready", ready)


def readiness(url: str) -> tuple[int, dict[str, Any]]:
    """What a node says of itself; status 0 where it does not answer."""
    try:
        answer = CLIENT.get(f"{url}/readyz")
    except httpx.HTTPError:
        return 0, {}
    return answer.status_code, answer.json()


CLIENT: Final = httpx.Client(trust_env=False, timeout=10, limits=httpx.Limits(max_keepalive_connections=0))


@contextmanager
def shop(folder: Path) -> Iterator[str]:
    """The demo shop as a process; gives its address."""
    port = free_port()
    command = [sys.executable, "-m", "shop", "--port", str(port), "--data", str(folder / "shop")]
    with (folder / "shop.err").open("w+") as words:
        process = subprocess.Popen(
            command,
            cwd=REPOSITORY,
            env={**os.environ, "PYTHONPATH": str(REPOSITORY / "examples" / "shop")},
            stdout=subprocess.DEVNULL,
            stderr=words,
        )
        url = f"http://127.0.0.1:{port}"

        def open() -> bool:
            assert process.poll() is None, f"the shop ended: {(folder / 'shop.err').read_text()}"
            with suppress(httpx.HTTPError):
                return CLIENT.get(f"{url}/api/health").status_code == 200
            return False

        try:
            wait_until("the shop to open", open)
            yield url
        finally:
            process.terminate()
            process.wait(10)
