"""The page of themes in a real Chromium: looked for, looked at, decided on."""

import os

import pytest
from browser import fits, violations
from emerging import said
from test_web_pages import working

SHOTS = os.environ.get("SHOTS")


@pytest.fixture(scope="module")
def spoken(office):
    """What nobody has a code for, in two months."""
    from datetime import timedelta

    from emerging import MARCH

    said(office.desk.engine)
    said(office.desk.engine, size=20, first=300, day=MARCH + timedelta(days=31), account="Hill")


def test_an_analyst_looks_for_themes_and_decides(visit, spoken):
    page = visit("/themes")
    assert "Nobody has looked for themes here yet." in page.inner_text("main")
    with working(visit.desk):
        page.click("#look")
        page.wait_for_selector("table.themes", timeout=60_000)
    assert page.locator("table.themes tbody tr").count() == 3
    assert page.locator("table.themes svg.spark").count() == 3
    page.click("table.themes tbody tr:nth-child(1) a")
    page.wait_for_selector("#theme svg.series")
    assert page.locator(".excerpts li").count() == 12
    page.fill("#new-name", "A name of ours")
    page.click("form[data-act=name] button")
    page.wait_for_selector("h2#name:has-text('A name of ours')")
    page.click("form[data-act=merge] button")
    page.wait_for_selector("h2:has-text('2 themes to look at')")
    page.fill("#last", "emerging")
    page.click("form[data-act=promote] button")
    page.wait_for_selector("#theme .tag:has-text('promoted')")
    assert page.heard == []


def test_a_manager_sees_the_own_accounts_and_is_offered_nothing_to_do(visit, spoken):
    page = visit("/themes", user="mia")
    assert page.locator("#look, form.act").count() == 0
    assert "48" not in page.inner_text("table.themes")


@pytest.mark.parametrize(
    ("language", "width", "scheme"),
    [("en", 375, "light"), ("zh-Hans", 1440, "dark"), ("zh-Hant", 375, "dark"), ("en", 1440, "light")],
)
def test_the_page_fits_and_is_readable(visit, spoken, language, width, scheme):
    page = visit("/themes?id=3", language=language, width=width, scheme=scheme)
    if SHOTS:
        page.screenshot(path=f"{SHOTS}/themes-{language}-{width}-{scheme}.png", full_page=True)
    assert fits(page)
    assert violations(page) == []
    assert page.heard == []
