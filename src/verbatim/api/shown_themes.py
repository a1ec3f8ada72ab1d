"""The shapes of themes: looking for them, what an analyst does with one; how they are told."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field, JsonValue, model_validator

from verbatim.actions.theme_shelf import SeenExcerpt, SeenTheme, Shelf
from verbatim.api.frame_shapes import GivenWords, Id, Seen
from verbatim.api.given import Moment, Name, Number, Shape
from verbatim.api.shown import Shown
from verbatim.operations import Block
from verbatim.store.themes import StoredRun
from verbatim.themes import Act, State
from verbatim.themes.states import WINDOW

FORMULA = (
    "n: verbatims of the theme; base: verbatims with content; share = n / base with its Wilson 95% interval. "
    f"change: share of the latest {WINDOW} days less that of the {WINDOW} before, Newcombe 95% interval with accounts "
    "as clusters; growing or fading where the interval leaves out 0 and q (Benjamini-Hochberg over all themes) is at "
    "most 0.05."
)
MATCHED = (
    "score: mean of likeness, the cosine of both centroids, and shared, the members that both have over the members "
    "that either has, of those that belonged to a theme before and were looked at again; the best assignment."
)

NEEDS: Mapping[str, tuple[str, ...]] = {
    "name": (),
    "merge": ("into",),
    "dismiss": (),
    "restore": (),
    "promote": ("code", "revision"),
}
"""The fields that each act needs."""


class GivenThemes(Shape):
    """Where to look for themes: in what no sure code was found for, or in what a code was given for; dated so."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"since": "2026-01-01T00:00:00+01:00"}]})

    code: Annotated[Id | None, Field(description="In place of the residual: a code, or a category.")] = None
    since: Moment | None = None
    until: Moment | None = None


_EXAMPLES: list[JsonValue] = [
    {"act": "name", "name": "Chatbots"},
    {"act": "merge", "into": 7},
    {"act": "promote", "code": "service.chatbot", "revision": 0},
]


class GivenThemeAct(Shape):
    """What is done with a theme.

    name: `name`, null for its own words again. merge: `into` another theme, which takes its members. dismiss: it is no
    theme. restore: as before. promote: `code` is added to the draft of the code frame, of which `revision` was seen,
    with `words` by language in place of those that are made of the theme.
    """

    model_config = ConfigDict(json_schema_extra={"examples": _EXAMPLES})

    act: Act
    name: Name | None = None
    into: Number | None = None
    code: Id | None = None
    revision: Seen | None = None
    words: dict[str, GivenWords] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _has_what_it_needs(self) -> "GivenThemeAct":
        missing = [name for name in NEEDS[self.act] if getattr(self, name) is None]
        if missing:
            raise ValueError(f"{self.act} with {', '.join(NEEDS[self.act])}")
        return self

    def blocks(self) -> dict[str, Block]:
        """The words by language, as far as they are given."""
        return {language: one.model_dump(exclude_none=True) for language, one in self.words.items()}


class ShownPoint(Shown):
    """A month: n verbatims of the theme of `base` with content, their share with its limits."""

    month: Annotated[str, Field(examples=["2026-03"])]
    n: int
    base: int
    share: float
    low: float
    high: float


class ShownCount(Shown):
    """k of n."""

    k: int
    n: int
    share: float


class ShownChange(Shown):
    """The latest period, which ends before the day `until`, less the one before; `verdict` null: too little to say."""

    until: Annotated[str, Field(examples=["2026-03-31"])]
    days: int
    latest: ShownCount
    earlier: ShownCount
    difference: float
    low: float
    high: float
    p: float
    q: float
    verdict: Literal["growing", "stable", "fading"] | None


class ShownMatch(Shown):
    """How it was known again in its latest run; a part that cannot be compared is null."""

    score: float
    likeness: float | None
    shared: float | None


class ShownRun(Shown):
    """A run: so many segments of so many verbatims were looked through, so many segments belong to a theme."""

    id: int
    since: datetime | None
    until: datetime | None
    encoder: str
    plan: dict[str, Any]
    segments: int
    verbatims: int
    placed: int
    created: datetime


