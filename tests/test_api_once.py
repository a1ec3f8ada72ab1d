"""A POST with an Idempotency-Key has its effect once."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from verbatim.api import once
from verbatim.api.bodies import Body
from verbatim.api.call import Asked
from verbatim.api.limits import Limits
from verbatim.store.access_keys import holder
from verbatim.store.opening import reading
from verbatim.store.schema import idempotency_keys

BATCH = {"source": "survey", "items": [{"external_id": "r1", "text": "Too dear."}]}


def post(client, body=BATCH, key="k1", path="/v1/verbatims"):
    return client.post(path, json=body, headers={"Idempotency-Key": key})


def test_the_same_request_again_gets_the_same_answer(service):
    client = service.client()
    first, again = post(client), post(client)
    assert again.json() == first.json()
    assert again.json()["results"][0]["change"] == "added"
    assert ("idempotency-replayed" in first.headers, again.headers["idempotency-replayed"]) == (False, "true")


def test_another_request_under_the_same_key_is_refused(service):
    client = service.client()
    post(client)
    for other in (post(client, {**BATCH, "source": "other"}), post(client, BATCH, path="/v1/recodings")):
        assert other.status_code == 422
    assert post(client, {**BATCH, "source": "other"}).json()["errors"][0]["field"] == "Idempotency-Key"


def test_while_the_first_is_under_way_the_second_is_told_to_wait(service):
    client = service.client()
    hold(service, "k1", client)
    answer = post(client)
    assert (answer.status_code, answer.headers["retry-after"]) == (409, "1")


def hold(service, key, client):
    """Take a key as a request does that is still under way."""
    with reading(service.desk.engine) as connection:
        who = holder(connection, service.keys["north", "admin"])
    body = Body()
    body.add(client.build_request("POST", "/v1/verbatims", json=BATCH).content)
    asked = Asked("1", service.desk, Limits(), who, body, "POST", "/v1/verbatims", "", {}, print)
    assert once._taken(asked, once._key(asked, key)) is None


def test_a_request_that_cannot_be_used_leaves_the_key_free(service):
    client = service.client()
    assert post(client, {**BATCH, "items": [{"external_id": "r1"}]}).status_code == 422
    assert post(client, {**BATCH, "items": 3}).status_code == 422
    assert post(client).status_code == 200


def test_keys_of_one_holder_are_nothing_to_another(service):
    assert post(service.client("admin")).json()["results"][0]["change"] == "added"
    other = post(service.client("analyst"))
    assert (other.json()["results"][0]["change"], "idempotency-replayed" in other.headers) == ("unchanged", False)
    assert post(service.client("admin", "south")).json()["results"][0]["change"] == "added"


def test_a_secret_is_shown_once_and_kept_nowhere(service):
    client = service.client()
    first, again = (post(client, {"name": "CRM", "role": "analyst"}, path="/v1/keys").json() for _ in range(2))
    assert first["secret"].startswith("vk_")
    assert again == {**first, "secret": None}
    with reading(service.desk.engine, "north") as connection:
        assert first["secret"] not in json.dumps(connection.scalars(select(idempotency_keys.c.answer)).all())


def test_what_is_kept_of_an_answer_holds_no_words(service):
    post(service.client())
    with reading(service.desk.engine, "north") as connection:
        (kept,) = connection.execute(select(idempotency_keys)).all()
    assert "dear" not in str(kept)
    assert kept.expires > datetime.now(UTC)


@pytest.mark.parametrize("key", ["", "k" * 256, "tab\there"])
def test_a_key_that_cannot_be_is_refused(service, key):
    assert post(service.client(), key=key).status_code == 422


def test_of_many_at_once_one_has_the_effect(service):
    client = service.client()
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda number: post(client, key=f"k{number % 4}"), range(32)))
    assert {one.status_code for one in answers} <= {200, 409}
    fresh = [one for one in answers if one.status_code == 200 and "idempotency-replayed" not in one.headers]
    assert len(fresh) == 4
    assert sum(one.json()["results"][0]["change"] == "added" for one in fresh) == 1
