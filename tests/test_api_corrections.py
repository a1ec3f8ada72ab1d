"""Corrections over HTTP: in effect at once, never over another's unseen, and once however often they are sent."""

import json

import pytest

TEXT = "Too dear, but the engineer was great."
DEAR = {"id": "price.level", "polarity": "negative", "excerpts": [{"start": 0, "end": 8}]}
GREAT = {"id": "service.competence", "polarity": "positive", "excerpts": [{"start": 14, "end": 36}]}
BOTH = {"codes": [DEAR, GREAT], "stance": "passive", "reason": "read twice"}


def add(service, *texts, **values):
    rows = [{"external_id": f"r{place}-{text}", "text": text, **values} for place, text in enumerate(texts)]
    done = service.client().post("/v1/verbatims", json={"source": "survey", "items": rows})
    assert done.status_code == 200, done.text
    return [one["id"] for one in done.json()["results"]]


def shown(service, number):
    return service.client().get(f"/v1/verbatims/{number}").json()


def save(client, number, body, **headers):
    return client.put(f"/v1/verbatims/{number}/codings", json=body, headers=headers)


@pytest.fixture
def number(service):
    return add(service, TEXT)[0]


@pytest.fixture
def base(service, number):
    """The coding in effect before anybody has corrected it."""
    return shown(service, number)["coding"]


@pytest.fixture
def ann(service):
    return service.client("analyst")


@pytest.fixture
def ben(service):
    return service.client(secret=service.key("north", "analyst"))


def test_a_whole_number_may_be_written_as_a_float(ann, number, base):
    excerpt = {"start": 0.0, "end": 8.0}
    done = save(ann, number, {"codes": [{**DEAR, "excerpts": [excerpt]}], "based_on": float(base)})
    assert done.status_code == 200, done.text
    (code,) = done.json()["coding"]["codes"]
    assert [(one["start"], one["end"]) for one in code["excerpts"]] == [(0, 8)]
    refused = save(ann, number, {"codes": [{**DEAR, "excerpts": [{"start": 0.5, "end": 8}]}], "based_on": base})
    assert refused.json()["errors"][0]["field"] == "codes.0.excerpts.0.start"


def test_a_correction_is_in_effect_at_once_in_lists_search_and_exports(service, ann, number, base):
    done = save(ann, number, {**BOTH, "based_on": base})
    assert done.status_code == 200, done.text
    assert (done.json()["before"], done.json()["coding"]["person"]) == (base, True)
    for query in ("code=service.competence&polarity=positive", "q=engineer&stance=passive", "category=service"):
        (item,) = ann.get(f"/v1/verbatims?{query}").json()["items"]
        assert (item["coding"], item["person"]) == (done.json()["coding"]["id"], True)
        assert [one["id"] for one in item["codes"]] == ["price.level", "service.competence"]
    line = json.loads(ann.get("/v1/exports?format=jsonl&code=service.competence").text)
    assert [one["id"] for one in line["codes"]] == ["price.level", "service.competence"]


def test_what_was_said_before_stays_in_the_history_with_author_reason_and_time(service, ann, number, base):
    save(ann, number, {**BOTH, "based_on": base})
    history = ann.get(f"/v1/verbatims/{number}/codings").json()["items"]
    assert [(one["person"], one["reason"], one["withdrawn"]) for one in history] == [
        (False, None, False),
        (True, "read twice", False),
    ]
    assert history[1]["codes"][1]["excerpts"][0]["text"] == "the engineer was great"
    assert history[1]["model"] == f"key:{ann.get('/v1/me').json()['id']}"


def test_a_stale_correction_is_refused_with_all_versions(service, ann, ben, number, base):
    theirs = save(ben, number, {**BOTH, "based_on": base}).json()["coding"]
    refused = save(ann, number, {"codes": [GREAT], "based_on": base})
    assert (refused.status_code, refused.headers["content-type"]) == (409, "application/problem+json")
    told = refused.json()
    assert told["errors"] == [{"field": "based_on", "value": base, "expected": "the coding in effect"}]
    assert ([one["id"] for one in told["yours"]["codes"]], told["yours"]["id"]) == (["service.competence"], None)
    assert (told["seen"]["id"], told["current"]) == (base, theirs)
    assert "engineer" not in refused.text
    assert shown(service, number)["coding"] == theirs["id"]


