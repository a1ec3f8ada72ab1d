"""The post, against a real mail server: what it sends, when it tries again, and that a kill sends nothing twice."""

import os
import signal
import socket
import ssl
import subprocess
import sys
import time
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.policy import default

import pytest
from office_store import fill, quarter
from test_outbox import Receiver, certificate, sending, serving, until  # noqa: F401 - a fixture is taken by name

from verbatim.errors import InputError
from verbatim.periods import period_of
from verbatim.post import MailServer, Post, mail_server
from verbatim.settings import Settings
from verbatim.store.mails import mails_of
from verbatim.store.opening import reading, writing
from verbatim.store.schedules import Plan, add_schedule, issue
from verbatim.store.webhooks import add_webhook

smtpd = pytest.importorskip("aiosmtpd.controller", reason="aiosmtpd is not installed")
from aiosmtpd.smtp import AuthResult  # noqa: E402

NOW = datetime(2026, 10, 2, tzinfo=UTC)
SOON = (timedelta(0),) * 3


class Box:
    """Keeps what it is handed; answers these to DATA, then takes all; `hang` seconds before it answers."""

    def __init__(self, *answers, hang=0.0, refused=()):
        self.answers, self.hang, self.refused, self.kept = list(answers), hang, refused, []

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802 - as the server calls it
        if address in self.refused:
            return "550 no such box"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):  # noqa: N802
        import asyncio

        self.kept.append((envelope.rcpt_tos, envelope.content))
        await asyncio.sleep(self.hang)
        return self.answers.pop(0) if self.answers else "250 taken"


@contextmanager
def mailing(box, **options):
    """A mail server on a port of its own."""
    with socket.create_server(("127.0.0.1", 0)) as line:
        port = line.getsockname()[1]
    controller = smtpd.Controller(box, "127.0.0.1", port, **options)
    controller.start()
    try:
        yield MailServer("127.0.0.1", "office@example.com", port, "none")
    finally:
        controller.stop()


@pytest.fixture
def scheduled(desk):
    """A desk with feedback, and a report that waits in the outbox."""

    def make(recipients=("service@example.com",), **plan):
        fill(desk.engine, quarter())
        with writing(desk.engine, "north") as connection:
            one = add_schedule(connection, "north", Plan("quarter", recipients=recipients, **plan), "key:1", NOW)
            issue(connection, one, period_of("2026Q3"), NOW)
        return one

    make.desk = desk
    return make


def states(desk, one):
    with reading(desk.engine, "north") as connection:
        return [(mail.state, mail.error) for mail in reversed(mails_of(connection, "north", one.id))]


def test_a_mail_carries_the_report_and_its_findings_without_anybodys_words(scheduled):
    one, box = scheduled(language="zh-Hans", form="xlsx"), Box()
    with mailing(box) as server:
        post = Post(scheduled.desk, server)
        assert [post.send_next(), post.send_next()] == [True, False]
    [(recipients, content)] = box.kept
    mail = message_from_bytes(content, policy=default)
    assert recipients == ["service@example.com"]
    assert mail["Subject"] == "客户反馈报告 · 2026年第3季度"
    assert mail["Message-ID"].startswith("<report-")
    assert "本期收到 8 条反馈" in mail.get_body().get_content()
    assert "Support answered" not in mail.get_body().get_content()
    (file,) = mail.iter_attachments()
    assert (file.get_filename(), file.get_content()[:2]) == ("report-2026Q3.xlsx", b"PK")
    assert states(scheduled.desk, one) == [("sent", None)]


def test_what_a_server_refuses_is_tried_again_where_that_may_pass(scheduled):
    one = scheduled(("service@example.com", "gone@example.com"))
    box = Box("451 later", refused=("gone@example.com",))
    with mailing(box) as server:
        post = Post(scheduled.desk, server, delays=SOON)
        until(lambda: not post.send_next())
    assert states(scheduled.desk, one) == [("sent", None), ("failed", "the mail server answered 550")]
    assert len({message_from_bytes(content)["Message-ID"] for _, content in box.kept}) == 1
    assert len(box.kept) == 2


def test_a_server_that_is_away_is_waited_for(scheduled):
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    one = scheduled()
    post = Post(scheduled.desk, MailServer("127.0.0.1", "office@example.com", port, "none"))
    assert post.send_next()
    assert states(scheduled.desk, one) == [("waiting", "ConnectionRefusedError at the mail server")]


def test_a_server_that_falls_silent_after_the_words_leaves_the_mail_in_doubt(scheduled):
    one, box = scheduled(), Box(hang=2)
    with mailing(box) as server:
        post = Post(scheduled.desk, server, delays=SOON, timeout=timedelta(seconds=0.3))
        assert [post.send_next(), post.send_next()] == [True, False]
        assert len(box.kept) == 1
    (found,) = states(scheduled.desk, one)
    assert found[0] == "in_doubt"
    assert "may have arrived" in found[1]


