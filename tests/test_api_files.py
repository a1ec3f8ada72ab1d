"""Files over HTTP: transcripts and survey exports in, coded data out."""

import io
import json
import threading
import zipfile

import pytest
from python_calamine import load_workbook

from verbatim.api.limits import Limits
from verbatim.jobs import Worker
from verbatim.store.jobs import list_jobs
from verbatim.store.opening import reading

VTT = b"WEBVTT\n\n00:01.000 --> 00:04.000\n<v Ann Lee>Your prices are far too high.\n"
CSV = b"id,score,comment,account\n" + b"".join(
    b"r%d,%d,Your prices are far too high.,Acme\n" % (n, n % 11) for n in range(30)
)


def work(service):
    """Let a worker do all jobs that wait."""
    stop, engine = threading.Event(), service.desk.engine

    def waiting():
        with reading(engine) as connection:
            jobs = [one for name in ("north", "south") for one in list_jobs(connection, name)]
        return any(one.state in ("queued", "running") for one in jobs)

    thread = threading.Thread(target=Worker(service.desk, "w").run, args=(stop,))
    thread.start()
    while waiting():
        stop.wait(0.02)
    stop.set()
    thread.join()


def send(client, path, content, **headers):
    return client.post(path, content=content, headers={"Content-Type": "application/octet-stream", **headers})


def test_a_transcript_is_read_and_coded(service):
    client = service.client()
    done = send(client, "/v1/transcripts?source=calls&name=call.vtt&customer=Ann%20Lee&account=Acme", VTT)
    assert done.status_code == 200, done.text
    (result,) = done.json()["results"]
    shown = client.get(f"/v1/verbatims/{result['id']}").json()
    assert (shown["text"], shown["turns"][0]["side"], shown["channel"]) == (None, "customer", "call")
    assert shown["codes"][0]["excerpts"][0]["turn"] == 0
    assert send(client, "/v1/transcripts?source=calls&name=call.vtt", VTT).json()["results"][0]["id"] == result["id"]


def test_turns_come_as_json_too(service):
    body = {"turns": [{"speaker": "Ann", "side": "customer", "text": "Far too dear.", "time": 1.5}]}
    answer = service.client().post("/v1/transcripts?source=calls&external_id=c1", json=body)
    assert answer.json()["results"][0]["external_id"] == "c1"
    wrong = service.client().post("/v1/transcripts?source=calls", json={"turns": [{"text": 1}]})
    assert (wrong.status_code, wrong.json()["errors"][0]["field"]) == (422, "turns.0.text")


def zipped():
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("call.vtt", b"0" * 10_000_000)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("call.vtt", zipped()),
        ("call.vtt", b"\xff\xfe\x00\x01\x02" * 40),
        ("call.vtt", b"WEBVTT\n\nnothing here\n"),
        ("call.json", b"{" * 100_000),
        (
            "call.vtt",
            b"WEBVTT\n\n" + b"00:01.000 --> 00:02.000\n<v A>a\n\n00:01.000 --> 00:02.000\n<v B>b\n\n" * 12_000,
        ),
    ],
)
def test_a_transcript_that_is_none_is_refused(service, name, content):
    answer = send(service.client(), f"/v1/transcripts?source=calls&name={name}", content)
    assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json"), answer.text[:300]
    assert service.client().get("/v1/verbatims").json()["items"] == []


def test_a_customer_who_is_nobody_in_the_talk_is_told_without_names(service):
    answer = send(service.client(), "/v1/transcripts?source=calls&name=call.vtt&customer=Bob%20Ray", VTT)
    assert answer.status_code == 422
    assert "Ann" not in answer.text
    assert "Bob" not in answer.text


@pytest.mark.parametrize("dry_run", ["&dry_run=true", ""])
def test_what_is_ambiguous_is_asked_for_by_the_parameter_of_the_route(service, dry_run):
    table = "id,comment,date\n" + "".join(f"r{day},Too dear for us.,0{day}/02/2026\n" for day in range(1, 9))
    refused = send(service.client(), f"/v1/imports?source=nps&name=nps.csv{dry_run}", table.encode())
    assert refused.status_code == 422
    assert "the parameter date_order dmy, mdy or ymd" in refused.json()["detail"]


def test_a_dry_run_says_what_was_recognised_and_keeps_nothing(service):
    found = send(service.client(), "/v1/imports?source=nps&name=nps.csv&dry_run=true", CSV)
    assert (found.status_code, found.json()["columns"]["text"], found.json()["verbatims"]) == (200, "comment", 30)
    assert service.client().get("/v1/jobs").json()["items"] == []


