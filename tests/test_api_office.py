"""Keys, sources, contacts, erasures, webhooks, code frames, models and the audit over HTTP."""

import pytest

from verbatim import taxonomy
from verbatim.api import gate
from verbatim.store.opening import reading, writing
from verbatim.store.webhooks import announce, deliveries_of

TEXT = "Your prices are far too high."


def actions(client):
    return [(one["action"], one["subject"]) for one in client.get("/v1/audit").json()["items"]]


def test_a_key_is_made_used_and_revoked(service, monkeypatch):
    monkeypatch.setattr(gate, "FRESH", 0.0)
    client = service.client()
    made = client.post("/v1/keys", json={"name": "Boss", "role": "manager", "accounts": ["Acme"]})
    assert (made.status_code, made.json()["accounts"]) == (201, ["Acme"])
    own = service.client(secret=made.json()["secret"])
    assert own.get("/v1/me").json()["name"] == "Boss"
    assert client.delete(f"/v1/keys/{made.json()['id']}").status_code == 204
    assert own.get("/v1/me").status_code == 401
    listed = {one["id"]: one for one in client.get("/v1/keys").json()["items"]}
    assert listed[made.json()["id"]]["revoked"]
    assert "secret" not in listed[made.json()["id"]]
    subject = f"key:{made.json()['id']}"
    assert {("key created", subject), ("key revoked", subject)} <= set(actions(client))


@pytest.mark.parametrize(
    "body",
    [
        {"name": "x", "role": "boss"},
        {"name": "", "role": "admin"},
        {"name": "x", "role": "manager"},
        {"name": "x", "role": "analyst", "accounts": ["Acme"]},
        {"name": "x", "role": "admin", "organisation": "south"},
        [],
        "x",
    ],
)
def test_a_key_that_cannot_be_is_refused(service, body):
    assert service.client().post("/v1/keys", json=body).status_code == 422


def test_a_source_says_what_is_taken_out_of_it(service):
    client = service.client()
    assert client.get("/v1/sources/raw").json() == {"name": "raw", "redaction": None}
    assert client.put("/v1/sources/raw", json={"redaction": ["email"]}).json()["redaction"] == ["email"]
    assert client.get("/v1/sources").json()["items"] == [{"name": "raw", "redaction": ["email"]}]
    wrong = client.put("/v1/sources/raw", json={"redaction": ["emial"]})
    assert (wrong.status_code, wrong.json()["errors"][0]["field"]) == (422, "redaction.0")
    assert ("source changed", "source:raw") in actions(client)


def test_contacts_are_added_changed_and_listed(service):
    client = service.client("analyst")
    person = {"name": "Ann Lee", "account": "Acme", "role": "buyer", "permission": "named"}
    (first,) = client.put("/v1/contacts", json={"items": [person]}).json()["items"]
    client.put("/v1/contacts", json={"items": [{**person, "permission": "aggregate"}]})
    (listed,) = client.get("/v1/contacts?account=Acme").json()["items"]
    assert (listed["id"], listed["permission"]) == (first["id"], "aggregate")
    assert client.get("/v1/contacts?account=Other").json()["items"] == []
    for field, value in (("permission", "secret"), ("account", "Ac\0me"), ("name", "")):
        wrong = client.put("/v1/contacts", json={"items": [{**person, field: value}]})
        assert (wrong.status_code, wrong.json()["errors"][0]["field"]) == (422, f"items.0.{field}")


def test_a_contact_is_erased_and_a_receipt_stays(service):
    client = service.client()
    row = {"external_id": "r1", "text": TEXT, "account": "Acme", "contact": "Ann Lee"}
    number = client.post("/v1/verbatims", json={"source": "s", **row}).json()["results"][0]["id"]
    contact = client.get("/v1/contacts").json()["items"][0]["id"]
    done = client.post("/v1/erasures", json={"contact": contact}, headers={"Idempotency-Key": "e1"})
    assert (done.status_code, done.json()["verbatims"], done.json()["contacts"]) == (201, 1, [contact])
    assert client.get(f"/v1/verbatims/{number}").status_code == 404
    assert client.get("/v1/erasures").json()["items"][0]["contact"] == contact
    again = client.post("/v1/erasures", json={"contact": contact}, headers={"Idempotency-Key": "e1"})
    assert again.json() == done.json()
    assert client.post("/v1/erasures", json={"contact": float(contact)}).status_code == 404
    assert client.post("/v1/erasures", json={"contact": contact + 0.5}).status_code == 422


