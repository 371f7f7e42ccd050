"""Which operations does the shop offer to other systems?"""

from __future__ import annotations

import hmac
from collections.abc import Callable
from typing import Annotated, Any, TypeVar

import msgspec
from litestar import Router, get, post
from litestar.connection import ASGIConnection
from litestar.di import NamedDependency
from litestar.handlers import BaseRouteHandler
from litestar.params import HeaderParameter, JSONBody, PathParameter, QueryParameter
from litestar.types import Guard

from . import changes
from .calculator import calculated
from .problems import Problem
from .state import State
from .wire import (
    Calculation,
    Cancellation,
    Customer,
    EmailQuery,
    Expression,
    Health,
    Match,
    NameQuery,
    NewAddress,
    NewPayment,
    Order,
    Product,
    Return,
    Summary,
    Swap,
    Transfer,
    Variant,
    Variants,
)

T = TypeVar("T")
Key = Annotated[str | None, HeaderParameter(name="Idempotency-Key", max_length=80, required=False)]
OrderId = Annotated[str, PathParameter(max_length=40, description="The order's number.")]
CustomerId = Annotated[str, PathParameter(max_length=40, description="The customer's number.")]
Shop = NamedDependency[State]


def key_guard(header: str, key: str) -> Guard:
    """A guard that lets only requests with this key in this header pass (else 401)."""

    def guard(connection: ASGIConnection[Any, Any, Any, Any], _: BaseRouteHandler) -> None:
        if not hmac.compare_digest(connection.headers.get(header, "").encode(), key.encode()):
            raise Problem(401, "wrong-key", f"Send the shop's key in the header {header}.")

    return guard


def once(state: State, operation: str, key: str | None, request: object, do: Callable[[], T]) -> T:
    """Do it, or say again what was answered under this key. Raises Problem 409 for another request under the same."""
    asked = msgspec.json.encode(request, order="sorted")
    if key is not None and (operation, key) in state.answers:
        before, answer = state.answers[operation, key]
        if before != asked:
            raise Problem(409, "key-used-before", "This idempotency key was used with another request.")
        return answer  # type: ignore[no-any-return]  # what this operation answered
    answer = do()
    if key is not None:
        state.answers[operation, key] = (asked, answer)
    return answer


@get("/health", operation_id="health", security=[{}])
async def health(shop: Shop) -> Health:
    """Is the shop open, and how much does it hold?"""
    return shop.health()


@post("/customers/by-email", operation_id="findByEmail", status_code=200)
async def by_email(shop: Shop, data: JSONBody[EmailQuery]) -> Match:
    """Who has this e-mail address?"""
    return shop.match({"email": data.email})


@post("/customers/by-name", operation_id="findByName", status_code=200)
async def by_name(shop: Shop, data: JSONBody[NameQuery]) -> Match:
    """Who is called so and lives in this zip code?"""
    return shop.match({"first_name": data.first_name, "last_name": data.last_name, "zip": data.zip})


@get("/customers/{customer_id:str}", operation_id="getCustomer")
async def get_customer(shop: Shop, customer_id: CustomerId) -> Customer:
    """A customer's record."""
    return shop.customer(shop.user_row(customer_id))


@post("/customers/{customer_id:str}/address", operation_id="changeCustomerAddress", status_code=200)
async def move(shop: Shop, customer_id: CustomerId, data: JSONBody[NewAddress], key: Key) -> Customer:
    """Change a customer's address."""
    return once(shop, "move", key, (customer_id, data), lambda: changes.move(shop, customer_id, data.address))


@get("/orders/{order_id:str}", operation_id="getOrder")
async def get_order(shop: Shop, order_id: OrderId) -> Order:
    """An order as it is now."""
    return shop.order(shop.order_row(order_id))


@post("/orders/{order_id:str}/cancel", operation_id="cancelOrder", status_code=200)
async def cancel(shop: Shop, order_id: OrderId, data: JSONBody[Cancellation], key: Key) -> Order:
    """Cancel a pending order."""
    return once(shop, "cancel", key, (order_id, data), lambda: changes.cancel(shop, order_id, data.reason))


@post("/orders/{order_id:str}/address", operation_id="changeOrderAddress", status_code=200)
async def change_address(shop: Shop, order_id: OrderId, data: JSONBody[NewAddress], key: Key) -> Order:
    """Send a pending order elsewhere."""
    return once(shop, "address", key, (order_id, data), lambda: changes.change_address(shop, order_id, data.address))


