"""The page that says how well a model codes."""

from datetime import date

from verbatim.formats import charts
from verbatim.formats.frame import Frame
from verbatim.formats.wording import Wording
from verbatim.quality import Assessment, Confusion, Estimate, Figures, Kept, Learnt

FEW = 100  # of fewer verbatims a figure is too loose to choose a model by

FIGURES = {
    "l1": ("l1_weighted", "l1_micro", "l1_macro", "l1_exact"),
    "l2": ("l2_weighted", "l2_micro", "l2_macro", "l2_exact"),
    "side": ("polarity", "stance_accuracy", "stance_kappa", "critic_f1", "stance_answered"),
    "kept": ("review_share", "l2_weighted_unreviewed"),
}
"""The figures of the table, in groups."""

SLICED = ("l2_weighted", "l1_weighted", "polarity", "stance_kappa", "review_share")
"""The figures that are told of every slice."""

EVERY = 2  # of the points of the coverage curve, every second one stands in the table under it
OPEN = 3  # confusions of each kind whose examples are shown at once


def render(found: Assessment, frame: Frame, language: str = "en", day: date | None = None) -> str:
    """The evaluation as one HTML page that needs nothing else: no script, no font, no request. English or Chinese."""
    from jinja2 import Environment, PackageLoader, StrictUndefined  # noqa: PLC0415 — only a run with a report pays

    loader = PackageLoader("verbatim.formats", "templates")
    page = Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    say = Wording(language)
    ways = [(place, learnt.figures["l2_weighted"]) for place, learnt in _spread(found)]
    return page.get_template("evaluation.html").render(
        found=found,
        say=say,
        language=language,
        day=day,
        name=lambda code: frame.name_of(code, language),
        sentences=[say("between_sentences").join(part) for part in _answer(found, say)],
        groups={group: shown for group, names in FIGURES.items() if (shown := _present(names, found.figures))},
        sliced=_present(SLICED, found.figures),
        coverage=charts.curve([(kept.share, *_three(kept.l2_weighted)) for kept in _marked(found)]),
        learning=charts.curve([(place, *_three(figure)) for place, figure in ways]),
        told=found.coverage[::-EVERY][::-1],
        confusions={
            kind: told for kind in KINDS if (told := [one for one in found.confusions if kind_of(one) == kind])
        },
        opened=OPEN,
        few=FEW,
    )


KINDS = ("swapped", "missed", "extra")


def kind_of(confusion: Confusion) -> str:
    """Which kind of mistake it is: one id taken for another, one missed, or one given beside what is right."""
    if confusion.missed and confusion.given:
        return "swapped"
    return "missed" if confusion.missed else "extra"


def _present(names: tuple[str, ...], figures: Figures) -> tuple[str, ...]:
    return tuple(name for name in names if name in figures)


def _marked(found: Assessment) -> tuple[Kept, ...]:
    """The points of the coverage curve, and last the model's own."""
    return (*found.coverage, *([found.own] if found.own else []))


def _spread(found: Assessment) -> list[tuple[float, Learnt]]:
    """The points of the learning curve at even distances, from left to right."""
    points = found.economy.points if found.economy else ()
    return [((number + 0.5) / len(points), learnt) for number, learnt in enumerate(points)]


def _three(figure: Estimate) -> tuple[float, float, float]:
    return figure.value, figure.low, figure.high


def _answer(found: Assessment, say: Wording) -> list[list[str]]:
    """The evaluation in short paragraphs of sentences."""
    return [part for part in (_how_well(found, say), _how_far(found, say)) if part]


def _how_well(found: Assessment, say: Wording) -> list[str]:
    told = [say("ev_sentence_measured", n=found.n, model=found.model)]
    if "l1_weighted" in found.figures:
        figures = {level: _with_limits(found.figures[f"{level}_weighted"], say) for level in ("l1", "l2")}
        told.append(say("ev_sentence_f1", **figures))
    if found.ceiling and "l1_weighted" in found.ceiling.coder:
        coder = found.ceiling.coder
        told.append(
            say("ev_sentence_coders", n=found.ceiling.n, l1=coder["l1_weighted"].value, l2=coder["l2_weighted"].value)
        )
    return told


def _how_far(found: Assessment, say: Wording) -> list[str]:
    told = []
    if found.own:
        kept = {"share": say.percent(found.own.share), "f1": _with_limits(found.own.l2_weighted, say)}
        told.append(say("ev_sentence_kept", **kept))
    if found.economy:
        last = found.economy.points[-1]
        told.append(say(f"ev_learnt_{_way(last.gain)}", n=last.reviewed, gain=abs(last.gain.value)))
    return told


def _way(gain: Estimate) -> str:
    """Whether a gain is one, a loss, or no more than chance."""
    if gain.low <= 0 <= gain.high:
        return "same"
    return "gain" if gain.value > 0 else "loss"


def _with_limits(figure: Estimate, say: Wording) -> str:
    return say("ev_limits", value=figure.value, low=figure.low, high=figure.high)
