"""Review over HTTP: what comes to whom and why, what lies on whose desk, second codings, and who decides."""

import pytest

from verbatim.store.opening import writing
from verbatim.store.users import NewUser, add_user

DEAR = {"codes": [{"id": "price.level", "polarity": "negative"}], "stance": "critic"}
FINE = {"codes": [{"id": "general", "polarity": "positive"}], "stance": "promoter", "reason": "so it reads"}


def add(service, *rows):
    items = [{"external_id": f"r{place}", **row} for place, row in enumerate(rows)]
    done = service.client().post("/v1/verbatims", json={"source": "survey", "items": items})
    assert done.status_code == 200, done.text
    return [one["id"] for one in done.json()["results"]]


def take(client, **query):
    answer = client.get("/v1/review/queue", params={"gold": 0, **query})
    assert answer.status_code == 200, answer.text
    return answer.json()["items"]


def numbers(items):
    return [one["id"] for one in items]


def save(client, item, body=DEAR):
    return client.put(f"/v1/verbatims/{item['id']}/codings", json={**body, "based_on": item["coding"]})


@pytest.fixture
def ann(service):
    return service.client("analyst")


@pytest.fixture
def ben(service):
    return service.client(secret=service.key("north", "analyst"))


def actor(client):
    return f"key:{client.get('/v1/me').json()['id']}"


def test_an_item_has_all_that_a_reviewer_needs(service, ann):
    who = {"account": "Acme", "contact": "Ann Lee", "role": "buyer"}
    first, second = add(
        service,
        {"text": "Your prices are far too high.", "date": "2026-01-01T00:00:00Z", "score": 3, **who},
        {"text": "Costly, and late.", "date": "2026-02-01T00:00:00Z", "question": "Why?", "score": 10, **who},
    )
    item = next(one for one in take(ann) if one["id"] == second)
    assert (item["text"], item["question"], item["score"], item["account"], item["role"]) == (
        "Costly, and late.",
        "Why?",
        10,
        "Acme",
        "buyer",
    )
    assert item["coding"] == ann.get(f"/v1/verbatims/{second}").json()["coding"]
    assert (item["gold"], item["blind"], item["until"] > item["created"]) == (False, False, True)
    assert all({"id", "polarity", "confidence", "excerpts"} <= set(code) for code in item["codes"])
    assert [(one["id"], one["text"], one["score"]) for one in item["earlier"]] == [
        (first, "Your prices are far too high.", 3)
    ]
    assert item["earlier"][0]["codes"][0]["id"] == "price.level"


def test_why_an_item_is_there_is_told(service, ann):
    (number,) = add(service, {"text": "Hm", "score": 9})
    (item,) = take(ann)
    assert "doubt" in item["reasons"]
    assert item["worth"] > 0
    ann.post("/v1/review/queue/put-back", json={"verbatims": [number]})
    service.client().post("/v1/review/assignments", json={"assignee": actor(ann), "verbatims": [number]})
    assert take(ann)[0]["reasons"][0] == "assigned"


def test_what_is_drawn_at_random_is_marked(service, ann):
    add(service, *({"text": f"Text number {n}"} for n in range(12)))
    items = ann.get("/v1/review/queue?gold=0.9&size=12").json()["items"]
    drawn = [one for one in items if one["gold"]]
    assert drawn
    assert all(one["reasons"][0] == "drawn" for one in drawn)
    assert not any("drawn" in one["reasons"] for one in items if not one["gold"])


def test_a_talk_comes_with_its_turns(service, ann):
    turns = [{"speaker": "Eve", "side": "us", "text": "Why?"}, {"side": "customer", "text": "Far too dear."}]
    add(service, {"turns": turns})
    (item,) = take(ann)
    assert (item["text"], [one["text"] for one in item["turns"]]) == (None, ["Why?", "Far too dear."])


def test_nobody_gets_what_lies_on_anothers_desk_until_it_is_put_back(service, ann, ben):
    add(service, *({"text": f"Text number {n}"} for n in range(5)))
    mine, theirs = numbers(take(ann, size=3)), numbers(take(ben, size=5))
    assert (len(mine), len(theirs), set(mine) & set(theirs)) == (3, 2, set())
    assert numbers(take(ann, size=3)) == mine
    assert ann.post("/v1/review/queue/stay").json() == {"verbatims": 3}
    assert ann.post("/v1/review/queue/put-back", json={"verbatims": mine[:1]}).json() == {"verbatims": 1}
    assert set(numbers(take(ben, size=5))) == {*theirs, mine[0]}
    assert ann.post("/v1/review/queue/put-back", json={"verbatims": None}).json() == {"verbatims": 2}


