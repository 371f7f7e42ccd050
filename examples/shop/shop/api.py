"""Which operations does the shop offer to other systems?"""

from __future__ import annotations

import hmac
from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Annotated, Any

from litestar import Response, Router, get, post
from litestar.connection import ASGIConnection
from litestar.di import NamedDependency
from litestar.handlers import BaseRouteHandler
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import HeaderParameter, JSONBody, PathParameter, QueryParameter
from litestar.types import Guard

from .accounts import find_customer, find_order, match_customer
from .addresses import change_email
from .correspondence import TextMessage, TextRequest, send_text
from .mails import list_mails, send_mail
from .opening import health_of
from .problems import MEDIA_TYPE, Problem, ProblemDetails
from .refunds import create_refund, create_refund_plain, find_refunds
from .storage import Store
from .wire import (
    LONGEST_KEY,
    Customer,
    EmailChange,
    EmailChanged,
    Health,
    Mail,
    MailList,
    MailRequest,
    Match,
    MatchRequest,
    Order,
    PlainRefundRequest,
    Refund,
    RefundList,
    RefundRequest,
)

Clock = Callable[[], datetime]
FirstDay = Callable[[], date]

IdempotencyKey = Annotated[
    str | None,
    HeaderParameter(
        name="Idempotency-Key",
        min_length=1,
        max_length=LONGEST_KEY,
        required=False,
        description="The same key with the same body gets the same answer and is carried out once.",
    ),
]


def problems_of(*, body: bool = False, **described: str) -> dict[int, ResponseSpec]:
    """What an operation can answer besides its result."""
    spec = {400: "The request could not be read.", 401: "The API key is missing or wrong."}
    if body:
        spec[413] = "The body is larger than 1 MB."
    spec.update({int(status.removeprefix("on_")): text for status, text in described.items()})
    spec[503] = "The shop is not available now; nothing was done."
    return {
        status: ResponseSpec(
            data_container=ProblemDetails, description=text, media_type=MEDIA_TYPE, generate_examples=False
        )
        for status, text in spec.items()
    }


def key_guard(header: str, key: str) -> Guard:
    """A guard that lets only requests with this key in this header pass (else 401)."""

    def guard(connection: ASGIConnection[Any, Any, Any, Any], _: BaseRouteHandler) -> None:
        if not hmac.compare_digest(connection.headers.get(header, "").encode(), key.encode()):
            raise Problem(
                401,
                "wrong-key",
                "This request carries no valid key.",
                where=f"header.{header}",
                mend=f"Send the shop's key in the header {header}.",
            )

    return guard


@get("/health", operation_id="health", response_description="It is.", summary="Is the shop open?", security=[{}])
async def health(store: NamedDependency[Store]) -> Health:
    """Answers without a key."""
    return health_of(store)


@get(
    "/orders/{order_id:str}",
    operation_id="getOrder",
    response_description="The order.",
    summary="Read an order",
    responses=problems_of(on_404="There is no such order."),
)
async def get_order(
    store: NamedDependency[Store],
    order_id: Annotated[str, PathParameter(max_length=40, description="The order's number.")],
) -> Order:
    """The order as it is now, with what can still be refunded of each item."""
    return find_order(store, order_id).shown()


@get(
    "/customers/{customer_id:str}",
    operation_id="getCustomer",
    response_description="The customer.",
    summary="Read a customer",
    responses=problems_of(on_404="There is no such customer."),
)
async def get_customer(
    store: NamedDependency[Store],
    customer_id: Annotated[str, PathParameter(max_length=40, description="The customer's identifier.")],
) -> Customer:
    """The customer's record."""
    return find_customer(store, customer_id)


@post(
    "/customers/match",
    operation_id="matchCustomer",
    response_description="They belong together.",
    summary="Whose order is it, by number and e-mail",
    status_code=200,
    responses=problems_of(
        body=True, on_404="The two do not belong together, or there is no such order: nobody is told which."
    ),
)
async def match(store: NamedDependency[Store], data: JSONBody[MatchRequest]) -> Match:
    """Tells who the customer is only if the e-mail address is the one of the order's owner."""
    return match_customer(store, data.order_id, data.email)


@post(
    "/customers/{customer_id:str}/email",
    operation_id="changeEmail",
    response_description="The address was changed, now or before under this key.",
    summary="Change a customer's e-mail address",
    status_code=200,
    responses=problems_of(
        body=True,
        on_404="There is no such customer.",
        on_409="The address cannot be used, or the idempotency key was used with another body.",
        on_422="This is the customer's address already.",
    ),
)
async def email(
    store: NamedDependency[Store],
    clock: NamedDependency[Clock],
    customer_id: Annotated[str, PathParameter(max_length=40, description="The customer's identifier.")],
    data: JSONBody[EmailChange],
    idempotency_key: IdempotencyKey,
) -> Response[EmailChanged]:
    """Changes the address and tells the one before. Going back to the one before takes the change back."""
    changed, replayed = change_email(store, customer_id, data, idempotency_key, clock())
    return Response(changed, headers=replayed_headers(replayed))


