"""The post: issues the reports of schedules when their period is over, and hands their mails to a mail server.

With `outbox` the only module that sends anything to anybody. What a mail says is made when it is sent, so that a
correction, a permission or an erasure acts on it until then, and no copy of customers' words waits in the store.

How often a mail goes out. Once handed over it is never sent again by itself: that it is being handed over is kept on
disk before the first byte of it goes out (`store.mails.hand_over`). Whoever is killed before leaves a mail that is sent
by the next one; whoever is killed after leaves one in doubt, which a person may look up and send again. So a mail goes
out at most once, and exactly once where nobody dies in the moment of handing over. Its Message-ID stays the same.
"""

import logging
import smtplib
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.policy import SMTP as WIRE
from email.utils import format_datetime
from typing import Literal

from verbatim.actions.briefings import Letter, letter
from verbatim.actions.desk import Desk
from verbatim.actions.reasons import without_sentences
from verbatim.errors import InputError, StoreError, UnavailableError, VerbatimError
from verbatim.outbox import DELAYS
from verbatim.settings import Settings
from verbatim.store.mails import Held, MailState, any_mail_due, claim_mail, hand_over, settle_mail
from verbatim.store.opening import reading, writing
from verbatim.store.schedules import due, issue

LEASE = timedelta(minutes=10)
"""After what time a mail that nobody settled is another sender's: no try takes so long, unless its sender is gone."""

TIMEOUT = timedelta(seconds=30)
"""How long a mail server may be silent."""

POLL = timedelta(seconds=5)
CLOCK = timedelta(minutes=1)
"""How often it is looked whether a period is over."""

Security = Literal["starttls", "tls", "none"]
PORTS: Mapping[Security, int] = {"starttls": 587, "tls": 465, "none": 25}

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class MailServer:
    """The server that mails are handed to, how, as whom, and from which address."""

    host: str
    sender: str
    port: int = 587
    security: Security = "starttls"
    user: str | None = None
    password: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Came:
    """What came of a try: the state of the mail, why, and whether that may pass."""

    state: MailState
    error: str | None = None


class _LostError(Exception):
    """Another sender has the mail."""


@dataclass(frozen=True, slots=True)
class Post:
    """Issues and sends what is due; several of them, in several processes too, share the work.

    Without a mail server mails wait. `tls` is how the server is made sure of, by default as the system trusts.
    """

    desk: Desk
    server: MailServer | None = None
    delays: Sequence[timedelta] = DELAYS
    lease: timedelta = LEASE
    timeout: timedelta = TIMEOUT
    poll: timedelta = POLL
    tls: ssl.SSLContext = field(default_factory=ssl.create_default_context)
    made: Callable[[Desk, Held], Letter] = field(default=lambda desk, held: letter(desk, held.schedule, held.period))

    def run(self, stop: threading.Event) -> None:
        """Work until told to stop; a store that is away is waited for."""
        looked = datetime.min.replace(tzinfo=UTC)
        while not stop.is_set():
            try:
                now = datetime.now(UTC)
                if now - looked >= CLOCK:
                    self.issue_due(now)
                    looked = now
                busy = self.server is not None and self.send_next()
            except StoreError as error:
                log.warning("reports wait: %s", error)
                busy = False
            if not busy:
                stop.wait(self.poll.total_seconds())

    def issue_due(self, now: datetime) -> int:
        """How many reports went into the outbox, their period being over."""
        with reading(self.desk.engine) as connection:
            found = due(connection, now)
        count = 0
        for one, period in found:
            with writing(self.desk.engine, one.organisation) as connection:
                count += issue(connection, one, period, now) is not None
        return count

    def send_next(self) -> bool:
        """Send the mail that has waited longest; whether there was one."""
        now = datetime.now(UTC)
        with reading(self.desk.engine) as connection:
            if not any_mail_due(connection, now):
                return False
        with writing(self.desk.engine) as connection:
            held = claim_mail(connection, now, self.lease)
        if held is None:
            return False
        with suppress(_LostError):
            self._settle(held, self._try(held))
        return True

    def _try(self, held: Held) -> Came:
        """What came of a try. Raises _LostError where another sender has the mail."""
        try:
            told = self.made(self.desk, held)
        except UnavailableError as error:
            return Came("waiting", str(error))
        except VerbatimError as error:
            return Came("failed", without_sentences(str(error)))
        except Exception as error:  # noqa: BLE001 - one report's mistake must not end the post; its message may hold words
            log.error(
                "report %s of schedule %d: a mistake of ours, %s", held.period.label, held.schedule.id, type(error)
            )
            return Came("failed", f"a mistake of ours: {type(error).__name__}")
        if self.server is None:
            return Came("waiting", "no mail server")
        return _handed(self, self.server, held, _message(self.server.sender, held, told))

    def begin_handing(self, held: Held) -> None:
        """Keep that the mail is handed over from now on. Raises _LostError where another sender has it."""
        with writing(self.desk.engine, held.schedule.organisation) as connection:
            if not hand_over(connection, held):
                raise _LostError

    def _settle(self, held: Held, came: Came) -> None:
        state, at = came.state, datetime.now(UTC)
        if state == "waiting":
            if held.attempts > len(self.delays):
                state = "failed"
            else:
                at += self.delays[held.attempts - 1]
        if state != "sent":
            log.warning("mail %d of report %s: %s", held.id, held.period.label, state)
        with writing(self.desk.engine, held.schedule.organisation) as connection:
            settle_mail(connection, held, state, at, came.error)