@pytest.mark.parametrize("headers", [{}, {"Idempotency-Key": "s1"}])
def test_a_save_that_is_sent_again_is_kept_once(service, ann, number, base, headers):
    first, again = (save(ann, number, {**BOTH, "based_on": base}, **headers) for _ in range(2))
    assert (first.status_code, again.status_code) == (200, 200)
    assert again.json()["coding"] == first.json()["coding"]
    assert len(shown(service, number)["history"]) == 2
    assert again.headers.get("idempotency-replayed") == ("true" if headers else None)


def test_a_save_that_is_sent_again_after_it_was_taken_back_stays_taken_back(service, ann, number, base):
    body, key = {**BOTH, "based_on": base}, {"Idempotency-Key": "s1"}
    mine = save(ann, number, body, **key).json()["coding"]["id"]
    ann.post(f"/v1/verbatims/{number}/undo", json={"coding": mine})
    assert save(ann, number, body, **key).json()["coding"]["id"] == mine
    assert shown(service, number)["coding"] == base


def test_a_save_that_is_refused_leaves_its_key_free(service, ann, ben, number, base):
    theirs = save(ben, number, {**BOTH, "based_on": base}).json()["coding"]["id"]
    key = {"Idempotency-Key": "s1"}
    assert save(ann, number, {"codes": [], "based_on": base}, **key).status_code == 409
    assert save(ann, number, {"codes": [], "based_on": theirs}, **key).status_code == 200
    assert save(ann, number, {"codes": [DEAR], "based_on": theirs}, **key).status_code == 422


def test_what_nobody_has_coded_is_coded_on_no_coding(service, ann):
    rows = [{"external_id": f"n{n}", "text": TEXT} for n in range(21)]
    number = ann.post("/v1/verbatims", json={"source": "s", "items": rows}).json()["results"][0]["id"]
    assert shown(service, number)["coding"] is None
    done = save(ann, number, {"codes": [DEAR], "based_on": None})
    assert (done.status_code, done.json()["before"]) == (200, None)
    late = save(ann, number, {"codes": [GREAT], "based_on": None}).json()
    assert (late["seen"], late["current"]["id"]) == (None, done.json()["coding"]["id"])


@pytest.mark.parametrize(
    ("change", "field", "value"),
    [
        ({"codes": [{**DEAR, "id": "price.levle"}]}, "codes.0.id", "price.levle"),
        ({"codes": [{**DEAR, "id": "Too dear!"}]}, "codes.0.id", "a text of 9 characters"),
        ({"codes": [DEAR, DEAR]}, "codes.1.id", "price.level"),
        ({"codes": [{"id": "no_content", "polarity": "neutral"}, DEAR]}, "codes.0.id", "no_content"),
        ({"codes": [{**DEAR, "polarity": "bad"}]}, "codes.0.polarity", "bad"),
        ({"codes": [{**DEAR, "excerpts": [{"start": 30, "end": 99}]}]}, "codes.0.excerpts.0", "30:99"),
        ({"codes": [{**DEAR, "excerpts": [{"start": 0, "end": 8, "turn": 1}]}]}, "codes.0.excerpts.0", "0:8 of turn 1"),
        ({"codes": [{**DEAR, "excerpts": [{"start": -1, "end": 8}]}]}, "codes.0.excerpts.0.start", -1),
        ({"stance": "fan"}, "stance", "fan"),
        ({"reason": "x" * 2001}, "reason", "a text of 2001 characters"),
        ({"based_on": 0}, "based_on", 0),
        ({"based_on": "1"}, "based_on", "1"),
        ({"author": "ann"}, "author", "a text of 3 characters"),
    ],
)
def test_what_cannot_be_is_told_by_its_field(service, ann, number, base, change, field, value):
    refused = save(ann, number, {**BOTH, "based_on": base, **change})
    assert refused.status_code == 422, refused.text
    (error,) = refused.json()["errors"]
    assert (error["field"], error["value"]) == (field, value)
    assert error["expected"]
    assert len(shown(service, number)["history"]) == 1


def test_a_correction_without_what_it_is_based_on_is_refused(ann, number):
    assert save(ann, number, BOTH).json()["errors"][0]["field"] == "based_on"


