"""Signing in over HTTP on both engines: passwords, keys, sessions, tokens against foreign forms, who sees what."""

import re
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from browser import PASSWORD, add_users, token_of
from servers import NO_CERTIFICATES

from verbatim.actions.sign_in import signed_in
from verbatim.actions.users import disable, set_password
from verbatim.api.application import create_app
from verbatim.store.access_keys import create_key, revoke_key
from verbatim.store.audit import events
from verbatim.store.opening import reading, writing
from verbatim.web.application import pages

SAYING = {"source": "s", "items": [{"external_id": "r1", "text": "Your prices are far too high."}]}


@pytest.fixture
def site(desk, serving):
    """What opens browsers without scripts, so to speak, at the served pages; with somebody signed in, or nobody."""
    add_users(desk.engine)
    clients = []
    with serving(create_app(desk, pages=pages(desk))) as url:

        def browser(login=None):
            clients.append(httpx.Client(base_url=url, trust_env=False, timeout=30, verify=NO_CERTIFICATES))
            if login is not None:
                clients[-1].cookies.set("verbatim_session", token_of(desk.engine, login))
            return clients[-1]

        yield browser
        for client in clients:
            client.close()


def form_token(answer):
    return re.search(r'name="csrf" value="([\w-]+)"', answer.text)[1]


def enter(client, login="ann", password=PASSWORD, **more):
    fields = {"csrf": form_token(client.get("/sign-in")), "login": login, "password": password, **more}
    return client.post("/sign-in", data=fields)


def csrf_of(client):
    return re.search(r'"csrf": "([\w-]+)"', client.get("/jobs").text)[1]


def me(client):
    return client.get("/v1/me")


def test_who_signs_in_gets_a_cookie_that_scripts_cannot_read_and_the_first_page(site):
    client = site()
    assert client.get("/").headers["location"] == "/sign-in"
    entered = enter(client, "ANN")
    assert (entered.status_code, entered.headers["location"]) == (303, "/")
    cookie = next(one for one in entered.headers.get_list("set-cookie") if one.startswith("verbatim_session="))
    assert {"httponly", "samesite=lax", "path=/"} <= {part.strip().lower() for part in cookie.split(";")}
    assert "secure" not in cookie.lower()
    assert client.get("/").headers["location"] == "/overview"
    assert client.get("/review").status_code == 200
    assert me(client).json() | {"id": 0} == {
        "id": 0, "name": "Ann", "organisation": "north", "role": "analyst", "accounts": None, "actor": "user:ann"
    }  # fmt: skip


@pytest.mark.parametrize(("login", "password"), [("ann", "wrong words here"), ("nobody", PASSWORD), ("ann", "")])
def test_wrong_words_open_nothing_and_tell_nothing(site, login, password):
    client = site()
    answer = enter(client, login, password)
    assert (answer.status_code, "do not belong together" in answer.text) == (401, True)
    assert "verbatim_session" not in client.cookies
    assert me(client).status_code == 401


def test_a_key_signs_in_too_and_is_itself(site, desk):
    with writing(desk.engine, "south") as connection:
        holder, secret = create_key(connection, "south", "crm", "analyst")
    client = site()
    assert enter(client, "", "", key=secret).status_code == 303
    assert me(client).json()["actor"] == holder.actor
    assert client.post("/v1/verbatims", json=SAYING, headers={"X-CSRF-Token": csrf_of(client)}).status_code == 200
    with writing(desk.engine, "south") as connection:
        revoke_key(connection, "south", holder.id, datetime.now(UTC))
    assert me(client).status_code == 401
    assert client.get("/review").headers["location"] == "/sign-in?to=/review"
    asked = client.get("/trends?look=price&look=service&period=month").headers["location"]
    assert asked == "/sign-in?to=/trends%3Flook%3Dprice%26look%3Dservice%26period%3Dmonth"


def test_a_form_from_elsewhere_signs_nobody_in(site):
    client = site()
    fields = {"login": "ann", "password": PASSWORD}
    assert client.post("/sign-in", data=fields).status_code == 403
    client.get("/sign-in")
    assert client.post("/sign-in", data={**fields, "csrf": "made-up"}).status_code == 403
    assert me(client).status_code == 401


def test_what_changes_something_needs_the_token_of_the_session(site):
    ann, bob = site("ann"), site("bob")
    for headers in ({}, {"X-CSRF-Token": "x"}, {"X-CSRF-Token": csrf_of(bob)}):
        refused = ann.post("/v1/verbatims", json=SAYING, headers=headers)
        assert (refused.status_code, refused.headers["content-type"]) == (403, "application/problem+json")
    assert ann.get("/v1/verbatims").json()["items"] == []
    assert ann.post("/v1/verbatims", json=SAYING, headers={"X-CSRF-Token": csrf_of(ann)}).status_code == 200
    assert ann.post("/sign-out", data={"csrf": csrf_of(bob)}).status_code == 403
    assert me(ann).status_code == 200


