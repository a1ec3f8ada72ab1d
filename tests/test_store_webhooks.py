import base64
import threading
from datetime import UTC, datetime, timedelta

import pytest

from verbatim.errors import ConflictError, NotFoundError, StoreError
from verbatim.store.opening import reading, writing
from verbatim.store.webhooks import (
    EVENTS,
    SHARE,
    Outcome,
    Webhook,
    add_webhook,
    announce,
    any_due,
    claim_delivery,
    deliveries_of,
    drop_deliveries,
    list_webhooks,
    remove_webhook,
    replay,
    settle,
    switch_webhook,
)

URL = "https://hooks.example.org/in?token=hush"
LEASE = timedelta(minutes=2)
MINUTE = timedelta(minutes=1)


def add(engine, url=URL, organisation="north"):
    with writing(engine, organisation) as connection:
        return add_webhook(connection, organisation, url, EVENTS)


def tell(engine, times=1, organisation="north"):
    with writing(engine, organisation) as connection:
        return [announce(connection, organisation, "verbatim.coded", {"verbatims": [n]}) for n in range(times)]


def take(engine, now):
    with writing(engine) as connection:
        return claim_delivery(connection, now, LEASE)


def keep(engine, claim, outcome):
    with writing(engine, claim.organisation) as connection:
        return settle(connection, claim, outcome)


def told(engine, webhook, organisation="north", **page):
    with reading(engine, organisation) as connection:
        return deliveries_of(connection, organisation, webhook, **page)


def again(engine, webhook, delivery, now, organisation="north"):
    with writing(engine, organisation) as connection:
        replay(connection, organisation, webhook, delivery, now)


@pytest.fixture
def now():
    """A moment after all that this test announces."""
    return datetime.now(UTC) + timedelta(seconds=30)


def test_a_webhook_is_listed_without_its_secret_which_holds_32_random_bytes(store):
    (webhook, secret), (_, other) = add(store), add(store, "http://10.0.0.9:8080/in")
    with reading(store, "north") as connection:
        assert list_webhooks(connection, "north")[0] == webhook == Webhook(webhook.id, URL, EVENTS, True)
    assert secret.startswith("whsec_")
    assert len(base64.b64decode(secret.removeprefix("whsec_"), validate=True)) == 32
    assert secret != other


@pytest.mark.parametrize(
    "url",
    [
        "ftp://hooks.example.org",
        "https://",
        "hooks.example.org/hush",
        "https://user:hush@hooks.example.org",
        "https://hooks.example.org/#hush",
        "https://hooks.example.org:99999999/hush",
        "https://hooks.example.org/hush hush",
        "https://hooks.example.org/hush\n",
        "https://hooks.example.org/" + "hush" * 500,
        "https://[::1/hush",
    ],
)
def test_an_address_that_cannot_be_is_refused_and_not_shown_beyond_its_host(store, url):
    with pytest.raises(StoreError, match="expected https://HOST/PATH") as refused:
        add(store, url)
    assert "hush" not in str(refused.value)


@pytest.mark.parametrize("events", [[], ["verbatim.read"]])
def test_a_webhook_of_no_known_event_is_refused(store, events):
    with pytest.raises(StoreError, match=r"expected one or more of verbatim\.coded"), writing(store) as connection:
        add_webhook(connection, "north", URL, events)


def test_each_webhook_of_the_organisation_is_told_the_same_message(store, now):
    (first, secret), (second, _) = add(store), add(store)
    add(store, organisation="south")
    assert tell(store) == [2]
    messages = {told(store, webhook.id)[0].message for webhook in (first, second)}
    claim = take(store, now)
    assert (claim.webhook, claim.url, claim.secret, claim.attempts) == (first.id, URL, secret, 1)
    assert messages == {claim.payload["id"]}
    assert {"event": "verbatim.coded", "organisation": "north", "verbatims": [0]}.items() <= claim.payload.items()
    assert secret not in repr(claim)


def test_what_is_announced_is_gone_where_the_work_is(store):
    webhook, _ = add(store)
    with pytest.raises(StoreError, match="url"), writing(store, "north") as connection:
        assert [announce(connection, "north", "verbatim.coded", {}), add_webhook(connection, "north", "", EVENTS)]
    assert told(store, webhook.id) == ()


def test_nobody_listens_to_an_event_that_no_webhook_asks_for(store):
    webhook, _ = add(store)
    with writing(store, "north") as connection:
        assert announce(connection, "north", "verbatim.read", {}) == 0
        switch_webhook(connection, "north", webhook.id, False)
    assert tell(store) == [0]


def test_deliveries_are_listed_newest_first_by_page(store):
    webhook, _ = add(store)
    tell(store, 3)
    first = told(store, webhook.id, limit=2)
    rest = told(store, webhook.id, limit=2, after=first[-1].id)
    assert [one.id for one in (*first, *rest)] == [3, 2, 1]
    assert {(one.state, one.attempts, one.sent) for one in first} == {("waiting", 0, None)}
    with pytest.raises(StoreError, match="limit 0: expected 1 to 1000"):
        told(store, webhook.id, limit=0)


