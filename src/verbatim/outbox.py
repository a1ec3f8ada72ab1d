"""The outbox: tells webhooks what has happened. The only module that sends anything to anybody.

Each delivery is a POST of JSON, signed as in the Standard Webhooks specification
(https://github.com/standard-webhooks/standard-webhooks): any 2xx settles it; anything else, or no answer, lets it be
tried again, ever later, and 410 Gone switches the webhook off. A receiver hears of everything at least once, and may
hear of it twice: `webhook-id` stays the same. Redirects are not followed, and of an answer only its status is kept.

A receiver is named by an administrator of an organisation, who need not be the one whose machine and network this is.
So only public addresses are told anything, over https only; what else there is, in the company's own network, is
allowed by the operator (VERBATIM_WEBHOOK_HOSTS). It is the address that is looked at, when it is sent to, and the same
one is connected to: a name may lead elsewhere a moment later.
"""

import base64
import hashlib
import hmac
import logging
import random
import re
import socket
import ssl
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from urllib.parse import SplitResult, urlsplit

from sqlalchemy import Engine

from verbatim.errors import InputError, ReceiverError, StoreError
from verbatim.formats.cells import as_json
from verbatim.store.opening import reading, writing
from verbatim.store.webhooks import (
    PREFIX,
    Claim,
    Outcome,
    any_due,
    claim_delivery,
    drop_deliveries,
    settle,
    switch_webhook,
)

DELAYS = tuple(timedelta(seconds=seconds) for seconds in (5, 30, 2 * 60, 10 * 60, 3600, 6 * 3600))
"""How long after the first try the second comes, and so on; after as many and one the delivery has failed."""

JITTER = 0.25
"""By which part a delay is shorter or longer, so that receivers that come back are not told everything at once."""

TIMEOUT = timedelta(seconds=10)
"""How long a receiver may take, from the connection to the answer."""

LEASE = timedelta(minutes=2)
"""After what time a delivery that nobody settled is sent again: no try takes so long, unless its sender is gone."""

KEPT = timedelta(days=30)
"""How long a delivery that has been sent or failed can be looked up and sent again."""

TOLERANCE = timedelta(minutes=5)
"""By how much a receiver's clock may differ."""

THREADS = 8
POLL = timedelta(seconds=1)
HOUR = timedelta(hours=1)
SETTING = "VERBATIM_WEBHOOK_HOSTS"
LITTLE = 4096

# Where a cloud keeps a machine's credentials under an address that looks public: that of Azure. Others' are link-local.
PLATFORM = frozenset({IPv4Address("168.63.129.16")})
NAT64 = IPv6Network("64:ff9b::/96")

HOST_NAME = re.compile(r"(?![\d.]+$)[a-z0-9_-]+(\.[a-z0-9_-]+)*")

Address = IPv4Address | IPv6Address

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Allowed:
    """Receivers that are told although they are not public, or not over https: hosts by name, and networks."""

    names: frozenset[str] = frozenset()
    networks: tuple[IPv4Network | IPv6Network, ...] = ()


PUBLIC_ONLY = Allowed()


def allowed_hosts(listed: str) -> Allowed:
    """What is allowed by a list such as "hooks.example.org, 10.1.0.0/16". Raises InputError for another entry."""
    names, networks = set[str](), list[IPv4Network | IPv6Network]()
    for entry in filter(None, (each.strip().lower() for each in listed.split(","))):
        try:
            networks.append(ip_network(entry))
        except ValueError as error:
            if not HOST_NAME.fullmatch(entry):
                raise InputError(f"{SETTING}: {entry!r}; expected the name of a host, or a network") from error
            names.add(entry)
    return Allowed(frozenset(names), tuple(networks))


def addresses(url: str, allowed: Allowed = PUBLIC_ONLY) -> tuple[str, ...]:
    """The addresses behind a URL that may be told. Raises ReceiverError where there is none."""
    parts = urlsplit(url)
    host = (parts.hostname or "").rstrip(".").lower()
    try:
        found = socket.getaddrinfo(host, _port(parts), type=socket.SOCK_STREAM)
    except (OSError, ValueError) as error:
        raise ReceiverError(f"host {host!r}: not found; expected one that has an address") from error
    behind = dict.fromkeys(str(place[0]) for *_, place in found)
    open_to_all = parts.scheme == "https"
    told = tuple(one for one in behind if host in allowed.names or _may_be_told(one, allowed, open_to_all))
    if not told:
        wanted = f"expected a public address over https, or a host or network that {SETTING} lists"
        raise ReceiverError(f"host {host!r}, {parts.scheme}, address {next(iter(behind))}: {wanted}")
    return told


