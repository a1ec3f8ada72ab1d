"""Who may come in, with what in hand, and how often; whoever is refused is told so before anything is read."""

import json
import socket
from datetime import UTC, datetime

import pytest

from verbatim.api import gate
from verbatim.api.limits import Limits
from verbatim.store.access_keys import list_keys, revoke_key
from verbatim.store.opening import reading, writing

BATCH = {"source": "survey", "items": [{"external_id": "r1", "text": "Too dear."}]}
PROBLEM = "application/problem+json"


def refused(answer, status):
    assert (answer.status_code, answer.headers["content-type"]) == (status, PROBLEM), answer.text
    assert answer.json()["status"] == status
    return answer.json()


@pytest.mark.parametrize("header", [None, "vk_x", "Basic YTpi", "Bearer", "Bearer vk_" + "a" * 43])
def test_without_a_key_that_is_known_nothing_is_shown(service, header):
    client = service.client(None)
    answer = client.get("/v1/me", headers={"Authorization": header} if header else {})
    refused(answer, 401)
    assert answer.headers["www-authenticate"].startswith("Bearer")


def test_a_key_opens_what_its_role_may(service):
    assert service.client("analyst").get("/v1/me").json()["role"] == "analyst"
    refused(service.client("analyst").get("/v1/keys"), 403)
    refused(service.client("manager").post("/v1/verbatims", json=BATCH), 403)


def test_a_revoked_key_opens_nothing_after_a_moment(service, monkeypatch):
    monkeypatch.setattr(gate, "FRESH", 0.0)
    client = service.client("analyst")
    key = client.get("/v1/me").json()["id"]
    with writing(service.desk.engine, "north") as connection:
        revoke_key(connection, "north", key, datetime.now(UTC))
    refused(client.get("/v1/me"), 401)


def test_the_last_use_of_a_key_is_kept(service):
    service.client("analyst").get("/v1/me")
    with reading(service.desk.engine, "north") as connection:
        used = {one.role: one.last_used for one in list_keys(connection, "north")}
    assert used["analyst"] is not None
    assert used["manager"] is None


def test_a_path_that_is_not_there_is_not_found(service):
    refused(service.client().get("/v1/nothing"), 404)
    refused(service.client().get("/v1/verbatims/"), 404)


@pytest.mark.parametrize("method", ["DELETE", "PATCH", "HEAD", "OPTIONS", "TRACE"])
def test_a_method_that_a_path_has_not_is_told_the_others(service, method):
    answer = service.client().request(method, "/v1/verbatims")
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, POST")


def test_a_parameter_that_there_is_not_is_refused(service):
    problem = refused(service.client().get("/v1/verbatims?acount=Acme"), 422)
    assert problem["errors"][0]["field"] == "acount"
    assert "account" in problem["errors"][0]["expected"]


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Content-Type": "application/x-www-form-urlencoded"}, 415),
        ({"Content-Type": ""}, 415),
        ({"Content-Type": "application/json", "Content-Encoding": "gzip"}, 415),
        ({"Content-Type": "application/json; charset=utf-8"}, 200),
    ],
)
def test_a_body_of_another_type_is_refused(service, headers, status):
    answer = service.client().post("/v1/verbatims", content=json.dumps(BATCH), headers=headers)
    assert answer.status_code == status


def test_a_form_is_no_file(service):
    answer = service.client().post("/v1/imports?source=s", files={"file": b"a,b"})
    assert "data-binary" in refused(answer, 415)["detail"]


def test_an_empty_body_is_refused(service):
    headers = {"Content-Type": "application/json"}
    refused(service.client().post("/v1/verbatims", content=b"", headers=headers), 422)


def test_a_body_that_announces_too_much_is_refused_before_it_comes(serve_desk):
    service = serve_desk(Limits(json_bytes=1000))
    refused(service.client().post("/v1/verbatims", json={**BATCH, "source": "x" * 2000}), 413)


def test_a_body_that_announces_nothing_is_refused_when_it_is_too_large(serve_desk):
    service = serve_desk(Limits(json_bytes=1000))
    headers = {"Content-Type": "application/json"}
    pieces = (b"x" * 100 for _ in range(50))
    refused(service.client().post("/v1/verbatims", content=pieces, headers=headers), 413)


def test_who_has_no_key_sends_nothing(service):
    host, _, port = service.url.removeprefix("http://").partition(":")
    with socket.create_connection((host, int(port)), timeout=10) as line:
        line.sendall(b"POST /v1/verbatims HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\nExpect: 100-continue\r\n\r\n")
        assert line.recv(100).startswith(b"HTTP/1.1 401")


def test_a_key_that_asks_too_often_is_told_when_to_come_again(serve_desk):
    client = serve_desk(Limits(per_minute=2)).client()
    assert [client.get("/v1/me").status_code for _ in range(3)] == [200, 200, 429]
    answer = client.get("/v1/me")
    assert 0 < int(answer.headers["retry-after"]) <= 30
    assert "2 requests a minute" in refused(answer, 429)["detail"]


def test_a_cut_connection_leaves_nothing(service):
    host, _, port = service.url.removeprefix("http://").partition(":")
    head = f"POST /v1/verbatims HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {service.keys['north', 'admin']}\r\n"
    with socket.create_connection((host, int(port)), timeout=10) as line:
        line.sendall(head.encode() + b'Content-Type: application/json\r\nContent-Length: 90\r\n\r\n{"source":')
    assert service.client().get("/v1/verbatims").json()["items"] == []


def test_no_upgrade_to_a_websocket_is_made(service):
    headers = {"Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Key": "x", "Sec-WebSocket-Version": "13"}
    assert service.client().get("/v1/me", headers=headers).status_code == 200
