"""Webhooks: addresses that are told when something has happened; and the outbox, what is still to be told them.

    waiting ──claim──► sending ──settle──► sent
       ▲                 │  │                │
       ├── to try again ─┘  └──► failed      │
       └───────── replay ───────────┴────────┘

What is announced is kept in the transaction of what happened: either both are there or neither. A sender claims a
delivery for a while; one that is not settled by then, since its sender is gone, may be claimed again.
"""

import base64
import secrets
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Literal
from urllib.parse import urlsplit

from sqlalchemy import Connection, Row, Select, delete, func, insert, or_, select, update

from verbatim.errors import ConflictError, NotFoundError, StoreError
from verbatim.store.columns import in_utc
from verbatim.store.schema import deliveries, webhooks
from verbatim.store.statements import NUMBERS, require_organisation, require_storable

EVENTS = ("verbatim.coded", "verbatim.corrected", "report.ready")
"""What a webhook can be told of."""

SHARE = 2
"""How many deliveries of one webhook are sent at once, so that one that hangs holds up no other."""

LARGEST_PAGE = 1000
LONGEST_URL = 2000
PREFIX = "whsec_"
SECRET_BYTES = 32

DeliveryState = Literal["waiting", "sending", "sent", "failed"]


@dataclass(frozen=True, slots=True)
class Webhook:
    """An address, what it is told of, and whether it is told anything at the moment."""

    id: int
    url: str
    events: tuple[str, ...]
    active: bool


@dataclass(frozen=True, slots=True)
class Delivery:
    """What a webhook is told once: `message` is the same at each try, `status` what was answered to the last one.

    `due` is the next try of one that waits, `error` why the last try came to nothing.
    """

    id: int
    webhook: int
    message: str
    event: str
    state: DeliveryState
    attempts: int
    due: datetime
    status: int | None
    error: str | None
    created: datetime
    sent: datetime | None


