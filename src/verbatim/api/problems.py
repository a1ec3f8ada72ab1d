"""Problems: every error that a client meets, as RFC 9457 has it, in `application/problem+json`.

    status 4xx   what was asked cannot be done; `detail` says in one line what was wrong and what was expected
    status 5xx   our side; `request_id` finds the line in the log, which holds no words either

`errors` names each field, its value and what was expected. A value is shown where it is a number, or one plain token in
a field that holds no words, such as a date; of any other there is the length only. Words can come in any field: whoever
sends a table whose columns are shifted has them in the score.
"""

import errno
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError
from sqlalchemy.exc import DBAPIError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from verbatim.actions.reasons import without_sentences
from verbatim.errors import (
    ColumnError,
    ConflictError,
    FieldError,
    FileError,
    InputError,
    InternalError,
    NotFoundError,
    TranscriptError,
    UnavailableError,
    VerbatimError,
)

MEDIA_TYPE = "application/problem+json"
LONGEST_DETAIL = 500
LONGEST_VALUE = 80
LONGEST_FOUND = 200
SOON = "1"
"""Seconds after which to ask again when the store does not answer."""

# The status of each error of the family; the nearest parent in the table decides.
STATUSES: Mapping[type[VerbatimError], int] = {
    NotFoundError: 404,
    ConflictError: 409,
    UnavailableError: 503,
    InputError: 422,
    InternalError: 500,
}

# What each status is called in `type`, and its title.
KINDS: Mapping[int, tuple[str, str]] = {
    400: ("malformed", "The request cannot be read"),
    401: ("no-key", "A key is needed"),
    403: ("not-allowed", "This key may not do that"),
    404: ("not-found", "There is nothing here"),
    405: ("wrong-method", "This path has other methods"),
    408: ("too-slow", "The request did not arrive in time"),
    409: ("conflict", "Another request stands in the way"),
    413: ("too-large", "The request is too large"),
    415: ("wrong-type", "The body is of another type"),
    422: ("not-usable", "The request was read, and cannot be used"),
    429: ("too-many", "Too many requests"),
    500: ("our-mistake", "A mistake of ours"),
    503: ("not-now", "Not at this moment"),
    507: ("disk-full", "There is no room left"),
}

# Fields whose values are no words: short ones are shown, if they look like it.
# fmt: off
SHOWN = frozenset({
    "accept", "action", "assignee", "based_on", "channel", "code", "coder", "coding", "content-length",
    "content-type", "cursor", "date", "dry_run", "end", "event", "events", "every", "external_id", "format", "gold",
    "id", "influence", "kind", "language", "limit", "model", "period", "permission", "polarity", "redaction",
    "review", "role", "score", "second", "seed", "share", "sheet", "side", "since", "size", "source", "stance",
    "start", "state", "status", "time", "to", "turn", "until", "url", "verbatim",
})
MEASURES = frozenset({
    "based_on", "coding", "content-length", "date", "end", "gold", "id", "limit", "score", "second", "seed", "share",
    "since", "size", "start", "time", "turn", "until", "verbatim",
})
# fmt: on
"""Those that hold numbers and dates."""

_TOKEN = re.compile(r"[!-?A-~]*")
"""ASCII without a blank and without @."""

_MEASURE = re.compile(r"[0-9:.,/+\- TZ]*")

_PLAIN_NAME = re.compile(r"[\w.\-]{1,60}")
_LEAD = re.compile(r"^(?:Value error, )?(?:Input|String|List|Tuple|Dictionary|Value|URL) should (?:be |have )?")
_TAIL = re.compile(r"(?:, (?:not \d+|unable to parse .*|got .*))$")
_FIXED = {
    "missing": "a value: it is missing",
    "extra_forbidden": "no such field",
    "json_invalid": "JSON",
    "float_type": "a number",
    "int_type": "a whole number",
    "string_type": "a text",
    "bool_type": "true or false",
    "model_type": "an object",
    "model_attributes_type": "an object",
}
_AROUND = ("body", "query", "path", "header")
_DISK_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


@dataclass(frozen=True, slots=True)
class Fault:
    """What was wrong with one field."""

    field: str
    value: object
    expected: str


@dataclass(frozen=True, slots=True)
class Problem:
    """A status, one line of detail, the fields that were wrong, headers of the answer, and members beside these."""

    status: int
    detail: str
    errors: tuple[Fault, ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)
    more: Mapping[str, object] = field(default_factory=dict)

    def body(self, request_id: str) -> dict[str, object]:
        """The members of the problem, as JSON has them."""
        slug, title = KINDS[self.status]
        told: dict[str, object] = {
            "type": f"urn:problem-type:verbatim:{slug}",
            "title": title,
            "status": self.status,
            "detail": self.detail[:LONGEST_DETAIL],
            "request_id": request_id,
        }
        faults = [{"field": one.field, "value": one.value, "expected": one.expected} for one in self.errors]
        return {**told, **({"errors": faults} if faults else {}), **self.more}


