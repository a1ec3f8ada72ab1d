"""What to look at first: worth, spread over unlike ones, and a share that chance alone chooses."""

import hashlib
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from verbatim.errors import InputError
from verbatim.review import Candidate, Known, disputes, quota, ranked, reasons, reserve, rows_of, worth

KNOWN = Known(1000, {"price": 400, "safety": 3}, {"price": (9, 30)})
SURE = Candidate(1, 0.9, False, ("price",), "aa")


def hashed(number: int) -> str:
    return hashlib.sha256(str(number).encode()).hexdigest()


@pytest.mark.parametrize(
    "change",
    [{"trust": 0.4}, {"conflict": True}, {"codes": ("safety",)}, {"codes": ("price", "price.level")}, {"weight": 2.0}],
    ids=["doubt", "conflict", "rare code", "more codes", "account"],
)
def test_each_reason_for_a_look_adds_to_its_worth(change):
    assert worth(replace(SURE, **change), replace(KNOWN, disputes={})) > worth(SURE, replace(KNOWN, disputes={}))


def test_a_code_that_coders_dispute_adds_to_the_worth():
    assert worth(SURE, replace(KNOWN, disputes={"price": (20, 30)})) > worth(SURE, KNOWN)


def test_the_worth_is_what_the_formula_says():
    rarity = 0.5 + 0.5 * (1 - np.log1p(400) / np.log1p(1000))
    assert worth(SURE, KNOWN) == pytest.approx((1 - 0.9) * 2**0.5 * rarity * (1 + 10 / 34))
    assert worth(replace(SURE, conflict=True, codes=(), weight=3.0), Known()) == pytest.approx((1 - 0.45) * 1.25 * 3)


@given(st.floats(0, 1), st.booleans(), st.lists(st.sampled_from(["price", "safety", "new"])), st.floats(0, 9))
def test_the_worth_is_never_below_nothing_nor_without_bounds(trust, conflict, codes, weight):
    assert (
        0
        <= worth(Candidate(1, trust, conflict, tuple(codes), "a", weight), KNOWN)
        <= 2 * weight * (1 + len(codes)) ** 0.5
    )


def test_disputes_count_each_code_that_either_gave():
    pairs = [({"price", "service"}, {"price"}), ({"price"}, {"product"})]
    assert disputes(pairs) == {"price": (1, 2), "service": (1, 1), "product": (1, 1)}


def test_the_most_worth_comes_first_and_what_says_the_same_last():
    texts = ["too dear for us", "too dear for us", "the engine fails in winter"]
    candidates = [
        Candidate(1, 0.1, False, ("price",), "aa"),
        Candidate(2, 0.2, False, ("price",), "aa"),
        Candidate(3, 0.8, False, ("product",), "bb"),
    ]
    assert ranked(candidates, rows_of(texts), KNOWN, 3) == [1, 3, 2]
    assert ranked(candidates, rows_of(texts), KNOWN, 2) == [1, 3]


def test_near_copies_are_spread_out():
    texts = [
        "the delivery to our site was late again",
        "the delivery to our site is late again",
        "great people at the desk",
    ]
    candidates = [Candidate(n, 0.2 + n / 10, False, ("service",), hashed(n)) for n in range(3)]
    assert ranked(candidates, rows_of(texts), Known(), 2) == [0, 2]
    assert ranked(candidates, np.eye(3, dtype=np.float32)[[0, 1, 1]], Known(), 2) == [0, 1]


def test_codes_that_were_chosen_before_are_spread_out():
    candidates = [Candidate(n, 0.2, False, (("service", "service", "product")[n],), hashed(n)) for n in range(3)]
    assert ranked(candidates, np.eye(3, dtype=np.float32), Known(), 2) == [0, 2]


@given(st.permutations(range(12)))
def test_the_order_is_the_same_however_the_candidates_come(order):
    rows = [Candidate(n, (n % 4) / 10, n % 5 == 0, ("price",) * (n % 2), hashed(n)) for n in range(12)]
    words = rows_of([f"word {n % 7} and {n}" for n in range(12)])
    expected = ranked(rows, words, KNOWN, 12)
    assert ranked([rows[n] for n in order], words[list(order)], KNOWN, 12) == expected
    assert sorted(expected) == list(range(12))


def test_nothing_is_ranked_as_nothing():
    assert ranked([], rows_of([]), Known(), 5) == []


@pytest.mark.parametrize("seed", range(8))
def test_a_reserve_holds_its_share_of_all_hashes(seed):
    kept = reserve(seed, 0.1)
    found = sum(hashed(n) in kept for n in range(5000))
    assert 400 < found < 600
    assert sum(hashed(n) in kept and hashed(n) not in reserve(seed, 0.3) for n in range(5000)) == 0


def test_another_seed_keeps_others_apart_and_no_share_nothing():
    chosen = [{n for n in range(2000) if hashed(n) in reserve(seed, 0.1)} for seed in (1, 2)]
    assert len(chosen[0] & chosen[1]) < 80
    assert reserve(1, 0) is None
    with pytest.raises(InputError, match=r"share 1: expected a number from 0 to below 1"):
        reserve(1, 1)


def test_the_quota_is_the_share_in_the_long_run():
    assert sum(quota(5, 0.1, 3, drawn) for drawn in range(1000)) == pytest.approx(500, abs=60)
    assert {quota(10, 0.1, 3, drawn) for drawn in range(50)} == {1}
    assert quota(10, 0, 3, 0) == 0


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"codes": ()}, "no_code"),
        ({"conflict": True}, "conflict"),
        ({"codes": ("safety",)}, "rare"),
        ({"codes": ("value",)}, "disputed"),
    ],
    ids=["no code", "conflict", "rare", "disputed"],
)
def test_what_makes_one_worth_a_look_is_told(change, reason):
    known = replace(KNOWN, counts={**KNOWN.counts, "value": 200}, disputes={"value": (20, 30)})
    assert reasons(SURE, known, doubted=False) == ()
    assert reasons(replace(SURE, **change), known, doubted=False) == (reason,)
    assert reasons(SURE, known, doubted=True) == ("doubt",)
