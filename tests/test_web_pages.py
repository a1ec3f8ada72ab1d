"""The pages in a real Chromium: what they look like in each language, width and theme, importing, and jobs."""

import threading
from contextlib import contextmanager

import pytest
from browser import PASSWORD, fits, violations

from verbatim.jobs import Worker
from verbatim.store.access_keys import create_key
from verbatim.store.opening import writing

PATHS = {"/review": "#codes li", "/review#list": ".rows li", "/import": "#file", "/jobs": ".job", "/nothing": "h1"}
CSV = "id,score,comment,company\n" + "".join(f"r{n},{n % 11},Your prices are far too high.,Acme\n" for n in range(30))
BROKEN = CSV + "r90,eleven,Nobody answers the phone.,Acme\n"


@contextmanager
def working(desk):
    """A worker of the desk, for as long as the block."""
    stop = threading.Event()
    thread = threading.Thread(target=Worker(desk, "w").run, args=(stop,))
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


@pytest.fixture(scope="module")
def filled(office):
    """Something to review, and a job."""
    import httpx

    with writing(office.desk.engine, "north") as connection:
        secret = create_key(connection, "north", "crm", "admin")[1]
    headers = {"Authorization": f"Bearer {secret}"}
    items = [{"external_id": f"r{n}", "text": f"The price is too high ({n}).", "account": "Acme"} for n in range(3)]
    with httpx.Client(base_url=office.url, headers=headers, trust_env=False) as client:
        assert client.post("/v1/verbatims", json={"source": "s", "items": items}).status_code == 200
        assert client.post("/v1/recodings").status_code == 202


def imported(page, text, name="nps.csv"):
    """The page once a file was handed in."""
    page.set_input_files("#file", {"name": name, "mimeType": "text/csv", "buffer": text.encode()})
    page.wait_for_selector("#run:enabled")
    page.click("#run")


def test_a_file_is_looked_at_then_imported_and_the_job_is_told(visit):
    page = visit("/import")
    page.set_input_files("#file", {"name": "nps.csv", "mimeType": "text/csv", "buffer": BROKEN.encode()})
    page.wait_for_selector("#run:enabled")
    assert page.input_value("#source") == "nps"
    assert [page.input_value(f"#as-{role}") for role in ("id", "score", "account")] == ["id", "score", "company"]
    assert page.locator("#as-text input:checked").input_value() == "comment"
    assert "Looked at" not in page.inner_text("#layout")
    assert "row" in page.inner_text("#rejections li").lower()
    page.select_option("#as-contact", "company")
    page.wait_for_selector("#run:enabled")
    with working(visit.desk):
        page.click("#run")
        page.wait_for_selector("#job .tag.good")
    assert "30" in page.inner_text("#job .facts")
    page.click("#job .actions button:visible")
    page.wait_for_selector("#job .errors li")
    jobs = visit("/jobs")
    jobs.wait_for_selector(".job .tag.good")
    assert (page.heard, jobs.heard) == ([], [])


def test_a_job_that_waits_can_be_cancelled(visit):
    imported(visit("/import"), CSV, "waits.csv")
    page = visit("/jobs")
    page.click(".job:first-child button.danger")
    page.wait_for_selector(".job:first-child .tag.warn")
    assert page.locator(".job:first-child button.danger").is_hidden()


def test_a_file_that_is_no_table_is_refused_in_words(visit):
    page = visit("/import")
    page.set_input_files("#file", {"name": "x.csv", "mimeType": "text/csv", "buffer": b"\x89PNG\r\n\x1a\n\x00\x00"})
    page.wait_for_selector("#problem:visible")
    assert "expected" in page.inner_text("#problem")
    assert page.locator("#run").is_disabled()


@pytest.mark.parametrize(
    ("language", "width", "scheme"), [("en", 375, "light"), ("zh-Hans", 375, "dark"), ("zh-Hant", 1440, "dark")]
)
@pytest.mark.parametrize("path", PATHS)
def test_a_page_fits_and_axe_finds_nothing_serious(filled, visit, path, language, width, scheme):
    page = visit(path, language=language, width=width, scheme=scheme)
    page.wait_for_selector(PATHS[path])
    assert fits(page)
    assert violations(page) == []
    assert page.evaluate("document.documentElement.lang") == language
    assert [one for one in page.heard if "404" not in one] == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_signing_in_works_without_a_mouse_and_looks_right(visit, scheme):
    page = visit("/jobs", user=None, width=375, scheme=scheme)
    assert page.url.endswith("/sign-in?to=/jobs")
    assert (fits(page), violations(page)) == (True, [])
    page.keyboard.type("ann")
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_selector("text=Sign out")
    assert page.url == f"{visit.url}/jobs"
    page.goto("/jobs?job=1&job=2")
    page.click("button[name=language][value=zh-Hans]")
    page.wait_for_selector("html[lang=zh-Hans]")
    assert page.url.endswith("/jobs?job=1&job=2")
    page.click("button[name=language][value=en]")
    page.click("text=Sign out")
    page.wait_for_url("**/sign-in")
