"""Which parts make up the shop's web server?"""

from __future__ import annotations

from datetime import UTC, date, datetime
from random import Random
from typing import Any

import msgspec
from litestar import Litestar, MediaType, Request, Response, get
from litestar.di import Provide
from litestar.exceptions import HTTPException

from .admin import admin_router
from .api import Clock, FirstDay, api_router
from .carrier import carrier_router
from .contract import openapi_config, openapi_document
from .correspondence import HandOver, carrier_to
from .delays import Tell, teller
from .faults import FaultMiddleware, FaultSwitch
from .pages import pages_router
from .problems import Problem, bug_response, http_exception_response, problem_response
from .services import SERVICES
from .storage import Store

LARGEST_BODY = 1_000_000
DEFAULT_PORT = 8090


class Settings(msgspec.Struct, frozen=True):
    """How a shop is set up.

    Attributes:
        interlock: address of the Interlock server whose chat is shown on the shop's page, without a final slash.
        api_key: what other systems send in ``X-Api-Key``.
        events_key: what the shop sends to Interlock with an event: the key of an account with the role ``integration``.
        admin_key: what a demonstration sends in ``X-Admin-Key``.
        carrier_key: what other systems send to the carrier as a bearer token.
        today: the day that a fresh start relates to, or None for the day on which it happens.
    """

    interlock: str = "http://127.0.0.1:8080"
    api_key: str = "demo-key"
    admin_key: str = "demo-admin"
    carrier_key: str = "demo-carrier"
    today: date | None = None
    events_key: str = "ilk_x_demo_shop.demo-events"


def utc_now() -> datetime:
    """The clock on the wall."""
    return datetime.now(UTC)


def create_app(store: Store, settings: Settings, clock: Clock = utc_now) -> Litestar:
    """The shop as an ASGI application.

    Args:
        store: an open and filled store; the caller closes it.
        settings: see there.
        clock: tells the time of refunds and mails, in UTC.
    """
    switch = FaultSwitch(Random())

    def first_day() -> date:
        return settings.today or clock().date()

    def clock_of_shop() -> Clock:
        return clock

    def first_day_of_shop() -> FirstDay:
        return first_day

    def teller_of_shop() -> Tell:
        return teller(settings.interlock, settings.events_key)

    def hand_over_of_shop() -> HandOver:
        return carrier_to(settings.interlock, settings.events_key)

    return Litestar(
        route_handlers=[
            api_router(settings.api_key, SERVICES),
            carrier_router(settings.carrier_key),
            admin_router(settings.admin_key),
            pages_router(settings.interlock),
            openapi_json,
        ],
        # Here and not on the router, which the framework copies deeply: there must be one switch only.
        middleware=[FaultMiddleware(switch)],
        dependencies={
            "store": Provide(lambda: store, sync_to_thread=False),
            "switch": Provide(lambda: switch, sync_to_thread=False),
            "clock": Provide(clock_of_shop, sync_to_thread=False),
            "tell": Provide(teller_of_shop, sync_to_thread=False),
            "hand_over": Provide(hand_over_of_shop, sync_to_thread=False),
            "first_day": Provide(first_day_of_shop, sync_to_thread=False),
        },
        exception_handlers={
            Problem: problem_response,
            HTTPException: http_exception_response,
            500: bug_response,
        },
        request_max_body_size=LARGEST_BODY,
        openapi_config=openapi_config(DEFAULT_PORT),
        # The process decides where its messages go, not the framework.
        logging_config=None,
    )


@get("/openapi.json", include_in_schema=False, media_type=MediaType.JSON)
async def openapi_json(request: Request[Any, Any, Any]) -> Response[bytes]:
    """The OpenAPI document of the operations under ``/api``."""
    return Response(openapi_document(request.app), media_type=MediaType.JSON)
