"""The page of reports in a real Chromium: chosen, read, taken along, let go out."""

import os

import pytest
from browser import fits, violations
from office_store import fill, quarter

from verbatim.store.opening import writing
from verbatim.store.webhooks import add_webhook

SHOTS = os.environ.get("SHOTS")


@pytest.fixture(scope="module")
def day(office):
    """Feedback of two quarters from two accounts, and a webhook."""
    earlier = [{**one, "day": "2026-05-05", "id": f"e{place}"} for place, one in enumerate(quarter(account="Acme"))]
    fill(office.desk.engine, [*quarter(12), *quarter(9, "Borg"), *earlier])
    with writing(office.desk.engine, "north") as connection:
        add_webhook(connection, "north", "https://crm.example.com/in", ["verbatim.coded"])


def test_a_report_is_chosen_read_and_taken_along(visit, day):
    page = visit("/reports")
    assert "21 replies came in" in page.inner_text(".preview .answer")
    assert page.locator(".preview .chart svg").count() >= 2
    page.fill("#account", "Borg")
    page.click(".filters button.primary")
    assert page.inner_text(".preview h1") == "What Borg said"
    assert "9 replies came in" in page.inner_text(".preview .answer")
    with page.expect_download() as loading:
        page.click(".take a:has-text('Excel')")
    assert loading.value.suggested_filename == "report-2026Q3.xlsx"
    page.fill("#account", "Nobody")
    page.click(".filters button.primary")
    assert "There is no such report" in page.inner_text(".problem")
    assert page.heard == []


def test_a_manager_reads_own_accounts_and_schedules_nothing(visit, day):
    page = visit("/reports", user="mia")
    assert "12 replies came in" in page.inner_text(".preview .answer")
    assert "Borg" not in page.inner_text("main")
    assert page.locator(".schedules").count() == 0


def test_an_administrator_lets_a_report_go_out_and_ends_it(visit, day):
    page = visit("/reports?period=2026Q3&account=Acme", user="root")
    page.select_option("#webhook", label="crm.example.com")
    page.click("#plan button")
    page.wait_for_selector(".schedules li")
    assert "every quarter · Acme · Web page" in page.inner_text(".schedules li")
    page.click(".schedules button.remove")
    page.wait_for_selector(".schedules li", state="detached")
    assert page.heard == []


@pytest.mark.parametrize(
    ("language", "width", "scheme"), [("en", 1440, "light"), ("zh-Hans", 375, "light"), ("zh-Hant", 1440, "dark")]
)
def test_a_page_fits_and_is_readable(visit, day, language, width, scheme):
    page = visit("/reports", user="root", language=language, width=width, scheme=scheme)
    assert fits(page)
    assert violations(page) == []
    assert page.heard == []
    if SHOTS:
        page.screenshot(path=f"{SHOTS}/reports-{language}-{width}-{scheme}.png", full_page=True)
