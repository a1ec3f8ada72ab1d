"""The OpenAPI document: what FastAPI knows of the routes, with keys, bodies and every problem that may be answered."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from fastapi.openapi.utils import get_openapi
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema
from starlette.routing import BaseRoute

from verbatim import __version__
from verbatim.access import PUBLIC, RULES
from verbatim.api import frame_shapes, given, report_shapes, roster_shapes, shown_models, shown_themes, verdicts
from verbatim.api.problems import KINDS, MEDIA_TYPE
from verbatim.store.sessions import COOKIE, CSRF_HEADER

TITLE = "verbatim"
DESCRIPTION = """What customers said goes in, what it is about comes out.

A request carries a key: `Authorization: Bearer vk_…`; a browser that is signed in sends its cookie instead. The
role says what it may do; rows of other organisations, and rows that the role may not see, are answered as if they were
not there. Every error is a problem of RFC 9457, `application/problem+json`, whose `errors` name field, value and what
was expected; customers' words are never shown.
Lists are `{"items": […], "next": …}`: hand `next` in as `cursor` to go on. Dates carry their zone, as ISO 8601 has it.
No text holds U+0000 or half of a surrogate pair, no name or id is all blank, and nothing is dated before 1901 or in the
future.
"""
TAGS = {
    "feedback": "What customers said, and what was judged about it.",
    "review": "Corrections by persons, and what they are to look at.",
    "files": "Transcripts, survey exports, and files of coded data.",
    "jobs": "Work that goes on after the answer.",
    "frames": "Code frames.",
    "models": "Which model codes, how good it is, and how it learns.",
    "agreement": "How far coders agree, and which labels are likely wrong.",
    "reports": "Reports of a month, a quarter or a year, and schedules by which they go out.",
    "office": "What the central office asks: trends, whom it serves how, what comes first, accounts, teams.",
    "themes": "What emerges that no code stands for.",
    "people": "Contacts, and their erasure.",
    "keys": "Keys, sources, and who did what.",
    "webhooks": "Who is told of what.",
    "service": "How the service is.",
}
GIVEN: tuple[type[BaseModel], ...] = (
    given.GivenTexts,
    given.GivenBatch,
    given.GivenAlone,
    given.GivenTalk,
    given.GivenContacts,
    given.GivenSource,
    given.GivenKey,
    given.GivenErasure,
    given.GivenWebhook,
    given.GivenExport,
    report_shapes.GivenSchedule,
    report_shapes.GivenSending,
    frame_shapes.GivenOperations,
    frame_shapes.GivenPublication,
    roster_shapes.GivenAccounts,
    roster_shapes.GivenInvitations,
    shown_models.GivenRetrain,
    shown_models.GivenReason,
    shown_themes.GivenThemes,
    shown_themes.GivenThemeAct,
    verdicts.GivenCorrection,
    verdicts.GivenAccepted,
    verdicts.GivenUndo,
    verdicts.GivenTwins,
    verdicts.GivenBulk,
    verdicts.GivenBack,
    verdicts.GivenAssignment,
    verdicts.GivenSecond,
    verdicts.GivenJudgement,
)
"""The shapes that bodies have; handlers read them themselves, off the loop."""

SECURITY = {
    "key": {"type": "http", "scheme": "bearer", "description": "A key: vk_…"},
    "session": {
        "type": "apiKey",
        "in": "cookie",
        "name": COOKIE,
        "description": f"Set by signing in at the page; what changes something needs the header {CSRF_HEADER} too.",
    },
}
"""What a request may show in its place: either will do."""

_SCHEMAS = "#/components/schemas/"
_PROBLEM = {
    "title": "Problem",
    "type": "object",
    "description": "An error as RFC 9457 has it.",
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "One line: what was wrong, and what was expected."},
        "request_id": {"type": "string", "description": "What the log calls this request."},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {"field": {"type": "string"}, "value": {}, "expected": {"type": "string"}},
                "required": ["field", "value", "expected"],
            },
        },
    },
    "required": ["type", "title", "status", "detail", "request_id"],
}

Document = dict[str, Any]


def build(routes: Sequence[BaseRoute]) -> Document:
    """The document of these routes."""
    tags = [{"name": name, "description": text} for name, text in TAGS.items()]
    document = get_openapi(
        title=TITLE, version=__version__, description=DESCRIPTION, routes=routes, tags=tags, openapi_version="3.1.0"
    )
    components = document.setdefault("components", {})
    _, definitions = models_json_schema([(one, "validation") for one in GIVEN], ref_template=_SCHEMAS + "{model}")
    schemas = {**components.get("schemas", {}), **definitions["$defs"], "Problem": _PROBLEM}
    schemas = {name: one for name, one in schemas.items() if name not in ("HTTPValidationError", "ValidationError")}
    components["schemas"] = dict(sorted(schemas.items()))
    components["securitySchemes"] = SECURITY
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            _complete(operation, method.upper(), path)
    return document


def statuses(method: str, path: str, operation: Mapping[str, Any]) -> list[int]:
    """The statuses of the problems that an operation may answer with."""
    body = operation.get("requestBody")
    parameters = operation.get("parameters", [])
    keyed = any(one["in"] == "header" for one in parameters)
    found = {500, 503} if path != "/healthz" else {500}
    found |= set() if path in PUBLIC else {401, 403, 429}
    found |= {422}  # a parameter that there is not
    found |= {400, 408, 413, 415, 507} if body else set()
    found |= {400} if any(one["in"] == "query" for one in parameters) else set()  # longer than a request may be
    found |= {409} if keyed or path.endswith(("/replay", "/exports/{id}")) else set()
    found |= {409} if method != "GET" and path.startswith("/v1/codebook") else set()
    found |= {409} if method == "POST" and path.startswith("/v1/themes") else set()
    found |= {404} if "{" in path or (method == "POST" and path == "/v1/erasures") else set()
    found |= {404} if path in ("/v1/codebook/crosswalk", "/v1/reports", "/v1/trends") else set()
    found |= {404} if (method, path) == ("POST", "/v1/schedules") else set()
    return sorted(found)


def _complete(operation: Document, method: str, path: str) -> None:
    for one in operation.get("parameters", ()):
        one["schema"] = _without_null(one["schema"])
    responses = operation["responses"]
    responses.pop("422", None)
    for status in statuses(method, path, operation):
        told = responses.get(str(status), {}).get("content", {}).get("application/json", {}).get("schema")
        responses[str(status)] = _problem_response(status, told)
    operation["responses"] = dict(sorted(responses.items()))
    if path in PUBLIC:
        operation["security"] = []
        return
    operation["security"] = [{name: []} for name in SECURITY]
    roles = ", ".join(sorted(RULES[method, path]))
    operation["description"] = f"{operation.get('description', '').strip()}\n\nRoles: {roles}.".strip()


def _without_null(schema: Document) -> Document:
    """The schema of a parameter, which is left out rather than null."""
    kinds = [one for one in schema.get("anyOf", ()) if one != {"type": "null"}]
    rest = {name: value for name, value in schema.items() if name != "anyOf"}
    return {**rest, **(kinds[0] if len(kinds) == 1 else {"anyOf": kinds})} if kinds else schema


def _problem_response(status: int, schema: Document | None = None) -> Document:
    """The answer of a problem; `schema` where it has members of its own."""
    slug, title = KINDS[status]
    example = {
        "type": f"urn:problem-type:verbatim:{slug}",
        "title": title,
        "status": status,
        "detail": title,
        "request_id": "5f0c7a1be2d94c10",
    }
    content = {MEDIA_TYPE: {"schema": schema or {"$ref": f"{_SCHEMAS}Problem"}, "example": example}}
    response: Document = {"description": title, "content": content}
    if status in (429, 503):
        response["headers"] = {"Retry-After": {"schema": {"type": "integer"}, "description": "Seconds."}}
    return response


def pattern_of(template: str) -> re.Pattern[str]:
    """What matches the paths of a template such as /v1/verbatims/{id}."""
    parts = re.split(r"\{\w+\}", template)
    return re.compile("[^/]+".join(map(re.escape, parts)) + r"\Z")
