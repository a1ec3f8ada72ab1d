"""Trends and drivers over HTTP, from what is stored; who may know what; and what is refused."""

import pytest
from trend_months import DEAR, add_gold, fill

from verbatim.actions.corrections import ChosenCode, Correction, correct
from verbatim.store.codings import effective
from verbatim.store.opening import reading


@pytest.fixture
def months(service, store):
    """The service, with four months of feedback in "north"; the numbers of its verbatims by month."""
    return fill(store)


def told(client, path="trends", **query):
    answer = client.get(f"/v1/{path}", params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_a_rise_is_told_with_everything_it_stands_on(service, store, months, shelf):
    client = service.client("analyst")
    found = told(client, code=DEAR, split="region", against="rest", nps=True)
    whole = next(one for one in found["series"] if one["id"] == DEAR and one["part"] is None)
    assert [(one["period"], one["n"], one["k"], one["accounts"]) for one in whole["points"]] == [
        ("2026-01", 40, 8, 40),
        ("2026-02", 40, 8, 40),
        ("2026-03", 40, 24, 40),
        ("2026-04", 40, 24, 40),
    ]
    point = whole["points"][2]
    assert point["low"] < point["value"] == 0.6 < point["high"]
    rise = next(one for one in whole["changes"] if one["verdict"] == "rose")
    assert (rise["period"], rise["other"], rise["durable"]) == ("2026-03", "2026-02", "yes")
    assert rise["p"] <= rise["q"] <= 0.05
    assert {one["part"] for one in found["series"]} == {None, "north", "south"}
    assert found["looked"] > 3
    assert (found["base"], found["frame"], found["split"]) == ("meaningful", "b2b@1", "region")
    assert "Newcombe" in found["formulas"]["difference"]
    assert found["coder"]["source"] == "card"
    assert point["corrected"]["refusal"] == "too few with it"
    score = next(one for one in found["series"] if one["kind"] == "nps" and one["part"] is None)["points"][0]
    assert (score["value"], score["scores"]["critics"]) == (60.0, 8)
    assert score["scores"]["by_revenue"]["value"] < score["scores"]["by_account"]["value"] + 1
    analyst = shelf.analyst()
    with reading(store, "north") as connection:
        seen = effective(connection, "north", [months[3][0]])[months[3][0]].id
    correct(analyst, months[3][0], Correction((ChosenCode("product.design", "positive"),), "critic"), seen)
    again = told(client, code=DEAR)["series"][0]["points"][2]
    assert (again["k"], again["by_person"]) == (23, 1)


def test_the_coders_error_is_measured_on_gold(service, store, months):
    add_gold(store, numbers=[number for month in months.values() for number in month][:120])
    found = told(service.client(), code=DEAR)
    gold = found["coder"]["gold"][DEAR]
    assert (found["coder"]["source"], found["coder"]["n"], found["coder"]["model"]) == ("gold", 120, "small@1")
    assert (gold["positives"], gold["negatives"]) == (60, 60)
    assert 0 < gold["found"] < gold["positives"]


def test_drivers_say_what_goes_with_the_score_and_that_this_is_no_cause(service, months):
    found = told(service.client(), "drivers")
    dear = next(one for one in found["drivers"] if one["code"] == DEAR)
    assert (found["n"], dear["n"], found["value"], dear["impact"]["value"]) == (160, 64, 20.0, -80.0)
    assert dear["q"] < 0.05
    assert "Association" in found["note"]
    assert "Johnson" in found["formulas"]["weight"]


def test_a_manager_knows_its_own_accounts_only_and_others_nothing(service, months):
    own = told(service.client("manager"), code=DEAR)["series"][0]["points"]
    assert [(one["n"], one["accounts"]) for one in own] == [(1, 1)] * 4
    assert told(service.client("manager"), "drivers")["n"] == 4
    assert told(service.client(organisation="south"), code=DEAR)["series"][0]["points"] == []
    assert service.client("submitter").get("/v1/trends").status_code == 403


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"code": "price.moon"}, "code 'price.moon'"),
        ({"period": "decade"}, "period"),
        ({"period": "rolling", "window": 50, "every": 30}, "window 50"),
        ({"split": "region", "value": "moon"}, "region 'moon'"),
        ({"split": "shoe"}, "split"),
        ({"theme": 77}, "theme 77"),
        ({"since": "soon"}, "since"),
    ],
)
def test_what_cannot_be_is_refused_with_a_reason(service, months, query, expected):
    answer = service.client().get("/v1/trends", params=query)
    assert answer.status_code in (404, 422)
    assert expected in answer.json()["detail"]
