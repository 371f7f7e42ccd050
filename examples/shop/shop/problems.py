"""How does the shop say no? RFC 9457 problem details: what went wrong, where, and how to mend it."""

from __future__ import annotations

import logging
from typing import Any

import msgspec
from litestar import Request, Response
from litestar.exceptions import HTTPException

MEDIA_TYPE = "application/problem+json"
log = logging.getLogger("shop")

TITLES = {
    400: "The request could not be read",
    401: "The key is missing or wrong",
    404: "Nothing was found",
    405: "This method is not known here",
    409: "The request contradicts an earlier one",
    413: "The body is too large",
    422: "The request cannot be carried out",
    500: "The shop made a mistake",
    503: "The shop is not available now",
}


class ProblemDetails(msgspec.Struct, frozen=True):
    """An error. ``where`` names the part of the request, ``mend`` says what to do about it."""

    type: str
    title: str
    status: int
    detail: str
    instance: str
    where: str | None = None
    mend: str | None = None


class Problem(Exception):
    """An answer that is an error.

    Attributes:
        status: HTTP status, 400 to 599.
        code: short name in kebab-case, stable, for programs.
        detail: one sentence for people.
        where: the part of the request, such as ``body.amount``.
        mend: what to do about it.
    """

    def __init__(self, status: int, code: str, detail: str, *, where: str = "", mend: str = "") -> None:
        super().__init__(f"{code}: {detail}")
        self.status = status
        self.code = code
        self.detail = detail
        self.where = where
        self.mend = mend


def problem_response(request: Request[Any, Any, Any], problem: Problem) -> Response[ProblemDetails]:
    """The problem as an HTTP answer."""
    body = ProblemDetails(
        type=f"urn:kettle-crane:problem:{problem.code}",
        title=TITLES.get(problem.status, "The request failed"),
        status=problem.status,
        detail=problem.detail,
        instance=request.url.path,
        where=problem.where or None,
        mend=problem.mend or None,
    )
    headers = {"Retry-After": "1"} if problem.status == 503 else None
    return Response(body, status_code=problem.status, media_type=MEDIA_TYPE, headers=headers)


def http_exception_response(request: Request[Any, Any, Any], error: HTTPException) -> Response[ProblemDetails]:
    """What the web framework refuses (a malformed body, an unknown path) in the shop's own shape."""
    status = error.status_code
    if status == 413:
        problem = Problem(
            413, "body-too-large", "The body is larger than 1 MB.", where="body", mend="Send less than 1,000,000 bytes."
        )
    elif status == 404:
        problem = Problem(404, "no-such-page", "There is nothing at this address.", mend="See /openapi.json.")
    elif status == 405:
        problem = Problem(405, "no-such-method", f"{request.method} is not possible here.", mend="See /openapi.json.")
    elif isinstance(error.extra, list) and error.extra:
        first = error.extra[0]
        # The framework calls the whole body "data"; nobody outside does.
        parts = [str(part) for part in (first.get("source"), first.get("key")) if part and part != "data"]
        mend = "Send what /openapi.json says of this operation, and nothing else."
        problem = Problem(400, "bad-field", str(first.get("message")), where=".".join(parts), mend=mend)
    elif status == 400:
        detail = "The body is not JSON that this operation takes."
        cause = error.__cause__
        if isinstance(cause, Exception) and not isinstance(cause, HTTPException):
            detail = f"{detail} {cause}"
        problem = Problem(400, "bad-body", detail, where="body", mend="Send one JSON object; see /openapi.json.")
    else:
        problem = Problem(status, "refused", error.detail)
    return problem_response(request, problem)


def bug_response(request: Request[Any, Any, Any], error: Exception) -> Response[ProblemDetails]:
    """Anything else is a bug: loud in the shop's own output, silent about its inside towards the caller."""
    log.error("%s %s failed", request.method, request.url.path, exc_info=error)
    return problem_response(request, Problem(500, "bug", "This is a mistake in the shop; its output has the trace."))
