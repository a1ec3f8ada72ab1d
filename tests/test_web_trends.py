"""The page Trends in a real Chromium: from a question to a point, and to the words behind it."""

import os

import pytest
from browser import fits, violations
from trend_months import fill

SHOTS = os.environ.get("SHOTS")


@pytest.fixture(scope="module")
def months(office):
    """Four months of feedback."""
    return fill(office.desk.engine)


def test_a_rise_is_seen_told_and_followed_to_the_words_behind_it(visit, months):
    page = visit("/trends")
    assert page.locator("svg.trend").count() == 2
    page.click(".picks summary")
    while page.locator("input[name=look]:checked").count():
        page.locator("input[name=look]:checked").first.uncheck()
    page.check("input[value='code:price.level']")
    page.select_option("#split", "region")
    page.select_option("#against", "rest")
    page.click("form.filters button.primary")
    assert "rose in 2026-03" in page.inner_text("#changes ~ ul")
    assert "It held in two periods in a row." in page.inner_text("#changes ~ ul")
    mark = page.locator("a.mark").nth(2)
    mark.focus()
    assert "2026-03: 60.0 %" in mark.locator(".tip .first").text_content()
    assert mark.locator(".tip").evaluate("one => getComputedStyle(one).visibility") == "visible"
    page.keyboard.press("ArrowRight")
    assert "2026-04" in page.evaluate("document.activeElement.getAttribute('aria-label')")
    mark.focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/said?*")
    assert "24 answers, 24 respondents, 24 accounts." in page.inner_text("main")
    page.goto("/trends?view=score")
    assert "association" in page.inner_text("main")
    assert "-80.00" in page.inner_text("table.drivers tbody tr:nth-child(2)")
    page.goto("/trends?look=price.level")
    assert "There is no such thing to look at: price.level." in page.inner_text("main")
    assert page.heard == []


@pytest.mark.parametrize(
    "path", ["/trends", "/trends?look=code:price.level&split=region&against=rest", "/trends?view=score"]
)
@pytest.mark.parametrize(("language", "width", "scheme"), [("en", 375, "light"), ("zh-Hans", 1440, "dark")])
def test_the_page_fits_and_is_readable(visit, months, path, language, width, scheme):
    page = visit(path, language=language, width=width, scheme=scheme)
    if SHOTS:
        page.screenshot(path=f"{SHOTS}/trends-{len(path)}-{language}-{width}.png", full_page=True)
    assert fits(page)
    assert violations(page) == []
    assert page.heard == []
