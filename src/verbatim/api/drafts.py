"""The life of the code frame: the draft of the next version, its effect, publishing it, versions and crosswalks."""

from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from verbatim.actions.codebooks import Editor
from verbatim.actions.drafts import Drafted, edit_draft, extend_draft, publish_draft, seen_draft
from verbatim.actions.frame_effect import counts, crossed, effect, versions
from verbatim.api.answers import answered, takes
from verbatim.api.call import Asked, asked, call_of
from verbatim.api.frame_shapes import (
    GivenOperations,
    GivenPublication,
    ShownCounts,
    ShownCrosswalk,
    ShownDraft,
    ShownEffect,
    ShownFrameVersion,
    ShownPublished,
    shown_crosswalk,
    shown_draft,
    shown_effect,
    shown_version,
)
from verbatim.api.given import Name, read
from verbatim.api.problems import MEDIA_TYPE, problem_of
from verbatim.api.receipts import job_href
from verbatim.api.shown import Page, ShownJobRef
from verbatim.errors import StaleError

router = APIRouter(tags=["frames"])

Revision = Annotated[int, Query(ge=0, le=2**31 - 1, description="The revision of the draft that was looked at.")]


@router.get(
    "/v1/codebook/draft",
    operation_id="show_draft",
    summary="The draft of the next version",
    response_model=ShownDraft,
)
def show_draft(request: Request) -> Response:
    """Revision 0, or no operations, where nobody has begun one: then it is the version in use."""
    return answered(shown_draft(seen_draft(_editor(asked(request)))))


@router.put(
    "/v1/codebook/draft",
    operation_id="put_draft",
    summary="Put other operations in place of the draft's",
    response_model=ShownDraft,
    openapi_extra=takes(GivenOperations),
)
def put_draft(request: Request) -> Response:
    """On the version in use now; 409 with the draft as `current` where it is of another revision by now."""
    ask = asked(request)
    given = read(GivenOperations, ask.body.json())
    operations = [one.operation() for one in given.operations]
    return _draft(request, ask, lambda editor: edit_draft(editor, operations, given.revision))


@router.delete("/v1/codebook/draft", operation_id="drop_draft", summary="Drop the draft", response_model=ShownDraft)
def drop_draft(request: Request, revision: Revision) -> Response:
    """Its operations are gone; the revision counts on. 409 as for changing it."""
    return _draft(request, asked(request), lambda editor: edit_draft(editor, (), revision))


@router.post(
    "/v1/codebook/draft/operations",
    operation_id="add_operations",
    summary="Add operations to the draft",
    response_model=ShownDraft,
    openapi_extra=takes(GivenOperations),
)
def add_operations(request: Request) -> Response:
    """Each is checked against what those before it come to; none is added where one cannot be done.

    add: `words` in every language, `from_theme` with examples that become its first corrections. rename: `names`.
    redefine: `words`, what is given replaces what was there. move: `to` a category, where the code gets a new id.
    merge: `to` another code. split: `into` two codes or more. retire. An id that a code ever had is given to no other.
    """
    ask = asked(request)
    given = read(GivenOperations, ask.body.json())
    operations = [one.operation() for one in given.operations]
    return _draft(request, ask, lambda editor: extend_draft(editor, operations, given.revision))


@router.get(
    "/v1/codebook/draft/effect",
    operation_id="show_effect",
    summary="What publishing the draft would change",
    response_model=ShownEffect,
)
def show_effect(request: Request) -> Response:
    """How many verbatims each operation touches, by whoever coded them in effect, and how many a person must decide."""
    return answered(shown_effect(effect(_editor(asked(request)))))


@router.post(
    "/v1/codebook/draft/publish",
    operation_id="publish_draft",
    summary="Publish the draft as the next version",
    response_model=ShownPublished,
    openapi_extra=takes(GivenPublication),
)
def publish(request: Request) -> Response:
    """In use at once, with its crosswalk; a job brings all history under it. What persons coded is mapped, and stays
    above what models say; what a split leaves open keeps its old id and goes to the review queue. 409 where the draft
    is of another revision, or starts from a version that is no longer in use.
    """
    ask = asked(request)
    given = read(GivenPublication, ask.body.json())
    try:
        done = publish_draft(_editor(ask), given.revision, given.reason)
    except StaleError as error:
        return _stale(request, ask, error)
    ask.wake()
    frame, job = done.codebook, done.job
    shown = ShownJobRef(id=job, href=job_href(job)) if job is not None else None
    return answered(ShownPublished(label=frame.label, version=frame.version, job=shown))


@router.get(
    "/v1/codebook/versions",
    operation_id="list_versions",
    summary="The versions of the code frame",
    response_model=Page[ShownFrameVersion],
)
def list_versions(request: Request) -> Response:
    """From the first to the latest, each with the codes that it changed; one of them is `current`."""
    return answered(Page[ShownFrameVersion](items=[shown_version(one) for one in versions(_editor(asked(request)))]))


@router.get(
    "/v1/codebook/crosswalk",
    operation_id="show_crosswalk",
    summary="What became of each code from one version to another",
    response_model=ShownCrosswalk,
)
def show_crosswalk(
    request: Request,
    from_: Annotated[Name | None, Query(alias="from", description="The first version if left out.")] = None,
    to: Annotated[Name | None, Query(description="The version in use if left out.", examples=["b2b@2"])] = None,
    code: Annotated[Name | None, Query(description="Only this code, and what became of it.")] = None,
) -> Response:
    """`breaks` are where a series of counts is not one: a code was split, retired or added."""
    return answered(shown_crosswalk(crossed(_editor(asked(request)), from_, to, code)))


@router.get(
    "/v1/codebook/counts",
    operation_id="count_codes",
    summary="How many verbatims each code has",
    response_model=ShownCounts,
)
def count_codes(request: Request) -> Response:
    """By the codings in effect, of the version in use and of former ones that are not yet brought under it."""
    found = counts(_editor(asked(request)))
    return answered(ShownCounts(label=found.label, counts=found.codes, categories=found.categories))


def _editor(ask: Asked) -> Editor:
    return Editor(ask.desk.engine, ask.organisation, ask.actor, ask.desk.codebook)


def _draft(request: Request, ask: Asked, change: Callable[[Editor], Drafted]) -> Response:
    """The draft once it is changed, or the problem that another one is there, with that one."""
    try:
        return answered(shown_draft(change(_editor(ask))))
    except StaleError as error:
        return _stale(request, ask, error)


def _stale(request: Request, ask: Asked, error: StaleError) -> Response:
    told = problem_of(error).body(call_of(request.scope).id)
    current = shown_draft(seen_draft(_editor(ask))).model_dump(mode="json")
    return JSONResponse({**told, "current": current}, 409, media_type=MEDIA_TYPE)
