"""What handlers answer with, and what routes say of themselves beside their types."""

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel
from starlette.responses import Response

from verbatim.api.once import HEADER

IDEMPOTENT = {
    "name": HEADER,
    "in": "header",
    "required": False,
    "description": "A name of the client's own for this request: sent again within 24 hours, it has its effect once.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 255},
}
ANY_FILE = {"schema": {"type": "string", "format": "binary", "minLength": 1}}

Extra = dict[str, Any]


def answered(shape: BaseModel, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """A shape as the answer."""
    return Response(shape.model_dump_json(), status, dict(headers or {}), "application/json")


def nothing() -> Response:
    """The answer that it is done, and there is nothing to tell."""
    return Response(status_code=204)


def takes(*shapes: type[BaseModel], once: bool = False) -> Extra:
    """What a route says that takes JSON in one of these shapes; `once`: it knows the idempotency key."""
    refs = [{"$ref": f"#/components/schemas/{shape.__name__}"} for shape in shapes]
    schema = refs[0] if len(refs) == 1 else {"anyOf": refs}
    return {**takes_bytes({"application/json": {"schema": schema}}), **(keyed() if once else {})}


def takes_bytes(content: Mapping[str, object], *, once: bool = False) -> Extra:
    """What a route says that takes bytes of these types."""
    body = {"requestBody": {"required": True, "content": dict(content)}}
    return {**body, **(keyed() if once else {})}


def keyed() -> Extra:
    """What a route says that knows the idempotency key."""
    return {"parameters": [IDEMPOTENT]}
