"""The shapes of everything else that goes out: jobs, people, keys, sources, webhooks."""

from datetime import datetime
from typing import Any, Literal

from pydantic import ConfigDict

from verbatim.access import Role
from verbatim.api.shown import Shown
from verbatim.store.people import Permission
from verbatim.store.webhooks import DeliveryState

JobState = Literal["queued", "running", "done", "failed", "cancelled"]


class ShownRowError(Shown):
    """A row of a job's file that was left out, as a spreadsheet counts it, and why."""

    row: int
    reason: str


JOB: dict[str, Any] = {
    "id": 7,
    "kind": "import",
    "state": "running",
    "done": 1500,
    "total": 2000,
    "rate": 212.4,
    "attempts": 1,
    "result": {"stage": "importing", "rows": 1500, "stored": 1498, "rejected": 2, "read": 1500, "coded": 1498},
    "error": None,
    "errors": [{"row": 17, "reason": "score 11: expected 0 to 10"}],
    "created": "2026-03-25T08:31:07Z",
    "started": "2026-03-25T08:31:08Z",
    "finished": None,
    "href": "/v1/jobs/7",
    "file": None,
}


class ShownJob(Shown):
    """A job: `done` of `total` steps; `rate` in steps a second since it started; `file` is what came out of it."""

    model_config = ConfigDict(json_schema_extra={"examples": [JOB]})

    id: int
    kind: str
    state: JobState
    done: int
    total: int | None
    rate: float | None
    attempts: int
    result: dict[str, Any] | None
    error: str | None
    errors: list[ShownRowError]
    created: datetime
    started: datetime | None
    finished: datetime | None
    href: str
    file: str | None


class ShownRecognised(Shown):
    """What a file was recognised as, and how its first rows fare; nothing is kept. `more` rows follow those.

    `columns`: which is taken as what; `names`: what all of them are called; `text`: those of free text.
    """

    file: str
    layout: str
    columns: dict[str, str]
    names: list[str]
    text: list[str]
    notes: list[str]
    verbatims: int
    rejected: int
    rejections: list[ShownRowError]
    more: bool


class ShownContact(Shown):
    """A person at a customer."""

    id: int
    name: str
    account: str | None
    role: str | None
    influence: str | None
    tier: str | None
    permission: Permission


class ShownSource(Shown):
    """A source, and the kinds of personal data that are taken out of it; null for all kinds."""

    name: str
    redaction: list[str] | None


class ShownMe(Shown):
    """Whoever holds the key, or is signed in; `actor` is what is kept of them where they do something."""

    id: int
    actor: str
    name: str
    organisation: str
    role: Role
    accounts: list[str] | None


class ShownKey(Shown):
    """What is kept of a key."""

    id: int
    name: str
    role: Role
    accounts: list[str] | None
    created: datetime
    last_used: datetime | None
    revoked: datetime | None


class ShownNewKey(Shown):
    """A new key. `secret` is shown this once; it is null in a replayed answer."""

    id: int
    name: str
    role: Role
    accounts: list[str] | None
    secret: str | None


class ShownEvent(Shown):
    """Who did what; numbers and names of actions only."""

    id: int
    actor: str
    action: str
    subject: str
    details: dict[str, Any] | None
    created: datetime


class ShownErasure(Shown):
    """The receipt of an erasure; it names nobody."""

    id: int
    contact: int
    actor: str
    verbatims: int
    codings: int
    masked: int
    created: datetime


class ShownErased(Shown):
    """What was erased, in numbers; `masked` counts the rows of others in which the name was blanked."""

    receipts: list[int]
    contacts: list[int]
    verbatims: int
    codings: int
    masked: int
    exports: int
    complete: bool


class ShownWebhook(Shown):
    """An address that is told of events."""

    id: int
    url: str
    events: list[str]
    active: bool


class ShownNewWebhook(ShownWebhook):
    """A new webhook. `secret` signs what it is told, and is shown this once; it is null in a replayed answer."""

    secret: str | None


class ShownDelivery(Shown):
    """What a webhook is told once, and how far that is."""

    id: int
    message: str
    event: str
    state: DeliveryState
    attempts: int
    due: datetime
    status: int | None
    error: str | None
    created: datetime
    sent: datetime | None


class ShownCodebook(Shown):
    """A code frame."""

    name: str
    version: int
    fingerprint: str
    languages: list[str]
    codes: list[dict[str, Any]]


class ShownState(Shown):
    """How the service is."""

    status: Literal["ok"]


class ShownReady(ShownState):
    """That the service can do its work: the model that is loaded."""

    model: str
