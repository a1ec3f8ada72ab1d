"""The page of the codebook in a real browser: read, changed by forms, its effect, published, its history."""

import re
from datetime import UTC, datetime

import pytest
from browser import fits, violations

from verbatim.actions.crosswalked import run_crosswalk
from verbatim.actions.intake import receive
from verbatim.domain import Verbatim
from verbatim.store.jobs import Lease, claim, finish
from verbatim.store.opening import writing
from verbatim.store.verbatims import Received

TEXTS = ("Your prices are far too high.", "Delivery is late.", "Delivery is late again.")


@pytest.fixture(scope="module", autouse=True)
def said(office):
    """What "north" has been told."""
    rows = [Received(Verbatim(f"r{number}", text, account="Acme")) for number, text in enumerate(TEXTS)]
    receive(office.desk, "north", "survey", rows, "key:1")


def work(office):
    engine = office.desk.engine
    with writing(engine) as connection:
        lease = Lease(engine, claim(connection, "w/1", datetime.now(UTC)), "w/1")
    run_crosswalk(office.desk, lease)
    with writing(engine, "north") as connection:
        finish(connection, lease)


def test_a_code_is_found_and_shown_with_its_words_and_recent_excerpts(visit):
    page = visit("/codebook")
    page.fill("#search", "delivery")
    page.click('[data-code="service.delivery"]')
    page.wait_for_selector(".said li.negative")
    assert page.locator(".said li").count() == 2
    assert "Delivery is late" in page.inner_text("#code")
    assert page.locator('#tree [data-code="price.level"]').count() == 0
    assert page.inner_text("#label") == "b2b@1"
    assert page.heard == []


def test_readers_read_and_cannot_change(visit):
    page = visit("/codebook#code/service.delivery", user="mia", language="zh-Hans")
    page.wait_for_selector("#code h2")
    assert page.inner_text("h1").startswith("编码表")
    assert page.locator("[data-act]").count() == 0
    assert page.locator("#add").is_hidden()


@pytest.mark.parametrize("language", ["en", "zh-Hans", "zh-Hant"])
@pytest.mark.parametrize("width", [375, 1440])
def test_it_fits_and_has_no_serious_findings(visit, language, width):
    page = visit(
        "/codebook#code/service.delivery", language=language, width=width, scheme="dark" if width < 400 else "light"
    )
    page.wait_for_selector(".said li.negative")
    assert fits(page)
    assert violations(page) == []
    page.click('[data-act="split"]')
    page.wait_for_selector("#form[open]")
    assert fits(page)
    assert violations(page) == []


def test_what_cannot_be_done_is_told_in_the_form_and_kept_nowhere(visit):
    page = visit("/codebook")
    page.click("#add")
    page.select_option("#fields select", "price")
    page.fill("#fields input[pattern]", "level")
    for place, one in enumerate(page.locator("#fields fieldset").all()[:3]):
        one.locator("input").fill(f"Name {place}")
        one.locator("textarea").first.fill("What it codes.")
        one.locator("textarea").last.fill("one\ntwo\nthree")
    page.click("#keep")
    page.wait_for_selector("#wrong:not([hidden])")
    assert "'price.level': taken" in page.inner_text("#wrong")
    page.click("#cancel")
    assert page.locator("#pending").is_hidden()


def test_a_draft_is_made_looked_at_and_published_with_progress(visit, office):
    page = visit("/codebook#code/service.delivery")
    page.click('[data-act="merge"]')
    page.select_option("#fields select", "service.resolution")
    page.click("#keep")
    page.wait_for_selector("#pending:not([hidden])")
    page.click('[data-tab="draft"]')
    page.wait_for_selector("text=2 verbatims change")
    assert "Models code by the new id at once." in page.inner_text("#draft")
    page.fill("#reason", "One is enough.")
    page.click("#publish")
    page.wait_for_selector("#going-told")
    work(office)
    page.wait_for_selector("text=All history is under the new version")
    page.click('[data-tab="versions"]')
    page.wait_for_selector(".walked")
    first = page.inner_text("#versions > li:first-child")
    assert re.search(r"b2b@2\s+in use", first)
    assert "One is enough." in first
    assert "service.delivery" in first
    page.goto("/codebook#code/service.resolution")
    page.wait_for_selector(".said li.negative")
    assert "Delivery is late" in page.inner_text("#code")


def test_of_two_who_change_the_draft_the_second_sees_what_is_there(visit):
    first, second = visit("/codebook#code/price.terms"), visit("/codebook#code/price.billing", user="bob")
    for page in (first, second):
        page.wait_for_selector('[data-act="retire"]')
    first.click('[data-act="retire"]')
    first.click("#keep")
    first.wait_for_selector("#pending:not([hidden])")
    second.click('[data-act="retire"]')
    second.click("#keep")
    second.wait_for_selector("#wrong:not([hidden])")
    assert second.inner_text("#pending") == "1"
    second.click("#keep")
    second.wait_for_selector("#form:not([open])", state="attached")
    second.wait_for_selector("#pending:text-is('2')")
    second.click('[data-tab="draft"]')
    second.locator(".operations .plain").first.click()
    second.wait_for_selector("#pending:text-is('1')")