def test_what_is_saved_comes_no_more(service, ann, ben):
    add(service, *({"text": f"Text number {n}"} for n in range(3)))
    for item in take(ann, size=2):
        assert save(ann, item).status_code == 200
    assert len(take(ann)) == 1
    assert take(ben) == []


def test_filters_narrow_the_queue(service, ann):
    wanted, _ = add(service, {"text": "Far too dear", "account": "Acme"}, {"text": "Slow", "account": "Other"})
    assert numbers(take(ann, account="Acme", q="dear")) == [wanted]


def test_an_account_that_weighs_more_comes_first(service, ann):
    rows = [{"text": text, "account": account} for text, account in (("Hm", "A: b"), ("Tja", "Dale"))]
    first, second = add(service, *rows)
    for weight, expected in (("A: b:9", first), ("Dale:9", second)):
        assert numbers(take(ann, size=1, weight=weight)) == [expected]
        ann.post("/v1/review/queue/put-back", json={"verbatims": None})


@pytest.mark.parametrize(
    ("query", "field"),
    [("size=0", "size"), ("size=101", "size"), ("gold=1", "gold"), ("second=-1", "second"), ("seed=x", "seed"),
     ("weight=Acme", "weight.0"), ("weight=A:-1", "weight.0"), ("weight=A:inf", "weight.0"), ("limit=3", "limit")],
)  # fmt: skip
def test_an_order_that_cannot_be_is_refused(ann, query, field):
    refused = ann.get(f"/v1/review/queue?{query}")
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, field), refused.text


def test_what_is_assigned_comes_to_nobody_else(service, ann, ben):
    rows = add(service, *({"text": f"Text number {n}", "account": "Acme" if n < 2 else "Other"} for n in range(4)))
    body = {"assignee": actor(ben), "filters": {"account": "Acme"}}
    assert service.client().post("/v1/review/assignments", json=body).json() == {"verbatims": 2}
    assert set(numbers(take(ann))) == set(rows[2:])
    assert set(numbers(take(ben))) == set(rows[:2])


def test_work_is_assigned_to_who_signs_in_too(service):
    (number,) = add(service, {"text": "Dear"})
    with writing(service.desk.engine, "north") as connection:
        add_user(connection, "north", NewUser("cat", "Cat", "analyst"), "a hash")
    body = {"assignee": "user:cat", "verbatims": [number]}
    assert service.client().post("/v1/review/assignments", json=body).json() == {"verbatims": 1}


@pytest.mark.parametrize("assignee", ["ann", "user:eve", "key:0", "key:99999", " ", "user:", "key:manager"])
def test_nothing_is_assigned_to_who_does_not_code(service, assignee):
    (number,) = add(service, {"text": "Dear"})
    name = actor(service.client("manager")) if assignee == "key:manager" else assignee
    refused = service.client().post("/v1/review/assignments", json={"assignee": name, "verbatims": [number]})
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "assignee")


@pytest.fixture
def double(service, ann, ben):
    """A verbatim that Ann has coded, and that Ben is to code too."""
    (number,) = add(service, {"text": "Far too dear.", "account": "Acme", "contact": "Ann Lee"})
    save(ann, take(ann)[0])
    wanted = {"share": 0.999999, "coder": actor(ben)}
    assert service.client().post("/v1/review/second", json=wanted).json() == {"verbatims": 1}
    return number


def test_who_is_to_code_blind_sees_no_coding_elsewhere_until_it_is_done(ann, ben, double):
    path = f"/v1/verbatims/{double}"
    assert ann.get(path).json()["codes"][0]["id"] == "price.level"
    assert (ben.get(path).json()["codes"], ben.get(path).json()["history"]) == ([], [])
    assert ben.get(f"{path}/codings").json()["items"] == []
    assert [one["coding"] for one in ben.get("/v1/verbatims").json()["items"]] == [None]
    assert ben.put(f"{path}/blind", json=FINE).status_code == 200
    assert len(ben.get(path).json()["history"]) == 3


def test_who_codes_blind_sees_nothing_that_was_judged(service, ann, ben, double):
    assert ann.get("/v1/review/blind").json()["items"] == []
    for path in ("/v1/review/blind", "/v1/review/queue"):
        (item,) = ben.get(path).json()["items"]
        assert (item["id"], item["text"], item["blind"], item["reasons"]) == (double, "Far too dear.", True, ["second"])
        assert (item["codes"], item["stance"], item["coding"], item["person"]) == ([], None, None, None)
        assert (item["review"], item["trust"], item["model"], item["worth"]) == (None, None, None, None)


