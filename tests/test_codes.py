"""Which ids a part gets from its scores, and with which polarity and evidence."""

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given as draw
from hypothesis import strategies as st

from verbatim.codes import Evidence, Thresholds, blend, evidence, frame_of, given, log_odds
from verbatim.domain import POLARITIES, Polarity, merged_polarity
from verbatim.taxonomy import default

IDS = ("price", "price.level", "price.terms", "service", "service.delivery", "general", "other", "no_content")
PARENTS = {id: id.partition(".")[0] if "." in id else None for id in IDS}
ROLES = {id: id if id in ("general", "other", "no_content") else None for id in IDS}
FRAME = frame_of(IDS, PARENTS, ROLES)
CATEGORIES = ("price", "service")

BLAME, NOTHING, PRAISE = (0.8, 0.1, 0.1), (0.1, 0.8, 0.1), (0.1, 0.1, 0.8)


def limits(**changes: float) -> Thresholds:
    """Thresholds of 0.5 for every id and 0.6 for categories; confidence is the score itself."""
    count = len(IDS)
    values = {"given": 0.5, "category": 0.6, "slope": 1.0, "offset": 0.0, "floor": 0.5, "whole": 0.25, **changes}
    rows = {name: np.full(count, values[name], dtype=np.float32) for name in ("given", "slope", "offset")}
    category = np.full(len(CATEGORIES), values["category"], dtype=np.float32)
    return Thresholds(**rows, category=category, floor=values["floor"], whole=values["whole"])


def chosen(limit: Thresholds | None = None, /, **scores: float) -> list[str]:
    """The ids that a part with these scores gets; `price__level` is price.level, `c_price` the category's own head."""
    names = [*IDS, *(f"c_{category}" for category in CATEGORIES)]
    row = np.zeros((1, len(names)), dtype=np.float32)
    for name, score in scores.items():
        row[0, names.index(name.replace("__", "."))] = score
    return [id for id, found in zip(IDS, given(row, FRAME, limit or limits())[0], strict=True) if found]


def judged(
    clauses: Sequence[dict[str, float]], polarity: Sequence[tuple[float, float, float]]
) -> dict[str, tuple[Polarity, tuple[int, ...]]]:
    """Polarity and clauses of each id, for clauses with these scores; every id that is named was chosen."""
    scores = np.array([[clause.get(id, 0.0) for id in IDS] for clause in clauses], dtype=np.float32)
    picked = np.array([any(id in clause for clause in clauses) for id in IDS])
    sides = np.repeat(np.array(polarity, dtype=np.float32)[:, None], len(IDS), axis=1)
    found = evidence(picked, scores, sides, scores.max(axis=0), FRAME)
    return {IDS[code.id]: (code.polarity, code.clauses) for code in found}


def test_the_frame_knows_categories_bare_ids_and_roles() -> None:
    assert FRAME.categories == CATEGORIES
    assert FRAME.category.tolist() == [0, 0, 0, 1, 1, -1, -1, -1]
    assert [id for id, bare in zip(IDS, FRAME.bare, strict=True) if bare] == ["price", "service"]
    assert (FRAME.general, FRAME.no_content, FRAME.no_content_id) == (5, 7, "no_content")


def test_the_frame_of_the_default_codebook_has_its_categories() -> None:
    codes = default().codes
    frame = frame_of(default().ids, {c.id: c.parent for c in codes}, {c.id: c.role for c in codes})
    assert frame.categories == default().categories
    assert frame.no_content_id == default().id_with_role("no_content")


def test_a_frame_without_roles_has_neither_general_nor_no_content() -> None:
    ids = ("berth", "berth.depth")
    frame = frame_of(ids, {"berth": None, "berth.depth": "berth"}, dict.fromkeys(ids))
    assert (frame.general, frame.no_content, frame.no_content_id) == (None, None, None)


def test_an_id_is_given_at_its_threshold_and_several_are_given_together() -> None:
    assert chosen(price__level=0.5, service__delivery=0.9, general=0.49) == ["price.level", "service.delivery"]


def test_the_best_id_is_given_above_the_floor_where_none_reaches_its_threshold() -> None:
    assert chosen(price__level=0.3, service__delivery=0.26) == ["price.level"]
    assert chosen(price__level=0.24) == []


def test_the_floor_does_not_add_to_what_was_found() -> None:
    assert chosen(price__level=0.6, service__delivery=0.49) == ["price.level"]


def test_the_best_id_is_the_one_nearest_to_its_own_threshold() -> None:
    limit = limits()
    limit.given[IDS.index("price.terms")] = 0.8
    assert chosen(limit, price__terms=0.45, price__level=0.4) == ["price.level"]


def test_a_sure_category_is_given_bare_where_no_subcategory_is_near() -> None:
    assert chosen(price__level=0.2, price__terms=0.2, c_price=0.6) == ["price"]
    assert chosen(price__level=0.2, price__terms=0.2, c_price=0.59) == []


def test_a_near_subcategory_goes_before_the_bare_category() -> None:
    assert chosen(price__level=0.3, c_price=0.9) == ["price.level"]


def test_nothing_to_say_stands_alone() -> None:
    assert chosen(no_content=0.9) == ["no_content"]
    assert chosen(no_content=0.9, price__level=0.5) == ["price.level"]


