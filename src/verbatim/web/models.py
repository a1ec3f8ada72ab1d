"""The page of the section *models*: which one codes, what was learnt, whether it is better, and what is not known."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from starlette.responses import Response

from verbatim.access import RULES
from verbatim.actions.codebooks import codebook
from verbatim.actions.model_life import Keeper, KnownModel, compare, curve, known_models, past
from verbatim.actions.retraining import RETRAIN
from verbatim.errors import ModelError
from verbatim.learning.contest import Contest
from verbatim.store.jobs import going
from verbatim.store.opening import reading
from verbatim.store.promotions import Promotion, standing
from verbatim.taxonomy import Codebook
from verbatim.web.pictures import Bar, bar, curve_of, reach_of
from verbatim.web.visit import Visit, page
from verbatim.web.words import Words

_HELD_OUT = re.compile(r"(\d+) verbatims of the training corpus, held out")
FIGURES = ("l2_weighted", "l1_weighted", "l2_sided", "l2_micro", "polarity")


@dataclass(frozen=True, slots=True)
class Row:
    """A figure or a code by two models: its name, n, both values, the change with limits, and a bar of that."""

    id: str
    name: str
    n: int
    before: float
    after: float
    gain: float
    low: float
    high: float
    bar: Bar

    @property
    def side(self) -> str:
        """Better or worse by more than chance explains; nothing where chance may be all."""
        return "better" if self.low > 0 else "worse" if self.high < 0 else ""


@dataclass(frozen=True, slots=True)
class Story:
    """What is told of one model beside another: the verdict, if there was one, what is not known, and every change."""

    label: str
    beside: str
    n: int
    respondents: int
    passed: bool | None
    grounds: tuple[str, ...]
    unknown: tuple[str, ...]
    figures: tuple[Row, ...]
    codes: tuple[Row, ...]


def show(visit: Visit) -> Response:
    """The page; its script asks for what is to be done."""
    holder, desk = visit.holder, visit.site.desk
    keeper = Keeper(desk.engine, holder.organisation, holder.actor, desk.manifest.folder)
    models, points, moves = known_models(keeper), curve(keeper), past(keeper)
    with reading(desk.engine, holder.organisation) as connection:
        running = going(connection, holder.organisation, RETRAIN)
    frame = codebook(desk, holder.organisation)
    story, problem = _story(visit, keeper, models, frame)
    champion = next((one for one in models if one.current), None)
    return page(
        visit,
        "models.html",
        "models",
        models=list(reversed(models)),
        champion=champion,
        corpus=_HELD_OUT.fullmatch(str((champion.quality or {}).get("measured_on"))) if champion else None,
        curve=curve_of(points),
        points=points,
        moves=list(reversed(moves)),
        before=_before(moves),
        may=holder.role in RULES["POST", "/v1/models/retrain"],
        running=running,
        story=story,
        problem=problem,
        labels=[one.label for one in models],
        chosen=(visit.query.get("model", ""), visit.query.get("with", "")),
    )


def _before(moves: Sequence[Promotion]) -> str | None:
    """The model that a roll-back would bring back."""
    stack = standing(moves)
    return stack[-2] if len(stack) > 1 else None


def _story(
    visit: Visit, keeper: Keeper, models: Sequence[KnownModel], frame: Codebook
) -> tuple[Story | None, str | None]:
    """What is told of the model that the query names, else of the latest one that was retrained; or what is wrong."""
    known = {one.label: one for one in models}
    label, beside = visit.query.get("model", ""), visit.query.get("with", "")
    if label in known and beside in known and label != beside:
        try:
            found = compare(keeper, beside, label)
        except ModelError:
            return None, visit.say("models.not_compared", first=beside, second=label)
        return _compared(visit.say, (label, beside), found, frame), None
    with_report = [one for one in models if one.report]
    one = known.get(label) or (with_report[-1] if with_report else None)
    return (_reported(visit.say, one, frame) if one is not None and one.report else None), None


def _reported(say: Words, one: KnownModel, frame: Codebook) -> Story:
    report = one.report or {}
    contest = report["contest"]
    rows = _rows(say, contest["figures"], frame), _rows(say, contest["codes"], frame)
    grounds = [ground(say, each, frame) for each in report.get("grounds", ())] or list(one.reasons)
    return Story(
        label=one.label,
        beside=one.parent or "",
        n=contest["n"],
        respondents=contest["respondents"],
        passed=one.passed,
        grounds=tuple(grounds),
        unknown=tuple(_unknown(say, report, frame)),
        figures=rows[0],
        codes=rows[1],
    )


def _compared(say: Words, labels: tuple[str, str], found: Contest, frame: Codebook) -> Story:
    def plain(changes: Mapping[str, Any]) -> dict[str, Any]:
        return {
            id: {"n": each.n, "before": each.before, "after": each.after, "gain": _limits(each.gain)}
            for id, each in changes.items()
        }

    figures, codes = _rows(say, plain(found.figures), frame), _rows(say, plain(found.codes), frame)
    nothing = () if found.n else (say("models.no_gold"),)
    return Story(labels[0], labels[1], found.n, found.respondents, None, (), nothing, figures, codes)


def _limits(gain: Any) -> dict[str, float]:
    return {"value": gain.value, "low": gain.low, "high": gain.high}


def ground(say: Words, one: Mapping[str, Any], frame: Codebook) -> str:
    """A reason of the verdict in the words of the reader."""
    values = {name: value for name, value in one.items() if name != "kind"}
    if "figure" in values:
        values["figure"] = name_of(say, frame, str(values["figure"]))
    for name in ("before", "after"):
        if name in values:
            values[name] = f"{values[name]:.3f}"
    for name in ("gain", "low", "high"):
        if name in values:
            values[name] = f"{values[name]:+.3f}"
    if "coherence" in values:
        values["coherence"] = f"{values['coherence']:.1f}"
    if "kept" in values:
        values["kept"] = _listed(say, frame, values["kept"])
    told = say(f"models.ground_{one['kind']}", **values)
    return told if not one.get("kept") else f"{told} {say('models.ground_kept', kept=values['kept'])}"


def name_of(say: Words, frame: Codebook, id: str) -> str:
    """What a figure or a code is called in the language of the reader; its id where the frame lacks it."""
    if id in FIGURES:
        return say(f"models.figure_{id}")
    if id not in frame:
        return id
    names = frame[id].names
    return names.get(say.language) or next(iter(names.values()))


def _listed(say: Words, frame: Codebook, ids: Sequence[str]) -> str:
    return say("models.comma").join(name_of(say, frame, id) for id in ids)


def _unknown(say: Words, report: Mapping[str, Any], frame: Codebook) -> list[str]:
    """What the figures do not tell."""
    contest = report["contest"]
    told = [] if contest["n"] else [say("models.no_gold")]
    if report.get("unjudged"):
        told.append(say("models.unjudged", codes=_listed(say, frame, report["unjudged"])))
    thin = [id for id, one in contest["codes"].items() if one["n"] < 10]
    if thin:
        told.append(say("models.thin", n=len(thin), of=len(contest["codes"])))
    for why, count in (report.get("left_out") or {}).items():
        told.append(say("models.left_out", n=count, why=_why(say, why)))
    if report.get("scarce"):
        told.append(say("models.scarce", codes=_counted(say, frame, report["scarce"])))
    return told


def _counted(say: Words, frame: Codebook, counts: Mapping[str, int]) -> str:
    told = [say("models.with_n", name=name_of(say, frame, id), n=n) for id, n in counts.items()]
    return say("models.comma").join(told)


LEFT_OUT = {
    "codes that the model does not know": "unknown",
    "calls": "calls",
    "respondents of the gold share": "respondents",
    "gold that the champion has learnt from": "known",
}


def _why(say: Words, why: str) -> str:
    return say(f"models.out_{LEFT_OUT[why]}") if why in LEFT_OUT else why


def _rows(say: Words, changes: Mapping[str, Any], frame: Codebook) -> tuple[Row, ...]:
    reach = reach_of([(one["gain"]["low"], one["gain"]["high"]) for one in changes.values()])
    rows = [
        Row(
            id=id,
            name=name_of(say, frame, id),
            n=one["n"],
            before=one["before"],
            after=one["after"],
            gain=one["gain"]["value"],
            low=one["gain"]["low"],
            high=one["gain"]["high"],
            bar=bar(one["gain"]["value"], one["gain"]["low"], one["gain"]["high"], reach),
        )
        for id, one in changes.items()
    ]
    order = {id: place for place, id in enumerate(FIGURES)}
    return tuple(sorted(rows, key=lambda row: (order.get(row.id, 99), -row.n, row.id)))