def test_a_webhook_of_another_organisation_is_not_there(store):
    webhook, _ = add(store)
    tell(store)
    for number in (webhook.id, 0, -1, 2**70):
        organisation = "south" if number == webhook.id else "north"
        with pytest.raises(NotFoundError, match=f"webhook {number}"):
            told(store, number, organisation)
        with pytest.raises(NotFoundError, match=f"webhook {number}"), writing(store) as connection:
            remove_webhook(connection, organisation, number)
    assert len(told(store, webhook.id)) == 1


def test_a_webhook_goes_with_its_deliveries(store, now):
    webhook, _ = add(store)
    tell(store)
    with writing(store, "north") as connection:
        remove_webhook(connection, "north", webhook.id)
        assert list_webhooks(connection, "north") == ()
    assert take(store, now) is None


def test_a_delivery_is_sent_by_one_sender_at_a_time(store, now):
    for number in range(5):
        add(store, f"https://{number}.example.org")
    tell(store, 4)
    found, start = [], threading.Barrier(4, timeout=60)

    def send():
        start.wait()
        while claim := take(store, now):
            found.append(claim.id)
            keep(store, claim, Outcome("sent", now, 200))

    threads = [threading.Thread(target=send) for _ in range(4)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert sorted(found) == list(range(1, 21))


def test_a_webhook_that_hangs_holds_up_no_other(store, now):
    (slow, _), (other, _) = add(store), add(store)
    tell(store, 3)
    claims = [take(store, now) for _ in range(2 * SHARE)]
    assert sorted(claim.webhook for claim in claims) == [slow.id] * SHARE + [other.id] * SHARE
    assert take(store, now) is None


def test_what_a_lost_sender_held_is_sent_by_another_and_settled_by_that_one_only(store, now):
    webhook, _ = add(store)
    tell(store)
    lost = take(store, now)
    assert take(store, now + LEASE - MINUTE) is None
    found = take(store, now + LEASE)
    assert (found.id, found.payload, found.attempts) == (lost.id, lost.payload, 2)
    assert not keep(store, lost, Outcome("failed", now))
    assert keep(store, found, Outcome("sent", now + LEASE, 204))
    assert told(store, webhook.id)[0].state == "sent"


def test_a_delivery_to_try_again_waits_until_it_is_due(store, now):
    webhook, _ = add(store)
    tell(store)
    keep(store, take(store, now), Outcome("waiting", now, 503, "answered 503", now + MINUTE))
    waiting = told(store, webhook.id)[0]
    assert (waiting.state, waiting.status, waiting.error, waiting.due) == ("waiting", 503, "answered 503", now + MINUTE)
    with reading(store) as connection:
        assert not any_due(connection, now)
        assert any_due(connection, now + MINUTE)
    assert take(store, now) is None
    assert take(store, now + MINUTE).attempts == 2


@pytest.mark.parametrize("state", ["sent", "failed", "waiting"])
def test_a_delivery_is_sent_again_when_asked_for(store, now, state):
    webhook, _ = add(store)
    tell(store)
    first = take(store, now)
    keep(store, first, Outcome(state, now, 200, due=now + LEASE))
    again(store, webhook.id, first.id, now + MINUTE)
    second = take(store, now + MINUTE)
    assert (second.payload, second.attempts) == (first.payload, 1)


def test_a_delivery_that_is_being_sent_or_of_a_webhook_that_is_off_is_not_sent_again(store, now):
    webhook, _ = add(store)
    tell(store)
    claim = take(store, now)
    with pytest.raises(ConflictError, match="delivery 1: is being sent at this moment"):
        again(store, webhook.id, claim.id, now)
    with pytest.raises(NotFoundError, match="delivery 2: not one of webhook 1"):
        again(store, webhook.id, 2, now)
    with writing(store, "north") as connection:
        switch_webhook(connection, "north", webhook.id, False)
    with pytest.raises(ConflictError, match="webhook 1: is off"):
        again(store, webhook.id, claim.id, now + LEASE)


def test_what_waits_for_a_webhook_has_failed_once_that_is_off(store, now):
    webhook, _ = add(store)
    tell(store)
    with writing(store, "north") as connection:
        switch_webhook(connection, "north", webhook.id, False)
    assert [(one.state, one.error) for one in told(store, webhook.id)] == [("failed", "the webhook is off")]
    with writing(store, "north") as connection:
        switch_webhook(connection, "north", webhook.id, True)
    again(store, webhook.id, 1, now)
    assert take(store, now).id == 1


def test_old_deliveries_are_dropped_unless_they_wait(store, now):
    webhook, _ = add(store)
    tell(store, 2)
    keep(store, take(store, now), Outcome("sent", now, 200))
    with writing(store) as connection:
        assert drop_deliveries(connection, now) == 0
        assert drop_deliveries(connection, now + MINUTE) == 1
    assert [one.state for one in told(store, webhook.id)] == ["waiting"]
