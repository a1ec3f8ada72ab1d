"""What the outbox sends, to real receivers: signed, again where they fail, at least once."""

import os
import shutil
import socket
import ssl
import subprocess
import sys
import threading
import time
from collections import Counter
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from sqlalchemy import update

from verbatim.outbox import KEPT, Allowed, Sender, allowed_hosts, verify
from verbatim.store.migrations import upgrade
from verbatim.store.opening import open_store, reading, writing
from verbatim.store.people import add_organisation
from verbatim.store.schema import deliveries, webhooks
from verbatim.store.webhooks import EVENTS, add_webhook, announce, deliveries_of, list_webhooks, replay

LOCAL = allowed_hosts("127.0.0.0/8, localhost")
SOON = (timedelta(milliseconds=20),) * 3
NEVER = (timedelta(days=1),) * 3
EXAMPLE = Path(__file__).parents[1] / "examples" / "webhook_receiver.py"

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


class Receiver(ThreadingHTTPServer):
    """Answers with these statuses, then with 204; keeps what it was told."""

    def __init__(self, *statuses, hang=0.0):
        super().__init__(("127.0.0.1", 0), Answer)
        self.statuses, self.hang, self.told = list(statuses), hang, []

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_port}/in?token=1"


class Answer(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.told.append((self.path, dict(self.headers), body))
        status = self.server.statuses.pop(0) if self.server.statuses else 204
        if self.server.hang:
            drip(self.wfile, self.server.hang)
        else:
            self.send_response(status)
            self.send_header("Location", "/elsewhere")
            self.end_headers()

    def do_GET(self):
        self.do_POST()

    def log_message(self, *parts):
        pass


def drip(file, seconds):
    """Part of an answer, ever a little more, for some seconds or until the other side has gone."""
    end = time.monotonic() + seconds
    try:
        file.write(b"HTTP/1.1 200 ")
        while time.monotonic() < end:
            file.write(b"O")
            time.sleep(0.02)
    except OSError:
        pass


@contextmanager
def serving(server):
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@contextmanager
def sending(engine, **options):
    stop = threading.Event()
    sender = Sender(engine, **{"allowed": LOCAL, "delays": SOON, "poll": timedelta(milliseconds=20), **options})
    thread = threading.Thread(target=sender.run, args=(stop,))
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def add(engine, url):
    with writing(engine, "north") as connection:
        webhook, secret = add_webhook(connection, "north", url, EVENTS)
    return webhook.id, secret


def tell(engine, *numbers):
    with writing(engine, "north") as connection:
        for number in numbers or (1,):
            announce(connection, "north", "verbatim.coded", {"verbatims": [{"id": number}]})


def listed(engine, webhook=1):
    with reading(engine, "north") as connection:
        return deliveries_of(connection, "north", webhook)


def until(found):
    """What is found, once it is: within some seconds."""
    for _ in range(1000):
        if answer := found():
            return answer
        time.sleep(0.01)
    raise AssertionError(found)


def settled(engine, webhook=1, tried=1):
    """The deliveries, once each of them has been tried and is not being sent."""

    def all_tried():
        found = listed(engine, webhook)
        return found if all(one.attempts >= tried and one.state != "sending" for one in found) else None

    return until(all_tried)


def sent_once(engine, url, **options):
    """What became of one delivery after one try."""
    add(engine, url)
    tell(engine)
    with sending(engine, **{"delays": NEVER, **options}):
        return settled(engine)[0]


def test_a_webhook_is_told_once_in_json_that_is_signed_with_its_secret(store, monkeypatch):
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    with serving(Receiver()) as receiver:
        _, secret = add(store, receiver.url)
        tell(store, 7)
        with sending(store):
            delivery = settled(store)[0]
    [(path, headers, body)] = receiver.told
    assert (delivery.state, delivery.attempts, delivery.status, delivery.error) == ("sent", 1, 204, None)
    assert (path, headers["Content-Type"], headers["webhook-id"]) == (
        "/in?token=1",
        "application/json",
        delivery.message,
    )
    assert verify(secret, headers, body, datetime.now(UTC))
    assert b'"verbatims":[{"id":7}]' in body.replace(b" ", b"")


def test_a_receiver_that_fails_is_told_the_same_message_again(store):
    with serving(Receiver(500, 404, 301)) as receiver:
        add(store, receiver.url)
        tell(store)
        with sending(store):
            delivery = settled(store, tried=4)[0]
    assert (delivery.state, delivery.attempts) == ("sent", 4)
    assert {(path, headers["webhook-id"]) for path, headers, _ in receiver.told} == {("/in?token=1", delivery.message)}
    assert len({body for *_, body in receiver.told}) == 1


def test_a_receiver_that_fails_to_the_end_is_told_no_more_until_asked_for(store):
    with serving(Receiver(*[503] * 4)) as receiver:
        add(store, receiver.url)
        tell(store)
        with sending(store):
            failed = settled(store, tried=4)[0]
            with writing(store, "north") as connection:
                replay(connection, "north", 1, failed.id, datetime.now(UTC))
            assert settled(store)[0].state == "sent"
    assert (failed.state, failed.status, failed.error) == ("failed", 503, "answered 503")
    assert len({headers["webhook-id"] for _, headers, _ in receiver.told}) == 1


def test_a_receiver_that_is_gone_is_switched_off(store):
    with serving(Receiver(410)) as receiver:
        add(store, receiver.url)
        tell(store)
        with sending(store):
            assert (settled(store)[0].state, settled(store)[0].error) == ("failed", "answered 410")
    with reading(store, "north") as connection:
        assert [one.active for one in list_webhooks(connection, "north")] == [False]
    assert len(receiver.told) == 1


def test_a_redirect_is_not_followed(store):
    with serving(Receiver(307)) as receiver:
        delivery = sent_once(store, receiver.url)
    assert (delivery.state, delivery.error) == ("waiting", "answered 307")
    assert [path for path, *_ in receiver.told] == ["/in?token=1"]


def test_a_receiver_that_drips_is_cut_off_in_time(store):
    with serving(Receiver(hang=30)) as receiver:
        delivery = sent_once(store, receiver.url, timeout=timedelta(seconds=0.3))
    assert (delivery.state, delivery.status, delivery.error) == ("waiting", None, "no answer within 0.3 s")


def test_a_receiver_that_says_nothing_is_left_in_time(store):
    with socket.create_server(("127.0.0.1", 0)) as mute:
        url = f"http://127.0.0.1:{mute.getsockname()[1]}"
        assert sent_once(store, url, timeout=timedelta(seconds=0.2)).error == "no answer within 0.2 s"


def test_a_receiver_that_is_not_there_or_speaks_otherwise_is_tried_again(store):
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    delivery = sent_once(store, f"http://127.0.0.1:{port}")
    assert (delivery.state, delivery.error) == ("waiting", "Connection refused")

    def speak(server):
        with server.accept()[0] as connection:
            connection.recv(4096)
            connection.sendall(b"220 mail.example.org ESMTP\r\n")

    with socket.create_server(("127.0.0.1", 0)) as mail:
        thread = threading.Thread(target=speak, args=(mail,))
        thread.start()
        add(store, f"http://127.0.0.1:{mail.getsockname()[1]}")
        tell(store)
        with sending(store, delays=NEVER):
            assert settled(store, webhook=2)[0].error == "no answer that is HTTP"
        thread.join()


def test_many_deliveries_are_sent_once_each_by_two_senders(store):
    with serving(Receiver()) as one, serving(Receiver()) as other:
        for receiver in (one, other):
            add(store, receiver.url)
        tell(store, *range(20))
        with sending(store), sending(store):
            states = {delivery.state for webhook in (1, 2) for delivery in settled(store, webhook)}
    assert states == {"sent"}
    for receiver in (one, other):
        assert set(Counter(headers["webhook-id"] for _, headers, _ in receiver.told).values()) == {1}
        assert len(receiver.told) == 20


def test_a_sender_goes_on_while_anything_is_due(store):
    with serving(Receiver()) as receiver:
        add(store, receiver.url)
        tell(store, *range(10))
        with sending(store, poll=timedelta(hours=1)):
            assert {delivery.state for delivery in settled(store)} == {"sent"}


def test_a_sender_waits_for_a_store_that_is_away(own_postgresql, caplog):
    engine = open_store(own_postgresql.url.format(name="postgres"))
    upgrade(engine)
    with writing(engine) as connection:
        add_organisation(connection, "north")
    with serving(Receiver()) as receiver, sending(engine):
        add(engine, receiver.url)
        own_postgresql.stop()
        until(lambda: "deliveries wait" in caplog.text)
        own_postgresql.start()
        tell(engine)
        assert settled(engine)[0].state == "sent"
    engine.dispose()


def test_old_deliveries_are_dropped(store):
    with serving(Receiver()) as receiver:
        sent_once(store, receiver.url)
        long_ago = datetime.now(UTC) - KEPT - timedelta(days=1)
        with writing(store) as connection:
            connection.execute(update(deliveries).values(created=long_ago, due=long_ago))
        with sending(store):
            until(lambda: not listed(store))


@pytest.fixture(scope="session")
def certificate(tmp_path_factory):
    """A certificate of "localhost" signed by itself, and its key."""
    folder = tmp_path_factory.mktemp("tls")
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost"]
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not installed")
    names = ["-addext", "subjectAltName=DNS:localhost", "-keyout", "key.pem", "-out", "certificate.pem"]
    subprocess.run([*command, *names], cwd=folder, check=True, capture_output=True)
    return folder / "certificate.pem", folder / "key.pem"


@contextmanager
def serving_tls(certificate):
    server = Receiver()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    with serving(server):
        yield server


@pytest.mark.parametrize(
    ("host", "trusted", "outcome"),
    [
        ("localhost", True, ("sent", None)),
        ("localhost", False, ("waiting", "TLS: self-signed certificate")),
        ("127.0.0.1", True, ("waiting", "TLS: IP address mismatch, certificate is not valid for '127.0.0.1'.")),
    ],
)
def test_a_receiver_must_be_the_one_that_its_certificate_names(store, certificate, host, trusted, outcome):
    tls = ssl.create_default_context(cafile=certificate[0] if trusted else None)
    with serving_tls(certificate) as receiver:
        delivery = sent_once(store, f"https://{host}:{receiver.server_port}/in", tls=tls)
    assert (delivery.state, delivery.error) == outcome
    assert len(receiver.told) == (outcome[0] == "sent")


def test_what_is_refused_is_not_connected_to_and_says_why(store):
    with serving(Receiver()) as receiver:
        delivery = sent_once(store, receiver.url, allowed=Allowed())
    assert receiver.told == []
    assert (delivery.state, delivery.status) == ("waiting", None)
    assert "VERBATIM_WEBHOOK_HOSTS" in delivery.error
    assert "token" not in delivery.error


@contextmanager
def example(secret):
    """The example, running: its address, and what it prints until it is stopped."""
    command, environment = [sys.executable, str(EXAMPLE), "0"], {**os.environ, "WEBHOOK_SECRET": secret}
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL, "text": True}
    with subprocess.Popen(command, env=environment, **pipes) as run:
        printed = []
        yield run.stdout.readline().strip(), printed
        run.terminate()
        printed += run.stdout.read().splitlines()


def test_the_example_of_a_receiver_acts_on_each_message_once_and_on_none_that_is_forged(store):
    with example(SECRET) as (url, printed):
        add(store, url)
        with writing(store, "north") as connection:
            connection.execute(update(webhooks).values(secret=SECRET))
        add(store, url)
        tell(store, 7)
        with sending(store, delays=NEVER):
            assert [settled(store, webhook)[0].status for webhook in (1, 2)] == [204, 401]
            with writing(store, "north") as connection:
                replay(connection, "north", 1, 1, datetime.now(UTC))
            assert settled(store)[0].state == "sent"
    assert printed == ["verbatim.coded 7"]
