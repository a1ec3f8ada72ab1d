"""The service in one piece: a store, a desk, the door, workers and the sender, until it is told to stop."""

import gc
import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Thread
from time import perf_counter

import structlog
import typer
import uvicorn
from sqlalchemy import Engine
from starlette.types import ASGIApp

from verbatim import logs
from verbatim.access import ORGANISATION
from verbatim.actions.desk import Desk
from verbatim.actions.figures import warm
from verbatim.actions.intake import code_texts, open_desk
from verbatim.actions.stores import open_data, store_url
from verbatim.api.application import create_app
from verbatim.api.limits import Limits
from verbatim.domain import Verbatim
from verbatim.errors import StoreError
from verbatim.outbox import Allowed, Sender
from verbatim.post import MailServer, Post
from verbatim.scratch import scratch
from verbatim.store.access_keys import create_key, list_keys
from verbatim.store.opening import writing
from verbatim.store.people import add_organisation, any_organisation
from verbatim.web.application import pages
from verbatim.workers import Crew, Order, machine

KEEP_ALIVE = 15
GRACE = 20
"""Seconds that requests have to end in when the service is told to stop."""

BACKLOG = 512
LONGEST_HEAD = 32 * 1024
"""Bytes of the head of a request."""

FIRST_KEY = "first admin"

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class ServeOrder:
    """What to serve, and where: the store in a folder, or at a URL; so many worker processes beside the server.

    `public_url`: what browsers call the page where a proxy stands before it. `mail`: where mails are handed in.
    """

    data: Path | None = None
    database: str | None = None
    host: str = "127.0.0.1"
    port: int = 8000
    workers: int = 1
    model: str | None = None
    codebook: str | None = None
    limits: Limits = field(default_factory=Limits)
    webhooks: Allowed = field(default_factory=Allowed)
    public_url: str | None = None
    mail: MailServer | None = None


def serve(order: ServeOrder) -> None:
    """Serve until a signal comes; what is under way then is brought to its end.

    The first key is printed where the store is empty, and never again. Raises OSError for an address that is taken,
    StoreError, ModelError and CodebookError for what cannot be opened.
    """
    logs.to_standard_error()
    with ExitStack() as stack:
        stack.enter_context(scratch())
        line = stack.enter_context(listening(order.host, order.port))
        open_data(order.data, order.database, make=True).dispose()
        url = store_url(order.data, order.database)
        # First of all: workers take up what a former server left, and load their model while this one loads its own.
        crew = Crew(Order(url, machine(), order.model, order.codebook), order.workers)
        stack.callback(crew.stop)
        crew.start()
        desk = open_desk(url, order.model, order.codebook)
        stack.callback(desk.close)
        code_texts(desk, [Verbatim("", "ready")])
        Thread(target=_read_figures, args=(desk,), name="figures", daemon=True).start()
        stack.enter_context(_sending(Sender(desk.engine, order.webhooks).run, "sender"))
        stack.enter_context(_sending(Post(desk, order.mail).run, "post"))
        app = create_app(desk, order.limits, crew.wake, pages(desk, order.public_url))
        gc.freeze()  # models and routes live as long as the server: a collection that walks them holds requests up
        _greet(first_key(desk.engine), order, line.getsockname()[1])
        _run(server(app), line)


def first_key(engine: Engine) -> str | None:
    """The key of the first admin, made where the store knows no organisation yet; else None."""
    with writing(engine) as connection:
        if any_organisation(connection):
            return None
        add_organisation(connection, ORGANISATION)
        # Another server that starts at the same moment may have been first.
        if list_keys(connection, ORGANISATION):
            return None
        return create_key(connection, ORGANISATION, FIRST_KEY, "admin")[1]


def server(app: ASGIApp) -> uvicorn.Server:
    """A server of an application, not yet running; its log is the application's own."""
    config = uvicorn.Config(
        app,
        http="h11",
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_keep_alive=KEEP_ALIVE,
        timeout_graceful_shutdown=GRACE,
        h11_max_incomplete_event_size=LONGEST_HEAD,
    )
    return uvicorn.Server(config)


@contextmanager
def listening(host: str, port: int) -> Iterator[socket.socket]:
    """A line that a server listens at; port 0 for any that is free."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.create_server((host, port), family=family, backlog=BACKLOG) as line:
        # Connections inherit it. Else the end of an answer waits 40 ms for the client to confirm its head.
        line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        yield line


def _read_figures(desk: Desk) -> None:
    """Read what statistics count, beside the requests that come already; whoever asks before it is there waits."""
    began = perf_counter()
    log.info("reading_figures")
    try:
        warm(desk)
    except StoreError as error:
        log.warning("figures_not_read", reason=str(error))
    else:
        log.info("figures_read", seconds=round(perf_counter() - began, 1))


@contextmanager
def _sending(run: Callable[[Event], None], name: str) -> Iterator[None]:
    stop = Event()
    thread = Thread(target=run, args=(stop,), name=name)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def _greet(key: str | None, order: ServeOrder, port: int) -> None:
    place = f"[{order.host}]" if ":" in order.host else order.host
    if key:
        typer.echo(f"admin key: {key}")
    typer.echo(f"docs: http://{place}:{port}/docs")
    typer.echo(f"page: {order.public_url or f'http://{place}:{port}/'}")


def _run(one: uvicorn.Server, line: socket.socket) -> None:
    """Serve until a signal comes. The server raises it again at its end, when others have still to be told to stop."""
    former = {number: signal.signal(number, _heard) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        one.run(sockets=[line])
    finally:
        for number, handler in former.items():
            signal.signal(number, handler)


def _heard(_number: int, _frame: object) -> None:
    """Do nothing more about a signal."""
