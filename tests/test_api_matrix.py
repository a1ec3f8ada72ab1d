"""Every route against every role of another organisation, made from the OpenAPI document: nothing comes across."""

import json
from datetime import UTC, datetime

import pytest

from verbatim.access import PUBLIC, ROLES, RULES
from verbatim.actions.exporting import run_export, start_export
from verbatim.api.application import described
from verbatim.periods import period_of
from verbatim.store import jobs, themes
from verbatim.store.listing import Filters
from verbatim.store.mails import mails_of
from verbatim.store.opening import writing
from verbatim.store.schedules import Plan, add_schedule, issue
from verbatim.store.webhooks import announce, deliveries_of

SECRET = "Xanthippe"
"""A word that only "north" knows: it stands in all that it has, and in no request of another."""

SOURCE, ACCOUNT, ID = "survey", "Hill Clinic", "r1"
"""What others can guess."""

MODEL = "small@1"
"""The installation's model, which all know."""

ROUTES = [
    (method.upper(), path, operation)
    for path, operations in described()["paths"].items()
    for method, operation in operations.items()
]
SAID = {
    "external_id": ID,
    "text": f"{SECRET} says your prices are far too high.",
    "account": ACCOUNT,
    "contact": f"{SECRET} Lee",
}


MONTH = "2026-03"
DISPUTED = {"external_id": "r2", "text": f"{SECRET} says it is slow.", "account": "Elsewhere"}
JUDGED = {"codes": [{"id": "price.level", "polarity": "negative"}]}


@pytest.fixture
def north(service):
    """The numbers of what "north" has, by the path that shows it."""
    client = service.client("admin")
    people = [{"name": SAID["contact"], "account": ACCOUNT, "permission": "named"}]
    assert client.put("/v1/contacts", json={"items": people}).status_code == 200
    assert client.put(f"/v1/sources/{SOURCE}", json={"redaction": []}).status_code == 200
    batch = {"source": SOURCE, "items": [SAID]}
    (said,) = client.post("/v1/verbatims", json=batch, headers={"Idempotency-Key": "key"}).json()["results"]
    hook = client.post("/v1/webhooks", json={"url": f"https://{SECRET}.example", "events": ["verbatim.coded"]}).json()
    export = exported(service)
    with writing(service.desk.engine, "north") as connection:
        announce(connection, "north", "verbatim.coded", {"verbatims": [], "model": SECRET})
        delivery = deliveries_of(connection, "north", hook["id"], 1)[0].id
        queued = jobs.enqueue(connection, "north", "recode", {}, SECRET)
        jobs.note_errors(connection, jobs.job(connection, "north", queued), [])
    key = client.post("/v1/keys", json={"name": SECRET, "role": "analyst"}).json()["id"]
    contact = client.get("/v1/contacts").json()["items"][0]["id"]
    account = client.get("/v1/accounts").json()["items"][0]["id"]
    found = {"verbatims": said["id"], "accounts": account, "jobs": queued, "exports": export, "keys": key}
    found |= {"webhooks": hook["id"]}
    coding = client.get(f"/v1/verbatims/{said['id']}").json()["coding"]
    found["themes"] = emerged(service, said["id"])
    found["schedules"], found["mail"] = scheduled(service)
    return {**found, "review": disputed(service, client), "delivery": delivery, "contact": contact, "coding": coding}


def scheduled(service):
    """The numbers of a schedule of reports, and of a mail that went into the outbox by it."""
    begin, plan = datetime(2026, 3, 1, tzinfo=UTC), Plan("month", recipients=(f"{SECRET}@example.com",))
    with writing(service.desk.engine, "north") as connection:
        one = add_schedule(connection, "north", plan, "key:1", begin)
        issue(connection, one, period_of(MONTH), datetime(2026, 5, 1, tzinfo=UTC))
        return one.id, mails_of(connection, "north", one.id)[0].id


