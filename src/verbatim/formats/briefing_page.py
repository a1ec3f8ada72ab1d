"""A briefing as one HTML page that needs nothing else, or as the part of it that stands in a page of the service."""

from dataclasses import dataclass
from functools import cache
from typing import Any

from markupsafe import Markup

from verbatim.briefing import Briefing, Chart, Cited, CodeName, Grid, Phrase
from verbatim.formats import vega
from verbatim.formats.briefing_charts import spec_of
from verbatim.formats.briefing_words import Speech
from verbatim.formats.cells import as_json
from verbatim.formats.fonts import missing
from verbatim.formats.frame import Frame
from verbatim.formats.wording import Wording

ON_PAPER = "paper"
"""The medium that has one colour of paper: there the text of pictures keeps its own."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A chart as it stands in a page: its SVG, and the specification that it was drawn from."""

    title: str
    svg: Markup
    spec: str


def render(briefing: Briefing, frame: Frame, language: str = "en", medium: str = "screen") -> str:
    """The briefing as one page without scripts, fonts or requests. Raises InputError for an unknown language."""
    return _rendered("briefing.html", briefing, Speech(Wording(language), frame), medium)


def body(briefing: Briefing, frame: Frame, language: str = "en") -> str:
    """The same as the inside of a page that has the style sheet `briefing.css`."""
    return _rendered("briefing_body.html", briefing, Speech(Wording(language), frame), "screen")


def title(briefing: Briefing, speech: Speech) -> str:
    """What the briefing is called."""
    return speech(Phrase(f"briefing.title_{briefing.scope.reach}", {"name": briefing.scope.name}))


def period_told(briefing: Briefing, speech: Speech) -> str:
    """Its period in words."""
    period, say = briefing.period, speech.say
    if period.size == "month":
        values = {"year": str(period.first.year), "month": say.period(period.first, "month")}
    else:
        values = {"year": str(period.first.year), "quarter": str((period.first.month + 2) // 3)}
    return say(f"briefing.in_{period.size}", **values)


def summary(briefing: Briefing, frame: Frame, language: str = "en") -> tuple[str, str]:
    """What a mail with the briefing is called, and what it says: the findings, without anybody's words."""
    speech = Speech(Wording(language), frame)
    name = f"{title(briefing, speech)} · {period_told(briefing, speech)}"
    told = [f"• {speech(one.says)}" for one in briefing.findings]
    return name, "\n\n".join([name, *told, speech.say("briefing.attached")]) + "\n"


def picture(chart: Chart, speech: Speech, mark: str, medium: str = "screen") -> Picture:
    """A chart drawn; `mark` keeps its ids apart from those of the other pictures of a page."""
    spec, told = spec_of(chart, speech), speech(Phrase(chart.title, {"name": chart.about}))
    drawn = vega.svg(spec, told, mark)
    if medium != ON_PAPER:
        drawn = drawn.replace(f'"{vega.INK}"', '"currentColor"')
    return Picture(told, Markup(drawn), as_json(spec))  # noqa: S704 - drawn by ourselves, and its words are escaped


def who(cited: Cited, speech: Speech) -> str:
    """Who said it, as far as that is told, and the number to find it by."""
    say = speech.say
    told = [cited.person, cited.role, cited.account]
    if cited.anonymous:
        told.append(say("briefing.anonymous"))
    told.append(say.day(cited.day) if cited.day else None)
    told.append(say("briefing.verbatim_number", number=str(cited.number)))
    return " · ".join(one for one in told if one)


def _rendered(template: str, briefing: Briefing, speech: Speech, medium: str) -> str:
    pictures = {id(chart): picture(chart, speech, f"c{n}", medium) for n, chart in enumerate(briefing.charts(), 1)}
    page: str = (
        _templates()
        .get_template(template)
        .render(
            briefing=briefing,
            speech=speech,
            say=speech.say,
            language=speech.language,
            title=title(briefing, speech),
            period=period_told(briefing, speech),
            picture_of=lambda chart: pictures[id(chart)],
            who=lambda cited: who(cited, speech),
            numeric=_numeric,
            medium=medium,
            boxes=_boxes(briefing) if medium == ON_PAPER else 0,
        )
    )
    return page


def _boxes(briefing: Briefing) -> int:
    """How many signs of customers' words this machine has no font for: they are printed as boxes."""
    return len(missing("".join(one.text for one in briefing.cited())))


def _numeric(grid: Grid, place: int) -> bool:
    """Whether a column is set to the right: it holds figures, or dashes in their place."""
    told = [row[place] for row in grid.rows if row[place] is not None]
    return not (told and isinstance(told[0], str | tuple | CodeName | Phrase))


@cache
def _templates() -> Any:
    from jinja2 import Environment, PackageLoader, StrictUndefined  # noqa: PLC0415 - only a run with a report pays

    loader = PackageLoader("verbatim.formats", "templates")
    return Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
