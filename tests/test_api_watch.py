"""Every request leaves a line and a count; no word of a customer stands in any of them; every error is a problem."""

import threading
import time

import pytest
import structlog

from verbatim.api import feedback, watch
from verbatim.api.limits import Limits
from verbatim.errors import UnavailableError

WORDS = "Xanthippe says the price is a scandal"


@pytest.fixture
def logged(monkeypatch):
    """The lines of the log."""
    lines = structlog.testing.LogCapture()
    monkeypatch.setattr(watch, "_log", structlog.wrap_logger(None, processors=[lines]))
    return lines.entries


def written(logged, count):
    """So many lines: each is written once its answer is on its way, which a client may have before."""
    until = time.monotonic() + 10
    while len(logged) < count and time.monotonic() < until:
        time.sleep(0.005)
    return logged


def test_a_request_is_logged_without_query_and_words(service, logged):
    client = service.client()
    client.post("/v1/verbatims", json={"source": WORDS, "external_id": WORDS, "text": WORDS})
    client.get("/v1/verbatims", params={"q": WORDS})
    client.get(f"/{WORDS}")
    client.request("XANTHIPPE", "/v1/me")
    assert [(one["method"], one["route"], one["status"]) for one in written(logged, 4)] == [
        ("POST", "/v1/verbatims", 200),
        ("GET", "/v1/verbatims", 200),
        ("GET", "unknown", 404),
        ("unknown", "unknown", 405),
    ]
    assert logged[0]["key"] == 4
    assert logged[0]["ms"] > 0
    assert "Xanthippe" not in str(logged)


def test_what_nobody_foresaw_is_told_with_the_id_of_its_line(service, logged, monkeypatch):
    def fail(*_: object) -> None:
        raise ZeroDivisionError(WORDS)

    monkeypatch.setattr(feedback, "list_verbatims", fail)
    answer = service.client().get("/v1/verbatims")
    assert (answer.status_code, answer.headers["content-type"]) == (500, "application/problem+json")
    (line,) = [one for one in written(logged, 2) if one["event"] == "unforeseen"]
    assert line["request"] == answer.json()["request_id"] == answer.headers["x-request-id"]
    assert (line["error"], "feedback.py" in line["place"]) == ("ZeroDivisionError", True)
    assert "Xanthippe" not in answer.text + str(logged)


def test_a_store_that_does_not_answer_is_to_be_asked_again(service, monkeypatch):
    def fail(*_: object) -> None:
        raise UnavailableError("store postgresql://host: no route")

    monkeypatch.setattr(feedback, "list_verbatims", fail)
    answer = service.client().get("/v1/verbatims")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")
    assert "host" not in answer.text


def test_too_many_at_once_are_told_to_come_again_and_health_still_answers(serve_desk, monkeypatch):
    begun, go_on = threading.Event(), threading.Event()

    def slow(*_: object) -> None:
        begun.set()
        go_on.wait(20)
        raise UnavailableError("enough")

    monkeypatch.setattr(feedback, "list_verbatims", slow)
    client = serve_desk(Limits(at_once=1)).client()
    thread = threading.Thread(target=client.get, args=("/v1/verbatims",))
    thread.start()
    begun.wait(20)
    refused, alive = client.get("/v1/me"), client.get("/healthz")
    go_on.set()
    thread.join()
    assert (refused.status_code, refused.headers["retry-after"], alive.status_code) == (503, "1", 200)


def test_every_answer_has_the_headers_that_keep_it_safe(service):
    for path in ("/healthz", "/v1/me", "/v1/nothing", "/docs"):
        headers = service.client(None).get(path).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert "default-src 'none'" in headers["content-security-policy"]
        assert headers["cache-control"] == "no-store"
        assert headers["x-request-id"]
        assert "server" not in headers


def test_figures_are_by_route_and_for_admins(service):
    client = service.client()
    client.get("/v1/verbatims/999")
    figures = client.get("/metrics")
    line = 'verbatim_requests_total{method="GET",route="/v1/verbatims/{id}",status="404"} 1.0'
    assert (figures.status_code, line in figures.text) == (200, True)
    assert 'verbatim_request_seconds_count{method="GET",route="/v1/verbatims/{id}"} 1.0' in figures.text
    assert "verbatim_requests_under_way 1.0" in figures.text
    assert service.client("analyst").get("/metrics").status_code == 403
    assert service.client(None).get("/metrics").status_code == 401


def test_the_service_is_alive_and_ready(service):
    client = service.client(None)
    assert client.get("/healthz").json() == {"status": "ok"}
    assert client.get("/readyz").json() == {"status": "ok", "model": "small@1"}