def disputed(service, client):
    """The number of what two persons of "north" coded differently."""
    (said,) = client.post("/v1/verbatims", json={"source": SOURCE, "items": [DISPUTED]}).json()["results"]
    place, base = f"/v1/verbatims/{said['id']}", client.get(f"/v1/verbatims/{said['id']}").json()["coding"]
    assert client.put(f"{place}/codings", json={"codes": [], "based_on": base}).status_code == 200
    assert client.post("/v1/review/second", json={"share": 0.999999}).json() == {"verbatims": 1}
    assert service.client("analyst").put(f"{place}/blind", json=JUDGED).status_code == 200
    return client.get("/v1/review/disagreements").json()["items"][0]["id"]


def emerged(service, verbatim):
    """The number of a theme that what was said belongs to."""
    run = {"scope": "residual", "encoder": "e", "plan": {}, "segments": 1, "verbatims": 1, "placed": 1}
    told = {"name": SECRET, "words": {"en": [SECRET]}, "state": "new", "scope": "residual"}
    with writing(service.desk.engine, "north") as connection:
        first = themes.add_run(connection, "north", run)
        number = themes.add_theme(connection, "north", {**told, "first_run": first, "last_run": first})
        member = themes.Member(number, verbatim, 1, None, 0, len(SECRET), 0.9)
        themes.put_members(connection, "north", "residual", [member])
    return number


def exported(service):
    """The number of an export that is done."""
    engine = service.desk.engine
    number = start_export(engine, "north", Filters(), "jsonl", "key:0")
    with writing(engine) as connection:
        lease = jobs.Lease(engine, jobs.claim(connection, "w/1", datetime.now(UTC)), "w/1")
    run_export(service.desk, lease)
    with writing(engine, "north") as connection:
        jobs.finish(connection, lease)
    return number


def filled(path, ids):
    path = path.replace("{mail}", str(ids["mail"])).replace("{period}", MONTH)
    path = path.replace("{delivery}", str(ids["delivery"])).replace("{name}", SOURCE).replace("{version}", MODEL)
    return path.replace("{id}", str(ids.get(path.split("/")[2], 0))) if path.startswith("/v1/") else path


def ask(client, method, path, operation, ids):
    """Send what an operation takes, with everything in it of "north" that can be guessed."""
    bodies = {
        "code_texts": {"texts": ["hello"]},
        "add_verbatims": {"source": SOURCE, "items": [{"external_id": ID, "text": "Mine.", "account": ACCOUNT}]},
        "put_contacts": {"items": [{"name": "Ann Lee", "account": ACCOUNT}]},
        "put_accounts": {"items": [{"name": ACCOUNT, "region": "south"}]},
        "put_invitations": {"items": [{"account": ACCOUNT, "contact": "Ann Lee", "date": "2026-03-02"}]},
        "retrain": {},
        "roll_back": {"reason": "a trial"},
        "promote_model": {"reason": "a trial"},
        "put_source": {"redaction": None},
        "add_key": {"name": "key", "role": "analyst"},
        "erase": {"contact": ids["contact"]},
        "add_webhook": {"url": "https://hooks.example", "events": ["verbatim.coded"]},
        "start_export": {"account": ACCOUNT},
        "correct": {**JUDGED, "based_on": ids["coding"]},
        "accept": {"based_on": ids["coding"]},
        "undo": {"coding": ids["coding"]},
        "code_twins": {"items": [{"verbatim": ids["verbatims"]}]},
        "change_many": {"action": "accept", "items": [{"verbatim": ids["verbatims"], "coding": ids["coding"]}]},
        "put_back": {"verbatims": [ids["verbatims"]]},
        "assign": {"assignee": "user:eve", "verbatims": [ids["verbatims"]]},
        "want_second": {"share": 0.999999},
        "code_blind": JUDGED,
        "decide": JUDGED,
        "find_themes": {},
        "add_schedule": {"every": "month", "webhook": ids["webhooks"]},
        "send_report": {"period": MONTH},
        "change_theme": {"act": "dismiss"},
    }
    queries = {one["name"] for one in operation.get("parameters", ()) if one["in"] == "query"}
    known = {"source": SOURCE, "account": ACCOUNT, "subject": f"verbatim:{ids['verbatims']}", "name": "a.txt"}
    known |= {"external_id": ID, "q": "prices", "text": "text"}
    known |= {"period": MONTH} if operation["operationId"] == "make_report" else {}
    query = {name: value for name, value in known.items() if name in queries}
    body = bodies.get(operation["operationId"])
    content = json.dumps(body).encode() if body is not None else b"A: hello there\nB: too dear, sorry\n"
    kind = "application/json" if body is not None else "application/octet-stream"
    if operation["operationId"] == "put_codebook":
        kind = "application/yaml"
    once = "key" if operation["operationId"] == "add_verbatims" else operation["operationId"]
    headers = {"Content-Type": kind, "Idempotency-Key": once} if method in ("POST", "PUT") else {}
    taken = content if "requestBody" in operation else None
    return client.request(method, filled(path, ids), params=query, content=taken, headers=headers)


