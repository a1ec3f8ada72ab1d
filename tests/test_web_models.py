"""The pages of models and agreement in a real Chromium: what they tell, and the end of an analyst's day."""

import os

import pytest
from analysts import Analysts
from browser import fits, violations
from conftest import Shelf
from test_web_pages import working

from verbatim.actions.corrections import ChosenCode, Correction, correct
from verbatim.actions.double_coding import code_blind, want_second
from verbatim.domain import Verbatim
from verbatim.store.codings import effective
from verbatim.store.opening import reading

SHOTS = os.environ.get("SHOTS")


@pytest.fixture(scope="module")
def day(office, trained):
    """What analysts did: ten coded twice, sixty that were corrected, and as many of the share kept apart."""
    shelf = Shelf(office.desk.engine)
    ann, ben = shelf.analyst("user:ann"), shelf.analyst("user:bob")
    numbers = shelf.add(*(Verbatim(f"v{one}", f"Words {one}") for one in range(10)), codes=("price.level",))
    codes = ("price.level", "service.delivery")
    for place, number in enumerate(numbers):
        with reading(shelf.engine, "north") as connection:
            seen = effective(connection, "north", [number])[number].id
        correct(ann, number, Correction((ChosenCode(codes[place % 2], "negative"),)), seen)
    want_second(ann, 0.9999999, 0)
    for place, number in enumerate(numbers):
        code = "price.value" if place in (0, 2) else codes[place % 2]
        code_blind(ben, number, Correction((ChosenCode(code, "negative"),)))
    analysts = Analysts(office.desk.engine, trained / "small@1")
    analysts.review(60)
    analysts.review(60, gold=True)
    return analysts


@pytest.fixture
def policy(tmp_path, monkeypatch):
    """The policy of an installation that judges on forty."""
    recipe = tmp_path / "policy.toml"
    recipe.write_text('min_gold = 40\nprotected = ["product.safety", "price.billing"]\n')
    monkeypatch.setenv("VERBATIM_POLICY", str(recipe))


def test_the_end_of_the_day_retrain_see_roll_back_promote(visit, day, policy):
    page = visit("/models")
    assert page.inner_text(".now .label") == "small@1"
    with working(visit.desk):
        page.click("#retrain")
        page.wait_for_selector("#outcome a.button", timeout=60_000)
        assert "small-own@1 is better and codes from now on" in page.inner_text("#outcome")
        page.click("#outcome a.button")
        page.wait_for_selector(".story")
    assert page.inner_text(".now .label") == "small-own@1"
    story = page.inner_text(".story")
    assert "Better: F1 at level 2" in story
    assert "Never in the share kept apart, so not judged: Invoicing and payment." in story
    assert page.locator(".story table.changes svg").count() >= 6
    page.click("#rollback")
    page.fill("#reason", "complaints about it")
    page.click("#go")
    page.wait_for_selector(".now .label:text-is('small@1')")
    assert "complaints about it" in page.inner_text(".moves")
    page.click("button.promote[data-model='small-own@1']")
    page.fill("#reason", "they were wrong")
    page.click("#go")
    page.wait_for_selector(".now .label:text-is('small-own@1')")
    assert page.locator(".moves li").count() == 3
    assert page.heard == []


def test_a_dialog_that_is_left_promotes_nothing(visit, day):
    page = visit("/models")
    page.click("button.promote >> nth=0")
    page.fill("#reason", "a slip")
    page.keyboard.press("Escape")
    page.reload()
    assert "a slip" not in page.inner_text("main")


def test_a_retraining_that_runs_already_is_followed(visit, day, policy):
    first, second = visit("/models"), visit("/models", user="bob")
    first.click("#retrain")
    first.wait_for_selector("#work:visible")
    second.click("#retrain")
    second.wait_for_selector("#work:visible")
    with working(visit.desk):
        for page in (first, second):
            page.wait_for_selector("#outcome:visible", timeout=60_000)
            assert "was kept, but does not code" in page.inner_text("#outcome")
    kept = visit("/models?model=small-own@2", language="zh-Hans")
    assert "没有变好" in kept.inner_text(".story")


def test_two_models_are_compared_in_the_page(visit, day):
    page = visit("/models")
    page.set_default_timeout(60_000)
    page.select_option("#model", "small@1")
    page.select_option("#with", "small-own@1")
    page.click(".compare button")
    assert page.inner_text("#story") == "small@1 beside small-own@1"
    assert page.locator(".story .tag.bad").count() > 0


def test_a_manager_reads_and_is_offered_nothing_to_do(visit, day):
    page = visit("/models", user="mia")
    assert page.locator("#retrain, #rollback, button.promote").count() == 0
    assert "they were wrong" not in page.inner_text("main")
    assert visit("/agreement", user="mia").locator("#look").count() == 0


def test_agreement_tells_what_it_stands_on_and_what_is_to_be_decided(visit, day):
    page = visit("/agreement")
    told = page.inner_text("main")
    assert "10 verbatims were coded by two coders or more." in told
    assert "so both judged independently" in told
    assert page.locator("#level-2 .tag").count() == 1
    assert page.locator(".open li").count() == 2
    assert page.locator(".open a").first.get_attribute("href").startswith("/review?id=")
    page.select_option("#codings", "all")
    page.select_option("#model", "b2b@1")
    page.click(".filters button")
    assert page.locator(".pairs tbody tr").count() == 3
    assert page.heard == []


def test_labels_are_looked_through(visit, day):
    page = visit("/agreement")
    with working(visit.desk):
        page.click("#look")
        page.wait_for_selector("#labels ~ p:has-text('codings looked through')", timeout=60_000)
    assert page.heard == []


@pytest.mark.parametrize("path", ["/models", "/agreement", "/agreement?codings=all&model=b2b@1"])
@pytest.mark.parametrize(
    ("language", "width", "scheme"),
    [("en", 375, "light"), ("zh-Hans", 1440, "dark"), ("zh-Hant", 375, "dark"), ("en", 1440, "light")],
)
def test_a_page_fits_and_is_readable(visit, day, path, language, width, scheme):
    page = visit(path, language=language, width=width, scheme=scheme)
    assert fits(page)
    assert violations(page) == []
    assert page.heard == []
