"""Codings side by side: codes, sets, polarity and stance of coders who need not have coded the same verbatims."""

from datetime import datetime

import pytest

from verbatim.agreement import Comparison, alpha_of_sets, cohen_kappa, compare, gwet_ac1, krippendorff_alpha, ratings_of
from verbatim.domain import Judgement, StanceLabel
from verbatim.taxonomy import default

SIDES = {"+": "positive", "-": "negative", "=": "neutral"}
ANN = "price.level- price.terms- service.delivery- price.level+ general+ service.delivery="
BOB = "price.level- price.level- service.delivery+ price.level+ general+ product.reliability-"


def judgement(
    id: object, coder: str, codes: str, stance: StanceLabel | None = None, when: str | None = None
) -> Judgement:
    """What a coder said, as ids with a sign each, such as "price.level- general+"; a bare id has no polarity."""
    told = {word.rstrip("+-="): SIDES.get(word[-1]) for word in codes.split()}
    return Judgement(str(id), coder, told, stance, datetime.fromisoformat(when) if when else None)


def coded(**coders: str) -> list[Judgement]:
    """A coding for each word, of verbatims 0, 1, 2 …; a dot for a gap."""
    return [
        judgement(number, coder, word.replace("&", " "))
        for coder, words in coders.items()
        for number, word in enumerate(words.split())
        if word != "."
    ]


def compared(**coders: str) -> Comparison:
    return compare(coded(**coders), default())


def test_it_tells_who_coded_how_many_and_how_many_were_coded_by_several() -> None:
    found = compared(ann=ANN, bob="general+ . general+", cat=". . . . . general+")
    assert found.coders == {"ann": 6, "bob": 2, "cat": 1}
    assert (found.verbatims, found.shared, found.codebook) == (6, 3, default().label)


def test_a_code_has_the_figures_of_whether_each_coder_gave_it() -> None:
    """Price.level: ann gives it to 0 and 3, bob to 0, 1 and 3."""
    level = {code.id: code for code in compared(ann=ANN, bob=BOB).ids.codes}["price.level"]
    ratings = ratings_of([(1, 1), (0, 1), (0, 0), (1, 1), (0, 0), (0, 0)], (0, 1))
    assert (level.given, level.share) == (5, 5 / 12)
    assert level.observed.value == pytest.approx(5 / 6)
    assert level.alpha == krippendorff_alpha(ratings)
    assert level.kappa == cohen_kappa(ratings)
    assert level.ac1 == gwet_ac1(ratings)


def test_codes_that_nobody_gave_are_left_out_and_the_others_stand_in_the_frames_order() -> None:
    found = [code.id for code in compared(ann=ANN, bob=BOB).ids.codes]
    assert found == [id for id in default().ids if (id in ANN + BOB and id + "-" in ANN + BOB) or id == "general"]


def test_on_the_first_level_an_id_stands_for_its_category() -> None:
    found = compared(ann=ANN, bob=BOB)
    assert [code.id for code in found.categories.codes] == ["price", "product", "service", "general"]
    price = found.categories.codes[0]
    assert (price.given, price.observed.value, price.alpha.value) == (6, 1.0, 1.0)
    assert found.categories.sets["observed"].value == pytest.approx(5 / 6)
    assert found.ids.sets["observed"].value == pytest.approx(4 / 6)


def test_sets_have_alpha_with_the_distances_masi_and_jaccard() -> None:
    ann, bob = "price.level-&price.terms- general+ price.level+", "price.level- general+ price.level+&general+"
    found = compared(ann=ann, bob=bob).ids
    rows = [("ab", "a"), ("c", "c"), ("a", "ac")]
    ratings = ratings_of([tuple(map(frozenset, row)) for row in rows])
    assert found.sets["masi"].value == pytest.approx(alpha_of_sets(ratings).value)
    assert found.sets["jaccard"].value == pytest.approx(alpha_of_sets(ratings, "jaccard").value)
    assert found.verdict == "discard"


def test_a_coding_without_codes_is_a_coding() -> None:
    judgements = [judgement(id, coder, "general+" if id else "") for id in (0, 1) for coder in ("ann", "bob")]
    found = compare(judgements, default())
    assert (found.shared, found.ids.sets["observed"].value, found.ids.sets["masi"].value) == (2, 1.0, 1.0)


def test_polarity_is_compared_on_the_ids_that_coders_have_in_common() -> None:
    """Of 0, 2, 3 and 4; they differ about the delivery of 2. Where one told none, there is nothing to compare."""
    found = compared(ann=ANN, bob=BOB).polarity
    assert (found["observed"].value, found["observed"].pairable) == (3 / 4, 4)
    assert compared(ann=ANN, bob="price.level general").polarity == {}


def test_stance_is_compared_where_two_told_it() -> None:
    told = {"ann": ("critic", "passive", None, "promoter"), "bob": ("critic", "promoter", "critic", "promoter")}
    judgements = [
        judgement(id, coder, "general", stance) for coder, all in told.items() for id, stance in enumerate(all)
    ]
    found = compare(judgements, default()).stance
    assert (found["observed"].value, found["observed"].pairable) == (pytest.approx(2 / 3), 3)
    assert compared(ann=ANN, bob=BOB).stance == {}


def test_of_more_than_two_coders_each_pair_is_told() -> None:
    found = compared(ann=ANN, bob=BOB, model=ANN).pairs
    assert [(pair.first, pair.second, pair.masi.value == 1) for pair in found] == [
        ("ann", "bob", False),
        ("ann", "model", True),
        ("bob", "model", False),
    ]
    assert compared(ann=ANN, bob=BOB).pairs == ()


def test_pairs_without_a_common_verbatim_say_why_there_is_nothing() -> None:
    found = compared(ann=f"{ANN} .", bob=f"{BOB} general+", cat=". . . . . . general+").pairs
    assert found[1].masi.reason == "no unit was coded by two coders"


def test_the_first_coding_counts_and_later_ones_tell_how_steady_a_coder_is() -> None:
    first = [judgement(id, coder, "general", when="2026-01-05") for id in range(3) for coder in ("ann", "bob")]
    again = [judgement(id, "ann", "price.level", when="2026-02-05") for id in range(2)]
    found = compare([*again, *first], default())
    assert found.ids.sets["observed"].value == 1
    assert [(one.coder, one.against, one.periods[0].name, one.periods[0].alike) for one in found.drift] == [
        ("ann", "self", "2026-02", 0.0)
    ]


def test_codings_of_one_coder_have_no_figures_but_reasons() -> None:
    found = compared(ann=ANN)
    assert (found.shared, found.ids.codes, found.pairs) == (0, (), ())
    assert (found.ids.sets["masi"].value, found.ids.sets["masi"].reason) == (None, "nothing was coded")
