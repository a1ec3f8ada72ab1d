"""What a report says, as plain values, and the page that says it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from verbatim.domain import IntentId, Interval, NpsInterval, Polarity, Rejection
from verbatim.formats import charts
from verbatim.formats.frame import Frame
from verbatim.formats.wording import Wording

TOP = 3
FEW = 30  # under this many answers a share is too loose to act on alone


@dataclass(frozen=True, slots=True)
class SourceFile:
    """One input of the run: the layout recognised, what was read from which column, remarks, and its verbatims."""

    file: str
    layout: str
    columns: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    verbatims: int | None = None


@dataclass(frozen=True, slots=True)
class RunFacts:
    """What is known of the run besides its codings.

    `rejections` holds the first ones of all `rejected`. `model` is shown as it is, line by line. `quality` has
    "l1_weighted", "l2_weighted", "measured_on" and "per_code": {id: {"precision", "recall", "f1", "n"}}, or nothing.
    """

    files: tuple[SourceFile, ...] = ()
    rejected: int = 0
    rejections: tuple[Rejection, ...] = ()
    model: Mapping[str, object] = field(default_factory=dict)
    quality: Mapping[str, object] = field(default_factory=dict)
    started: datetime | None = None
    finished: datetime | None = None


@dataclass(frozen=True, slots=True)
class Quote:
    """Words of a customer, exactly as they stand in the source; `cut` when the source goes on in the same excerpt."""

    text: str
    verbatim_id: str
    language: str
    account: str | None = None
    role: str | None = None
    date: datetime | None = None
    confidence: float | None = None
    cut: bool = False


@dataclass(frozen=True, slots=True)
class CodeFigure:
    """One id: its share of the answers with content, in all and by polarity, the accounts behind it, its excerpts."""

    id: str
    share: Interval
    by_polarity: Mapping[Polarity, Interval]
    accounts: int
    quotes: Mapping[Polarity, tuple[Quote, ...]]


@dataclass(frozen=True, slots=True)
class CategoryFigure:
    """One id of the first level with those under it, in frame order; `bare`: where no subcategory was clear."""

    whole: CodeFigure
    bare: CodeFigure | None = None
    children: tuple[CodeFigure, ...] = ()


@dataclass(frozen=True, slots=True)
class StanceFigure:
    """Critics, passives, promoters, by the score they gave and apart from that by estimate; the score of the scores."""

    scored: tuple[int, int, int]
    estimated: tuple[int, int, int]
    unknown: int
    conflicts: int
    nps: NpsInterval | None


@dataclass(frozen=True, slots=True)
class GroupFigure:
    """The verbatims of one account, role or month, and what they criticise and praise most: (id, verbatims)."""

    name: str
    verbatims: int
    stance: StanceFigure
    complaint: tuple[str, int] | None = None
    praise: tuple[str, int] | None = None


@dataclass(frozen=True, slots=True)
class Uncoded:
    """Why verbatims carry no code, counted, with examples of those in which nothing was found."""

    no_content: int
    no_customer: int
    nothing: int
    examples: tuple[Quote, ...] = ()


@dataclass(frozen=True, slots=True)
class IntentFigure:
    """One intent: its share of the answers with content, how many of these hang on an if, and excerpts."""

    id: IntentId
    share: Interval
    conditional: int
    quotes: tuple[Quote, ...] = ()


@dataclass(frozen=True, slots=True)
class CompetitorFigure:
    """A competitor that was named: its share of the answers with content, and how it came in, by relation."""

    name: str
    share: Interval
    relations: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class IntentFigures:
    """What customers are up to: each intent, and the competitors they name, most often first."""

    each: tuple[IntentFigure, ...] = ()
    competitors: tuple[CompetitorFigure, ...] = ()

    @property
    def found(self) -> tuple[IntentFigure, ...]:
        """The intents that some verbatim has."""
        return tuple(figure for figure in self.each if figure.share.k)


@dataclass(frozen=True, slots=True)
class FrameFigure:
    """What a further model found by its own frame, in n answers with content; `label` is the model's."""

    label: str
    frame: Frame
    categories: tuple[CategoryFigure, ...]
    n: int

    def figures(self) -> tuple[CodeFigure, ...]:
        """Every figure, the first level before what stands under it."""
        return tuple(figure for category in self.categories for figure in (category.whole, *category.children))


