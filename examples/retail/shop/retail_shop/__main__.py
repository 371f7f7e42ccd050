"""How is the shop started? ``python -m retail_shop --data DIR/db.json``."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from typing import Any

import msgspec
import uvicorn
from litestar import Litestar
from litestar.di import Provide
from litestar.exceptions import HTTPException
from litestar.openapi import OpenAPIConfig
from litestar.openapi.spec import Components, SecurityScheme, Server

from .api import routers
from .problems import Problem, problem_response, refused_response
from .state import CannotRead, State

HOST = "127.0.0.1"
DEFAULT_PORT = 8190
OPENAPI_FILE = Path(__file__).parents[2] / "connectors" / "retail" / "openapi.json"


def create_app(state: State | None, api_key: str = "demo-key", admin_key: str = "demo-admin") -> Litestar:
    """The shop as an ASGI application."""
    return Litestar(
        route_handlers=[*routers(api_key, admin_key)],
        dependencies={"shop": Provide(lambda: state, sync_to_thread=False)},
        exception_handlers={Problem: problem_response, HTTPException: refused_response},
        request_max_body_size=100_000,
        logging_config=None,
        openapi_config=OpenAPIConfig(
            title="Retail shop",
            version="1.0.0",
            servers=[Server(url=f"http://{HOST}:{DEFAULT_PORT}")],
            components=Components(
                security_schemes={
                    "ApiKey": SecurityScheme(type="apiKey", name="X-Api-Key", security_scheme_in="header")
                }
            ),
            use_handler_docstrings=True,
            path="/internal/schema",
        ),
    )


def openapi_document(app: Litestar) -> bytes:
    """What the shop promises to other systems, as readable JSON."""
    raw: dict[str, Any] = app.openapi_schema.to_schema()
    return msgspec.json.format(msgspec.json.encode({"openapi": raw["openapi"], **raw}), indent=2) + b"\n"


def main(arguments: list[str] | None = None) -> int:
    """Run the shop until it is told to stop. Gives the exit code: 0, or 2 if it could not start."""
    parser = argparse.ArgumentParser(prog="python -m retail_shop", description="A retailer's order system.")
    parser.add_argument("--port", type=int, default=DEFAULT_PORT, help="port on 127.0.0.1; 0 takes a free one")
    parser.add_argument("--data", type=Path, help="the JSON file with users, orders and products")
    parser.add_argument("--api-key", default=os.environ.get("RETAIL_API_KEY", "demo-key"), help="or RETAIL_API_KEY")
    parser.add_argument("--admin-key", default=os.environ.get("RETAIL_ADMIN_KEY", "demo-admin"))
    parser.add_argument("--write-openapi", action="store_true", help="write the connector's openapi.json and end")
    options = parser.parse_args(arguments)
    if options.write_openapi:
        OPENAPI_FILE.write_bytes(openapi_document(create_app(None)))
        return 0
    if options.data is None:
        parser.error("--data is needed: the JSON file with users, orders and products")
    try:
        state = State(options.data)
    except CannotRead as error:
        print(f"retail shop: {error}", file=sys.stderr)
        return 2
    app = create_app(state, options.api_key, options.admin_key)
    config = uvicorn.Config(app, HOST, options.port, log_level="warning", access_log=False, lifespan="off", ws="none")
    server = _Server(config)
    server.run()
    return 0


class _Server(uvicorn.Server):
    """Says where the shop is as soon as it answers."""

    async def startup(self, sockets: Any = None) -> None:
        await super().startup(sockets)
        for server in self.servers:
            for listener in server.sockets:
                print(f"The retail shop is open at http://{HOST}:{listener.getsockname()[1]}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
