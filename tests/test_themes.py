"""Themes as arithmetic: words that tell them apart, which is the same as before, how they fare."""

import numpy as np
from office_facts import facts

from verbatim.text.terms import terms
from verbatim.themes import Cluster, Known, changes_of, mask_of, matched, months_of, named, root_of, series_of, state_of


def unit(*values):
    row = np.array(values, dtype=np.float32)
    return row / np.linalg.norm(row)


def places(*numbers):
    return frozenset((number, -1, 0) for number in numbers)


X, Y, Z = unit(1, 0, 0), unit(0, 1, 0), unit(0, 0, 1)
ALL = places(*range(100))


def test_words_are_those_that_tell_a_theme_from_the_others():
    said = ["the parking fee rose", "parking fee again", "the chatbot lied", "chatbot lies about the fee", "fee", "fee"]
    found = named([terms(one) for one in said], np.array([0, 0, 1, 1, -1, -1]), 2)
    assert found[0].english[0] == "parking fee"
    assert found[1].english[0] == "chatbot"
    assert found[0].chinese == ()


def test_a_theme_of_two_languages_has_words_in_both():
    said = ["the parking fee", "parking fee", "停车费太贵", "停車費好貴", "other", "words"]
    found = named([terms(one) for one in said], np.array([0, 0, 0, 0, -1, -1]), 1)
    assert found[0].english == ("parking fee",)
    assert found[0].chinese[0].startswith("停车")


def test_the_word_of_one_segment_is_no_name():
    found = named([terms("xanthippe parks"), terms("parking fees")], np.array([0, 0]), 1)
    assert found[0].english == ("parking",)


def test_a_theme_keeps_its_number_and_the_score_is_told():
    known = [Known(7, places(1, 2, 3), X), Known(9, places(4, 5, 6), Y)]
    clusters = [Cluster(places(4, 5, 6, 20), Y), Cluster(places(1, 2, 10), unit(1, 0.2, 0)), Cluster(places(30), Z)]
    found = matched(clusters, known, ALL)
    assert {one.cluster: one.id for one in found.matches} == {0: 9, 1: 7}
    assert (found.matches[0].likeness, found.matches[0].shared, found.matches[0].score) == (1.0, 1.0, 1.0)
    assert found.matches[1].shared == 0.6667
    assert found.absorbed == {}


def test_members_that_were_not_looked_at_say_nothing():
    known = [Known(7, places(1, 2, 3), X)]
    found = matched([Cluster(places(50, 51), X)], known, places(50, 51))
    assert (found.matches[0].id, found.matches[0].shared) == (7, None)
    assert matched([Cluster(places(50, 51), unit(1, 1, 0))], known, places(50, 51)).matches == ()


def test_of_a_split_theme_the_larger_part_keeps_the_number_and_a_swallowed_one_is_merged():
    known = [Known(1, places(*range(10)), X), Known(2, places(*range(20, 24)), unit(0.8, 0.6, 0))]
    clusters = [Cluster(places(*range(7), *range(20, 24)), X), Cluster(places(7, 8, 9), Y)]
    found = matched(clusters, known, ALL)
    assert [(one.cluster, one.id) for one in found.matches] == [(0, 1)]
    assert found.absorbed == {2: 1}


def test_a_part_that_broke_off_stays_with_the_theme_that_it_resembles():
    known = [Known(1, places(*range(10)), X)]
    clusters = [Cluster(places(*range(7)), X), Cluster(places(7, 8, 9, 30), unit(1, 0.5, 0))]
    assert [(one.cluster, one.id) for one in matched(clusters, known, ALL).matches] == [(0, 1), (1, 1)]


def test_members_that_are_in_no_cluster_any_more_stay_what_they_were():
    known = [Known(1, places(*range(10)), X), Known(2, places(20, 21, 22), Y)]
    found = matched([Cluster(places(0, 1, 2, 50, 51, 52, 53), Z)], known, ALL)
    assert found.matches == ()
    assert found.staying == {1: places(*range(3, 10))}
    assert matched([], known, ALL).staying == {1: places(*range(10))}


def test_what_somebody_merged_stays_merged():
    known = [Known(1, places(1, 2, 3, 4, 5, 6), X), Known(2, places(), Y, into=1)]
    found = matched([Cluster(places(1, 2, 3), X), Cluster(places(4, 5, 6), Y)], known, ALL)
    assert [(one.cluster, one.id) for one in found.matches] == [(0, 1), (1, 1)]
    assert root_of(2, known) == 1


def test_a_centroid_that_cannot_be_compared_leaves_the_members():
    found = matched([Cluster(places(1, 2, 3), X)], [Known(7, places(1, 2, 3), None)], ALL)
    assert (found.matches[0].id, found.matches[0].likeness, found.matches[0].score) == (7, None, 1.0)


def months(counts, base=60):
    """Rows of two quarters, each of so many accounts that speak once, and which of them are of the theme."""
    days = ["2026-01-10"] * base + ["2026-05-10"] * base
    rows = facts([{"day": day, "account": f"A{place}"} for place, day in enumerate(days)])
    own = np.concatenate([np.arange(counts[0]), base + np.arange(counts[1])])
    return rows, mask_of(rows, rows.number[own])


def test_a_share_that_rises_beyond_chance_is_growing_and_one_that_falls_is_fading():
    for counts, verdict in (((5, 25), "growing"), ((25, 5), "fading"), ((9, 10), "stable"), ((1, 2), None)):
        change = changes_of(*(lambda rows, own: (rows, [own]))(*months(counts)))[0]
        assert change.verdict == verdict
        assert (change.latest.k, change.earlier.k) == counts[::-1]
        assert change.low <= change.difference <= change.high


def test_one_loud_account_makes_nothing_grow():
    days = ["2026-01-10"] * 40 + ["2026-05-10"] * 40
    accounts = [f"A{place}" for place in range(40)] + ["Loud"] * 20 + [f"A{place}" for place in range(20)]
    rows = facts([{"day": day, "account": account} for day, account in zip(days, accounts, strict=True)])
    change = changes_of(rows, [mask_of(rows, rows.number[40:60])])[0]
    assert (change.latest.k, change.verdict) == (20, "stable")


def test_a_change_that_is_one_of_many_looks_may_be_chance():
    rows, own = months((10, 20))
    nothing = mask_of(rows, rows.number[[0, 1, 2, 60, 61, 62]])
    alone, among = changes_of(rows, [own])[0], changes_of(rows, [own, *[nothing] * 60])[0]
    assert alone.verdict == "growing"
    assert (among.verdict, among.p) == ("stable", alone.p)


def test_without_an_earlier_quarter_nothing_is_told():
    rows = facts([{"day": "2026-05-10"}, {"day": None}])
    assert changes_of(rows, [mask_of(rows, rows.number)]) == (None,)


def test_a_series_counts_the_months_with_their_base():
    rows = facts([{"day": "2026-01-31"}, {"day": "2026-03-01"}, {"day": "2026-03-02", "empty": True}, {"day": None}])
    found = series_of(months_of(rows), mask_of(rows, np.array([2, 4])))
    assert [(one.month, one.n, one.base) for one in found] == [("2026-01", 0, 1), ("2026-02", 0, 0), ("2026-03", 1, 1)]
    assert (found[0].low, found[2].share, found[2].high) == (0.0, 1.0, 1.0)


def test_a_state_is_told_by_what_was_found():
    assert state_of(fresh=True, size=5, change=None) == "new"
    assert state_of(fresh=False, size=5, change=None) == "stable"
    assert state_of(fresh=False, size=0, change=None) == "fading"