@pytest.mark.parametrize("role", ["manager", "submitter"])
def test_who_may_not_correct_is_told_so(service, number, base, role):
    client = service.client(role)
    assert save(client, number, {**BOTH, "based_on": base}).status_code == 403
    assert client.post(f"/v1/verbatims/{number}/accept", json={"based_on": base}).status_code == 403
    assert client.get("/v1/review/queue").status_code == 403


def test_a_verbatim_of_another_organisation_is_not_there(service, number, base):
    client = service.client("admin", "south")
    for answer in (
        save(client, number, {**BOTH, "based_on": base}),
        client.post(f"/v1/verbatims/{number}/accept", json={"based_on": base}),
        client.post(f"/v1/verbatims/{number}/undo", json={"coding": base}),
        client.post(f"/v1/verbatims/{number}/twins", json={"items": None}),
        client.get(f"/v1/verbatims/{number}/twins"),
    ):
        assert answer.status_code == 404
    assert shown(service, number)["coding"] == base


def test_what_is_accepted_is_ones_own_and_once(service, ann, number, base):
    first, again = (ann.post(f"/v1/verbatims/{number}/accept", json={"based_on": base}) for _ in range(2))
    assert (first.status_code, again.status_code) == (200, 200)
    assert first.json()["coding"]["id"] == again.json()["coding"]["id"]
    history = shown(service, number)["history"]
    assert [[code["id"] for code in one["codes"]] for one in history] == [[history[0]["codes"][0]["id"]]] * 2


def test_what_another_has_changed_is_not_accepted_unseen(ann, ben, number, base):
    save(ben, number, {**BOTH, "based_on": base})
    refused = ann.post(f"/v1/verbatims/{number}/accept", json={"based_on": base})
    assert (refused.status_code, refused.json()["yours"]) == (409, None)
    assert len(refused.json()["current"]["codes"]) == 2


def test_what_is_taken_back_is_taken_back_once(service, ann, number, base):
    first = save(ann, number, {"codes": [DEAR], "based_on": base}).json()["coding"]["id"]
    second = save(ann, number, {**BOTH, "based_on": first}).json()["coding"]["id"]
    for _ in range(2):
        done = ann.post(f"/v1/verbatims/{number}/undo", json={"coding": second})
        assert (done.status_code, done.json()["coding"]["id"]) == (200, first)
    assert [one["withdrawn"] for one in shown(service, number)["history"]] == [False, False, True]


def test_what_others_have_said_is_not_taken_back(ann, ben, number, base):
    theirs = save(ben, number, {**BOTH, "based_on": base}).json()["coding"]["id"]
    assert ann.post(f"/v1/verbatims/{number}/undo", json={"coding": theirs}).status_code == 404
    mine = save(ann, number, {"codes": [DEAR], "based_on": theirs}).json()["coding"]["id"]
    save(ann, number, {"codes": [GREAT], "based_on": mine})
    stale = ann.post(f"/v1/verbatims/{number}/undo", json={"coding": mine})
    assert (stale.status_code, stale.json()["seen"]["id"]) == (409, mine)


def test_twins_are_listed_and_coded_alike(service, ann):
    one, two, three = add(service, "Too dear", "  too DEAR", "Too dear")
    save(ann, one, {"codes": [{**DEAR, "excerpts": []}], "based_on": shown(service, one)["coding"]})
    page = ann.get(f"/v1/verbatims/{one}/twins?limit=1").json()
    assert ([item["id"] for item in page["items"]], page["next"]) == ([two], str(two))
    page = ann.get(f"/v1/verbatims/{one}/twins?cursor={page['next']}").json()
    assert ([item["id"] for item in page["items"]], page["next"]) == ([three], None)
    chosen = [{"verbatim": two, "coding": shown(service, two)["coding"]}, {"verbatim": three, "coding": 10**9}]
    done = ann.post(f"/v1/verbatims/{one}/twins", json={"items": chosen})
    assert (done.status_code, [row["result"] for row in done.json()["results"]]) == (207, ["changed", "stale"])
    again = ann.post(f"/v1/verbatims/{one}/twins", json={"items": None})
    assert [row["result"] for row in again.json()["results"]] == ["unchanged", "changed"]
    assert {code["id"] for code in shown(service, three)["codes"]} == {"price.level"}


