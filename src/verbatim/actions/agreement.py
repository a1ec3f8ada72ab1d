"""How far several coders agree, from their files to figures."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from verbatim import taxonomy
from verbatim.agreement import Comparison, PeriodSize, compare
from verbatim.errors import CorpusError
from verbatim.formats.coded import partial_file
from verbatim.formats.codings import read_codings
from verbatim.formats.figures import figures_text


@dataclass(frozen=True, slots=True)
class AgreementOrder:
    """The files of the codings, the frame they are coded by, how long a period is, and a file for the figures."""

    files: tuple[Path, ...]
    codebook: Path | None = None
    period: PeriodSize = "month"
    json: Path | None = None


def compare_files(order: AgreementOrder) -> Comparison:
    """Return how far the coders of the files agree, written as JSON too where a file is named.

    Raises an InputError for files that cannot be used, for codings of one coder only, and for those of coders who have
    no verbatim in common.
    """
    codebook = taxonomy.load(order.codebook) if order.codebook else taxonomy.default()
    judgements = read_codings(order.files, codebook.ids, codebook.label)
    found = compare(judgements, codebook, order.period)
    if not found.shared and not found.drift:
        raise CorpusError(_nothing_in_common(tuple(found.coders)))
    if order.json:
        with partial_file(order.json.parent, order.json.name) as partial:
            partial.write_text(figures_text(found), encoding="utf-8")
    return found


def _nothing_in_common(coders: Sequence[str]) -> str:
    expected = "expected verbatims that two coders or more have coded"
    if len(coders) < 2:
        return f"codings of {repr(coders[0]) if coders else 'nobody'} only; {expected}"
    return f"codings of {', '.join(map(repr, coders))} without an id in common; {expected}"
