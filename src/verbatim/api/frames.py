"""Code frames."""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from verbatim import taxonomy
from verbatim.actions.codebooks import codebook
from verbatim.actions.codebooks import put_codebook as keep_codebook
from verbatim.api.answers import answered, takes_bytes
from verbatim.api.books import ShownCodebook
from verbatim.api.call import Asked, asked
from verbatim.api.problems import ProblemError
from verbatim.taxonomy import Codebook

router = APIRouter(tags=["frames"])

YAML = ("application/yaml", "text/yaml", "application/x-yaml")
_FRAME = {"schema": {"type": "string", "minLength": 1, "description": "The frame as YAML."}}


@router.get(
    "/v1/codebook",
    operation_id="show_codebook",
    summary="The code frame in use",
    response_model=ShownCodebook,
    responses={200: {"content": {"application/yaml": {"schema": {"type": "string"}}}}},
)
def show_codebook(request: Request) -> Response:
    """JSON, or the YAML that can be put again, where `Accept` asks for application/yaml."""
    ask = asked(request)
    return _answer(ask, codebook(ask.desk, ask.organisation))


@router.put(
    "/v1/codebook",
    operation_id="put_codebook",
    summary="Put another version of the code frame",
    response_model=ShownCodebook,
    openapi_extra=takes_bytes(dict.fromkeys((*YAML, "application/json"), _FRAME)),
)
def put_codebook(request: Request) -> Response:
    """In use at once. The version must be a new one. An id that is missing is retired, one that is new is added, and a
    job brings all history under the frame where any id changed; to rename, merge or split a code, use the draft.
    """
    ask = asked(request)
    try:
        text = ask.body.bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        found = f"byte 0x{error.object[error.start]:02x} at {error.start}"
        raise ProblemError(400, f"the body cannot be read: {found}; expected UTF-8") from None
    frame = keep_codebook(ask.desk, ask.organisation, text, ask.actor)
    ask.wake()
    return _answer(ask, frame)


def _answer(ask: Asked, frame: Codebook) -> Response:
    if any(kind in ask.headers.get("accept", "") for kind in YAML):
        return Response(taxonomy.written(frame), media_type="application/yaml")
    shown = ShownCodebook(
        name=frame.name,
        version=frame.version,
        fingerprint=frame.fingerprint,
        languages=list(frame.languages),
        codes=[taxonomy.plain(one, frame.languages) for one in frame.codes],
    )
    return answered(shown)
