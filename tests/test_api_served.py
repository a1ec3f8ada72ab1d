"""Who is served how, priorities, ratings, red flags and teams over HTTP, from a filled store; and who may know what."""

import pytest
from office_day import NAMELESS, SECRET, fill

PATHS = ("served", "priorities", "ratings", "red-flags", "teams")


@pytest.fixture
def office(service, store):
    """The service, with the customers of an office in "north"."""
    fill(store)
    return service


def told(client, path, **query):
    answer = client.get(f"/v1/{path}", params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_the_office_asks_and_every_answer_stands_on_what_was_said(office):
    client = office.client("analyst")
    served = told(client, "served", by="customer_type")
    worst, other = served["cells"]
    assert (worst["values"], worst["verdict"], worst["verbatims"], worst["accounts"]) == (
        ["shop"],
        "under-served",
        60,
        6,
    )
    assert (other["values"], other["verdict"]) == (["plant"], "as expected")
    assert worst["measures"]["complaint"]["difference"]["value"] == 0.8
    assert {one["measure"] for one in worst["reasons"]} == {"complaint", "praise", "effort", "stance"}
    assert (worst["cost"]["by"], worst["cost"]["ratio"]) == ("revenue", 1.0)
    assert "shrink" not in served["method"]["formula"]
    assert served["method"]["parameters"]["false_discovery"] == 0.05
    words = [one for cell in served["cells"] for one in cell["excerpts"]]
    assert len(words) == 2
    for one in words:
        whole = client.get(f"/v1/verbatims/{one['verbatim']}").json()["text"]
        assert whole[one["start"] : one["end"]] == one["text"]
    first = told(client, "priorities")
    concern = first["concerns"][0]
    assert (concern["code"], concern["rank"], concern["respondents"], concern["accounts"]) == (
        "service.responsiveness",
        1,
        24,
        6,
    )
    assert concern["arithmetic"].startswith("100 × 0.400 × ")
    assert (concern["durable"], first["revenue_known"]) == (True, 12)
    assert [one["code"] for one in first["opportunities"]] == ["service.training"]
    flagged = told(client, "red-flags")
    assert [one["name"] for one in flagged["items"]][:2] == ["Shop 5", "Shop 4"]
    assert {one["level"] for one in flagged["items"]} == {"red"}
    shop = flagged["items"][0]
    assert {one["kind"] for one in shop["flags"]} == {"critical decider", "unresolved"}
    one = told(client, f"accounts/{shop['id']}/rating")
    assert (one["account"]["standing"], one["account"]["stance"]["critics"], one["account"]["tier"]) == (
        "critical",
        4,
        "1",
    )
    assert [span["name"] for span in one["spans"]] == ["2026Q1", "2026Q2"]
    assert told(client, "ratings", level="none", limit=3)["total"] == 12
    east, west = told(client, "teams")["items"]
    assert (east["name"], east["verdict"], east["red"], west["verdict"]) == ("East", "needs help", 6, "does better")


def test_nobodys_words_are_shown_who_is_counted_only_and_who_is_nameless_has_no_account(office):
    client = office.client("analyst")
    answers = [told(client, path, **({"excerpts": 5} if path in ("served", "priorities") else {})) for path in PATHS]
    answers += [told(client, f"accounts/{one['id']}/rating") for one in told(client, "ratings")["items"]]
    assert SECRET not in str(answers)
    cited = [one for answer in answers for one in _cited(answer)]
    assert cited
    nameless = [one for one in cited if NAMELESS in one["text"]]
    assert nameless
    assert all((one["account"], one["role"]) == (None, None) for one in nameless)


def _cited(value):
    if isinstance(value, dict):
        if {"start", "end", "text"} <= set(value):
            yield value
        for one in value.values():
            yield from _cited(one)
    elif isinstance(value, list):
        for one in value:
            yield from _cited(one)


def test_a_manager_is_told_of_its_own_accounts_and_compared_by_these_alone(office):
    own = ("Shop 0", "Plant 0")
    client = office.client(secret=office.key("north", "manager", own))
    answers = {path: told(client, path) for path in PATHS}
    text = str(answers)
    assert "Shop 0" in text
    assert not any(f"{kind} {number}" in text for kind in ("Shop", "Plant") for number in range(1, 6))
    assert answers["served"]["verbatims"] == 20
    assert {one["verdict"] for one in answers["served"]["cells"]} == {"not enough data"}
    assert answers["served"]["cells"][0]["measures"]["complaint"]["rest_n"] <= 16
    others = {one["name"]: one["id"] for one in told(office.client(), "ratings")["items"]}
    assert client.get(f"/v1/accounts/{others['Shop 0']}/rating").status_code == 200
    assert client.get(f"/v1/accounts/{others['Shop 1']}/rating").status_code == 404


def test_a_correction_acts_on_the_next_figure(office):
    client = office.client("analyst")
    page = told(client, "verbatims", account="Shop 0", limit=1)["items"][0]
    body = {"codes": [{"id": "price.level", "polarity": "negative"}], "based_on": page["coding"]}
    assert told(client, "priorities", account="Shop 0")["concerns"][0]["verbatims"] == 8
    assert client.put(f"/v1/verbatims/{page['id']}/codings", json=body).status_code == 200
    found = {one["code"]: one["verbatims"] for one in told(client, "priorities", account="Shop 0")["concerns"]}
    assert found["price.level"] == 1


def test_an_organisation_without_anything_is_told_of_nothing(service):
    client = service.client("analyst", "south")
    found = [told(client, path) for path in PATHS]
    assert not any(one.get(name) for one in found for name in ("items", "cells", "concerns", "opportunities"))


REFUSED = [
    *("served?by=colour", "served?by=role&by=role", "served?by=role&by=tier&by=team", "served?since=x"),
    *("served?tier=", "priorities?period=week", "priorities?level=3", "ratings?limit=0"),
    *("ratings?as_of=never", "teams?colour=red", "accounts/0/rating"),
]


def test_what_cannot_be_asked_is_refused(service):
    client = service.client()
    assert {query: client.get(f"/v1/{query}").status_code for query in REFUSED} == dict.fromkeys(REFUSED, 422)


def test_a_submitter_is_told_nothing(service):
    client = service.client("submitter")
    assert {client.get(f"/v1/{path}").status_code for path in (*PATHS, "accounts/1/rating")} == {403}
