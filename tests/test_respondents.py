"""Nobody is learnt from and measured on at once."""

import pytest

from verbatim.learning.respondents import Respondent, apart, groups

ANN = Respondent(1, 10, "a")


@pytest.mark.parametrize(
    ("taught", "meets"),
    [
        (Respondent(1, 10, "b"), True),
        (Respondent(2, 10, "a"), True),
        (Respondent(None, 10, "b"), True),
        (Respondent(2, 10, "b"), False),
        (Respondent(None, 11, "b"), False),
        (Respondent(None, None, "b"), False),
    ],
)
def test_who_may_be_somebody_measured_on_is_not_learnt_from(taught, meets):
    assert apart([taught], [ANN]) == [not meets]


def test_an_account_of_which_one_has_no_name_is_one_of_both_ways():
    unnamed = Respondent(None, 10, "x")
    assert apart([Respondent(2, 10, "b"), Respondent(2, 11, "c")], [unnamed]) == [False, True]


def test_what_nobody_is_known_of_is_apart_unless_the_words_are_the_same():
    nobody = Respondent(None, None, "x")
    assert apart([Respondent(None, None, "x"), Respondent(None, None, "y")], [nobody]) == [False, True]


def test_verbatims_are_grouped_by_contact_else_account_else_words():
    rows = [
        ANN,
        Respondent(1, 11, "z"),
        Respondent(None, 10, "b"),
        Respondent(None, 10, "c"),
        Respondent(None, None, "b"),
    ]
    assert groups(rows) == [0, 0, 1, 1, 2]
