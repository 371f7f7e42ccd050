"""One shape for every error: RFC 9457 problem details."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

import msgspec
import structlog
from litestar import Request, Response
from litestar.exceptions import HTTPException

from interlock.api.bearer import challenge
from interlock.kernel.documents import DefinitionError
from interlock.kernel.errors import Conflict, Refused, Unavailable
from interlock.runtime.app import App

logger = structlog.get_logger(__name__)


def problem(status: int, code: str, detail: str, *, headers: dict[str, str] | None = None) -> Response[dict[str, Any]]:
    """A problem details response. ``code`` is stable and machine-readable, ``detail`` is for people."""
    body = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status, "detail": detail, "code": code}
    return Response(body, status_code=status, media_type="application/problem+json", headers=headers)


def on_refused(request: Request[Any, Any, Any], error: Refused) -> Response[dict[str, Any]]:
    """The rules say no."""
    app: App = request.app.state.app
    headers = challenge(error, app.settings.url.rstrip("/"), "")
    return problem(error.status, error.code, error.reason, headers=headers or None)


def on_mistakes(_: Request[Any, Any, Any], error: DefinitionError) -> Response[dict[str, Any]]:
    """Definitions with mistakes: all of them, each with its file and line and what to write instead."""
    found = [msgspec.to_builtins(each) for each in error.problems]
    answer = problem(422, "bad_definitions", str(error))
    answer.content["problems"] = found
    return answer


def on_unavailable(_: Request[Any, Any, Any], error: Unavailable) -> Response[dict[str, Any]]:
    """Something outside is down."""
    retry = {"Retry-After": str(max(1, round(error.retry_after_s)))}
    return problem(
        503, "unavailable", f"{error.system} does not answer at the moment; try again shortly.", headers=retry
    )


def on_conflict(_: Request[Any, Any, Any], error: Conflict) -> Response[dict[str, Any]]:
    """Others were faster, again and again."""
    return problem(
        409, "conflict", "Others changed this at the same time; look again and repeat it if it is still wanted."
    )


def on_http(request: Request[Any, Any, Any], error: HTTPException) -> Response[dict[str, Any]]:
    """What the framework refuses: unknown paths, wrong methods, bodies that do not fit."""
    extra = getattr(error, "extra", None)
    detail = error.detail
    if isinstance(extra, list) and extra:
        places = "; ".join(f"{one.get('key', 'body')}: {one.get('message')}" for one in extra if isinstance(one, dict))
        detail = f"{detail.split(' for ')[0]}: {places}"
    code = HTTPStatus(error.status_code).phrase.lower().replace(" ", "_").replace("-", "_")
    return problem(error.status_code, code, detail or HTTPStatus(error.status_code).description)


def on_too_deep(request: Request[Any, Any, Any], error: RecursionError) -> Response[dict[str, Any]]:
    """JSON that is nested deeper than anybody can follow."""
    logger.warning("request nested too deeply", method=request.method, path=request.url.path, error=str(error))
    return problem(400, "too_deep", "The body is nested too deeply.")


def on_bug(request: Request[Any, Any, Any], error: Exception) -> Response[dict[str, Any]]:
    """Anything else is a bug: loud in the log, without details to the caller."""
    logger.exception("request failed", method=request.method, path=request.url.path, exc_info=error)
    return problem(500, "bug", "This should not have happened; it has been logged.")


HANDLERS: dict[int | type[Exception], Any] = {
    Refused: on_refused,
    DefinitionError: on_mistakes,
    Unavailable: on_unavailable,
    Conflict: on_conflict,
    HTTPException: on_http,
    RecursionError: on_too_deep,
    Exception: on_bug,
}