def signature(secret: str, message: str, timestamp: int, body: bytes) -> str:
    """What the header `webhook-signature` holds, by HMAC-SHA256 over the id of the message, the second and the body."""
    key = base64.b64decode(secret.removeprefix(PREFIX))
    digest = hmac.new(key, b"%s.%d.%s" % (message.encode(), timestamp, body), hashlib.sha256).digest()
    return f"v1,{base64.b64encode(digest).decode()}"


def verify(secret: str, headers: Mapping[str, str], body: bytes, now: datetime) -> bool:
    """Whether this body, as it came, was signed with the secret, and within five minutes of now: for receivers."""
    given = {name.lower(): value for name, value in headers.items()}
    message, at = given.get("webhook-id", ""), given.get("webhook-timestamp", "")
    if not re.fullmatch("[0-9]{1,12}", at) or abs(now.timestamp() - int(at)) > TOLERANCE.total_seconds():
        return False
    expected = signature(secret, message, int(at), body).encode()
    return any(hmac.compare_digest(expected, one.encode()) for one in given.get("webhook-signature", "").split())


def after(attempts: int, answer: int | str, now: datetime, delays: Sequence[timedelta] = DELAYS) -> Outcome:
    """What becomes of a delivery after so many tries, by the status of the answer, or the reason why there is none."""
    status = answer if isinstance(answer, int) else None
    if status is not None and 200 <= status < 300:
        return Outcome("sent", now, status)
    error = str(answer) if status is None else f"answered {status}"
    if status == HTTPStatus.GONE or attempts > len(delays):
        return Outcome("failed", now, status, error)
    delay = delays[attempts - 1] * random.uniform(1 - JITTER, 1 + JITTER)
    return Outcome("waiting", now, status, error, now + delay)


@dataclass(frozen=True, slots=True)
class Sender:
    """Sends what is due, from several threads; several senders, in several processes too, share the work.

    `tls` is how receivers are made sure of; by default by the authorities that the system trusts, or SSL_CERT_FILE.
    """

    engine: Engine
    allowed: Allowed = PUBLIC_ONLY
    delays: Sequence[timedelta] = DELAYS
    timeout: timedelta = TIMEOUT
    poll: timedelta = POLL
    tls: ssl.SSLContext = field(default_factory=ssl.create_default_context)

    def run(self, stop: threading.Event) -> None:
        """Send until told to stop; what is being sent then is sent to its end. A store that is away is waited for."""
        free, cleaned = threading.Semaphore(THREADS), datetime.min.replace(tzinfo=UTC)
        with ThreadPoolExecutor(THREADS, "sender") as pool:
            while not stop.is_set():
                try:
                    cleaned = self._clean(cleaned)
                    busy = self._start(pool, free, stop)
                except StoreError as error:
                    log.warning("deliveries wait: %s", error)
                    busy = False
                if not busy:
                    stop.wait(self.poll.total_seconds())

    def _start(self, pool: ThreadPoolExecutor, free: threading.Semaphore, stop: threading.Event) -> bool:
        """Whether a thread was given something that is due, or all of them have work."""
        if not free.acquire(timeout=self.poll.total_seconds()):
            return True
        claim = None
        try:
            claim = self._claim()
        finally:
            if claim is None:
                free.release()
        if claim is not None:
            pool.submit(self._send, claim, stop).add_done_callback(lambda done: _ended(done, free))
        return claim is not None

    def _claim(self) -> Claim | None:
        now = datetime.now(UTC)
        with reading(self.engine) as connection:
            if not any_due(connection, now):
                return None
        with writing(self.engine) as connection:
            return claim_delivery(connection, now, LEASE)

    def _send(self, claim: Claim, stop: threading.Event) -> None:
        """Send this and whatever else is due: one is settled and the next one claimed at one stroke."""
        following: Claim | None = claim
        while following is not None:
            claim, answer = following, self._post(following)
            now = datetime.now(UTC)
            with writing(self.engine) as connection:
                if (
                    settle(connection, claim, after(claim.attempts, answer, now, self.delays))
                    and answer == HTTPStatus.GONE
                ):
                    switch_webhook(connection, claim.organisation, claim.webhook, False)
                following = None if stop.is_set() else claim_delivery(connection, now, LEASE)

    def _post(self, claim: Claim) -> int | str:
        """The status of the answer, or why there is none."""
        try:
            told = addresses(claim.url, self.allowed)
            return _answer(claim, told, self.tls, self.timeout.total_seconds())
        except ReceiverError as error:
            return str(error)
        except TimeoutError:
            return f"no answer within {self.timeout.total_seconds():g} s"
        except ssl.SSLCertVerificationError as error:
            return f"TLS: {error.verify_message}"
        except (HTTPException, ValueError):
            return "no answer that is HTTP"
        except OSError as error:
            return error.strerror or type(error).__name__

    def _clean(self, last: datetime) -> datetime:
        """When old deliveries were last dropped."""
        now = datetime.now(UTC)
        if now - last < HOUR:
            return last
        with writing(self.engine) as connection:
            drop_deliveries(connection, now - KEPT)
        return now


