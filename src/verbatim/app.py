"""The service in one piece: a store, a desk, the door, workers and the sender, until it is told to stop."""

import uvicorn
from starlette.types import ASGIApp

KEEP_ALIVE = 15
GRACE = 20
"""Seconds that requests have to end in when the service is told to stop."""

LONGEST_HEAD = 32 * 1024
"""Bytes of the head of a request."""


def server(app: ASGIApp, host: str, port: int) -> uvicorn.Server:
    """A server of an application, not yet running; its log is the application's own."""
    config = uvicorn.Config(
        app,
        host=host,
        port=port,
        http="h11",
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_keep_alive=KEEP_ALIVE,
        timeout_graceful_shutdown=GRACE,
        h11_max_incomplete_event_size=LONGEST_HEAD,
    )
    return uvicorn.Server(config)
