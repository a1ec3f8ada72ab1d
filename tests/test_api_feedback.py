"""What customers said over HTTP: handed in, coded, listed, looked at, each as its key may."""

import json

import pytest

TEXT = "Your prices are far too high."


def rows(count, **values):
    return [{"external_id": f"r{number}", "text": TEXT, **values} for number in range(count)]


def add(client, *items, source="survey", **headers):
    body = json.dumps({"source": source, "items": list(items)})
    return client.post("/v1/verbatims", content=body, headers={"Content-Type": "application/json", **headers})


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
    assert item["language"] == "en"
    assert client.get("/v1/verbatims", params={"code": "price", "stance": "critic"}).json()["items"] == [item]


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
    assert [one["external_id"] for one in results] == ["b1", "b2", None, "b3", "r0", "r1"]


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"date": "2026-03-25"}, "date"),
        ({"date": "2999-01-01T00:00:00Z"}, "date"),
        ({"date": 1774000000}, "date"),
        ({"score": -1}, "score"),
        ({"score": True}, "score"),
        ({"text": "x" * 100_001}, "text"),
        ({"text": "half \ud800"}, "text"),
        ({"turns": [{"text": "both"}]}, ""),
        ({"external_id": " "}, "external_id"),
        ({"sentiment": "bad"}, "sentiment"),
        ({"fields": {"note": "\0"}}, "fields"),
    ],
)
def test_a_row_that_cannot_be_kept_is_told_by_its_field(service, values, field):
    done = add(service.client(), *rows(1, **values))
    assert (done.status_code, done.headers["content-type"]) == (422, "application/problem+json")
    (error,) = done.json()["errors"]
    assert error["field"] == ".".join(filter(None, ("items.0", field)))
    assert done.json()["results"][0]["problem"]["errors"] == [error]
    assert service.client().get("/v1/verbatims").json()["items"] == []


def test_a_row_alone_is_told_by_its_field_alone(service):
    client = service.client()
    assert client.post("/v1/verbatims", json={"source": "s", **rows(1)[0]}).json()["results"][0]["status"] == 201
    wrong = client.post("/v1/verbatims", json={"source": "s", **rows(1, score=12)[0]})
    assert (wrong.status_code, wrong.json()["errors"][0]["field"]) == (422, "score")


def test_of_two_rows_with_one_id_the_later_is_refused(service):
    done = add(service.client(), *rows(1), *rows(1, score=3))
    assert done.status_code == 207
    assert done.json()["results"][1]["problem"]["errors"][0]["field"] == "items.1.external_id"


def test_the_same_row_again_changes_nothing(service):
    client = service.client()
    changes = [add(client, *rows(1, score=score)).json()["results"][0]["change"] for score in (3, 3, 9)]
    assert changes == ["added", "unchanged", "changed"]


def test_many_rows_are_coded_by_a_job(service):
    done = add(service.client(), *rows(21))
    assert done.status_code == 202
    assert done.headers["location"] == done.json()["job"]["href"]
    assert {one["codes"] for one in done.json()["results"]} == {None}
    job = service.client().get(done.headers["location"]).json()
    assert (job["kind"], job["state"], job["total"]) == ("code", "queued", 21)


@pytest.mark.parametrize("items", [[], {}, "x", None, rows(1001)])
def test_too_many_rows_and_none_at_all_are_refused(service, items):
    done = service.client().post("/v1/verbatims", json={"source": "s", "items": items})
    assert (done.status_code, done.json()["errors"][0]["field"]) == (422, "items")


def test_rows_that_are_all_refused_are_told_with_the_id_of_the_request(service):
    done = service.client().post("/v1/verbatims", json={"source": "s", "items": [{"external_id": "r1"}]})
    assert (done.status_code, done.json()["request_id"]) == (422, done.headers["x-request-id"])


def test_personal_data_is_gone_before_anything_is_kept(service):
    add(service.client(), *rows(1, text="Write to ann.lee@example.com about the price."))
    (item,) = service.client().get("/v1/verbatims").json()["items"]
    assert "ann.lee" not in item["text"]


def test_texts_are_coded_and_not_kept(service):
    client = service.client("manager")
    (coded,) = client.post("/v1/code", json={"texts": [TEXT]}).json()["items"]
    assert (coded["codes"][0]["id"], coded["model"]) == ("price.level", "small@1")
    assert client.post("/v1/code", json={"texts": [TEXT] * 101}).status_code == 422
    assert service.client().get("/v1/verbatims").json()["items"] == []


def test_pages_follow_each_other(service):
    client = service.client()
    add(client, *rows(5))
    seen, cursor = [], None
    while True:
        query = {"limit": 2, **({"cursor": cursor} if cursor else {})}
        page = client.get("/v1/verbatims", params=query).json()
        seen += [one["external_id"] for one in page["items"]]
        cursor = page["next"]
        if cursor is None:
            break
    assert sorted(seen) == [f"r{number}" for number in range(5)]
    assert client.get("/v1/verbatims?cursor=nonsense").status_code == 422


