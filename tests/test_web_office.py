"""The pages of the office in a real Chromium: overview, served, accounts, and what stands behind a figure."""

import os

import pytest
from browser import fits, violations
from office_day import NAMELESS, SECRET, fill

SHOTS = os.environ.get("SHOTS")


@pytest.fixture(scope="module")
def customers(office):
    """The customers of an office."""
    return fill(office.desk.engine)


def test_a_morning_in_the_office_from_overview_to_what_was_said(visit, customers):
    page = visit("/")
    assert page.url.endswith("/overview")
    told = page.inner_text("main")
    assert "Service response" in told
    assert "holds in the last two periods" in told
    page.click("#under ~ ul a")
    assert "36 answers, 18 respondents, 6 accounts." in page.inner_text("main")
    page.goto("/served?by=customer_type")
    assert page.locator("#heat td a").count() == 2
    page.locator("#heat td a").first.focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_selector("#cell")
    story = page.inner_text("#cell")
    assert "under-served" in story
    assert "more complaints than elsewhere" in story
    assert page.locator("#cell svg.bar").count() == 4
    page.click("#cell .measures tbody tr:first-child a")
    assert "Complaints" in page.inner_text(".chosen")
    assert page.locator("ol.said li").count() == 25
    page.click("nav.pages a")
    assert "Page 2 of 2" in page.inner_text("nav.pages")
    page.goto("/accounts")
    page.click("table.accounts tbody tr:first-child th a")
    assert "A contact who decides is a critic" in page.inner_text("main")
    assert page.locator("svg.history circle").count() == 2
    assert page.heard == []


def test_a_manager_sees_its_own_accounts_and_no_words_that_are_counted_only(visit, customers):
    for path in ("/overview", "/served", "/accounts", "/said"):
        page = visit(path, user="mia")
        assert "Shop" not in page.inner_text("main")
    page = visit("/said?account=Shop+0")
    assert SECRET in page.inner_text("main")
    page = visit("/accounts?q=shop+0")
    page.click("table.accounts tbody th a")
    text = page.inner_text("main")
    assert SECRET not in text
    assert NAMELESS in text
    assert "somebody who stays anonymous" in text


def test_an_account_that_is_not_ones_own_is_not_there(visit, customers):
    page = visit("/accounts?id=3", user="mia")
    assert "Nothing here" in page.inner_text("main")
    assert visit("/overview", user="sue").locator("h1").inner_text() == "Not allowed"


@pytest.mark.parametrize(
    "path",
    ["/overview", "/served?cell=2", "/served?by=customer_type&show=complaint", "/accounts", "/accounts?id=1", "/said"],
)
@pytest.mark.parametrize(("language", "width", "scheme"), [("en", 375, "light"), ("zh-Hans", 1440, "dark")])
def test_a_page_fits_and_is_readable(visit, customers, path, language, width, scheme):
    page = visit(path, language=language, width=width, scheme=scheme)
    if SHOTS:
        name = path.strip("/").replace("?", "-").replace("&", "-").replace("=", "-")
        page.screenshot(path=f"{SHOTS}/{name}-{language}-{width}.png", full_page=True)
    assert fits(page)
    assert violations(page) == []
    assert page.heard == []
