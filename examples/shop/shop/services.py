"""Which operations does the shop offer for subscriptions and for appointments at its workshop?"""

from __future__ import annotations

from datetime import date
from typing import Annotated

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import JSONBody, PathParameter, QueryParameter

from . import subscriptions, workshop
from .api import Clock, IdempotencyKey, problems_of, replayed_headers
from .storage import Store
from .wire import (
    LONGEST_KEY,
    Appointment,
    AppointmentList,
    AppointmentMove,
    AppointmentRequest,
    Credit,
    CreditList,
    CreditRequest,
    Subscription,
    SubscriptionChange,
    SubscriptionList,
    Upcoming,
    WorkshopTime,
    WorkshopTimes,
)

SubscriptionPath = Annotated[str, PathParameter(max_length=40, description="The subscription's number.")]
CustomerPath = Annotated[str, PathParameter(max_length=40, description="The customer's identifier.")]
AppointmentPath = Annotated[str, PathParameter(max_length=40, description="The appointment's number.")]
Reference = Annotated[str, QueryParameter(max_length=LONGEST_KEY, description="The idempotency key.")]


@get(
    "/customers/{customer_id:str}/subscriptions",
    operation_id="listSubscriptions",
    response_description="The subscriptions.",
    summary="A customer's subscriptions",
    responses=problems_of(),
)
async def list_subscriptions(store: NamedDependency[Store], customer_id: CustomerPath) -> SubscriptionList:
    """All of them, also those that have ended."""
    return SubscriptionList(subscriptions.subscriptions_of(store, customer_id))


@get(
    "/subscriptions/{subscription_id:str}",
    operation_id="getSubscription",
    response_description="The subscription.",
    summary="Read a subscription",
    responses=problems_of(on_404="There is no such subscription."),
)
async def get_subscription(store: NamedDependency[Store], subscription_id: SubscriptionPath) -> Subscription:
    """The subscription as it is now."""
    return subscriptions.find_subscription(store, subscription_id)


@post(
    "/subscriptions/{subscription_id:str}/changes",
    operation_id="changeSubscription",
    response_description="The subscription was changed, now or before under this key.",
    summary="Change a subscription",
    status_code=200,
    responses=problems_of(
        body=True,
        on_404="There is no such subscription.",
        on_409="The idempotency key was used with another body.",
        on_422="It has ended, or it is not said for how many weeks.",
    ),
)
async def change_subscription(
    store: NamedDependency[Store],
    clock: NamedDependency[Clock],
    subscription_id: SubscriptionPath,
    data: JSONBody[SubscriptionChange],
    idempotency_key: IdempotencyKey,
) -> Response[Subscription]:
    """Pauses it, changes how often it comes, or ends it."""
    changed, replayed = subscriptions.change_subscription(store, subscription_id, data, idempotency_key, clock())
    return Response(changed, headers=replayed_headers(replayed))


@post(
    "/credits",
    operation_id="createCredit",
    response_description="The credit was given, now or before under this key.",
    summary="Credit an amount to the next delivery",
    responses=problems_of(
        body=True,
        on_404="There is no such subscription.",
        on_409="The idempotency key was used with another body.",
        on_422="It has ended.",
    ),
)
async def create_credit(
    store: NamedDependency[Store],
    clock: NamedDependency[Clock],
    data: JSONBody[CreditRequest],
    idempotency_key: IdempotencyKey,
) -> Response[Credit]:
    """Takes the amount off the next delivery of the subscription."""
    given, replayed = subscriptions.give_credit(store, data, idempotency_key, clock())
    return Response(given, headers=replayed_headers(replayed))


@get(
    "/credits",
    operation_id="findCredit",
    response_description="The credits that fit.",
    summary="Look credits up",
    responses=problems_of(),
)
async def find_credit(store: NamedDependency[Store], reference: Reference) -> CreditList:
    """The credits that were really given under a key; an empty list if there is none."""
    return CreditList(subscriptions.find_credits(store, reference))


@get(
    "/workshop/times",
    operation_id="findTimes",
    response_description="The times.",
    summary="Free times at the workshop",
    responses=problems_of(),
)
async def find_times(
    store: NamedDependency[Store],
    clock: NamedDependency[Clock],
    from_day: Annotated[date | None, QueryParameter(description="No earlier than on this day.", required=False)] = None,
) -> WorkshopTimes:
    """The next five from a day on; the workshop is open from Monday to Friday."""
    return WorkshopTimes(workshop.find_times(store, clock(), from_day))