def test_what_was_said_before_is_shown_without_codes_beside_a_blind_one(service, ann, ben):
    rows = [{"text": f"Text number {n}", "date": f"2026-01-0{n + 1}T00:00:00Z", "account": "Acme"} for n in range(2)]
    add(service, *rows)
    for item in take(ann):
        save(ann, item)
    service.client().post("/v1/review/second", json={"share": 0.999999, "coder": actor(ben)})
    later = next(one for one in ben.get("/v1/review/blind").json()["items"] if one["earlier"])
    assert [(one["text"], one["codes"], one["stance"]) for one in later["earlier"]] == [("Text number 0", [], None)]


def test_a_blind_coding_is_never_in_effect_and_kept_once(service, ann, ben, double):
    before = ann.get(f"/v1/verbatims/{double}").json()["coding"]
    put = [ben.put(f"/v1/verbatims/{double}/blind", json=FINE, headers={"Idempotency-Key": "k"}) for _ in range(2)]
    assert [one.status_code for one in put] == [200, 200]
    assert put[0].json() == put[1].json() == {"verbatim": double, "coding": put[0].json()["coding"]}
    history = ann.get(f"/v1/verbatims/{double}").json()
    assert (history["coding"], [one["blind"] for one in history["history"]]) == (before, [False, False, True])
    assert ben.put(f"/v1/verbatims/{double}/blind", json=DEAR).status_code == 409
    assert ben.get("/v1/review/blind").json()["items"] == []


def test_what_differs_is_decided_side_by_side(service, ann, ben, double):
    ben.put(f"/v1/verbatims/{double}/blind", json=FINE)
    page = ann.get("/v1/review/disagreements").json()
    (item,) = page["items"]
    assert (item["verbatim"]["text"], item["verbatim"]["codes"]) == ("Far too dear.", [])
    assert [[one["id"] for one in item[name]["codes"]] for name in ("first", "second")] == [
        ["price.level"],
        ["general"],
    ]
    assert (item["first"]["model"], item["second"]["model"], item["second"]["reason"]) == (
        actor(ann),
        actor(ben),
        "so it reads",
    )
    place, key = f"/v1/review/disagreements/{item['id']}", {"Idempotency-Key": "d"}
    done = [service.client().post(place, json=FINE, headers=key) for _ in range(2)]
    assert [one.status_code for one in done] == [200, 200]
    assert ann.get(f"/v1/verbatims/{double}").json()["coding"] == done[0].json()["coding"]["id"]
    assert ann.get("/v1/review/disagreements").json()["items"] == []
    assert ann.post(place, json=DEAR).status_code == 409


def test_disagreements_come_in_pages(service, ann, ben):
    add(service, *({"text": f"Text number {n}"} for n in range(3)))
    for item in take(ann):
        save(ann, item)
    service.client().post("/v1/review/second", json={"share": 0.999999})
    for item in ben.get("/v1/review/blind").json()["items"]:
        ben.put(f"/v1/verbatims/{item['id']}/blind", json=FINE)
    first = ann.get("/v1/review/disagreements?limit=2").json()
    rest = ann.get(f"/v1/review/disagreements?limit=2&cursor={first['next']}").json()
    assert (len(first["items"]), len(rest["items"]), rest["next"]) == (2, 1, None)


def test_a_disagreement_of_another_organisation_is_not_there(service, ben, double):
    ben.put(f"/v1/verbatims/{double}/blind", json=FINE)
    number = service.client().get("/v1/review/disagreements").json()["items"][0]["id"]
    south = service.client("admin", "south")
    assert south.post(f"/v1/review/disagreements/{number}", json=FINE).status_code == 404
    assert south.put(f"/v1/verbatims/{double}/blind", json=FINE).status_code == 404
    assert south.get("/v1/review/disagreements").json()["items"] == []
    assert south.get("/v1/review/queue").json()["items"] == []


@pytest.mark.parametrize("body", [{"share": 0}, {"share": 1}, {"share": "x"}, {"share": 0.1, "coder": "nobody"}, {}])
def test_a_share_or_a_coder_that_cannot_be_is_refused(service, body):
    assert service.client().post("/v1/review/second", json=body).status_code == 422


def test_that_named_feedback_came_to_a_desk_is_kept_in_numbers(service, ann):
    add(service, {"text": "Dear", "contact": "Ann Lee", "account": "Acme"})
    take(ann)
    events = service.client().get("/v1/audit").json()["items"]
    assert [one["details"] for one in events if one["action"] == "read"] == [{"verbatims": 1, "named": 1}]


def test_a_role_that_does_not_code_reaches_no_route_of_review(service):
    for client in map(service.client, ("manager", "submitter")):
        for path in ("queue", "blind", "disagreements", "twins"):
            assert client.get(f"/v1/review/{path}").status_code == 403
        for path in ("bulk", "second", "assignments", "queue/put-back", "disagreements/1"):
            assert client.post(f"/v1/review/{path}", json={}).status_code == 403
