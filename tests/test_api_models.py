"""Models over HTTP: listed, explained, compared, retrained, promoted, rolled back, each as its key may."""

from threading import Event, Thread

import pytest

from verbatim.jobs import Worker
from verbatim.store.codings import effective
from verbatim.store.opening import reading

POLICY = {"min_gold": 40, "protected": ["product.safety"]}
WHY = {"reason": "we looked at it ourselves"}


def worked(service, number):
    """The job once a worker has done all that waits."""
    stop = Event()
    thread = Thread(target=Worker(service.desk, "w").run, args=(stop,))
    thread.start()
    client = service.client()
    while any(one["state"] in ("queued", "running") for one in client.get("/v1/jobs").json()["items"]):
        stop.wait(0.05)
    stop.set()
    thread.join()
    return client.get(f"/v1/jobs/{number}").json()


def retrained(service, **body):
    """The job of a retraining that an admin asked for, done."""
    asked = service.client().post("/v1/models/retrain", json={"policy": POLICY, **body})
    assert asked.status_code == 202, asked.text
    return worked(service, asked.json()["job"]["id"])


def states(client):
    return {one["label"]: one["state"] for one in client.get("/v1/models").json()["items"]}


def authors(service, numbers):
    with reading(service.desk.engine, "north") as connection:
        return {one.coding.author for one in effective(connection, "north", numbers).values()}


@pytest.fixture
def taught(analysts):
    """Sixty that were corrected, and as many of the share kept apart."""
    return analysts.review(60) + analysts.review(60, gold=True)


def test_the_day_of_a_model(service, analysts, taught):
    plain = analysts.review(5, person=False)
    done = retrained(service)
    assert (done["state"], done["result"]["challenger"], done["result"]["promoted"]) == ("done", "small-own@1", True)
    assert (authors(service, plain), authors(service, taught)) == ({"small-own@1"}, {"ann"})
    client = service.client("analyst")
    assert states(client) == {"small@1": "retired", "small-own@1": "champion"}
    back = client.post("/v1/models/rollback", json={"reason": "complaints"})
    assert (back.status_code, back.json()["model"], back.json()["act"]) == (200, "small@1", "roll_back")
    assert worked(service, back.json()["job"]["id"])["state"] == "done"
    assert (authors(service, plain), authors(service, taught)) == ({"small@1"}, {"ann"})
    again = client.post("/v1/models/small-own@1/promote", json=WHY)
    assert (again.status_code, again.headers["location"]) == (200, again.json()["job"]["href"])
    assert "reason" not in again.json()
    told = client.get("/v1/models/history").json()["items"]
    assert [(one["act"], one["model"]) for one in told] == [
        ("promote", "small-own@1"),
        ("roll_back", "small@1"),
        ("promote", "small-own@1"),
    ]
    assert told[2]["reason"] == WHY["reason"]


def test_a_poisoned_batch_is_not_promoted_and_the_report_says_why(service, analysts):
    analysts.review(200, shuffled=True)
    analysts.review(60, gold=True)
    done = retrained(service)
    assert done["result"]["promoted"] is False
    client = service.client("analyst")
    report = client.get("/v1/models/small-own@1").json()["report"]
    assert report["reasons"] == done["result"]["reasons"]
    assert report["reasons"][0].startswith("corrections that do not fit their words: held-out ones are told ")
    assert states(client)["small-own@1"] == "challenger"
    listed = {one["label"]: one for one in client.get("/v1/models").json()["items"]}["small-own@1"]
    assert (listed["passed"], listed["reasons"], listed["corrections"]) == (False, report["reasons"], 200)


def test_of_two_retrains_at_once_the_second_is_told_the_job_of_the_first(service):
    client = service.client("analyst")
    first = client.post("/v1/models/retrain", json={})
    second = client.post("/v1/models/retrain", json={})
    number = first.json()["job"]["id"]
    assert (first.status_code, second.status_code) == (202, 409)
    assert second.json()["detail"].startswith(f"job {number}: a retrain is queued; expected to be asked again")
    assert service.client("analyst", "south").post("/v1/models/retrain", json={}).status_code == 202


def test_a_retrain_with_a_key_starts_once(service):
    headers = {"Idempotency-Key": "evening"}
    asked = [service.client("analyst").post("/v1/models/retrain", json={}, headers=headers) for _ in range(2)]
    assert [one.status_code for one in asked] == [202, 202]
    assert asked[1].headers["idempotency-replayed"] == "true"


def test_a_model_is_explained(service, taught):
    retrained(service)
    found = service.client("analyst").get("/v1/models/small-own@1").json()
    training, change = found["training"], found["report"]["contest"]["figures"]["l2_weighted"]
    assert (training["parent"], training["origin"], training["verbatims"]) == ("small@1", "small@1", 60)
    assert training["recipe"]["min_gold"] == 40
    assert len(training["corpus_sha256"]) == len(found["sha256"]) == 64
    assert change["gain"]["low"] > 0
    assert change["limits"][0] <= change["after"] <= change["limits"][1]
    assert [one["model"] for one in found["promotions"]] == ["small-own@1"]


