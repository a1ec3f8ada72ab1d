"""Schedules and mails in the store, on both engines: what is due, what goes out once, what is in doubt."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from verbatim.briefing import Scope
from verbatim.errors import ConflictError, FieldError, NotFoundError
from verbatim.periods import period_of
from verbatim.store.mails import any_mail_due, claim_mail, hand_over, mails_of, replay_mail, settle_mail
from verbatim.store.opening import reading, writing
from verbatim.store.schedules import PAUSE, Plan, add_schedule, due, issue, issued, list_schedules, remove_schedule

AUGUST = datetime(2026, 8, 15, tzinfo=UTC)
OCTOBER = datetime(2026, 10, 1, tzinfo=UTC) + PAUSE
LEASE = timedelta(minutes=10)
BY_MAIL = Plan("quarter", recipients=("a@example.com", "b@example.com"))
Q3 = period_of("2026Q3")


def add(engine, plan=BY_MAIL, now=AUGUST, organisation="north"):
    with writing(engine, organisation) as connection:
        return add_schedule(connection, organisation, plan, "key:1", now)


def look(engine, now):
    with reading(engine) as connection:
        return [(one.id, period.label) for one, period in due(connection, now)]


def send(engine, one, now=OCTOBER, period=Q3):
    with writing(engine, one.organisation) as connection:
        return issue(connection, one, period, now)


def take(engine, now=OCTOBER):
    with writing(engine) as connection:
        return claim_mail(connection, now, LEASE)


def states(engine, one):
    with reading(engine, one.organisation) as connection:
        return [(mail.recipient, mail.state) for mail in reversed(mails_of(connection, one.organisation, one.id))]


def test_a_report_is_due_some_hours_after_its_period_and_once(store):
    one = add(store)
    assert look(store, OCTOBER - timedelta(minutes=1)) == []
    assert look(store, OCTOBER) == [(one.id, "2026Q3")]
    assert [send(store, one) is None for _ in range(2)] == [False, True]
    assert look(store, OCTOBER) == []
    assert states(store, one) == [("a@example.com", "waiting"), ("b@example.com", "waiting")]


def test_what_was_over_before_the_schedule_is_not_sent_by_itself(store):
    add(store, now=OCTOBER + timedelta(days=3))
    assert look(store, OCTOBER + timedelta(days=4)) == []


def test_a_mail_is_one_senders_until_it_is_settled(store):
    one = add(store)
    send(store, one)
    first, second, third = take(store), take(store), take(store)
    assert (first.recipient, second.recipient, third) == ("a@example.com", "b@example.com", None)
    with writing(store, "north") as connection:
        assert hand_over(connection, first)
        assert settle_mail(connection, first, "sent", OCTOBER)
    assert states(store, one)[0] == ("a@example.com", "sent")


def test_who_is_gone_before_handing_over_leaves_a_mail_that_is_sent_again(store):
    one = add(store, replace(BY_MAIL, recipients=("a@example.com",)))
    send(store, one)
    first = take(store)
    again = take(store, OCTOBER + LEASE)
    assert (again.id, again.attempts, again.message) == (first.id, 2, first.message)
    with writing(store, "north") as connection:
        assert not hand_over(connection, first)
        assert not settle_mail(connection, first, "sent", OCTOBER)


def test_who_is_gone_while_handing_over_leaves_a_mail_in_doubt_that_only_a_person_sends_again(store):
    one = add(store, replace(BY_MAIL, recipients=("a@example.com",)))
    send(store, one)
    held = take(store)
    with writing(store, "north") as connection:
        hand_over(connection, held)
    later = OCTOBER + LEASE
    with reading(store) as connection:
        assert any_mail_due(connection, later)
    assert take(store, later) is None
    assert states(store, one) == [("a@example.com", "in_doubt")]
    assert take(store, later + timedelta(days=9)) is None
    with writing(store, "north") as connection:
        replay_mail(connection, "north", one.id, held.id, later)
    assert take(store, later).message == held.message


def test_a_mail_that_was_sent_is_not_sent_again(store):
    one = add(store, replace(BY_MAIL, recipients=("a@example.com",)))
    send(store, one)
    held = take(store)
    with writing(store, "north") as connection:
        settle_mail(connection, held, "sent", OCTOBER)
    with writing(store, "north") as connection, pytest.raises(ConflictError, match="is sent"):
        replay_mail(connection, "north", one.id, held.id, OCTOBER)
    with writing(store, "north") as connection, pytest.raises(NotFoundError, match="mail 99"):
        replay_mail(connection, "north", one.id, 99, OCTOBER)


@pytest.mark.parametrize(
    ("plan", "field"),
    [
        (Plan("week", recipients=("a@example.com",)), "every"),
        (Plan("month", language="fr", recipients=("a@example.com",)), "language"),
        (Plan("month"), "recipients"),
        (Plan("month", webhook=1, recipients=("a@example.com",)), "recipients"),
        (Plan("month", recipients=("A@example.com", "a@example.com")), "recipients"),
        (Plan("month", recipients=("a@example.com\nTo: b@example.com",)), "recipients.0"),
        (Plan("month", Scope("account"), recipients=("a@example.com",)), "account"),
    ],
)
def test_a_plan_that_cannot_be_is_refused(store, plan, field):
    with pytest.raises(FieldError) as refused:
        add(store, plan)
    assert refused.value.field == field
    assert "\n" not in str(refused.value)


def test_schedules_are_their_organisations_and_go_with_what_waits(store):
    one, other = add(store), add(store, organisation="south")
    send(store, one)
    with reading(store, "south") as connection:
        assert [each.id for each in list_schedules(connection, "south")] == [other.id]
        with pytest.raises(NotFoundError):
            issued(connection, "south", one.id)
    with writing(store, "north") as connection:
        remove_schedule(connection, "north", one.id)
    assert take(store) is None