def test_a_webhook_is_told_and_told_again(service):
    client, engine = service.client(), service.desk.engine
    made = client.post("/v1/webhooks", json={"url": "https://h.example/x", "events": ["verbatim.coded"]}).json()
    assert made["secret"].startswith("whsec_")
    with writing(engine, "north") as connection:
        for _ in range(3):
            announce(connection, "north", "verbatim.coded", {"verbatims": [], "model": "m"})
    path = f"/v1/webhooks/{made['id']}/deliveries"
    first = client.get(f"{path}?limit=2").json()
    rest = client.get(f"{path}?limit=2&cursor={first['next']}").json()
    assert (len(first["items"]), len(rest["items"]), rest["next"]) == (2, 1, None)
    replayed = client.post(f"{path}/{rest['items'][0]['id']}/replay")
    assert (replayed.status_code, replayed.json()["id"], replayed.json()["state"]) == (
        202,
        rest["items"][0]["id"],
        "waiting",
    )
    assert client.post(f"{path}/999/replay").status_code == 404
    assert [one["id"] for one in client.get("/v1/webhooks").json()["items"]] == [made["id"]]
    assert client.delete(f"/v1/webhooks/{made['id']}").status_code == 204
    assert client.get(path).status_code == 404
    with reading(engine, "north") as connection, pytest.raises(Exception, match="webhook"):
        deliveries_of(connection, "north", made["id"])


@pytest.mark.parametrize("cursor", ["x", "0", "-1", "9" * 30, "٣"])
def test_a_cursor_that_no_page_gave_is_refused(service, cursor):
    assert service.client().get("/v1/audit", params={"cursor": cursor}).status_code == 422


@pytest.mark.parametrize("url", ["ftp://h.example", "https://u:p@h.example", "x", "https://h.example/#f"])
def test_an_address_that_nothing_is_sent_to_is_refused(service, url):
    answer = service.client().post("/v1/webhooks", json={"url": url, "events": ["verbatim.coded"]})
    assert answer.status_code == 422


def test_the_audit_goes_from_the_latest_to_the_first(service):
    client = service.client()
    for name in ("a", "b", "c"):
        client.put(f"/v1/sources/{name}", json={"redaction": None})
    first = client.get("/v1/audit?limit=2").json()
    assert [one["subject"] for one in first["items"]] == ["source:c", "source:b"]
    rest = client.get(f"/v1/audit?cursor={first['next']}").json()
    assert rest["items"][0]["subject"] == "source:a"
    assert [one["subject"] for one in client.get("/v1/audit?subject=source:b").json()["items"]] == ["source:b"]


def test_the_code_frame_is_shown_as_json_and_as_yaml(service):
    client = service.client("submitter")
    shown = client.get("/v1/codebook").json()
    assert (shown["name"], shown["fingerprint"]) == ("b2b", taxonomy.default().fingerprint)
    assert shown["codes"][0]["en"]["name"]
    text = client.get("/v1/codebook", headers={"Accept": "application/yaml"})
    assert text.headers["content-type"].startswith("application/yaml")
    assert taxonomy.parse(text.text).label == "b2b@1"


def test_another_wording_of_the_code_frame_is_put(service):
    client = service.client()
    text = taxonomy.written(taxonomy.default())
    headers = {"Content-Type": "application/yaml"}
    put = client.put("/v1/codebook", content=text.replace("version: 1", "version: 2", 1), headers=headers)
    assert (put.status_code, put.json()["version"]) == (200, 2), put.text
    assert client.get("/v1/codebook").json()["version"] == 2
    assert service.client("admin", "south").get("/v1/codebook").json()["version"] == 1
    other = client.put("/v1/codebook", content="name: x", headers=headers)
    assert (other.status_code, other.headers["content-type"]) == (422, "application/problem+json")
    assert client.put("/v1/codebook", content=b"\xff", headers=headers).status_code == 400
    assert service.client("analyst").put("/v1/codebook", content=text, headers=headers).status_code == 403


def test_the_models_are_listed_with_the_current_one(service):
    client = service.client()
    (before,) = client.get("/v1/models").json()["items"]
    client.post("/v1/verbatims", json={"source": "s", "external_id": "r1", "text": TEXT})
    (after,) = client.get("/v1/models").json()["items"]
    assert (before["label"], before["current"], after["label"], after["current"]) == ("small@1", True, "small@1", True)
    assert after["created"]
