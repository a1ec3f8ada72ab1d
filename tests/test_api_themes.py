"""Themes over HTTP: looked for, seen, decided on, each as its key may."""

import pytest
from emerging import said
from test_api_models import worked

MERGER = {"act": "merge", "into": 99}


@pytest.fixture
def themes(service, tmp_path, monkeypatch):
    """The themes of "north" as an analyst sees them, after a job."""
    monkeypatch.setenv("VERBATIM_MODELS", str(tmp_path / "own"))
    said(service.desk.engine)
    asked = service.client("analyst").post("/v1/themes", json={})
    assert asked.status_code == 202, asked.text
    assert worked(service, asked.json()["job"]["id"])["result"]["themes"] == 3
    return service.client("analyst").get("/v1/themes").json()


def test_a_theme_is_told_with_its_figures_and_what_they_mean(service, themes):
    assert (themes["run"]["segments"], themes["run"]["placed"], themes["base"]) == (36, 36, 36)
    assert "Wilson" in themes["formula"]
    one = themes["items"][0]
    assert (one["verbatims"], one["accounts"], one["state"], one["match"]) == (12, 1, "new", None)
    assert one["series"] == [{**one["series"][0], "month": "2026-03", "n": 12, "base": 36}]
    shown = service.client("manager").get(f"/v1/themes/{one['id']}").json()
    assert len(shown["excerpts"]) == 12
    said_there = service.client().get(f"/v1/verbatims/{shown['excerpts'][0]['verbatim']}").json()["text"]
    excerpt = shown["excerpts"][0]
    assert said_there[excerpt["start"] : excerpt["end"]] == excerpt["text"]


def test_an_analyst_names_merges_dismisses_and_promotes(service, themes):
    client = service.client("analyst")
    first, second, third = (f"/v1/themes/{one['id']}" for one in themes["items"])
    assert client.post(first, json={"act": "name", "name": "Bots"}).json()["state"] == "new"
    merged = client.post(second, json={"act": "merge", "into": themes["items"][0]["id"]}).json()
    assert (merged["id"], merged["state"]) == (themes["items"][0]["id"], "new")
    assert client.get(second).json()["into"] == merged["id"]
    assert client.post(third, json={"act": "dismiss"}).json()["state"] == "dismissed"
    assert client.post(third, json={"act": "restore"}).json()["state"] == "stable"
    promoted = client.post(first, json={"act": "promote", "code": "service.bots", "revision": 0})
    assert promoted.json() == {**merged, "state": "promoted", "code": "service.bots", "revision": 1}
    draft = client.get("/v1/codebook/draft").json()
    assert [one["code"] for one in draft["operations"]] == ["service.bots"]
    assert client.get(first).json()["name"] == "Bots"


@pytest.mark.parametrize(
    ("body", "status", "told"),
    [
        (MERGER, 404, "theme 99: not in organisation"),
        ({"act": "merge"}, 422, "merge with into"),
        ({"act": "dance"}, 422, "act"),
        ({"act": "name", "name": "x" * 201}, 422, "name"),
        ({"act": "promote", "code": "nowhere.bots", "revision": 0}, 422, "category 'nowhere'"),
        ({"act": "promote", "code": "service.bots", "revision": 5}, 409, "expected revision 5"),
    ],
)
def test_what_cannot_be_done_is_refused(service, themes, body, status, told):
    answer = service.client("analyst").post(f"/v1/themes/{themes['items'][0]['id']}", json=body)
    assert (answer.status_code, told in answer.text) == (status, True), answer.text
    assert service.client("analyst").get("/v1/themes").json()["items"] == themes["items"]


def test_who_may_not_is_told_so(service, themes):
    number = themes["items"][0]["id"]
    assert service.client("manager").post("/v1/themes", json={}).status_code == 403
    assert service.client("submitter").get("/v1/themes").status_code == 403
    assert service.client("analyst", "south").get(f"/v1/themes/{number}").status_code == 404
    assert service.client("analyst", "south").get("/v1/themes").json()["items"] == []
    other = service.client(secret=service.key("north", "manager", ("Hill",)))
    assert (other.get(f"/v1/themes/{number}").status_code, other.get("/v1/themes").json()["items"]) == (404, [])
    assert service.client().post("/v1/themes", json={"code": "no.such"}).status_code == 422
