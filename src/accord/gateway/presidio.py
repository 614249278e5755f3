"""What Presidio's doors have in common: errors as its clients read them, and the check of the service.

After the REST interfaces of Presidio's analyzer, anonymizer and image redactor (2.2.366), which stand side by side at
the root here.
"""

from __future__ import annotations

from typing import Any

from accord.gateway.asgi import Request, Response, as_json
from accord.gateway.problems import Problem
from accord.gateway.services import Caller, Route

UP = "Presidio Analyzer service is up\nPresidio Anonymizer service is up\n"
"""What the services say of themselves; here they are one."""


def presidio_shape(problem: Problem) -> Response:
    """An error as Presidio's clients read it."""
    return as_json({"error": str(problem)}, problem.status, problem.headers)


def wrong(message: str, status: int = 400) -> Problem:
    """A request that cannot be carried out: 400, or the status Presidio gives it."""
    return Problem(status, "invalid_request", message)


def health_routes() -> list[Route]:
    """`GET /health`, open to everyone."""

    async def health(_request: Request, _caller: Caller) -> Response:
        return Response(200, UP.encode(), "text/html; charset=utf-8")

    return [Route("GET", "/health", "", health, presidio_shape, "Say that Presidio's services are there.")]


def span_of(given: Any, where: str, size: int) -> tuple[int, int, str]:
    """Start, end and entity of a stretch of a text of so many characters.

    Raises:
        Problem: 422: there is no such stretch.
    """
    if not isinstance(given, dict):
        raise wrong(f"Invalid input, {where} is not an object", 422)
    start, end, entity = given.get("start"), given.get("end"), given.get("entity_type")
    for name, value in (("start", start), ("end", end)):
        if value is None:
            raise wrong(f"Invalid input, result must contain {name}", 422)
        if not isinstance(value, int) or isinstance(value, bool):
            raise wrong(f"Invalid parameter value for {name}. Expecting 'number'.", 422)
    if not isinstance(start, int) or not isinstance(end, int):
        raise TypeError("checked above")
    if not isinstance(entity, str) or not entity:
        raise wrong("Invalid input, result must contain entity_type", 422)
    if start < 0 or end < 0:
        raise wrong("Invalid input, result start and end must be positive", 422)
    if start > end:
        raise wrong(f"Invalid input, start index '{start}' must be smaller than end index '{end}'", 422)
    if end > size:
        text = f"Invalid analyzer result, start: {start} and end: {end}, while text length is only {size}."
        raise wrong(text, 422)
    return start, end, entity