@post(
    "/refunds",
    operation_id="createRefund",
    response_description="The refund was made, now or before under this key.",
    summary="Refund an item",
    responses=problems_of(
        body=True,
        on_404="There is no such order or item.",
        on_409="The idempotency key was used with another body.",
        on_422="More than can still be refunded for this item.",
    ),
)
async def refund(
    store: NamedDependency[Store],
    clock: NamedDependency[Clock],
    data: JSONBody[RefundRequest],
    idempotency_key: IdempotencyKey,
) -> Response[Refund]:
    """Pays back an item or a part of it to where the order was paid from."""
    made, replayed = create_refund(store, data, idempotency_key, clock())
    return Response(made, headers=replayed_headers(replayed))


@post(
    "/refunds-without-key",
    operation_id="createRefundPlain",
    response_description="The refund was made.",
    summary="Refund an item, again at every call",
    responses=problems_of(
        body=True, on_404="There is no such order or item.", on_422="More than can still be refunded for this item."
    ),
)
async def refund_plain(
    store: NamedDependency[Store],
    clock: NamedDependency[Clock],
    data: JSONBody[PlainRefundRequest],
) -> Refund:
    """Honours no idempotency key: two calls make two refunds. The reference can be looked up with findRefund."""
    return create_refund_plain(store, data, clock())


@get(
    "/refunds",
    operation_id="findRefund",
    response_description="The refunds that fit.",
    summary="Look refunds up",
    responses=problems_of(),
)
async def find_refund(
    store: NamedDependency[Store],
    reference: Annotated[
        str | None,
        QueryParameter(
            max_length=LONGEST_KEY, description="Idempotency key of createRefund, or reference.", required=False
        ),
    ] = None,
    order_id: Annotated[str | None, QueryParameter(max_length=40, required=False)] = None,
    customer_id: Annotated[str | None, QueryParameter(max_length=40, required=False)] = None,
) -> RefundList:
    """The refunds that were really made and fit everything that is named; an empty list if there is none."""
    if reference is None and order_id is None and customer_id is None:
        raise Problem(
            400,
            "nothing-named",
            "The look-up names nothing to look for.",
            where="query",
            mend="Name reference, order_id or customer_id.",
        )
    return RefundList(find_refunds(store, reference=reference, order_id=order_id, customer_id=customer_id))


@post(
    "/mail",
    operation_id="sendMail",
    response_description="The mail was sent, now or before under this key.",
    summary="Send a mail",
    responses=problems_of(body=True, on_409="The idempotency key was used with another body."),
)
async def mail(
    store: NamedDependency[Store],
    clock: NamedDependency[Clock],
    data: JSONBody[MailRequest],
    idempotency_key: IdempotencyKey,
) -> Response[Mail]:
    """Hands a mail to the gateway, which delivers it to the mailbox page."""
    sent, replayed = send_mail(store, data, idempotency_key, clock())
    return Response(sent, headers=replayed_headers(replayed))


@post(
    "/texts",
    operation_id="sendText",
    response_description="The text message was sent, now or before under this key.",
    summary="Send a text message",
    responses=problems_of(body=True, on_409="The idempotency key was used with another body."),
)
async def text(
    store: NamedDependency[Store],
    clock: NamedDependency[Clock],
    data: JSONBody[TextRequest],
    idempotency_key: IdempotencyKey,
) -> Response[TextMessage]:
    """Hands a text message to the gateway, which delivers it to the page with the messages."""
    sent, replayed = send_text(store, data, idempotency_key, clock())
    return Response(sent, headers=replayed_headers(replayed))


@get("/mail", operation_id="listMail", response_description="The mails.", summary="List mails", responses=problems_of())
async def mail_list(
    store: NamedDependency[Store],
    to: Annotated[
        str | None, QueryParameter(max_length=254, description="Only to this address.", required=False)
    ] = None,
) -> MailList:
    """The mails that were sent, newest first."""
    return MailList([boxed.mail for boxed in list_mails(store, to)])


def replayed_headers(replayed: bool) -> dict[str, str]:
    """How an answer says that it was given before."""
    return {"Idempotent-Replayed": "true"} if replayed else {}


def api_router(api_key: str, services: Sequence[Any]) -> Router:
    """All operations under ``/api``, those of further services included; every one but ``health`` asks for the API key."""
    guarded = Router(
        path="",
        guards=[key_guard("X-Api-Key", api_key)],
        security=[{"ApiKey": []}],
        route_handlers=[
            get_order,
            get_customer,
            match,
            email,
            refund,
            refund_plain,
            find_refund,
            mail,
            mail_list,
            text,
            *services,
        ],
    )
    return Router(path="/api", route_handlers=[health, guarded])
