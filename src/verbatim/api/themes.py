"""Themes: what emerges that no code stands for, how it fares, and what is done with it."""

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from verbatim.access import sight
from verbatim.actions import theme_acts
from verbatim.actions.codebooks import Editor, codebook
from verbatim.actions.theme_acts import Promotion
from verbatim.actions.theme_segments import Scope
from verbatim.actions.theme_shelf import Reader, excerpts, seen_theme, shelf
from verbatim.actions.theming import ThemeOrder, request_themes
from verbatim.api.answers import answered, takes
from verbatim.api.call import Asked, asked
from verbatim.api.feedback import Number
from verbatim.api.given import Name, read
from verbatim.api.once import once
from verbatim.api.shown import ShownStart
from verbatim.api.shown_themes import (
    GivenThemeAct,
    GivenThemes,
    ShownOneTheme,
    ShownThemeChanged,
    ShownThemes,
    shown_theme,
    shown_themes,
)
from verbatim.api.work import started
from verbatim.store.access_keys import Holder, scope
from verbatim.store.keys import Answer
from verbatim.store.themes import RESIDUAL, StoredTheme

router = APIRouter(tags=["themes"])

Wanted = Annotated[
    Name, Query(alias="scope", description="residual, or the code that themes were looked for in.", examples=[RESIDUAL])
]


@router.get(
    "/v1/themes", operation_id="list_themes", summary="What emerges that no code stands for", response_model=ShownThemes
)
def list_themes(request: Request, wanted: Wanted = RESIDUAL) -> Response:
    """The themes of the latest run and those of former ones, with sizes, series by month, states.

    A theme keeps its number from run to run: `match` says how surely it is the same. A manager sees those that its own
    accounts spoke of, by what they said.
    """
    ask = asked(request)
    return answered(shown_themes(shelf(ask.desk, reader_of(ask.holder), wanted)))


@router.post(
    "/v1/themes",
    operation_id="find_themes",
    summary="Look for themes",
    status_code=202,
    response_model=ShownStart,
    openapi_extra=takes(GivenThemes, once=True),
)
def find_themes(request: Request) -> Response:
    """A job, one at a time: 409 names the one that waits or runs. Its `result` counts segments and themes.

    The residual is what nobody has coded, what is for review, and the clauses that no code stands on, or only the one
    for whatever else there is. What belongs to no theme is left without one.
    """
    ask = asked(request)
    given = read(GivenThemes, ask.body.json())
    order = ThemeOrder(ask.organisation, ask.actor, Scope(given.code or RESIDUAL, given.since, given.until))
    return once(ask, lambda: started(ask, request_themes(ask.desk, order)))


@router.get(
    "/v1/themes/{id}",
    operation_id="show_theme",
    summary="A theme with excerpts",
    response_model=ShownOneTheme,
)
def show_theme(request: Request, id: Number) -> Response:
    """Its words, series by month, and excerpts that stand for it, word for word."""
    ask = asked(request)
    reader = reader_of(ask.holder)
    found, _ = seen_theme(ask.desk, reader, id)
    return answered(shown_theme(found, excerpts(ask.desk, reader, id)))


@router.post(
    "/v1/themes/{id}",
    operation_id="change_theme",
    summary="Name, merge, dismiss, restore or promote a theme",
    response_model=ShownThemeChanged,
    openapi_extra=takes(GivenThemeAct, once=True),
)
def change_theme(request: Request, id: Number) -> Response:
    """What the theme is then; of a merger the one that took the other in. Later runs keep to what was done.

    A promotion adds a code to the draft of the code frame, with excerpts as the examples that it is learnt from; 409
    where the draft is of another revision by now. Nothing is coded by it until somebody publishes the draft.
    """
    ask = asked(request)
    given = read(GivenThemeAct, ask.body.json())
    return once(ask, lambda: Answer(200, _done(ask, id, given).model_dump(mode="json")))


def reader_of(holder: Holder) -> Reader:
    """What the holder may see of themes."""
    return Reader(holder.organisation, scope(holder).accounts, sight("aggregate", holder.role).words)


def _done(ask: Asked, id: int, given: GivenThemeAct) -> ShownThemeChanged:
    """What became of the theme, without a word of it: answers are kept for whoever sends the same again."""
    editor = Editor(ask.desk.engine, ask.organisation, ask.actor, ask.desk.codebook)
    if given.act == "promote":
        order = Promotion(given.code or "", given.revision or 0, given.blocks())
        central = excerpts(ask.desk, reader_of(ask.holder), id)
        theme, drafted = theme_acts.promote_theme(editor, id, order, codebook(ask.desk, ask.organisation), central)
        return _changed(theme, drafted.draft.revision)
    if given.act == "merge":
        return _changed(theme_acts.merge_theme(editor, id, given.into or 0))
    if given.act == "name":
        return _changed(theme_acts.name_theme(editor, id, given.name))
    if given.act == "dismiss":
        return _changed(theme_acts.dismiss_theme(editor, id))
    return _changed(theme_acts.restore_theme(editor, id))


def _changed(theme: StoredTheme, revision: int | None = None) -> ShownThemeChanged:
    return ShownThemeChanged(id=theme.id, state=theme.state, into=theme.into, code=theme.code, revision=revision)
