"""The life of the code frame over HTTP: drafts, effect, publishing, versions, crosswalks."""

from datetime import UTC, datetime

import pytest
from drafted_frames import words

from verbatim.actions.crosswalked import run_crosswalk
from verbatim.store.jobs import Lease, claim, finish
from verbatim.store.opening import writing

MERGE = {"act": "merge", "code": "service.attitude", "to": "service.competence"}
RETIRE = {"act": "retire", "code": "price.terms"}
LATE = "Delivery is late."


def draft(client, *operations, revision=0):
    return client.post("/v1/codebook/draft/operations", json={"revision": revision, "operations": operations})


def published(client, *operations):
    seen = client.get("/v1/codebook/draft").json()["revision"]
    body = {"revision": seen, "operations": operations}
    revision = client.put("/v1/codebook/draft", json=body).json()["revision"]
    return client.post("/v1/codebook/draft/publish", json={"revision": revision, "reason": "why"}).json()


def work(service):
    engine = service.desk.engine
    with writing(engine) as connection:
        lease = Lease(engine, claim(connection, "w/1", datetime.now(UTC)), "w/1")
    run_crosswalk(service.desk, lease)
    with writing(engine, "north") as connection:
        finish(connection, lease)


def test_an_analyst_drafts_looks_at_the_effect_and_publishes(service):
    client = service.client("analyst")
    client.post("/v1/verbatims", json={"source": "s", "external_id": "r1", "text": LATE})
    assert client.get("/v1/codebook/draft").json()["revision"] == 0
    first = draft(client, {"act": "merge", "code": "service.delivery", "to": "service.resolution"})
    assert (first.status_code, first.json()["revision"], first.json()["label"]) == (200, 1, "b2b@2"), first.text
    effect = client.get("/v1/codebook/draft/effect").json()
    assert (effect["verbatims"], effect["models_coded"], effect["operations"][0]["models"]) == (1, 1, "at_once")
    done = client.post("/v1/codebook/draft/publish", json={"revision": 1, "reason": "one is enough"})
    assert (done.status_code, done.json()["label"]) == (200, "b2b@2"), done.text
    assert client.get(done.json()["job"]["href"]).json()["kind"] == "crosswalk"
    assert "service.delivery" not in [one["id"] for one in client.get("/v1/codebook").json()["codes"]]
    work(service)
    (row,) = client.get("/v1/verbatims?code=service.delivery").json()["items"]
    assert [one["id"] for one in row["codes"]] == ["service.resolution"]
    history = client.get(f"/v1/verbatims/{row['id']}/codings").json()["items"]
    assert [one["codebook"] for one in history] == ["b2b@1", "b2b@2"]
    counted = client.get("/v1/codebook/counts").json()
    assert counted == {"label": "b2b@2", "counts": {"service.resolution": 1}, "categories": {"service": 1}}


def test_of_two_the_second_is_told_what_is_there(service):
    client, other = service.client("analyst"), service.client("admin")
    assert draft(client, MERGE).status_code == 200
    late = draft(other, RETIRE)
    assert (late.status_code, late.headers["content-type"]) == (409, "application/problem+json")
    assert [one["act"] for one in late.json()["current"]["operations"]] == ["merge"]
    assert client.delete("/v1/codebook/draft?revision=0").status_code == 409
    assert client.delete("/v1/codebook/draft?revision=1").json()["operations"] == []
    assert client.post("/v1/codebook/draft/publish", json={"revision": 1, "reason": "x"}).status_code == 409
    assert client.post("/v1/codebook/draft/publish", json={"revision": 2, "reason": "x"}).status_code == 422


@pytest.mark.parametrize(
    ("operation", "told"),
    [
        ({"act": "retire", "code": "price.nothing"}, "no code 'price.nothing'"),
        ({"act": "delete", "code": "price.level"}, "act"),
        ({"act": "retire"}, "code"),
        ({"act": "add", "code": "price.level", "words": words("Level")}, "taken"),
        ({"act": "add", "code": "price.tone", "words": {"en": {"name": "Tone"}}}, "definition is missing|no words in"),
        ({"act": "rename", "code": "price.level", "names": {"en": ""}}, "names"),
        ({"act": "split", "code": "price.level", "into": [{"code": "price.high"}]}, "two different"),
        ({**MERGE, "colour": "red"}, "colour"),
    ],
)
def test_what_cannot_be_done_is_told_and_not_kept(service, operation, told):
    import re

    client = service.client("analyst")
    answer = draft(client, operation)
    assert answer.status_code == 422
    assert re.search(told, answer.text), answer.text
    assert client.get("/v1/codebook/draft").json()["revision"] == 0


def test_readers_read_and_only_analysts_and_admins_change(service):
    draft(service.client("analyst"), MERGE)
    for role in ("submitter", "manager"):
        client = service.client(role)
        assert client.get("/v1/codebook/draft").json()["revision"] == 1
        assert client.get("/v1/codebook/versions").status_code == 200
        assert draft(client, RETIRE, revision=1).status_code == 403
        assert client.get("/v1/codebook/draft/effect").status_code == 403
    assert service.client("analyst", "south").get("/v1/codebook/draft").json()["revision"] == 0


def test_versions_and_crosswalks_are_shown(service):
    client = service.client("analyst")
    published(client, MERGE)
    parts = [{"code": "service.skill", "words": words("Skill")}, {"code": "service.manner", "words": words("Manner")}]
    published(client, {"act": "split", "code": "service.competence", "into": parts})
    versions = client.get("/v1/codebook/versions").json()["items"]
    assert [(one["label"], one["current"]) for one in versions][1:] == [("b2b@2", False), ("b2b@3", True)]
    assert versions[1]["crosswalk"] == [{"old": "service.attitude", "new": ["service.competence"], "kind": "merged"}]
    told = client.get("/v1/codebook/crosswalk?code=service.attitude").json()
    assert told["entries"] == [{"old": "service.attitude", "new": ["service.skill", "service.manner"], "kind": "split"}]
    assert [one["version"] for one in told["breaks"]] == ["b2b@3"]
    assert client.get("/v1/codebook/crosswalk?from=b2b@2&to=b2b@3").json()["former"] == "b2b@2"
    assert client.get("/v1/codebook/crosswalk?from=b2b@3&to=b2b@1").status_code == 422
    assert client.get("/v1/codebook/crosswalk?from=b2b@9").status_code == 404


def test_a_theme_s_examples_become_corrections(service):
    client = service.client("analyst")
    sent = client.post("/v1/verbatims", json={"source": "s", "external_id": "r1", "text": LATE}).json()
    number = sent["results"][0]["id"]
    example = {"verbatim": number, "excerpts": [{"start": 0, "end": 8}], "polarity": "negative"}
    theme = {"id": "t-1", "name": "Lateness", "examples": [example]}
    published(client, {"act": "add", "code": "service.lateness", "words": words("Lateness"), "from_theme": theme})
    shown = client.get(f"/v1/verbatims/{number}").json()
    assert "service.lateness" in [one["id"] for one in shown["codes"]]
    assert shown["history"][-1]["person"]
    gone = {**theme, "examples": [{"verbatim": 10**6}]}
    operation = {"act": "add", "code": "service.x", "words": words("X"), "from_theme": gone}
    assert "example 1000000" in draft(client, operation, revision=2).json()["detail"]