def test_each_sign_in_is_a_new_session_and_signing_out_ends_it(site):
    client = site()
    enter(client)
    first = client.cookies["verbatim_session"]
    client.post("/sign-out", data={"csrf": csrf_of(client)})
    enter(client)
    second = client.cookies["verbatim_session"]
    assert first != second
    other = site()
    other.cookies.set("verbatim_session", first)
    assert me(other).status_code == 401
    other.cookies.set("verbatim_session", second)
    assert me(other).status_code == 200


def test_who_is_disabled_or_gets_another_password_is_out_at_once(site, desk):
    for act in (
        lambda: set_password(desk.engine, "north", "ann", PASSWORD),
        lambda: disable(desk.engine, "north", "ann"),
    ):
        client = site("ann")
        assert me(client).status_code == 200
        act()
        assert me(client).status_code == 401
    assert enter(site()).status_code == 401


def test_a_session_ends_after_half_a_day_unused_and_after_a_week(site, desk):
    client = site("ann")
    token, now = client.cookies["verbatim_session"], datetime.now(UTC)
    assert signed_in(desk.engine, token, now + timedelta(hours=11)) is not None
    assert signed_in(desk.engine, token, now + timedelta(hours=22)) is not None
    assert signed_in(desk.engine, token, now + timedelta(hours=35)) is None
    for hours in range(22, 170, 11):
        found = signed_in(desk.engine, token, now + timedelta(hours=hours))
        assert (found is not None) == (hours < 168), hours


def test_people_of_two_organisations_see_their_own(site):
    ann, sam = site("ann"), site("sam")
    assert ann.post("/v1/verbatims", json=SAYING, headers={"X-CSRF-Token": csrf_of(ann)}).status_code == 200
    (item,) = ann.get("/v1/verbatims").json()["items"]
    assert sam.get("/v1/verbatims").json()["items"] == []
    assert sam.get(f"/v1/verbatims/{item['id']}").status_code == 404


def test_a_role_sees_its_pages_and_no_others(site):
    mia, sue = site("mia"), site("sue")
    assert [mia.get(path).status_code for path in ("/review", "/import", "/jobs")] == [403, 403, 200]
    assert [sue.get(path).status_code for path in ("/review", "/import", "/jobs")] == [403, 200, 200]
    assert 'href="/review"' not in sue.get("/jobs").text
    assert mia.get("/v1/keys").status_code == 403


def test_too_many_tries_have_to_wait(site):
    client = site()
    statuses = [enter(client, "ann", "wrong words").status_code for _ in range(6)]
    assert statuses == [401] * 5 + [429]
    assert enter(client).status_code == 429
    assert enter(client, "bob").status_code == 303


def test_signing_in_and_out_is_noted(site, desk):
    client = site()
    enter(client)
    client.post("/sign-out", data={"csrf": csrf_of(client)})
    with reading(desk.engine, "north") as connection:
        noted = [one.event.action for one in events(connection, "north", "user:ann")]
    assert noted == ["user added", "signed in", "signed out"]


def test_pages_let_nothing_in_from_elsewhere(site):
    headers = site().get("/sign-in").headers
    policy = headers["content-security-policy"]
    assert "script-src 'self';" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    expected = {"referrer-policy": "no-referrer", "x-content-type-options": "nosniff", "cache-control": "no-store"}
    assert {name: headers[name] for name in expected} == expected


@pytest.mark.parametrize("to", ["//evil.example/x", "https://evil.example", "/\\evil.example", "javascript:x", "/a\tb"])
def test_nobody_is_sent_to_another_site(site, to):
    assert enter(site(), to=to).headers["location"] == "/"


def test_what_is_no_page_is_not_found_and_routes_stay_as_they_were(site):
    client = site()
    missing = client.get("/nothing")
    assert (missing.status_code, missing.headers["content-type"]) == (404, "text/html; charset=utf-8")
    assert client.get("/v1/nothing").headers["content-type"] == "application/problem+json"
    assert client.get("/static/0/nothing.js").status_code == 404
    assert client.post("/sign-in", content=b"x" * 20_000).status_code == 413
    assert client.get("/docs").status_code == 200


def test_behind_https_cookies_go_no_other_way(desk, serving):
    with serving(create_app(desk, pages=pages(desk, "https://verbatim.example"))) as url:
        answer = httpx.get(f"{url}/sign-in", trust_env=False)
        assert "secure" in answer.headers["set-cookie"].lower()


@pytest.mark.parametrize(
    ("accepted", "language"),
    [("zh-TW,zh;q=0.9,en;q=0.8", "zh-Hant"), ("fr, zh-CN;q=0.5", "zh-Hans"), ("de", "en"), ("zh;q=0, en", "en")],
)
def test_the_page_speaks_as_the_browser_asks(site, accepted, language):
    shown = site().get("/sign-in", headers={"Accept-Language": accepted}).text
    assert f'<html lang="{language}">' in shown


def test_a_language_that_was_chosen_stays(site):
    client = site()
    client.post("/language", data={"csrf": form_token(client.get("/sign-in")), "language": "zh-Hans", "to": "/sign-in"})
    assert '<html lang="zh-Hans">' in client.get("/sign-in").text
    client = site("ann")
    client.post("/language", data={"csrf": csrf_of(client), "language": "zh-Hant", "to": "/jobs"})
    other = site("ann")
    assert '<html lang="zh-Hant">' in other.get("/jobs").text