def test_a_line_is_made_safe_and_the_sender_known(scheduled, certificate):  # noqa: F811
    given = []

    def known(server, session, envelope, mechanism, data):
        given.append(data.login)
        return AuthResult(success=data.password == b"hush")

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)
    one, box = scheduled(), Box()
    with mailing(box, tls_context=context, authenticator=known, auth_required=True, require_starttls=True) as server:
        safe = MailServer("localhost", "office@example.com", server.port, "starttls", "office", "hush")
        trusting = ssl.create_default_context(cafile=certificate[0])
        assert Post(scheduled.desk, safe, delays=SOON).send_next()
        assert states(scheduled.desk, one)[0] == ("waiting", "SSLCertVerificationError at the mail server")
        assert Post(scheduled.desk, safe, delays=SOON, tls=trusting).send_next()
    assert (given, len(box.kept)) == ([b"office"], 1)
    assert states(scheduled.desk, one) == [("sent", None)]


def test_a_report_of_what_is_gone_fails_and_says_why(scheduled):
    from verbatim.briefing import Scope

    one, box = scheduled(scope=Scope("account", "Nobody")), Box()
    with mailing(box) as server:
        assert Post(scheduled.desk, server).send_next()
    assert states(scheduled.desk, one)[0][0] == "failed"
    assert box.kept == []


KILLED = """
import sys
from types import SimpleNamespace
from verbatim.actions.briefings import Letter
from verbatim.post import MailServer, Post
from verbatim.store.opening import open_store
url, port = sys.argv[1:]
made = Letter("Report", "Findings", "r.html", "text/html", b"x")
server = MailServer("127.0.0.1", "office@example.com", int(port), "none")
Post(SimpleNamespace(engine=open_store(url)), server, made=lambda desk, held: made).send_next()
"""


@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
@pytest.mark.parametrize("moment", ["before", "during"])
def test_a_sender_that_is_killed_sends_nothing_twice(scheduled, moment):
    one, box = scheduled(), Box(hang=20 if moment == "during" else 0)
    url = scheduled.desk.engine.url.render_as_string(hide_password=False)
    with mailing(box) as server, mute() as silent:
        port = silent if moment == "before" else server.port
        command = [sys.executable, "-c", KILLED, url, str(port)]
        child = subprocess.Popen(command, env={**os.environ})
        until(lambda: states(scheduled.desk, one)[0][0] == ("sending" if moment == "before" else "handing"))
        if moment == "during":
            until(lambda: box.kept)
        os.kill(child.pid, signal.SIGKILL)
        child.wait()
        box.hang = 0
        later = Post(scheduled.desk, server, lease=timedelta(0))
        expire(scheduled.desk)
        until(lambda: not later.send_next())
    assert [state for state, _ in states(scheduled.desk, one)] == ["sent" if moment == "before" else "in_doubt"]
    assert len(box.kept) == 1


def expire(desk):
    """Let leases be over."""
    from sqlalchemy import update

    from verbatim.store.report_tables import mails

    with writing(desk.engine) as connection:
        connection.execute(update(mails).values(due=datetime.now(UTC) - timedelta(seconds=1)))


@contextmanager
def mute():
    """The port of a server that takes a line and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as line:
        yield line.getsockname()[1]


def test_what_is_due_goes_out_by_itself_to_webhook_and_mail(desk):
    fill(desk.engine, quarter())
    begin = datetime.now(UTC) - timedelta(days=100)
    with serving(Receiver()) as receiver, mailing(Box()) as server:
        with writing(desk.engine, "north") as connection:
            hook, _ = add_webhook(connection, "north", receiver.url, ["verbatim.coded"])
            add_schedule(connection, "north", Plan("month", webhook=hook.id), "key:1", begin)
            add_schedule(connection, "north", Plan("month", recipients=("a@example.com",)), "key:1", begin)
        import threading

        stop = threading.Event()
        thread = threading.Thread(target=Post(desk, server, poll=timedelta(milliseconds=20)).run, args=(stop,))
        thread.start()
        with sending(desk.engine):
            until(lambda: receiver.told)
        with reading(desk.engine, "north") as connection:
            until(lambda: mails_of(connection, "north", 2))
        deadline = time.monotonic() + 5
        while time.monotonic() < deadline:
            with reading(desk.engine, "north") as connection:
                if [one.state for one in mails_of(connection, "north", 2)] == ["sent"]:
                    break
            time.sleep(0.02)
        stop.set()
        thread.join()
    [(_, _, body)] = receiver.told
    assert b"report.ready" in body
    assert b"/v1/schedules/1/reports/" in body
    assert Post(desk).issue_due(datetime.now(UTC)) == 0


def test_an_installation_says_once_where_its_mail_goes():
    assert mail_server(Settings()) is None
    with pytest.raises(InputError, match="VERBATIM_SMTP_FROM"):
        mail_server(Settings(smtp_host="mail.example.com"))
    found = mail_server(
        Settings(
            smtp_host="mail.example.com", smtp_from="office@example.com", smtp_security="tls", smtp_password="hush"
        )
    )
    assert (found.port, found.password) == (465, "hush")
    assert "hush" not in repr(found)
