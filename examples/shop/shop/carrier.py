"""The carrier's own API: another company's, with a key and a document of its own, that happens to run in this process."""

from __future__ import annotations

from typing import Annotated, Any

from litestar import Litestar, Router, get
from litestar.di import NamedDependency
from litestar.openapi import OpenAPIConfig
from litestar.openapi.spec import Components, SecurityScheme, Server
from litestar.params import PathParameter

from .api import Clock, key_guard, problems_of
from .parcels import find_parcel
from .storage import Store
from .wire import Parcel

BEARER = "Bearer {}"


@get(
    "/v1/parcels/{tracking:str}",
    operation_id="trackParcel",
    response_description="The parcel.",
    summary="Where is a parcel?",
    responses=problems_of(on_404="There is no such parcel."),
)
async def track_parcel(
    store: NamedDependency[Store],
    clock: NamedDependency[Clock],
    tracking: Annotated[str, PathParameter(max_length=40, description="The number on the parcel.")],
) -> Parcel:
    """The parcel's state now; for one that waits in a parcel shop also where, and until when."""
    return find_parcel(store, tracking, clock())


@get("/health", operation_id="carrierHealth", response_description="It is.", summary="Is it there?", security=[{}])
async def carrier_health() -> dict[str, str]:
    """Answers without a key."""
    return {"status": "ok"}


def carrier_router(key: str, *, in_schema: bool = False) -> Router:
    """All operations under ``/carrier``; the shop's own document does not speak of them."""
    guarded = Router(
        path="",
        guards=[key_guard("Authorization", BEARER.format(key))],
        security=[{"Token": []}],
        route_handlers=[track_parcel],
    )
    return Router(path="/carrier", route_handlers=[carrier_health, guarded], include_in_schema=in_schema)


def carrier_app(port: int, shop: Litestar) -> Litestar:
    """The carrier by itself, for its document, with what it shares with the shop's process."""
    config = OpenAPIConfig(
        title="Parcels",
        version="1.0.0",
        description="The API of the carrier of the demonstration. It is no part of the shop, and has a key of its own.",
        servers=[Server(url=f"http://127.0.0.1:{port}", description="Beside the demo shop at its usual port.")],
        components=Components(security_schemes={"Token": SecurityScheme(type="http", scheme="bearer")}),
        use_handler_docstrings=True,
        path="/internal/schema",
    )
    router: Any = carrier_router("", in_schema=True)
    return Litestar(route_handlers=[router], dependencies=shop.dependencies, openapi_config=config, logging_config=None)