def test_none_of_the_frame_stands_alone_too() -> None:
    frame = frame_of(["pride", "none"], dict.fromkeys(["pride", "none"]), {"pride": None, "none": "none"})
    one = np.ones(2, dtype=np.float32)
    limit = Thresholds(given=0.3 * one, category=one[:1], slope=one, offset=0 * one, floor=0.5, whole=0.5)
    scores = np.array([[0.2, 0.9, 0], [0.8, 0.9, 0]], dtype=np.float32)
    assert given(scores, frame, limit).tolist() == [[False, True], [True, False]]


def test_no_parts_get_no_ids() -> None:
    assert given(np.zeros((0, len(IDS) + 2), dtype=np.float32), FRAME, limits()).shape == (0, len(IDS))


def test_a_part_is_scored_by_its_whole_and_its_best_clause() -> None:
    clauses = np.array([[0.2], [0.8], [0.4]], dtype=np.float32)
    wholes = np.array([[0.4], [0.0], [1.0]], dtype=np.float32)
    assert blend(clauses, [2, 0, 1], wholes, 0.25)[:, 0] == pytest.approx([0.7, 0, 0.55])


def test_confidence_is_the_score_where_nothing_was_calibrated() -> None:
    scores = np.full((1, len(IDS)), 0.3, dtype=np.float32)
    assert limits().confidence(scores)[0] == pytest.approx(0.3, abs=1e-4)


def test_calibration_moves_the_log_odds() -> None:
    scores = np.full((1, len(IDS)), 0.5, dtype=np.float32)
    assert limits(slope=2.0, offset=float(np.log(3))).confidence(scores)[0] == pytest.approx(0.75, abs=1e-4)


def test_log_odds_stay_finite() -> None:
    assert log_odds(np.array([0, 0.5, 1], dtype=np.float32)) == pytest.approx([-9.21, 0, 9.21], abs=0.01)


def test_the_evidence_is_the_clauses_near_the_strongest_and_strongest_first() -> None:
    clauses = [{"price.level": score} for score in (0.5, 0.9, 0.1, 0.55)]
    assert judged(clauses, [BLAME] * 4) == {"price.level": ("negative", (1, 3))}


def test_at_most_five_clauses_are_evidence() -> None:
    assert judged([{"price.level": 0.9}] * 8, [BLAME] * 8)["price.level"][1] == (0, 1, 2, 3, 4)


def test_praise_beside_blame_is_neutral() -> None:
    clauses = [{"service.delivery": 0.9}, {"service.delivery": 0.8}]
    assert judged(clauses, [PRAISE, BLAME])["service.delivery"][0] == "neutral"


def test_a_weak_word_of_praise_does_not_outweigh_blame() -> None:
    clauses = [{"service.delivery": 0.9}, {"service.delivery": 0.9}, {"service.delivery": 0.6}]
    assert judged(clauses, [BLAME, BLAME, (0.35, 0.2, 0.45)])["service.delivery"][0] == "negative"


def test_a_bare_category_is_dropped_beside_its_subcategory_of_the_same_polarity() -> None:
    both = [{"price": 0.9}, {"price.level": 0.9}]
    assert list(judged(both, [BLAME, BLAME])) == ["price.level"]
    assert list(judged(both, [PRAISE, BLAME])) == ["price", "price.level"]


def test_a_bare_category_stays_beside_a_subcategory_of_another() -> None:
    assert list(judged([{"price": 0.9}, {"service.delivery": 0.9}], [BLAME, BLAME])) == ["price", "service.delivery"]


def test_general_is_dropped_beside_a_precise_id_of_the_same_polarity() -> None:
    both = [{"general": 0.9}, {"price.level": 0.9}]
    assert list(judged(both, [BLAME, BLAME])) == ["price.level"]
    assert list(judged(both, [PRAISE, BLAME])) == ["price.level", "general"]


def test_evidence_comes_in_the_order_of_the_frame_with_its_confidence() -> None:
    scores = np.array([[0, 0.6, 0, 0, 0.9, 0, 0, 0]], dtype=np.float32)
    sides = np.repeat(np.array([[NOTHING]], dtype=np.float32), len(IDS), axis=1)
    found = evidence(scores[0] > 0, scores, sides, scores[0], FRAME)
    assert found == [
        Evidence(1, "neutral", pytest.approx(0.6), (0,)),
        Evidence(4, "neutral", pytest.approx(0.9), (0,)),
    ]


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (["negative"], "negative"),
        (["positive", "positive"], "positive"),
        (["neutral", "positive"], "positive"),
        (["negative", "neutral", "negative"], "negative"),
        (["negative", "positive"], "neutral"),
        (["negative", "positive", "neutral"], "neutral"),
        (["neutral"], "neutral"),
        ([], "neutral"),
    ],
)
def test_mentions_merge_into_one_polarity(found: list[Polarity], expected: Polarity) -> None:
    assert merged_polarity(found) == expected


@draw(st.lists(st.sampled_from(POLARITIES)))
def test_the_order_of_mentions_does_not_matter(found: list[Polarity]) -> None:
    assert merged_polarity(found) == merged_polarity(found[::-1]) == merged_polarity([*found, *found])


@draw(st.lists(st.floats(0, 1, width=32), min_size=10, max_size=10))
def test_no_id_below_the_floor_is_ever_given_by_itself(scores: list[float]) -> None:
    row = np.array([scores], dtype=np.float32)
    found = given(row, FRAME, limits())[0]
    bare = FRAME.bare & (np.repeat(row[0, -2:], [3, 5]) >= 0.6)
    assert (row[0, :8][found & ~bare] >= 0.25).all()
    assert not (found[FRAME.no_content] and found.sum() > 1)