class ShownTheme(Shown):
    """A theme. `name` is an analyst's, `words` those that tell it from others, by language, the most telling first.

    `state` is that of the latest run, of the whole organisation; sizes and series are of what the key may see. `into`:
    the theme that it was merged into; `code`: the one that it was promoted to.
    """

    id: int
    scope: str
    name: str | None
    words: dict[str, list[str]]
    state: State
    into: int | None
    code: str | None
    segments: int
    verbatims: int
    respondents: int
    accounts: int
    share: float
    first_run: int
    last_run: int
    match: ShownMatch | None
    change: ShownChange | None
    series: list[ShownPoint]
    created: datetime


class ShownThemes(Shown):
    """The themes of a scope, those with the most verbatims first, of `base` verbatims with content.

    `scopes`: everything that was ever looked through. What belongs to no theme is `run.segments` less `run.placed`.
    """

    scope: str
    scopes: list[str]
    run: ShownRun | None
    base: int
    formula: str = FORMULA
    matching: str = MATCHED
    items: list[ShownTheme]


class ShownThemeChanged(Shown):
    """What a theme is now, in numbers: of a merger the one that took the other in; `revision`: of the draft."""

    id: int
    state: State
    into: int | None
    code: str | None
    revision: int | None = None


class ShownThemeExcerpt(Shown):
    """A piece of a verbatim that stands for the theme: characters `start` to `end` of its text, or of turn `turn`."""

    verbatim: int
    turn: int | None
    start: int
    end: int
    text: str
    account: str | None
    role: str | None
    date: datetime | None
    nearness: float


class ShownOneTheme(ShownTheme):
    """A theme with the excerpts that stand for it: nearest to its middle, from whom may be quoted to the key."""

    formula: str = FORMULA
    matching: str = MATCHED
    excerpts: list[ShownThemeExcerpt]


def shown_themes(found: Shelf) -> ShownThemes:
    """The themes of a scope as they go out."""
    run = None if found.run is None else shown_run(found.run)
    items = [ShownTheme(**_members(one)) for one in found.themes]
    return ShownThemes(scope=found.scope, scopes=list(found.scopes), run=run, base=found.base, items=items)


def shown_run(run: StoredRun) -> ShownRun:
    """A run as it goes out."""
    return ShownRun.model_validate(run)


def shown_theme(found: SeenTheme, excerpts: Sequence[SeenExcerpt]) -> ShownOneTheme:
    """One theme as it goes out."""
    told = [ShownThemeExcerpt.model_validate(one) for one in excerpts]
    return ShownOneTheme(**_members(found), excerpts=told)


def _members(found: SeenTheme) -> dict[str, Any]:
    stored, size = found.stored, found.size
    return {
        "id": stored.id,
        "scope": stored.scope,
        "name": stored.name,
        "words": found.words,
        "state": stored.state,
        "into": stored.into,
        "code": stored.code,
        "segments": size.segments,
        "verbatims": size.verbatims,
        "respondents": size.respondents,
        "accounts": size.accounts,
        "share": size.share,
        "first_run": stored.first_run,
        "last_run": stored.last_run,
        "match": None if stored.match is None else ShownMatch(**{name: stored.match[name] for name in _MATCH}),
        "change": None if stored.change is None else shown_change(stored.change),
        "series": [ShownPoint.model_validate(one) for one in found.series],
        "created": stored.created,
    }


_COUNT, _PERIODS = ("k", "n", "share"), ("latest", "earlier")
_MATCH = ("score", "likeness", "shared")


def shown_change(kept: Mapping[str, Any]) -> ShownChange:
    """What changed, as a run kept it."""
    until = (date(1970, 1, 1) + timedelta(days=kept["until"])).isoformat()
    told: dict[str, Any] = {name: kept[name] for name in ("difference", "low", "high", "p", "q", "verdict")}
    told |= {name: ShownCount(**{part: kept[name][part] for part in _COUNT}) for name in _PERIODS}
    return ShownChange(until=until, days=WINDOW, **told)
