"""What the command line shows of evaluations, agreement, corpora, keys, users, labels and code frames."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from verbatim.actions.labels import LabelReport
from verbatim.agreement import CodeAgreement, Coefficient, Comparison, Drift, PairAgreement, Verdict, verdict
from verbatim.agreement.drift import Against
from verbatim.domain import POLARITIES
from verbatim.learning.check import Checked
from verbatim.learning.statistics import Statistics
from verbatim.quality import Assessment, Economy, Estimate, Slice
from verbatim.store.access_keys import StoredKey
from verbatim.store.users import StoredUser
from verbatim.taxonomy import Code, Codebook

WIDE = 120
LONGEST_TEXT = 80
MOST_PAIRS = 20
AGAINST: Mapping[Against, str] = {"others": "the others", "self": "earlier codings"}
VERDICTS: Mapping[Verdict, str] = {"rely": "rely on it", "tentative": "tentative", "discard": "discard"}


def show_assessment(found: Assessment) -> None:
    """Print the figures with their intervals, the slices, the learning curve, then a row for every id."""
    console = Console(highlight=False, soft_wrap=True)
    console.width = max(console.width, WIDE)
    console.print(f"{found.gold}: {found.n:,} verbatims, model {found.model}", markup=False)
    tables = [_figures_table(found), *map(_slices_table, found.slices, found.slices.values())]
    for table in (*tables, *([_economy_table(found.economy)] if found.economy else []), _ids_table(found)):
        console.print(table)


def _figures_table(found: Assessment) -> Table:
    coder = found.ceiling.coder if found.ceiling else {}
    table = _table("figure", "value", "95%", *(["coders"] if coder else []))
    for name, figure in found.figures.items():
        told = [f"{coder[name].value:.3f}" if name in coder else ""] if coder else []
        table.add_row(name, f"{figure.value:.3f}", _limits(figure), *told)
    table.add_row("calibration_error", f"{found.calibration_error:.3f}", "", *([""] if coder else []))
    return table


def _slices_table(field: str, slices: Sequence[Slice]) -> Table:
    names = ("l1_weighted", "l2_weighted", "stance_kappa", "review_share")
    table = _table(field, "n", *names)
    for one in slices:
        told = (f"{one.figures[name].value:.3f}" if name in one.figures else "" for name in names)
        table.add_row(escape(one.value or "-"), f"{one.n:,}", *told)
    return table


def _economy_table(economy: Economy) -> Table:
    table = _table("reviewed", "l2_weighted", "95%", "gain", "95%", "l1_weighted")
    for point in economy.points:
        figure, gain = point.figures["l2_weighted"], point.gain
        told = (f"{gain.value:+.3f}", f"{gain.low:+.3f}–{gain.high:+.3f}") if point.reviewed else ("", "")
        l1 = f"{point.figures['l1_weighted'].value:.3f}"
        table.add_row(f"{point.reviewed:,}", f"{figure.value:.3f}", _limits(figure), *told, l1)
    return table


def _ids_table(found: Assessment) -> Table:
    table = _table("id", "n", "given", "precision", "recall", "F1", "95%")
    for code in sorted(found.per_code, key=lambda code: -code.n):
        shares = (f"{figure.value:.2f}" if figure else "" for figure in (code.precision, code.recall, code.f1))
        table.add_row(code.id, str(code.n), str(code.given), *shares, _limits(code.f1, 2))
    return table


def _table(first: str, *others: str) -> Table:
    table = Table(box=None)
    table.add_column(escape(first))
    for name in others:
        table.add_column(name, justify="right")
    return table


def _limits(figure: Estimate, digits: int = 3) -> str:
    return f"{figure.low:.{digits}f}–{figure.high:.{digits}f}"


def show_agreement(found: Comparison) -> None:
    """Print how far coders agree: sets, polarity, stance, every category and id, pairs of coders, drift."""
    console = Console(highlight=False, soft_wrap=True)
    console.width = max(console.width, WIDE)
    coders = ", ".join(f"{coder} {count:,}" for coder, count in found.coders.items())
    console.print(
        f"{len(found.coders)} coders ({coders}), codebook {found.codebook}: "
        f"{found.shared:,} of {found.verbatims:,} verbatims coded by two or more",
        markup=False,
    )
    levels = {"category": found.categories.codes, "id": found.ids.codes}
    tables = [_agreement_table(found), *(_codes_table(name, codes) for name, codes in levels.items() if codes)]
    for table in (*tables, *([_pairs_table(found.pairs)] if found.pairs else []), *map(_drift_table, found.drift)):
        console.print(table)


def _agreement_table(found: Comparison) -> Table:
    table = _table("agreement", "observed", "alpha", "95%", "Jaccard", "kappa", "AC1", "verdict")
    for name, level in (("sets of categories", found.categories), ("sets of ids", found.ids)):
        alpha, *others = (level.sets[kind] for kind in ("masi", "observed", "jaccard"))
        observed, jaccard = map(_value, others)
        table.add_row(name, observed, _value(alpha), _bounds(alpha), jaccard, "", "", _verdict(alpha))
    for name, figures in (("polarity", found.polarity), ("stance", found.stance)):
        if figures:
            alpha, *others = (figures[kind] for kind in ("alpha", "observed", "kappa", "ac1"))
            observed, *rest = map(_value, others)
            table.add_row(name, observed, _value(alpha), _bounds(alpha), "", *rest, _verdict(alpha))
    return table


def _codes_table(first: str, codes: Sequence[CodeAgreement]) -> Table:
    table = _table(first, "given", "share", "observed", "alpha", "95%", "kappa", "AC1", "verdict")
    for code in codes:
        figures = (_value(code.observed), _value(code.alpha), _bounds(code.alpha), _value(code.kappa), _value(code.ac1))
        table.add_row(code.id, f"{code.given:,}", f"{code.share:.1%}", *figures, _verdict(code.alpha))
    return table


def _pairs_table(pairs: Sequence[PairAgreement]) -> Table:
    table = _table("pair", "verbatims", "observed", "alpha", "95%", "verdict")
    for pair in pairs:
        told = (f"{pair.masi.pairable:,}", _value(pair.observed), _value(pair.masi), _bounds(pair.masi))
        table.add_row(escape(f"{pair.first}, {pair.second}"), *told, _verdict(pair.masi))
    return table


def _drift_table(drift: Drift) -> Table:
    table = _table(f"{drift.coder} against {AGAINST[drift.against]}", "verbatims", "alike", "95%")
    for period in drift.periods:
        limits = "" if period.low is None else f"{period.low:.3f}–{period.high:.3f}"
        table.add_row(period.name, f"{period.n:,}", f"{period.alike:.3f}", limits)
    if drift.change is not None:
        word = "drift" if drift.drifts else "no more than chance"
        table.add_row("last less first", word, f"{drift.change:+.3f}", f"{drift.low:+.3f}–{drift.high:+.3f}")
    return table


def _value(figure: Coefficient) -> str:
    return "-" if figure.value is None else f"{figure.value:.3f}"


def _bounds(figure: Coefficient) -> str:
    return "" if figure.low is None else f"{figure.low:.3f}–{figure.high:.3f}"


def _verdict(alpha: Coefficient) -> str:
    word = verdict(alpha)
    return VERDICTS[word] if word else alpha.reason


def show_checked(checked: Checked) -> None:
    """Print the statistics of a corpus, and every problem on a line of its own on standard error."""
    console = Console(highlight=False, soft_wrap=True)
    counts = checked.statistics
    console.print(
        f"{counts.verbatims:,} verbatims with {counts.segments:,} segments in {len(counts.files)} files; "
        f"{counts.codes_a_verbatim} codes a verbatim; {counts.words:,} words and {counts.characters:,} Han characters"
    )
    shares = (("script", counts.scripts), ("length", counts.lengths), ("stance", counts.stances))
    for name, values in shares:
        console.print(f"{name:8}{_shares(values, counts.verbatims)}", markup=False)
    console.print(_id_table(counts), _file_table(counts), sep="\n")
    errors = Console(stderr=True, highlight=False, soft_wrap=True)
    for problem in checked.problems:
        errors.print(f"verbatim: {problem}", markup=False)
    console.print(f"{len(checked.problems):,} problems" if checked.problems else "no problem found")


def show_keys(keys: Sequence[StoredKey]) -> None:
    """Print what is kept of keys, a line each."""
    console = Console(highlight=False, soft_wrap=True)
    console.width = max(console.width, WIDE)
    table = Table(box=None)
    for name in ("id", "role", "name", "accounts", "created", "last used", "revoked"):
        table.add_column(name)
    for key in keys:
        moments = (f"{moment:%Y-%m-%d %H:%M}" if moment else "" for moment in (key.created, key.last_used, key.revoked))
        table.add_row(str(key.id), key.role, escape(key.name), escape(", ".join(key.accounts or ())), *moments)
    console.print(table)


def show_users(users: Sequence[StoredUser]) -> None:
    """Print what is kept of users, a line each."""
    console = Console(highlight=False, soft_wrap=True)
    console.width = max(console.width, WIDE)
    table = Table(box=None)
    for name in ("login", "role", "name", "accounts", "language", "created", "last sign-in", "failed", "state"):
        table.add_column(name)
    for one in users:
        moments = (f"{moment:%Y-%m-%d %H:%M}" if moment else "" for moment in (one.created, one.last_sign_in))
        about = escape(one.login), one.role, escape(one.name), escape(", ".join(one.accounts or ())), one.language or ""
        table.add_row(*about, *moments, str(one.failed), "" if one.active else "disabled")
    console.print(table)


def show_labels(found: LabelReport, most: int) -> None:
    """Print the likeliest label errors with their words, the codes that have most of them, and pairs that blur."""
    console = Console(highlight=False, soft_wrap=True)
    console.width = max(console.width, WIDE)
    report = found.problems
    console.print(f"{len(report.problems):,} labels of {report.examples:,} verbatims are likely wrong")
    table = _table("id", "code", "label", "probability", "margin", "text")
    table.columns[-1].justify, table.columns[-1].no_wrap = "left", True
    for one in report.problems[:most]:
        label = "given" if one.given else "missing"
        text = escape(" ".join(found.texts[one.example].split())[:LONGEST_TEXT])
        table.add_row(escape(one.example), one.code, label, f"{one.probability:.2f}", f"{one.margin:+.2f}", text)
    noise = _table("code", "n", "likely wrong", "likely missing")
    for code in report.noise:
        if code.wrong or code.missing:
            noise.add_row(code.code, *(f"{count:,}" for count in (code.n, code.wrong, code.missing)))
    blurred = _table("codes that blur", "verbatims", "share")
    for pair in report.blurred[:MOST_PAIRS]:
        blurred.add_row(f"{pair.first}, {pair.second}", f"{pair.swaps:,}", f"{pair.share:.1%}")
    for each in (table, noise, blurred):
        if each.row_count:
            console.print(each)


def show_codebook(codebook: Codebook, language: str) -> None:
    """Print the ids of a frame with their names, subcategories indented."""
    console = Console(highlight=False, soft_wrap=True)
    console.print(f"{codebook.label}  ({', '.join(codebook.languages)})")
    for code in codebook.codes:
        indent = "  " if code.parent else ""
        console.print(f"{indent}{code.id:{34 - len(indent)}}{codebook.name_of(code.id, language)}", markup=False)


def show_code(code: Code, language: str) -> None:
    """Print everything that a frame says of one id, in one of its languages."""
    console = Console(highlight=False, soft_wrap=True)
    console.print(f"{code.id}: {code.names[language]}\n{code.definitions[language]}", markup=False)
    for heading, texts in (("include", code.include), ("exclude", code.exclude), ("examples", code.examples)):
        for text in texts.get(language, ()):
            console.print(f"  {heading}: {text}", markup=False)


def _shares(values: Mapping[str, int], of: int) -> str:
    return " · ".join(f"{name} {count:,} ({count / max(1, of):.1%})" for name, count in values.items())


def _id_table(counts: Statistics) -> Table:
    """The verbatims of every id: all, by polarity, and by script."""
    table = Table(box=None, padding=(0, 2, 0, 0))
    table.add_column("id", no_wrap=True, min_width=max(map(len, counts.ids)))
    for name in ("n", *(side[:3] for side in POLARITIES), *counts.scripts):
        table.add_column(name, justify="right")
    for id, count in counts.ids.items():
        cells = [count.n, *(count.polarities[side] for side in POLARITIES)]
        table.add_row(id, *map(str, [*cells, *(count.scripts.get(script, 0) for script in counts.scripts)]))
    return table


def _file_table(counts: Statistics) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0))
    table.add_column("file")
    table.add_column("verbatims", justify="right")
    for file, count in counts.files.items():
        table.add_row(Path(file).name, str(count))
    return table
