"""Reports and schedules over HTTP: who may have which, in which form, and what is refused with which words."""

import pytest
from office_store import fill, quarter

from verbatim.actions import briefings
from verbatim.errors import UnavailableError
from verbatim.store.opening import reading
from verbatim.store.webhooks import deliveries_of


@pytest.fixture
def filled(service):
    fill(service.desk.engine, [*quarter(), *quarter(account="Borg")])
    return service


def report(client, **query):
    return client.get("/v1/reports", params={"period": "2026Q3", **query})


def test_a_report_is_a_file_of_the_period_in_a_language(filled):
    found = report(filled.client("analyst"), language="zh-Hans")
    assert (found.status_code, found.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert found.headers["content-disposition"] == 'attachment; filename="report-2026Q3.html"'
    assert "2026年第3季度" in found.text
    assert "Acme" in found.text
    assert report(filled.client("analyst"), format="xlsx").content[:2] == b"PK"
    events = [one for one in filled.client().get("/v1/audit").json()["items"] if one["action"] == "report"]
    assert {one["details"]["format"] for one in events} == {"html", "xlsx"}


def test_a_manager_has_reports_of_own_accounts_only(filled):
    mine = report(filled.client("manager"))
    assert mine.status_code == 200
    assert "Borg" not in mine.text
    assert "8 replies came in, from 8 people" in mine.text
    other, unknown = (report(filled.client("manager"), account=name) for name in ("Borg", "Nobody"))
    assert (other.status_code, unknown.status_code) == (404, 404)
    assert report(filled.client("analyst", "south")).text.count("Acme") == 0
    assert report(filled.client("submitter")).status_code == 403


REFUSED = (
    ({"period": "2026Q5"}, "period", "2026Q3"),
    ({"period": "2099"}, "period", "that has begun"),
    ({"period": "x"}, "period", "2026-09"),
    ({"format": "docx"}, "format", "pdf"),
    ({"language": "fr"}, "language", "zh-Hans"),
    ({"account": "Acme", "team": "East"}, "team", "an account or a team"),
)


@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
def test_a_report_that_cannot_be_is_refused_naming_the_field(filled):
    client = filled.client("analyst")
    for query, field, expected in REFUSED:
        found = report(client, **query)
        assert found.status_code == 422
        (fault,) = found.json()["errors"]
        assert fault["field"] == field
        assert expected in fault["expected"]


def test_a_pdf_that_takes_too_long_is_asked_for_again_later(filled, monkeypatch):
    def late(*_):
        raise UnavailableError("PDF: not printed within 90 s")

    monkeypatch.setitem(briefings.RENDERERS, "pdf", late)
    found = report(filled.client("analyst"), format="pdf")
    assert (found.status_code, found.headers["retry-after"]) == (503, "1")


def test_a_schedule_tells_a_webhook_once_where_the_report_is(filled):
    admin = filled.client()
    hook = admin.post("/v1/webhooks", json={"url": "https://crm.example.com/in", "events": ["verbatim.coded"]}).json()
    plan = {"every": "quarter", "account": "Acme", "format": "xlsx", "webhook": hook["id"]}
    made = admin.post("/v1/schedules", json=plan)
    assert (made.status_code, made.json()["account"], made.json()["recipients"]) == (201, "Acme", None)
    where = f"/v1/schedules/{made.json()['id']}"
    sent = [admin.post(f"{where}/sendings", json={"period": "2026Q3"}).status_code for _ in range(2)]
    assert sent == [202, 200]
    with reading(filled.desk.engine, "north") as connection:
        (delivery,) = deliveries_of(connection, "north", hook["id"])
    assert delivery.event == "report.ready"
    assert filled.client("manager").get(f"{where}/reports/2026Q3").content[:2] == b"PK"
    assert filled.client("analyst", "south").get(f"{where}/reports/2026Q3").status_code == 404
    (issue,) = admin.get(f"{where}/sendings").json()["items"]
    assert (issue["period"], issue["mails"]) == ("2026Q3", [])
    assert admin.delete(where).status_code == 204
    assert admin.get("/v1/schedules").json()["items"] == []


def test_a_schedule_by_mail_needs_a_mail_server_and_addresses_that_can_be(filled, monkeypatch):
    admin = filled.client()
    plan = {"every": "month", "recipients": ["service@example.com"]}
    assert admin.post("/v1/schedules", json=plan).json()["errors"][0]["field"] == "recipients"
    monkeypatch.setenv("VERBATIM_SMTP_HOST", "127.0.0.1")
    monkeypatch.setenv("VERBATIM_SMTP_DOMAINS", "example.com")
    assert admin.post("/v1/schedules", json=plan).status_code == 201
    for wrong in ("x@example.com\r\nBcc: y@example.com", "a@other.org", "a b@example.com", "nobody"):
        found = admin.post("/v1/schedules", json={**plan, "recipients": [wrong]})
        assert (found.status_code, found.json()["errors"][0]["field"]) == (422, "recipients.0")
        assert "Bcc" not in found.text
    assert admin.post("/v1/schedules", json={"every": "month"}).status_code == 422
    assert admin.post("/v1/schedules", json={"every": "month", "webhook": 99}).status_code == 404
    assert filled.client("analyst").post("/v1/schedules", json=plan).status_code == 403


def test_a_period_that_is_not_over_or_of_another_size_is_not_sent(filled, monkeypatch):
    monkeypatch.setenv("VERBATIM_SMTP_HOST", "127.0.0.1")
    admin = filled.client()
    made = admin.post("/v1/schedules", json={"every": "month", "recipients": ["a@example.com"]}).json()
    where = f"/v1/schedules/{made['id']}/sendings"
    assert admin.post(where, json={"period": "2026Q3"}).status_code == 422
    assert admin.post(where, json={"period": "2099-01"}).status_code == 422
    assert admin.post("/v1/schedules/99/sendings", json={"period": "2026-08"}).status_code == 404
    first = admin.post(where, json={"period": "2026-08"}).json()
    mail = first["mails"][0]
    assert (mail["recipient"], mail["state"]) == ("a@example.com", "waiting")
    assert admin.post(f"/v1/schedules/{made['id']}/mails/{mail['id']}/replay").status_code == 409