def test_two_models_are_compared_code_by_code(service, taught):
    retrained(service)
    client = service.client("manager")
    found = client.get("/v1/models/small-own@1/compare").json()
    assert (found["first"], found["second"], found["n"]) == ("small@1", "small-own@1", 60)
    assert {one["id"]: one["better"] for one in found["figures"]}["l2_weighted"]
    assert {one["id"] for one in found["codes"]} >= {"product.safety", "service.delivery"}
    assert all(one["low"] <= one["gain"] <= one["high"] for one in found["figures"])
    other = client.get("/v1/models/small@1/compare", params={"with": "small-own@1"}).json()
    assert {one["id"]: one["worse"] for one in other["figures"]}["l2_weighted"]


def test_the_learning_curve_has_a_point_for_each_retraining(service, analysts, taught):
    retrained(service)
    analysts.review(20)
    retrained(service)
    points = service.client("manager").get("/v1/models/curve").json()["items"]
    assert [(one["corrections"], one["gold"], one["passed"]) for one in points] == [(60, 60, True), (80, 60, False)]
    assert points[0]["before"] < points[0]["low"] <= points[0]["after"] <= points[0]["high"]


def test_an_organisation_that_has_done_nothing_has_the_installations_model(service):
    client = service.client("analyst")
    (only,) = client.get("/v1/models").json()["items"]
    assert (only["label"], only["state"], only["current"], only["passed"]) == ("small@1", "champion", True, None)
    assert client.get("/v1/models/curve").json()["items"] == client.get("/v1/models/history").json()["items"] == []
    assert client.get("/v1/models/small@1/compare").status_code == 409
    assert client.post("/v1/models/rollback", json=WHY).status_code == 409
    assert client.post("/v1/models/small@1/promote", json=WHY).status_code == 409


@pytest.mark.parametrize("body", [{}, {"reason": ""}, {"reason": "  "}, {"reason": "x" * 1001}, {"reason": 7}, []])
def test_another_model_codes_for_a_reason_only(service, body):
    client = service.client("analyst")
    for path in ("/v1/models/small@1/promote", "/v1/models/rollback"):
        assert client.post(path, json=body).status_code in (409, 422), path
    assert client.get("/v1/models/history").json()["items"] == []


@pytest.mark.parametrize(
    ("body", "role", "status"),
    [
        ({"override": " "}, "analyst", 422),
        ({"policy": {"min_gold": 40}}, "analyst", 403),
        ({"policy": {"min_gold": 1}}, "admin", 422),
        ({"policy": {"nothing": 1}}, "admin", 422),
        ({"policy": {"weights": {"changed": 0}}}, "admin", 422),
        ({"gold": [1]}, "admin", 422),
        ([], "admin", 422),
    ],
)
def test_a_retrain_that_cannot_be_starts_nothing(service, body, role, status):
    client = service.client(role)
    assert client.post("/v1/models/retrain", json=body).status_code == status
    assert client.get("/v1/jobs").json()["items"] == []


def test_a_policy_that_cannot_be_is_told_by_its_field(service):
    refused = service.client().post("/v1/models/retrain", json={"policy": {"weights": {"half_life": -1}}})
    assert [one["field"] for one in refused.json()["errors"]] == ["policy.weights.half_life"]


def test_a_policy_of_the_installation_is_what_an_analyst_retrains_by(service, tmp_path, monkeypatch):
    recipe = tmp_path / "policy.toml"
    recipe.write_text("min_gold = 33\n")
    monkeypatch.setenv("VERBATIM_POLICY", str(recipe))
    assert service.client("analyst").post("/v1/models/retrain", json={}).status_code == 202
    with reading(service.desk.engine, "north") as connection:
        from verbatim.store.jobs import list_jobs

        assert list_jobs(connection, "north")[0].payload["policy"]["min_gold"] == 33


def test_the_models_of_another_organisation_are_not_there(service, taught):
    retrained(service)
    other = service.client("admin", "south")
    there, missing = (other.get(f"/v1/models/small-own@{number}") for number in (1, 9))
    assert (there.status_code, missing.status_code) == (404, 404)
    assert there.json()["detail"].replace("@1'", "@9'") == missing.json()["detail"]
    assert other.post("/v1/models/small-own@1/promote", json=WHY).status_code == 404
    assert other.get("/v1/models/small@1/compare", params={"with": "small-own@1"}).status_code == 404
    assert states(other) == {"small@1": "champion"}


@pytest.mark.parametrize("label", ["small", "..%2Fsmall@1", "small@x", "a%20word@1", "x" * 200 + "@1"])
def test_what_is_no_label_is_refused(service, label):
    assert service.client().get(f"/v1/models/{label}").status_code in (404, 422)


def test_who_may_what(service):
    submitter, manager = service.client("submitter"), service.client("manager")
    assert [submitter.get(f"/v1/models{path}").status_code for path in ("", "/curve", "/small@1")] == [200, 403, 403]
    assert [manager.get(f"/v1/models{path}").status_code for path in ("", "/curve", "/small@1")] == [200, 200, 200]
    for path in ("retrain", "rollback", "small@1/promote"):
        assert manager.post(f"/v1/models/{path}", json=WHY).status_code == 403


def test_a_manager_is_not_told_the_reason(service, taught):
    retrained(service, override="Larkhill asked for it")
    client = service.client("manager")
    for told in (client.get("/v1/models/history").json()["items"], client.get("/v1/models/small-own@1").json()):
        assert "Larkhill" not in str(told)
    assert "Larkhill" in service.client("analyst").get("/v1/models/history").text