@dataclass(frozen=True, slots=True)
class Report:
    """Everything the page says. `confidence` counts code mentions in ten equal steps from 0 to 1.

    `respondents` is None where nothing tells people apart.
    """

    verbatims: int
    respondents: int | None
    accounts: int
    meaningful: int
    coded: int
    review: int
    first: datetime | None
    last: datetime | None
    categories: tuple[CategoryFigure, ...]
    stance: StanceFigure
    months: Mapping[date, GroupFigure]
    by_account: tuple[GroupFigure, ...]
    by_role: tuple[GroupFigure, ...]
    languages: Mapping[str, int]
    uncoded: Uncoded
    confidence: tuple[int, ...]
    run: RunFacts
    intents: IntentFigures = IntentFigures()
    frames: tuple[FrameFigure, ...] = ()

    def codes(self) -> tuple[CodeFigure, ...]:
        """Every figure of the second level, and the ids of the first that have nothing under them."""
        leaves = [category.children or (category.whole,) for category in self.categories]
        return tuple(figure for group in leaves for figure in group)


def top(report: Report, polarity: Polarity) -> tuple[CodeFigure, ...]:
    """The subcategories with most verbatims of this polarity, most first, at most three."""
    found = [figure for category in report.categories for figure in category.children if figure.by_polarity[polarity].k]
    return tuple(sorted(found, key=lambda figure: -figure.by_polarity[polarity].k)[:TOP])


def render(report: Report, frame: Frame, language: str = "en") -> str:
    """The report as one HTML page that needs nothing else: no script, no font, no request. English or Chinese."""
    from jinja2 import Environment, PackageLoader, StrictUndefined  # noqa: PLC0415 — only a run with a report pays

    loader = PackageLoader("verbatim.formats", "templates")
    page = Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    words = Wording(language)
    figures = [figure for category in report.categories for figure in (category.whole, *category.children)]
    return page.get_template("report.html").render(
        report=report,
        say=words,
        language=language,
        name=lambda code: frame.name_of(code, language),
        sentences=[words("between_sentences").join(group) for group in _answer(report, frame, words)],
        top={polarity: top(report, polarity) for polarity in ("negative", "positive")},
        bars=charts.diverging(figures),
        share_scale=_share_scale(figures),
        frame_bars=[charts.diverging(each.figures()) for each in report.frames],
        frame_scales=[_share_scale(each.figures()) for each in report.frames],
        periods=charts.periods(report.months),
        few=FEW,
        order=frame.ids,
        label=frame.label,
    )


def _share_scale(figures: Sequence[CodeFigure]) -> float:
    return charts.share_scale([figure.share.high for figure in figures if figure.share.k])


def _answer(report: Report, frame: Frame, say: Wording) -> list[list[str]]:
    """The report in two short paragraphs of sentences."""
    return [_read_and_coded(report, say), _liked_or_not(report, frame, say)]


_READ = {
    (True, True): "sentence_read",
    (True, False): "sentence_read_no_accounts",
    (False, True): "sentence_read_no_people",
    (False, False): "sentence_read_no_people_no_accounts",
}
"""Which sentence says what was read, by whether people and whether accounts are known."""


def _read_and_coded(report: Report, say: Wording) -> list[str]:
    counts = {
        "replies": say("replies_read", n=report.verbatims),
        "people": say("from_people", n=report.respondents) if report.respondents is not None else "",
        "accounts": say("at_accounts", n=report.accounts),
    }
    read = say(_READ[report.respondents is not None, bool(report.accounts)], **counts)
    if not report.meaningful:
        return [read, say("nothing_said")]
    share = say.percent(report.coded / report.meaningful)
    return [read, say("sentence_coded", meaningful=report.meaningful, coded=report.coded, share=share)]


def _liked_or_not(report: Report, frame: Frame, say: Wording) -> list[str]:
    score = report.stance.nps
    limits = {} if score is None else {part: say.signed(getattr(score, part)) for part in ("value", "low", "high")}
    told = [say("sentence_nps", n=score.n, **limits)] if score else [say("sentence_no_nps")]
    sentences: dict[Polarity, str] = {"negative": "sentence_complaint", "positive": "sentence_praise"}
    for polarity, sentence in sentences.items():
        for figure in top(report, polarity)[:1]:
            part = figure.by_polarity[polarity]
            name = frame.name_of(figure.id, say.language)
            told.append(say(sentence, name=name, share=say.percent(part.share), range=say.range(part)))
    return told