def test_an_import_goes_from_the_file_to_the_codes(service):
    client = service.client("submitter")
    started = send(client, "/v1/imports?source=nps", CSV, **{"Content-Disposition": 'attachment; filename="nps.csv"'})
    assert (started.status_code, started.headers["location"]) == (202, started.json()["job"]["href"])
    work(service)
    job = client.get(started.headers["location"]).json()
    assert (job["state"], job["done"], job["total"], job["result"]["coded"]) == ("done", 30, 30, 30), job
    assert len(client.get("/v1/verbatims?limit=100&category=price").json()["items"]) == 30


def test_rows_that_were_left_out_are_told_by_row(service):
    client = service.client()
    started = send(
        client, "/v1/imports?source=nps&name=nps.csv&score=score", CSV + b"bad,12,Too dear for us all.,Acme\n"
    )
    work(service)
    href = started.headers["location"]
    assert [one["row"] for one in client.get(href).json()["errors"]] == [32]
    assert client.get(f"{href}/errors").json()["items"][0]["row"] == 32


def test_an_import_leaves_out_what_another_key_has_handed_in(service):
    row = {"source": "nps", "external_id": "r3", "text": "Fine.", "account": "Acme"}
    service.client("analyst").post("/v1/verbatims", json=row)
    client = service.client("submitter")
    href = send(client, "/v1/imports?source=nps&name=nps.csv", CSV).headers["location"]
    work(service)
    assert [one["row"] for one in client.get(href).json()["errors"]] == [5]
    kept = service.client().get("/v1/verbatims?limit=100").json()["items"]
    assert (len(kept), {one["text"] for one in kept if one["external_id"] == "r3"}) == (30, {"Fine."})


def test_a_file_that_is_none_is_refused_and_starts_nothing(service):
    for path in ("/v1/imports?source=nps&name=nps.xlsx", "/v1/imports?source=nps&name=nps.csv&dry_run=true"):
        assert send(service.client(), path, b"\x00\x01\x02" * 99).status_code == 422
    assert service.client().get("/v1/jobs").json()["items"] == []


def test_an_upload_that_is_too_large_leaves_nothing(serve_desk):
    client = serve_desk(Limits(upload_bytes=1 << 21)).client()
    pieces = (b"a,b,c\n" * 20_000 for _ in range(40))
    assert send(client, "/v1/imports?source=nps", pieces).status_code == 413
    assert client.get("/v1/jobs").json()["items"] == []


def test_an_import_that_is_cancelled_stays_so(service):
    client = service.client()
    href = send(client, "/v1/imports?source=nps&name=nps.csv", CSV).headers["location"]
    assert client.delete(href).json()["state"] == "cancelled"
    work(service)
    assert client.get(href).json()["state"] == "cancelled"
    assert client.get("/v1/verbatims").json()["items"] == []


@pytest.mark.parametrize("form", ["jsonl", "csv", "onehot", "xlsx"])
def test_an_export_is_sent_at_once(service, form):
    client = service.client()
    items = [{"external_id": "r1", "text": "Your prices are far too high.", "score": 1}]
    client.post("/v1/verbatims", json={"source": "nps", "items": items})
    answer = client.get(f"/v1/exports?format={form}")
    assert answer.status_code == 200
    assert answer.headers["content-disposition"].startswith('attachment; filename="coded')
    if form == "xlsx":
        assert load_workbook(io.BytesIO(answer.content)).sheet_names
    else:
        assert "far too high" in answer.text


def test_an_export_is_made_by_a_job_and_fetched_by_who_may(service):
    client = service.client("manager")
    rows = [
        {"external_id": f"r{number}", "text": "Your prices are far too high.", "account": account, "contact": who}
        for number, (account, who) in enumerate([("Acme", None), ("Acme", "Cy Fox"), ("Other", None)])
    ]
    service.client().post("/v1/verbatims", json={"source": "nps", "items": rows})
    href = client.post("/v1/exports", json={"format": "jsonl"}).json()["job"]["href"].replace("jobs", "exports")
    early = client.get(href)
    assert (early.status_code, early.headers["retry-after"]) == (409, "1")
    work(service)
    (line,) = client.get(href).text.splitlines()
    assert json.loads(line)["id"] == "r0"
    assert service.client("analyst").get(href).status_code == 200
    other = service.client(secret=service.key("north", "manager", ("Other",)))
    assert other.get(href).status_code == 404
    assert "export" in [one["action"] for one in service.client().get("/v1/audit").json()["items"]]


def test_everything_is_coded_anew_by_a_job(service):
    started = service.client("analyst").post("/v1/recodings")
    assert started.status_code == 202
    work(service)
    assert service.client("analyst").get(started.headers["location"]).json()["state"] == "done"