@get(
    "/workshop/times/{time_id:str}",
    operation_id="getTime",
    response_description="The time.",
    summary="Is a time still free?",
    responses=problems_of(on_404="The workshop has no such time."),
)
async def get_time(
    store: NamedDependency[Store],
    clock: NamedDependency[Clock],
    time_id: Annotated[str, PathParameter(max_length=40, description="The time's identifier.")],
) -> WorkshopTime:
    """One time, and whether somebody has it."""
    return workshop.find_time(store, time_id, clock())


@get(
    "/customers/{customer_id:str}/appointment",
    operation_id="upcomingAppointment",
    response_description="The appointment, or null.",
    summary="A customer's next appointment",
    responses=problems_of(),
)
async def upcoming(store: NamedDependency[Store], clock: NamedDependency[Clock], customer_id: CustomerPath) -> Upcoming:
    """The next one that is booked."""
    return Upcoming(next(iter(workshop.appointments_of(store, customer_id, clock())), None))


@get(
    "/workshop/appointments/{appointment_id:str}",
    operation_id="getAppointment",
    response_description="The appointment.",
    summary="Read an appointment",
    responses=problems_of(on_404="There is no such appointment."),
)
async def get_appointment(store: NamedDependency[Store], appointment_id: AppointmentPath) -> Appointment:
    """The appointment as it is now."""
    return workshop.find_appointment(store, appointment_id)


@post(
    "/workshop/appointments",
    operation_id="bookAppointment",
    response_description="It was booked, now or before under this key.",
    summary="Book an appointment",
    responses=problems_of(
        body=True,
        on_404="The workshop has no such time.",
        on_409="The idempotency key was used with another body.",
        on_422="Somebody else has this time.",
    ),
)
async def book_appointment(
    store: NamedDependency[Store],
    clock: NamedDependency[Clock],
    data: JSONBody[AppointmentRequest],
    idempotency_key: IdempotencyKey,
) -> Response[Appointment]:
    """Gives somebody a time; nobody else can have it then."""
    booked, replayed = workshop.book(store, data, idempotency_key, clock())
    return Response(booked, headers=replayed_headers(replayed))


@get(
    "/workshop/appointments",
    operation_id="findAppointment",
    response_description="The appointments that fit.",
    summary="Look appointments up",
    responses=problems_of(),
)
async def find_appointment(store: NamedDependency[Store], reference: Reference) -> AppointmentList:
    """What was booked under a key; an empty list if nothing was."""
    return AppointmentList(workshop.find_by_reference(store, reference))


@post(
    "/workshop/appointments/{appointment_id:str}/time",
    operation_id="moveAppointment",
    response_description="It was moved, now or before under this key.",
    summary="Move an appointment",
    status_code=200,
    responses=problems_of(
        body=True,
        on_404="There is no such appointment or time.",
        on_409="The idempotency key was used with another body.",
        on_422="Somebody else has this time, or the appointment was cancelled.",
    ),
)
async def move_appointment(
    store: NamedDependency[Store],
    clock: NamedDependency[Clock],
    appointment_id: AppointmentPath,
    data: JSONBody[AppointmentMove],
    idempotency_key: IdempotencyKey,
) -> Response[Appointment]:
    """Gives it another time, and the one before back, both or neither."""
    moved, replayed = workshop.move(store, appointment_id, data, idempotency_key, clock())
    return Response(moved, headers=replayed_headers(replayed))


@post(
    "/workshop/appointments/{appointment_id:str}/cancellation",
    operation_id="cancelAppointment",
    response_description="It is cancelled.",
    summary="Cancel an appointment",
    status_code=200,
    responses=problems_of(on_404="There is no such appointment."),
)
async def cancel_appointment(
    store: NamedDependency[Store], appointment_id: AppointmentPath, idempotency_key: IdempotencyKey
) -> Appointment:
    """Gives its time back; the same again changes nothing, with or without a key."""
    return workshop.cancel(store, appointment_id)


SERVICES = (
    list_subscriptions,
    get_subscription,
    change_subscription,
    create_credit,
    find_credit,
    find_times,
    get_time,
    upcoming,
    get_appointment,
    book_appointment,
    find_appointment,
    move_appointment,
    cancel_appointment,
)
