"""Who may do what: one table of routes and roles. A route that is not in it is refused.

    submitter   hands in what customers said, and sees what it handed in itself
    analyst     sees and codes everything of the organisation
    manager     sees what its own accounts said
    admin       does everything, keys and erasures included

The table says who may ask. Which rows come back is narrowed beside it, by `store.access_keys.scope`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal, get_args

Role = Literal["submitter", "analyst", "manager", "admin"]
ROLES: tuple[Role, ...] = get_args(Role)

ORGANISATION = "default"
"""The organisation of an installation that serves one."""

PUBLIC = frozenset({"/healthz", "/readyz", "/docs", "/openapi.json"})
"""The paths that need no key."""

_ALL = frozenset(ROLES)
_ADMIN: frozenset[Role] = frozenset({"admin"})
_ANALYSING: frozenset[Role] = _ADMIN | {"analyst"}
_SENDING: frozenset[Role] = _ANALYSING | {"submitter"}
_READING: frozenset[Role] = _ANALYSING | {"manager"}

SEES_ALL: frozenset[Role] = _ANALYSING
"""The roles that see every word and every name."""

RULES: Mapping[tuple[str, str], frozenset[Role]] = MappingProxyType(
    {
        ("POST", "/v1/code"): _ALL,
        ("POST", "/v1/verbatims"): _SENDING,
        ("GET", "/v1/verbatims"): _ALL,
        ("GET", "/v1/verbatims/{id}"): _ALL,
        ("GET", "/v1/verbatims/{id}/codings"): _ALL,
        ("PUT", "/v1/verbatims/{id}/codings"): _ANALYSING,
        ("POST", "/v1/verbatims/{id}/accept"): _ANALYSING,
        ("POST", "/v1/verbatims/{id}/undo"): _ANALYSING,
        ("GET", "/v1/verbatims/{id}/twins"): _READING,
        ("POST", "/v1/verbatims/{id}/twins"): _ANALYSING,
        ("PUT", "/v1/verbatims/{id}/blind"): _ANALYSING,
        ("POST", "/v1/review/bulk"): _ANALYSING,
        ("GET", "/v1/review/queue"): _ANALYSING,
        ("POST", "/v1/review/queue/stay"): _ANALYSING,
        ("POST", "/v1/review/queue/put-back"): _ANALYSING,
        ("POST", "/v1/review/assignments"): _ANALYSING,
        ("POST", "/v1/review/second"): _ANALYSING,
        ("GET", "/v1/review/blind"): _ANALYSING,
        ("GET", "/v1/review/disagreements"): _ANALYSING,
        ("POST", "/v1/review/disagreements/{id}"): _ANALYSING,
        ("GET", "/v1/review/twins"): _ANALYSING,
        ("POST", "/v1/transcripts"): _SENDING,
        ("POST", "/v1/imports"): _SENDING,
        ("GET", "/v1/codebook"): _ALL,
        ("PUT", "/v1/codebook"): _ADMIN,
        ("GET", "/v1/codebook/draft"): _ALL,
        ("PUT", "/v1/codebook/draft"): _ANALYSING,
        ("DELETE", "/v1/codebook/draft"): _ANALYSING,
        ("POST", "/v1/codebook/draft/operations"): _ANALYSING,
        ("GET", "/v1/codebook/draft/effect"): _ANALYSING,
        ("POST", "/v1/codebook/draft/publish"): _ANALYSING,
        ("GET", "/v1/codebook/versions"): _ALL,
        ("GET", "/v1/codebook/crosswalk"): _ALL,
        ("GET", "/v1/codebook/counts"): _ANALYSING,
        ("GET", "/v1/models"): _ALL,
        ("GET", "/v1/models/history"): _READING,
        ("GET", "/v1/models/curve"): _READING,
        ("POST", "/v1/models/retrain"): _ANALYSING,
        ("POST", "/v1/models/rollback"): _ANALYSING,
        ("GET", "/v1/models/{version}"): _READING,
        ("GET", "/v1/models/{version}/compare"): _READING,
        ("POST", "/v1/models/{version}/promote"): _ANALYSING,
        ("GET", "/v1/agreement"): _READING,
        ("GET", "/v1/served"): _READING,
        ("GET", "/v1/priorities"): _READING,
        ("GET", "/v1/ratings"): _READING,
        ("GET", "/v1/red-flags"): _READING,
        ("GET", "/v1/accounts/{id}/rating"): _READING,
        ("GET", "/v1/teams"): _READING,
        ("GET", "/v1/themes"): _READING,
        ("POST", "/v1/themes"): _ANALYSING,
        ("GET", "/v1/themes/{id}"): _READING,
        ("POST", "/v1/themes/{id}"): _ANALYSING,
        ("GET", "/v1/labels"): _ANALYSING,
        ("POST", "/v1/labels"): _ANALYSING,
        ("GET", "/v1/jobs"): _ALL,
        ("GET", "/v1/jobs/{id}"): _ALL,
        ("DELETE", "/v1/jobs/{id}"): _ALL,
        ("GET", "/v1/jobs/{id}/errors"): _ALL,
        ("POST", "/v1/recodings"): _ANALYSING,
        ("GET", "/v1/exports"): _READING,
        ("POST", "/v1/exports"): _READING,
        ("GET", "/v1/exports/{id}"): _READING,
        ("GET", "/v1/contacts"): _ANALYSING,
        ("PUT", "/v1/contacts"): _ANALYSING,
        ("GET", "/v1/accounts"): _READING,
        ("PUT", "/v1/accounts"): _ANALYSING,
        ("GET", "/v1/invitations"): _ANALYSING,
        ("PUT", "/v1/invitations"): _ANALYSING,
        ("GET", "/v1/coverage"): _READING,
        ("GET", "/v1/trends"): _READING,
        ("GET", "/v1/drivers"): _READING,
        ("GET", "/v1/sources"): _ADMIN,
        ("GET", "/v1/sources/{name}"): _ADMIN,
        ("PUT", "/v1/sources/{name}"): _ADMIN,
        ("GET", "/v1/keys"): _ADMIN,
        ("POST", "/v1/keys"): _ADMIN,
        ("DELETE", "/v1/keys/{id}"): _ADMIN,
        ("GET", "/v1/audit"): _ADMIN,
        ("GET", "/v1/erasures"): _ADMIN,
        ("POST", "/v1/erasures"): _ADMIN,
        ("GET", "/v1/webhooks"): _ADMIN,
        ("POST", "/v1/webhooks"): _ADMIN,
        ("DELETE", "/v1/webhooks/{id}"): _ADMIN,
        ("GET", "/v1/webhooks/{id}/deliveries"): _ADMIN,
        ("POST", "/v1/webhooks/{id}/deliveries/{delivery}/replay"): _ADMIN,
        ("GET", "/v1/reports"): _READING,
        ("GET", "/v1/schedules"): _ANALYSING,
        ("POST", "/v1/schedules"): _ADMIN,
        ("DELETE", "/v1/schedules/{id}"): _ADMIN,
        ("GET", "/v1/schedules/{id}/sendings"): _ANALYSING,
        ("POST", "/v1/schedules/{id}/sendings"): _ADMIN,
        ("POST", "/v1/schedules/{id}/mails/{mail}/replay"): _ADMIN,
        ("GET", "/v1/schedules/{id}/reports/{period}"): _READING,
        ("GET", "/v1/me"): _ALL,
        ("GET", "/metrics"): _ADMIN,
    }
)
"""A method and the template of a path, and the roles that may."""


def may(role: Role, method: str, path: str) -> bool:
    """Whether a role may use a method of a path, given as its template; never where the table says nothing."""
    return role in RULES.get((method, path), frozenset())


@dataclass(frozen=True, slots=True)
class Sight:
    """Whether the words of a verbatim are seen, the name of the contact, and what speakers are called."""

    words: bool
    name: bool
    speakers: bool


def sight(permission: str | None, role: Role) -> Sight:
    """What this role sees of a verbatim whose contact has this permission; None where nobody is named."""
    if role in SEES_ALL:
        return Sight(words=True, name=True, speakers=True)
    if role == "submitter":
        return Sight(words=True, name=False, speakers=True)
    named = permission == "named"
    return Sight(words=permission != "aggregate", name=named, speakers=named or permission is None)