@dataclass(frozen=True, slots=True)
class Claim:
    """A delivery that one sender may send until a moment; `attempts` counts this one."""

    id: int
    organisation: str
    webhook: int
    url: str
    secret: str = field(repr=False)
    payload: Mapping[str, Any]
    attempts: int
    until: datetime


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a try: `state` at the moment `at`, what was answered, or why nothing was; `due` for another try."""

    state: DeliveryState
    at: datetime
    status: int | None = None
    error: str | None = None
    due: datetime | None = None


def add_webhook(connection: Connection, organisation: str, url: str, events: Collection[str]) -> tuple[Webhook, str]:
    """A new webhook and its secret, which signs what it is told and is shown this once.

    Raises StoreError for an address or an event that there cannot be, NotFoundError for an unknown organisation.
    """
    require_organisation(connection, organisation)
    chosen = tuple(dict.fromkeys(events))
    unknown = [event for event in chosen if event not in EVENTS]
    if unknown or not chosen:
        raise StoreError(f"events {unknown or list(chosen)!r}: expected one or more of {', '.join(EVENTS)}")
    secret = PREFIX + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()
    values = {"organisation": organisation, "url": _address(url), "secret": secret, "events": chosen, "active": True}
    number = connection.execute(insert(webhooks).values(values).returning(webhooks.c.id)).scalar_one()
    return Webhook(number, url, chosen, True), secret


def list_webhooks(connection: Connection, organisation: str) -> tuple[Webhook, ...]:
    """The webhooks of an organisation, by number."""
    chosen = select(webhooks).where(webhooks.c.organisation == organisation).order_by(webhooks.c.id)
    return tuple(Webhook(row.id, row.url, tuple(row.events), row.active) for row in connection.execute(chosen))


def remove_webhook(connection: Connection, organisation: str, webhook: int) -> None:
    """Take a webhook away with its deliveries, sent or not. Raises NotFoundError for one that is not there."""
    _require_webhook(connection, organisation, webhook)
    connection.execute(delete(webhooks).where(webhooks.c.organisation == organisation, webhooks.c.id == webhook))


def switch_webhook(connection: Connection, organisation: str, webhook: int, active: bool) -> None:
    """Switch a webhook on or off; one that is off is told nothing, and what waited for it has failed.

    Raises NotFoundError for one that is not there.
    """
    _require_webhook(connection, organisation, webhook)
    own = webhooks.c.organisation == organisation, webhooks.c.id == webhook
    connection.execute(update(webhooks).where(*own).values(active=active))
    if not active:
        waiting = _of(organisation, webhook), deliveries.c.state == "waiting"
        connection.execute(update(deliveries).where(*waiting).values(state="failed", error="the webhook is off"))


def announce(connection: Connection, organisation: str, event: str, payload: Mapping[str, Any]) -> int:
    """How many webhooks will be told of an event: each active one of the organisation that asks for it.

    What they are told is the payload (numbers and ids, never a customer's words) with the event, the organisation, the
    moment `at`, and an `id` by which a receiver knows what it was told before.
    """
    chosen = select(webhooks.c.id, webhooks.c.events).where(webhooks.c.organisation == organisation, webhooks.c.active)
    # Held until the end, so that a webhook that is taken away meanwhile does not take the caller's work with it.
    rows = connection.execute(chosen.order_by(webhooks.c.id).with_for_update(read=True, key_share=True))
    listening = [row.id for row in rows if event in row.events]
    return _announce(connection, organisation, listening, event, payload)


def announce_to(connection: Connection, organisation: str, webhook: int, event: str, payload: Mapping[str, Any]) -> int:
    """The same for one webhook, whatever it listens to: 1, or 0 where it is off."""
    mine = webhooks.c.organisation == organisation, webhooks.c.id == webhook, webhooks.c.active
    chosen = select(webhooks.c.id).where(*mine).with_for_update(read=True, key_share=True)
    listening = list(connection.execute(chosen).scalars())
    return _announce(connection, organisation, listening, event, payload)


def _announce(
    connection: Connection, organisation: str, listening: Sequence[int], event: str, payload: Mapping[str, Any]
) -> int:
    if not listening:
        return 0
    now = datetime.now(UTC)
    told = {"event": event, "id": f"msg_{secrets.token_hex(16)}", "organisation": organisation, "at": now.isoformat()}
    row = {"organisation": organisation, "event": event, "payload": {**payload, **told}, "due": now, "created": now}
    connection.execute(insert(deliveries), [{**row, "webhook_id": number} for number in listening])
    return len(listening)


def deliveries_of(
    connection: Connection, organisation: str, webhook: int, limit: int = 50, after: int | None = None
) -> tuple[Delivery, ...]:
    """The deliveries of a webhook, newest first, at most `limit` of them; those after the one numbered `after`.

    Raises NotFoundError for a webhook that is not there, StoreError for a limit that cannot be.
    """
    if not 1 <= limit <= LARGEST_PAGE:
        raise StoreError(f"limit {limit}: expected 1 to {LARGEST_PAGE}")
    _require_webhook(connection, organisation, webhook)
    chosen = select(deliveries).where(_of(organisation, webhook)).order_by(deliveries.c.id.desc()).limit(limit)
    if after is not None:
        chosen = chosen.where(deliveries.c.id < min(max(after, 0), NUMBERS[-1]))
    return tuple(_delivery(row) for row in connection.execute(chosen))


def replay(connection: Connection, organisation: str, webhook: int, delivery: int, now: datetime) -> None:
    """Let a delivery be sent again at once, and tried as often as a new one; it stays the same message.

    Raises NotFoundError for one that is not there, ConflictError for one that is being sent, or whose webhook is off.
    """
    if not _require_webhook(connection, organisation, webhook).active:
        raise ConflictError(f"webhook {webhook}: is off; expected one that is on")
    own = _of(organisation, webhook), deliveries.c.id == (delivery if delivery in NUMBERS else 0)
    free = or_(deliveries.c.state != "sending", deliveries.c.due <= now)
    again = {"state": "waiting", "attempts": 0, "due": now, "status": None, "error": None, "sent": None}
    if connection.execute(update(deliveries).where(*own, free).values(again)).rowcount:
        return
    if connection.scalar(select(deliveries.c.id).where(*own)) is None:
        raise NotFoundError(f"delivery {delivery}: not one of webhook {webhook}")
    raise ConflictError(f"delivery {delivery}: is being sent at this moment; expected to be asked for again later")


def any_due(connection: Connection, now: datetime) -> bool:
    """Whether anything may be claimed, as far as a look that claims nothing can tell."""
    return connection.scalar(_due(deliveries.c.id, now=now).limit(1)) is not None


def claim_delivery(connection: Connection, now: datetime, lease: timedelta) -> Claim | None:
    """The delivery that has waited longest, for this sender alone until the lease is over; None where none is due.

    At most SHARE deliveries of a webhook are sent at once.
    """
    row = _longest_due(connection, "sending", now) or _longest_due(connection, "waiting", now)
    if row is None:
        return None
    until, attempts = in_utc(now) + lease, row.attempts + 1
    taken = update(deliveries).where(deliveries.c.id == row.id)
    connection.execute(taken.values(state="sending", due=until, attempts=attempts, status=None, error=None))
    return Claim(row.id, row.organisation, row.webhook_id, row.url, row.secret, row.payload, attempts, until)


def settle(connection: Connection, claim: Claim, outcome: Outcome) -> bool:
    """Keep what came of a claim; False, and nothing is kept, where the claim was over and another one holds it."""
    held = deliveries.c.state == "sending", deliveries.c.due == claim.until
    values: dict[str, Any] = {"state": outcome.state, "status": outcome.status, "error": outcome.error}
    values |= {"due": outcome.due or outcome.at, "sent": outcome.at if outcome.state == "sent" else None}
    own = _of(claim.organisation, claim.webhook), deliveries.c.id == claim.id
    return connection.execute(update(deliveries).where(*own, *held).values(values)).rowcount > 0


def drop_deliveries(connection: Connection, before: datetime) -> int:
    """How many deliveries were dropped, of all organisations: those announced before that have been sent or failed."""
    over = deliveries.c.state.in_(("sent", "failed")), deliveries.c.due < before, deliveries.c.created < before
    return connection.execute(delete(deliveries).where(*over)).rowcount


def _longest_due(connection: Connection, state: DeliveryState, now: datetime) -> Row[Any] | None:
    """The delivery, held until the block ends; for one state at a time, in the order of an index."""
    chosen = _due(*deliveries.c, webhooks.c.url, webhooks.c.secret, now=now, states=(state,))
    chosen = chosen.where(deliveries.c.webhook_id.not_in(_busy(now))).order_by(deliveries.c.due).limit(1)
    return connection.execute(chosen.with_for_update(skip_locked=True, of=deliveries)).first()


def _due(*columns: Any, now: datetime, states: Collection[str] = ("waiting", "sending")) -> Select[Any]:
    joined = select(*columns).select_from(deliveries).join(webhooks, deliveries.c.webhook_id == webhooks.c.id)
    return joined.where(deliveries.c.state.in_(states), deliveries.c.due <= now, webhooks.c.active)


def _busy(now: datetime) -> Select[Any]:
    """The webhooks of which as many deliveries are being sent as may be."""
    other = deliveries.alias().c
    sending = select(other.webhook_id).where(other.state == "sending", other.due > now)
    return sending.group_by(other.webhook_id).having(func.count() >= SHARE)


def _of(organisation: str, webhook: int) -> Any:
    return (deliveries.c.organisation == organisation) & (deliveries.c.webhook_id == webhook)


def _require_webhook(connection: Connection, organisation: str, webhook: int) -> Row[Any]:
    number = webhook if webhook in NUMBERS else 0
    chosen = select(webhooks).where(webhooks.c.organisation == organisation, webhooks.c.id == number)
    row = connection.execute(chosen).first()
    if row is None:
        raise NotFoundError(f"webhook {webhook}: not in organisation {organisation!r}; expected the number of one")
    return row


def _address(url: str) -> str:
    """The address itself. Raises StoreError, which shows no more of it than the host: the rest may be a secret."""
    wanted = f"expected https://HOST/PATH of at most {LONGEST_URL} characters, without user, password or fragment"
    try:
        parts = urlsplit(require_storable(url, "url"))
        host, _port = parts.hostname, parts.port
    except ValueError as error:
        raise StoreError(f"url: not an address; {wanted}") from error
    plain = url.isascii() and url.isprintable() and " " not in url and len(url) <= LONGEST_URL
    if not (plain and host and parts.scheme in ("http", "https")) or "@" in parts.netloc or parts.fragment:
        raise StoreError(f"url at {host or 'no host'!r}: {wanted}")
    return url


def _delivery(row: Row[Any]) -> Delivery:
    names = ("event", "state", "attempts", "due", "status", "error", "created", "sent")
    return Delivery(row.id, row.webhook_id, row.payload["id"], **{name: getattr(row, name) for name in names})