def _handed(post: Post, server: MailServer, held: Held, message: bytes) -> Came:
    """What the mail server makes of a mail; of what happens after the handing over began nothing is certain."""
    begun = False
    try:
        with _connected(post, server) as line:
            for code, _answer in (line.mail(server.sender), line.rcpt(held.recipient)):
                if code >= 400:
                    return _refused(code)
            post.begin_handing(held)
            begun = True
            code, _answer = line.data(message)
            return Came("sent") if code < 400 else _refused(code)
    except smtplib.SMTPDataError as error:  # it was refused before the first byte
        return _refused(error.smtp_code)
    except smtplib.SMTPAuthenticationError as error:
        return Came("waiting", f"the mail server refused the user: {error.smtp_code}")
    except (smtplib.SMTPException, OSError) as error:
        reason = f"{type(error).__name__} at the mail server"
        return (
            Came("in_doubt", f"{reason}, while it was handed over; it may have arrived")
            if begun
            else Came("waiting", reason)
        )


@contextmanager
def _connected(post: Post, server: MailServer) -> Iterator[smtplib.SMTP]:
    """A line to the mail server, safe as it was told, and signed in where there is a user."""
    seconds = post.timeout.total_seconds()
    if server.security == "tls":
        line: smtplib.SMTP = smtplib.SMTP_SSL(server.host, server.port, timeout=seconds, context=post.tls)
    else:
        line = smtplib.SMTP(server.host, server.port, timeout=seconds)
    try:
        if server.security == "starttls":
            line.starttls(context=post.tls)
        line.ehlo_or_helo_if_needed()
        if server.user is not None:
            line.login(server.user, server.password or "")
        yield line
        # What the server answers to this changes nothing any more.
        with suppress(smtplib.SMTPException, OSError):
            line.quit()
    finally:
        line.close()


def _refused(code: int) -> Came:
    """A mail that was not taken: 4xx may pass, 5xx will not."""
    return Came("waiting" if code < 500 else "failed", f"the mail server answered {code}")


def _message(sender: str, held: Held, told: Letter) -> bytes:
    """The mail as it goes over the line, in ASCII."""
    mail = EmailMessage(policy=WIRE)
    mail["From"] = sender
    mail["To"] = held.recipient
    mail["Subject"] = told.subject
    mail["Date"] = format_datetime(datetime.now(UTC))
    mail["Message-ID"] = held.message
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(told.text, cte="base64")
    main, _, sub = told.kind.partition("/")
    mail.add_attachment(told.content, maintype=main, subtype=sub, filename=told.name)
    return mail.as_bytes()


def mail_server(given: Settings) -> MailServer | None:
    """The mail server of an installation; None where none was set. Raises InputError for one without a sender."""
    if given.smtp_host is None:
        return None
    if given.smtp_from is None:
        raise InputError("VERBATIM_SMTP_FROM is missing; expected the address that mails come from")
    port = given.smtp_port or PORTS[given.smtp_security]
    password = given.smtp_password.get_secret_value() if given.smtp_password else None
    return MailServer(given.smtp_host, given.smtp_from, port, given.smtp_security, given.smtp_user, password)