def _ended(done: "Future[None]", free: threading.Semaphore) -> None:
    free.release()
    if (error := done.exception()) is not None:
        log.warning("a delivery is left to be sent again: %s", error if isinstance(error, StoreError) else type(error))


def _may_be_told(found: str, allowed: Allowed, open_to_all: bool) -> bool:
    address = _meant(ip_address(found.partition("%")[0]))
    if any(address in network for network in allowed.networks):
        return True
    return open_to_all and _is_public(address)


def _is_public(address: Address) -> bool:
    odd = address.is_multicast or address.is_reserved or address in PLATFORM
    return address.is_global and not odd and not (isinstance(address, IPv6Address) and address.is_site_local)


def _meant(address: Address) -> Address:
    """The address of version 4 that one of version 6 stands for, if it does."""
    if isinstance(address, IPv4Address):
        return address
    if address in NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour or address


def _answer(claim: Claim, told: Sequence[str], tls: ssl.SSLContext, seconds: float) -> int:
    """The status that the receiver answers with. Raises OSError or HTTPException where it does not in time."""
    end = time.monotonic() + seconds
    parts, body = urlsplit(claim.url), as_json(claim.payload).encode()
    message, timestamp = str(claim.payload["id"]), int(time.time())
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "verbatim",
        "Connection": "close",
        "webhook-id": message,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": signature(claim.secret, message, timestamp, body),
    }
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    with closing(_connected(told, _port(parts), end)) as plain:
        connection = _speaking(parts, plain, tls)
        with closing(connection), _cut_at(end, connection.sock) as late:
            if isinstance(connection.sock, ssl.SSLSocket):
                connection.sock.do_handshake()
            connection.request("POST", target, body, headers)
            return _status(connection, late)


def _status(connection: HTTPConnection, late: threading.Event) -> int:
    """The status of the answer. A little of the rest is read, so that the receiver can end it in peace, and dropped."""
    with connection.getresponse() as response:
        if late.is_set():  # what was cut off may still look like the end of a line
            raise TimeoutError
        with suppress(OSError, HTTPException):
            response.read(LITTLE)
        return response.status


def _connected(told: Sequence[str], port: int, end: float) -> socket.socket:
    """A connection to the first of these addresses that takes one. Raises OSError where none does in time."""
    for last, address in enumerate(told, 1 - len(told)):
        try:
            return socket.create_connection((address, port), timeout=_left(end))
        except OSError:
            if not last:
                raise
    raise TimeoutError


def _speaking(parts: SplitResult, plain: socket.socket, tls: ssl.SSLContext) -> HTTPConnection:
    """HTTP over a connection that is there already, so that no name is looked up again."""
    host = parts.hostname or ""
    if parts.scheme == "http":
        connection = HTTPConnection(host, _port(parts))
        connection.sock = plain
        return connection
    connection = HTTPSConnection(host, _port(parts), context=tls)
    connection.sock = tls.wrap_socket(plain, server_hostname=host, do_handshake_on_connect=False)
    return connection


@contextmanager
def _cut_at(end: float, connection: socket.socket) -> Iterator[threading.Event]:
    """A block that ends in time however slowly the other side drips; what tells that it was cut off.

    Raises TimeoutError where it failed for that.
    """
    late = threading.Event()

    def cut() -> None:
        late.set()
        with suppress(OSError):
            socket.socket.shutdown(connection, socket.SHUT_RDWR)

    timer = threading.Timer(_left(end), cut)
    timer.start()
    try:
        yield late
    except (OSError, HTTPException) as error:
        if late.is_set():
            raise TimeoutError from error
        raise
    finally:
        timer.cancel()


def _left(end: float) -> float:
    if (left := end - time.monotonic()) <= 0:
        raise TimeoutError
    return left


def _port(parts: SplitResult) -> int:
    return parts.port or {"http": 80, "https": 443}[parts.scheme]