def test_a_manager_sees_the_twins_of_its_accounts_only(service):
    (own,) = add(service, "Too dear", account="Acme")
    add(service, "Too dear ", account="Other")
    (other,) = add(service, "TOO dear", account="Acme")
    found = service.client("manager").get(f"/v1/verbatims/{own}/twins").json()["items"]
    assert [one["id"] for one in found] == [other]


def test_twins_that_are_coded_apart_are_listed_by_their_ways(service, ann):
    numbers = add(service, "Too dear", "too dear", "Too DEAR")
    save(ann, numbers[1], {"codes": [GREAT | {"excerpts": []}], "based_on": shown(service, numbers[1])["coding"]})
    (group,) = ann.get("/v1/review/twins").json()["items"]
    assert (group["id"], group["text"]) == (numbers[0], "Too dear")
    assert [one["verbatims"] for one in group["variants"]] == [2, 1]
    assert group["variants"][1]["codes"] == [{"id": "service.competence", "polarity": "positive"}]
    assert [one["verbatim"] for one in group["variants"][1]["items"]] == [numbers[1]]
    assert ann.get(f"/v1/review/twins?cursor={numbers[0]}").json()["items"] == []


def test_many_are_accepted_each_told_by_itself(service, ann, ben):
    numbers = add(service, TEXT, "Costly")
    seen = [{"verbatim": number, "coding": shown(service, number)["coding"]} for number in numbers]
    save(ben, numbers[0], {**BOTH, "based_on": seen[0]["coding"]})
    items = [*seen, {"verbatim": 10**6}]
    done = ann.post("/v1/review/bulk", json={"action": "accept", "items": items})
    assert done.status_code == 207
    assert [(one["status"], one["result"]) for one in done.json()["results"]] == [
        (409, "stale"),
        (200, "changed"),
        (404, "missing"),
    ]
    assert done.json()["changed"] == 1
    again = ann.post("/v1/review/bulk", json={"action": "accept", "items": seen[1:]})
    assert (again.status_code, again.json()["results"][0]["result"]) == (200, "unchanged")


def test_all_that_pass_a_filter_are_changed(service, ann):
    numbers = add(service, TEXT, "Costly", "Far too dear")
    for number in numbers:
        save(ann, number, {"codes": [{**DEAR, "excerpts": []}], "based_on": shown(service, number)["coding"]})
    body = {
        "action": "replace",
        "code": "price.level",
        "to": "price.value",
        "filters": {"category": "price", "q": "dear"},
    }
    done = ann.post("/v1/review/bulk", json=body, headers={"Idempotency-Key": "b1"})
    assert [one["verbatim"] for one in done.json()["results"]] == [numbers[0], numbers[2]]
    assert ann.post("/v1/review/bulk", json=body, headers={"Idempotency-Key": "b1"}).json() == done.json()
    found = ann.get("/v1/verbatims?code=price.value").json()["items"]
    assert {one["id"] for one in found} == {numbers[0], numbers[2]}


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"action": "wipe"}, "action"),
        ({"action": "add", "code": "prise", "polarity": "negative"}, "code"),
        ({"action": "add", "code": "price"}, "polarity"),
        ({"action": "replace", "code": "price", "to": "prise"}, "to"),
        ({"action": "remove"}, "code"),
        ({"action": "accept", "filters": {}}, "body"),
        ({"action": "accept", "items": []}, "items"),
        ({"action": "accept", "items": None, "filters": {"polarity": "bad"}}, "filters.polarity"),
    ],
)
def test_a_change_that_cannot_be_is_told_by_its_field(ann, number, change, field):
    refused = ann.post("/v1/review/bulk", json={"items": [{"verbatim": number}], **change})
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, field), refused.text


def test_who_corrected_what_is_kept_in_numbers(service, ann, number, base):
    mine = save(ann, number, {**BOTH, "based_on": base}).json()["coding"]["id"]
    events = service.client().get(f"/v1/audit?subject=verbatim:{number}").json()["items"]
    who = f"key:{ann.get('/v1/me').json()['id']}"
    assert [(one["actor"], one["action"], one["details"]) for one in events if one["action"] == "correct"] == [
        (who, "correct", {"coding": mine})
    ]