class ProblemError(InputError):
    """A request that the door itself refuses, with the problem to answer."""

    def __init__(
        self,
        status: int,
        detail: str,
        *errors: Fault,
        headers: Mapping[str, str] | None = None,
        more: Mapping[str, object] | None = None,
    ) -> None:
        super().__init__(detail)
        self.problem = Problem(status, detail, errors, headers or {}, more or {})


def respond(problem: Problem, request_id: str) -> Response:
    """The answer that tells a problem."""
    content = json.dumps(problem.body(request_id), ensure_ascii=True).encode()
    return Response(content, problem.status, dict(problem.headers), MEDIA_TYPE)


def problem_of(error: Exception) -> Problem:
    """What an exception is told as; 500 without a word of it for one that nobody foresaw."""
    if isinstance(error, ProblemError):
        return error.problem
    if isinstance(error, VerbatimError):
        return _of_family(error)
    if isinstance(error, RequestValidationError | ValidationError):
        return invalid(faults(error.errors()))
    if isinstance(error, HTTPException):
        return Problem(error.status_code, KINDS[error.status_code][1], headers=error.headers or {})
    full = isinstance(error, OSError) and error.errno in _DISK_FULL
    return Problem(507, "the disk is full: nothing was stored; expected room for the request") if full else _UNFORESEEN


def invalid(found: Sequence[Fault]) -> Problem:
    """The problem of fields that cannot be used: 422 with each of them, 400 where there is no JSON at all."""
    if any(one.expected.startswith("JSON") for one in found):
        return Problem(400, "the body cannot be read; expected JSON in UTF-8", tuple(found))
    first = found[0]
    return Problem(422, f"{first.field}: expected {first.expected}", tuple(found))


def faults(errors: Iterable[Any], within: str = "") -> tuple[Fault, ...]:
    """What pydantic found wrong; `within` is where the object stands, such as "items.3"."""
    return tuple(_fault(one, within) for one in errors)


def told(field: str, value: object) -> object:
    """A value as an error may show it: itself where it is no words, else what kind of thing it is and how long."""
    match value:
        case None | bool():
            return value
        case int() | float():
            return value if field in SHOWN else "a number"
        case str() if field in SHOWN and len(value) <= LONGEST_VALUE and _looks_like(field).fullmatch(value):
            return value
        case str():
            return f"a text of {len(value)} characters"
        case list() | tuple():
            return f"a list of {len(value)}"
        case _:
            return "an object" if isinstance(value, Mapping) else type(value).__name__


def _looks_like(field: str) -> re.Pattern[str]:
    return _MEASURE if field in MEASURES else _TOKEN


def place(parts: Iterable[object], within: str = "") -> str:
    """Where a field stands, as in items.3.score; a name that may hold words is told by its length."""
    found = [*parts]
    names = [str(part) for part in (found[1:] if found[:1] and found[0] in _AROUND else found)]
    plain = [name if _PLAIN_NAME.fullmatch(name) else f"(a name of {len(name)} characters)" for name in names]
    return ".".join(filter(None, (within, *plain))) or "body"


def _of_family(error: VerbatimError) -> Problem:
    status = next(STATUSES[kind] for kind in type(error).__mro__ if kind in STATUSES)
    if status == 503:
        return Problem(status, "the store does not answer; expected to be asked again", headers={"Retry-After": SOON})
    # What an engine says of its own trouble is for the operator.
    of_engine = isinstance(error.__cause__, DBAPIError)
    if status == 500 or of_engine:
        return _UNFORESEEN
    if isinstance(error, FieldError) and error.field:
        fault = Fault(error.field, error.value, error.expected)
        return Problem(status, str(error), (fault,))
    is_of_file = isinstance(error, FileError | ColumnError | TranscriptError)
    return _of_file(status, as_asked(without_sentences(str(error)))) if is_of_file else Problem(status, str(error))


def as_asked(detail: str) -> str:
    """What is said of a file, with the parameters of the route in place of a command's options: --date-order, …"""
    return _OPTION.sub(lambda found: f"the parameter {found[1].replace('-', '_')}", detail)


def _of_file(status: int, detail: str) -> Problem:
    """The problem of a file, which is the body: what was expected stands last in what readers say."""
    found, _, expected = detail.partition("; expected ")
    return Problem(status, detail, (Fault("body", found[:LONGEST_FOUND], expected or "a file that can be read"),))


_OPTION = re.compile(r"--([a-z]+(?:-[a-z]+)*)")
_UNFORESEEN = Problem(500, "unforeseen; the log has a line with this request_id")


def _fault(error: Mapping[str, Any], within: str) -> Fault:
    where = [*error["loc"]]
    name = str(next((part for part in reversed(where) if isinstance(part, str)), "body"))
    kind = error["type"]
    expected = _FIXED.get(kind) or _TAIL.sub("", _LEAD.sub("", error["msg"].removeprefix("Value error, ")))
    value = None if kind == "missing" else told(name, error.get("input"))
    return Fault(place(where, within), value, expected)
