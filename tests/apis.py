"""How does a test get the API of a node without building it: it is built once, and serves one node after another."""

from __future__ import annotations

from functools import cache
from typing import Any

from litestar import Litestar

from interlock.api import server
from interlock.cli import server as command
from interlock.runtime.app import App


def api_of(app: App) -> Any:
    """The API of this node, an ASGI application; from now on no other node of this process has one."""
    server.attend(built(), app)
    return built()


def build_once() -> None:
    """From now on a node that this process runs, or one that is forked from it, has an API that was built already."""
    built()
    command.create_api = api_of


@cache
def built() -> Litestar:
    """What is built once."""
    return server.unattended()
