"""Who is under-served and over-served: planted differences, costs, small groups, the rest as a measure."""

import numpy as np
import pytest
from office_facts import facts

from verbatim.errors import InputError
from verbatim.served import cell_rows, served

RICH = {"revenue": 1000.0, "cost_to_serve": 50.0}


def answers(kind, accounts=8, each=10, blamed=2, praised=2, score=9, **attributes):
    """Rows of some accounts of a customer type, of which each blames and praises in so many of its answers."""
    rows = []
    for account in range(accounts):
        for place in range(each):
            codes = [("price.level", "negative")] if place < blamed else []
            codes += [("service.attitude", "positive")] if place >= each - praised else []
            low = place < blamed
            row = {"day": "2026-03-01", "account": f"{kind} {account}", "codes": codes, "score": 3 if low else score}
            rows.append({**row, "role": "buyer", **attributes})
    return rows


def known(kind, accounts=8, **values):
    return {f"{kind} {account}": {"customer_type": kind, **values} for account in range(accounts)}


def test_a_group_that_complains_more_is_under_served_and_told_by_how_much():
    rows = answers("shop", blamed=6) + answers("plant", blamed=2) + answers("depot", blamed=2)
    of = known("shop") | known("plant") | known("depot")
    found = served(facts(rows, of), ["customer_type"])
    worst = found.cells[0]
    assert (worst.values, worst.verdict, worst.accounts, worst.verbatims) == (("shop",), "under-served", 8, 80)
    complaint = worst.measures["complaint"]
    assert (complaint.value, complaint.rest, complaint.rest_n) == (0.6, 0.2, 160)
    assert complaint.difference.value == pytest.approx(0.4)
    assert complaint.q < 0.01
    assert complaint.rest < complaint.drawn < complaint.value
    assert {one.measure for one in worst.reasons} == {"complaint", "stance"}
    assert {one.verdict for one in found.cells[1:]} == {"as expected"}
    assert found.looked_at == 9  # three groups by complaint, praise, stance


def test_one_loud_account_moves_nothing():
    rows = answers("shop", accounts=7, blamed=2) + answers("loud", accounts=1, each=40, blamed=36)
    of = known("shop", 7) | {"loud 0": {"customer_type": "shop"}} | known("plant")
    found = served(facts(rows + answers("plant", blamed=2), of), ["customer_type"])
    assert {one.values[0]: one.verdict for one in found.cells} == {"shop": "as expected", "plant": "as expected"}


def test_few_answers_or_few_accounts_are_not_enough():
    rows = (
        answers("shop") + answers("two", accounts=2, each=40, blamed=30) + answers("tiny", accounts=5, each=3, blamed=3)
    )
    found = served(facts(rows, known("shop") | known("two", 2) | known("tiny", 5)), ["customer_type"])
    verdicts = {one.values[0]: (one.verdict, one.reasons) for one in found.cells}
    assert verdicts["two"] == ("not enough data", ())
    assert verdicts["tiny"] == ("not enough data", ())


@pytest.mark.parametrize(
    ("cost", "other", "verdict", "by"),
    [
        ({**RICH, "cost_to_serve": 100.0}, RICH, "over-served", "revenue"),
        (RICH, RICH, "as expected", "revenue"),
        ({"tier": "3", "cost_to_serve": 90.0}, {"tier": "3", "cost_to_serve": 50.0}, "over-served", "tier"),
        ({"tier": "3"}, {"tier": "1"}, "over-served", "tier alone"),
        ({}, {}, "as expected", None),
    ],
)
def test_who_is_praised_more_is_over_served_only_where_it_costs_more_than_it_brings(cost, other, verdict, by):
    rows = answers("shop", blamed=1, praised=9) + answers("plant", praised=2) + answers("depot", praised=2)
    of = known("shop", **cost) | known("plant", **other) | known("depot", **other)
    (shop,) = (one for one in served(facts(rows, of), ["customer_type"]).cells if one.values == ("shop",))
    assert shop.verdict == verdict
    assert (shop.cost and shop.cost.by) == by
    assert any(one.measure == "praise" and one.good for one in shop.reasons)


def test_effort_alone_makes_a_group_under_served():
    rows = answers("shop") + answers("plant")
    found = facts(rows, known("shop") | known("plant"))
    effort = np.array([place < 80 and place % 2 == 0 for place in range(160)])
    (shop, plant) = served(found, ["customer_type"], effort).cells
    assert (shop.values, shop.verdict, shop.reasons[0].measure) == (("shop",), "under-served", "effort")
    assert (shop.measures["effort"].value, shop.measures["effort"].rest) == (0.5, 0.0)
    assert plant.verdict == "as expected"


def test_two_attributes_make_a_table_and_what_has_no_value_is_left_out():
    rows = answers("shop") + answers("shop", role="user") + answers("plant", role=None)
    found = served(facts(rows, known("shop") | known("plant")), ["customer_type", "role"])
    assert {one.values for one in found.cells} == {("shop", "buyer"), ("shop", "user")}
    assert (found.verbatims, found.left_out, found.accounts) == (160, 80, 8)


def test_answers_without_content_and_uncoded_ones_count_nowhere():
    rows = answers("shop", accounts=1, each=2) + answers("shop", accounts=1, each=2, empty=True)
    rows += answers("shop", accounts=1, each=2, coded=False)
    one = facts(rows, known("shop", 1))
    assert served(one, ["customer_type"]).verbatims == 2
    assert cell_rows(one, ["customer_type", "role"], ["shop", "buyer"]).sum() == 2
    assert cell_rows(one, ["customer_type"], ["unheard of"]).sum() == 0


def test_no_answers_are_no_cells():
    assert served(facts([]), ["customer_type", "role"]).cells == ()


@pytest.mark.parametrize("by", [[], ["role", "role"], ["role", "tier", "team"], ["colour"]])
def test_what_is_no_table_is_refused(by):
    with pytest.raises(InputError, match="expected"):
        served(facts([]), by)