def test_filters_and_search_find_what_is_meant(service):
    client = service.client()
    add(client, *rows(1, score=2, date="2026-03-01T12:00:00Z", account="Acme", role="buyer"))
    add(client, {"external_id": "zh", "text": "价格太高了", "score": 10, "date": "2026-04-01T12:00:00+08:00"})
    found = {
        query: [one["external_id"] for one in client.get(f"/v1/verbatims?{query}").json()["items"]]
        for query in (
            "q=价",
            "q=prices",
            "category=price&polarity=negative&stance=critic",
            "since=2026-04-01&until=2026-04-02",
            "account=Acme&role=buyer&review=false",
            "model=small@1&limit=1",
            "code=price.level&account=Nobody",
        )
    }
    assert list(found.values()) == [["zh"], ["r0"], ["r0"], ["zh"], ["r0"], ["zh"], []]


@pytest.mark.parametrize(
    "query",
    ["limit=0", "limit=x", "since=2026-04-01T00:00:00", "polarity=bad", "review=maybe", "stance=", "q=%E2%80%A6", "q="],
)
def test_a_filter_that_cannot_be_is_refused(service, query):
    answer = service.client().get(f"/v1/verbatims?{query}")
    assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")


def test_one_verbatim_is_shown_with_its_history(service):
    client = service.client()
    first = add(client, *rows(1, score=3)).json()["results"][0]["id"]
    add(client, *rows(1, score=9, text="Your prices are fair."))
    shown = client.get(f"/v1/verbatims/{first}").json()
    assert (shown["revision"], shown["text"], len(shown["history"])) == (2, "Your prices are fair.", 2)
    assert shown["history"][0]["codes"][0]["excerpts"][0]["text"] is None
    assert client.get(f"/v1/verbatims/{first}/codings").json()["items"] == shown["history"]


@pytest.mark.parametrize("number", ["0", "-1", "x", "9" * 30])
def test_a_number_that_cannot_be_is_refused(service, number):
    assert service.client().get(f"/v1/verbatims/{number}").status_code == 422


def test_what_is_not_there_is_not_found(service):
    assert service.client().get("/v1/verbatims/999").status_code == 404


def test_a_submitter_sees_and_changes_only_what_it_handed_in(service):
    hers = add(service.client("admin"), *rows(1)).json()["results"][0]["id"]
    client = service.client("submitter")
    own = add(client, {"external_id": "own", "text": TEXT, "contact": "Ann Lee"}).json()["results"][0]["id"]
    assert [one["id"] for one in client.get("/v1/verbatims").json()["items"]] == [own]
    missing, there = client.get("/v1/verbatims/999"), client.get(f"/v1/verbatims/{hers}")
    assert (missing.status_code, there.status_code) == (404, 404)
    assert there.json()["detail"] == missing.json()["detail"].replace("999", str(hers))
    taken = add(client, *rows(1, text="Mine now."))
    assert (taken.status_code, taken.json()["results"][0]["status"]) == (422, 409)
    assert service.client().get(f"/v1/verbatims/{hers}").json()["text"] == TEXT


def test_a_manager_sees_its_accounts_by_the_permission_of_the_contact(service):
    client = service.client()
    names = {"named": "Ann Lee", "anonymous": "Bob Ray", "aggregate": "Cy Fox"}
    people = [{"name": name, "account": "Acme", "permission": kind} for kind, name in names.items()]
    assert client.put("/v1/contacts", json={"items": people}).status_code == 200
    said = [{"external_id": kind, "text": TEXT, "contact": name, "account": "Acme"} for kind, name in names.items()]
    add(client, *said, {"external_id": "else", "text": TEXT, "account": "Other"})
    seen = {one["external_id"]: one for one in service.client("manager").get("/v1/verbatims").json()["items"]}
    assert {kind: (one["contact"], one["text"]) for kind, one in seen.items()} == {
        "named": ("Ann Lee", TEXT),
        "anonymous": (None, TEXT),
        "aggregate": (None, None),
    }
    assert seen["aggregate"]["codes"][0]["excerpts"][0]["text"] is None
    found = service.client("manager").get("/v1/verbatims?q=prices").json()["items"]
    assert {one["external_id"] for one in found} == {"named", "anonymous"}


def test_a_talk_without_a_name_shows_no_speaker(service):
    turns = [{"speaker": "Bob Ray", "side": "customer", "text": TEXT}, {"speaker": "Eve", "side": "us", "text": "Why?"}]
    client = service.client()
    client.put("/v1/contacts", json={"items": [{"name": "Bob Ray", "account": "Acme", "permission": "anonymous"}]})
    client.put("/v1/sources/calls", json={"redaction": []})
    one = {"external_id": "c1", "turns": turns, "contact": "Bob Ray", "account": "Acme"}
    number = add(client, one, source="calls").json()["results"][0]["id"]
    shown = service.client("manager").get(f"/v1/verbatims/{number}").json()
    assert [turn["speaker"] for turn in shown["turns"]] == [None, "Eve"]
    assert client.get(f"/v1/verbatims/{number}").json()["turns"][0]["speaker"] == "Bob Ray"


def test_that_named_feedback_was_read_is_kept_in_numbers(service):
    client = service.client()
    add(client, *rows(2, contact="Ann Lee", account="Acme"), {"external_id": "x", "text": TEXT})
    service.client("analyst").get("/v1/verbatims")
    service.client("manager").get("/v1/verbatims")
    events = [one for one in client.get("/v1/audit").json()["items"] if one["action"] == "read"]
    assert [(one["subject"], one["details"]) for one in events] == [("verbatims", {"verbatims": 3, "named": 2})]
