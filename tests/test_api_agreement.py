"""Agreement and label problems over HTTP, from what persons and models coded in the store."""

import pytest

from verbatim.actions.corrections import ChosenCode, Correction, correct
from verbatim.actions.double_coding import adjudicate, code_blind, disagreements, want_second
from verbatim.domain import Verbatim
from verbatim.store.codings import effective
from verbatim.store.opening import reading, writing
from verbatim.store.review import add_sample

DEAR = Correction((ChosenCode("price.level", "negative"),), "critic")
WORTH = Correction((ChosenCode("price.value", "negative"),), "critic")
SLOW = Correction((ChosenCode("service.delivery", "negative"),), "critic")


def coded(shelf, number, analyst, correction):
    with reading(shelf.engine, "north") as connection:
        seen = effective(connection, "north", [number])[number].id
    correct(analyst, number, correction, seen)


@pytest.fixture
def pairs(shelf):
    """Ten verbatims that Ann coded and Ben coded blind; they differ about two."""
    ann, ben = shelf.analyst("ann"), shelf.analyst("ben")
    accounts = ["Acme", "Other"]
    said = [Verbatim(f"v{one}", f"Words {one}", account=accounts[one % 2]) for one in range(10)]
    numbers = shelf.add(*said, codes=("price.level",))
    for place, number in enumerate(numbers):
        coded(shelf, number, ann, (DEAR, SLOW)[place % 2])
    want_second(ann, 0.9999999, 0)
    for place, number in enumerate(numbers):
        code_blind(ben, number, WORTH if place in (0, 2) else (DEAR, SLOW)[place % 2])
    return numbers


def told(client, **query):
    answer = client.get("/v1/agreement", params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_two_coders_who_did_not_see_each_other_are_compared(service, pairs):
    found = told(service.client("analyst"))
    assert (found["basis"], found["blind"], found["shared"], found["open"]) == ("blind", True, 10, 2)
    assert {one["name"]: (one["person"], one["verbatims"]) for one in found["coders"]} == {
        "ann": (True, 10),
        "ben": (True, 10),
    }
    categories, ids = found["levels"]
    assert (categories["level"], categories["sets"]["masi"]["value"], categories["verdict"]) == (1, 1.0, "rely")
    assert ids["sets"]["observed"]["value"] == 0.8
    codes = {one["id"]: one for one in ids["codes"]}
    assert set(codes) == {"price.level", "price.value", "service.delivery"}
    assert codes["service.delivery"]["alpha"]["value"] == 1.0
    level = codes["price.level"]
    assert (level["given"], level["observed"]["value"]) == (8, 0.8)
    assert all(level[name]["low"] <= level[name]["value"] <= level[name]["high"] for name in ("alpha", "kappa", "ac1"))


def test_one_level_is_told_alone(service, pairs):
    assert [one["level"] for one in told(service.client(), level=2)["levels"]] == [2]


def test_a_model_is_a_coder_too(service, pairs):
    found = told(service.client(), codings="all", model="b2b@1")
    assert {one["name"]: one["person"] for one in found["coders"]} == {"ann": True, "ben": True, "b2b@1": False}
    assert {(one["first"], one["second"]) for one in found["pairs"]} == {
        ("ann", "ben"),
        ("ann", "b2b@1"),
        ("ben", "b2b@1"),
    }
    alone = told(service.client(), codings="all", model="b2b@1", coder="ann")
    assert (alone["shared"], len(alone["coders"])) == (10, 2)


def test_codings_are_chosen_by_coder_and_date(service, pairs):
    client = service.client()
    assert told(client, coder=["ann"])["shared"] == 0
    assert told(client, coder=["ann", "ben"])["shared"] == 10
    assert told(client, until="2026-01-01")["shared"] == 0
    assert told(client, since="2026-01-01")["shared"] == 10


def test_the_random_share_is_compared_by_itself(service, store, pairs):
    client = service.client()
    assert told(client, codings="random")["shared"] == 0
    from datetime import UTC, datetime

    with writing(store, "north") as connection:
        add_sample(connection, "north", pairs[:4], 1, datetime(2026, 3, 4, tzinfo=UTC))
    assert told(client, codings="random")["shared"] == 4


def test_what_was_decided_is_nobodys_own_coding(service, shelf, pairs):
    cat = shelf.analyst("cat")
    for one in disagreements(shelf.engine, "north"):
        adjudicate(cat, one.id, DEAR)
    found = told(service.client(), codings="all")
    assert ({one["name"] for one in found["coders"]}, found["open"]) == ({"ann", "ben"}, 0)


def test_codes_that_the_frame_does_not_know_are_left_out_and_counted(service, shelf, pairs, store):
    from verbatim.domain import CodeMention, Coding, Stance
    from verbatim.store.codings import Judged, add_codings

    stance = Stance(None, "estimated", 1.0)
    old = Coding("x", "en", (CodeMention("old.code", "negative", 1.0, ()),), stance, False, "ann")
    with writing(store, "north") as connection:
        add_codings(connection, "north", [Judged(pairs[0], old, person=True)])
    found = told(service.client(), codings="all")
    assert found["shared"] == 9
    assert found["left_out"] == {"codes that the frame does not know": 1, "nothing left to compare with": 1}


def test_a_manager_is_told_of_its_own_accounts(service, pairs):
    found = told(service.client("manager"))
    assert (found["shared"], {one["id"] for one in found["levels"][1]["codes"]}) == (5, {"price.level", "price.value"})


def test_nothing_is_shared_where_nobody_coded(service):
    found = told(service.client("analyst", "south"))
    assert (found["shared"], found["coders"], found["polarity"]) == (0, [], {})
    assert found["levels"][0]["sets"]["masi"]["reason"]


@pytest.mark.parametrize("query", ["codings=some", "level=3", "since=x", "coder=", "period=day", "model=%00"])
def test_what_cannot_be_compared_is_refused(service, query):
    assert service.client().get(f"/v1/agreement?{query}").status_code == 422


def test_a_submitter_reads_neither(service):
    client = service.client("submitter")
    assert [client.get(f"/v1/{path}").status_code for path in ("agreement", "labels")] == [403, 403]


def test_labels_are_looked_through_by_a_job_one_at_a_time(service, analysts):
    from test_api_models import worked

    analysts.review(40)
    client = service.client("analyst")
    assert client.get("/v1/labels").json()["job"] is None
    asked, second = client.post("/v1/labels"), client.post("/v1/labels")
    assert (asked.status_code, second.status_code) == (202, 409)
    assert worked(service, asked.json()["job"]["id"])["state"] == "done"
    found = client.get("/v1/labels").json()
    assert (found["job"], found["examples"], found["model"]) == (asked.json()["job"], 40, "small@1")
    assert found["seed"]["examples"] > 100
    assert service.client("analyst", "south").get("/v1/labels").json()["job"] is None
