"""How far the coders of an organisation agree, from the codings in its store."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC

from sqlalchemy import Engine

from verbatim.agreement import Comparison, PeriodSize, compare
from verbatim.domain import Judgement
from verbatim.store.compared_codings import Basis, Compared, count_open, side_by_side
from verbatim.store.opening import reading
from verbatim.store.records import StoredCoding
from verbatim.taxonomy import Codebook

MOST = 5000
"""So many verbatims are compared, the latest: limits from a thousand samples of more than that take too long."""


@dataclass(frozen=True, slots=True)
class StoredAgreement:
    """How far coders agree and what that stands on.

    `blind`: whether each coder saw nothing of the other's coding; what was made in sight of another coding agrees with
    it more than it would by itself. `persons` are the coders who are none of the models. `left_out` counts codings by
    the reason why they were; `open` the differences that nobody has decided yet.
    """

    basis: Basis
    blind: bool
    persons: tuple[str, ...]
    found: Comparison
    left_out: Mapping[str, int]
    open: int


def stored_agreement(
    engine: Engine, organisation: str, codebook: Codebook, wanted: Compared, period: PeriodSize = "month"
) -> StoredAgreement:
    """How far coders agree on the verbatims that several coded; nothing is shared where none was."""
    with reading(engine, organisation) as connection:
        codings = side_by_side(connection, organisation, wanted, MOST)
        waiting = count_open(connection, organisation)
    known = [one for one in codings if all(code.id in codebook for code in one.coding.codes)]
    numbers = Counter(one.verbatim for one in known)
    shared = [one for one in known if numbers[one.verbatim] > 1]
    scored = {one.verbatim for one in shared if one.coding.stance.source == "score"}
    left_out = {
        "codes that the frame does not know": len(codings) - len(known),
        "nothing left to compare with": len(known) - len(shared),
    }
    return StoredAgreement(
        basis=wanted.basis,
        blind=wanted.basis == "blind",
        persons=tuple(sorted({one.coding.author for one in shared if one.person})),
        found=compare([judgement_of(one, one.verbatim not in scored) for one in shared], codebook, period),
        left_out={why: count for why, count in left_out.items() if count},
        open=waiting,
    )


def judgement_of(stored: StoredCoding, by_words: bool) -> Judgement:
    """A stored coding, as far as coders are compared; its stance where the words alone decide, and no score."""
    coding = stored.coding
    return Judgement(
        verbatim_id=str(stored.verbatim),
        coder=coding.author,
        codes={one.id: one.polarity for one in coding.codes},
        stance=coding.stance.label if by_words else None,
        when=stored.created.astimezone(UTC).replace(tzinfo=None),
    )
