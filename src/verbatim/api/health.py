"""How the service is: alive, ready, and what Prometheus is told."""

from fastapi import APIRouter
from prometheus_client import generate_latest
from starlette.requests import Request
from starlette.responses import Response

from verbatim.api.answers import answered
from verbatim.api.books import ShownReady, ShownState
from verbatim.store.opening import reading

router = APIRouter(tags=["service"])


@router.get("/healthz", operation_id="show_health", summary="Whether the process is alive", response_model=ShownState)
async def show_health() -> Response:
    """Asks neither the store nor a thread, so that it answers however busy the service is."""
    return answered(ShownState(status="ok"))


@router.get("/readyz", operation_id="show_ready", summary="Whether the store answers", response_model=ShownReady)
def show_ready(request: Request) -> Response:
    """503 while the store does not answer; the model was loaded at the start."""
    desk = request.app.state.desk
    with reading(desk.engine) as connection:
        connection.exec_driver_sql("SELECT 1")
    return answered(ShownReady(status="ok", model=desk.model))


@router.get(
    "/metrics",
    operation_id="show_metrics",
    summary="Requests, how long they took, how many wait",
    response_class=Response,
    responses={200: {"content": {"text/plain": {"schema": {"type": "string"}}}}},
)
def show_metrics(request: Request) -> Response:
    """In the text form of Prometheus, by the templates of the routes; no organisation is told from another."""
    figures = request.app.state.figures
    return Response(generate_latest(figures.registry), media_type="text/plain; version=0.0.4; charset=utf-8")