def state(service):
    """Everything that "north" has, as its admin sees it, without what changes by being looked at."""
    client = service.client("admin")
    lists = ("verbatims", "contacts", "accounts", "invitations", "sources", "webhooks", "jobs", "erasures", "models")
    paths = (*lists, "schedules", "themes")
    found = {path: client.get(f"/v1/{path}").json()["items"] for path in paths}
    found |= {"waiting": client.get("/v1/review/disagreements").json(), "twins": client.get("/v1/review/twins").json()}
    keys = [{**one, "last_used": None} for one in client.get("/v1/keys").json()["items"]]
    return {**found, "keys": keys, "codebook": client.get("/v1/codebook").json()}


def is_about_one(path):
    """Whether a path names something that "north" has by its number."""
    return "{id}" in path


@pytest.mark.parametrize("role", [*ROLES, None])
def test_a_key_of_another_organisation_reaches_nothing(service, north, role):
    before = state(service)
    client = service.client(role, "south")
    for method, path, operation in ROUTES:
        answer = ask(client, method, path, operation, north)
        where = f"{method} {path}: {answer.status_code} {answer.text[:200]}"
        if path in PUBLIC:
            continue
        if role is None or role not in RULES[method, path]:
            assert answer.status_code == (401 if role is None else 403), where
        elif is_about_one(path) or operation["operationId"] == "erase":
            assert answer.status_code == 404, where
        else:
            assert answer.status_code < 500, where
        assert SECRET not in answer.text, where
    assert state(service) == before


def test_the_same_requests_reach_it_in_its_own_organisation(service, north):
    client = service.client("admin")
    reached = {
        (method, path): ask(client, method, path, operation, north).status_code
        for method, path, operation in ROUTES
        if is_about_one(path) and method == "GET"
    }
    assert set(reached.values()) == {200}


@pytest.mark.parametrize("role", ["submitter", "manager"])
def test_a_key_that_sees_a_part_reaches_no_other_part(service, north, role):
    client = service.client(role)
    for method, path, operation in ROUTES:
        if role not in RULES.get((method, path), ()):
            continue
        answer = ask(client, method, path, operation, north)
        where = f"{method} {path}: {answer.status_code} {answer.text[:200]}"
        assert (answer.status_code == 404) if is_about_one(path) else (answer.status_code < 500), where
        assert SECRET not in answer.text, where


def test_what_is_not_there_and_what_may_not_be_seen_are_told_alike(service, north):
    client = service.client("analyst", "south")
    for path in ("verbatims", "jobs", "exports"):
        there, missing = (client.get(f"/v1/{path}/{number}").json() for number in (north[path], 10**15))
        del there["request_id"], missing["request_id"]
        assert there == json.loads(json.dumps(missing).replace(str(10**15), str(north[path])))


def test_every_route_is_in_the_table_of_roles_and_none_else_is():
    named = {(method, path) for method, path, operation in ROUTES if operation["security"]}
    assert named == set(RULES)
    assert {path for _, path, operation in ROUTES if not operation["security"]} < PUBLIC
