"""Everything put together: an application for a server to run."""

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from fastapi import APIRouter, FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import BaseRoute
from starlette.types import ASGIApp

from verbatim.access import RULES
from verbatim.actions.intake import Desk
from verbatim.api import (
    agreement,
    corrections,
    document,
    drafts,
    exports,
    feedback,
    files,
    frames,
    health,
    keys,
    labels,
    models,
    office,
    page,
    people,
    reports,
    review,
    roster,
    themes,
    trends,
    webhooks,
    work,
)
from verbatim.api.call import call_of
from verbatim.api.fork import Fork
from verbatim.api.gate import Cargo, Gate, KnownKeys, Way
from verbatim.api.limits import Buckets, Limits
from verbatim.api.problems import problem_of, respond
from verbatim.api.watch import Figures, Watch
from verbatim.errors import InternalError

ROUTERS: tuple[APIRouter, ...] = (
    feedback.router,
    corrections.router,
    review.router,
    files.router,
    exports.router,
    work.router,
    frames.router,
    drafts.router,
    models.router,
    agreement.router,
    labels.router,
    office.router,
    themes.router,
    people.router,
    reports.router,
    roster.router,
    trends.router,
    keys.router,
    webhooks.router,
    health.router,
)
PAGES = ("/docs", "/openapi.json")

# FastAPI would hand errors and bodies to whatever listens for traces; here nobody may.
_SILENT: Any = {"tracing": False, "metrics": False, "logs": False, "operation_spans": False, "auto_configure": False}


def create_app(
    desk: Desk,
    limits: Limits | None = None,
    wake: Callable[[], None] | None = None,
    pages: ASGIApp | None = None,
) -> FastAPI:
    """The application of a desk; `wake` is called when a job was queued. InternalError for a route without a rule.

    `pages` get every request whose path is none of the API.
    """
    limits = limits or Limits()
    figures = Figures()
    through = ways(described(), limits)
    gate = Middleware(Gate, ways=through, keys=KnownKeys(desk.engine), buckets=Buckets(limits.per_minute))
    fork = [Middleware(Fork, ways=through, pages=pages)] if pages else []
    app = FastAPI(
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        telemetry=_SILENT,
        middleware=[Middleware(Watch, figures=figures, at_once=limits.at_once), *fork, gate],
        exception_handlers={HTTPException: _tell, RequestValidationError: _tell},
    )
    app.router.routes.extend(all_routes())
    _add_pages(app)
    app.state.desk, app.state.limits, app.state.figures, app.state.wake = desk, limits, figures, wake or _nobody
    return app


def all_routes() -> list[BaseRoute]:
    """Every route that has a place in the document; side by side, for a router inside a router is asked again."""
    return [route for router in ROUTERS for route in router.routes]


@cache
def described() -> document.Document:
    """The document of every route, made once in a process: it takes most of a second. To be read only."""
    return document.build(all_routes())


def ways(told: document.Document, limits: Limits) -> tuple[Way, ...]:
    """The ways through the gate: every path of the document, and the pages. InternalError for one without a rule."""
    found = [_way(template, operations, limits) for template, operations in told["paths"].items()]
    pages = [Way(document.pattern_of(path), path, {"GET": frozenset()}, {}) for path in PAGES]
    return (*found, *pages)


def _way(template: str, operations: Mapping[str, Any], limits: Limits) -> Way:
    methods = {method.upper(): operation for method, operation in operations.items()}
    for method, operation in methods.items():
        if operation["security"] and (method, template) not in RULES:
            raise InternalError(f"{method} {template}: nobody may; expected it in access.RULES")
    queries = {
        method: frozenset(one["name"] for one in operation.get("parameters", ()) if one["in"] == "query")
        for method, operation in methods.items()
    }
    cargo = {
        method: _cargo(template, operation["requestBody"], limits)
        for method, operation in methods.items()
        if "requestBody" in operation
    }
    return Way(document.pattern_of(template), template, queries, cargo)


def _cargo(template: str, body: Mapping[str, Any], limits: Limits) -> Cargo:
    sizes = {
        "/v1/imports": limits.upload_bytes,
        "/v1/transcripts": limits.transcript_bytes,
        "/v1/codebook": limits.codebook_bytes,
        "/v1/codebook/draft": limits.codebook_bytes,
    }
    types = tuple(kind for kind in body["content"] if kind != "application/octet-stream")
    any_type = "application/octet-stream" in body["content"]
    return Cargo(sizes.get(template, limits.json_bytes), () if any_type else types, body["required"])


def _add_pages(app: FastAPI) -> None:
    told, shown = described(), _page()

    async def show_document(_request: Request) -> Response:
        return JSONResponse(told)

    async def show_page(_request: Request) -> Response:
        return HTMLResponse(shown)

    app.add_route("/openapi.json", show_document, include_in_schema=False)
    app.add_route("/docs", show_page, include_in_schema=False)


@cache
def _page() -> str:
    return page.render(described())


async def _tell(request: Request, error: Exception) -> Response:
    return respond(problem_of(error), call_of(request.scope).id)


def _nobody() -> None:
    """Wake nobody: workers look for jobs by themselves."""
