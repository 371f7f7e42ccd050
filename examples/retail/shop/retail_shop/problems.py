"""How does the shop say no? A code for programs and a sentence for people (RFC 9457)."""

from __future__ import annotations

from typing import Any

import msgspec
from litestar import Request, Response
from litestar.exceptions import HTTPException

MEDIA_TYPE = "application/problem+json"


class ProblemDetails(msgspec.Struct, frozen=True):
    """An error."""

    type: str
    title: str
    status: int
    detail: str


class Problem(Exception):
    """An answer that is an error: the HTTP status, a code in kebab-case, one sentence."""

    def __init__(self, status: int, code: str, detail: str) -> None:
        super().__init__(f"{code}: {detail}")
        self.status = status
        self.code = code
        self.detail = detail


def problem_response(request: Request[Any, Any, Any], problem: Problem) -> Response[ProblemDetails]:
    """The problem as an HTTP answer."""
    body = ProblemDetails(f"urn:retail:problem:{problem.code}", problem.code, problem.status, problem.detail)
    return Response(body, status_code=problem.status, media_type=MEDIA_TYPE)


def refused_response(request: Request[Any, Any, Any], error: HTTPException) -> Response[ProblemDetails]:
    """What the web framework refuses, in the same shape."""
    return problem_response(request, Problem(error.status_code, "refused", error.detail))
