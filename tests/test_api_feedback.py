"""What customers said over HTTP: handed in, coded, listed, looked at, each as its key may."""

import pytest

TEXT = "Your prices are far too high."


def rows(count, **values):
    return [{"external_id": f"r{number}", "text": TEXT, **values} for number in range(count)]


def add(client, *items, source="survey", **headers):
    return client.post("/v1/verbatims", json={"source": source, "items": list(items)}, headers=headers)


def test_a_verbatim_that_is_handed_in_is_there_with_its_codes(service):
    client = service.client()
    done = add(client, {"external_id": "r1", "text": TEXT, "score": 3, "account": "Acme"})
    assert done.status_code == 200, done.text
    (result,) = done.json()["results"]
    assert (result["status"], result["change"], result["codes"][0]["id"]) == (201, "added", "price.level")
    (item,) = client.get("/v1/verbatims").json()["items"]
    assert (item["id"], item["text"], item["account"]) == (result["id"], TEXT, "Acme")
    assert item["codes"][0]["excerpts"][0]["text"] in TEXT
    assert (item["stance"]["label"], item["stance"]["source"]) == ("critic", "score")


def test_one_bad_row_never_sinks_the_rest(service):
    bad = [
        {"external_id": "b1", "text": TEXT, "score": 11},
        {"external_id": "b2"},
        7,
        {"external_id": "b3", "text": "\0"},
    ]
    done = add(service.client(), *bad, *rows(2))
    assert done.status_code == 207
    results = done.json()["results"]
    assert [one["status"] for one in results] == [422, 422, 422, 422, 201, 201]
    assert results[0]["problem"]["errors"] == [
        {"field": "items.0.score", "value": 11, "expected": "less than or equal to 10"}
    ]