@post("/orders/{order_id:str}/payment", operation_id="changeOrderPayment", status_code=200)
async def change_payment(shop: Shop, order_id: OrderId, data: JSONBody[NewPayment], key: Key) -> Order:
    """Pay a pending order with something else."""
    return once(
        shop, "payment", key, (order_id, data), lambda: changes.change_payment(shop, order_id, data.payment_method_id)
    )


@post("/orders/{order_id:str}/items", operation_id="changeOrderItems", status_code=200)
async def change_items(shop: Shop, order_id: OrderId, data: JSONBody[Swap], key: Key) -> Order:
    """Put other variants into a pending order."""
    given = (data.item_ids, data.new_item_ids, data.payment_method_id)
    return once(shop, "items", key, (order_id, data), lambda: changes.change_items(shop, order_id, *given))


@post("/orders/{order_id:str}/exchange", operation_id="exchangeItems", status_code=200)
async def exchange(shop: Shop, order_id: OrderId, data: JSONBody[Swap], key: Key) -> Order:
    """Exchange items of a delivered order."""
    given = (data.item_ids, data.new_item_ids, data.payment_method_id)
    return once(shop, "exchange", key, (order_id, data), lambda: changes.exchange(shop, order_id, *given))


@post("/orders/{order_id:str}/return", operation_id="returnItems", status_code=200)
async def give_back(shop: Shop, order_id: OrderId, data: JSONBody[Return], key: Key) -> Order:
    """Take items of a delivered order back."""
    given = (data.item_ids, data.payment_method_id)
    return once(shop, "return", key, (order_id, data), lambda: changes.give_back(shop, order_id, *given))


@get("/products/{product_id:str}", operation_id="getProduct")
async def get_product(shop: Shop, product_id: Annotated[str, PathParameter(max_length=40)]) -> Product:
    """A product with its variants."""
    return shop.product(product_id)


@get("/items/{item_id:str}", operation_id="getItem")
async def get_item(shop: Shop, item_id: Annotated[str, PathParameter(max_length=40)]) -> Variant:
    """One variant of a product."""
    return shop.item(item_id)


@get("/variants", operation_id="getVariants")
async def get_variants(
    shop: Shop, item_ids: Annotated[list[str], QueryParameter(max_items=20, required=True)]
) -> Variants:
    """Several variants at once; a number that is not known is left out."""
    return variants_of(shop, item_ids)


def variants_of(shop: State, item_ids: list[str]) -> Variants:
    """The variants of these numbers that there are."""
    return Variants({each: shop.item(each) for each in item_ids if shop.variant(each) is not None})


@post("/transfers", operation_id="transfer", status_code=200)
async def transfer(shop: Shop, data: JSONBody[Summary], key: Key) -> Transfer:
    """Give a conversation to a person."""
    return once(shop, "transfer", key, data, lambda: transferred(shop))


def transferred(shop: State) -> Transfer:
    """One more conversation was given to a person."""
    shop.transfers += 1
    return Transfer(f"t-{shop.transfers}")


@post("/calculations", operation_id="calculate", status_code=200)
async def calculate(data: JSONBody[Expression]) -> Calculation:
    """Work a sum out."""
    return Calculation(calculated(data.expression))


@post("/reset", status_code=200)
async def reset(shop: Shop) -> Health:
    """Begin as the file says."""
    shop.reset()
    return shop.health()


HANDLERS = (
    by_email,
    by_name,
    get_customer,
    move,
    get_order,
    cancel,
    change_address,
    change_payment,
    change_items,
    exchange,
    give_back,
    get_product,
    get_item,
    get_variants,
    transfer,
    calculate,
)


def routers(api_key: str, admin_key: str) -> list[Router]:
    """All operations under ``/api``, and ``/admin/reset`` for tests; every one but ``health`` asks for its key."""
    guarded = Router(
        path="", guards=[key_guard("X-Api-Key", api_key)], security=[{"ApiKey": []}], route_handlers=list(HANDLERS)
    )
    admin = Router(
        path="/admin", guards=[key_guard("X-Admin-Key", admin_key)], include_in_schema=False, route_handlers=[reset]
    )
    return [Router(path="/api", route_handlers=[health, guarded]), admin]
